//! What an operator may ask and order: the same verbs whether the gateway runs (through the control socket) or not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::{CallState, Kind, Lane};
use crate::clock::Clock;
use crate::fault::{Fault, code};
use crate::ledger::{
    ArrivalFilter, ArrivalState, CallFilter, Ledger, RESTORED, RegisterEntry, ReportState, Target,
};
use crate::ongoing::{Breaker, Limits, preview};

/// One question or order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Request {
    /// Lanes, arrivals and reports by state, and what is halted.
    Overview,
    /// The newest arrivals.
    Arrivals {
        /// Only those in this state.
        state: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// The newest calls.
    Calls {
        /// Only those in this state.
        state: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// The newest reports.
    Reports {
        /// Only those in this state.
        state: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// Everything about a number, a file name or a report name.
    Trace {
        /// What to look for.
        needle: String,
    },
    /// Try again what waits, is held or is halted.
    Retry {
        /// What, in the words of the command line: `call 17`, `order SO-1`, `arrival 4`, `report 9`, `inbox p/i`.
        target: String,
    },
    /// An arrival, with its documents and what became of each.
    ShowArrival {
        /// Its number.
        arrival: i64,
    },
    /// The requests of a call, as they are or were sent.
    ShowCall {
        /// Its number.
        call: i64,
    },
    /// What Ongoing was last known to hold, by number.
    Known {
        /// Whose.
        lane: Lane,
        /// Of which kind.
        kind: Kind,
        /// From this number (exclusive) on.
        after: String,
        /// At most so many.
        limit: u32,
    },
    /// Keep a register of an installation as it was read just now.
    KeepRegister {
        /// Whose.
        lane: Lane,
        /// Which.
        name: String,
        /// What it holds.
        entries: Vec<RegisterEntry>,
    },
    /// Keep back what waits, or a whole inbox, outbox, lane or installation.
    Hold {
        /// What, in the words of the command line.
        target: String,
        /// Why, for the audit.
        why: String,
    },
    /// Let go on what is held or halted.
    Release {
        /// What, in the words of the command line.
        target: String,
        /// Why, for the audit.
        why: String,
    },
    /// Send once more what has ended, whatever Ongoing is believed to hold.
    SendAgain {
        /// What, in the words of the command line.
        target: String,
        /// Why, for the audit.
        why: String,
    },
    /// Throw away what waits or is held.
    Discard {
        /// What, in the words of the command line.
        target: String,
        /// Why, for the audit.
        why: String,
    },
}

impl Request {
    /// Whether it changes something, so that the loops are woken.
    pub fn changes(&self) -> bool {
        matches!(
            self,
            Request::Retry { .. }
                | Request::Discard { .. }
                | Request::Hold { .. }
                | Request::Release { .. }
                | Request::SendAgain { .. }
        )
    }
}

/// Answers a request. `who` is the user whom the audit names.
///
/// # Errors
/// Nothing fits the target, or the ledger cannot be used.
pub async fn operate(ledger: &Ledger, clock: &Clock, who: &str, request: &Request) -> Result<Value, Fault> {
    let now = clock.now();
    match request {
        Request::Overview => {
            let overview = ledger.overview_at(now).await?;
            let mut answer = to_json(&overview)?;
            if let Some(members) = answer.as_object_mut() {
                members.insert("open".to_owned(), json!(overview.open()));
                members.insert("held".to_owned(), json!(overview.held()));
                members.insert("held_items".to_owned(), Value::Array(held_items(ledger).await?));
                members.insert("outages".to_owned(), Value::Array(outages(ledger, now).await?));
            }
            Ok(answer)
        }
        Request::Arrivals { state, limit } => {
            let state = state.as_deref().map(arrival_state).transpose()?;
            to_json(
                &ledger
                    .arrivals(ArrivalFilter { state, ..ArrivalFilter::default() }, *limit as usize)
                    .await?,
            )
        }
        Request::Calls { state, limit } => {
            let state = state.as_deref().map(call_state).transpose()?;
            to_json(&ledger.calls(CallFilter { state, ..CallFilter::default() }, *limit as usize).await?)
        }
        Request::Reports { state, limit } => {
            let state = state.as_deref().map(report_state).transpose()?;
            to_json(&ledger.reports(state, *limit as usize).await?)
        }
        Request::Trace { needle } => to_json(&ledger.trace(needle).await?),
        Request::ShowArrival { arrival } => match ledger.show(*arrival).await? {
            Some((shown, more)) => {
                let mut answer = to_json(&shown)?;
                if let Some(members) = answer.as_object_mut() {
                    members.insert("more".to_owned(), json!(more));
                }
                Ok(answer)
            }
            None => Err(Fault::new(code::NOTHING_MATCHES).with("target", format!("arrival {arrival}"))),
        },
        Request::ShowCall { call } => match ledger.planned(*call).await? {
            Some(planned) => Ok(json!({ "call": call, "about": planned.key.to_string(),
                "operation": planned.operation.name(), "requests": preview(&planned) })),
            None => Err(Fault::new(code::NOTHING_MATCHES).with("target", format!("call {call}"))),
        },
        Request::Known { lane, kind, after, limit } => {
            to_json(&ledger.known_versions(lane, *kind, after, *limit).await?)
        }
        Request::KeepRegister { lane, name, entries } => {
            ledger.keep_register(lane, name, entries.clone(), now).await?;
            Ok(json!({ "kept": entries.len() }))
        }
        Request::Hold { target, why } => {
            let done = ledger.hold(parse_target(target)?, why, who, now).await?;
            Ok(json!({ "done": done }))
        }
        Request::Release { target, why } => {
            let done = ledger.release(parse_target(target)?, why, who, now).await?;
            Ok(json!({ "done": done }))
        }
        Request::SendAgain { target, why } => {
            let done = ledger.send_again(parse_target(target)?, why, who, now).await?;
            Ok(json!({ "done": done }))
        }
        Request::Retry { target } => {
            let done = ledger.retry(parse_target(target)?, who, now).await?;
            Ok(json!({ "done": done }))
        }
        Request::Discard { target, why } => {
            let done = ledger.discard(parse_target(target)?, why, who, now).await?;
            Ok(json!({ "done": done }))
        }
    }
}

/// The methods of installations that do not answer as they should, or that rest: since when, and when they are tried next.
async fn outages(ledger: &Ledger, now: DateTime<Utc>) -> Result<Vec<Value>, Fault> {
    let mut outages = Vec::new();
    for (installation, kept) in ledger.all_kept_limits().await? {
        for state in Limits::of_kept(&kept).states(now) {
            let next = match state.breaker {
                Breaker::Open(until) => Some(until),
                Breaker::HalfOpen | Breaker::Closed => None,
            };
            if state.failing_since.is_some() || next.is_some() {
                outages.push(json!({
                    "installation": installation,
                    "method": state.method,
                    "failing_since": state.failing_since,
                    "failures": state.failures,
                    "tried_again": next,
                }));
            }
        }
    }
    Ok(outages)
}

/// How many held things of each kind an overview names.
const HELD_NAMED_MAX: usize = 20;

/// What waits for a person: what, since when, why, and the command that goes on with it.
async fn held_items(ledger: &Ledger) -> Result<Vec<Value>, Fault> {
    let item = |target: String, what: String, fault: Option<&Fault>| json!({ "target": target, "what": what, "fault": fault });
    let mut items = Vec::new();
    let arrivals = ArrivalFilter { state: Some(ArrivalState::Held), ..ArrivalFilter::default() };
    for arrival in ledger.arrivals(arrivals, HELD_NAMED_MAX).await? {
        items.push(item(
            format!("arrival {}", arrival.id),
            format!("file {}", arrival.name),
            arrival.faults.first(),
        ));
    }
    let calls = CallFilter { state: Some(CallState::Held), ..CallFilter::default() };
    for call in ledger.calls(calls, HELD_NAMED_MAX).await? {
        items.push(item(
            format!("call {}", call.id),
            format!("{} {}", call.kind.name(), call.number),
            call.fault.as_ref(),
        ));
    }
    for report in ledger.reports(Some(ReportState::Held), HELD_NAMED_MAX).await? {
        items.push(item(
            format!("report {}", report.id),
            format!("report {}", report.name),
            report.fault.as_ref(),
        ));
    }
    Ok(items)
}

fn to_json<T: Serialize>(value: &T) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(|error| Fault::new(code::LEDGER_FAILED).with("reason", error))
}

fn arrival_state(name: &str) -> Result<ArrivalState, Fault> {
    ArrivalState::named(name).ok_or_else(|| unknown_state(name, &ArrivalState::ALL.map(ArrivalState::name)))
}

fn call_state(name: &str) -> Result<CallState, Fault> {
    CallState::named(name).ok_or_else(|| unknown_state(name, &CallState::ALL.map(CallState::name)))
}

fn report_state(name: &str) -> Result<ReportState, Fault> {
    ReportState::named(name).ok_or_else(|| unknown_state(name, &ReportState::ALL.map(ReportState::name)))
}

fn unknown_state(name: &str, names: &[&str]) -> Fault {
    Fault::new(code::UNKNOWN_STATE).found(name).with("names", names.join(", "))
}

/// `call 17`, `arrival 4`, `report 9`, `order SO-1`, `purchase order 88`, `inbox p/i`, `outbox p/o`, `installation x`.
pub fn parse_target(text: &str) -> Result<Target, Fault> {
    let text = text.trim();
    let unknown = || Fault::new(code::UNKNOWN_OBJECT).found(text);
    let number = |rest: &str| rest.trim().parse::<i64>().map_err(|_| unknown());
    if matches!(text, RESTORED | "halt restored") {
        return Ok(Target::Halt(RESTORED.to_owned()));
    }
    if let Some((word, rest)) = text.split_once(' ') {
        match word {
            "call" => return Ok(Target::Call(number(rest)?)),
            "arrival" => return Ok(Target::Arrival(number(rest)?)),
            "report" => return Ok(Target::Report(number(rest)?)),
            "inbox" | "outbox" | "installation" | "lane" => return Ok(Target::Halt(text.to_owned())),
            _ => {}
        }
    }
    Kind::ALL
        .into_iter()
        .find_map(|kind| {
            let rest = text.strip_prefix(kind.name())?.strip_prefix(' ')?.trim();
            (!rest.is_empty()).then(|| Target::Key(kind, rest.to_owned()))
        })
        .ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_named_as_people_name_them() {
        assert_eq!(parse_target("call 17").unwrap(), Target::Call(17));
        assert_eq!(parse_target("order SO 1").unwrap(), Target::Key(Kind::Order, "SO 1".to_owned()));
        assert_eq!(
            parse_target("purchase order 8").unwrap(),
            Target::Key(Kind::PurchaseOrder, "8".to_owned())
        );
        assert_eq!(parse_target("restored").unwrap(), Target::Halt("restored".to_owned()));
        assert_eq!(parse_target("inbox a/b").unwrap(), Target::Halt("inbox a/b".to_owned()));
        for wrong in ["", "call", "call x", "order ", "ordre 1"] {
            assert_eq!(parse_target(wrong).unwrap_err().code.name(), "unknown-object", "{wrong}");
        }
    }
}
