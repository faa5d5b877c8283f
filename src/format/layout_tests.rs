//! The layout half as a whole: bytes -> groups of records, and back.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::encoding::{Encoding, Repair};
use super::group::{Grouped, read_within, write_records};
use super::layout::*;
use super::record::OutRecord;
use super::{MEMORY_FOR_GROUPING, PartFile, ReadContext, Summary};
use crate::fault::{Fault, Language};

fn field(name: &str, at: FieldAt) -> FieldLayout {
    let number = NumberStyle { decimal: ',', thousands: None, decimals: None, sign: Sign::Either };
    FieldLayout {
        name: name.into(),
        at,
        blank: vec![],
        number,
        packed: None,
        date: super::convert::DateStyle::writing("%Y-%m-%d"),
        optional: false,
        align: Align::Left,
        pad: ' ',
    }
}

fn csv(fields: &[&str]) -> Layout {
    let row = RecordLayout {
        name: "row".into(),
        path: vec![],
        when: vec![],
        under: vec![],
        joins: vec![],
        length: None,
        columns: None,
        columns_least: 0,
        nest: None,
        fields: fields.iter().map(|name| field(name, FieldAt::Header)).collect(),
        use_: RecordUse::Data,
        checks: vec![],
    };
    Layout {
        syntax: Syntax::Csv(CsvSyntax {
            delimiter: ';',
            quote: Some('"'),
            quotes: Quotes::Needed,
            header: true,
            trailing_delimiter: Trailing::Allowed,
            trim: true,
            labels: None,
        }),
        encoding: Encoding::named("windows-1252").unwrap(),
        newline: Newline::CrLf,
        byte_order_mark: false,
        replacement: None,
        around: Around::default(),
        records: vec![row],
        group: None,
        parts: vec![],
    }
}

fn csv_syntax(layout: &mut Layout) -> &mut CsvSyntax {
    match &mut layout.syntax {
        Syntax::Csv(syntax) => syntax,
        Syntax::Fixed(_) | Syntax::Xml(_) | Syntax::Tagged(_) | Syntax::Whole => panic!("a CSV layout"),
    }
}

fn grouped(adjacent: bool) -> Layout {
    Layout {
        group: Some(Group { keys: vec![GroupKey { record: 0, by: vec![0] }], adjacent }),
        ..csv(&["OrdNr", "Art"])
    }
}

/// head 01, line 02 under head, text 03 under line or head, note 09 ignored, trailer 99 with the count of heads.
fn fixed() -> Layout {
    let kind = |name: &str, is: &str, under: &[usize], use_| RecordLayout {
        name: name.into(),
        path: vec![],
        when: vec![Condition::Characters { at: 1, is: vec![is.into()] }],
        under: under.to_vec(),
        joins: vec![],
        length: None,
        columns: None,
        columns_least: 0,
        nest: None,
        fields: vec![
            field("Nr", FieldAt::Characters { at: 3, width: 6 }),
            field("Namn", FieldAt::Characters { at: 9, width: 8 }),
        ],
        use_,
        checks: vec![],
    };
    let mut trailer = kind("trailer", "99", &[], RecordUse::Trailer);
    let heads = vec![Covered { kind: 0, field: None }];
    trailer.checks = vec![Check { field: 0, of: heads, plus: 0 }, Check { field: 1, of: vec![], plus: 0 }];
    Layout {
        syntax: Syntax::Fixed(FixedSyntax { record_length: Some(20), framing: Framing::Lines, bytes: false }),
        records: vec![
            kind("head", "01", &[], RecordUse::Data),
            kind("line", "02", &[0], RecordUse::Data),
            kind("text", "03", &[1, 0], RecordUse::Data),
            kind("note", "09", &[], RecordUse::Ignore),
            trailer,
        ],
        ..csv(&[])
    }
}

/// What was read, told shortly: `line:text|text` with `^parent`, records of a group joined by blanks.
struct Seen {
    groups: Vec<String>,
    strays: Vec<Fault>,
    summary: Summary,
}

impl Seen {
    fn strays(&self) -> Vec<(&'static str, u64, u64)> {
        let place = |fault: &Fault| (fault.place.line.unwrap_or(0), fault.place.column.unwrap_or(0));
        self.strays.iter().map(|fault| (fault.code.name(), place(fault).0, place(fault).1)).collect()
    }
    fn file_faults(&self) -> Vec<&'static str> {
        self.summary.file_faults.iter().map(|fault| fault.code.name()).collect()
    }
}

fn read_in(memory: usize, layout: &Layout, bytes: &[u8]) -> Result<Seen, Fault> {
    let scratch = || tempfile::tempfile();
    let context =
        ReadContext { file_name: "f.csv", time_zone: chrono_tz::UTC, live: true, scratch: &scratch };
    let (mut groups, mut strays) = (Vec::new(), Vec::new());
    let mut each = |grouped: Grouped<'_>| {
        match grouped {
            Grouped::Stray(fault) => strays.push(fault),
            Grouped::Records(records) => {
                let mut told = Vec::new();
                for record in 0..records.len() {
                    let fields = layout.records[records.kind(record).unwrap()].fields.len();
                    let texts: Vec<_> =
                        (0..fields).map(|field| records.field(record, field).unwrap_or("-")).collect();
                    let mut text = format!("{}:{}", records.line(record), texts.join("|"));
                    if let Some(parent) = records.parent(record) {
                        write!(text, "^{parent}").unwrap();
                    }
                    told.push(text);
                }
                groups.push(told.join(" "));
            }
        }
        Ok(())
    };
    let summary = read_within(
        memory,
        layout,
        &mut [PartFile { name: "f.csv", bytes: &mut &bytes[..] }],
        &context,
        &mut each,
    )?;
    Ok(Seen { groups, strays, summary })
}

fn read(layout: &Layout, bytes: &[u8]) -> Seen {
    read_in(MEMORY_FOR_GROUPING, layout, bytes).unwrap()
}

fn refused(layout: &Layout, bytes: &[u8]) -> Fault {
    read_in(MEMORY_FOR_GROUPING, layout, bytes).err().expect("a fault of the file")
}

#[test]
fn csv_rows_with_the_quirks_of_real_exports() {
    let bytes = b"\xEF\xBB\xBF Art ;Namn;\r\n\
        A1; R\xC3\xB8r 15\" ;\n\
        \n;;;;;;\r\x0cA2;\"Kran; 1/2\"\" \r\nlong\"\r\n\
        A3\r\nA4;x\x1a\0\0";
    let seen = read(&csv(&["Namn", "Art"]), bytes);
    assert_eq!(seen.groups, ["2:Rør 15\"|A1", "5:Kran; 1/2\" \nlong|A2", "7:-|A3", "8:x|A4"]);
    assert_eq!((seen.strays(), seen.file_faults(), seen.summary.records), (vec![], vec![], 4));
}

#[test]
fn fields_point_at_their_text() {
    let layout = csv(&["Art", "Namn"]);
    let scratch = || tempfile::tempfile();
    let context =
        ReadContext { file_name: "f.csv", time_zone: chrono_tz::UTC, live: true, scratch: &scratch };
    let mut places = Vec::new();
    let bytes = b"Art;Namn\n \xE5\xE4 ; \"kran\" \n";
    let mut input = &bytes[..];
    let mut files = [PartFile { name: "f.csv", bytes: &mut input }];
    read_within(1000, &layout, &mut files, &context, &mut |grouped| {
        if let Grouped::Records(records) = grouped {
            for field in 0..2 {
                let place = records.place_of_field("f.csv", 0, field);
                let (column, length) = (place.column.unwrap() as usize, place.length.unwrap() as usize);
                let of: String = place.source.unwrap().chars().skip(column - 1).take(length).collect();
                places.push((records.field(0, field).unwrap().to_owned(), of));
            }
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(places, [("åä".into(), "åä".into()), ("kran".into(), "kran".into())]);
}

#[test]
fn any_delimiter_and_no_quotes() {
    for delimiter in ['\t', '|', '¤', ','] {
        let mut layout = csv(&["Art", "Namn"]);
        *csv_syntax(&mut layout) = CsvSyntax {
            delimiter,
            quote: None,
            quotes: Quotes::Needed,
            header: true,
            trailing_delimiter: Trailing::Allowed,
            trim: true,
            labels: None,
        };
        let text = format!("Art{delimiter}Namn\n{delimiter}\"15\" skärm\nA{delimiter}\n");
        let bytes = Encoding::named("windows-1252").unwrap().encode(&text).unwrap();
        assert_eq!(read(&layout, &bytes).groups, ["2:|\"15\" skärm", "3:A|"]);
    }
}

#[test]
fn columns_by_position_and_kinds_by_column() {
    let mut layout = csv(&[]);
    csv_syntax(&mut layout).header = false;
    let kind = |name: &str, is: &str, under: Vec<usize>| RecordLayout {
        name: name.into(),
        path: vec![],
        length: None,
        columns: None,
        columns_least: 0,
        nest: None,
        when: vec![Condition::Column { column: 1, is: vec![is.into()] }],
        under,
        joins: vec![],
        fields: vec![field("Nr", FieldAt::Column(3))],
        use_: RecordUse::Data,
        checks: vec![],
    };
    layout.records = vec![kind("head", "H", vec![]), kind("line", "L", vec![0])];
    let seen = read(&layout, b"H;;1\nL;;a;\n L ;;b\nH;;2\n");
    assert_eq!(seen.groups, ["1:1 2:a^0 3:b^0", "4:2"]);
    let written = write_records(
        &layout,
        &[OutRecord { kind: 0, texts: vec!["7".into()] }, OutRecord { kind: 1, texts: vec!["x;y".into()] }],
    );
    assert_eq!(written.unwrap(), b"H;;7\r\nL;;\"x;y\"\r\n");
}

#[test]
fn a_record_with_fewer_fields_than_its_kind_has_spoils_its_group() {
    let mut layout = csv(&[]);
    csv_syntax(&mut layout).header = false;
    let kind = |name: &str, least: usize, under: Vec<usize>| RecordLayout {
        name: name.into(),
        when: vec![Condition::Column { column: 1, is: vec![name.into()] }],
        columns: Some(3),
        columns_least: least,
        under,
        joins: vec![],
        fields: vec![field("Nr", FieldAt::Column(2))],
        ..csv(&[]).records.remove(0)
    };
    layout.records = vec![kind("H", 0, vec![]), kind("L", 3, vec![0])];
    let bytes = b"H;1\nL;a;12\nL;b;\nH;2\nL;c";
    let seen = read(&layout, bytes);
    assert_eq!(seen.groups, ["1:1 2:a^0 3:b^0"]);
    assert_eq!(seen.strays(), [("group-not-whole", 4, 1), ("too-few-fields", 5, 3)]);
    assert_eq!(seen.strays[1].expected(Language::English).unwrap(), "at least 3 fields; here are 2");
    csv_syntax(&mut layout).trailing_delimiter = Trailing::Written;
    assert_eq!(read(&layout, bytes).strays().len(), 5, "the delimiter behind the last field begins none");
}

#[test]
fn headers_that_do_not_fit_are_faults_of_the_file() {
    let fault = refused(&csv(&["OrdNr", "Antal"]), b"OrderNr;Antl\r\n");
    assert_eq!((fault.code.name(), fault.found.as_deref()), ("missing-column", Some("OrdNr, Antal")));
    assert_eq!((fault.place.line, fault.place.column), (Some(1), Some(1)));
    assert!(fault.expected(Language::English).unwrap().contains("OrderNr, Antl"));
    let mut layout = csv(&["OrdNr", "Antal"]);
    layout.around.skip_first = 1;
    let fault = refused(&layout, b"title\r\nOrdNr;Antal;Antal\r\n1;2;3\r\n");
    assert_eq!(
        (fault.code.name(), fault.place.line, fault.place.column),
        ("duplicated-column", Some(2), Some(13))
    );
    layout.records[0].fields[1].optional = true;
    assert_eq!(read(&layout, b"title\r\nOrdNr\r\n1\r\n").groups, ["3:1|-"]);
}

#[test]
fn a_header_in_another_encoding_says_in_which() {
    let mut layout = csv(&["OrdNr", "Leveringsmåte"]);
    layout.encoding = Encoding::named("windows-1252").unwrap();
    let fault = refused(&layout, b"OrdNr;Leveringsm\x86te\r\n1;A\r\n");
    assert_eq!(fault.code.name(), "column-in-other-encoding");
    assert_eq!(
        fault.what(Language::English),
        "the header has Leveringsm†te where the column Leveringsmåte is read: in cp850 it would be Leveringsmåte"
    );
    assert_eq!((fault.place.line, fault.place.column, fault.place.length), (Some(1), Some(7), Some(13)));
}

#[test]
fn a_header_that_another_delimiter_cuts_says_which() {
    let layout = csv(&["OrdNr", "Antal"]);
    for (header, delimiter, column) in [("Nr,OrdNr,Antal", ",", 3), ("OrdNr\tAntal", "\\t", 6)] {
        let fault = refused(&layout, format!("{header}\r\n1,2\r\n").as_bytes());
        assert_eq!(fault.code.name(), "cut-by-another-delimiter", "{header}");
        assert_eq!((fault.found.as_deref(), fault.place.column), (Some(delimiter), Some(column)));
    }
    assert_eq!(refused(&layout, b"OrdNr\r\n").code.name(), "missing-column");
    assert_eq!(refused(&layout, b"Nr,Antall\r\n").code.name(), "missing-column");
}

#[test]
fn what_is_no_text_is_told_as_what_it_is() {
    let layout = csv(&["OrdNr", "Antal"]);
    for (bytes, found) in [
        (&b"%PDF-1.7\n"[..], "PDF"),
        (b"PK\x03\x04\x14\0\0\0", "ZIP"),
        (b"PK\x03\x04\x14\0xl/workbook.xml", "XLSX/ODS"),
        (b"\x1F\x8B\x08\0", "GZIP/7Z/RAR"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"O\x00r\x00d\x00N\x00r\x00;\x00A\x00n\x00t\x00\r\x00\n\x001\x00;\x002\x00", "utf-16le"),
        (&Encoding::named("ibm278").unwrap().encode("OrdNr;Antal\n100;2 st till Åre\n").unwrap(), "ibm278"),
    ] {
        let fault = refused(&layout, bytes);
        assert_eq!((fault.code.name(), fault.found.as_deref()), ("other-kind-of-file", Some(found)));
    }
}

#[test]
fn one_bad_row_does_not_stop_the_others() {
    let mut layout = csv(&["Art", "Namn"]);
    layout.encoding = Encoding::named("utf-8").unwrap();
    let seen = read(&layout, b"Art;Namn\na;1\nb\xF8;2\nc;3;4\nd;\"x\"y\ne;5;;\n");
    assert_eq!(seen.groups, ["2:a|1", "6:e|5"]);
    assert_eq!(
        seen.strays(),
        [("undecodable-bytes", 3, 2), ("extra-field", 4, 5), ("text-after-quote", 5, 6)]
    );
    assert_eq!(seen.strays[0].found.as_deref(), Some("F8"));
    assert_eq!((seen.summary.records, seen.summary.records_stray), (5, 3));
}

#[test]
fn two_stray_quotes_do_not_make_a_text_of_rows() {
    let layout = csv(&["Nr", "Rad", "Art", "Namn"]);
    let seen = read(&layout, b"Nr;Rad;Art;Namn\n1;1;A;\"Bo\n2;1;B;Ek\"\n3;1;C;Li\n");
    assert_eq!(seen.groups, ["4:3|1|C|Li"]);
    assert_eq!(seen.strays(), [("rows-in-quotes", 2, 8)]);
    let seen = read(&layout, b"Nr;Rad;Art;Namn\n1;\"1;A;Bo\n2;1;B;Ek\n3;1\";C;Li\n");
    assert_eq!(seen.strays(), [("rows-in-quotes", 2, 4)]);
    // A remark over lines is one, whatever it has in it.
    for remark in ["Bo; see below:\n- ring; then go", "Mo;Tu;We;Th\nclosed", "a;b;c\nd;e", "a\nb"] {
        let seen = read(&layout, format!("Nr;Rad;Art;Namn\n1;1;A;\"{remark}\"\n").as_bytes());
        assert_eq!(seen.strays(), [], "{remark}");
    }
}

#[test]
fn an_unclosed_quote_names_the_line_where_it_opened() {
    let layout = csv(&["Art", "Namn"]);
    for rest in ["b;y\n".repeat(3), "b;y\n".repeat(100_000), "b;\"y\"\n".into()] {
        let fault = refused(&layout, format!("Art;Namn\nq;r\na;\"x\n{rest}").as_bytes());
        assert_eq!(
            (fault.code.name(), fault.place.line, fault.place.column),
            ("unclosed-quote", Some(3), Some(3))
        );
    }
}

#[test]
fn fixed_records_nest_under_the_one_opened_last() {
    let file = "01A     Olle\r\n03      to A\n020001  x\n03      to 1\n\x0c02    2\n09 whatever\n01B\n\
        990000022         7    \n\x1a";
    let seen = read(&fixed(), file.as_bytes());
    let groups = ["1:A|Olle 2:|to A^0 3:0001|x^0 4:|to 1^2 5:2|^0", "7:B|"];
    assert_eq!(seen.groups, groups);
    assert_eq!(seen.file_faults(), ["wrong-count"]);
    let seen = read(&fixed(), file.replace("990000022         7", "99000002       7").as_bytes());
    assert_eq!((seen.file_faults(), seen.strays()), (vec![], vec![]));
    assert_eq!((seen.summary.records, seen.summary.records_ignored), (8, 1));
}

/// The kinds of [`fixed`] with a length each and no trailer.
fn framed(framing: Framing) -> Layout {
    let mut layout = fixed();
    layout.syntax = Syntax::Fixed(FixedSyntax { record_length: Some(16), framing, bytes: false });
    layout.records.truncate(4);
    for record in &mut layout.records {
        record.length = Some(16);
    }
    layout
}

#[test]
fn records_of_known_lengths_are_the_same_with_and_without_line_ends() {
    let records = ["01A     \u{e5}se     ", "020001          ", "01B             "];
    let groups = ["1:A|\u{e5}se 2:0001|^0", "3:B|"];
    let encoding = Encoding::named("windows-1252").unwrap();
    for (between, cut) in [("", false), ("\n", false), ("\r\n", false), ("\r\n", true)] {
        let text: String = records
            .iter()
            .map(|record| if cut { record.trim_end() } else { record }.to_owned() + between)
            .collect();
        let bytes = encoding.encode(&text).unwrap();
        let seen = read(&framed(Framing::Kinds), &bytes);
        assert_eq!((seen.groups, seen.strays.len()), (groups.map(str::to_owned).to_vec(), 0), "{text:?}");
        if !cut {
            assert_eq!(read(&framed(Framing::Length), &bytes).groups, groups);
        }
    }
    let cut = records.concat().trim_end().to_owned();
    for framing in [Framing::Kinds, Framing::Length] {
        let fault = refused(&framed(framing), &encoding.encode(&cut).unwrap());
        assert_eq!((fault.code.name(), fault.args["is"].as_str()), ("record-cut", "3"));
    }
}

#[test]
fn a_record_of_no_kind_ends_with_its_line_where_there_are_lines() {
    let records = ["01A             ", "0x?", "01B             "];
    let seen = read(&framed(Framing::Kinds), records.join("\r\n").as_bytes());
    assert_eq!(seen.groups, ["3:B|"]);
    assert_eq!(seen.strays(), [("group-not-whole", 1, 1), ("unknown-record", 2, 1)]);
    let fault = refused(&framed(Framing::Kinds), records.concat().as_bytes());
    assert_eq!((fault.code.name(), fault.place.line), ("unknown-record", Some(2)));
}

#[test]
fn a_line_that_is_longer_than_its_kind_is_one_record_still() {
    let records = ["01A             ", "01B             tail", "01C                  ", "01D             "];
    let seen = read(&framed(Framing::Kinds), records.join("\r\n").as_bytes());
    assert_eq!(seen.groups, ["1:A|", "3:C|", "4:D|"]);
    assert_eq!(seen.strays(), [("line-too-long", 2, 17)]);
}

#[test]
fn packed_fields_are_cut_by_their_bytes() {
    let mut layout = framed(Framing::Length);
    layout.encoding = Encoding::named("ibm278").unwrap().binary();
    layout.records[0].fields[0].packed = Some(11);
    // A record begins with F0 F1, and the number holds the bytes of all line ends: 0D, 15, 25.
    let record = b"\xF0\xF1\x12\x15\x25\x00\x00\x0D\xD0\x40\x40\x40\x40\x40\x40\x40";
    let seen = read(&layout, &[&record[..], record].concat());
    assert_eq!(seen.groups, ["1:-12152500000|\u{e5}", "2:-12152500000|\u{e5}"]);
    let mut bad = record.to_vec();
    bad[7] = 0x40;
    assert_eq!(read(&layout, &bad).groups, ["1:X'121525000040'|\u{e5}"]);
}

#[test]
fn numbers_tell_what_a_record_stands_under() {
    let mut layout = fixed();
    layout.records.truncate(4);
    let [head, line, text, note] = &mut layout.records[..] else { panic!("four kinds") };
    let nest = |id, parent| Some(Nest { id, parent });
    (head.nest, line.nest) = (nest(Some(0), None), nest(Some(0), Some(1)));
    (text.nest, note.nest) = (nest(None, Some(1)), nest(Some(0), Some(1)));
    // 9 is passed over and stands under line 2, so what names 9 stands under line 2 too.
    let file = "011     \n022     1\n023     1\n099     2\n03x     9\n03y     1\n03z     3\n";
    assert_eq!(read(&layout, file.as_bytes()).groups, ["1:1| 2:2|1^0 3:3|1^0 5:x|9^1 6:y|1^0 7:z|3^2"]);
    for wrong in ["8", "x"] {
        let seen = read(&layout, file.replace("03z     3", &format!("03z     {wrong}")).as_bytes());
        assert_eq!(seen.groups, [""; 0]);
        assert!(seen.strays().contains(&("unknown-parent-number", 7, 9)), "{:?}", seen.strays());
    }
}

#[test]
fn text_encoded_twice_is_told_unless_the_format_repairs_it() {
    let mut layout = Layout { encoding: Encoding::named("utf-8").unwrap(), ..csv(&["Art"]) };
    let told = |layout: &Layout| read(layout, "Art\nÃ…ngström\n".as_bytes()).summary.warnings.len();
    assert_eq!(told(&layout), 1);
    layout.around.repair = vec![Repair::table(vec![('!', "|".into())])];
    assert_eq!(told(&layout), 1, "another repair");
    let [read_as, is] = ["windows-1252", "utf-8"].map(|name| Encoding::named(name).unwrap());
    layout.around.repair.push(Repair::new(&read_as, &is).unwrap());
    assert_eq!(told(&layout), 0);
}

#[test]
fn the_rest_of_a_record_that_a_packed_number_cut_in_two_is_told_as_such() {
    // Packed 000025 and 0F: the byte 25 became a line end on the way.
    let file = "01A\n02 1  \0\0\n\x0fST\n01B\n0x\0\n01C\n99000003       7\n";
    let seen = read(&fixed(), file.as_bytes());
    assert_eq!(seen.groups, ["6:C|"]);
    assert_eq!(seen.strays()[2], ("packed-number", 3, 1));
    assert_eq!(seen.strays()[4], ("unknown-record", 5, 1), "NUL is fill");
}

#[test]
fn a_line_that_cannot_be_read_spoils_its_document_and_no_other() {
    let file = "02orphan\n01A\n02 1\n02 2               too long\n02 3\n01B\n02 1\n0x?\n02 2\n01C\n99000003       9\n";
    let seen = read(&fixed(), file.as_bytes());
    assert_eq!(seen.groups, ["10:C|"]);
    let strays = [
        ("record-without-parent", 1, 1),
        ("group-not-whole", 2, 1),
        ("group-not-whole", 3, 1),
        ("line-too-long", 4, 21),
        ("group-not-whole", 5, 1),
        ("group-not-whole", 6, 1),
        ("group-not-whole", 7, 1),
        ("unknown-record", 8, 1),
        ("group-not-whole", 9, 1),
    ];
    assert_eq!(seen.strays(), strays);
    assert_eq!((seen.summary.records, seen.summary.records_stray), (11, 9));
    let unknown = &seen.strays[7];
    assert!(unknown.expected(Language::English).unwrap().contains("head (1: \"01\"), line (1: \"02\")"));
}

const TRAILED: &str = "01A     Olle\r\n020001  x\r\n01B\r\n020001  y\r\n020002  z\r\n99000002       5\r\n";

#[test]
fn a_file_cut_anywhere_is_never_taken_as_whole() {
    assert_eq!(read(&fixed(), TRAILED.as_bytes()).file_faults(), Vec::<&str>::new());
    let whole = TRAILED.trim_end().len();
    for cut in 0..whole {
        let seen = read(&fixed(), &TRAILED.as_bytes()[..cut]);
        assert!(!seen.file_faults().is_empty(), "cut after {cut} bytes");
    }
}

#[test]
fn trailers_are_checked_for_counts_and_for_what_follows() {
    let seen = read(&fixed(), TRAILED.replace("99000002", "99000003").as_bytes());
    let fault = &seen.summary.file_faults[0];
    assert_eq!((fault.place.line, fault.found.as_deref()), (Some(6), Some("000003")));
    assert_eq!((fault.args["counted"].as_str(), fault.args["of"].as_str()), ("2", "head"));
    for more in ["01C\n", "99000002       5\n"] {
        assert_eq!(
            read(&fixed(), format!("{TRAILED}{more}").as_bytes()).file_faults(),
            ["data-after-trailer"]
        );
    }
    assert_eq!(read(&fixed(), b"").file_faults(), ["empty-file"]);
    assert_eq!(read(&csv(&["Art"]), b"\r\n\x1a").file_faults(), ["empty-file"]);
    assert_eq!(read(&csv(&["Art"]), b"Art\r\n").file_faults(), Vec::<&str>::new());
}

#[test]
fn half_a_character_at_the_end_is_a_cut_file() {
    let mut layout = csv(&["Art"]);
    layout.encoding = Encoding::named("utf-16le").unwrap();
    let seen = read(&layout, b"\xFF\xFEA\0r\0t\0\n\0x\0y\0\n\0z");
    assert_eq!(
        (seen.groups, seen.summary.file_faults[0].code.name()),
        (vec!["2:xy".into()], "cut-character")
    );
}

#[test]
fn rows_are_grouped_over_the_whole_file_in_first_seen_order() {
    let seen = read(&grouped(false), b"OrdNr;Art\n2;a\n1;b\n2;c\n ;d\n1;e\n1;f;extra\n");
    assert_eq!(seen.groups, ["2:2|a 4:2|c"]);
    assert_eq!(
        seen.strays(),
        [
            ("group-not-whole", 3, 1),
            ("group-not-whole", 6, 1),
            ("extra-field", 7, 5),
            ("blank-group-key", 5, 1)
        ]
    );
}

#[test]
fn adjacent_rows_that_return_are_a_fault_of_the_file() {
    let seen = read(&grouped(true), b"OrdNr;Art\n2;a\n2;b\n1;c\n2;d\n");
    assert_eq!(seen.groups, ["2:2|a 3:2|b", "4:1|c", "5:2|d"]);
    let fault = &seen.summary.file_faults[0];
    assert_eq!(
        (fault.code.name(), fault.place.line, fault.args["before"].as_str()),
        ("returning-key", Some(5), "2")
    );
}

#[test]
fn writing_fixed_pads_and_refuses_what_does_not_fit() {
    let mut layout = fixed();
    let number = &mut layout.records[0].fields[0];
    (number.align, number.pad) = (Align::Right, '0');
    let write = |nr: &str, name: &str| {
        write_records(&layout, &[OutRecord { kind: 0, texts: vec![nr.into(), name.into()] }])
    };
    assert_eq!(write("-12", "Åsa").unwrap(), b"01-00012\xC5sa         \r\n");
    assert_eq!(write("", "").unwrap(), b"01                  \r\n");
    for (nr, name, code) in [
        ("1234567", "", "field-does-not-fit"),
        ("1", "a\nb", "field-does-not-fit"),
        ("1", "漢", "unwritable-character"),
    ] {
        let fault = write(nr, name).unwrap_err();
        assert_eq!((fault.code.name(), fault.place.record.as_deref()), (code, Some("head")));
    }
}

#[test]
fn without_quotes_a_delimiter_in_a_text_is_refused() {
    let mut layout = csv(&["Art", "Namn"]);
    csv_syntax(&mut layout).quote = None;
    let fault =
        write_records(&layout, &[OutRecord { kind: 0, texts: vec!["a".into(), "b;c".into()] }]).unwrap_err();
    assert_eq!((fault.code.name(), fault.place.field.as_deref()), ("text-needs-quotes", Some("Namn")));
}

#[test]
fn every_fault_says_what_it_found_in_both_languages() {
    let fault = refused(&csv(&["OrdNr"]), b"Ordnr\n1\n");
    for language in Language::ALL {
        assert!(fault.what(language).contains("OrdNr (Ordnr?)"), "{}", fault.what(language));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn grouping_with_scratch_files_is_grouping_in_memory(
        rows in proptest::collection::vec((0u8..12, "[a-zå]{0,6}"), 0..120),
        memory in 1usize..4000,
        adjacent in any::<bool>(),
    ) {
        let mut text = "OrdNr;Art\n".to_owned();
        for (key, article) in &rows {
            let key = if *key == 0 { String::new() } else { key.to_string() };
            writeln!(text, "{key};x{article}{}", if article.len() == 5 { ";extra" } else { "" }).unwrap();
        }
        let bytes = Encoding::named("windows-1252").unwrap().encode(&text).unwrap();
        let whole = read_in(MEMORY_FOR_GROUPING, &grouped(adjacent), &bytes).unwrap();
        let spilt = read_in(memory, &grouped(adjacent), &bytes).unwrap();
        prop_assert_eq!(&whole.groups, &spilt.groups);
        prop_assert_eq!(&whole.strays, &spilt.strays);
        prop_assert_eq!(&whole.summary, &spilt.summary);
        let records: usize = whole.groups.iter().map(|group| group.split(' ').count()).sum();
        prop_assert_eq!(records + whole.strays.len(), rows.len());
    }

    #[test]
    fn what_csv_writes_it_reads(
        rows in proptest::collection::vec(("[A-Z][a-zåäö0-9;\" \n–€]{0,12}", "[a-zåäö;\"\t\n]{0,12}"), 1..20),
        trailing_delimiter in any::<bool>(),
        name in prop_oneof![Just("windows-1252"), Just("utf-8"), Just("utf-16le"), Just("utf-16be")],
    ) {
        let mut layout = csv(&["Art", "Namn"]);
        layout.encoding = Encoding::named(name).unwrap();
        csv_syntax(&mut layout).trailing_delimiter =
            if trailing_delimiter { Trailing::Written } else { Trailing::Allowed };
        csv_syntax(&mut layout).trim = false;
        let records: Vec<_> = rows
            .iter()
            .map(|(a, b)| OutRecord { kind: 0, texts: vec![a.clone(), b.clone()] })
            .collect();
        let seen = read(&layout, &write_records(&layout, &records).unwrap());
        let texts: Vec<_> =
            seen.groups.iter().map(|group| group.split_once(':').unwrap().1.to_owned()).collect();
        let wanted: Vec<_> = rows.iter().map(|(a, b)| format!("{a}|{b}")).collect();
        prop_assert_eq!(texts, wanted);
        prop_assert_eq!(seen.strays, vec![]);
    }

    #[test]
    fn what_fixed_writes_it_reads(
        rows in proptest::collection::vec(("[a-zåäö0-9]{0,6}", "([a-zåäö–€]{1,2} ?[a-z0-9]){0,2}"), 1..20),
        right in any::<bool>(),
    ) {
        let mut layout = fixed();
        layout.records.truncate(1);
        if right {
            let number = &mut layout.records[0].fields[0];
            (number.align, number.pad) = (Align::Right, '*');
        }
        let records: Vec<_> = rows
            .iter()
            .map(|(a, b)| OutRecord { kind: 0, texts: vec![a.clone(), b.clone()] })
            .collect();
        let seen = read(&layout, &write_records(&layout, &records).unwrap());
        let texts: Vec<_> =
            seen.groups.iter().map(|group| group.split_once(':').unwrap().1.to_owned()).collect();
        let wanted: Vec<_> = rows.iter().map(|(a, b)| format!("{a}|{b}")).collect();
        prop_assert_eq!(texts, wanted);
    }

    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(
            prop_oneof![
                any::<u8>(), Just(b'\n'), Just(b'\r'), Just(b'"'), Just(b';'), Just(b'0'), Just(b'1'), Just(b'2'),
                Just(b'9'), Just(0x1a), Just(0x0c),
            ],
            0..300,
        ),
        name in prop_oneof![
            Just("windows-1252"), Just("utf-8"), Just("utf-16le"), Just("shift_jis"), Just("iso-2022-jp"),
        ],
    ) {
        for mut layout in [csv(&[]), grouped(false), grouped(true), fixed()] {
            layout.encoding = Encoding::named(name).unwrap();
            if let Syntax::Csv(syntax) = &mut layout.syntax {
                syntax.header = false;
                for (at, field) in layout.records[0].fields.iter_mut().enumerate() {
                    field.at = FieldAt::Column(at + 1);
                }
            }
            if let Ok(seen) = read_in(200, &layout, &bytes) {
                prop_assert_eq!(seen.summary.records_stray, seen.strays.len() as u64);
            }
        }
    }
}
