//! `date` and `weekday`: how dates are written.

use chrono::Weekday;

use crate::format::convert::{self, DateStyle, NoPattern};
use crate::written::{At, Item, Table};

const EXPECTED: &str = "a pattern with year, month and day like \"%Y-%m-%d\", \"%d.%m.%Y\" or \"%y%m%d\", or with year and week \
     like \"%g%V\"; or a list of patterns of which the first that fits counts";

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// The weekday that `weekday` names.
pub(super) fn weekday(table: &Table<'_>) -> Option<Weekday> {
    table.one_of("weekday", &WEEKDAYS)
}

/// How dates are written by the `date` of a layout, a field or a source; none where it has none. Where `reads`, dates must be
/// readable by it.
pub(super) fn dates(table: &Table<'_>, reads: bool, weekday: Option<Weekday>) -> Option<DateStyle> {
    let patterns: Vec<At<String>> = match table.item("date")? {
        Item::List(..) => table.texts("date")?,
        _ => vec![table.text("date")?],
    };
    let Some(first) = patterns.first() else {
        table.missing("date", EXPECTED);
        return None;
    };
    let mut all_known = true;
    for pattern in &patterns {
        all_known &= known(table, pattern, EXPECTED);
    }
    if !all_known {
        return None;
    }
    if !reads {
        if !convert::is_time_pattern(&first.value) {
            table.wrong_value("date", first, EXPECTED, "");
        }
        return Some(DateStyle::writing(&first.value));
    }
    let written: Vec<String> = patterns.iter().map(|pattern| pattern.value.clone()).collect();
    match DateStyle::reading(&written, weekday) {
        Ok(style) => {
            if style.lacks_weekday() {
                table.missing(
                    "weekday",
                    "the day that a week means, like weekday = \"friday\" for deliveries or \"monday\" for receipts",
                );
            }
            Some(style)
        }
        Err((at, why)) => {
            let hint = match why {
                NoPattern::Specifier | NoPattern::NoDay => "",
                NoPattern::WeekWithoutYear => "a week without its year says no day",
                NoPattern::CenturyWithoutYear => "%Q goes with %y",
            };
            table.wrong_value("date", patterns.get(at).unwrap_or(first), EXPECTED, hint);
            None
        }
    }
}

/// Whether a pattern has only conversions that format files know, and any at all; a mistake where not.
pub(super) fn known(table: &Table<'_>, pattern: &At<String>, expected: &str) -> bool {
    if let Some(conversion) = convert::unknown_conversion(&pattern.value) {
        let known = convert::CONVERSIONS.replace(' ', " %");
        table.wrong_value("date", pattern, expected, &format!("{conversion} is none of %{known}"));
        return false;
    }
    if let Some(meant) = convert::pattern_of_people(&pattern.value) {
        table.wrong_value("date", pattern, expected, &format!("did you mean {meant}?"));
        return false;
    }
    true
}
