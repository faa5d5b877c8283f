//! Orders as reads show them. What lacks for the OpenAPI file's shape is added on the way out.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::registries::{LOCATION, ORDER_STATUSES, status_json, warehouse_json, warehouse_of};
use super::{Line, Order, Store, number_json, time};

impl Store {
    /// An order as `GET` shows it.
    pub fn order_json(&self, order: &Order) -> Value {
        let sum = |number: fn(&Line) -> Decimal| number_json(order.lines.iter().map(number).sum());
        let sent = order.is_sent();
        let mut info = Value::Object(order.body.clone());
        info["orderId"] = json!(order.id);
        info["createdDate"] = json!(time(order.created));
        info["shippedTime"] = json!(order.shipped.map(time));
        let own = if sent { order.own_waybill() } else { String::new() };
        info["wayBill"] = json!(order.waybill.clone().unwrap_or(own));
        info["returnWayBill"] = json!(order.return_waybill.clone().unwrap_or_default());
        info["orderStatus"] = status_json(&ORDER_STATUSES, order.status);
        info["orderedNumberOfItems"] = sum(Line::ordered);
        info["allocatedNumberOfItems"] = sum(|line| line.picked);
        info["pickedNumberOfItems"] = sum(|line| line.picked);
        info["warehouse"] = warehouse_json(warehouse_of(&order.body));
        if info["advanced"].is_object() {
            info["advanced"]["deliveryDateWithTime"] = info["deliveryDate"].clone();
        }
        let mut consignee = order.body.get("consignee").cloned().unwrap_or_else(|| json!({}));
        consignee["id"] = json!(order.id);
        json!({
            "goodsOwner": { "id": order.owner, "name": "Sandbox" },
            "orderInfo": info,
            "consignee": consignee,
            "orderLines": order.lines.iter().map(|line| self.line_json(order, line)).collect::<Vec<_>>(),
            "parcels": order.parcels_json(),
            "tracking": order.tracking_json(false),
            "returnTracking": order.tracking_json(true),
            "transporter": order.transporter("transporter").or_else(|| {
                sent.then(|| json!({ "transporterName": "PostNord", "name": "Parcel", "code": "PLAB", "serviceCode": "P18" }))
            }),
            "returnTransporter": order.transporter("returnTransporter"),
            "classes": order.body.get("classes"),
        })
    }

    fn line_json(&self, order: &Order, line: &Line) -> Value {
        let mut json = Value::Object(line.body.clone());
        json["id"] = json!(line.id);
        json["article"] = self.article_reference(order.owner, line.article());
        json["freeValues"] = json!(line.body.get("lineFreeValues"));
        json["orderedNumberOfItems"] = number_json(line.ordered());
        for picked in ["allocatedNumberOfItems", "pickedNumberOfItems", "packedNumberOfItems"] {
            json[picked] = number_json(line.picked);
        }
        json["reportedNumberOfItems"] = line.reported.map_or(Value::Null, number_json);
        json["returnedNumberOfItems"] = number_json(line.returned);
        json["reportedReturnedNumberOfItems"] = line.reported_returned.map_or(Value::Null, number_json);
        json["shouldBePicked"] = json!(line.should_be_picked());
        json["pickedArticleItems"] = line.items_json(order);
        let parts = self.parts_of(order, line);
        json["subOrderLines"] = match parts.is_empty() {
            true => Value::Null,
            false => parts.iter().map(|part| self.line_json(order, part)).collect(),
        };
        json
    }

    /// The lines under the line of a kit: its parts.
    fn parts_of(&self, order: &Order, line: &Line) -> Vec<Line> {
        let kit = self.articles.find(order.owner, line.article());
        let Some(kit) = kit.filter(|article| article.kind() == "Structure") else { return Vec::new() };
        let parts = (1..).zip(kit.parts()).filter(|(_, (part, _))| part != line.article());
        let parts = parts.map(|(index, (number, each))| {
            let mut body = Map::new();
            body.insert(
                "rowNumber".to_owned(),
                json!(format!("{}.{index}", super::text_of(&line.body, "rowNumber"))),
            );
            body.insert("articleNumber".to_owned(), json!(number));
            body.insert("numberOfItems".to_owned(), number_json(line.ordered() * each));
            body.insert("shouldBePicked".to_owned(), json!(line.should_be_picked()));
            Line {
                id: line.id * 1_000 + index,
                body,
                picked: line.picked * each,
                reported: None,
                returned: line.returned * each,
                reported_returned: None,
                returns: Vec::new(),
            }
        });
        // A kit within a kit is shown without its own parts.
        let flat = |part: &Line| {
            let article = self.articles.find(order.owner, part.article());
            article.is_none_or(|article| article.kind() != "Structure")
        };
        parts.filter(flat).collect()
    }
}

impl Line {
    /// Its picked items; those that came back stay in the list and say so.
    fn items_json(&self, order: &Order) -> Value {
        let item = |id: i64, quantity: Decimal| {
            json!({
                "articleItemId": id,
                "originalArticleItemId": self.id,
                "numberOfItems": number_json(quantity),
                "batchNumber": self.body.get("batchNumber"),
                "serial": self.body.get("serialNumber"),
                "inDate": time(order.created),
                "isPicked": true,
                "isReturned": false,
                "pickedTime": order.picked.map(time),
                "location": LOCATION,
            })
        };
        let kept = (self.picked - self.returned).max(Decimal::ZERO);
        let kept = (kept > Decimal::ZERO).then(|| item(self.id, kept));
        let returns = self.returns.iter().map(|back| {
            let mut json = item(back.id, back.quantity);
            json["isReturned"] = json!(true);
            json["returnDate"] = json!(time(back.at));
            json["returnCause"] = back.cause.clone();
            json["comment"] = json!(back.comment);
            json
        });
        let items: Vec<Value> = kept.into_iter().chain(returns).collect();
        if items.is_empty() { Value::Null } else { Value::Array(items) }
    }
}

impl Order {
    fn own_waybill(&self) -> String {
        format!("3737{:014}", self.id)
    }

    /// The number of the parcel that the warehouse makes.
    pub fn own_parcel_number(&self) -> String {
        format!("00{}", self.own_waybill())
    }

    fn own_tracking(&self) -> Value {
        let waybill = self.own_waybill();
        let url = format!("https://track.example/{waybill}");
        json!({ "waybill": waybill, "trackingUrl": url, "created": self.shipped.map(time) })
    }

    fn tracking_json(&self, is_return: bool) -> Value {
        let told = self.tracking.iter().filter(|tracking| tracking.is_return == is_return).map(|tracking| {
            json!({ "waybill": tracking.waybill, "trackingUrl": tracking.url, "created": time(tracking.created) })
        });
        let own = (self.is_sent() && !is_return).then(|| self.own_tracking());
        let list: Vec<Value> = own.into_iter().chain(told).collect();
        if list.is_empty() { Value::Null } else { Value::Array(list) }
    }

    fn parcels_json(&self) -> Value {
        let own = self.is_sent().then(|| {
            json!({ "id": self.id * 10, "parcelNumber": self.own_parcel_number(), "isReturnParcel": false,
                "tracking": self.own_tracking() })
        });
        let put = self.parcels.iter().map(|parcel| {
            json!({ "id": parcel.id, "parcelNumber": parcel.number, "isReturnParcel": parcel.is_return() })
        });
        let list: Vec<Value> = own.into_iter().chain(put).collect();
        if list.is_empty() { Value::Null } else { Value::Array(list) }
    }

    /// The carrier that the order named.
    fn transporter(&self, name: &str) -> Option<Value> {
        let named = self.body.get(name).filter(|named| named.is_object())?;
        Some(
            json!({ "code": named.get("transporterCode"), "serviceCode": named.get("transporterServiceCode") }),
        )
    }
}
