//! What each operation takes: the requests of one call, in order, and what its read-back compares.
//!
//! A call whose outcome is open to doubt is performed anew from its first request; so every request here can be
//! repeated, or looks first (promise 5).

mod article;
mod cancel;
mod change;
mod file;
mod mark;
pub(super) mod order;
pub(super) mod purchase_order;
mod return_order;

use crate::call::{Call, Kind, Need, Operation};
use crate::fault::{Fault, code};
use crate::ongoing::answer::{Answer, Exchanged, Meaning, Unavailable, meaning, message_of};
use crate::ongoing::compare::Json;
use crate::ongoing::exchange::{Ask, Request, Wire};
use crate::ongoing::members::Members;
use crate::ongoing::rest::{Found, read_meaning, read_refused};
use crate::ongoing::routes::{self, Route, method_of};

pub(super) use order::select_order;

/// What is known of a call besides its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// Ongoing's id of the object, if it was ever accepted.
    pub ongoing_id: Option<i64>,
    /// An earlier attempt may have been processed.
    pub in_doubt: bool,
    /// Attempts made before this one.
    pub tries: u32,
}

/// A call under way.
pub(super) struct Doing<'a> {
    pub wire: &'a Wire,
    pub call: &'a Call,
    pub hint: Hint,
    pub requests: &'a mut Vec<Request>,
}

/// What a write was answered with, where it was done.
pub(super) struct Done {
    pub json: Json,
    /// Human text.
    pub message: String,
}

/// Performs the call's requests. An `Err` is an outcome too: the one that ended it early.
pub(super) async fn perform(doing: &mut Doing<'_>) -> Result<Answer, Answer> {
    match &doing.call.operation {
        Operation::PutArticle => article::put(doing).await,
        Operation::PutOrder => order::put(doing).await,
        Operation::PutPurchaseOrder => purchase_order::put(doing).await,
        Operation::PutReturnOrder => return_order::put(doing).await,
        Operation::Cancel => cancel::cancel(doing).await,
        Operation::Change => change::change(doing).await,
        Operation::PutFile { of, of_number } => file::put(doing, *of, of_number).await,
        Operation::MarkOrderLineReported { order_id, order_line_id, reported_number_of_items } => {
            mark::order_line(doing, *order_id, *order_line_id, reported_number_of_items).await
        }
    }
}

/// Looks whether Ongoing has what the call says.
pub(super) async fn look(doing: &mut Doing<'_>) -> Result<Found, Unavailable> {
    match &doing.call.operation {
        Operation::PutArticle => article::look(doing).await,
        Operation::PutOrder => order::look(doing).await,
        Operation::PutPurchaseOrder => purchase_order::look(doing).await,
        Operation::PutReturnOrder => return_order::look(doing).await,
        Operation::Cancel => cancel::look(doing).await,
        // Each of their requests may be repeated, and what they find on the way says what is left to do.
        Operation::Change | Operation::PutFile { .. } => {
            Ok(Found::Different { ongoing_id: None, what: doing.call.operation.name().to_owned() })
        }
        Operation::MarkOrderLineReported { order_id, order_line_id, reported_number_of_items } => {
            mark::look_at_order_line(doing, *order_id, *order_line_id, reported_number_of_items).await
        }
    }
}

impl Doing<'_> {
    /// A request that writes. `empty_is_done`: a 2xx without JSON is enough (`ongoing-rest-api.md`, section 10).
    pub async fn write(
        &mut self,
        route: &Route,
        path: &str,
        query: Vec<(&'static str, String)>,
        body: Option<String>,
        empty_is_done: bool,
    ) -> Result<Done, Answer> {
        let ask = Ask { step: route.step, method: route.method, verb: route.verb.clone(), path, query, body };
        let exchanged = self.wire.exchange(ask, self.requests).await;
        let message = match &exchanged {
            Exchanged::Answered(answered) => message_of(&answered.body),
            _ => String::new(),
        };
        match meaning(exchanged, route.method, empty_is_done) {
            Meaning::Done(json) => Ok(Done { json, message }),
            Meaning::Refused(fault) | Meaning::NotFound(fault) => Err(Answer::Refused(fault)),
            Meaning::Unavailable(unavailable) => Err(Answer::Unavailable(unavailable)),
            Meaning::Unknown(fault) => Err(Answer::Unknown(fault)),
        }
    }

    /// The call's document, put whole; the answer's id and message.
    pub async fn put(&mut self, route: &Route, path: &str, id: &str) -> Result<(i64, String), Answer> {
        let body = crate::ongoing::wire::body(self.call);
        let done = self.write(route, path, Vec::new(), Some(body), false).await?;
        match done.json.whole(id) {
            Some(id) => Ok((id, done.message)),
            // A success without an id is an error (section 4): ask again by our number.
            None => {
                let fault = Fault::new(code::ONGOING_NO_ID).with("method", route.method).found(done.message);
                Err(Answer::Unknown(match self.hint.ongoing_id {
                    Some(id) => fault.with("known", id),
                    None => fault,
                }))
            }
        }
    }

    /// A list of what fits a query, or null for an empty one. The route always exists: where it does not, the URL is
    /// wrong.
    pub async fn list(
        &mut self,
        route: &Route,
        path: &str,
        mut query: Vec<(&'static str, String)>,
    ) -> Result<Json, Unavailable> {
        query.insert(0, ("goodsOwnerId", self.call.key.lane.goods_owner.to_string()));
        let ask =
            Ask { step: route.step, method: route.method, verb: route.verb.clone(), path, query, body: None };
        match meaning(self.wire.exchange(ask, self.requests).await, route.method, false) {
            Meaning::NotFound(fault) => Err(read_refused(fault)),
            meaning => Ok(read_meaning(meaning)?.unwrap_or(Json::Null)),
        }
    }

    /// One object; `None` if Ongoing says that there is no such thing.
    pub async fn one(&mut self, route: &Route, path: &str) -> Result<Option<Json>, Unavailable> {
        let (step, method, verb) = (route.step, route.method, route.verb.clone());
        let ask = Ask { step, method, verb, path, query: Vec::new(), body: None };
        read_meaning(meaning(self.wire.exchange(ask, self.requests).await, method, false))
    }

    /// The order of our number that is not cancelled, else the last one that was.
    pub async fn order(&mut self, number: &str) -> Result<Option<Json>, Unavailable> {
        let list = self.list(&routes::GET_ORDERS, "orders", vec![("orderNumber", number.to_owned())]).await?;
        Ok(select_order(&list, number).cloned())
    }

    /// The purchase order of our number that is not cancelled, else the last one that was.
    pub async fn purchase_order(&mut self, number: &str) -> Result<Option<Json>, Unavailable> {
        let query = vec![("purchaseOrderNumber", number.to_owned())];
        let list = self.list(&routes::GET_PURCHASE_ORDERS, "purchaseOrders", query).await?;
        Ok(purchase_order::select(&list, number).cloned())
    }

    /// The call's document, as it was planned.
    pub fn document(&self) -> Members {
        Members::of(&self.call.body)
    }

    pub fn number(&self) -> &str {
        &self.call.key.number
    }
}

impl From<Unavailable> for Answer {
    fn from(unavailable: Unavailable) -> Answer {
        Answer::Unavailable(unavailable)
    }
}

/// Ongoing has no such thing.
fn not_there(kind: Kind, number: &str) -> Answer {
    let fault = Fault::new(code::ONGOING_HAS_NONE).with("document", kind.name()).with("number", number);
    Answer::NotThere { need: Need { kind, number: number.to_owned() }, fault }
}

/// The outcome of a later request of a call, of which the first was done already.
fn partly(answer: Answer, call: &Call, part: &str) -> Answer {
    match answer {
        Answer::Refused(fault) => {
            let said = fault.args.get("message").cloned();
            let reason = said.unwrap_or_else(|| fault.what(crate::fault::Language::English));
            Answer::Refused(
                Fault::new(code::PARTLY_REFUSED)
                    .with("document", call.key.kind.name())
                    .with("part", part)
                    .with("reason", reason),
            )
        }
        other => other,
    }
}

/// Where an operation's requests go, in order, with their bodies: for people to look at. Ids that are looked up stand in
/// braces.
pub fn preview(call: &Call) -> String {
    let of_order = call.key.kind != Kind::PurchaseOrder;
    let document = Members::of(&call.body);
    let line = |method: &str, body: &str| {
        let (verb, path) = method.split_once(' ').unwrap_or((method, ""));
        format!("{verb} /api/v1{path}\n{body}")
    };
    let mut requests = Vec::new();
    match &call.operation {
        Operation::PutArticle => {
            requests.push(line(method_of(call), &crate::ongoing::wire::body(call)));
            requests.extend(article::preview(call, &document, &line));
        }
        Operation::PutOrder => requests.push(line(method_of(call), &crate::ongoing::wire::body(call))),
        Operation::PutPurchaseOrder => {
            requests.push(line(method_of(call), &crate::ongoing::wire::body(call)));
            requests.extend(purchase_order::preview(&document, &line));
        }
        Operation::PutReturnOrder => {
            requests.push(line(routes::GET_ORDERS.method, ""));
            requests.push(line(method_of(call), &return_order::body(call, &document, None)));
        }
        Operation::Cancel => requests.push(line(method_of(call), "")),
        Operation::Change => {
            requests.push(line(method_of(call), ""));
            let aspects = change::aspects(of_order, &document);
            requests.extend(aspects.iter().map(|aspect| line(aspect.route.method, &aspect.body)));
        }
        Operation::PutFile { of, .. } => {
            requests.push(line(routes::file_route(*of).method, &file::body_for_people(&document)));
        }
        Operation::MarkOrderLineReported { order_id, order_line_id, reported_number_of_items } => {
            let path = format!("PATCH /orders/{order_id}/lines/{order_line_id}/reportedNumberOfItems");
            requests.push(line(&path, &mark::body(reported_number_of_items)));
        }
    }
    requests.iter().map(|request| request.trim_end()).collect::<Vec<_>>().join("\n")
}
