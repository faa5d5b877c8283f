//! `group`: which records belong together where nesting does not say it.

use super::super::draft::Draft;
use super::super::source_part::misfit;
use crate::fault::{Fault, code};
use crate::format::layout::{Group, GroupKey, RecordUse};
use crate::written::{At, Item, Table, suggestion};

pub(super) const ROWS: [(&str, bool); 2] = [("adjacent", true), ("anywhere", false)];

/// Checks `group`.
pub(super) fn group(table: &Table<'_>, draft: &mut Draft) {
    let Some(group) = table.table_like("group", "a table like { by = \"OrdNr\" }") else { return };
    let by = group.texts("by").unwrap_or_default();
    if by.is_empty() {
        group.missing("by", "the field whose text the records of one document share, like by = \"OrdNr\"");
    }
    let adjacent = group.one_of("rows", &ROWS).unwrap_or(false);
    group.finish();
    let top = on_their_own(draft, 0..draft.layout.records.len());
    let has_all = |draft: &Draft, kind: usize| {
        draft.open.contains(&kind)
            || draft.layout.records.get(kind).is_some_and(|record| {
                by.iter().all(|name| record.fields.iter().any(|field| field.name == name.value))
            })
    };
    let Some(kind) = top.iter().copied().find(|kind| has_all(draft, *kind)).or(top.first().copied()) else {
        return;
    };
    let key = key(&group, draft, kind, &by);
    draft.layout.group = Some(Group { keys: vec![key], adjacent });
}

/// Checks `group` of files that belong together: `by` is a field that each of them has, or names one for each.
pub(super) fn of_parts(table: &Table<'_>, draft: &mut Draft) {
    let expected = "the field that says which records of the files belong together";
    if !table.has("group") {
        table.missing("group", &format!("{expected}, like group = {{ by = \"OrdNr\" }}"));
    }
    let Some(group) = table.table("group") else { return };
    if !group.has("by") {
        group.missing("by", &format!("{expected}, like by = \"OrdNr\""));
    }
    let names: Vec<String> = draft.parts.iter().map(|part| part.name.value.clone()).collect();
    let by: Vec<Vec<At<String>>> = match group.item("by") {
        Some(Item::Table(each)) => {
            let of_part = |name: &String| {
                if !each.has(name) {
                    each.missing(name, "the field of that file with the key");
                }
                each.texts(name).unwrap_or_default()
            };
            let by: Vec<Vec<At<String>>> = names.iter().map(of_part).collect();
            each.finish();
            by
        }
        Some(_) => {
            let by = group.texts("by").unwrap_or_default();
            names.iter().map(|_| by.clone()).collect()
        }
        None => Vec::new(),
    };
    if group.one_of("rows", &[("adjacent", true), ("anywhere", false)]) == Some(true) {
        misfit(&group, "rows", "the records with one key stand in several files");
    }
    group.finish();
    let most = by.iter().map(Vec::len).max().unwrap_or(0);
    if by.iter().any(|by| by.len() != most && !by.is_empty()) {
        misfit(&group, "by", "each file must name as many fields as the others");
    }
    let mut keys = Vec::new();
    for (number, by) in by.iter().enumerate() {
        for kind in on_their_own(draft, draft.kinds_of_part(number)) {
            keys.push(key(&group, draft, kind, by));
        }
    }
    draft.layout.group = Some(Group { keys, adjacent: false });
}

/// Those of these record kinds that are read and stand under no other of their file.
pub(super) fn on_their_own(draft: &Draft, kinds: std::ops::Range<usize>) -> Vec<usize> {
    let of_its_own = |kind: &usize| {
        let record = draft.layout.records.get(*kind);
        record.is_some_and(|record| record.under.is_empty() && record.use_ == RecordUse::Data)
    };
    kinds.filter(of_its_own).collect()
}

/// The key of a record kind; a field that it does not have is a mistake.
fn key(group: &Table<'_>, draft: &mut Draft, kind: usize, by: &[At<String>]) -> GroupKey {
    let mut fields = Vec::new();
    for name in by {
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
    GroupKey { record: kind, by: fields }
}
