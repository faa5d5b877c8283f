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
use super::{Shared, State};

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
    let order_number =
        operation.path_number("orderId").and_then(|id| state.store.order_key(id)).map(|(_, number)| number);
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
        Ok(body) => Answer::json(200, &body),
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
        ("GET", "/api/v1/articles") => articles(state, asked, owner),
        ("GET", "/api/v1/articles/{articleSystemId}") => {
            let id = operation.path_number("articleSystemId").unwrap_or_default();
            let found = store.articles.iter().find(|(_, article)| article.id == id);
            found
                .map(|((owner, _), article)| store.article_json(*owner, article))
                .ok_or((404, format!("Article {id} does not exist")))
        }
        ("GET", "/api/v1/orders") => orders(state, asked, owner),
        ("GET", "/api/v1/orders/{orderId}") => {
            let key = order(store)?;
            store.read_order(&key).ok_or((404, "The order can not be seen yet".to_owned()))
        }
        ("DELETE", "/api/v1/orders") => {
            let number = parameter(asked, "orderNumber").unwrap_or_default().to_owned();
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

fn articles(state: &mut State, asked: &Asked, owner: i64) -> Result<Value, Refusal> {
    only(
        asked,
        &["goodsOwnerId", "articleNumber", "articleNumbers", "articleSystemIdFrom", "maxArticlesToGet"],
    )?;
    let numbers = parameters(asked, &["articleNumber", "articleNumbers"]);
    let from = whole(asked, "articleSystemIdFrom").unwrap_or(0);
    let store = &state.store;
    let mut found: Vec<_> = store
        .articles
        .iter()
        .filter(|((of, number), article)| {
            *of == owner && article.id >= from && (numbers.is_empty() || numbers.contains(&number.as_str()))
        })
        .map(|(_, article)| article)
        .collect();
    found.sort_by_key(|article| article.id);
    let most = most(asked, "maxArticlesToGet");
    Ok(found.into_iter().take(most).map(|article| store.article_json(owner, article)).collect())
}

fn orders(state: &mut State, asked: &Asked, owner: i64) -> Result<Value, Refusal> {
    const FILTERS: [&str; 14] = [
        "goodsOwnerId",
        "orderNumber",
        "orderNumbers",
        "orderStatusFrom",
        "orderStatusTo",
        "orderStatusChangedTimeFrom",
        "onlyOrdersWithOrderLinesToReport",
        "shippedTimeFrom",
        "shippedTimeTo",
        "orderCreatedTimeFrom",
        "orderCreatedTimeTo",
        "orderIdFrom",
        "maxOrdersToGet",
        "articleNumbers",
    ];
    only(asked, &FILTERS)?;
    let numbers = parameters(asked, &["orderNumber", "orderNumbers"]);
    let articles = parameters(asked, &["articleNumbers"]);
    let within = |name: &str, holds: &dyn Fn(i64) -> bool| whole(asked, name).is_none_or(holds);
    let since = |name: &str, time: Option<chrono::DateTime<chrono::Utc>>| {
        instant(asked, name).is_none_or(|from| time.is_some_and(|time| time >= from))
    };
    let until = |name: &str, time: Option<chrono::DateTime<chrono::Utc>>| {
        instant(asked, name).is_none_or(|to| time.is_some_and(|time| time <= to))
    };
    let State { store, switches, .. } = state;
    let mut found: Vec<(i64, (i64, String))> = store
        .orders
        .iter()
        .filter(|((of, number), order)| {
            *of == owner
                && (numbers.is_empty() || numbers.contains(&number.as_str()))
                && within("orderStatusFrom", &|from| order.status >= from)
                && within("orderStatusTo", &|to| order.status <= to)
                && within("orderIdFrom", &|from| order.id >= from)
                && since("orderStatusChangedTimeFrom", Some(order.status_changed))
                && since("shippedTimeFrom", order.shipped)
                && until("shippedTimeTo", order.shipped)
                && since("orderCreatedTimeFrom", Some(order.created))
                && until("orderCreatedTimeTo", Some(order.created))
                && (articles.is_empty()
                    || order.lines.iter().any(|line| {
                        line.body
                            .get("articleNumber")
                            .and_then(Value::as_str)
                            .is_some_and(|number| articles.contains(&number))
                    }))
                && (parameter(asked, "onlyOrdersWithOrderLinesToReport") != Some("true")
                    || order.lines.iter().any(|line| line.to_report(switches)))
        })
        .map(|(key, order)| (order.id, key.clone()))
        .collect();
    found.sort();
    let most = most(asked, "maxOrdersToGet");
    Ok(found.iter().take(most).filter_map(|(_, key)| store.read_order(key)).collect())
}

/// A filter that the sandbox does not have must not return everything in silence.
fn only(asked: &Asked, known: &[&str]) -> Result<(), Refusal> {
    match asked.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err((501, format!("the sandbox does not filter by {name}"))),
        None => Ok(()),
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
    let retry_after = match state.switches.retry_after {
        RetryAfter::Seconds => Some(((until - now).num_seconds() + 1).to_string()),
        RetryAfter::Date => {
            Some((until + chrono::TimeDelta::seconds(1)).format("%a, %d %b %Y %H:%M:%S GMT").to_string())
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
    body["goodsOwnerId"].as_i64().or_else(|| whole(asked, "goodsOwnerId"))
}

fn number_of(asked: &Asked, body: &Value) -> Option<String> {
    let of_body = body["orderNumber"].as_str().or_else(|| body["articleNumber"].as_str());
    of_body
        .or_else(|| parameter(asked, "orderNumber"))
        .or_else(|| parameter(asked, "articleNumber"))
        .map(str::to_owned)
}

fn parameter<'a>(asked: &'a Asked, name: &str) -> Option<&'a str> {
    asked.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn parameters<'a>(asked: &'a Asked, names: &[&str]) -> Vec<&'a str> {
    asked
        .query
        .iter()
        .filter(|(known, _)| names.contains(&known.as_str()))
        .map(|(_, value)| value.as_str())
        .collect()
}

fn whole(asked: &Asked, name: &str) -> Option<i64> {
    parameter(asked, name)?.parse().ok()
}

fn most(asked: &Asked, name: &str) -> usize {
    whole(asked, name).and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

fn instant(asked: &Asked, name: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    Some(chrono::DateTime::parse_from_rfc3339(parameter(asked, name)?).ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::clock::Clock;
    use crate::sandbox::{SandboxSettings, State, World};

    fn shared() -> Shared {
        let settings = SandboxSettings::default();
        let state = State { switches: settings.switches.clone(), ..State::default() };
        let clock = Clock::hands("2026-11-25T08:00:00Z".parse().unwrap());
        Shared(Arc::new(World { settings, clock, state: Mutex::new(state) }))
    }

    fn ask(shared: &Shared, verb: &str, target: &str, body: &Value) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let asked = Asked {
            verb: verb.to_owned(),
            path: format!("/sandbox/api/v1/{path}"),
            query: query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            authorization: Some(format!(
                "Basic {}",
                base64::engine::general_purpose::STANDARD.encode("sandbox:sandbox")
            )),
            content_type: Some("application/json".to_owned()),
            has_length: true,
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
            client: "test".to_owned(),
        };
        let answer = answer(shared, &asked);
        let body = serde_json::from_str(&answer.body).unwrap();
        let operation = openapi::find(verb, &format!("/api/v1/{path}")).unwrap();
        if answer.status == 200 {
            assert_eq!(
                operation.answer_violations(200, &body),
                Vec::<String>::new(),
                "{verb} {target}: {body}"
            );
        }
        (answer.status, body)
    }

    fn order(article: &str) -> Value {
        json!({ "goodsOwnerId": 159, "orderNumber": "SO-1", "deliveryDate": "2026-11-26", "consignee": { "name": "Å" },
            "orderLines": [{ "rowNumber": "10", "articleNumber": article, "numberOfItems": 2.5 }] })
    }

    #[test]
    fn an_order_goes_its_way_and_every_answer_fits_the_file() {
        let shared = shared();
        let article =
            json!({ "goodsOwnerId": 159, "articleNumber": "A-1", "articleName": "Å", "unitCode": "ST" });
        assert_eq!(ask(&shared, "PUT", "orders", &order("A-1")).0, 400, "the article is unknown");
        let (_, put) = ask(&shared, "PUT", "articles", &article);
        assert_eq!(ask(&shared, "PUT", "articles", &article).1, put, "an upsert keeps its id");
        let (_, articles) = ask(&shared, "GET", "articles?goodsOwnerId=159&articleNumber=A-1", &Value::Null);
        assert_eq!(
            (&articles[0]["unitCode"], &articles[0]["articleSystemId"]),
            (&json!("st"), &put["articleSystemId"])
        );

        let (status, put) = ask(&shared, "PUT", "orders", &order("A-1"));
        assert_eq!(status, 200);
        let id = put["orderId"].as_i64().unwrap();
        let to_report = "orders?goodsOwnerId=159&onlyOrdersWithOrderLinesToReport=true";
        assert_eq!(ask(&shared, "GET", to_report, &Value::Null).1, json!([]));
        {
            let State { store, plan, .. } = &mut *shared.state();
            super::super::warehouse::work(store, plan, 100, "2026-11-25T09:00:00Z".parse().unwrap());
        }
        let (_, sent) = ask(&shared, "GET", to_report, &Value::Null);
        let line = &sent[0]["orderLines"][0];
        assert_eq!(
            (&sent[0]["orderInfo"]["orderStatus"]["number"], &line["pickedNumberOfItems"]),
            (&json!(450), &json!(2.5))
        );
        let mark = format!("orders/{id}/lines/{}/reportedNumberOfItems", line["id"]);
        assert_eq!(ask(&shared, "PATCH", &mark, &json!({ "reportedNumberOfItems": 2.5 })).0, 200);
        assert_eq!(ask(&shared, "GET", to_report, &Value::Null).1, json!([]), "what is marked is told");
        assert_eq!(ask(&shared, "PUT", "orders", &order("A-1")).0, 400, "work has begun");
        assert_eq!(ask(&shared, "DELETE", "orders?goodsOwnerId=159&orderNumber=SO-1", &Value::Null).0, 400);
        for registry in ["orders/statuses", "warehouses", "transporterContracts?goodsOwnerId=159"] {
            assert_eq!(ask(&shared, "GET", registry, &Value::Null).0, 200, "{registry}");
        }
        assert_eq!(shared.state().counters.violations, 0);
    }

    #[test]
    fn pages_end_with_an_empty_one_and_nothing_is_filtered_in_silence() {
        let shared = shared();
        for number in ["A", "B", "C"] {
            ask(&shared, "PUT", "articles", &json!({ "goodsOwnerId": 159, "articleNumber": number }));
        }
        let (mut from, mut seen) = (0, Vec::new());
        loop {
            let target = format!("articles?goodsOwnerId=159&maxArticlesToGet=2&articleSystemIdFrom={from}");
            let (_, page) = ask(&shared, "GET", &target, &Value::Null);
            let Some(last) = page.as_array().unwrap().last() else { break };
            from = last["articleSystemId"].as_i64().unwrap() + 1;
            seen.extend(page.as_array().unwrap().iter().map(|article| article["articleNumber"].clone()));
        }
        assert_eq!(seen, ["A", "B", "C"]);
        assert_eq!(ask(&shared, "GET", "articles?goodsOwnerId=159&productCode=x", &Value::Null).0, 501);
        assert_eq!(
            ask(&shared, "GET", "orders?goodsOwnerId=7", &Value::Null).0,
            403,
            "not this account's goods owner"
        );
    }

    #[test]
    fn five_failures_in_a_row_close_a_method_until_the_window_is_over() {
        let shared = shared();
        for _ in 0..5 {
            assert_eq!(ask(&shared, "PUT", "orders", &order("unknown")).0, 400);
        }
        assert_eq!(ask(&shared, "PUT", "orders", &order("unknown")).0, 429);
        assert_eq!(
            ask(&shared, "PUT", "articles", &json!({ "goodsOwnerId": 159, "articleNumber": "A" })).0,
            200,
            "another method"
        );
        shared.0.clock.advance(chrono::TimeDelta::minutes(11));
        assert_eq!(ask(&shared, "PUT", "orders", &order("unknown")).0, 400, "open again");
    }
}
