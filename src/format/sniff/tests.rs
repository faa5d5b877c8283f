use proptest::prelude::*;

use super::*;

fn look(bytes: &[u8]) -> Findings {
    let size = u64::try_from(bytes.len()).unwrap();
    sniff(&Sample { name: "file.csv", size, head: bytes, pieces: &[] })
}

fn text(bytes: &[u8]) -> TextFile {
    match look(bytes).is {
        Nature::Text(file) => *file,
        other => panic!("{other:?}"),
    }
}

fn csv(bytes: &[u8]) -> Csv {
    match text(bytes).syntax {
        Syntax::Csv(csv) => csv,
        other => panic!("{other:?}"),
    }
}

#[test]
fn line_ends_and_marks_are_counted() {
    let file = text(b"\xEF\xBB\xBFa;b\r\nc;d\ne;f\rg;h\r\n\x1a\0\0");
    let ends = LineEnds { crlf: 2, lf: 1, cr: 1, last: true };
    assert_eq!((file.line_ends, file.end_mark, file.byte_order_mark), (ends, true, true));
    assert!(!text(b"a;b\nc;d").line_ends.last);
    assert_eq!(look(b"").is, Nature::Empty);
    assert_eq!(look(b" \r\n\x1a").is, Nature::Blank);
}

#[test]
fn the_delimiter_is_what_cuts_the_lines_evenly() {
    for (bytes, delimiter) in [
        (&b"Artnr;Antal\n1;2,5\n2;3,5\n"[..], Some(';')),
        (b"Item,Qty\n1,2\n2,3\n", Some(',')),
        (b"Item\tName\n1\ta, b, c\n2\td\n", Some('\t')),
        (b"Item|Name\n1|a;b\n2|d\n", Some('|')),
        ("Artnr¤Namn\n1¤a;b\n2¤d\n".as_bytes(), Some('¤')),
        (b"\"a\",\"b;c;d\"\n\"e\",\"f;g;h\"\n", Some(',')),
        (b"Order\n81202\n81205\n", None),
    ] {
        assert_eq!(csv(bytes).delimiter, delimiter, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn quotes_are_round_fields_or_plain_text() {
    assert_eq!(csv(b"a;b\n1;2\n").quotes, Quotes::Absent);
    let quotes = csv(b"\"a\";\"b\"\n\"1\";\"x\"\"y;z\"\n").quotes;
    assert_eq!(quotes, Quotes::RoundFields { fields: 4, all: true, unclosed: 0 });
    assert_eq!(csv(b"a;b\n1;15\" sk\n2;\"x\n").quotes, Quotes::PlainText { fields: 2 });
    let over_lines = csv(b"Artnr;Text\n1;\"a\nb\"\n2;\"c\"\n3;\"d\"\n");
    assert_eq!(over_lines.rows, 3, "a line end in a quoted text");
}

#[test]
fn a_header_is_one_by_its_names_or_by_what_stands_below() {
    let header = |text: &str| csv(text.as_bytes()).header_line;
    assert_eq!(header("Artikelnr;Antal\n1;2\n"), Some(1));
    assert_eq!(header("Foo;Bar;Baz\n12;1,5;x\n13;2,5;y\n"), Some(1), "names that nobody knows");
    assert_eq!(header("7731;Hasp;2\n7732;Skruv;3\n"), None);
    assert_eq!(header("Hasp;BESLAG\nSkruv;BESLAG\n"), None);
    assert_eq!(header("Lista;;\n;;\nArtikelnr;Namn;Antal\n1;a;2\n"), Some(3));
    assert_eq!(csv(b"Lista;;\n;;\nArtikelnr;Namn;Antal\n1;a;2\n").skip_first, 2);
}

#[test]
fn record_types_and_what_they_stand_under() {
    let types = |text: &str| -> Vec<(String, Option<String>, bool)> {
        let kinds = csv(text.as_bytes()).record_types;
        kinds.into_iter().map(|kind| (kind.is, kind.under, kind.counts.is_some())).collect()
    };
    let kind = |is: &str, under: Option<&str>, counts| (is.to_owned(), under.map(str::to_owned), counts);
    assert_eq!(
        types("H;1;A;x\nL;1;40\nT;text\nL;2;2,5\nH;2;B;y\nL;1;3\nS;2\n"),
        [
            kind("H", None, false),
            kind("L", Some("H"), false),
            kind("T", Some("L"), false),
            kind("S", None, true)
        ]
    );
    assert_eq!(
        types("8;2\nH;1;A;B;C;D;E\nL;1;40\nL;2;2\n"),
        [kind("8", None, false), kind("H", None, false), kind("L", Some("H"), false)],
        "a format line"
    );
    assert_eq!(types("SE;1;a\nNO;2;b\nSE;3;c\nNO;4;d\n"), [], "a column of countries");
    assert_eq!(types("GBAO10;1;a\nGBAO10;2;b\n"), []);
}

#[test]
fn the_kind_of_document_is_told_by_the_header_and_two_where_both_fit() {
    let kinds = |header: &str| -> Vec<&'static str> {
        let width = header.split(';').count();
        let row = vec!["1"; width].join(";");
        text(format!("{header}\n{row}\n{row}\n").as_bytes())
            .documents
            .iter()
            .map(|kind| kind.document)
            .collect()
    };
    for (header, document) in [
        ("Varenr;Varenavn;Enhet;Vekt;Varegruppe", "article"),
        ("Nr.;Beskrivelse;Basisenhed;Nettovægt;Enhedspris", "article"),
        ("Ordrenr;Kundenr;Navn;Postnr;Varenr;Antall", "order"),
        ("Inköpsordernr;Leverantörsnr;Artikelnr;Antal;Ankomstdatum", "purchase_order"),
        ("PO Number;Vendor No;Item No;Quantity;Expected", "purchase_order"),
        ("Returnr;Ordernr;Radnr;Returantal;Orsak", "return_order"),
        ("Ordernr;Leveransdatum;Transportör", "order_change"),
        ("Tilausnro", "cancellation"),
    ] {
        assert_eq!(kinds(header).first(), Some(&document), "{header}: {:?}", kinds(header));
    }
    let both = kinds("Ordernr;Artikelnr;Antal;Leverantör;Leveransdatum");
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.contains(&"order") && both.contains(&"purchase_order"), "{both:?}");
}

#[test]
fn rows_of_an_order_are_counted_over_the_file() {
    let group = csv(b"Ordernr;Artikelnr;Antal;Namn\n1;a;1;x\n2;b;1;y\n1;c;2;x\n1;d;2;x\n").group.unwrap();
    assert_eq!((group.documents, group.rows, group.most_rows, group.returning), (2, 4, 3, 1));
    assert_eq!(group.differing, [(2, 1), (3, 1)]);
}

#[test]
fn ebcdic_without_line_ends_is_a_file_of_fixed_width() {
    let encoding = crate::format::encoding::Encoding::named("ibm278").unwrap();
    let bytes = encoding.encode(&"L SE1 81204 GÅS-04/Ö FÄRG AB 00000725 ".repeat(20)).unwrap();
    let file = text(&bytes);
    assert!(file.encoding.starts_with("ibm"), "{}", file.encoding);
    assert!(matches!(file.syntax, Syntax::Fixed(_)), "{:?}", file.syntax);
}

#[test]
fn pieces_of_a_great_file_are_cut_at_lines() {
    let line = "0081204;1001;Järn AB;2026-11-27;7731-2;40\n";
    let head = format!("OrdNr;KundNr;Namn;LevDat;ArtNr;Antal\n{}00812", line.repeat(10));
    let piece = format!("4;1001;Järn AB;2026-11-27;7731-2;40\n{}00", line.repeat(5));
    let last = format!("xx;yy\r\n{}\x1a", line.repeat(3));
    let pieces = [piece.into_bytes(), last.into_bytes()];
    let sample = Sample { name: "f", size: 9_000_000, head: head.as_bytes(), pieces: &pieces };
    let findings = sniff(&sample);
    assert!(findings.looked_at < 2_000 && findings.size == 9_000_000);
    let Nature::Text(file) = findings.is else { panic!() };
    let Syntax::Csv(csv) = &file.syntax else { panic!() };
    assert_eq!((csv.rows, csv.shorter, file.end_mark, file.undecodable), (18, 0, true, 0));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..3),
    ) {
        let findings = sniff(&Sample { name: "x-AAAAMI.b.c", size: 1_000, head: &bytes, pieces: &pieces });
        prop_assert!(serde_json::to_value(&findings).is_ok());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\PC\r\n\t\"]{0,80}") {
        look(text.as_bytes());
    }

    #[test]
    fn no_records_make_it_panic(
        text in "((OrdNr|Antal|LevDat|ArtNr|[A-Z]{1,2}|\"[a-z;\n]{0,5}\"?|[0-9.,-]{0,9}|2026-11-2[0-9]|<a b=|'UNB\\+| {1,9})[;,|\t\n]){0,60}"
    ) {
        look(text.as_bytes());
    }
}
