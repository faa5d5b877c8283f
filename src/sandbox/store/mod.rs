//! What the sandbox's Ongoing knows, in memory: one file for each kind of object.

mod adjustments;
mod articles;
mod effects;
mod files;
mod objects;
mod order_changes;
mod order_json;
mod orders;
mod parcels;
mod purchase_order_json;
mod purchase_orders;
pub mod registries;
mod return_orders;
mod stock;

use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use super::settings::Switches;

pub use adjustments::Adjustment;
pub use articles::Article;
pub use files::{File, FileOf, FileWrite};
pub use objects::Objects;
pub use orders::{Line, Order, PICKED, Return, SENT, WORK_BEGUN};
pub use purchase_orders::{ARRIVED, PurchaseLine, PurchaseOrder, RECEIVED, RECEIVED_WITH_DEVIATION};
pub use registries::{Registries, Registry, warehouse_of};
pub use return_orders::{ReturnOrder, Stage};
pub use stock::{Figures, Lot, Stock};

/// Everything.
#[derive(Debug, Default)]
pub struct Store {
    /// Articles.
    pub articles: Objects<Article>,
    /// Orders.
    pub orders: Objects<Order>,
    /// Purchase orders.
    pub purchase_orders: Objects<PurchaseOrder>,
    /// Return orders.
    pub return_orders: Objects<ReturnOrder>,
    /// Inventory adjustments, by inventory and article id.
    pub adjustments: BTreeMap<(i64, i64), Adjustment>,
    /// Files of articles, orders and purchase orders, by the object's id.
    pub files: BTreeMap<(FileOf, i64), Vec<File>>,
    /// Code lists.
    pub registries: Registries,
    /// What came in and went out.
    pub stock: Stock,
    /// How often each object was really changed.
    pub effects: effects::Effects,
    last_id: i64,
}

/// A refusal: the status and what is said.
pub type Refusal = (u16, String);

/// Who writes, by what rules, and when.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// The goods owner.
    pub owner: i64,
    /// What nobody knows of the real system.
    pub switches: &'a Switches,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Writer<'_> {
    /// The refusal for an id of a path that nobody has.
    pub fn unknown(&self, what: &str, id: impl std::fmt::Display) -> Refusal {
        (self.switches.unknown_id_status, format!("{what} {id} does not exist"))
    }

    /// The refusal for an id or code of a body that nobody has.
    pub fn unknown_reference(&self, what: &str, id: impl std::fmt::Display) -> Refusal {
        (self.switches.unknown_reference_status, format!("{what} {id} does not exist"))
    }

    /// What a read may still see of an object that looked like this before a write.
    fn late(&self, before: Option<Value>) -> objects::Late {
        (self.switches.reads_until_seen > 0).then_some((self.switches.reads_until_seen, before))
    }

    /// The same of an object with lines, of which the head may be seen before them.
    fn late_lines(
        &self,
        before: Option<Value>,
        lines: &str,
        now: impl FnOnce() -> Option<Value>,
    ) -> objects::Late {
        if self.switches.reads_until_seen == 0 || !self.switches.late_reads_lack_lines {
            return self.late(before);
        }
        let mut head = now();
        if let Some(head) = &mut head {
            head[lines] = before.map_or_else(|| Value::Array(Vec::new()), |before| before[lines].clone());
        }
        self.late(head)
    }
}

impl Store {
    fn next_id(&mut self) -> i64 {
        self.last_id += 1;
        1_000 + self.last_id
    }

    /// Refuses an article number that nobody has.
    fn require_article(&self, writer: &Writer<'_>, number: &str) -> Result<(), Refusal> {
        match self.articles.find(writer.owner, number) {
            Some(_) => Ok(()),
            None => Err((writer.switches.unknown_article_status, format!("Article {number} does not exist"))),
        }
    }
}

/// A number of a request, exact as far as JSON tells.
pub fn decimal(value: &Value) -> Decimal {
    let text = value.to_string();
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).unwrap_or_default()
}

/// A number as Ongoing writes it: with at least one decimal.
pub fn number_json(number: Decimal) -> Value {
    let text = number.normalize().to_string();
    let text = if text.contains('.') { text } else { text + ".0" };
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A time as Ongoing writes it.
pub fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A text member; empty if it is not there.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// A text member of an object; empty if it is not there.
pub fn text_of<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// An object's members; none if it is no object.
pub fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Writes what was sent over what is there. Says whether anything changed.
fn update(there: &mut Map<String, Value>, sent: Map<String, Value>, absent_members_stay: bool) -> bool {
    let before = there.clone();
    if !absent_members_stay {
        there.clear();
    }
    there.extend(sent);
    *there != before
}

/// Sets a member. Says whether that changed anything.
fn set(there: &mut Map<String, Value>, name: &str, value: Value) -> bool {
    let before = there.insert(name.to_owned(), value.clone()).unwrap_or(Value::Null);
    before != value
}
