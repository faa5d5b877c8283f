//! Marks: which quantity the ERP was told (`ongoing-rest-api.md`, section 10).

use super::Doing;
use crate::ongoing::answer::{Answer, Unavailable, message_of};
use crate::ongoing::compare::Json;
use crate::ongoing::rest::Found;
use crate::ongoing::routes;
use crate::ongoing::wire::decimal_of;

pub(super) fn body(reported_number_of_items: &str) -> String {
    format!("{{\"reportedNumberOfItems\":{reported_number_of_items}}}")
}

pub(super) async fn order_line(
    doing: &mut Doing<'_>,
    order_id: i64,
    order_line_id: i64,
    reported_number_of_items: &str,
) -> Result<Answer, Answer> {
    let path = format!("orders/{order_id}/lines/{order_line_id}/reportedNumberOfItems");
    let body = body(reported_number_of_items);
    let done = doing.write(&routes::MARK_ORDER_LINE, &path, Vec::new(), Some(body), true).await?;
    let message = done.json.text("message").map(message_of).unwrap_or_default();
    Ok(Answer::Accepted { ongoing_id: Some(order_id), message })
}

pub(super) async fn look_at_order_line(
    doing: &mut Doing<'_>,
    order_id: i64,
    order_line_id: i64,
    reported_number_of_items: &str,
) -> Result<Found, Unavailable> {
    let path = format!("orders/{order_id}");
    let Some(order) = doing.one(&routes::GET_ORDER, &path).await? else { return Ok(Found::Missing) };
    let lines = order.member("orderLines").map_or(&[][..], Json::items);
    let Some(line) = lines.iter().find(|line| line.whole("id") == Some(order_line_id)) else {
        return Ok(Found::Missing);
    };
    let ongoing_id = Some(order_id);
    let reported = match line.member("reportedNumberOfItems") {
        Some(Json::Number(text) | Json::Text(text)) => decimal_of(text),
        _ => None,
    };
    let same = reported.is_some() && reported == decimal_of(reported_number_of_items);
    let what = "reportedNumberOfItems".to_owned();
    Ok(if same { Found::Same { ongoing_id } } else { Found::Different { ongoing_id, what } })
}
