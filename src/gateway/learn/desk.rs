//! What every question works with: requests, the objects that were made, the answers so far.
//!
//! Ongoing bars a method after some failed calls in a row (`ongoing-rest-api.md`, section 6). So a write that is refused is
//! followed at once by one of the same method that goes well.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Finding, LearnOptions, Lesson};
use crate::fault::{Fault, code};
use crate::ongoing::{Ongoing, Request, Trial, TrialAnswer};

/// So often something is read until it is seen.
const READS_MAX: u32 = 10;

pub(super) const PUT_ORDERS: &str = "PUT /orders";
const PUT_ARTICLES: &str = "PUT /articles";
const PUT_PURCHASE_ORDERS: &str = "PUT /purchaseOrders";

/// What every question works with.
pub(super) struct Desk<'a> {
    ongoing: Ongoing,
    goods_owner: i32,
    prefix: String,
    pause: Duration,
    /// So many reads after a write do not show it.
    pub late: u32,
    requests: Vec<Request>,
    articles: Vec<String>,
    orders: Vec<String>,
    purchase_orders: Vec<String>,
    findings: Vec<Finding>,
    not_cancelled: Vec<String>,
    tell: &'a mut (dyn FnMut(&Finding) + Send),
}

impl<'a> Desk<'a> {
    pub fn new(
        ongoing: Ongoing,
        goods_owner: i32,
        options: &LearnOptions,
        tell: &'a mut (dyn FnMut(&Finding) + Send),
    ) -> Desk<'a> {
        Desk {
            ongoing,
            goods_owner,
            prefix: options.prefix.clone(),
            pause: options.pause,
            late: 0,
            requests: Vec::new(),
            articles: Vec::new(),
            orders: Vec::new(),
            purchase_orders: Vec::new(),
            findings: Vec::new(),
            not_cancelled: Vec::new(),
            tell,
        }
    }

    pub fn lesson(self, ended_by: Option<Fault>) -> Lesson {
        Lesson {
            findings: self.findings,
            articles_left: self.articles,
            not_cancelled: self.not_cancelled,
            requests: self.requests.len(),
            ended_by,
        }
    }

    /// An answer was seen.
    pub fn found(&mut self, name: &'static str, answer: impl Into<Value>, seen: impl Into<String>) {
        self.note(Finding { name, answer: Some(answer.into()), seen: seen.into() });
    }

    /// An answer could not be seen.
    pub fn not_found(&mut self, name: &'static str, why: impl Into<String>) {
        self.note(Finding { name, answer: None, seen: why.into() });
    }

    fn note(&mut self, finding: Finding) {
        (self.tell)(&finding);
        self.findings.push(finding);
    }

    /// A number of ours.
    pub fn number(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// What the URL or body of a request names the goods owner by.
    pub fn owner(&self) -> (&'static str, String) {
        ("goodsOwnerId", self.goods_owner.to_string())
    }

    pub fn goods_owner(&self) -> i32 {
        self.goods_owner
    }

    /// Asks for something.
    pub async fn read(
        &mut self,
        method: &'static str,
        path: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<TrialAnswer, Fault> {
        self.ongoing.try_out(Trial { method, path, query, body: None }, &mut self.requests).await
    }

    /// Writes something.
    pub async fn write(
        &mut self,
        method: &'static str,
        path: &str,
        body: Option<Value>,
    ) -> Result<TrialAnswer, Fault> {
        self.ongoing.try_out(Trial { method, path, query: Vec::new(), body }, &mut self.requests).await
    }

    /// Puts an article with further members.
    pub async fn put_article(&mut self, number: &str, more: Value) -> Result<TrialAnswer, Fault> {
        let body = json!({ "goodsOwnerId": self.goods_owner, "articleNumber": number, "articleName": "lastkaj learns" });
        let answer = self.write(PUT_ARTICLES, "articles", Some(with(body, more))).await?;
        if answer.is_well() && !self.articles.iter().any(|known| known == number) {
            self.articles.push(number.to_owned());
        }
        if !answer.is_well() && number != self.number("A") {
            Box::pin(self.put_article(&self.number("A"), json!({}))).await?;
        }
        Ok(answer)
    }

    /// Puts an order with further members, one line unless they say otherwise.
    pub async fn put_order(&mut self, name: &str, more: Value) -> Result<TrialAnswer, Fault> {
        let number = self.number(name);
        let body = json!({
            "goodsOwnerId": self.goods_owner,
            "orderNumber": number,
            "deliveryDate": "2030-01-02",
            "consignee": { "name": "lastkaj learns", "countryCode": "SE" },
            "orderLines": [line("1", &self.number("A"), 1)],
        });
        let answer = self.write(PUT_ORDERS, "orders", Some(with(body, more))).await?;
        if answer.is_well() && !self.orders.contains(&number) {
            self.orders.push(number);
        }
        if !answer.is_well() && name != "CALM" {
            Box::pin(self.put_order("CALM", json!({}))).await?;
        }
        Ok(answer)
    }

    /// Puts a purchase order with one line.
    pub async fn put_purchase_order(&mut self, name: &str) -> Result<TrialAnswer, Fault> {
        let number = self.number(name);
        let body = json!({
            "goodsOwnerId": self.goods_owner,
            "purchaseOrderNumber": number,
            "purchaseOrderLines": [line("1", &self.number("A"), 1)],
        });
        let answer = self.write(PUT_PURCHASE_ORDERS, "purchaseOrders", Some(body)).await?;
        if answer.is_well() && !self.purchase_orders.contains(&number) {
            self.purchase_orders.push(number);
        }
        Ok(answer)
    }

    /// Cancels an order of ours.
    pub async fn cancel_order(&mut self, number: &str) -> Result<TrialAnswer, Fault> {
        let query = vec![self.owner(), ("orderNumber", number.to_owned())];
        let trial = Trial { method: "DELETE /orders", path: "orders", query, body: None };
        let answer = self.ongoing.try_out(trial, &mut self.requests).await?;
        if answer.is_well() {
            self.orders.retain(|order| order != number);
        }
        Ok(answer)
    }

    /// The orders of a number, read until a write before must be seen.
    pub async fn orders(&mut self, number: &str) -> Result<Vec<Value>, Fault> {
        let query = vec![self.owner(), ("orderNumber", number.to_owned())];
        self.settled("GET /orders", "orders", query).await
    }

    /// The order of a name, read until a write before must be seen.
    pub async fn order(&mut self, name: &str) -> Result<Value, Fault> {
        let number = self.number(name);
        Ok(self.orders(&number).await?.pop().unwrap_or_default())
    }

    /// The purchase order of a name, read until a write before must be seen.
    pub async fn purchase_order(&mut self, name: &str) -> Result<Value, Fault> {
        let query = vec![self.owner(), ("purchaseOrderNumber", self.number(name))];
        Ok(self.settled("GET /purchaseOrders", "purchaseOrders", query).await?.pop().unwrap_or_default())
    }

    /// The article of a number, read until a write before must be seen.
    pub async fn article(&mut self, number: &str) -> Result<Value, Fault> {
        let query = vec![self.owner(), ("articleNumbers", number.to_owned())];
        Ok(self.settled("GET /articles", "articles", query).await?.pop().unwrap_or_default())
    }

    async fn settled(
        &mut self,
        method: &'static str,
        path: &str,
        query: Vec<(&'static str, String)>,
    ) -> Result<Vec<Value>, Fault> {
        for _ in 0..self.late {
            self.read(method, path, query.clone()).await?;
            tokio::time::sleep(self.pause).await;
        }
        match self.read(method, path, query).await?.json {
            Value::Array(found) => Ok(found),
            _ => Ok(Vec::new()),
        }
    }

    /// Reads until something is seen. Says how many reads did not show it, and what the late ones were; `None` if it never was.
    pub async fn reads_until(
        &mut self,
        name: &str,
        seen: impl Fn(&Value) -> bool + Send,
    ) -> Result<Option<(u32, Vec<Value>)>, Fault> {
        let query = vec![self.owner(), ("orderNumber", self.number(name))];
        let mut late = Vec::new();
        for reads in 0..READS_MAX {
            let found = self.read("GET /orders", "orders", query.clone()).await?;
            let order = found.json.get(0).cloned().unwrap_or_default();
            if seen(&order) {
                return Ok(Some((reads, late)));
            }
            late.push(order);
            tokio::time::sleep(self.pause).await;
        }
        Ok(None)
    }

    /// Cancels what was made.
    pub async fn cancel_all(&mut self) {
        for number in self.orders.clone() {
            let cancelled = self.cancel_order(&number).await;
            self.is_cancelled("order", number, cancelled);
        }
        for number in std::mem::take(&mut self.purchase_orders) {
            let query = vec![self.owner(), ("purchaseOrderNumber", number.clone())];
            let trial = Trial { method: "DELETE /purchaseOrders", path: "purchaseOrders", query, body: None };
            let cancelled = self.ongoing.try_out(trial, &mut self.requests).await;
            self.is_cancelled("purchase order", number, cancelled);
        }
    }

    fn is_cancelled(&mut self, what: &str, number: String, cancelled: Result<TrialAnswer, Fault>) {
        if !cancelled.is_ok_and(|answer| answer.is_well()) {
            self.not_cancelled.push(format!("{what} {number}"));
        }
    }
}

/// An order line.
pub(super) fn line(row: &str, article: &str, items: u32) -> Value {
    json!({ "rowNumber": row, "articleNumber": article, "numberOfItems": items })
}

/// An object with further members; those that are null are taken away.
fn with(mut body: Value, more: Value) -> Value {
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        for (name, value) in more {
            match value {
                Value::Null => drop(body.remove(&name)),
                value => drop(body.insert(name, value)),
            }
        }
    }
    body
}

/// What a write that must go well came to.
pub(super) fn must_go_well(answer: &TrialAnswer, what: &str) -> Result<(), Fault> {
    if answer.is_well() {
        return Ok(());
    }
    Err(Fault::new(code::LEARN_NO_START)
        .with("what", what)
        .with("status", answer.status)
        .found(answer.text.chars().take(300).collect::<String>()))
}
