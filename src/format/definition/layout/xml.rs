//! What only an XML layout has: paths.

use super::super::draft::Draft;
use super::super::source_part::misfit;
use super::named_encoding;
use crate::format::encoding::Encoding;
use crate::format::layout::{RecordPath, Step, XmlPath, XmlSyntax};
use crate::written::{At, Item, Table};

const RECORD_EXPECTED: &str = "the elements on the way to it, like \"ORDERS/Order\" from the root or \"Rows/Row\" from the record that \
     it stands under, \"../Row\" for what stands beside that record, or a list of such paths";

/// What the format file says of the encoding that files declare.
pub(super) fn syntax(table: &Table<'_>) -> XmlSyntax {
    let name = table.text("encoding").filter(|name| name.value != "declared");
    XmlSyntax { declared: name.is_none() }
}

/// The encoding that the format file forces or writes, else UTF-8.
pub(super) fn encoding(table: &Table<'_>) -> Option<Encoding> {
    match table.text("encoding").filter(|name| name.value != "declared") {
        Some(name) => named_encoding(table, "encoding", &name).or_else(|| Encoding::named("utf-8")),
        None => Encoding::named("utf-8"),
    }
}

/// `namespaces = { cbc = "urn:…" }`: the prefixes that paths may use.
pub(super) fn namespaces(table: &Table<'_>, xml: bool) -> Vec<(String, String)> {
    if table.has("namespaces") && !xml {
        misfit(table, "namespaces", "it goes with syntax = \"xml\" only");
    }
    let Some(namespaces) = table.table("namespaces") else { return Vec::new() };
    let named = |name: At<String>| namespaces.text(&name.value).map(|uri| (name.value, uri.value));
    namespaces.keys().into_iter().filter_map(named).collect()
}

/// `path` of a record kind.
pub(super) fn record_path(table: &Table<'_>, draft: &Draft) -> Vec<RecordPath> {
    let texts = match table.item("path") {
        None => {
            table.missing("path", RECORD_EXPECTED);
            return Vec::new();
        }
        Some(Item::List(..)) => table.texts("path").unwrap_or_default(),
        Some(_) => table.text("path").into_iter().collect(),
    };
    let mut paths = Vec::new();
    for text in texts {
        let (mut up, mut rest) = (0, text.value.as_str());
        while let Some(behind) = rest.strip_prefix("../") {
            (up, rest) = (up + 1, behind);
        }
        match value_path(rest, &draft.namespaces) {
            Some(XmlPath { steps, attribute: None }) if !steps.is_empty() => {
                paths.push(RecordPath { up, steps });
            }
            _ => table.wrong_value("path", &text, RECORD_EXPECTED, ""),
        }
    }
    paths
}

/// A path from a record's element to a value: `Head/Buyer/Name`, `Part/@PartNumber`, `@OrderNumber`, `.`. Prefixes must be
/// declared.
pub(in crate::format::definition) fn value_path(
    text: &str,
    namespaces: &[(String, String)],
) -> Option<XmlPath> {
    if text == "." {
        return Some(XmlPath { steps: Vec::new(), attribute: None });
    }
    let mut steps = Vec::new();
    let mut attribute = None;
    for part in text.split('/') {
        if attribute.is_some() {
            return None;
        }
        match part.strip_prefix('@') {
            Some(name) => attribute = Some(step(name, namespaces)?),
            None => steps.push(step(part, namespaces)?),
        }
    }
    Some(XmlPath { steps, attribute })
}

fn step(text: &str, namespaces: &[(String, String)]) -> Option<Step> {
    let (namespace, local) = match text.split_once(':') {
        Some((prefix, local)) => {
            (Some(namespaces.iter().find(|(known, _)| known == prefix).cloned()?), local)
        }
        None => (None, text),
    };
    if local == "*" {
        return Some(Step { local: None, namespace });
    }
    let starts = local.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let plain = local.chars().all(|sign| sign.is_alphanumeric() || "-_.".contains(sign));
    (starts && plain).then(|| Step { local: Some(local.to_owned()), namespace })
}
