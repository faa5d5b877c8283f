//! The two lists that the API reads out: articles and orders, with their filters and their paging by id.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::State;
use super::store::{Article, Order, Refusal};
use super::wire::Asked;

/// How far back `orderUpdatedTimeFrom` may reach, in days (`ongoing-rest-api.md`, section 7).
const UPDATED_DAYS_MAX: i64 = 2;

const ARTICLE_FILTERS: [&str; 10] = [
    "goodsOwnerId",
    "articleNumber",
    "articleNumbers",
    "articleSystemIdFrom",
    "maxArticlesToGet",
    "articleDataLastUpdatedFrom",
    "productCode",
    "productCodes",
    "barCodes",
    "articleNameContains",
];

const ORDER_FILTERS: [&str; 19] = [
    "goodsOwnerId",
    "orderNumber",
    "orderNumbers",
    "orderStatusFrom",
    "orderStatusTo",
    "orderStatusChangedTimeFrom",
    "onlyOrdersWithOrderLinesToReport",
    "onlyOrdersWithOrderLinesToReportReturned",
    "shippedTimeFrom",
    "shippedTimeTo",
    "orderCreatedTimeFrom",
    "orderCreatedTimeTo",
    "orderUpdatedTimeFrom",
    "lastPickingTimeFrom",
    "orderIdFrom",
    "maxOrdersToGet",
    "articleNumbers",
    "referenceNumbers",
    "parcelNumber",
];

/// `GET /articles`.
pub fn articles(state: &mut State, asked: &Asked, owner: i64) -> Result<Value, Refusal> {
    only(asked, &ARTICLE_FILTERS)?;
    let store = &state.store;
    let of_owner = store.articles.iter().filter(|((of, _), _)| *of == owner);
    let mut found: Vec<&Article> = of_owner
        .filter(|((_, number), article)| article_fits(asked, number, article))
        .map(|(_, article)| article)
        .collect();
    found.sort_by_key(|article| article.id);
    Ok(found
        .into_iter()
        .take(most(asked, "maxArticlesToGet"))
        .map(|article| store.article_json(owner, article))
        .collect())
}

fn article_fits(asked: &Asked, number: &str, article: &Article) -> bool {
    let body = |name: &str| article.body.get(name).and_then(Value::as_str).unwrap_or_default();
    let bar_code =
        || article.body.get("barCodeInfo").and_then(|info| info["barCode"].as_str()).unwrap_or_default();
    let part_of_name = asked.parameters("articleNameContains");
    asked.whole("articleSystemIdFrom").is_none_or(|from| article.id >= from)
        && among(asked, "articleNumber", number)
        && among(asked, "articleNumbers", number)
        && among(asked, "productCode", body("productCode"))
        && among(asked, "productCodes", body("productCode"))
        && among(asked, "barCodes", bar_code())
        && (part_of_name.is_empty() || part_of_name.iter().any(|part| body("articleName").contains(part)))
        && since(asked, "articleDataLastUpdatedFrom", Some(article.changed))
}

/// `GET /orders`.
pub fn orders(state: &mut State, asked: &Asked, owner: i64, now: DateTime<Utc>) -> Result<Value, Refusal> {
    only(asked, &ORDER_FILTERS)?;
    if asked
        .instant("orderUpdatedTimeFrom")
        .is_some_and(|from| from < now - TimeDelta::days(UPDATED_DAYS_MAX))
    {
        return Err((
            400,
            format!("orderUpdatedTimeFrom must be within {UPDATED_DAYS_MAX} days of the current time"),
        ));
    }
    let State { store, switches, .. } = state;
    let to_report = asked.parameter("onlyOrdersWithOrderLinesToReport") == Some("true");
    let of_owner = store.orders.iter().filter(|((of, _), _)| *of == owner);
    let fitting = of_owner.filter(|((_, number), order)| {
        order_fits(asked, number, order)
            && (!to_report || order.lines.iter().any(|line| line.to_report(switches)))
    });
    let mut found: Vec<(i64, (i64, String))> = fitting.map(|(key, order)| (order.id, key.clone())).collect();
    found.sort();
    // An order that cannot be seen yet takes no place in a page: a short page means the end.
    let seen = found.iter().filter_map(|(_, key)| store.read_order(key));
    Ok(seen.take(most(asked, "maxOrdersToGet")).collect())
}

fn order_fits(asked: &Asked, number: &str, order: &Order) -> bool {
    let within = |name: &str, holds: &dyn Fn(i64) -> bool| asked.whole(name).is_none_or(holds);
    let reference = order.body.get("referenceNumber").and_then(Value::as_str).unwrap_or_default();
    let articles = asked.parameters("articleNumbers");
    let article =
        |line: &super::store::Line| line.body.get("articleNumber").and_then(Value::as_str).map(str::to_owned);
    among(asked, "orderNumber", number)
        && among(asked, "orderNumbers", number)
        && among(asked, "referenceNumbers", reference)
        && within("orderStatusFrom", &|from| order.status >= from)
        && within("orderStatusTo", &|to| order.status <= to)
        && within("orderIdFrom", &|from| order.id >= from)
        && since(asked, "orderStatusChangedTimeFrom", Some(order.status_changed))
        && since(asked, "orderUpdatedTimeFrom", Some(order.updated))
        && since(asked, "lastPickingTimeFrom", order.picked)
        && since(asked, "shippedTimeFrom", order.shipped)
        && until(asked, "shippedTimeTo", order.shipped)
        && since(asked, "orderCreatedTimeFrom", Some(order.created))
        && until(asked, "orderCreatedTimeTo", Some(order.created))
        && asked.parameter("parcelNumber").is_none_or(|parcel| order.shipped.is_some() && order.parcel_number() == parcel)
        // Nothing is returned here yet.
        && asked.parameter("onlyOrdersWithOrderLinesToReportReturned") != Some("true")
        && (articles.is_empty()
            || order.lines.iter().filter_map(article).any(|number| articles.contains(&number.as_str())))
}

/// A filter that the sandbox does not have must not return everything in silence.
fn only(asked: &Asked, known: &[&str]) -> Result<(), Refusal> {
    match asked.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err((501, format!("the sandbox does not filter by {name}"))),
        None => Ok(()),
    }
}

fn among(asked: &Asked, name: &str, value: &str) -> bool {
    let wanted = asked.parameters(name);
    wanted.is_empty() || wanted.contains(&value)
}

fn since(asked: &Asked, name: &str, time: Option<DateTime<Utc>>) -> bool {
    asked.instant(name).is_none_or(|from| time.is_some_and(|time| time >= from))
}

fn until(asked: &Asked, name: &str, time: Option<DateTime<Utc>>) -> bool {
    asked.instant(name).is_none_or(|to| time.is_some_and(|time| time <= to))
}

fn most(asked: &Asked, name: &str) -> usize {
    asked.whole(name).and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}
