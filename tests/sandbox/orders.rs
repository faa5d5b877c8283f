//! What may be changed on an order after it was put.

use serde_json::{Value, json};

use crate::world::{OWNER, World};

/// A world with one order, and its id.
fn start() -> (World, i64) {
    let world = World::start();
    world.put_article("A");
    let id = world.put_order("SO-1", &[("1", "A", "2")]).json()["orderId"].as_i64().unwrap();
    (world, id)
}

#[test]
fn one_aspect_at_a_time_is_patched_and_reads_back() {
    let (world, id) = start();
    let patch = |what: &str, body: Value| {
        assert_eq!(world.well("PATCH", &format!("orders/{id}/{what}"), body)["orderId"], id);
    };
    let order = || world.well("GET", &format!("orders/{id}"), json!(null));
    patch("orderStatus", json!({"orderStatusNumber": 300}));
    patch("deliveryDate", json!({"deliveryDate": "2026-05-01"}));
    patch("transporter", json!({"transporterCode": "DHLROAD", "transporterServiceCode": "AEX"}));
    patch("servicePointCode", json!({"servicePointCode": "SP9"}));
    patch("waybill", json!({"waybill": "W1"}));
    patch("returnWaybill", json!({"returnWaybill": "R1"}));
    patch("addOrderClasses", json!({"classes": [{"code": "K1", "name": "one"}]}));
    patch("addOrderClasses", json!({"classes": [{"code": "K1", "name": "one"}, {"code": "K2"}]}));
    let codes = || -> Vec<Value> {
        order()["classes"].as_array().unwrap().iter().map(|class| class["code"].clone()).collect()
    };
    assert_eq!(codes(), ["K1", "K2"]);
    patch("setOrderClasses", json!({"classes": [{"code": "K3"}]}));
    assert_eq!(codes(), ["K3"]);
    for (waybill, is_return) in [("W2", false), ("W2", false), ("R2", true)] {
        let body =
            json!({"waybill": waybill, "trackingUrl": "https://t.example/", "isReturnTracking": is_return});
        world.well("PUT", &format!("orders/{id}/orderTracking"), body);
    }
    let info = &order()["orderInfo"];
    assert_eq!(info["orderStatus"]["number"], 300);
    assert_eq!((&info["deliveryDate"], &info["servicePointCode"]), (&json!("2026-05-01"), &json!("SP9")));
    assert_eq!((&info["wayBill"], &info["returnWayBill"]), (&json!("W1"), &json!("R1")));
    assert_eq!(
        (&order()["transporter"]["code"], &order()["transporter"]["serviceCode"]),
        (&json!("DHLROAD"), &json!("AEX"))
    );
    assert_eq!(
        (order()["tracking"].as_array().unwrap().len(), &order()["tracking"][0]["waybill"]),
        (1, &json!("W2"))
    );
    assert_eq!(order()["returnTracking"][0]["waybill"], "R2");
    patch("orderNumber", json!({"orderNumber": "SO-1-RENAMED"}));
    assert!(world.orders("orderNumber=SO-1").is_empty());
    assert_eq!(world.orders("orderNumber=SO-1-RENAMED")[0]["orderInfo"]["orderId"], id);
    world.put_order("SO-2", &[("1", "A", "1")]);
    patch("orderNumber", json!({"orderNumber": "SO-2"}));
    assert_eq!(world.orders("orderNumber=SO-2").len(), 2, "nobody looks whether the number is free");
    assert_eq!(world.refused("PATCH", "orders/7/waybill", json!({"waybill": "W"})).0, 404);
    world.all_well();
}

#[test]
fn a_status_can_not_be_set_to_cancelled_nor_on_a_cancelled_order() {
    let (world, id) = start();
    let set = |status: i64| {
        world
            .ask(
                "PATCH",
                &format!("orders/{id}/orderStatus"),
                &json!({"orderStatusNumber": status}).to_string(),
            )
            .status
    };
    assert_eq!([set(1000), set(17), set(200)], [400, 400, 200]);
    world.tick(2);
    assert_eq!(set(320), 200, "allocated");
    world.page("POST", "switches", json!({"allocated_order_status_stays": true, "locked_order_status": 409}));
    assert_eq!(set(300), 409);
    world.page("POST", "switches", json!({}));
    assert_eq!(set(450), 200);
    assert_ne!(world.orders("")[0]["orderInfo"]["shippedTime"], Value::Null);
    world.put_order("SO-2", &[("1", "A", "1")]);
    let other = world.orders("orderNumber=SO-2")[0]["orderInfo"]["orderId"].clone();
    world.well("DELETE", &format!("orders/{other}"), json!(null));
    assert_eq!(
        world.refused("PATCH", &format!("orders/{other}/orderStatus"), json!({"orderStatusNumber": 300})).0,
        400
    );
}

#[test]
fn an_order_that_is_put_after_its_cancellation_lives_again_is_new_or_is_refused() {
    let (world, id) = start();
    let cancel = || world.well("DELETE", "orders?goodsOwnerId=159&orderNumber=SO-1", json!(null));
    let statuses = || -> Vec<i64> {
        let number = |order: &Value| order["orderInfo"]["orderStatus"]["number"].as_i64().unwrap();
        world.orders("orderNumber=SO-1").iter().map(number).collect()
    };
    let put = || world.put_order("SO-1", &[("1", "A", "3")]);
    cancel();
    assert_eq!((put().json()["orderId"].as_i64(), statuses()), (Some(id), vec![200]));
    cancel();
    world.page("POST", "switches", json!({"put_on_cancelled": "refused", "locked_order_status": 409}));
    assert_eq!((put().status, statuses()), (409, vec![1000]));
    world.page("POST", "switches", json!({"put_on_cancelled": "new_object"}));
    let new = put().json()["orderId"].as_i64().unwrap();
    assert_ne!(new, id);
    assert_eq!(statuses(), [1000, 200], "a read by number gives both");
    assert_eq!(put().json()["orderId"], new, "what lives is changed");
    cancel();
    assert_eq!(statuses(), [1000, 1000]);
    world.all_well();
}

#[test]
fn a_carrier_that_is_not_in_the_list_is_refused() {
    let (world, id) = start();
    let put = |transporter: Value| {
        let body = json!({"goodsOwnerId": OWNER, "orderNumber": "SO-2", "deliveryDate": "2026-03-31", "consignee": {},
            "transporter": transporter, "orderLines": [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 1}]});
        world.ask("PUT", "orders", &body.to_string()).status
    };
    assert_eq!(put(json!({"transporterCode": "PLAB", "transporterServiceCode": "P18"})), 200);
    assert_eq!(put(json!({"transporterCode": "PLAB"})), 200);
    assert_eq!(put(json!({"transporterCode": "plab", "transporterServiceCode": "P18"})), 400);
    assert_eq!(
        put(json!({"transporterCode": "PLAB", "transporterServiceCode": "AEX"})),
        400,
        "another carrier's service"
    );
    let patch = json!({"transporterCode": "X"});
    assert_eq!(world.refused("PATCH", &format!("orders/{id}/transporter"), patch.clone()).0, 400);
    world.page("POST", "switches", json!({"unknown_transporter_status": 422}));
    assert_eq!(put(json!({"transporterCode": "X"})), 422);
    world.page("POST", "switches", json!({"unknown_transporter_status": null}));
    assert_eq!(put(json!({"transporterCode": "X"})), 200);
    let contracts = world.well("GET", "transporterContracts?goodsOwnerId=159", json!(null));
    assert!(contracts.as_array().unwrap().len() > 2);
    world.all_well();
}

#[test]
fn an_order_is_put_by_its_id_and_keeps_its_number_or_takes_another() {
    let (world, id) = start();
    let body = |number: &str| {
        json!({"goodsOwnerId": OWNER, "orderNumber": number, "deliveryDate": "2026-03-31", "consignee": {},
        "orderLines": [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 9}]})
    };
    world.well("PUT", &format!("orders/{id}"), body("SO-9"));
    let orders = world.orders("");
    assert_eq!(orders.len(), 1);
    assert_eq!(
        (&orders[0]["orderInfo"]["orderNumber"], &orders[0]["orderInfo"]["orderId"]),
        (&json!("SO-9"), &json!(id))
    );
    assert_eq!(world.refused("PUT", "orders/5", body("SO-5")).0, 404);
}

#[test]
fn parcels_and_waybill_rows_come_and_go() {
    let (world, id) = start();
    let parcel = json!({"parcelNumber": "P1", "transportAdministrationType": "delivery"});
    let parcel_id = world.well("PUT", &format!("orders/{id}/parcels"), parcel.clone())["parcelId"].clone();
    assert_eq!(world.well("PUT", &format!("orders/{id}/parcels"), parcel)["parcelId"], parcel_id);
    world.well("PUT", &format!("orders/{id}/parcels/{parcel_id}"), json!({"parcelNumber": "P2"}));
    assert_eq!(world.orders("parcelNumber=P2")[0]["parcels"][0]["parcelNumber"], "P2");
    world.well("DELETE", &format!("orders/{id}/parcels/{parcel_id}"), json!(null));
    assert_eq!(world.orders("")[0]["parcels"], Value::Null);
    let row = json!({"numberOfPackages": 2, "parcelType": {"code": "PC"}});
    let rows = format!("orders/{id}/wayBillRows");
    let first = world.well("POST", &rows, row.clone())["wayBillRowId"].clone();
    world.well("POST", &rows, row.clone());
    assert_eq!(world.well("GET", &rows, json!(null)).as_array().unwrap().len(), 2, "POST always adds");
    world.well(
        "PATCH",
        &format!("{rows}/{first}"),
        json!({"numberOfPackages": 3, "parcelType": {"code": "PC"}}),
    );
    assert_eq!(world.well("GET", &rows, json!(null))[0]["numberOfPackages"], 3);
    world.well("DELETE", &format!("{rows}/{first}"), json!(null));
    assert_eq!(world.well("GET", &rows, json!(null)).as_array().unwrap().len(), 1);
    world.all_well();
}

#[test]
fn a_kit_is_picked_from_its_parts() {
    let (world, _) = start();
    world.put_article("NUT");
    let kit = json!({"goodsOwnerId": OWNER, "articleNumber": "KIT",
        "structureDefinition": {"articleKind": "Structure", "rows": [{"articleNumber": "NUT", "numberOfItems": 4}]}});
    world.well("PUT", "articles", kit);
    world.page(
        "POST",
        "warehouse/adjust",
        json!({"goodsOwner": OWNER, "articleNumber": "NUT", "numberOfItems": 20, "cause": "FOUND"}),
    );
    world.put_order("KITS", &[("1", "KIT", "3")]);
    let sellable = |number: &str| {
        world.well("GET", &format!("articles?goodsOwnerId=159&articleNumber={number}"), json!(null))[0]["inventoryInfo"]["sellableNumberOfItems"].to_string()
    };
    assert_eq!((sellable("KIT"), sellable("NUT")), ("2.0".to_owned(), "8.0".to_owned()));
    world.tick(100);
    let line = &world.orders("orderNumber=KITS")[0]["orderLines"][0];
    assert_eq!(line["pickedNumberOfItems"].to_string(), "3.0");
    let part = &line["subOrderLines"][0];
    assert_eq!(
        (&part["article"]["articleNumber"], part["pickedNumberOfItems"].to_string()),
        (&json!("NUT"), "12.0".to_owned())
    );
    assert_eq!((sellable("KIT"), sellable("NUT")), ("2.0".to_owned(), "8.0".to_owned()));
    assert_eq!(world.orders("orderNumber=SO-1")[0]["orderLines"][0]["subOrderLines"], Value::Null);
    world.all_well();
}
