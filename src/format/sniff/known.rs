//! Interfaces that are known by their marks (chapter 3 of the reference of ERP formats).

use serde::Serialize;

use super::outline::Xml;
use crate::document::DocumentType;

/// An interface that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Interface {
    /// Mamut's order lines, `GBAO10`.
    MamutOrders,
    /// Mamut's products, `GBAP15`.
    MamutProducts,
    /// Mamut's XML, `GBAOX10` and `GBAPX10`.
    MamutXml,
    /// EFO/NELFO's order, `BH;EFONELFO`.
    NelfoOrder,
    /// EFO/NELFO's product file, `VH;EFONELFO`.
    NelfoProducts,
    /// EFO/NELFO's order or delivery confirmation, `CH` and `DH`.
    NelfoConfirmation,
    /// Another file of EFO/NELFO: enquiry, prices, discounts.
    NelfoOther,
    /// Visma Business, records `H` and `L`.
    VismaRecords,
    /// Visma Business, XML with `OrderHead` and `OrderLine`.
    VismaXml,
    /// Pyramid Business Studio's tagged lines.
    Pyramid,
    /// Monitor's `ORDERS420`.
    MonitorOrders,
    /// `LevBest`: a supplier order with labels before its table.
    LevBest,
    /// An IDoc of SAP as a flat file, `EDI_DC40`.
    SapIdoc,
    /// An IDoc of SAP as XML.
    SapIdocXml,
    /// An M3 Data Import file: the name says program and transaction.
    M3DataImport,
    /// Extend Commerce, `LxirEnvelope`.
    Lxir,
    /// Logisoft SHARK, `Logisoft-ERP`.
    Logisoft,
    /// DropStream's `PH` and `PD`.
    DropStream,
    /// Oracle WMS Cloud's `[H1]` and `[H2]`.
    OracleWms,
    /// An EDIFACT interchange.
    Edifact,
    /// An ANSI X12 interchange.
    X12,
    /// UBL, as Peppol uses it.
    Ubl,
    /// GS1 XML.
    Gs1Xml,
    /// Sterling's XML, as Posti uses it.
    Sterling,
}

impl Interface {
    /// What it has, where the mark says it.
    pub(super) fn document(self) -> Option<DocumentType> {
        match self {
            Interface::MamutOrders
            | Interface::NelfoOrder
            | Interface::VismaRecords
            | Interface::VismaXml
            | Interface::MonitorOrders
            | Interface::LevBest
            | Interface::DropStream
            | Interface::Sterling => Some(DocumentType::Order),
            Interface::MamutProducts | Interface::NelfoProducts => Some(DocumentType::Article),
            _ => None,
        }
    }
}

/// By the start of the text, and by the file's name.
pub(super) fn by_text(text: &str, name: &str) -> Option<Interface> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let line = text.split(['\r', '\n']).next().unwrap_or("");
    let cells: Vec<&str> = line.split(';').map(|cell| cell.trim().trim_matches('"')).take(4).collect();
    let cell = |at: usize| cells.get(at).copied().unwrap_or("");
    if cell(1) == "EFONELFO" {
        return Some(match cell(0) {
            "BH" => Interface::NelfoOrder,
            "VH" => Interface::NelfoProducts,
            "CH" | "DH" => Interface::NelfoConfirmation,
            _ => Interface::NelfoOther,
        });
    }
    let found = match cell(0) {
        "GBAO10" => Some(Interface::MamutOrders),
        "GBAP15" => Some(Interface::MamutProducts),
        "LevBest" => Some(Interface::LevBest),
        "8" if cell(1) == "2" && cell(2).is_empty() => Some(Interface::VismaRecords),
        _ if text.starts_with("EDI_DC40") => Some(Interface::SapIdoc),
        _ if text.starts_with("ISA*") => Some(Interface::X12),
        _ if text.starts_with("[H1]") => Some(Interface::OracleWms),
        _ => None,
    };
    found.or_else(|| is_m3_name(name).then_some(Interface::M3DataImport))
}

/// `Receipts-MHS850MI.AddPOReceipt.csv`.
fn is_m3_name(name: &str) -> bool {
    let Some((_, rest)) = name.rsplit_once('-') else { return false };
    let mut parts = rest.split('.');
    let (program, transaction) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    program.len() >= 6
        && program.ends_with("MI")
        && program.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && !transaction.is_empty()
        && parts.next().is_some()
}

/// By the beginnings of records, and how many fields the first of them has.
pub(super) fn by_record_types(types: &[(&str, usize)]) -> Option<Interface> {
    let has = |is: &str| types.iter().any(|(other, _)| *other == is);
    let only = |all: &[&str]| types.iter().all(|(is, _)| all.contains(is));
    if has("PH") && has("PD") && only(&["PH", "PD"]) {
        return Some(Interface::DropStream);
    }
    let head = types.iter().find(|(is, _)| *is == "H").map_or(0, |(_, fields)| *fields);
    (has("H") && has("L") && only(&["H", "L", "A", "8"]) && head >= 7).then_some(Interface::VismaRecords)
}

/// By the outermost element.
pub(super) fn by_xml(xml: &Xml) -> Option<Interface> {
    let has =
        |path: &str| xml.elements.iter().any(|element| element.name == path || element.name.ends_with(path));
    let namespace = xml.namespace.as_deref().unwrap_or("");
    match xml.root.as_str() {
        "ORDERS420" => Some(Interface::MonitorOrders),
        "LxirEnvelope" => Some(Interface::Lxir),
        "Logisoft-ERP" => Some(Interface::Logisoft),
        _ if namespace.starts_with("urn:oasis:names:specification:ubl") => Some(Interface::Ubl),
        _ if namespace.contains("gs1") || has("StandardBusinessDocumentHeader") => Some(Interface::Gs1Xml),
        _ if has("EDI_DC40") => Some(Interface::SapIdocXml),
        root if root.to_uppercase().starts_with("GBA") || has("DATA4") => Some(Interface::MamutXml),
        _ if has("OrderHead") && has("OrderLine") => Some(Interface::VismaXml),
        _ if has("PersonInfoShipTo") => Some(Interface::Sterling),
        _ => None,
    }
}
