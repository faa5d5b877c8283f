use super::*;

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
fn a_zone_may_be_written_as_its_letter() {
    let style = |pattern: &str| DateStyle::reading(&[pattern.to_owned()], None).unwrap();
    let noon = chrono::Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap();
    for (text, pattern) in [
        ("2026-11-23T12:00:00Z", "%Y-%m-%dT%H:%M:%S%:z"),
        ("2026-11-23T13:00:00+01:00", "%Y-%m-%dT%H:%M:%S%:z"),
        ("202611231200Z", "%Y%m%d%H%M%z"),
        ("202611231300+0100", "%Y%m%d%H%M%z"),
    ] {
        let found =
            style(pattern).parse(text).and_then(|moment| moment.instant(chrono_tz::Europe::Stockholm));
        assert_eq!(found, Some(noon), "{text}");
    }
    assert_eq!(style("%Y-%m-%dT%H:%M:%S%:z").parse("2026-11-23T12:00:00"), None, "a zone must be there");
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
