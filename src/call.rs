//! A call: one thing that Ongoing is asked to do for one key.

use serde::{Deserialize, Serialize};

/// The calls of one goods owner in one installation run in order, one request that writes in flight.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lane {
    /// The installation's name in the configuration.
    pub installation: String,
    /// Ongoing's id of the goods owner.
    pub goods_owner: i32,
}

impl std::fmt::Display for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.installation, self.goods_owner)
    }
}

/// What kind of object a call is about. Its order is the kind priority between unrelated calls (promise 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An article.
    Article,
    /// A purchase order.
    PurchaseOrder,
    /// An order.
    Order,
    /// A return order.
    ReturnOrder,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Article, Kind::PurchaseOrder, Kind::Order, Kind::ReturnOrder];

    /// The name in the ledger, in messages and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::PurchaseOrder => "purchase order",
            Kind::Order => "order",
            Kind::ReturnOrder => "return order",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Smaller goes first between unrelated calls.
    pub fn priority(self) -> i64 {
        match self {
            Kind::Article => 0,
            Kind::PurchaseOrder => 1,
            Kind::Order => 2,
            Kind::ReturnOrder => 3,
        }
    }
}

/// What a call is about: our number for one object of one goods owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The lane that it belongs to.
    pub lane: Lane,
    /// What kind of object.
    pub kind: Kind,
    /// Our number: article number, order number.
    pub number: String,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.number)
    }
}

/// What Ongoing is asked to do. A closed set: whoever adds one is led by the compiler to each place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum Operation {
    /// `PUT /articles`: create or update; the body is the article.
    PutArticle,
    /// `PUT /orders`: create or update; the body is the order.
    PutOrder,
    /// `PATCH /orders/{orderId}/lines/{orderLineId}/reportedNumberOfItems`: a mark.
    MarkOrderLineReported {
        /// Ongoing's id of the order.
        order_id: i64,
        /// Ongoing's id of the order line.
        order_line_id: i64,
        /// The quantity told in all, as an exact decimal text.
        reported_number_of_items: String,
    },
}

impl Operation {
    /// The name in the ledger and in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Operation::PutArticle => "put article",
            Operation::PutOrder => "put order",
            Operation::MarkOrderLineReported { .. } => "mark order line reported",
        }
    }

    /// Whether a newer call on the same key may take the place of one never tried (only articles, promise 9).
    pub fn may_be_superseded(&self) -> bool {
        match self {
            Operation::PutArticle => true,
            Operation::PutOrder | Operation::MarkOrderLineReported { .. } => false,
        }
    }
}

/// A call as planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What it is about.
    pub key: Key,
    /// What Ongoing is asked to do.
    pub operation: Operation,
    /// The document as JSON text in canonical form, without `goodsOwnerId`; empty where the operation has no document.
    pub body: String,
    /// SHA-256 over the canonical form, in hexadecimal, behind its version: `1:ab…`.
    pub hash: String,
    /// The article numbers whose earlier unfinished calls it waits for.
    pub needs_articles: Vec<String>,
    /// What the format file's `[remember]` names, as JSON: `{"document": {…}, "lines": {"10": {…}}}`; empty if nothing.
    pub remember: String,
}

/// The one state that a call ends in, or where it is on the way there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Waits for its turn on the lane.
    Pending,
    /// Waits for a person.
    Held,
    /// Ongoing has it.
    Accepted,
    /// Ongoing had it already; nothing was sent.
    Unchanged,
    /// A newer version of the article came before this one was tried.
    Superseded,
    /// Ongoing refused it.
    Refused,
    /// A person threw it away.
    Discarded,
}

impl CallState {
    /// Every state.
    pub const ALL: [CallState; 7] = [
        CallState::Pending,
        CallState::Held,
        CallState::Accepted,
        CallState::Unchanged,
        CallState::Superseded,
        CallState::Refused,
        CallState::Discarded,
    ];

    /// The name in the ledger, in reports and in messages.
    pub fn name(self) -> &'static str {
        match self {
            CallState::Pending => "pending",
            CallState::Held => "held",
            CallState::Accepted => "accepted",
            CallState::Unchanged => "unchanged",
            CallState::Superseded => "superseded",
            CallState::Refused => "refused",
            CallState::Discarded => "discarded",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<CallState> {
        CallState::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        !matches!(self, CallState::Pending | CallState::Held)
    }
}
