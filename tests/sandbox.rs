//! The stand-in for Ongoing, as a raw client sees it: strictness, upserts, refusals, paging, both kinds of rate
//! limit, late read-back, overlapping writes, and every way in which it can be told to fail.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "sandbox/world.rs"]
mod world;

#[path = "sandbox/articles.rs"]
mod articles;
#[path = "sandbox/files.rs"]
mod files;
#[path = "sandbox/orders.rs"]
mod orders;
#[path = "sandbox/purchase_orders.rs"]
mod purchase_orders;
#[path = "sandbox/return_orders.rs"]
mod return_orders;
#[path = "sandbox/state.rs"]
mod state;
#[path = "sandbox/switches.rs"]
mod switches;
#[path = "sandbox/walk.rs"]
mod walk;

use std::io::Read;
use std::time::Duration;

use chrono::TimeDelta;
use lastkaj::sandbox::{LimitSettings, RetryAfter, SandboxSettings, Switches};
use serde_json::{Value, json};
use world::{Answer, OWNER, World};

#[test]
fn every_malformed_request_is_refused_and_counted() {
    let world = World::start();
    let article = |member: &str, value: Value| {
        let mut body = json!({"goodsOwnerId": OWNER, "articleNumber": "A"});
        body[member] = value;
        ("PUT", "articles".to_owned(), body.to_string(), member.to_owned())
    };
    let read = |query: &str, named: &str| ("GET", format!("orders?{query}"), String::new(), named.to_owned());
    let cases = [
        article("colour", json!("red")),
        article("weight", json!("1.5")),
        article("articleNumber", json!("")),
        article("goodsOwnerId", json!(2_147_483_648_u64)),
        article("advanced", json!({"anything": 1})),
        article("isActive", json!("true")),
        article("structureDefinition", json!({"articleKind": "Kit"})),
        (
            "PUT",
            "articles".to_owned(),
            json!({"goodsOwnerId": OWNER}).to_string(),
            "articleNumber".to_owned(),
        ),
        ("PUT", "articles".to_owned(), "{\"goodsOwnerId\": 159,".to_owned(), "JSON".to_owned()),
        read("goodsOwnerId=159&page=2", "page"),
        read("goodsOwnerId=159&orderIdFrom=x", "orderIdFrom"),
        read("goodsOwnerId=159&shippedTimeFrom=2026-03-31T08:00:00+00:00", "shippedTimeFrom"),
        read("goodsOwnerId=159&orderNumber=A&orderNumber=B", "orderNumber"),
        read("orderNumber=A", "goodsOwnerId"),
    ];
    for (index, (verb, path, body, named)) in cases.iter().enumerate() {
        let answer = world.ask(verb, path, body);
        assert_eq!(answer.status, 400, "{verb} {path} {body}: {answer:?}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(named.as_str()), "{message:?} names {named}");
        let counters = world.page("GET", "counters", json!(null));
        assert_eq!(counters["violations"], index + 1);
    }
    let state = world.page("GET", "state", json!(null));
    assert!(state.as_object().unwrap().values().all(|objects| *objects == json!([])), "{state}");
}

#[test]
fn a_body_without_its_length_or_its_type_is_a_violation() {
    let world = World::start();
    let head = world.head("PUT", "/sandbox/api/v1/articles");
    let body = r#"{"goodsOwnerId":159,"articleNumber":"A"}"#;
    let chunked = format!(
        "{head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    assert_eq!(world.raw(&chunked).unwrap().status, 400);
    let untyped = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    assert_eq!(world.raw(&untyped).unwrap().status, 400);
    assert_eq!(world.page("GET", "counters", json!(null))["violations"], 2);
}

#[test]
fn who_may_not_is_told_so() {
    let accounts = vec![("a".to_owned(), "pa:ss".to_owned(), 159), ("b".to_owned(), "b".to_owned(), 160)];
    let world = World::with(SandboxSettings { accounts, ..SandboxSettings::default() });
    let number = |answer: Answer| answer.status;
    let as_a = world.seen_by("a:pa:ss");
    let as_b = world.seen_by("b:b");
    let wrong = world.seen_by("a:b");
    as_a.put_article("A");
    as_a.put_order("SO-1", &[("1", "A", "2")]);
    let id = as_a.orders("orderNumber=SO-1")[0]["orderInfo"]["orderId"].as_i64().unwrap();
    assert_eq!(number(wrong.ask("GET", "orders/statuses", "")), 401);
    assert_eq!(number(as_b.ask("GET", "orders?goodsOwnerId=159", "")), 403);
    assert_eq!(number(as_b.ask("GET", &format!("orders/{id}"), "")), 403);
    assert_eq!(number(as_b.ask("DELETE", &format!("orders/{id}"), "")), 403);
    assert_eq!(number(as_a.ask("GET", &format!("orders/{id}"), "")), 200);
    assert_eq!(number(as_b.ask("GET", "orders?goodsOwnerId=160", "")), 200);
}

#[test]
fn a_put_makes_or_changes_by_number() {
    let world = World::start();
    let first = world.put_article("HOSE").json();
    let again = world.ask(
        "PUT",
        "articles",
        &json!({"goodsOwnerId": OWNER, "articleNumber": "HOSE", "unitCode": "St", "articleName": "Slang å"})
            .to_string(),
    );
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["articleSystemId"], first["articleSystemId"]);
    let read = world.ask("GET", "articles?goodsOwnerId=159&articleNumber=HOSE", "").json();
    assert_eq!(read.as_array().unwrap().len(), 1);
    assert_eq!((&read[0]["unitCode"], &read[0]["articleName"]), (&json!("st"), &json!("Slang å")));

    let made = world.put_order("SO-1", &[("1", "HOSE", "2"), ("2", "HOSE", "0.5")]).json();
    let line = |order: &Value, at: usize| order["orderLines"][at]["id"].clone();
    let before = world.orders("orderNumber=SO-1");
    let changed = world.put_order("SO-1", &[("2", "HOSE", "7")]).json();
    assert_eq!(made["orderId"], changed["orderId"]);
    let after = world.orders("orderNumber=SO-1");
    assert_eq!(after[0]["orderLines"].as_array().unwrap().len(), 1, "absent lines are removed");
    assert_eq!(line(&after[0], 0), line(&before[0], 1), "a row keeps its id");
    assert_eq!(after[0]["orderLines"][0]["orderedNumberOfItems"].to_string(), "7.0");
    world.all_well();
}

#[test]
fn what_an_update_leaves_out_goes_or_stays_as_switched() {
    for stays in [false, true] {
        let switches =
            Switches { absent_members_stay: stays, absent_lines_stay: stays, ..Switches::default() };
        let world = World::with(SandboxSettings { switches, ..SandboxSettings::default() });
        world.ask("PUT", "articles", r#"{"goodsOwnerId":159,"articleNumber":"A","description":"long"}"#);
        world.put_article("A");
        let article = world.ask("GET", "articles?goodsOwnerId=159", "").json();
        assert_eq!(article[0]["description"], if stays { json!("long") } else { json!(null) });
        world.put_order("SO-1", &[("1", "A", "2"), ("2", "A", "1")]);
        world.put_order("SO-1", &[("1", "A", "2")]);
        let lines = world.orders("")[0]["orderLines"].as_array().unwrap().len();
        assert_eq!(lines, if stays { 2 } else { 1 });
    }
}

#[test]
fn unknown_articles_and_started_orders_are_refused() {
    let world = World::start();
    world.put_article("A");
    let refused = world.put_order("SO-1", &[("1", "A", "1"), ("2", "GHOST", "1")]);
    assert_eq!(refused.status, 400);
    assert!(refused.json()["message"].as_str().unwrap().contains("GHOST"));
    assert!(world.orders("").is_empty(), "nothing of a refused order is kept");

    let id = world.put_order("SO-1", &[("1", "A", "1")]).json()["orderId"].as_i64().unwrap();
    world.tick(1);
    assert_eq!(world.put_order("SO-1", &[("1", "A", "5")]).status, 200, "released: may still be changed");
    world.tick(1);
    for (verb, path) in [
        ("DELETE", format!("orders/{id}")),
        ("DELETE", "orders?goodsOwnerId=159&orderNumber=SO-1".to_owned()),
    ] {
        assert_eq!(world.ask(verb, &path, "").status, 400, "allocated");
    }
    let switches = Switches { locked_order_status: 409, unknown_article_status: 422, ..Switches::default() };
    world.page("POST", "switches", json!(switches));
    assert_eq!(world.put_order("SO-1", &[("1", "A", "6")]).status, 409);
    assert_eq!(world.put_order("SO-2", &[("1", "GHOST", "1")]).status, 422);
    assert_eq!(world.orders("")[0]["orderLines"][0]["orderedNumberOfItems"].to_string(), "5.0");

    world.put_order("SO-3", &[("1", "A", "1")]);
    assert_eq!(world.ask("DELETE", "orders?goodsOwnerId=159&orderNumber=SO-3", "").status, 200);
    assert_eq!(world.orders("orderNumber=SO-3")[0]["orderInfo"]["orderStatus"]["number"], 1000);
    assert_eq!(world.ask("DELETE", "orders?goodsOwnerId=159&orderNumber=SO-3", "").status, 409, "once");
    assert_eq!(world.ask("DELETE", "orders?goodsOwnerId=159&orderNumber=NONE", "").status, 404);

    let kit = json!({"goodsOwnerId": OWNER, "articleNumber": "KIT",
        "structureDefinition": {"articleKind": "Structure", "rows": [{"articleNumber": "NUT", "numberOfItems": 2}]}});
    assert_eq!(world.ask("PUT", "articles", &kit.to_string()).status, 200);
    world.page("POST", "switches", json!(Switches { components_must_exist: true, ..Switches::default() }));
    assert_eq!(world.ask("PUT", "articles", &kit.to_string()).status, 400);
    world.all_well();
}

#[test]
fn lists_are_paged_by_id_to_their_end() {
    let world = World::start();
    for number in 0..7 {
        world.put_article(&format!("A{number}"));
        world.put_order(&format!("SO-{number}"), &[("1", "A0", "1")]);
    }
    let paged = |list: &str, most: &str, cursor: &str, id: &str| {
        let (mut from, mut ids, mut pages) = (0, Vec::new(), 0);
        loop {
            let page =
                world.ask("GET", &format!("{list}?goodsOwnerId=159&{most}=3&{cursor}={from}"), "").json();
            pages += 1;
            let found: Vec<i64> = page
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one.pointer(id).unwrap().as_i64().unwrap())
                .collect();
            let Some(last) = found.last() else { return (ids, pages) };
            from = last + 1;
            ids.extend(found);
        }
    };
    for (ids, pages) in [
        paged("orders", "maxOrdersToGet", "orderIdFrom", "/orderInfo/orderId"),
        paged("articles", "maxArticlesToGet", "articleSystemIdFrom", "/articleSystemId"),
    ] {
        assert_eq!((ids.len(), pages), (7, 4));
        assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    }
}

#[test]
fn filters_select() {
    let world = World::start();
    world.put_article("A");
    world.put_article("Å %");
    world.put_order("SO-1", &[("1", "A", "4")]);
    world.put_order("SO-2", &[("1", "Å %", "3")]);
    world.put_order("SO-3", &[("1", "A", "3"), ("2", "A", "3")]);
    let numbers = |query: &str| -> Vec<String> {
        world
            .orders(query)
            .iter()
            .map(|order| order["orderInfo"]["orderNumber"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(numbers("orderNumbers=SO-1&orderNumbers=SO-3"), ["SO-1", "SO-3"]);
    assert!(numbers("orderNumbers=SO-1,SO-3").is_empty(), "joined by a comma matches nothing");
    assert_eq!(numbers("articleNumbers=%C3%85%20%25"), ["SO-2"]);
    world.page("POST", "warehouse/plan", json!({"leave": ["SO-2"], "short": ["SO-1"]}));
    world.clock.advance(TimeDelta::hours(1));
    world.tick(100);
    assert_eq!(numbers("orderStatusFrom=450"), ["SO-1", "SO-3"]);
    assert_eq!(numbers("orderStatusTo=200"), ["SO-2"]);
    assert_eq!(numbers("shippedTimeFrom=2026-03-31T09%3A00%3A00.000%2B00%3A00"), ["SO-1", "SO-3"]);
    assert!(numbers("shippedTimeTo=2026-03-31T08%3A59%3A59Z").is_empty());
    assert_eq!(numbers("onlyOrdersWithOrderLinesToReport=true"), ["SO-1", "SO-3"]);
    for (path, status) in
        [("orders?goodsOwnerId=159&orderUpdatedTimeFrom=2026-03-01T00%3A00%3A00Z", 400), ("orders/17", 404)]
    {
        let answer = world.ask("GET", path, "");
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(answer.json()["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
    world.all_well();
}

#[test]
fn the_warehouse_ships_and_what_is_reported_stops_being_asked_for() {
    let world = World::start();
    world.put_article("A");
    for number in ["FULL", "HALF", "NONE"] {
        world.put_order(number, &[("1", "A", "4")]);
    }
    world.page("POST", "warehouse/plan", json!({"halves": ["HALF"], "zero": ["NONE"]}));
    world.tick(12);
    let picked = |number: &str| {
        let order = &world.orders(&format!("orderNumber={number}"))[0];
        (
            order["orderInfo"]["orderStatus"]["number"].as_i64().unwrap(),
            order["orderLines"][0]["pickedNumberOfItems"].to_string(),
        )
    };
    assert_eq!(picked("FULL"), (450, "4.0".to_owned()));
    assert_eq!(picked("HALF"), (450, "2.0".to_owned()));
    assert_eq!(picked("NONE"), (450, "0.0".to_owned()));
    let order = &world.orders("orderNumber=FULL")[0];
    let waybill = &order["orderInfo"]["wayBill"];
    assert!(waybill.as_str().is_some_and(|waybill| !waybill.is_empty()));
    assert_eq!(
        (&order["tracking"][0]["waybill"], &order["parcels"][0]["tracking"]["waybill"]),
        (waybill, waybill)
    );
    assert_eq!(order["orderLines"][0]["reportedNumberOfItems"], Value::Null);

    let to_report = || world.orders("onlyOrdersWithOrderLinesToReport=true").len();
    assert_eq!(to_report(), 2);
    world.report("FULL", "4");
    world.report("HALF", "2");
    assert_eq!(to_report(), 0);
    world.tick(1);
    assert_eq!(picked("HALF").1, "4.0", "the second round");
    assert_eq!(to_report(), 1);
    let id = world.orders("orderNumber=HALF")[0]["orderInfo"]["orderId"].clone();
    let path = format!("orders/{id}/setReportedNumberOfItemsToPickedNumberOfItems");
    assert_eq!(world.ask("PATCH", &path, "").status, 200);
    assert_eq!(to_report(), 0);
    world.all_well();
}

#[test]
fn every_answer_fits_the_openapi_file() {
    let world = World::start();
    let full = json!({"goodsOwnerId": OWNER, "articleNumber": "A", "articleName": "Hose", "unitCode": "St", "weight": 1.85,
        "barCodeInfo": {"barCode": "7350012345678"}, "supplierInfo": {"supplierNumber": "S"}, "productCode": "P",
        "articleGroup": {"code": "G", "name": "Garden"}, "storageProperties": {"isBatchArticle": true}});
    world.ask("PUT", "articles", &full.to_string());
    let order = json!({"goodsOwnerId": OWNER, "orderNumber": "SO-1", "deliveryDate": "2026-03-31", "referenceNumber": "R",
        "consignee": {"customerNumber": "C", "name": "Bygg", "countryCode": "SE", "advanced": {"externalCustomerCode": "X"}},
        "transporter": {"transporterCode": "PLAB", "transporterServiceCode": "P19"}, "classes": [{"code": "K", "name": "K"}],
        "emailNotification": {"toBeNotified": true, "value": "a@b.example"}, "advanced": {"invoiceNumber": "F"},
        "orderLines": [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 2.5, "batchNumber": "B",
            "prices": {"linePrice": 447.00, "currencyCode": "SEK"}, "lineFreeValues": {"freeText1": "t"}},
            {"rowNumber": "2", "articleNumber": "A", "numberOfItems": 1, "shouldBePicked": false}]});
    assert_eq!(world.ask("PUT", "orders", &order.to_string()).status, 200);
    for steps in 0..5 {
        world.tick(u32::from(steps > 0));
        world.orders("");
    }
    let read = &world.orders("")[0];
    assert_eq!(
        read["orderLines"][1]["pickedNumberOfItems"].to_string(),
        "0.0",
        "an information line is not picked"
    );
    assert_eq!(read["orderLines"][0]["pickedArticleItems"][0]["batchNumber"], "B");
    assert_eq!(read["transporter"]["serviceCode"], "P19");
    assert!(read.as_object().unwrap().contains_key("shipmentInfo"), "null, not absent");
    let article = world.ask("GET", "articles?goodsOwnerId=159", "").json()[0]["articleSystemId"].clone();
    for path in [
        format!("articles/{article}"),
        format!("orders/{}", read["orderInfo"]["orderId"]),
        "orders/statuses".to_owned(),
        "orders/types?goodsOwnerId=159".to_owned(),
        "orders/classes?goodsOwnerId=159".to_owned(),
        "orders/wayOfDeliveryTypes?goodsOwnerId=159".to_owned(),
        "transporterContracts?goodsOwnerId=159".to_owned(),
        "warehouses".to_owned(),
    ] {
        assert_eq!(world.ask("GET", &path, "").status, 200, "{path}");
    }
    world.all_well();
}

#[test]
fn it_fails_as_it_is_told() {
    let world = World::start();
    world.put_article("A");
    let exists = |number: &str| !world.orders(&format!("orderNumber={number}")).is_empty();
    let put = |number: &str, how: Value| {
        world.page(
            "POST",
            "failures",
            json!({"verb": "PUT", "path": "/orders", "number": number, "how": how, "times": 1}),
        );
        world.try_put_order(number, &[("1", "A", "1")])
    };
    let status = put("S", json!({"kind": "status", "status": 503})).unwrap();
    assert_eq!((status.status, exists("S")), (503, false));
    assert!(status.json()["Message"].is_string());
    let page =
        put("P", json!({"kind": "status", "status": 502, "body": "<html>bad gateway</html>"})).unwrap();
    assert_eq!((page.status, page.header("content-type")), (502, Some("text/html")));
    let after = put("SA", json!({"kind": "status_after", "status": 500})).unwrap();
    assert_eq!((after.status, exists("SA")), (500, true));

    assert!(put("RB", json!({"kind": "reset_before"})).is_err(), "no answer");
    assert!(!exists("RB"), "and not processed");
    assert!(put("RA", json!({"kind": "reset_after"})).is_err(), "no answer");
    assert!(exists("RA"), "but processed");
    let cut = put("T", json!({"kind": "truncated"})).unwrap();
    let length: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert!(cut.body.len() < length && exists("T"), "{cut:?}");
    let html = put("H", json!({"kind": "html"})).unwrap();
    assert_eq!((html.status, html.header("content-type"), exists("H")), (200, Some("text/html"), false));
    let no_id = put("I", json!({"kind": "missing_id"})).unwrap();
    assert_eq!((no_id.status, no_id.json().get("orderId"), exists("I")), (200, None, true));
    assert_eq!(world.put_order("RB", &[("1", "A", "1")]).status, 200, "a rule is used up");

    world.put_order("BAD", &[("1", "A", "1")]);
    let id = world.orders("orderNumber=BAD")[0]["orderInfo"]["orderId"].clone();
    world.page("POST", "failures", json!({"number": "BAD", "how": {"kind": "status", "status": 500}}));
    for (verb, path) in
        [("GET", "orders?goodsOwnerId=159&orderNumber=BAD".to_owned()), ("GET", format!("orders/{id}"))]
    {
        assert_eq!(world.ask(verb, &path, "").status, 500, "one order that always fails");
    }
    assert_eq!(world.put_order("GOOD", &[("1", "A", "1")]).status, 200);
    world.page("DELETE", "failures", json!(null));
    assert_eq!(world.ask("GET", &format!("orders/{id}"), "").status, 200);
    world.all_well();
}

#[test]
fn too_many_calls_of_a_method_are_stopped_until_the_window_has_slid() {
    let limits =
        LimitSettings { calls: 3, calls_window: Duration::from_secs(3600), ..LimitSettings::default() };
    let world = World::with(SandboxSettings { limits, ..SandboxSettings::default() });
    let read = || world.ask("GET", "orders/statuses", "");
    assert_eq!(read().status, 200);
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!([read().status, read().status], [200, 200]);
    let stopped = read();
    assert_eq!(stopped.status, 429);
    let seconds: i64 = stopped.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(seconds, 50 * 60, "the first call leaves the window");
    assert_eq!(world.ask("GET", "warehouses", "").status, 200, "each method is limited on its own");

    world.page("POST", "switches", json!(Switches { retry_after: RetryAfter::Date, ..Switches::default() }));
    assert_eq!(read().header("retry-after"), Some("Tue, 31 Mar 2026 09:00:00 GMT"));
    world.page("POST", "switches", json!(Switches { retry_after: RetryAfter::None, ..Switches::default() }));
    assert_eq!(read().header("retry-after"), None);
    world.clock.advance(TimeDelta::seconds(seconds));
    assert_eq!([read().status, read().status], [200, 429], "one place was free");
}

#[test]
fn failures_in_a_row_stop_a_method_and_one_success_forgives_them() {
    let limits =
        LimitSettings { failures: 3, failures_window: Duration::from_secs(600), ..LimitSettings::default() };
    let world = World::with(SandboxSettings { limits, ..SandboxSettings::default() });
    world.put_article("A");
    let fail = || world.put_order("X", &[("1", "GHOST", "1")]).status;
    let succeed = || world.put_order("Y", &[("1", "A", "1")]).status;
    assert_eq!([fail(), fail(), succeed(), fail(), fail(), fail()], [400, 400, 200, 400, 400, 400]);
    assert_eq!(succeed(), 429, "whatever it asks");
    assert!(world.orders("orderNumber=X").is_empty());
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(succeed(), 200);
}

#[test]
fn a_write_reads_back_late() {
    let switches = Switches { reads_until_seen: 2, ..Switches::default() };
    let world = World::with(SandboxSettings { switches, ..SandboxSettings::default() });
    world.put_article("A");
    world.put_order("SO-1", &[("1", "A", "1")]);
    let seen = || world.orders("orderNumber=SO-1").len();
    assert_eq!([seen(), seen(), seen()], [0, 0, 1]);
    world.put_order("SO-1", &[("1", "A", "9")]);
    let ordered = || world.orders("orderNumber=SO-1")[0]["orderInfo"]["orderedNumberOfItems"].to_string();
    assert_eq!([ordered(), ordered(), ordered()], ["1.0", "1.0", "9.0"], "the old version, then the new one");
}

#[test]
fn writes_of_one_goods_owner_that_overlap_are_seen() {
    let world = World::start();
    world.put_article("A");
    world.put_article("B");
    assert_eq!(world.page("GET", "counters", json!(null))["overlapping_writes"], 1, "one after the other");
    let slow = json!({"kind": "slow", "milliseconds": 600_000});
    world.page("POST", "failures", json!({"verb": "PUT", "number": "SLOW", "how": slow, "times": 1}));
    let body = json!({"goodsOwnerId": OWNER, "articleNumber": "SLOW"}).to_string();
    let mut waiting = world.send(&world.request("PUT", "/sandbox/api/v1/articles", &body)).unwrap();
    // It is processed before it is answered slowly.
    while world.page("GET", "state", json!(null))["articles"].as_array().unwrap().len() < 3 {}
    world.ask("GET", "articles?goodsOwnerId=159", "");
    assert_eq!(world.page("GET", "counters", json!(null))["overlapping_writes"], 1, "reads do not count");
    world.put_article("C");
    assert_eq!(world.page("GET", "counters", json!(null))["overlapping_writes"], 2);
    waiting.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    assert!(waiting.read(&mut [0]).is_err(), "still unanswered");
}

#[test]
fn the_log_tells_who_asked_what_and_a_reset_forgets() {
    let world = World::start();
    world.put_article("A");
    world.put_order("SO-1", &[("1", "A", "1")]);
    world.ask("GET", "orders?goodsOwnerId=159&orderNumber=SO-1", "");
    let log = world.page("GET", "requests", json!(null));
    let rows: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["sequence"], &row["verb"], &row["number"], &row["status"]))
        .collect();
    assert_eq!(
        rows,
        [
            (&json!(1), &json!("PUT"), &json!("A"), &json!(200)),
            (&json!(2), &json!("PUT"), &json!("SO-1"), &json!(200)),
            (&json!(3), &json!("GET"), &json!("SO-1"), &json!(200)),
        ]
    );
    assert_eq!(world.page("GET", "counters", json!(null))["statuses"], json!({"200": 3}));
    let state = world.page("GET", "state?ids=false", json!(null));
    world.page("POST", "reset", json!(null));
    assert_eq!(world.page("GET", "requests", json!(null)), json!([]));
    world.put_article("unrelated");
    world.page("POST", "reset", json!(null));
    world.put_article("A");
    world.put_order("SO-1", &[("1", "A", "1")]);
    assert_eq!(world.page("GET", "state?ids=false", json!(null)), state, "two runs can be compared");
}
