//! A small warehouse: it picks and ships orders, receives purchase orders and takes returns in, one step of one
//! object at a time.

mod inbound;
mod outbound;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settings::Switches;
use super::store::{Refusal, Return, Store, decimal, text};

/// How the warehouse treats certain objects, by their numbers. What is not named is done in full.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Orders, purchase orders and return orders that are left alone.
    pub leave: Vec<String>,
    /// Orders of which nothing is picked.
    pub zero: Vec<String>,
    /// Orders whose lines are picked one item short.
    pub short: Vec<String>,
    /// Orders that are picked by halves: one half is sent, then the other.
    pub halves: Vec<String>,
    /// Purchase orders of which nothing comes.
    pub receive_nothing: Vec<String>,
    /// Purchase orders whose lines come one item short.
    pub receive_short: Vec<String>,
    /// Purchase orders whose lines come with one item too many.
    pub receive_over: Vec<String>,
    /// Purchase orders of which one half comes first, then the other.
    pub receive_halves: Vec<String>,
    /// Return orders of which nothing comes back.
    pub return_nothing: Vec<String>,
    /// Return orders whose lines come back one item short.
    pub return_short: Vec<String>,
    /// Return orders whose goods are written off.
    pub return_removed: Vec<String>,
}

/// Does so many steps of work. Says how many there were to do.
pub fn work(store: &mut Store, plan: &Plan, switches: &Switches, steps: u32, now: DateTime<Utc>) -> u32 {
    let left_alone = |number: &String| plan.leave.contains(number);
    let mut done = 0;
    while done < steps {
        let before = done;
        let orders: Vec<i64> = store
            .orders
            .by_number()
            .filter(|order| !left_alone(&order.number))
            .map(|order| order.id)
            .collect();
        for id in orders {
            done += u32::from(done < steps && outbound::step(store, id, plan, now).is_some());
        }
        let orders = store.purchase_orders.by_number().filter(|order| !left_alone(&order.number));
        for id in orders.map(|order| order.id).collect::<Vec<_>>() {
            done += u32::from(done < steps && inbound::receive(store, id, plan, now).is_some());
        }
        let orders = store.return_orders.by_number().filter(|order| !left_alone(&order.number));
        for id in orders.map(|order| order.id).collect::<Vec<_>>() {
            let returned = switches.returned_order_status;
            done += u32::from(done < steps && inbound::take_in(store, id, plan, returned, now).is_some());
        }
        if done == before {
            break;
        }
    }
    done
}

/// A customer sends goods back that nobody announced: `{goodsOwner, orderNumber, rowNumber, numberOfItems}`, and if
/// wanted `cause`, `comment` and `removed` (written off).
pub fn take_back(
    store: &mut Store,
    switches: &Switches,
    body: &Value,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let owner = body["goodsOwner"].as_i64().unwrap_or_default();
    let number = text(body, "orderNumber");
    let order = store.orders.find(owner, &number);
    let order = order.ok_or_else(|| (404, format!("Order {number} does not exist")))?;
    let line = order.lines.iter().find(|line| line.body.get("rowNumber") == body.get("rowNumber"));
    let line = line.ok_or_else(|| (404, format!("Order {number} has no row {}", body["rowNumber"])))?;
    let (order, line) = (order.id, line.id);
    let cause = match &body["cause"] {
        Value::String(code) => json!({ "code": code, "name": code }),
        cause => cause.clone(),
    };
    let back = Return {
        id: store.new_id(),
        quantity: decimal(&body["numberOfItems"]),
        at: now,
        cause,
        comment: body["comment"].as_str().map(str::to_owned),
        removed: body["removed"] == true,
    };
    store.take_back(order, line, back, switches.returned_order_status);
    Ok(())
}
