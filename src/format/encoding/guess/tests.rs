use proptest::prelude::*;

use super::*;

/// The leaders' names and score, for a text in an encoding.
fn leaders(name: &str, text: &str) -> (Vec<&'static str>, u8) {
    seen(&guess(&Encoding::named(name).unwrap().encode(text).unwrap()))
}

fn seen(guess: &Guess) -> (Vec<&'static str>, u8) {
    let leaders = guess.leaders();
    (leaders.iter().map(|leader| leader.name).collect(), leaders.first().map_or(0, |leader| leader.score))
}

const SWEDISH: &str = "20416;Ångverken Färg AB;Älvgatan 3;652 25;ÖREBRO;Märke för dörr;blåbär\r\n";
const NORWEGIAN: &str = "20416;Røst Båtutstyr AS;Kaigata 7;8064;RØST;Vær så god;KLØFT ÆRE Østre\r\n";

#[test]
fn what_a_file_says_of_itself_is_sure() {
    for (bytes, name) in
        [(&b"\xEF\xBB\xBFa"[..], "utf-8"), (b"\xFF\xFEa\0", "utf-16le"), (b"\xFE\xFF\0a", "utf-16be")]
    {
        assert_eq!(guess(bytes), Guess::one(name, 100, Reason::ByteOrderMark));
    }
}

#[test]
fn unicode_shows_without_a_mark() {
    for name in ["utf-16le", "utf-16be", "utf-8"] {
        for text in [SWEDISH, NORWEGIAN, "<?xml version=\"1.0\"?><ordre>Å</ordre>"] {
            assert_eq!(leaders(name, text).0, [name], "{text}");
            let bytes = Encoding::named(name).unwrap().encode(text).unwrap();
            assert_eq!(seen(&guess(&bytes[..bytes.len() - 1])).0, [name], "also when cut");
        }
    }
    assert_eq!(guess("Å".as_bytes()), Guess::one("utf-8", 90, Reason::ValidUtf8 { characters: 1 }));
    assert_eq!(leaders("utf-16le", "Åre").1, 99);
    // Zeros as fill are not UTF-16.
    assert_ne!(seen(&guess(b"ab\0\0\0\0cd\0\0\0\0")).0, ["utf-16le"]);
    // Two files put together.
    let mixed = [NORWEGIAN.as_bytes(), b"R\xF8st"].concat();
    let mixed = guess(&mixed);
    assert_eq!(mixed.candidates[0].name, "windows-1252");
    assert!(mixed.candidates.iter().any(|candidate| candidate.name == "utf-8" && candidate.score > 60));
}

#[test]
fn windows_and_oem_by_letters_between_letters() {
    for text in [SWEDISH, NORWEGIAN, "Nettovægt;Spærret;træ", "kött"] {
        assert_eq!(leaders("windows-1252", text).0, ["windows-1252"], "{text}");
        assert_eq!(leaders("cp850", text).0, ["cp850", "cp865"], "{text}");
    }
    let quotes = "”Bo’s” – a…b 5 €; “Åsas” ‘hus’ ™ l’été";
    assert_eq!(leaders("windows-1252", quotes).0, ["windows-1252"]);
    assert_eq!(leaders("windows-1252", "Åre; på").0, ["windows-1252"], "only edges");
    assert_eq!(leaders("cp850", "Åre; på").0, ["cp850", "cp865"], "only edges");
    let guess = guess(b"R\x9Bst");
    let reason = Reason::LettersBetweenLetters { letters: 1, of: 1, telling: 0 };
    assert_eq!(guess.leaders()[0], Candidate { name: "cp850", score: 75, reason });
    assert_eq!(guess.best(), None, "even");
    assert!(guess.candidates.iter().all(|candidate| candidate.name != "cp437"), "it has no ø");
}

#[test]
fn within_oem_by_signs_that_fit_one_page_only() {
    for (text, name) in [("Røst 2×4 § 3", "cp850"), ("Røst «så» god", "cp850"), ("Røst ® ¾", "cp850")]
    {
        assert_eq!(leaders("cp850", text).0, [name], "{text}");
    }
    assert_eq!(leaders("cp865", "Røst 5 ¤").0, ["cp865"]);
    assert_eq!(leaders("cp858", "Røst 5 €").0, ["cp858"]);
    let bytes = Encoding::named("iso-8859-15").unwrap().encode("Røst 5 €").unwrap();
    let names: Vec<_> = guess(&bytes).candidates.iter().map(|candidate| candidate.name).collect();
    assert_eq!(names, ["windows-1252", "iso-8859-15"]);
}

#[test]
fn nothing_to_tell_by_is_even() {
    assert_eq!(guess(b""), Guess::default());
    assert_eq!(seen(&guess(b"Order 12;abc\r\n")), (vec!["windows-1252", "utf-8", "cp850"], 50));
    assert_eq!(seen(&guess(b"5 \xB0 7 \xF8 ")), (vec!["windows-1252", "cp850", "cp865"], 30));
    assert!(guess(b"5 \xB0").candidates.iter().all(|candidate| candidate.reason == Reason::NothingTells));
}

#[test]
fn national_letters_stand_in_words() {
    let (names, score) = seen(&guess(br"\REBRO F[RG AB, ]SV[GEN 4; bl}b{r; k|tt"));
    assert_eq!(names, ["sen-850200-b", "sen-850200-c", "ns-4551-1", "ns-4551-2", "ds-2089"]);
    assert!((70..=95).contains(&score), "{score}");
    assert_eq!(seen(&guess(b"CAF@T F[RG V[G k|tt")).0, ["sen-850200-c"]);
    let file =
        ["10001;\\STG\\TA PL]T AB;SKRUV F\\R TR[; sk}p med d|rr;5}r", "10002;V[STER]S;K\\P; b{st; r|d"]
            .join("\r\n");
    assert_eq!(seen(&guess(file.as_bytes())).0.len(), 5);
    for ascii in [
        &b"See [`a`], [`b`|`c`] and `{x|y}`: {a:?}\nf[A|B] A[B]C a{b}c [x] [y] [z] {u} {v}\n"[..],
        &b"a|b|c\r\nd|e|f\r\ng{h|i{j|k\r\n"[..],
        br"C:\lagset\boken\hus d:\a\b\c",
        b"{\"a\":[1,2],\"b\":{\"c\":[3]}}",
        b"if (a[b]) {x|y}",
    ] {
        assert_eq!(seen(&guess(ascii)).1, 50, "{}", String::from_utf8_lossy(ascii));
    }
}

#[test]
fn ebcdic_by_its_letters_and_the_page_by_national_ones() {
    for (name, text, wanted) in [
        (
            "ibm278",
            "ÅNGVERKEN FÄRG AB 20416 ÖREBRO dörr blåbär",
            &["ibm278", "ibm1143", "ibm277", "ibm1142"][..],
        ),
        ("ibm277", "RØST BÅTUTSTYR AS 8064 RØST Vær så god", &["ibm278", "ibm1143", "ibm277", "ibm1142"]),
        ("ibm1143", "FÄRG BÅT 20416 5 €", &["ibm1143", "ibm1142"]),
        ("ibm278", "FÄRG BÅT 20416 inkop@exempel.se 5", &["ibm278", "ibm1143"]),
        ("ibm278", "<?xml version", &["ibm278", "ibm1143", "ibm277", "ibm1142", "ibm037", "ibm500"]),
        ("ibm037", "KLÜFT müller CAFÉTERIA 12", &["ibm037", "ibm500"]),
    ] {
        assert_eq!(leaders(name, text).0, wanted, "{text}");
    }
    // The record of 3.10, with packed numbers in it.
    let record = b"\xD3\xE2\xC5\xF1\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF8\xF1\xF2\xF0\xF4\xF0\xF0\xF0\xF2\xF0\xC7\x5B\xE2\
        \x60\xF0\xF4\x61\x7C\x40\x40\x40\x40\x40\x40\x40\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF0\xF7\xF2\xF5\xD0\
        \x00\x00\x11\x95\x0F\x02\x02\x61\x11\x8F\xE2\xE3";
    assert_eq!(seen(&guess(record)).0, ["ibm278", "ibm1143", "ibm277", "ibm1142"]);
    assert_eq!(leaders("windows-1252", "ÅÄÖÅÄÖ\r\nÖÄÅ ÅÄÖ").0, ["windows-1252"]);
}

proptest! {
    #[test]
    fn any_bytes_have_a_guess_in_order(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let guess = guess(&bytes);
        prop_assert_eq!(guess.candidates.is_empty(), bytes.is_empty());
        prop_assert!(guess.candidates.is_sorted_by_key(|candidate| u8::MAX - candidate.score));
        for candidate in &guess.candidates {
            prop_assert!((1..=100).contains(&candidate.score));
            prop_assert!(Encoding::names().contains(&candidate.name));
        }
    }

    #[test]
    fn what_is_written_is_among_the_leaders(
        words in proptest::collection::vec("[A-Z]{0,3}[ÅÄÖÆØ][A-Z]{1,4}|[a-z]{1,4}[åäöæø][a-z]{1,4}", 3..30),
        name in prop_oneof![Just("windows-1252"), Just("utf-8"), Just("utf-16le"), Just("cp850"), Just("cp865")],
    ) {
        let (leaders, _) = leaders(name, &format!("{};12\r\n", words.join(" ")));
        prop_assert!(leaders.contains(&name), "{:?}", leaders);
    }
}
