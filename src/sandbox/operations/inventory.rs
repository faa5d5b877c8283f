//! `/articleItems` and `/inventoryAdjustments`.

use serde_json::{Value, json};

use super::{Call, articles};
use crate::sandbox::filters::{any_among, most, since, until};
use crate::sandbox::store::registries::{LOCATION, item_statuses};
use crate::sandbox::store::{Refusal, Store};

/// What an operation comes to.
pub fn done(store: &mut Store, call: &Call<'_>, path: &str) -> Option<Result<Value, Refusal>> {
    let asked = call.asked;
    let inventory = call.id("inventoryId");
    Some(match (asked.verb.as_str(), path) {
        ("GET", "articleItems") => {
            // Everything stands at one place.
            let here = any_among(asked, "locationNames", std::iter::once(LOCATION));
            let found = articles::found(store, call);
            let with_items = found
                .into_iter()
                .filter(|article| here && !store.stock.items(article.id, None).is_empty())
                .take(most(asked, "maxArticlesToGet"));
            Ok(with_items.map(|article| store.items_json(article)).collect())
        }
        ("GET", "articleItems/statuses") => Ok(json!({ "articleItemStatuses": item_statuses() })),
        ("GET", "inventoryAdjustments") => Ok(store.adjustments_json(|adjustment| {
            adjustment.owner == call.owner()
                && since(asked, "from", Some(adjustment.at))
                && until(asked, "to", Some(adjustment.at))
                && until(asked, "toTime", Some(adjustment.at))
                && asked
                    .parameter("isReported")
                    .is_none_or(|wanted| (wanted == "true") == adjustment.reported)
        })),
        ("GET", "inventoryAdjustments/{inventoryId}") => {
            let found = store.adjustments_json(|adjustment| adjustment.inventory == inventory);
            let first = found.as_array().and_then(|found| found.first()).cloned();
            first.ok_or_else(|| call.writer.unknown("Inventory adjustment", inventory))
        }
        ("PATCH", "inventoryAdjustments/{inventoryId}/articles/{articleSystemId}/setReported") => {
            store.report_adjustment(&call.writer, inventory, call.id("articleSystemId"))
        }
        _ => return None,
    })
}
