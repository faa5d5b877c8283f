//! A small warehouse: it releases, allocates, picks and ships, one step of one order at a time.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::store::{Line, Order, SENT, Store};

/// How the warehouse treats certain orders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Orders that are left alone.
    pub leave: Vec<String>,
    /// Orders of which nothing is picked.
    pub zero: Vec<String>,
    /// Orders whose lines are picked one item short.
    pub short: Vec<String>,
    /// Orders that are picked by halves: one half is sent, then the other.
    pub halves: Vec<String>,
}

/// Does so many steps of work. Says how many there were to do.
pub fn work(store: &mut Store, plan: &Plan, steps: u32, now: DateTime<Utc>) -> u32 {
    let mut done = 0;
    while done < steps {
        let mut idle = true;
        for ((_, number), order) in &mut store.orders {
            if done < steps && !plan.leave.contains(number) && step(order, number, plan, now) {
                idle = false;
                done += 1;
            }
        }
        if idle {
            break;
        }
    }
    done
}

/// The next step of one order; false if there is none.
fn step(order: &mut Order, number: &String, plan: &Plan, now: DateTime<Utc>) -> bool {
    let next = match order.status {
        200 => 300,
        300 => 320,
        320 => {
            pick(order, number, plan);
            order.picked = Some(now);
            400
        }
        400 => {
            order.shipped.get_or_insert(now);
            SENT
        }
        SENT if plan.halves.contains(number) && order.lines.iter().any(is_owed) => {
            for line in order.lines.iter_mut().filter(|line| line.should_be_picked()) {
                line.picked = line.ordered();
            }
            order.picked = Some(now);
            order.updated = now;
            return true;
        }
        _ => return false,
    };
    order.status = next;
    order.status_changed = now;
    order.updated = now;
    true
}

fn is_owed(line: &Line) -> bool {
    line.should_be_picked() && line.picked < line.ordered()
}

fn pick(order: &mut Order, number: &String, plan: &Plan) {
    for line in &mut order.lines {
        let ordered = line.ordered();
        line.picked = if !line.should_be_picked() || plan.zero.contains(number) {
            Decimal::ZERO
        } else if plan.short.contains(number) {
            (ordered - Decimal::ONE).max(Decimal::ZERO)
        } else if plan.halves.contains(number) {
            (ordered / Decimal::TWO).floor()
        } else {
            ordered
        };
    }
}
