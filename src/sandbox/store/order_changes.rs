//! What may be changed on an order besides putting it: one aspect at a time, also after its release.

use serde_json::{Value, json};

use super::objects::Numbered;
use super::orders::{CANCELLED, PICKED, SENT, Tracking, WORK_BEGUN};
use super::registries::{ORDER_STATUSES, unknown_transporter};
use super::{Order, Refusal, Store, Writer, decimal, set, text};

impl Store {
    /// `PATCH /orders/{orderId}/…`: the last part of the path says what.
    pub fn patch_order(
        &mut self,
        writer: &Writer<'_>,
        id: i64,
        what: &str,
        body: &Value,
    ) -> Result<(), Refusal> {
        if what == "orderNumber" {
            let key = self.orders.get(id).map(Numbered::key).ok_or_else(|| writer.unknown("Order", id))?;
            let number = text(body, "orderNumber");
            self.orders.renumber(id, &number);
            self.effects.note(
                "order",
                (key.0, number.clone()),
                "PATCH orderNumber",
                u64::from(key.1 != number),
            );
            return Ok(());
        }
        let order = self.orders.get_mut(id).ok_or_else(|| writer.unknown("Order", id))?;
        let changed = match what {
            "orderStatus" => patch_status(order, writer, body)?,
            "deliveryDate" | "servicePointCode" => set(&mut order.body, what, body[what].clone()),
            "transporter" => {
                if let Some(status) = writer.switches.unknown_transporter_status
                    && let Some(unknown) = unknown_transporter(body)
                {
                    return Err((status, unknown));
                }
                set(&mut order.body, what, body.clone())
            }
            "waybill" => replace(&mut order.waybill, text(body, what)),
            "returnWaybill" => replace(&mut order.return_waybill, text(body, what)),
            "setOrderClasses" => set(&mut order.body, "classes", body["classes"].clone()),
            "addOrderClasses" => add_classes(order, &body["classes"]),
            _ => return Err((404, format!("nothing of an order is called {what}"))),
        };
        order.updated = writer.now;
        let (key, articles) = (order.key(), order.articles());
        self.effects.note("order", key, &format!("PATCH {what}"), u64::from(changed));
        self.touch_stock(writer.owner, &articles, writer.now);
        Ok(())
    }

    /// `PUT /orders/{orderId}/orderTracking`.
    pub fn put_tracking(&mut self, writer: &Writer<'_>, id: i64, body: &Value) -> Result<(), Refusal> {
        let order = self.orders.get_mut(id).ok_or_else(|| writer.unknown("Order", id))?;
        let (waybill, url) = (text(body, "waybill"), text(body, "trackingUrl"));
        let is_return = body["isReturnTracking"] == true;
        let known = order.tracking.iter_mut().find(|known| known.waybill == waybill);
        let changed = match known {
            Some(known) => {
                let changed = (&known.url, known.is_return) != (&url, is_return);
                (known.url, known.is_return) = (url, is_return);
                changed
            }
            None => {
                order.tracking.push(Tracking { waybill, url, is_return, created: writer.now });
                true
            }
        };
        order.updated = writer.now;
        self.effects.note("order", order.key(), "PUT orderTracking", u64::from(changed));
        Ok(())
    }

    /// Sets what a line's picked or returned items were reported as.
    pub fn report_line(
        &mut self,
        writer: &Writer<'_>,
        id: i64,
        line: i64,
        body: &Value,
    ) -> Result<(), Refusal> {
        let order = self.orders.get_mut(id).ok_or_else(|| writer.unknown("Order", id))?;
        let found = order.lines.iter_mut().find(|known| known.id == line);
        let found = found.ok_or_else(|| writer.unknown("Order line", line))?;
        let (reported, write, quantity) = match body.get("reportedReturnedNumberOfItems") {
            Some(quantity) => {
                (&mut found.reported_returned, "PATCH reportedReturnedNumberOfItems", decimal(quantity))
            }
            None => {
                (&mut found.reported, "PATCH reportedNumberOfItems", decimal(&body["reportedNumberOfItems"]))
            }
        };
        let changed = *reported != Some(quantity);
        *reported = Some(quantity);
        self.effects.note("order", order.key(), write, u64::from(changed));
        Ok(())
    }

    /// Reports everything that was picked, or that came back, at this moment.
    pub fn report_order(&mut self, writer: &Writer<'_>, id: i64, returned: bool) -> Result<(), Refusal> {
        let order = self.orders.get_mut(id).ok_or_else(|| writer.unknown("Order", id))?;
        let mut changed = 0;
        for line in &mut order.lines {
            let (reported, quantity) = match returned {
                true => (&mut line.reported_returned, line.returned),
                false => (&mut line.reported, line.picked),
            };
            changed += u64::from(*reported != Some(quantity));
            *reported = Some(quantity);
        }
        let write = if returned { "PATCH setReportedReturned" } else { "PATCH setReported" };
        self.effects.note("order", order.key(), write, changed);
        Ok(())
    }
}

fn patch_status(order: &mut Order, writer: &Writer<'_>, body: &Value) -> Result<bool, Refusal> {
    let status = body["orderStatusNumber"].as_i64().unwrap_or_default();
    let refuse = |why: &str| {
        let text = format!("The status of order {} can not be changed<br/>{why}", order.number);
        Err((writer.switches.locked_order_status, text))
    };
    if status == CANCELLED || !ORDER_STATUSES.iter().any(|(known, _)| *known == status) {
        return Err(writer.unknown_reference("Order status", status));
    }
    if order.status == CANCELLED {
        return refuse("It is cancelled");
    }
    if writer.switches.allocated_order_status_stays && (WORK_BEGUN..PICKED).contains(&order.status) {
        return refuse("Goods are allocated");
    }
    let changed = order.status != status;
    order.become_status(status, writer.now);
    if status >= SENT {
        order.shipped.get_or_insert(writer.now);
    }
    Ok(changed)
}

fn add_classes(order: &mut Order, sent: &Value) -> bool {
    let there = order.body.entry("classes").or_insert_with(|| json!([]));
    if !there.is_array() {
        *there = json!([]);
    }
    let mut changed = false;
    if let Some(there) = there.as_array_mut() {
        for class in sent.as_array().into_iter().flatten() {
            if !there.iter().any(|known| known["code"] == class["code"]) {
                there.push(class.clone());
                changed = true;
            }
        }
    }
    changed
}

fn replace(there: &mut Option<String>, new: String) -> bool {
    let changed = there.as_ref() != Some(&new);
    *there = Some(new);
    changed
}
