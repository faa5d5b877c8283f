//! Returns: announced by a return order, or not at all.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{OWNER, World};

/// A world in which one order with two rows was sent. Also its id and the ids of its lines.
fn shipped() -> (World, i64, Vec<i64>) {
    let world = World::start();
    world.put_article("A");
    world.put_order("SO-1", &[("10", "A", "5"), ("20", "A", "2")]);
    world.tick(10);
    let order = world.orders("")[0].clone();
    let lines = order["orderLines"].as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap());
    (world, order["orderInfo"]["orderId"].as_i64().unwrap(), lines.collect())
}

fn body(number: &str, order: i64, lines: &[(&str, i64, u32)]) -> Value {
    let lines = lines.iter().map(|(row, line, quantity)| {
        json!({"returnOrderRowNumber": row, "customerOrderLine": {"orderLineId": line},
            "toBeReturnedNumberOfItems": quantity, "returnCause": {"code": "SIZE", "name": "Wrong size"}})
    });
    json!({"goodsOwnerId": OWNER, "returnOrderNumber": number, "customerOrder": {"orderId": order},
        "inDate": "2026-04-10", "comment": "c", "returnOrderLines": lines.collect::<Vec<_>>()})
}

fn list(world: &World, query: &str) -> Vec<Value> {
    let found = world.well("GET", &format!("returnOrders?goodsOwnerId=159&{query}"), json!(null));
    found.as_array().unwrap().clone()
}

#[test]
fn it_is_put_by_ids_only() {
    let (world, order, lines) = shipped();
    let good = body("RMA-1", order, &[("1", lines[0], 3)]);
    let id = world.well("PUT", "returnOrders", good.clone())["returnOrderId"].as_i64().unwrap();
    assert_eq!(world.well("PUT", "returnOrders", good)["returnOrderId"], id, "the number is the key");
    let read = world.well("GET", &format!("returnOrders/{id}"), json!(null));
    assert_eq!(read["returnOrderInfo"]["returnOrderNumber"], "RMA-1");
    assert_eq!(read["returnOrderInfo"]["returnOrderStatus"], json!({"number": 100, "text": "Notified"}));
    assert_eq!(read["customerOrderInfo"], json!({"orderId": order, "orderNumber": "SO-1"}));
    let line = &read["returnOrderLines"][0];
    assert_eq!(line["customerOrderLine"], json!({"orderLineId": lines[0], "customerOrderRowNumber": "10"}));
    assert_eq!(
        (&line["article"]["articleNumber"], &line["returnCause"]["code"]),
        (&json!("A"), &json!("SIZE"))
    );
    assert_eq!(line["toBeReturnedNumberOfItems"].to_string(), "3.0");
    assert_eq!(line["pickedNumberOfItems"].to_string(), "5.0");

    let (status, text) = world.refused("PUT", "returnOrders", body("RMA-2", 4711, &[]));
    assert_eq!(status, 400);
    assert!(text.contains("4711"));
    assert_eq!(world.refused("PUT", "returnOrders", body("RMA-2", order, &[("1", 4712, 1)])).0, 400);
    world.put_order("SO-2", &[("1", "A", "1")]);
    let other = world.orders("orderNumber=SO-2")[0]["orderLines"][0]["id"].as_i64().unwrap();
    assert_eq!(
        world.refused("PUT", "returnOrders", body("RMA-2", order, &[("1", other, 1)])).0,
        400,
        "of another order"
    );
    assert_eq!(list(&world, "").len(), 1);
    let unshipped = world.orders("orderNumber=SO-2")[0]["orderInfo"]["orderId"].as_i64().unwrap();
    world.well("PUT", "returnOrders", body("RMA-3", unshipped, &[("1", other, 1)]));
    world.all_well();
}

#[test]
fn what_is_taken_in_shows_on_the_return_order_and_on_its_order() {
    let (world, order, lines) = shipped();
    let both = [("1", lines[0], 3), ("2", lines[1], 1)];
    let id =
        world.well("PUT", "returnOrders", body("RMA-1", order, &both))["returnOrderId"].as_i64().unwrap();
    world.clock.advance(TimeDelta::hours(1));
    world.tick(1);
    let read = || world.well("GET", &format!("returnOrders/{id}"), json!(null));
    assert_eq!(read()["returnOrderInfo"]["returnOrderStatus"]["number"], 200);
    assert_eq!(world.refused("PUT", "returnOrders", body("RMA-1", order, &both)).0, 400, "goods have come");
    world.tick(1);
    let returned = read();
    assert_eq!(returned["returnOrderInfo"]["returnOrderStatus"]["number"], 500);
    assert_eq!(returned["returnOrderLines"][0]["returnedNumberOfItems"].to_string(), "3.0");
    assert_eq!(
        returned["returnOrderLines"][0]["returnedArticleItems"][0]["returnTime"],
        "2026-03-31T09:00:00.000Z"
    );

    let on_order = &world.orders("")[0];
    assert_eq!(on_order["orderInfo"]["orderStatus"]["number"], 800);
    assert_eq!(on_order["tracking"].as_array().unwrap().len(), 1, "it still is sent");
    assert_eq!(on_order["orderLines"][0]["returnedNumberOfItems"].to_string(), "3.0");
    let items = on_order["orderLines"][0]["pickedArticleItems"].as_array().unwrap();
    let shown: Vec<_> =
        items.iter().map(|item| (item["numberOfItems"].to_string(), item["isReturned"] == true)).collect();
    assert_eq!(shown, [("2.0".to_owned(), false), ("3.0".to_owned(), true)], "they stay in the list");
    assert_eq!((&items[1]["returnCause"]["code"], &items[1]["comment"]), (&json!("SIZE"), &json!("c")));
    world.all_well();
}

#[test]
fn the_plan_says_what_comes_back() {
    let (world, order, lines) = shipped();
    for number in ["NONE", "SHORT", "REMOVED", "LEFT"] {
        world.well("PUT", "returnOrders", body(number, order, &[("1", lines[0], 2)]));
    }
    let plan = json!({"return_nothing": ["NONE"], "return_short": ["SHORT"], "return_removed": ["REMOVED"], "leave": ["LEFT"]});
    world.page("POST", "warehouse/plan", plan);
    world.tick(100);
    let seen: Vec<_> = list(&world, "")
        .iter()
        .map(|order| {
            let line = &order["returnOrderLines"][0];
            let number = |name: &str| line[name].to_string();
            (number("returnedNumberOfItems"), number("returnedRemovedByInventoryNumberOfItems"))
        })
        .collect();
    let expected = [("0.0", "0.0"), ("1.0", "0.0"), ("2.0", "2.0"), ("0.0", "0.0")];
    assert_eq!(seen, expected.map(|(one, other)| (one.to_owned(), other.to_owned())));
    let stock =
        world.well("GET", "articles?goodsOwnerId=159", json!(null))[0]["inventoryInfo"]["numberOfItems"]
            .to_string();
    assert_eq!(stock, "0.0", "what came back is less than what was picked without being there");
    world.all_well();
}

#[test]
fn a_return_without_announcement_is_reported_on_the_order() {
    let (world, order, lines) = shipped();
    let to_report = || world.orders("onlyOrdersWithOrderLinesToReportReturned=true").len();
    let since = "lastReturnedFrom=2026-03-31T08%3A30%3A00Z";
    assert_eq!((to_report(), world.orders(since).len()), (0, 0));
    world.clock.advance(TimeDelta::hours(1));
    let back = json!({"goodsOwner": OWNER, "orderNumber": "SO-1", "rowNumber": "10", "numberOfItems": 2, "cause": "DAMAGED"});
    world.page("POST", "warehouse/return", back.clone());
    assert_eq!((to_report(), world.orders(since).len()), (1, 1));
    let line = |at: usize| world.orders("")[0]["orderLines"][at].clone();
    assert_eq!(line(0)["reportedReturnedNumberOfItems"], Value::Null);
    let path = format!("orders/{order}/lines/{}/reportedReturnedNumberOfItems", lines[0]);
    world.well("PATCH", &path, json!({"reportedReturnedNumberOfItems": 2}));
    assert_eq!(to_report(), 0);
    world.page("POST", "warehouse/return", back);
    assert_eq!(to_report(), 1, "more came back");
    let all = format!("orders/{order}/setReportedReturnedNumberOfItemsToReturnedNumberOfItems");
    world.well("PATCH", &all, json!(null));
    assert_eq!(to_report(), 0);
    assert_eq!(line(0)["reportedReturnedNumberOfItems"].to_string(), "4.0");
    assert_eq!(line(0)["reportedNumberOfItems"], Value::Null, "the other count is left alone");
    world.all_well();
}

#[test]
fn filters_select_and_causes_are_kept() {
    let (world, order, lines) = shipped();
    world.put_order("SO-2", &[("1", "A", "1")]);
    let other = world.orders("orderNumber=SO-2")[0].clone();
    let other_id = other["orderInfo"]["orderId"].as_i64().unwrap();
    let other_line = other["orderLines"][0]["id"].as_i64().unwrap();
    world.well("PUT", "returnOrders", body("RMA-1", order, &[("1", lines[0], 1)]));
    world.well("PUT", "returnOrders", body("RMA-2", other_id, &[("1", other_line, 1)]));
    world.page("POST", "warehouse/plan", json!({"leave": ["RMA-2", "SO-2"]}));
    world.tick(2);
    let numbers = |query: &str| -> Vec<String> {
        let number =
            |order: &Value| order["returnOrderInfo"]["returnOrderNumber"].as_str().unwrap().to_owned();
        list(&world, query).iter().map(number).collect()
    };
    assert_eq!(numbers("returnOrderNumbers=RMA-2"), ["RMA-2"]);
    assert_eq!(numbers("customerOrderNumbers=SO-1"), ["RMA-1"]);
    assert_eq!(numbers("goodsReturnedFromDate=2026-03-31T08%3A00%3A00Z"), ["RMA-1"]);
    assert_eq!(numbers("returnOrderStatusFrom=500"), ["RMA-1"]);
    assert_eq!(numbers("returnOrderStatusTo=100"), ["RMA-2"]);

    let causes = || {
        world.well("GET", "returnOrders/returnCauses?goodsOwnerId=159", json!(null))["returnCauses"].clone()
    };
    let known = causes().as_array().unwrap().len();
    let cause =
        |name: &str| json!({"goodsOwnerId": OWNER, "code": "LATE", "name": name, "isRemoveCause": true});
    let id = world.well("PUT", "returnOrders/returnCauses", cause("Too late"))["returnCauseId"].clone();
    assert_eq!(world.well("PUT", "returnOrders/returnCauses", cause("Came late"))["returnCauseId"], id);
    world.well("PUT", &format!("returnOrders/returnCauses/{id}"), cause("Late"));
    let all = causes();
    assert_eq!(all.as_array().unwrap().len(), known + 1);
    let made = all.as_array().unwrap().iter().find(|cause| cause["id"] == id).unwrap();
    assert_eq!((&made["name"], &made["isRemoveCause"]), (&json!("Late"), &json!(true)));
    assert_eq!(world.refused("PUT", "returnOrders/returnCauses/999", cause("x")).0, 404);

    world.page("POST", "switches", json!({"return_order_statuses": [[10, "A"], [20, "B"], [30, "C"]]}));
    assert_eq!(
        list(&world, "returnOrderStatusFrom=30")[0]["returnOrderInfo"]["returnOrderStatus"],
        json!({"number": 30, "text": "C"})
    );
    let statuses = world.well("GET", "returnOrders/statuses", json!(null));
    assert_eq!(statuses["returnOrderStatuses"][1], json!({"number": 20, "text": "B"}));
    world.page("POST", "switches", json!({"reads_until_seen": 1}));
    world.well("PUT", "returnOrders", body("RMA-3", order, &[("1", lines[0], 1)]));
    assert!(numbers("returnOrderNumbers=RMA-3").is_empty());
    assert_eq!(numbers("returnOrderNumbers=RMA-3"), ["RMA-3"]);
    world.all_well();
}
