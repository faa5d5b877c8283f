//! Files that belong together: what stands in a later one is put under the record of the first that has its key.

use super::bundle::Bundle;
use super::place_of;
use crate::fault::{Fault, code};
use crate::format::FileNames;
use crate::format::layout::{Layout, RecordLayout};
use crate::format::record::Records;

/// Puts the records of later files under that of the first, in a group of records with one key. A record that no record
/// of the first file goes with, and a second one there with the same key, are faults of the group.
pub(super) fn join(group: &mut Bundle, layout: &Layout, names: FileNames<'_>) {
    if layout.parts.is_empty() {
        return;
    }
    let kind_of = |records: &Records, record: usize| {
        records.kind(record).and_then(|kind| layout.records.get(kind)).filter(|kind| kind.under.is_empty())
    };
    let mut head: Option<usize> = None;
    let mut faults = Vec::new();
    for record in 0..group.records.len() {
        let Some(kind) = kind_of(&group.records, record) else { continue };
        let is_keyed =
            layout.group.as_ref().is_some_and(|by| by.key_of(group.records.kind(record)).is_some());
        if !is_keyed {
            continue;
        }
        match (head, kind.joins.is_empty()) {
            (None, true) => head = Some(record),
            (Some(first), true) => {
                let before = group.records.line(first);
                let fault = keyed(group, layout, names, kind, record, code::HEAD_TWICE);
                faults.push((record, fault.with("before", before)));
            }
            (Some(head), false) => group.records.set_parent(record, Some(head)),
            (None, false) => {
                let heads: Vec<&str> = kind
                    .joins
                    .iter()
                    .filter_map(|kind| layout.records.get(*kind))
                    .map(|kind| kind.name.as_str())
                    .collect();
                let file = names.of(layout, kind.joins.first().copied());
                let fault = keyed(group, layout, names, kind, record, code::ROW_WITHOUT_HEAD);
                faults.push((record, fault.with("heads", heads.join(", ")).with("other", file)));
            }
        }
    }
    faults.retain(|(record, _)| !group.faults.iter().any(|(known, _)| known == record));
    group.faults.append(&mut faults);
    group.faults.sort_by_key(|(record, _)| *record);
}

/// A fault at the key of a record.
fn keyed(
    group: &Bundle,
    layout: &Layout,
    names: FileNames<'_>,
    kind: &RecordLayout,
    record: usize,
    code: crate::fault::Code,
) -> Fault {
    let number = group.records.kind(record);
    let by = layout.group.as_ref().and_then(|by| by.key_of(number)).map(|key| key.by.as_slice());
    let by = by.unwrap_or_default();
    let texts: Vec<&str> = by.iter().filter_map(|field| group.records.field(record, *field)).collect();
    let file = names.of(layout, number);
    let place = match by.first() {
        Some(field) => place_of(file, kind, *field, &group.records, record),
        None => group.records.place(file, record).record(&kind.name),
    };
    Fault::new(code).at(place).found(texts.join(", "))
}
