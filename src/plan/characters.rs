//! Characters in article numbers that may make trouble.
//!
//! `! % _ ^ \` are said not to be allowed, though no page of the vendor says so; `%` and `!` are operators in the search
//! fields of the WMS (`ongoing-rest-api.md`, section 3).

use std::collections::BTreeSet;

use crate::document::{AnyDocument, Text};
use crate::fault::{Fault, Place, code};

const DOUBTFUL: &str = "!%_^\\";

/// One fault for each article number with such a character, or with one that the installation is known to refuse.
pub(super) fn check(document: &AnyDocument, refused: Option<&str>) -> Vec<Fault> {
    let doubtful = |sign: char| refused.unwrap_or(DOUBTFUL).contains(sign);
    let numbers: BTreeSet<&str> =
        article_numbers(document).into_iter().filter(|number| number.contains(doubtful)).collect();
    numbers
        .into_iter()
        .map(|number| {
            let mut characters: Vec<String> =
                number.chars().filter(|sign| doubtful(*sign)).map(String::from).collect();
            characters.sort_unstable();
            characters.dedup();
            Fault::new(code::ARTICLE_CHARACTERS)
                .at(Place::default().field("article_number"))
                .found(number)
                .with("characters", characters.join(" "))
        })
        .collect()
}

fn article_numbers(document: &AnyDocument) -> Vec<&str> {
    let numbers: Vec<&Option<Text>> = match document {
        AnyDocument::Article(article) => {
            let rows = article.structure_definition.iter().flat_map(|definition| &definition.rows);
            std::iter::once(&article.article_number).chain(rows.map(|row| &row.article_number)).collect()
        }
        AnyDocument::Order(order) => order.order_lines.iter().map(|line| &line.article_number).collect(),
        AnyDocument::PurchaseOrder(order) => {
            order.purchase_order_lines.iter().map(|line| &line.article_number).collect()
        }
        AnyDocument::ReturnOrder(order) => {
            order.return_order_lines.iter().map(|line| &line.article_number).collect()
        }
        AnyDocument::Attachment(attachment) => vec![&attachment.article_number],
        AnyDocument::OrderChange(_)
        | AnyDocument::PurchaseOrderChange(_)
        | AnyDocument::Cancellation(_)
        | AnyDocument::Acknowledgement(_)
        | AnyDocument::Shipment(_)
        | AnyDocument::Receipt(_)
        | AnyDocument::Stock(_)
        | AnyDocument::Adjustment(_)
        | AnyDocument::Return(_)
        | AnyDocument::CancelledOrder(_) => Vec::new(),
    };
    numbers.into_iter().filter_map(|number| number.as_deref()).collect()
}
