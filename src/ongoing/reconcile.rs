//! Does Ongoing still have what was accepted last? Many documents of one kind by one request, compared as a read-back
//! compares them.

use crate::call::{Call, Kind};
use crate::ongoing::answer::Unavailable;
use crate::ongoing::compare::{Json, article_differs, order_differs, purchase_order_differs};
use crate::ongoing::exchange::{Ask, Request};
use crate::ongoing::operations::{order, purchase_order};
use crate::ongoing::rest::{Found, Ongoing, compare};
use crate::ongoing::routes::{self, Route};

/// How many documents one request asks for: its URL stays short enough for every proxy.
pub const COMPARED_AT_ONCE: usize = 40;

/// How the documents of a kind are read many at a time.
struct Reading {
    route: &'static Route,
    path: &'static str,
    numbers: &'static str,
    number: fn(&Json) -> Option<&str>,
    id: fn(&Json) -> Option<i64>,
    differs: fn(&Json, &Json) -> Option<String>,
}

fn reading(kind: Kind) -> Option<Reading> {
    Some(match kind {
        Kind::Article => Reading {
            route: &routes::GET_ARTICLES,
            path: "articles",
            numbers: "articleNumbers",
            number: |article| article.text("articleNumber"),
            id: |article| article.whole("articleSystemId"),
            differs: article_differs,
        },
        Kind::Order => Reading {
            route: &routes::GET_ORDERS,
            path: "orders",
            numbers: "orderNumbers",
            number: |order| order.member("orderInfo")?.text("orderNumber"),
            id: order::id,
            differs: |sent, there| match order::status(there) {
                Some(order::CANCELLED) => Some(format!("orderStatus {}", order::status_text(there))),
                _ => order_differs(sent, there),
            },
        },
        Kind::PurchaseOrder => Reading {
            route: &routes::GET_PURCHASE_ORDERS,
            path: "purchaseOrders",
            numbers: "purchaseOrderNumbers",
            number: |order| order.member("purchaseOrderInfo")?.text("purchaseOrderNumber"),
            id: purchase_order::id,
            differs: |sent, there| match purchase_order::status(there) {
                Some(purchase_order::CANCELLED) => {
                    Some(format!("purchaseOrderStatus {}", purchase_order::status_text(there)))
                }
                _ => purchase_order_differs(sent, there),
            },
        },
        Kind::ReturnOrder | Kind::Attachment => return None,
    })
}

impl Ongoing {
    /// What Ongoing has of each call's document, in the order of the calls. They are of one kind (articles, orders or
    /// purchase orders) and one goods owner, at most [`COMPARED_AT_ONCE`]; of another kind nothing is asked.
    ///
    /// # Errors
    /// Ongoing could not be read. The requests stand in `requests` either way.
    pub async fn compare_many(
        &self,
        calls: &[Call],
        requests: &mut Vec<Request>,
    ) -> Result<Vec<Found>, Unavailable> {
        let Some((first, reading)) = calls.first().and_then(|first| Some((first, reading(first.key.kind)?)))
        else {
            return Ok(Vec::new());
        };
        let mut query = vec![("goodsOwnerId", first.key.lane.goods_owner.to_string())];
        query.extend(calls.iter().map(|call| (reading.numbers, call.key.number.clone())));
        let (step, method, verb) = (reading.route.step, reading.route.method, reading.route.verb.clone());
        let ask = Ask { step, method, verb, path: reading.path, query, body: None };
        let list = Json::read(&self.read_text(ask, requests).await?).unwrap_or(Json::Null);
        let found = calls.iter().map(|call| {
            let is_it = |object: &&Json| (reading.number)(object) == Some(call.key.number.as_str());
            let there: Vec<&Json> = list.items().iter().filter(is_it).collect();
            compare(call, &there, reading.id, reading.differs)
        });
        Ok(found.collect())
    }
}
