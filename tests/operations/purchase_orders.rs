//! A purchase order, and the items that it announces by a request that adds.

use lastkaj::call::Call;
use lastkaj::document::DocumentType;
use lastkaj::ongoing::{Found, Hint};
use lastkaj::sandbox::Switches;
use serde_json::{Value, json};

use crate::desk::{Desk, in_doubt, lost_answer, lost_request, refusal};

/// Two pallets of the same batch and a serial number on row 1, nothing on row 2.
fn items() -> Value {
    json!([
        { "numberOfItems": 4, "batch": "P1", "expiryDate": "2027-05-01T00:00:00Z" },
        { "numberOfItems": 4, "batch": "P1", "expiryDate": "2027-05-01T00:00:00Z" },
        { "numberOfItems": 1, "serial": "ÅSN-1" },
    ])
}

fn call(desk: &Desk, items: Value) -> Call {
    let quantity: i64 =
        items.as_array().unwrap().iter().map(|item| item["numberOfItems"].as_i64().unwrap()).sum();
    let order = json!({ "purchaseOrderNumber": "PO-1", "inDate": "2026-04-02", "purchaseOrderLines": [
        { "rowNumber": "1", "articleNumber": "A", "numberOfItems": quantity, "@articleItems": items },
        { "rowNumber": "2", "articleNumber": "B", "numberOfItems": 7 },
    ] });
    desk.call(DocumentType::PurchaseOrder, order)
}

/// What is announced on the lines: quantity and batch or serial number.
fn announced(desk: &Desk) -> Vec<Vec<String>> {
    let order = desk.only("purchaseOrders", "purchaseOrderNumber=PO-1");
    let item = |item: &Value| {
        let name = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}{}", item["numberOfItems"].as_f64().unwrap(), name("batchNumber"), name("serial"))
    };
    let items = |line: &Value| line["articleItems"].as_array().into_iter().flatten().map(item).collect();
    order["purchaseOrderLines"].as_array().unwrap().iter().map(items).collect()
}

fn all() -> Vec<Vec<String>> {
    vec![vec!["4 P1".to_owned(), "4 P1".to_owned(), "1 ÅSN-1".to_owned()], Vec::new()]
}

fn put_items(desk: &Desk) -> String {
    let order = desk.only("purchaseOrders", "purchaseOrderNumber=PO-1");
    format!("PUT purchaseOrders/{}/articleItems", order["purchaseOrderInfo"]["purchaseOrderId"])
}

#[test]
fn items_are_announced_behind_their_order_and_the_same_again_announces_nothing() {
    let desk = Desk::open();
    let call = call(&desk, items());
    assert_eq!(desk.look(&call), Found::Missing);
    assert_eq!(desk.accepted(&call, Hint::default()), ["PUT purchaseOrders".to_owned(), put_items(&desk)]);
    assert_eq!(announced(&desk), all());
    assert!(matches!(desk.look(&call), Found::Same { ongoing_id: Some(_) }));
    assert_eq!(desk.accepted(&call, Hint::default()), ["PUT purchaseOrders"]);
    assert_eq!(announced(&desk), all());
    desk.world.all_well();
}

#[test]
fn items_are_announced_once_when_the_answer_was_lost() {
    let desk = Desk::open();
    let call = call(&desk, items());
    desk.fails("PUT", "/articleItems", lost_answer());
    assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
    assert!(matches!(desk.look(&call), Found::Same { .. }), "the read-back alone settles it");
    assert_eq!(desk.accepted(&call, in_doubt(1)), ["PUT purchaseOrders"]);
    assert_eq!(announced(&desk), all());
    desk.world.all_well();
}

#[test]
fn items_of_a_lost_request_are_looked_for_before_they_are_announced_again() {
    let desk = Desk::open();
    let call = call(&desk, items());
    desk.fails("PUT", "/articleItems", lost_request());
    assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
    assert!(matches!(desk.look(&call), Found::Different { what, .. } if what == "articleItems"));
    for tries in [1, 2] {
        assert_eq!(desk.unknown(&call, in_doubt(tries)), "ongoing-lags");
        assert_eq!(announced(&desk), [[], []] as [[&str; 0]; 2], "nothing is added while it may still come");
    }
    assert_eq!(desk.accepted(&call, in_doubt(3)), ["PUT purchaseOrders".to_owned(), put_items(&desk)]);
    assert_eq!(announced(&desk), all());
    desk.world.all_well();
}

#[test]
fn a_read_that_lags_does_not_announce_twice() {
    for late_reads_lack_lines in [false, true] {
        let desk = Desk::with(Switches { late_reads_lack_lines, ..Switches::default() });
        let call = call(&desk, items());
        desk.fails("PUT", "/articleItems", lost_answer());
        assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
        let mut switches = desk.world.page("GET", "switches", json!(null));
        switches["reads_until_seen"] = json!(1);
        desk.world.page("POST", "switches", switches);
        let mut tries = 1;
        while desk.perform(&call, in_doubt(tries)).0 != accepted(&desk) {
            tries += 1;
            assert!(tries < 6, "it comes to an end");
        }
        assert_eq!(announced(&desk), all(), "late_reads_lack_lines: {late_reads_lack_lines}");
    }
}

fn accepted(desk: &Desk) -> lastkaj::ongoing::Answer {
    let order = desk.only("purchaseOrders", "purchaseOrderNumber=PO-1");
    lastkaj::ongoing::Answer::Accepted {
        ongoing_id: order["purchaseOrderInfo"]["purchaseOrderId"].as_i64(),
        message: "Purchase order created/updated".to_owned(),
    }
}

#[test]
fn items_that_come_later_are_added_to_those_that_are_there() {
    let desk = Desk::open();
    desk.accepted(&call(&desk, items()), Hint::default());
    let mut more = items();
    more.as_array_mut().unwrap().push(json!({ "numberOfItems": 2, "batch": "P2" }));
    desk.accepted(&call(&desk, more), Hint::default());
    assert_eq!(announced(&desk)[0], ["4 P1", "4 P1", "1 ÅSN-1", "2 P2"]);
    desk.world.all_well();
}

#[test]
fn an_item_that_was_announced_otherwise_is_not_announced_on_top() {
    let desk = Desk::open();
    desk.accepted(&call(&desk, items()), Hint::default());
    let mut other = items();
    other[0]["numberOfItems"] = json!(6);
    let (code, what) = desk.refused(&call(&desk, other), Hint::default());
    assert_eq!(code, "announced-otherwise");
    assert!(what.contains("row 1 of purchase order PO-1"), "{what}");
    assert_eq!(announced(&desk), all(), "Ongoing cannot take items back, so 4 and 6 would both be there");
    desk.world.all_well();
}

#[test]
fn refused_items_say_that_their_order_is_there() {
    let desk = Desk::open();
    let call = call(&desk, items());
    desk.fails("PUT", "/articleItems", refusal("Batch P1 is blocked"));
    let (code, what) = desk.refused(&call, Hint::default());
    assert_eq!(code, "partly-refused");
    assert!(what.contains("article items") && what.contains("Batch P1 is blocked"), "{what}");
    // Each item has a message of its own.
    let body = json!({ "success": false, "messages": [
        { "purchaseOrderLineId": 1, "success": true, "message": "OK" },
        { "purchaseOrderLineId": 1, "success": false, "message": "Serial number ÅSN-1 is taken" },
    ] });
    desk.fails("PUT", "/articleItems", json!({ "kind": "status", "status": 200, "body": body.to_string() }));
    let (_, what) = desk.refused(&call, Hint::default());
    assert!(what.contains("Serial number ÅSN-1 is taken") && !what.contains("purchaseOrderLineId"), "{what}");
}

#[test]
fn a_purchase_order_that_is_received_is_refused_with_nothing_announced() {
    let desk = Desk::open();
    let call = call(&desk, items());
    desk.accepted(&call, Hint::default());
    desk.world.tick(8);
    let (code, what) = desk.refused(&call, Hint::default());
    assert_eq!(code, "refused");
    assert!(what.contains("Receiving has begun"), "{what}");
}
