//! Code lists: those that the API may change, and those that only a person in the WMS could.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Refusal, Store, Writer, members, text, update};

/// The lists that the API may change.
#[derive(Debug)]
pub struct Registries {
    /// `/articles/classes`.
    pub article_classes: Registry,
    /// `/orders/wayOfDeliveryTypes`.
    pub ways_of_delivery: Registry,
    /// `/returnOrders/returnCauses`.
    pub return_causes: Registry,
}

/// One list.
#[derive(Debug)]
pub struct Registry {
    /// What the log of effects calls one of its entries.
    kind: &'static str,
    entries: BTreeMap<i64, Entry>,
}

/// An entry of a list.
#[derive(Debug)]
pub struct Entry {
    /// Whose it is; `None`: everybody's.
    pub owner: Option<i64>,
    pub code: String,
    pub name: String,
    /// As it was sent.
    pub body: Map<String, Value>,
}

impl Default for Registries {
    fn default() -> Self {
        Registries {
            article_classes: Registry::with("articleClass", &[]),
            ways_of_delivery: Registry::with(
                "wayOfDelivery",
                &[
                    ("PNPARCEL", "PostNord parcel"),
                    ("PNPALLET", "PostNord pallet"),
                    ("DHLROAD", "DHL road"),
                    ("PICKUP", "Picked up"),
                ],
            ),
            return_causes: Registry::with(
                "returnCause",
                &[("SIZE", "Wrong size"), ("DAMAGED", "Damaged"), ("REGRET", "Changed their mind")],
            ),
        }
    }
}

impl Registry {
    fn with(kind: &'static str, entries: &[(&str, &str)]) -> Registry {
        let entry = |code: &str, name: &str| Entry {
            owner: None,
            code: code.to_owned(),
            name: name.to_owned(),
            body: members(&json!({ "code": code, "name": name })),
        };
        let entries = (1..).zip(entries.iter().map(|(code, name)| entry(code, name))).collect();
        Registry { kind, entries }
    }

    /// The entry with this id.
    pub fn get(&self, id: i64) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Takes an entry away.
    pub fn remove(&mut self, id: i64) -> Option<Entry> {
        self.entries.remove(&id)
    }

    /// What a goods owner sees of it.
    pub fn of_owner(&self, owner: i64) -> impl Iterator<Item = (i64, &Entry)> {
        let seen =
            self.entries.iter().filter(move |(_, entry)| entry.owner.is_none_or(|known| known == owner));
        seen.map(|(id, entry)| (*id, entry))
    }

    /// Everything that was made or changed by the API, by goods owner and code.
    pub fn json(&self, ids: bool) -> Value {
        let mut rows: Vec<_> = self.entries.iter().filter(|(_, entry)| entry.owner.is_some()).collect();
        rows.sort_by_key(|(_, entry)| (entry.owner, entry.code.clone()));
        let rows = rows.into_iter().map(|(id, entry)| {
            let mut json = json!({ "goodsOwner": entry.owner, "code": entry.code, "entry": entry.body });
            if ids {
                json["id"] = json!(id);
            }
            json
        });
        Value::Array(rows.collect())
    }
}

impl Store {
    /// A PUT to a list: by its id, or by its code.
    pub fn put_entry(
        &mut self,
        writer: &Writer<'_>,
        list: fn(&mut Registries) -> &mut Registry,
        by_id: Option<i64>,
        body: &Value,
    ) -> Result<i64, Refusal> {
        let code = text(body, "code");
        let known = list(&mut self.registries)
            .of_owner(writer.owner)
            .find(|(id, entry)| by_id.map_or(entry.code == code, |wanted| wanted == *id))
            .map(|(id, _)| id);
        let id = match (known, by_id) {
            (Some(id), _) => id,
            (None, Some(id)) => return Err(writer.unknown("Id", id)),
            (None, None) => self.next_id(),
        };
        let registry = list(&mut self.registries);
        let entry = registry.entries.entry(id).or_insert_with(|| Entry {
            owner: None,
            code: String::new(),
            name: String::new(),
            body: Map::new(),
        });
        let changed = update(&mut entry.body, members(body), false);
        entry.owner = Some(writer.owner);
        entry.name = text(body, "name");
        entry.code.clone_from(&code);
        let kind = registry.kind;
        self.effects.note(kind, (writer.owner, code), "PUT", u64::from(changed));
        Ok(id)
    }
}

/// The standard statuses of orders (`ongoing-rest-api.md`, section 8).
pub const ORDER_STATUSES: [(i64, &str); 9] = [
    (150, "Error"),
    (200, "Open"),
    (300, "Released"),
    (320, "Allocated"),
    (400, "Picked"),
    (450, "Sent"),
    (500, "Collected"),
    (800, "Returned"),
    (1000, "Cancelled"),
];

/// The standard statuses of purchase orders.
pub const PURCHASE_ORDER_STATUSES: [(i64, &str); 6] = [
    (100, "Notified"),
    (200, "Arrival space"),
    (300, "Inbound"),
    (400, "Deflection"),
    (500, "Received"),
    (900, "Cancelled"),
];

/// A status as a read shows it.
pub fn status_json(statuses: &[(i64, &str)], number: i64) -> Value {
    let text = statuses.iter().find(|(known, _)| *known == number).map_or("", |(_, text)| text);
    json!({ "number": number, "text": text })
}

/// A list of statuses as a read shows it.
pub fn statuses_json(statuses: &[(i64, &str)]) -> Value {
    statuses.iter().map(|(number, _)| status_json(statuses, *number)).collect()
}

/// The carriers and their services.
pub fn transporter_contracts() -> Value {
    let contract = |edi_code: &str, name: &str, code: &str, services: &[(&str, &str)]| {
        let services: Vec<Value> = services
            .iter()
            .map(|(code, name)| json!({ "transporterServiceName": name, "transporterServiceCode": code }))
            .collect();
        json!({
            "ediCode": edi_code,
            "transporterName": name,
            "transporterCode": code,
            "transporterServiceCode": "",
            "transporterServices": services,
        })
    };
    json!([
        contract("1", "PostNord", "PLAB", &[("P18", "Parcel"), ("P19", "Home"), ("P24", "Return")]),
        contract("2", "DHL", "DHLROAD", &[("AEX", "Parcel"), ("ASPO2", "Service point"), ("ASWP", "Pallet")]),
        contract("3", "DB Schenker", "BTL", &[("BCF", "System"), ("BHP", "Home delivery")]),
        contract("4", "Own transport", "OWN", &[]),
    ])
}

/// What is wrong with a carrier that an order names: codes are never created, they must be in the list.
pub fn unknown_transporter(transporter: &Value) -> Option<String> {
    let code = transporter["transporterCode"].as_str().filter(|code| !code.is_empty())?;
    let contracts = transporter_contracts();
    let contract =
        contracts.as_array().into_iter().flatten().find(|contract| contract["transporterCode"] == code);
    let Some(contract) = contract else { return Some(format!("Transporter {code} does not exist")) };
    let service = transporter["transporterServiceCode"].as_str().filter(|service| !service.is_empty())?;
    let services = contract["transporterServices"].as_array();
    match services.into_iter().flatten().any(|known| known["transporterServiceCode"] == service) {
        true => None,
        false => Some(format!("Transporter {code} has no service {service}")),
    }
}

/// The warehouse of objects that name none.
pub const FIRST_WAREHOUSE: i64 = 1;

const WAREHOUSES: [(i64, &str, &str); 2] = [(FIRST_WAREHOUSE, "SBX", "Sandbox"), (2, "SBN", "Sandbox north")];

/// The warehouses.
pub fn warehouses() -> Value {
    WAREHOUSES.iter().map(|(id, ..)| warehouse_json(*id)).collect()
}

/// The ids of the warehouses.
pub fn warehouse_ids() -> impl Iterator<Item = i64> {
    WAREHOUSES.iter().map(|(id, ..)| *id)
}

/// A warehouse as other objects show it; one that the list does not have bears its id alone.
pub fn warehouse_json(id: i64) -> Value {
    let known = WAREHOUSES.iter().find(|(known, ..)| *known == id);
    json!({ "id": id, "code": known.map(|(_, code, _)| code), "name": known.map(|(.., name)| name) })
}

/// The warehouse that a body names.
pub fn warehouse_of(body: &Map<String, Value>) -> i64 {
    body.get("warehouseId").and_then(Value::as_i64).filter(|id| *id > 0).unwrap_or(FIRST_WAREHOUSE)
}

/// The zones of a warehouse, with aisles and locations.
pub fn zones(warehouse: i64) -> Option<Value> {
    warehouse_ids().find(|id| *id == warehouse)?;
    let location = |id: i64, name: &str| {
        json!({ "id": warehouse * 1000 + id, "name": name, "barcode": name,
        "locationTypeId": 1, "pickingPriority": 1, "isPickingLocation": true })
    };
    Some(json!([{
        "id": warehouse * 10 + 1,
        "name": "A",
        "aisles": [{
            "id": warehouse * 100 + 1,
            "name": "A-01",
            "locations": [location(1, LOCATION), location(2, "A-01-02")],
        }],
    }]))
}

/// Where everything stands.
pub const LOCATION: &str = "A-01-01";

/// The kinds of locations.
pub fn location_types() -> Value {
    json!([{ "id": 1, "name": "Shelf", "code": "SHELF" }, { "id": 2, "name": "Pallet", "code": "PALLET" }])
}

/// The kinds of parcels.
pub fn parcel_types() -> Value {
    json!([
        { "id": 1, "code": "PC", "name": "Parcel", "weight": 0.2, "length": 0.4, "width": 0.3, "height": 0.2 },
        { "id": 2, "code": "EUR", "name": "Euro pallet", "weight": 25.0, "length": 1.2, "width": 0.8, "loadMeters": 0.4 },
    ])
}

/// The statuses of article items: id, code, name, whether it may neither be picked nor sold.
const ITEM_STATUSES: [(i64, &str, &str, bool); 3] =
    [(1, "OK", "OK", false), (2, "DAM", "Damaged", true), (3, "QUA", "Quarantine", true)];

/// The statuses of article items as a read shows them.
pub fn item_statuses() -> Value {
    let rows = ITEM_STATUSES.iter().map(|(id, code, name, locked)| {
        json!({ "id": id, "code": code, "name": name, "isLocked": locked, "isLockedForSale": locked })
    });
    rows.collect()
}

/// The status of an article item as other objects show it.
pub fn item_status_json(id: Option<i64>) -> Value {
    let known = ITEM_STATUSES.iter().find(|(known, ..)| Some(*known) == id);
    known.map_or(Value::Null, |(_, code, name, _)| json!({ "code": code, "name": name }))
}

/// Whether an article item of this status may not be picked.
pub fn is_locked(status: Option<i64>) -> bool {
    ITEM_STATUSES.iter().any(|(known, _, _, locked)| *locked && Some(*known) == status)
}
