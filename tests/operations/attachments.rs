//! Files go by the one request that may be repeated: the same name replaces.

use lastkaj::call::{Call, Kind};
use lastkaj::document::DocumentType;
use lastkaj::ongoing::{Answer, Hint};
use serde_json::{Value, json};

use crate::desk::{Desk, in_doubt, lost_answer};

fn call(desk: &Desk, of: (&str, &str), content: &str) -> Call {
    let mut members = json!({ "@fileName": "Följesedel & tull 1.pdf", "mimeType": "application/pdf", "fileDataBase64": content });
    members[of.0] = json!(of.1);
    desk.call(DocumentType::Attachment, members)
}

/// The names and lengths of an object's files.
fn files(desk: &Desk, object: &str) -> Vec<(String, i64)> {
    let files = desk.world.well("GET", &format!("{object}/files"), json!(null));
    let file = |file: &Value| {
        (file["fileName"].as_str().unwrap().to_owned(), file["fileLength"].as_i64().unwrap_or_default())
    };
    files["files"].as_array().or(files.as_array()).unwrap().iter().map(file).collect()
}

#[test]
fn a_file_put_twice_replaces_and_keeps_its_name() {
    let desk = Desk::open();
    let lines = json!([{ "rowNumber": "1", "articleNumber": "A", "numberOfItems": 5 }]);
    let order = json!({ "goodsOwnerId": 159, "purchaseOrderNumber": "PO-1", "purchaseOrderLines": lines });
    let purchase_order = desk.world.well("PUT", "purchaseOrders", order)["purchaseOrderId"].clone();
    let article = desk.only("articles", "articleNumber=A")["articleSystemId"].clone();
    let order = desk.order()["orderInfo"]["orderId"].clone();
    for (of, object) in [
        (("@orderNumber", "SO-1"), format!("orders/{order}")),
        (("@purchaseOrderNumber", "PO-1"), format!("purchaseOrders/{purchase_order}")),
        (("@articleNumber", "A"), format!("articles/{article}")),
    ] {
        let path = format!("PUT {object}/files");
        assert_eq!(desk.accepted(&call(&desk, of, "AAAA"), Hint::default()), std::slice::from_ref(&path));
        let first = files(&desk, &object);
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].0, "Följesedel & tull 1.pdf");
        desk.fails("PUT", "/files", lost_answer());
        let second = call(&desk, of, "AAAAAAAA");
        assert_eq!(desk.unknown(&second, Hint::default()), "ongoing-broken-off");
        assert_eq!(desk.accepted(&second, in_doubt(1)), [path]);
        assert_eq!(files(&desk, &object).len(), 1, "replaced, not added");
    }
    desk.world.all_well();
}

#[test]
fn a_file_of_nothing_waits_for_what_it_belongs_to() {
    let desk = Desk::open();
    for (of, kind) in [
        (("@orderNumber", "SO-9"), Kind::Order),
        (("@purchaseOrderNumber", "PO-9"), Kind::PurchaseOrder),
        (("@articleNumber", "Z"), Kind::Article),
    ] {
        let (answer, writes) = desk.perform(&call(&desk, of, "AAAA"), Hint::default());
        let Answer::NotThere { need, .. } = answer else { panic!("{answer:?}") };
        assert_eq!((need.kind, need.number.as_str()), (kind, of.1));
        assert!(writes.is_empty(), "{writes:?}");
    }
}
