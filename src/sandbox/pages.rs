//! What tests and people ask of the sandbox itself, under `/sandbox/`.

// A JSON value indexed by a name answers null for what is not there; what is written to was made an object here.
#![allow(clippy::indexing_slicing)]

use serde_json::{Value, json};

use super::failures::Failure;
use super::settings::Switches;
use super::warehouse::{self, Plan};
use super::wire::{Answer, Asked};
use super::{Shared, State, state_page};

/// How many requests the log keeps.
const REQUESTS_KEPT_MAX: usize = 100_000;

/// One request as logged.
pub struct Logged {
    pub verb: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub number: Option<String>,
    pub status: u16,
    pub goods_owner: Option<i64>,
}

impl State {
    /// Adds to the log.
    pub(super) fn log(&mut self, logged: Logged) {
        if self.requests.len() >= REQUESTS_KEPT_MAX {
            self.requests.pop_front();
        }
        self.requests.push_back(logged);
    }
}

/// Whether a path is one of these.
pub fn is_page(path: &str) -> bool {
    const PAGES: [&str; 11] = [
        "state",
        "requests",
        "counters",
        "failures",
        "switches",
        "warehouse/tick",
        "warehouse/plan",
        "warehouse/adjust",
        "warehouse/return",
        "effects",
        "reset",
    ];
    path.strip_prefix("/sandbox/").is_some_and(|page| PAGES.contains(&page))
}

/// Answers a page.
pub fn answer(shared: &Shared, asked: &Asked) -> Answer {
    let body: Value = match asked.body.is_empty() {
        true => Value::Null,
        false => match serde_json::from_slice(&asked.body) {
            Ok(body) => body,
            Err(error) => return Answer::refusal(400, format!("the body is no JSON: {error}")),
        },
    };
    let now = shared.0.clock.now();
    let mut state = shared.state();
    match (asked.verb.as_str(), asked.path.as_str()) {
        ("GET", "/sandbox/state") => {
            let ids = asked.query.iter().all(|(name, value)| name != "ids" || value != "false");
            Answer::json(200, &state_page::everything(&state.store, &state.switches, ids))
        }
        ("GET", "/sandbox/effects") => Answer::json(200, &state.store.effects.json()),
        ("GET", "/sandbox/requests") => Answer::json(200, &requests(&state)),
        ("GET", "/sandbox/counters") => Answer::json(
            200,
            &json!({
                "requests": state.counters.requests,
                "violations": state.counters.violations,
                "violation_texts": state.counters.violation_texts,
                "misshapen_answers": state.counters.misshapen,
                "overlapping_writes": state.counters.overlapping_writes,
                "statuses": state.counters.statuses.iter().map(|(status, count)| (status.to_string(), json!(count))).collect::<serde_json::Map<_, _>>(),
            }),
        ),
        ("POST", "/sandbox/failures") => match serde_json::from_value::<Failure>(body) {
            Ok(failure) => {
                state.failures.add(failure);
                Answer::json(200, &json!({}))
            }
            Err(error) => Answer::refusal(400, error.to_string()),
        },
        ("DELETE", "/sandbox/failures") => {
            state.failures.clear();
            Answer::json(200, &json!({}))
        }
        ("GET", "/sandbox/switches") => Answer::json(200, &json!(state.switches)),
        ("POST", "/sandbox/switches") => match serde_json::from_value::<Switches>(body) {
            Ok(switches) => {
                state.switches = switches;
                Answer::json(200, &json!({}))
            }
            Err(error) => Answer::refusal(400, error.to_string()),
        },
        ("POST", "/sandbox/warehouse/plan") => match serde_json::from_value::<Plan>(body) {
            Ok(plan) => {
                state.plan = plan;
                Answer::json(200, &json!({}))
            }
            Err(error) => Answer::refusal(400, error.to_string()),
        },
        ("POST", "/sandbox/warehouse/tick") => {
            let steps = body["steps"].as_u64().and_then(|steps| u32::try_from(steps).ok()).unwrap_or(1);
            let State { store, plan, switches, .. } = &mut *state;
            Answer::json(200, &json!({ "done": warehouse::work(store, plan, switches, steps, now) }))
        }
        ("POST", "/sandbox/warehouse/adjust") => match state.store.adjust(&body, now) {
            Ok(id) => Answer::json(200, &json!({ "inventoryId": id })),
            Err((status, text)) => Answer::refusal(status, text),
        },
        ("POST", "/sandbox/warehouse/return") => {
            let State { store, switches, .. } = &mut *state;
            match warehouse::take_back(store, switches, &body, now) {
                Ok(()) => Answer::json(200, &json!({})),
                Err((status, text)) => Answer::refusal(status, text),
            }
        }
        ("POST", "/sandbox/reset") => {
            *state = State { switches: shared.0.settings.switches.clone(), ..State::default() };
            Answer::json(200, &json!({}))
        }
        _ => Answer::refusal(405, "this page takes another verb"),
    }
}

fn requests(state: &State) -> Value {
    let forgotten = state.counters.requests.saturating_sub(state.requests.len() as u64);
    let rows = (forgotten + 1..).zip(&state.requests).map(|(sequence, logged)| {
        json!({
            "sequence": sequence,
            "verb": logged.verb,
            "path": logged.path,
            "query": logged.query,
            "number": logged.number,
            "status": logged.status,
            "goodsOwner": logged.goods_owner,
        })
    });
    Value::Array(rows.collect())
}
