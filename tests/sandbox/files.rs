//! Files of articles, orders and purchase orders.

use serde_json::{Value, json};

use crate::world::{OWNER, World};

/// The SHA-256 of `hello`, as sha256sum tells it.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[test]
fn a_put_with_a_name_replaces_and_a_post_adds() {
    let world = World::start();
    let article = world.put_article("A").json()["articleSystemId"].clone();
    let order = world.put_order("SO-1", &[("1", "A", "1")]).json()["orderId"].clone();
    let purchase = json!({"goodsOwnerId": OWNER, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": []});
    let purchase = world.well("PUT", "purchaseOrders", purchase)["purchaseOrderId"].clone();
    let named =
        |base64: &str| json!({"fileName": "a.pdf", "mimeType": "application/pdf", "fileDataBase64": base64});
    let nameless = |base64: &str| json!({"mimeType": "application/pdf", "fileDataBase64": base64});
    for (kind, number, path) in [
        ("article", "A", format!("articles/{article}/files")),
        ("order", "SO-1", format!("orders/{order}/files")),
        ("purchaseOrder", "PO-1", format!("purchaseOrders/{purchase}/files")),
    ] {
        let names = || -> Vec<Value> {
            let files = world.well("GET", &path, json!(null));
            files.as_array().unwrap().iter().map(|file| file["fileName"].clone()).collect()
        };
        assert!(names().is_empty());
        let put =
            |base64: &str| world.well("PUT", &format!("{path}?fileName=n%20%C3%A5.pdf"), nameless(base64));
        let id = put("aGVsbG8=")["fileId"].clone();
        assert_eq!(put("aGVsbG8=")["fileId"], id);
        assert_eq!(world.effects(kind, number).1["PUT files"], 1, "the same again is no effect");
        assert_eq!(put("aGVsbG9v")["fileId"], id);
        assert_eq!(
            (names(), &world.effects(kind, number).1["PUT files"]),
            (vec![json!("n å.pdf")], &json!(2))
        );
        world.well("POST", &path, named("aGVsbG8="));
        let last = world.well("POST", &path, named("aGVsbG8="))["fileId"].clone();
        assert_eq!(names().len(), 3, "POST always adds");
        assert_eq!(world.effects(kind, number).1["POST files"], 2);
        let mut renamed = named("aGVsbG8=");
        renamed["fileName"] = json!("b.pdf");
        world.well("PUT", &format!("{path}/{last}"), renamed);
        assert_eq!(names(), ["n å.pdf", "a.pdf", "b.pdf"]);
        let read = world.well("GET", &path, json!(null));
        assert_eq!((&read[2]["fileId"], &read[2]["fileDataBase64"]), (&last, &json!("aGVsbG8=")));

        assert_eq!(world.refused("PUT", &path, nameless("aGVsbG8=")).0, 400, "without a name");
        assert_eq!(world.refused("PUT", &format!("{path}?fileName=x"), nameless("no base64!")).0, 400);
        assert_eq!(world.refused("POST", &path, named("aGVsbG8")).0, 400, "cut Base64");
        assert_eq!(world.refused("PUT", &format!("{path}/1"), named("aGVsbG8=")).0, 404);
        assert_eq!(world.refused("POST", &path.replace(char::is_numeric, "9"), named("aGVsbG8=")).0, 404);
    }
    let state = world.page("GET", "state?ids=false", json!(null));
    let file = &state["orders"][0]["files"][1];
    assert_eq!(
        *file,
        json!({"fileName": "a.pdf", "mimeType": "application/pdf", "length": 5, "sha256": HELLO})
    );
    assert!(!state.to_string().contains("aGVsbG8"), "what they hold is not shown");
    world.all_well();
}
