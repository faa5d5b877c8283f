//! What left the warehouse for one order since the ERP was last told: our own report, read from `GET /orders`.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::shape::{Text, document};

document! {
    /// What was delivered of one order (design, section 7).
    Shipment as "shipment", "" {
        /// The order number, as Ongoing knows it.
        order_number: Option<Text> => "orderNumber";
        /// Ongoing's id of the order.
        order_id: Option<Text> => "orderId";
        /// Our reference, as sent with the order.
        reference_number: Option<Text> => "referenceNumber";
        /// The second id of ours, as sent with the order.
        goods_owner_order_id: Option<Text> => "goodsOwnerOrderId";
        /// The consignee's own order number.
        consignee_order_number: Option<Text> => "consigneeOrderNumber";
        /// The consignee's customer number.
        customer_number: Option<Text> => "customerNumber";
        /// The consignee's name.
        consignee_name: Option<Text> => "consigneeName";
        /// The number of the order's status in the installation.
        status_number: Option<i32> => "statusNumber";
        /// The status's text in the installation's language.
        status_text: Option<Text> => "statusText";
        /// When it was shipped.
        shipped_time: Option<DateTime<Utc>> => "shippedTime";
        /// The wanted delivery date.
        delivery_date: Option<NaiveDate> => "deliveryDate";
        /// The transporter's name.
        transporter_name: Option<Text> => "transporterName";
        /// The transporter's code.
        transporter_code: Option<Text> => "transporterCode";
        /// The transporter's service code.
        transporter_service_code: Option<Text> => "transporterServiceCode";
        /// The way of delivery's code.
        way_of_delivery_code: Option<Text> => "wayOfDeliveryCode";
        /// The first waybill, where several files cannot be told.
        waybill: Option<Text> => "waybill";
        /// The first tracking address.
        tracking_url: Option<Text> => "trackingUrl";
        /// How many parcels.
        number_of_parcels: Option<i32> => "numberOfParcels";
        /// The order whose rest this order delivers, if it is a back order.
        back_order_for: Option<Text> => "backOrderFor";
        /// A row for each order line that is told.
        lines: Vec<ShipmentLine> => "lines";
        /// A row for each parcel.
        parcels: Vec<ShipmentParcel> => "parcels";
    }
}

document! {
    /// What was delivered of one order line.
    ShipmentLine as "shipment line", "" {
        /// The order line's row number, as Ongoing knows it.
        row_number: Option<Text> => "rowNumber";
        /// The article number.
        article_number: Option<Text> => "articleNumber";
        /// The article's name in Ongoing.
        article_name: Option<Text> => "articleName";
        /// Delivered since the ERP was last told.
        delivered_number_of_items: Option<Decimal> => "deliveredNumberOfItems";
        /// Delivered in all.
        total_number_of_items: Option<Decimal> => "totalNumberOfItems";
        /// Ordered.
        ordered_number_of_items: Option<Decimal> => "orderedNumberOfItems";
        /// Ordered and not delivered.
        remaining_number_of_items: Option<Decimal> => "remainingNumberOfItems";
        /// Batch of the delivered items, where there is one.
        batch_number: Option<Text> => "batchNumber";
        /// Serial of the delivered item, where there is one.
        serial: Option<Text> => "serial";
        /// Expiry date of the delivered items, where there is one.
        expiry_date: Option<NaiveDate> => "expiryDate";
    }
}

document! {
    /// One parcel of a shipment.
    ShipmentParcel as "parcel", "" {
        /// The parcel's number.
        parcel_number: Option<Text> => "parcelNumber";
        /// The waybill that it travels under.
        waybill: Option<Text> => "waybill";
        /// Where its way can be followed.
        tracking_url: Option<Text> => "trackingUrl";
    }
}
