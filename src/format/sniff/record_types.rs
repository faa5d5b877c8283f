//! Kinds of records: what tells them, what each stands under, and what a trailer counts.

use std::collections::HashSet;

use serde::Serialize;

use super::column::Column;
use super::delimited::{COLUMNS_MAX, Row};

/// More kinds of records than any file has.
pub(super) const RECORD_TYPES_MAX: usize = 20;
/// So many records show what stands under what.
const RECORDS_FOR_PARENTS: usize = 5_000;

/// One kind of records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct RecordType {
    /// What it begins with; empty where all records are of one kind.
    pub is: String,
    /// How many there are.
    pub records: usize,
    /// Fewest and most fields; of a fixed file the lengths in characters.
    pub lengths: (usize, usize),
    /// What it stands under: the beginning of that kind.
    pub under: Option<String>,
    /// It is the first record, alone and short: a format line.
    pub is_first: bool,
    /// It is the last record, and no other is of its kind.
    pub is_last: bool,
    /// A number in it is how many records there are.
    pub counts: Option<Counted>,
    /// Its columns, or the fields that seem to be.
    pub columns: Vec<Column>,
    /// Of a fixed file: first character, from 1, and width of each of the columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<(usize, usize)>,
}

/// What a trailer counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Counted {
    /// The place of the column in the record type's columns.
    pub column: usize,
    /// The beginning of the kind that is counted; `None`: all records but the trailer.
    pub of: Option<String>,
}

/// The kinds of records, where the first column tells them.
pub(super) fn record_types(rows: &[Row]) -> Vec<RecordType> {
    let mut order: Vec<&str> = Vec::new();
    for row in rows {
        let first = row.cell(0);
        if !order.contains(&first) {
            order.push(first);
        }
        if order.len() > RECORD_TYPES_MAX {
            return Vec::new();
        }
    }
    let is_mark = |first: &&str| {
        (1..=12).contains(&first.chars().count())
            && first
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '[' | ']' | '_' | '-' | '#' | '*'))
    };
    let words = order.iter().all(|first| !first.chars().any(|character| character.is_ascii_digit()));
    let enough = order.len() * 2 <= rows.len() + 2 || (words && order.len() < rows.len());
    if order.len() < 2 || !order.iter().all(is_mark) || !enough {
        return Vec::new();
    }
    let of = |is: &str| rows.iter().filter(|row| row.cell(0) == is).collect::<Vec<&Row>>();
    let lengths: Vec<(usize, usize)> = order
        .iter()
        .map(|is| {
            let of = of(is);
            let lengths = of.iter().map(|row| row.filled_length());
            (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0))
        })
        .collect();
    // Values of a plain column are not told by their lengths: `SE`, `NO` before the same number of fields.
    let different: HashSet<usize> = lengths.iter().map(|(_, most)| *most).collect();
    let letters = order
        .iter()
        .all(|is| is.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '[' | ']' | '1'..='9')));
    let known = order
        .first()
        .is_some_and(|first| ["H", "01", "00", "BH", "PH", "[H1]", "HEAD", "1", "A"].contains(first));
    if different.len() < 2 && !(letters && known && rows.len() > order.len()) {
        return Vec::new();
    }
    if different.len() < 2 && order.iter().all(|is| is.bytes().all(|byte| byte.is_ascii_digit())) {
        return Vec::new();
    }
    let sequence: Vec<&str> = rows.iter().map(|row| row.cell(0)).collect();
    let last_is = sequence.last().copied();
    let format_line = match lengths.as_slice() {
        [(_, first), (_, second), _, ..] => {
            first * 3 <= *second && sequence.iter().filter(|is| Some(*is) == order.first()).count() == 1
        }
        _ => false,
    };
    let from = usize::from(format_line);
    let below = parents(order.get(from..).unwrap_or_default(), sequence.get(from..).unwrap_or_default());
    let parents: Vec<Option<&str>> = std::iter::repeat_n(None, from).chain(below).collect();
    let mut types: Vec<RecordType> = order
        .iter()
        .zip(lengths)
        .zip(parents)
        .map(|((is, lengths), under)| {
            let of = of(is);
            let width = of.iter().map(|row| row.cells.len()).max().unwrap_or(0);
            let columns: Vec<Column> = (0..width.min(COLUMNS_MAX))
                .map(|at| Column::of(at + 1, None, of.iter().map(|row| row.cell(at))))
                .collect();
            RecordType {
                is: (*is).to_owned(),
                records: of.len(),
                lengths,
                under: under.map(str::to_owned),
                is_first: format_line && order.first() == Some(is),
                is_last: of.len() == 1 && last_is == Some(is) && order.len() > 1,
                counts: None,
                columns,
                places: Vec::new(),
            }
        })
        .collect();
    if let Some(last) = rows.last() {
        let values: Vec<&str> = last.cells.iter().map(String::as_str).collect();
        find_count(&mut types, &values);
    }
    types
}

/// What each kind stands under: the first kind opens a document; a kind that always follows one other kind stands under
/// that, others under the first.
pub(super) fn parents<'s>(order: &[&'s str], sequence: &[&'s str]) -> Vec<Option<&'s str>> {
    let Some(first) = order.first() else { return Vec::new() };
    let place = |is: &str| order.iter().position(|other| *other == is);
    let last_alone =
        sequence.last().copied().filter(|last| sequence.iter().filter(|is| *is == last).count() == 1);
    let starts_again = sequence.iter().filter(|is| *is == first).count() > 1;
    order
        .iter()
        .map(|is| {
            let own = place(is)?;
            if own == 0 || (Some(*is) == last_alone && (starts_again || order.len() > 2)) {
                return None;
            }
            // The kinds known before it that stand directly above, itself left out.
            let mut above: Vec<&str> = Vec::new();
            let mut open = None;
            for other in sequence.iter().take(RECORDS_FOR_PARENTS) {
                if other == is {
                    if let Some(open) = open
                        && !above.contains(&open)
                    {
                        above.push(open);
                    }
                } else if place(other).is_some_and(|place| place < own) {
                    open = Some(*other);
                }
            }
            match above.as_slice() {
                [only] => Some(*only),
                _ => Some(*first),
            }
        })
        .collect()
}

/// Finds the number in the last record that is how many records there are.
pub(super) fn find_count(types: &mut [RecordType], values: &[&str]) {
    let total: usize = types.iter().map(|kind| kind.records).sum();
    let counts: Vec<(String, usize)> =
        types.iter().filter(|kind| !kind.is_last).map(|kind| (kind.is.clone(), kind.records)).collect();
    // A head and its only line look like that too, but a trailer is short.
    let only = types.first().filter(|head| types.len() == 2 && head.records == 1).map(|head| head.lengths.1);
    let Some(last) = types.iter_mut().find(|kind| kind.is_last) else { return };
    if only.is_some_and(|head| last.lengths.1 * 2 >= head) {
        return;
    }
    for (column, value) in values.iter().enumerate().skip(usize::from(!last.is.is_empty())) {
        let Some(number) =
            value.parse::<usize>().ok().filter(|_| value.bytes().all(|byte| byte.is_ascii_digit()))
        else {
            continue;
        };
        let of = counts.iter().find(|(_, count)| *count == number).map(|(is, _)| Some(is.clone()));
        let of = of.or_else(|| (number + 1 == total).then_some(None));
        if let Some(of) = of {
            last.counts = Some(Counted { column, of });
            last.under = None;
            return;
        }
    }
}
