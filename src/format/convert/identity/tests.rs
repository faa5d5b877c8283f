use super::*;

#[test]
fn article_numbers_lose_zeros_only_if_numeric() {
    assert_eq!(strip_leading_zeros("000000000000471102"), "471102");
    assert_eq!(strip_leading_zeros("0047A"), "0047A");
    assert_eq!(strip_leading_zeros("000"), "0");
    assert_eq!(strip_leading_zeros("00٣"), "00٣");
    assert_eq!(strip_leading_zeros(""), "");
}

#[test]
fn gtins_are_one_in_all_lengths() {
    for (text, shown) in [
        ("7350099900013", "07350099900013"),
        (" 7350099900013 ", "07350099900013"),
        ("7 350099 900013", "07350099900013"),
        ("07350099900013", "07350099900013"),
        ("17350012345676", "17350012345676"),
        ("73500124", "00000073500124"),
        ("036000291452", "00036000291452"),
        ("0036000291452", "00036000291452"),
    ] {
        assert_eq!(gtin(text).map(|gtin| gtin.to_string()), Ok(shown.to_owned()), "{text}");
    }
    assert_eq!(gtin("0036000291452"), gtin("036000291452"));
    for (text, wrong) in [
        ("7350099900014", Wrong::CheckDigit(Some(3))),
        ("7,35E+12", Wrong::Exponent),
        ("7.3500999E+12", Wrong::Exponent),
        ("735009990001X", Wrong::Letters),
        ("7350099900013/KRT", Wrong::Letters),
        ("73500999000", Wrong::Length(11)),
        ("735009990001377", Wrong::Length(15)),
        ("", Wrong::Length(0)),
    ] {
        assert_eq!(gtin(text), Err(wrong), "{text}");
    }
}

#[test]
fn places_and_shipping_units_have_check_digits_too() {
    assert_eq!(gln("7080009990017").map(|gln| gln.to_string()), Ok("7080009990017".to_owned()));
    assert_eq!(gln("7080009990018"), Err(Wrong::CheckDigit(Some(7))));
    assert_eq!(gln("708000999001"), Err(Wrong::Length(12)));
    let digits = "37350099900012345";
    let whole = format!("{digits}{}", gs1_check_digit(digits.parse().unwrap()));
    for text in [whole.clone(), format!("00{whole}"), format!("(00){whole}"), format!("(00) {whole}")] {
        assert_eq!(sscc(&text).map(|sscc| sscc.to_string()), Ok(whole.clone()), "{text}");
    }
    assert_eq!(sscc(&format!("11{whole}")), Err(Wrong::Length(20)));
    assert_eq!(sscc("37350099900012345"), Err(Wrong::Length(17)));
    assert_eq!(sscc("99999999999999999999999999"), Err(Wrong::Length(26)));
    assert!(matches!(sscc("000000000000000001"), Err(Wrong::CheckDigit(Some(0)))));
}

#[test]
fn organisation_numbers_become_digits() {
    use Nordic::*;
    for (text, home, country, digits) in [
        ("556677-8899", Some(Sweden), Sweden, "5566778899"),
        ("5566778899", Some(Sweden), Sweden, "5566778899"),
        ("165566778899", Some(Sweden), Sweden, "5566778899"),
        ("16556677-8899", Some(Sweden), Sweden, "5566778899"),
        ("SE556677889901", None, Sweden, "5566778899"),
        ("se 5566778899 01", None, Sweden, "5566778899"),
        ("556677889901", Some(Sweden), Sweden, "5566778899"),
        ("NO 998765439 MVA", None, Norway, "998765439"),
        ("NO998765439MVA", Some(Sweden), Norway, "998765439"),
        ("998 765 439", Some(Norway), Norway, "998765439"),
        ("998765439mva", Some(Norway), Norway, "998765439"),
        ("DK12345674", None, Denmark, "12345674"),
        ("12 34 56 74", Some(Denmark), Denmark, "12345674"),
        ("0123456-2", Some(Finland), Finland, "01234562"),
        ("123456-2", Some(Finland), Finland, "01234562"),
        ("FI01234562", None, Finland, "01234562"),
    ] {
        let found =
            organisation_number(text, home).map(|number| (number.country, number.digits, number.sent));
        assert_eq!(found, Ok((country, digits.to_owned(), text)), "{text}");
    }
    for (text, home, wrong) in [
        ("556677-8890", Some(Sweden), Wrong::CheckDigit(Some(9))),
        ("165566778890", Some(Sweden), Wrong::CheckDigit(Some(9))),
        ("SE556677889001", None, Wrong::CheckDigit(Some(9))),
        ("556677889902", Some(Sweden), Wrong::Length(12)),
        ("556677-889", Some(Sweden), Wrong::Length(9)),
        ("5566778A99", Some(Sweden), Wrong::Letters),
        ("998765439 MVA", Some(Sweden), Wrong::Letters),
        ("998765438", Some(Norway), Wrong::CheckDigit(Some(9))),
        ("DK1234567", None, Wrong::Length(7)),
        ("12345675", Some(Denmark), Wrong::CheckDigit(Some(4))),
        ("0123456-3", Some(Finland), Wrong::CheckDigit(Some(2))),
        ("556677-8899", None, Wrong::Country),
        ("", Some(Norway), Wrong::Length(0)),
        ("DE123456789", Some(Sweden), Wrong::Letters),
    ] {
        assert_eq!(organisation_number(text, home), Err(wrong), "{text}");
    }
    // 7 * 3 + 1 * 2 is 1 over elevens: no digit makes it a number.
    assert_eq!(organisation_number("710000000", Some(Norway)), Err(Wrong::CheckDigit(None)));
    assert_eq!(Nordic::of_code("se"), Some(Sweden));
    assert_eq!(Nordic::of_code("DE"), None);
}

#[test]
fn post_codes_look_as_their_country_writes_them() {
    for (text, home, code, country) in [
        ("123 45", Some("SE"), "123 45", None),
        ("12345", Some("SE"), "123 45", None),
        ("SE-123 45", None, "123 45", Some("SE")),
        ("SE-12345", Some("SE"), "123 45", Some("SE")),
        ("S-12345", Some("NO"), "123 45", Some("SE")),
        ("s 123 45", None, "123 45", Some("SE")),
        ("0150", Some("NO"), "0150", None),
        ("150", Some("NO"), "0150", None),
        ("10", Some("no"), "0010", None),
        ("N-0150", None, "0150", Some("NO")),
        ("DK-4600", None, "4600", Some("DK")),
        ("800", Some("DK"), "0800", None),
        ("FI-20100", None, "20100", Some("FI")),
        ("FIN-20100", None, "20100", Some("FI")),
        ("100", Some("FI"), "00100", None),
        ("AX-22100", Some("FI"), "22100", Some("AX")),
        ("D-10115", None, "10115", Some("DE")),
        ("1067", Some("DE"), "01067", None),
        ("SW1A 1AA", Some("GB"), "SW1A 1AA", None),
        ("LV-1010", None, "LV-1010", None),
        ("12345", None, "12345", None),
    ] {
        let expected = PostCode { code: code.to_owned(), country };
        assert_eq!(post_code(text, home), Ok(expected), "{text} {home:?}");
    }
    for (text, home, wrong) in [
        ("1234", Some("SE"), Wrong::Length(4)),
        ("123456", Some("SE"), Wrong::Length(6)),
        ("12345", Some("NO"), Wrong::Length(5)),
        ("5", Some("NO"), Wrong::Length(1)),
        ("12A45", Some("SE"), Wrong::Letters),
        ("SW1A 1AA", Some("SE"), Wrong::Letters),
        ("DK-46000", Some("DK"), Wrong::Length(5)),
        ("", Some("SE"), Wrong::Length(0)),
    ] {
        assert_eq!(post_code(text, home), Err(wrong), "{text} {home:?}");
    }
}

#[test]
fn the_city_is_found_among_free_lines() {
    for (line, home, code, city, country) in [
        ("503 31 BORÅS", Some("SE"), "503 31", "BORÅS", None),
        ("50331  Borås", Some("SE"), "503 31", "Borås", None),
        ("SE-503 31 Borås", None, "503 31", "Borås", Some("SE")),
        ("S-50331 Borås", Some("NO"), "503 31", "Borås", Some("SE")),
        ("0150 OSLO", Some("NO"), "0150", "OSLO", None),
        ("DK-4600 Køge", None, "4600", "Køge", Some("DK")),
        ("1263 København K", Some("DK"), "1263", "København K", None),
        ("FI-20100 Åbo", Some("FI"), "20100", "Åbo", Some("FI")),
        ("503 31", Some("SE"), "503 31", "", None),
    ] {
        let expected = PostLine { code: code.to_owned(), city, country };
        assert_eq!(post_line(line, home), Some(expected), "{line}");
    }
    for (line, home) in [
        ("Storgatan 12345", Some("SE")),
        ("12 Storgatan", Some("SE")),
        ("123 456 Borås", Some("SE")),
        ("150 OSLO", Some("NO")),
        ("01500 OSLO", Some("NO")),
        ("0150-2 OSLO", Some("NO")),
        ("0150OSLO", Some("NO")),
        ("503 31 BORÅS", None),
        ("503 31 BORÅS", Some("GB")),
        ("", Some("SE")),
    ] {
        assert_eq!(post_line(line, home), None, "{line}");
    }
    let lines = ["Värmlands Järn AB", "Lager 12345", "652 25 KARLSTAD", "", "Port 3"];
    let found = last_post_line(&lines, Some("SE"));
    assert_eq!(found.map(|(at, line)| (at, line.city)), Some((2, "KARLSTAD")));
    let moved = ["652 25 Karlstad", "Älvgatan 3", "503 31 Borås", "Sverige"].map(str::to_owned);
    assert_eq!(last_post_line(&moved, Some("SE")).map(|(at, _)| at), Some(2));
    assert_eq!(last_post_line(&lines, Some("NO")), None);
}

proptest::proptest! {
    #[test]
    fn no_text_is_a_panic(text in "(.{0,20}|[-A-Za-z0-9 .(){}åäö]{0,25}|[0-9]{0,40})") {
        let _ = (gtin(&text), gln(&text), sscc(&text), strip_leading_zeros(&text));
        for home in [None, Some(Nordic::Sweden), Some(Nordic::Norway), Some(Nordic::Denmark), Some(Nordic::Finland)] {
            let _ = organisation_number(&text, home);
        }
        for home in [None, Some("SE"), Some("NO"), Some("FI"), Some("GB"), Some(text.as_str())] {
            let _ = (post_code(&text, home), post_line(&text, home), last_post_line(&[&text], home));
        }
    }

    #[test]
    fn every_number_has_one_check_digit(others in 0_u64..9_999_999_999_999) {
        let digit = gs1_check_digit(others);
        let good = format!("{others:013}{digit}");
        proptest::prop_assert_eq!(gtin(&good).map(|gtin| gtin.to_string()), Ok(good));
        let other = (digit + 1) % 10;
        proptest::prop_assert_eq!(gtin(&format!("{others:013}{other}")), Err(Wrong::CheckDigit(Some(digit))));
    }
}
