//! What came in on one purchase order since the ERP was last told: our own report, read from `GET /purchaseOrders`
//! (`ongoing-rest-api.md`, sections 10 and 13.2).
//!
//! Goods of one line may come in several batches. A format file writes either a row for each line (`lines`), or a row
//! for each article item (`items`), which repeats the figures of its line: a written record sees one list only.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::purchase_order::PurchaseOrderFreeValues;
use super::shape::{Text, document};
use super::warehouse::Warehouse;

document! {
    /// What was received on one purchase order (design, section 7).
    Receipt as "receipt", "" {
        /// The purchase order number, as Ongoing knows it. A number that the warehouse made up where the goods came unannounced.
        purchase_order_number: Option<Text> => "purchaseOrderNumber";
        /// Ongoing's id of the purchase order.
        purchase_order_id: Option<Text> => "purchaseOrderId";
        /// The supplier's order number.
        supplier_order_number: Option<Text> => "supplierOrderNumber";
        /// Our reference, as sent with the purchase order.
        goods_owner_reference: Option<Text> => "goodsOwnerReference";
        /// The second reference, as sent with the purchase order.
        reference_number: Option<Text> => "referenceNumber";
        /// Purchase order type (code and name).
        purchase_order_type: Option<Box<CodeName>> => "purchaseOrderType";
        /// The supplier's number.
        supplier_number: Option<Text> => "supplierNumber";
        /// The supplier's name.
        supplier_name: Option<Text> => "supplierName";
        /// The seller's number.
        seller_number: Option<Text> => "sellerNumber";
        /// The seller's name.
        seller_name: Option<Text> => "sellerName";
        /// The number of the purchase order's status in the installation.
        status_number: Option<i32> => "statusNumber";
        /// The status's text in the installation's language.
        status_text: Option<Text> => "statusText";
        /// Whether receiving has ended, as the status says (usually 400, received with deviation, or 500, received in full).
        is_closed: Option<bool> => "isClosed";
        /// The day for which the goods were announced.
        in_date: Option<NaiveDate> => "inDate";
        /// When the goods arrived, where the warehouse notes it.
        arrival_date: Option<DateTime<Utc>> => "arrivalDate";
        /// When the last of what is told here was received.
        received_time: Option<DateTime<Utc>> => "receivedTime";
        /// The container that the goods came in.
        container: Option<Text> => "container";
        /// The number of the supplier's invoice.
        invoice_number: Option<Text> => "invoiceNumber";
        /// The remark on the purchase order.
        purchase_order_remark: Option<Text> => "purchaseOrderRemark";
        /// True if the purchase order is a customer's return; an outbox of returns tells those, where there is one.
        purchase_order_is_return_type: Option<bool> => "purchaseOrderIsReturnType";
        /// The warehouse that received the goods.
        warehouse: Option<Box<Warehouse>> => "warehouse";
        /// The free fields of the purchase order.
        free_values: Option<Box<PurchaseOrderFreeValues>> => "freeValues";
        /// A row for each purchase order line that is told.
        lines: Vec<ReceiptLine> => "lines";
        /// A row for each article item (batch, serial number, pallet) that was received since the ERP was last told. The
        /// rows of a line add up to its `received_number_of_items`: what no item explains, such as a correction, is a row
        /// without batch, serial and expiry date.
        items: Vec<ReceiptItem> => "items";
    }
}

document! {
    /// What was received on one purchase order line.
    ReceiptLine as "receipt line", "" {
        /// The purchase order line's row number, as Ongoing knows it.
        row_number: Option<Text> => "rowNumber";
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// The article's product code.
        product_code: Option<Text> => "productCode";
        /// The external id kept on the line, as sent.
        external_order_line_id: Option<Text> => "externalOrderLineId";
        /// Line type (code and name).
        line_type: Option<Box<CodeName>> => "lineType";
        /// The comment on the line.
        comment: Option<Text> => "comment";
        /// Received since the ERP was last told, in the article's unit; negative where Ongoing took back what was told.
        received_number_of_items: Option<Decimal> => "receivedNumberOfItems";
        /// Received in all.
        total_number_of_items: Option<Decimal> => "totalNumberOfItems";
        /// Announced.
        advised_number_of_items: Option<Decimal> => "advisedNumberOfItems";
        /// Announced and not received; never below 0.
        remaining_number_of_items: Option<Decimal> => "remainingNumberOfItems";
        /// The deviation: received in all less announced; negative where less came than was announced.
        deviation_number_of_items: Option<Decimal> => "deviationNumberOfItems";
        /// Whether nothing more is expected on the line, as the purchase order's status says.
        is_closed: Option<bool> => "isClosed";
        /// Batch of the items that this report tells, where they have one in common.
        batch_number: Option<Text> => "batchNumber";
        /// Serial number of the item that this report tells, where it is one.
        serial: Option<Text> => "serial";
        /// Expiry date of the items that this report tells, where they have one in common.
        expiry_date: Option<NaiveDate> => "expiryDate";
        /// Container (pallet, often by its SSCC) of the items that this report tells, where they have one in common.
        container: Option<Text> => "container";
    }
}

document! {
    /// One article item that was received, with the figures of its line.
    ReceiptItem as "receipt item", "" {
        /// The purchase order line's row number, as Ongoing knows it.
        row_number: Option<Text> => "rowNumber";
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// The article's product code.
        product_code: Option<Text> => "productCode";
        /// The external id kept on the line, as sent.
        external_order_line_id: Option<Text> => "externalOrderLineId";
        /// Received of this item, in the article's unit; negative where Ongoing took back what was told.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// Of the line, on each of its rows: received in all.
        total_number_of_items: Option<Decimal> => "totalNumberOfItems";
        /// Of the line, on each of its rows: announced.
        advised_number_of_items: Option<Decimal> => "advisedNumberOfItems";
        /// Whether nothing more is expected on the line, as the purchase order's status says.
        is_closed: Option<bool> => "isClosed";
        /// Batch.
        batch_number: Option<Text> => "batchNumber";
        /// Serial number.
        serial: Option<Text> => "serial";
        /// Expiry date.
        expiry_date: Option<NaiveDate> => "expiryDate";
        /// Container: the pallet, often by its SSCC, as the warehouse noted it.
        container: Option<Text> => "container";
        /// Case number.
        case_number: Option<Text> => "caseNumber";
        /// The location that it was put on.
        location: Option<Text> => "location";
        /// Stock status (code and name): damaged, in quarantine and the like.
        article_item_status: Option<Box<CodeName>> => "articleItemStatus";
        /// The comment on the item.
        comment: Option<Text> => "comment";
        /// Weight.
        weight: Option<Decimal> => "weight";
        /// When it was received.
        in_date: Option<DateTime<Utc>> => "inDate";
        /// Ongoing's id of the item as first received.
        original_article_item_id: Option<Text> => "originalArticleItemId";
    }
}
