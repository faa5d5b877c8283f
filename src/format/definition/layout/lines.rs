//! What a layout of lines says of lines that are no records, and of characters that were damaged on the way.

use regex::Regex;

use super::super::source_part::{misfit, wrong_type};
use super::{count, named_encoding};
use crate::format::encoding::Repair;
use crate::format::layout::{Around, Layout, Syntax};
use crate::written::{At, Item, Table};

pub(super) const END_MARKS: [(&str, bool); 2] = [("required", true), ("allowed", false)];

/// Lines that are passed over at the start are no more than this.
pub(super) const SKIP_MAX: i64 = 1_000_000;

/// Checks the keys that any layout of lines may have.
pub(super) fn around(table: &Table<'_>) -> Around {
    let pattern = |key: &str| table.text(key).and_then(|text| pattern(table, key, &text));
    Around {
        skip_first: count(table, "skip_first", 0, SKIP_MAX).unwrap_or(0).unsigned_abs(),
        skip_until: pattern("skip_until"),
        stop_at: pattern("stop_at"),
        first_line: pattern("first_line"),
        resync_on: pattern("resync_on"),
        comments: table.texts("comments").unwrap_or_default().into_iter().map(|text| text.value).collect(),
        end_mark: table.one_of("end_mark", &END_MARKS).unwrap_or(false),
        repair: repairs(table),
    }
}

fn pattern(table: &Table<'_>, key: &str, text: &At<String>) -> Option<Regex> {
    let made = Regex::new(&text.value);
    if made.is_err() || text.value.is_empty() {
        table.wrong_value(key, text, "a regular expression, like \"^Artnr\"", "");
        return None;
    }
    made.ok()
}

/// `repair = { read_as = "ibm037", is = "ibm278" }`, `repair = { "!" = "|" }`, or a list of such tables.
fn repairs(table: &Table<'_>) -> Vec<Repair> {
    let expected =
        "{ read_as = \"ibm037\", is = \"ibm278\" } or characters and what they are, like { \"!\" = \"|\" }";
    let items = match table.item("repair") {
        None => return Vec::new(),
        Some(Item::List(items, _)) => items,
        Some(item) => vec![item],
    };
    let mut repairs = Vec::new();
    for item in items {
        let Item::Table(one) = item else {
            wrong_type(table, "repair", &item, expected);
            continue;
        };
        if one.has("read_as") || one.has("is") {
            let named = |key: &str| {
                one.required_text(key, expected).and_then(|name| named_encoding(&one, key, &name))
            };
            if let (Some(read_as), Some(is)) = (named("read_as"), named("is")) {
                match Repair::new(&read_as, &is) {
                    Some(repair) => repairs.push(repair),
                    None => misfit(&one, "is", "nothing can be repaired between these two encodings"),
                }
            }
            one.finish();
            continue;
        }
        let mut pairs = Vec::new();
        for name in one.keys() {
            let Some(text) = one.text(&name.value) else { continue };
            let mut characters = name.value.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => pairs.push((character, text.value)),
                _ => one.wrong_value(&name.value, &name, "one character on the left", ""),
            }
        }
        repairs.push(Repair::table(pairs));
    }
    repairs
}

/// Marks that the encoding does not have cannot stand in the file.
pub(super) fn check_encoding(table: &Table<'_>, layout: &Layout) {
    let Syntax::Csv(csv) = &layout.syntax else { return };
    let taken = layout.encoding.taken_from_ascii();
    for (key, mark) in [("delimiter", Some(csv.delimiter)), ("quote", csv.quote)] {
        let Some(mark) = mark else { continue };
        if taken.contains(&mark) {
            misfit(table, key, &format!("in {} a letter stands in its place", layout.encoding.name()));
        } else if !layout.encoding.has(mark) {
            misfit(table, key, &format!("{} does not have this character", layout.encoding.name()));
        }
    }
}
