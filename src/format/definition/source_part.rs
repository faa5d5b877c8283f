//! The right-hand sides of reading: `"Field"`, `{ from = …, codes = … }` and the like.

use rust_decimal::Decimal;

use super::CodeTables;
use super::codes_part::{code_table, code_tables, plain};
use super::date_part;
use super::draft::{Draft, Scope};
use super::pick_part::pick;
use super::split_part;
use crate::document::{MemberKind, Value};
use crate::fault::{Fault, code};
use crate::format::codes;
use crate::format::convert;
use crate::format::source::{Convert, Country, Factor, Form, Pick, Source};
use crate::written::{At, Item, Table};

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
            identifier: false,
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
    for constant in ["default", "value"].into_iter().filter(|_| key == "country_code") {
        check_country(table, constant);
    }
    let required = table.boolean("required").is_some_and(|required| required.value);
    if table.has("value") && table.has("default") {
        misfit(table, "default", "it stands beside a value that never is blank");
    }
    table.finish();
    Some(CheckedSource { source: Source { pick: pick?, split, convert, default }, required })
}

/// A country that the format file itself says is one of those that there are.
fn check_country(table: &Table<'_>, constant: &str) {
    let Some(Item::Text(country)) = table.item(constant) else { return };
    let known: Vec<&str> = codes::built_in("countries").into_iter().map(|(_, code)| code).collect();
    if !known.contains(&country.value.as_str()) {
        let expected = "a country of two capital letters, like \"SE\"";
        let meant = codes::built_in("countries")
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&country.value));
        let hint = meant.map_or_else(String::new, |(_, code)| format!("did you mean {code}?"));
        table.wrong_value(constant, &country, expected, &hint);
    }
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
        convert.date = date_part::dates(table, true, weekday.or(draft.of_kind(scope.kind).weekday));
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
    convert.check_warns = table.one_of("check", &CHECKS).unwrap_or(false);
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
    if let Some(word) = table.texts("no").into_iter().flatten().find(|word| {
        table.has("yes") && convert.yes.iter().any(|yes| yes.to_lowercase() == word.value.to_lowercase())
    }) {
        table.wrong_value("no", &word, "words that do not stand in yes", "");
    }
    convert.times = factor(table, "times", draft, scope);
    convert.per = factor(table, "per", draft, scope);
    if convert.per.is_some() && !table.has("round") {
        table.missing("round", "the number of decimals that a division is rounded to, like round = 2");
    }
    convert
}

/// Whether a wrong check digit is only a warning.
pub(super) const CHECKS: [(&str, bool); 2] = [("refuse", false), ("warn", true)];

pub(super) const FORMS: [(&str, Form); 6] = [
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
    let (least, most) = if key == "cut" { (1, 1_000_000) } else { (0, 28) };
    match u32::try_from(number.value) {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        _ => {
            let found = At { value: number.value.to_string(), place: number.place };
            table.wrong_value(key, &found, &format!("a whole number from {least} to {most}"), "");
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
pub(super) fn constant(table: &Table<'_>, key: &str, item: Item<'_>, kind: MemberKind) -> Option<Value> {
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
        MemberKind::Text => Value::Text(text.into()),
        MemberKind::Decimal => Value::Decimal(Decimal::from_str_exact(text).ok()?),
        MemberKind::Integer => Value::Integer(text.parse().ok()?),
        MemberKind::Boolean => Value::Boolean(text.parse().ok()?),
        MemberKind::Date => Value::Date(convert::moment(text, "%Y-%m-%d")?.date()),
        MemberKind::DateTime => Value::DateTime(chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc()),
        MemberKind::Object(_) | MemberKind::List(_) => return None,
    })
}
