//! Dates and times: text <-> moment by patterns (quirks D1 to D6).

mod pattern;

use std::borrow::Borrow;
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
    Weekday,
};

use super::trimmed;

pub(in crate::format) use pattern::*;

/// How dates are written in a field.
#[derive(Clone, Debug)]
pub(in crate::format) struct DateStyle {
    /// The first pattern that fits counts. Empty where nothing is read by it and the one to write is no whole date.
    patterns: Vec<DatePattern>,
    /// The day that a week without one means.
    weekday: Option<Weekday>,
    /// The pattern to write by.
    out: String,
}

impl DateStyle {
    /// # Errors
    /// The pattern by which no date can be read, by its place.
    pub(in crate::format) fn reading(
        patterns: &[String],
        weekday: Option<Weekday>,
    ) -> Result<DateStyle, (usize, NoPattern)> {
        let checked =
            patterns.iter().enumerate().map(|(at, text)| DatePattern::new(text).map_err(|why| (at, why)));
        let out = patterns.first().cloned().unwrap_or_default();
        Ok(DateStyle { patterns: checked.collect::<Result<_, _>>()?, weekday, out })
    }

    /// A style that is only written, so that a time alone will do.
    pub(in crate::format) fn writing(pattern: &str) -> DateStyle {
        let patterns = DatePattern::new(pattern).into_iter().collect();
        DateStyle { patterns, weekday: None, out: pattern.to_owned() }
    }

    /// Whether a week without its weekday would leave the day open.
    pub(in crate::format) fn lacks_weekday(&self) -> bool {
        self.weekday.is_none() && self.patterns.iter().any(DatePattern::needs_weekday)
    }

    /// The same patterns with another day for weeks without one.
    pub(in crate::format) fn with_weekday(mut self, weekday: Option<Weekday>) -> DateStyle {
        self.weekday = weekday.or(self.weekday);
        self
    }

    pub(in crate::format) fn parse(&self, text: &str) -> Option<Moment> {
        self.patterns.iter().find_map(|pattern| pattern.parse(text, self.weekday).ok())
    }

    /// Whether a text is one of those that ERPs write for no date (`00000000`, `1900-01-01`; reference, quirk D4).
    pub(in crate::format) fn is_no_date(&self, text: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_no_date(text))
    }

    /// The patterns as people write them: `YYYY-MM-DD`.
    pub(in crate::format) fn for_people(&self) -> String {
        self.patterns.iter().map(DatePattern::for_people).collect::<Vec<_>>().join(", ")
    }

    /// The pattern to write by.
    pub(in crate::format) fn out(&self) -> &str {
        &self.out
    }

    /// A day as it was read; `None` where the pattern cannot say it.
    pub(in crate::format) fn day_back(&self, day: NaiveDate) -> Option<String> {
        self.patterns.first()?.write(day.and_time(NaiveTime::MIN))
    }

    /// An instant as it was read: what is written without a time is a day in UTC, else it is the partner's time.
    pub(in crate::format) fn instant_back(
        &self,
        instant: DateTime<Utc>,
        zone: chrono_tz::Tz,
    ) -> Option<String> {
        let zone = if self.has_time() { zone } else { chrono_tz::UTC };
        self.patterns.first()?.write_instant(instant, zone)
    }

    /// Whether a time of the day is written.
    pub(in crate::format) fn has_time(&self) -> bool {
        let written = |hour| {
            let day = NaiveDate::from_ymd_opt(2026, 11, 25)?;
            self.patterns.first()?.write_instant(day.and_hms_opt(hour, 20, 40)?.and_utc(), chrono_tz::UTC)
        };
        written(1) != written(13)
    }

    /// Whether a zone is written.
    pub(in crate::format) fn has_zone(&self) -> bool {
        StrftimeItems::new(&self.out).any(|item| {
            use chrono::format::Fixed;
            matches!(
                item,
                Item::Fixed(
                    Fixed::TimezoneName
                        | Fixed::TimezoneOffset
                        | Fixed::TimezoneOffsetColon
                        | Fixed::TimezoneOffsetDoubleColon
                        | Fixed::TimezoneOffsetTripleColon
                        | Fixed::TimezoneOffsetColonZ
                        | Fixed::TimezoneOffsetZ
                        | Fixed::RFC2822
                        | Fixed::RFC3339
                )
            )
        })
    }
}

/// A moment as a file states it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::format) enum Moment {
    /// A calendar day without a time.
    Day(NaiveDate),
    /// In the partner's own time.
    Local(NaiveDateTime),
    /// With its zone.
    Instant(DateTime<Utc>, NaiveDate),
}

impl Moment {
    /// The calendar day as written.
    pub(in crate::format) fn date(self) -> NaiveDate {
        match self {
            Moment::Day(day) => day,
            Moment::Local(local) => local.date(),
            Moment::Instant(_, date) => date,
        }
    }

    /// The calendar day by the zone: one with a zone of its own (`2026-11-30T23:00:00Z`) may be the next day there.
    pub(in crate::format) fn day(self, zone: chrono_tz::Tz) -> NaiveDate {
        match self {
            Moment::Instant(instant, _) => instant.with_timezone(&zone).date_naive(),
            Moment::Day(_) | Moment::Local(_) => self.date(),
        }
    }

    /// The instant: a day is that day at midnight UTC, since midnight by the zone would be the day before in Ongoing's
    /// answers (an expiry date must not move); local times by the zone; a time that the clocks skip counts as the first one after the gap, one
    /// that they pass twice as its first occurrence (design, section 7).
    pub(in crate::format) fn instant(self, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
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
        self.with_second(0)?.with_nanosecond(0)
    }
}

/// A text as a moment by a chrono pattern.
pub(in crate::format) fn moment(text: &str, pattern: &str) -> Option<Moment> {
    by_items(text, StrftimeItems::new(pattern))
}

fn by_items<'i, I, B>(text: &str, items: I) -> Option<Moment>
where
    I: Iterator<Item = B> + Clone,
    B: Borrow<Item<'i>>,
{
    let text = trimmed(text);
    // chrono takes a sign before a year.
    if text.len() > 64 || text.starts_with(['+', '-']) {
        return None;
    }
    let mut parsed = Parsed::new();
    parse(&mut parsed, text, items.clone()).ok()?;
    // chrono turns the century at 70; the files of ERPs at 80.
    if let (Some(short), None, None) = (parsed.year_mod_100(), parsed.year(), parsed.year_div_100()) {
        parsed.set_year(i64::from(in_window(short))).ok()?;
    }
    if let (Some(short), None, None) = (parsed.isoyear_mod_100(), parsed.isoyear(), parsed.isoyear_div_100())
    {
        parsed.set_isoyear(i64::from(in_window(short))).ok()?;
    }
    let (local, offset, has_time) = match parsed.to_naive_datetime_with_offset(0) {
        Ok(local) => (local, parsed.offset(), true),
        Err(_) => (parsed.to_naive_date().ok()?.and_time(NaiveTime::MIN), None, false),
    };
    if !YEARS.contains(&local.year()) || !same_width(text, local, offset, items) {
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

/// The years that a file can mean.
const YEARS: RangeInclusive<i32> = 1000..=9999;

/// 00 to 79 are this century, 80 to 99 the last (D1).
fn in_window(short: i32) -> i32 {
    short + if short < 80 { 2000 } else { 1900 }
}

/// chrono takes `2026111` for `%Y%m%d`. Where digits stand side by side, each must have its full width; else a zero
/// in front may be missing.
fn same_width<'i, I, B>(text: &str, local: NaiveDateTime, offset: Option<i32>, items: I) -> bool
where
    I: Iterator<Item = B> + Clone,
    B: Borrow<Item<'i>>,
{
    if offset.is_some() {
        return true;
    }
    let mut full = String::new();
    if write!(full, "{}", local.format_with_items(items.clone())).is_err() {
        return true;
    }
    let mut numbers_touch = false;
    let mut before = false;
    for item in items {
        let number = matches!(item.borrow(), Item::Numeric(..));
        numbers_touch |= number && before;
        before = number;
    }
    if numbers_touch {
        return full.chars().count() == text.chars().count();
    }
    fn runs(text: &str) -> impl Iterator<Item = &str> {
        text.split(|character: char| !character.is_ascii_digit())
            .filter(|run| !run.is_empty())
            .map(|run| run.trim_start_matches('0'))
    }
    runs(&full).eq(runs(text))
}

/// A local time by a chrono pattern; `None` for a pattern that asks for what is not known.
pub(in crate::format) fn date_out(local: NaiveDateTime, pattern: &str) -> Option<String> {
    let mut text = String::new();
    write!(text, "{}", local.format(pattern)).ok()?;
    Some(text)
}

/// An instant in a zone by a chrono pattern; `None` for a pattern that is none.
pub(in crate::format) fn instant_out(
    instant: DateTime<Utc>,
    zone: chrono_tz::Tz,
    pattern: &str,
) -> Option<String> {
    let mut text = String::new();
    write!(text, "{}", instant.with_timezone(&zone).format(pattern)).ok()?;
    Some(text)
}

#[cfg(test)]
/// Whether a chrono pattern can both write and read a date.
pub(in crate::format) fn is_date_pattern(pattern: &str) -> bool {
    let Some(day) = NaiveDate::from_ymd_opt(2026, 11, 16) else { return false };
    let Some(local) = day.and_hms_opt(14, 5, 0) else { return false };
    if pattern.is_empty() || StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error)) {
        return false;
    }
    let Some(text) = instant_out(local.and_utc(), chrono_tz::UTC, pattern) else { return false };
    moment(&text, pattern).is_some_and(|moment| moment.date() == day)
}

/// Whether a chrono pattern can at least write a time.
pub(in crate::format) fn is_time_pattern(pattern: &str) -> bool {
    !StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error))
        && StrftimeItems::new(pattern).any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(_)))
        && instant_out(DateTime::UNIX_EPOCH, chrono_tz::UTC, pattern).is_some()
}

/// What a pattern of a format file may hold behind its `%`.
pub(in crate::format) const CONVERSIONS: &str = "Y m d y Q j g G V u H M S z";

/// The first conversion of a pattern that format files do not have, though chrono may know it: its meaning would depend on
/// a language, or on what chrono makes of it. Zeros in front may be left away (`%-d`), filled (`%_d`) or asked for (`%0d`).
pub(in crate::format) fn unknown_conversion(pattern: &str) -> Option<String> {
    let mut rest = pattern;
    while let Some((_, behind)) = rest.split_once('%') {
        let bare = behind.strip_prefix(['-', '_', '0']).or(behind.strip_prefix(':')).unwrap_or(behind);
        let specifier = bare.chars().next();
        let known = match specifier {
            Some('%') => bare.len() == behind.len(),
            Some(specifier) => {
                CONVERSIONS.split(' ').any(|known| known.starts_with(specifier))
                    && (specifier == 'z' || !behind.starts_with(':'))
            }
            None => false,
        };
        let length = (behind.len() - bare.len()) + specifier.map_or(0, char::len_utf8);
        let (conversion, left) = behind.split_at_checked(length)?;
        if !known {
            return Some(format!("%{conversion}"));
        }
        rest = left;
    }
    None
}

/// The pattern that someone most likely means who wrote `dd.mm.yyyy`.
pub(in crate::format) fn pattern_of_people(text: &str) -> Option<String> {
    if text.contains('%') {
        return None;
    }
    let mut pattern = String::new();
    let mut rest = text;
    let mut in_time = false;
    while let Some(first) = rest.chars().next() {
        let letter = first.to_ascii_lowercase();
        let left = rest.trim_start_matches(|character: char| character.to_ascii_lowercase() == letter);
        let width = rest.len() - left.len();
        let conversion = match (letter, width) {
            ('y', 4) => "%Y",
            ('y', 2) => "%y",
            ('m', 1 | 2) if in_time => "%M",
            ('m', 1 | 2) => "%m",
            ('d', 1 | 2) => "%d",
            ('h', 1 | 2) => "%H",
            ('s', 1 | 2) => "%S",
            _ => rest.get(..width)?,
        };
        in_time = conversion == "%H" || (in_time && !conversion.starts_with('%'));
        pattern.push_str(conversion);
        rest = left;
    }
    DatePattern::new(&pattern).is_ok().then_some(pattern)
}

/// A chrono pattern as people write it: `YYYY-MM-DD`.
pub(in crate::format) fn date_for_people(pattern: &str) -> String {
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
            (Some('Q'), _) => "C",
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

#[cfg(test)]
mod tests;
