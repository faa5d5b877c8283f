use super::*;

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

fn style(decimal: char, thousands: Option<char>, decimals: Option<u32>, sign: Sign) -> NumberStyle {
    NumberStyle { decimal, thousands, decimals, sign }
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
