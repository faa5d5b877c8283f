//! A correction of the stock: our own report, read from `GET /inventoryAdjustments` (`ongoing-rest-api.md`, section 14).
//!
//! Ongoing lists corrections by article, but counts them by transaction: one `inventoryId` may touch several articles,
//! and a line has no id of its own. So a document is one transaction with a line for each of its rows; what is marked as
//! told in Ongoing is each article of the transaction. Only stock-taking is told this way: picks, receipts and returns
//! have reports of their own, and Ongoing does not say which user made the correction.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};
use super::warehouse::Warehouse;

document! {
    /// One correction of the stock (design, section 7).
    Adjustment as "adjustment", "" {
        /// Ongoing's id of the transaction.
        inventory_id: Option<Text> => "inventoryId";
        /// When it was made; of its lines, the first.
        inventory_time: Option<DateTime<Utc>> => "inventoryTime";
        /// The warehouse, where all lines have one in common.
        warehouse: Option<Box<Warehouse>> => "warehouse";
        /// A row for each corrected article, batch and place.
        lines: Vec<AdjustmentLine> => "lines";
    }
}

document! {
    /// The correction of one article, batch and place.
    AdjustmentLine as "adjustment line", "" {
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// Ongoing's id of the article.
        article_system_id: Option<Text> => "articleSystemId";
        /// The article's product code.
        product_code: Option<Text> => "productCode";
        /// The change of the stock, in the article's unit: negative for lost, broken or counted less; positive for found
        /// or counted more.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// When it was made.
        inventory_time: Option<DateTime<Utc>> => "inventoryTime";
        /// Why, from the goods owner's register of causes (code and name).
        inventory_adjustment_cause: Option<Box<CodeName>> => "inventoryAdjustmentCause";
        /// The comment on the correction.
        inventory_item_comment: Option<Text> => "inventoryItemComment";
        /// The comment on the article item.
        article_item_comment: Option<Text> => "articleItemComment";
        /// Batch.
        batch_number: Option<Text> => "batchNumber";
        /// Serial number.
        serial: Option<Text> => "serial";
        /// Expiry date.
        expiry_date: Option<NaiveDate> => "expiryDate";
        /// Stock status (code and name).
        article_item_status: Option<Box<CodeName>> => "articleItemStatus";
        /// The location.
        location: Option<Text> => "location";
        /// The warehouse.
        warehouse: Option<Box<Warehouse>> => "warehouse";
    }
}
