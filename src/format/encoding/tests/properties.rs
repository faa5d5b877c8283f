//! What holds for all encodings.

use crate::format::encoding::notice::double_encoded;
use proptest::prelude::*;

use super::*;

/// The web platform's encodings that differ most from each other, for what holds for all.
const WEB: [&str; 11] = [
    "windows-1252",
    "iso-8859-15",
    "iso-8859-10",
    "windows-1257",
    "utf-8",
    "utf-16le",
    "utf-16be",
    "shift_jis",
    "iso-2022-jp",
    "gb18030",
    "ibm866",
];

/// Bytes that are not written as they were read, by prefix of the name, and why.
const NOT_BACK: &[(&str, u8, &str)] = &[
    ("ibm", 0x25, "a line end like 15, and written as 15"),
    ("ibm", 0x0D, "before a line end it is a part of it"),
    ("cp437", 0x9B, "a Norwegian letter beside letters"),
    ("cp437", 0x9D, "a Norwegian letter beside letters"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_make_no_difference_and_nothing_panics(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b'a'), Just(0x9b), Just(0xc3), Just(0xef), Just(0xbb), Just(0xbf)],
            0..200,
        ),
        piece in 1usize..20,
    ) {
        for name in Encoding::names().iter().chain(&WEB) {
            prop_assert_eq!(decode(name, &bytes, piece), decode(name, &bytes, bytes.len().max(1)), "{}", name);
        }
    }

    #[test]
    fn what_is_read_is_written_as_the_same_bytes(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        national in proptest::collection::vec(0..0x80_u8, 0..200),
    ) {
        for name in Encoding::names() {
            let encoding = encoding(name);
            if !encoding.bytes_per_character_is_one() {
                continue;
            }
            let table = characters(&encoding).unwrap();
            let bytes: Vec<u8> = if encoding.is_seven_bit_national() { &national } else { &bytes }
                .iter()
                .copied()
                .filter(|byte| table[usize::from(*byte)].is_some())
                .filter(|byte| !NOT_BACK.iter().any(|(prefix, at, _)| name.starts_with(prefix) && at == byte))
                .collect();
            prop_assume!(![&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF"].iter().any(|mark| bytes.starts_with(mark)));
            let (text, bad, _) = decode(name, &bytes, 7);
            prop_assert_eq!(bad, vec![], "{}", name);
            prop_assert_eq!(encoding.encode(&text), Ok(bytes), "{}", name);
        }
    }

    #[test]
    fn what_is_made_writable_is_written(text in "\\PC{0,40}", nordic in "[a-zåäöæøÅÄÖÆØé\u{300}-\u{30f}\\[\\]{}|~$#@^€–]{0,40}") {
        for name in Encoding::names().iter().chain(&WEB[..9]) {
            let encoding = encoding(name);
            for text in [&text, &nordic] {
                let written = encoding.writable_with(text, '?');
                let bytes = encoding.encode(&written);
                prop_assert!(bytes.is_ok(), "{} {:?} {:?}", name, written, bytes);
                // In NS 4551-2 the section sign is the byte of `#`.
                prop_assert!(text.contains(['#', '§']) || !bytes.unwrap_or_default().windows(2).any(|pair| pair == b"&#"), "{}", name);
                if let Ok(whole) = encoding.writable(text) {
                    prop_assert_eq!(whole, written);
                }
            }
        }
    }

    #[test]
    fn nordic_letters_never_lose_their_marks(text in "[ÅÄÖÆØåäöæø]{1,10}") {
        for name in Encoding::names() {
            let written = encoding(name).writable(&text).map(Cow::into_owned);
            let spelled: String = text
                .chars()
                .map(|letter| match letter {
                    'Å' | 'å' => "AA",
                    'Ä' | 'Æ' | 'ä' | 'æ' => "AE",
                    _ => "OE",
                })
                .collect();
            let upper = |text: &str| {
                text.to_uppercase().replace('Å', "AA").replace(['Ä', 'Æ'], "AE").replace(['Ö', 'Ø'], "OE")
            };
            prop_assert_eq!(written.as_deref().map(upper), Ok(spelled), "{}", name);
        }
    }

    #[test]
    fn a_repair_takes_back_what_was_read_wrongly(text in "[a-zA-ZåäöæøÅÄÖÆØéü –€“”0-9]{0,30}") {
        let (latin1, utf8) = (encoding("windows-1252"), encoding("utf-8"));
        let (wrong, ..) = decode("windows-1252", format!("a{text}").as_bytes(), 5);
        let repair = Repair::new(&latin1, &utf8).unwrap();
        prop_assert_eq!(repair.apply(&wrong), format!("a{text}"));
        let text = text.replace(['€', '–', '“', '”'], "x");
        for (read_as, is) in [("ibm037", "ibm278"), ("ibm277", "ibm1143"), ("windows-1252", "cp850")] {
            let (wrong, ..) = decode(read_as, &encoding(is).encode(&text).unwrap(), 5);
            prop_assert_eq!(Repair::new(&encoding(read_as), &encoding(is)).unwrap().apply(&wrong), text.as_str());
        }
    }

    #[test]
    fn no_text_makes_a_repair_panic(text in "(\\PC|[ÃÂâðŸ€\u{80}-\u{bf}]){0,30}") {
        for (read_as, is) in [("windows-1252", "utf-8"), ("cp850", "utf-8"), ("ibm037", "ibm278"), ("ds-2089", "cp437")] {
            Repair::new(&encoding(read_as), &encoding(is)).unwrap().apply(&text);
        }
        for run in double_encoded(&text) {
            prop_assert!(text[run.at..].starts_with(&run.written));
        }
    }
}
