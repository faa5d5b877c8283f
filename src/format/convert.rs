//! Conversions: text <-> decimal, date, yes or no. The list is closed.
//!
//! Every conversion checks the characters itself, since parsers of programming languages take exponents, short
//! years and the like that no ERP means (`erp-file-formats.md`, sections 1.3 and 1.4).

use std::fmt::Write as _;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use rust_decimal::Decimal;

use super::layout::{NumberStyle, Sign};

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// Characters that do not belong in a number of this style.
    Characters,
    /// `7,31E+12`: a number that went through a spreadsheet and lost its digits there.
    Exponent,
    /// More digits than can be kept exactly.
    TooGreat,
}

/// The words that mean yes and no where a format file names none.
pub(super) const YES: [&str; 6] = ["1", "true", "J", "Ja", "Y", "Yes"];
/// The words that mean no.
pub(super) const NO: [&str; 6] = ["0", "false", "N", "Nej", "Nei", "No"];

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\0')
}

/// The text without blanks at its ends; no-break blanks too.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character: char| is_blank(character) || character.is_whitespace())
}

/// A text as an exact decimal.
pub(super) fn decimal(text: &str, style: &NumberStyle) -> Result<Decimal, NoNumber> {
    let text = trimmed(text);
    let (negative, digits) = split_sign(text, style.sign).ok_or(NoNumber::Characters)?;
    if has_exponent(digits) {
        return Err(NoNumber::Exponent);
    }
    let plain = match style.decimals {
        Some(decimals) => implied(digits, decimals),
        None => stated(digits, style),
    }
    .ok_or(NoNumber::Characters)?;
    let number = Decimal::from_str_exact(&plain).map_err(|_| NoNumber::TooGreat)?;
    Ok(if negative && !number.is_zero() { -number } else { number })
}

fn split_sign(text: &str, sign: Sign) -> Option<(bool, &str)> {
    let minus = |character: char| match character {
        '-' | '\u{2212}' => Some(true),
        '+' => Some(false),
        _ => None,
    };
    let leading = text.chars().next().and_then(minus);
    let trailing = text.chars().next_back().and_then(minus);
    let rest = |text: &str, first: bool| {
        let mut characters = text.chars();
        if first {
            characters.next()
        } else {
            characters.next_back()
        };
        characters.as_str().len()
    };
    let may_lead = matches!(sign, Sign::Leading | Sign::Either);
    let may_trail = matches!(sign, Sign::Trailing | Sign::Either);
    match (leading, trailing) {
        (None, None) if matches!(sign, Sign::Either) => {
            match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
                Some(inner) => Some((true, trimmed(inner))),
                None => Some((false, text)),
            }
        }
        (None, None) => Some((false, text)),
        (Some(negative), None) if may_lead => {
            Some((negative, trimmed(text.get(text.len() - rest(text, true)..)?)))
        }
        (None, Some(negative)) if may_trail => Some((negative, trimmed(text.get(..rest(text, false))?))),
        _ => None,
    }
}

/// `7.31E+12`: digits, an E, digits.
fn has_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| {
        text.chars().any(|character| character.is_ascii_digit())
            && text.chars().all(|character| character.is_ascii_digit() || ".,+-".contains(character))
    };
    digits(mantissa) && digits(exponent)
}

fn implied(digits: &str, decimals: u32) -> Option<String> {
    if digits.is_empty() || !digits.chars().all(|character| character.is_ascii_digit()) {
        return None;
    }
    let decimals = usize::try_from(decimals).ok()?;
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, part) = padded.split_at_checked(padded.len() - decimals)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") })
}

fn stated(digits: &str, style: &NumberStyle) -> Option<String> {
    let (whole, part) = match digits.split_once(style.decimal) {
        Some((whole, part)) => (whole, part),
        None => (digits, ""),
    };
    let mark = |character: char| {
        is_blank(character)
            || style.thousands == Some(character)
            || (style.thousands == Some('\'') && character == '\u{2019}')
    };
    let groups: Vec<&str> = whole.split(mark).collect();
    let grouped = groups.len() > 1;
    for (index, group) in groups.iter().enumerate() {
        let right_length = match (grouped, index) {
            (false, _) => true,
            (true, 0) => (1..=3).contains(&group.len()),
            (true, _) => group.len() == 3,
        };
        if !right_length || !group.chars().all(|character| character.is_ascii_digit()) {
            return None;
        }
    }
    if !part.chars().all(|character| character.is_ascii_digit()) {
        return None;
    }
    let whole = groups.concat();
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") })
}

/// A decimal as the file writes it: no thousands mark, the style's decimal sign, sign and implied decimals.
/// `decimals`: so many are written; `None` where digits would be lost.
pub(super) fn decimal_out(number: Decimal, style: &NumberStyle, decimals: Option<u32>) -> Option<String> {
    let number = number.normalize();
    let decimals = style.decimals.or(decimals);
    let magnitude = match decimals {
        Some(decimals) if number.scale() > decimals => return None,
        Some(decimals) => {
            let text = number.abs().to_string();
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            let width = usize::try_from(decimals).ok()?;
            let whole = whole.to_owned();
            if width == 0 { whole } else { format!("{whole}.{part:0<width$}") }
        }
        None => number.abs().to_string(),
    };
    let magnitude = match style.decimals {
        Some(_) => {
            let digits = magnitude.replace('.', "");
            let digits = digits.trim_start_matches('0');
            if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
        }
        None => magnitude.replace('.', &style.decimal.to_string()),
    };
    let negative = number.is_sign_negative() && !number.is_zero();
    Some(match style.sign {
        Sign::Leading | Sign::Either if negative => format!("-{magnitude}"),
        Sign::Trailing if negative => format!("{magnitude}-"),
        Sign::Leading | Sign::Either | Sign::Trailing => magnitude,
    })
}

/// A moment as a file states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    /// A calendar day without a time.
    Day(NaiveDate),
    /// In the partner's own time.
    Local(NaiveDateTime),
    /// With its zone.
    Instant(DateTime<Utc>, NaiveDate),
}

impl Moment {
    /// The calendar day as written.
    pub(super) fn date(self) -> NaiveDate {
        match self {
            Moment::Day(day) => day,
            Moment::Local(local) => local.date(),
            Moment::Instant(_, date) => date,
        }
    }

    /// The instant: a day is that day at midnight UTC, since midnight by the zone would be the day before in Ongoing's
    /// answers (an expiry date must not move); local times by the zone; a time that the clocks skip counts as the first one after the gap, one
    /// that they pass twice as its first occurrence (design, section 7).
    pub(super) fn instant(self, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
        let local = match self {
            Moment::Day(day) => return Some(day.and_time(NaiveTime::MIN).and_utc()),
            Moment::Instant(instant, _) => return Some(instant),
            Moment::Local(local) => local,
        };
        match zone.from_local_datetime(&local) {
            LocalResult::Single(instant) => Some(instant.to_utc()),
            LocalResult::Ambiguous(first, second) => Some(first.min(second).to_utc()),
            LocalResult::None => first_after_gap(local, zone),
        }
    }
}

/// Gaps begin and end on whole minutes; none is longer than a day.
fn first_after_gap(local: NaiveDateTime, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    let minute = local.with_nanosecond_zero()?;
    (1..=24 * 60).find_map(|minutes| {
        let later = minute.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&later).earliest().map(|instant| instant.to_utc())
    })
}

trait WholeMinute: Sized {
    fn with_nanosecond_zero(self) -> Option<Self>;
}

impl WholeMinute for NaiveDateTime {
    fn with_nanosecond_zero(self) -> Option<Self> {
        use chrono::Timelike as _;
        self.with_second(0)?.with_nanosecond(0)
    }
}

/// A text as a moment by a chrono pattern.
pub(super) fn moment(text: &str, pattern: &str) -> Option<Moment> {
    let text = trimmed(text);
    // chrono takes a sign before a year.
    if text.len() > 64 || text.starts_with(['+', '-']) {
        return None;
    }
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, StrftimeItems::new(pattern)).ok()?;
    let (local, offset, has_time) = match parsed.to_naive_datetime_with_offset(0) {
        Ok(local) => (local, parsed.offset(), true),
        Err(_) => (parsed.to_naive_date().ok()?.and_time(NaiveTime::MIN), None, false),
    };
    // chrono turns the century at 70; the files of ERPs at 80.
    let local =
        if parsed.year_mod_100().is_some() && parsed.year().is_none() && (1970..1980).contains(&local.year())
        {
            local.with_year(local.year() + 100)?
        } else {
            local
        };
    if !(1000..=9999).contains(&local.year()) || !same_width(text, local, offset, pattern) {
        return None;
    }
    Some(match offset {
        Some(seconds) => Moment::Instant(
            local.checked_sub_signed(TimeDelta::seconds(i64::from(seconds)))?.and_utc(),
            local.date(),
        ),
        None if has_time => Moment::Local(local),
        None => Moment::Day(local.date()),
    })
}

/// chrono takes `2026111` for `%Y%m%d`. Where digits stand side by side, each must have its full width; else a zero
/// in front may be missing.
fn same_width(text: &str, local: NaiveDateTime, offset: Option<i32>, pattern: &str) -> bool {
    if offset.is_some() {
        return true;
    }
    let Some(full) = date_out(local, pattern) else { return true };
    let mut numbers_touch = false;
    let mut before = false;
    for item in StrftimeItems::new(pattern) {
        let number = matches!(item, Item::Numeric(..));
        numbers_touch |= number && before;
        before = number;
    }
    if numbers_touch {
        return full.chars().count() == text.chars().count();
    }
    let runs = |text: &str| -> Vec<String> {
        text.split(|character: char| !character.is_ascii_digit())
            .filter(|run| !run.is_empty())
            .map(|run| run.trim_start_matches('0').to_owned())
            .collect()
    };
    runs(&full) == runs(text)
}

/// A local time by a chrono pattern; `None` for a pattern that asks for what is not known.
pub(super) fn date_out(local: NaiveDateTime, pattern: &str) -> Option<String> {
    let mut text = String::new();
    write!(text, "{}", local.format(pattern)).ok()?;
    Some(text)
}

/// An instant in a zone by a chrono pattern; `None` for a pattern that is none.
pub(super) fn instant_out(instant: DateTime<Utc>, zone: chrono_tz::Tz, pattern: &str) -> Option<String> {
    let mut text = String::new();
    write!(text, "{}", instant.with_timezone(&zone).format(pattern)).ok()?;
    Some(text)
}

/// Whether a chrono pattern can both write and read a date.
pub(super) fn is_date_pattern(pattern: &str) -> bool {
    let Some(day) = NaiveDate::from_ymd_opt(2026, 11, 16) else { return false };
    let Some(local) = day.and_hms_opt(14, 5, 0) else { return false };
    if pattern.is_empty() || StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error)) {
        return false;
    }
    let Some(text) = instant_out(local.and_utc(), chrono_tz::UTC, pattern) else { return false };
    moment(&text, pattern).is_some_and(|moment| moment.date() == day)
}

/// Whether a chrono pattern can at least write a time.
pub(super) fn is_time_pattern(pattern: &str) -> bool {
    !StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error))
        && StrftimeItems::new(pattern).any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(_)))
        && instant_out(DateTime::UNIX_EPOCH, chrono_tz::UTC, pattern).is_some()
}

/// A chrono pattern as people write it: `YYYY-MM-DD`.
pub(super) fn date_for_people(pattern: &str) -> String {
    let mut text = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let mut short = false;
        let mut specifier = characters.next();
        while let Some('-' | '_' | '0' | '.' | ':' | '3' | '6' | '9') = specifier {
            short |= specifier == Some('-');
            specifier = characters.next();
        }
        text.push_str(match (specifier, short) {
            (Some('Y' | 'G'), _) => "YYYY",
            (Some('y' | 'g'), _) => "YY",
            (Some('m'), false) => "MM",
            (Some('m'), true) => "M",
            (Some('d'), false) => "DD",
            (Some('d'), true) | (Some('e'), _) => "D",
            (Some('H' | 'I'), _) => "HH",
            (Some('M'), _) => "mm",
            (Some('S'), _) => "ss",
            (Some('j'), _) => "DDD",
            (Some('V' | 'U' | 'W'), _) => "WW",
            (Some('u' | 'w'), _) => "D",
            (Some('F'), _) => "YYYY-MM-DD",
            (Some('T'), _) => "HH:mm:ss",
            (Some('R'), _) => "HH:mm",
            (Some('z'), _) => "+hh:mm",
            (Some('%'), _) => "%",
            _ => "…",
        });
    }
    text
}

/// A text as yes or no by lists of words; capitals and small letters count the same.
pub(super) fn yes_or_no(text: &str, yes: &[String], no: &[String]) -> Option<bool> {
    let text = trimmed(text).to_lowercase();
    let among = |words: &[String]| words.iter().any(|word| word.to_lowercase() == text);
    match (among(yes), among(no)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// An article number as SAP fills it: zeros in front of nothing but digits go; one digit stays.
pub(super) fn strip_leading_zeros(text: &str) -> &str {
    if text.is_empty() || !text.chars().all(|character| character.is_ascii_digit()) {
        return text;
    }
    let stripped = text.trim_start_matches('0');
    if stripped.is_empty() { "0" } else { stripped }
}

/// The first so many characters.
pub(super) fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests;
