//! Purchase orders: how they begin, and what becomes of items for a line that is not there.

use serde_json::json;

use super::desk::{Desk, must_go_well};
use crate::fault::Fault;

/// An id that no line has.
const NOBODYS_LINE: i32 = 2_147_483_000;

pub(super) async fn ask(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let made = desk.put_purchase_order("P1").await?;
    must_go_well(&made, "a purchase order")?;
    let order = desk.purchase_order("P1").await?;
    match order["purchaseOrderInfo"]["purchaseOrderStatus"]["number"].as_i64() {
        Some(status) => desk.found("first_purchase_order_status", status, "GET /purchaseOrders of a new one"),
        None => desk.not_found("first_purchase_order_status", "GET /purchaseOrders shows no status"),
    }
    let Some(id) = made.json["purchaseOrderId"].as_i64() else {
        desk.not_found("unknown_item_line_refused", "PUT /purchaseOrders answers without an id");
        desk.not_found("untyped_answer", "PUT /purchaseOrders answers without an id");
        return Ok(());
    };
    let items = json!({ "items": [{ "purchaseOrderLineId": NOBODYS_LINE, "numberOfItems": 1 }] });
    let (method, path) =
        ("PUT /purchaseOrders/{purchaseOrderId}/articleItems", format!("purchaseOrders/{id}/articleItems"));
    let items = desk.write(method, &path, Some(items)).await?;
    desk.found(
        "unknown_item_line_refused",
        !items.is_well(),
        format!("PUT articleItems for a line that is not there: {}", items.status),
    );
    let (method, path) = (
        "PATCH /purchaseOrders/{purchaseOrderId}/setReportedNumberOfItemsToReceivedNumberOfItems",
        format!("purchaseOrders/{id}/setReportedNumberOfItemsToReceivedNumberOfItems"),
    );
    let set = desk.write(method, &path, None).await?;
    if set.is_well() {
        let answer = if set.text.trim().is_empty() { "empty" } else { "json" };
        desk.found("untyped_answer", answer, "PATCH setReportedNumberOfItemsToReceivedNumberOfItems");
    } else {
        desk.not_found("untyped_answer", format!("PATCH setReportedNumberOfItems…: {}", set.status));
    }
    Ok(())
}
