//! What only a CSV layout has.

use super::super::draft::Draft;
use super::super::source_part::{misfit, wrong_type};
use super::{PLACE_MAX, Use, character, count};
use crate::fault::{Fault, code};
use crate::format::layout::{CsvSyntax, FieldAt, Quotes, TaggedSyntax, Trailing};
use crate::written::{Item, Table};

pub(super) const QUOTES: [(&str, Quotes); 2] = [("needed", Quotes::Needed), ("always", Quotes::Always)];

/// The syntax itself.
pub(super) fn syntax(table: &Table<'_>) -> CsvSyntax {
    let has_labels = table.has("labels");
    let labels = table.table("labels").and_then(|labels| {
        let expected = "the text that the row with the names of the columns begins with";
        let until = labels.required_text("until", expected);
        labels.finish();
        until.map(|until| until.value)
    });
    let header = table.boolean("header").map(|header| header.value);
    if has_labels {
        let has_none = [("columns", table.has("columns")), ("header", header == Some(false))];
        for (key, _) in has_none.into_iter().filter(|(_, there)| *there) {
            misfit(table, key, "the row behind the labels names the columns");
        }
    }
    let numbered = !has_labels && (table.has("columns") || has_record_types(table));
    let quote = quote(table);
    let quotes = table.one_of("quotes", &QUOTES);
    if quote.is_none() && quotes == Some(Quotes::Always) {
        misfit(table, "quotes", "without a quotation mark (quote = \"none\") there are no quotes");
    }
    CsvSyntax {
        delimiter: character(table, "delimiter").unwrap_or(';'),
        quote,
        quotes: quotes.unwrap_or(Quotes::Needed),
        header: has_labels || header.unwrap_or(!numbered),
        trailing_delimiter: trailing(table),
        trim: table.boolean("trim").is_none_or(|trim| trim.value),
        labels,
    }
}

/// `trailing_delimiter = true`, or `"require"` to take a record without one for cut.
fn trailing(table: &Table<'_>) -> Trailing {
    match table.item("trailing_delimiter") {
        Some(Item::Text(text)) if text.value == "require" => Trailing::Required,
        Some(Item::Boolean(trailing)) if trailing.value => Trailing::Written,
        Some(Item::Boolean(_)) | None => Trailing::Allowed,
        Some(other) => {
            wrong_type(table, "trailing_delimiter", &other, "true, false or \"require\"");
            Trailing::Allowed
        }
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

fn quote(table: &Table<'_>) -> Option<char> {
    match table.item("quote") {
        Some(Item::Text(text)) if text.value == "none" => None,
        Some(_) => character(table, "quote"),
        None => Some('"'),
    }
}

/// `columns = { OrdNr = 1, … }`, and the columns that a header need not have.
pub(super) fn columns(table: &Table<'_>, draft: &mut Draft, header: bool, use_: &Use, row: &str) {
    if table.has("labels") {
        // Told already.
        table.item("columns");
        return;
    }
    if let Some(columns) = table.table("columns") {
        let kind = match draft.layout.records.len() {
            0 => Some(draft.add_kind(row, table.place())),
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

/// Tagged lines: `delimiter`, and the `marks` that tags begin with.
pub(super) fn tagged(table: &Table<'_>) -> TaggedSyntax {
    let marks: Vec<char> = match table.texts("marks") {
        None => vec!['#', '¤'],
        Some(marks) => marks
            .iter()
            .filter_map(|mark| {
                let mut characters = mark.value.chars();
                let one = characters.next().filter(|_| characters.next().is_none());
                if one.is_none() {
                    table.wrong_value("marks", mark, "single characters, like [\"#\", \"¤\"]", "");
                }
                one
            })
            .collect(),
    };
    TaggedSyntax { delimiter: character(table, "delimiter").unwrap_or(';'), marks }
}
