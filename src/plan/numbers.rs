//! The order-like numbers of a document, with the prefix of its partner.

use crate::call::OwnNumbers;
use crate::document::{AnyDocument, Text};
use crate::fault::{Fault, code};

/// The document with every order-like number as Ongoing has it.
pub(super) fn at_ongoing(document: &AnyDocument, numbers: &OwnNumbers) -> AnyDocument {
    let mut document = document.clone();
    for number in order_numbers(&mut document) {
        if let Some(number) = number.as_mut().filter(|number| !number.is_empty()) {
            *number = numbers.at_ongoing(number).into();
        }
    }
    document
}

/// A fault for each number that another partner of the lane would take for its own: two ERPs would write one order.
pub(super) fn of_others(document: &AnyDocument, numbers: &OwnNumbers) -> Vec<Fault> {
    if numbers.theirs.is_empty() {
        return Vec::new();
    }
    let mut document = document.clone();
    order_numbers(&mut document)
        .into_iter()
        .flatten()
        .filter(|number| !number.is_empty() && numbers.own(number).is_none())
        .map(|number| {
            let prefix = numbers.theirs.iter().find(|prefix| number.starts_with(prefix.as_str()));
            Fault::new(code::NUMBER_OF_ANOTHER_PARTNER)
                .found(number.as_str())
                .with("prefix", prefix.map(String::as_str).unwrap_or_default())
        })
        .collect()
}

/// The numbers that Ongoing wants once for each goods owner, and references to them.
fn order_numbers(document: &mut AnyDocument) -> Vec<&mut Option<Text>> {
    match document {
        AnyDocument::Order(order) => vec![&mut order.order_number],
        AnyDocument::OrderChange(change) => vec![&mut change.order_number],
        AnyDocument::PurchaseOrder(order) => vec![&mut order.purchase_order_number],
        AnyDocument::PurchaseOrderChange(change) => vec![&mut change.purchase_order_number],
        AnyDocument::ReturnOrder(order) => vec![&mut order.return_order_number, &mut order.order_number],
        AnyDocument::Cancellation(it) => vec![&mut it.order_number, &mut it.purchase_order_number],
        AnyDocument::Attachment(it) => vec![&mut it.order_number, &mut it.purchase_order_number],
        AnyDocument::Article(_)
        | AnyDocument::Acknowledgement(_)
        | AnyDocument::Shipment(_)
        | AnyDocument::Receipt(_)
        | AnyDocument::Stock(_)
        | AnyDocument::Adjustment(_)
        | AnyDocument::Return(_)
        | AnyDocument::CancelledOrder(_) => Vec::new(),
    }
}
