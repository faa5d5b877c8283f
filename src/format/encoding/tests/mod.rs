//! Encodings as a whole.

mod iconv;
mod properties;

use std::borrow::Cow;

use super::page::PAGES;
use super::*;

fn encoding(name: &str) -> Encoding {
    Encoding::named(name).unwrap_or_else(|| panic!("{name} is an encoding"))
}

fn decode(name: &str, bytes: &[u8], piece: usize) -> (String, Vec<Undecodable>, Vec<Noticed>) {
    let mut decoder = encoding(name).decoder();
    let (mut text, mut bad) = (String::new(), Vec::new());
    for piece in bytes.chunks(piece) {
        decoder.decode(piece, &mut text, &mut bad);
    }
    decoder.finish(&mut text, &mut bad);
    (text, bad, decoder.noticed())
}

#[test]
fn nordic_bytes_in_their_encodings() {
    for (name, bytes) in [
        ("iso-8859-1", &b"R\xF8st \x96 \x80"[..]),
        ("utf-8", "Røst – €".as_bytes()),
        ("utf-8", b"\xEF\xBB\xBFR\xC3\xB8st \xE2\x80\x93 \xE2\x82\xAC"),
        ("windows-1252", b"\xEF\xBB\xBFR\xC3\xB8st \xE2\x80\x93 \xE2\x82\xAC"),
        ("cp850", b"\xEF\xBB\xBFR\xC3\xB8st \xE2\x80\x93 \xE2\x82\xAC"),
        ("utf-16le", b"\xFF\xFER\0\xF8\0s\0t\0 \0\x13\x20 \0\xAC\x20"),
        ("sen-850200-b", b"\xFF\xFER\0\xF8\0s\0t\0 \0\x13\x20 \0\xAC\x20"),
        ("utf-16le", b"R\0\xF8\0s\0t\0 \0\x13\x20 \0\xAC\x20"),
        ("utf-16be", b"\0R\0\xF8\0s\0t\0 \x20\x13\0 \x20\xAC"),
    ] {
        for piece in [1, 2, 3, 100] {
            let (text, bad, _) = decode(name, bytes, piece);
            assert_eq!((text.as_str(), bad), ("Røst – €", vec![]), "{name} {piece}");
        }
    }
}

#[test]
fn only_one_byte_order_mark_is_taken() {
    assert_eq!(decode("utf-8", b"\xEF\xBB\xBF\xEF\xBB\xBFa", 2).0, "\u{feff}a");
    assert_eq!(decode("cp850", b"\xEF\xBB\xBF\xEF\xBB\xBFa", 2).0, "\u{feff}a");
    // The start of a mark is text, and so is a mark in EBCDIC.
    assert_eq!(decode("cp850", b"\xEF\xBB", 1).0, "´╗");
    assert_eq!(decode("ibm278", b"\xFE\xFF", 1).0, "Ú\u{9f}");
    let mark = |encoding| Noticed::OtherMark { encoding };
    assert_eq!(decode("cp850", b"\xEF\xBB\xBFa", 2).2, [mark(encoding("utf-8"))]);
    assert_eq!(decode("latin1", b"\xFF\xFEa\0", 1).2, [mark(encoding("utf-16le"))]);
    assert_eq!(decode("utf-8", b"\xEF\xBB\xBFa", 2).2, []);
}

#[test]
fn undecodable_bytes_are_named_also_across_pieces() {
    for piece in [1, 2, 100] {
        let (text, bad, _) = decode("utf-8", b"ab\xE2\x82(\xFF", piece);
        assert_eq!(text, "ab\u{fffd}(\u{fffd}");
        let seen: Vec<_> = bad.iter().map(|bad| (bad.at, bad.hex.as_str(), bad.offset)).collect();
        assert_eq!(seen, [(2, "E2 82", 2), (6, "FF", 5)], "pieces of {piece}");
        let (text, bad, _) = decode("ds-2089", b"a|\xE5b\xFF", piece);
        assert_eq!(text, "aø\u{fffd}b\u{fffd}");
        let seen: Vec<_> = bad.iter().map(|bad| (bad.at, bad.hex.as_str(), bad.offset)).collect();
        assert_eq!(seen, [(3, "E5", 2), (7, "FF", 4)], "pieces of {piece}");
        let (_, bad, _) = decode("utf-8", b"\xEF\xBB\xBFab\xFF", piece);
        assert_eq!(bad.iter().map(|bad| bad.offset).collect::<Vec<_>>(), [5], "behind a byte order mark");
    }
    let (_, bad, _) = decode("utf-16le", b"a\0b", 1);
    assert_eq!((bad[0].hex.as_str(), bad[0].offset), ("62", 2));
    // A doubtful byte of code page 437 counts as well.
    assert_eq!(decode("cp437", b"R\x9Bst", 1).1, []);
}

#[test]
fn national_and_ebcdic_text() {
    // Quirks B6, B7 and the sample of 3.10.
    let swedish = r"\REBRO F[RG AB, ]SV[GEN 4 bl}b{r";
    assert_eq!(decode("SEN_850200_B", swedish.as_bytes(), 5).0, "ÖREBRO FÄRG AB, ÅSVÄGEN 4 blåbär");
    assert_eq!(decode("ns-4551-1", b"R|st B}tutstyr [", 5).0, "Røst Båtutstyr Æ");
}

#[test]
fn ebcdic_line_ends() {
    for name in ["ibm037", "ibm500", "ibm277", "ibm278", "ibm1142", "ibm1143"] {
        assert_eq!(decode(name, b"\xD6\x15\xE2\x25\x0D\x25", 1).0, "O\nS\n\r\n", "{name}");
        assert_eq!(encoding(name).encode("O\r\nS\n\r").unwrap(), b"\xD6\x15\xE2\x15\x0D", "{name}");
        // It would be read as a line end.
        assert_eq!(encoding(name).encode("\u{85}"), Err('\u{85}'));
    }
}

#[test]
fn writing_goes_back_to_the_same_bytes() {
    for name in ["windows-1252", "utf-8", "utf-16le", "utf-16be"] {
        let bytes = encoding(name).encode("Åsa – 12 €").unwrap();
        assert_eq!(decode(name, &bytes, 3).0, "Åsa – 12 €", "{name}");
    }
}

#[test]
fn code_page_437_in_a_norwegian_set_up() {
    // Quirk B5: letters beside letters, signs beside digits and blanks.
    for (bytes, text, count) in [
        (&b"R\x9Bst B\x86tutstyr"[..], "Røst Båtutstyr", 1),
        (b"\x9Drsta, Bod\x9B; R\x9DST", "Ørsta, Bodø; RØST", 3),
        (b"\x92\x9D 5\x9B \x9D100 A\x9B5 \x9D 12 mm\x9B", "ÆØ 5¢ ¥100 A¢5 ¥ 12 mmø", 2),
        (b"\x9B", "¢", 0),
        (b"a\x9B\x9Bb", "aøøb", 2),
    ] {
        for piece in [1, 2, 3, 100] {
            let (read, bad, noticed) = decode("cp437", bytes, piece);
            assert_eq!((read.as_str(), bad), (text, vec![]), "pieces of {piece}");
            let wanted = (count > 0).then_some(Noticed::OemNorwegian { count });
            assert_eq!(noticed, Vec::from_iter(wanted), "{text}, pieces of {piece}");
        }
    }
    assert_eq!(decode("cp865", b"R\x9Bst", 1), ("Røst".into(), vec![], vec![]));
}

#[test]
fn double_encoding_is_noticed_across_pieces_and_left_as_it_is() {
    // The second is mixed: its last letter is windows-1252.
    let mixed = [b"\xC3\x85ngstr\xC3\xB6m, R\xC3\xB8st \xE5".as_slice(), "Ã…ngstrÃ¶m, RÃ¸st å".as_bytes()];
    for (name, bytes) in ["latin1", "utf-8"].into_iter().zip(mixed) {
        for piece in [1, 2, 100] {
            let (text, _, noticed) = decode(name, bytes, piece);
            assert_eq!(text, "Ã…ngstrÃ¶m, RÃ¸st å");
            let wanted = Noticed::DoubleEncoded { count: 3, written: "Ã…".into(), means: 'Å' };
            assert_eq!(noticed, [wanted], "{name}, pieces of {piece}");
        }
    }
}

#[test]
fn names_are_read_as_people_write_them() {
    for (written, name) in [
        ("Windows_1252", "windows-1252"),
        ("ISO-8859-1", "iso-8859-1"),
        ("UTF_8", "utf-8"),
        ("cp437", "cp437"),
        ("IBM850", "cp850"),
        ("OEM-865", "cp865"),
        ("cp_858", "cp858"),
        ("IBM00858", "cp858"),
        ("cp037", "ibm037"),
        ("cp37", "ibm037"),
        ("ibm-037", "ibm037"),
        ("EBCDIC_037", "ibm037"),
        ("ebcdic-500", "ibm500"),
        ("cp278", "ibm278"),
        ("CCSID 277", "ibm277"),
        ("cp01143", "ibm1143"),
        ("ibm-1142", "ibm1142"),
        ("SEN_850200_B", "sen-850200-b"),
        ("sen850200c", "sen-850200-c"),
        ("NS_4551-1", "ns-4551-1"),
        ("ns-4551-2", "ns-4551-2"),
        ("DS2089", "ds-2089"),
        ("iso646-se", "sen-850200-b"),
        ("cp866", "IBM866"),
    ] {
        assert_eq!(Encoding::named(written).map(|encoding| encoding.name()), Some(name), "{written}");
    }
    for written in ["", "cp", "850", "cp85O", "ebcdic", "cp0", "cp851", "ebcdic-850", "sen-850200", "utf-7"] {
        assert!(Encoding::named(written).is_none(), "{written}");
    }
    for name in Encoding::names() {
        assert_eq!(encoding(name).name(), *name);
    }
    assert!(PAGES.iter().all(|page| Encoding::names().contains(&page.name)));
}

#[test]
fn what_kind_of_encoding_it_is() {
    for name in Encoding::names() {
        let encoding = encoding(name);
        assert_eq!(encoding.bytes_per_character_is_one(), !name.starts_with("utf"), "{name}");
        assert_eq!(encoding.is_ebcdic(), name.starts_with("ibm"), "{name}");
        let national = ["sen", "ns", "ds"].iter().any(|prefix| name.starts_with(prefix));
        assert_eq!(encoding.is_seven_bit_national(), national, "{name}");
        assert_eq!(encoding.taken_from_ascii().is_empty(), !national, "{name}");
    }
    assert!(!encoding("shift_jis").bytes_per_character_is_one());
    let taken = |name| String::from_iter(encoding(name).taken_from_ascii());
    assert_eq!(taken("sen-850200-b"), r"$[\]{|}~");
    assert_eq!(taken("sen-850200-c"), r"$@[\]^`{|}~");
    assert_eq!(taken("ns-4551-1"), r"[\]{|}~");
    assert_eq!(taken("ns-4551-2"), r"#[\]{}~");
    assert_eq!(taken("ds-2089"), r"[\]{|}");
}

#[test]
fn what_an_encoding_lacks_is_written_otherwise_or_refused() {
    for (name, text, written) in [
        ("iso-8859-2", "a – b’s 5 € Ł", "a - b's 5 EUR Ł"),
        ("windows-1252", "→ Łódź, Đà Nẵng", "-> Lódz, Dà Nang"),
        ("windows-1252", "Č š ž Œ", "C š ž Œ"),
        ("cp850", "Café ”Œ” – 5 € ¾ „Š“", "Café \"OE\" - 5 EUR ¾ \"S\""),
        ("cp858", "5 €", "5 €"),
        ("cp437", "RØST Røst Østre", "ROEST Roest Oestre"),
        ("ibm278", "5 € – Åsa é |#[]", "5 EUR - Åsa é |#[]"),
        ("ibm1143", "5 € – Åsa", "5 € - Åsa"),
        ("sen-850200-b", "Åsa é [a|b] {c} \\ Ærø $5 ~", "Åsa e (a!b) (c) / Aeroe ¤5 ‾"),
        ("sen-850200-c", "Åsa é ü @ ^`", "Åsa é ü (at) ''"),
        ("ns-4551-1", "ÄNGEN Ängen ÖÅ ö ~", "AENGEN Aengen OEÅ oe ‾"),
        ("ns-4551-2", "#1 a|b ¦ ~", "nr.1 a|b | -"),
        ("ds-2089", "ÅÆØ é [~]", "ÅÆØ e (~)"),
        ("windows-1250", "ÅÄÖ Åsa ÆØ", "AAÄÖ Aasa AEOE"),
        // Letters taken apart, as a Mac has them: never an A for an Å.
        ("windows-1252", "A\u{30a}sa e\u{301} g\u{30c} 5\u{a0}€", "Åsa é g 5\u{a0}€"),
        ("windows-1250", "A\u{30a}sa o\u{308}", "Aasa ö"),
        ("sen-850200-b", "e\u{301}A\u{30a}", "eÅ"),
        ("ds-2089", "a\u{323}\u{308}a\u{308}x", "aeaex"),
    ] {
        assert_eq!(encoding(name).writable(text).as_deref(), Ok(written), "{name}");
    }
    let latin1 = encoding("windows-1252");
    assert_eq!(latin1.writable("a 漢"), Err('漢'));
    assert_eq!(latin1.writable("5\u{20e3}\u{301}"), Err('\u{20e3}'));
    assert_eq!(latin1.encode("ź"), Err('ź'));
    assert_eq!(encoding("cp850").encode("–"), Err('–'));
    assert!(matches!(latin1.writable("Åsa"), Ok(Cow::Borrowed(_))));
}

#[test]
fn a_replacement_stands_where_nothing_else_is_left() {
    assert_eq!(encoding("windows-1252").writable_with("Ł 漢字 🚀 – é", '?'), "L ?? ? – é");
    assert_eq!(encoding("cp850").writable_with("漢 –", '*'), "* -");
    assert_eq!(encoding("sen-850200-b").writable_with("漢", '|'), "?");
}
