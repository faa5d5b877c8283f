//! What the sandbox's Ongoing knows: articles and orders of each goods owner, in memory.

// A JSON value indexed by a name answers null for what is not there; what is written to was made an object here.
#![allow(clippy::indexing_slicing)]

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::settings::Switches;

/// Work has begun from this status on: no change, no cancellation.
pub const WORK_BEGUN: i64 = 320;
/// Sent.
pub const SENT: i64 = 450;
/// Cancelled.
pub const CANCELLED: i64 = 1000;

/// Everything.
#[derive(Debug, Default)]
pub struct Store {
    /// By goods owner and article number.
    pub articles: BTreeMap<(i64, String), Article>,
    /// By goods owner and order number.
    pub orders: BTreeMap<(i64, String), Order>,
    last_id: i64,
}

/// An article.
#[derive(Debug)]
pub struct Article {
    pub id: i64,
    pub body: Map<String, Value>,
    pub changed: DateTime<Utc>,
}

/// An order.
#[derive(Debug)]
pub struct Order {
    pub id: i64,
    pub body: Map<String, Value>,
    pub lines: Vec<Line>,
    pub status: i64,
    pub status_changed: DateTime<Utc>,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub picked: Option<DateTime<Utc>>,
    pub shipped: Option<DateTime<Utc>>,
    /// What the version before the last write looks like to a read, and how many reads still see it.
    pub late: Option<(u32, Option<Value>)>,
}

/// A line of an order.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: i64,
    pub body: Map<String, Value>,
    pub picked: Decimal,
    pub reported: Option<Decimal>,
}

/// A refusal: the status and what is said.
pub type Refusal = (u16, String);

impl Store {
    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        1_000 + self.last_id
    }

    /// `PUT /articles`.
    pub fn put_article(
        &mut self,
        owner: i64,
        body: &Value,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Result<i64, Refusal> {
        let number = text(body, "articleNumber");
        let rows = body["structureDefinition"]["rows"].as_array();
        for component in rows.into_iter().flatten().map(|row| text(row, "articleNumber")) {
            if switches.components_must_exist && !self.articles.contains_key(&(owner, component.clone())) {
                return Err((switches.unknown_article_status, format!("Article {component} does not exist")));
            }
        }
        let mut body = body.as_object().cloned().unwrap_or_default();
        if let Some(unit) = body.get("unitCode").and_then(Value::as_str).map(str::to_lowercase) {
            body.insert("unitCode".to_owned(), Value::from(unit));
        }
        let key = (owner, number);
        let id = match self.articles.get(&key) {
            Some(article) => article.id,
            None => self.next_id(),
        };
        let article =
            self.articles.entry(key).or_insert_with(|| Article { id, body: Map::new(), changed: now });
        update(&mut article.body, body, switches.absent_members_stay);
        article.changed = now;
        Ok(id)
    }

    /// `PUT /orders`.
    pub fn put_order(
        &mut self,
        owner: i64,
        body: &Value,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Result<i64, Refusal> {
        let key = (owner, text(body, "orderNumber"));
        let rows = body["orderLines"].as_array().cloned().unwrap_or_default();
        for article in rows.iter().map(|row| text(row, "articleNumber")) {
            if !self.articles.contains_key(&(owner, article.clone())) {
                return Err((switches.unknown_article_status, format!("Article {article} does not exist")));
            }
        }
        if let Some(order) = self.orders.get(&key)
            && order.status >= WORK_BEGUN
        {
            return Err((
                switches.locked_order_status,
                format!("Order {} can not be updated<br/>Picking has begun", key.1),
            ));
        }
        let before = self.orders.get(&key).map(|order| self.order_json(owner, order));
        let old_lines = self.orders.get(&key).map(|order| order.lines.clone()).unwrap_or_default();
        let mut lines = Vec::new();
        for row in &rows {
            let known = old_lines.iter().find(|line| line.body.get("rowNumber") == row.get("rowNumber"));
            let (id, reported) = match known {
                Some(line) => (line.id, line.reported),
                None => (self.next_id(), None),
            };
            let body = row.as_object().cloned().unwrap_or_default();
            lines.push(Line { id, body, picked: Decimal::ZERO, reported });
        }
        if switches.absent_lines_stay {
            let sent: Vec<i64> = lines.iter().map(|line| line.id).collect();
            lines.extend(old_lines.into_iter().filter(|line| !sent.contains(&line.id)));
        }
        let id = match self.orders.get(&key) {
            Some(order) => order.id,
            None => self.next_id(),
        };
        let order = self.orders.entry(key).or_insert_with(|| Order {
            id,
            body: Map::new(),
            lines: Vec::new(),
            status: switches.first_status,
            status_changed: now,
            created: now,
            updated: now,
            picked: None,
            shipped: None,
            late: None,
        });
        let mut head = body.as_object().cloned().unwrap_or_default();
        head.remove("orderLines");
        update(&mut order.body, head, switches.absent_members_stay);
        order.lines = lines;
        order.updated = now;
        if order.status == CANCELLED {
            order.status = switches.first_status;
            order.status_changed = now;
        }
        order.late = (switches.reads_until_seen > 0).then_some((switches.reads_until_seen, before));
        Ok(id)
    }

    /// `DELETE /orders`.
    pub fn cancel(
        &mut self,
        key: &(i64, String),
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Result<i64, Refusal> {
        let Some(order) = self.orders.get_mut(key) else {
            return Err((404, format!("Order {} does not exist", key.1)));
        };
        if order.status >= WORK_BEGUN {
            return Err((switches.locked_order_status, format!("Order {} can not be cancelled", key.1)));
        }
        order.status = CANCELLED;
        order.status_changed = now;
        Ok(order.id)
    }

    /// The key of the order with this id.
    pub fn order_key(&self, id: i64) -> Option<(i64, String)> {
        self.orders.iter().find(|(_, order)| order.id == id).map(|(key, _)| key.clone())
    }

    /// The key of the article with this id.
    pub fn article_key(&self, id: i64) -> Option<(i64, String)> {
        self.articles.iter().find(|(_, article)| article.id == id).map(|(key, _)| key.clone())
    }

    /// An order as `GET` shows it; counts the reads that do not see the last write yet.
    pub fn read_order(&mut self, key: &(i64, String)) -> Option<Value> {
        if let Some((reads, before)) = self.orders.get_mut(key)?.late.take() {
            if reads > 1 {
                self.orders.get_mut(key)?.late = Some((reads - 1, before.clone()));
            }
            return before;
        }
        self.orders.get(key).map(|order| self.order_json(key.0, order))
    }

    /// An article as `GET` shows it.
    pub fn article_json(&self, owner: i64, article: &Article) -> Value {
        let mut json = Value::Object(article.body.clone());
        json["articleSystemId"] = json!(article.id);
        json["goodsOwner"] = json!({ "id": owner, "name": "Sandbox" });
        json["articleDataLastUpdated"] = json!(time(article.changed));
        if let Some(object) = json.as_object_mut() {
            object.remove("goodsOwnerId");
            for name in ["isStockArticle", "isActive"] {
                object.entry(name).or_insert(Value::Bool(true));
            }
            // Nothing is received here yet: the stock is empty, and picking does not ask.
            object.insert("inventoryInfo".to_owned(), json!({}));
        }
        json
    }

    /// An order as `GET` shows it; what lacks for the file's shape is added on the way out.
    fn order_json(&self, owner: i64, order: &Order) -> Value {
        let sum = |number: fn(&Line) -> Decimal| number_json(order.lines.iter().map(number).sum());
        let sent = order.status == SENT;
        let sent_only = |value: Value| if sent { value } else { Value::Null };
        let tracking = order.tracking();
        let status_text =
            statuses().into_iter().find(|(number, _)| *number == order.status).map_or("", |(_, text)| text);
        let mut info = Value::Object(order.body.clone());
        info["orderId"] = json!(order.id);
        info["createdDate"] = json!(time(order.created));
        info["shippedTime"] = json!(order.shipped.map(time));
        info["wayBill"] = if sent { json!(order.waybill()) } else { json!("") };
        info["returnWayBill"] = json!("");
        info["orderStatus"] = json!({ "number": order.status, "text": status_text });
        info["orderedNumberOfItems"] = sum(Line::ordered);
        info["allocatedNumberOfItems"] = sum(|line| line.picked);
        info["pickedNumberOfItems"] = sum(|line| line.picked);
        info["warehouse"] = json!({ "id": order.body.get("warehouseId").unwrap_or(&json!(1)), "code": "SBX", "name": "Sandbox" });
        if info["advanced"].is_object() {
            info["advanced"]["deliveryDateWithTime"] = info["deliveryDate"].clone();
        }
        let mut consignee = order.body.get("consignee").cloned().unwrap_or_else(|| json!({}));
        consignee["id"] = json!(order.id);
        json!({
            "goodsOwner": { "id": owner, "name": "Sandbox" },
            "orderInfo": info,
            "consignee": consignee,
            "orderLines": order.lines.iter().map(|line| self.line_json(owner, order, line)).collect::<Vec<_>>(),
            "parcels": sent_only(json!([{ "id": order.parcel_id(), "parcelNumber": order.parcel_number(),
                "isReturnParcel": false, "tracking": tracking }])),
            "tracking": sent_only(json!([tracking])),
            "transporter": order.transporter("transporter").or_else(|| {
                sent.then(|| json!({ "transporterName": "PostNord", "name": "Parcel", "code": "PLAB", "serviceCode": "P18" }))
            }),
            "returnTransporter": order.transporter("returnTransporter"),
            "classes": order.body.get("classes"),
        })
    }

    fn line_json(&self, owner: i64, order: &Order, line: &Line) -> Value {
        let number = line.body.get("articleNumber").and_then(Value::as_str).unwrap_or_default().to_owned();
        let article = self.articles.get(&(owner, number.clone()));
        let item = json!({
            "articleItemId": line.id,
            "originalArticleItemId": line.id,
            "numberOfItems": number_json(line.picked),
            "batchNumber": line.body.get("batchNumber"),
            "serial": line.body.get("serialNumber"),
            "inDate": time(order.created),
            "isPicked": true,
            "isReturned": false,
            "pickedTime": order.picked.map(time),
            "location": "A-01-01",
        });
        let mut json = Value::Object(line.body.clone());
        json["id"] = json!(line.id);
        json["article"] = json!({
            "articleSystemId": article.map(|article| article.id),
            "articleNumber": number,
            "articleName": article.and_then(|article| article.body.get("articleName")),
            "productCode": article.and_then(|article| article.body.get("productCode")),
        });
        json["freeValues"] = json!(line.body.get("lineFreeValues"));
        json["orderedNumberOfItems"] = number_json(line.ordered());
        for picked in ["allocatedNumberOfItems", "pickedNumberOfItems", "packedNumberOfItems"] {
            json[picked] = number_json(line.picked);
        }
        json["reportedNumberOfItems"] = line.reported.map_or(Value::Null, number_json);
        json["returnedNumberOfItems"] = number_json(Decimal::ZERO);
        json["shouldBePicked"] = json!(line.should_be_picked());
        json["pickedArticleItems"] = if line.picked.is_zero() { Value::Null } else { json!([item]) };
        json
    }
}

impl Order {
    fn waybill(&self) -> String {
        format!("3737{:014}", self.id)
    }

    /// The number of its one parcel.
    pub fn parcel_number(&self) -> String {
        format!("00{}", self.waybill())
    }

    fn parcel_id(&self) -> i64 {
        self.id * 10
    }

    fn tracking(&self) -> Value {
        let waybill = self.waybill();
        let url = format!("https://track.example/{waybill}");
        json!({ "waybill": waybill, "trackingUrl": url, "created": self.shipped.map(time) })
    }

    /// The carrier that the order named.
    fn transporter(&self, name: &str) -> Option<Value> {
        let named = self.body.get(name).filter(|named| named.is_object())?;
        Some(
            json!({ "code": named.get("transporterCode"), "serviceCode": named.get("transporterServiceCode") }),
        )
    }
}

impl Line {
    /// The ordered quantity.
    pub fn ordered(&self) -> Decimal {
        self.body.get("numberOfItems").map(decimal).unwrap_or_default()
    }

    /// An information line is not picked.
    pub fn should_be_picked(&self) -> bool {
        self.body.get("shouldBePicked").and_then(Value::as_bool).unwrap_or(true)
    }

    /// Whether there is something to report.
    pub fn to_report(&self, switches: &Switches) -> bool {
        match self.reported {
            Some(reported) => reported < self.picked,
            None => switches.null_reported_counts_as_zero && self.picked > Decimal::ZERO,
        }
    }
}

/// The standard statuses (`ongoing-rest-api.md`, section 8).
pub fn statuses() -> [(i64, &'static str); 9] {
    [
        (150, "Error"),
        (200, "Open"),
        (300, "Released"),
        (320, "Allocated"),
        (400, "Picked"),
        (450, "Sent"),
        (500, "Collected"),
        (800, "Returned"),
        (1000, "Cancelled"),
    ]
}

/// A number of a request, exact as far as JSON tells.
pub fn decimal(value: &Value) -> Decimal {
    let text = value.to_string();
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).unwrap_or_default()
}

/// A number as Ongoing writes it: with at least one decimal.
fn number_json(number: Decimal) -> Value {
    let text = number.normalize().to_string();
    let text = if text.contains('.') { text } else { text + ".0" };
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A time as Ongoing writes it.
pub fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn update(there: &mut Map<String, Value>, sent: Map<String, Value>, absent_members_stay: bool) {
    if !absent_members_stay {
        there.clear();
    }
    there.extend(sent);
}
