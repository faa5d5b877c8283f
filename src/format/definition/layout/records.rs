//! `[layout.records.NAME]`: the kinds of records.

use super::super::draft::Draft;
use super::super::source_part::{misfit, wrong_type};
use super::{PLACE_MAX, count, field, xml};
use crate::fault::{Fault, code};
use crate::format::layout::{
    Check, Condition, Covered, FieldAt, FieldLayout, Framing, Nest, RecordUse, Syntax,
};
use crate::written::{At, Item, Table};

/// So much may a sender count besides the records.
pub(super) const PLUS_MAX: i64 = 1000;

/// Checks all record kinds.
pub(super) fn records(layout: &Table<'_>, draft: &mut Draft) {
    let tables = layout.tables("records");
    for (name, _) in &tables {
        draft.add_kind(&name.value, name.place.clone());
    }
    let mut unders: Vec<Vec<At<String>>> = Vec::new();
    for (kind, (_, table)) in tables.iter().enumerate() {
        unders.push(record(table, draft, kind));
    }
    for (kind, (_, table)) in tables.iter().enumerate() {
        let checks = checks(table, draft, kind);
        if let Some(record) = draft.layout.records.get_mut(kind) {
            if table.has("checks") {
                let of_file = unders.get(kind).is_none_or(Vec::is_empty);
                record.use_ = if of_file { RecordUse::Trailer } else { RecordUse::Ignore };
            }
            record.checks = checks;
        }
        for name in unders.get(kind).into_iter().flatten() {
            let Some(parent) = draft.named_kind(table, "under", name) else { continue };
            if parent == kind || draft.above(parent).contains(&kind) {
                table.wrong_value(
                    "under",
                    name,
                    "a record kind that does not itself stand under this one",
                    "",
                );
            } else if let Some(record) = draft.layout.records.get_mut(kind) {
                record.under.push(parent);
            }
        }
    }
    for (kind, (_, table)) in tables.iter().enumerate() {
        check_beside(table, draft, kind);
        check_same_when(table, draft, kind);
    }
}

/// The first kind that fits counts, so that one whose conditions are those of a kind above never comes.
fn check_same_when(table: &Table<'_>, draft: &Draft, kind: usize) {
    let records = draft.layout.records.as_slice();
    let Some(own) = records.get(kind).filter(|own| own.path.is_empty()) else { return };
    let above = records.iter().take(kind).find(|above| above.when == own.when);
    if let Some(above) = above.filter(|_| table.has("when")) {
        let problem =
            format!("{} has the same and stands before it, so that no record is of this kind", above.name);
        misfit(table, "when", &problem);
    }
}

/// A path that begins with `../` leads to what stands beside the record above it, in the record that both stand in.
fn check_beside(table: &Table<'_>, draft: &Draft, kind: usize) {
    let Some(record) = draft.layout.records.get(kind) else { return };
    let ups = record.path.iter().map(|path| path.up).max().unwrap_or(0);
    let reaches = |above: &usize| {
        let above = draft.layout.records.get(*above).filter(|above| !above.under.is_empty());
        above.is_some_and(|above| above.path.iter().all(|path| path.up == 0 && path.steps.len() >= ups))
    };
    if ups > 0 && !record.under.iter().any(reaches) {
        misfit(
            table,
            "path",
            "`..` leads out of the record that both this one and the one above it stand in",
        );
    }
}

/// One `[layout.records.NAME]`; returns the names of what it stands under.
fn record(table: &Table<'_>, draft: &mut Draft, kind: usize) -> Vec<At<String>> {
    inherit(table, draft, kind);
    if matches!(draft.layout.syntax, Syntax::Xml(_)) {
        let path = xml::record_path(table, draft);
        if let Some(record) = draft.layout.records.get_mut(kind) {
            record.path = path;
        }
    }
    let conditions = conditions(table, draft);
    let under = table.texts("under").unwrap_or_default();
    let truth = |key: &str| table.boolean(key).is_some_and(|truth| truth.value);
    let (ignore, refuse) = (truth("ignore"), truth("refuse"));
    if ignore && refuse {
        misfit(table, "refuse", "ignore passes such records over, refuse takes them for a fault");
    }
    let length = number(table, "length");
    let (columns_least, columns) = columns(table, draft);
    for (name, of_field) in if table.has("fields") { table.tables("fields") } else { Vec::new() } {
        if let Some(field) = field::field(&of_field, &name.value, draft) {
            check_overlap(&of_field, &field, draft, kind);
            draft.set(kind, field);
        }
    }
    let nest = nest(table, draft, kind);
    table.item("checks");
    check_length(table, draft, length);
    table.finish();
    if let Some(record) = draft.layout.records.get_mut(kind) {
        record.when = conditions;
        record.length = length;
        record.columns = columns;
        record.columns_least = columns_least.unwrap_or(0);
        record.nest = nest;
        record.use_ = match (ignore, refuse) {
            (true, _) => RecordUse::Ignore,
            (false, true) => RecordUse::Refuse,
            (false, false) => RecordUse::Data,
        };
    }
    under
}

/// A field may stand in another, as a year does in a date; where two share only some of their characters, one of the places is
/// wrong.
fn check_overlap(table: &Table<'_>, field: &FieldLayout, draft: &Draft, kind: usize) {
    let span = |field: &FieldLayout| match field.at {
        FieldAt::Characters { at, width } => Some((at, at + width.saturating_sub(1))),
        _ => None,
    };
    let Some((from, to)) = span(field) else { return };
    let others = draft.layout.records.get(kind).map(|record| record.fields.as_slice()).unwrap_or_default();
    let crosses = |(other_from, other_to): (usize, usize)| {
        let apart = to < other_from || other_to < from;
        let within = from >= other_from && to <= other_to || other_from >= from && other_to <= to;
        !apart && !within
    };
    let others = others.iter().filter(|other| other.name != field.name);
    let Some((other, (other_from, other_to))) =
        others.filter_map(|other| Some((other, span(other)?))).find(|(_, other)| crosses(*other))
    else {
        return;
    };
    table.fault(
        Fault::new(code::FIELDS_OVERLAP)
            .at(table.place())
            .found(format!("{} ({from}-{to})", field.name))
            .with("other", format!("{} ({other_from}-{other_to})", other.name)),
    );
}

fn number(table: &Table<'_>, key: &str) -> Option<usize> {
    count(table, key, 1, PLACE_MAX).and_then(|number| usize::try_from(number).ok())
}

/// `columns = 14`, or `columns = { least = 12, most = 14 }`: how many columns a record has at least and at most.
fn columns(table: &Table<'_>, draft: &Draft) -> (Option<usize>, Option<usize>) {
    if table.has("columns") && !draft.is_csv() {
        misfit(table, "columns", "it goes with syntax = \"csv\" only");
    }
    let Some(Item::Table(inner)) = table.item("columns") else { return (None, number(table, "columns")) };
    let (least, most) = (number(&inner, "least"), number(&inner, "most"));
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        misfit(&inner, "least", "it is greater than most");
    }
    if !inner.has("least") && !inner.has("most") {
        inner.missing("least", "how many columns the record has at least, like columns = { least = 14 }");
    }
    inner.finish();
    (least, most)
}

/// `like = "address"`: the fields of a record kind that stands above it in the file.
fn inherit(table: &Table<'_>, draft: &mut Draft, kind: usize) {
    let Some(like) = table.text("like") else { return };
    let Some(other) = draft.named_kind(table, "like", &like) else { return };
    if other >= kind {
        table.wrong_value("like", &like, "a record kind that is written above this one", "");
        return;
    }
    let fields = draft.layout.records.get(other).map(|other| other.fields.clone()).unwrap_or_default();
    if let Some(record) = draft.layout.records.get_mut(kind) {
        record.fields = fields;
    }
}

/// `length` of a record kind goes with `framing = "kinds"`, and each kind needs one there.
fn check_length(table: &Table<'_>, draft: &Draft, length: Option<usize>) {
    let kinds = matches!(&draft.layout.syntax, Syntax::Fixed(fixed) if fixed.framing == Framing::Kinds);
    match (kinds, length) {
        (true, None) => {
            table.missing("length", "how many characters the record has, since framing = \"kinds\"")
        }
        (false, Some(_)) => misfit(table, "length", "it goes with framing = \"kinds\" only"),
        (true, Some(_)) | (false, None) => {}
    }
}

/// `nest = { id = "SEGNUM", parent = "PSGNUM" }`: the parent is the record whose number the record names. Without `parent` it
/// is the one opened last, without `id` nothing names the record.
fn nest(table: &Table<'_>, draft: &mut Draft, kind: usize) -> Option<Nest> {
    let nest = table.table("nest")?;
    let field = |key: &str, draft: &mut Draft| {
        let name =
            nest.required_text(key, "the field with the number, like id = \"SEGNUM\", parent = \"PSGNUM\"")?;
        let field = draft.own_field(kind, &name.value);
        if field.is_none() {
            nest.wrong_value(key, &name, "a field of this record kind", "");
        }
        field
    };
    // In XML, elements say what most records stand under; only those beside the record above them need its number.
    let xml = matches!(draft.layout.syntax, Syntax::Xml(_));
    let parent = if nest.has("parent") { Some(field("parent", draft)?) } else { None };
    let id = match (nest.has("id"), parent) {
        (false, Some(parent)) if xml => Some(parent),
        (false, Some(_)) => None,
        (true, _) | (false, None) => Some(field("id", draft)?),
    };
    nest.finish();
    Some(Nest { id, parent })
}

fn conditions(table: &Table<'_>, draft: &Draft) -> Vec<Condition> {
    let items = match table.item("when") {
        None => return Vec::new(),
        Some(Item::List(items, _)) => items,
        Some(item) => vec![item],
    };
    let (key, expected, example) = match &draft.layout.syntax {
        Syntax::Csv(_) => ("column", "the number of a column", "tables like { column = 1, is = \"H\" }"),
        Syntax::Xml(_) => ("path", "the path to a value", "tables like { path = \"@Type\", is = \"1\" }"),
        Syntax::Fixed(_) | Syntax::Tagged(_) | Syntax::Whole => {
            ("at", "the first character's place, from 1", "tables like { at = 1, is = \"01\" }")
        }
    };
    let mut conditions = Vec::new();
    for item in items {
        let Item::Table(condition) = item else {
            table.fault(
                Fault::new(code::WRONG_TYPE)
                    .at(item.place())
                    .found(item.kind())
                    .with("key", "when")
                    .with("expected", example),
            );
            continue;
        };
        if !condition.has(key) {
            condition.missing(key, expected);
        }
        let at = match key {
            "path" => None,
            _ => count(&condition, key, 1, PLACE_MAX).and_then(|at| usize::try_from(at).ok()),
        };
        let path = condition.text("path").filter(|_| key == "path");
        let is: Vec<String> = match condition.item("is") {
            Some(Item::List(..)) => condition.texts("is").unwrap_or_default(),
            _ => condition
                .required_text("is", "the text that must stand there, like is = \"01\", or a list of texts")
                .into_iter()
                .collect(),
        }
        .into_iter()
        .map(|text| text.value)
        .collect();
        condition.finish();
        // As many characters are compared as the text has: of none, all records would be of this kind.
        if key == "at" && is.iter().any(String::is_empty) {
            misfit(&condition, "is", "a text of no characters stands everywhere");
        }
        if is.is_empty() {
            continue;
        }
        match (at, path) {
            (Some(column), _) if draft.is_csv() => conditions.push(Condition::Column { column, is }),
            (Some(at), _) => conditions.push(Condition::Characters { at, is }),
            (None, Some(text)) => match xml::value_path(&text.value, &draft.namespaces) {
                Some(path) => conditions.push(Condition::Path { path, is }),
                None => condition.wrong_value("path", &text, "a path like \"@Type\" or \"Head/Type\"", ""),
            },
            (None, None) => {}
        }
    }
    conditions
}

/// `checks = { count = { at, width, of = "line" }, sum = { at, width, of = "line", field = "Antal" } }`; each may be a list.
fn checks(table: &Table<'_>, draft: &mut Draft, kind: usize) -> Vec<Check> {
    let example = "a table like { count = { at = 3, width = 6, of = \"head\" } }";
    let Some(checks) = table.table_like("checks", example) else { return Vec::new() };
    if !checks.has("count") && !checks.has("sum") {
        checks.missing("count", "the place of the count, like count = { at = 3, width = 6, of = \"head\" }");
    }
    let mut made = Vec::new();
    for key in ["count", "sum"] {
        let items = match checks.item(key) {
            None => continue,
            Some(Item::List(items, _)) => items,
            Some(item) => vec![item],
        };
        for (number, item) in items.into_iter().enumerate() {
            let Item::Table(one) = item else {
                wrong_type(&checks, key, &item, "a table like { at = 3, width = 6, of = \"head\" }");
                continue;
            };
            let name = if number == 0 { key.to_owned() } else { format!("{key} {}", number + 1) };
            made.extend(check(&one, key == "sum", &name, draft, kind));
        }
    }
    checks.finish();
    made
}

fn check(table: &Table<'_>, sums: bool, name: &str, draft: &mut Draft, kind: usize) -> Option<Check> {
    let of = table.texts("of").unwrap_or_default();
    let added = if sums {
        table.required_text("field", "the field that is added up, like field = \"Antal\"")
    } else {
        None
    };
    let plus = count(table, "plus", -PLUS_MAX, PLUS_MAX).unwrap_or(0);
    if sums && of.is_empty() {
        table.missing("of", "the record kind whose field is added up, like of = \"line\"");
    }
    let mut covered = Vec::new();
    for name in &of {
        let Some(kind) = draft.named_kind(table, "of", name) else { continue };
        let field = match &added {
            None => None,
            Some(added) => {
                let field = draft.own_field(kind, &added.value);
                if field.is_none() {
                    table.wrong_value("field", added, &format!("a field of {}", name.value), "");
                }
                Some(field?)
            }
        };
        covered.push(Covered { kind, field });
    }
    let field = field::field(table, name, draft)?;
    Some(Check { field: draft.add(kind, field)?, of: covered, plus })
}
