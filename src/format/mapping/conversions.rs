//! A picked text -> a value of the member's kind, or why it is none.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

use super::at_hand::{Group, Here};
use super::forms::{has_wrong_check_digit, in_form};
use super::picked::{Picked, fault, field_text, style};
use crate::document::{MemberKind, Value};
use crate::fault::{Fault, code};
use crate::format::convert::{self, DateStyle, NoNumber};
use crate::format::definition::constant_text;
use crate::format::layout::{NumberStyle, Sign};
use crate::format::source::{Convert, Country, Factor, Form, number_style};

/// The text as a value; `None` where a part of it is blank.
pub(super) fn converted(
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
pub(super) fn is_no_date(group: &Group<'_>, convert: &Convert, picked: &Picked<'_>) -> bool {
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
        MemberKind::Date => Value::Date(moment.day(group.context.time_zone)),
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

/// How numbers are written that stand in no field.
pub(super) const PLAIN_STYLE: NumberStyle =
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
            if form == Form::PostCode
                && let Some(Country::Field(..)) = convert.country
                && let (Some(country), Some(says)) = (country, convert::country_of_post_code(&text))
                && country != says
            {
                let warning = fault(group, code::POST_CODE_OF_OTHER_COUNTRY, picked, here);
                group.warn(warning.with("says", says).with("country", country));
            }
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
    if convert.identifier {
        check_identifier(group, &text, picked, here)?;
    } else if let Some(control) = text.chars().find(|character| is_control(*character)) {
        let warning = fault(group, code::CONTROL_CHARACTER_TAKEN_OUT, picked, here).found(escaped(control));
        group.warn(warning);
        text = text.replace(is_control, " ").trim().to_owned().into();
    }
    Ok((!text.is_empty()).then_some(text))
}

/// Whether a text is as harmless as nearly all are, so that nothing in it need be looked at.
#[inline]
pub(super) fn is_plain(text: &str, identifier: bool) -> bool {
    let is_odd = |byte: u8| byte < b' ' || byte == 0x7F;
    !(text.bytes().any(is_odd) || identifier && may_be_wrong(text))
}

fn may_be_wrong(text: &str) -> bool {
    !text.is_ascii() || text.starts_with('#') || memchr::memchr2(b'e', b'E', text.as_bytes()).is_some()
}

/// A character that no text has: they come of records cut at the wrong place, packed numbers and memory that was never written.
/// Tabs and line ends may stand in a text.
fn is_control(character: char) -> bool {
    character < ' ' && !matches!(character, '\t' | '\n' | '\r') || character == '\u{7f}'
}

/// A character that nobody sees, so that two numbers which look alike are not: a tab, a line end, a soft hyphen, a mark of width nothing.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

/// What a number or a code cannot be: with a character that nobody sees, or what a spreadsheet makes of numbers.
fn check_identifier(group: &Group<'_>, text: &str, picked: &Picked<'_>, here: Here<'_>) -> Result<(), Fault> {
    if let Some(invisible) = text.chars().find(|character| is_invisible(*character)) {
        return Err(fault(group, code::CONTROL_CHARACTER, picked, here).found(escaped(invisible)));
    }
    if convert::is_number_in_exponent_form(text) {
        return Err(fault(group, code::NUMBER_THROUGH_SPREADSHEET, picked, here));
    }
    let is_error = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"].contains(&text)
        || text.len() > 2 && text.bytes().all(|byte| byte == b'#');
    if is_error {
        return Err(fault(group, code::SPREADSHEET_ERROR, picked, here));
    }
    Ok(())
}

/// A character as a format file writes it.
fn escaped(character: char) -> String {
    format!("\\u{:04X}", u32::from(character))
}

/// The country that a source says texts without one are of.
pub(super) fn home(group: &mut Group<'_>, convert: &Convert, here: Here<'_>) -> Option<String> {
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
