//! An order or a purchase order that is cancelled in Ongoing: our own report, read from `GET /orders` and
//! `GET /purchaseOrders` by status (`ongoing-rest-api.md`, section 8).
//!
//! What became of the ERP's own cancellation stands in the acknowledgement. But people in the warehouse cancel too, and a
//! cancelled order never becomes a shipment: without this report the ERP would wait for ever.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::shape::document;

document! {
    /// An order or a purchase order that is cancelled; one of the two numbers stands in it.
    CancelledOrder as "cancelled order", "" {
        /// The order's number, as Ongoing knows it.
        order_number: Option<String> => "orderNumber";
        /// Ongoing's id of the order.
        order_id: Option<String> => "orderId";
        /// The purchase order's number, as Ongoing knows it.
        purchase_order_number: Option<String> => "purchaseOrderNumber";
        /// Ongoing's id of the purchase order.
        purchase_order_id: Option<String> => "purchaseOrderId";
        /// Our reference, as sent.
        reference_number: Option<String> => "referenceNumber";
        /// The second id of ours, as sent with the order.
        goods_owner_order_id: Option<String> => "goodsOwnerOrderId";
        /// The consignee's own order number.
        consignee_order_number: Option<String> => "consigneeOrderNumber";
        /// The consignee's customer number.
        customer_number: Option<String> => "customerNumber";
        /// The consignee's name.
        consignee_name: Option<String> => "consigneeName";
        /// The supplier's number, of a purchase order.
        supplier_number: Option<String> => "supplierNumber";
        /// The supplier's name, of a purchase order.
        supplier_name: Option<String> => "supplierName";
        /// The number of the status in the installation (usually 1000, of a purchase order 900).
        status_number: Option<i32> => "statusNumber";
        /// The status's text in the installation's language.
        status_text: Option<String> => "statusText";
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
        row_number: Option<String> => "rowNumber";
        /// The article number.
        article_number: Option<String> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<String> => "articleName";
        /// Ordered, of a purchase order announced.
        ordered_number_of_items: Option<Decimal> => "orderedNumberOfItems";
        /// Delivered before, of a purchase order received.
        total_number_of_items: Option<Decimal> => "totalNumberOfItems";
        /// Will not come any more: ordered and not delivered; never below 0.
        cancelled_number_of_items: Option<Decimal> => "cancelledNumberOfItems";
    }
}
