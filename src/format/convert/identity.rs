//! Numbers that name things: articles, parties, places. Each says what is wrong with a text that is none, since a wrong
//! check digit is often only a warning while letters never are (quirks C2 and C4 to C9).

use std::fmt;

use super::number::has_exponent;
use super::{is_blank, trimmed};

/// What is wrong with a number that names something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Wrong {
    /// Characters that do not belong in it.
    Letters,
    /// `7,31E+12`: it went through a spreadsheet and lost its digits there.
    Exponent,
    /// It has so many digits.
    Length(usize),
    /// The last digit does not go with the others; this one would. `None`: the others never occur together.
    CheckDigit(Option<u8>),
    /// Neither it nor its surroundings say of which country it is.
    Country,
}

/// An article number as SAP fills it: zeros in front of nothing but digits go; one digit stays (C4).
pub(in crate::format) fn strip_leading_zeros(text: &str) -> &str {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text;
    }
    let stripped = text.trim_start_matches('0');
    if stripped.is_empty() { "0" } else { stripped }
}

/// A GTIN, to be compared: the same article's 8, 12, 13 and 14 digits are equal. Shown with all 14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::format) struct Gtin(u64);

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}", self.0)
    }
}

/// A text as a GTIN of 8, 12, 13 or 14 digits (C2); blanks between them count for nothing.
pub(in crate::format) fn gtin(text: &str) -> Result<Gtin, Wrong> {
    checked_by_gs1(text, |length| matches!(length, 8 | 12 | 13 | 14)).map(Gtin)
}

/// The number of a place or party, 13 digits (C5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::format) struct Gln(u64);

impl fmt::Display for Gln {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}", self.0)
    }
}

/// A text as a GLN.
pub(in crate::format) fn gln(text: &str) -> Result<Gln, Wrong> {
    checked_by_gs1(text, |length| length == 13).map(Gln)
}

/// The number of a shipping unit, 18 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::format) struct Sscc(u64);

impl fmt::Display for Sscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:018}", self.0)
    }
}

/// A text as an SSCC; the mark `(00)` or `00` of labels may stand before its 18 digits.
pub(in crate::format) fn sscc(text: &str) -> Result<Sscc, Wrong> {
    let text = trimmed(text);
    let bare = text.strip_prefix("(00)").unwrap_or(text);
    let marked = bare == text && digits_of(text, is_blank).is_ok_and(|digits| digits.length == 20);
    let bare = if marked { text.strip_prefix("00").ok_or(Wrong::Length(20))? } else { bare };
    checked_by_gs1(bare, |length| length == 18).map(Sscc)
}

/// The last digit of a GTIN, GLN or SSCC whose other digits these are.
pub(in crate::format) fn gs1_check_digit(others: u64) -> u8 {
    let (mut rest, mut sum, mut weight) = (others, 0, 3);
    while rest > 0 {
        sum += rest % 10 * weight;
        rest /= 10;
        weight = 4 - weight;
    }
    u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

fn checked_by_gs1(text: &str, fits: impl Fn(usize) -> bool) -> Result<u64, Wrong> {
    let digits = digits_of(text, is_blank)?;
    if !fits(digits.length) {
        return Err(Wrong::Length(digits.length));
    }
    let should = gs1_check_digit(digits.number / 10);
    if u64::from(should) != digits.number % 10 {
        return Err(Wrong::CheckDigit(Some(should)));
    }
    Ok(digits.number)
}

/// Digits as a number, right as long as there are at most 19, and how many there were.
struct Digits {
    number: u64,
    length: usize,
}

fn digits_of(text: &str, is_gap: impl Fn(char) -> bool) -> Result<Digits, Wrong> {
    let mut digits = Digits { number: 0, length: 0 };
    let bare = trimmed(text);
    for character in bare.chars() {
        match character.to_digit(10) {
            Some(digit) => {
                digits.number = digits.number.saturating_mul(10).saturating_add(u64::from(digit));
                digits.length += 1;
            }
            None if is_gap(character) => {}
            None if has_exponent(bare) => return Err(Wrong::Exponent),
            None => return Err(Wrong::Letters),
        }
    }
    Ok(digits)
}

/// The countries whose organisation numbers can be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Nordic {
    Sweden,
    Norway,
    Denmark,
    Finland,
}

impl Nordic {
    const ALL: [Nordic; 4] = [Nordic::Sweden, Nordic::Norway, Nordic::Denmark, Nordic::Finland];

    /// The two letters of the country.
    pub(in crate::format) fn code(self) -> &'static str {
        match self {
            Nordic::Sweden => "SE",
            Nordic::Norway => "NO",
            Nordic::Denmark => "DK",
            Nordic::Finland => "FI",
        }
    }

    /// The country of two letters.
    pub(in crate::format) fn of_code(code: &str) -> Option<Nordic> {
        Nordic::ALL.into_iter().find(|country| country.code().eq_ignore_ascii_case(code))
    }
}

/// The number of an organisation, with its country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::format) struct OrganisationNumber<'t> {
    pub country: Nordic,
    /// Ten digits in Sweden, nine in Norway, eight in Denmark and Finland; no hyphen, no country.
    pub digits: String,
    /// As it was sent, for what is reported back.
    pub sent: &'t str,
}

/// A text as an organisation number, also where it stands as a VAT number: `SE556677889901`, `NO 998765439 MVA` (C6). The
/// country in front of it counts before `home`.
pub(in crate::format) fn organisation_number(
    text: &str,
    home: Option<Nordic>,
) -> Result<OrganisationNumber<'_>, Wrong> {
    let sent = trimmed(text);
    let named = sent.split_at_checked(2).and_then(|(code, rest)| Some((Nordic::of_code(code)?, rest)));
    let (country, rest) = match (named, home) {
        (Some((country, rest)), _) => (country, rest),
        (None, Some(home)) => (home, sent),
        (None, None) => return Err(Wrong::Country),
    };
    let rest = match rest.len().checked_sub(3).and_then(|at| rest.split_at_checked(at)) {
        Some((number, word)) if country == Nordic::Norway && word.eq_ignore_ascii_case("MVA") => number,
        _ => rest,
    };
    let is_gap = |character: char| is_blank(character) || matches!(character, '-' | '.' | '+');
    let found = digits_of(rest, is_gap)?;
    let mut digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let digits = match (country, found.length) {
        (Nordic::Sweden, 10) | (Nordic::Norway, 9) | (Nordic::Denmark | Nordic::Finland, 8) => digits,
        (Nordic::Sweden, 12) => swedish_of_twelve(&digits, named.is_some()).ok_or(Wrong::Length(12))?,
        // Numbers given before 1978 have six digits before the hyphen.
        (Nordic::Finland, 7) => {
            digits.insert(0, '0');
            digits
        }
        (_, length) => return Err(Wrong::Length(length)),
    };
    match check_digit(country, &digits) {
        (Some(is), should) if Some(is) == should => Ok(OrganisationNumber { country, digits, sent }),
        (_, should) => Err(Wrong::CheckDigit(should)),
    }
}

/// Twelve digits are a number with its century (`165566778899`) or with the end of a VAT number (`556677889901`).
fn swedish_of_twelve(digits: &str, is_vat: bool) -> Option<String> {
    let with_century = ["16", "18", "19", "20"].iter().find_map(|century| digits.strip_prefix(century));
    let with_end = digits.get(..10).filter(|_| is_vat || digits.ends_with("01"));
    let (first, second) = if is_vat { (with_end, with_century) } else { (with_century, with_end) };
    let is_good = |digits: &&str| {
        let (is, should) = check_digit(Nordic::Sweden, digits);
        is == should
    };
    first.filter(is_good).or(second.filter(is_good)).or(first).or(second).map(str::to_owned)
}

/// The last digit, and what it should be.
fn check_digit(country: Nordic, digits: &str) -> (Option<u8>, Option<u8>) {
    let values = |text: &str| -> Vec<u32> { text.chars().filter_map(|digit| digit.to_digit(10)).collect() };
    let values = values(digits);
    let Some((last, others)) = values.split_last() else { return (None, None) };
    let weights: &[u32] = match country {
        Nordic::Sweden => &[2, 1, 2, 1, 2, 1, 2, 1, 2],
        Nordic::Norway => &[3, 2, 7, 6, 5, 4, 3, 2],
        Nordic::Denmark => &[2, 7, 6, 5, 4, 3, 2],
        Nordic::Finland => &[7, 9, 10, 5, 8, 4, 2],
    };
    let products = others.iter().zip(weights).map(|(digit, weight)| digit * weight);
    let should = match country {
        Nordic::Sweden => {
            Some((10 - products.map(|product| product / 10 + product % 10).sum::<u32>() % 10) % 10)
        }
        _ => match products.sum::<u32>() % 11 {
            0 => Some(0),
            1 => None,
            rest => Some(11 - rest),
        },
    };
    (u8::try_from(*last).ok(), should.and_then(|should| u8::try_from(should).ok()))
}

/// How the post codes of a country look (C7).
struct PostForm {
    country: &'static str,
    /// What stands before a code to name the country; the longest first.
    prefixes: &'static [&'static str],
    digits: usize,
    /// With fewer digits than this it is not one that lost its zeros.
    least: usize,
    /// Where the blank stands.
    gap: Option<usize>,
}

const POST_FORMS: [PostForm; 9] = [
    PostForm { country: "SE", prefixes: &["SE", "S"], digits: 5, least: 5, gap: Some(3) },
    PostForm { country: "NO", prefixes: &["NO", "N"], digits: 4, least: 2, gap: None },
    PostForm { country: "DK", prefixes: &["DK"], digits: 4, least: 3, gap: None },
    PostForm { country: "FI", prefixes: &["FIN", "FI", "SF"], digits: 5, least: 3, gap: None },
    PostForm { country: "AX", prefixes: &["AX"], digits: 5, least: 5, gap: None },
    PostForm { country: "FO", prefixes: &["FO"], digits: 3, least: 3, gap: None },
    PostForm { country: "GL", prefixes: &["GL"], digits: 4, least: 4, gap: None },
    PostForm { country: "IS", prefixes: &["IS"], digits: 3, least: 3, gap: None },
    PostForm { country: "DE", prefixes: &["DE", "D"], digits: 5, least: 4, gap: None },
];

/// A post code as its country writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::format) struct PostCode {
    pub code: String,
    /// The country that stood before it, as two letters.
    pub country: Option<&'static str>,
}

/// A text as a post code: `SE-12345` is `123 45` in SE, `150` of NO is `0150` (C7). `home` is the country that the address
/// names, or the partner's; a code of a country that we know nothing of stays as it is.
pub(in crate::format) fn post_code(text: &str, home: Option<&str>) -> Result<PostCode, Wrong> {
    let text = trimmed(text);
    let (form, named, rest) = match (named_form(text), form_of(home)) {
        (Some((form, rest)), _) => (form, Some(form.country), rest),
        (None, Some(form)) => (form, None, text),
        (None, None) => return Ok(PostCode { code: text.to_owned(), country: None }),
    };
    let length = digits_of(rest, is_blank)?.length;
    if !(form.least..=form.digits).contains(&length) {
        return Err(Wrong::Length(length));
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    Ok(PostCode { code: form.written(&digits), country: named })
}

/// The country that stands before a post code: `DK` of `DK-4600`.
pub(in crate::format) fn country_of_post_code(text: &str) -> Option<&'static str> {
    named_form(trimmed(text)).map(|(form, _)| form.country)
}

// Free address lines (quirk C9).

/// A line with a post code and a city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::format) struct PostLine<'t> {
    pub code: String,
    /// May be empty.
    pub city: &'t str,
    /// The country that stood before the code, as two letters.
    pub country: Option<&'static str>,
}

/// `503 31 BORÅS`: a whole post code at the start and, behind a blank, the city (C7). Zeros in front must be there, or house
/// numbers would fit.
pub(in crate::format) fn post_line<'t>(line: &'t str, home: Option<&str>) -> Option<PostLine<'t>> {
    let line = trimmed(line);
    let (form, named, rest) = match named_form(line) {
        Some((form, rest)) => (form, Some(form.country), rest),
        None => (form_of(home)?, None, line),
    };
    let mut digits = String::new();
    let mut characters = rest.chars();
    while digits.len() < form.digits {
        match characters.next()? {
            digit if digit.is_ascii_digit() => digits.push(digit),
            blank if is_blank(blank) && form.gap == Some(digits.len()) => {
                let digit = characters.next().filter(char::is_ascii_digit)?;
                digits.push(digit);
            }
            _ => return None,
        }
    }
    let behind = characters.as_str();
    let city = trimmed(behind);
    let apart = city.is_empty() || behind.starts_with(|character: char| is_blank(character));
    let is_city = city.is_empty() || city.starts_with(char::is_alphabetic);
    (apart && is_city).then(|| PostLine { code: form.written(&digits), city, country: named })
}

/// The last of some free lines that has a post code, and its place among them (C9).
pub(in crate::format) fn last_post_line<'t, L: AsRef<str>>(
    lines: &'t [L],
    home: Option<&str>,
) -> Option<(usize, PostLine<'t>)> {
    let mut lines = lines.iter().enumerate().rev();
    lines.find_map(|(at, line)| Some((at, post_line(line.as_ref(), home)?)))
}

impl PostForm {
    /// Digits with their zeros in front and their blank.
    fn written(&self, digits: &str) -> String {
        let mut code = format!("{digits:0>width$}", width = self.digits);
        if let Some(gap) = self.gap.filter(|gap| code.is_char_boundary(*gap)) {
            code.insert(gap, ' ');
        }
        code
    }
}

fn form_of(country: Option<&str>) -> Option<&'static PostForm> {
    let country = trimmed(country?);
    POST_FORMS.iter().find(|form| form.country.eq_ignore_ascii_case(country))
}

/// The form that letters before the first digit name, and what stands behind them.
fn named_form(text: &str) -> Option<(&'static PostForm, &str)> {
    let (letters, rest) = text.split_at_checked(text.find(|character: char| character.is_ascii_digit())?)?;
    let letters = letters.trim_end_matches(|character: char| character == '-' || is_blank(character));
    let names = |form: &&PostForm| form.prefixes.iter().any(|prefix| prefix.eq_ignore_ascii_case(letters));
    Some((POST_FORMS.iter().find(names)?, rest))
}

#[cfg(test)]
mod tests;
