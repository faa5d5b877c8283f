//! A purchase order, announced goods (ASN): what `PUT /purchaseOrders` takes (`ongoing-rest-api.md`, section 13.1), with
//! the article items that `PUT /purchaseOrders/{purchaseOrderId}/articleItems` announces.
//!
//! Left out: `goodsOwnerId` (the partner's, from the configuration) and `classes`, `tracking`, `textLines`, the lines'
//! `textLines` (x-members-unknown in the OpenAPI file: never sent).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};

document! {
    /// Purchase order (PostPurchaseOrderModel in the OpenAPI file).
    PurchaseOrder as "purchase order", "PostPurchaseOrderModel" {
        /// The goods owner's purchase order number; the key of the upsert.
        purchase_order_number: Option<Text> => "purchaseOrderNumber", required true, max 50;
        /// The supplier's order number.
        supplier_order_number: Option<Text> => "supplierOrderNumber", max 50;
        /// The goods owner's reference.
        goods_owner_reference: Option<Text> => "goodsOwnerReference", max 100;
        /// Reference.
        reference_number: Option<Text> => "referenceNumber", max 50;
        /// Expected inbound date.
        in_date: Option<NaiveDate> => "inDate";
        /// Supplier.
        supplier_info: Option<Box<PurchaseOrderSupplierInfo>> => "supplierInfo";
        /// Purchase order type (code and name).
        purchase_order_type: Option<Box<CodeName>> => "purchaseOrderType";
        /// Purchase order lines.
        purchase_order_lines: Vec<PurchaseOrderLine> => "purchaseOrderLines";
        /// Remark.
        purchase_order_remark: Option<Text> => "purchaseOrderRemark", max 1000;
        /// Warehouse id.
        warehouse_id: Option<i32> => "warehouseId";
        /// Free fields.
        free_values: Option<Box<PurchaseOrderFreeValues>> => "freeValues";
        /// Container for rarely used fields.
        advanced: Option<Box<PurchaseOrderAdvanced>> => "advanced";
        /// Customs data.
        customs_info: Option<Box<PurchaseOrderCustoms>> => "customsInfo";
        /// Seller.
        seller_info: Option<Box<PurchaseOrderSellerInfo>> => "sellerInfo";
        /// Invoice number.
        invoice_number: Option<Text> => "invoiceNumber", max 100;
    }
}

document! {
    /// Purchase order supplier info (PostPurchaseOrderSupplierInfo in the OpenAPI file).
    PurchaseOrderSupplierInfo as "purchase order supplier info", "PostPurchaseOrderSupplierInfo" {
        /// Supplier number.
        supplier_number: Option<Text> => "supplierNumber", max 200;
        /// Supplier name.
        supplier_name: Option<Text> => "supplierName", max 200;
        /// Supplier address.
        supplier_address: Option<Box<PurchaseOrderSupplierAddress>> => "supplierAddress";
    }
}

document! {
    /// Purchase order supplier address (PostPurchaseOrderSupplierAddress in the OpenAPI file).
    PurchaseOrderSupplierAddress as "purchase order supplier address", "PostPurchaseOrderSupplierAddress" {
        /// Name.
        name: Option<Text> => "name";
        /// Street address line.
        address: Option<Text> => "address";
        /// Second street address line.
        address2: Option<Text> => "address2";
        /// Third street address line.
        address3: Option<Text> => "address3";
        /// Postal code.
        post_code: Option<Text> => "postCode";
        /// City.
        city: Option<Text> => "city";
        /// Telephone number.
        tele_phone: Option<Text> => "telePhone";
        /// Remark.
        remark: Option<Text> => "remark";
        /// E-mail address.
        email: Option<Text> => "email";
        /// Mobile phone number.
        mobile_phone: Option<Text> => "mobilePhone";
        /// State or province code.
        country_state_code: Option<Text> => "countryStateCode";
        /// ISO 3166-1 alpha-2 country code.
        country_code: Option<Text> => "countryCode";
        /// Instruction to the carrier.
        delivery_instruction: Option<Text> => "deliveryInstruction";
        /// Whether the address is visible.
        is_visible: Option<bool> => "isVisible";
        /// Notify by SMS.
        notify_by_sms: Option<bool> => "notifyBySMS";
        /// Notify by e-mail.
        notify_by_email: Option<bool> => "notifyByEmail";
        /// Notify by telephone.
        notify_by_telephone: Option<bool> => "notifyByTelephone";
    }
}

document! {
    /// Purchase order line (PostPurchaseOrderLine in the OpenAPI file).
    PurchaseOrderLine as "purchase order line", "PostPurchaseOrderLine" {
        /// The goods owner's row number, unique within the document.
        row_number: Option<Text> => "rowNumber", required true, max 40;
        /// The goods owner's article number.
        article_number: Option<Text> => "articleNumber", required true, max 100;
        /// Announced quantity. Value type on the server: 0 if left out.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// Comment.
        comment: Option<Text> => "comment", max 150;
        /// Price of the row.
        row_price: Option<Decimal> => "rowPrice";
        /// Currency code.
        currency_code: Option<Text> => "currencyCode", max 20;
        /// Internal id of the article item status.
        article_item_status_id: Option<i32> => "articleItemStatusId";
        /// Batch number.
        batch_number: Option<Text> => "batchNumber";
        /// External id kept on the line.
        external_order_line_id: Option<Text> => "externalOrderLineId";
        /// Inbound date of the line.
        in_date: Option<DateTime<Utc>> => "inDate";
        /// Serial number.
        serial_number: Option<Text> => "serialNumber", max 128;
        /// Expiry date.
        expiry_date: Option<DateTime<Utc>> => "expiryDate";
        /// Production date.
        production_date: Option<DateTime<Utc>> => "productionDate";
        /// Free fields on the line.
        line_free_values: Option<Box<PurchaseOrderLineFreeValues>> => "lineFreeValues";
        /// Line type (code and name).
        line_type: Option<Box<CodeName>> => "lineType";
        /// Return cause, for return-type purchase orders.
        return_cause: Option<Box<CodeName>> => "returnCause";
        /// The items that are announced one by one: batches, serial numbers, pallets. Sent by a request of its own, which adds:
        /// what is there already is looked up first and not sent again.
        article_items: Vec<AnnouncedArticleItem> => "@articleItems";
    }
}

document! {
    /// Announced article item (PostPurchaseOrderArticleItemModel in the OpenAPI file).
    AnnouncedArticleItem as "announced article item", "PostPurchaseOrderArticleItemModel" {
        /// Serial number.
        serial: Option<Text> => "serial";
        /// Batch number.
        batch: Option<Text> => "batch";
        /// Quantity.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// Weight.
        weight: Option<Decimal> => "weight";
        /// Length.
        length: Option<Decimal> => "length";
        /// Width.
        width: Option<Decimal> => "width";
        /// Height.
        height: Option<Decimal> => "height";
        /// Volume.
        volume: Option<Decimal> => "volume";
        /// Price.
        price: Option<Decimal> => "price";
        /// Comment.
        comment: Option<Text> => "comment";
        /// Container.
        container: Option<Text> => "container";
        /// Case number.
        case_number: Option<Text> => "caseNumber";
        /// Status id.
        status_id: Option<i32> => "statusId";
        /// Expiry date.
        expiry_date: Option<DateTime<Utc>> => "expiryDate";
        /// Production date.
        production_date: Option<DateTime<Utc>> => "productionDate";
    }
}

document! {
    /// Purchase order line free values (PostPurchaseOrderLineFreeValues in the OpenAPI file).
    PurchaseOrderLineFreeValues as "purchase order line free values", "PostPurchaseOrderLineFreeValues" {
        /// Free decimal field 1.
        free_decimal1: Option<Decimal> => "freeDecimal1";
        /// Free text field 1.
        free_text1: Option<Text> => "freeText1";
        /// Free text field 2.
        free_text2: Option<Text> => "freeText2";
    }
}

document! {
    /// Purchase order free values (PostPurchaseOrderFreeValues in the OpenAPI file).
    PurchaseOrderFreeValues as "purchase order free values", "PostPurchaseOrderFreeValues" {
        /// Free text field 1.
        free_text1: Option<Text> => "freeText1", max 300;
        /// Free text field 2.
        free_text2: Option<Text> => "freeText2";
        /// Free text field 3.
        free_text3: Option<Text> => "freeText3";
        /// Free text field 4.
        free_text4: Option<Text> => "freeText4";
        /// Free text field 5.
        free_text5: Option<Text> => "freeText5";
        /// Free decimal field 1.
        free_decimal1: Option<Decimal> => "freeDecimal1";
        /// Free decimal field 2.
        free_decimal2: Option<Decimal> => "freeDecimal2";
        /// Free boolean field 1.
        free_boolean1: Option<bool> => "freeBoolean1";
        /// Free boolean field 2.
        free_boolean2: Option<bool> => "freeBoolean2";
    }
}

document! {
    /// Purchase order advanced (PostPurchaseOrderAdvanced in the OpenAPI file).
    PurchaseOrderAdvanced as "purchase order advanced", "PostPurchaseOrderAdvanced" {
        /// Container.
        container: Option<Text> => "container";
        /// Order date.
        order_date: Option<DateTime<Utc>> => "orderDate";
        /// Advised arrival date.
        advised_date: Option<DateTime<Utc>> => "advisedDate";
        /// Status number to create the purchase order with.
        purchase_order_status_created: Option<i32> => "purchaseOrderStatusCreated";
        /// True if the purchase order is a customer return.
        purchase_order_is_return_type: Option<bool> => "purchaseOrderIsReturnType";
    }
}

document! {
    /// Purchase order customs (PostPurchaseOrderCustoms in the OpenAPI file).
    PurchaseOrderCustoms as "purchase order customs", "PostPurchaseOrderCustoms" {
        /// Terms of delivery (code and name).
        terms_of_delivery_type: Option<Box<CodeName>> => "termsOfDeliveryType";
        /// Place named by the terms of delivery.
        terms_of_delivery_type_location: Option<Text> => "termsOfDeliveryTypeLocation";
    }
}

document! {
    /// Purchase order seller info (PostPurchaseOrderSellerInfo in the OpenAPI file).
    PurchaseOrderSellerInfo as "purchase order seller info", "PostPurchaseOrderSellerInfo" {
        /// Seller number.
        seller_number: Option<Text> => "sellerNumber";
        /// Seller name.
        seller_name: Option<Text> => "sellerName";
        /// Seller address.
        seller_address: Option<Box<PurchaseOrderSellerAddress>> => "sellerAddress";
    }
}

document! {
    /// Purchase order seller address (PostPurchaseOrderSellerAddress in the OpenAPI file).
    PurchaseOrderSellerAddress as "purchase order seller address", "PostPurchaseOrderSellerAddress" {
        /// Name.
        name: Option<Text> => "name";
        /// Street address line.
        address: Option<Text> => "address";
        /// Second street address line.
        address2: Option<Text> => "address2";
        /// Third street address line.
        address3: Option<Text> => "address3";
        /// Postal code.
        post_code: Option<Text> => "postCode";
        /// City.
        city: Option<Text> => "city";
        /// Telephone number.
        tele_phone: Option<Text> => "telePhone";
        /// Remark.
        remark: Option<Text> => "remark";
        /// E-mail address.
        email: Option<Text> => "email";
        /// Mobile phone number.
        mobile_phone: Option<Text> => "mobilePhone";
        /// State or province code.
        country_state_code: Option<Text> => "countryStateCode";
        /// ISO 3166-1 alpha-2 country code.
        country_code: Option<Text> => "countryCode";
        /// Instruction to the carrier.
        delivery_instruction: Option<Text> => "deliveryInstruction";
        /// Whether the address is visible.
        is_visible: Option<bool> => "isVisible";
        /// Notify by SMS.
        notify_by_sms: Option<bool> => "notifyBySMS";
        /// Notify by e-mail.
        notify_by_email: Option<bool> => "notifyByEmail";
        /// Notify by telephone.
        notify_by_telephone: Option<bool> => "notifyByTelephone";
    }
}
