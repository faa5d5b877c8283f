//! Codes that must be set up at the installation, against its lists as they were read last.
//!
//! Only carriers and their services are judged: they are never created by a request and must match what is set up;
//! other codes with a name are likely created (`ongoing-rest-api.md`, sections 4 and 15). A list that was never read
//! judges nothing.

use chrono::{DateTime, Utc};

use crate::document::AnyDocument;
use crate::fault::{Fault, Place, code};

/// The installation's lists as they were read last; `None` if one never was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Carriers.
    pub transporters: Option<List>,
    /// Their services.
    pub transporter_services: Option<List>,
}

/// One list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// When it was read.
    pub read_at: DateTime<Utc>,
    /// What is in it.
    pub entries: Vec<ListEntry>,
}

/// One code of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// The code.
    pub code: String,
    /// The code that it belongs to: a service's carrier.
    pub of: Option<String>,
}

/// One fault for each code that its list does not have.
pub(super) fn check(document: &AnyDocument, lists: &Lists) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (member, transporter, service) in transporters(document) {
        let known = match (transporter, &lists.transporters) {
            (Some(transporter), Some(list)) => {
                let known = list.entries.iter().any(|entry| entry.code == transporter);
                if !known {
                    faults.push(
                        unknown(code::UNKNOWN_TRANSPORTER, list, transporter)
                            .at(Place::default().field(format!("{member}.transporter_code"))),
                    );
                }
                known
            }
            _ => true,
        };
        // Of an unknown carrier every service is unknown: that was said.
        if let (Some(service), Some(list), true) = (service, &lists.transporter_services, known) {
            let fits = |entry: &ListEntry| {
                let of = entry.of.as_deref().zip(transporter).is_none_or(|(of, stated)| of == stated);
                entry.code == service && of
            };
            if !list.entries.iter().any(fits) {
                faults.push(
                    unknown(code::UNKNOWN_TRANSPORTER_SERVICE, list, service)
                        .at(Place::default().field(format!("{member}.transporter_service_code")))
                        .with("transporter", transporter.unwrap_or("-")),
                );
            }
        }
    }
    faults
}

fn unknown(code: crate::fault::Code, list: &List, found: &str) -> Fault {
    Fault::new(code).found(found).with("read_at", list.read_at.format("%Y-%m-%d %H:%M UTC"))
}

/// A member with a carrier in it: its name, the carrier's code and the service's, as far as they are stated.
type Stated<'d> = (&'static str, Option<&'d str>, Option<&'d str>);

fn transporters(document: &AnyDocument) -> Vec<Stated<'_>> {
    match document {
        AnyDocument::Order(order) => {
            let out = order.transporter.iter().map(|it| {
                ("transporter", it.transporter_code.as_deref(), it.transporter_service_code.as_deref())
            });
            let back = order.return_transporter.iter().map(|it| {
                ("return_transporter", it.transporter_code.as_deref(), it.transporter_service_code.as_deref())
            });
            out.chain(back).collect()
        }
        AnyDocument::OrderChange(change) => change
            .transporter
            .iter()
            .map(|it| ("transporter", it.transporter_code.as_deref(), it.transporter_service_code.as_deref()))
            .collect(),
        AnyDocument::Article(_)
        | AnyDocument::PurchaseOrder(_)
        | AnyDocument::PurchaseOrderChange(_)
        | AnyDocument::ReturnOrder(_)
        | AnyDocument::Cancellation(_)
        | AnyDocument::Attachment(_)
        | AnyDocument::Acknowledgement(_)
        | AnyDocument::Shipment(_)
        | AnyDocument::Receipt(_)
        | AnyDocument::Stock(_)
        | AnyDocument::Adjustment(_)
        | AnyDocument::Return(_)
        | AnyDocument::CancelledOrder(_) => Vec::new(),
    }
}
