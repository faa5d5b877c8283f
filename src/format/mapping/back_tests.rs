use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{columns, read, write_back};
use crate::document::{AnyDocument, Consignee, Order, OrderLine, OrderNotification};
use crate::fault::{Fault, Language};
use crate::format::{
    BackContext, CodeTables, Definition, Item, Outgoing, ReadContext, Remembered, RoundTrip, Summary,
};

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Stockholm;

pub(in crate::format) type Read = Vec<(AnyDocument, Remembered)>;

fn checked(text: &str) -> Result<Definition, String> {
    let mut tables = CodeTables::new();
    let pair = |says: &str, means: &str| (says.to_owned(), means.to_owned());
    tables.insert("carriers".into(), vec![pair("17", "DHL"), pair("18", "PN"), pair("01", "DHL")]);
    Definition::check("x", "x.toml", text, &tables)
        .map_err(|faults| faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))
}

pub(in crate::format) fn definition(text: &str) -> Definition {
    checked(text).unwrap_or_else(|faults| panic!("{faults}"))
}

fn documents(definition: &Definition, bytes: &[u8]) -> (Read, Summary) {
    let scratch = || tempfile::tempfile();
    let context = ReadContext { file_name: "f", time_zone: ZONE, live: true, scratch: &scratch };
    let mut documents = Vec::new();
    let summary = read(definition, &mut &*bytes, &context, &mut |item| {
        match item {
            Item::Document(mapped) if mapped.faults.is_empty() => {
                documents.push((mapped.document, mapped.remembered));
            }
            Item::Document(mapped) => panic!("{:?}", mapped.faults),
            Item::Stray(fault) => panic!("{fault}"),
        }
        Ok(())
    });
    let summary = summary.unwrap();
    assert!(summary.file_faults.is_empty(), "{:?}", summary.file_faults);
    (documents, summary)
}

pub(in crate::format) fn back(
    definition: &Definition,
    documents: &Read,
    columns: Option<&[String]>,
) -> Result<Vec<u8>, Fault> {
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|(document, sent)| Outgoing { document, sent }).collect();
    write_back(definition, &outgoing, &BackContext { time_zone: ZONE, columns })
}

/// The file as it comes back, for comparison with the file as it was.
pub(in crate::format) fn there_and_back(definition: &Definition, text: &str) -> String {
    assert_eq!(definition.losses(), Vec::<String>::new());
    let header = columns(definition, "f", &mut text.as_bytes()).unwrap();
    let (documents, _) = documents(definition, text.as_bytes());
    String::from_utf8(back(definition, &documents, header.as_deref()).unwrap()).unwrap()
}

const GROUPED: &str = r#"
[layout]
syntax    = "csv"
encoding  = "utf-8"
thousands = " "
quotes    = "always"
newline   = "lf"
group     = { by = "OrdNr" }

[document.order]
each                              = "row"
order_number                      = { from = "OrdNr", strip_leading_zeros = true }
delivery_date                     = { from = "LevDat", date = "%d.%m.%Y" }
reference_number                  = "Ref"
way_of_delivery.code              = { from = "Sätt", codes = "carriers" }
email_notification.to_be_notified = { from = "Avisera", yes = ["J", "Ja"], no = ["N"] }
email_notification.value          = "Epost"
consignee.name                    = "Namn"
consignee.post_code               = "PostNr"
consignee.country_code            = { from = "Land", codes = "countries", default = "SE" }

[document.order.order_lines]
each              = "row"
row_number        = "RadNr"
article_number    = "ArtNr"
number_of_items   = "Antal"
prices.line_price = { from = "Pris", times = "Antal", round = 2 }

[remember]
document = ["OrdNr", "Land"]
lines    = ["Pris"]
"#;

#[test]
fn rows_of_a_group_come_back_as_they_are_written() {
    let definition = definition(GROUPED);
    assert_eq!(definition.round_trip(), RoundTrip::SameBytes);
    // The header's own order, with a column that nothing is known of.
    let file = r#""RadNr","ArtNr"#.replace(',', ";");
    let file = file
        + r#"";"Antal";"Pris";"OrdNr";"LevDat";"Ref";"Sätt";"Avisera";"Epost";"Namn";"PostNr";"Land";"Okänd"
"010";"A ""1""; x";"1 234,50";"7,0";"0081";"27.11.2026";"";"17";"J";"a@b.example";"Åkes";"411 01";"SVERIGE";""
"020";"B";"-2";"0,250";"0081";"27.11.2026";"";"17";"J";"a@b.example";"Åkes";"411 01";"SVERIGE";""
"010";"C";"1 000 000";"1";"0082";"28.11.2026";"R";"18";"N";"";"Östs";"411 02";"";""
"#;
    assert_eq!(there_and_back(&definition, &file), file);
    // Without a header the columns are those of the format file, in its order.
    let (read, _) = documents(&definition, file.as_bytes());
    let text = String::from_utf8(back(&definition, &read, None).unwrap()).unwrap();
    assert!(text.starts_with("\"OrdNr\";\"LevDat\";\"Ref\";\"Sätt\";"), "{text}");
    assert_eq!(documents(&definition, text.as_bytes()).0, read);
}

const NESTED: &str = r#"
[layout]
syntax        = "fixed"
encoding      = "utf-8"
record_length = 40
end_mark      = "required"

[layout.records.head]
when          = [{ at = 1, is = "01" }]
fields.OrdNr  = { at = 3, width = 8, align = "right", pad = "0" }
fields.LevDat = { at = 11, width = 6, date = "%y%m%d", blank = ["000000"] }
fields.Satt   = { at = 17, width = 3, align = "right" }
fields.Skickad = { at = 20, width = 12, date = "%Y%m%d%H%M" }

[layout.records.address]
when          = [{ at = 1, is = "05" }]
under         = "head"
fields.Namn   = { at = 3, width = 10, pad = "." }
fields.PostNr = { at = 13, width = 6 }
fields.Land   = { at = 19, width = 2 }

[layout.records.line]
when          = [{ at = 1, is = ["02", "03"] }]
under         = "head"
fields.Typ    = { at = 1, width = 2 }
fields.RadNr  = { at = 3, width = 3 }
fields.ArtNr  = { at = 6, width = 6 }
fields.Antal  = { at = 12, width = 9, decimals = 2, sign = "trailing", align = "right", pad = "0" }

[layout.records.text]
when        = [{ at = 1, is = "04" }]
under       = ["line", "head"]
fields.Text = { at = 3, width = 10 }

[layout.records.sum]
when   = [{ at = 1, is = "08" }]
under  = "head"
checks = { count = { at = 3, width = 4, align = "right", pad = "0", of = "line" }, sum = { at = 7, width = 9, decimals = 2, sign = "trailing", align = "right", pad = "0", of = "line", field = "Antal" } }

[layout.records.trailer]
when   = [{ at = 1, is = "99" }]
checks = { count = { at = 3, width = 6, align = "right", pad = "0", plus = 1 } }

[document.order]
each                   = "head"
order_number           = { from = "OrdNr", strip_leading_zeros = true }
delivery_date          = "LevDat"
way_of_delivery.code   = { from = "Satt", codes = "carriers" }
order_free_date_time1  = "Skickad"
order_type.code        = { value = "B2B" }
consignee.name         = "Namn"
consignee.post_code    = "PostNr"
consignee.country_code = "Land"

[document.order.order_lines]
each            = "line"
row_number      = "RadNr"
article_number  = "ArtNr"
number_of_items = "Antal"
comment         = { all = "text.Text" }

[remember]
document = ["Satt"]
lines    = ["Typ"]
"#;

const NESTED_FILE: [&str; 13] = [
    "0100000081261127 17202611271400",
    "05Åkes......411 01SE",
    "02010A-1   00000250 ",
    "04Packas",
    "04varsamt",
    "03020A-2   00000100-",
    "08000200000150 ",
    "0100000082261128   202607011400",
    "05Östs......411 02SE",
    "02010B     00001000 ",
    "08000100001000 ",
    "99000012",
    "\u{1a}",
];

fn nested_file() -> String {
    let mut file = String::new();
    for line in NESTED_FILE {
        match line {
            "\u{1a}" => file.push_str(line),
            line => file.push_str(&format!("{line:40}\r\n")),
        }
    }
    file
}

#[test]
fn nested_records_come_back_with_their_counts_and_sums() {
    let definition = definition(NESTED);
    let file = nested_file();
    assert_eq!(there_and_back(&definition, &file), file);
    assert_eq!(documents(&definition, file.as_bytes()).1.records, 12);
    // Nothing at all is a trailer that says so.
    let empty = format!("{:40}\r\n\u{1a}", "99000001");
    assert_eq!(there_and_back(&definition, &empty), empty);
}

#[test]
fn records_without_line_ends_and_fields_of_the_head_come_back() {
    let definition = definition(
        r#"
[layout]
syntax   = "fixed"
encoding = "utf-8"
framing  = "kinds"

[layout.records.head]
when         = [{ at = 1, is = "H" }]
length       = 12
fields.Nr    = { at = 2, width = 4 }
fields.Ref   = { at = 6, width = 4 }

[layout.records.line]
when         = [{ at = 1, is = "L" }]
under        = "head"
length       = 8
fields.ArtNr = { at = 2, width = 4 }
fields.Antal = { at = 6, width = 2, align = "right" }

[document.purchase_order]
each                  = "head"
purchase_order_number = "Nr"
in_date               = { value = "2026-11-27" }

[document.purchase_order.purchase_order_lines]
each            = "line"
article_number  = "ArtNr"
number_of_items = "Antal"
comment         = "Ref"
"#,
    );
    let file = "H1234Kai    LA-1  7 LA-2 12 H1235       ";
    assert_eq!(there_and_back(&definition, file), file);
    let (mut read, _) = documents(&definition, file.as_bytes());
    let AnyDocument::PurchaseOrder(order) = &mut read[0].0 else { panic!("{read:?}") };
    // The rows are numbered as they stand, and share the head's field.
    order.purchase_order_lines[1].comment = Some("Bo".into());
    let fault = back(&definition, &read, None).unwrap_err();
    assert_eq!(fault.place.field.as_deref(), Some("Ref"), "{fault}");
    let AnyDocument::PurchaseOrder(order) = &mut read[0].0 else { panic!("{read:?}") };
    order.purchase_order_lines.swap(0, 1);
    let fault = back(&definition, &read, None).unwrap_err();
    assert_eq!(fault.place.field.as_deref(), Some("purchase_order_lines.row_number"), "{fault}");
}

#[test]
fn a_document_that_cannot_have_been_read_is_a_fault() {
    let definition = definition(NESTED);
    let (read, _) = documents(&definition, nested_file().as_bytes());
    let with = |change: &dyn Fn(&mut Order)| {
        let mut read = read.clone();
        if let (AnyDocument::Order(order), _) = &mut read[0] {
            change(order);
        }
        let fault = back(&definition, &read, None).unwrap_err();
        let field = fault.place.field.clone().unwrap_or_default();
        format!("{field}: {}", fault.what(Language::English))
    };
    let told = with(&|order| order.order_type.as_mut().unwrap().code = Some("B2C".into()));
    assert!(told.starts_with("order_type.code: \"B2C\" cannot be written"), "{told}");
    let told = with(&|order| order.order_number = Some("123456789".into()));
    assert!(told.starts_with("OrdNr: "), "{told}");
    let told = with(&|order| order.order_lines[0].number_of_items = Some("2.505".parse().unwrap()));
    assert!(told.contains("\"2.505\" cannot be written"), "{told}");
    // What was remembered stands.
    let mut changed = read.clone();
    if let (AnyDocument::Order(order), _) = &mut changed[0] {
        order.way_of_delivery = None;
    }
    assert_eq!(back(&definition, &changed, None).unwrap(), nested_file().into_bytes());
}

/// What is lost by one source of a member of an order that loses nothing else.
fn lost(source: &str) -> Vec<String> {
    let consignee = if source.starts_with("consignee") {
        ""
    } else {
        "consignee.name = \"N\"\nconsignee.post_code = \"P\"\nconsignee.country_code = \"L\""
    };
    let text = format!(
        "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.order]\neach = \"row\"\norder_number = \"Nr\"\n\
         delivery_date = \"Dat\"\n{consignee}\n{source}\n"
    );
    definition(&text).losses()
}

#[test]
fn each_loss_is_told_with_its_member() {
    for (source, told) in [
        ("reference_number = \"A\"", None),
        ("reference_number = { value = \"x\" }", None),
        ("way_of_delivery.code = { from = \"A\", codes = \"carriers\" }", None),
        ("order_free_date_time1 = { from = \"A\", date = \"%Y-%m-%d %H:%M\" }", None),
        (
            "reference_number = { join = [\"A\", \"B\"] }",
            Some("reference_number is joined of several fields (join)"),
        ),
        (
            "reference_number = { first_of = [\"A\", \"B\"] }",
            Some("reference_number is the first of several fields that is not empty (first_of)"),
        ),
        (
            "reference_number = { all = \"A\", with = \" \" }",
            Some("reference_number is gathered from several records (all)"),
        ),
        (
            "reference_number = { file_name = true }",
            Some("reference_number is taken from the file's name (file_name)"),
        ),
        (
            "reference_number = { from = \"A\", split = \"{a} {b}\", part = \"a\" }",
            Some("reference_number is one part of its field (split)"),
        ),
        (
            "consignee.country_code = { from = \"A\", default = \"SE\" }\nconsignee.name = \"N\"\nconsignee.post_code = \"P\"",
            Some("consignee.country_code is the same for an empty field and for one that says so (default)"),
        ),
        (
            "reference_number = { from = \"A\", strip_leading_zeros = true }",
            Some("reference_number loses its leading zeros (strip_leading_zeros)"),
        ),
        (
            "reference_number = { from = \"A\", remove = \"-\" }",
            Some("reference_number loses characters (remove)"),
        ),
        (
            "reference_number = { from = \"A\", trim = \"*\" }",
            Some("reference_number loses characters (trim)"),
        ),
        (
            "reference_number = { from = \"A\", form = \"gtin\" }",
            Some("reference_number is brought into one form (form)"),
        ),
        ("reference_number = { from = \"A\", cut = 3 }", Some("reference_number is cut off (cut)")),
        ("warehouse_id = { from = \"A\", times = \"B\" }", Some("warehouse_id is multiplied (times)")),
        ("warehouse_id = { from = \"A\", per = 2, round = 0 }", Some("warehouse_id is divided (per)")),
        ("warehouse_id = { from = \"A\", round = 0 }", Some("warehouse_id is rounded (round)")),
        (
            "order_free_date_time1 = { from = \"A\", date = \"%Y-%m-%dT%H:%M:%S%z\" }",
            Some("order_free_date_time1 loses its time zone (date)"),
        ),
        (
            "consignee = [{ when = { A = \"1\" }, name = \"A\", post_code = \"B\", country_code = \"C\" }, { name = \"D\", post_code = \"B\", country_code = \"C\" }]",
            Some("consignee takes one of several forms (when)"),
        ),
        ("where = { A = { not = [\"1\"] } }", Some("order looks at row.A (where), which no member keeps")),
        ("where = { A = \"1\" }", None),
        (
            "[document.order.order_lines]\neach = \"row\"\narticle_number = \"X\"\nnumber_of_items = \"Y\"\nskip = { X = \"T\" }",
            Some("order_lines passes over rows (skip)"),
        ),
    ] {
        let lost = lost(source);
        match told {
            None => assert!(lost.is_empty(), "{source}: {lost:?}"),
            Some(told) => assert!(lost.iter().any(|reason| reason == told), "{source}: {lost:?}"),
        }
    }
}

#[test]
fn what_the_layout_loses_is_told_too() {
    let text = NESTED
        .replace("syntax        = \"fixed\"", "syntax = \"fixed\"\nskip_first = 1\nwidths = \"bytes\"")
        .replace("order_type.code        = { value = \"B2B\" }", "")
        .replace("delivery_date          = \"LevDat\"", "delivery_date = { value = \"2026-11-27\" }")
        .replace("lines    = [\"Typ\"]", "");
    assert_eq!(
        definition(&text).losses(),
        [
            "head.LevDat is kept in no member",
            "line.Typ is kept in no member",
            "which of \"02\", \"03\" line begins with is kept in no member",
            "lines are passed over (skip_first)",
            "places are counted in bytes (widths)",
        ]
    );
    let fixed = "[layout]\nsyntax = \"fixed\"\nencoding = \"utf-8\"\n[layout.records.row]\nfields.A = { at = 1, width = 3 }\n\
                 [layout.records.note]\nwhen = [{ at = 1, is = \"#\" }]\nignore = true\n\
                 [document.article]\neach = \"row\"\narticle_number = \"A\"\n";
    assert_eq!(definition(fixed).losses(), ["records note are passed over (ignore)"]);
}

#[test]
fn what_is_remembered_is_not_lost() {
    let orders = |remember: &str| {
        let grouped = GROUPED.split("[remember]").next().unwrap();
        definition(&format!("{grouped}{remember}")).losses()
    };
    assert_eq!(
        orders(""),
        [
            "order_number loses its leading zeros (strip_leading_zeros)",
            "consignee.country_code is the same for an empty field and for one that says so (default)",
            "order_lines.prices.line_price is multiplied (times)",
        ]
    );
    let some = orders("[remember]\ndocument = [\"OrdNr\", \"Land\"]\n");
    assert_eq!(some, ["order_lines.prices.line_price is multiplied (times)"]);
    assert_eq!(
        orders("[remember]\ndocument = [\"OrdNr\", \"Land\"]\nlines = [\"Pris\"]\n"),
        Vec::<String>::new()
    );
}

#[test]
fn the_format_file_says_why_not() {
    let why = |text: &str| checked(text).map(|definition| format!("{:?}", definition.round_trip()));
    let off = format!("round_trip = \"prices are rounded\"\n{GROUPED}");
    assert_eq!(why(&off).unwrap(), "Off(\"prices are rounded\")");
    let blank = why(&format!("round_trip = \" \"\n{GROUPED}")).unwrap_err();
    assert!(blank.contains("round_trip cannot be"), "{blank}");
    let whole = "[layout]\nsyntax = \"whole\"\n[document.attachment]\neach = \"file\"\norder_number = { file_name = true }\n\
                 file_name = { file_name = true }\nmime_type = { value = \"x/y\" }\nfile_data_base64 = \"content\"\n";
    assert_eq!(why(whole).unwrap(), "NoQuestion");
    let misfit = why(&format!("round_trip = \"x\"\n{whole}")).unwrap_err();
    assert!(misfit.contains("read CSV, fixed-width or tagged files only"), "{misfit}");
}

const PLAIN_CSV: &str = r#"
[layout]
syntax    = "csv"
encoding  = "windows-1252"
thousands = " "
group     = { by = "OrdNr" }

[document.order]
each                              = "row"
order_number                      = "OrdNr"
delivery_date                     = "LevDat"
reference_number                  = "Ref"
email_notification.to_be_notified = { from = "Avisera", yes = ["J"], no = ["N"] }
email_notification.value          = "Epost"
consignee.name                    = "Namn"
consignee.post_code               = "PostNr"
consignee.country_code            = { from = "Land", codes = "countries" }

[document.order.order_lines]
each            = "row"
row_number      = { from = "RadNr", strip_leading_zeros = true }
article_number  = "ArtNr"
number_of_items = "Antal"
comment         = "Text"

[remember]
lines = ["RadNr"]
"#;

const PLAIN_FIXED: &str = r#"
[layout]
syntax   = "fixed"
encoding = "windows-1252"

[layout.records.head]
when           = [{ at = 1, is = "01" }]
fields.OrdNr   = { at = 3, width = 10, align = "right", pad = "0" }
fields.LevDat  = { at = 13, width = 6, date = "%y%m%d" }
fields.Ref     = { at = 19, width = 12 }
fields.Namn    = { at = 31, width = 12, align = "right" }
fields.PostNr  = { at = 43, width = 12 }
fields.Land    = { at = 55, width = 2 }
fields.Epost   = { at = 57, width = 12 }
fields.Avisera = { at = 69, width = 1 }

[layout.records.line]
when         = [{ at = 1, is = "02" }]
under        = "head"
fields.RadNr = { at = 3, width = 6 }
fields.ArtNr = { at = 9, width = 12 }
fields.Antal = { at = 21, width = 16, decimals = 3, sign = "trailing", align = "right", pad = "0" }

[layout.records.text]
when        = [{ at = 1, is = "03" }]
under       = "line"
fields.Text = { at = 3, width = 12 }

[layout.records.trailer]
when   = [{ at = 1, is = "99" }]
checks = { count = { at = 3, width = 6, of = "head" }, sum = { at = 9, width = 20, decimals = 3, of = "line", field = "Antal" } }

[document.order]
each                              = "head"
order_number                      = { from = "OrdNr", strip_leading_zeros = true }
delivery_date                     = "LevDat"
reference_number                  = "Ref"
email_notification.to_be_notified = { from = "Avisera", yes = ["J"], no = ["N"] }
email_notification.value          = "Epost"
consignee.name                    = "Namn"
consignee.post_code               = "PostNr"
consignee.country_code            = "Land"

[document.order.order_lines]
each            = "line"
row_number      = { from = "RadNr", strip_leading_zeros = true }
article_number  = "ArtNr"
number_of_items = "Antal"
comment         = { all = "text.Text" }

[remember]
lines = ["RadNr"]
"#;

/// A text that a file can say: something at both ends, and nothing that is no letter inside.
const TEXT: &str = "[A-Za-zÅÄÖåäö0-9\"';,.#-]([A-Za-zÅÄÖåäö0-9 \"';,.#-]{0,9}[A-Za-zÅÄÖåäö0-9\"';,.#-])?";

type Head = (NaiveDate, Option<String>, Option<bool>, Option<String>, String, String, usize);

fn head() -> impl Strategy<Value = Head> {
    (
        (0u64..10_000)
            .prop_map(|days| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(days)),
        proptest::option::of(TEXT),
        proptest::option::of(any::<bool>()),
        proptest::option::of(TEXT),
        TEXT,
        TEXT,
        0usize..4,
    )
}

type Line = (String, i64, u32, Vec<String>);

fn line() -> impl Strategy<Value = Line> {
    (TEXT, -9_999_999i64..9_999_999, 0u32..4, proptest::collection::vec(TEXT, 0..3))
}

/// Orders as a file could say them, each line with its number as the ERP writes it.
fn orders(heads: Vec<(Head, Vec<Line>)>, one_text: bool) -> Read {
    let order = |(number, ((date, reference, notified, email, name, post_code, country), lines)): (
        usize,
        (Head, Vec<Line>),
    )| {
        let mut sent = Remembered::default();
        let mut order_lines = Vec::new();
        for (index, (article, mantissa, scale, texts)) in lines.into_iter().enumerate() {
            let row = (index * 10 + 10).to_string();
            let texts: Vec<String> = texts.into_iter().take(if one_text { 1 } else { 3 }).collect();
            sent.lines.insert(row.clone(), [("RadNr".to_owned(), format!("{row:0>5}"))].into());
            order_lines.push(OrderLine {
                row_number: Some(row.into()),
                article_number: Some(article.into()),
                number_of_items: Some(Decimal::new(mantissa, scale)),
                comment: (!texts.is_empty()).then(|| texts.join("\n").into()),
                ..OrderLine::default()
            });
        }
        let stated = notified.is_some() || email.is_some();
        let order = Order {
            order_number: Some((number + 1).to_string().into()),
            delivery_date: Some(date),
            reference_number: reference.map(Into::into),
            email_notification: stated.then(|| {
                Box::new(OrderNotification { to_be_notified: notified, value: email.map(Into::into) })
            }),
            consignee: Some(Box::new(Consignee {
                name: Some(name.into()),
                post_code: Some(post_code.into()),
                country_code: Some(["SE", "NO", "DK", "FI"][country].into()),
                ..Consignee::default()
            })),
            order_lines,
            ..Order::default()
        };
        (AnyDocument::Order(Box::new(order)), sent)
    };
    heads.into_iter().enumerate().map(order).collect()
}

/// Documents are read as they were written, and written with the same bytes again.
fn come_back(format: &str, orders: &Read) -> Result<(), TestCaseError> {
    let definition = definition(format);
    prop_assert_eq!(definition.losses(), Vec::<String>::new());
    let bytes = back(&definition, orders, None).unwrap();
    let read = documents(&definition, &bytes).0;
    prop_assert_eq!(&read, orders);
    prop_assert_eq!(back(&definition, &read, None).unwrap(), bytes);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn orders_in_rows_are_read_as_they_were_written_back(
        heads in proptest::collection::vec((head(), proptest::collection::vec(line(), 1..4)), 0..4),
    ) {
        come_back(PLAIN_CSV, &orders(heads, true))?;
    }

    #[test]
    fn orders_of_nested_records_are_read_as_they_were_written_back(
        heads in proptest::collection::vec((head(), proptest::collection::vec(line(), 0..4)), 0..4),
    ) {
        come_back(PLAIN_FIXED, &orders(heads, false))?;
    }
}
