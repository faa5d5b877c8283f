//! Numbers: text <-> exact decimal, with the signs of ERPs and of COBOL (quirks N1 to N10).

use rust_decimal::Decimal;

use super::{is_blank, trimmed};

/// How a number is written in a field.
#[derive(Clone, Debug)]
pub(in crate::format) struct NumberStyle {
    pub decimal: char,
    /// Thousands mark that may stand between groups of three; when writing none is written.
    pub thousands: Option<char>,
    /// Implied decimals: `0000012500` with 2 is 125.00. `None`: the decimal sign says.
    pub decimals: Option<u32>,
    pub sign: Sign,
}

/// Where a number's minus stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Sign {
    /// Before or behind; both are read, and `(12,50)` and `12,50 CR` too (N3). `-12,5` is written.
    Either,
    /// Before the number.
    Leading,
    /// Behind the number; a blank or plus there is positive.
    Trailing,
    /// In the last digit, as zoned numbers have it: `{ A-I` are +0 to +9, `} J-R` are -0 to -9 (N6). After a copy from a
    /// Nordic EBCDIC page `ä` and `æ` stand for `{` and `å` for `}` (N7). A plain digit is positive.
    OverpunchTrailing,
    /// In the first digit; the national letters are not known to occur there.
    OverpunchLeading,
    /// In the last digit, as PC file transfers leave it: `p-y` are -0 to -9, digits are positive (N8).
    AsciiTrailing,
}

#[cfg(test)]
impl Sign {
    /// Whether the sign is part of a digit, so that it takes no place of its own.
    pub(in crate::format) fn is_in_a_digit(self) -> bool {
        matches!(self, Sign::OverpunchTrailing | Sign::OverpunchLeading | Sign::AsciiTrailing)
    }
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum NoNumber {
    /// Characters that do not belong in a number of this style, or no digit at all.
    Characters,
    /// `7,31E+12`: a number that went through a spreadsheet and lost its digits there (N10).
    Exponent,
    /// More digits than can be kept exactly.
    TooGreat,
    /// Control characters: most likely packed decimal that was converted as if it were text; what it said is lost (N9).
    Packed,
    /// The decimal sign stands more than once.
    DecimalSigns,
    /// Marks between groups that are not of three digits, so what they mean is unsure (N1).
    Groups,
    /// One sign, but at the end of the number where this style has none.
    SignPlace,
}

/// A text as an exact decimal. Nothing is allocated.
pub(in crate::format) fn decimal(text: &str, style: &NumberStyle) -> Result<Decimal, NoNumber> {
    let inner = trimmed(text);
    if let Some(number) = plain(inner, style) {
        return Ok(number);
    }
    any(inner, style).map_err(|why| match why {
        // Of the text as it came: form feeds and the like at its ends count too.
        NoNumber::Characters | NoNumber::SignPlace if has_control(text) => NoNumber::Packed,
        why => why,
    })
}

/// So many digits always fit an `i64`.
const PLAIN_DIGITS: usize = 18;

/// The quick path: at most 18 ASCII digits with a minus in front and one decimal sign; `None` for all else.
fn plain(text: &str, style: &NumberStyle) -> Option<Decimal> {
    let mut bytes = text.as_bytes();
    let mut negative = false;
    if matches!(style.sign, Sign::Leading | Sign::Either)
        && let Some(rest) = bytes.strip_prefix(b"-")
    {
        (negative, bytes) = (true, rest);
    }
    if bytes.len() > PLAIN_DIGITS + 1 {
        return None;
    }
    let sign = match style.decimals {
        Some(_) => None,
        None => u8::try_from(style.decimal).ok(),
    };
    let (mut mantissa, mut digits, mut decimals, mut in_part) = (0_i64, 0_usize, 0_u32, false);
    for byte in bytes {
        if Some(*byte) == sign && !in_part {
            in_part = true;
        } else if byte.is_ascii_digit() {
            mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
            digits += 1;
            decimals += u32::from(in_part);
        } else {
            return None;
        }
    }
    let ends_in_sign = in_part && decimals == 0;
    if digits == 0 || digits > PLAIN_DIGITS || ends_in_sign {
        return None;
    }
    Decimal::try_new(if negative { -mantissa } else { mantissa }, style.decimals.unwrap_or(decimals)).ok()
}

/// Every number that a style can have.
fn any(text: &str, style: &NumberStyle) -> Result<Decimal, NoNumber> {
    let text = match style.decimals {
        Some(_) => text,
        None => without_even(text, style.decimal),
    };
    let parts = split_sign(text, style.sign)?;
    if style.decimals.is_none() && parts.last.is_none() && parts.text.ends_with(style.decimal) {
        return Err(NoNumber::Characters);
    }
    if has_exponent(parts.text) {
        return Err(NoNumber::Exponent);
    }
    let characters = parts.first.into_iter().chain(parts.text.chars()).chain(parts.last);
    let digits = match style.decimals {
        Some(decimals) => implied(characters, decimals),
        None => stated(characters, style),
    }?;
    digits.number(parts.negative)
}

/// `149,-` is 149 even: a dash right behind the decimal sign stands for the decimals, and is no minus.
fn without_even(text: &str, decimal: char) -> &str {
    text.strip_suffix(['-', '\u{2212}', '\u{2013}'])
        .and_then(|text| text.strip_suffix(decimal))
        .unwrap_or(text)
}

/// A number without its sign: the text, and before or behind it the digit that carried the sign.
struct Parts<'t> {
    negative: bool,
    first: Option<char>,
    text: &'t str,
    last: Option<char>,
}

impl<'t> Parts<'t> {
    fn new(negative: bool, text: &'t str) -> Parts<'t> {
        Parts { negative, first: None, text, last: None }
    }
}

fn split_sign(text: &str, sign: Sign) -> Result<Parts<'_>, NoNumber> {
    let mut characters = text.chars();
    let first = characters.next();
    let behind_first = characters.as_str();
    let mut characters = text.chars();
    let last = characters.next_back();
    let before_last = characters.as_str();
    match sign {
        Sign::OverpunchTrailing => match last.and_then(overpunched_last) {
            Some((negative, digit)) => Ok(Parts { last: Some(digit), ..Parts::new(negative, before_last) }),
            None => own_place(first, last).map(|_| Parts::new(false, text)),
        },
        Sign::OverpunchLeading => match first.and_then(overpunched) {
            Some((negative, digit)) => Ok(Parts { first: Some(digit), ..Parts::new(negative, behind_first) }),
            None => own_place(first, last).map(|_| Parts::new(false, text)),
        },
        Sign::AsciiTrailing => match last.and_then(ascii_signed) {
            Some((negative, digit)) => Ok(Parts { last: Some(digit), ..Parts::new(negative, before_last) }),
            None => own_place(first, last).map(|_| Parts::new(false, text)),
        },
        Sign::Leading | Sign::Trailing | Sign::Either => {
            let (may_lead, may_trail) = (sign != Sign::Trailing, sign != Sign::Leading);
            match (first.and_then(minus), last.and_then(minus)) {
                (None, None) if sign == Sign::Either => Ok(accounted(text)),
                (None, None) => Ok(Parts::new(false, text)),
                (Some(negative), None) if may_lead => Ok(Parts::new(negative, trimmed(behind_first))),
                (None, Some(negative)) if may_trail => Ok(Parts::new(negative, trimmed(before_last))),
                (Some(_), None) | (None, Some(_)) => Err(NoNumber::SignPlace),
                (Some(_), Some(_)) => Err(NoNumber::Characters),
            }
        }
    }
}

/// A style whose sign is in a digit has no separate one.
fn own_place(first: Option<char>, last: Option<char>) -> Result<(), NoNumber> {
    match (first.and_then(minus), last.and_then(minus)) {
        (None, None) => Ok(()),
        (Some(_), None) | (None, Some(_)) => Err(NoNumber::SignPlace),
        (Some(_), Some(_)) => Err(NoNumber::Characters),
    }
}

fn minus(character: char) -> Option<bool> {
    match character {
        '-' | '\u{2212}' => Some(true),
        '+' => Some(false),
        _ => None,
    }
}

/// `(12,50)` and `12,50 CR` are negative, `12,50 DR` is not (N3).
fn accounted(text: &str) -> Parts<'_> {
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return Parts::new(true, trimmed(inner));
    }
    let suffix = text.len().checked_sub(2).and_then(|at| text.split_at_checked(at));
    match suffix {
        Some((number, word)) if word.eq_ignore_ascii_case("CR") => Parts::new(true, trimmed(number)),
        Some((number, word)) if word.eq_ignore_ascii_case("DR") => Parts::new(false, trimmed(number)),
        _ => Parts::new(false, text),
    }
}

/// A zoned digit: whether it is negative, and which it is.
fn overpunched(character: char) -> Option<(bool, char)> {
    let digit =
        |from: u8| char::from_u32(u32::from(character).checked_sub(u32::from(from))? + u32::from(b'1'));
    match character {
        '{' => Some((false, '0')),
        'A'..='I' => Some((false, digit(b'A')?)),
        '}' => Some((true, '0')),
        'J'..='R' => Some((true, digit(b'J')?)),
        _ => None,
    }
}

/// The bytes C0 and D0 of the Nordic EBCDIC pages are small letters.
fn overpunched_last(character: char) -> Option<(bool, char)> {
    match character {
        'ä' | 'æ' => Some((false, '0')),
        'å' => Some((true, '0')),
        _ => overpunched(character),
    }
}

fn ascii_signed(character: char) -> Option<(bool, char)> {
    match character {
        'p'..='y' => Some((true, char::from_u32(u32::from(character) - u32::from('p') + u32::from('0'))?)),
        _ => None,
    }
}

/// Control characters that no text file has in a number; tabs and NUL are padding (B13).
fn has_control(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\0' | '\n' | '\r'))
}

/// `7.31E+12`: digits, an E, digits.
pub(in crate::format) fn has_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| {
        text.bytes().any(|byte| byte.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || b".,+-".contains(&byte))
    };
    digits(mantissa) && digits(exponent)
}

/// What a spreadsheet makes of a long number: `7,31E+12`.
pub(in crate::format) fn is_number_in_exponent_form(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_mantissa = match mantissa.split_once([',', '.']) {
        Some((whole, part)) => whole.len() == 1 && digits(whole) && digits(part),
        None => mantissa.len() == 1 && digits(mantissa),
    };
    is_mantissa && exponent.strip_prefix('+').is_some_and(|exponent| exponent.len() >= 2 && digits(exponent))
}

/// Digits as they are read.
#[derive(Default)]
struct Digits {
    mantissa: u128,
    scale: u32,
    too_great: bool,
    any: bool,
}

impl Digits {
    fn push(&mut self, digit: u32) {
        self.any = true;
        let greater = self.mantissa.checked_mul(10).and_then(|ten| ten.checked_add(u128::from(digit)));
        match greater {
            Some(greater) if greater <= Decimal::MAX.mantissa().unsigned_abs() => self.mantissa = greater,
            _ => self.too_great = true,
        }
    }

    fn number(&self, negative: bool) -> Result<Decimal, NoNumber> {
        if !self.any {
            return Err(NoNumber::Characters);
        }
        if self.too_great {
            return Err(NoNumber::TooGreat);
        }
        let mantissa = i128::try_from(self.mantissa).map_err(|_| NoNumber::TooGreat)?;
        let mantissa = if negative { -mantissa } else { mantissa };
        Decimal::try_from_i128_with_scale(mantissa, self.scale).map_err(|_| NoNumber::TooGreat)
    }
}

fn implied(characters: impl Iterator<Item = char>, decimals: u32) -> Result<Digits, NoNumber> {
    let mut digits = Digits { scale: decimals, ..Digits::default() };
    for character in characters {
        let digit = character.to_digit(10).ok_or(NoNumber::Characters)?;
        digits.push(digit);
    }
    Ok(digits)
}

fn stated(characters: impl Iterator<Item = char>, style: &NumberStyle) -> Result<Digits, NoNumber> {
    let is_mark = |character: char| {
        is_blank(character)
            || style.thousands == Some(character)
            || (style.thousands == Some('\'') && character == '\u{2019}')
    };
    let mut digits = Digits::default();
    let (mut marks, mut since_mark, mut in_part) = (0_usize, 0_usize, false);
    let (mut odd_groups, mut more_signs) = (false, false);
    // `0.250` is no thousand: its sign is that of decimals, whatever was said. `0.000,00` and `001.250` were filled with zeros.
    let mut only_zero_before_mark = false;
    for character in characters {
        if character == style.decimal {
            more_signs |= in_part;
            odd_groups |= !in_part && marks > 0 && since_mark != 3;
            in_part = true;
        } else if let Some(digit) = character.to_digit(10) {
            digits.push(digit);
            if in_part {
                digits.scale = digits.scale.saturating_add(1);
            } else {
                since_mark += 1;
            }
        } else if is_mark(character) && !in_part {
            only_zero_before_mark |=
                marks == 0 && since_mark == 1 && digits.mantissa == 0 && !is_blank(character);
            odd_groups |= if marks == 0 { !(1..=3).contains(&since_mark) } else { since_mark != 3 };
            marks += 1;
            since_mark = 0;
        } else {
            return Err(NoNumber::Characters);
        }
    }
    odd_groups |= !in_part && marks > 0 && since_mark != 3;
    odd_groups |= only_zero_before_mark && marks == 1 && !in_part && digits.mantissa > 0;
    if !digits.any {
        return Err(NoNumber::Characters);
    }
    match (more_signs, odd_groups) {
        (true, _) => Err(NoNumber::DecimalSigns),
        (false, true) => Err(NoNumber::Groups),
        (false, false) => Ok(digits),
    }
}

/// A decimal as the file writes it: no thousands mark, the style's decimal sign, sign and implied decimals.
/// `decimals`: so many are written; `None` where digits would be lost.
pub(in crate::format) fn decimal_out(
    number: Decimal,
    style: &NumberStyle,
    decimals: Option<u32>,
) -> Option<String> {
    let number = number.normalize();
    let text = magnitude(number, style, decimals)?;
    signed(text, is_negative(number), style.sign)
}

/// As [`decimal_out`], filled with zeros to a field's width: a minus in front stands before the zeros, behind a positive
/// number a blank takes the place of the minus. What does not fit is longer than the field; the caller says so.
pub(in crate::format) fn decimal_out_filled(
    number: Decimal,
    style: &NumberStyle,
    decimals: Option<u32>,
    width: usize,
) -> Option<String> {
    let number = number.normalize();
    let text = magnitude(number, style, decimals)?;
    let negative = is_negative(number);
    let width = match style.sign {
        Sign::Trailing => width.saturating_sub(1),
        Sign::Leading | Sign::Either if negative => width.saturating_sub(1),
        _ => width,
    };
    let text = signed(format!("{text:0>width$}"), negative, style.sign)?;
    Some(if style.sign == Sign::Trailing && !negative { text + " " } else { text })
}

/// A decimal as it was read: with as many decimals as it has itself where the style implies none, and with the mark between
/// groups of three digits where the style has one. `width`: the field is filled with zeros, without such marks.
pub(in crate::format) fn decimal_back(
    number: Decimal,
    style: &NumberStyle,
    width: Option<usize>,
) -> Option<String> {
    let decimals = Some(number.scale());
    if let Some(width) = width {
        return decimal_out_filled(number, style, decimals, width);
    }
    let text = magnitude(number.normalize(), style, decimals)?;
    let text = match style.thousands {
        Some(mark) if style.decimals.is_none() => grouped(&text, mark, style.decimal),
        _ => text,
    };
    signed(text, is_negative(number), style.sign)
}

fn grouped(text: &str, mark: char, decimal: char) -> String {
    let digits = text.split(decimal).next().unwrap_or("").chars().count();
    let mut grouped = String::new();
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && at < digits && (digits - at).is_multiple_of(3) {
            grouped.push(mark);
        }
        grouped.push(digit);
    }
    grouped
}

fn is_negative(number: Decimal) -> bool {
    number.is_sign_negative() && !number.is_zero()
}

fn magnitude(number: Decimal, style: &NumberStyle, decimals: Option<u32>) -> Option<String> {
    let decimals = style.decimals.or(decimals);
    let text = number.abs().to_string();
    let text = match decimals {
        Some(decimals) if number.scale() > decimals => return None,
        Some(decimals) => {
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            let width = usize::try_from(decimals).ok()?;
            if width == 0 { whole.to_owned() } else { format!("{whole}.{part:0<width$}") }
        }
        None => text,
    };
    Some(match style.decimals {
        Some(_) => {
            let digits = text.replace('.', "");
            let digits = digits.trim_start_matches('0');
            if digits.is_empty() { "0".to_owned() } else { digits.to_owned() }
        }
        None => text.replace('.', &style.decimal.to_string()),
    })
}

fn signed(mut text: String, negative: bool, sign: Sign) -> Option<String> {
    match sign {
        Sign::Leading | Sign::Either if negative => text.insert(0, '-'),
        Sign::Trailing if negative => text.push('-'),
        Sign::Leading | Sign::Either | Sign::Trailing => {}
        Sign::OverpunchTrailing => {
            let digit = text.pop()?;
            text.push(overpunch(digit, negative)?);
        }
        Sign::OverpunchLeading => {
            let digit = text.chars().next()?;
            text.replace_range(..digit.len_utf8(), overpunch(digit, negative)?.encode_utf8(&mut [0; 4]));
        }
        Sign::AsciiTrailing if negative => {
            let digit = text.pop()?.to_digit(10)?;
            text.push(char::from_u32(u32::from('p') + digit)?);
        }
        Sign::AsciiTrailing => {}
    }
    Some(text)
}

fn overpunch(digit: char, negative: bool) -> Option<char> {
    let digit = digit.to_digit(10)?;
    match (digit, negative) {
        (0, false) => Some('{'),
        (0, true) => Some('}'),
        (digit, false) => char::from_u32(u32::from('A') + digit - 1),
        (digit, true) => char::from_u32(u32::from('J') + digit - 1),
    }
}

#[cfg(test)]
mod tests;
