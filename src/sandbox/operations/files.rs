//! `/articles/…/files`, `/orders/…/files`, `/purchaseOrders/…/files`.

use serde_json::{Value, json};

use super::Call;
use crate::sandbox::store::{FileOf, FileWrite, Refusal, Store};

/// What an operation comes to.
pub fn done(store: &mut Store, call: &Call<'_>, path: &str) -> Option<Result<Value, Refusal>> {
    let (of, object) = match path.split('/').next()? {
        "articles" => (FileOf::Article, call.id("articleSystemId")),
        "orders" => (FileOf::Order, call.id("orderId")),
        "purchaseOrders" => (FileOf::PurchaseOrder, call.id("purchaseOrderId")),
        _ => return None,
    };
    let write = match (call.asked.verb.as_str(), call.operation.path_number("fileId")) {
        ("GET", None) => return Some(store.files_json(&call.writer, of, object)),
        ("POST", None) => FileWrite::Add,
        ("PUT", None) => match call.asked.parameter("fileName").filter(|name| !name.is_empty()) {
            Some(name) => FileWrite::Named(name.to_owned()),
            None => return Some(Err((400, "fileName is missing".to_owned()))),
        },
        ("PUT", Some(id)) => FileWrite::Numbered(id),
        _ => return None,
    };
    let written = store.put_file(&call.writer, of, object, write, call.body);
    Some(written.map(|id| json!({ "fileId": id, "success": true, "message": "OK" })))
}
