use super::*;

#[test]
fn words_count_in_any_letters() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let (yes, no) = (words(&["J", "JA", "KYLLÄ"]), words(&["N"]));
    assert_eq!(yes_or_no(" ja", &yes, &no), Some(true));
    assert_eq!(yes_or_no("kyllä\u{a0}", &yes, &no), Some(true));
    assert_eq!(yes_or_no("n", &yes, &no), Some(false));
    assert_eq!(yes_or_no("X", &yes, &no), None);
    assert_eq!(yes_or_no("", &yes, &no), None);
    for (text, truth) in [
        ("J", Some(true)),
        ("JA", Some(true)),
        ("NEI", Some(false)),
        ("Nej", Some(false)),
        ("K", Some(true)),
        ("KYLLÄ", Some(true)),
        ("E", Some(false)),
        ("ei", Some(false)),
        ("-1", Some(true)),
        ("0", Some(false)),
        ("x", Some(true)),
        ("T", Some(true)),
        ("FALSE", Some(false)),
        ("EPÄTOSI", Some(false)),
        ("S", None),
        ("", None),
        ("2", None),
    ] {
        assert_eq!(yes_or_no(text, &YES, &NO), truth, "{text:?}");
    }
}

#[test]
fn no_word_means_both() {
    for word in YES.iter() {
        assert_eq!(yes_or_no(word, &NO, &[]), None, "{word}");
    }
    let mut all: Vec<String> = YES.iter().chain(NO.iter()).map(|word| word.to_lowercase()).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), YES.len() + NO.len(), "a word stands twice");
}
