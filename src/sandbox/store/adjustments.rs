//! Inventory adjustments: what was lost, found or broken in the warehouse.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::objects::Numbered;
use super::registries::{FIRST_WAREHOUSE, LOCATION, warehouse_json};
use super::{Lot, Refusal, Store, Writer, decimal, number_json, time};

/// An adjustment of one article.
#[derive(Debug)]
pub struct Adjustment {
    pub inventory: i64,
    pub owner: i64,
    pub article: i64,
    /// Above 0: found. Below: lost.
    pub quantity: Decimal,
    pub at: DateTime<Utc>,
    /// Code and name.
    pub cause: Value,
    pub comment: Option<String>,
    pub batch: Option<String>,
    pub reported: bool,
    item: i64,
}

impl Store {
    /// What a person in the warehouse does: `{goodsOwner, articleNumber, numberOfItems, cause}`, and if wanted
    /// `batchNumber`, `comment` and the `inventoryId` of an inventory that other articles are in. Gives its id.
    pub fn adjust(&mut self, body: &Value, now: DateTime<Utc>) -> Result<i64, Refusal> {
        let owner = body["goodsOwner"].as_i64().unwrap_or_default();
        let number = super::text(body, "articleNumber");
        let article = self.articles.id_of(owner, &number);
        let article = article.ok_or_else(|| (404, format!("Article {number} does not exist")))?;
        let quantity = decimal(&body["numberOfItems"]);
        if quantity.is_zero() {
            return Err((400, "numberOfItems is missing or 0".to_owned()));
        }
        if let Some(known) = body["inventoryId"].as_i64()
            && self.adjustments.contains_key(&(known, article))
        {
            return Err((400, format!("inventory {known} has article {number} already")));
        }
        let inventory = match body["inventoryId"].as_i64() {
            Some(id) => id,
            None => self.next_id(),
        };
        let cause = match &body["cause"] {
            Value::String(code) => json!({ "code": code, "name": code }),
            cause => cause.clone(),
        };
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let batch = text("batchNumber");
        let lot = Lot { warehouse: FIRST_WAREHOUSE, batch: batch.clone(), ..Lot::default() };
        self.moved(owner, &number, quantity, lot, now);
        let item = self.next_id();
        self.adjustments.insert(
            (inventory, article),
            Adjustment {
                inventory,
                owner,
                article,
                quantity,
                at: now,
                cause,
                comment: text("comment"),
                batch,
                reported: false,
                item,
            },
        );
        Ok(inventory)
    }

    /// Adjustments, each under its article, in the order in which they were made.
    pub fn adjustments_json(&self, fits: impl Fn(&Adjustment) -> bool) -> Value {
        let mut by_article: std::collections::BTreeMap<i64, Vec<&Adjustment>> = Default::default();
        for adjustment in self.adjustments.values().filter(|adjustment| fits(adjustment)) {
            by_article.entry(adjustment.article).or_default().push(adjustment);
        }
        let rows = by_article.into_iter().filter_map(|(article, adjustments)| {
            let article = self.articles.get(article)?;
            let adjustments: Vec<Value> =
                adjustments.into_iter().map(|adjustment| adjustment.json()).collect();
            Some(json!({
                "article": self.article_reference(article.owner, &article.number),
                "inventoryAdjustments": adjustments,
            }))
        });
        rows.collect()
    }

    /// `PATCH /inventoryAdjustments/{inventoryId}/articles/{articleSystemId}/setReported`.
    pub fn report_adjustment(
        &mut self,
        writer: &Writer<'_>,
        inventory: i64,
        article: i64,
    ) -> Result<Value, Refusal> {
        let number = self.articles.get(article).map(|article| article.key().1).unwrap_or_default();
        let adjustment = self.adjustments.get_mut(&(inventory, article));
        let adjustment = adjustment.ok_or_else(|| writer.unknown("Inventory adjustment", inventory))?;
        let changed = !adjustment.reported;
        adjustment.reported = true;
        let (owner, item) = (adjustment.owner, adjustment.item);
        self.effects.note("adjustment", (owner, number), "PATCH setReported", u64::from(changed));
        Ok(json!({
            "message": "OK",
            "items": [{ "inventoryArticleItemId": item, "articleItemId": item }],
        }))
    }
}

impl Adjustment {
    fn json(&self) -> Value {
        json!({
            "inventoryId": self.inventory,
            "numberOfItems": number_json(self.quantity),
            "inventoryTime": time(self.at),
            "articleItemComment": self.comment,
            "inventoryItemComment": self.comment,
            "inventoryAdjustmentCause": self.cause,
            "location": LOCATION,
            "batchNumber": self.batch,
            "warehouse": warehouse_json(FIRST_WAREHOUSE),
        })
    }
}
