//! A return order: what `PUT /returnOrders` takes (`ongoing-rest-api.md`, section 12.1).
//!
//! Ongoing wants its own ids of the order and of its lines there; files know our numbers. So `customerOrder` and
//! `customerOrderLine` are looked up when the call is sent, by `order_number` and `order_row_number` (or
//! `article_number`), which are ours and never sent.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};

document! {
    /// Return order (PostReturnOrderModel in the OpenAPI file).
    ReturnOrder as "return order", "PostReturnOrderModel" {
        /// The goods owner's return order number; the key of the upsert.
        return_order_number: Option<Text> => "returnOrderNumber", required true;
        /// The order that the goods come back from, by our order number.
        order_number: Option<Text> => "@orderNumber", required true, max 50;
        /// Return order lines.
        return_order_lines: Vec<ReturnOrderLine> => "returnOrderLines", required true;
        /// Comment.
        comment: Option<Text> => "comment";
        /// Expected inbound date.
        in_date: Option<NaiveDate> => "inDate";
        /// Warehouse id.
        warehouse_id: Option<i32> => "warehouseId";
        /// Waybills of the return.
        tracking: Vec<ReturnOrderTracking> => "tracking";
        /// Handling comment.
        return_order_handling_comment: Option<Text> => "returnOrderHandlingComment";
    }
}

document! {
    /// Return order line (PostReturnOrderLine in the OpenAPI file).
    ReturnOrderLine as "return order line", "PostReturnOrderLine" {
        /// The goods owner's row number.
        return_order_row_number: Option<Text> => "returnOrderRowNumber", required true;
        /// The row number of the order line that comes back.
        order_row_number: Option<Text> => "@orderRowNumber", max 40;
        /// The article that comes back, where the row number is not known; it must stand on one line of the order only.
        article_number: Option<Text> => "@articleNumber", max 100;
        /// Quantity expected back.
        to_be_returned_number_of_items: Option<Decimal> => "toBeReturnedNumberOfItems", required true;
        /// Return cause (code and name).
        return_cause: Option<Box<CodeName>> => "returnCause";
    }
}

document! {
    /// Return order tracking (PostReturnOrderTracking in the OpenAPI file).
    ReturnOrderTracking as "return order tracking", "PostReturnOrderTracking" {
        /// Waybill number.
        waybill: Option<Text> => "waybill", max 50;
        /// Tracking URL.
        tracking_url: Option<Text> => "trackingUrl", max 300;
    }
}
