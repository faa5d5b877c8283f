//! What the sandbox tells of itself: everything that it holds, how often each object was really changed, and whether
//! writes overlapped.

use serde_json::{Value, json};

use crate::world::{OWNER, World};

/// A day with every kind of object, during which some other ids are used up.
fn day(world: &World, other_ids: usize) {
    let article = world.put_article("A").json()["articleSystemId"].clone();
    let class = json!({"goodsOwnerId": OWNER, "code": "K", "name": "k"});
    let class = world.well("PUT", "articles/classes", class)["articleClassId"].clone();
    world.well("PUT", &format!("articles/{article}/classes"), json!({"articleClassIds": [class]}));
    world.well(
        "PUT",
        &format!("articles/{article}/dangerousGoods"),
        json!({"unNumber": "1203", "unIsMarineHazard": false}),
    );
    // Parcels that come and go use up ids.
    let order = world.put_order("SO-1", &[("1", "A", "3")]).json()["orderId"].clone();
    for number in 0..other_ids {
        let parcel = json!({"parcelNumber": format!("P{number}"), "transportAdministrationType": "delivery"});
        let id = world.well("PUT", &format!("orders/{order}/parcels"), parcel)["parcelId"].clone();
        world.well("DELETE", &format!("orders/{order}/parcels/{id}"), json!(null));
    }
    world.well(
        "PUT",
        &format!("orders/{order}/files?fileName=a.pdf"),
        json!({"mimeType": "x/y", "fileDataBase64": "aGVsbG8="}),
    );
    let tracking = json!({"waybill": "W", "trackingUrl": "https://t.example/", "isReturnTracking": false});
    world.well("PUT", &format!("orders/{order}/orderTracking"), tracking);
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines":
        [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 5}]});
    let purchase = world.well("PUT", "purchaseOrders", purchase)["purchaseOrderId"].clone();
    let line = world.well("GET", &format!("purchaseOrders/{purchase}"), json!(null))["purchaseOrderLines"][0]
        ["id"]
        .clone();
    let items = json!({"items": [{"purchaseOrderLineId": line, "numberOfItems": 5, "batch": "B"}]});
    world.well("PUT", &format!("purchaseOrders/{purchase}/articleItems"), items);
    let line = world.orders("")[0]["orderLines"][0]["id"].clone();
    let back = json!({"goodsOwnerId": OWNER, "returnOrderNumber": "R-1", "customerOrder": {"orderId": order},
        "returnOrderLines": [{"returnOrderRowNumber": "1", "customerOrderLine": {"orderLineId": line}, "toBeReturnedNumberOfItems": 1}]});
    world.well("PUT", "returnOrders", back);
    world.tick(100);
    world.page(
        "POST",
        "warehouse/adjust",
        json!({"goodsOwner": OWNER, "articleNumber": "A", "numberOfItems": 1, "cause": "FOUND"}),
    );
    world.all_well();
}

#[test]
fn two_runs_can_be_compared_without_ids_and_times() {
    let (one, other) = (World::start(), World::start());
    day(&one, 0);
    other.clock.advance(chrono::TimeDelta::days(3));
    day(&other, 7);
    let without = |world: &World| world.page("GET", "state?ids=false", json!(null));
    assert_eq!(without(&one), without(&other));
    let with = one.page("GET", "state", json!(null));
    assert_ne!(with, other.page("GET", "state", json!(null)), "with ids they differ");
    let state = without(&one);
    assert_eq!(state["articles"][0]["classes"], json!(["K"]));
    assert_eq!(state["articles"][0]["stock"], "4");
    assert_eq!(state["orders"][0]["tracking"][0]["waybill"], "W");
    assert_eq!(state["purchaseOrders"][0]["lines"][0]["articleItems"][0]["item"]["batch"], "B");
    assert_eq!(
        (&state["returnOrders"][0]["orderNumber"], &state["returnOrders"][0]["lines"][0]["orderRow"]),
        (&json!("SO-1"), &json!("1"))
    );
    assert_eq!(state["adjustments"][0]["articleNumber"], "A");
    assert_eq!(state["articleClasses"][0]["code"], "K");
    assert!(with["orders"][0]["orderId"].is_i64() && with["returnOrders"][0]["orderId"].is_i64());
}

#[test]
fn a_write_that_changes_nothing_is_no_effect() {
    let world = World::start();
    let put = |body: &Value| world.well("PUT", "articles", body.clone());
    let article = json!({"goodsOwnerId": OWNER, "articleNumber": "A", "articleName": "one"});
    put(&article);
    put(&article);
    assert_eq!(world.effects("article", "A"), (1, json!({"PUT": 1})));
    put(&json!({"articleName": "two", "articleNumber": "A", "goodsOwnerId": OWNER}));
    put(&json!({"goodsOwnerId": OWNER, "articleNumber": "A", "articleName": "two"}));
    assert_eq!(world.effects("article", "A").0, 2, "the order of members is nothing");

    let order = |quantity: &str| world.put_order("SO-1", &[("1", "A", quantity)]);
    let id = order("1").json()["orderId"].clone();
    order("1");
    order("2");
    assert_eq!(world.put_order("SO-1", &[("1", "GHOST", "1")]).status, 400);
    let patch =
        |date: &str| world.well("PATCH", &format!("orders/{id}/deliveryDate"), json!({"deliveryDate": date}));
    patch("2026-05-01");
    patch("2026-05-01");
    world.well("DELETE", &format!("orders/{id}"), json!(null));
    order("2");
    world.tick(100);
    world.report("SO-1", "2");
    world.report("SO-1", "2");
    let expected = json!({"DELETE": 1, "PATCH deliveryDate": 1, "PATCH reportedNumberOfItems": 1, "PUT": 3});
    assert_eq!(world.effects("order", "SO-1"), (6, expected));
    world.page("POST", "reset", json!(null));
    assert_eq!(world.page("GET", "effects", json!(null)), json!([]));
}

#[test]
fn an_additive_write_counts_each_time() {
    let world = World::start();
    world.put_article("A");
    let id = world.put_order("SO-1", &[("1", "A", "1")]).json()["orderId"].clone();
    let file = json!({"fileName": "a", "mimeType": "x/y", "fileDataBase64": "aGVsbG8="});
    let row = json!({"numberOfPackages": 1, "parcelType": {"code": "PC"}});
    for _ in 0..2 {
        world.well("POST", &format!("orders/{id}/files"), file.clone());
        world.well("POST", &format!("orders/{id}/wayBillRows"), row.clone());
    }
    assert_eq!(
        world.effects("order", "SO-1"),
        (5, json!({"POST files": 2, "POST wayBillRows": 2, "PUT": 1}))
    );
}

#[test]
fn writes_by_id_overlap_with_writes_by_number() {
    for by_id in ["articles", "purchaseOrders", "orders", "classes", "adjustments"] {
        let world = World::start();
        let article = world.put_article("A").json()["articleSystemId"].clone();
        let order = world.put_order("SO-1", &[("1", "A", "1")]).json()["orderId"].clone();
        let purchase =
            json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": []});
        let purchase = world.well("PUT", "purchaseOrders", purchase)["purchaseOrderId"].clone();
        let class = json!({"goodsOwnerId": OWNER, "code": "K", "name": "k"});
        let class = world.well("PUT", "articles/classes", class)["articleClassId"].clone();
        let adjust = json!({"goodsOwner": OWNER, "articleNumber": "A", "numberOfItems": 1, "cause": "FOUND"});
        let inventory = world.page("POST", "warehouse/adjust", adjust)["inventoryId"].clone();
        let slow = json!({"kind": "slow", "milliseconds": 600_000});
        world.page("POST", "failures", json!({"verb": "PUT", "number": "SLOW", "how": slow, "times": 1}));
        let body = json!({"goodsOwnerId": OWNER, "articleNumber": "SLOW"}).to_string();
        let waiting = world.send(&world.request("PUT", "/sandbox/api/v1/articles", &body)).unwrap();
        while world.page("GET", "state", json!(null))["articles"].as_array().unwrap().len() < 2 {}
        assert_eq!(world.page("GET", "counters", json!(null))["overlapping_writes"], 1);
        match by_id {
            "articles" => {
                world.well("PUT", &format!("articles/{article}/classes"), json!({"articleClassIds": []}))
            }
            "purchaseOrders" => world.well(
                "PATCH",
                &format!("purchaseOrders/{purchase}/freeBool1"),
                json!({"freeBool1": true}),
            ),
            "orders" => world.well("PATCH", &format!("orders/{order}/waybill"), json!({"waybill": "W"})),
            "classes" => world.well("DELETE", &format!("articles/classes/{class}"), json!(null)),
            _ => world.well(
                "PATCH",
                &format!("inventoryAdjustments/{inventory}/articles/{article}/setReported"),
                json!(null),
            ),
        };
        assert_eq!(world.page("GET", "counters", json!(null))["overlapping_writes"], 2, "{by_id}");
        drop(waiting);
    }
}

#[test]
fn a_failure_by_number_finds_what_is_asked_by_id() {
    let world = World::start();
    let article = world.put_article("A").json()["articleSystemId"].clone();
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": []});
    let id = world.well("PUT", "purchaseOrders", purchase.clone())["purchaseOrderId"].clone();
    for number in ["PO-1", "A"] {
        world.page("POST", "failures", json!({"number": number, "how": {"kind": "status", "status": 503}}));
    }
    assert_eq!(world.ask("PUT", "purchaseOrders", &purchase.to_string()).status, 503);
    assert_eq!(world.ask("GET", &format!("purchaseOrders/{id}"), "").status, 503);
    assert_eq!(world.ask("GET", &format!("articles/{article}"), "").status, 503);
    let log = world.page("GET", "requests", json!(null));
    assert_eq!(log[1]["number"], "PO-1");
}
