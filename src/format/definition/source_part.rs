//! The right-hand sides of reading: `"Field"`, `{ from = …, codes = … }` and the like.

use rust_decimal::Decimal;

use super::CodeTables;
use super::date_part;
use super::draft::{Draft, Scope};
use super::split_part;
use super::tests_part;
use crate::document::{MemberKind, Value};
use crate::fault::{Fault, code};
use crate::format::codes;
use crate::format::convert;
use crate::format::source::{
    Codes, Convert, Country, Factor, FieldRef, Form, NamePart, Pick, PostPart, Source,
};
use crate::written::{At, Item, Table, suggestion};

/// What a source is, for messages.
pub(super) const SOURCE_EXPECTED: &str =
    "a field's name in quotes, or a table like { from = \"Field\" } or { value = \"SE\" }";

/// A checked source, and whether a blank there is always a fault (`required = true`).
pub(super) struct CheckedSource {
    pub source: Source,
    pub required: bool,
}

/// Checks the right-hand side of a plain member.
pub(super) fn source(
    parent: &Table<'_>,
    key: &str,
    item: Item<'_>,
    kind: MemberKind,
    draft: &mut Draft,
    scope: Scope<'_>,
    tables: &CodeTables,
) -> Option<CheckedSource> {
    match item {
        Item::Text(name) => {
            let field = draft.field(parent, &name, scope)?;
            let convert = plain(kind, tables);
            let source = Source { pick: Pick::Field(field), split: None, convert, default: None };
            Some(CheckedSource { source, required: false })
        }
        Item::Table(table) => written_out(&table, key, kind, draft, scope, tables),
        other => {
            wrong_type(parent, key, &other, SOURCE_EXPECTED);
            None
        }
    }
}

/// Records that a value is of a kind that its key does not take.
pub(super) fn wrong_type(table: &Table<'_>, key: &str, item: &Item<'_>, expected: &str) {
    table.fault(
        Fault::new(code::WRONG_TYPE)
            .at(item.place())
            .found(item.kind())
            .with("key", key)
            .with("expected", expected),
    );
}

impl Convert {
    /// No more than the member's kind asks for.
    pub(in crate::format) fn plain(kind: MemberKind) -> Convert {
        Convert {
            kind,
            codes: None,
            date: None,
            decimal: None,
            decimals: None,
            strip_leading_zeros: false,
            remove: Vec::new(),
            trim: Vec::new(),
            form: None,
            country: None,
            cut: None,
            invert: false,
            yes: convert::YES.iter().map(|word| (*word).to_owned()).collect(),
            no: convert::NO.iter().map(|word| (*word).to_owned()).collect(),
            times: None,
            per: None,
            round: None,
            whole: false,
            check_warns: false,
        }
    }
}

fn written_out(
    table: &Table<'_>,
    key: &str,
    kind: MemberKind,
    draft: &mut Draft,
    scope: Scope<'_>,
    tables: &CodeTables,
) -> Option<CheckedSource> {
    let pick = pick(table, key, kind, draft, scope, tables);
    let split = split_part::split(table);
    let convert = conversions(table, kind, draft, scope, tables);
    let default = table.item("default").and_then(|item| constant(table, "default", item, kind));
    let required = table.boolean("required").is_some_and(|required| required.value);
    if table.has("value") && table.has("default") {
        misfit(table, "default", "it stands beside a value that never is blank");
    }
    table.finish();
    Some(CheckedSource { source: Source { pick: pick?, split, convert, default }, required })
}

/// The one key that says where the value comes from.
fn pick(
    table: &Table<'_>,
    key: &str,
    kind: MemberKind,
    draft: &mut Draft,
    scope: Scope<'_>,
    tables: &CodeTables,
) -> Option<Pick> {
    let origins = ["from", "value", "join", "first_of", "post_line", "counter", "file_name", "all"];
    let written: Vec<&str> = origins.into_iter().filter(|origin| table.has(origin)).collect();
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
                .with("names", origins.join(", ")),
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
const POST_PARTS: [(&str, PostPart); 7] = [
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
    let first = table.one_of("take", &[("first", true), ("all", false)]).unwrap_or(false);
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

fn conversions(
    table: &Table<'_>,
    kind: MemberKind,
    draft: &mut Draft,
    scope: Scope<'_>,
    tables: &CodeTables,
) -> Convert {
    let mut convert = plain(kind, tables);
    let number = matches!(kind, MemberKind::Decimal | MemberKind::Integer);
    let date = matches!(kind, MemberKind::Date | MemberKind::DateTime);
    let fits = |key: &str, fits: bool| {
        if table.has(key) && !fits {
            misfit(table, key, &format!("the member is a {}", kind.name()));
        }
    };
    fits("date", date);
    for key in ["decimal", "decimals", "times", "per", "round", "whole"] {
        fits(key, number);
    }
    for key in ["strip_leading_zeros", "cut", "remove", "trim", "form", "country", "check"] {
        fits(key, matches!(kind, MemberKind::Text));
    }
    fits("invert", matches!(kind, MemberKind::Boolean));
    fits("yes", matches!(kind, MemberKind::Boolean));
    fits("no", matches!(kind, MemberKind::Boolean));
    convert.codes = code_tables(table, tables);
    if let Some(codes) = &convert.codes
        && !codes.meanings().all(|means| constant_text(means, kind).is_some())
        && let Some(name) = table.texts("codes").and_then(|names| names.into_iter().next_back())
    {
        table.wrong_value(
            "codes",
            &name,
            &format!("a table whose right-hand sides are each a {}", kind.name()),
            "",
        );
    }
    fits("weekday", date);
    let weekday = date_part::weekday(table);
    if date {
        convert.date = date_part::dates(table, true, weekday.or(draft.weekday));
        if convert.date.is_none() && weekday.is_some() && !table.has("date") {
            misfit(table, "weekday", "it goes with date only");
        }
    } else {
        table.item("date");
    }
    convert.decimal = table.text("decimal").and_then(|text| {
        let mut characters = text.value.chars();
        let sign = characters.next().filter(|_| characters.next().is_none());
        if sign.is_none() {
            table.wrong_value("decimal", &text, "exactly one character, \",\" or \".\"", "");
        }
        sign
    });
    convert.decimals = small(table, "decimals");
    convert.round = small(table, "round");
    convert.strip_leading_zeros = table.boolean("strip_leading_zeros").is_some_and(|strip| strip.value);
    let characters = |key: &str| {
        let text = table.text(key).map(|text| text.value);
        text.map(|text| text.chars().collect()).unwrap_or_default()
    };
    (convert.remove, convert.trim) = (characters("remove"), characters("trim"));
    convert.form = table.one_of("form", &FORMS);
    convert.whole = table.boolean("whole").is_some_and(|whole| whole.value);
    convert.check_warns = table.one_of("check", &[("refuse", false), ("warn", true)]).unwrap_or(false);
    let has_check_digit = matches!(convert.form, Some(Form::Gtin | Form::Gln | Form::Sscc));
    if table.has("check") && !has_check_digit {
        misfit(table, "check", "it goes with form = \"gtin\", \"gln\" or \"sscc\" only");
    }
    convert.country = country(table, draft, scope, tables);
    convert.invert = table.boolean("invert").is_some_and(|invert| invert.value);
    convert.cut = small(table, "cut").and_then(|cut| usize::try_from(cut).ok());
    if let Some(yes) = table.texts("yes") {
        convert.yes = yes.into_iter().map(|word| word.value).collect();
        if !table.has("no") {
            convert.no.retain(|no| !convert.yes.iter().any(|yes| yes.eq_ignore_ascii_case(no)));
        }
    }
    if let Some(no) = table.texts("no") {
        convert.no = no.into_iter().map(|word| word.value).collect();
        if !table.has("yes") {
            convert.yes.retain(|yes| !convert.no.iter().any(|no| no.eq_ignore_ascii_case(yes)));
        }
    }
    convert.times = factor(table, "times", draft, scope);
    convert.per = factor(table, "per", draft, scope);
    if convert.per.is_some() && !table.has("round") {
        table.missing("round", "the number of decimals that a division is rounded to, like round = 2");
    }
    convert
}

const FORMS: [(&str, Form); 6] = [
    ("gtin", Form::Gtin),
    ("gln", Form::Gln),
    ("sscc", Form::Sscc),
    ("organisation_number", Form::OrganisationNumber),
    ("post_code", Form::PostCode),
    ("post_code_country", Form::PostCodeCountry),
];

/// `country = "SE"`, or the field that says it: `country = { from = "Land", default = "SE" }`.
fn country(table: &Table<'_>, draft: &mut Draft, scope: Scope<'_>, tables: &CodeTables) -> Option<Country> {
    if table.has("country") && !table.has("form") && !table.has("post_line") {
        misfit(table, "country", "it goes with form and post_line only");
    }
    match table.item("country")? {
        Item::Text(country) => {
            let expected = "a country of two capital letters, or { from = \"Field\" }";
            Some(Country::Named(two_letters(table, "country", country, expected)))
        }
        Item::Table(inner) => {
            let name = inner.required_text("from", "the field that says the country");
            let named = At { value: "countries".to_owned(), place: inner.place() };
            let codes = code_table(&inner, &inner.text("codes").unwrap_or(named), tables);
            let otherwise = inner
                .text("default")
                .map(|country| two_letters(&inner, "default", country, "a country of two capital letters"));
            inner.finish();
            Some(Country::Field(draft.field(&inner, &name?, scope)?, codes?, otherwise))
        }
        other => {
            wrong_type(table, "country", &other, "a country of two capital letters, or { from = \"Field\" }");
            None
        }
    }
}

/// A country as Ongoing writes it, or a mistake.
fn two_letters(table: &Table<'_>, key: &str, country: At<String>, expected: &str) -> String {
    if country.value.len() != 2 || !country.value.bytes().all(|letter| letter.is_ascii_uppercase()) {
        table.wrong_value(key, &country, expected, "");
    }
    country.value
}

fn small(table: &Table<'_>, key: &str) -> Option<u32> {
    let number = table.integer(key)?;
    let most = if key == "cut" { 1_000_000 } else { 28 };
    match u32::try_from(number.value) {
        Ok(value) if value <= most => Some(value),
        _ => {
            let found = At { value: number.value.to_string(), place: number.place };
            table.wrong_value(key, &found, &format!("a whole number from 0 to {most}"), "");
            None
        }
    }
}

fn factor(table: &Table<'_>, key: &str, draft: &mut Draft, scope: Scope<'_>) -> Option<Factor> {
    match table.item(key)? {
        Item::Text(name) => Some(Factor::Field(draft.field(table, &name, scope)?)),
        Item::Integer(number) if number.value != 0 => Some(Factor::Number(Decimal::from(number.value))),
        other => {
            wrong_type(table, key, &other, "a field's name, or a whole number that is not 0");
            None
        }
    }
}

/// The code table of this name, or a mistake.
pub(super) fn code_table(table: &Table<'_>, name: &At<String>, tables: &CodeTables) -> Option<Codes> {
    let found = tables.codes(&name.value);
    if found.is_none() {
        let mut names: Vec<&str> = tables.names().chain(codes::BUILT_IN).collect();
        names.sort_unstable();
        names.dedup();
        table.fault(
            Fault::new(code::UNKNOWN_CODE_TABLE)
                .at(name.place.clone())
                .found(&name.value)
                .with("names", names.join(", "))
                .with("suggestion", suggestion(&name.value, names.iter().copied())),
        );
    }
    found
}

/// `codes = "units"`, or several tables one behind the other: `codes = ["carriers", "acme-transporters"]`.
fn code_tables(table: &Table<'_>, tables: &CodeTables) -> Option<Codes> {
    let names = table.texts("codes")?;
    let made: Vec<Option<Codes>> = names.iter().map(|name| code_table(table, name, tables)).collect();
    let made: Option<Vec<Codes>> = made.into_iter().collect();
    made?.into_iter().reduce(|first, last| Codes::chained(&first, last))
}

/// What a member's kind asks for; the words for yes and no are those of the table `yes_no`, the own ones first.
fn plain(kind: MemberKind, tables: &CodeTables) -> Convert {
    let mut convert = Convert::plain(kind);
    if matches!(kind, MemberKind::Boolean)
        && tables.adds_to(codes::YES_NO)
        && let Some(words) = tables.codes(codes::YES_NO)
    {
        (convert.yes, convert.no) = (words.words("true"), words.words("false"));
    }
    convert
}

/// Records that a key does not go with the rest of its table.
pub(super) fn misfit(table: &Table<'_>, key: &str, why: &str) {
    let place = table.keys().into_iter().find(|known| known.value == key).map(|known| known.place);
    table.fault(
        Fault::new(code::KEY_DOES_NOT_FIT)
            .at(place.unwrap_or_else(|| table.place()))
            .found(key)
            .with("reason", why),
    );
}

/// A value written in the format file, as a member of this kind takes it.
fn constant(table: &Table<'_>, key: &str, item: Item<'_>, kind: MemberKind) -> Option<Value> {
    let (text, value) = match item {
        Item::Text(text) => {
            let value = constant_text(&text.value, kind);
            (text, value)
        }
        Item::Integer(number) => {
            let text = number.value.to_string();
            let value = if matches!(kind, MemberKind::Boolean | MemberKind::Date | MemberKind::DateTime) {
                None
            } else {
                constant_text(&text, kind)
            };
            (At { value: text, place: number.place }, value)
        }
        Item::Boolean(truth) => {
            let value = matches!(kind, MemberKind::Boolean).then_some(Value::Boolean(truth.value));
            (At { value: truth.value.to_string(), place: truth.place }, value)
        }
        other => {
            wrong_type(table, key, &other, constant_expected(kind));
            return None;
        }
    };
    if value.is_none() {
        table.wrong_value(key, &text, constant_expected(kind), "");
    }
    value
}

fn constant_expected(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Text => "a text in quotes",
        MemberKind::Decimal => "a number in quotes with a point as the decimal sign, like \"12.5\"",
        MemberKind::Integer => "a whole number up to 2147483647",
        MemberKind::Boolean => "true or false",
        MemberKind::Date => "a date in quotes, like \"2026-11-16\"",
        MemberKind::DateTime => "a time with its zone in quotes, like \"2026-11-16T14:00:00Z\"",
        MemberKind::Object(_) | MemberKind::List(_) => "nothing",
    }
}

/// A text as the format file and code tables write values: point as the decimal sign, dates year first.
pub(in crate::format) fn constant_text(text: &str, kind: MemberKind) -> Option<Value> {
    Some(match kind {
        MemberKind::Text => Value::Text(text.to_owned()),
        MemberKind::Decimal => Value::Decimal(Decimal::from_str_exact(text).ok()?),
        MemberKind::Integer => Value::Integer(text.parse().ok()?),
        MemberKind::Boolean => Value::Boolean(text.parse().ok()?),
        MemberKind::Date => Value::Date(convert::moment(text, "%Y-%m-%d")?.date()),
        MemberKind::DateTime => Value::DateTime(chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc()),
        MemberKind::Object(_) | MemberKind::List(_) => return None,
    })
}
