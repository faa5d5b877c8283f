//! What each operation of the OpenAPI file comes to: one file for each first part of the paths.

mod articles;
mod files;
mod inventory;
mod orders;
mod purchase_orders;
mod return_orders;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::openapi::Operation;
use super::settings::Switches;
use super::store::registries::{location_types, parcel_types, transporter_contracts, warehouses, zones};
use super::store::{Refusal, Registry, Store, Writer, text};
use super::wire::Asked;

/// A request that was let through.
pub struct Call<'a> {
    pub asked: &'a Asked,
    pub operation: &'a Operation,
    pub body: &'a Value,
    pub writer: Writer<'a>,
}

impl Call<'_> {
    /// An id of the path.
    fn id(&self, name: &str) -> i64 {
        self.operation.path_number(name).unwrap_or_default()
    }

    /// The last part of the path's template, like `deliveryDate`.
    fn last_part(&self) -> &str {
        self.operation.template.rsplit('/').next().unwrap_or_default()
    }

    /// The goods owner that a list is asked of.
    fn owner(&self) -> i64 {
        self.writer.owner
    }

    fn now(&self) -> DateTime<Utc> {
        self.writer.now
    }

    fn switches(&self) -> &Switches {
        self.writer.switches
    }
}

/// What an operation comes to: its answer, or `None` if the sandbox does not do it.
pub fn done(store: &mut Store, call: &Call<'_>) -> Option<Result<Value, Refusal>> {
    let path = call.operation.template.strip_prefix("/api/v1/").unwrap_or_default();
    if path.contains("/files") {
        return files::done(store, call, path);
    }
    let fixed = match (call.asked.verb.as_str(), path) {
        ("GET", "warehouses") => warehouses(),
        ("GET", "warehouses/locations/types") => location_types(),
        ("GET", "warehouses/{warehouseId}/zones") => {
            let id = call.id("warehouseId");
            return Some(zones(id).ok_or_else(|| call.writer.unknown("Warehouse", id)));
        }
        ("GET", "parcelTypes") => parcel_types(),
        ("GET", "transporterContracts") => transporter_contracts(),
        _ => {
            return match path.split('/').next() {
                Some("articles") => articles::done(store, call, path),
                Some("articleItems" | "inventoryAdjustments") => inventory::done(store, call, path),
                Some("orders") => orders::done(store, call, path),
                Some("purchaseOrders") => purchase_orders::done(store, call, path),
                Some("returnOrders") => return_orders::done(store, call, path),
                _ => None,
            };
        }
    };
    Some(Ok(fixed))
}

/// The goods owner of what the path names by id.
pub fn owner_of_path(store: &Store, operation: &Operation) -> Option<i64> {
    let id = |name: &str| operation.path_number(name);
    let entry = |registry: &Registry, id: i64| registry.get(id).and_then(|entry| entry.owner);
    let adjustment = |id: i64| {
        let found = store.adjustments.range((id, i64::MIN)..=(id, i64::MAX)).next();
        found.map(|(_, adjustment)| adjustment.owner)
    };
    let article = || store.articles.get(id("articleSystemId")?).map(|article| article.owner);
    None.or_else(|| store.orders.get(id("orderId")?).map(|order| order.owner))
        .or_else(|| store.purchase_orders.get(id("purchaseOrderId")?).map(|order| order.owner))
        .or_else(|| store.return_orders.get(id("returnOrderId")?).map(|order| order.owner))
        .or_else(|| adjustment(id("inventoryId")?))
        .or_else(article)
        .or_else(|| entry(&store.registries.article_classes, id("articleClassId")?))
        .or_else(|| entry(&store.registries.ways_of_delivery, id("wayOfDeliveryTypeId")?))
        .or_else(|| entry(&store.registries.return_causes, id("returnCauseId")?))
}

/// The number of what the path names by id.
pub fn number_of_path(store: &Store, operation: &Operation) -> Option<String> {
    let id = |name: &str| operation.path_number(name);
    None.or_else(|| store.orders.get(id("orderId")?).map(|order| order.number.clone()))
        .or_else(|| store.purchase_orders.get(id("purchaseOrderId")?).map(|order| order.number.clone()))
        .or_else(|| store.return_orders.get(id("returnOrderId")?).map(|order| order.number.clone()))
        .or_else(|| store.articles.get(id("articleSystemId")?).map(|article| article.number.clone()))
}

/// A list of codes as a read shows it.
fn codes_json(registry: &Registry, owner: i64) -> Value {
    let rows = registry.of_owner(owner).map(|(id, entry)| {
        let mut json = Value::Object(entry.body.clone());
        json["id"] = json!(id);
        json
    });
    rows.collect()
}

/// The classes or types that objects were given: what a list of them shows.
fn used_codes<'a>(used: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut codes: Vec<(String, Value)> = used
        .filter(|used| used.is_object())
        .map(|used| (text(used, "code"), json!({ "code": used["code"], "name": used["name"] })))
        .collect();
    codes.sort_by(|one, other| one.0.cmp(&other.0));
    codes.dedup_by(|one, other| one.0 == other.0);
    codes.into_iter().map(|(_, code)| code).collect()
}
