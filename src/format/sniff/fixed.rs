//! Files of fixed width: the record types by the first characters, and where fields seem to begin.

use std::collections::HashMap;

use serde::Serialize;

use super::column::{Column, NumberStyle};
use super::record_types::{RECORD_TYPES_MAX, RecordType, find_count, parents};
use super::text::{Line, is_blank};

/// The beginning of a line that tells its kind has no more characters.
const PREFIX_MAX: usize = 10;
/// So many lines show the kinds.
const LINES_FOR_TYPES: usize = 500;
/// More characters of a line are not looked at.
const WIDTH_MAX: usize = 2_048;
/// A line of so many characters is a file without line ends.
const LONG_LINE: usize = 4_000;

/// A file of fixed width.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Fixed {
    /// So many characters at the start of a line tell its kind.
    pub prefix: usize,
    /// How many records there are.
    pub records: usize,
    /// The shortest and the longest line in characters.
    pub lengths: (usize, usize),
    /// The file has no line ends: its records must be told by their length.
    pub one_line: bool,
    /// The kinds of records; one with an empty beginning where there is only one.
    pub record_types: Vec<RecordType>,
    /// How numbers are written.
    pub numbers: NumberStyle,
}

/// What a file of fixed width is.
pub(super) fn look(lines: &[Line<'_>]) -> Fixed {
    let lines: Vec<Vec<char>> = lines
        .iter()
        .map(|line| line.text)
        .filter(|text| !is_blank(text))
        .map(|text| text.chars().take(WIDTH_MAX).collect())
        .collect();
    let prefix = prefix(&lines);
    let lengths = lines.iter().map(Vec::len);
    let lengths = (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0));
    let marks: Vec<String> = lines.iter().map(|line| line.iter().take(prefix).collect()).collect();
    let mut order: Vec<&str> = Vec::new();
    let mut of: HashMap<&str, Vec<&[char]>> = HashMap::new();
    for (mark, line) in marks.iter().zip(&lines) {
        if !of.contains_key(mark.as_str()) {
            order.push(mark);
        }
        of.entry(mark).or_default().push(line);
    }
    let sequence: Vec<&str> = marks.iter().map(String::as_str).collect();
    let last_is = sequence.last().copied();
    let mut record_types: Vec<RecordType> = order
        .iter()
        .zip(parents(&order, &sequence))
        .map(|(is, under)| {
            let of = of.get(is).map(Vec::as_slice).unwrap_or_default();
            let lengths = of.iter().map(|line| line.len());
            let places = places(of, prefix);
            RecordType {
                is: (*is).to_owned(),
                records: of.len(),
                lengths: (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0)),
                under: under.map(str::to_owned),
                is_first: false,
                is_last: of.len() == 1 && last_is == Some(is) && order.len() > 1,
                counts: None,
                columns: columns(of, &places),
                places,
            }
        })
        .collect();
    let last: Option<Vec<String>> = record_types.iter().find(|kind| kind.is_last).and_then(|kind| {
        let line = lines.last()?;
        Some(kind.places.iter().map(|place| cut(line, *place).trim().to_owned()).collect())
    });
    if let Some(last) = last {
        // The beginning is none of the fields.
        let values: Vec<&str> = std::iter::once("").chain(last.iter().map(String::as_str)).collect();
        find_count(&mut record_types, &values);
        for counts in record_types.iter_mut().filter_map(|kind| kind.counts.as_mut()) {
            counts.column = counts.column.saturating_sub(1);
        }
    }
    let numbers = NumberStyle::of(record_types.iter().flat_map(|kind| &kind.columns));
    let one_line = lines.len() == 1 && lengths.1 >= LONG_LINE.min(WIDTH_MAX);
    Fixed { prefix, records: lines.len(), lengths, one_line, record_types, numbers }
}

/// How many characters at the start of a line tell its kind.
fn prefix(lines: &[Vec<char>]) -> usize {
    let looked: Vec<&[char]> = lines.iter().take(LINES_FOR_TYPES).map(Vec::as_slice).collect();
    // A kind more must make the lines of each kind clearly more alike.
    let of_a_kind = 6 * (looked.len() / 20).max(1) * 100;
    let mut best: Option<(usize, usize)> = None;
    for length in 0..=PREFIX_MAX {
        let Some((kinds, unlike)) = unlike(&looked, length) else { continue };
        let cost = unlike + kinds * of_a_kind;
        if best.is_none_or(|(other, _)| cost < other) {
            best = Some((cost, length));
        }
    }
    let prefix = best.map_or(0, |(_, length)| length);
    if prefix > 0 {
        return prefix;
    }
    // One record alone at the end or at the start, as a trailer stands.
    let alone = |at: Option<&Vec<char>>| {
        let own = at?;
        (1..=4).find(|length| {
            let start = own.get(..*length);
            start.is_some_and(|start| !start.contains(&' '))
                && lines.iter().filter(|line| line.get(..*length) == start).count() == 1
                && unlike(&looked, *length).is_some()
        })
    };
    let differs = |line: Option<&Vec<char>>| {
        let usual = lines.get(lines.len() / 2).map(Vec::len);
        line.is_some_and(|line| usual.is_some_and(|usual| line.len() * 2 < usual))
    };
    let last = lines.last().filter(|line| lines.len() > 1 && differs(Some(line)));
    let first = lines.first().filter(|line| lines.len() > 2 && differs(Some(line)));
    alone(last).or_else(|| alone(first)).unwrap_or(0)
}

/// How many kinds of lines a beginning of this length makes, and how unlike the lines of a kind are (1000 for a line
/// that has nothing in common with the others); none where it tells no kinds.
fn unlike(lines: &[&[char]], length: usize) -> Option<(usize, usize)> {
    let mut kinds: HashMap<&[char], Vec<&[char]>> = HashMap::new();
    for line in lines {
        let start = line.get(..length).unwrap_or(line);
        let may_tell =
            start.iter().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '[' | ']'));
        if !may_tell {
            return None;
        }
        kinds.entry(start).or_default().push(line);
        if kinds.len() > RECORD_TYPES_MAX {
            return None;
        }
    }
    let width = lines.iter().map(|line| line.len()).max().unwrap_or(0).max(1);
    let mut unlike = 0;
    for lines in kinds.values() {
        let mut places = 0;
        for at in 0..width {
            let mut classes = [0_usize; 5];
            for line in lines {
                if let Some(count) = classes.get_mut(class(line.get(at))) {
                    *count += 1;
                }
            }
            places += lines.len() - classes.iter().max().copied().unwrap_or(0);
        }
        unlike += places * 1000 / width;
    }
    Some((kinds.len(), unlike))
}

fn class(character: Option<&char>) -> usize {
    match character {
        None => 0,
        Some(' ') => 1,
        Some(character) if character.is_ascii_digit() => 2,
        Some(character) if character.is_alphabetic() => 3,
        Some(_) => 4,
    }
}

/// Where fields seem to begin, and how wide they are: behind blanks that all lines have, and where digits meet letters.
fn places(lines: &[&[char]], prefix: usize) -> Vec<(usize, usize)> {
    let looked = lines.get(..lines.len().min(LINES_FOR_TYPES)).unwrap_or_default();
    let width = looked.iter().map(|line| line.len()).max().unwrap_or(0);
    // In few lines, words of a name have a blank at the same place by chance.
    let gap_min = if looked.len() < 10 { 2 } else { 1 };
    let mut starts: Vec<usize> = Vec::new();
    let mut gap = 0;
    let mut before: Option<[bool; 5]> = None;
    for at in prefix..width {
        let mut has = [false; 5];
        for line in looked {
            if let Some(has) = has.get_mut(class(line.get(at))) {
                *has = true;
            }
        }
        let [none, blank, digit, letter, other] = has;
        let is_gap = !digit && !letter && !other;
        let only_digits = digit && !letter && !other && !blank && !none;
        let meets = before.is_some_and(|[_, blank, was_digit, was_letter, was_other]| {
            let was_only_digits = was_digit && !was_letter && !was_other && !blank;
            (was_only_digits && !digit && letter) || (only_digits && !was_digit && was_letter)
        });
        if !is_gap && (starts.is_empty() || gap >= gap_min || meets) {
            starts.push(at);
        }
        gap = if is_gap { gap + 1 } else { 0 };
        before = Some(has);
    }
    // Leading blanks belong to the first field.
    if let Some(first) = starts.first_mut() {
        *first = prefix;
    }
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(width));
    starts.iter().zip(ends).map(|(start, end)| (start + 1, end - start)).collect()
}

fn columns(lines: &[&[char]], places: &[(usize, usize)]) -> Vec<Column> {
    places
        .iter()
        .enumerate()
        .map(|(at, place)| {
            let values: Vec<String> = lines.iter().map(|line| cut(line, *place)).collect();
            Column::of(at + 1, None, values.iter().map(String::as_str))
        })
        .collect()
}

fn cut(line: &[char], (at, width): (usize, usize)) -> String {
    line.iter().skip(at.saturating_sub(1)).take(width).collect()
}
