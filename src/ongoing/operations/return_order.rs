//! `PUT /returnOrders`: the order and its lines go in by Ongoing's ids, which are looked up by our numbers first
//! (`ongoing-rest-api.md`, section 12.1).

use super::{Doing, not_there};
use crate::call::{Call, Kind};
use crate::fault::{Fault, code};
use crate::ongoing::answer::{Answer, Unavailable};
use crate::ongoing::compare::{Json, return_order_differs};
use crate::ongoing::members::Members;
use crate::ongoing::operations::order;
use crate::ongoing::rest::{Found, compare};
use crate::ongoing::routes;

const LINES: &str = "returnOrderLines";

/// The ids that a return order needs: of the order, and of each line of ours in its order.
pub(super) struct Ids {
    order: i64,
    lines: Vec<i64>,
}

pub(super) async fn put(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    let document = doing.document();
    let number = document.text("@orderNumber").unwrap_or_default();
    let Some(there) = doing.order(&number).await? else { return Err(not_there(Kind::Order, &number)) };
    let Some(order) = order::id(&there) else { return Err(not_there(Kind::Order, &number)) };
    let lines = document.list(LINES);
    let lines = lines.iter().map(|line| line_id(&there, line, &number)).collect::<Result<_, _>>()?;
    let body = body(doing.call, &document, Some(&Ids { order, lines }));
    let done = doing.write(&routes::PUT_RETURN_ORDER, "returnOrders", Vec::new(), Some(body), false).await?;
    match done.json.whole("returnOrderId") {
        Some(id) => Ok(Answer::Accepted { ongoing_id: Some(id), message: done.message }),
        None => Err(Answer::Unknown(
            Fault::new(code::ONGOING_NO_ID)
                .with("method", routes::PUT_RETURN_ORDER.method)
                .found(done.message),
        )),
    }
}

/// The order line that comes back: by its row number, else by an article that stands on one line only.
fn line_id(order: &Json, line: &Members, number: &str) -> Result<i64, Answer> {
    let there = order.member("orderLines").map_or(&[][..], Json::items);
    let (row, article) = (line.text("@orderRowNumber"), line.text("@articleNumber"));
    let article_of = |line: &Json| {
        line.member("article").and_then(|article| article.text("articleNumber")).map(str::to_owned)
    };
    let fits = |candidate: &&Json| match &row {
        Some(row) => candidate.text("rowNumber").map(str::trim) == Some(row.trim()),
        None => article.is_some() && article_of(candidate) == article,
    };
    let mut fitting = there.iter().filter(fits);
    let (first, second) = (fitting.next(), fitting.next());
    match (first.and_then(|line| line.whole("id")), second) {
        (Some(id), None) => Ok(id),
        (_, second) => {
            let wanted = row.map_or_else(
                || format!("article {}", article.unwrap_or_default()),
                |row| format!("order row {row}"),
            );
            let found = if second.is_some() { format!("{wanted} on several lines") } else { wanted };
            let fault = Fault::new(code::ORDER_LINE_NOT_FOUND)
                .with("order", number)
                .with("row", line.text("returnOrderRowNumber").unwrap_or_default())
                .found(found);
            Err(Answer::Refused(fault))
        }
    }
}

/// The body, with the ids that were looked up, or with their names in braces for people to look at.
pub(super) fn body(call: &Call, document: &Members, ids: Option<&Ids>) -> String {
    let owner = call.key.lane.goods_owner;
    let order = ids.map_or_else(|| "\"{orderId}\"".to_owned(), |ids| ids.order.to_string());
    let mut lines = Vec::new();
    for (index, line) in document.list(LINES).iter().enumerate() {
        let id = ids.and_then(|ids| ids.lines.get(index));
        let id = id.map_or_else(|| "\"{orderLineId}\"".to_owned(), i64::to_string);
        let mut written = String::new();
        line.written(&mut written);
        let rest = written.strip_prefix('{').unwrap_or("}");
        let comma = if rest == "}" { "" } else { "," };
        lines.push(format!("{{\"customerOrderLine\":{{\"orderLineId\":{id}}}{comma}{rest}"));
    }
    let mut written = String::new();
    document.without(LINES).written(&mut written);
    let rest = written.strip_prefix('{').unwrap_or("}");
    let comma = if rest == "}" { "" } else { "," };
    format!(
        "{{\"goodsOwnerId\":{owner},\"customerOrder\":{{\"orderId\":{order}}},\"{LINES}\":[{}]{comma}{rest}",
        lines.join(",")
    )
}

pub(super) async fn look(doing: &mut Doing<'_>) -> Result<Found, Unavailable> {
    let number = doing.number().to_owned();
    let query = vec![("returnOrderNumbers", number.clone())];
    let list = doing.list(&routes::GET_RETURN_ORDERS, "returnOrders", query).await?;
    let head = |order: &Json| order.member("returnOrderInfo").cloned().unwrap_or(Json::Null);
    let is_it = |order: &&Json| head(order).text("returnOrderNumber") == Some(number.as_str());
    let there: Vec<&Json> = list.items().iter().filter(is_it).collect();
    Ok(compare(doing.call, &there, |order| head(order).whole("returnOrderId"), return_order_differs))
}
