//! What nobody knows of the real system can be switched, and is as it was unless somebody does.

use lastkaj::sandbox::{LimitSettings, SandboxSettings, Switches};
use serde_json::{Value, json};

use crate::world::{OWNER, World};

#[test]
fn nothing_switched_is_the_default_and_an_unknown_switch_is_refused() {
    let all = serde_json::to_value(Switches::default()).unwrap();
    assert_eq!(serde_json::from_value::<Switches>(json!({})).unwrap(), Switches::default());
    assert_eq!(serde_json::from_value::<Switches>(all.clone()).unwrap(), Switches::default());
    for name in all.as_object().unwrap().keys() {
        let wrong = json!({name: {"not": "a value"}});
        if name != "lengths" {
            assert!(serde_json::from_value::<Switches>(wrong).is_err(), "{name}");
        }
    }
    assert!(serde_json::from_value::<Switches>(json!({"puts_on_cancelled": "revives"})).is_err());
}

#[test]
fn over_long_texts_are_kept_cut_or_refused() {
    let world = World::start();
    let name = "å".repeat(201);
    let comment = "c".repeat(151);
    let article = json!({"goodsOwnerId": OWNER, "articleNumber": "A", "articleName": name, "description": "d".repeat(900)});
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines":
        [{"rowNumber": "1", "articleNumber": "A"}, {"rowNumber": "2", "articleNumber": "A", "comment": comment}]});
    let kept = || {
        let state = world.page("GET", "state", json!(null));
        let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        (
            length(&state["articles"][0]["article"]["articleName"]),
            length(&state["articles"][0]["article"]["description"]),
            length(&state["purchaseOrders"][0]["lines"][1]["line"]["comment"]),
        )
    };
    world.well("PUT", "articles", article.clone());
    world.well("PUT", "purchaseOrders", purchase.clone());
    assert_eq!(kept(), (201, 900, 151));
    world.page("POST", "switches", json!({"over_long": "cut"}));
    world.well("PUT", "articles", article.clone());
    world.well("PUT", "purchaseOrders", purchase.clone());
    assert_eq!(kept(), (200, 900, 150), "where a length is known");
    world.page("POST", "switches", json!({"over_long": "refused"}));
    let (status, text) = world.refused("PUT", "articles", article.clone());
    assert_eq!((status, text.as_str()), (400, "articleName is longer than 200 characters"));
    let (_, text) = world.refused("PUT", "purchaseOrders", purchase);
    assert_eq!(text, "purchaseOrderLines[1].comment is longer than 150 characters");
    let lengths = json!({"PostArticleModel.description": 500, "PostArticleModel.articleName": 201});
    world.page("POST", "switches", json!({"over_long": "refused", "lengths": lengths}));
    assert_eq!(world.refused("PUT", "articles", article).1, "description is longer than 500 characters");
    world.all_well();
}

#[test]
fn a_late_read_may_show_the_head_without_the_lines() {
    let world = World::start();
    world.put_article("A");
    world.page("POST", "switches", json!({"reads_until_seen": 1, "late_reads_lack_lines": true}));
    let lines = || -> Vec<String> {
        let order = world.orders("orderNumber=SO-1")[0].clone();
        let lines = order["orderLines"].as_array().unwrap().iter();
        lines.map(|line| line["orderedNumberOfItems"].to_string()).collect()
    };
    world.put_order("SO-1", &[("1", "A", "2")]);
    assert_eq!([lines(), lines()], [vec![], vec!["2.0".to_owned()]]);
    world.put_order("SO-1", &[("1", "A", "3")]);
    assert_eq!([lines(), lines()], [["2.0"], ["3.0"]]);
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines":
        [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 1}]});
    world.well("PUT", "purchaseOrders", purchase);
    let purchase_lines = || {
        let found = world.well("GET", "purchaseOrders?goodsOwnerId=159", json!(null));
        found[0]["purchaseOrderLines"].as_array().unwrap().len()
    };
    assert_eq!([purchase_lines(), purchase_lines()], [0, 1]);
    world.all_well();
}

#[test]
fn characters_of_article_numbers_are_refused_one_by_one() {
    let world = World::start();
    let put = |number: &str| world.put_article(number).status;
    assert_eq!([put("A%B"), put("A_B"), put("A B/Å")], [200, 200, 200]);
    world.page("POST", "switches", json!({"article_number_characters_refused": "!%_^\\"}));
    assert_eq!(
        [put("C%D"), put("C_D"), put("C^D"), put("C\\D"), put("C!D"), put("C D")],
        [400, 400, 400, 400, 400, 200]
    );
    assert_eq!(put("A%B"), 400, "also one that is there");
}

#[test]
fn the_statuses_of_refusals_are_as_switched() {
    let accounts = vec![("a".to_owned(), "a".to_owned(), 159), ("b".to_owned(), "b".to_owned(), 160)];
    let limits = LimitSettings { failures: 1_000_000, ..LimitSettings::default() };
    let world = World::with(SandboxSettings { accounts, limits, ..SandboxSettings::default() });
    let (a, b) = (world.seen_by("a:a"), world.seen_by("b:b"));
    let article = a.put_article("A").json()["articleSystemId"].clone();
    a.put_order("SO-1", &[("1", "A", "1")]);
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": []});
    let purchase = a.well("PUT", "purchaseOrders", purchase)["purchaseOrderId"].clone();
    world.page(
        "POST",
        "switches",
        json!({"wrong_goods_owner_status": 400, "unknown_id_status": 410, "unknown_reference_status": 422}),
    );
    assert_eq!(b.refused("GET", "orders?goodsOwnerId=159", json!(null)).0, 400);
    assert_eq!(b.refused("GET", &format!("articles/{article}"), json!(null)).0, 400);
    assert_eq!(b.refused("DELETE", &format!("purchaseOrders/{purchase}"), json!(null)).0, 400);
    for path in [
        "orders/1",
        "articles/1",
        "purchaseOrders/1",
        "returnOrders/1",
        "inventoryAdjustments/1",
        "orders/1/files",
    ] {
        assert_eq!(a.refused("GET", path, json!(null)).0, 410, "{path}");
    }
    let back = json!({"goodsOwnerId": OWNER, "returnOrderNumber": "R", "customerOrder": {"orderId": 1}, "returnOrderLines": []});
    assert_eq!(a.refused("PUT", "returnOrders", back).0, 422);
}

#[test]
fn a_refusal_is_said_in_one_of_four_ways() {
    let world = World::start();
    let say = |how: &str| {
        world.page("POST", "switches", json!({"refusal_body": how}));
        world.put_order("SO-1", &[("1", "GHOST", "1")])
    };
    let text = "Article GHOST does not exist";
    assert_eq!(say("message").json(), json!({"message": text}));
    assert_eq!(say("capital_message").json(), json!({"Message": text}));
    assert_eq!(say("model_state").json()["ModelState"]["request"][0], text);
    let plain = say("text");
    assert_eq!(
        (plain.status, plain.header("content-type"), plain.body.as_str()),
        (400, Some("text/plain"), text)
    );
}

#[test]
fn limits_are_of_one_client_and_one_method() {
    let accounts = vec![("a".to_owned(), "a".to_owned(), 159), ("b".to_owned(), "b".to_owned(), 160)];
    for (count_by, other_client) in [("user", 404), ("address", 429)] {
        let world = World::with(SandboxSettings { accounts: accounts.clone(), ..SandboxSettings::default() });
        world.page("POST", "switches", json!({"limits_count_by": count_by}));
        let (a, b) = (world.seen_by("a:a"), world.seen_by("b:b"));
        let ask = |client: &World, path: &str| client.ask("GET", path, "").status;
        let statuses: Vec<u16> = (0..6).map(|_| ask(&a, "orders/1")).collect();
        assert_eq!(statuses, [404, 404, 404, 404, 404, 429]);
        assert_eq!(ask(&b, "orders/1"), other_client, "{count_by}");
        assert_eq!(ask(&a, "articles/1"), 404, "another method is not barred");
        world.clock.advance(chrono::TimeDelta::minutes(10));
        assert_eq!(ask(&a, "orders/1"), 404, "the time is over");
    }
}
