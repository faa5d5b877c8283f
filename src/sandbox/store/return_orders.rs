//! Return orders: what a customer is to send back of an order. They point at Ongoing's ids only.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::objects::{Late, Numbered};
use super::orders::Return;
use super::registries::{status_json, warehouse_json, warehouse_of};
use super::{
    Line, Order, Refusal, Store, Writer, decimal, members, number_json, text, text_of, time, update,
};

/// A return order.
#[derive(Debug)]
pub struct ReturnOrder {
    pub id: i64,
    pub owner: i64,
    pub number: String,
    pub body: Map<String, Value>,
    /// The order that it belongs to.
    pub order: i64,
    pub lines: Vec<ReturnLine>,
    pub stage: Stage,
    /// When goods were last taken in.
    pub returned: Option<DateTime<Utc>>,
    pub late: Late,
}

/// How far a return order is; which status number that is, is a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Announced.
    Announced,
    /// The goods have come.
    Arrived,
    /// They were taken in.
    Received,
}

/// A line of a return order.
#[derive(Clone, Debug)]
pub struct ReturnLine {
    pub id: i64,
    pub body: Map<String, Value>,
    /// The line of the order.
    pub order_line: i64,
    pub returns: Vec<Return>,
}

impl Numbered for ReturnOrder {
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
        self.number = number;
    }

    fn late(&mut self) -> Option<&mut Late> {
        Some(&mut self.late)
    }
}

impl ReturnLine {
    /// The quantity that is to come back.
    pub fn announced(&self) -> Decimal {
        self.body.get("toBeReturnedNumberOfItems").map(decimal).unwrap_or_default()
    }

    /// What came back.
    pub fn returned(&self) -> Decimal {
        self.returns.iter().map(|back| back.quantity).sum()
    }

    /// What of it was written off.
    pub fn removed(&self) -> Decimal {
        self.returns.iter().filter(|back| back.removed).map(|back| back.quantity).sum()
    }
}

impl ReturnOrder {
    /// Its status number.
    pub fn status(&self, statuses: &[(i64, String)]) -> i64 {
        let number = |at: usize| statuses.get(at).map_or(0, |(number, _)| *number);
        match self.stage {
            Stage::Announced => number(0),
            Stage::Arrived => number(1),
            Stage::Received => number(2),
        }
    }
}

impl Store {
    /// `PUT /returnOrders`.
    pub fn put_return_order(&mut self, writer: &Writer<'_>, body: &Value) -> Result<i64, Refusal> {
        let number = text(body, "returnOrderNumber");
        let order_id = body["customerOrder"]["orderId"].as_i64().unwrap_or_default();
        let order = self.orders.get(order_id).filter(|order| order.owner == writer.owner);
        let order = order.ok_or_else(|| writer.unknown_reference("Order", order_id))?;
        let rows = body["returnOrderLines"].as_array().cloned().unwrap_or_default();
        for row in &rows {
            let line = order_line_of(row);
            if !order.lines.iter().any(|known| known.id == line) {
                return Err(writer.unknown_reference("Order line", line));
            }
        }
        let known = self.return_orders.id_of(writer.owner, &number);
        let old = known.and_then(|id| self.return_orders.get(id));
        if old.is_some_and(|old| old.stage != Stage::Announced) {
            let text = format!("Return order {number} can not be updated<br/>Goods have come");
            return Err((writer.switches.locked_return_order_status, text));
        }
        let before = old.map(|old| self.return_order_json(old, writer));
        let old_lines = old.map(|old| old.lines.clone()).unwrap_or_default();
        let id = match known {
            Some(id) => id,
            None => self.next_id(),
        };
        let mut lines = Vec::new();
        for row in &rows {
            let known = old_lines
                .iter()
                .find(|line| line.body.get("returnOrderRowNumber") == row.get("returnOrderRowNumber"));
            let line_id = match known {
                Some(line) => line.id,
                None => self.next_id(),
            };
            lines.push(ReturnLine {
                id: line_id,
                body: members(row),
                order_line: order_line_of(row),
                returns: Vec::new(),
            });
        }
        if writer.switches.absent_lines_stay {
            let sent: Vec<i64> = lines.iter().map(|line| line.id).collect();
            lines.extend(old_lines.into_iter().filter(|line| !sent.contains(&line.id)));
        }
        if known.is_none() {
            self.return_orders.add(ReturnOrder {
                id,
                owner: writer.owner,
                number: number.clone(),
                body: Map::new(),
                order: order_id,
                lines: Vec::new(),
                stage: Stage::Announced,
                returned: None,
                late: None,
            });
        }
        let there = self.return_orders.get_mut(id).ok_or_else(|| writer.unknown("Return order", id))?;
        let mut head = members(body);
        head.remove("returnOrderLines");
        let same_lines = there.lines.iter().map(|line| &line.body).eq(lines.iter().map(|line| &line.body));
        let changed = update(&mut there.body, head, writer.switches.absent_members_stay) || !same_lines;
        there.lines = lines;
        there.order = order_id;
        there.late = writer.late(before);
        self.effects.note("returnOrder", (writer.owner, number), "PUT", u64::from(changed));
        Ok(id)
    }

    /// Takes in what came of a line: on the return order and on the order that it belongs to.
    pub fn take_in(
        &mut self,
        id: i64,
        line_id: i64,
        quantity: Decimal,
        removed: bool,
        returned_status: i64,
        now: DateTime<Utc>,
    ) -> Option<()> {
        let back_id = self.next_id();
        let order = self.return_orders.get_mut(id)?;
        let line = order.lines.iter_mut().find(|line| line.id == line_id)?;
        let cause = line.body.get("returnCause").cloned().unwrap_or_default();
        let comment = order.body.get("comment").and_then(Value::as_str).map(str::to_owned);
        let back = Return { id: back_id, quantity, at: now, cause, comment, removed };
        line.returns.push(back.clone());
        order.returned = Some(now);
        let (order_id, order_line) = (order.order, line.order_line);
        self.take_back(order_id, order_line, back, returned_status)
    }

    /// A return order as `GET` shows it.
    pub fn return_order_json(&self, order: &ReturnOrder, writer: &Writer<'_>) -> Value {
        let sent = self.orders.get(order.order);
        let mut info = Value::Object(order.body.clone());
        let statuses = &writer.switches.return_order_statuses;
        let texts: Vec<(i64, &str)> =
            statuses.iter().map(|(number, text)| (*number, text.as_str())).collect();
        info["returnOrderId"] = json!(order.id);
        info["returnOrderStatus"] = status_json(&texts, order.status(statuses));
        info["warehouse"] = warehouse_json(warehouse_of(&order.body));
        json!({
            "returnOrderInfo": info,
            "customerOrderInfo": { "orderId": order.order, "orderNumber": sent.map(|sent| &sent.number) },
            "returnOrderLines":
                order.lines.iter().map(|line| self.return_line_json(order, line, sent)).collect::<Vec<_>>(),
        })
    }

    fn return_line_json(&self, order: &ReturnOrder, line: &ReturnLine, sent: Option<&Order>) -> Value {
        let of = sent.and_then(|sent| sent.lines.iter().find(|known| known.id == line.order_line));
        let body = |name: &str| of.and_then(|of| of.body.get(name)).cloned().unwrap_or_default();
        let items = line.returns.iter().map(|back| {
            json!({
                "numberOfItems": number_json(back.quantity),
                "batch": body("batchNumber"),
                "serial": body("serialNumber"),
                "returnTime": time(back.at),
                "returnComment": back.comment,
                "isReturnRemovedByInventory": back.removed,
                "returnCause": back.cause,
            })
        });
        let items: Vec<Value> = items.collect();
        json!({
            "returnOrderLineId": line.id,
            "returnOrderRowNumber": line.body.get("returnOrderRowNumber"),
            "customerOrderLine": {
                "orderLineId": line.order_line,
                "customerOrderRowNumber": body("rowNumber"),
            },
            "article": self.article_reference(order.owner, of.map_or("", Line::article)),
            "returnCause": line.body.get("returnCause"),
            "pickedNumberOfItems": number_json(of.map(|of| of.picked).unwrap_or_default()),
            "toBeReturnedNumberOfItems": number_json(line.announced()),
            "returnedNumberOfItems": number_json(line.returned()),
            "returnedRemovedByInventoryNumberOfItems": number_json(line.removed()),
            "returnedArticleItems": if items.is_empty() { Value::Null } else { Value::Array(items) },
        })
    }

    /// A return order as `GET` shows it; counts the reads that do not see the last write yet.
    pub fn read_return_order(&mut self, id: i64, writer: &Writer<'_>) -> Option<Value> {
        match self.return_orders.late_sight(id) {
            Some(before) => before,
            None => self.return_orders.get(id).map(|order| self.return_order_json(order, writer)),
        }
    }

    /// The row number of an order's line: what a return points at, in words that every run has in common.
    pub fn order_row(&self, order: i64, line: i64) -> Option<&str> {
        let line = self.orders.get(order)?.lines.iter().find(|known| known.id == line)?;
        Some(text_of(&line.body, "rowNumber"))
    }
}

fn order_line_of(row: &Value) -> i64 {
    row["customerOrderLine"]["orderLineId"].as_i64().unwrap_or_default()
}
