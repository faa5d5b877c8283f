//! Cancelling: a refusal is read back and explained, and what is cancelled already is done.

use lastkaj::call::Call;
use lastkaj::document::DocumentType;
use lastkaj::ongoing::{Answer, Found, Hint};
use serde_json::json;

use crate::desk::{Desk, in_doubt, lost_answer, refusal};

fn order(desk: &Desk, number: &str) -> Call {
    desk.call(DocumentType::Cancellation, json!({ "@orderNumber": number }))
}

fn purchase_order(desk: &Desk, number: &str) -> Call {
    desk.call(DocumentType::Cancellation, json!({ "@purchaseOrderNumber": number }))
}

/// A desk with a purchase order too.
fn desk() -> Desk {
    let desk = Desk::open();
    let lines = json!([{ "rowNumber": "1", "articleNumber": "A", "numberOfItems": 5 }]);
    let members = json!({ "goodsOwnerId": 159, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": lines });
    desk.world.well("PUT", "purchaseOrders", members);
    desk
}

fn purchase_order_status(desk: &Desk) -> i64 {
    let order = desk.only("purchaseOrders", "purchaseOrderNumber=PO-1");
    order["purchaseOrderInfo"]["purchaseOrderStatus"]["number"].as_i64().unwrap()
}

#[test]
fn both_are_cancelled_by_our_number() {
    let desk = desk();
    assert_eq!(desk.accepted(&order(&desk, "SO-1"), Hint::default()), ["DELETE orders"]);
    assert_eq!(desk.order()["orderInfo"]["orderStatus"]["number"], 1000);
    assert!(matches!(desk.look(&order(&desk, "SO-1")), Found::Same { ongoing_id: Some(_) }));
    assert_eq!(desk.accepted(&purchase_order(&desk, "PO-1"), Hint::default()), ["DELETE purchaseOrders"]);
    assert_eq!(purchase_order_status(&desk), 900);
    assert!(matches!(desk.look(&purchase_order(&desk, "PO-1")), Found::Same { ongoing_id: Some(_) }));
    desk.world.all_well();
}

#[test]
fn a_refusal_says_what_became_of_the_order_instead() {
    let desk = desk();
    desk.world.tick(8);
    for (call, status, said) in [
        (order(&desk, "SO-1"), desk.order()["orderInfo"]["orderStatus"].clone(), "Order SO-1 can not be cancelled"),
        (
            purchase_order(&desk, "PO-1"),
            desk.only("purchaseOrders", "purchaseOrderNumber=PO-1")["purchaseOrderInfo"]["purchaseOrderStatus"].clone(),
            "Purchase order PO-1 can not be cancelled",
        ),
    ] {
        let (code, what) = desk.refused(&call, Hint::default());
        assert_eq!(code, "not-cancelled");
        let status = format!("{} {}", status["number"], status["text"].as_str().unwrap());
        assert!(what.contains(&status) && what.contains(said), "{status}: {what}");
    }
    desk.world.all_well();
}

#[test]
fn what_is_cancelled_already_is_done() {
    let desk = desk();
    for call in [order(&desk, "SO-1"), purchase_order(&desk, "PO-1")] {
        desk.accepted(&call, Hint::default());
        let (answer, _) = desk.perform(&call, Hint::default());
        let Answer::Accepted { ongoing_id: Some(_), message } = answer else { panic!("{answer:?}") };
        assert_eq!(message, "it was cancelled already");
    }
}

#[test]
fn a_lost_answer_is_settled_by_the_status() {
    let desk = desk();
    for (call, path) in
        [(order(&desk, "SO-1"), "/orders"), (purchase_order(&desk, "PO-1"), "/purchaseOrders")]
    {
        desk.fails("DELETE", path, lost_answer());
        assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
        assert!(matches!(desk.look(&call), Found::Same { ongoing_id: Some(_) }));
        desk.accepted(&call, in_doubt(1));
    }
    assert_eq!(desk.world.effects("order", "SO-1").1["DELETE"], 1);
    assert_eq!(desk.world.effects("purchaseOrder", "PO-1").1["DELETE"], 1);
}

#[test]
fn what_ongoing_never_had_cannot_be_cancelled() {
    let desk = desk();
    for call in [order(&desk, "SO-9"), purchase_order(&desk, "PO-9")] {
        let (code, what) = desk.refused(&call, Hint::default());
        assert_eq!(code, "ongoing-has-none");
        assert!(what.contains("-9"), "{what}");
    }
}

#[test]
fn a_status_that_cannot_be_read_settles_nothing() {
    let desk = desk();
    let call = order(&desk, "SO-1");
    desk.fails("DELETE", "/orders", refusal("no"));
    desk.fails("GET", "/orders", json!({ "kind": "status", "status": 503 }));
    let (answer, _) = desk.perform(&call, Hint::default());
    assert!(
        matches!(answer, Answer::Unavailable(_)),
        "a refusal that is not explained is asked again: {answer:?}"
    );
}
