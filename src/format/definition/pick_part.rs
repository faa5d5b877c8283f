//! Where a value comes from: the one key of a source that says it.

use super::CodeTables;
use super::draft::{Draft, Scope};
use super::source_part::{constant, misfit, source, wrong_type};
use super::tests_part;
use crate::document::MemberKind;
use crate::fault::{Fault, code};
use crate::format::source::{FieldRef, NamePart, Pick, PostPart, Source};
use crate::written::{At, Item, Table, suggestion};

/// The keys that say where a value comes from.
const ORIGINS: [&str; 8] = ["from", "value", "join", "first_of", "post_line", "counter", "file_name", "all"];

/// Whether `all` takes the first that is stated.
pub(super) const TAKES: [(&str, bool); 2] = [("first", true), ("all", false)];

/// The one key that says where the value comes from.
pub(super) fn pick(
    table: &Table<'_>,
    key: &str,
    kind: MemberKind,
    draft: &mut Draft,
    scope: Scope<'_>,
    tables: &CodeTables,
) -> Option<Pick> {
    let written: Vec<&str> = ORIGINS.into_iter().filter(|origin| table.has(origin)).collect();
    let with = table.text("with").map(|with| with.value);
    if with.is_some() && !table.has("join") && !table.has("all") {
        misfit(table, "with", "it goes with join and all only");
    }
    let from = table.text("from");
    let value = table.item("value");
    let join = table.texts("join");
    let first_of = table.item("first_of");
    let post_line = table.texts("post_line");
    let counter = table.boolean("counter");
    let file_name = table.item("file_name");
    let part = table.text("part");
    let all = table.text("all");
    if written.len() != 1 {
        table.fault(
            Fault::new(code::NOT_ONE_SOURCE)
                .at(table.place())
                .found(if written.is_empty() { "none of them".to_owned() } else { written.join(" and ") })
                .with("key", key)
                .with("names", ORIGINS.join(", ")),
        );
        return None;
    }
    for key in ["where", "take", "direct"] {
        if table.has(key) && all.is_none() {
            misfit(table, key, "it goes with all only");
            table.item(key);
        }
    }
    if let Some(from) = from {
        return Some(Pick::Field(draft.field(table, &from, scope)?));
    }
    if let Some(value) = value {
        return Some(Pick::Value(constant(table, "value", value, kind)?));
    }
    if let Some(parts) = join {
        let parts = fields(table, "join", parts, draft, scope)?;
        return Some(Pick::Join { parts, with: with.unwrap_or_default() });
    }
    if let Some(item) = first_of {
        return self::first_of(table, item, kind, draft, scope, tables);
    }
    if let Some(lines) = post_line {
        let part = table.one_of("part", &POST_PARTS);
        if part.is_none() && !table.has("part") {
            let names: Vec<&str> = POST_PARTS.iter().map(|(name, _)| *name).collect();
            table.missing("part", &format!("which part is meant, one of: {}", names.join(", ")));
        }
        let lines = fields(table, "post_line", lines, draft, scope)?;
        return Some(Pick::PostLine { lines, part: part? });
    }
    if let Some(counter) = counter {
        only_true(table, "counter", &counter);
        return Some(Pick::Counter);
    }
    if let Some(file_name) = file_name {
        return self::file_name(table, file_name, part);
    }
    all.and_then(|all| gathered(table, &all, with, draft, scope))
}

/// `file_name = true`, or `file_name = "{order}_{rest}.pdf", part = "order"`: each name in braces stands for at least one
/// character, the rest of the pattern for itself, capitals and small letters alike.
fn file_name(table: &Table<'_>, item: Item<'_>, part: Option<At<String>>) -> Option<Pick> {
    let pattern = match item {
        Item::Boolean(found) => {
            only_true(table, "file_name", &found);
            if part.is_some() {
                misfit(table, "part", "it goes with a pattern only, like file_name = \"{order}_{rest}.pdf\"");
            }
            return Some(Pick::FileName(None));
        }
        Item::Text(pattern) => pattern,
        other => {
            wrong_type(table, "file_name", &other, "true, or a pattern like \"{order}_{rest}.pdf\"");
            return None;
        }
    };
    let expected = "a pattern with named parts in braces, each name once, like \"{order}_{rest}.pdf\"";
    let (mut regex, mut names, mut rest) = ("(?i)^".to_owned(), Vec::new(), pattern.value.as_str());
    let good = loop {
        let Some((before, after)) = rest.split_once('{') else {
            regex.push_str(&regex::escape(rest));
            break !names.is_empty() && !rest.contains('}');
        };
        regex.push_str(&regex::escape(before));
        let Some((name, after)) = after.split_once('}') else { break false };
        let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
        if !plain || names.contains(&name) || before.contains('}') {
            break false;
        }
        regex.push_str(&format!("(?<{name}>.+?)"));
        names.push(name);
        rest = after;
    };
    regex.push('$');
    let Some(regex) = regex::Regex::new(&regex).ok().filter(|_| good) else {
        table.wrong_value("file_name", &pattern, expected, "");
        return None;
    };
    let Some(part) = part else {
        table.missing("part", &format!("which part of the name, one of: {}", names.join(", ")));
        return None;
    };
    if !names.contains(&part.value.as_str()) {
        let expected = format!("one of: {}", names.join(", "));
        table.wrong_value("part", &part, &expected, &suggestion(&part.value, names.iter().copied()));
        return None;
    }
    Some(Pick::FileName(Some(NamePart { pattern: pattern.value, regex, part: part.value })))
}

/// What is meant of the free lines of an address.
pub(super) const POST_PARTS: [(&str, PostPart); 7] = [
    ("post_code", PostPart::PostCode),
    ("city", PostPart::City),
    ("line1", PostPart::Line(0)),
    ("line2", PostPart::Line(1)),
    ("line3", PostPart::Line(2)),
    ("line4", PostPart::Line(3)),
    ("country", PostPart::Country),
];

/// `first_of = ["LevDat", "OrdDat"]`, or with whole sources among them, each of which says what is done to its own text:
/// `first_of = [{ all = "line.LevDat", take = "first" }, "OrdDat"]`.
fn first_of(
    table: &Table<'_>,
    item: Item<'_>,
    kind: MemberKind,
    draft: &mut Draft,
    scope: Scope<'_>,
    tables: &CodeTables,
) -> Option<Pick> {
    let items = match item {
        Item::List(items, _) if items.iter().any(|item| matches!(item, Item::Table(_))) => items,
        _ => {
            let names = table.texts("first_of")?;
            return Some(Pick::FirstOf(fields(table, "first_of", names, draft, scope)?));
        }
    };
    let beside = ["first_of", "default", "required"];
    for key in table.keys().into_iter().filter(|key| !beside.contains(&key.value.as_str())) {
        misfit(table, &key.value, "each source of first_of says for itself what is done to its text");
    }
    let sources: Vec<Option<Source>> = items
        .into_iter()
        .map(|item| {
            if let Item::Table(inner) = &item
                && inner.has("first_of")
            {
                misfit(inner, "first_of", "it stands in a first_of already");
                return None;
            }
            let checked = source(table, "first_of", item, kind, draft, scope, tables)?;
            Some(checked.source)
        })
        .collect();
    Some(Pick::FirstSource(sources.into_iter().collect::<Option<_>>()?))
}

fn only_true(table: &Table<'_>, key: &str, found: &At<bool>) {
    if !found.value {
        let found = At { value: "false".to_owned(), place: found.place.clone() };
        table.wrong_value(key, &found, "true, or leave it out", "");
    }
}

fn fields(
    table: &Table<'_>,
    key: &str,
    names: Vec<At<String>>,
    draft: &mut Draft,
    scope: Scope<'_>,
) -> Option<Vec<FieldRef>> {
    if names.is_empty() && table.has(key) {
        misfit(table, key, "it names no field");
        return None;
    }
    let fields: Vec<Option<FieldRef>> = names.iter().map(|name| draft.field(table, name, scope)).collect();
    fields.into_iter().collect()
}

/// `{ all = "text.Text", where = { Kind = "4" }, direct = true, with = "\n" }`.
fn gathered(
    table: &Table<'_>,
    name: &At<String>,
    with: Option<String>,
    draft: &mut Draft,
    scope: Scope<'_>,
) -> Option<Pick> {
    let (kind, field) = match name.value.split_once('.') {
        Some((kind, field)) if draft.kind(kind).is_some() => (draft.kind(kind)?, field.to_owned()),
        _ => (scope.kind, name.value.clone()),
    };
    if kind != scope.kind && !draft.below(scope.kind).contains(&kind) {
        not_below(
            table,
            &At { value: name.value.clone(), place: name.place.clone() },
            kind,
            scope.kind,
            draft,
        );
        return None;
    }
    let inner = Scope { kind, repeated: &[] };
    let field = draft.field(table, &At { value: field, place: name.place.clone() }, inner)?.field;
    let only = tests_part::tests(table, "where", draft, inner).unwrap_or_default();
    let direct = table.boolean("direct").is_some_and(|direct| direct.value);
    let first = table.one_of("take", &TAKES).unwrap_or(false);
    Some(Pick::All { kind, field, only, first, direct, with: with.unwrap_or_else(|| "\n".to_owned()) })
}

/// Records that records of a kind do not stand below the record at hand.
pub(super) fn not_below(table: &Table<'_>, found: &At<String>, kind: usize, above: usize, draft: &Draft) {
    let name =
        |kind: usize| draft.layout.records.get(kind).map(|record| record.name.as_str()).unwrap_or_default();
    table.fault(
        Fault::new(code::RECORD_NOT_BELOW)
            .at(found.place.clone())
            .found(name(kind))
            .with("above", name(above)),
    );
}
