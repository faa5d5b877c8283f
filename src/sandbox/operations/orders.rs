//! `/orders`: the orders and their lists of codes.

use serde_json::{Value, json};

use super::{Call, codes_json, used_codes};
use crate::sandbox::filters::{
    among, any_among, at_least, at_most, most, numbers, only_if, since, until, within,
};
use crate::sandbox::settings::UntypedAnswer;
use crate::sandbox::store::registries::{ORDER_STATUSES, statuses_json};
use crate::sandbox::store::{Order, Refusal, Store, text_of};

/// How far back `orderUpdatedTimeFrom` may reach (`ongoing-rest-api.md`, section 7).
const UPDATED_HOURS_MAX: i64 = 48;

/// What an operation comes to.
pub fn done(store: &mut Store, call: &Call<'_>, path: &str) -> Option<Result<Value, Refusal>> {
    let (writer, body, id) = (&call.writer, call.body, call.id("orderId"));
    let put = |id: i64| json!({ "orderId": id, "message": "Order created<br/>" });
    let well = |()| json!({ "orderId": id, "message": "OK" });
    let way = |id: i64| json!({ "wayOfDeliveryTypeId": id, "success": true, "message": "OK" });
    let parcel = |id: i64| json!({ "parcelId": id, "success": true, "message": "OK" });
    let row = |id: i64| json!({ "wayBillRowId": id, "success": true, "message": "OK" });
    let (way_id, row_id) = (call.id("wayOfDeliveryTypeId"), call.id("wayBillRowId"));
    Some(match (call.asked.verb.as_str(), path) {
        ("GET", "orders") => list(store, call),
        ("PUT", "orders") => store.put_order(writer, None, body).map(put),
        ("PUT", "orders/{orderId}") => match store.orders.get(id) {
            Some(_) => store.put_order(writer, Some(id), body).map(put),
            None => Err(writer.unknown("Order", id)),
        },
        ("GET", "orders/{orderId}") => match store.orders.get(id) {
            Some(_) => store.read_order(id).ok_or_else(|| writer.unknown("Order", id)),
            None => Err(writer.unknown("Order", id)),
        },
        ("DELETE", "orders") => {
            let number = call.asked.parameter("orderNumber").unwrap_or_default();
            match store.orders.id_of(call.owner(), number) {
                Some(id) => store.cancel_order(writer, id).map(|()| cancelled(id)),
                None => Err(writer.unknown("Order", number)),
            }
        }
        ("DELETE", "orders/{orderId}") => store.cancel_order(writer, id).map(|()| cancelled(id)),
        ("GET", "orders/statuses") => Ok(json!({ "orderStatuses": statuses_json(&ORDER_STATUSES) })),
        ("GET", "orders/types") => {
            let normal = json!({ "code": "N", "name": "Normal" });
            let used = store.orders.of_owner(call.owner(), &[]);
            let used = used.iter().filter_map(|order| order.body.get("orderType"));
            Ok(json!({ "orderTypes": used_codes(used.chain(std::iter::once(&normal))) }))
        }
        ("GET", "orders/classes") => {
            let used = store.orders.of_owner(call.owner(), &[]);
            let used = used.iter().filter_map(|order| order.body.get("classes")?.as_array()).flatten();
            Ok(json!({ "orderClasses": used_codes(used) }))
        }
        ("GET", "orders/wayOfDeliveryTypes") => {
            Ok(json!({ "wayOfDeliveryTypes": codes_json(&store.registries.ways_of_delivery, call.owner()) }))
        }
        ("PUT", "orders/wayOfDeliveryTypes") => {
            store.put_entry(writer, |lists| &mut lists.ways_of_delivery, None, body).map(way)
        }
        ("PUT", "orders/wayOfDeliveryTypes/{wayOfDeliveryTypeId}") => {
            store.put_entry(writer, |lists| &mut lists.ways_of_delivery, Some(way_id), body).map(way)
        }
        ("DELETE", "orders/wayOfDeliveryTypes/{wayOfDeliveryTypeId}") => {
            match store.registries.ways_of_delivery.remove(way_id) {
                Some(gone) => {
                    store.effects.note("wayOfDelivery", (writer.owner, gone.code), "DELETE", 1);
                    Ok(way(way_id))
                }
                None => Err(writer.unknown("Way of delivery", way_id)),
            }
        }
        ("PUT", "orders/{orderId}/orderTracking") => {
            store.put_tracking(writer, id, body).map(|()| json!({ "success": true, "message": "OK" }))
        }
        ("PUT", "orders/{orderId}/parcels") => store.put_parcel(writer, id, None, body).map(parcel),
        ("PUT", "orders/{orderId}/parcels/{parcelId}") => {
            store.put_parcel(writer, id, Some(call.id("parcelId")), body).map(parcel)
        }
        ("DELETE", "orders/{orderId}/parcels/{parcelId}") => {
            let parcel_id = call.id("parcelId");
            store.delete_parcel(writer, id, parcel_id).map(|()| parcel(parcel_id))
        }
        ("GET", "orders/{orderId}/wayBillRows") => store.waybill_rows_json(writer, id),
        ("POST", "orders/{orderId}/wayBillRows") => store.write_waybill_row(writer, id, None, body).map(row),
        ("PATCH", "orders/{orderId}/wayBillRows/{wayBillRowId}") => {
            store.write_waybill_row(writer, id, Some(row_id), body).map(row)
        }
        ("DELETE", "orders/{orderId}/wayBillRows/{wayBillRowId}") => {
            store.delete_waybill_row(writer, id, row_id).map(|()| parcel(row_id))
        }
        ("GET", "orders/{orderId}/invoiceCharges") => match store.orders.get(id) {
            Some(_) => Ok(json!([])),
            None => Err(writer.unknown("Order", id)),
        },
        ("PATCH", "orders/{orderId}/lines/{orderLineId}/reportedNumberOfItems") => {
            store.report_line(writer, id, call.id("orderLineId"), body).map(well)
        }
        ("PATCH", "orders/{orderId}/lines/{orderLineId}/reportedReturnedNumberOfItems") => {
            let reported = store.report_line(writer, id, call.id("orderLineId"), body);
            reported.map(|()| untyped(call, well(())))
        }
        ("PATCH", "orders/{orderId}/setReportedNumberOfItemsToPickedNumberOfItems") => {
            store.report_order(writer, id, false).map(well)
        }
        ("PATCH", "orders/{orderId}/setReportedReturnedNumberOfItemsToReturnedNumberOfItems") => {
            store.report_order(writer, id, true).map(well)
        }
        ("PATCH", _) => store.patch_order(writer, id, call.last_part(), body).map(well),
        _ => return None,
    })
}

/// The answer of an operation whose answer nobody knows: nothing stands for an empty body.
pub(super) fn untyped(call: &Call<'_>, answer: Value) -> Value {
    match call.switches().untyped_answer {
        UntypedAnswer::Json => answer,
        UntypedAnswer::Empty => Value::Null,
    }
}

fn cancelled(id: i64) -> Value {
    json!({ "orderId": id, "message": "Order cancelled" })
}

fn list(store: &mut Store, call: &Call<'_>) -> Result<Value, Refusal> {
    within(call.asked, "orderUpdatedTimeFrom", call.now(), UPDATED_HOURS_MAX)?;
    let found = store.orders.of_owner(call.owner(), &numbers(call.asked, "orderNumber", "orderNumbers"));
    let fitting = found.into_iter().filter(|order| fits(store, call, order));
    let ids: Vec<i64> = fitting.map(|order| order.id).collect();
    // An order that cannot be seen yet takes no place in a page: a short page means the end.
    let seen = ids.into_iter().filter_map(|id| store.read_order(id));
    Ok(seen.take(most(call.asked, "maxOrdersToGet")).collect())
}

fn fits(store: &Store, call: &Call<'_>, order: &Order) -> bool {
    let asked = call.asked;
    let null_counts = call.switches().null_reported_counts_as_zero;
    let lines = || order.lines.iter();
    let market_place =
        order.body.get("marketPlace").and_then(|place| place["marketPlace"].as_str()).unwrap_or_default();
    let suppliers = lines().filter_map(|line| {
        let article = store.articles.find(order.owner, line.article())?;
        article.body.get("supplierInfo")?["supplierNumber"].as_str()
    });
    let parcel_fits = |wanted: &str| {
        order.is_sent() && order.own_parcel_number() == wanted
            || order.parcels.iter().any(|parcel| parcel.number == wanted)
    };
    among(asked, "orderNumbers", &order.number)
        && among(asked, "referenceNumbers", text_of(&order.body, "referenceNumber"))
        && among(asked, "marketPlace", market_place)
        && any_among(asked, "articleNumbers", lines().map(|line| line.article()))
        && any_among(asked, "serial", lines().map(|line| text_of(&line.body, "serialNumber")))
        && any_among(asked, "orderLineSupplierNumber", suppliers)
        && at_least(asked, "orderStatusFrom", order.status)
        && at_most(asked, "orderStatusTo", order.status)
        && at_least(asked, "orderIdFrom", order.id)
        && since(asked, "orderStatusChangedTimeFrom", Some(order.status_changed))
        && since(asked, "orderUpdatedTimeFrom", Some(order.updated))
        && since(asked, "lastPickingTimeFrom", order.picked)
        && since(asked, "lastReturnedFrom", order.returned)
        && since(asked, "shippedTimeFrom", order.shipped)
        && until(asked, "shippedTimeTo", order.shipped)
        && since(asked, "orderCreatedTimeFrom", Some(order.created))
        && until(asked, "orderCreatedTimeTo", Some(order.created))
        && asked.parameter("parcelNumber").is_none_or(parcel_fits)
        && only_if(asked, "onlyOrdersWithOrderLinesToReport", || {
            lines().any(|line| line.to_report(null_counts))
        })
        && only_if(asked, "onlyOrdersWithOrderLinesToReportReturned", || {
            lines().any(|line| line.to_report_returned(null_counts))
        })
        && only_if(asked, "onlyIfTransportPrinted", || order.is_sent())
        // Here everything can be picked, and there are neither shipments nor back orders.
        && asked.parameter("pickable").is_none_or(|pickable| pickable == "All")
        && asked.parameter("shipmentId").is_none()
        && asked.parameter("backOrderForOrderId").is_none()
}
