//! Orders: released, allocated, picked, sent.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Plan;
use crate::sandbox::store::{Line, Lot, PICKED, SENT, Store, WORK_BEGUN, warehouse_of};

/// The next step of one order; `None` if there is none.
pub fn step(store: &mut Store, id: i64, plan: &Plan, now: DateTime<Utc>) -> Option<()> {
    let order = store.orders.get_mut(id)?;
    match order.status {
        200 => order.become_status(300, now),
        300 => {
            order.become_status(WORK_BEGUN, now);
            let (owner, articles) = (order.owner, order.articles());
            store.touch_stock(owner, &articles, now);
        }
        WORK_BEGUN => {
            let number = order.number.clone();
            order.become_status(PICKED, now);
            pick(store, id, now, |line| wanted(line, &number, plan));
        }
        PICKED => {
            order.shipped.get_or_insert(now);
            order.become_status(SENT, now);
        }
        SENT if plan.halves.contains(&order.number) && order.lines.iter().any(is_owed) => {
            order.updated = now;
            pick(store, id, now, |line| if line.should_be_picked() { line.ordered() } else { line.picked });
        }
        _ => return None,
    }
    Some(())
}

fn is_owed(line: &Line) -> bool {
    line.should_be_picked() && line.picked < line.ordered()
}

fn wanted(line: &Line, number: &String, plan: &Plan) -> Decimal {
    let ordered = line.ordered();
    if !line.should_be_picked() || plan.zero.contains(number) {
        Decimal::ZERO
    } else if plan.short.contains(number) {
        (ordered - Decimal::ONE).max(Decimal::ZERO)
    } else if plan.halves.contains(number) {
        (ordered / Decimal::TWO).floor()
    } else {
        ordered
    }
}

/// Picks each line up to a quantity; the stock is less by what that adds.
fn pick(store: &mut Store, id: i64, now: DateTime<Utc>, up_to: impl Fn(&Line) -> Decimal) {
    let Some(order) = store.orders.get_mut(id) else { return };
    order.picked = Some(now);
    let (owner, warehouse) = (order.owner, warehouse_of(&order.body));
    let mut gone = Vec::new();
    for line in &mut order.lines {
        let picked = up_to(line);
        gone.push((line.article().to_owned(), picked - line.picked, lot(line, warehouse)));
        line.picked = picked;
    }
    for (article, quantity, lot) in gone {
        for (number, each) in store.picked_articles(owner, &article) {
            store.moved(owner, &number, -quantity * each, lot.clone(), now);
        }
    }
}

fn lot(line: &Line, warehouse: i64) -> Lot {
    let text = |name: &str| line.body.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    Lot { warehouse, batch: text("batchNumber"), serial: text("serialNumber"), ..Lot::default() }
}
