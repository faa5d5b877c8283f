//! Purchase orders: put, announced, received, reported, cancelled.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{OWNER, World};

/// A world with two articles.
fn start() -> World {
    let world = World::start();
    world.put_article("A");
    world.put_article("B");
    world
}

fn body(number: &str, lines: &[(&str, &str, u32)]) -> Value {
    let lines = lines.iter().map(|(row, article, quantity)| {
        json!({"rowNumber": row, "articleNumber": article, "numberOfItems": quantity})
    });
    json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": number, "inDate": "2026-04-02",
        "purchaseOrderLines": lines.collect::<Vec<_>>()})
}

fn put(world: &World, number: &str, lines: &[(&str, &str, u32)]) -> i64 {
    world.well("PUT", "purchaseOrders", body(number, lines))["purchaseOrderId"].as_i64().unwrap()
}

fn read(world: &World, id: i64) -> Value {
    world.well("GET", &format!("purchaseOrders/{id}"), json!(null))
}

fn status(world: &World, id: i64) -> i64 {
    read(world, id)["purchaseOrderInfo"]["purchaseOrderStatus"]["number"].as_i64().unwrap()
}

fn list(world: &World, query: &str) -> Vec<String> {
    let found = world.well("GET", &format!("purchaseOrders?goodsOwnerId=159&{query}"), json!(null));
    let number =
        |order: &Value| order["purchaseOrderInfo"]["purchaseOrderNumber"].as_str().unwrap().to_owned();
    found.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn a_put_makes_or_changes_by_number_and_row() {
    let world = start();
    let mut full = body("PO-1", &[("1", "A", 10), ("2", "B", 5)]);
    full["supplierInfo"] = json!({"supplierNumber": "S-3", "supplierName": "Slang"});
    full["sellerInfo"] = json!({"sellerNumber": "X"});
    full["freeValues"] = json!({"freeText1": "t", "freeBoolean1": true});
    full["advanced"] = json!({"container": "C1", "purchaseOrderIsReturnType": true});
    let id = world.well("PUT", "purchaseOrders", full.clone())["purchaseOrderId"].as_i64().unwrap();
    let first = read(&world, id);
    assert_eq!(first["purchaseOrderInfo"]["purchaseOrderStatus"], json!({"number": 100, "text": "Notified"}));
    assert_eq!(first["purchaseOrderInfo"]["freeValues"]["freeBool1"], true, "read by another name");
    assert_eq!(first["purchaseOrderInfo"]["advanced"]["purchaseOrderIsReturnType"], true);
    assert_eq!(first["purchaseOrderInfo"]["inDate"], "2026-04-02");
    assert_eq!(first["supplierInfo"]["supplierNumber"], "S-3");
    assert_eq!(first["purchaseOrderLines"][0]["advisedNumberOfItems"].to_string(), "10.0");
    assert_eq!(first["purchaseOrderLines"][0]["reportedNumberOfItems"], Value::Null);
    assert_eq!(put(&world, "PO-1", &[("2", "B", 7)]), id);
    let second = read(&world, id);
    assert_eq!(second["purchaseOrderLines"].as_array().unwrap().len(), 1);
    assert_eq!(
        second["purchaseOrderLines"][0]["id"], first["purchaseOrderLines"][1]["id"],
        "a row keeps its id"
    );
    assert_eq!(second["supplierInfo"], Value::Null);
    let by_id = format!("purchaseOrders/{id}");
    world.well("PUT", &by_id, body("PO-1B", &[("2", "B", 8)]));
    assert_eq!(list(&world, ""), ["PO-1B"]);
    assert_eq!(world.refused("PUT", "purchaseOrders", body("PO-2", &[("1", "GHOST", 1)])).0, 400);
    assert_eq!(world.refused("PUT", "purchaseOrders/77", body("PO-3", &[])).0, 404);
    assert_eq!(list(&world, ""), ["PO-1B"], "nothing of a refused one is kept");
    world.all_well();
}

#[test]
fn a_creation_status_is_taken_if_it_exists() {
    let world = start();
    let mut order = body("PO-1", &[("1", "A", 1)]);
    order["advanced"] = json!({"purchaseOrderStatusCreated": 300});
    let id = world.well("PUT", "purchaseOrders", order.clone())["purchaseOrderId"].as_i64().unwrap();
    assert_eq!(status(&world, id), 300);
    order["purchaseOrderNumber"] = json!("PO-2");
    order["advanced"]["purchaseOrderStatusCreated"] = json!(42);
    assert_eq!(world.refused("PUT", "purchaseOrders", order).0, 400);
}

#[test]
fn it_is_received_step_by_step_as_the_plan_says() {
    let world = start();
    let numbers = ["FULL", "NONE", "SHORT", "OVER", "HALVES", "LEFT"];
    let ids: Vec<i64> = numbers.iter().map(|number| put(&world, number, &[("1", "A", 9)])).collect();
    let plan = json!({"receive_nothing": ["NONE"], "receive_short": ["SHORT"], "receive_over": ["OVER"],
        "receive_halves": ["HALVES"], "leave": ["LEFT"]});
    world.page("POST", "warehouse/plan", plan);
    let seen = || -> Vec<(i64, String)> {
        let one = |id: &i64| {
            let order = read(&world, *id);
            let status = order["purchaseOrderInfo"]["purchaseOrderStatus"]["number"].as_i64().unwrap();
            (status, order["purchaseOrderLines"][0]["receivedNumberOfItems"].to_string())
        };
        ids.iter().map(one).collect()
    };
    let same = |status: i64| (status, "0.0".to_owned());
    world.tick(5);
    assert_eq!(seen(), [200, 200, 200, 200, 200, 100].map(same));
    world.tick(5);
    assert_eq!(seen()[0], (300, "0.0".to_owned()));
    assert_eq!(seen()[4], (300, "4.0".to_owned()), "the first half");
    world.tick(100);
    let expected = [(500, "9.0"), (400, "0.0"), (400, "8.0"), (400, "10.0"), (500, "9.0"), (100, "0.0")];
    assert_eq!(seen(), expected.map(|(status, quantity)| (status, quantity.to_owned())));
    let items = &read(&world, ids[0])["purchaseOrderLines"][0]["articleItems"];
    assert_eq!(
        (items[0]["numberOfItems"].to_string(), &items[0]["location"]),
        ("9.0".to_owned(), &json!("A-01-01"))
    );
    world.all_well();
}

#[test]
fn announcing_items_adds_and_the_same_again_doubles() {
    let world = start();
    let id = put(&world, "PO-1", &[("1", "A", 10)]);
    let line = read(&world, id)["purchaseOrderLines"][0]["id"].as_i64().unwrap();
    let items = json!({"items": [
        {"purchaseOrderLineId": line, "numberOfItems": 4, "batch": "B1", "serial": "S1", "statusId": 1},
        {"purchaseOrderLineId": line, "numberOfItems": 6, "batch": "B2", "container": "P7", "expiryDate": "2027-01-01T00:00:00Z"}]});
    let path = format!("purchaseOrders/{id}/articleItems");
    let answer = world.well("PUT", &path, items.clone());
    assert_eq!((&answer["success"], answer["messages"].as_array().unwrap().len()), (&json!(true), 2));
    let announced = || -> Vec<String> {
        let items = read(&world, id)["purchaseOrderLines"][0]["articleItems"].clone();
        items.as_array().unwrap().iter().map(|item| item["numberOfItems"].to_string()).collect()
    };
    assert_eq!(announced(), ["4.0", "6.0"]);
    let first = &read(&world, id)["purchaseOrderLines"][0]["articleItems"][0];
    assert_eq!((&first["batchNumber"], &first["serial"]), (&json!("B1"), &json!("S1")));
    assert_eq!(first["articleItemStatus"]["code"], "OK");
    // A PUT of the purchase order keeps what was announced.
    put(&world, "PO-1", &[("1", "A", 10)]);
    assert_eq!(announced(), ["4.0", "6.0"]);
    assert_eq!(world.effects("purchaseOrder", "PO-1").1["PUT articleItems"], 2);
    world.well("PUT", &path, items);
    assert_eq!(announced(), ["4.0", "6.0", "4.0", "6.0"], "it adds, it does not put");
    assert_eq!(world.effects("purchaseOrder", "PO-1").1["PUT articleItems"], 4);

    let stray =
        json!({"items": [{"purchaseOrderLineId": line, "numberOfItems": 1}, {"purchaseOrderLineId": 7}]});
    let answer = world.well("PUT", &path, stray.clone());
    assert_eq!(answer["success"], false, "200, and yet not done");
    assert_eq!(
        (&answer["messages"][0]["success"], &answer["messages"][1]["success"]),
        (&json!(true), &json!(false))
    );
    world.page(
        "POST",
        "switches",
        json!({"unknown_item_line_refused": true, "unknown_reference_status": 422}),
    );
    assert_eq!(world.refused("PUT", &path, stray).0, 422);
    assert_eq!(announced().len(), 5, "nothing of a refused request is kept");

    world.tick(100);
    let order = read(&world, id);
    assert_eq!(
        order["purchaseOrderLines"][0]["receivedNumberOfItems"].to_string(),
        "21.0",
        "all that was announced"
    );
    assert_eq!(order["purchaseOrderInfo"]["purchaseOrderStatus"]["number"], 400);
    assert_eq!(world.refused("PUT", &path, json!({"items": []})).0, 400, "receiving has begun");
    world.all_well();
}

#[test]
fn it_is_cancelled_until_goods_have_come() {
    let world = start();
    let id = put(&world, "PO-1", &[("1", "A", 1)]);
    put(&world, "PO-2", &[("1", "A", 1)]);
    let late = put(&world, "PO-3", &[("1", "A", 1)]);
    world.well("DELETE", "purchaseOrders?goodsOwnerId=159&purchaseOrderNumber=PO-2", json!(null));
    world.well("DELETE", &format!("purchaseOrders/{id}"), json!(null));
    assert_eq!(list(&world, "purchaseOrderStatusFrom=900"), ["PO-1", "PO-2"]);
    assert_eq!(world.refused("DELETE", &format!("purchaseOrders/{id}"), json!(null)).0, 400, "once");
    assert_eq!(
        world.refused("DELETE", "purchaseOrders?goodsOwnerId=159&purchaseOrderNumber=NO", json!(null)).0,
        404
    );
    world.tick(1);
    world.page("POST", "switches", json!({"locked_purchase_order_status": 409}));
    assert_eq!(world.refused("DELETE", &format!("purchaseOrders/{late}"), json!(null)).0, 409);
    let (status, text) = world.refused("PUT", "purchaseOrders", body("PO-3", &[("1", "A", 2)]));
    assert_eq!(status, 409);
    assert!(text.contains("Receiving has begun"), "{text}");
    let patch = format!("purchaseOrders/{late}/purchaseOrderStatus");
    assert_eq!(world.refused("PATCH", &patch, json!({"purchaseOrderStatusNumber": 100})).0, 409);
    world.all_well();
}

#[test]
fn one_aspect_at_a_time_is_patched_and_reads_back() {
    let world = start();
    let id = put(&world, "PO-1", &[("1", "A", 1)]);
    let patch = |what: &str, body: Value| world.well("PATCH", &format!("purchaseOrders/{id}/{what}"), body);
    patch("inDate", json!({"inDate": "2026-05-01"}));
    patch("advisedDate", json!({"advisedDate": "2026-05-02T00:00:00Z"}));
    patch("freeBool1", json!({"freeBool1": true}));
    patch("purchaseOrderStatus", json!({"purchaseOrderStatusNumber": 200}));
    let order = read(&world, id);
    assert_eq!(order["purchaseOrderInfo"]["inDate"], "2026-05-01");
    assert_eq!(order["purchaseOrderInfo"]["freeValues"]["freeBool1"], true);
    assert_eq!(order["purchaseOrderInfo"]["purchaseOrderStatus"]["number"], 200);
    let state = world.page("GET", "state", json!(null));
    assert_eq!(
        state["purchaseOrders"][0]["purchaseOrder"]["advanced"]["advisedDate"],
        "2026-05-02T00:00:00Z"
    );
    let unknown = json!({"purchaseOrderStatusNumber": 17});
    let other = put(&world, "PO-2", &[]);
    assert_eq!(
        world.refused("PATCH", &format!("purchaseOrders/{other}/purchaseOrderStatus"), unknown).0,
        400
    );
    assert_eq!(world.refused("PATCH", "purchaseOrders/9/inDate", json!({"inDate": "2026-05-01"})).0, 404);
    world.all_well();
}

#[test]
fn what_is_reported_as_received_stops_being_asked_for() {
    let world = start();
    let id = put(&world, "PO-1", &[("1", "A", 10), ("2", "B", 2)]);
    put(&world, "PO-2", &[("1", "A", 1)]);
    world.page("POST", "warehouse/plan", json!({"receive_halves": ["PO-1"], "leave": ["PO-2"]}));
    let to_report = || list(&world, "onlyPurchaseOrdersWithOrderLinesToReport=true");
    assert!(to_report().is_empty());
    world.tick(2);
    assert_eq!(to_report(), ["PO-1"], "half of it has come");
    let lines = read(&world, id)["purchaseOrderLines"].clone();
    for (line, quantity) in [(&lines[0]["id"], 5), (&lines[1]["id"], 1)] {
        let path = format!("purchaseOrders/{id}/lines/{line}/reportedNumberOfItems");
        world.well("PATCH", &path, json!({"reportedNumberOfItems": quantity}));
    }
    assert!(to_report().is_empty());
    world.tick(1);
    assert_eq!(to_report(), ["PO-1"], "the rest has come");
    let all = format!("purchaseOrders/{id}/setReportedNumberOfItemsToReceivedNumberOfItems");
    world.well("PATCH", &all, json!(null));
    assert!(to_report().is_empty());
    assert_eq!(read(&world, id)["purchaseOrderLines"][0]["reportedNumberOfItems"].to_string(), "10.0");
    let line = format!("purchaseOrders/{id}/lines/{}/reportedNumberOfItems", lines[0]["id"]);
    world.well("PATCH", &line, json!({"reportedNumberOfItems": 11}));
    assert_eq!(to_report(), ["PO-1"], "reported is not received: more, too");
    world.page("POST", "switches", json!({"untyped_answer": "empty"}));
    let answer = world.ask("PATCH", &line, r#"{"reportedNumberOfItems":10}"#);
    assert_eq!((answer.status, answer.body.as_str()), (200, ""), "nobody knows what it answers");
    assert_eq!(
        world
            .refused(
                "PATCH",
                &format!("purchaseOrders/{id}/lines/3/reportedNumberOfItems"),
                json!({"reportedNumberOfItems": 1})
            )
            .0,
        404
    );
    world.all_well();
}

#[test]
fn filters_select_and_pages_end() {
    let world = start();
    let ids: Vec<i64> =
        ["PO-1", "PO-2", "PO-3"].iter().map(|number| put(&world, number, &[("1", "A", 1)])).collect();
    put(&world, "PO-4", &[("1", "B", 1)]);
    world.clock.advance(TimeDelta::hours(1));
    world.page("POST", "warehouse/plan", json!({"leave": ["PO-2", "PO-3", "PO-4"]}));
    world.tick(3);
    assert_eq!(list(&world, "purchaseOrderNumber=PO-2"), ["PO-2"]);
    assert_eq!(list(&world, "purchaseOrderNumbers=PO-3&purchaseOrderNumbers=PO-1"), ["PO-1", "PO-3"]);
    assert_eq!(list(&world, "articleNumbers=B"), ["PO-4"]);
    assert_eq!(list(&world, "purchaseOrderStatusFrom=400&purchaseOrderStatusTo=500"), ["PO-1"]);
    assert_eq!(list(&world, "lastReceiveTimeFrom=2026-03-31T09%3A00%3A00Z"), ["PO-1"]);
    assert!(list(&world, "lastReceiveTimeTo=2026-03-31T08%3A59%3A59Z").is_empty());
    assert_eq!(list(&world, "purchaseOrderStatusChangedTimeFrom=2026-03-31T08%3A30%3A00Z"), ["PO-1"]);
    world.well("PATCH", &format!("purchaseOrders/{}/inDate", ids[2]), json!({"inDate": "2026-06-01"}));
    assert_eq!(list(&world, "inDateFrom=2026-05-01T00%3A00%3A00Z"), ["PO-3"]);
    assert_eq!(list(&world, "inDateTo=2026-05-01T00%3A00%3A00Z").len(), 3);
    let page = |from: i64| list(&world, &format!("maxPurchaseOrdersToGet=2&purchaseOrderIdFrom={from}"));
    assert_eq!(page(0), ["PO-1", "PO-2"]);
    assert_eq!(page(ids[1] + 1), ["PO-3", "PO-4"]);
    let statuses = world.well("GET", "purchaseOrders/statuses", json!(null));
    assert_eq!(statuses["orderStatuses"].as_array().unwrap().len(), 6, "the same name as for orders");
    world.all_well();
}

#[test]
fn it_reads_back_late_and_is_revived_renewed_or_refused() {
    let world = start();
    world.page("POST", "switches", json!({"reads_until_seen": 2}));
    let id = put(&world, "PO-1", &[("1", "A", 1)]);
    assert!(list(&world, "").is_empty());
    assert_eq!(world.refused("GET", &format!("purchaseOrders/{id}"), json!(null)).0, 404);
    assert_eq!(list(&world, ""), ["PO-1"]);
    let cancel =
        || world.well("DELETE", "purchaseOrders?goodsOwnerId=159&purchaseOrderNumber=PO-1", json!(null));
    world.page("POST", "switches", json!({}));
    cancel();
    assert_eq!((put(&world, "PO-1", &[("1", "A", 2)]), status(&world, id)), (id, 100), "it lives again");
    cancel();
    world.page("POST", "switches", json!({"put_on_cancelled": "refused"}));
    assert_eq!(world.refused("PUT", "purchaseOrders", body("PO-1", &[("1", "A", 3)])).0, 400);
    world.page("POST", "switches", json!({"put_on_cancelled": "new_object"}));
    let new = put(&world, "PO-1", &[("1", "A", 3)]);
    assert_ne!(new, id);
    assert_eq!(list(&world, "purchaseOrderNumber=PO-1"), ["PO-1", "PO-1"]);
    assert_eq!((status(&world, id), status(&world, new)), (900, 100));
    world.all_well();
}
