//! What the values of a column are, from all of them: numbers and their signs, dates, codes, keys.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

use super::words;
use crate::format::codes;
use crate::format::convert::{self, DatePattern};
use crate::format::source::Codes;

/// Patterns of dates, the likelier before the others; where two fit all values, the first is taken and the other told.
pub(super) const DATE_PATTERNS: [&str; 25] = [
    "%Y-%m-%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%y%m%d",
    "%d.%m.%y",
    "%y-%m-%d",
    "%d-%m-%y",
    "%d/%m-%y",
    "%d/%m/%y",
    "%m/%d/%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%:z",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d/%m/%Y %H:%M",
];

static DATES: LazyLock<Vec<(&'static str, DatePattern)>> = LazyLock::new(|| {
    let known = |pattern: &'static str| Some((pattern, DatePattern::new(pattern).ok()?));
    DATE_PATTERNS.into_iter().filter_map(known).collect()
});

/// Weeks: digits like any number, so that only the name of a column says that they are dates.
static WEEKS: LazyLock<Vec<(&'static str, DatePattern)>> = LazyLock::new(|| {
    let known = |pattern: &'static str| Some((pattern, DatePattern::new(pattern).ok()?));
    ["%g%V%u", "%G-W%V-%u"].into_iter().filter_map(known).collect()
});

static COUNTRIES: LazyLock<Codes> =
    LazyLock::new(|| Codes::new("countries", [], codes::built_in("countries")));
static UNITS: LazyLock<Codes> = LazyLock::new(|| Codes::new("units", [], codes::built_in("units")));

/// So many of a hundred values must fit before a column is said to hold something: the others may be mistakes.
const PERCENT_MIN: usize = 80;

/// So many different values are kept with their rows.
const FEW_VALUES: usize = 12;

/// What most values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holds {
    /// No value at all.
    Nothing,
    /// Dates, or dates with times.
    Dates,
    /// Numbers with decimals or with marks between groups.
    Numbers,
    /// Digits only.
    WholeNumbers,
    /// Bar codes with a check digit that is right.
    BarCodes,
    /// Words for yes and no.
    YesAndNo,
    /// Addresses of e-mail.
    EmailAddresses,
    /// Codes or names of countries.
    Countries,
    /// Units.
    Units,
    /// Few different texts.
    Codes,
    /// Texts.
    Texts,
}

/// How numbers are written, as the values show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct NumberSigns {
    /// Values that only a decimal comma explains.
    pub decimal_comma: usize,
    /// Values that only a decimal point explains.
    pub decimal_point: usize,
    /// Values with a comma that may be either, like `1,250`.
    pub unsure_comma: usize,
    /// Values with a point that may be either, like `1.250`.
    pub unsure_point: usize,
    /// Marks between groups, and in how many values each stands.
    pub marks: Vec<(char, usize)>,
    /// Values with a minus in front.
    pub minus_before: usize,
    /// Values with a minus behind.
    pub minus_behind: usize,
}

/// A pattern that dates of a column may be written by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DateStyle {
    /// As in `date = "…"`.
    pub pattern: &'static str,
    /// How many values fit.
    pub fit: usize,
}

/// A column and its values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Column {
    /// From 1.
    pub number: usize,
    /// As the header names it.
    pub name: Option<String>,
    /// In so many rows it stands.
    pub rows: usize,
    /// In so many of them it holds something.
    pub filled: usize,
    /// So many different values it has.
    pub different: usize,
    /// The value that all rows have, where there are several rows.
    pub always: Option<String>,
    /// No value stands twice, and none is blank: it may be a key.
    pub unique: bool,
    /// The length of the longest value in characters.
    pub longest: usize,
    /// What most values are.
    pub holds: Holds,
    /// So many values are something else than that.
    pub odd: usize,
    /// Values of digits have zeros in front.
    pub leading_zeros: bool,
    /// How numbers are written.
    pub numbers: NumberSigns,
    /// How dates are written, the likeliest first; more than one where the values do not tell.
    pub dates: Vec<DateStyle>,
    /// Values that stand for no date.
    pub no_dates: Vec<String>,
    /// So many values stand for no date.
    #[serde(skip)]
    blank_dates: usize,
    /// The pattern that fits most values, be they few.
    #[serde(skip)]
    pub(super) likely_dates: Vec<DateStyle>,
    /// The values and their rows, where they are few.
    #[serde(skip)]
    pub(super) values: Vec<(String, usize)>,
    /// Values that name no article where one is asked for (`T`, `*`), and their rows.
    #[serde(skip)]
    pub(super) no_articles: Vec<(String, usize)>,
    #[serde(skip)]
    pub(super) fits: Fits,
}

/// How many values can be read as what.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fits {
    pub numbers: usize,
    pub whole: usize,
    pub yes_no: usize,
    pub countries: usize,
    pub units: usize,
    post_and_city: usize,
    zero_or_less: usize,
}

impl Column {
    /// Looks at the values of a column, blank ones too.
    pub(super) fn of<'v>(
        number: usize,
        name: Option<String>,
        values: impl Iterator<Item = &'v str>,
    ) -> Column {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let (mut rows, mut filled) = (0, 0);
        for value in values {
            rows += 1;
            let value = convert::trimmed(value);
            if !value.is_empty() {
                filled += 1;
                *counts.entry(value).or_default() += 1;
            }
        }
        let mut column = Column {
            number,
            name,
            rows,
            filled,
            different: counts.len(),
            always: None,
            unique: rows > 1 && filled == rows && counts.len() == rows,
            longest: counts.keys().map(|value| value.chars().count()).max().unwrap_or(0),
            holds: Holds::Nothing,
            odd: 0,
            leading_zeros: false,
            numbers: NumberSigns::default(),
            dates: Vec::new(),
            no_dates: Vec::new(),
            blank_dates: 0,
            likely_dates: Vec::new(),
            values: Vec::new(),
            no_articles: Vec::new(),
            fits: Fits::default(),
        };
        if counts.len() <= FEW_VALUES {
            column.values = counts.iter().map(|(value, rows)| ((*value).to_owned(), *rows)).collect();
            column.values.sort();
        }
        if rows > 1 && filled == rows && counts.len() == 1 {
            column.always = counts.keys().next().map(|value| (*value).to_owned());
        }
        let is_short = |value: &str| value.len() <= 8;
        let no_articles =
            counts.iter().filter(|(value, _)| is_short(value) && words::is_value_of("article_number", value));
        column.no_articles = no_articles.map(|(value, rows)| ((*value).to_owned(), *rows)).collect();
        column.no_articles.sort();
        column.look(&counts);
        column
    }

    /// The same column at another place.
    pub(super) fn numbered(&self, number: usize) -> Column {
        Column { number, ..self.clone() }
    }

    /// Whether every value that is filled in is a number greater than zero.
    pub(super) fn is_positive(&self) -> bool {
        self.filled == self.rows && self.fits.numbers == self.filled && self.fits.zero_or_less == 0
    }

    /// Whether most values can be read as a number.
    pub(super) fn fits_number(&self) -> bool {
        self.is_most(self.fits.numbers)
    }

    /// How many values are dates, or stand for none.
    pub(super) fn fit_dates(&self) -> usize {
        let no_dates = if self.no_dates.is_empty() { 0 } else { self.blank_dates };
        self.likely_dates.first().map_or(0, |style| style.fit + no_dates)
    }

    /// Whether all values are names or codes of a built-in table, or most where a few are mistakes.
    pub(super) fn fits_table(&self, known: usize) -> bool {
        self.filled > 0 && self.is_most(known)
    }

    /// Whether most values are a post code and a city: `651 02 KARLSTAD`.
    pub(super) fn holds_post_and_city(&self) -> bool {
        self.filled > 0 && self.is_most(self.fits.post_and_city)
    }

    fn is_most(&self, fit: usize) -> bool {
        fit * 100 >= self.filled * PERCENT_MIN
    }

    fn look(&mut self, counts: &HashMap<&str, usize>) {
        let mut dates: Vec<usize> = vec![0; DATES.len()];
        let is_named_date = self
            .name
            .as_deref()
            .is_some_and(|name| ["delivery_date", "in_date"].iter().any(|role| words::means(name, role)));
        let mut weeks: Vec<usize> = vec![0; if is_named_date { WEEKS.len() } else { 0 }];
        let (mut digits, mut long_digits, mut bar_codes, mut emails, mut no_dates) = (0, 0, 0, 0, 0);
        let mut marks: HashMap<char, usize> = HashMap::new();
        for (value, count) in counts {
            let count = *count;
            if value.bytes().all(|byte| byte.is_ascii_digit()) {
                digits += count;
                long_digits += if value.len() >= 8 { count } else { 0 };
                self.leading_zeros |= value.len() > 1 && value.starts_with('0');
                bar_codes += if convert::gtin(value).is_ok() { count } else { 0 };
            }
            if let Some(shape) = NumberShape::of(value) {
                self.fits.numbers += count;
                self.fits.whole += if shape.decimal == Decimal::None { count } else { 0 };
                self.fits.zero_or_less += if shape.negative || shape.is_zero { count } else { 0 };
                self.note(&shape, count, &mut marks);
            }
            if convert::yes_or_no(value, &convert::YES, &convert::NO).is_some() {
                self.fits.yes_no += count;
            }
            self.fits.countries += if COUNTRIES.means(value).is_some() { count } else { 0 };
            self.fits.units += if UNITS.means(value).is_some() { count } else { 0 };
            self.fits.post_and_city += if is_post_and_city(value) { count } else { 0 };
            emails += if is_email(value) { count } else { 0 };
            for ((_, pattern), fit) in WEEKS.iter().zip(weeks.iter_mut()) {
                *fit += if pattern.parse(value, None).is_ok() { count } else { 0 };
            }
            if looks_like_date(value) {
                if is_no_date(value) {
                    no_dates += count;
                    self.no_dates.push((*value).to_owned());
                    continue;
                }
                for ((_, pattern), fit) in DATES.iter().zip(dates.iter_mut()) {
                    let year = |moment: convert::Moment| chrono::Datelike::year(&moment.date());
                    if pattern.parse(value, None).is_ok_and(|date| (1980..2080).contains(&year(date))) {
                        *fit += count;
                    }
                }
            } else if matches!(*value, "0") {
                no_dates += count;
                self.no_dates.push((*value).to_owned());
            }
        }
        let mut marks: Vec<(char, usize)> = marks.into_iter().collect();
        marks.sort_by_key(|(mark, count)| (usize::MAX - count, *mark));
        self.numbers.marks = marks;
        self.no_dates.sort();
        self.dates(&dates, no_dates);
        let week = WEEKS.iter().zip(&weeks).filter(|(_, fit)| **fit > 0).max_by_key(|(_, fit)| **fit);
        if let (Some(((pattern, _), fit)), true) = (week, self.likely_dates.is_empty()) {
            self.likely_dates.push(DateStyle { pattern, fit: *fit });
        }
        self.holds(digits, long_digits, bar_codes, emails);
    }

    fn note(&mut self, shape: &NumberShape, count: usize, marks: &mut HashMap<char, usize>) {
        let signs = &mut self.numbers;
        match shape.decimal {
            Decimal::Sign(',') => signs.decimal_comma += count,
            Decimal::Sign(_) => signs.decimal_point += count,
            Decimal::Unsure(',') => signs.unsure_comma += count,
            Decimal::Unsure(_) => signs.unsure_point += count,
            Decimal::None => {}
        }
        if let Some(mark) = shape.mark {
            *marks.entry(mark).or_default() += count;
        }
        match (shape.negative, shape.sign_behind) {
            (true, true) => signs.minus_behind += count,
            (true, false) => signs.minus_before += count,
            _ => {}
        }
    }

    fn dates(&mut self, fits: &[usize], no_dates: usize) {
        let dated = self.filled.saturating_sub(no_dates);
        let mut styles: Vec<DateStyle> = DATES
            .iter()
            .zip(fits)
            .filter(|(_, fit)| **fit > 0)
            .map(|((pattern, _), fit)| DateStyle { pattern, fit: *fit })
            .collect();
        styles.sort_by_key(|style| usize::MAX - style.fit);
        let most = styles.first().map(|style| style.fit);
        styles.retain(|style| Some(style.fit) == most);
        self.blank_dates = no_dates;
        self.likely_dates = styles.clone();
        styles.retain(|style| style.fit * 100 >= dated * PERCENT_MIN);
        // Half of them without a date is no column of dates, but maybe of numbers.
        if no_dates > dated * 4 {
            styles.clear();
        }
        if self.likely_dates.is_empty() {
            self.no_dates.clear();
        }
        self.dates = styles;
    }

    fn holds(&mut self, digits: usize, long_digits: usize, bar_codes: usize, emails: usize) {
        let numbers = self.numbers.decimal_comma
            + self.numbers.decimal_point
            + self.numbers.unsure_comma
            + self.numbers.unsure_point
            + self.numbers.marks.len();
        // Six digits are rather a number than a date without a mark in it.
        let is_dates = self.dates.first().is_some_and(|style| style.pattern != "%y%m%d");
        let few = self.different * 3 <= self.filled && self.longest <= 12;
        let (holds, fit) = match self.filled {
            0 => (Holds::Nothing, 0),
            _ if is_dates => (Holds::Dates, self.fit_dates()),
            _ if self.is_most(bar_codes) && self.is_most(long_digits) => (Holds::BarCodes, bar_codes),
            _ if self.is_most(digits) && numbers == 0 => (Holds::WholeNumbers, digits),
            _ if self.fits_number() => (Holds::Numbers, self.fits.numbers),
            _ if self.is_most(emails) => (Holds::EmailAddresses, emails),
            // `NO` alone is a country; `N` is no.
            all if self.fits.countries == all && self.longest >= 2 => (Holds::Countries, all),
            _ if self.is_most(self.fits.yes_no) => (Holds::YesAndNo, self.fits.yes_no),
            _ if self.is_most(self.fits.countries) => (Holds::Countries, self.fits.countries),
            _ if self.is_most(self.fits.units) => (Holds::Units, self.fits.units),
            all if few => (Holds::Codes, all),
            all => (Holds::Texts, all),
        };
        self.holds = holds;
        self.odd = self.filled.saturating_sub(fit);
    }
}

fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !value.contains(char::is_whitespace)
    })
}

/// `651 02 KARLSTAD`, `8064 RØST`.
fn is_post_and_city(value: &str) -> bool {
    let digits = value.chars().take_while(|sign| sign.is_ascii_digit() || *sign == ' ');
    let (all, count) = digits.fold((0, 0), |(all, count), sign| (all + 1, count + usize::from(sign != ' ')));
    (3..=5).contains(&count)
        && value.chars().nth(all).is_some_and(char::is_alphabetic)
        && value.chars().nth(all.saturating_sub(1)) == Some(' ')
}

fn looks_like_date(value: &str) -> bool {
    (6..=30).contains(&value.len())
        && value.starts_with(|first: char| first.is_ascii_digit())
        && value.bytes().filter(u8::is_ascii_digit).count() >= 5
}

/// What databases and ERPs write where nobody entered a date (D4 of the reference).
fn is_no_date(value: &str) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).take(8).collect();
    digits.len() >= 6
        && (digits.bytes().all(|byte| byte == b'0')
            || ["19000101", "00010101", "99991231", "17530101", "01011900", "01010001", "31129999"]
                .contains(&digits.as_str()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decimal {
    None,
    Sign(char),
    Unsure(char),
}

/// A text that can be a number, and what its signs tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NumberShape {
    decimal: Decimal,
    /// Between groups of three.
    mark: Option<char>,
    negative: bool,
    sign_behind: bool,
    is_zero: bool,
}

impl NumberShape {
    fn of(value: &str) -> Option<NumberShape> {
        if value.len() > 40 {
            return None;
        }
        let sign = |character: char| matches!(character, '-' | '+' | '\u{2212}');
        let is_minus = |character: Option<char>| matches!(character, Some('-' | '\u{2212}'));
        let before = value.chars().next().filter(|first| sign(*first));
        let behind = value.chars().next_back().filter(|last| sign(*last));
        if before.is_some() && behind.is_some() {
            return None;
        }
        let digits = value.trim_start_matches(sign).trim_end_matches(sign).trim();
        // The signs, and how many digits stand before each and behind the last.
        let mut signs: Vec<char> = Vec::new();
        let mut runs: Vec<usize> = vec![0];
        for character in digits.chars() {
            match character {
                '0'..='9' => *runs.last_mut()? += 1,
                ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}' => {
                    signs.push(match character {
                        '\u{a0}' | '\u{202f}' => ' ',
                        '\u{2019}' => '\'',
                        other => other,
                    });
                    runs.push(0);
                }
                _ => return None,
            }
        }
        if runs.iter().all(|run| *run == 0) {
            return None;
        }
        let (first, last) = (runs.first().copied()?, runs.last().copied()?);
        let groups = |runs: &[usize]| {
            let mut runs = runs.iter();
            runs.next().is_some_and(|first| (1..=3).contains(first)) && runs.all(|run| *run == 3)
        };
        let (decimal, mark) = match signs.as_slice() {
            [] => (Decimal::None, None),
            [only @ (',' | '.')] => {
                let either = last == 3 && (1..=3).contains(&first) && !digits.starts_with('0');
                (if either { Decimal::Unsure(*only) } else { Decimal::Sign(*only) }, None)
            }
            [mark, rest @ ..] if rest.iter().all(|other| other == mark) => {
                (groups(&runs).then_some(Decimal::None)?, Some(*mark))
            }
            [marks @ .., sign @ (',' | '.')] => {
                let mark = marks.first().copied()?;
                let grouped = marks.iter().all(|other| *other == mark) && mark != *sign;
                let whole = runs.get(..runs.len().saturating_sub(1))?;
                ((grouped && groups(whole)).then_some(Decimal::Sign(*sign))?, Some(mark))
            }
            _ => return None,
        };
        Some(NumberShape {
            decimal,
            mark,
            negative: is_minus(before) || is_minus(behind),
            sign_behind: behind.is_some(),
            is_zero: digits.chars().all(|character| !matches!(character, '1'..='9')),
        })
    }
}

/// The decimal sign and the mark between groups, as all numbers of a file show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct NumberStyle {
    /// The decimal sign; `None` where no number has one.
    pub decimal: Option<char>,
    /// Values that only this sign explains.
    pub sure: usize,
    /// Values that speak for the other sign.
    pub against: usize,
    /// Values that may be either.
    pub unsure: usize,
    /// The mark between groups.
    pub thousands: Option<char>,
}

impl NumberStyle {
    /// As some columns write numbers.
    pub(super) fn of<'c>(columns: impl Iterator<Item = &'c Column>) -> NumberStyle {
        let (mut comma, mut point, mut unsure_comma, mut unsure_point) = (0, 0, 0, 0);
        let mut marks: HashMap<char, usize> = HashMap::new();
        for column in columns.filter(|column| {
            column.filled > 0
                && column.fits_number()
                && !matches!(column.holds, Holds::Dates | Holds::BarCodes)
        }) {
            comma += column.numbers.decimal_comma;
            point += column.numbers.decimal_point;
            unsure_comma += column.numbers.unsure_comma;
            unsure_point += column.numbers.unsure_point;
            for (mark, count) in &column.numbers.marks {
                *marks.entry(*mark).or_default() += count;
            }
        }
        let decimal = match comma.cmp(&point) {
            std::cmp::Ordering::Greater => Some(','),
            std::cmp::Ordering::Less => Some('.'),
            // Both are written: here the comma is the usual one.
            std::cmp::Ordering::Equal if comma > 0 => Some(','),
            // A mark between groups is not the decimal sign.
            std::cmp::Ordering::Equal if marks.contains_key(&'.') => Some(','),
            std::cmp::Ordering::Equal if marks.contains_key(&',') => Some('.'),
            std::cmp::Ordering::Equal if unsure_comma > 0 && unsure_point == 0 => Some(','),
            std::cmp::Ordering::Equal if unsure_point > 0 && unsure_comma == 0 => Some('.'),
            std::cmp::Ordering::Equal => None,
        };
        let (sure, against, other_unsure) = match decimal {
            Some('.') => (point, comma, unsure_comma),
            _ => (comma, point, unsure_point),
        };
        let other = if decimal == Some('.') { ',' } else { '.' };
        if other_unsure > 0 && decimal.is_some() {
            *marks.entry(other).or_default() += other_unsure;
        }
        let mut marks: Vec<(char, usize)> =
            marks.into_iter().filter(|(mark, _)| Some(*mark) != decimal).collect();
        marks.sort_by_key(|(mark, count)| (usize::MAX - count, *mark));
        NumberStyle {
            decimal,
            sure,
            against,
            unsure: unsure_comma + unsure_point,
            thousands: marks.first().map(|(mark, _)| *mark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &str) -> Column {
        Column::of(1, None, values.split('|'))
    }

    fn style(values: &str) -> (Option<char>, Option<char>) {
        let style = NumberStyle::of(std::iter::once(&column(values)));
        (style.decimal, style.thousands)
    }

    #[test]
    fn the_patterns_are_ones_that_a_format_file_may_have() {
        for pattern in DATE_PATTERNS {
            assert!(convert::is_date_pattern(pattern), "{pattern}");
        }
        assert_eq!(DATES.len(), DATE_PATTERNS.len());
    }

    #[test]
    fn decimal_signs_and_marks() {
        for (values, expected) in [
            ("1249,50|12", (Some(','), None)),
            ("1.249,50|1,5", (Some(','), Some('.'))),
            ("1 249,50|0,420|,75|12,", (Some(','), Some(' '))),
            ("1\u{a0}249,50", (Some(','), Some(' '))),
            ("1'249.50", (Some('.'), Some('\''))),
            ("1,249.50|3.5", (Some('.'), Some(','))),
            ("1.250|2,5", (Some(','), Some('.'))),
            ("1.250.000|1.500", (Some(','), Some('.'))),
            ("12,50-|0,25-|-3", (Some(','), None)),
            ("1 000|2 000", (None, Some(' '))),
            ("1|2|3", (None, None)),
            ("652 25|432 41", (None, None)),
            ("16.11.2026|17.11.2026", (None, None)),
        ] {
            assert_eq!(style(values), expected, "{values}");
        }
        let unsure = NumberStyle::of(std::iter::once(&column("1.250|2.500")));
        assert_eq!((unsure.decimal, unsure.sure, unsure.unsure), (Some('.'), 0, 2));
    }

    #[test]
    fn what_columns_hold() {
        for (values, holds) in [
            ("||", Holds::Nothing),
            ("2026-11-27|2026-11-30|", Holds::Dates),
            ("20261127|00000000", Holds::Dates),
            ("16.11.26|17.11.26", Holds::Dates),
            ("0081204|0081205", Holds::WholeNumbers),
            ("261124|261127", Holds::WholeNumbers),
            ("7350099900013|7350099900020", Holds::BarCodes),
            ("1,5|2|3|4|x", Holds::Numbers),
            ("J|N|J", Holds::YesAndNo),
            ("SE|Norge|DK", Holds::Countries),
            ("NO|NO|", Holds::Countries),
            ("STK|KRT|PAR", Holds::Units),
            ("a@b.example|c@d.example", Holds::EmailAddresses),
            ("BIL|TÅG|BIL|BIL|BIL|TÅG", Holds::Codes),
            ("Hasp förzinkad|Gångjärn|Skruv", Holds::Texts),
            ("83024190|73181568", Holds::WholeNumbers),
        ] {
            assert_eq!(column(values).holds, holds, "{values}");
        }
        let dates = column("01/02/2026|03/04/2026");
        let patterns: Vec<_> = dates.dates.iter().map(|style| style.pattern).collect();
        assert_eq!(patterns, ["%d/%m/%Y", "%m/%d/%Y"], "both fit");
        assert_eq!(column("20261127|00000000").no_dates, ["00000000"]);
        assert!(column("a|b").unique && !column("a|a").unique && !column("a|").unique);
        assert_eq!(column("SE|SE").always.as_deref(), Some("SE"));
    }
}
