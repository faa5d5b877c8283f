//! Records that stand beside the record that they belong to, and not in it (`path = "../Row"`): a text row behind the
//! row that it is about. Of those before it, its number (`nest`) tells which it is; else it is the last one.

use std::collections::HashMap;

use crate::fault::{Fault, Place, code};
use crate::format::layout::{Layout, RecordLayout};
use crate::format::record::Records;

/// Puts such records of a tree under the one that they belong to; those that belong to none are faulty.
pub(super) fn find_parents(layout: &Layout, file: &str, records: &mut Records) -> Vec<(usize, Fault)> {
    let is_beside = |kind: &RecordLayout| kind.path.iter().any(|path| path.up > 0);
    if !layout.records.iter().any(is_beside) {
        return Vec::new();
    }
    let kind_of = |records: &Records, record: usize| {
        let kind = records.kind(record)?;
        Some((kind, layout.records.get(kind)?))
    };
    // By the record that both stand in and the number, the first record that has it.
    let mut numbers: HashMap<(Option<usize>, String), usize> = HashMap::new();
    // By the record that both stand in and the kind, the last one so far.
    let mut last: HashMap<(Option<usize>, usize), usize> = HashMap::new();
    let mut faults = Vec::new();
    for record in 0..records.len() {
        let Some((number, kind)) = kind_of(records, record) else { continue };
        let round = records.parent(record);
        last.insert((round, number), record);
        if let Some(nest) = kind.nest.filter(|nest| nest.parent.is_none())
            && let Some(number) = nest.id.and_then(|id| records.field(record, id))
        {
            numbers.entry((round, number.to_owned())).or_insert(record);
        }
        if !is_beside(kind) {
            continue;
        }
        let by_number = kind.nest.and_then(|nest| nest.parent);
        let found = match by_number {
            Some(field) => {
                let wanted = records.field(record, field).unwrap_or("").to_owned();
                numbers.get(&(round, wanted)).copied()
            }
            None => kind.under.iter().filter_map(|above| last.get(&(round, *above)).copied()).max(),
        };
        let fits =
            |above: &usize| kind_of(records, *above).is_some_and(|(above, _)| kind.under.contains(&above));
        match found.filter(fits) {
            Some(found) => records.set_parent(record, Some(found)),
            None if round.as_ref().is_some_and(fits) => {}
            None => faults.push((record, without_parent(layout, file, kind, by_number, records, record))),
        }
    }
    faults
}

fn without_parent(
    layout: &Layout,
    file: &str,
    kind: &RecordLayout,
    by_number: Option<usize>,
    records: &Records,
    record: usize,
) -> Fault {
    let names = layout.parents(kind);
    let Some(number) = by_number else {
        let place: Place = records.place(file, record);
        return Fault::new(code::RECORD_WITHOUT_PARENT)
            .at(place.record(&kind.name))
            .with("parents", names.join(", "));
    };
    let field = kind.fields.get(number).map(|field| field.name.as_str()).unwrap_or_default();
    let place = records.place_of_field(file, record, number).record(&kind.name).field(field);
    Fault::new(code::UNKNOWN_PARENT_NUMBER)
        .at(place)
        .found(records.field(record, number).unwrap_or(""))
        .with("parents", names.join(", "))
}
