//! Quantities below zero: what an ERP means by them (goods that come back, a line taken off) Ongoing does not say that it
//! understands, and `number_of_items` is how many are to be sent (`ongoing-rest-api.md`, section 4).

use rust_decimal::Decimal;

use super::{LinePlace, of_line};
use crate::document::{AnyDocument, Text};
use crate::fault::{Fault, code};

/// One fault for each line of an order or a purchase order with such a quantity.
pub(super) fn check(document: &AnyDocument, line_place: LinePlace<'_>) -> Vec<Fault> {
    let lines: Vec<(&Option<Text>, Option<Decimal>)> = match document {
        AnyDocument::Order(order) => {
            order.order_lines.iter().map(|line| (&line.row_number, line.number_of_items)).collect()
        }
        AnyDocument::PurchaseOrder(order) => {
            order.purchase_order_lines.iter().map(|line| (&line.row_number, line.number_of_items)).collect()
        }
        _ => Vec::new(),
    };
    let below = lines.into_iter().enumerate().filter_map(|(place, (row_number, quantity))| {
        let quantity = quantity.filter(|quantity| quantity.is_sign_negative() && !quantity.is_zero())?;
        let fault = Fault::new(code::QUANTITY_BELOW_ZERO)
            .found(quantity.to_string())
            .with("row_number", row_number.as_deref().unwrap_or_default());
        Some(of_line(fault, line_place(place)))
    });
    below.collect()
}
