//! Orders: made, changed and cancelled as a whole.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::objects::{Late, Numbered};
use super::parcels::{Parcel, WaybillRow};
use super::registries::unknown_transporter;
use super::{Refusal, Store, Writer, decimal, members, text, text_of, update};
use crate::sandbox::settings::PutOnCancelled;

/// Work has begun from this status on: no change, no cancellation.
pub const WORK_BEGUN: i64 = 320;
/// Picked.
pub const PICKED: i64 = 400;
/// Sent.
pub const SENT: i64 = 450;
/// Cancelled.
pub const CANCELLED: i64 = 1000;

/// An order.
#[derive(Debug)]
pub struct Order {
    pub id: i64,
    pub owner: i64,
    pub number: String,
    pub body: Map<String, Value>,
    pub lines: Vec<Line>,
    pub status: i64,
    pub status_changed: DateTime<Utc>,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub picked: Option<DateTime<Utc>>,
    pub shipped: Option<DateTime<Utc>>,
    pub returned: Option<DateTime<Utc>>,
    /// What a PATCH set, instead of the warehouse's own.
    pub waybill: Option<String>,
    pub return_waybill: Option<String>,
    pub tracking: Vec<Tracking>,
    pub parcels: Vec<Parcel>,
    pub waybill_rows: Vec<WaybillRow>,
    /// What the version before the last write looks like to a read, and how many reads still see it.
    pub late: Late,
}

/// A waybill that a PUT told of.
#[derive(Debug)]
pub struct Tracking {
    pub waybill: String,
    pub url: String,
    pub is_return: bool,
    pub created: DateTime<Utc>,
}

/// A line of an order.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: i64,
    pub body: Map<String, Value>,
    pub picked: Decimal,
    pub reported: Option<Decimal>,
    pub returned: Decimal,
    pub reported_returned: Option<Decimal>,
    pub returns: Vec<Return>,
}

/// Items of a line that came back.
#[derive(Clone, Debug)]
pub struct Return {
    pub id: i64,
    pub quantity: Decimal,
    pub at: DateTime<Utc>,
    /// Code and name.
    pub cause: Value,
    pub comment: Option<String>,
    /// They were written off.
    pub removed: bool,
}

impl Numbered for Order {
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
        self.body.insert("orderNumber".to_owned(), Value::from(number.clone()));
        self.number = number;
    }

    fn late(&mut self) -> Option<&mut Late> {
        Some(&mut self.late)
    }
}

impl Order {
    /// Takes on another status.
    pub fn become_status(&mut self, status: i64, now: DateTime<Utc>) {
        if self.status != status {
            self.status = status;
            self.status_changed = now;
        }
        self.updated = now;
    }

    /// Whether it has left.
    pub fn is_sent(&self) -> bool {
        (SENT..CANCELLED).contains(&self.status)
    }

    /// The articles of its lines.
    pub fn articles(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.article().to_owned()).collect()
    }
}

impl Line {
    /// The article's number.
    pub fn article(&self) -> &str {
        text_of(&self.body, "articleNumber")
    }

    /// The ordered quantity.
    pub fn ordered(&self) -> Decimal {
        self.body.get("numberOfItems").map(decimal).unwrap_or_default()
    }

    /// An information line is not picked.
    pub fn should_be_picked(&self) -> bool {
        self.body.get("shouldBePicked").and_then(Value::as_bool).unwrap_or(true)
    }

    /// Whether there are picked items to report.
    pub fn to_report(&self, null_counts_as_zero: bool) -> bool {
        match self.reported {
            Some(reported) => reported < self.picked,
            None => null_counts_as_zero && self.picked > Decimal::ZERO,
        }
    }

    /// Whether there are returned items to report.
    pub fn to_report_returned(&self, null_counts_as_zero: bool) -> bool {
        match self.reported_returned {
            Some(reported) => reported < self.returned,
            None => null_counts_as_zero && self.returned > Decimal::ZERO,
        }
    }
}

impl Store {
    /// `PUT /orders`, or by its id.
    pub fn put_order(
        &mut self,
        writer: &Writer<'_>,
        by_id: Option<i64>,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let switches = writer.switches;
        let number = text(body, "orderNumber");
        let rows = body["orderLines"].as_array().cloned().unwrap_or_default();
        for row in &rows {
            self.require_article(writer, &text(row, "articleNumber"))?;
        }
        if let Some(status) = switches.unknown_transporter_status
            && let Some(unknown) =
                ["transporter", "returnTransporter"].iter().find_map(|name| unknown_transporter(&body[*name]))
        {
            return Err((status, unknown));
        }
        let mut known = by_id.or_else(|| self.orders.id_of(writer.owner, &number));
        if let Some(order) = known.and_then(|id| self.orders.get(id)) {
            let locked = || (switches.locked_order_status, format!("Order {number} can not be updated"));
            match (order.status, switches.put_on_cancelled) {
                (CANCELLED, PutOnCancelled::Refused) => return Err(locked()),
                (CANCELLED, PutOnCancelled::NewObject) if by_id.is_none() => known = None,
                (CANCELLED, _) => {}
                (WORK_BEGUN.., _) => {
                    let (status, text) = locked();
                    return Err((status, format!("{text}<br/>Picking has begun")));
                }
                _ => {}
            }
        }
        let before = known.and_then(|id| self.orders.get(id)).map(|order| self.order_json(order));
        let id = match known {
            Some(id) => id,
            None => self.add_order(writer, &number),
        };
        let old_lines = self.orders.get(id).map(|order| order.lines.clone()).unwrap_or_default();
        let mut lines: Vec<Line> = Vec::new();
        for row in &rows {
            let known = old_lines.iter().find(|line| line.body.get("rowNumber") == row.get("rowNumber"));
            let line = known.cloned().unwrap_or_else(|| Line {
                id: self.next_id(),
                body: Map::new(),
                picked: Decimal::ZERO,
                reported: None,
                returned: Decimal::ZERO,
                reported_returned: None,
                returns: Vec::new(),
            });
            lines.push(Line { body: members(row), ..line });
        }
        if switches.absent_lines_stay {
            let sent: Vec<i64> = lines.iter().map(|line| line.id).collect();
            lines.extend(old_lines.into_iter().filter(|line| !sent.contains(&line.id)));
        }
        self.orders.renumber(id, &number);
        let order = self.orders.get_mut(id).ok_or_else(|| writer.unknown("Order", id))?;
        let mut head = members(body);
        head.remove("orderLines");
        let same_lines = order.lines.iter().map(|line| &line.body).eq(lines.iter().map(|line| &line.body));
        let revived = order.status == CANCELLED;
        let changed = update(&mut order.body, head, switches.absent_members_stay) || !same_lines || revived;
        let mut articles = order.articles();
        order.lines = lines;
        articles.extend(order.articles());
        order.updated = writer.now;
        if revived {
            order.become_status(switches.first_status, writer.now);
        }
        self.effects.note("order", (writer.owner, number), "PUT", u64::from(changed));
        let late = writer
            .late_lines(before, "orderLines", || self.orders.get(id).map(|order| self.order_json(order)));
        if let Some(order) = self.orders.get_mut(id) {
            order.late = late;
        }
        self.touch_stock(writer.owner, &articles, writer.now);
        Ok(id)
    }

    fn add_order(&mut self, writer: &Writer<'_>, number: &str) -> i64 {
        let id = self.next_id();
        self.orders.add(Order {
            id,
            owner: writer.owner,
            number: number.to_owned(),
            body: Map::new(),
            lines: Vec::new(),
            status: writer.switches.first_status,
            status_changed: writer.now,
            created: writer.now,
            updated: writer.now,
            picked: None,
            shipped: None,
            returned: None,
            waybill: None,
            return_waybill: None,
            tracking: Vec::new(),
            parcels: Vec::new(),
            waybill_rows: Vec::new(),
            late: None,
        });
        id
    }

    /// `DELETE /orders/{orderId}`.
    pub fn cancel_order(&mut self, writer: &Writer<'_>, id: i64) -> Result<(), Refusal> {
        let order = self.orders.get_mut(id).ok_or_else(|| writer.unknown("Order", id))?;
        if order.status >= WORK_BEGUN {
            let text = format!("Order {} can not be cancelled", order.number);
            return Err((writer.switches.locked_order_status, text));
        }
        order.become_status(CANCELLED, writer.now);
        let (key, articles) = (order.key(), order.articles());
        self.effects.note("order", key, "DELETE", 1);
        self.touch_stock(writer.owner, &articles, writer.now);
        Ok(())
    }

    /// An order as `GET` shows it; counts the reads that do not see the last write yet.
    pub fn read_order(&mut self, id: i64) -> Option<Value> {
        match self.orders.late_sight(id) {
            Some(before) => before,
            None => self.orders.get(id).map(|order| self.order_json(order)),
        }
    }

    /// Notes that items of an order's line came back, and puts them into the stock unless they are written off.
    pub fn take_back(
        &mut self,
        order_id: i64,
        line_id: i64,
        back: Return,
        returned_status: i64,
    ) -> Option<()> {
        let now = back.at;
        let order = self.orders.get_mut(order_id)?;
        let owner = order.owner;
        let warehouse = super::registries::warehouse_of(&order.body);
        let line = order.lines.iter_mut().find(|line| line.id == line_id)?;
        let (article, quantity, removed) = (line.article().to_owned(), back.quantity, back.removed);
        let batch = line.body.get("batchNumber").and_then(Value::as_str).map(str::to_owned);
        let serial = line.body.get("serialNumber").and_then(Value::as_str).map(str::to_owned);
        line.returned += quantity;
        line.returns.push(back);
        order.returned = Some(now);
        order.updated = now;
        if order.is_sent() && returned_status != 0 {
            order.become_status(returned_status, now);
        }
        if !removed {
            for (number, each) in self.picked_articles(owner, &article) {
                let lot = super::Lot {
                    warehouse,
                    batch: batch.clone(),
                    serial: serial.clone(),
                    ..super::Lot::default()
                };
                self.moved(owner, &number, quantity * each, lot, now);
            }
        }
        Some(())
    }

    /// A new id for something that the warehouse makes.
    pub fn new_id(&mut self) -> i64 {
        self.next_id()
    }
}
