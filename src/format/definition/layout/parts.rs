//! `[layout.parts.NAME]`: files that belong together, each with its own syntax and records.

use super::super::draft::Draft;
use super::super::source_part::misfit;
use super::{Use, file, group};
use crate::written::{At, Table};

/// The fewest files that can belong together.
const LEAST: usize = 2;

/// Checks `[layout]` with parts. What a part does not say of itself is as `[layout]` says it.
pub(super) fn check(table: &Table<'_>, use_: &Use) -> Option<Draft> {
    if use_.writes {
        misfit(table, "parts", "files that belong together are only read");
    }
    let of_one = ["records", "columns", "optional", "labels"].into_iter().filter(|key| table.has(key));
    let of_one: Vec<&str> = of_one.collect();
    for key in &of_one {
        misfit(table, key, "it belongs to one of the parts");
    }
    let parts = table.tables("parts");
    if parts.len() < LEAST {
        table.missing(
            "a second part in parts",
            "the files that belong together, like [layout.parts.head] and [layout.parts.row]",
        );
    }
    if parts.len() < LEAST || !of_one.is_empty() {
        return None;
    }
    let mut drafts = Vec::new();
    for (name, part) in parts {
        let part = part.or(table);
        if !lines_only(&part) {
            return None;
        }
        let draft = file(&part, use_, &name.value)?;
        part.finish();
        drafts.push((name, draft));
    }
    let mut drafts = drafts.into_iter();
    let (name, first) = drafts.next()?;
    let mut whole = first.emptied();
    whole.add_part(name, first);
    for (name, draft) in drafts {
        if !have_other_names(table, &whole, &draft) {
            return None;
        }
        whole.add_part(name, draft);
    }
    join(&mut whole);
    group::of_parts(table, &mut whole);
    table.finish();
    Some(whole)
}

/// Records that are grouped by a key over several files come from files of lines.
fn lines_only(part: &Table<'_>) -> bool {
    let Some(syntax) = part.text("syntax") else { return true };
    if !matches!(syntax.value.as_str(), "xml" | "tagged" | "whole") {
        if part.has("labels") {
            misfit(part, "labels", "files that belong together are plain CSV or fixed-width files");
        }
        return !part.has("labels");
    }
    part.wrong_value(
        "syntax",
        &syntax,
        "\"csv\" or \"fixed\": only such files can belong together by a key",
        "",
    );
    false
}

/// Names in the mapping are those of record kinds, so no two of them may have the same.
fn have_other_names(table: &Table<'_>, whole: &Draft, part: &Draft) -> bool {
    let records = part.layout.records.iter().zip(&part.places);
    let twice = records.filter(|(record, _)| whole.kind(&record.name).is_some());
    let twice: Vec<_> = twice.collect();
    for (record, place) in &twice {
        let name = At { value: record.name.clone(), place: (*place).clone() };
        table.wrong_value("records", &name, "a name that no record kind of another part has", "");
    }
    twice.is_empty()
}

/// What stands on its own in a later file stands under what does so in the first.
fn join(whole: &mut Draft) {
    let heads = group::on_their_own(whole, whole.kinds_of_part(0));
    let first = whole.kinds_of_part(1).start;
    for kind in group::on_their_own(whole, first..whole.layout.records.len()) {
        if let Some(record) = whole.layout.records.get_mut(kind) {
            record.joins.clone_from(&heads);
        }
    }
}
