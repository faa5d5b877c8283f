use chrono::{NaiveTime, TimeDelta};

use super::*;

fn pattern(text: &str) -> DatePattern {
    DatePattern::new(text).unwrap_or_else(|why| panic!("{text}: {why:?}"))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn patterns_read_dates_as_erps_write_them() {
    for (text, written, date) in [
        // D1
        ("20261116", "%Y%m%d", "2026-11-16"),
        ("2026-11-16", "%Y-%m-%d", "2026-11-16"),
        ("16.11.2026", "%d.%m.%Y", "2026-11-16"),
        ("16-11-2026", "%d-%m-%Y", "2026-11-16"),
        ("16/11-26", "%d/%m-%y", "2026-11-16"),
        ("16.11.26", "%d.%m.%y", "2026-11-16"),
        ("6.1.2026", "%d.%m.%Y", "2026-01-06"),
        ("06.01.2026", "%-d.%-m.%Y", "2026-01-06"),
        (" 6. 1.2026", "%d.%m.%Y", "2026-01-06"),
        ("261116", "%y%m%d", "2026-11-16"),
        ("791231", "%y%m%d", "2079-12-31"),
        ("800101", "%y%m%d", "1980-01-01"),
        (" 61126", "%d%m%y", "2026-11-06"),
        ("1261116", "%Q%y%m%d", "2026-11-16"),
        ("0991231", "%Q%y%m%d", "1999-12-31"),
        ("0261116", "%Q%y%m%d", "1926-11-16"),
        ("1800101", "%Q%y%m%d", "2080-01-01"),
        // D2
        ("26320", "%y%j", "2026-11-16"),
        ("2026320", "%Y%j", "2026-11-16"),
        ("126320", "%Q%y%j", "2026-11-16"),
        ("2028366", "%Y%j", "2028-12-31"),
        // Months by name are chrono's.
        ("16 Nov 2026", "%d %b %Y", "2026-11-16"),
        ("16 Nov 75", "%d %b %y", "2075-11-16"),
        ("2026W47Mon", "%GW%V%a", "2026-11-16"),
        ("26100% sure", "%y%j%% sure", "2026-04-10"),
    ] {
        let found = pattern(written).parse(text, None).map(Moment::date);
        assert_eq!(found, Ok(day(date)), "{text} {written}");
    }
}

#[test]
fn weeks_stand_for_a_day() {
    for (text, written, weekday, date) in [
        ("2647", "%g%V", Some(Weekday::Fri), "2026-11-20"),
        ("26-47", "%g-%V", Some(Weekday::Mon), "2026-11-16"),
        ("26-7", "%g-%V", Some(Weekday::Mon), "2026-02-09"),
        ("202647", "%G%V", Some(Weekday::Sun), "2026-11-22"),
        ("2026W47", "%GW%V", Some(Weekday::Fri), "2026-11-20"),
        ("v47 2026", "v%V %G", Some(Weekday::Fri), "2026-11-20"),
        ("26471", "%g%V%u", None, "2026-11-16"),
        ("26477", "%g%V%u", Some(Weekday::Mon), "2026-11-22"),
        ("2653", "%g%V", Some(Weekday::Fri), "2027-01-01"),
        ("2701", "%g%V", Some(Weekday::Mon), "2027-01-04"),
        ("7901", "%g%V", Some(Weekday::Mon), "2079-01-02"),
        ("8001", "%g%V", Some(Weekday::Mon), "1979-12-31"),
    ] {
        let written = pattern(written);
        assert_eq!(written.parse(text, weekday).map(Moment::date), Ok(day(date)), "{text} {written:?}");
        assert_eq!(written.needs_weekday(), written.written().find("%u").is_none());
    }
    let week = pattern("%g%V");
    assert_eq!(week.parse("2753", Some(Weekday::Fri)), Err(NoDate::Calendar));
    assert_eq!(week.parse("2600", Some(Weekday::Fri)), Err(NoDate::Calendar));
    assert_eq!(week.parse("2647", None), Err(NoDate::Calendar));
    assert_eq!(week.parse("264", Some(Weekday::Fri)), Err(NoDate::Pattern));
    assert_eq!(pattern("%g%V%u").parse("26478", None), Err(NoDate::Pattern));
    assert_eq!(pattern("%g%V%u").parse("26470", None), Err(NoDate::Pattern));
    assert!(!pattern("%Y-%m-%d").needs_weekday());
}

#[test]
fn a_blank_among_digits_that_touch_is_no_date() {
    for (text, written) in [
        ("2026 3 1", "%Y%m%d"),
        ("202603 1", "%Y%m%d"),
        ("2611 6", "%y%m%d"),
        ("16 326", "%d%m%y"),
        ("26 51", "%g%V%u"),
    ] {
        assert_eq!(pattern(written).parse(text, None), Err(NoDate::Pattern), "{text} {written}");
    }
}

#[test]
fn times_may_begin_with_a_blank() {
    for (text, written, time) in [
        ("2026-11-16  9:05", "%Y-%m-%d %H:%M", "2026-11-16T09:05:00"),
        ("2026-11-16 9:05", "%Y-%m-%d %H:%M", "2026-11-16T09:05:00"),
        ("20261123:14:00", "%Y%m%d:%H:%M", "2026-11-23T14:00:00"),
        ("20261123: 9:00", "%Y%m%d:%H:%M", "2026-11-23T09:00:00"),
        ("20261123:9:00", "%Y%m%d:%H:%M", "2026-11-23T09:00:00"),
        ("202611231400", "%Y%m%d%H%M", "2026-11-23T14:00:00"),
        ("20261123 905", "%Y%m%d%H%M", "2026-11-23T09:05:00"),
        ("20261123140059", "%Y%m%d%H%M%S", "2026-11-23T14:00:59"),
        ("26-11-16 14:00", "%y-%m-%d %H:%M", "2026-11-16T14:00:00"),
        ("26111614", "%y%m%d%H", "2026-11-16T14:00:00"),
        (" 9:05 16.11.26", "%H:%M %d.%m.%y", "2026-11-16T09:05:00"),
        ("2026-11-16 02:05 PM", "%Y-%m-%d %I:%M %p", "2026-11-16T14:05:00"),
    ] {
        let found = pattern(written).parse(text, None);
        assert_eq!(found, Ok(Moment::Local(time.parse().unwrap())), "{text} {written}");
    }
    let zoned = pattern("%Y-%m-%dT%H:%M:%S%:z");
    let instant = "2026-11-23T13:00:00Z".parse().unwrap();
    assert_eq!(
        zoned.parse("2026-11-23T14:00:00+01:00", None),
        Ok(Moment::Instant(instant, day("2026-11-23")))
    );
    let there = zoned.write_instant(instant, chrono_tz::Europe::Stockholm);
    assert_eq!(there.as_deref(), Some("2026-11-23T14:00:00+01:00"));
    assert_eq!(zoned.write(instant.naive_utc()), None);
    let helsinki = pattern("%d.%m.%Y %H:%M").write_instant(instant, chrono_tz::Europe::Helsinki);
    assert_eq!(helsinki.as_deref(), Some("23.11.2026 15:00"));
}

#[test]
fn other_texts_are_no_dates() {
    for (text, written, why) in [
        ("2026-02-30", "%Y-%m-%d", NoDate::Calendar),
        ("2026-13-01", "%Y-%m-%d", NoDate::Calendar),
        ("27366", "%y%j", NoDate::Calendar),
        ("00000000", "%Y%m%d", NoDate::Calendar),
        ("0001-01-01", "%Y-%m-%d", NoDate::Calendar),
        ("2026-11-16 24:00", "%Y-%m-%d %H:%M", NoDate::Calendar),
        ("2026-11-16 14:60", "%Y-%m-%d %H:%M", NoDate::Calendar),
        ("26-11-16", "%Y-%m-%d", NoDate::Pattern),
        ("2026111", "%Y%m%d", NoDate::Pattern),
        ("26111", "%y%m%d", NoDate::Pattern),
        ("20261116", "%y%m%d", NoDate::Pattern),
        ("2026-11-16x", "%Y-%m-%d", NoDate::Pattern),
        ("+2026-11-16", "%Y-%m-%d", NoDate::Pattern),
        ("12026-11-16", "%Y-%m-%d", NoDate::Pattern),
        ("2026-11-16 14:0", "%Y-%m-%d %H:%M", NoDate::Pattern),
        ("", "%Y-%m-%d", NoDate::Pattern),
        ("٢٠٢٦-11-16", "%Y-%m-%d", NoDate::Pattern),
        ("2261116", "%Q%y%m%d", NoDate::Pattern),
        ("261116", "%Q%y%m%d", NoDate::Pattern),
        ("16 Okt 2026", "%d %b %Y", NoDate::Pattern),
    ] {
        assert_eq!(pattern(written).parse(text, None), Err(why), "{text} {written}");
    }
}

#[test]
fn patterns_that_say_no_day_are_refused() {
    for (written, why) in [
        ("", NoPattern::NoDay),
        ("YYYY-MM-DD", NoPattern::NoDay),
        ("%Y-%m", NoPattern::NoDay),
        ("%H:%M", NoPattern::NoDay),
        ("%G-%m-%d", NoPattern::NoDay),
        ("%Y%m%d%M", NoPattern::NoDay),
        ("%", NoPattern::Specifier),
        ("%Y-%m-%d%Ö", NoPattern::Specifier),
        ("%Q%Q%y%m%d", NoPattern::Specifier),
        ("v%V", NoPattern::WeekWithoutYear),
        ("%Y%V", NoPattern::WeekWithoutYear),
        ("%Q", NoPattern::CenturyWithoutYear),
        ("%Q%m%d", NoPattern::CenturyWithoutYear),
        ("%Q%Y%m%d", NoPattern::CenturyWithoutYear),
        ("%Q%y %b %d", NoPattern::CenturyWithoutYear),
    ] {
        assert_eq!(DatePattern::new(written).err(), Some(why), "{written}");
    }
    assert_eq!(pattern("%Q%y%m%d").for_people(), "CYYMMDD");
    assert_eq!(pattern("%%Q%Y%m%d").for_people(), "%QYYYYMMDD");
}

#[test]
fn fillers_are_no_dates_in_the_pattern_s_own_form() {
    for (text, written) in [
        ("0", "%Y%m%d"),
        ("00000000", "%Y%m%d"),
        ("00.00.00", "%d.%m.%y"),
        ("0000-00-00", "%Y-%m-%d"),
        ("0000-00-00T00:00:00", "%Y-%m-%dT%H:%M:%S"),
        ("000000", "%y%m%d"),
        ("  /  /  ", "%d/%m/%y"),
        ("", "%Y%m%d"),
        ("19000101", "%Y%m%d"),
        ("1900-01-01 00:00", "%Y-%m-%d %H:%M"),
        ("01.01.1753", "%d.%m.%Y"),
        ("0001-01-01", "%Y-%m-%d"),
        ("99991231", "%Y%m%d"),
        ("31.12.9999", "%d.%m.%Y"),
        ("0000101", "%Q%y%m%d"),
        ("1900001", "%Y%j"),
        ("190001", "%G%V"),
        ("999952", "%G%V"),
        ("1 Jan 1900", "%d %b %Y"),
    ] {
        assert!(pattern(written).is_no_date(text), "{text} {written}");
    }
    for (text, written) in [
        ("19000101", "%d%m%Y"),
        ("000101", "%y%m%d"),
        ("991231", "%y%m%d"),
        ("010101", "%y%m%d"),
        ("1000101", "%Q%y%m%d"),
        ("20261116", "%Y%m%d"),
        ("T", "%Y%m%d"),
        ("1", "%Y%m%d"),
        ("1 Jan 00", "%d %b %y"),
    ] {
        assert!(!pattern(written).is_no_date(text), "{text} {written}");
    }
}

const DAYS: [&str; 26] = [
    "%Y-%m-%d",
    "%Y%m%d",
    "%y%m%d",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d.%m.%y",
    "%d/%m-%y",
    "%-d.%-m.%Y",
    "%e.%m.%y",
    "%m/%d/%Y",
    "%Q%y%m%d",
    "%y%j",
    "%Y%j",
    "%Q%y%j",
    "%G%V",
    "%g%V",
    "%g-%V",
    "%GW%V",
    "%g%V%u",
    "%G-W%V-%u",
    "%F",
    "%d %b %Y",
    "%A %d %B %y",
    "%d%m%Y",
    "%e%m%y",
    "%D",
];
const TIMES: [&str; 4] = ["%Y%m%d%H%M", "%Y-%m-%d %k:%M:%S", "%Y%m%d:%H:%M", "%y%j%H%M%S"];

proptest::proptest! {
    #[test]
    fn what_is_written_is_read_again(days in 0_i64..36524, seconds in 0_i64..86400) {
        let date = day("1980-01-01") + TimeDelta::days(days);
        for written in DAYS {
            let pattern = pattern(written);
            let text = pattern.write(date.and_time(NaiveTime::MIN)).unwrap();
            let read = pattern.parse(&text, Some(date.weekday()));
            proptest::prop_assert_eq!(read, Ok(Moment::Day(date)), "{} {}", written, text);
            proptest::prop_assert!(!pattern.is_no_date(&text));
        }
        let local = date.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
        for written in TIMES {
            let pattern = pattern(written);
            let text = pattern.write(local).unwrap();
            let exact = if written.contains("%S") { local } else { local.with_second(0).unwrap() };
            proptest::prop_assert_eq!(pattern.parse(&text, None), Ok(Moment::Local(exact)), "{} {}", written, text);
        }
    }

    #[test]
    fn years_that_could_not_be_read_back_are_not_written(year in 0_i32..12000) {
        let local = NaiveDate::from_ymd_opt(year, 6, 15).unwrap().and_time(NaiveTime::MIN);
        for (written, from, to) in
            [("%Y%m%d", 1000, 9999), ("%y%m%d", 1980, 2079), ("%g%V%u", 1980, 2079), ("%Q%y%j", 1900, 2099)]
        {
            let pattern = pattern(written);
            let text = pattern.write(local);
            proptest::prop_assert_eq!(text.is_some(), (from..=to).contains(&year), "{} {:?}", written, text);
            if let Some(text) = text {
                proptest::prop_assert_eq!(pattern.parse(&text, None), Ok(Moment::Day(local.date())));
            }
        }
    }

    #[test]
    fn no_text_is_a_panic(text in "(.{0,30}|[-0-9 .:TW]{0,20})", written in "(%[a-zA-Z:+-]{1,2}|[ .-]|%Q){0,6}", at in 0..30_usize) {
        let _ = (is_zero_date(&text), date_for_people(&written));
        if let Ok(pattern) = DatePattern::new(&written) {
            let _ = (pattern.parse(&text, Some(Weekday::Fri)), pattern.is_no_date(&text));
        }
        for written in DAYS.iter().chain(&TIMES) {
            let pattern = pattern(written);
            let _ = (pattern.parse(&text, Some(Weekday::Fri)), pattern.is_no_date(&text));
            let mut near = pattern.write(day("2026-11-16").and_time(NaiveTime::MIN)).unwrap();
            let at = near.char_indices().nth(at).map_or(near.len(), |(at, _)| at);
            near.insert_str(at, &text);
            let _ = (pattern.parse(&near, None), pattern.is_no_date(&near));
        }
    }
}
