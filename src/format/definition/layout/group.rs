//! `group`: which records belong together where nesting does not say it.

use super::super::draft::Draft;
use crate::fault::{Fault, code};
use crate::format::layout::{Group, RecordUse};
use crate::written::{Table, suggestion};

pub(super) const ROWS: [(&str, bool); 2] = [("adjacent", true), ("anywhere", false)];

/// Checks `group`.
pub(super) fn group(table: &Table<'_>, draft: &mut Draft) {
    let Some(group) = table.table("group") else { return };
    let by = group.texts("by").unwrap_or_default();
    if by.is_empty() {
        group.missing("by", "the field whose text the records of one document share, like by = \"OrdNr\"");
    }
    let adjacent = group.one_of("rows", &ROWS).unwrap_or(false);
    group.finish();
    let top: Vec<usize> = (0..draft.layout.records.len())
        .filter(|kind| {
            let record = draft.layout.records.get(*kind);
            record.is_some_and(|record| record.under.is_empty() && record.use_ == RecordUse::Data)
        })
        .collect();
    let has_all = |draft: &Draft, kind: usize| {
        draft.open.contains(&kind)
            || draft.layout.records.get(kind).is_some_and(|record| {
                by.iter().all(|name| record.fields.iter().any(|field| field.name == name.value))
            })
    };
    let Some(kind) = top.iter().copied().find(|kind| has_all(draft, *kind)).or(top.first().copied()) else {
        return;
    };
    let mut fields = Vec::new();
    for name in &by {
        match draft.own_field(kind, &name.value) {
            Some(field) if !name.value.is_empty() => fields.push(field),
            _ => {
                let record = draft.layout.records.get(kind);
                let names: Vec<&str> = record
                    .map(|record| record.fields.iter().map(|field| field.name.as_str()).collect())
                    .unwrap_or_default();
                group.fault(
                    Fault::new(code::UNKNOWN_FIELD)
                        .at(name.place.clone())
                        .found(&name.value)
                        .with("kind", record.map(|record| record.name.as_str()).unwrap_or_default())
                        .with("names", names.join(", "))
                        .with("suggestion", suggestion(&name.value, names.iter().copied())),
                );
            }
        }
    }
    draft.layout.group = Some(Group { by: fields, record: kind, adjacent });
}
