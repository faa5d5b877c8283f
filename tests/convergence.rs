//! Whatever Ongoing does where nobody knows what it does, the day of `walk.rs` ends in the same state: each of the stand-in's
//! switches is set both ways (promise 5, and `ongoing-rest-api.md`, section 19). What a switch itself makes of the day
//! stands beside it; nothing else may differ.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, dead_code)]

#[path = "walk/child.rs"]
mod child;
#[path = "walk/day.rs"]
mod day;
mod support;
#[path = "walk/walker.rs"]
mod walker;

use std::sync::Mutex;

use day::Day;
use lastkaj::sandbox::Switches;
use serde_json::{Value, json};
use walker::{differences, undisturbed};

/// One way of a switch that is not the default.
struct Other {
    switches: Value,
    /// What it makes otherwise: the beginnings of the lines that tell of it.
    differs: &'static [&'static str],
}

fn other(switches: Value) -> Other {
    Other { switches, differs: &[] }
}

fn others() -> Vec<Other> {
    let differs = |switches: Value, differs: &'static [&'static str]| Other { switches, differs };
    vec![
        other(json!({ "absent_members_stay": true })),
        other(json!({ "absent_lines_stay": true })),
        other(json!({ "locked_order_status": 409 })),
        other(json!({ "unknown_article_status": 404 })),
        other(json!({ "unknown_article_status": 422 })),
        other(json!({ "reads_until_seen": 1 })),
        other(json!({ "reads_until_seen": 3 })),
        other(json!({ "reads_until_seen": 2, "late_reads_lack_lines": true })),
        other(json!({ "null_reported_counts_as_zero": false })),
        other(json!({ "retry_after": "date" })),
        other(json!({ "retry_after": "none" })),
        other(json!({ "limited_methods": ["PUT /orders"] })),
        other(json!({ "limits_count_by": "user" })),
        other(json!({ "components_must_exist": true })),
        other(json!({ "made_order_status": 201 })),
        // The one that nobody picks shows it; the warehouse is a step ahead, and divides a delivery otherwise.
        differs(
            json!({ "first_status": 300 }),
            &[
                "objects - \"status\": 200",
                "objects + \"status\": 300",
                "effects + \"effects\": 5,",
                "delivered: the same lines in another order",
            ],
        ),
        // Such a purchase order is locked from the beginning: nothing can be announced or cancelled, and all of it arrives.
        differs(
            json!({ "first_purchase_order_status": 200 }),
            &[
                "order of purchaseOrders 701: [\"put\", \"cancel\"], now Some([\"put\"])",
                "objects",
                "effects - \"PUT articleItems\": 3",
                "told",
                "sources + \"erp/cancellations/failed/CAN1.csv.error.txt\"",
                "sources + \"erp/purchase-orders/failed/PO1.csv.error.txt\"",
            ],
        ),
        differs(
            json!({ "return_order_statuses": [[10, "New"], [20, "Here"], [90, "Done"]] }),
            &["objects - \"status\": 100", "objects + \"status\": 10"],
        ),
        other(json!({ "returned_order_status": 0 })),
        other(json!({ "locked_purchase_order_status": 409 })),
        other(json!({ "locked_return_order_status": 409 })),
        other(json!({ "allocated_order_status_stays": true })),
        // It stands behind the others, with what was cancelled beside it.
        differs(json!({ "put_on_cancelled": "new_object" }), &["objects: the same lines in another order"]),
        // The order that was cancelled and came anew is refused, and there is nothing for the second cancellation to do.
        differs(
            json!({ "put_on_cancelled": "refused" }),
            &[
                "order of orders 83: [\"put\", \"cancel\", \"put\", \"cancel\"], now Some([\"put\", \"cancel\"])",
                "order of orders 86: [\"put\", \"cancel\", \"put\"], now Some([\"put\", \"cancel\"])",
                "objects",
                "effects - ",
                "told - ): \"accepted came-before-otherwise\"",
                "delivered - ",
                "sources + \"erp/orders/failed/ORD2.csv.error.txt\"",
                "sources + \"erp/orders/failed/ORD3.csv.error.txt\"",
            ],
        ),
        other(json!({ "unknown_transporter_status": null })),
        other(json!({ "unknown_transporter_status": 422 })),
        other(json!({ "unknown_id_status": 400 })),
        other(json!({ "unknown_reference_status": 404 })),
        other(json!({ "unknown_item_line_refused": true })),
        other(json!({ "wrong_goods_owner_status": 400 })),
        other(json!({ "over_long": "cut" })),
        other(json!({ "over_long": "refused" })),
        differs(
            json!({ "over_long": "cut", "lengths": { "PostOrderConsignee.name": 3 } }),
            &["objects - \"name\": ", "objects + \"name\": \"Els\"", "objects + \"name\": \"Örj\""],
        ),
        other(json!({ "article_number_characters_refused": "!%_^\\" })),
        other(json!({ "refusal_body": "capital_message" })),
        other(json!({ "refusal_body": "model_state" })),
        other(json!({ "refusal_body": "text" })),
        other(json!({ "untyped_answer": "empty" })),
        other(json!({ "unknown_members_shown": true })),
    ]
}

#[test]
fn every_switch_is_set_both_ways() {
    let others = others();
    let default = serde_json::to_value(Switches::default()).unwrap();
    for (name, usual) in default.as_object().unwrap() {
        let set = others.iter().any(|other| other.switches.get(name).is_some_and(|value| value != usual));
        assert!(set, "{name} is never set otherwise than {usual}");
    }
}

#[test]
fn the_day_ends_alike_however_ongoing_behaves() {
    let (plain, _) = undisturbed();
    let left_to_do = Mutex::new(others().into_iter());
    let wrong: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(other) = left_to_do.lock().unwrap().next() else { return };
                    let tried = std::panic::catch_unwind(|| {
                        let mut day = Day::at(serde_json::from_value(other.switches.clone()).unwrap());
                        let left = day.run();
                        day.end();
                        left
                    });
                    let differs = match tried {
                        Ok(left) if left == plain.left => String::new(),
                        Ok(left) => differences(&plain.left, &left),
                        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
                    };
                    let unexpected: Vec<&str> = differs
                        .lines()
                        .filter(|line| !other.differs.iter().any(|known| line.trim().starts_with(known)))
                        .collect();
                    if !unexpected.is_empty() {
                        wrong.lock().unwrap().push(format!("{}:\n{}", other.switches, unexpected.join("\n")));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} ended otherwise:\n\n{}", wrong.len(), wrong.join("\n\n"));
}
