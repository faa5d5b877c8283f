//! Changes of an order or a purchase order that was sent before, and their cancellation
//! (`ongoing-rest-api.md`, sections 11.3, 11.4 and 13.2): they work after release too, where `PUT` is refused.
//!
//! Each member that is set becomes a request of its own.

use chrono::{DateTime, NaiveDate, Utc};

use super::order::OrderClass;
use super::shape::{Text, document};

document! {
    /// Changes of an order (`PATCH /orders/{orderId}/…`).
    OrderChange as "order change", "" {
        /// The order that is changed, by our order number.
        order_number: Option<Text> => "@orderNumber", required true, max 50;
        /// The wanted delivery date.
        delivery_date: Option<NaiveDate> => "deliveryDate";
        /// Carrier service.
        transporter: Option<Box<ChangedTransporter>> => "transporter";
        /// Service point code.
        service_point_code: Option<Text> => "servicePointCode", max 50;
        /// Waybill number.
        waybill: Option<Text> => "waybill", max 50;
        /// Return waybill number.
        return_waybill: Option<Text> => "returnWaybill";
        /// A waybill with the address where its way can be followed.
        order_tracking: Option<Box<OrderTracking>> => "orderTracking";
        /// Classes that the order gets besides those that it has.
        add_order_classes: Vec<OrderClass> => "addOrderClasses";
        /// The classes that the order has from now on.
        set_order_classes: Vec<OrderClass> => "setOrderClasses";
        /// Status number to set, as `GET /orders/statuses` of the installation lists them. Not for cancelling.
        order_status_number: Option<i32> => "orderStatusNumber";
    }
}

document! {
    /// Changes of a purchase order (`PATCH /purchaseOrders/{purchaseOrderId}/…`).
    PurchaseOrderChange as "purchase order change", "" {
        /// The purchase order that is changed, by our purchase order number.
        purchase_order_number: Option<Text> => "@purchaseOrderNumber", required true, max 50;
        /// Expected inbound date.
        in_date: Option<NaiveDate> => "inDate";
        /// Advised arrival date.
        advised_date: Option<DateTime<Utc>> => "advisedDate";
        /// Free boolean field 1.
        free_bool1: Option<bool> => "freeBool1";
        /// Status number to set, as `GET /purchaseOrders/statuses` of the installation lists them.
        purchase_order_status_number: Option<i32> => "purchaseOrderStatusNumber";
    }
}

document! {
    /// The cancellation of an order or of a purchase order; one of the two numbers stands in it.
    Cancellation as "cancellation", "" {
        /// The order that is cancelled, by our order number.
        order_number: Option<Text> => "@orderNumber", max 50;
        /// The purchase order that is cancelled, by our purchase order number.
        purchase_order_number: Option<Text> => "@purchaseOrderNumber", max 50;
    }
}

document! {
    /// Changed transporter (PatchOrderTransporterModel in the OpenAPI file).
    ChangedTransporter as "changed transporter", "PatchOrderTransporterModel" {
        /// Carrier code as set up in Ongoing.
        transporter_code: Option<Text> => "transporterCode", max 50;
        /// Carrier service code.
        transporter_service_code: Option<Text> => "transporterServiceCode", max 50;
        /// Who pays the freight.
        payment_advanced: Option<Box<ChangedTransporterPayment>> => "paymentAdvanced";
    }
}

document! {
    /// Changed transporter payment (PatchOrderTransporterPayment in the OpenAPI file).
    ChangedTransporterPayment as "changed transporter payment", "PatchOrderTransporterPayment" {
        /// The consignee pays through collection.
        consignee_collects: Option<bool> => "consigneeCollects";
        /// The consignee pays the freight.
        consignee_pays: Option<Box<ChangedConsigneePays>> => "consigneePays";
        /// A third party pays the freight.
        third_party_pays: Option<Box<ChangedThirdPartyPays>> => "thirdPartyPays";
    }
}

document! {
    /// Changed consignee pays (PatchOrderTransporterConsigneePays in the OpenAPI file).
    ChangedConsigneePays as "changed consignee pays", "PatchOrderTransporterConsigneePays" {
        /// Customer number.
        customer_number: Option<Text> => "customerNumber", required true, max 50;
    }
}

document! {
    /// Changed third party pays (PatchOrderTransporterThirdPartyPays in the OpenAPI file).
    ChangedThirdPartyPays as "changed third party pays", "PatchOrderTransporterThirdPartyPays" {
        /// Customer number.
        customer_number: Option<Text> => "customerNumber", required true, max 50;
    }
}

document! {
    /// Order tracking (PostOrderTrackingModel in the OpenAPI file).
    OrderTracking as "order tracking", "PostOrderTrackingModel" {
        /// Waybill number.
        waybill: Option<Text> => "waybill", required true, max 50;
        /// Tracking URL.
        tracking_url: Option<Text> => "trackingUrl", required true, max 300;
        /// True if the waybill is for the return leg.
        is_return_tracking: Option<bool> => "isReturnTracking", required true;
    }
}
