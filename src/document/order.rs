//! An order: what `PUT /orders` takes (`ongoing-rest-api.md`, section 11.1).
//!
//! Left out: `goodsOwnerId` (the partner's, from the configuration) and the lines' `vat`
//! (x-members-unknown in the OpenAPI file: never sent).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::code_name::CodeName;
use super::shape::{Text, document};

document! {
    /// Order (PostOrderModel in the OpenAPI file).
    Order as "order", "PostOrderModel" {
        /// The goods owner's order number; the key of the upsert.
        order_number: Option<Text> => "orderNumber", required true, max 50;
        /// Delivery date.
        delivery_date: Option<NaiveDate> => "deliveryDate", required true;
        /// Receiver of the goods.
        consignee: Option<Box<Consignee>> => "consignee", required true;
        /// Reference.
        reference_number: Option<Text> => "referenceNumber", max 50;
        /// The goods owner's own id of the order (not the key).
        goods_owner_order_id: Option<Text> => "goodsOwnerOrderId", max 40;
        /// Sales code.
        sales_code: Option<Text> => "salesCode", max 500;
        /// Remark on the order.
        order_remark: Option<Text> => "orderRemark", max 500;
        /// Instruction to the carrier.
        delivery_instruction: Option<Text> => "deliveryInstruction", max 300;
        /// Service point code.
        service_point_code: Option<Text> => "servicePointCode", max 50;
        /// Free text field 1.
        free_text1: Option<Text> => "freeText1", max 300;
        /// Free text field 2.
        free_text2: Option<Text> => "freeText2", max 300;
        /// Free text field 3.
        free_text3: Option<Text> => "freeText3", max 300;
        /// Free date-time field.
        order_free_date_time1: Option<DateTime<Utc>> => "orderFreeDateTime1";
        /// Order type (code and name).
        order_type: Option<Box<CodeName>> => "orderType";
        /// Way of delivery (code and name), mapped to a carrier by the warehouse.
        way_of_delivery: Option<Box<CodeName>> => "wayOfDelivery";
        /// E-mail notification setting.
        email_notification: Option<Box<OrderNotification>> => "emailNotification";
        /// SMS notification setting.
        sms_notification: Option<Box<OrderNotification>> => "smsNotification";
        /// Telephone notification setting.
        telephone_notification: Option<Box<OrderNotification>> => "telephoneNotification";
        /// Carrier service.
        transporter: Option<Box<Transporter>> => "transporter";
        /// Carrier service for the return leg.
        return_transporter: Option<Box<ReturnTransporter>> => "returnTransporter";
        /// Order lines.
        order_lines: Vec<OrderLine> => "orderLines";
        /// Customs data.
        customs_info: Option<Box<OrderCustomsInfo>> => "customsInfo";
        /// Id of a prepared transport document.
        prepared_transport_document_id: Option<Text> => "preparedTransportDocumentId";
        /// Freight price.
        freight_price: Option<Decimal> => "freightPrice";
        /// Warehouse id.
        warehouse_id: Option<i32> => "warehouseId";
        /// Classes attached to the object.
        classes: Vec<OrderClass> => "classes";
        /// Terms of delivery (code and name).
        terms_of_delivery_type: Option<Box<CodeName>> => "termsOfDeliveryType";
        /// Price towards the customer.
        customer_price: Option<Decimal> => "customerPrice";
        /// Container for rarely used fields.
        advanced: Option<Box<OrderAdvanced>> => "advanced";
        /// The consignee's own order number.
        consignee_order_number: Option<Text> => "consigneeOrderNumber", max 150;
        /// Instruction to the warehouse.
        warehouse_instruction: Option<Text> => "warehouseInstruction", max 500;
        /// Marketplace.
        market_place: Option<Box<MarketPlace>> => "marketPlace";
        /// Picking priority.
        picking_priority: Option<i32> => "pickingPriority";
        /// Production code.
        production_code: Option<Text> => "productionCode", max 30;
        /// Bulk id at the carrier.
        transporter_bulk_id: Option<Text> => "transporterBulkId";
    }
}

document! {
    /// Consignee (PostOrderConsignee in the OpenAPI file).
    Consignee as "consignee", "PostOrderConsignee" {
        /// Customer number.
        customer_number: Option<Text> => "customerNumber", max 50;
        /// Name.
        name: Option<Text> => "name", max 200;
        /// First street address line.
        address1: Option<Text> => "address1", max 200;
        /// Second street address line.
        address2: Option<Text> => "address2", max 200;
        /// Third street address line.
        address3: Option<Text> => "address3", max 200;
        /// Postal code.
        post_code: Option<Text> => "postCode", max 50;
        /// City.
        city: Option<Text> => "city", max 200;
        /// ISO 3166-1 alpha-2 country code.
        country_code: Option<Text> => "countryCode", max 2;
        /// State or province code.
        country_state_code: Option<Text> => "countryStateCode";
        /// Remark.
        remark: Option<Text> => "remark";
        /// Door code.
        door_code: Option<Text> => "doorCode";
        /// Container for rarely used fields.
        advanced: Option<Box<ConsigneeAdvanced>> => "advanced";
        /// Invoice address.
        invoice_address: Option<Box<InvoiceAddress>> => "invoiceAddress";
        /// Organisation number.
        organisation_number: Option<Text> => "organisationNumber";
        /// VAT number.
        vat_number: Option<Text> => "vatNumber";
        /// Instruction to the carrier. Seen only as a type in a third-party client.
        delivery_instruction: Option<Text> => "deliveryInstruction";
    }
}

document! {
    /// Order notification (PostOrderNotification in the OpenAPI file).
    OrderNotification as "order notification", "PostOrderNotification" {
        /// Whether to notify.
        to_be_notified: Option<bool> => "toBeNotified";
        /// Address or number to notify.
        value: Option<Text> => "value";
    }
}

document! {
    /// Transporter (PostOrderTransporter in the OpenAPI file).
    Transporter as "transporter", "PostOrderTransporter" {
        /// Carrier code as set up in Ongoing.
        transporter_code: Option<Text> => "transporterCode", max 50;
        /// Carrier service code.
        transporter_service_code: Option<Text> => "transporterServiceCode", max 50;
        /// Who pays the freight.
        payment_advanced: Option<Box<TransporterPayment>> => "paymentAdvanced";
    }
}

document! {
    /// Return transporter (PostOrderReturnTransporter in the OpenAPI file).
    ReturnTransporter as "return transporter", "PostOrderReturnTransporter" {
        /// Carrier code as set up in Ongoing.
        transporter_code: Option<Text> => "transporterCode", max 50;
        /// Carrier service code.
        transporter_service_code: Option<Text> => "transporterServiceCode", max 50;
    }
}

document! {
    /// Order line (PostOrderLine in the OpenAPI file).
    OrderLine as "order line", "PostOrderLine" {
        /// The goods owner's row number, unique within the document.
        row_number: Option<Text> => "rowNumber", required true, max 40;
        /// The goods owner's article number.
        article_number: Option<Text> => "articleNumber", required true, max 100;
        /// Ordered quantity. Value type on the server: 0 if left out.
        number_of_items: Option<Decimal> => "numberOfItems";
        /// Comment.
        comment: Option<Text> => "comment", max 300;
        /// Whether the line shall be picked.
        should_be_picked: Option<bool> => "shouldBePicked";
        /// Serial number.
        serial_number: Option<Text> => "serialNumber";
        /// Customs value of the whole line.
        line_total_customs_value: Option<Decimal> => "lineTotalCustomsValue";
        /// Batch number.
        batch_number: Option<Text> => "batchNumber";
        /// Line type (code and name).
        line_type: Option<Box<CodeName>> => "lineType";
        /// Line prices.
        prices: Option<Box<OrderLinePrices>> => "prices";
        /// The customer's own article number.
        customer_article_number: Option<Text> => "customerArticleNumber", max 100;
        /// Instruction to the warehouse.
        warehouse_instruction: Option<Text> => "warehouseInstruction", max 300;
        /// External id kept on the line.
        external_id: Option<Text> => "externalId";
        /// Stock status of the item (code and name).
        article_item_status: Option<Box<CodeName>> => "articleItemStatus";
        /// Free fields on the line.
        line_free_values: Option<Box<OrderLineFreeValues>> => "lineFreeValues";
        /// Least days to expiry for picked items.
        min_days_to_expiry_date: Option<i32> => "minDaysToExpiryDate";
        /// Most days to expiry for picked items.
        max_days_to_expiry_date: Option<i32> => "maxDaysToExpiryDate";
        /// Delivery date of the line.
        delivery_date: Option<DateTime<Utc>> => "deliveryDate";
        /// Weight ordered.
        weight: Option<Decimal> => "weight";
        /// Least weight.
        min_weight: Option<Decimal> => "minWeight";
        /// Most weight.
        max_weight: Option<Decimal> => "maxWeight";
    }
}

document! {
    /// Order customs info (PostOrderCustomsInfo in the OpenAPI file).
    OrderCustomsInfo as "order customs info", "PostOrderCustomsInfo" {
        /// Currency of the customs values.
        customs_value_currency_code: Option<Text> => "customsValueCurrencyCode";
    }
}

document! {
    /// Order class (PostOrderClass in the OpenAPI file).
    OrderClass as "order class", "PostOrderClass" {
        /// Code.
        code: Option<Text> => "code";
        /// Name.
        name: Option<Text> => "name";
        /// Comment.
        comment: Option<Text> => "comment", max 500;
        /// Whether the class suggests a parcel type.
        is_parcel_type_suggestion: Option<bool> => "isParcelTypeSuggestion";
    }
}

document! {
    /// Order advanced (PostOrderAdvanced in the OpenAPI file).
    OrderAdvanced as "order advanced", "PostOrderAdvanced" {
        /// Text lines.
        order_text_lines: Vec<OrderTextLine> => "orderTextLines";
        /// Arrival date.
        arrival_date: Option<DateTime<Utc>> => "arrivalDate";
        /// Way of delivery as text.
        way_of_delivery_string: Option<Text> => "wayOfDeliveryString", max 50;
        /// The carrier's order number.
        transporter_order_number: Option<Text> => "transporterOrderNumber", max 150;
        /// Invoice number.
        invoice_number: Option<Text> => "invoiceNumber";
        /// Earliest arrival date.
        arrival_date_from: Option<DateTime<Utc>> => "arrivalDateFrom";
        /// Terms of payment as text.
        terms_of_payment_string: Option<Text> => "termsOfPaymentString", max 50;
        /// Terms of delivery as text.
        terms_of_delivery_string: Option<Text> => "termsOfDeliveryString", max 50;
        /// Communication text.
        communication: Option<Text> => "communication", max 100;
    }
}

document! {
    /// Market place (PostOrderMarketPlace in the OpenAPI file).
    MarketPlace as "market place", "PostOrderMarketPlace" {
        /// Marketplace.
        market_place: Option<Text> => "marketPlace", max 100;
        /// Order number at the marketplace.
        market_place_order_number: Option<Text> => "marketPlaceOrderNumber", max 100;
    }
}

document! {
    /// Consignee advanced (PostOrderConsigneeAddressAdvanced in the OpenAPI file).
    ConsigneeAdvanced as "consignee advanced", "PostOrderConsigneeAddressAdvanced" {
        /// Telephone notification setting.
        telephone_notification: Option<Box<ConsigneeNotification>> => "telephoneNotification";
        /// E-mail notification setting.
        email_notification: Option<Box<ConsigneeNotification>> => "emailNotification";
        /// SMS notification setting.
        sms_notification: Option<Box<ConsigneeNotification>> => "smsNotification";
        /// External code of the customer.
        external_customer_code: Option<Text> => "externalCustomerCode";
    }
}

document! {
    /// Invoice address (PostOrderConsigneeInvoiceAddress in the OpenAPI file).
    InvoiceAddress as "invoice address", "PostOrderConsigneeInvoiceAddress" {
        /// Name.
        name: Option<Text> => "name";
        /// First street address line.
        address1: Option<Text> => "address1";
        /// Second street address line.
        address2: Option<Text> => "address2";
        /// Third street address line.
        address3: Option<Text> => "address3";
        /// Postal code.
        post_code: Option<Text> => "postCode";
        /// City.
        city: Option<Text> => "city";
        /// ISO 3166-1 alpha-2 country code.
        country_code: Option<Text> => "countryCode";
        /// State or province code.
        country_state_code: Option<Text> => "countryStateCode";
        /// Container for rarely used fields.
        advanced: Option<Box<InvoiceAddressAdvanced>> => "advanced";
    }
}

document! {
    /// Transporter payment (PostOrderTransporterPayment in the OpenAPI file).
    TransporterPayment as "transporter payment", "PostOrderTransporterPayment" {
        /// The consignee pays through collection.
        consignee_collects: Option<bool> => "consigneeCollects";
        /// The consignee pays the freight.
        consignee_pays: Option<Box<ConsigneePays>> => "consigneePays";
        /// A third party pays the freight.
        third_party_pays: Option<Box<ThirdPartyPays>> => "thirdPartyPays";
        /// The sender pays the freight.
        sender_pays: Option<Box<SenderPays>> => "senderPays";
    }
}

document! {
    /// Order line prices (PostOrderLinePrices in the OpenAPI file).
    OrderLinePrices as "order line prices", "PostOrderLinePrices" {
        /// Line price.
        line_price: Option<Decimal> => "linePrice";
        /// Price towards the customer for the line.
        customer_line_price: Option<Decimal> => "customerLinePrice";
        /// Currency code.
        currency_code: Option<Text> => "currencyCode", max 20;
        /// Discount in percent.
        discount_percentage: Option<Decimal> => "discountPercentage";
        /// Total VAT of the line. Seen only as a type in a third-party client.
        total_vat: Option<Decimal> => "totalVat";
    }
}

document! {
    /// Order line free values (PostOrderLineFreeValues in the OpenAPI file).
    OrderLineFreeValues as "order line free values", "PostOrderLineFreeValues" {
        /// Free text field 1.
        free_text1: Option<Text> => "freeText1";
    }
}

document! {
    /// Order text line (PostOrderTextLine in the OpenAPI file).
    OrderTextLine as "order text line", "PostOrderTextLine" {
        /// The goods owner's row number, unique within the document.
        row_number: Option<Text> => "rowNumber", required true;
        /// Comment.
        comment: Option<Text> => "comment";
        /// Quantity.
        number_of_items: Option<Decimal> => "numberOfItems";
    }
}

document! {
    /// Consignee notification (PostOrderConsigneeCustomerNotification in the OpenAPI file).
    ConsigneeNotification as "consignee notification", "PostOrderConsigneeCustomerNotification" {
        /// Whether to notify.
        to_be_notified: Option<bool> => "toBeNotified";
        /// Address or number to notify.
        value: Option<Text> => "value";
    }
}

document! {
    /// Invoice address advanced (PostOrderConsigneeInvoiceAddressAdvanced in the OpenAPI file).
    InvoiceAddressAdvanced as "invoice address advanced", "PostOrderConsigneeInvoiceAddressAdvanced" {
        /// Telephone notification setting.
        telephone_notification: Option<Box<InvoiceNotification>> => "telephoneNotification";
        /// E-mail notification setting.
        email_notification: Option<Box<InvoiceNotification>> => "emailNotification";
        /// SMS notification setting.
        sms_notification: Option<Box<InvoiceNotification>> => "smsNotification";
    }
}

document! {
    /// Consignee pays (PostOrderTransporterConsigneePays in the OpenAPI file).
    ConsigneePays as "consignee pays", "PostOrderTransporterConsigneePays" {
        /// Customer number.
        customer_number: Option<Text> => "customerNumber", required true, max 50;
    }
}

document! {
    /// Third party pays (PostOrderTransporterThirdPartyPays in the OpenAPI file).
    ThirdPartyPays as "third party pays", "PostOrderTransporterThirdPartyPays" {
        /// Customer number.
        customer_number: Option<Text> => "customerNumber", required true, max 50;
    }
}

document! {
    /// Sender pays (PostOrderTransporterSenderPaysPays in the OpenAPI file).
    SenderPays as "sender pays", "PostOrderTransporterSenderPaysPays" {
        /// EDI code.
        edi_code: Option<Text> => "ediCode", required true;
    }
}

document! {
    /// Invoice notification (PostOrderConsigneeCustomerInvoiceNotification in the OpenAPI file).
    InvoiceNotification as "invoice notification", "PostOrderConsigneeCustomerInvoiceNotification" {
        /// Address or number to notify.
        value: Option<Text> => "value";
    }
}
