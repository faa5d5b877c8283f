//! Which documents a file has, by what its header names.

use serde::Serialize;

use super::words::{self, Meant, SURE, Target};
use crate::document::{DocumentType, Member, MemberKind, Shape};

/// A document that a file may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Kind {
    /// Its name in format files.
    pub document: &'static str,
    /// How well it fits; only for comparing.
    pub score: i32,
    /// The roles of columns that speak for it.
    pub has: Vec<&'static str>,
    /// What Ongoing requires of it and no column is.
    pub lacks: Vec<&'static str>,
    #[serde(skip)]
    pub(super) of: Option<DocumentType>,
}

/// A second kind that is so near to the first is told as one that fits too.
const NEAR: i32 = 3;

/// The kinds of documents that may be meant, the likeliest first, by what each column may be.
pub(super) fn kinds(columns: &[Meant]) -> Vec<Kind> {
    let present: Vec<&'static str> = present(columns);
    let has = |names: &[&str]| names.iter().any(|name| present.contains(name));
    let count = |names: &[&str]| -> i32 {
        i32::try_from(names.iter().filter(|name| present.contains(*name)).count()).unwrap_or(0)
    };
    let order = has(&["order_number"]);
    let purchase = has(&["purchase_order_number"]);
    let returned = has(&["return_order_number"]);
    let quantity = has(&["quantity", "return_quantity"]);
    // A number that says not of what is that of the article where the document has one, and the other way round.
    let nameless = has(&["own_number", "own_document_number"]);
    let article = has(&["article_number"]) || (nameless && (order || purchase || returned));
    let number = order || purchase || (nameless && quantity && is_sure(columns, "article_number"));
    let own = article || has(&["own_number"]);
    let lines = article && quantity;
    let supplier = has(&["supplier_number", "supplier_name"]);
    let consignee = ["customer_number", "address1", "post_code", "city", "country"];
    let details = [
        "article_name",
        "bar_code",
        "bar_code_package",
        "weight",
        "net_weight",
        "length",
        "width",
        "height",
        "volume",
        "article_group",
        "purchase_price",
        "statistics_number",
        "country_of_origin",
        "stock_article",
        "package_quantity",
        "pallet_quantity",
        "supplier_article_number",
        "unit",
    ];
    let changes =
        ["delivery_date", "transporter", "transporter_service", "service_point", "waybill", "order_status"];
    let if_ = |yes: bool, score: i32| if yes { score } else { 0 };
    let scores = [
        (
            DocumentType::Order,
            if_(number, 4)
                + if_(lines, 5)
                + count(&consignee).min(4)
                + if_(has(&["delivery_date"]), 1)
                + if_(order, 1)
                - if_(!quantity && !article, 5)
                - if_(!number, 6)
                - if_(returned, 4)
                - if_(supplier && count(&consignee) == 0, 1),
        ),
        (
            DocumentType::PurchaseOrder,
            if_(number, 3)
                + if_(purchase && !order, 4)
                + if_(lines, 5)
                + if_(supplier, 4)
                + if_(has(&["in_date"]), 2)
                - count(&consignee).min(4) * 2
                - if_(!quantity, 6)
                - if_(!number, 6)
                - if_(returned, 4),
        ),
        (
            DocumentType::ReturnOrder,
            if_(returned, 8) + if_(has(&["cause", "return_quantity"]), 4) + if_(order, 2) + if_(quantity, 2)
                - if_(!returned, 4)
                - if_(!quantity, 4),
        ),
        (
            DocumentType::Article,
            if_(own, 4) + count(&details).min(8)
                - if_(number || returned, 8)
                - if_(quantity, 3)
                - if_(!own, 8),
        ),
        (
            DocumentType::OrderChange,
            if_(order, 4) + count(&changes).min(4)
                - if_(article || quantity, 8)
                - if_(!order, 8)
                - count(&consignee).min(3) * 2
                - if_(count(&changes) == 0, 4)
                - if_(returned, 4),
        ),
        (
            DocumentType::Cancellation,
            if_(number, 4) + if_(columns.len() <= 3, 2)
                - if_(article || quantity || returned, 8)
                - count(&consignee)
                - count(&changes) * 2
                - if_(columns.len() > 6, 4)
                - if_(!number, 8),
        ),
    ];
    let mut kinds: Vec<Kind> = scores
        .into_iter()
        .filter(|(_, score)| *score > 0)
        .map(|(of, score)| {
            let has: Vec<&str> = present.iter().copied().filter(|name| speaks_for(name, of)).collect();
            let lacks = required(of).iter().copied().filter(|path| !is_met(&present, of, path)).collect();
            Kind { document: of.name(), score, has, lacks, of: Some(of) }
        })
        .collect();
    kinds.sort_by_key(|kind| -kind.score);
    let best = kinds.first().map_or(0, |kind| kind.score);
    kinds.retain(|kind| kind.score + NEAR >= best);
    kinds
}

/// The roles that some column may have.
fn present(columns: &[Meant]) -> Vec<&'static str> {
    let mut present = Vec::new();
    for role in columns.iter().flatten().filter_map(|(_, role)| words::roles().get(*role)) {
        if !present.contains(&role.name) {
            present.push(role.name);
        }
    }
    present
}

/// Whether some column has this role by a name that means nothing else.
fn is_sure(columns: &[Meant], role: &str) -> bool {
    let role = words::named(role);
    columns.iter().flatten().any(|(sure, meant)| Some(*meant) == role && *sure <= SURE)
}

fn speaks_for(role: &str, document: DocumentType) -> bool {
    words::named(role)
        .and_then(|at| words::roles().get(at))
        .is_some_and(|role| matches!(role.target(document), Some(Target::Member { .. })))
}

fn is_met(present: &[&str], document: DocumentType, path: &str) -> bool {
    words::roles().iter().filter(|role| present.contains(&role.name)).any(|role| {
        match role.target(document) {
            Some(Target::Member { path: own, of_lines }) => own == path || of_lines == Some(path),
            _ => false,
        }
    })
}

/// What a document cannot be without: what Ongoing requires, and the quantity, without which a row is a fault.
pub(super) fn required(document: DocumentType) -> &'static [&'static str] {
    match document {
        DocumentType::Article => &["article_number"],
        DocumentType::Order => &[
            "order_number",
            "delivery_date",
            "consignee.name",
            "order_lines.article_number",
            "order_lines.number_of_items",
        ],
        DocumentType::PurchaseOrder => &[
            "purchase_order_number",
            "purchase_order_lines.article_number",
            "purchase_order_lines.number_of_items",
        ],
        DocumentType::ReturnOrder => {
            &["return_order_number", "order_number", "return_order_lines.to_be_returned_number_of_items"]
        }
        DocumentType::OrderChange | DocumentType::Cancellation => &["order_number"],
        _ => &[],
    }
}

/// The list of lines of a document.
pub(super) fn lines(document: DocumentType) -> Option<&'static str> {
    match document {
        DocumentType::Order => Some("order_lines"),
        DocumentType::PurchaseOrder => Some("purchase_order_lines"),
        DocumentType::ReturnOrder => Some("return_order_lines"),
        _ => None,
    }
}

/// The member that names a document.
pub(super) fn number(document: DocumentType) -> Option<&'static str> {
    match document {
        DocumentType::Cancellation => Some("order_number"),
        document => required(document).first().copied(),
    }
}

/// The member of this path.
pub(super) fn member(document: DocumentType, path: &str) -> Option<&'static Member> {
    let mut shape: &'static Shape = document.shape();
    let mut found = None;
    for name in path.split('.') {
        let member = shape.members.get(shape.position(name)?)?;
        if let MemberKind::Object(inner) | MemberKind::List(inner) = member.kind {
            shape = inner();
        }
        found = Some(member);
    }
    found.filter(|member| !matches!(member.kind, MemberKind::Object(_) | MemberKind::List(_)))
}
