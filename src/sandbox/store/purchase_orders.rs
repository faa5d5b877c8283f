//! Purchase orders: made, changed and cancelled as a whole; article items are announced on top.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::objects::{Late, Numbered};
use super::registries::{PURCHASE_ORDER_STATUSES, warehouse_of};
use super::{Lot, Refusal, Store, Writer, decimal, members, set, text, text_of, update};
use crate::sandbox::settings::PutOnCancelled;

/// The goods have come, receiving has begun: no change, no cancellation.
pub const ARRIVED: i64 = 200;
/// Received, but not as announced.
pub const RECEIVED_WITH_DEVIATION: i64 = 400;
/// Received in full.
pub const RECEIVED: i64 = 500;
/// Cancelled.
pub const CANCELLED: i64 = 900;

/// A purchase order.
#[derive(Debug)]
pub struct PurchaseOrder {
    pub id: i64,
    pub owner: i64,
    pub number: String,
    pub body: Map<String, Value>,
    pub lines: Vec<PurchaseLine>,
    pub status: i64,
    pub status_changed: DateTime<Utc>,
    pub created: DateTime<Utc>,
    /// When goods were last received.
    pub received: Option<DateTime<Utc>>,
    pub late: Late,
}

/// A line of a purchase order.
#[derive(Clone, Debug)]
pub struct PurchaseLine {
    pub id: i64,
    pub body: Map<String, Value>,
    pub received: Decimal,
    pub reported: Option<Decimal>,
    /// Announced items, then those that came without an announcement.
    pub items: Vec<PurchaseItem>,
}

/// Items of one kind on a line.
#[derive(Clone, Debug)]
pub struct PurchaseItem {
    pub id: i64,
    pub body: Map<String, Value>,
    pub announced: Decimal,
    pub received: Decimal,
    /// When they were announced or came.
    pub at: DateTime<Utc>,
}

impl Numbered for PurchaseOrder {
    fn id(&self) -> i64 {
        self.id
    }

    fn owner(&self) -> i64 {
        self.owner
    }

    fn key(&self) -> (i64, String) {
        (self.owner, self.number.clone())
    }

    fn set_number(&mut self, number: String) {
        self.body.insert("purchaseOrderNumber".to_owned(), Value::from(number.clone()));
        self.number = number;
    }

    fn late(&mut self) -> Option<&mut Late> {
        Some(&mut self.late)
    }
}

impl PurchaseOrder {
    /// Takes on another status.
    pub fn become_status(&mut self, status: i64, now: DateTime<Utc>) {
        if self.status != status {
            self.status = status;
            self.status_changed = now;
        }
    }

    /// The articles of its lines.
    pub fn articles(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.article().to_owned()).collect()
    }

    fn is_locked(&self) -> bool {
        self.status >= ARRIVED
    }
}

impl PurchaseLine {
    /// The article's number.
    pub fn article(&self) -> &str {
        text_of(&self.body, "articleNumber")
    }

    /// The announced quantity of the line.
    pub fn advised(&self) -> Decimal {
        self.body.get("numberOfItems").map(decimal).unwrap_or_default()
    }

    /// What is expected to come: what the line says, or its items if they are more.
    pub fn expected(&self) -> Decimal {
        self.advised().max(self.items.iter().map(|item| item.announced).sum())
    }

    /// Whether what was received is not what was reported.
    pub fn to_report(&self, null_counts_as_zero: bool) -> bool {
        match self.reported {
            Some(reported) => reported != self.received,
            None => null_counts_as_zero && !self.received.is_zero(),
        }
    }
}

impl Store {
    /// `PUT /purchaseOrders`, or by its id.
    pub fn put_purchase_order(
        &mut self,
        writer: &Writer<'_>,
        by_id: Option<i64>,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let switches = writer.switches;
        let number = text(body, "purchaseOrderNumber");
        let rows = body["purchaseOrderLines"].as_array().cloned().unwrap_or_default();
        for row in &rows {
            self.require_article(writer, &text(row, "articleNumber"))?;
        }
        let mut known = by_id.or_else(|| self.purchase_orders.id_of(writer.owner, &number));
        if let Some(order) = known.and_then(|id| self.purchase_orders.get(id)) {
            let text = format!("Purchase order {number} can not be updated");
            match (order.status, switches.put_on_cancelled) {
                (CANCELLED, PutOnCancelled::Refused) => {
                    return Err((switches.locked_purchase_order_status, text));
                }
                (CANCELLED, PutOnCancelled::NewObject) if by_id.is_none() => known = None,
                (CANCELLED, _) => {}
                _ if order.is_locked() => {
                    let text = format!("{text}<br/>Receiving has begun");
                    return Err((switches.locked_purchase_order_status, text));
                }
                _ => {}
            }
        }
        let first_status = body["advanced"]["purchaseOrderStatusCreated"]
            .as_i64()
            .unwrap_or(switches.first_purchase_order_status);
        if known.is_none() && !PURCHASE_ORDER_STATUSES.iter().any(|(known, _)| *known == first_status) {
            return Err(writer.unknown_reference("Purchase order status", first_status));
        }
        let before =
            known.and_then(|id| self.purchase_orders.get(id)).map(|order| self.purchase_order_json(order));
        let id = match known {
            Some(id) => id,
            None => self.add_purchase_order(writer, &number, first_status),
        };
        let old_lines = self.purchase_orders.get(id).map(|order| order.lines.clone()).unwrap_or_default();
        let mut lines: Vec<PurchaseLine> = Vec::new();
        for row in &rows {
            let known = old_lines.iter().find(|line| line.body.get("rowNumber") == row.get("rowNumber"));
            let line = known.cloned().unwrap_or_else(|| PurchaseLine {
                id: self.next_id(),
                body: Map::new(),
                received: Decimal::ZERO,
                reported: None,
                items: Vec::new(),
            });
            lines.push(PurchaseLine { body: members(row), ..line });
        }
        if switches.absent_lines_stay {
            let sent: Vec<i64> = lines.iter().map(|line| line.id).collect();
            lines.extend(old_lines.into_iter().filter(|line| !sent.contains(&line.id)));
        }
        self.purchase_orders.renumber(id, &number);
        let order = self.purchase_orders.get_mut(id).ok_or_else(|| writer.unknown("Purchase order", id))?;
        let mut head = members(body);
        head.remove("purchaseOrderLines");
        let same_lines = order.lines.iter().map(|line| &line.body).eq(lines.iter().map(|line| &line.body));
        let revived = order.status == CANCELLED;
        let changed = update(&mut order.body, head, switches.absent_members_stay) || !same_lines || revived;
        let mut articles = order.articles();
        order.lines = lines;
        articles.extend(order.articles());
        if revived {
            order.become_status(first_status, writer.now);
        }
        self.effects.note("purchaseOrder", (writer.owner, number), "PUT", u64::from(changed));
        let late = writer.late_lines(before, "purchaseOrderLines", || {
            self.purchase_orders.get(id).map(|order| self.purchase_order_json(order))
        });
        if let Some(order) = self.purchase_orders.get_mut(id) {
            order.late = late;
        }
        self.touch_stock(writer.owner, &articles, writer.now);
        Ok(id)
    }

    fn add_purchase_order(&mut self, writer: &Writer<'_>, number: &str, status: i64) -> i64 {
        let id = self.next_id();
        self.purchase_orders.add(PurchaseOrder {
            id,
            owner: writer.owner,
            number: number.to_owned(),
            body: Map::new(),
            lines: Vec::new(),
            status,
            status_changed: writer.now,
            created: writer.now,
            received: None,
            late: None,
        });
        id
    }

    /// `DELETE /purchaseOrders/{purchaseOrderId}`.
    pub fn cancel_purchase_order(&mut self, writer: &Writer<'_>, id: i64) -> Result<(), Refusal> {
        let order = self.purchase_orders.get_mut(id).ok_or_else(|| writer.unknown("Purchase order", id))?;
        if order.is_locked() {
            let text = format!("Purchase order {} can not be cancelled", order.number);
            return Err((writer.switches.locked_purchase_order_status, text));
        }
        order.become_status(CANCELLED, writer.now);
        let (key, articles) = (order.key(), order.articles());
        self.effects.note("purchaseOrder", key, "DELETE", 1);
        self.touch_stock(writer.owner, &articles, writer.now);
        Ok(())
    }

    /// `PATCH /purchaseOrders/{purchaseOrderId}/…`: the last part of the path says what.
    pub fn patch_purchase_order(
        &mut self,
        writer: &Writer<'_>,
        id: i64,
        what: &str,
        body: &Value,
    ) -> Result<(), Refusal> {
        let order = self.purchase_orders.get_mut(id).ok_or_else(|| writer.unknown("Purchase order", id))?;
        let inner = |order: &mut PurchaseOrder, object: &str, name: &str| {
            let there = order.body.entry(object).or_insert_with(|| json!({}));
            if !there.is_object() {
                *there = json!({});
            }
            there.as_object_mut().is_some_and(|there| set(there, name, body[what].clone()))
        };
        let changed = match what {
            "inDate" => set(&mut order.body, what, body[what].clone()),
            "advisedDate" => inner(order, "advanced", what),
            "freeBool1" => inner(order, "freeValues", "freeBoolean1"),
            "purchaseOrderStatus" => {
                let status = body["purchaseOrderStatusNumber"].as_i64().unwrap_or_default();
                if !PURCHASE_ORDER_STATUSES.iter().any(|(known, _)| *known == status) {
                    return Err(writer.unknown_reference("Purchase order status", status));
                }
                if order.is_locked() {
                    let text = format!("The status of purchase order {} can not be changed", order.number);
                    return Err((writer.switches.locked_purchase_order_status, text));
                }
                let changed = order.status != status;
                order.become_status(status, writer.now);
                changed
            }
            _ => return Err((404, format!("nothing of a purchase order is called {what}"))),
        };
        let key = order.key();
        self.effects.note("purchaseOrder", key, &format!("PATCH {what}"), u64::from(changed));
        Ok(())
    }

    /// `PUT /purchaseOrders/{purchaseOrderId}/articleItems`: adds to what is announced; the same again adds again.
    /// An item that cannot be added says so in its message.
    pub fn announce_items(&mut self, writer: &Writer<'_>, id: i64, items: &Value) -> Result<Value, Refusal> {
        let order = self.purchase_orders.get(id).ok_or_else(|| writer.unknown("Purchase order", id))?;
        if order.is_locked() {
            let text = format!("Purchase order {} takes no more items", order.number);
            return Err((writer.switches.locked_purchase_order_status, text));
        }
        let line_of = |item: &Value| item["purchaseOrderLineId"].as_i64().unwrap_or_default();
        let mut lines = items.as_array().into_iter().flatten().map(line_of);
        let unknown = lines.find(|id| order.lines.iter().all(|line| line.id != *id));
        if let Some(unknown) = unknown.filter(|_| writer.switches.unknown_item_line_refused) {
            return Err(writer.unknown_reference("Purchase order line", unknown));
        }
        let key = order.key();
        let mut messages = Vec::new();
        let mut added = 0;
        for item in items.as_array().into_iter().flatten() {
            let line_id = line_of(item);
            let new_id = self.next_id();
            let lines = self.purchase_orders.get_mut(id).into_iter().flat_map(|order| &mut order.lines);
            let line = lines.into_iter().find(|line| line.id == line_id);
            messages.push(match line {
                Some(line) => {
                    line.items.push(PurchaseItem {
                        id: new_id,
                        body: members(item),
                        announced: decimal(&item["numberOfItems"]),
                        received: Decimal::ZERO,
                        at: writer.now,
                    });
                    added += 1;
                    json!({ "purchaseOrderLineId": line_id, "articleItemId": new_id, "success": true, "message": "OK" })
                }
                None => json!({ "purchaseOrderLineId": line_id, "articleItemId": null, "success": false,
                    "message": format!("Purchase order line {line_id} does not exist") }),
            });
        }
        self.effects.note("purchaseOrder", key, "PUT articleItems", added);
        let success = messages.iter().all(|message| message["success"] == true);
        Ok(json!({ "success": success, "messages": messages }))
    }

    /// Sets what a line's received items were reported as.
    pub fn report_purchase_line(
        &mut self,
        writer: &Writer<'_>,
        id: i64,
        line: i64,
        body: &Value,
    ) -> Result<(), Refusal> {
        let order = self.purchase_orders.get_mut(id).ok_or_else(|| writer.unknown("Purchase order", id))?;
        let found = order.lines.iter_mut().find(|known| known.id == line);
        let found = found.ok_or_else(|| writer.unknown("Purchase order line", line))?;
        let quantity = decimal(&body["reportedNumberOfItems"]);
        let changed = found.reported != Some(quantity);
        found.reported = Some(quantity);
        let key = order.key();
        self.effects.note("purchaseOrder", key, "PATCH reportedNumberOfItems", u64::from(changed));
        Ok(())
    }

    /// Reports everything that was received at this moment.
    pub fn report_purchase_order(&mut self, writer: &Writer<'_>, id: i64) -> Result<(), Refusal> {
        let order = self.purchase_orders.get_mut(id).ok_or_else(|| writer.unknown("Purchase order", id))?;
        let mut changed = 0;
        for line in &mut order.lines {
            changed += u64::from(line.reported != Some(line.received));
            line.reported = Some(line.received);
        }
        let key = order.key();
        self.effects.note("purchaseOrder", key, "PATCH setReported", changed);
        Ok(())
    }

    /// Receives a line up to a quantity: the announced items first, then items that nobody announced.
    pub fn receive_line(&mut self, id: i64, line_id: i64, up_to: Decimal, now: DateTime<Utc>) -> Option<()> {
        let new_id = self.next_id();
        let order = self.purchase_orders.get_mut(id)?;
        let (owner, warehouse) = (order.owner, warehouse_of(&order.body));
        let line = order.lines.iter_mut().find(|line| line.id == line_id)?;
        let article = line.article().to_owned();
        let mut rest = (up_to - line.received).max(Decimal::ZERO);
        if rest.is_zero() {
            return Some(());
        }
        line.received += rest;
        let mut came: Vec<(Decimal, Lot)> = Vec::new();
        for item in &mut line.items {
            let taken = rest.min(item.announced - item.received).max(Decimal::ZERO);
            if !taken.is_zero() {
                item.received += taken;
                item.at = now;
                rest -= taken;
                came.push((taken, lot(&item.body, "batch", "serial", "statusId", warehouse)));
            }
        }
        if !rest.is_zero() {
            came.push((
                rest,
                lot(&line.body, "batchNumber", "serialNumber", "articleItemStatusId", warehouse),
            ));
            let body = members(&json!({
                "batch": line.body.get("batchNumber"),
                "serial": line.body.get("serialNumber"),
                "expiryDate": line.body.get("expiryDate"),
                "statusId": line.body.get("articleItemStatusId"),
            }));
            match line.items.iter_mut().find(|item| item.announced.is_zero()) {
                Some(item) => item.received += rest,
                None => line.items.push(PurchaseItem {
                    id: new_id,
                    body,
                    announced: Decimal::ZERO,
                    received: rest,
                    at: now,
                }),
            }
        }
        order.received = Some(now);
        for (quantity, lot) in came {
            self.moved(owner, &article, quantity, lot, now);
        }
        Some(())
    }

    /// A purchase order as `GET` shows it; counts the reads that do not see the last write yet.
    pub fn read_purchase_order(&mut self, id: i64) -> Option<Value> {
        match self.purchase_orders.late_sight(id) {
            Some(before) => before,
            None => self.purchase_orders.get(id).map(|order| self.purchase_order_json(order)),
        }
    }
}

fn lot(body: &Map<String, Value>, batch: &str, serial: &str, status: &str, warehouse: i64) -> Lot {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    Lot {
        warehouse,
        batch: text(batch),
        serial: text(serial),
        expiry: text("expiryDate"),
        container: text("container"),
        status: body.get(status).and_then(Value::as_i64),
    }
}
