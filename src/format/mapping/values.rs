//! One source -> one value: pick the text, convert it, or say at its place why it cannot be.

use std::borrow::Cow;

use super::at_hand::{Group, Here};
use super::conversions::{PLAIN_STYLE, converted, home, is_no_date, is_plain};
use super::picked::{Picked, fault, field_text, style};
use crate::document::Value;
use crate::fault::{Fault, Place, code};
use crate::format::convert;
use crate::format::source::{Convert, Factor, FieldRef, Is, Pick, PostPart, Reach, Source, Split, Tests};

/// What became of a source.
pub(super) enum Evaluated {
    /// A value; `stated` if the file said it.
    Value { value: Value, stated: bool },
    /// Nothing is stated; in which record and field, if in one.
    Blank(Option<(usize, usize)>),
    /// Something is stated that cannot be read; the fault is recorded.
    Faulty,
}

impl Evaluated {
    /// Whether the file could have said something else.
    pub(super) fn is_variable(&self, pick: &Pick) -> bool {
        match pick {
            Pick::Field(_)
            | Pick::Join { .. }
            | Pick::FirstOf(_)
            | Pick::PostLine { .. }
            | Pick::All { .. } => true,
            Pick::FirstSource(sources) => sources.iter().any(|source| self.is_variable(&source.pick)),
            Pick::Value(_) | Pick::Counter | Pick::FileName(_) => false,
        }
    }
}

/// The value of a source at the record at hand.
#[inline]
pub(super) fn evaluate(group: &mut Group<'_>, source: &Source, here: Here<'_>) -> Evaluated {
    // Most members are texts as they stand.
    if let Pick::Field(field) = &source.pick
        && source.is_text_as_it_stands()
        && let Some(record) = group.record_of(*field, here)
        && let Some(text) = group.stated(record, field.field)
        && is_plain(text, source.convert.identifier)
    {
        return Evaluated::Value { value: Value::Text(text.into()), stated: true };
    }
    evaluate_any(group, source, here)
}

fn evaluate_any(group: &mut Group<'_>, source: &Source, here: Here<'_>) -> Evaluated {
    let (picked, from) = match &source.pick {
        Pick::Value(value) => return Evaluated::Value { value: value.clone(), stated: false },
        Pick::Field(field) => field_text(group, *field, here),
        Pick::FirstOf(fields) => {
            let mut blank = None;
            let mut first = None;
            for field in fields {
                let (picked, from) = field_text(group, *field, here);
                blank = blank.or(from);
                let picked = picked.filter(|picked| !is_no_date(group, &source.convert, picked));
                first = first.or(picked);
            }
            (first, blank)
        }
        Pick::FirstSource(sources) => {
            let mut blank = None;
            for source in sources {
                match evaluate(group, source, here) {
                    Evaluated::Blank(from) => blank = blank.or(from),
                    found => return found,
                }
            }
            (None, blank)
        }
        Pick::PostLine { lines, part } => post_line(group, lines, *part, &source.convert, here),
        Pick::Join { parts, with } => {
            let mut texts = Vec::new();
            let mut blank = None;
            for part in parts {
                let (picked, from) = field_text(group, *part, here);
                blank = blank.or(from);
                texts.extend(picked.map(|picked| picked.text));
            }
            (joined(texts, with, blank), blank)
        }
        Pick::All { kind, field, only, first, direct, with } => {
            let all = gathered(group, *kind, *field, only, *direct, here);
            let from = all.first().map(|(_, from)| *from);
            if *first {
                let first = all
                    .into_iter()
                    .map(|(text, from)| Picked { text: text.into(), from: Some(from), stated: true })
                    .find(|picked| !is_no_date(group, &source.convert, picked));
                (first, None)
            } else {
                (joined(all.into_iter().map(|(text, _)| text.into()).collect(), with, from), None)
            }
        }
        Pick::Counter => {
            (Some(Picked { text: here.number.to_string().into(), from: None, stated: false }), None)
        }
        Pick::FileName(None) => {
            let text = group.context.file_name.into();
            (Some(Picked { text, from: None, stated: false }), None)
        }
        Pick::FileName(Some(wanted)) => {
            let name = group.context.file_name;
            let found = wanted.regex.captures(name).and_then(|parts| parts.name(&wanted.part));
            let Some(part) = found else {
                let fault = Fault::new(code::FILE_NAME_DOES_NOT_FIT)
                    .at(Place::file(name))
                    .found(name)
                    .with("pattern", &wanted.pattern);
                group.fault(fault);
                return Evaluated::Faulty;
            };
            (Some(Picked { text: part.as_str().into(), from: None, stated: true }), None)
        }
    };
    let picked = match (picked, &source.split) {
        (Some(picked), Some(split)) => match part(group, split, picked, here) {
            Ok(picked) => picked,
            Err(fault) => {
                group.fault(fault);
                return Evaluated::Faulty;
            }
        },
        (picked, _) => picked,
    };
    let Some(picked) = picked else {
        return match &source.default {
            Some(value) => Evaluated::Value { value: value.clone(), stated: false },
            None => Evaluated::Blank(from),
        };
    };
    let stated = picked.stated;
    match converted(group, &source.convert, &picked, here) {
        Ok(Some(value)) => Evaluated::Value { value, stated },
        Ok(None) => match &source.default {
            Some(value) => Evaluated::Value { value: value.clone(), stated: false },
            None => Evaluated::Blank(from),
        },
        Err(fault) => {
            group.fault(fault);
            Evaluated::Faulty
        }
    }
}

/// A part of the free lines of an address, and the first of its fields.
fn post_line<'g>(
    group: &mut Group<'g>,
    fields: &[FieldRef],
    part: PostPart,
    convert: &Convert,
    here: Here<'_>,
) -> (Option<Picked<'g>>, Option<(usize, usize)>) {
    let mut first = None;
    let mut lines: Vec<Picked<'g>> = Vec::new();
    for field in fields {
        let (picked, from) = field_text(group, *field, here);
        first = first.or(from);
        lines.extend(picked);
    }
    let home = home(group, convert, here);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_ref()).collect();
    let found = convert::last_post_line(&texts, home.as_deref())
        .map(|(at, line)| (at, line.code, line.city.to_owned(), line.country.unwrap_or_default()));
    let of = |at: usize, text: String| {
        let from = lines.get(at).and_then(|line| line.from);
        (!text.is_empty()).then_some(Picked { text: text.into(), from, stated: true })
    };
    let (at, code, city, country) = found.unwrap_or_else(|| (lines.len(), String::new(), String::new(), ""));
    let picked = match part {
        PostPart::PostCode => of(at, code),
        PostPart::City => of(at, city),
        PostPart::Line(line) if line < at => lines.into_iter().nth(line),
        PostPart::Line(_) => None,
        PostPart::Country => of(at, country.to_owned()).or_else(|| lines.into_iter().nth(at + 1)),
    };
    (picked, first)
}

/// The part of a text that a source means; `None` where the pattern that fits does not have it.
fn part<'g>(
    group: &Group<'g>,
    split: &Split,
    picked: Picked<'g>,
    here: Here<'_>,
) -> Result<Option<Picked<'g>>, Fault> {
    let text = convert::trimmed(&picked.text);
    let Some(found) = split.patterns.iter().find_map(|pattern| pattern.captures(text)) else {
        let patterns: Vec<&str> = split.patterns.iter().map(|pattern| pattern.written.as_str()).collect();
        return Err(fault(group, code::SPLIT_DOES_NOT_FIT, &picked, here)
            .with("pattern", format!("\"{}\"", patterns.join("\", \""))));
    };
    let part = found.name(&split.part).map(|part| convert::trimmed(part.as_str()).to_owned());
    Ok(part.filter(|text| !text.is_empty()).map(|text| Picked { text: text.into(), ..picked }))
}

/// Notes the fields of the record at hand that a source reads as the document's own.
pub(super) fn own_fields(source: &Source, group: &mut Group<'_>) {
    let fields: &[FieldRef] = match &source.pick {
        Pick::Field(field) => std::slice::from_ref(field),
        Pick::Join { parts, .. } | Pick::FirstOf(parts) | Pick::PostLine { lines: parts, .. } => parts,
        Pick::FirstSource(sources) => {
            sources.iter().for_each(|source| own_fields(source, group));
            &[]
        }
        Pick::Value(_) | Pick::Counter | Pick::FileName(_) | Pick::All { .. } => &[],
    };
    let factors =
        [&source.convert.times, &source.convert.per].into_iter().filter_map(|factor| match factor {
            Some(Factor::Field(field)) => Some(field),
            Some(Factor::Number(_)) | None => None,
        });
    let own = fields.iter().chain(factors).filter(|field| field.reach == Reach::Own);
    own.for_each(|field| group.reads_own(field.field));
}

fn joined<'p>(texts: Vec<Cow<'p, str>>, with: &str, from: Option<(usize, usize)>) -> Option<Picked<'p>> {
    (!texts.is_empty()).then(|| Picked { text: texts.join(with).into(), from, stated: true })
}

fn gathered<'g>(
    group: &mut Group<'g>,
    kind: usize,
    field: usize,
    only: &Tests,
    direct: bool,
    here: Here<'_>,
) -> Vec<(&'g str, (usize, usize))> {
    let own = group.records.kind(here.record);
    let mut records = if own == Some(kind) { here.rows.to_vec() } else { group.below(kind, here) };
    if direct && own != Some(kind) {
        let parent = |record: &usize| group.records.parent(*record);
        records.retain(|record| parent(record).is_some_and(|parent| here.rows.contains(&parent)));
    }
    let mut texts = Vec::new();
    for record in records {
        let rows = [record];
        let fits = holds(group, only, Here { record, rows: &rows, number: 1 });
        // Only those that are read are taken: the others may be those of a list, or of nothing, which is told.
        if fits {
            group.take(record);
        }
        if let (true, Some(text)) = (fits, group.stated(record, field)) {
            texts.push((text, (record, field)));
        }
    }
    texts
}

/// Rows of one document must agree in what decides about it: where a test says something else of one of them, its fields are
/// compared as the document's own are.
pub(super) fn note_tests_that_differ(group: &mut Group<'_>, tests: &Tests, here: Here<'_>) {
    if tests.0.is_empty() || here.rows.len() < 2 {
        return;
    }
    let own: Vec<usize> = tests
        .0
        .iter()
        .flatten()
        .filter_map(|test| test.field.filter(|field| field.reach == Reach::Own).map(|field| field.field))
        .collect();
    let mut outcomes = here.rows.iter().map(|row| {
        let rows = [*row];
        holds(group, tests, Here { record: *row, rows: &rows, number: 1 })
    });
    let first = outcomes.next();
    let differ = outcomes.any(|other| Some(other) != first);
    drop(outcomes);
    if differ {
        own.into_iter().for_each(|field| group.reads_own(field));
    }
}

/// Whether a record fits.
pub(super) fn holds(group: &mut Group<'_>, tests: &Tests, here: Here<'_>) -> bool {
    if tests.0.is_empty() {
        return true;
    }
    tests.0.iter().any(|all| {
        all.iter().all(|test| {
            let (text, from) = match test.field {
                Some(field) => {
                    let (picked, _) = field_text(group, field, here);
                    let from = picked.as_ref().and_then(|picked| picked.from);
                    (picked.map(|picked| picked.text), from)
                }
                None => (Some(group.context.file_name.into()), None),
            };
            let bare = convert::trimmed(text.as_deref().unwrap_or(""));
            match &test.is {
                Is::OneOf(texts) => texts.iter().any(|text| text == bare),
                Is::NoneOf(texts) => texts.iter().all(|text| text != bare),
                Is::Blank(blank) => bare.is_empty() == *blank,
                Is::Like(pattern) => pattern.is_match(bare),
                Is::Number(number) => {
                    let style = style(group, from).map_or(&PLAIN_STYLE, |field| &field.number);
                    convert::decimal(bare, style).is_ok_and(|found| found == *number)
                }
            }
        })
    })
}
