//! The API itself: who asks, may he, is it well-formed, and what becomes of it.

// A JSON value indexed by a name answers null for what is not there; what is written to was made an object here.
#![allow(clippy::indexing_slicing)]

use base64::Engine;
use serde_json::{Value, json};

use super::failures::How;
use super::openapi::{self, NoOperation, Operation};
use super::pages::Logged;
use super::settings::RetryAfter;
use super::store::{Refusal, decimal, statuses};
use super::wire::{Answer, Asked};
use super::{Shared, State, lists};

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
        shared.state().store.order_key(operation.path_number("orderId")?).map(|(owner, _)| owner)
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
    let method = format!("{} {}", asked.verb, operation.template);
    let now = shared.0.clock.now();
    let mut state = shared.state();
    let admitted = state.limits.admit(&asked.client, &method, &shared.0.settings.limits, now);
    if let Err(until) = admitted {
        return too_many(&state, until, now);
    }
    let answer = processed(shared, &mut state, asked, &operation, body, number, &owners);
    state.limits.ended(&asked.client, &method, answer.status >= 400, now);
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
    if let Some(owner) = goods_owner(asked, body.unwrap_or(&Value::Null))
        && !owners.contains(&owner)
    {
        return Answer::refusal(403, format!("The account does not reach goods owner {owner}"));
    }
    let order = operation.path_number("orderId").and_then(|id| state.store.order_key(id));
    let article = operation.path_number("articleSystemId").and_then(|id| state.store.article_key(id));
    if let Some((owner, _)) = order.as_ref().or(article.as_ref())
        && !owners.contains(owner)
    {
        return Answer::refusal(403, format!("The account does not reach goods owner {owner}"));
    }
    let order_number = order.map(|(_, number)| number);
    let how = state.failures.take(&asked.verb, &asked.path, number.or(order_number.as_deref()));
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
    let answer = match done(state, asked, operation, body.unwrap_or(&Value::Null), now) {
        Ok(body) => {
            let body = operation.shaped(200, body);
            for text in operation.answer_violations(200, &body) {
                state.counters.misshape(format!("{} {}: {text}", asked.verb, asked.path));
            }
            Answer::json(200, &body)
        }
        Err((status, message)) => Answer::refusal(status, message),
    };
    match how {
        Some(How::StatusAfter { status }) => Answer { status, body: AN_ERROR.to_owned(), ..answer },
        Some(How::MissingId) => Answer::json(200, &json!({ "message": "OK" })),
        how => Answer { how, ..answer },
    }
}

/// What an operation comes to.
fn done(
    state: &mut State,
    asked: &Asked,
    operation: &Operation,
    body: &Value,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Value, Refusal> {
    let State { store, switches, .. } = state;
    let owner = goods_owner(asked, body).unwrap_or_default();
    let order = |store: &super::store::Store| {
        let id = operation.path_number("orderId").unwrap_or_default();
        store.order_key(id).ok_or((404, format!("Order {id} does not exist")))
    };
    match (asked.verb.as_str(), operation.template) {
        ("PUT", "/api/v1/articles") => {
            let id = store.put_article(owner, body, switches, now)?;
            Ok(json!({ "articleSystemId": id, "message": "Article created/updated" }))
        }
        ("PUT", "/api/v1/orders") => {
            let id = store.put_order(owner, body, switches, now)?;
            Ok(json!({ "orderId": id, "message": "Order created<br/>" }))
        }
        ("GET", "/api/v1/articles") => lists::articles(state, asked, owner),
        ("GET", "/api/v1/articles/{articleSystemId}") => {
            let id = operation.path_number("articleSystemId").unwrap_or_default();
            let key = store.article_key(id);
            let found = key.and_then(|key| Some(store.article_json(key.0, store.articles.get(&key)?)));
            found.ok_or((404, format!("Article {id} does not exist")))
        }
        ("GET", "/api/v1/orders") => lists::orders(state, asked, owner, now),
        ("GET", "/api/v1/orders/{orderId}") => {
            let key = order(store)?;
            store.read_order(&key).ok_or((404, "The order can not be seen yet".to_owned()))
        }
        ("DELETE", "/api/v1/orders") => {
            let number = asked.parameter("orderNumber").unwrap_or_default().to_owned();
            let id = store.cancel(&(owner, number), switches, now)?;
            Ok(json!({ "orderId": id, "message": "Order cancelled" }))
        }
        ("DELETE", "/api/v1/orders/{orderId}") => {
            let key = order(store)?;
            let id = store.cancel(&key, switches, now)?;
            Ok(json!({ "orderId": id, "message": "Order cancelled" }))
        }
        ("PATCH", "/api/v1/orders/{orderId}/lines/{orderLineId}/reportedNumberOfItems") => {
            let key = order(store)?;
            let line_id = operation.path_number("orderLineId").unwrap_or_default();
            let order = store.orders.get_mut(&key).ok_or((404, String::new()))?;
            let line = order.lines.iter_mut().find(|line| line.id == line_id);
            let line = line.ok_or((404, format!("Order line {line_id} does not exist")))?;
            line.reported = Some(decimal(&body["reportedNumberOfItems"]));
            Ok(json!({ "orderId": order.id, "message": "OK" }))
        }
        ("PATCH", "/api/v1/orders/{orderId}/setReportedNumberOfItemsToPickedNumberOfItems") => {
            let key = order(store)?;
            let order = store.orders.get_mut(&key).ok_or((404, String::new()))?;
            for line in &mut order.lines {
                line.reported = Some(line.picked);
            }
            Ok(json!({ "orderId": order.id, "message": "OK" }))
        }
        ("GET", "/api/v1/orders/statuses") => {
            let list: Vec<Value> =
                statuses().iter().map(|(number, text)| json!({ "number": number, "text": text })).collect();
            Ok(json!({ "orderStatuses": list }))
        }
        ("GET", "/api/v1/orders/wayOfDeliveryTypes") => Ok(json!({ "wayOfDeliveryTypes": [
            { "id": 1, "code": "PNPARCEL", "name": "PostNord parcel" },
            { "id": 2, "code": "PNPALLET", "name": "PostNord pallet" },
            { "id": 3, "code": "DHLROAD", "name": "DHL road" },
            { "id": 4, "code": "PICKUP", "name": "Picked up" },
        ] })),
        ("GET", "/api/v1/orders/types") => {
            Ok(json!({ "orderTypes": [{ "id": 1, "code": "N", "name": "Normal" }] }))
        }
        ("GET", "/api/v1/orders/classes") => Ok(json!({ "orderClasses": [] })),
        ("GET", "/api/v1/warehouses") => Ok(json!([{ "id": 1, "code": "SBX", "name": "Sandbox" }])),
        ("GET", "/api/v1/transporterContracts") => Ok(json!([{
            "ediCode": "1", "transporterName": "PostNord", "transporterCode": "PLAB", "transporterServiceCode": "",
            "transporterServices": [
                { "transporterServiceName": "Parcel", "transporterServiceCode": "P18" },
                { "transporterServiceName": "Home", "transporterServiceCode": "P19" },
            ],
        }])),
        (verb, template) => Err((501, format!("the sandbox does not do {verb} {template}"))),
    }
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
    let encoded = asked.authorization.as_deref()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let accounts =
        shared.0.settings.accounts.iter().filter(|(known, secret, _)| known == user && secret == password);
    let owners: Vec<i64> = accounts.map(|(_, _, owner)| i64::from(*owner)).collect();
    (!owners.is_empty()).then_some(owners)
}

fn goods_owner(asked: &Asked, body: &Value) -> Option<i64> {
    body["goodsOwnerId"].as_i64().or_else(|| asked.whole("goodsOwnerId"))
}

fn number_of(asked: &Asked, body: &Value) -> Option<String> {
    let of_body = body["orderNumber"].as_str().or_else(|| body["articleNumber"].as_str());
    of_body
        .or_else(|| asked.parameter("orderNumber"))
        .or_else(|| asked.parameter("articleNumber"))
        .map(str::to_owned)
}
