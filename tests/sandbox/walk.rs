//! Every operation of the OpenAPI file, with the least and with the most that it takes: none may be left undone, and
//! each filter must narrow its list.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::world::{OWNER, World};

/// Operations that the sandbox does not do, and why. There are none.
const NOT_DONE: [(&str, &str); 0] = [];

/// The ids of the objects that the walk is about, by the name of the path's parameter.
type Ids = BTreeMap<String, i64>;

fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sandbox/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A world with one object of each kind.
fn seed(world: &World) -> Ids {
    world.page("POST", "reset", json!(null));
    let mut ids = Ids::new();
    let mut keep = |name: &str, answer: &Value, member: &str| {
        ids.insert(name.to_owned(), answer[member].as_i64().unwrap());
    };
    let plain = |number: &str| json!({"goodsOwnerId": OWNER, "articleNumber": number});
    world.well(
        "PUT",
        "articles",
        json!({"goodsOwnerId": OWNER, "articleNumber": "SERVICE", "isStockArticle": false}),
    );
    world.well("PUT", "articles", plain("PART"));
    let kit = json!({"goodsOwnerId": OWNER, "articleNumber": "KIT",
        "structureDefinition": {"articleKind": "Structure", "rows": [{"articleNumber": "PART", "numberOfItems": 1}]}});
    world.well("PUT", "articles", kit);
    let article = world.well("PUT", "articles", plain("A"));
    keep("articleSystemId", &article, "articleSystemId");
    let class = json!({"goodsOwnerId": OWNER, "code": "K", "name": "k"});
    keep("articleClassId", &world.well("PUT", "articles/classes", class), "articleClassId");
    let goods = json!({"unNumber": "1203", "unIsMarineHazard": false});
    world.well("PUT", &format!("articles/{}/dangerousGoods", article["articleSystemId"]), goods);
    let adjust = json!({"goodsOwner": OWNER, "articleNumber": "A", "numberOfItems": 10, "cause": "FOUND"});
    keep("inventoryId", &world.page("POST", "warehouse/adjust", adjust), "inventoryId");
    let order = world.put_order("SO-1", &[("1", "A", "2")]).json();
    keep("orderId", &order, "orderId");
    let parcel = json!({"parcelNumber": "P", "transportAdministrationType": "delivery"});
    let order = order["orderId"].as_i64().unwrap();
    keep("parcelId", &world.well("PUT", &format!("orders/{order}/parcels"), parcel), "parcelId");
    let row = json!({"numberOfPackages": 1, "parcelType": {"code": "PC"}});
    keep("wayBillRowId", &world.well("POST", &format!("orders/{order}/wayBillRows"), row), "wayBillRowId");
    let line = &world.orders("")[0]["orderLines"][0];
    keep("orderLineId", line, "id");
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "inDate": "2026-04-01",
        "purchaseOrderLines": [{"rowNumber": "1", "articleNumber": "A", "numberOfItems": 2}]});
    let purchase = world.well("PUT", "purchaseOrders", purchase);
    keep("purchaseOrderId", &purchase, "purchaseOrderId");
    let purchase = purchase["purchaseOrderId"].as_i64().unwrap();
    let read = world.well("GET", &format!("purchaseOrders/{purchase}"), json!(null));
    keep("purchaseOrderLineId", &read["purchaseOrderLines"][0], "id");
    let back = json!({"goodsOwnerId": OWNER, "returnOrderNumber": "R-1", "customerOrder": {"orderId": order},
        "returnOrderLines": [{"returnOrderRowNumber": "1", "customerOrderLine": {"orderLineId": line["id"]}, "toBeReturnedNumberOfItems": 1}]});
    keep("returnOrderId", &world.well("PUT", "returnOrders", back), "returnOrderId");
    let way = json!({"goodsOwnerId": OWNER, "code": "BIKE", "name": "Bicycle"});
    keep(
        "wayOfDeliveryTypeId",
        &world.well("PUT", "orders/wayOfDeliveryTypes", way.clone()),
        "wayOfDeliveryTypeId",
    );
    keep("returnCauseId", &world.well("PUT", "returnOrders/returnCauses", way), "returnCauseId");
    let file = json!({"fileName": "a", "mimeType": "x/y", "fileDataBase64": "aGVsbG8="});
    for (kind, id) in [
        ("articles", article["articleSystemId"].as_i64().unwrap()),
        ("orders", order),
        ("purchaseOrders", purchase),
    ] {
        keep(
            &format!("fileId of {kind}"),
            &world.well("POST", &format!("{kind}/{id}/files"), file.clone()),
            "fileId",
        );
    }
    keep("warehouseId", &json!({"id": 1}), "id");
    ids
}

/// A path with the ids of the seeded objects.
fn filled(template: &str, ids: &Ids) -> String {
    let mut path = template.strip_prefix("/api/v1/").unwrap().to_owned();
    if path.contains("{fileId}") {
        let kind = format!("fileId of {}", path.split('/').next().unwrap());
        path = path.replace("{fileId}", &ids[&kind].to_string());
    }
    for (name, id) in ids {
        path = path.replace(&format!("{{{name}}}"), &id.to_string());
    }
    assert!(!path.contains('{'), "the walk has no object for {template}");
    path
}

/// Follows references.
fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference {
        Some(reference) => resolve(document, document.pointer(&reference[1..]).unwrap()),
        None => schema,
    }
}

/// A value that a schema takes, and that the seeded world knows.
fn value(document: &Value, name: &str, schema: &Value, ids: &Ids, full: bool) -> Value {
    let schema = resolve(document, schema);
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    match schema["type"].as_str() {
        Some("array") => json!([value(document, name, &schema["items"], ids, full)]),
        Some("boolean") => json!(true),
        Some("number") => json!(2),
        Some("integer") => match name {
            "goodsOwnerId" => json!(OWNER),
            "articleClassIds" => json!(ids["articleClassId"]),
            "orderStatusNumber" => json!(300),
            "purchaseOrderStatusNumber" => json!(200),
            "purchaseOrderStatusCreated" => json!(100),
            name => json!(ids.get(name).copied().unwrap_or(1)),
        },
        Some("string") => json!(match name {
            _ if schema["format"] == "date-time" => "2026-04-01T08:00:00Z",
            "inDate" | "deliveryDate" => "2026-04-01",
            "articleNumber" | "articleNumbers" => "A",
            "orderNumber" | "orderNumbers" => "SO-1",
            "purchaseOrderNumber" => "PO-1",
            "returnOrderNumber" => "R-1",
            "transporterCode" => "PLAB",
            "transporterServiceCode" => "P18",
            "unNumber" => "1203",
            "fileDataBase64" => "aGVsbG8=",
            "countryCode" => "SE",
            _ => "text",
        }),
        _ => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut object = Map::new();
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                let unknown = schema["x-members-unknown"] == true
                    || resolve(document, schema)["x-members-unknown"] == true;
                // Without a line an object is no object; without these the server would take them as 0.
                let needed = required.contains(&name.as_str()) || name == "orderId" || name == "orderLineId";
                if !unknown && (full || needed) {
                    object.insert(name.clone(), value(document, name, schema, ids, full));
                }
            }
            Value::Object(object)
        }
    }
}

/// Each operation: verb, template, what it is.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (template, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            found.push((verb.to_uppercase(), template.clone(), operation.clone()));
        }
    }
    found
}

/// The query's parameters: name, whether it must be there, schema.
fn query_of(operation: &Value) -> Vec<(String, bool, Value)> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let query = parameters.filter(|parameter| parameter["in"] == "query");
    query
        .map(|parameter| {
            let name = parameter["name"].as_str().unwrap().to_owned();
            (name, parameter["required"] == true, parameter["schema"].clone())
        })
        .collect()
}

#[test]
fn every_operation_is_done() {
    let document = document();
    let world = World::start();
    let operations = operations(&document);
    assert_eq!(operations.len(), 96);
    let mut undone = Vec::new();
    for (verb, template, operation) in &operations {
        for full in [false, true] {
            let ids = seed(&world);
            let path = filled(template, &ids);
            let mut pairs = Vec::new();
            for (name, required, schema) in query_of(operation) {
                // A file or an object is named in the query although the file does not say that it must be.
                if required
                    || verb != "GET"
                    || (full && name != "stockInfoChangedFrom" && name != "orderUpdatedTimeFrom")
                {
                    let value = value(&document, &name, &schema, &ids, full);
                    let value = if value.is_array() { value[0].clone() } else { value };
                    pairs.push(format!(
                        "{name}={}",
                        value.as_str().map_or(value.to_string(), |text| text.replace(':', "%3A"))
                    ));
                }
            }
            let schema = operation.pointer("/requestBody/content/application~1json/schema");
            let body = schema.map(|schema| value(&document, "", schema, &ids, full));
            let body = body.map(|body| body.to_string()).unwrap_or_default();
            let path = format!("{path}?{}", pairs.join("&"));
            let answer = world.ask(verb, path.trim_end_matches('?'), &body);
            if answer.status != 200
                && !NOT_DONE.iter().any(|(known, _)| *known == format!("{verb} {template}"))
            {
                undone.push(format!("{verb} {path} {body}: {} {}", answer.status, answer.body));
            }
            world.all_well();
        }
    }
    assert!(undone.is_empty(), "{}", undone.join("\n"));
}

#[test]
fn every_filter_narrows_its_list() {
    let document = document();
    let world = World::start();
    seed(&world);
    let mut silent = Vec::new();
    let mut filters = 0;
    for (verb, template, operation) in operations(&document) {
        let query = query_of(&operation);
        if verb != "GET" || query.is_empty() {
            continue;
        }
        let path = filled(&template, &seed(&world));
        let base =
            if path.ends_with("historicalInventory") { "&stockDate=2026-04-01T00%3A00%3A00Z" } else { "" };
        let read =
            |more: &str| world.well("GET", &format!("{path}?goodsOwnerId=159{base}{more}"), json!(null));
        let all = read("");
        for (name, _, schema) in query.iter().filter(|(_, required, _)| !required) {
            let items = if schema["type"] == "array" { &schema["items"] } else { schema };
            // What fits nothing, or nearly nothing.
            let upper = ["To", "to", "toTime"].iter().any(|end| name.ends_with(end));
            let value = match (items["type"].as_str().unwrap(), items["format"].as_str()) {
                ("boolean", _) => "true",
                ("integer", _) if name.starts_with("max") || upper => "0",
                ("integer", _) => "2000000000",
                (_, Some("date-time")) if upper => "2020-01-01T00%3A00%3A00Z",
                (_, Some("date-time")) => "2026-12-01T00%3A00%3A00Z",
                _ => items["enum"].as_array().map_or("nothing-like-this", |words| words[1].as_str().unwrap()),
            };
            filters += 1;
            if read(&format!("&{name}={value}")) == all {
                silent.push(format!("{template} {name}={value}"));
            }
        }
    }
    assert!(silent.is_empty(), "these return everything: {silent:?}");
    assert!(filters > 60, "{filters}");
    world.all_well();
}
