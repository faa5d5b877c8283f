//! The layout half of a format file, as written -> as checked.

mod csv;
mod field;
mod fixed;
mod group;
mod keys;
mod lines;
mod parts;
mod records;
mod xml;

pub(super) use keys::keys;
pub(super) use xml::value_path;

use super::date_part;
use super::draft::Draft;
use super::source_part::misfit;
use crate::format::convert::DateStyle;
use crate::format::encoding::Encoding;
use crate::format::layout::{
    Around, FieldAt, Layout, Newline, NumberStyle, RecordLayout, RecordUse, Sign, Syntax,
};
use crate::format::whole;
use crate::written::{At, Table, nearest, suggestion};

/// The greatest place or width that a field may have; records are no longer (`RECORD_BYTES_MAX`).
const PLACE_MAX: i64 = 1024 * 1024;

/// The greatest number of decimals that an exact decimal can have.
const DECIMALS_MAX: i64 = 28;

/// What the rest of the file means for the layout.
pub(super) struct Use {
    /// There are `[document.*]` tables.
    pub reads: bool,
    /// There are `[record.*]` tables.
    pub writes: bool,
}

/// A syntax as its key says it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Csv,
    Fixed,
    Xml,
    Tagged,
    Whole,
}

const SYNTAXES: [(&str, Written); 5] = [
    ("csv", Written::Csv),
    ("fixed", Written::Fixed),
    ("xml", Written::Xml),
    ("tagged", Written::Tagged),
    ("whole", Written::Whole),
];

const NEWLINES: [(&str, Newline); 2] = [("crlf", Newline::CrLf), ("lf", Newline::Lf)];

/// Checks `[layout]`.
pub(super) fn check(table: &Table<'_>, use_: &Use) -> Option<Draft> {
    if table.has("parts") {
        return parts::check(table, use_);
    }
    let mut draft = file(table, use_, "row")?;
    if !matches!(draft.layout.syntax, Syntax::Whole) {
        group::group(table, &mut draft);
    }
    table.finish();
    Some(draft)
}

/// Checks the layout of one file; `row` is what the records of a CSV file with one kind are called.
fn file(table: &Table<'_>, use_: &Use, row: &str) -> Option<Draft> {
    if !table.has("syntax") {
        table.missing("syntax", "\"csv\", \"fixed\", \"xml\", \"tagged\" or \"whole\"");
    }
    let syntax = table.one_of("syntax", &SYNTAXES).unwrap_or(Written::Csv);
    if syntax == Written::Whole {
        return whole(table, use_);
    }
    let weekday = date_part::weekday(table);
    let xml = syntax == Written::Xml;
    let layout = Layout {
        syntax: match syntax {
            Written::Csv => Syntax::Csv(csv::syntax(table)),
            Written::Xml => Syntax::Xml(xml::syntax(table)),
            Written::Tagged => Syntax::Tagged(csv::tagged(table)),
            Written::Fixed | Written::Whole => Syntax::Fixed(fixed::syntax(table)),
        },
        encoding: if xml { xml::encoding(table)? } else { encoding(table)? },
        newline: table.one_of("newline", &NEWLINES).unwrap_or(Newline::CrLf),
        byte_order_mark: table.boolean("byte_order_mark").is_some_and(|mark| mark.value),
        replacement: replacement(table),
        around: if xml { Around::default() } else { lines::around(table) },
        records: Vec::new(),
        group: None,
        parts: Vec::new(),
    };
    let mut draft = Draft {
        layout,
        places: Vec::new(),
        open: Vec::new(),
        number: number_style(table, if xml { '.' } else { ',' }),
        date: date_part::dates(table, use_.reads, weekday)
            .unwrap_or_else(|| DateStyle::writing("%Y-%m-%d").with_weekday(weekday)),
        weekday,
        blank: table.texts("blank").unwrap_or_default().into_iter().map(|text| text.value).collect(),
        optional: table.texts("optional").unwrap_or_default(),
        namespaces: xml::namespaces(table, xml),
        reads: use_.reads,
        used: Vec::new(),
        parts: Vec::new(),
    };
    if let Syntax::Csv(csv) = &draft.layout.syntax {
        check_decimal(table, csv.delimiter, csv.quote, draft.number.decimal);
    }
    let header = matches!(&draft.layout.syntax, Syntax::Csv(csv) if csv.header);
    if table.has("records") && draft.has_labels() {
        misfit(
            table,
            "labels",
            "the table behind labels has one kind of rows, and [layout.records] names others",
        );
    }
    if table.has("records") {
        records::records(table, &mut draft);
        if let ([only], true, true) = (draft.layout.records.as_slice(), header, use_.reads)
            && only.when.is_empty()
            && only.use_ == RecordUse::Data
        {
            draft.open = vec![0];
        }
    } else if syntax == Written::Csv && use_.reads {
        let row = draft.add_kind(row, table.place());
        draft.open.extend(header.then_some(row));
        if draft.has_labels() {
            let labels = draft.add_kind(crate::format::labels::RECORD, table.place());
            draft.open.push(labels);
            if let Some(row) = draft.layout.records.get_mut(row) {
                row.under.push(labels);
            }
        }
    } else if syntax != Written::Csv {
        table.missing("records", "the record kinds, as [layout.records.NAME] with their fields");
    }
    if syntax == Written::Csv {
        csv::columns(table, &mut draft, header, use_, row);
    }
    if draft.layout.has_packed_fields() {
        draft.layout.encoding = draft.layout.encoding.binary();
    }
    lines::check_encoding(table, &draft.layout);
    Some(draft)
}

/// A file that is taken as it is has one record kind with one field, and nothing to say of either.
fn whole(table: &Table<'_>, use_: &Use) -> Option<Draft> {
    if use_.writes
        && let Some(syntax) = table.text("syntax")
    {
        table.wrong_value(
            "syntax",
            &syntax,
            "csv, fixed, xml or tagged: a file that is taken as it is is only read",
            "",
        );
    }
    let mut draft = Draft {
        layout: Layout {
            syntax: Syntax::Whole,
            encoding: Encoding::named("utf-8")?,
            newline: Newline::CrLf,
            byte_order_mark: false,
            replacement: None,
            around: Around::default(),
            records: Vec::new(),
            group: None,
            parts: Vec::new(),
        },
        places: Vec::new(),
        open: Vec::new(),
        number: NumberStyle { decimal: ',', thousands: None, decimals: None, sign: Sign::Either },
        date: DateStyle::writing("%Y-%m-%d"),
        weekday: None,
        blank: Vec::new(),
        optional: Vec::new(),
        namespaces: Vec::new(),
        reads: use_.reads,
        used: Vec::new(),
        parts: Vec::new(),
    };
    let file = draft.add_kind(whole::RECORD, table.place());
    let content = draft.plain_field(whole::CONTENT, FieldAt::Content);
    draft.add(file, content);
    Some(draft)
}

fn encoding(table: &Table<'_>) -> Option<Encoding> {
    let expected = "the name of a character encoding, like \"windows-1252\", \"cp850\" or \"utf-8\"";
    let written = table.required_text("encoding", expected);
    // UTF-8 only so that checking can go on; the mistake is recorded.
    written.and_then(|name| named_encoding(table, "encoding", &name)).or_else(|| Encoding::named("utf-8"))
}

fn named_encoding(table: &Table<'_>, key: &str, name: &At<String>) -> Option<Encoding> {
    let known = Encoding::named(&name.value);
    if known.is_none() {
        let names = Encoding::names();
        let expected = format!("one of: {}", names.join(", "));
        table.wrong_value(key, name, &expected, &suggestion(&name.value, names.iter().copied()));
    }
    known
}

/// `replacement = "?"`: what is written for a character that the encoding does not have and that cannot be written
/// otherwise. `"none"` refuses such a text.
fn replacement(table: &Table<'_>) -> Option<char> {
    match table.text("replacement") {
        None => Some('?'),
        Some(text) if text.value == "none" => None,
        Some(_) => character(table, "replacement"),
    }
}

fn character(table: &Table<'_>, key: &str) -> Option<char> {
    let text = table.text(key)?;
    let mut characters = text.value.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if !matches!(character, '\r' | '\n') => Some(character),
        _ => {
            table.wrong_value(key, &text, "exactly one character, like \";\" or \"\\t\"", "");
            None
        }
    }
}

fn count(table: &Table<'_>, key: &str, least: i64, most: i64) -> Option<i64> {
    let number = table.integer(key)?;
    if (least..=most).contains(&number.value) {
        return Some(number.value);
    }
    let found = At { value: number.value.to_string(), place: number.place };
    table.wrong_value(key, &found, &format!("a whole number from {least} to {most}"), "");
    None
}

/// Numbers cannot have a decimal sign that cuts them. A comma between columns says that it is not the decimal sign, which the
/// format file then names.
fn check_decimal(table: &Table<'_>, delimiter: char, quote: Option<char>, decimal: char) {
    if delimiter != decimal {
        return;
    }
    match table.text("decimal") {
        Some(text) if quote.is_none() => {
            table.wrong_value("decimal", &text, "another character than the delimiter", "");
        }
        Some(_) => {}
        None => {
            table.missing("decimal", "the decimal sign, like decimal = \".\", since columns end at \",\"")
        }
    }
}

/// `decimal` and `thousands` of the layout.
fn number_style(table: &Table<'_>, usual: char) -> NumberStyle {
    let decimal = character(table, "decimal").unwrap_or(usual);
    NumberStyle { decimal, thousands: thousands(table, decimal), decimals: None, sign: Sign::Either }
}

/// The mark between groups of three digits.
fn thousands(table: &Table<'_>, decimal: char) -> Option<char> {
    let thousands = character(table, "thousands");
    if thousands == Some(decimal)
        && let Some(text) = table.text("thousands")
    {
        table.wrong_value("thousands", &text, "another character than the decimal sign", "");
    }
    thousands
}

/// The columns of `optional` that no mapping names.
pub(super) fn check_optional(table: &Table<'_>, draft: &Draft) {
    let all = draft.layout.records.as_slice();
    check_named(table, &draft.optional, all);
    for (number, part) in draft.parts.iter().enumerate() {
        let own = all.get(draft.kinds_of_part(number)).unwrap_or_default();
        check_named(table, &part.draft.optional, own);
    }
}

fn check_named(table: &Table<'_>, optional: &[At<String>], records: &[RecordLayout]) {
    let names: Vec<&str> =
        records.iter().flat_map(|record| record.fields.iter().map(|field| field.name.as_str())).collect();
    for name in optional {
        if !names.contains(&name.value.as_str()) {
            let meant = nearest(&name.value, names.iter().copied())
                .map_or_else(String::new, |name| format!("did you mean {name}?"));
            table.wrong_value("optional", name, "a column that the mapping names", &meant);
        }
    }
}
