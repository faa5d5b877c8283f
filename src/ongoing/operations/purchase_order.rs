//! `PUT /purchaseOrders`, and the article items that it announces. Their request adds, and a repeat would announce them
//! twice: so what is there already is read first, and only the rest is sent (promise 5). Nothing takes an announced item
//! back: where Ongoing shows one that the document does not name any more, a new one beside it would be goods that never
//! come, and is refused.

use rust_decimal::Decimal;

use super::{Doing, partly};
use crate::fault::{Fault, code};
use crate::ongoing::answer::{Answer, Unavailable};
use crate::ongoing::compare::{Json, purchase_order_differs};
use crate::ongoing::members::Members;
use crate::ongoing::rest::{Found, compare};
use crate::ongoing::routes;
use crate::ongoing::wire::{date_of, decimal_of};

/// The status of a purchase order that was cancelled (`ongoing-rest-api.md`, section 8).
pub(in crate::ongoing) const CANCELLED: i64 = 900;

/// While it is open to doubt whether items were announced, they are looked for so often before they are sent again.
const LOOKS_BEFORE_ADDING: u32 = 3;

const LINES: &str = "purchaseOrderLines";
const ITEMS: &str = "@articleItems";

pub(super) async fn put(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    let (id, message) = doing.put(&routes::PUT_PURCHASE_ORDER, "purchaseOrders", "purchaseOrderId").await?;
    announce(doing, id).await?;
    Ok(Answer::Accepted { ongoing_id: Some(id), message })
}

async fn announce(doing: &mut Doing<'_>, id: i64) -> Result<(), Answer> {
    let lines = lines_with_items(&doing.document());
    if lines.is_empty() {
        return Ok(());
    }
    let lags = |number: &str| Answer::Unknown(Fault::new(code::ONGOING_LAGS).with("number", number));
    let number = doing.number().to_owned();
    let Some(there) = doing.purchase_order(&number).await? else { return Err(lags(&number)) };
    let mut body = String::from("{\"items\":[");
    let mut missing = 0;
    for (row, items) in &lines {
        let line = line_of(&there, row);
        let Some(line_id) = line.and_then(|line| line.whole("id")) else { return Err(lags(&number)) };
        let (added, left_over) = not_there(items, line);
        if !added.is_empty() && left_over > 0 {
            return Err(Answer::Refused(
                Fault::new(code::ANNOUNCED_OTHERWISE).with("number", &number).with("row", row),
            ));
        }
        for item in added {
            if missing > 0 {
                body.push(',');
            }
            missing += 1;
            let mut written = String::new();
            item.written(&mut written);
            body.push_str(&format!("{{\"purchaseOrderLineId\":{line_id}"));
            body.push_str(if written == "{}" { "" } else { "," });
            body.push_str(written.strip_prefix('{').unwrap_or("}"));
        }
    }
    body.push_str("]}");
    if missing == 0 {
        return Ok(());
    }
    if doing.hint.in_doubt && doing.hint.tries < LOOKS_BEFORE_ADDING {
        return Err(lags(&number));
    }
    let path = format!("purchaseOrders/{id}/articleItems");
    let call = doing.call;
    let done = doing.write(&routes::PUT_ARTICLE_ITEMS, &path, Vec::new(), Some(body), true).await;
    done.map_err(|answer| partly(answer, call, "article items"))?;
    Ok(())
}

/// The lines that announce items, by row number.
fn lines_with_items(document: &Members) -> Vec<(String, Vec<Members>)> {
    let lines = document.list(LINES).into_iter();
    lines
        .map(|line| (line.text("rowNumber").unwrap_or_default(), line.list(ITEMS)))
        .filter(|(_, items)| !items.is_empty())
        .collect()
}

fn line_of<'a>(order: &'a Json, row: &str) -> Option<&'a Json> {
    let lines = order.member(LINES).map_or(&[][..], Json::items);
    lines.iter().find(|line| line.text("rowNumber").map(str::trim) == Some(row.trim()))
}

/// The items that the line does not show, and how many it shows that are none of ours; each item that is there accounts
/// for one.
fn not_there<'m>(items: &'m [Members], line: Option<&Json>) -> (Vec<&'m Members>, usize) {
    let there = line.and_then(|line| line.member("articleItems")).map_or(&[][..], Json::items);
    let mut there: Vec<Identity> = there.iter().map(Identity::of_read).collect();
    let mut missing = Vec::new();
    for item in items {
        let wanted = Identity::of_sent(item);
        match there.iter().position(|known| *known == wanted) {
            Some(at) => drop(there.swap_remove(at)),
            None => missing.push(item),
        }
    }
    (missing, there.len())
}

/// What tells one announced item from another; what Ongoing does not read back is no part of it.
#[derive(Debug, PartialEq)]
struct Identity {
    quantity: Option<Decimal>,
    serial: String,
    batch: String,
    container: String,
    case_number: String,
    expiry: Option<chrono::NaiveDate>,
}

impl Identity {
    fn of_sent(item: &Members) -> Identity {
        let text = |name: &str| item.text(name).unwrap_or_default().trim().to_owned();
        Identity {
            quantity: item.raw("numberOfItems").and_then(decimal_of),
            serial: text("serial"),
            batch: text("batch"),
            container: text("container"),
            case_number: text("caseNumber"),
            expiry: item.text("expiryDate").as_deref().and_then(date_of),
        }
    }

    fn of_read(item: &Json) -> Identity {
        let text = |name: &str| item.text(name).unwrap_or_default().trim().to_owned();
        let quantity = match item.member("numberOfItems") {
            Some(Json::Number(text) | Json::Text(text)) => decimal_of(text),
            _ => None,
        };
        Identity {
            quantity,
            serial: text("serial"),
            batch: text("batchNumber"),
            container: text("container"),
            case_number: text("caseNumber"),
            expiry: item.text("expiryDate").and_then(date_of),
        }
    }
}

pub(super) async fn look(doing: &mut Doing<'_>) -> Result<Found, Unavailable> {
    let number = doing.number().to_owned();
    let Some(there) = doing.purchase_order(&number).await? else { return Ok(Found::Missing) };
    let found = compare(doing.call, &[&there], id, |sent, there| {
        if status(there) == Some(CANCELLED) {
            Some("purchaseOrderStatus".to_owned())
        } else {
            purchase_order_differs(sent, there)
        }
    });
    let lines = lines_with_items(&doing.document());
    let whole = lines.iter().all(|(row, items)| not_there(items, line_of(&there, row)).0.is_empty());
    Ok(match found {
        Found::Same { ongoing_id } if !whole => {
            Found::Different { ongoing_id, what: "articleItems".to_owned() }
        }
        found => found,
    })
}

/// The purchase order of our number that is not cancelled, else the last one that was.
pub(super) fn select<'a>(list: &'a Json, number: &str) -> Option<&'a Json> {
    let is_of = |order: &&Json| head(order).and_then(|head| head.text("purchaseOrderNumber")) == Some(number);
    let of_number = || list.items().iter().filter(is_of);
    of_number().rfind(|order| status(order) != Some(CANCELLED)).or_else(|| of_number().next_back())
}

fn head(order: &Json) -> Option<&Json> {
    order.member("purchaseOrderInfo")
}

/// Ongoing's id of a purchase order.
pub(in crate::ongoing) fn id(order: &Json) -> Option<i64> {
    head(order)?.whole("purchaseOrderId")
}

/// The status of a purchase order.
pub(in crate::ongoing) fn status(order: &Json) -> Option<i64> {
    head(order)?.member("purchaseOrderStatus")?.whole("number")
}

/// The status of a purchase order as people read it: number and text.
pub(in crate::ongoing) fn status_text(order: &Json) -> String {
    let text = head(order)
        .and_then(|head| head.member("purchaseOrderStatus"))
        .and_then(|status| status.text("text"));
    format!("{} {}", status(order).unwrap_or_default(), text.unwrap_or_default()).trim().to_owned()
}

pub(super) fn preview(document: &Members, line: &dyn Fn(&str, &str) -> String) -> Vec<String> {
    let lines = lines_with_items(document);
    if lines.is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    for (row, announced) in &lines {
        for item in announced {
            let mut written = String::new();
            item.written(&mut written);
            let rest = written.strip_prefix('{').unwrap_or("}");
            let comma = if rest == "}" { "" } else { "," };
            items.push(format!("{{\"purchaseOrderLineId\":\"{{of row {row}}}\"{comma}{rest}"));
        }
    }
    let body = format!("{{\"items\":[{}]}}", items.join(","));
    vec![line(routes::GET_PURCHASE_ORDERS.method, ""), line(routes::PUT_ARTICLE_ITEMS.method, &body)]
}
