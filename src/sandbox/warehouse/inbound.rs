//! Purchase orders: arrived, being received, received; return orders: arrived, taken in.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::Plan;
use crate::sandbox::store::{ARRIVED, RECEIVED, RECEIVED_WITH_DEVIATION, Stage, Store};

/// The goods are being unpacked.
const INBOUND: i64 = 300;

/// The next step of one purchase order; `None` if there is none.
pub fn receive(store: &mut Store, id: i64, plan: &Plan, now: DateTime<Utc>) -> Option<()> {
    let order = store.purchase_orders.get_mut(id)?;
    let number = order.number.clone();
    match order.status {
        100 => order.become_status(ARRIVED, now),
        ARRIVED => {
            order.become_status(INBOUND, now);
            if plan.receive_halves.contains(&number) {
                receive_lines(store, id, now, |expected| (expected / Decimal::TWO).floor())?;
            }
        }
        INBOUND => {
            receive_lines(store, id, now, |expected| {
                if plan.receive_nothing.contains(&number) {
                    Decimal::ZERO
                } else if plan.receive_short.contains(&number) {
                    (expected - Decimal::ONE).max(Decimal::ZERO)
                } else if plan.receive_over.contains(&number) {
                    expected + Decimal::ONE
                } else {
                    expected
                }
            })?;
            let order = store.purchase_orders.get_mut(id)?;
            let as_announced = order.lines.iter().all(|line| line.received == line.advised());
            order.become_status(if as_announced { RECEIVED } else { RECEIVED_WITH_DEVIATION }, now);
            let (owner, articles) = (order.owner, order.articles());
            store.touch_stock(owner, &articles, now);
        }
        _ => return None,
    }
    Some(())
}

fn receive_lines(
    store: &mut Store,
    id: i64,
    now: DateTime<Utc>,
    up_to: impl Fn(Decimal) -> Decimal,
) -> Option<()> {
    let lines = &store.purchase_orders.get(id)?.lines;
    let wanted: Vec<(i64, Decimal)> = lines.iter().map(|line| (line.id, up_to(line.expected()))).collect();
    for (line, quantity) in wanted {
        store.receive_line(id, line, quantity, now)?;
    }
    Some(())
}

/// The next step of one return order; `None` if there is none.
pub fn take_in(
    store: &mut Store,
    id: i64,
    plan: &Plan,
    returned_status: i64,
    now: DateTime<Utc>,
) -> Option<()> {
    let order = store.return_orders.get_mut(id)?;
    match order.stage {
        Stage::Announced => order.stage = Stage::Arrived,
        Stage::Arrived => {
            order.stage = Stage::Received;
            let (number, removed) = (&order.number, plan.return_removed.contains(&order.number));
            let back = |announced: Decimal| {
                if plan.return_nothing.contains(number) {
                    Decimal::ZERO
                } else if plan.return_short.contains(number) {
                    (announced - Decimal::ONE).max(Decimal::ZERO)
                } else {
                    announced
                }
            };
            let lines: Vec<(i64, Decimal)> =
                order.lines.iter().map(|line| (line.id, back(line.announced()))).collect();
            for (line, quantity) in lines.into_iter().filter(|(_, quantity)| !quantity.is_zero()) {
                // A line that is gone from its order since takes nothing back.
                let _ = store.take_in(id, line, quantity, removed, returned_status, now);
            }
        }
        Stage::Received => return None,
    }
    Some(())
}
