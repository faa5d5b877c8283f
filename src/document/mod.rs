//! Typed business documents: what files say, in Ongoing's terms.
//!
//! Members are named as in Ongoing's REST API, in snake_case. A document knows its members by name
//! ([`Document::shape`]), so that format files can set and read them.

mod acknowledgement;
mod adjustment;
mod article;
mod attachment;
mod cancelled_order;
mod change;
mod code_name;
mod json;
mod order;
mod purchase_order;
mod receipt;
mod reference;
mod return_order;
mod returned;
mod shape;
mod shipment;
mod stock;
mod warehouse;

pub use acknowledgement::{Acknowledgement, AcknowledgementRow};
pub use adjustment::{Adjustment, AdjustmentLine};
pub use article::*;
pub use attachment::Attachment;
pub use cancelled_order::{CancelledOrder, CancelledOrderLine};
pub use change::*;
pub use code_name::CodeName;
pub use json::{CANONICAL_VERSION, decimal_text, from_json, to_json};
pub use order::*;
pub use purchase_order::*;
pub use receipt::{Receipt, ReceiptItem, ReceiptLine};
pub use reference::{MemberTable, reference, tables};
pub use return_order::*;
pub use returned::{Return, ReturnItem, ReturnLine};
pub use shape::{
    Content, Document, Member, MemberKind, Shape, Shaped, Slot, Text, Value, instant_text, is_empty,
};
pub use shipment::{Shipment, ShipmentLine, ShipmentParcel};
pub use stock::{Stock, StockLine};
pub use warehouse::Warehouse;

/// Declares the closed set of document types: whoever adds one is led by the compiler to each place.
///
/// `/// meaning  Variant "name in format files" inbound|outbound, |document| its number;`
macro_rules! document_types {
    ($( $(#[doc = $doc:literal])* $variant:ident $name:literal $way:ident, |$document:ident| $number:expr; )*) => {
        /// Every type of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DocumentType {
            $( $(#[doc = $doc])* $variant, )*
        }

        impl DocumentType {
            /// Every type.
            pub const ALL: &[DocumentType] = &[$( DocumentType::$variant, )*];

            /// The name in format files, messages and the ledger.
            pub fn name(self) -> &'static str {
                match self { $( DocumentType::$variant => $name, )* }
            }

            /// What it is, and which way it goes.
            pub fn meaning(self) -> &'static str {
                match self { $( DocumentType::$variant => concat!($($doc),*).trim(), )* }
            }

            /// Whether files of this type come from the ERP (else they go to it).
            pub fn is_inbound(self) -> bool {
                match self { $( DocumentType::$variant => document_types!(@$way), )* }
            }

            /// Its members.
            pub fn shape(self) -> &'static Shape {
                match self { $( DocumentType::$variant => $variant::shape_of(), )* }
            }
        }

        /// A document of any type.
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyDocument {
            $( $(#[doc = $doc])* $variant(Box<$variant>), )*
        }

        impl AnyDocument {
            /// An empty document of this type.
            pub fn empty(document_type: DocumentType) -> AnyDocument {
                match document_type { $( DocumentType::$variant => AnyDocument::$variant(Box::default()), )* }
            }

            /// Its type.
            pub fn document_type(&self) -> DocumentType {
                match self { $( AnyDocument::$variant(_) => DocumentType::$variant, )* }
            }

            /// The document, seen by the names of its members.
            pub fn as_document(&self) -> &dyn Document {
                match self { $( AnyDocument::$variant(document) => document.as_ref(), )* }
            }

            /// The document, to be filled by the names of its members.
            pub fn as_document_mut(&mut self) -> &mut dyn Document {
                match self { $( AnyDocument::$variant(document) => document.as_mut(), )* }
            }

            /// The number that names what it is about: article number, order number.
            pub fn number(&self) -> Option<&str> {
                match self { $( AnyDocument::$variant($document) => $number, )* }
            }
        }
    };
    (@inbound) => { true };
    (@outbound) => { false };
}

document_types! {
    /// From the ERP: an article.
    Article "article" inbound, |article| article.article_number.as_deref();
    /// From the ERP: an order.
    Order "order" inbound, |order| order.order_number.as_deref();
    /// From the ERP: changes of an order that was sent before.
    OrderChange "order_change" inbound, |change| change.order_number.as_deref();
    /// From the ERP: a purchase order, announced goods.
    PurchaseOrder "purchase_order" inbound, |purchase_order| purchase_order.purchase_order_number.as_deref();
    /// From the ERP: changes of a purchase order that was sent before.
    PurchaseOrderChange "purchase_order_change" inbound, |change| change.purchase_order_number.as_deref();
    /// From the ERP: goods that a customer sends back.
    ReturnOrder "return_order" inbound, |return_order| return_order.return_order_number.as_deref();
    /// From the ERP: the cancellation of an order or of a purchase order.
    Cancellation "cancellation" inbound,
        |it| it.order_number.as_deref().or(it.purchase_order_number.as_deref());
    /// From the ERP: a file that belongs to an order, a purchase order or an article.
    Attachment "attachment" inbound,
        |it| it.order_number.as_deref().or(it.purchase_order_number.as_deref()).or(it.article_number.as_deref());
    /// To the ERP: what became of the documents of an arrival; from the ledger.
    Acknowledgement "acknowledgement" outbound, |acknowledgement| acknowledgement.arrival.as_deref();
    /// To the ERP: what left the warehouse for an order since the ERP was last told; from `GET /orders`.
    Shipment "shipment" outbound, |shipment| shipment.order_number.as_deref();
    /// To the ERP: what came in on a purchase order since the ERP was last told; from `GET /purchaseOrders`.
    Receipt "receipt" outbound, |receipt| receipt.purchase_order_number.as_deref();
    /// To the ERP: what is in stock, all of it or what changed, one document for each file; from `GET /articles`,
    /// `/articles/inventoryPerWarehouse` or `/articleItems`.
    Stock "stock" outbound, |_stock| None;
    /// To the ERP: a correction of the stock, made by stock-taking; from `GET /inventoryAdjustments`.
    Adjustment "adjustment" outbound, |adjustment| adjustment.inventory_id.as_deref();
    /// To the ERP: goods that came back since the ERP was last told, in all three forms; from `GET /orders`,
    /// `/returnOrders` and `/purchaseOrders`.
    Return "return" outbound,
        |it| it.return_order_number.as_deref().or(it.order_number.as_deref()).or(it.purchase_order_number.as_deref());
    /// To the ERP: an order or a purchase order that is cancelled in Ongoing, whoever did it; from `GET /orders` and
    /// `/purchaseOrders`.
    CancelledOrder "cancelled_order" outbound,
        |it| it.order_number.as_deref().or(it.purchase_order_number.as_deref());
}

impl DocumentType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<DocumentType> {
        DocumentType::ALL.iter().copied().find(|document| document.name() == name)
    }
}

/// Members that Ongoing has, but whose own members no source shows (x-members-unknown in the OpenAPI file): the schema
/// that has them, and their names in snake_case. They are never sent, and a format file that names one is told so.
pub const MEMBERS_UNKNOWN: &[(&str, &str)] = &[
    ("PostArticleModel", "alternative_suppliers_info"),
    ("PostArticleModel", "article_classes_info"),
    ("PostArticleModel", "advanced"),
    ("PostOrderLine", "vat"),
    ("PostPurchaseOrderModel", "classes"),
    ("PostPurchaseOrderModel", "tracking"),
    ("PostPurchaseOrderModel", "text_lines"),
    ("PostPurchaseOrderLine", "text_lines"),
];
