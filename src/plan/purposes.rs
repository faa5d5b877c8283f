//! What the warehouse's work needs beyond what Ongoing asks for.
//!
//! Ongoing takes an article with nothing but a number; scanning needs bar codes, and law needs customs data
//! (`ongoing-guides.md`, section 1, page "Guidelines for integrating a goods owner's IT system"; customs: section 15, page
//! "Integrate customs software with Ongoing WMS"; the members: `ongoing-rest-api.md`, sections 9.1 and 11.1).

use crate::document::{AnyDocument, Content, Document, DocumentType, Value, is_empty};
use crate::fault::{Fault, Place, code};

/// What a partner's data is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Goods are scanned.
    Scanning,
    /// Goods are declared at customs.
    Customs,
    /// A delivery note with the receiver's address is printed.
    DeliveryNote,
    /// The invoice address stands on the note.
    InvoiceOnNote,
    /// The receiver is told of the parcel.
    ParcelNotification,
}

/// Something that a purpose needs in each document of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The purpose.
    pub purpose: Purpose,
    /// The documents.
    pub document: DocumentType,
    /// The list of which each item needs it; else the document does.
    pub each: Option<&'static str>,
    /// The members of which one must be set, by their names from the document on.
    pub one_of: &'static [&'static str],
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 5] = [
        Purpose::Scanning,
        Purpose::Customs,
        Purpose::DeliveryNote,
        Purpose::InvoiceOnNote,
        Purpose::ParcelNotification,
    ];

    /// The word in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Scanning => "scanning",
            Purpose::Customs => "customs",
            Purpose::DeliveryNote => "delivery-note",
            Purpose::InvoiceOnNote => "invoice-on-note",
            Purpose::ParcelNotification => "parcel-notification",
        }
    }

    /// What it needs.
    pub fn needs(self) -> impl Iterator<Item = &'static Need> {
        NEEDS.iter().filter(move |need| need.purpose == self)
    }
}

const fn of_document(purpose: Purpose, document: DocumentType, one_of: &'static [&'static str]) -> Need {
    Need { purpose, document, each: None, one_of }
}

const fn of_order_lines(purpose: Purpose, one_of: &'static [&'static str]) -> Need {
    Need { purpose, document: DocumentType::Order, each: Some("order_lines"), one_of }
}

/// What each purpose needs. Of the address rows one is enough; a value of the whole line serves customs as its price
/// does, and the order's customs currency as the line's.
const NEEDS: &[Need] = &[
    of_document(
        Purpose::Scanning,
        DocumentType::Article,
        &["bar_code_info.bar_code", "bar_code_info.alternative_bar_codes.bar_code"],
    ),
    of_document(Purpose::Customs, DocumentType::Article, &["statistics_number"]),
    of_document(Purpose::Customs, DocumentType::Article, &["country_of_origin_code"]),
    of_order_lines(
        Purpose::Customs,
        &["order_lines.prices.line_price", "order_lines.line_total_customs_value"],
    ),
    of_order_lines(
        Purpose::Customs,
        &["order_lines.prices.currency_code", "customs_info.customs_value_currency_code"],
    ),
    of_document(Purpose::DeliveryNote, DocumentType::Order, &["consignee.name"]),
    of_document(
        Purpose::DeliveryNote,
        DocumentType::Order,
        &["consignee.address1", "consignee.address2", "consignee.address3"],
    ),
    of_document(Purpose::DeliveryNote, DocumentType::Order, &["consignee.post_code"]),
    of_document(Purpose::DeliveryNote, DocumentType::Order, &["consignee.city"]),
    of_document(Purpose::DeliveryNote, DocumentType::Order, &["consignee.country_code"]),
    of_document(Purpose::InvoiceOnNote, DocumentType::Order, &["consignee.invoice_address.name"]),
    of_document(
        Purpose::InvoiceOnNote,
        DocumentType::Order,
        &[
            "consignee.invoice_address.address1",
            "consignee.invoice_address.address2",
            "consignee.invoice_address.address3",
        ],
    ),
    of_document(Purpose::InvoiceOnNote, DocumentType::Order, &["consignee.invoice_address.post_code"]),
    of_document(Purpose::InvoiceOnNote, DocumentType::Order, &["consignee.invoice_address.city"]),
    of_document(
        Purpose::ParcelNotification,
        DocumentType::Order,
        &[
            "email_notification.value",
            "sms_notification.value",
            "telephone_notification.value",
            "consignee.advanced.email_notification.value",
            "consignee.advanced.sms_notification.value",
            "consignee.advanced.telephone_notification.value",
        ],
    ),
];

/// How many lines a fault names.
const LINES_SHOWN: usize = 10;

/// One fault for each need that the document does not meet.
pub(super) fn check(document: &AnyDocument, purposes: &[Purpose]) -> Vec<Fault> {
    if is_no_goods(document) {
        return Vec::new();
    }
    purposes
        .iter()
        .flat_map(|purpose| purpose.needs())
        .filter(|need| need.document == document.document_type())
        .filter_map(|need| unmet(document.as_document(), need))
        .collect()
}

/// Freight and fees are neither scanned nor declared.
fn is_no_goods(document: &AnyDocument) -> bool {
    matches!(document, AnyDocument::Article(article) if article.is_stock_article == Some(false))
}

fn unmet(document: &dyn Document, need: &Need) -> Option<Fault> {
    let fault = |field: &str| {
        Fault::new(code::PURPOSE_NOT_MET)
            .at(Place::default().field(field))
            .with("purpose", need.purpose.name())
            .with("members", need.one_of.join(", "))
    };
    let first = need.one_of.first().copied().unwrap_or_default();
    let Some(list) = need.each else {
        return (!need.one_of.iter().any(|path| holds(document, path))).then(|| fault(first));
    };
    let (of_items, of_document): (Vec<&str>, Vec<&str>) =
        need.one_of.iter().partition(|path| within(path, list).is_some());
    if of_document.iter().any(|path| holds(document, path)) {
        return None;
    }
    let lacking: Vec<String> = items(document, list)
        .into_iter()
        .zip(1..)
        .filter(|(line, _)| !is_information(*line))
        .filter(|(line, _)| {
            !of_items.iter().filter_map(|path| within(path, list)).any(|path| holds(*line, path))
        })
        .map(|(line, position)| text(line, "row_number").unwrap_or_else(|| position.to_string()))
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let more = if lacking.len() > LINES_SHOWN { " …" } else { "" };
    let shown: Vec<&str> = lacking.iter().take(LINES_SHOWN).map(String::as_str).collect();
    Some(fault(first).found(format!("{}{more}", shown.join(", "))))
}

/// A line that is not picked carries no goods.
fn is_information(line: &dyn Document) -> bool {
    matches!(content(line, "should_be_picked"), Content::Value(Value::Boolean(false)))
}

/// The path from an item of the list on.
fn within<'p>(path: &'p str, list: &str) -> Option<&'p str> {
    path.strip_prefix(list)?.strip_prefix('.')
}

fn content<'d>(document: &'d dyn Document, name: &str) -> Content<'d> {
    document.shape().position(name).map_or(Content::Empty, |position| document.content(position))
}

fn items<'d>(document: &'d dyn Document, list: &str) -> Vec<&'d dyn Document> {
    match content(document, list) {
        Content::List(items) => items,
        Content::Empty | Content::Value(_) | Content::Object(_) => Vec::new(),
    }
}

fn text(document: &dyn Document, name: &str) -> Option<String> {
    match content(document, name) {
        Content::Value(Value::Text(text)) => Some(text.into()),
        Content::Empty | Content::Value(_) | Content::Object(_) | Content::List(_) => None,
    }
}

/// Whether something stands in a member, or in that member of any item of a list on the way.
fn holds(document: &dyn Document, path: &str) -> bool {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    match (content(document, name), rest) {
        (Content::Empty, _) => false,
        (Content::Value(Value::Text(text)), None) => !text.trim().is_empty(),
        (Content::Value(_), rest) => rest.is_none(),
        (Content::Object(nested), Some(rest)) => holds(nested, rest),
        (Content::Object(nested), None) => !is_empty(nested),
        (Content::List(items), Some(rest)) => items.iter().any(|item| holds(*item, rest)),
        (Content::List(items), None) => !items.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::MemberKind;

    #[test]
    fn every_member_that_a_purpose_names_exists() {
        for need in NEEDS {
            for path in need.one_of {
                let mut shape = need.document.shape();
                let mut parts = path.split('.').peekable();
                while let Some(part) = parts.next() {
                    let position = shape.position(part).unwrap_or_else(|| panic!("{path}: {part}"));
                    match (shape.members[position].kind, parts.peek()) {
                        (MemberKind::Object(inner) | MemberKind::List(inner), Some(_)) => shape = inner(),
                        (MemberKind::Object(_) | MemberKind::List(_), None) => panic!("{path} is no value"),
                        (_, rest) => assert_eq!(rest, None, "{path}"),
                    }
                }
            }
            assert!(need.each.is_none_or(|list| need.document.shape().position(list).is_some()));
        }
        for purpose in Purpose::ALL {
            assert!(purpose.needs().count() > 0, "{}", purpose.name());
        }
    }
}
