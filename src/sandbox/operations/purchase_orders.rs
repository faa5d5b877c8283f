//! `/purchaseOrders`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::orders::untyped;
use super::{Call, used_codes};
use crate::sandbox::filters::{among, any_among, at_least, at_most, most, numbers, only_if, since, until};
use crate::sandbox::store::registries::{PURCHASE_ORDER_STATUSES, statuses_json};
use crate::sandbox::store::{PurchaseOrder, Refusal, Store, text_of};

/// What an operation comes to.
pub fn done(store: &mut Store, call: &Call<'_>, path: &str) -> Option<Result<Value, Refusal>> {
    let (writer, body, id) = (&call.writer, call.body, call.id("purchaseOrderId"));
    let put = |id: i64| json!({ "purchaseOrderId": id, "message": "Purchase order created/updated" });
    let cancelled = |id: i64| json!({ "purchaseOrderId": id, "message": "Purchase order cancelled" });
    let well = |()| json!({ "purchaseOrderId": id, "message": "OK" });
    let unknown = || Err(writer.unknown("Purchase order", id));
    Some(match (call.asked.verb.as_str(), path) {
        ("GET", "purchaseOrders") => list(store, call),
        ("PUT", "purchaseOrders") => store.put_purchase_order(writer, None, body).map(put),
        ("PUT", "purchaseOrders/{purchaseOrderId}") => match store.purchase_orders.get(id) {
            Some(_) => store.put_purchase_order(writer, Some(id), body).map(put),
            None => unknown(),
        },
        ("GET", "purchaseOrders/{purchaseOrderId}") => match store.purchase_orders.get(id) {
            Some(_) => store.read_purchase_order(id).map_or_else(unknown, Ok),
            None => unknown(),
        },
        ("DELETE", "purchaseOrders") => {
            let number = call.asked.parameter("purchaseOrderNumber").unwrap_or_default();
            match store.purchase_orders.id_of(call.owner(), number) {
                Some(id) => store.cancel_purchase_order(writer, id).map(|()| cancelled(id)),
                None => Err(writer.unknown("Purchase order", number)),
            }
        }
        ("DELETE", "purchaseOrders/{purchaseOrderId}") => {
            store.cancel_purchase_order(writer, id).map(|()| cancelled(id))
        }
        ("GET", "purchaseOrders/statuses") => {
            Ok(json!({ "orderStatuses": statuses_json(&PURCHASE_ORDER_STATUSES) }))
        }
        ("GET", "purchaseOrders/types") => {
            let normal = json!({ "code": "N", "name": "Normal" });
            let used = store.purchase_orders.of_owner(call.owner(), &[]);
            let used = used.iter().filter_map(|order| order.body.get("purchaseOrderType"));
            Ok(json!({ "purchaseOrderTypes": used_codes(used.chain(std::iter::once(&normal))) }))
        }
        ("PUT", "purchaseOrders/{purchaseOrderId}/articleItems") => {
            store.announce_items(writer, id, &body["items"])
        }
        ("PATCH", "purchaseOrders/{purchaseOrderId}/lines/{purchaseOrderLineId}/reportedNumberOfItems") => {
            let reported = store.report_purchase_line(writer, id, call.id("purchaseOrderLineId"), body);
            reported.map(|()| untyped(call, well(())))
        }
        ("PATCH", "purchaseOrders/{purchaseOrderId}/setReportedNumberOfItemsToReceivedNumberOfItems") => {
            store.report_purchase_order(writer, id).map(|()| untyped(call, well(())))
        }
        ("PATCH", _) => store.patch_purchase_order(writer, id, call.last_part(), body).map(well),
        _ => return None,
    })
}

fn list(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let numbers = numbers(call.asked, "purchaseOrderNumber", "purchaseOrderNumbers");
    let found = store.purchase_orders.of_owner(call.owner(), &numbers);
    let ids: Vec<i64> = found.into_iter().filter(|order| fits(call, order)).map(|order| order.id).collect();
    // One that cannot be seen yet takes no place in a page: a short page means the end.
    let seen = ids.into_iter().filter_map(|id| store.read_purchase_order(id));
    Ok(seen.take(most(call.asked, "maxPurchaseOrdersToGet")).collect())
}

fn fits(call: &Call<'_>, order: &PurchaseOrder) -> bool {
    let asked = call.asked;
    let null_counts = call.switches().null_reported_counts_as_zero;
    let in_date = day(text_of(&order.body, "inDate"));
    among(asked, "purchaseOrderNumbers", &order.number)
        && any_among(asked, "articleNumbers", order.lines.iter().map(|line| line.article()))
        && at_least(asked, "purchaseOrderStatusFrom", order.status)
        && at_most(asked, "purchaseOrderStatusTo", order.status)
        && at_least(asked, "purchaseOrderIdFrom", order.id)
        && since(asked, "purchaseOrderStatusChangedTimeFrom", Some(order.status_changed))
        && since(asked, "lastReceiveTimeFrom", order.received)
        && until(asked, "lastReceiveTimeTo", order.received)
        && since(asked, "inDateFrom", in_date)
        && until(asked, "inDateTo", in_date)
        && only_if(asked, "onlyPurchaseOrdersWithOrderLinesToReport", || {
            order.lines.iter().any(|line| line.to_report(null_counts))
        })
}

/// A date, or a time, as the time to compare; a bare date is taken as its first instant.
fn day(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let local = text
        .parse::<chrono::NaiveDateTime>()
        .ok()
        .or_else(|| text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0))?;
    Some(local.and_utc())
}
