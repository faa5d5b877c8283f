//! Ongoing by its Goods Owner REST API: performs calls, reads back, reads what is to be told.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;

use crate::call::{Call, Operation};
use crate::clock::Clock;
use crate::fault::{Fault, Turn, code};
use crate::ongoing::Installation;
use crate::ongoing::answer::{Answer, Exchanged, Meaning, Unavailable, meaning, message_of};
use crate::ongoing::compare::{Json, article_differs, order_differs};
use crate::ongoing::exchange::{Ask, Request, Wire};
use crate::ongoing::limits::{self, Limits, method_of};
use crate::ongoing::read::OrderRead;
use crate::ongoing::wire::{body, decimal_of};
use crate::step::Steps;

/// One installation. A clone is another handle on the same connections and breakers.
#[derive(Clone, Debug)]
pub struct Ongoing {
    wire: Wire,
}

/// What became of a call, and the requests that it took.
#[derive(Clone, Debug)]
pub struct Performed {
    /// What became of it.
    pub answer: Answer,
    /// The requests, in order; none if a breaker is open.
    pub requests: Vec<Request>,
}

/// What reading back found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Ongoing has what the call says.
    Same {
        /// Ongoing's id of the object.
        ongoing_id: Option<i64>,
    },
    /// Ongoing has the object, but not as the call says.
    Different {
        /// Ongoing's id of the object.
        ongoing_id: Option<i64>,
        /// The first member that differs, in Ongoing's names.
        what: String,
    },
    /// Ongoing has no such object.
    Missing,
    /// It could not be read.
    Unavailable(Unavailable),
}

/// What reading back found, and the requests that it took.
#[derive(Clone, Debug)]
pub struct ReadBack {
    /// What was found.
    pub found: Found,
    /// The requests, in order.
    pub requests: Vec<Request>,
}

/// Which orders are shipped, as the installation's configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// Orders at this status or beyond.
    StatusFrom(i32),
    /// Orders with a shipped time from this instant on.
    TimeFrom(DateTime<Utc>),
    /// Orders at this status or beyond, whose status was changed since.
    ChangedTo {
        /// The least status.
        status: i32,
        /// Since when; no limit is stated for this filter (`ongoing-rest-api.md`, section 7).
        since: DateTime<Utc>,
    },
    /// Every order: the caller judges.
    Any,
}

/// Which orders to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrdersFilter {
    /// Which orders are shipped.
    pub shipped: Shipped,
    /// Only orders with a line whose picked quantity is more than the reported one.
    pub only_to_report: bool,
}

/// One page of orders, and the requests that it took.
#[derive(Clone, Debug)]
pub struct OrdersPage {
    /// The orders, by id ascending; empty after the last page.
    pub orders: Vec<OrderRead>,
    /// The next page's `id_from`.
    pub next: i64,
}

/// A call's write as it would be sent: the request line and the body, for people to look at.
pub fn preview(call: &Call) -> String {
    let (_, verb, path) = route(&call.operation);
    format!("{verb} /api/v1/{path}\n{}", body(call))
}

/// The step, the verb and the path below `/api/v1/` of a call's write.
fn route(operation: &Operation) -> (&'static str, Method, String) {
    match operation {
        Operation::PutArticle => ("ongoing.put_article", Method::PUT, "articles".to_owned()),
        Operation::PutOrder => ("ongoing.put_order", Method::PUT, "orders".to_owned()),
        Operation::MarkOrderLineReported { order_id, order_line_id, .. } => (
            "ongoing.mark_order_line_reported",
            Method::PATCH,
            format!("orders/{order_id}/lines/{order_line_id}/reportedNumberOfItems"),
        ),
    }
}

impl Ongoing {
    /// A handle on an installation. Nothing is sent yet.
    ///
    /// # Errors
    /// The URL is none of HTTP, or the machine has no certificates to trust.
    pub fn new(installation: &Installation, clock: Clock, steps: Steps) -> Result<Ongoing, Fault> {
        Ok(Ongoing { wire: Wire::new(installation, clock, steps)? })
    }

    /// The breakers: to ask before an attempt, to keep over a new start, to show.
    pub fn limits(&self) -> &Limits {
        &self.wire.limits
    }

    /// How long a lane rests after a request that was not answered.
    pub fn rest_after_silence(&self) -> Duration {
        self.wire.rest_after_silence
    }

    /// A fingerprint of user name and password, to notice that they were changed. Not enough to guess them by.
    pub fn credential_fingerprint(&self) -> String {
        self.wire.credential_fingerprint()
    }

    /// Sends a call's write, once. `ongoing_id` is the id of the object where it is known; the upserts go by our own
    /// number, so that it only names what an answer without an id is about.
    pub async fn perform(&self, call: &Call, ongoing_id: Option<i64>) -> Performed {
        let mut requests = Vec::new();
        let method = method_of(&call.operation);
        let (step, verb, path) = route(&call.operation);
        let ask = Ask { step, method, verb, path: &path, query: Vec::new(), body: Some(body(call)) };
        let exchanged = self.wire.exchange(ask, &mut requests).await;
        let message = match &exchanged {
            Exchanged::Answered(answered) => message_of(&answered.body),
            _ => String::new(),
        };
        let is_mark = matches!(call.operation, Operation::MarkOrderLineReported { .. });
        let answer = match meaning(exchanged, method, is_mark) {
            Meaning::Done(json) => {
                let id = match &call.operation {
                    Operation::PutArticle => json.whole("articleSystemId"),
                    Operation::PutOrder => json.whole("orderId"),
                    Operation::MarkOrderLineReported { order_id, .. } => Some(*order_id),
                };
                match id {
                    Some(id) => {
                        let message = if is_mark { json_message(&json) } else { message };
                        Answer::Accepted { ongoing_id: Some(id), message }
                    }
                    // A success without an id is an error (section 4): ask again by our number.
                    None => {
                        let fault = Fault::new(code::ONGOING_NO_ID).with("method", method).found(message);
                        Answer::Unknown(match ongoing_id {
                            Some(id) => fault.with("known", id),
                            None => fault,
                        })
                    }
                }
            }
            Meaning::Refused(fault) | Meaning::NotFound(fault) => Answer::Refused(fault),
            Meaning::Unavailable(unavailable) => Answer::Unavailable(unavailable),
            Meaning::Unknown(fault) => Answer::Unknown(fault),
        };
        Performed { answer, requests }
    }

    /// Looks whether Ongoing has what a call says. It reads only; Ongoing may lag behind its own answers.
    pub async fn read_back(&self, call: &Call) -> ReadBack {
        let mut requests = Vec::new();
        let found = match self.look(call, &mut requests).await {
            Ok(found) => found,
            Err(unavailable) => Found::Unavailable(unavailable),
        };
        ReadBack { found, requests }
    }

    async fn look(&self, call: &Call, requests: &mut Vec<Request>) -> Result<Found, Unavailable> {
        let goods_owner = ("goodsOwnerId", call.key.lane.goods_owner.to_string());
        let number = call.key.number.as_str();
        match &call.operation {
            Operation::PutArticle => {
                let query = vec![goods_owner, ("articleNumber", number.to_owned())];
                let ask = read("ongoing.get_articles", limits::GET_ARTICLES, "articles", query);
                let list = self.read_list(ask, requests).await?;
                let is_it = |article: &&Json| article.text("articleNumber") == Some(number);
                let there: Vec<&Json> = list.items().iter().filter(is_it).collect();
                Ok(compare(call, &there, |article| article.whole("articleSystemId"), article_differs))
            }
            Operation::PutOrder => {
                let query = vec![goods_owner, ("orderNumber", number.to_owned())];
                let ask = read("ongoing.get_orders", limits::GET_ORDERS, "orders", query);
                let list = self.read_list(ask, requests).await?;
                let head = |order: &Json| order.member("orderInfo").cloned().unwrap_or(Json::Null);
                let is_it = |order: &&Json| head(order).text("orderNumber") == Some(number);
                let there: Vec<&Json> = list.items().iter().filter(is_it).collect();
                Ok(compare(call, &there, |order| head(order).whole("orderId"), order_differs))
            }
            Operation::MarkOrderLineReported { order_id, order_line_id, reported_number_of_items } => {
                let path = format!("orders/{order_id}");
                let ask = read("ongoing.get_order", limits::GET_ORDER, &path, Vec::new());
                let Some(order) = self.read(ask, requests).await? else { return Ok(Found::Missing) };
                let lines = order.member("orderLines").map_or(&[][..], Json::items);
                let Some(line) = lines.iter().find(|line| line.whole("id") == Some(*order_line_id)) else {
                    return Ok(Found::Missing);
                };
                let ongoing_id = Some(*order_id);
                let reported = match line.member("reportedNumberOfItems") {
                    Some(Json::Number(text) | Json::Text(text)) => decimal_of(text),
                    _ => None,
                };
                let same = reported.is_some() && reported == decimal_of(reported_number_of_items);
                let what = "reportedNumberOfItems".to_owned();
                Ok(if same { Found::Same { ongoing_id } } else { Found::Different { ongoing_id, what } })
            }
        }
    }

    /// One page of shipped orders, by id from `id_from` (inclusive) on, at most `most`. The caller goes on with
    /// `next` until a page is empty: a short page is not the end. [`Ongoing::walk_orders`] does.
    ///
    /// # Errors
    /// Ongoing could not be read. The requests stand in `requests` either way.
    pub async fn orders_to_report(
        &self,
        goods_owner: i32,
        filter: &OrdersFilter,
        id_from: i64,
        most: u32,
        requests: &mut Vec<Request>,
    ) -> Result<OrdersPage, Unavailable> {
        let mut query = vec![("goodsOwnerId", goods_owner.to_string())];
        if filter.only_to_report {
            query.push(("onlyOrdersWithOrderLinesToReport", "true".to_owned()));
        }
        let instant = |instant: &DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Millis, false);
        match &filter.shipped {
            Shipped::StatusFrom(number) => query.push(("orderStatusFrom", number.to_string())),
            Shipped::TimeFrom(from) => query.push(("shippedTimeFrom", instant(from))),
            Shipped::ChangedTo { status, since } => {
                query.push(("orderStatusFrom", status.to_string()));
                query.push(("orderStatusChangedTimeFrom", instant(since)));
            }
            Shipped::Any => {}
        }
        query.push(("orderIdFrom", id_from.to_string()));
        query.push(("maxOrdersToGet", most.to_string()));
        let ask = read("ongoing.get_orders", limits::GET_ORDERS, "orders", query);
        let text = self.read_text(ask, requests).await?;
        let not_json = |error: serde_json::Error| {
            let fault = Fault::new(code::ONGOING_NOT_JSON).with("method", limits::GET_ORDERS);
            Unavailable::new(fault.found(error.to_string()).turn(Turn::Operator))
        };
        let orders: Option<Vec<OrderRead>> = serde_json::from_str(&text).map_err(not_json)?;
        let orders = orders.unwrap_or_default();
        let id = |order: &OrderRead| order.order_info.as_ref().and_then(|head| head.order_id);
        let greatest = orders.iter().filter_map(id).max();
        match greatest {
            None if orders.is_empty() => Ok(OrdersPage { orders, next: id_from }),
            Some(greatest) if greatest >= id_from => {
                Ok(OrdersPage { orders, next: greatest.saturating_add(1) })
            }
            // It would be asked for and answered for ever.
            _ => Err(Unavailable::new(Fault::new(code::ONGOING_PAGES_STAND_STILL).with("id", id_from))),
        }
    }

    /// Walks all shipped orders by pages of `page`, and hands each order to `each`. Only one page is held at a time.
    ///
    /// # Errors
    /// Ongoing could not be read, or what `each` says; the orders before were handed over.
    pub async fn walk_orders<E: From<Unavailable>>(
        &self,
        goods_owner: i32,
        filter: &OrdersFilter,
        page: u32,
        requests: &mut Vec<Request>,
        mut each: impl FnMut(OrderRead) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut from = 0;
        loop {
            let read = self.orders_to_report(goods_owner, filter, from, page.max(1), requests).await?;
            if read.orders.is_empty() {
                return Ok(());
            }
            from = read.next;
            for order in read.orders {
                each(order)?;
            }
        }
    }

    /// A cheap read, to tell an outage from a call that Ongoing chokes on.
    ///
    /// # Errors
    /// Ongoing cannot be read either.
    pub async fn probe(&self, requests: &mut Vec<Request>) -> Result<(), Unavailable> {
        let ask = read("ongoing.probe", limits::GET_ORDER_STATUSES, "orders/statuses", Vec::new());
        self.read_text(ask, requests).await.map(drop)
    }

    /// A list, or null for an empty one. The route always exists: where it does not, the URL is wrong.
    async fn read_list(&self, ask: Ask<'_>, requests: &mut Vec<Request>) -> Result<Json, Unavailable> {
        let method = ask.method;
        match meaning(self.wire.exchange(ask, requests).await, method, false) {
            Meaning::NotFound(fault) => Err(read_refused(fault)),
            meaning => Ok(read_meaning(meaning)?.unwrap_or(Json::Null)),
        }
    }

    /// One object; `None` if Ongoing says that there is no such thing.
    async fn read(&self, ask: Ask<'_>, requests: &mut Vec<Request>) -> Result<Option<Json>, Unavailable> {
        let method = ask.method;
        let exchanged = self.wire.exchange(ask, requests).await;
        read_meaning(meaning(exchanged, method, false))
    }

    /// The text of a list, which was seen to be JSON.
    async fn read_text(&self, ask: Ask<'_>, requests: &mut Vec<Request>) -> Result<String, Unavailable> {
        let method = ask.method;
        let exchanged = self.wire.exchange(ask, requests).await;
        let text = match &exchanged {
            Exchanged::Answered(answered) => answered.body.clone(),
            _ => String::new(),
        };
        match meaning(exchanged, method, false) {
            Meaning::NotFound(fault) => Err(read_refused(fault)),
            meaning => read_meaning(meaning).map(|_| text),
        }
    }
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Fault {
        unavailable.fault
    }
}

fn read<'a>(
    step: &'static str,
    method: &'static str,
    path: &'a str,
    query: Vec<(&'static str, String)>,
) -> Ask<'a> {
    Ask { step, method, verb: Method::GET, path, query, body: None }
}

/// A read changes nothing: what would be in doubt for a write is only not read.
fn read_meaning(meaning: Meaning) -> Result<Option<Json>, Unavailable> {
    match meaning {
        Meaning::Done(json) => Ok(Some(json)),
        Meaning::NotFound(_) => Ok(None),
        Meaning::Refused(fault) => Err(read_refused(fault)),
        Meaning::Unavailable(unavailable) => Err(unavailable),
        Meaning::Unknown(fault) => Err(Unavailable::new(fault)),
    }
}

/// We ask wrongly, or may not: nothing that a sender could correct.
fn read_refused(fault: Fault) -> Unavailable {
    Unavailable::new(Fault { code: code::ONGOING_READ_REFUSED, turn: Turn::Operator, ..fault })
}

fn compare(
    call: &Call,
    there: &[&Json],
    id: impl Fn(&Json) -> Option<i64>,
    differs: impl Fn(&Json, &Json) -> Option<String>,
) -> Found {
    let sent = Json::read(&call.body).unwrap_or(Json::Null);
    let mut different = Found::Missing;
    for object in there {
        match differs(&sent, object) {
            None => return Found::Same { ongoing_id: id(object) },
            Some(what) => different = Found::Different { ongoing_id: id(object), what },
        }
    }
    different
}

fn json_message(json: &Json) -> String {
    json.text("message").map(message_of).unwrap_or_default()
}
