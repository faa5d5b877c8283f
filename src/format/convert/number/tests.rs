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
        ("149,-", &comma, "149"),
        ("149,- ", &comma, "149"),
        ("-149,-", &comma, "-149"),
        ("1.149,-", &comma_point, "1149"),
        ("149,-", &before, "149"),
        ("149,00-", &comma, "-149.00"),
        ("149-", &comma, "-149"),
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
        (",-", &comma, NoNumber::Characters),
        ("12,", &comma, NoNumber::Characters),
        ("-12,", &comma, NoNumber::Characters),
        ("(12,)", &comma, NoNumber::Characters),
        ("1 249,", &comma, NoNumber::Characters),
        ("12,,-", &comma, NoNumber::Characters),
        ("-12-", &comma, NoNumber::Characters),
        ("12.50", &comma, NoNumber::Characters),
        ("1,2,3", &comma, NoNumber::DecimalSigns),
        ("12 34,5", &comma, NoNumber::Groups),
        ("1234 567", &comma, NoNumber::Groups),
        ("1.25", &comma_point, NoNumber::Groups),
        ("1,2 50", &comma, NoNumber::Characters),
        ("١٢", &comma, NoNumber::Characters),
        ("0x10", &comma, NoNumber::Characters),
        ("inf", &comma, NoNumber::Characters),
        ("125,00", &cents, NoNumber::Characters),
        ("-1250", &behind, NoNumber::SignPlace),
        ("3-", &before, NoNumber::SignPlace),
        ("7,31E+12", &comma, NoNumber::Exponent),
        ("1E3", &comma, NoNumber::Exponent),
        ("79228162514264337593543950336", &comma, NoNumber::TooGreat),
        ("99999999999999999999999999999999999999", &comma, NoNumber::TooGreat),
    ] {
        assert_eq!(decimal(text, style), Err(why), "{text:?}");
    }
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
fn signs_of_accounts_and_of_zoned_digits() {
    let either = style(',', Some('.'), None, Sign::Either);
    let before = style(',', None, None, Sign::Leading);
    let last = style(',', None, Some(2), Sign::OverpunchTrailing);
    let first = style(',', None, Some(2), Sign::OverpunchLeading);
    let stated = style(',', None, None, Sign::OverpunchTrailing);
    let ascii = style(',', None, Some(0), Sign::AsciiTrailing);
    for (text, style, number) in [
        ("12,50 CR", &either, "-12.50"),
        ("12,50CR", &either, "-12.50"),
        ("1.249,50 cr", &either, "-1249.50"),
        ("12,50 DR", &either, "12.50"),
        ("00000125{", &last, "12.50"),
        ("00000125}", &last, "-12.50"),
        ("00000125A", &last, "12.51"),
        ("00000125I", &last, "12.59"),
        ("00000125J", &last, "-12.51"),
        ("00000125R", &last, "-12.59"),
        ("000001250", &last, "12.50"),
        ("00000125å", &last, "-12.50"),
        ("00000125ä", &last, "12.50"),
        ("00000125æ", &last, "12.50"),
        (" 125} ", &last, "-12.50"),
        ("{", &last, "0.00"),
        ("}", &last, "0.00"),
        ("12,5}", &stated, "-12.50"),
        ("12E", &stated, "125"),
        ("}00000125", &first, "-1.25"),
        ("{00000125", &first, "1.25"),
        ("A00", &first, "1.00"),
        ("R00", &first, "-9.00"),
        ("125", &first, "1.25"),
        ("7v", &ascii, "-76"),
        ("v", &ascii, "-6"),
        ("00p", &ascii, "0"),
        ("1y", &ascii, "-19"),
        ("19", &ascii, "19"),
        (
            "7922816251426433759354395033N",
            &style(',', None, Some(28), Sign::OverpunchTrailing),
            "-7.9228162514264337593543950335",
        ),
    ] {
        assert_eq!(decimal(text, style).map(|number| number.to_string()), Ok(number.to_owned()), "{text:?}");
    }
    for (text, style, why) in [
        ("-12,50 CR", &either, NoNumber::Characters),
        ("12,50 KR", &either, NoNumber::Characters),
        ("12,50 CR", &before, NoNumber::Characters),
        ("CR", &either, NoNumber::Characters),
        ("(12,50", &either, NoNumber::Characters),
        ("()", &either, NoNumber::Characters),
        ("00000125Å", &last, NoNumber::Characters),
        ("00000125a", &last, NoNumber::Characters),
        ("0000ä0125", &last, NoNumber::Characters),
        ("å00000125", &first, NoNumber::Characters),
        ("125}", &first, NoNumber::Characters),
        ("}125", &last, NoNumber::Characters),
        ("00000125-", &last, NoNumber::SignPlace),
        ("-125", &first, NoNumber::SignPlace),
        ("7z", &ascii, NoNumber::Characters),
        ("7}", &ascii, NoNumber::Characters),
        ("1E3}", &stated, NoNumber::Exponent),
    ] {
        assert_eq!(decimal(text, style), Err(why), "{text:?}");
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let comma = style(',', Some('.'), None, Sign::Either);
    let cents = style(',', None, Some(2), Sign::OverpunchTrailing);
    for (text, style, why) in [
        ("1,249,500", &comma, NoNumber::DecimalSigns),
        ("1,2,x", &comma, NoNumber::Characters),
        ("1 2", &comma, NoNumber::Groups),
        (".250", &comma, NoNumber::Groups),
        ("1..250", &comma, NoNumber::Groups),
        ("1.25,0", &comma, NoNumber::Groups),
        ("1.250.", &comma, NoNumber::Groups),
        ("1,250.00", &comma, NoNumber::Characters),
        ("\u{12}P\u{c}", &cents, NoNumber::Packed),
        ("\u{0}\u{12}\u{1c}", &cents, NoNumber::Packed),
        ("\u{0}\u{0}\u{c}", &cents, NoNumber::Packed),
        ("\u{81}0", &comma, NoNumber::Packed),
        ("\u{0}\u{0}", &comma, NoNumber::Characters),
        ("0,00000000000000000000000000001", &comma, NoNumber::TooGreat),
        ("99999999999999999999999999999999999x", &comma, NoNumber::Characters),
    ] {
        assert_eq!(decimal(text, style), Err(why), "{text:?}");
    }
    // Padding is none of it.
    assert_eq!(decimal("12,5\0\0\t", &comma), Ok(Decimal::new(125, 1)));
    assert_eq!(decimal("12,5\u{c}", &comma), Ok(Decimal::new(125, 1)));
}

#[test]
fn many_digits_and_zeros_in_front_are_kept_exactly() {
    let comma = style(',', None, None, Sign::Either);
    for (text, number) in [
        ("999999999999999999", "999999999999999999"),
        ("-999999999999999999", "-999999999999999999"),
        ("9999999999999999999", "9999999999999999999"),
        ("123456789012345678,9", "123456789012345678.9"),
        ("000000000000000000000000000000000000007,10", "7.10"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("-7,9228162514264337593543950335", "-7.9228162514264337593543950335"),
        ("-0,00", "0.00"),
    ] {
        assert_eq!(decimal(text, &comma).map(|number| number.to_string()), Ok(number.to_owned()), "{text:?}");
    }
}

#[test]
fn signs_are_written_where_they_are_read() {
    let number = |text: &str| Decimal::from_str_exact(text).unwrap();
    for (n, sign, decimals, text, filled) in [
        ("12.50", Sign::OverpunchTrailing, Some(2), "125{", "0000125{"),
        ("-12.50", Sign::OverpunchTrailing, Some(2), "125}", "0000125}"),
        ("-12.59", Sign::OverpunchTrailing, Some(2), "125R", "0000125R"),
        ("0", Sign::OverpunchTrailing, Some(2), "{", "0000000{"),
        ("-12.5", Sign::OverpunchTrailing, None, "12,N", "000012,N"),
        ("12.50", Sign::OverpunchLeading, Some(2), "A250", "{0001250"),
        ("-12.50", Sign::OverpunchLeading, Some(2), "J250", "}0001250"),
        ("-0.25", Sign::OverpunchLeading, None, "},25", "}0000,25"),
        ("76", Sign::AsciiTrailing, Some(0), "76", "00000076"),
        ("-76", Sign::AsciiTrailing, Some(0), "7v", "0000007v"),
        ("-12.5", Sign::Leading, None, "-12,5", "-00012,5"),
        ("-12.5", Sign::Either, None, "-12,5", "-00012,5"),
        ("12.5", Sign::Either, None, "12,5", "000012,5"),
        ("-12.50", Sign::Trailing, Some(2), "1250-", "0001250-"),
        ("12.50", Sign::Trailing, Some(2), "1250", "0001250 "),
        ("123456789", Sign::Trailing, Some(0), "123456789", "123456789 "),
    ] {
        let style = style(',', None, decimals, sign);
        assert_eq!(decimal_out(number(n), &style, None).as_deref(), Some(text), "{n} {sign:?}");
        let wide = decimal_out_filled(number(n), &style, None, 8);
        assert_eq!(wide.as_deref(), Some(filled), "{n} {sign:?}");
        assert_eq!(decimal(filled, &style), Ok(number(n)), "{filled}");
    }
}

#[test]
fn a_sign_in_a_digit_takes_no_place() {
    for sign in SIGNS {
        let style = style(',', None, Some(0), sign);
        let lengths = [12, -12].map(|n| decimal_out(Decimal::from(n), &style, None).unwrap().len());
        assert_eq!(sign.is_in_a_digit(), lengths == [2, 2], "{sign:?}");
    }
}

const SIGNS: [Sign; 6] = [
    Sign::Either,
    Sign::Leading,
    Sign::Trailing,
    Sign::OverpunchTrailing,
    Sign::OverpunchLeading,
    Sign::AsciiTrailing,
];

/// Digits as the standard library's neighbour reads them, to hold ours against.
fn as_others_read(text: &str, decimal: char) -> Option<Decimal> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let digits = digits.replace(decimal, ".");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole = whole.trim_start_matches('0');
    let dot = if part.is_empty() { "" } else { "." };
    Decimal::from_str_exact(&format!("{sign}{}{dot}{part}", if whole.is_empty() { "0" } else { whole })).ok()
}

proptest::proptest! {
    #[test]
    fn no_text_is_a_panic(
        text in "(.{0,20}|[ -~åäæ\u{0}-\u{1f}]{0,12}|[-+(]?[0-9 .,E]{0,40}[-)A-Rp-yåäæ{}]?)",
    ) {
        for sign in SIGNS {
            for decimals in [None, Some(0), Some(2), Some(28), Some(u32::MAX)] {
                let _ = decimal(&text, &style(',', Some('.'), decimals, sign));
                let _ = decimal(&text, &style('.', None, decimals, sign));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again(
        mantissa in -79228162514264337593543950335_i128..=79228162514264337593543950335,
        shift in 0_u32..96,
        scale in 0_u32..=28,
        decimal_sign in proptest::sample::select(vec![',', '.']),
        width in 0_usize..40,
    ) {
        let number = Decimal::from_i128_with_scale(mantissa >> shift, scale);
        for sign in SIGNS {
            for decimals in [None, Some(scale)] {
                let style = style(decimal_sign, None, decimals, sign);
                let text = decimal_out(number, &style, None).unwrap();
                proptest::prop_assert_eq!(decimal(&text, &style), Ok(number), "{}", text);
                let text = decimal_out_filled(number, &style, None, width).unwrap();
                proptest::prop_assert_eq!(decimal(&text, &style), Ok(number), "{}", text);
            }
        }
    }

    #[test]
    fn plain_numbers_are_what_others_take_them_for(text in "-?[0-9]{1,31}(,[0-9]{1,30})?") {
        let own = decimal(&text, &style(',', None, None, Sign::Either));
        proptest::prop_assert_eq!(own.ok(), as_others_read(&text, ','));
        let own = own.map(|number| number.scale());
        proptest::prop_assert_eq!(own.ok(), as_others_read(&text, ',').map(|number| number.scale()));
    }
}
