//! An order or a purchase order that is cancelled in Ongoing: our own report, read from `GET /orders` and
//! `GET /purchaseOrders` by status (`ongoing-rest-api.md`, section 8).
//!
//! What became of the ERP's own cancellation stands in the acknowledgement. But people in the warehouse cancel too, and a
//! cancelled order never becomes a shipment: without this report the ERP would wait for ever.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::shape::{Text, document};

document! {
    /// An order or a purchase order that is cancelled; one of the two numbers stands in it.
    CancelledOrder as "cancelled order", "" {
        /// The order's number, as Ongoing knows it.
        order_number: Option<Text> => "orderNumber";
        /// Ongoing's id of the order.
        order_id: Option<Text> => "orderId";
        /// The purchase order's number, as Ongoing knows it.
        purchase_order_number: Option<Text> => "purchaseOrderNumber";
        /// Ongoing's id of the purchase order.
        purchase_order_id: Option<Text> => "purchaseOrderId";
        /// Our reference, as sent.
        reference_number: Option<Text> => "referenceNumber";
        /// The second id of ours, as sent with the order.
        goods_owner_order_id: Option<Text> => "goodsOwnerOrderId";
        /// The consignee's own order number.
        consignee_order_number: Option<Text> => "consigneeOrderNumber";
        /// The consignee's customer number.
        customer_number: Option<Text> => "customerNumber";
        /// The consignee's name.
        consignee_name: Option<Text> => "consigneeName";
        /// The supplier's number, of a purchase order.
        supplier_number: Option<Text> => "supplierNumber";
        /// The supplier's name, of a purchase order.
        supplier_name: Option<Text> => "supplierName";
        /// The number of the status in the installation (usually 1000, of a purchase order 900).
        status_number: Option<i32> => "statusNumber";
        /// The status's text in the installation's language.
        status_text: Option<Text> => "statusText";
        /// The wanted delivery date, of a purchase order the announced one.
        delivery_date: Option<NaiveDate> => "deliveryDate";
        /// When the gateway saw that it is cancelled; Ongoing does not say when it was.
        seen_at: Option<DateTime<Utc>> => "seenAt";
        /// Whether the ERP asked for it: a cancellation of its own was accepted.
        is_asked_for: Option<bool> => "isAskedFor";
        /// A row for each line.
        lines: Vec<CancelledOrderLine> => "lines";
    }
}

document! {
    /// One line of what is cancelled.
    CancelledOrderLine as "cancelled order line", "" {
        /// The line's row number, as Ongoing knows it.
        row_number: Option<Text> => "rowNumber";
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// Ordered, of a purchase order announced.
        ordered_number_of_items: Option<Decimal> => "orderedNumberOfItems";
        /// Delivered before, of a purchase order received.
        total_number_of_items: Option<Decimal> => "totalNumberOfItems";
        /// Will not come any more: ordered and not delivered; never below 0.
        cancelled_number_of_items: Option<Decimal> => "cancelledNumberOfItems";
    }
}
