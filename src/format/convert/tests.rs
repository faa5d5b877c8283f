use super::*;

fn style(decimal: char, thousands: Option<char>, decimals: Option<u32>, sign: Sign) -> NumberStyle {
    NumberStyle { decimal, thousands, decimals, sign }
}

#[test]
fn numbers_as_nordic_files_write_them() {
    let comma = style(',', None, None, Sign::Either);
    let comma_point = style(',', Some('.'), None, Sign::Either);
    let point = style('.', Some(','), None, Sign::Either);
    let apostrophe = style('.', Some('\''), None, Sign::Either);
    let cents = style(',', None, Some(2), Sign::Either);
    let behind = style(',', None, Some(2), Sign::Trailing);
    let before = style(',', None, None, Sign::Leading);
    let great = "7922816251426433759354395033";
    for (text, style, number) in [
        ("1249,50", &comma, "1249.50"),
        (" 12 ", &comma, "12"),
        ("1 249,50", &comma, "1249.50"),
        ("1\u{a0}249,50", &comma, "1249.50"),
        ("1\u{202f}249\u{202f}000", &comma, "1249000"),
        ("1.249,50", &comma_point, "1249.50"),
        ("1.250", &comma_point, "1250"),
        ("1,250.5", &point, "1250.5"),
        ("1'249.50", &apostrophe, "1249.50"),
        ("1\u{2019}249.50", &apostrophe, "1249.50"),
        ("-12,5", &comma, "-12.5"),
        ("12,50-", &comma, "-12.50"),
        ("0,25-", &comma, "-0.25"),
        ("12,5 -", &comma, "-12.5"),
        ("\u{2212}12,50", &comma, "-12.50"),
        ("(12,50)", &comma, "-12.50"),
        ("+12,5", &comma, "12.5"),
        (",75", &comma, "0.75"),
        ("12,", &comma, "12"),
        ("007", &comma, "7"),
        ("-0", &comma, "0"),
        ("0000012500", &cents, "125.00"),
        ("5", &cents, "0.05"),
        ("-0000012500", &cents, "-125.00"),
        ("000001250-", &behind, "-12.50"),
        ("000001250+", &behind, "12.50"),
        ("000001250 ", &behind, "12.50"),
        ("-3", &before, "-3"),
        (great, &comma, great),
    ] {
        assert_eq!(decimal(text, style).map(|number| number.to_string()), Ok(number.to_owned()), "{text:?}");
    }
    for (text, style, why) in [
        ("1O", &comma, NoNumber::Characters),
        ("", &comma, NoNumber::Characters),
        (",", &comma, NoNumber::Characters),
        ("-", &comma, NoNumber::Characters),
        ("-12-", &comma, NoNumber::Characters),
        ("12.50", &comma, NoNumber::Characters),
        ("1,2,3", &comma, NoNumber::Characters),
        ("12 34,5", &comma, NoNumber::Characters),
        ("1234 567", &comma, NoNumber::Characters),
        ("1.25", &comma_point, NoNumber::Characters),
        ("1,2 50", &comma, NoNumber::Characters),
        ("١٢", &comma, NoNumber::Characters),
        ("0x10", &comma, NoNumber::Characters),
        ("inf", &comma, NoNumber::Characters),
        ("125,00", &cents, NoNumber::Characters),
        ("-1250", &behind, NoNumber::Characters),
        ("3-", &before, NoNumber::Characters),
        ("7,31E+12", &comma, NoNumber::Exponent),
        ("1E3", &comma, NoNumber::Exponent),
        ("79228162514264337593543950336", &comma, NoNumber::TooGreat),
        ("99999999999999999999999999999999999999", &comma, NoNumber::TooGreat),
    ] {
        assert_eq!(decimal(text, style), Err(why), "{text:?}");
    }
}

#[test]
fn dates_have_their_full_width_and_stand_in_the_calendar() {
    for (text, pattern, date) in [
        ("2026-11-16", "%Y-%m-%d", "2026-11-16"),
        ("20261116", "%Y%m%d", "2026-11-16"),
        ("16.11.2026", "%d.%m.%Y", "2026-11-16"),
        ("6.1.2026", "%d.%m.%Y", "2026-01-06"),
        ("06.01.2026", "%-d.%-m.%Y", "2026-01-06"),
        ("16/11-26", "%d/%m-%y", "2026-11-16"),
        ("261116", "%y%m%d", "2026-11-16"),
        ("790101", "%y%m%d", "2079-01-01"),
        ("720229", "%y%m%d", "2072-02-29"),
        ("800101", "%y%m%d", "1980-01-01"),
        ("26320", "%y%j", "2026-11-16"),
        ("202647-1", "%G%V-%u", "2026-11-16"),
        ("20261123:14:00", "%Y%m%d:%H:%M", "2026-11-23"),
        (" 2026-11-16 ", "%Y-%m-%d", "2026-11-16"),
    ] {
        assert_eq!(
            moment(text, pattern).map(|m| m.date().to_string()),
            Some(date.to_owned()),
            "{text} {pattern}"
        );
    }
    for (text, pattern) in [
        ("2026-02-30", "%Y-%m-%d"),
        ("2026-13-01", "%Y-%m-%d"),
        ("26-11-16", "%Y-%m-%d"),
        ("2026111", "%Y%m%d"),
        ("26111", "%y%m%d"),
        ("20261116", "%y%m%d"),
        ("00000000", "%Y%m%d"),
        ("2026-11-16x", "%Y-%m-%d"),
        ("+2026-11-16", "%Y-%m-%d"),
        ("12026-11-16", "%Y-%m-%d"),
        ("", "%Y-%m-%d"),
        ("16-11-2026", "%Y-%m-%d"),
    ] {
        assert_eq!(moment(text, pattern), None, "{text} {pattern}");
    }
}

#[test]
fn local_times_go_by_the_zone_through_gap_and_fold() {
    let stockholm = chrono_tz::Europe::Stockholm;
    for (text, pattern, instant) in [
        ("2026-11-16 14:00", "%Y-%m-%d %H:%M", "2026-11-16T13:00:00+00:00"),
        ("2026-07-01 14:00", "%Y-%m-%d %H:%M", "2026-07-01T12:00:00+00:00"),
        ("2026-11-16  9:05", "%Y-%m-%d %H:%M", "2026-11-16T08:05:00+00:00"),
        ("2026-03-29 02:30", "%Y-%m-%d %H:%M", "2026-03-29T01:00:00+00:00"),
        ("2026-10-25 02:30", "%Y-%m-%d %H:%M", "2026-10-25T00:30:00+00:00"),
        // A day is that day, whatever the zone.
        ("2026-11-16", "%Y-%m-%d", "2026-11-16T00:00:00+00:00"),
        ("2026-11-23T14:00:00+01:00", "%Y-%m-%dT%H:%M:%S%:z", "2026-11-23T13:00:00+00:00"),
    ] {
        let found = moment(text, pattern).and_then(|m| m.instant(stockholm)).map(|i| i.to_rfc3339());
        assert_eq!(found, Some(instant.to_owned()), "{text}");
    }
}

#[test]
fn patterns_are_tried_before_files_are() {
    for good in ["%Y-%m-%d", "%y%m%d", "%-d.%-m.%Y", "%G%V-%u", "%Y%m%d%H%M", "%F", "%y%j"] {
        assert!(is_date_pattern(good), "{good}");
    }
    for bad in ["", "YYYY-MM-DD", "%Y-%m", "%H:%M", "%Q", "%G%V", "%"] {
        assert!(!is_date_pattern(bad), "{bad}");
    }
    assert!(is_time_pattern("%H:%M") && !is_time_pattern("%Q"));
    assert_eq!(date_for_people("%Y-%m-%d"), "YYYY-MM-DD");
    assert_eq!(date_for_people("%-d.%-m.%y %H:%M:%S"), "D.M.YY HH:mm:ss");
}

#[test]
fn numbers_are_written_exactly() {
    let number = |text: &str| Decimal::from_str_exact(text).unwrap();
    let comma = style(',', Some('.'), None, Sign::Either);
    let behind = style('.', None, None, Sign::Trailing);
    let cents = style(',', None, Some(2), Sign::Leading);
    for (n, style, decimals, text) in [
        ("1249.50", &comma, None, Some("1249,5")),
        ("1249.5", &comma, Some(2), Some("1249,50")),
        ("12", &comma, Some(0), Some("12")),
        ("-0.25", &comma, None, Some("-0,25")),
        ("-0.25", &behind, None, Some("0.25-")),
        ("125", &cents, None, Some("12500")),
        ("0", &cents, None, Some("0")),
        ("-0.05", &cents, None, Some("-5")),
        ("1.255", &cents, None, None),
        ("1.255", &comma, Some(2), None),
        ("100000000", &comma, None, Some("100000000")),
    ] {
        assert_eq!(decimal_out(number(n), style, decimals).as_deref(), text, "{n}");
    }
}

#[test]
fn words_zeros_and_cuts() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (yes, no) = (words(&["J", "JA"]), words(&["N"]));
    assert_eq!(yes_or_no(" ja", &yes, &no), Some(true));
    assert_eq!(yes_or_no("n", &yes, &no), Some(false));
    assert_eq!(yes_or_no("X", &yes, &no), None);
    assert_eq!(strip_leading_zeros("000000000000471102"), "471102");
    assert_eq!(strip_leading_zeros("0047A"), "0047A");
    assert_eq!(strip_leading_zeros("000"), "0");
    assert_eq!(cut("Räksmörgås", 3), "Räk");
    assert_eq!(cut("Åå", 9), "Åå");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_conversion_panic(text in ".{0,40}", pattern in "(%[a-zA-Z:+-]{1,2}|[ .-]){0,6}") {
        for sign in [Sign::Either, Sign::Leading, Sign::Trailing] {
            for decimals in [None, Some(0), Some(28)] {
                let _ = decimal(&text, &style(',', Some('.'), decimals, sign));
            }
        }
        let _ = moment(&text, &pattern).and_then(|m| m.instant(chrono_tz::Europe::Stockholm));
        let _ = (is_date_pattern(&pattern), is_time_pattern(&text), date_for_people(&text));
    }
}
