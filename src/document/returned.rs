//! What came back: our own report, in all three forms that Ongoing has (`ongoing-rest-api.md`, section 12): taken back
//! on the order itself, on a return order that the ERP announced, or on a purchase order of the return type.
//!
//! As with receipts, a format file writes either a row for each line (`lines`), or one for each article item (`items`).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};
use super::warehouse::Warehouse;

document! {
    /// Goods that came back (design, section 7).
    Return as "return", "" {
        /// How they came back: `order` (unannounced, on the order), `return_order` (announced by the ERP) or
        /// `purchase_order` (of the return type). What came back is told once, in one of the forms.
        form: Option<Text> => "form";
        /// The order that the goods come back from, as Ongoing knows it; none of a purchase order.
        order_number: Option<Text> => "orderNumber";
        /// Ongoing's id of the order.
        order_id: Option<Text> => "orderId";
        /// The return order's number, if it is one.
        return_order_number: Option<Text> => "returnOrderNumber";
        /// Ongoing's id of the return order.
        return_order_id: Option<Text> => "returnOrderId";
        /// The purchase order's number, if it is one.
        purchase_order_number: Option<Text> => "purchaseOrderNumber";
        /// Ongoing's id of the purchase order.
        purchase_order_id: Option<Text> => "purchaseOrderId";
        /// Our reference, as sent with the order or the purchase order.
        reference_number: Option<Text> => "referenceNumber";
        /// The second id of ours, as sent with the order.
        goods_owner_order_id: Option<Text> => "goodsOwnerOrderId";
        /// The consignee's own order number.
        consignee_order_number: Option<Text> => "consigneeOrderNumber";
        /// The number of the customer who sends back: the order's consignee, or the purchase order's supplier.
        customer_number: Option<Text> => "customerNumber";
        /// The name of the customer who sends back.
        customer_name: Option<Text> => "customerName";
        /// The number of the status of that order, return order or purchase order in the installation.
        status_number: Option<i32> => "statusNumber";
        /// The status's text in the installation's language.
        status_text: Option<Text> => "statusText";
        /// The day for which the goods were announced.
        in_date: Option<NaiveDate> => "inDate";
        /// When the last of what is told here came back.
        return_time: Option<DateTime<Utc>> => "returnTime";
        /// The comment on the return order, or the remark on the purchase order.
        comment: Option<Text> => "comment";
        /// The warehouse's handling comment on the return order.
        return_order_handling_comment: Option<Text> => "returnOrderHandlingComment";
        /// The waybill that the goods came back under, as the order has it.
        return_waybill: Option<Text> => "returnWaybill";
        /// The warehouse that took the goods back.
        warehouse: Option<Box<Warehouse>> => "warehouse";
        /// A row for each line that is told.
        lines: Vec<ReturnLine> => "lines";
        /// A row for each article item that came back since the ERP was last told. The rows of a line add up to its
        /// `returned_number_of_items`: what no item explains is a row without batch, serial and expiry date.
        items: Vec<ReturnItem> => "items";
    }
}

document! {
    /// What came back of one line.
    ReturnLine as "return line", "" {
        /// The row number of the order line that the goods come back from, or of the purchase order line.
        row_number: Option<Text> => "rowNumber";
        /// The row number of the return order line, if it is one.
        return_order_row_number: Option<Text> => "returnOrderRowNumber";
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// Came back since the ERP was last told, in the article's unit; negative where Ongoing took back what was told.
        returned_number_of_items: Option<Decimal> => "returnedNumberOfItems";
        /// Came back in all.
        total_number_of_items: Option<Decimal> => "totalNumberOfItems";
        /// Announced, of a return order or purchase order.
        to_be_returned_number_of_items: Option<Decimal> => "toBeReturnedNumberOfItems";
        /// Announced and not come back; never below 0.
        remaining_number_of_items: Option<Decimal> => "remainingNumberOfItems";
        /// Of what came back in all, written off and not put in stock. Of a return order only.
        removed_number_of_items: Option<Decimal> => "removedNumberOfItems";
        /// Once delivered on the order line; none of a purchase order.
        delivered_number_of_items: Option<Decimal> => "deliveredNumberOfItems";
        /// Why, from the goods owner's register of return causes (code and name): of the items, where they have one in
        /// common, else as announced. Not of a purchase order: Ongoing does not tell it there.
        return_cause: Option<Box<CodeName>> => "returnCause";
        /// Condition: the stock status that the items got (code and name), where they have one in common.
        article_item_status: Option<Box<CodeName>> => "articleItemStatus";
        /// The warehouse's comment on the return. Of a return order only.
        return_comment: Option<Text> => "returnComment";
        /// Batch of the items that this report tells, where they have one in common.
        batch_number: Option<Text> => "batchNumber";
        /// Serial number of the item that this report tells, where it is one.
        serial: Option<Text> => "serial";
        /// Expiry date of the items that this report tells, where they have one in common.
        expiry_date: Option<NaiveDate> => "expiryDate";
    }
}

document! {
    /// One article item that came back.
    ReturnItem as "return item", "" {
        /// The row number of the order line that the item comes back from, or of the purchase order line.
        row_number: Option<Text> => "rowNumber";
        /// The row number of the return order line, if it is one.
        return_order_row_number: Option<Text> => "returnOrderRowNumber";
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// Came back of this item, in the article's unit; negative where Ongoing took back what was told.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// Why, from the goods owner's register of return causes (code and name). Not of a purchase order.
        return_cause: Option<Box<CodeName>> => "returnCause";
        /// Condition: the stock status that the item got (code and name).
        article_item_status: Option<Box<CodeName>> => "articleItemStatus";
        /// The item's category (code and name). Of a return order only.
        article_item_category: Option<Box<CodeName>> => "articleItemCategory";
        /// True if it was written off, false if it was put in stock. Of a return order only.
        is_return_removed_by_inventory: Option<bool> => "isReturnRemovedByInventory";
        /// The warehouse's comment on the return. Of a return order only.
        return_comment: Option<Text> => "returnComment";
        /// The comment on the item.
        comment: Option<Text> => "comment";
        /// When it came back.
        return_time: Option<DateTime<Utc>> => "returnTime";
        /// Batch.
        batch_number: Option<Text> => "batchNumber";
        /// Serial number.
        serial: Option<Text> => "serial";
        /// Expiry date.
        expiry_date: Option<NaiveDate> => "expiryDate";
        /// Container: the pallet, often by its SSCC.
        container: Option<Text> => "container";
        /// The location that it was put on. Of a purchase order only.
        location: Option<Text> => "location";
        /// Weight.
        weight: Option<Decimal> => "weight";
        /// Volume. Not of a purchase order.
        volume: Option<Decimal> => "volume";
    }
}
