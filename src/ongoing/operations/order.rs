//! `PUT /orders`, and how an order is found again by our number.

use super::Doing;
use crate::ongoing::answer::{Answer, Unavailable};
use crate::ongoing::compare::{Json, order_differs};
use crate::ongoing::rest::{Found, compare};
use crate::ongoing::routes;

/// The status of an order that was cancelled (`ongoing-rest-api.md`, section 8).
pub(in crate::ongoing) const CANCELLED: i64 = 1000;

pub(super) async fn put(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    let (id, message) = doing.put(&routes::PUT_ORDER, "orders", "orderId").await?;
    Ok(Answer::Accepted { ongoing_id: Some(id), message })
}

pub(super) async fn look(doing: &mut Doing<'_>) -> Result<Found, Unavailable> {
    let number = doing.number().to_owned();
    let list = doing.list(&routes::GET_ORDERS, "orders", vec![("orderNumber", number.clone())]).await?;
    let there: Vec<&Json> = list.items().iter().filter(|order| is_of(order, &number)).collect();
    Ok(compare(doing.call, &there, id, |sent, there| {
        // A cancelled order is not what a put asks for, whatever its members say.
        if status(there) == Some(CANCELLED) {
            Some("orderStatus".to_owned())
        } else {
            order_differs(sent, there)
        }
    }))
}

/// The order of our number that is not cancelled, else the last one that was.
pub(in crate::ongoing) fn select_order<'a>(list: &'a Json, number: &str) -> Option<&'a Json> {
    let of_number = || list.items().iter().filter(|order| is_of(order, number));
    of_number().rfind(|order| status(order) != Some(CANCELLED)).or_else(|| of_number().next_back())
}

fn is_of(order: &Json, number: &str) -> bool {
    head(order).and_then(|head| head.text("orderNumber")) == Some(number)
}

fn head(order: &Json) -> Option<&Json> {
    order.member("orderInfo")
}

/// Ongoing's id of an order.
pub(in crate::ongoing) fn id(order: &Json) -> Option<i64> {
    head(order)?.whole("orderId")
}

/// The status of an order.
pub(in crate::ongoing) fn status(order: &Json) -> Option<i64> {
    head(order)?.member("orderStatus")?.whole("number")
}

/// The status of an order as people read it: number and text.
pub(in crate::ongoing) fn status_text(order: &Json) -> String {
    let text = head(order).and_then(|head| head.member("orderStatus")).and_then(|status| status.text("text"));
    format!("{} {}", status(order).unwrap_or_default(), text.unwrap_or_default()).trim().to_owned()
}
