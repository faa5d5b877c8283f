//! What we read of Ongoing's answers, typed.
//!
//! Ongoing sends null for what has no value, and adds members as it grows (`ongoing-rest-api.md`, section 2): so
//! every member may be missing or null, and unknown ones are passed over. Numbers are read from their own text.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;

use crate::ongoing::wire::{date_of, decimal_of, instant_of};

fn decimal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(from)? else { return Ok(None) };
    match raw.get() {
        "null" | "\"\"" => Ok(None),
        text => decimal_of(text)
            .map(Some)
            .ok_or_else(|| D::Error::custom("not a number that can be kept exactly")),
    }
}

fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| date_of(&text)))
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.and_then(|text| instant_of(&text)))
}

/// A text that is there: an empty one says as little as none.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.is_empty()))
}

fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<Option<T>>>::deserialize(from)?.unwrap_or_default().into_iter().flatten().collect())
}

/// What a write is answered with; which id is filled hangs on the operation.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WriteAnswer {
    /// Ongoing's id of the article.
    pub article_system_id: Option<i64>,
    /// Ongoing's id of the order.
    pub order_id: Option<i64>,
    /// Human text.
    #[serde(deserialize_with = "text")]
    pub message: Option<String>,
    /// Whether it was done, where the answer says so.
    pub success: Option<bool>,
}

/// An order as Ongoing has it (`GetOrderModel`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrderRead {
    /// The head.
    pub order_info: Option<OrderInfoRead>,
    /// Who gets the goods.
    pub consignee: Option<ConsigneeRead>,
    /// The order lines.
    #[serde(deserialize_with = "list")]
    pub order_lines: Vec<OrderLineRead>,
    /// The parcels.
    #[serde(deserialize_with = "list")]
    pub parcels: Vec<ParcelRead>,
    /// Waybills of the order.
    #[serde(deserialize_with = "list")]
    pub tracking: Vec<TrackingRead>,
    /// Who carries the goods.
    pub transporter: Option<TransporterRead>,
}

/// The head of an order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrderInfoRead {
    /// Ongoing's id.
    pub order_id: Option<i64>,
    /// Our number.
    #[serde(deserialize_with = "text")]
    pub order_number: Option<String>,
    /// The second id of ours.
    #[serde(deserialize_with = "text")]
    pub goods_owner_order_id: Option<String>,
    /// Our reference.
    #[serde(deserialize_with = "text")]
    pub reference_number: Option<String>,
    /// The consignee's own order number.
    #[serde(deserialize_with = "text")]
    pub consignee_order_number: Option<String>,
    /// Way of delivery.
    pub way_of_delivery: Option<CodeNameRead>,
    /// The wanted delivery date.
    #[serde(deserialize_with = "date")]
    pub delivery_date: Option<NaiveDate>,
    /// When Ongoing got it.
    #[serde(deserialize_with = "instant")]
    pub created_date: Option<DateTime<Utc>>,
    /// When it was shipped.
    #[serde(deserialize_with = "instant")]
    pub shipped_time: Option<DateTime<Utc>>,
    /// The single waybill of old.
    #[serde(deserialize_with = "text")]
    pub way_bill: Option<String>,
    /// The status.
    pub order_status: Option<StatusRead>,
    /// Ordered in all.
    #[serde(deserialize_with = "decimal")]
    pub ordered_number_of_items: Option<Decimal>,
    /// Reserved in all.
    #[serde(deserialize_with = "decimal")]
    pub allocated_number_of_items: Option<Decimal>,
    /// Picked in all.
    #[serde(deserialize_with = "decimal")]
    pub picked_number_of_items: Option<Decimal>,
    /// The warehouse.
    pub warehouse: Option<WarehouseRead>,
    /// More.
    pub advanced: Option<OrderAdvancedRead>,
}

/// More about an order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrderAdvancedRead {
    /// Invoice number.
    #[serde(deserialize_with = "text")]
    pub invoice_number: Option<String>,
    /// Which order it is the rest of.
    pub back_order_info: Option<BackOrderRead>,
}

/// Which order an order is the rest of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackOrderRead {
    /// Ongoing's id of that order.
    pub back_order_for_order_id: Option<i64>,
}

/// A status.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StatusRead {
    /// The number, which decides.
    pub number: Option<i64>,
    /// The text in the installation's language.
    #[serde(deserialize_with = "text")]
    pub text: Option<String>,
}

/// A warehouse.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WarehouseRead {
    /// Ongoing's id.
    pub id: Option<i64>,
    /// Code.
    #[serde(deserialize_with = "text")]
    pub code: Option<String>,
    /// Name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
}

/// A code with its name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CodeNameRead {
    /// Code.
    #[serde(deserialize_with = "text")]
    pub code: Option<String>,
    /// Name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
}

/// Who gets the goods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConsigneeRead {
    /// Ongoing's id.
    pub id: Option<i64>,
    /// Customer number.
    #[serde(deserialize_with = "text")]
    pub customer_number: Option<String>,
    /// Name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(deserialize_with = "text")]
    pub country_code: Option<String>,
}

/// An order line as Ongoing has it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrderLineRead {
    /// Ongoing's id.
    pub id: Option<i64>,
    /// Our row number.
    #[serde(deserialize_with = "text")]
    pub row_number: Option<String>,
    /// The article.
    pub article: Option<ArticleReferenceRead>,
    /// Ordered.
    #[serde(deserialize_with = "decimal")]
    pub ordered_number_of_items: Option<Decimal>,
    /// Reserved.
    #[serde(deserialize_with = "decimal")]
    pub allocated_number_of_items: Option<Decimal>,
    /// Picked.
    #[serde(deserialize_with = "decimal")]
    pub picked_number_of_items: Option<Decimal>,
    /// Packed.
    #[serde(deserialize_with = "decimal")]
    pub packed_number_of_items: Option<Decimal>,
    /// Returned.
    #[serde(deserialize_with = "decimal")]
    pub returned_number_of_items: Option<Decimal>,
    /// Told to the ERP in all; none until first set.
    #[serde(deserialize_with = "decimal")]
    pub reported_number_of_items: Option<Decimal>,
    /// Told to the ERP as returned in all.
    #[serde(deserialize_with = "decimal")]
    pub reported_returned_number_of_items: Option<Decimal>,
    /// False for a line that is only information.
    pub should_be_picked: Option<bool>,
    /// The batch asked for.
    #[serde(deserialize_with = "text")]
    pub batch_number: Option<String>,
    /// The serial asked for.
    #[serde(deserialize_with = "text")]
    pub serial_number: Option<String>,
    /// A reference of ours.
    #[serde(deserialize_with = "text")]
    pub external_id: Option<String>,
    /// The customer's article number.
    #[serde(deserialize_with = "text")]
    pub customer_article_number: Option<String>,
    /// What was picked, returned items included.
    #[serde(deserialize_with = "list")]
    pub picked_article_items: Vec<PickedItemRead>,
    /// The components of a kit.
    #[serde(deserialize_with = "list")]
    pub sub_order_lines: Vec<OrderLineRead>,
}

/// The article of an order line.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ArticleReferenceRead {
    /// Ongoing's id.
    pub article_system_id: Option<i64>,
    /// Our number.
    #[serde(deserialize_with = "text")]
    pub article_number: Option<String>,
    /// Name.
    #[serde(deserialize_with = "text")]
    pub article_name: Option<String>,
    /// Product code.
    #[serde(deserialize_with = "text")]
    pub product_code: Option<String>,
}

/// Items that were picked for an order line.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PickedItemRead {
    /// Ongoing's id.
    pub article_item_id: Option<i64>,
    /// How many.
    #[serde(deserialize_with = "decimal")]
    pub number_of_items: Option<Decimal>,
    /// Batch.
    #[serde(deserialize_with = "text")]
    pub batch_number: Option<String>,
    /// Serial.
    #[serde(deserialize_with = "text")]
    pub serial: Option<String>,
    /// Expiry date.
    #[serde(deserialize_with = "date")]
    pub expiry_date: Option<NaiveDate>,
    /// Whether they are picked.
    pub is_picked: Option<bool>,
    /// Whether they came back.
    pub is_returned: Option<bool>,
    /// When they were picked.
    #[serde(deserialize_with = "instant")]
    pub picked_time: Option<DateTime<Utc>>,
    /// When they came back.
    #[serde(deserialize_with = "instant")]
    pub return_date: Option<DateTime<Utc>>,
    /// Why they came back.
    pub return_cause: Option<CodeNameRead>,
    /// Comment.
    #[serde(deserialize_with = "text")]
    pub comment: Option<String>,
    /// Container.
    #[serde(deserialize_with = "text")]
    pub container: Option<String>,
    /// The parcel that they lie in.
    pub parcel: Option<PickedParcelRead>,
}

/// The parcel that picked items lie in.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PickedParcelRead {
    /// Ongoing's id.
    pub id: Option<i64>,
    /// Number.
    #[serde(deserialize_with = "text")]
    pub parcel_number: Option<String>,
}

/// A parcel.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ParcelRead {
    /// Ongoing's id.
    pub id: Option<i64>,
    /// Number.
    #[serde(deserialize_with = "text")]
    pub parcel_number: Option<String>,
    /// Whether it is for the way back.
    pub is_return_parcel: Option<bool>,
    /// Its waybill.
    pub tracking: Option<TrackingRead>,
}

/// A waybill.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrackingRead {
    /// The waybill.
    #[serde(deserialize_with = "text")]
    pub waybill: Option<String>,
    /// Where its way can be followed.
    #[serde(deserialize_with = "text")]
    pub tracking_url: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "instant")]
    pub created: Option<DateTime<Utc>>,
}

/// Who carries the goods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TransporterRead {
    /// The transporter's name.
    #[serde(deserialize_with = "text")]
    pub transporter_name: Option<String>,
    /// The service's name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
    /// The transporter's code.
    #[serde(deserialize_with = "text")]
    pub code: Option<String>,
    /// The service's code.
    #[serde(deserialize_with = "text")]
    pub service_code: Option<String>,
}

/// An article as Ongoing has it, as far as we use it by name; reading back compares the JSON itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ArticleRead {
    /// Ongoing's id.
    pub article_system_id: Option<i64>,
    /// Our number.
    #[serde(deserialize_with = "text")]
    pub article_number: Option<String>,
    /// Name.
    #[serde(deserialize_with = "text")]
    pub article_name: Option<String>,
    /// Unit of measure; its case may differ from what was sent.
    #[serde(deserialize_with = "text")]
    pub unit_code: Option<String>,
    /// Weight in kilograms.
    #[serde(deserialize_with = "decimal")]
    pub weight: Option<Decimal>,
    /// When it was last changed.
    #[serde(deserialize_with = "instant")]
    pub article_data_last_updated: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_whatever_is_null_new_or_a_date() {
        let order: OrderRead = serde_json::from_str(
            r#"{"orderInfo": {"orderId": 5, "deliveryDate": "2026-03-31T00:00:00", "shippedTime": "2026-03-31", "new": {}},
                "consignee": null, "tracking": null, "parcels": [null, {"parcelNumber": ""}],
                "orderLines": [{"id": 7, "pickedNumberOfItems": 0.30000000000000004, "reportedNumberOfItems": null,
                  "pickedArticleItems": null, "subOrderLines": [{"orderedNumberOfItems": 1E1}]}]}"#,
        )
        .unwrap();
        let head = order.order_info.unwrap();
        assert_eq!(head.delivery_date.unwrap().to_string(), "2026-03-31");
        assert_eq!(head.shipped_time.unwrap().to_rfc3339(), "2026-03-31T00:00:00+00:00");
        assert_eq!(order.parcels, [ParcelRead::default()]);
        let line = &order.order_lines[0];
        assert_eq!(line.picked_number_of_items.unwrap().to_string(), "0.30000000000000004");
        assert_eq!(line.sub_order_lines[0].ordered_number_of_items, Some(Decimal::TEN));
        assert_eq!(line.reported_number_of_items, None);
    }
}
