//! A lane's run: calls are begun a little ahead, sent one after the other, and told to the ledger while the next one is
//! on its way.
//!
//! A call is begun, durably, before it is sent, and the next request goes only after the answer to the one before. What
//! does not keep a lane waiting is the disk: while a request is under way the outcomes before it are committed, and further
//! calls are begun in the same commit. Calls that are begun together never wait for one another (one key, an order and its
//! article): what hangs on an outcome is begun after that outcome's commit. After a crash every begun call is in
//! doubt, sent or not, and is read back.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, Utc};

use super::settle::{self, Decision};
use super::{Send, attempt, installation_scope, lane_scope};
use crate::call::Lane;
use crate::fault::{Fault, Turn};
use crate::ledger::{self, Advance, Answer, Barred, DueCall, Settled, Settlement};
use crate::ongoing;

/// So many calls are begun ahead at first: one is sent while the commit that begins the next is under way.
const AHEAD_AT_FIRST: usize = 2;
/// Where Ongoing answers sooner than the disk does, so many are begun ahead at most. A crash leaves as many in doubt.
const AHEAD_AT_MOST: usize = 64;

/// What a lane's run came to.
#[derive(Debug, PartialEq)]
pub struct Ran {
    /// How many calls were tried.
    pub tried: u64,
    /// Why it ended.
    pub rest: Rest,
}

/// Why a lane's run ended.
#[derive(Debug, PartialEq)]
pub enum Rest {
    /// Nothing is due; the earliest call that waits is due then, if any.
    Until(Option<DateTime<Utc>>),
    /// The installation is halted until a person acts.
    Halted,
    /// The gateway stops.
    Stopping,
}

/// Runs a lane until nothing is due on it.
///
/// # Errors
/// The ledger cannot be read or written; the lane must not go on.
pub async fn run_lane(send: &Send, lane: &Lane) -> Result<Ran, Fault> {
    let scopes = vec![installation_scope(&lane.installation), lane_scope(lane), ledger::RESTORED.to_owned()];
    let mut run = Run {
        send,
        lane,
        scopes,
        begun: VecDeque::new(),
        given_back: Vec::new(),
        settled: Vec::new(),
        commit: None,
        ahead: AHEAD_AT_FIRST,
    };
    let mut tried = 0;
    loop {
        if let Some(rest) = run.rest().await? {
            return Ok(Ran { tried, rest });
        }
        run.commit();
        while let Some(due) = run.next().await? {
            tried += 1;
            let (attempt, requests) = attempt(send, &due).await?;
            let Decision { settlement, rest_until, halt } = settle::decide(send, &due, attempt);
            tell(&due, &settlement, halt.is_some());
            run.settled.push(Settled { call: due.id, settlement, requests });
            let pauses = halt.is_some() || rest_until.is_some();
            if let Some((scope, fault, cause)) = halt {
                send.ledger.halt(&scope, fault, &cause, send.clock.now()).await?;
            }
            if let Some(until) = rest_until {
                send.ledger.rest_lane(lane, until).await?;
            }
            if pauses {
                run.pause().await?;
            }
        }
    }
}

/// A lane at work. All it knows is in the ledger too, but for answers that are not committed yet.
struct Run<'a> {
    send: &'a Send,
    lane: &'a Lane,
    /// What it is halted by.
    scopes: Vec<String>,
    /// Begun, and not sent yet.
    begun: VecDeque<DueCall>,
    /// Begun, and not to be sent now.
    given_back: Vec<DueCall>,
    /// What came of those that were sent, and is not on its way to the ledger yet.
    settled: Vec<Settled>,
    /// The one commit on its way: it begins further calls.
    commit: Option<Answer<Vec<DueCall>>>,
    /// How many calls are to be begun ahead.
    ahead: usize,
}

impl Run<'_> {
    /// Why the lane has nothing to do now; `None` if it has. Nothing of it is begun when this is asked.
    async fn rest(&self) -> Result<Option<Rest>, Fault> {
        let Run { send, lane, scopes, .. } = self;
        if send.is_stopping() {
            return Ok(Some(Rest::Stopping));
        }
        if send.ledger.halts().await?.iter().any(|halt| scopes.contains(&halt.scope)) {
            return Ok(Some(Rest::Halted));
        }
        let now = send.clock.now();
        if let Some(until) = send.ledger.resting(lane, now).await? {
            return Ok(Some(Rest::Until(Some(until))));
        }
        // What an open breaker bars is no try of a call, and no request; the rest of the lane goes on.
        let (barred, until) = barred(send, now);
        if send.ledger.next_call_but(lane, now, &barred).await?.is_some() {
            return Ok(None);
        }
        let due = send.ledger.next_due(lane, now).await?;
        let waits = !barred.is_empty() && send.ledger.next_call(lane, now).await?.is_some();
        let until = until.filter(|_| waits);
        Ok(Some(Rest::Until(due.into_iter().chain(until).min())))
    }

    /// The call to send now. Outcomes are sent off to the ledger before; there is none once all of them are there.
    async fn next(&mut self) -> Result<Option<DueCall>, Fault> {
        self.take_what_is_committed()?;
        loop {
            if self.send.is_stopping() {
                self.pause().await?;
                return Ok(None);
            }
            if self.commit.is_none() && !(self.settled.is_empty() && self.given_back.is_empty()) {
                self.commit();
            }
            let (barred, _) = barred(self.send, self.send.clock.now());
            while let Some(due) = self.begun.pop_front() {
                if !barred.bars(due.call.key.kind, due.call.operation.tag()) {
                    return Ok(Some(due));
                }
                self.given_back.push(due);
            }
            match self.commit.take() {
                Some(commit) => {
                    // The disk keeps the lane waiting.
                    self.ahead = (self.ahead * 2).min(AHEAD_AT_MOST);
                    self.begun.extend(commit.await?);
                }
                None if self.given_back.is_empty() => return Ok(None),
                None => {}
            }
        }
    }

    /// Takes the calls that the commit on its way began, if it is done.
    fn take_what_is_committed(&mut self) -> Result<(), Fault> {
        let Some(commit) = &mut self.commit else { return Ok(()) };
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(begun) = std::pin::Pin::new(commit).poll(&mut context) {
            self.commit = None;
            self.begun.extend(begun?);
        }
        Ok(())
    }

    /// Sends off what ended, and begins what is next, in one commit. Only while none is on its way.
    fn commit(&mut self) {
        self.send_off(self.ahead.saturating_sub(self.begun.len()));
    }

    fn send_off(&mut self, most: usize) {
        let now = self.send.clock.now();
        let advance = Advance {
            settled: std::mem::take(&mut self.settled),
            given_back: std::mem::take(&mut self.given_back),
            most,
            barred: barred(self.send, now).0,
            scopes: self.scopes.clone(),
        };
        self.commit = Some(self.send.ledger.advance(self.lane, advance, now));
    }

    /// Gives back what is begun and not sent; then all of the lane is in the ledger.
    async fn pause(&mut self) -> Result<(), Fault> {
        if let Some(commit) = self.commit.take() {
            self.begun.extend(commit.await?);
        }
        self.given_back.extend(self.begun.drain(..));
        if self.settled.is_empty() && self.given_back.is_empty() {
            return Ok(());
        }
        self.send_off(0);
        if let Some(commit) = self.commit.take() {
            commit.await?;
        }
        Ok(())
    }
}

/// What open breakers bar now, and when the first of them lets a request go.
fn barred(send: &Send, now: DateTime<Utc>) -> (Barred, Option<DateTime<Utc>>) {
    let (mut barred, mut first) = (Barred::default(), None);
    for (kind, tag, method) in ongoing::first_methods() {
        if let Err(until) = send.ongoing.limits().may_send(method, now) {
            barred.add(kind, tag);
            first = Some(first.map_or(until, |first: DateTime<Utc>| first.min(until)));
        }
    }
    (barred, first)
}

/// Says in the log what a call came to. A refusal is the sender's affair; what waits is told for its installation, once.
fn tell(due: &DueCall, settlement: &Settlement, halts: bool) {
    let call = due.id;
    let about = due.call.key.to_string();
    match settlement {
        Settlement::Accepted { .. } => tracing::debug!(call, about, "accepted"),
        Settlement::Refused(fault) => {
            tracing::info!(call, about, code = fault.code.name(), "refused: {fault}")
        }
        // No time heals it, and no halt tells of it.
        Settlement::Later { due, fault, .. } if fault.turn == Turn::Operator && !halts => {
            tracing::error!(call, about, code = fault.code.name(), until = %due, "waits: {fault}");
        }
        Settlement::Later { due, fault, .. } => {
            tracing::debug!(call, about, code = fault.code.name(), until = %due, "waits: {fault}");
        }
        Settlement::Held(fault) => {
            tracing::error!(
                call,
                about,
                code = fault.code.name(),
                "held: {fault}; `lastkaj retry call {call}`"
            );
        }
    }
}
