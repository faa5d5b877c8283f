//! Date patterns, taken apart once.

use std::fmt::Write as _;

use chrono::format::{Fixed, Item, Numeric, Pad, StrftimeItems};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc, Weekday};

use super::super::{is_blank, trimmed};
use super::{Moment, YEARS, by_items, date_for_people, in_window};

/// Why a text is no date pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum NoPattern {
    /// A `%` with something behind it that is not known.
    Specifier,
    /// It does not say which day, or cannot be read back.
    NoDay,
    /// A week number belongs to `%G` or `%g`, the year of ISO weeks; without it, or with `%Y`, it is no day (D3).
    WeekWithoutYear,
    /// `%Q` goes with `%y`, among numbers only.
    CenturyWithoutYear,
}

/// Why a text is no date of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum NoDate {
    /// It is not written as the pattern says.
    Pattern,
    /// It is, but there is no such day or time: 30 February, week 53 of a year with 52.
    Calendar,
}

/// A pattern of dates, taken apart once: what chrono knows, and `%Q`, the century digit of IBM i (0 is 19xx, 1 is 20xx;
/// D1). Patterns of nothing but numbers, that is nearly all of them, are read and written without chrono's parser.
#[derive(Clone, Debug)]
pub(in crate::format) struct DatePattern {
    written: String,
    way: Way,
    needs_weekday: bool,
}

#[derive(Clone, Debug)]
enum Way {
    Numbers(Vec<Piece>),
    Chrono(Vec<Item<'static>>),
}

#[derive(Clone, Debug)]
enum Piece {
    Literal(char),
    Blanks(String),
    /// `full`: digits stand beside it, so that it must have its full width.
    Number {
        what: What,
        pad: Pad,
        full: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Century,
    Year,
    ShortYear,
    Month,
    Day,
    DayOfYear,
    IsoYear,
    ShortIsoYear,
    Week,
    Weekday,
    Hour,
    Minute,
    Second,
}

impl What {
    fn of(numeric: &Numeric) -> Option<What> {
        Some(match numeric {
            Numeric::Year => What::Year,
            Numeric::YearMod100 => What::ShortYear,
            Numeric::Month => What::Month,
            Numeric::Day => What::Day,
            Numeric::Ordinal => What::DayOfYear,
            Numeric::IsoYear => What::IsoYear,
            Numeric::IsoYearMod100 => What::ShortIsoYear,
            Numeric::IsoWeek => What::Week,
            Numeric::WeekdayFromMon => What::Weekday,
            Numeric::Hour => What::Hour,
            Numeric::Minute => What::Minute,
            Numeric::Second => What::Second,
            _ => return None,
        })
    }

    fn width(self) -> usize {
        match self {
            What::Century | What::Weekday => 1,
            What::Year | What::IsoYear => 4,
            What::DayOfYear => 3,
            _ => 2,
        }
    }

    /// Numbers that nobody writes with fewer digits; what has fewer was cut off.
    fn keeps_zeros(self) -> bool {
        use What::*;
        matches!(self, Year | ShortYear | IsoYear | ShortIsoYear | Minute | Second)
    }
}

/// The days that databases hold where nobody entered one (D4).
const NO_DAYS: [(i32, u32, u32); 4] = [(1, 1, 1), (1900, 1, 1), (1753, 1, 1), (9999, 12, 31)];

impl DatePattern {
    /// Takes a pattern apart.
    ///
    /// # Errors
    /// A pattern that cannot be both read and written.
    pub(in crate::format) fn new(pattern: &str) -> Result<DatePattern, NoPattern> {
        let (before, behind) = match split_century(pattern) {
            Some((before, behind)) => (before, Some(behind)),
            None => (pattern, None),
        };
        let items = |pattern: &str| StrftimeItems::new(pattern).parse_to_owned();
        let before = items(before).map_err(|_| NoPattern::Specifier)?;
        let behind = behind.map(items).transpose().map_err(|_| NoPattern::Specifier)?;
        let has =
            |numeric: Numeric| before.iter().chain(behind.iter().flatten()).any(|item| is_a(item, &numeric));
        if has(Numeric::IsoWeek) && !has(Numeric::IsoYear) && !has(Numeric::IsoYearMod100) {
            return Err(NoPattern::WeekWithoutYear);
        }
        if behind.is_some() && (!has(Numeric::YearMod100) || has(Numeric::Year)) {
            return Err(NoPattern::CenturyWithoutYear);
        }
        let written = pattern.to_owned();
        if let Some(pieces) = pieces(&before, behind.as_deref()) {
            let needs_weekday = has(Numeric::IsoWeek) && !has(Numeric::WeekdayFromMon);
            return Ok(DatePattern { written, way: Way::Numbers(pieces), needs_weekday });
        }
        if behind.is_some() {
            return Err(NoPattern::CenturyWithoutYear);
        }
        let pattern = DatePattern { written, way: Way::Chrono(before.clone()), needs_weekday: false };
        let day = NaiveDate::from_ymd_opt(2026, 11, 16).ok_or(NoPattern::NoDay)?;
        let local = day.and_hms_opt(14, 5, 0).ok_or(NoPattern::NoDay)?;
        let text = pattern.write_instant(local.and_utc(), chrono_tz::UTC).ok_or(NoPattern::NoDay)?;
        // chrono passes over an hour that has no minutes.
        let is_timed =
            [Numeric::Hour, Numeric::Hour12, Numeric::Minute, Numeric::Second].into_iter().any(has);
        match pattern.parse(&text, None) {
            Ok(Moment::Day(_)) if is_timed => Err(NoPattern::NoDay),
            Ok(moment) if moment.date() == day => Ok(pattern),
            _ => Err(NoPattern::NoDay),
        }
    }

    /// Whether it names weeks without their day, so that reading needs to be told which day stands for the week (D3).
    pub(in crate::format) fn needs_weekday(&self) -> bool {
        self.needs_weekday
    }

    #[cfg(test)]
    /// The pattern as its author wrote it.
    pub(in crate::format) fn written(&self) -> &str {
        &self.written
    }

    /// The pattern as people write it: `YYYY-MM-DD`.
    pub(in crate::format) fn for_people(&self) -> String {
        date_for_people(&self.written)
    }

    /// A text as a moment. Of days, months, weeks and hours the zero in front may be blank, or missing where no other digits
    /// stand beside them: ` 9:05` (D6). Where they do, only that of the first number and of an hour may be blank. `weekday` stands for the week where the pattern names no day of it.
    ///
    /// # Errors
    /// A text that is no date of this pattern.
    pub(in crate::format) fn parse(&self, text: &str, weekday: Option<Weekday>) -> Result<Moment, NoDate> {
        let pieces = match &self.way {
            Way::Numbers(pieces) => pieces,
            Way::Chrono(items) => {
                return by_items(text, items.iter().map(with_zulu)).ok_or(NoDate::Pattern);
            }
        };
        let fields = Fields::read(text, pieces).ok_or(NoDate::Pattern)?;
        let day = fields.day(weekday).filter(|day| YEARS.contains(&day.year())).ok_or(NoDate::Calendar)?;
        let Some(hour) = fields.hour else { return Ok(Moment::Day(day)) };
        day.and_hms_opt(hour, fields.minute, fields.second).map(Moment::Local).ok_or(NoDate::Calendar)
    }

    /// Whether a text says that there is no date (D4): blank, nothing but zeros, or a day that databases put there, in the
    /// pattern's own form. Two digits of a year do not tell 1900 from 2000, so there only zeros count.
    pub(in crate::format) fn is_no_date(&self, text: &str) -> bool {
        is_zero_date(text) || self.is_filler(text).unwrap_or(false)
    }

    fn is_filler(&self, text: &str) -> Option<bool> {
        let mut fillers =
            NO_DAYS.iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day));
        let pieces = match &self.way {
            Way::Numbers(pieces) => pieces,
            Way::Chrono(items) if items.iter().any(|item| is_a(item, &Numeric::YearMod100)) => return None,
            Way::Chrono(items) => {
                let day = by_items(text, items.iter())?.date();
                return Some(fillers.any(|filler| filler == day));
            }
        };
        let fields = Fields::read(text, pieces)?;
        if fields.is_short && fields.century.is_none() {
            return None;
        }
        Some(match fields.week {
            Some(week) => fillers.any(|filler| {
                let filler = filler.iso_week();
                (Some(filler.year()), filler.week()) == (fields.full_year(), week)
            }),
            None => fields.day(None).is_some_and(|day| fillers.any(|filler| filler == day)),
        })
    }

    /// A local time as the pattern writes it; `None` where it could not be read back: a year outside of two digits' window,
    /// a zone that is not known.
    pub(in crate::format) fn write(&self, local: NaiveDateTime) -> Option<String> {
        let mut text = String::with_capacity(self.written.len() + 4);
        match &self.way {
            Way::Numbers(pieces) => written(&mut text, local, pieces)?,
            Way::Chrono(items) => write!(text, "{}", local.format_with_items(items.iter())).ok()?,
        }
        Some(text)
    }

    /// An instant as the pattern writes it in a zone.
    pub(in crate::format) fn write_instant(
        &self,
        instant: DateTime<Utc>,
        zone: chrono_tz::Tz,
    ) -> Option<String> {
        let there = instant.with_timezone(&zone);
        match &self.way {
            Way::Numbers(_) => self.write(there.naive_local()),
            Way::Chrono(items) => {
                let mut text = String::new();
                write!(text, "{}", there.format_with_items(items.iter())).ok()?;
                Some(text)
            }
        }
    }
}

/// Blank, or zeros with the separators of dates and times: `00.00.00`, `0000-00-00T00:00:00`, `  /  /  `.
pub(in crate::format) fn is_zero_date(text: &str) -> bool {
    let is_separator = |character: char| matches!(character, '-' | '.' | '/' | ':') || is_blank(character);
    text.chars().all(is_separator)
        || (text.contains('0')
            && text.chars().all(|character| matches!(character, '0' | 'T' | 'W') || is_separator(character)))
}

/// Where a zone is read, `Z` is one: files of one sender have `+01:00` and `Z` side by side (D5).
fn with_zulu(item: &Item<'static>) -> Item<'static> {
    match item {
        Item::Fixed(Fixed::TimezoneOffset) => Item::Fixed(Fixed::TimezoneOffsetZ),
        Item::Fixed(Fixed::TimezoneOffsetColon) => Item::Fixed(Fixed::TimezoneOffsetColonZ),
        other => other.clone(),
    }
}

fn is_a(item: &Item<'_>, wanted: &Numeric) -> bool {
    matches!(item, Item::Numeric(numeric, _) if numeric == wanted)
}

/// What stands before and behind the first `%Q`.
fn split_century(pattern: &str) -> Option<(&str, &str)> {
    let mut characters = pattern.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '%' && characters.next().is_some_and(|(_, specifier)| specifier == 'Q') {
            return Some((pattern.get(..at)?, characters.as_str()));
        }
    }
    None
}

/// The pieces of a pattern of nothing but numbers, each at most once, that together say one day and maybe a time.
fn pieces(before: &[Item<'_>], behind: Option<&[Item<'_>]>) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    for item in before {
        push(&mut pieces, item)?;
    }
    if let Some(behind) = behind {
        pieces.push(Piece::Number { what: What::Century, pad: Pad::Zero, full: false });
        for item in behind {
            push(&mut pieces, item)?;
        }
    }
    let count = |what: What| {
        pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Number { what: other, .. } if *other == what))
            .count()
    };
    let wholes: [&[What]; 6] = [
        &[What::Year, What::Month, What::Day],
        &[What::ShortYear, What::Month, What::Day],
        &[What::Year, What::DayOfYear],
        &[What::ShortYear, What::DayOfYear],
        &[What::IsoYear, What::Week],
        &[What::ShortIsoYear, What::Week],
    ];
    let numbers = pieces.iter().filter(|piece| matches!(piece, Piece::Number { .. })).count();
    let times = match [What::Hour, What::Minute, What::Second].map(count) {
        [0, 0, 0] => 0,
        [1, 0, 0] => 1,
        [1, 1, 0] => 2,
        [1, 1, 1] => 3,
        _ => return None,
    };
    let fits = wholes.iter().any(|whole| {
        let more = if whole.contains(&What::Week) { What::Weekday } else { What::Century };
        whole.iter().all(|what| count(*what) == 1)
            && count(more) <= 1
            && numbers == whole.len() + count(more) + times
    });
    if !fits {
        return None;
    }
    // Digits that stand side by side must have their full width.
    let is_number: Vec<bool> = pieces.iter().map(|piece| matches!(piece, Piece::Number { .. })).collect();
    let beside = |at: usize| {
        let other = |at: Option<usize>| at.and_then(|at| is_number.get(at)).copied().unwrap_or(false);
        other(at.checked_sub(1)) || other(at.checked_add(1))
    };
    for (at, piece) in pieces.iter_mut().enumerate() {
        if let Piece::Number { what, pad, full } = piece {
            *full = beside(at);
            if *full && *pad == Pad::None && what.width() > 1 {
                return None;
            }
        }
    }
    Some(pieces)
}

fn push(pieces: &mut Vec<Piece>, item: &Item<'_>) -> Option<()> {
    match item {
        Item::Literal(text) => pieces.extend(text.chars().map(Piece::Literal)),
        Item::OwnedLiteral(text) => pieces.extend(text.chars().map(Piece::Literal)),
        Item::Space(text) => pieces.push(Piece::Blanks((*text).to_owned())),
        Item::OwnedSpace(text) => pieces.push(Piece::Blanks(text.clone().into_string())),
        Item::Numeric(numeric, pad) => {
            pieces.push(Piece::Number { what: What::of(numeric)?, pad: *pad, full: false });
        }
        Item::Fixed(_) | Item::Error => return None,
    }
    Some(())
}

/// The numbers of a date as read.
#[derive(Default)]
struct Fields {
    century: Option<i32>,
    year: i32,
    is_short: bool,
    month: u32,
    day: u32,
    day_of_year: Option<u32>,
    week: Option<u32>,
    weekday: Option<Weekday>,
    hour: Option<u32>,
    minute: u32,
    second: u32,
}

impl Fields {
    fn read(text: &str, pieces: &[Piece]) -> Option<Fields> {
        let bare = trimmed(text);
        // The first number may be filled with a blank, where one stood: ` 61126`.
        Fields::read_bare(bare, pieces).or_else(|| {
            let end =
                text.trim_end_matches(|character: char| is_blank(character) || character.is_whitespace());
            let filled = end.get(end.len().checked_sub(bare.len() + 1)?..)?;
            Fields::read_bare(filled, pieces)
        })
    }

    fn read_bare(text: &str, pieces: &[Piece]) -> Option<Fields> {
        let mut fields = Fields::default();
        let mut rest = text;
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => rest = rest.strip_prefix(*literal)?,
                Piece::Blanks(_) => rest = rest.strip_prefix(is_blank)?.trim_start_matches(is_blank),
                Piece::Number { what, full, .. } => {
                    let number;
                    // Where digits touch, a blank among them means that columns have moved.
                    let filled = !full || *what == What::Hour || rest.len() == text.len();
                    if !filled && rest.starts_with(is_blank) {
                        return None;
                    }
                    (number, rest) = number_at(rest, *what, *full)?;
                    fields.set(*what, number)?;
                }
            }
        }
        rest.is_empty().then_some(fields)
    }

    fn set(&mut self, what: What, number: u32) -> Option<()> {
        match what {
            What::Century => self.century = Some(i32::try_from(number).ok().filter(|century| *century <= 1)?),
            What::Year | What::IsoYear => self.year = i32::try_from(number).ok()?,
            What::ShortYear | What::ShortIsoYear => {
                (self.year, self.is_short) = (i32::try_from(number).ok()?, true);
            }
            What::Month => self.month = number,
            What::Day => self.day = number,
            What::DayOfYear => self.day_of_year = Some(number),
            What::Week => self.week = Some(number),
            What::Weekday => {
                let from_monday = u8::try_from(number.checked_sub(1)?).ok()?;
                self.weekday = Some(Weekday::try_from(from_monday).ok()?);
            }
            What::Hour => self.hour = Some(number),
            What::Minute => self.minute = number,
            What::Second => self.second = number,
        }
        Some(())
    }

    fn full_year(&self) -> Option<i32> {
        match (self.is_short, self.century) {
            (false, _) => Some(self.year),
            (true, Some(century)) => Some(1900 + 100 * century + self.year),
            (true, None) => Some(in_window(self.year)),
        }
    }

    fn day(&self, weekday: Option<Weekday>) -> Option<NaiveDate> {
        let year = self.full_year()?;
        match (self.week, self.day_of_year) {
            (Some(week), _) => NaiveDate::from_isoywd_opt(year, week, self.weekday.or(weekday)?),
            (None, Some(day)) => NaiveDate::from_yo_opt(year, day),
            (None, None) => NaiveDate::from_ymd_opt(year, self.month, self.day),
        }
    }
}

/// The number at the start of a text, and what follows it. `full`: of its full width, maybe filled with blanks.
fn number_at(text: &str, what: What, full: bool) -> Option<(u32, &str)> {
    let width = what.width();
    if let Some((digits, rest)) = text.split_at_checked(width)
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((digits.bytes().fold(0, |number, byte| number * 10 + u32::from(byte - b'0')), rest));
    }
    let (mut number, mut digits, mut taken) = (0_u32, 0_usize, 0_usize);
    for character in text.chars() {
        match character.to_digit(10) {
            Some(digit) if taken < width || (!full && digits < width) => {
                number = number.checked_mul(10)?.checked_add(digit)?;
                digits += 1;
            }
            None if is_blank(character) && digits == 0 && (!full || taken < width) => {}
            _ => break,
        }
        taken += 1;
    }
    let whole = if what.keeps_zeros() { digits == width } else { digits > 0 && (!full || taken == width) };
    let bytes: usize = text.chars().take(taken).map(char::len_utf8).sum();
    Some((number, text.get(bytes..)?)).filter(|_| whole)
}

fn written(text: &mut String, local: NaiveDateTime, pieces: &[Piece]) -> Option<()> {
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => text.push(*literal),
            Piece::Blanks(blanks) => text.push_str(blanks),
            Piece::Number { what, pad, .. } => {
                let number = number_of(*what, local, pieces)?;
                let width = what.width();
                match pad {
                    Pad::Zero => write!(text, "{number:0width$}"),
                    Pad::Space => write!(text, "{number:width$}"),
                    Pad::None => write!(text, "{number}"),
                }
                .ok()?;
            }
        }
    }
    Some(())
}

fn number_of(what: What, local: NaiveDateTime, pieces: &[Piece]) -> Option<i64> {
    let full = |year: i32| YEARS.contains(&year).then_some(i64::from(year));
    let short =
        |year: i32| (in_window(year.rem_euclid(100)) == year).then_some(i64::from(year.rem_euclid(100)));
    Some(match what {
        What::Year => full(local.year())?,
        What::IsoYear => full(local.iso_week().year())?,
        What::ShortIsoYear => short(local.iso_week().year())?,
        What::ShortYear => {
            let has_century =
                pieces.iter().any(|piece| matches!(piece, Piece::Number { what: What::Century, .. }));
            if has_century { i64::from(local.year().rem_euclid(100)) } else { short(local.year())? }
        }
        What::Century => match local.year() {
            1900..=1999 => 0,
            2000..=2099 => 1,
            _ => return None,
        },
        What::Month => i64::from(local.month()),
        What::Day => i64::from(local.day()),
        What::DayOfYear => i64::from(local.ordinal()),
        What::Week => i64::from(local.iso_week().week()),
        What::Weekday => i64::from(local.weekday().number_from_monday()),
        What::Hour => i64::from(local.hour()),
        What::Minute => i64::from(local.minute()),
        What::Second => i64::from(local.second()),
    })
}

#[cfg(test)]
mod tests;
