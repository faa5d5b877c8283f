//! Send: a lane's next call -> requests to Ongoing -> outcome in the ledger. Marks are calls too: only this pass
//! writes to Ongoing.
//!
//! - [`run_lane`] takes a lane's calls in turn and tells the ledger what came of them;
//! - an [`attempt`] is all the requests of one try of a call;
//! - `settle` decides what follows from it.
//!
//! One task runs a lane at a time, so no request that writes starts on it while an earlier one is unanswered (promise
//! 5). Nothing sleeps holding work: a call that must wait is a row with a later `due`.

mod articles;
mod lane;
mod settle;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::call::Lane;
use crate::clock::Clock;
use crate::fault::{Fault, code};
use crate::ledger::{DueCall, Ledger, RequestRow};
use crate::ongoing::{self, Answer, Found, Hint, Ongoing, Reach, Unavailable};

pub use articles::UnknownArticles;
pub use lane::{Ran, Rest, run_lane};

/// What the pass works with, for one installation.
#[derive(Clone)]
pub struct Send {
    /// The ledger.
    pub ledger: Ledger,
    /// The installation.
    pub ongoing: Arc<Ongoing>,
    /// What becomes of documents with articles that nobody knows, by partner; the others send and see.
    pub unknown_articles: Arc<BTreeMap<String, UnknownArticles>>,
    /// The time.
    pub clock: Clock,
    /// Set when the gateway stops: the request in hand ends, no further one begins.
    pub stop: Arc<std::sync::atomic::AtomicBool>,
}

impl Send {
    fn is_stopping(&self) -> bool {
        self.stop.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// After so many failed tries a call that fails while reads succeed goes to the operator (promise 4).
pub const TRIES_OF_A_FAILING_CALL_MAX: u32 = 5;

/// After so many looks an answer that a repeat was refused is believed (promise 5: Ongoing may lag).
pub const READ_BACKS_AFTER_REFUSAL_MAX: u32 = 5;

/// The cause of a halt that is lifted once a probe of the installation goes well.
pub const LIFTED_BY_PROBE: &str = "probe";

/// The scope under which a lane is halted.
pub fn lane_scope(lane: &Lane) -> String {
    format!("lane {lane}")
}

/// The scope under which an installation is halted.
pub fn installation_scope(installation: &str) -> String {
    format!("installation {installation}")
}

/// What an attempt found out, before it is decided what follows.
#[derive(Debug)]
enum Attempt {
    /// Ongoing has what we asked for.
    Accepted { ongoing_id: Option<i64>, message: String },
    /// Ongoing refused it, and no earlier attempt can have been processed.
    Refused(Fault),
    /// Ongoing refused a repeat, and what an earlier attempt did cannot be seen (yet).
    RepeatRefused(Fault),
    /// It was not processed.
    Unavailable(Unavailable),
    /// Ongoing does not have what the call is about. `seen`: it was there once.
    NotThere { fault: Fault, seen: bool },
    /// Articles that the call needs are not there yet, and it may wait for them until then.
    Waits { fault: Fault, until: DateTime<Utc> },
    /// It may have been processed. `reads_succeed`: a read in this attempt was answered.
    Unknown { fault: Fault, reads_succeed: bool, silent: bool },
    /// The account may not do it, while it reaches the goods owner (else the lane is halted).
    Forbidden(Fault),
}

/// One attempt: where an earlier one is unsettled it reads back first.
async fn attempt(send: &Send, due: &DueCall) -> Result<(Attempt, Vec<RequestRow>), Fault> {
    let mut requests = Vec::new();
    if due.unknown {
        let read = send.ongoing.read_back(&due.call).await;
        requests.extend(read.requests.into_iter().map(row));
        match read.found {
            Found::Same { ongoing_id } => {
                return Ok((Attempt::Accepted { ongoing_id, message: String::new() }, requests));
            }
            Found::Unavailable(unavailable) => return Ok((Attempt::Unavailable(unavailable), requests)),
            Found::Different { .. } | Found::Missing => {}
        }
    }
    let mut asked = Vec::new();
    let missing = articles::provide(send, due, &mut asked).await;
    requests.extend(asked.into_iter().map(row));
    if let Some(attempt) = missing? {
        return Ok((attempt, requests));
    }
    let hint = Hint { ongoing_id: due.ongoing_id, in_doubt: due.unknown, tries: due.tries };
    let performed = send.ongoing.perform(&due.call, hint).await;
    requests.extend(performed.requests.into_iter().map(row));
    let attempt = match performed.answer {
        Answer::Accepted { ongoing_id, message } => Attempt::Accepted { ongoing_id, message },
        Answer::Refused(fault) if due.unknown => {
            let read = send.ongoing.read_back(&due.call).await;
            requests.extend(read.requests.into_iter().map(row));
            match read.found {
                Found::Same { ongoing_id } => Attempt::Accepted { ongoing_id, message: String::new() },
                Found::Different { .. } | Found::Missing | Found::Unavailable(_) => {
                    Attempt::RepeatRefused(fault)
                }
            }
        }
        Answer::Refused(fault) => Attempt::Refused(fault),
        Answer::Unavailable(unavailable) if unavailable.reach == Reach::GoodsOwner => {
            let mut asked = Vec::new();
            let reached = send.ongoing.reaches(due.call.key.lane.goods_owner, &mut asked).await;
            requests.extend(asked.into_iter().map(row));
            match reached {
                Ok(()) => Attempt::Forbidden(unavailable.fault),
                Err(_) => Attempt::Unavailable(unavailable),
            }
        }
        Answer::Unavailable(unavailable) => Attempt::Unavailable(unavailable),
        Answer::NotThere { need, fault } => {
            Attempt::NotThere { seen: send.ledger.is_known(&due.call.key.lane, &need).await?, fault }
        }
        Answer::Unknown(fault) => {
            let silent = fault.code == code::ONGOING_TIME_OUT || fault.code == code::ONGOING_BROKEN_OFF;
            Attempt::Unknown { fault, reads_succeed: due.unknown, silent }
        }
    };
    Ok((attempt, requests))
}

fn row(request: ongoing::Request) -> RequestRow {
    RequestRow {
        at: request.at,
        request: request.request,
        method: request.method,
        status: request.status,
        answer: request.answer,
        milliseconds: request.milliseconds,
    }
}
