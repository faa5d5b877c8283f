//! Purchase orders as reads show them. What lacks for the OpenAPI file's shape is added on the way out.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::registries::{
    LOCATION, PURCHASE_ORDER_STATUSES, item_status_json, status_json, warehouse_json, warehouse_of,
};
use super::{PurchaseLine, PurchaseOrder, Store, number_json, time};

impl Store {
    /// A purchase order as `GET` shows it.
    pub fn purchase_order_json(&self, order: &PurchaseOrder) -> Value {
        let mut info = Value::Object(order.body.clone());
        info["purchaseOrderId"] = json!(order.id);
        info["purchaseOrderStatus"] = status_json(&PURCHASE_ORDER_STATUSES, order.status);
        info["createdDate"] = json!(time(order.created));
        info["warehouse"] = warehouse_json(warehouse_of(&order.body));
        let advanced = info["advanced"].clone();
        info["advanced"] = json!({
            "arrivalDate": order.received.map(time),
            "orderDate": advanced["orderDate"],
            "container": advanced["container"],
            "purchaseOrderIsReturnType": advanced["purchaseOrderIsReturnType"] == true,
        });
        // Written as freeBoolean, read as freeBool.
        for (read, written) in [("freeBool1", "freeBoolean1"), ("freeBool2", "freeBoolean2")] {
            if info["freeValues"].is_object() {
                info["freeValues"][read] = info["freeValues"][written].clone();
            }
        }
        json!({
            "goodsOwner": { "id": order.owner, "name": "Sandbox" },
            "purchaseOrderInfo": info,
            "supplierInfo": order.body.get("supplierInfo"),
            "sellerInfo": order.body.get("sellerInfo"),
            "purchaseOrderLines":
                order.lines.iter().map(|line| self.purchase_line_json(order, line)).collect::<Vec<_>>(),
        })
    }

    fn purchase_line_json(&self, order: &PurchaseOrder, line: &PurchaseLine) -> Value {
        let mut json = Value::Object(line.body.clone());
        json["id"] = json!(line.id);
        json["article"] = self.article_reference(order.owner, line.article());
        json["freeValues"] = json!(line.body.get("lineFreeValues"));
        json["advisedNumberOfItems"] = number_json(line.advised());
        json["receivedNumberOfItems"] = number_json(line.received);
        json["reportedNumberOfItems"] = line.reported.map_or(Value::Null, number_json);
        json["articleItems"] = line.items_json();
        json
    }
}

impl PurchaseLine {
    /// Its items: those that came with what came, else as announced.
    fn items_json(&self) -> Value {
        let received = self.received > Decimal::ZERO;
        let shown = self.items.iter().filter(|item| !received || item.received > Decimal::ZERO);
        let items: Vec<Value> = shown
            .map(|item| {
                let member = |name: &str| item.body.get(name).cloned().unwrap_or_default();
                json!({
                    "originalArticleItemId": item.id,
                    "numberOfItems": number_json(if received { item.received } else { item.announced }),
                    "inDate": time(item.at),
                    "serial": member("serial"),
                    "caseNumber": member("caseNumber"),
                    "batchNumber": member("batch"),
                    "container": member("container"),
                    "comment": member("comment"),
                    "weight": member("weight"),
                    "expiryDate": member("expiryDate"),
                    "location": received.then_some(LOCATION),
                    "articleItemStatus": item_status_json(item.body.get("statusId").and_then(Value::as_i64)),
                })
            })
            .collect();
        if items.is_empty() { Value::Null } else { Value::Array(items) }
    }
}
