//! Ongoing by its Goods Owner REST API: performs calls, reads back, reads what is to be told.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;

use crate::call::{Call, Key, Kind, Lane, Operation};
use crate::clock::Clock;
use crate::fault::{Fault, Turn, code};
use crate::ongoing::Installation;
use crate::ongoing::answer::{Answer, Exchanged, Meaning, Unavailable, meaning};
use crate::ongoing::compare::Json;
use crate::ongoing::exchange::{Ask, Request, Wire};
use crate::ongoing::limits::{self, Limits};
use crate::ongoing::operations::{self, Doing, Hint};
use crate::ongoing::read::OrderRead;
use crate::step::Steps;

/// How many article numbers one request asks for: its URL stays short enough for every proxy.
const ARTICLES_PER_QUESTION: usize = 40;

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

    /// One request, and what came back of it.
    pub(super) async fn exchange(&self, ask: Ask<'_>, requests: &mut Vec<Request>) -> Exchanged {
        self.wire.exchange(ask, requests).await
    }

    /// How long a lane rests after a request that was not answered.
    pub fn rest_after_silence(&self) -> Duration {
        self.wire.rest_after_silence
    }

    /// How long a method may be in an outage before that is an error in the log.
    pub fn outage_alarm(&self) -> Duration {
        self.wire.outage_alarm
    }

    /// How long a call is tried before it is the operator's turn.
    pub fn wait_max(&self) -> Duration {
        self.wire.wait_max
    }

    /// Whether the account reaches a goods owner at all: one article is asked for.
    ///
    /// # Errors
    /// Ongoing could not be read; its reach says whether that is for the goods owner.
    pub async fn reaches(&self, goods_owner: i32, requests: &mut Vec<Request>) -> Result<(), Unavailable> {
        let query = vec![("goodsOwnerId", goods_owner.to_string()), ("maxArticlesToGet", "1".to_owned())];
        let ask = read("ongoing.get_articles", limits::GET_ARTICLES, "articles", query);
        self.read_text(ask, requests).await.map(drop)
    }

    /// A fingerprint of user name and password, to notice that they were changed. Not enough to guess them by.
    pub fn credential_fingerprint(&self) -> String {
        self.wire.credential_fingerprint()
    }

    /// Sends the requests of a call, in order, each once; what it ends in is its outcome.
    pub async fn perform(&self, call: &Call, hint: Hint) -> Performed {
        let mut requests = Vec::new();
        let mut doing = Doing { wire: &self.wire, call, hint, requests: &mut requests };
        let answer = operations::perform(&mut doing).await.unwrap_or_else(|early| early);
        Performed { answer, requests }
    }

    /// Looks whether Ongoing has what a call says. It reads only; Ongoing may lag behind its own answers.
    pub async fn read_back(&self, call: &Call) -> ReadBack {
        let mut requests = Vec::new();
        let mut doing = Doing { wire: &self.wire, call, hint: Hint::default(), requests: &mut requests };
        let found = operations::look(&mut doing).await.unwrap_or_else(Found::Unavailable);
        ReadBack { found, requests }
    }

    /// Which of these articles Ongoing has.
    ///
    /// # Errors
    /// Ongoing could not be read. The requests stand in `requests` either way.
    pub async fn articles_there(
        &self,
        goods_owner: i32,
        numbers: &[String],
        requests: &mut Vec<Request>,
    ) -> Result<BTreeSet<String>, Unavailable> {
        let mut there = BTreeSet::new();
        for numbers in numbers.chunks(ARTICLES_PER_QUESTION) {
            let mut query = vec![("goodsOwnerId", goods_owner.to_string())];
            query.extend(numbers.iter().map(|number| ("articleNumbers", number.clone())));
            let ask = read("ongoing.get_articles", limits::GET_ARTICLES, "articles", query);
            let text = self.read_text(ask, requests).await?;
            let list = Json::read(&text).unwrap_or(Json::Null);
            let found = list.items().iter().filter_map(|article| article.text("articleNumber"));
            there.extend(found.map(str::to_owned));
        }
        Ok(there)
    }

    /// Creates an article of which nothing is known but its number, which becomes its name too.
    pub async fn create_article(
        &self,
        goods_owner: i32,
        number: &str,
        requests: &mut Vec<Request>,
    ) -> Answer {
        let lane = Lane { installation: String::new(), goods_owner };
        let body = serde_json::json!({ "articleNumber": number, "articleName": number }).to_string();
        let call = Call {
            key: Key { lane, kind: Kind::Article, number: number.to_owned() },
            operation: Operation::PutArticle,
            body,
            hash: String::new(),
            needs: Vec::new(),
            remember: String::new(),
        };
        let performed = self.perform(&call, Hint::default()).await;
        requests.extend(performed.requests);
        performed.answer
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

    /// The text of a list, which was seen to be JSON.
    pub(super) async fn read_text(
        &self,
        ask: Ask<'_>,
        requests: &mut Vec<Request>,
    ) -> Result<String, Unavailable> {
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
pub(super) fn read_meaning(meaning: Meaning) -> Result<Option<Json>, Unavailable> {
    match meaning {
        Meaning::Done(json) => Ok(Some(json)),
        Meaning::NotFound(_) => Ok(None),
        Meaning::Refused(fault) => Err(read_refused(fault)),
        Meaning::Unavailable(unavailable) => Err(unavailable),
        Meaning::Unknown(fault) => Err(Unavailable::new(fault)),
    }
}

/// We ask wrongly, or may not: nothing that a sender could correct.
pub(super) fn read_refused(mut fault: Fault) -> Unavailable {
    fault.code = code::ONGOING_READ_REFUSED;
    Unavailable::new(fault.turn(Turn::Operator))
}

/// Whether one of the objects that Ongoing has is what a call says.
pub(super) fn compare(
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
