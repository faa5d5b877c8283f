//! What is in stock: our own report, one document for each file, read from `GET /articles` (figures of an article over
//! all warehouses), `/articles/inventoryPerWarehouse` and `/articleItems` (`ongoing-rest-api.md`, section 9).
//!
//! How far the lines go down is the outbox's choice, and with it which members are set: each source has figures of its own.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};
use super::warehouse::Warehouse;

document! {
    /// What is in stock (design, section 7).
    Stock as "stock", "" {
        /// When the reading began.
        read_from: Option<DateTime<Utc>> => "readFrom";
        /// When the reading ended, what had moved meanwhile read again: the figures are those of this time.
        read_to: Option<DateTime<Utc>> => "readTo";
        /// True: every article, those without stock too (by item with one row of 0), so that what is missing in the file is
        /// not in Ongoing. False: only articles whose stock changed since the report before.
        is_full: Option<bool> => "isFull";
        /// Of changes: the `read_to` of the report before.
        changed_from: Option<DateTime<Utc>> => "changedFrom";
        /// What a line is: `article` (over all warehouses), `warehouse` (article and warehouse) or `item` (batch, serial
        /// number, status, place).
        line_is: Option<Text> => "lineIs";
        /// Ongoing's id of the goods owner.
        goods_owner_id: Option<Text> => "goodsOwnerId";
        /// The one warehouse that is told, where the outbox names one; it stands in each line too.
        warehouse: Option<Box<Warehouse>> => "warehouse";
        /// A row for each article, article and warehouse, or item.
        lines: Vec<StockLine> => "lines";
    }
}

document! {
    /// What is in stock of one article, in one warehouse or of one item.
    StockLine as "stock line", "" {
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// Ongoing's id of the article.
        article_system_id: Option<Text> => "articleSystemId";
        /// The article's product code.
        product_code: Option<Text> => "productCode";
        /// The unit in which all quantities of the line are counted, as Ongoing writes it.
        unit_code: Option<Text> => "unitCode";
        /// The barcode of a single piece.
        bar_code: Option<Text> => "barCode";
        /// Kind of article, as Ongoing writes it: ordinary, structure (a kit) or production.
        article_kind: Option<Text> => "articleKind";
        /// Physical: on hand in the warehouse, locked and reserved goods included; never below 0. The figure to reconcile
        /// an ERP's stock with.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// Sellable: falls as soon as an order comes in, and may be negative. Of a kit, what its scarcest component
        /// allows. By article and by warehouse.
        sellable_number_of_items: Option<Decimal> => "sellableNumberOfItems";
        /// Available for sale in the warehouse. By warehouse only.
        available_for_sale_number_of_items: Option<Decimal> => "availableForSaleNumberOfItems";
        /// On orders and not picked yet. By article only.
        number_of_booked_items: Option<Decimal> => "numberOfBookedItems";
        /// Reserved for picking, part of what is booked. By article only.
        allocated_number_of_items: Option<Decimal> => "allocatedNumberOfItems";
        /// Locked, by status, place or hand; part of what is on hand. By article and by warehouse.
        number_of_locked_items: Option<Decimal> => "numberOfLockedItems";
        /// Reserved, or locked for sale. By article only.
        locked_for_sale_number_of_items: Option<Decimal> => "lockedForSaleNumberOfItems";
        /// Announced on purchase orders and not received yet; no part of what is on hand. By article only.
        to_receive_number_of_items: Option<Decimal> => "toReceiveNumberOfItems";
        /// Picked, and the order not yet collected. By article only.
        picked_to_be_collected_number_of_items: Option<Decimal> => "pickedToBeCollectedNumberOfItems";
        /// Received, and the purchase order not yet finished. By article only.
        received_to_be_finished_number_of_items: Option<Decimal> => "receivedToBeFinishedNumberOfItems";
        /// Picked, and not told to the ERP yet: on hand here less than the ERP believes. By warehouse only.
        picked_to_be_reported_number_of_items: Option<Decimal> => "pickedToBeReportedNumberOfItems";
        /// Returned, and not told to the ERP yet: on hand here more than the ERP believes. By warehouse only.
        returned_to_be_reported_number_of_items: Option<Decimal> => "returnedToBeReportedNumberOfItems";
        /// Received, and not told to the ERP yet: on hand here more than the ERP believes. By warehouse only.
        received_to_be_reported_number_of_items: Option<Decimal> => "receivedToBeReportedNumberOfItems";
        /// The value of what is on hand. By article only.
        total_stock_value: Option<Decimal> => "totalStockValue";
        /// When the article last came in. By article only.
        last_in_date: Option<DateTime<Utc>> => "lastInDate";
        /// The warehouse that the line is about. By warehouse and by item only.
        warehouse: Option<Box<Warehouse>> => "warehouse";
        /// Batch. By item only, as all below.
        batch_number: Option<Text> => "batchNumber";
        /// Serial number.
        serial: Option<Text> => "serial";
        /// Expiry date.
        expiry_date: Option<NaiveDate> => "expiryDate";
        /// Stock status (code and name).
        article_item_status: Option<Box<CodeName>> => "articleItemStatus";
        /// Whether the item is locked: it cannot be picked.
        is_locked: Option<bool> => "isLocked";
        /// Whether the item is locked for sale.
        is_locked_for_sale: Option<bool> => "isLockedForSale";
        /// The location.
        location: Option<Text> => "location";
        /// Container: the pallet, often by its SSCC.
        container: Option<Text> => "container";
        /// The comment on the item.
        comment: Option<Text> => "comment";
        /// When the item came into stock.
        in_date: Option<DateTime<Utc>> => "inDate";
        /// Ongoing's id of the item.
        article_item_id: Option<Text> => "articleItemId";
    }
}
