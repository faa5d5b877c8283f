//! Typed business documents: what files say, in Ongoing's terms.
//!
//! Members are named as in Ongoing's REST API, in snake_case. A document knows its members by name
//! ([`Document::shape`]), so that format files can set and read them.

mod acknowledgement;
mod article;
mod code_name;
mod json;
mod order;
mod shape;
mod shipment;

pub use acknowledgement::{Acknowledgement, AcknowledgementRow};
pub use article::*;
pub use code_name::CodeName;
pub use json::{CANONICAL_VERSION, decimal_text, from_json, to_json};
pub use order::*;
pub use shape::{Content, Document, Member, MemberKind, Shape, Shaped, Slot, Value, instant_text, is_empty};
pub use shipment::{Shipment, ShipmentLine, ShipmentParcel};

/// Every type of document. A closed set: whoever adds one is led by the compiler to each place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentType {
    /// From the ERP: an article.
    Article,
    /// From the ERP: an order.
    Order,
    /// To the ERP: what became of the documents of an arrival.
    Acknowledgement,
    /// To the ERP: what left the warehouse.
    Shipment,
}

impl DocumentType {
    /// Every type.
    pub const ALL: [DocumentType; 4] =
        [DocumentType::Article, DocumentType::Order, DocumentType::Acknowledgement, DocumentType::Shipment];

    /// The name in format files, messages and the ledger.
    pub fn name(self) -> &'static str {
        match self {
            DocumentType::Article => "article",
            DocumentType::Order => "order",
            DocumentType::Acknowledgement => "acknowledgement",
            DocumentType::Shipment => "shipment",
        }
    }

    /// The type of this name.
    pub fn named(name: &str) -> Option<DocumentType> {
        DocumentType::ALL.into_iter().find(|document| document.name() == name)
    }

    /// Whether files of this type come from the ERP (else they go to it).
    pub fn is_inbound(self) -> bool {
        match self {
            DocumentType::Article | DocumentType::Order => true,
            DocumentType::Acknowledgement | DocumentType::Shipment => false,
        }
    }

    /// Its members.
    pub fn shape(self) -> &'static Shape {
        match self {
            DocumentType::Article => Article::shape_of(),
            DocumentType::Order => Order::shape_of(),
            DocumentType::Acknowledgement => Acknowledgement::shape_of(),
            DocumentType::Shipment => Shipment::shape_of(),
        }
    }
}

/// A document of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyDocument {
    /// An article.
    Article(Box<Article>),
    /// An order.
    Order(Box<Order>),
    /// An acknowledgement.
    Acknowledgement(Box<Acknowledgement>),
    /// A shipment.
    Shipment(Box<Shipment>),
}

impl AnyDocument {
    /// An empty document of this type.
    pub fn empty(document_type: DocumentType) -> AnyDocument {
        match document_type {
            DocumentType::Article => AnyDocument::Article(Box::default()),
            DocumentType::Order => AnyDocument::Order(Box::default()),
            DocumentType::Acknowledgement => AnyDocument::Acknowledgement(Box::default()),
            DocumentType::Shipment => AnyDocument::Shipment(Box::default()),
        }
    }

    /// Its type.
    pub fn document_type(&self) -> DocumentType {
        match self {
            AnyDocument::Article(_) => DocumentType::Article,
            AnyDocument::Order(_) => DocumentType::Order,
            AnyDocument::Acknowledgement(_) => DocumentType::Acknowledgement,
            AnyDocument::Shipment(_) => DocumentType::Shipment,
        }
    }

    /// The document, seen by the names of its members.
    pub fn as_document(&self) -> &dyn Document {
        match self {
            AnyDocument::Article(document) => document.as_ref(),
            AnyDocument::Order(document) => document.as_ref(),
            AnyDocument::Acknowledgement(document) => document.as_ref(),
            AnyDocument::Shipment(document) => document.as_ref(),
        }
    }

    /// The document, to be filled by the names of its members.
    pub fn as_document_mut(&mut self) -> &mut dyn Document {
        match self {
            AnyDocument::Article(document) => document.as_mut(),
            AnyDocument::Order(document) => document.as_mut(),
            AnyDocument::Acknowledgement(document) => document.as_mut(),
            AnyDocument::Shipment(document) => document.as_mut(),
        }
    }

    /// The number that names it among its kind: article number, order number.
    pub fn number(&self) -> Option<&str> {
        match self {
            AnyDocument::Article(article) => article.article_number.as_deref(),
            AnyDocument::Order(order) => order.order_number.as_deref(),
            AnyDocument::Acknowledgement(acknowledgement) => acknowledgement.arrival.as_deref(),
            AnyDocument::Shipment(shipment) => shipment.order_number.as_deref(),
        }
    }
}
