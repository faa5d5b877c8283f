//! Everything that the sandbox holds, in a fixed order. Without ids and times two runs can be compared: what points at
//! another object by its id then points by its number or row.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::settings::Switches;
use super::store::{
    Article, FileOf, Line, Order, PurchaseLine, PurchaseOrder, Return, ReturnOrder, Store, time,
};

/// The page `/sandbox/state`.
pub fn everything(store: &Store, switches: &Switches, ids: bool) -> Value {
    let page = Page { store, switches, ids };
    json!({
        "articles": store.articles.by_number().map(|article| page.article(article)).collect::<Vec<_>>(),
        "orders": store.orders.by_number().map(|order| page.order(order)).collect::<Vec<_>>(),
        "purchaseOrders":
            store.purchase_orders.by_number().map(|order| page.purchase_order(order)).collect::<Vec<_>>(),
        "returnOrders":
            store.return_orders.by_number().map(|order| page.return_order(order)).collect::<Vec<_>>(),
        "adjustments": page.adjustments(),
        "articleClasses": store.registries.article_classes.json(ids),
        "waysOfDelivery": store.registries.ways_of_delivery.json(ids),
        "returnCauses": store.registries.return_causes.json(ids),
    })
}

struct Page<'a> {
    store: &'a Store,
    switches: &'a Switches,
    ids: bool,
}

impl Page<'_> {
    fn article(&self, article: &Article) -> Value {
        let classes = article.classes.iter().filter_map(|id| self.store.registries.article_classes.get(*id));
        let mut json = json!({
            "goodsOwner": article.owner,
            "articleNumber": article.number,
            "article": article.body,
            "classes": classes.map(|class| &class.code).collect::<Vec<_>>(),
            "dangerousGoods": article.dangerous_goods,
            "files": self.store.files_state(FileOf::Article, article.id, self.ids),
            "stock": plain(self.store.stock.quantity(article.id, None, None)),
        });
        self.add_id(&mut json, "articleSystemId", article.id);
        json
    }

    fn order(&self, order: &Order) -> Value {
        let tracking: Vec<Value> = order
            .tracking
            .iter()
            .map(|known| json!({ "waybill": known.waybill, "trackingUrl": known.url, "isReturn": known.is_return }))
            .collect();
        let mut json = json!({
            "goodsOwner": order.owner,
            "orderNumber": order.number,
            "status": order.status,
            "order": order.body,
            "lines": order.lines.iter().map(|line| self.line(line)).collect::<Vec<_>>(),
            "waybill": order.waybill,
            "returnWaybill": order.return_waybill,
            "tracking": tracking,
            "parcels": order.parcels.iter().map(|parcel| &parcel.body).collect::<Vec<_>>(),
            "wayBillRows": order.waybill_rows.iter().map(|row| &row.body).collect::<Vec<_>>(),
            "files": self.store.files_state(FileOf::Order, order.id, self.ids),
        });
        self.add_id(&mut json, "orderId", order.id);
        self.add_time(&mut json, "shipped", order.shipped);
        json
    }

    fn line(&self, line: &Line) -> Value {
        let mut json = json!({
            "line": line.body,
            "picked": plain(line.picked),
            "reported": line.reported.map(plain),
            "returned": plain(line.returned),
            "reportedReturned": line.reported_returned.map(plain),
            "returns": self.returns(&line.returns),
        });
        self.add_id(&mut json, "orderLineId", line.id);
        json
    }

    fn returns(&self, returns: &[Return]) -> Value {
        let rows = returns.iter().map(|back| {
            let mut json = json!({
                "quantity": plain(back.quantity),
                "cause": back.cause,
                "comment": back.comment,
                "removed": back.removed,
            });
            self.add_id(&mut json, "articleItemId", back.id);
            self.add_time(&mut json, "returned", Some(back.at));
            json
        });
        rows.collect()
    }

    fn purchase_order(&self, order: &PurchaseOrder) -> Value {
        let mut json = json!({
            "goodsOwner": order.owner,
            "purchaseOrderNumber": order.number,
            "status": order.status,
            "purchaseOrder": order.body,
            "lines": order.lines.iter().map(|line| self.purchase_line(line)).collect::<Vec<_>>(),
            "files": self.store.files_state(FileOf::PurchaseOrder, order.id, self.ids),
        });
        self.add_id(&mut json, "purchaseOrderId", order.id);
        self.add_time(&mut json, "received", order.received);
        json
    }

    fn purchase_line(&self, line: &PurchaseLine) -> Value {
        let items = line.items.iter().map(|item| {
            let mut json = json!({
                "item": without(&item.body, "purchaseOrderLineId"),
                "announced": plain(item.announced),
                "received": plain(item.received),
            });
            self.add_id(&mut json, "articleItemId", item.id);
            json
        });
        let mut json = json!({
            "line": line.body,
            "received": plain(line.received),
            "reported": line.reported.map(plain),
            "articleItems": items.collect::<Vec<_>>(),
        });
        self.add_id(&mut json, "purchaseOrderLineId", line.id);
        json
    }

    fn return_order(&self, order: &ReturnOrder) -> Value {
        let lines = order.lines.iter().map(|line| {
            let mut json = json!({
                "line": without(&line.body, "customerOrderLine"),
                "orderRow": self.store.order_row(order.order, line.order_line),
                "returned": plain(line.returned()),
                "removed": plain(line.removed()),
                "returns": self.returns(&line.returns),
            });
            self.add_id(&mut json, "returnOrderLineId", line.id);
            self.add_id(&mut json, "orderLineId", line.order_line);
            json
        });
        let mut json = json!({
            "goodsOwner": order.owner,
            "returnOrderNumber": order.number,
            "status": order.status(&self.switches.return_order_statuses),
            "returnOrder": without(&order.body, "customerOrder"),
            "orderNumber": self.store.orders.get(order.order).map(|sent| &sent.number),
            "lines": lines.collect::<Vec<_>>(),
        });
        self.add_id(&mut json, "returnOrderId", order.id);
        self.add_id(&mut json, "orderId", order.order);
        self.add_time(&mut json, "returned", order.returned);
        json
    }

    /// In the order in which they were made.
    fn adjustments(&self) -> Value {
        let rows = self.store.adjustments.values().map(|adjustment| {
            let article = self.store.articles.get(adjustment.article);
            let mut json = json!({
                "goodsOwner": adjustment.owner,
                "articleNumber": article.map(|article| &article.number),
                "numberOfItems": plain(adjustment.quantity),
                "cause": adjustment.cause,
                "comment": adjustment.comment,
                "batchNumber": adjustment.batch,
                "reported": adjustment.reported,
            });
            self.add_id(&mut json, "inventoryId", adjustment.inventory);
            self.add_time(&mut json, "inventoryTime", Some(adjustment.at));
            json
        });
        rows.collect()
    }

    fn add_id(&self, json: &mut Value, name: &str, id: i64) {
        if self.ids {
            json[name] = json!(id);
        }
    }

    fn add_time(&self, json: &mut Value, name: &str, at: Option<DateTime<Utc>>) {
        if self.ids {
            json[name] = json!(at.map(time));
        }
    }
}

fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

fn without(body: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut body = body.clone();
    body.shift_remove(name);
    body
}
