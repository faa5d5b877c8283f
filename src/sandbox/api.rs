//! The API itself: who asks, may he, is it well-formed, and what becomes of it.

// A JSON value indexed by a name answers null for what is not there; what is written to was made an object here.
#![allow(clippy::indexing_slicing)]

use base64::Engine;
use serde_json::{Value, json};

use super::failures::How;
use super::openapi::{self, NoOperation, Operation};
use super::operations::{self, Call, number_of_path, owner_of_path};
use super::pages::Logged;
use super::settings::{CountBy, RefusalBody, RetryAfter};
use super::store::Writer;
use super::wire::{Answer, Asked};
use super::{Shared, State, lengths};

/// What the vendor's server says when it says nothing.
const AN_ERROR: &str = r#"{"Message":"An error has occurred."}"#;

/// The goods owner that a request writes for, if it writes.
pub fn writes_for(shared: &Shared, asked: &Asked) -> Option<i64> {
    if asked.verb == "GET" || super::pages::is_page(&asked.path) {
        return None;
    }
    let body = serde_json::from_slice::<Value>(&asked.body).unwrap_or_default();
    goods_owner(asked, &body).or_else(|| {
        let operation = openapi::find(&asked.verb, path(shared, asked)?).ok()?;
        owner_of_path(&shared.state().store, &operation)
    })
}

/// Answers a request to the API.
pub fn answer(shared: &Shared, asked: &Asked) -> Answer {
    let body = serde_json::from_slice::<Value>(&asked.body).ok();
    let number =
        body.as_ref().and_then(|body| number_of(asked, body)).or_else(|| number_of(asked, &Value::Null));
    let answer = judged(shared, asked, body.as_ref(), number.as_deref());
    let mut state = shared.state();
    state.counters.requests += 1;
    *state.counters.statuses.entry(answer.status).or_default() += 1;
    state.log(Logged {
        verb: asked.verb.clone(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        number,
        status: answer.status,
        goods_owner: goods_owner(asked, body.as_ref().unwrap_or(&Value::Null)),
    });
    answer
}

fn judged(shared: &Shared, asked: &Asked, body: Option<&Value>, number: Option<&str>) -> Answer {
    let Some(path) = path(shared, asked) else {
        return Answer::refusal(404, "there is no such warehouse");
    };
    let Some(owners) = goods_owners(shared, asked) else {
        return Answer::refusal(401, "Wrong user name or password");
    };
    let operation = match openapi::find(&asked.verb, path) {
        Ok(operation) => operation,
        Err(missing) => {
            let text = format!("{} {path} is no operation of the API", asked.verb);
            shared.state().counters.violate(text.clone());
            return Answer::refusal(if missing == NoOperation::Verb { 405 } else { 404 }, text);
        }
    };
    let method = format!("{} {}", asked.verb, operation.template.replacen("/api/v1", "", 1));
    let now = shared.0.clock.now();
    let mut state = shared.state();
    if state.switches.limited_methods.as_ref().is_some_and(|limited| !limited.contains(&method)) {
        return processed(shared, &mut state, asked, &operation, body, number, &owners);
    }
    let client = match state.switches.limits_count_by {
        CountBy::Address => asked.client.clone(),
        CountBy::User => credentials(asked).map(|(user, _)| user).unwrap_or_default(),
    };
    let admitted = state.limits.admit(&client, &method, &shared.0.settings.limits, now);
    if let Err(until) = admitted {
        return too_many(&state, until, now);
    }
    let answer = processed(shared, &mut state, asked, &operation, body, number, &owners);
    state.limits.ended(&client, &method, answer.status >= 400, now);
    answer
}

fn processed(
    shared: &Shared,
    state: &mut State,
    asked: &Asked,
    operation: &Operation,
    body: Option<&Value>,
    number: Option<&str>,
    owners: &[i64],
) -> Answer {
    let wrong = malformed(asked, operation, body);
    if !wrong.is_empty() {
        for text in &wrong {
            state.counters.violate(format!("{} {}: {text}", asked.verb, asked.path));
        }
        return Answer::refusal(400, wrong.join("; "));
    }
    let named = goods_owner(asked, body.unwrap_or(&Value::Null));
    let of_path = owner_of_path(&state.store, operation);
    let out_of_reach = named.into_iter().chain(of_path).find(|owner| !owners.contains(owner));
    let not_its_own = named.filter(|named| of_path.is_some_and(|of_path| of_path != *named));
    if let Some(owner) = out_of_reach.or(not_its_own) {
        let text = format!("The account does not reach goods owner {owner}");
        return refused(state, state.switches.wrong_goods_owner_status, text);
    }
    let number_of_path = number_of_path(&state.store, operation);
    let how = state.failures.take(&asked.verb, &asked.path, number.or(number_of_path.as_deref()));
    match &how {
        Some(How::Status { status, body }) => {
            let body = body.clone().unwrap_or_else(|| AN_ERROR.to_owned());
            let content_type = if body.starts_with('<') { "text/html" } else { "application/json" };
            return Answer { status: *status, body, content_type, retry_after: None, how: None };
        }
        Some(How::Html) => {
            let body = "<html><body>Please sign in to the network</body></html>".to_owned();
            return Answer { status: 200, body, content_type: "text/html", retry_after: None, how: None };
        }
        Some(How::ResetBefore) => return Answer { how, ..Answer::json(500, &Value::Null) },
        _ => {}
    }
    let now = shared.0.clock.now();
    let mut body = body.cloned().unwrap_or_default();
    let too_long = lengths::fit(operation, &mut body, &state.switches);
    let owner = named.or(of_path).or(owners.first().copied()).unwrap_or_default();
    let answer = match too_long.is_empty() {
        true => done(state, asked, operation, &body, owner, now),
        false => refused(state, 400, too_long.join("; ")),
    };
    match how {
        Some(How::StatusAfter { status }) => Answer { status, body: AN_ERROR.to_owned(), ..answer },
        Some(How::MissingId) => Answer::json(200, &json!({ "message": "OK" })),
        how => Answer { how, ..answer },
    }
}

/// The answer of an operation.
fn done(
    state: &mut State,
    asked: &Asked,
    operation: &Operation,
    body: &Value,
    owner: i64,
    now: chrono::DateTime<chrono::Utc>,
) -> Answer {
    let State { store, switches, .. } = state;
    let orders_before = store.orders.len();
    let call = Call { asked, operation, body, writer: Writer { owner, switches, now } };
    match operations::done(store, &call) {
        // An answer of which nothing is known may be empty.
        Some(Ok(Value::Null)) => Answer { body: String::new(), ..Answer::json(200, &Value::Null) },
        Some(Ok(body)) => {
            let status = match store.orders.len() > orders_before {
                true => switches.made_order_status,
                false => 200,
            };
            let mut body = operation.shaped(status, body);
            for text in operation.answer_violations(status, &body) {
                state.counters.misshape(format!("{} {}: {text}", asked.verb, asked.path));
            }
            if switches.unknown_members_shown {
                operation.show_unknown_members(status, &mut body);
            }
            Answer::json(status, &body)
        }
        Some(Err((status, message))) => refused(state, status, message),
        None => {
            let text = format!("the sandbox does not do {} {}", asked.verb, operation.template);
            Answer::refusal(501, text)
        }
    }
}

/// A refusal in the form that the switches tell.
fn refused(state: &State, status: u16, message: String) -> Answer {
    let body = match state.switches.refusal_body {
        RefusalBody::Message => return Answer::refusal(status, message),
        RefusalBody::CapitalMessage => json!({ "Message": message }),
        RefusalBody::ModelState => {
            json!({ "Message": "The request is invalid.", "ModelState": { "request": [message] } })
        }
        RefusalBody::Text => {
            let answer = Answer::json(status, &Value::Null);
            return Answer { body: message, content_type: "text/plain", ..answer };
        }
    };
    Answer::json(status, &body)
}

fn malformed(asked: &Asked, operation: &Operation, body: Option<&Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    if !asked.body.is_empty() {
        if !asked.has_length {
            wrong.push("the body has no Content-Length".to_owned());
        }
        if asked.content_type.as_deref().is_none_or(|kind| !kind.starts_with("application/json")) {
            wrong.push("Content-Type is not application/json".to_owned());
        }
        if body.is_none() {
            wrong.push("the body is no JSON".to_owned());
            return wrong;
        }
    }
    wrong.extend(operation.violations(&asked.query, body));
    wrong
}

fn too_many(
    state: &State,
    until: chrono::DateTime<chrono::Utc>,
    now: chrono::DateTime<chrono::Utc>,
) -> Answer {
    // Whole seconds, rounded up: who comes back then is let through.
    let seconds =
        (until - now).num_milliseconds().div_euclid(1000) + i64::from((until - now).subsec_nanos() > 0);
    let retry_after = match state.switches.retry_after {
        RetryAfter::Seconds => Some(seconds.to_string()),
        RetryAfter::Date => {
            let at = until + chrono::TimeDelta::milliseconds(999);
            Some(at.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
        }
        RetryAfter::None => None,
    };
    Answer { retry_after, ..Answer::refusal(429, "Too many calls") }
}

/// The path from `/api/v1` on, if the warehouse is this one.
fn path<'a>(shared: &Shared, asked: &'a Asked) -> Option<&'a str> {
    let path = asked.path.strip_prefix('/')?.strip_prefix(&shared.0.settings.warehouse)?;
    path.starts_with("/api/v1/").then_some(path)
}

/// The goods owners that the account reaches; `None` for a wrong user name or password.
fn goods_owners(shared: &Shared, asked: &Asked) -> Option<Vec<i64>> {
    let (user, password) = credentials(asked)?;
    let accounts =
        shared.0.settings.accounts.iter().filter(|(known, secret, _)| *known == user && *secret == password);
    let owners: Vec<i64> = accounts.map(|(_, _, owner)| i64::from(*owner)).collect();
    (!owners.is_empty()).then_some(owners)
}

/// User name and password.
fn credentials(asked: &Asked) -> Option<(String, String)> {
    let encoded = asked.authorization.as_deref()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn goods_owner(asked: &Asked, body: &Value) -> Option<i64> {
    body["goodsOwnerId"].as_i64().or_else(|| asked.whole("goodsOwnerId"))
}

fn number_of(asked: &Asked, body: &Value) -> Option<String> {
    const NUMBERS: [&str; 4] = ["orderNumber", "purchaseOrderNumber", "returnOrderNumber", "articleNumber"];
    let of_body = NUMBERS.iter().find_map(|name| body[*name].as_str());
    of_body.or_else(|| NUMBERS.iter().find_map(|name| asked.parameter(name))).map(str::to_owned)
}
