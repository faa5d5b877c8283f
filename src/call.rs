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
    /// A file that belongs to one of the others; its number is theirs and its name: `81202 note.pdf`.
    Attachment,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 5] =
        [Kind::Article, Kind::PurchaseOrder, Kind::Order, Kind::ReturnOrder, Kind::Attachment];

    /// The name in the ledger, in messages and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Article => "article",
            Kind::PurchaseOrder => "purchase order",
            Kind::Order => "order",
            Kind::ReturnOrder => "return order",
            Kind::Attachment => "attachment",
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
            Kind::Attachment => 4,
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

/// Which order-like numbers of a lane are one partner's: two ERPs on one goods owner each count from 1, and Ongoing
/// wants every order number once (`ongoing-guides.md`, section 12). Its numbers get the prefix on the way in and lose it
/// on the way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnNumbers {
    /// What its numbers begin with at Ongoing; empty: nothing is put before them.
    pub prefix: String,
    /// The prefixes of the lane's other partners that begin with its own: numbers that begin so are theirs.
    pub theirs: Vec<String>,
}

impl OwnNumbers {
    /// The number as Ongoing has it. The prefix is put before every number, so that two never become one.
    pub fn at_ongoing(&self, number: &str) -> String {
        format!("{}{number}", self.prefix)
    }

    /// The partner's own number of one of Ongoing's; `None` if it is another partner's.
    pub fn own<'n>(&self, at_ongoing: &'n str) -> Option<&'n str> {
        let own = at_ongoing.strip_prefix(self.prefix.as_str())?;
        let theirs = self.theirs.iter().any(|prefix| at_ongoing.starts_with(prefix.as_str()));
        (!theirs).then_some(own)
    }
}

/// What Ongoing is asked to do. A closed set: whoever adds one is led by the compiler to each place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub enum Operation {
    /// `PUT /articles`: create or update; the body is the article. Its dangerous goods and classes follow.
    PutArticle,
    /// `PUT /orders`: create or update; the body is the order.
    PutOrder,
    /// `PUT /purchaseOrders`: create or update; the body is the purchase order. Its announced article items follow.
    PutPurchaseOrder,
    /// `PUT /returnOrders`: create or update, by the ids of the order and its lines, which are looked up before.
    PutReturnOrder,
    /// `DELETE` of the order or purchase order that the key names.
    Cancel,
    /// `PATCH`: the changes in the body, each by a request of its own, of what the key names.
    Change,
    /// `PUT …/files?fileName=`: the file in the body, to what it belongs to.
    PutFile {
        /// The kind of object that it belongs to.
        of: Kind,
        /// Its number.
        of_number: String,
    },
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
            Operation::PutPurchaseOrder => "put purchase order",
            Operation::PutReturnOrder => "put return order",
            Operation::Cancel => "cancel",
            Operation::Change => "change",
            Operation::PutFile { .. } => "put file",
            Operation::MarkOrderLineReported { .. } => "mark order line reported",
        }
    }

    /// The word that stands for it in the ledger's rows.
    pub fn tag(&self) -> &'static str {
        match self {
            Operation::PutArticle => "put_article",
            Operation::PutOrder => "put_order",
            Operation::PutPurchaseOrder => "put_purchase_order",
            Operation::PutReturnOrder => "put_return_order",
            Operation::Cancel => "cancel",
            Operation::Change => "change",
            Operation::PutFile { .. } => "put_file",
            Operation::MarkOrderLineReported { .. } => "mark_order_line_reported",
        }
    }

    /// Whether a newer call on the same key may take the place of one never tried (only articles, promise 9).
    pub fn may_be_superseded(&self) -> bool {
        match self {
            Operation::PutArticle => true,
            Operation::PutOrder
            | Operation::PutPurchaseOrder
            | Operation::PutReturnOrder
            | Operation::Cancel
            | Operation::Change
            | Operation::PutFile { .. }
            | Operation::MarkOrderLineReported { .. } => false,
        }
    }

    /// What an accepted call of this kind means for the basis that *unchanged* is judged by (promise 9).
    pub fn basis(&self) -> BasisEffect {
        match self {
            Operation::PutArticle
            | Operation::PutOrder
            | Operation::PutPurchaseOrder
            | Operation::PutReturnOrder
            | Operation::PutFile { .. } => BasisEffect::Sets,
            Operation::Cancel | Operation::Change => BasisEffect::Clears,
            Operation::MarkOrderLineReported { .. } => BasisEffect::Leaves,
        }
    }
}

/// What an accepted call means for the basis that *unchanged* is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasisEffect {
    /// Ongoing now holds what the call says.
    Sets,
    /// Ongoing now holds something else than what was put last.
    Clears,
    /// Nothing of the document was changed.
    Leaves,
}

/// Something that a call needs to be there: it waits for the earlier unfinished calls on it (promise 4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Need {
    /// What kind of object.
    pub kind: Kind,
    /// Our number.
    pub number: String,
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
    /// What must be there before it: an order's articles, a return order's order, an attachment's object.
    pub needs: Vec<Need>,
    /// What the format file's `[remember]` names, as JSON: `{"document": {…}, "lines": {"10": {…}}}`; empty if nothing.
    pub remember: String,
}

impl Call {
    /// The article numbers that it needs.
    pub fn articles(&self) -> impl Iterator<Item = &str> {
        self.needs.iter().filter(|need| need.kind == Kind::Article).map(|need| need.number.as_str())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_partners_whose_prefix_fits_best() {
        let numbers = |prefix: &str, theirs: &[&str]| OwnNumbers {
            prefix: prefix.to_owned(),
            theirs: theirs.iter().map(|prefix| (*prefix).to_owned()).collect(),
        };
        let (a, b, rest) = (numbers("A-", &["A-B-"]), numbers("A-B-", &[]), numbers("", &["A-", "A-B-"]));
        assert_eq!(a.at_ongoing("17"), "A-17");
        assert_eq!(a.at_ongoing("A-17"), "A-A-17", "or 17 and A-17 would be one order");
        let owners = |number| [&a, &b, &rest].map(|numbers| numbers.own(number).map(str::to_owned));
        assert_eq!(owners("A-17"), [Some("17".to_owned()), None, None]);
        assert_eq!(owners("A-B-17"), [None, Some("17".to_owned()), None]);
        assert_eq!(owners("17"), [None, None, Some("17".to_owned())]);
    }

    #[test]
    fn the_tag_of_an_operation_is_the_one_that_it_is_written_by() {
        let put_file = Operation::PutFile { of: Kind::Order, of_number: "1".into() };
        for operation in [Operation::PutArticle, Operation::PutPurchaseOrder, Operation::Cancel, put_file] {
            let written = serde_json::to_value(&operation).unwrap();
            assert_eq!(written["operation"], operation.tag());
        }
    }
}
