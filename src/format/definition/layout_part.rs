//! The layout half of a format file, as written -> as checked.

use super::date_part;
use super::draft::Draft;
use crate::fault::{Fault, code};
use crate::format::convert::DateStyle;
use crate::format::encoding::Encoding;
use crate::format::layout::{
    Align, Check, Condition, CsvSyntax, FieldAt, FieldLayout, FixedSyntax, Group, Layout, Newline,
    NumberStyle, RecordUse, Sign, Syntax,
};
use crate::format::whole;
use crate::written::{At, Item, Table, nearest, suggestion};

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

/// Checks `[layout]`.
pub(super) fn check(table: &Table<'_>, use_: &Use) -> Option<Draft> {
    if !table.has("syntax") {
        table.missing("syntax", "\"csv\", \"fixed\" or \"whole\"");
    }
    let words = [("csv", Written::Csv), ("fixed", Written::Fixed), ("whole", Written::Whole)];
    let syntax = table.one_of("syntax", &words).unwrap_or(Written::Csv);
    if syntax == Written::Whole {
        return whole(table, use_);
    }
    let csv = syntax == Written::Csv;
    let number = number_style(table);
    let weekday = date_part::weekday(table);
    let date = date_part::dates(table, use_.reads, weekday)
        .unwrap_or_else(|| DateStyle::writing("%Y-%m-%d").with_weekday(weekday));
    let blank = table.texts("blank").unwrap_or_default().into_iter().map(|text| text.value).collect();
    let layout = Layout {
        syntax: if csv { Syntax::Csv(csv_syntax(table)) } else { Syntax::Fixed(fixed_syntax(table)) },
        encoding: encoding(table)?,
        newline: table
            .one_of("newline", &[("crlf", Newline::CrLf), ("lf", Newline::Lf)])
            .unwrap_or(Newline::CrLf),
        skip_first: count(table, "skip_first", 0, 1_000_000).unwrap_or(0).unsigned_abs(),
        records: Vec::new(),
        group: None,
    };
    let optional = table.texts("optional").unwrap_or_default();
    let mut draft = Draft {
        layout,
        places: Vec::new(),
        open: None,
        number,
        date,
        weekday,
        blank,
        optional,
        reads: use_.reads,
        used: Vec::new(),
    };
    let header = matches!(&draft.layout.syntax, Syntax::Csv(csv) if csv.header);
    if table.has("records") {
        records(table, &mut draft);
        if let ([only], true, true) = (draft.layout.records.as_slice(), header, use_.reads)
            && only.when.is_empty()
            && only.use_ == RecordUse::Data
        {
            draft.open = Some(0);
        }
    } else if csv && use_.reads {
        let row = draft.add_kind("row", table.place());
        draft.open = header.then_some(row);
    } else if !csv {
        table.missing("records", "the record kinds, as [layout.records.NAME] with their fields");
    }
    if csv {
        columns(table, &mut draft, header, use_);
    }
    group(table, &mut draft);
    table.finish();
    Some(draft)
}

/// A syntax as its key says it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Csv,
    Fixed,
    Whole,
}

/// A file that is taken as it is has one record kind with one field, and nothing to say of either.
fn whole(table: &Table<'_>, use_: &Use) -> Option<Draft> {
    if use_.writes
        && let Some(syntax) = table.text("syntax")
    {
        table.wrong_value("syntax", &syntax, "csv or fixed: a file that is taken as it is is only read", "");
    }
    let mut draft = Draft {
        layout: Layout {
            syntax: Syntax::Whole,
            encoding: Encoding::named("utf-8")?,
            newline: Newline::CrLf,
            skip_first: 0,
            records: Vec::new(),
            group: None,
        },
        places: Vec::new(),
        open: None,
        number: NumberStyle { decimal: ',', thousands: None, decimals: None, sign: Sign::Either },
        date: DateStyle::writing("%Y-%m-%d"),
        weekday: None,
        blank: Vec::new(),
        optional: Vec::new(),
        reads: use_.reads,
        used: Vec::new(),
    };
    let file = draft.add_kind(whole::RECORD, table.place());
    let content = draft.plain_field(whole::CONTENT, FieldAt::Content);
    draft.add(file, content);
    table.finish();
    Some(draft)
}

fn csv_syntax(table: &Table<'_>) -> CsvSyntax {
    let numbered = table.has("columns") || has_record_types(table);
    CsvSyntax {
        delimiter: character(table, "delimiter").unwrap_or(';'),
        quote: quote(table),
        header: table.boolean("header").map_or(!numbered, |header| header.value),
        trailing_delimiter: table.boolean("trailing_delimiter").is_some_and(|trailing| trailing.value),
        trim: table.boolean("trim").is_none_or(|trim| trim.value),
    }
}

/// Whether some record is told by a column, or some field by its number: then there is no header unless it says so.
fn has_record_types(table: &Table<'_>) -> bool {
    let Some(Item::Table(records)) = table.item("records") else { return false };
    records.keys().iter().any(|name| {
        let Some(Item::Table(record)) = records.item(&name.value) else { return false };
        let Some(Item::Table(fields)) = record.item("fields") else { return record.has("when") };
        record.has("when")
            || fields.keys().iter().any(
                |name| matches!(fields.item(&name.value), Some(Item::Table(field)) if field.has("column")),
            )
    })
}

fn fixed_syntax(table: &Table<'_>) -> FixedSyntax {
    FixedSyntax {
        record_length: count(table, "record_length", 1, PLACE_MAX)
            .and_then(|length| usize::try_from(length).ok()),
    }
}

fn encoding(table: &Table<'_>) -> Option<Encoding> {
    let expected = "the name of a character encoding, like \"windows-1252\", \"iso-8859-1\" or \"utf-8\"";
    let written = table.required_text("encoding", expected);
    let known = written.as_ref().and_then(|name| Encoding::named(&name.value));
    if let (Some(name), None) = (&written, &known) {
        table.wrong_value(
            "encoding",
            name,
            expected,
            &suggestion(&name.value, Encoding::names().iter().copied()),
        );
    }
    // UTF-8 only so that checking can go on; the mistake is recorded.
    known.or_else(|| Encoding::named("utf-8"))
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

fn quote(table: &Table<'_>) -> Option<char> {
    match table.item("quote") {
        Some(Item::Text(text)) if text.value == "none" => None,
        Some(_) => character(table, "quote"),
        None => Some('"'),
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

/// `decimal` and `thousands` of the layout.
fn number_style(table: &Table<'_>) -> NumberStyle {
    let decimal = character(table, "decimal").unwrap_or(',');
    let thousands = character(table, "thousands");
    if thousands == Some(decimal)
        && let Some(text) = table.text("thousands")
    {
        table.wrong_value("thousands", &text, "another character than the decimal sign", "");
    }
    NumberStyle { decimal, thousands, decimals: None, sign: Sign::Either }
}

/// `columns = { OrdNr = 1, … }`, and the columns that a header need not have.
fn columns(table: &Table<'_>, draft: &mut Draft, header: bool, use_: &Use) {
    if let Some(columns) = table.table("columns") {
        let kind = match draft.layout.records.len() {
            0 => Some(draft.add_kind("row", table.place())),
            1 if !table.has("records") => Some(0),
            _ => None,
        };
        for name in columns.keys() {
            let Some(column) = count(&columns, &name.value, 1, PLACE_MAX) else { continue };
            let Ok(column) = usize::try_from(column) else { continue };
            let field = draft.plain_field(&name.value, FieldAt::Column(column));
            if let Some(kind) = kind {
                draft.add(kind, field);
            }
        }
        if kind.is_none() {
            table.fault(Fault::new(code::COLUMNS_TWICE).at(columns.place()));
        }
    } else if use_.reads && !header && !table.has("records") {
        table.missing("columns", "the number of each column, like columns = { OrdNr = 1, ArtNr = 2 }");
    }
}

fn group(table: &Table<'_>, draft: &mut Draft) {
    let Some(group) = table.table("group") else { return };
    let by = group.texts("by").unwrap_or_default();
    if by.is_empty() {
        group.missing("by", "the field whose text the records of one document share, like by = \"OrdNr\"");
    }
    let adjacent = group.one_of("rows", &[("adjacent", true), ("anywhere", false)]).unwrap_or(false);
    group.finish();
    let top: Vec<usize> = (0..draft.layout.records.len())
        .filter(|kind| {
            let record = draft.layout.records.get(*kind);
            record.is_some_and(|record| record.under.is_empty() && record.use_ == RecordUse::Data)
        })
        .collect();
    let has_all = |draft: &Draft, kind: usize| {
        draft.open == Some(kind)
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

fn records(layout: &Table<'_>, draft: &mut Draft) {
    let tables = layout.tables("records");
    for (name, _) in &tables {
        draft.add_kind(&name.value, name.place.clone());
    }
    let mut unders: Vec<Vec<At<String>>> = Vec::new();
    for (kind, (_, table)) in tables.iter().enumerate() {
        unders.push(record(table, draft, kind));
    }
    for (kind, (_, table)) in tables.iter().enumerate() {
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
}

/// One `[layout.records.NAME]`; returns the names of what it stands under.
fn record(table: &Table<'_>, draft: &mut Draft, kind: usize) -> Vec<At<String>> {
    let conditions = conditions(table, draft.is_csv());
    let under = table.texts("under").unwrap_or_default();
    let ignore = table.boolean("ignore").is_some_and(|ignore| ignore.value);
    for (name, field) in if table.has("fields") { table.tables("fields") } else { Vec::new() } {
        if let Some(field) = self::field(&field, &name.value, draft) {
            draft.add(kind, field);
        }
    }
    let checks = checks(table, draft, kind);
    table.finish();
    if let Some(record) = draft.layout.records.get_mut(kind) {
        record.when = conditions;
        record.use_ = if !checks.is_empty() {
            RecordUse::Trailer
        } else if ignore {
            RecordUse::Ignore
        } else {
            RecordUse::Data
        };
        record.checks = checks;
    }
    under
}

fn conditions(table: &Table<'_>, csv: bool) -> Vec<Condition> {
    let items = match table.item("when") {
        None => return Vec::new(),
        Some(Item::List(items, _)) => items,
        Some(item) => vec![item],
    };
    let mut conditions = Vec::new();
    for item in items {
        let Item::Table(condition) = item else {
            table.fault(
                Fault::new(code::WRONG_TYPE)
                    .at(item.place())
                    .found(item.kind())
                    .with("key", "when")
                    .with("expected", "tables like { at = 1, is = \"01\" }"),
            );
            continue;
        };
        let key = if csv { "column" } else { "at" };
        if !condition.has(key) {
            condition.missing(
                key,
                if csv { "the number of a column" } else { "the first character's place, from 1" },
            );
        }
        let at = count(&condition, key, 1, PLACE_MAX).and_then(|at| usize::try_from(at).ok());
        let is = condition.required_text("is", "the text that must stand there, like is = \"01\"");
        condition.finish();
        if let (Some(at), Some(is)) = (at, is) {
            let is = is.value;
            conditions.push(if csv {
                Condition::Column { column: at, is }
            } else {
                Condition::Characters { at, is }
            });
        }
    }
    conditions
}

/// One field's table: where it stands and how values are written there.
fn field(table: &Table<'_>, name: &str, draft: &Draft) -> Option<FieldLayout> {
    let at = place(table, draft);
    let mut field = draft.plain_field(name, at.clone().unwrap_or(FieldAt::Header));
    if let Some(decimals) = count(table, "decimals", 0, DECIMALS_MAX) {
        field.number.decimals = u32::try_from(decimals).ok();
    }
    let signs = [
        ("leading", Sign::Leading),
        ("trailing", Sign::Trailing),
        ("either", Sign::Either),
        ("overpunch", Sign::OverpunchTrailing),
        ("overpunch-leading", Sign::OverpunchLeading),
        ("overpunch-ascii", Sign::AsciiTrailing),
    ];
    if let Some(sign) = table.one_of("sign", &signs) {
        field.number.sign = sign;
    }
    if let Some(decimal) = character(table, "decimal") {
        field.number.decimal = decimal;
        field.number.thousands = field.number.thousands.filter(|thousands| *thousands != decimal);
    }
    if let Some(align) = table.one_of("align", &[("left", Align::Left), ("right", Align::Right)]) {
        field.align = align;
    }
    if let Some(pad) = character(table, "pad") {
        field.pad = pad;
    }
    let weekday = date_part::weekday(table);
    field.date = match date_part::dates(table, draft.reads, weekday.or(draft.weekday)) {
        Some(dates) => dates,
        None => field.date.with_weekday(weekday),
    };
    field.blank.extend(table.texts("blank").unwrap_or_default().into_iter().map(|text| text.value));
    if let Some(optional) = table.boolean("optional") {
        field.optional = optional.value;
    }
    table.finish();
    at.map(|_| field)
}

fn place(table: &Table<'_>, draft: &Draft) -> Option<FieldAt> {
    match &draft.layout.syntax {
        Syntax::Csv(csv) => {
            if !table.has("column") && csv.header {
                return Some(FieldAt::Header);
            }
            if !table.has("column") {
                table.missing("column", "the number of the column, from 1");
            }
            let column = count(table, "column", 1, PLACE_MAX)?;
            Some(FieldAt::Column(usize::try_from(column).ok()?))
        }
        Syntax::Fixed(fixed) => {
            for (key, expected) in
                [("at", "the first character's place, from 1"), ("width", "the number of characters")]
            {
                if !table.has(key) {
                    table.missing(key, expected);
                }
            }
            let at = count(table, "at", 1, PLACE_MAX);
            let width = count(table, "width", 1, PLACE_MAX);
            let (at, width) = (usize::try_from(at?).ok()?, usize::try_from(width?).ok()?);
            if fixed.record_length.is_some_and(|length| at + width - 1 > length) {
                table.fault(
                    Fault::new(code::FIELD_OUTSIDE_RECORD)
                        .at(table.place())
                        .with("last", at + width - 1)
                        .with("record_length", fixed.record_length.unwrap_or(0)),
                );
            }
            Some(FieldAt::Characters { at, width })
        }
        Syntax::Whole => None,
    }
}

/// `checks = { count = { at, width, of } }`.
fn checks(table: &Table<'_>, draft: &mut Draft, kind: usize) -> Vec<Check> {
    let Some(checks) = table.table("checks") else { return Vec::new() };
    if !checks.has("count") {
        checks.missing("count", "the place of the count, like count = { at = 3, width = 6, of = \"head\" }");
    }
    let count = checks.table("count");
    checks.finish();
    let Some(count) = count else { return Vec::new() };
    let of = count.texts("of").unwrap_or_default();
    let of = of.iter().filter_map(|name| draft.named_kind(&count, "of", name)).collect();
    let field = self::field(&count, "count", draft);
    let Some(field) = field.and_then(|field| draft.add(kind, field)) else { return Vec::new() };
    vec![Check { field, of }]
}

/// The columns of `optional` that no mapping names.
pub(super) fn check_optional(table: &Table<'_>, draft: &Draft) {
    let names: Vec<&str> = draft
        .layout
        .records
        .iter()
        .flat_map(|record| record.fields.iter().map(|field| field.name.as_str()))
        .collect();
    for name in &draft.optional {
        if !names.contains(&name.value.as_str()) {
            let meant = nearest(&name.value, names.iter().copied())
                .map_or_else(String::new, |name| format!("did you mean {name}?"));
            table.wrong_value("optional", name, "a column that the mapping names", &meant);
        }
    }
}
