//! One source -> one value: pick the text, convert it, or say at its place why it cannot be.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

use super::at_hand::{Group, Here};
use super::forms::{has_wrong_check_digit, in_form};
use crate::document::{MemberKind, Value};
use crate::fault::{Fault, Place, code};
use crate::format::convert::{self, DateStyle, NoNumber};
use crate::format::definition::constant_text;
use crate::format::layout::{FieldLayout, NumberStyle, Sign};
use crate::format::source::{
    Convert, Country, Factor, FieldRef, Is, Pick, PostPart, Reach, Source, Split, Tests, number_style,
};

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

/// A text, and the field that it came from, if from one.
struct Picked<'p> {
    text: Cow<'p, str>,
    from: Option<(usize, usize)>,
    stated: bool,
}

/// The value of a source at the record at hand.
#[inline]
pub(super) fn evaluate(group: &mut Group<'_>, source: &Source, here: Here<'_>) -> Evaluated {
    // Most members are texts as they stand.
    if let Pick::Field(field) = &source.pick
        && source.is_text_as_it_stands()
        && let Some(record) = group.record_of(*field, here)
        && let Some(text) = group.stated(record, field.field)
        && control_character(text).is_none()
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

/// The country that a source says texts without one are of.
fn home(group: &mut Group<'_>, convert: &Convert, here: Here<'_>) -> Option<String> {
    match convert.country.as_ref()? {
        Country::Named(country) => Some(country.clone()),
        Country::Field(field, codes, otherwise) => {
            let (named, _) = field_text(group, *field, here);
            match named {
                Some(named) => codes.means(&named.text).map(str::to_owned),
                None => otherwise.clone(),
            }
        }
    }
}

/// The part of a text that a source means; `None` where the pattern that fits does not have it.
fn part<'g>(
    group: &Group<'g>,
    split: &Split,
    picked: Picked<'g>,
    here: Here<'_>,
) -> Result<Option<Picked<'g>>, Fault> {
    let text = convert::trimmed(&picked.text);
    let Some(found) = split.patterns.iter().find_map(|pattern| pattern.regex.captures(text)) else {
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

fn field_text<'g>(
    group: &mut Group<'g>,
    field: FieldRef,
    here: Here<'_>,
) -> (Option<Picked<'g>>, Option<(usize, usize)>) {
    let Some(record) = group.record_of(field, here) else { return (None, None) };
    let from = Some((record, field.field));
    let text = group.stated(record, field.field);
    (text.map(|text| Picked { text: text.into(), from, stated: true }), from)
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

/// The layout's word on a field.
fn style<'g>(group: &Group<'g>, from: Option<(usize, usize)>) -> Option<&'g FieldLayout> {
    let (record, field) = from?;
    let kind = group.records.kind(record)?;
    group.layout.records.get(kind)?.fields.get(field)
}

fn fault(group: &Group<'_>, code: crate::fault::Code, picked: &Picked<'_>, here: Here<'_>) -> Fault {
    let place = match picked.from {
        Some((record, field)) => group.place(record, Some(field)),
        None => group.place(here.record, None),
    };
    Fault::new(code).at(place).found(picked.text.as_ref())
}

/// The text as a value; `None` where a part of it is blank.
fn converted(
    group: &mut Group<'_>,
    convert: &Convert,
    picked: &Picked<'_>,
    here: Here<'_>,
) -> Result<Option<Value>, Fault> {
    if let Some(codes) = &convert.codes {
        let unknown = || {
            fault(group, code::CODE_NOT_IN_TABLE, picked, here)
                .with("table", &codes.name)
                .with("where", codes.to_add_to())
        };
        let means = codes.means(&picked.text).ok_or_else(unknown)?;
        // A code that means nothing: what it is about is left out.
        if means.is_empty() {
            return Ok(None);
        }
        let value = constant_text(means, convert.kind).ok_or_else(unknown)?;
        return Ok(Some(value));
    }
    Ok(Some(match convert.kind {
        MemberKind::Text => {
            let Some(text) = text(group, convert, picked, here)? else { return Ok(None) };
            Value::Text(text.into())
        }
        MemberKind::Decimal => match number(group, convert, picked, here)? {
            Some(number) if convert.whole && !number.fract().is_zero() => {
                return Err(fault(group, code::NOT_A_WHOLE_NUMBER, picked, here));
            }
            Some(number) => Value::Decimal(number),
            None => return Ok(None),
        },
        MemberKind::Integer => match number(group, convert, picked, here)? {
            Some(number) => Value::Integer(whole(group, number, picked, here)?),
            None => return Ok(None),
        },
        MemberKind::Boolean => {
            let truth = convert::yes_or_no(&picked.text, &convert.yes, &convert.no).ok_or_else(|| {
                let words: Vec<&str> = convert.yes.iter().chain(&convert.no).map(String::as_str).collect();
                fault(group, code::NOT_YES_OR_NO, picked, here).with("words", words.join(", "))
            })?;
            Value::Boolean(truth != convert.invert)
        }
        MemberKind::Date | MemberKind::DateTime => return moment(group, convert, picked, here),
        MemberKind::Object(_) | MemberKind::List(_) => return Ok(None),
    }))
}

/// Of several dates, one that is none (`00000000`) gives way to the next.
fn is_no_date(group: &Group<'_>, convert: &Convert, picked: &Picked<'_>) -> bool {
    matches!(convert.kind, MemberKind::Date | MemberKind::DateTime)
        && convert
            .date
            .as_ref()
            .or_else(|| style(group, picked.from).map(|field| &field.date))
            .is_some_and(|dates| dates.is_no_date(&picked.text))
}

/// The moment in a text; `None` for what ERPs write where there is no date.
fn moment(
    group: &Group<'_>,
    convert: &Convert,
    picked: &Picked<'_>,
    here: Here<'_>,
) -> Result<Option<Value>, Fault> {
    let plain;
    let dates = match (&convert.date, style(group, picked.from)) {
        (Some(dates), _) => dates,
        (None, Some(field)) => &field.date,
        (None, None) => {
            plain = DateStyle::writing("%Y-%m-%d");
            &plain
        }
    };
    if dates.is_no_date(&picked.text) {
        return Ok(None);
    }
    let wrong = || fault(group, code::NOT_A_DATE, picked, here).with("pattern", dates.for_people());
    let moment = dates.parse(&picked.text).ok_or_else(wrong)?;
    Ok(Some(match convert.kind {
        MemberKind::Date => Value::Date(moment.date()),
        _ => Value::DateTime(moment.instant(group.context.time_zone).ok_or_else(wrong)?),
    }))
}

fn whole(group: &Group<'_>, number: Decimal, picked: &Picked<'_>, here: Here<'_>) -> Result<i32, Fault> {
    if !number.fract().is_zero() {
        return Err(fault(group, code::NOT_A_WHOLE_NUMBER, picked, here));
    }
    i32::try_from(number).map_err(|_| too_great(group, i32::MAX, picked, here))
}

fn too_great(group: &Group<'_>, most: impl ToString, picked: &Picked<'_>, here: Here<'_>) -> Fault {
    fault(group, code::NUMBER_TOO_GREAT, picked, here).with("most", most)
}

const PLAIN_STYLE: NumberStyle =
    NumberStyle { decimal: '.', thousands: None, decimals: None, sign: Sign::Either };

/// The number in a text, multiplied, divided and rounded as the source says.
fn number(
    group: &mut Group<'_>,
    convert: &Convert,
    picked: &Picked<'_>,
    here: Here<'_>,
) -> Result<Option<Decimal>, Fault> {
    let mut number = parsed(group, Some(convert), picked, here)?;
    let overflow = |group: &Group<'_>| too_great(group, Decimal::MAX, picked, here);
    if let Some(times) = &convert.times {
        match factor(group, times, here)? {
            Some((times, _)) => number = number.checked_mul(times).ok_or_else(|| overflow(group))?,
            None => return Ok(None),
        }
    }
    if let Some(per) = &convert.per
        && let Some((per, picked)) = factor(group, per, here)?
    {
        if per.is_zero() {
            let place = picked.as_ref().and_then(|picked| picked.from);
            let place =
                group.place(place.map_or(here.record, |(record, _)| record), place.map(|(_, field)| field));
            let shown = place.field.clone().unwrap_or_default();
            let found = picked.map(|picked| picked.text.into_owned()).unwrap_or_default();
            return Err(Fault::new(code::DIVISION_BY_ZERO).at(place).found(found).with("where", shown));
        }
        // Most prices are for one piece, and a division takes longer than all else.
        if per != Decimal::ONE {
            number = number.checked_div(per).ok_or_else(|| overflow(group))?;
        }
    }
    if let Some(round) = convert.round {
        number = number.round_dp_with_strategy(round, RoundingStrategy::MidpointAwayFromZero);
    }
    Ok(Some(number))
}

/// The other side of a multiplication or division; `None` where it is blank.
fn factor<'g>(
    group: &mut Group<'g>,
    factor: &Factor,
    here: Here<'_>,
) -> Result<Option<(Decimal, Option<Picked<'g>>)>, Fault> {
    let field = match factor {
        Factor::Number(number) => return Ok(Some((*number, None))),
        Factor::Field(field) => *field,
    };
    let (Some(picked), _) = field_text(group, field, here) else { return Ok(None) };
    let number = parsed(group, None, &picked, here)?;
    Ok(Some((number, Some(picked))))
}

fn parsed(
    group: &Group<'_>,
    convert: Option<&Convert>,
    picked: &Picked<'_>,
    here: Here<'_>,
) -> Result<Decimal, Fault> {
    let own = style(group, picked.from).map(|field| &field.number);
    let changed;
    let style = match (own, convert) {
        (Some(own), Some(convert)) if convert.decimal.is_some() || convert.decimals.is_some() => {
            changed = number_style(own, convert);
            &changed
        }
        (Some(own), _) => own,
        (None, Some(convert)) => {
            changed = number_style(&PLAIN_STYLE, convert);
            &changed
        }
        (None, None) => &PLAIN_STYLE,
    };
    convert::decimal(&picked.text, style).map_err(|why| {
        let wrong = |code| fault(group, code, picked, here).with("decimal", style.decimal);
        match (why, style.decimals) {
            (NoNumber::TooGreat, _) => too_great(group, Decimal::MAX, picked, here),
            (NoNumber::Exponent, _) => wrong(code::NUMBER_THROUGH_SPREADSHEET),
            (NoNumber::Packed, _) => wrong(code::PACKED_NUMBER),
            (NoNumber::Groups, _) => wrong(code::NUMBER_IN_WRONG_GROUPS),
            (_, Some(decimals)) => wrong(code::NOT_AN_IMPLIED_DECIMAL).with("decimals", decimals),
            (_, None) => wrong(code::NOT_A_DECIMAL),
        }
    })
}

/// The text as the member takes it; `None` where nothing is left of it.
fn text<'p>(
    group: &mut Group<'_>,
    convert: &Convert,
    picked: &'p Picked<'_>,
    here: Here<'_>,
) -> Result<Option<Cow<'p, str>>, Fault> {
    let mut text = Cow::Borrowed(picked.text.as_ref());
    if !convert.remove.is_empty() {
        text = text.replace(convert.remove.as_slice(), "").into();
    }
    if !convert.trim.is_empty() {
        let goes = |character: char| convert.trim.contains(&character) || character.is_whitespace();
        text = text.trim_matches(goes).to_owned().into();
    }
    if convert.strip_leading_zeros {
        text = convert::strip_leading_zeros(convert::trimmed(&text)).to_owned().into();
    }
    if let Some(form) = convert.form {
        let country = home(group, convert, here);
        let country = country.as_deref();
        if convert.check_warns && has_wrong_check_digit(&text, form) {
            let warning = fault(group, code::CHECK_DIGIT_WRONG, picked, here);
            group.warn(warning);
            text = text.chars().filter(char::is_ascii_digit).collect::<String>().into();
        } else {
            let Some(formed) = in_form(&text, form, country)
                .map_err(|why| fault(group, why, picked, here).with("country", country.unwrap_or("-")))?
            else {
                return Ok(None);
            };
            text = formed.into();
        }
    }
    if let Some(characters) = convert.cut {
        text = convert::cut(&text, characters).trim_end().to_owned().into();
    }
    if let Some(control) = control_character(&text) {
        // As a format file writes it.
        let found = format!("\\u{:04X}", u32::from(control));
        if !convert.free_text {
            return Err(fault(group, code::CONTROL_CHARACTER, picked, here).found(found));
        }
        let warning = fault(group, code::CONTROL_CHARACTER_TAKEN_OUT, picked, here).found(found);
        group.warn(warning);
        text = text.replace(is_control, " ").trim().to_owned().into();
    }
    Ok((!text.is_empty()).then_some(text))
}

/// The first character of a text that no text has: they come of records cut at the wrong place, packed numbers and memory that was
/// never written. Tabs and line ends may stand in a text.
#[inline]
fn control_character(text: &str) -> Option<char> {
    text.bytes().map(char::from).find(|byte| is_control(*byte))
}

fn is_control(character: char) -> bool {
    character < ' ' && !matches!(character, '\t' | '\n' | '\r') || character == '\u{7f}'
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
