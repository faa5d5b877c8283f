//! Classes, dangerous goods, structures and stock of articles; adjustments; lists of codes.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::world::{OWNER, World};

fn articles(world: &World, query: &str) -> Vec<String> {
    let found = world.well("GET", &format!("articles?goodsOwnerId=159&{query}"), json!(null));
    found
        .as_array()
        .unwrap()
        .iter()
        .map(|article| article["articleNumber"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn dangerous_goods_are_put_by_id_or_number_and_must_have_a_known_un_number() {
    let world = World::start();
    let id = world.put_article("A").json()["articleSystemId"].clone();
    world.put_article("B");
    let goods = |number: &str| {
        json!({"unNumber": number, "unPackageType": "III", "unIsMarineHazard": true,
        "unProperShippingNames": [{"languageCode": "en", "name": "PAINT"}]})
    };
    world.well("PUT", &format!("articles/{id}/dangerousGoods"), goods("1263"));
    let by_number = |article: &str, number: &str| json!({"goodsOwnerId": OWNER, "articleNumber": article, "dangerousGoods": goods(number)});
    world.well("PUT", "articles/dangerousGoods", by_number("A", "1263"));
    assert_eq!(world.effects("article", "A").1["PUT dangerousGoods"], 1);
    let read =
        world.well("GET", &format!("articles/{id}/dangerousGoods"), json!(null))["dangerousGoods"].clone();
    assert_eq!(
        (&read["unNumber"]["unNumber"], &read["unNumber"]["unClassNumber"]),
        (&json!("1263"), &json!("3"))
    );
    assert_eq!(
        (&read["unIsMarineHazard"], &read["unProperShippingNames"][0]["name"]),
        (&json!(true), &json!("PAINT"))
    );
    let listed = world.well("GET", "articles/dangerousGoods?goodsOwnerId=159", json!(null));
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(world.refused("PUT", "articles/dangerousGoods", by_number("A", "9999")).0, 400);
    assert_eq!(world.refused("PUT", "articles/dangerousGoods", by_number("GHOST", "1263")).0, 400);
    assert_eq!(world.refused("PUT", "articles/7/dangerousGoods", goods("1263")).0, 404);
    world.all_well();
}

#[test]
fn classes_are_made_given_and_taken_away() {
    let world = World::start();
    let id = world.put_article("A").json()["articleSystemId"].clone();
    world.put_article("B");
    let class = |code: &str, name: &str| json!({"goodsOwnerId": OWNER, "code": code, "name": name});
    let made = world.well("PUT", "articles/classes", class("K1", "one"))["articleClassId"].clone();
    assert_eq!(world.well("PUT", "articles/classes", class("K1", "uno"))["articleClassId"], made);
    let other = world.well("PUT", "articles/classes", class("K2", "two"))["articleClassId"].clone();
    world.well("PUT", &format!("articles/classes/{other}"), class("K2", "due"));
    let classes =
        || world.well("GET", "articles/classes?goodsOwnerId=159", json!(null))["articleClasses"].clone();
    assert_eq!((&classes()[0]["name"], &classes()[1]["name"]), (&json!("uno"), &json!("due")));
    world.well("PUT", &format!("articles/{id}/classes"), json!({"articleClassIds": [made, other]}));
    world.put_article("A");
    let read = || world.well("GET", &format!("articles/{id}"), json!(null))["classes"].clone();
    assert_eq!(read().as_array().unwrap().len(), 2, "a PUT of the article keeps them");
    assert_eq!(articles(&world, &format!("articleClassIds={made}")), ["A"]);
    assert_eq!(
        world.refused("PUT", &format!("articles/{id}/classes"), json!({"articleClassIds": [7]})).0,
        400
    );
    world.well("DELETE", &format!("articles/classes/{made}"), json!(null));
    assert_eq!(read(), json!([{"id": other, "code": "K2", "name": "due"}]));
    assert_eq!(world.refused("DELETE", &format!("articles/classes/{made}"), json!(null)).0, 404);
    world.all_well();
}

#[test]
fn structures_are_read_one_by_one_and_as_a_list() {
    let world = World::start();
    let part = world.put_article("NUT").json()["articleSystemId"].clone();
    let kit = |number: &str, kind: &str| {
        json!({"goodsOwnerId": OWNER, "articleNumber": number,
        "structureDefinition": {"articleKind": kind, "rows": [{"articleNumber": "NUT", "numberOfItems": 2.5}]}})
    };
    let id = world.well("PUT", "articles", kit("KIT", "Structure"))["articleSystemId"].clone();
    world.well("PUT", "articles", kit("MADE", "Production"));
    let one = world.well("GET", &format!("articles/{id}/structureDefinition"), json!(null));
    assert_eq!(one["rows"], json!([{"articleSystemId": part, "articleNumber": "NUT", "numberOfItems": 2.5}]));
    let list = |query: &str| {
        world.well("GET", &format!("articles/structureDefinitions?goodsOwnerId=159&{query}"), json!(null))
    };
    assert_eq!(list("").as_array().unwrap().len(), 2);
    assert_eq!(list("articleKind=Production")[0]["articleNumber"], "MADE");
    assert_eq!(list("articleNumbers=KIT")[0]["articleKind"], "Structure");
    assert_eq!(
        world.well("GET", &format!("articles/{part}/structureDefinition"), json!(null))["rows"],
        Value::Null
    );
    world.all_well();
}

#[test]
fn the_stock_is_what_came_less_what_went() {
    let world = World::start();
    for number in ["A", "B"] {
        let article =
            json!({"goodsOwnerId": OWNER, "articleNumber": number, "stockLimit": 8, "purchasePrice": 2.5});
        world.well("PUT", "articles", article);
    }
    let inventory = || {
        world.well("GET", "articles?goodsOwnerId=159&articleNumber=A", json!(null))[0]["inventoryInfo"]
            .clone()
    };
    let figure = |name: &str| inventory()[name].to_string();
    let order = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines":
        [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 10, "batchNumber": "B1"}]});
    world.well("PUT", "purchaseOrders", order);
    assert_eq!(figure("toReceiveNumberOfItems"), "10.0");
    assert!(articles(&world, "onlyArticlesInStock=true").is_empty());
    world.clock.advance(TimeDelta::hours(1));
    world.tick(3);
    assert_eq!(
        (figure("numberOfItems"), figure("toReceiveNumberOfItems")),
        ("10.0".to_owned(), "0.0".to_owned())
    );
    assert_eq!(
        (&inventory()["lastInDate"], figure("totalStockValue")),
        (&json!("2026-03-31T09:00:00.000Z"), "25.0".to_owned())
    );
    assert_eq!(articles(&world, "onlyArticlesInStock=true"), ["A"]);
    assert_eq!(articles(&world, "onlyArticlesBelowStockLimit=true"), ["B"]);

    world.put_order("SO-1", &[("1", "A", "3")]);
    assert_eq!(
        (figure("sellableNumberOfItems"), figure("numberOfBookedItems"), figure("allocatedNumberOfItems")),
        ("7.0".to_owned(), "3.0".to_owned(), "0.0".to_owned())
    );
    assert_eq!(
        articles(&world, "onlyArticlesBelowStockLimitConsideringNumberOfBookedItems=true"),
        ["A", "B"]
    );
    world.tick(2);
    assert_eq!(
        (figure("allocatedNumberOfItems"), figure("lockedForSaleNumberOfItems"), figure("numberOfItems")),
        ("3.0".to_owned(), "3.0".to_owned(), "10.0".to_owned())
    );
    world.clock.advance(TimeDelta::hours(1));
    world.tick(1);
    assert_eq!(
        (
            figure("numberOfItems"),
            figure("pickedToBeCollectedNumberOfItems"),
            figure("sellableNumberOfItems")
        ),
        ("7.0".to_owned(), "3.0".to_owned(), "7.0".to_owned())
    );
    world.tick(1);
    world.clock.advance(TimeDelta::hours(1));
    world.page(
        "POST",
        "warehouse/return",
        json!({"goodsOwner": OWNER, "orderNumber": "SO-1", "rowNumber": "1", "numberOfItems": 1}),
    );
    let adjust = json!({"goodsOwner": OWNER, "articleNumber": "A", "numberOfItems": -2, "cause": "BROKEN"});
    world.page("POST", "warehouse/adjust", adjust);
    assert_eq!(figure("numberOfItems"), "6.0", "10 - 3 + 1 - 2");

    let items = world.well("GET", "articleItems?goodsOwnerId=159", json!(null));
    let total: f64 = items[0]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["numberOfItems"].as_f64().unwrap())
        .sum();
    assert_eq!((items.as_array().unwrap().len(), total), (1, 6.0));
    assert_eq!(items[0]["items"][0]["batch"], "B1");
    let at = |time: &str| {
        let path =
            format!("articles/historicalInventory?goodsOwnerId=159&stockDate={}", time.replace(':', "%3A"));
        let found = world.well("GET", &path, json!(null));
        found[0]["articles"].as_array().unwrap().first().map(|article| article["numberOfItems"].to_string())
    };
    assert_eq!(at("2026-03-31T08:30:00Z"), None);
    assert_eq!(at("2026-03-31T09:30:00Z"), Some("10.0".to_owned()));
    assert_eq!(at("2026-03-31T10:30:00Z"), Some("7.0".to_owned()));
    assert_eq!(at("2026-03-31T11:00:00Z"), Some("6.0".to_owned()));

    let per_warehouse =
        world.well("GET", "articles/inventoryPerWarehouse?goodsOwnerId=159&articleNumbers=A", json!(null));
    let rows = per_warehouse[0]["inventoryPerWarehouse"].as_array().unwrap();
    assert_eq!(
        (rows.len(), rows[0]["numberOfItems"].to_string(), rows[1]["numberOfItems"].to_string()),
        (2, "6.0".to_owned(), "0.0".to_owned())
    );
    assert_eq!(rows[0]["reported"]["pickedToBeReportedNumberOfItems"].to_string(), "3.0");
    assert_eq!(rows[0]["reported"]["receivedToBeReportedNumberOfItems"].to_string(), "10.0");

    assert_eq!(articles(&world, "stockInfoChangedFrom=2026-03-31T11%3A00%3A00Z"), ["A"]);
    assert!(articles(&world, "stockInfoChangedFrom=2026-03-31T11%3A00%3A01Z").is_empty());
    let (status, text) = world.refused(
        "GET",
        "articles?goodsOwnerId=159&stockInfoChangedFrom=2026-03-30T10%3A59%3A59Z",
        json!(null),
    );
    assert_eq!(status, 400);
    assert!(text.contains("must be within 24 hours of the current time"), "{text}");
    world.all_well();
}

#[test]
fn what_is_picked_without_being_there_is_owed() {
    let world = World::start();
    world.put_article("A");
    let there = || {
        world.well("GET", "articles?goodsOwnerId=159", json!(null))[0]["inventoryInfo"]["numberOfItems"]
            .to_string()
    };
    world.put_order("SO-1", &[("1", "A", "4")]);
    world.tick(10);
    assert_eq!(there(), "0.0", "never below nothing");
    world.page(
        "POST",
        "warehouse/adjust",
        json!({"goodsOwner": OWNER, "articleNumber": "A", "numberOfItems": 10, "cause": "FOUND"}),
    );
    assert_eq!(there(), "6.0");
}

#[test]
fn adjustments_are_read_until_they_are_reported() {
    let world = World::start();
    let id = world.put_article("A").json()["articleSystemId"].clone();
    let other = world.put_article("B").json()["articleSystemId"].clone();
    let adjust = |article: &str, quantity: Value, inventory: Value| {
        let body = json!({"goodsOwner": OWNER, "articleNumber": article, "numberOfItems": quantity,
            "cause": {"code": "LOST", "name": "Lost"}, "inventoryId": inventory, "batchNumber": "B1"});
        world.page("POST", "warehouse/adjust", body)["inventoryId"].clone()
    };
    let first = adjust("A", json!(-2.5), json!(null));
    assert_eq!(adjust("B", json!(1), first.clone()), first, "one inventory with two articles");
    world.clock.advance(TimeDelta::hours(1));
    let later = adjust("A", json!(3), json!(null));
    let list = |query: &str| {
        world.well("GET", &format!("inventoryAdjustments?goodsOwnerId=159&{query}"), json!(null))
    };
    let all = list("");
    assert_eq!(
        (&all[0]["article"]["articleNumber"], &all[1]["article"]["articleNumber"]),
        (&json!("A"), &json!("B"))
    );
    let entry = &all[0]["inventoryAdjustments"][0];
    assert_eq!(
        (entry["numberOfItems"].to_string(), &entry["inventoryAdjustmentCause"]["code"]),
        ("-2.5".to_owned(), &json!("LOST"))
    );
    assert_eq!(list("from=2026-03-31T08%3A30%3A00Z")[0]["inventoryAdjustments"][0]["inventoryId"], later);
    for to in ["to", "toTime"] {
        assert_eq!(
            list(&format!("{to}=2026-03-31T08%3A30%3A00Z"))[0]["inventoryAdjustments"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
    let report = |inventory: &Value, article: &Value| {
        world.well(
            "PATCH",
            &format!("inventoryAdjustments/{inventory}/articles/{article}/setReported"),
            json!(null),
        )
    };
    assert_eq!(report(&first, &id)["items"].as_array().unwrap().len(), 1);
    report(&first, &id);
    assert_eq!(world.effects("adjustment", "A").0, 1, "once");
    assert_eq!(list("isReported=true").as_array().unwrap().len(), 1);
    assert_eq!(list("isReported=false").as_array().unwrap().len(), 2);
    report(&later, &id);
    report(&first, &other);
    assert_eq!(list("isReported=false"), json!([]));
    assert_eq!(
        world.well("GET", &format!("inventoryAdjustments/{later}"), json!(null))["inventoryAdjustments"][0]["inventoryId"],
        later
    );
    assert_eq!(world.refused("GET", "inventoryAdjustments/3", json!(null)).0, 404);
    assert_eq!(
        world
            .refused(
                "PATCH",
                &format!("inventoryAdjustments/{later}/articles/{other}/setReported"),
                json!(null)
            )
            .0,
        404
    );
    world.all_well();
}

#[test]
fn lists_of_codes_can_be_read_and_some_changed() {
    let world = World::start();
    world.put_article("A");
    let order = json!({"goodsOwnerId": OWNER, "orderNumber": "SO-1", "deliveryDate": "2026-03-31", "consignee": {},
        "orderType": {"code": "X", "name": "Express"}, "classes": [{"code": "K", "name": "k"}], "orderLines": []});
    world.well("PUT", "orders", order);
    let list = |path: &str, member: &str| -> Vec<Value> {
        let all = world.well("GET", path, json!(null));
        let rows = if member.is_empty() { all } else { all[member].clone() };
        rows.as_array().unwrap().iter().map(|row| row["code"].clone()).collect()
    };
    assert_eq!(
        list("orders/types?goodsOwnerId=159", "orderTypes"),
        ["N", "X"],
        "what orders brought in is there too"
    );
    assert_eq!(list("orders/classes?goodsOwnerId=159", "orderClasses"), ["K"]);
    assert_eq!(list("warehouses", ""), ["SBX", "SBN"]);
    assert_eq!(list("parcelTypes?goodsOwnerId=159", ""), ["PC", "EUR"]);
    assert_eq!(list("warehouses/locations/types", "").len(), 2);
    assert_eq!(list("articleItems/statuses?goodsOwnerId=159", "articleItemStatuses"), ["OK", "DAM", "QUA"]);
    let zones = world.well("GET", "warehouses/1/zones", json!(null));
    assert_eq!(zones[0]["aisles"][0]["locations"][0]["name"], "A-01-01");
    assert_eq!(world.refused("GET", "warehouses/9/zones", json!(null)).0, 404);
    let ways = || list("orders/wayOfDeliveryTypes?goodsOwnerId=159", "wayOfDeliveryTypes");
    assert_eq!(ways(), ["PNPARCEL", "PNPALLET", "DHLROAD", "PICKUP"]);
    let way = |code: &str| json!({"goodsOwnerId": OWNER, "code": code, "name": "n"});
    let id = world.well("PUT", "orders/wayOfDeliveryTypes", way("BIKE"))["wayOfDeliveryTypeId"].clone();
    world.well("PUT", "orders/wayOfDeliveryTypes", way("PICKUP"));
    world.well("PUT", &format!("orders/wayOfDeliveryTypes/{id}"), way("CARGO"));
    assert_eq!(ways(), ["PNPARCEL", "PNPALLET", "DHLROAD", "PICKUP", "CARGO"]);
    world.well("DELETE", &format!("orders/wayOfDeliveryTypes/{id}"), json!(null));
    assert_eq!(ways().len(), 4);
    world.all_well();
}
