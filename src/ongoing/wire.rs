//! What goes over the wire: request bodies as exact JSON text; numbers, dates and instants as answers write them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;

use crate::call::Call;
use crate::ongoing::members::Members;

/// The document of a call as the body of its main request: with the goods owner, without the members that are ours.
pub fn body(call: &Call) -> String {
    let mut stripped = String::new();
    let document = if Members::has_ours(&call.body) {
        Members::of(&call.body).written(&mut stripped);
        stripped.as_str()
    } else {
        call.body.trim()
    };
    let members = document.strip_prefix('{').unwrap_or("}");
    let comma = if members.trim_start().starts_with('}') { "" } else { "," };
    format!("{{\"goodsOwnerId\":{}{comma}{members}", call.key.lane.goods_owner)
}

/// A number as it stands in JSON, also one with an exponent or inside a string.
/// `None` if it is no number or has more digits than can be kept exactly (28).
pub fn decimal_of(text: &str) -> Option<Decimal> {
    let text = text.trim().trim_matches('"').trim();
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|e| e.abs() <= 60)?),
        None => (text, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) || whole.is_empty() {
        return None;
    }
    let mut digits = format!("{whole}{fraction}");
    let mut point = i32::try_from(whole.len()).ok()? + exponent;
    if point < 0 {
        digits.insert_str(0, &"0".repeat(usize::try_from(-point).ok()?));
        point = 0;
    }
    let point = usize::try_from(point).ok()?;
    if point > digits.len() {
        digits.push_str(&"0".repeat(point - digits.len()));
    }
    let (whole, fraction) = digits.split_at_checked(point)?;
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let plain = match (whole.is_empty(), fraction.is_empty()) {
        (true, true) => "0".to_owned(),
        (false, true) => format!("{sign}{whole}"),
        (true, false) => format!("{sign}0.{fraction}"),
        (false, false) => format!("{sign}{whole}.{fraction}"),
    };
    Decimal::from_str_exact(&plain).ok()
}

/// The calendar date of a date or a date with a time, as it stands.
pub fn date_of(text: &str) -> Option<NaiveDate> {
    text.trim().get(..10)?.parse().ok()
}

/// An instant; without a zone it is UTC, without a time the start of its day (section 2: answers are in UTC).
pub fn instant_of(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    if let Ok(naive) = text.parse::<NaiveDateTime>() {
        return Some(naive.and_utc());
    }
    Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Key, Kind, Lane, Operation};

    fn call(operation: Operation, body: &str) -> Call {
        let lane = Lane { installation: "nordlager".into(), goods_owner: 159 };
        Call {
            key: Key { lane, kind: Kind::Article, number: "A".into() },
            operation,
            body: body.into(),
            hash: String::new(),
            needs: Vec::new(),
            remember: String::new(),
        }
    }

    #[test]
    fn bodies_keep_every_character_of_the_document() {
        let document = r#"{"articleNumber":"Å","weight":0.10000000000000000000001}"#;
        assert_eq!(
            body(&call(Operation::PutArticle, document)),
            r#"{"goodsOwnerId":159,"articleNumber":"Å","weight":0.10000000000000000000001}"#
        );
        assert_eq!(body(&call(Operation::PutArticle, "{}")), r#"{"goodsOwnerId":159}"#);
        let ours = r#"{"articleNumber":"A","@classes":[{"code":"K"}],"weight":1}"#;
        assert_eq!(
            body(&call(Operation::PutArticle, ours)),
            r#"{"goodsOwnerId":159,"articleNumber":"A","weight":1}"#
        );
    }

    #[test]
    fn numbers_are_exact_in_every_form() {
        for (text, expected) in [
            ("2.0", "2"),
            ("0.1", "0.1"),
            ("-1.50", "-1.5"),
            ("1e3", "1000"),
            ("1.25E+1", "12.5"),
            ("12.5e-4", "0.00125"),
            ("\"1.5\"", "1.5"),
            ("-0.0", "0"),
            ("1234567890123456789.123456789", "1234567890123456789.123456789"),
            ("2.0000000000000000000000000000000000", "2"),
        ] {
            assert_eq!(
                decimal_of(text).map(|number| number.to_string()).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        for text in ["", "true", "1e999", "1.2.3", "0.12345678901234567890123456789", "--1", "1e", "{}"] {
            assert_eq!(decimal_of(text), None, "{text}");
        }
    }

    #[test]
    fn instants_keep_their_fractions_and_zones() {
        for (text, expected) in [
            ("2019-10-10T09:19:41.597Z", "2019-10-10T09:19:41.597Z"),
            ("2019-10-10T09:19:41.5970001", "2019-10-10T09:19:41.597000100Z"),
            ("2026-03-31T08:00:00+02:00", "2026-03-31T06:00:00Z"),
        ] {
            let read = instant_of(text).unwrap();
            assert_eq!(read, DateTime::parse_from_rfc3339(expected).unwrap());
        }
    }
}
