//! Changes after release: each aspect by a request of its own, in their order, the status last and never set back.

use lastkaj::call::{Call, Kind};
use lastkaj::document::DocumentType;
use lastkaj::ongoing::{Answer, Hint};
use serde_json::{Value, json};

use crate::desk::{Desk, in_doubt, lost_answer, refusal};

fn change(desk: &Desk, members: Value) -> Call {
    let mut members = members;
    members["@orderNumber"] = json!("SO-1");
    desk.call(DocumentType::OrderChange, members)
}

fn everything() -> Value {
    json!({
        "orderStatusNumber": 300, "deliveryDate": "2026-04-07", "waybill": "991", "returnWaybill": "992",
        "servicePointCode": "SP-7", "addOrderClasses": [{ "code": "K2", "name": "Två" }],
        "setOrderClasses": [{ "code": "K1", "name": "Ett" }],
        "transporter": { "transporterCode": "PLAB", "transporterServiceCode": "P19" },
        "orderTracking": { "waybill": "991", "trackingUrl": "https://exempel.se/991", "isReturnTracking": false },
    })
}

fn status(desk: &Desk) -> i64 {
    desk.order()["orderInfo"]["orderStatus"]["number"].as_i64().unwrap()
}

#[test]
fn each_aspect_of_an_order_is_changed_in_its_order() {
    let desk = Desk::open();
    let id = desk.order()["orderInfo"]["orderId"].clone();
    let ends = [
        "PATCH deliveryDate",
        "PATCH transporter",
        "PATCH servicePointCode",
        "PATCH waybill",
        "PATCH returnWaybill",
        "PUT orderTracking",
        "PATCH setOrderClasses",
        "PATCH addOrderClasses",
        "PATCH orderStatus",
    ];
    let expected: Vec<String> = ends
        .iter()
        .map(|end| end.split_once(' ').unwrap())
        .map(|(verb, end)| format!("{verb} orders/{id}/{end}"))
        .collect();
    assert_eq!(desk.accepted(&change(&desk, everything()), Hint::default()), expected);
    let order = desk.order();
    assert_eq!(order["orderInfo"]["deliveryDate"].as_str().map(|date| &date[..10]), Some("2026-04-07"));
    assert_eq!(order["orderInfo"]["orderStatus"]["number"], 300);
    assert_eq!(order["transporter"]["serviceCode"], "P19");
    let classes: Vec<&str> =
        order["classes"].as_array().unwrap().iter().map(|class| class["code"].as_str().unwrap()).collect();
    assert_eq!(classes, ["K1", "K2"], "set first, then added to");
    desk.world.all_well();
}

#[test]
fn each_aspect_of_a_purchase_order_is_changed_in_its_order() {
    let desk = Desk::open();
    let lines = json!([{ "rowNumber": "1", "articleNumber": "A", "numberOfItems": 5 }]);
    let order = json!({ "goodsOwnerId": 159, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": lines });
    let id = desk.world.well("PUT", "purchaseOrders", order)["purchaseOrderId"].clone();
    let members = json!({ "@purchaseOrderNumber": "PO-1", "purchaseOrderStatusNumber": 200, "freeBool1": true,
        "inDate": "2026-04-08", "advisedDate": "2026-04-09T00:00:00Z" });
    let call = desk.call(DocumentType::PurchaseOrderChange, members);
    let expected = ["inDate", "advisedDate", "freeBool1", "purchaseOrderStatus"];
    let expected: Vec<String> =
        expected.iter().map(|end| format!("PATCH purchaseOrders/{id}/{end}")).collect();
    assert_eq!(desk.accepted(&call, Hint::default()), expected);
    let there = desk.only("purchaseOrders", "purchaseOrderNumber=PO-1")["purchaseOrderInfo"].clone();
    assert_eq!(there["inDate"].as_str().map(|date| &date[..10]), Some("2026-04-08"));
    assert_eq!(
        (&there["freeValues"]["freeBool1"], &there["purchaseOrderStatus"]["number"]),
        (&json!(true), &json!(200))
    );
    desk.world.all_well();
}

#[test]
fn a_repeat_does_not_set_the_status_back() {
    let desk = Desk::open();
    let call = change(&desk, json!({ "waybill": "991", "orderStatusNumber": 300 }));
    desk.fails("PATCH", "/orderStatus", lost_answer());
    assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
    assert_eq!(status(&desk), 300);
    // The warehouse goes on before it is asked again.
    desk.world.tick(8);
    let reached = status(&desk);
    assert!(reached > 300, "{reached}");
    let writes = desk.accepted(&call, in_doubt(1));
    assert!(writes.iter().all(|write| write.ends_with("/waybill")), "{writes:?}");
    assert_eq!(status(&desk), reached);
    // Nothing is in doubt: the file says so, and it is done.
    desk.accepted(&change(&desk, json!({ "orderStatusNumber": 300 })), Hint::default());
    assert_eq!(status(&desk), 300);
}

#[test]
fn a_repeat_whose_status_was_not_set_yet_sets_it() {
    let desk = Desk::open();
    let call = change(&desk, json!({ "waybill": "991", "orderStatusNumber": 300 }));
    desk.fails("PATCH", "/waybill", lost_answer());
    assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
    assert_eq!(status(&desk), 200);
    desk.accepted(&call, in_doubt(1));
    assert_eq!(status(&desk), 300);
}

#[test]
fn the_first_refusal_ends_it_and_says_what_was_done() {
    let desk = Desk::open();
    desk.fails("PATCH", "/deliveryDate", refusal("The date is a Sunday"));
    let members = || json!({ "deliveryDate": "2026-04-05", "waybill": "991", "orderStatusNumber": 300 });
    let (code, what) = desk.refused(&change(&desk, members()), Hint::default());
    assert_eq!((code, what.contains("The date is a Sunday")), ("refused", true), "nothing was done: {what}");
    desk.fails("PATCH", "/orderStatus", refusal("Goods are allocated"));
    let (code, what) = desk.refused(&change(&desk, members()), Hint::default());
    assert_eq!(code, "partly-refused");
    assert!(what.contains("orderStatus") && what.contains("Goods are allocated"), "{what}");
    assert_eq!(status(&desk), 200);
}

#[test]
fn what_is_not_there_is_not_changed() {
    let desk = Desk::open();
    let members = json!({ "@orderNumber": "SO-9", "waybill": "991" });
    let (answer, writes) = desk.perform(&desk.call(DocumentType::OrderChange, members), Hint::default());
    let Answer::NotThere { need, .. } = answer else { panic!("{answer:?}") };
    assert_eq!((need.kind, need.number.as_str()), (Kind::Order, "SO-9"));
    assert!(writes.is_empty(), "{writes:?}");
}
