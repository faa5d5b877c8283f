//! `/returnOrders`.

use serde_json::{Value, json};

use super::{Call, codes_json};
use crate::sandbox::filters::{any_among, at_least, at_most, since};
use crate::sandbox::store::registries::statuses_json;
use crate::sandbox::store::{Refusal, ReturnOrder, Store};

/// What an operation comes to.
pub fn done(store: &mut Store, call: &Call<'_>, path: &str) -> Option<Result<Value, Refusal>> {
    let (writer, body, id) = (&call.writer, call.body, call.id("returnOrderId"));
    let cause = |id: i64| json!({ "returnCauseId": id, "success": true, "message": "OK" });
    Some(match (call.asked.verb.as_str(), path) {
        ("GET", "returnOrders") => list(store, call),
        ("PUT", "returnOrders") => store
            .put_return_order(writer, body)
            .map(|id| json!({ "returnOrderId": id, "message": "Return order created/updated" })),
        ("GET", "returnOrders/{returnOrderId}") => match store.return_orders.get(id) {
            Some(_) => store.read_return_order(id, writer).ok_or_else(|| writer.unknown("Return order", id)),
            None => Err(writer.unknown("Return order", id)),
        },
        ("GET", "returnOrders/statuses") => {
            let statuses = &call.switches().return_order_statuses;
            let statuses: Vec<(i64, &str)> =
                statuses.iter().map(|(number, text)| (*number, text.as_str())).collect();
            Ok(json!({ "returnOrderStatuses": statuses_json(&statuses) }))
        }
        ("GET", "returnOrders/returnCauses") => {
            Ok(json!({ "returnCauses": codes_json(&store.registries.return_causes, call.owner()) }))
        }
        ("PUT", "returnOrders/returnCauses") => {
            store.put_entry(writer, |lists| &mut lists.return_causes, None, body).map(cause)
        }
        ("PUT", "returnOrders/returnCauses/{returnCauseId}") => {
            let id = call.id("returnCauseId");
            store.put_entry(writer, |lists| &mut lists.return_causes, Some(id), body).map(cause)
        }
        _ => return None,
    })
}

fn list(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    let found = store.return_orders.of_owner(call.owner(), &call.asked.parameters("returnOrderNumbers"));
    let fitting = found.into_iter().filter(|order| fits(store, call, order));
    let ids: Vec<i64> = fitting.map(|order| order.id).collect();
    Ok(ids.into_iter().filter_map(|id| store.read_return_order(id, &call.writer)).collect())
}

fn fits(store: &Store, call: &Call<'_>, order: &ReturnOrder) -> bool {
    let asked = call.asked;
    let sent = store.orders.get(order.order).map(|sent| sent.number.as_str());
    let status = order.status(&call.switches().return_order_statuses);
    any_among(asked, "customerOrderNumbers", sent.into_iter())
        && since(asked, "goodsReturnedFromDate", order.returned)
        && at_least(asked, "returnOrderStatusFrom", status)
        && at_most(asked, "returnOrderStatusTo", status)
}
