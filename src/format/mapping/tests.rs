use chrono::TimeZone as _;

use super::documents::Mapper;
use super::writing::unmap;
use crate::document::{AnyDocument, Order, Shipment, ShipmentLine, to_json};
use crate::fault::{Fault, Language};
use crate::format::definition::CodeTables;
use crate::format::record::{Cell, Records};
use crate::format::{Definition, FileNames, Item, Mapped, Outgoing, ReadContext, Remembered, WriteContext};

const ORDERS: &str = r#"
[layout]
syntax    = "csv"
encoding  = "windows-1252"
group     = { by = "OrdNr" }

[document.order]
each                   = "row"
order_number           = "OrdNr"
delivery_date          = "LevDat"
consignee.name         = "Namn"
consignee.post_code    = { from = "PostNr", required = true }
consignee.country_code = { from = "Land", codes = "countries", default = "SE" }

[document.order.order_lines]
each            = "row"
row_number      = "RadNr"
article_number  = "ArtNr"
number_of_items = "Antal"
prices.line_price = { from = "Pris", times = "Antal", per = "PrisPer", round = 2 }

[remember]
document = ["KundRef"]
lines    = ["Enhet"]
"#;

const HEADER: &str = "OrdNr;LevDat;Namn;PostNr;Land;RadNr;ArtNr;Antal;Pris;PrisPer;KundRef;Enhet";

fn definition(text: &str) -> Definition {
    let mut tables = CodeTables::new();
    let pair = |says: &str, means: &str| (says.to_owned(), means.to_owned());
    tables.insert("carriers".into(), [pair("17", "DHL"), pair("18", "PN")].into_iter().collect());
    Definition::check("x", "x.toml", text, &tables).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// Records of one kind from `;` rows; the columns are the fields of that name. The first row is line `line`.
fn rows(definition: &Definition, kind: &str, header: &str, line: u64, lines: &[&str]) -> Records {
    let kind = definition.layout.records.iter().position(|record| record.name == kind).unwrap();
    let names: Vec<&str> = header.split(';').collect();
    let mut records = Records::default();
    for (index, text) in lines.iter().enumerate() {
        records.begin(line + index as u64, 1);
        records.set_kind(index, Some(kind));
        let mut at = records.text().len();
        records.text_mut().push_str(text);
        records.end();
        let mut cells = Vec::new();
        for field in text.split(';') {
            cells.push(Cell::plain(at, at + field.len()));
            at += field.len() + 1;
        }
        for field in &definition.layout.records[kind].fields {
            let position = names.iter().position(|name| *name == field.name);
            let cell = position.and_then(|position| cells.get(position).copied());
            records.push(cell.unwrap_or(Cell::missing(at - 1)));
        }
    }
    records
}

/// Adds records that stand under one of them.
fn under(records: &mut Records, below: &Records, parent: usize) {
    let before = records.len();
    records.append(below);
    for record in before..records.len() {
        records.set_parent(record, Some(parent));
    }
}

/// What became of one group of records.
#[derive(Default)]
struct MappedGroup {
    documents: Vec<Mapped>,
    strays: Vec<Fault>,
}

fn mapped(definition: &Definition, records: &Records) -> MappedGroup {
    let scratch = || Err(std::io::Error::other("none"));
    let context = ReadContext {
        file_name: "ORD1.csv",
        time_zone: chrono_tz::Europe::Stockholm,
        live: true,
        scratch: &scratch,
    };
    let mut group = MappedGroup::default();
    let mut each = |item| {
        match item {
            Item::Document(mapped) => group.documents.push(*mapped),
            Item::Stray(fault) => group.strays.push(fault),
        }
        Ok(())
    };
    Mapper::new(definition, FileNames(&["ORD1.csv"]), &context).map(records, &mut each).unwrap();
    group
}

fn json(document: &AnyDocument) -> String {
    to_json(document.as_document())
}

/// `line:column+length [record.field] what | expected`.
fn shown(faults: &[Fault]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| {
            let place = &fault.place;
            format!(
                "{}:{}+{} [{}.{}] {} | {}",
                place.line.unwrap_or(0),
                place.column.unwrap_or(0),
                place.length.unwrap_or(0),
                place.record.as_deref().unwrap_or(""),
                place.field.as_deref().unwrap_or(""),
                fault.what(Language::English),
                fault.expected(Language::English).unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn rows_of_one_order_become_one_order_with_its_lines() {
    let definition = definition(ORDERS);
    let records = rows(
        &definition,
        "row",
        HEADER,
        2,
        &[
            "1001;2026-11-20;Röst AB;503 31;Sverige;10;A-1;2,50;8950;100;KR7;ST",
            "1001;2026-11-20;Röst AB;503 31;Sverige;20;A-2;1 000;1,25;;KR7;KRT",
        ],
    );
    let group = mapped(&definition, &records);
    let document = &group.documents[0];
    assert_eq!(shown(&document.faults), [""; 0]);
    assert_eq!((document.first_line, document.last_line, document.records), (2, 3, 2));
    assert_eq!(
        json(&document.document),
        concat!(
            r#"{"orderNumber":"1001","deliveryDate":"2026-11-20","#,
            r#""consignee":{"name":"Röst AB","postCode":"503 31","countryCode":"SE"},"orderLines":["#,
            r#"{"rowNumber":"10","articleNumber":"A-1","numberOfItems":2.5,"prices":{"linePrice":223.75}},"#,
            r#"{"rowNumber":"20","articleNumber":"A-2","numberOfItems":1000,"prices":{"linePrice":1250}}]}"#
        )
    );
    assert_eq!(document.remembered.document["KundRef"], "KR7");
    assert_eq!(document.remembered.lines["20"]["Enhet"], "KRT");
    assert!(group.strays.is_empty());
}

#[test]
fn each_fault_names_its_characters_and_what_stands_there_otherwise() {
    let definition = definition(ORDERS);
    let records = rows(
        &definition,
        "row",
        HEADER,
        14,
        &[
            "1002;20261120;Röst AB;;Sverje;10;A-1;1O;7,31E+12;100;;",
            "1002;20261120;Röst OY;;Sverje;20;;3;1;0;;",
        ],
    );
    let document = &mapped(&definition, &records).documents[0];
    assert_eq!(
        shown(&document.faults),
        [
            "14:6+8 [row.LevDat] \"20261120\" is not a date | a day of the calendar, written YYYY-MM-DD",
            "14:23+1 [row.PostNr] consignee.post_code is missing: PostNr is blank | a value for consignee.post_code",
            "14:24+6 [row.Land] \"Sverje\" is not in the code table countries | a code of the table countries",
            "14:38+2 [row.Antal] \"1O\" is not a number | digits with , as the decimal sign",
            "14:41+8 [row.Pris] \"7,31E+12\" is a number in exponent form; its last digits are lost | all its digits",
            "15:15+7 [row.Namn] Namn is \"Röst OY\" here but \"Röst AB\" on line 14 | the same Namn on all rows that belong together",
            "15:34+1 [row.ArtNr] order_lines.article_number is missing: ArtNr is blank | a value for order_lines.article_number",
            "15:39+1 [row.PrisPer] PrisPer is 0, and nothing can be divided by it | a number other than 0",
        ]
    );
    let fault = &document.faults[3];
    assert_eq!((fault.code.name(), fault.found.as_deref()), ("not-a-decimal", Some("1O")));
    assert_eq!(fault.place.file.as_deref(), Some("ORD1.csv"));
    assert_eq!(fault.place.source.as_deref(), Some("1002;20261120;Röst AB;;Sverje;10;A-1;1O;7,31E+12;100;;"));
    assert_eq!(document.document.number(), Some("1002"), "what could be read is there");
}

const FIXED: &str = r#"
[layout]
syntax   = "fixed"
encoding = "iso-8859-1"

[layout.records.head]
when = [{ at = 1, is = "01" }]
fields.OrdNr  = { at = 3, width = 10 }
fields.LevDat = { at = 13, width = 6, date = "%y%m%d", blank = ["000000"] }
fields.Namn   = { at = 19, width = 30 }

[layout.records.address]
when  = [{ at = 1, is = "05" }]
under = "head"
fields.Ort = { at = 3, width = 20 }

[layout.records.line]
when  = [{ at = 1, is = "02" }]
under = "head"
fields.ArtNr = { at = 3, width = 10 }
fields.Antal = { at = 25, width = 9, decimals = 2, sign = "trailing" }

[layout.records.text]
when  = [{ at = 1, is = "03" }]
under = ["line", "head"]
fields.Slag = { at = 3, width = 1 }
fields.Text = { at = 4, width = 60 }

[document.order]
each           = "head"
order_number   = { from = "OrdNr", strip_leading_zeros = true }
delivery_date  = "LevDat"
consignee.name = "Namn"
consignee.city = "Ort"
order_remark   = { all = "text.Text", where = { Slag = "H" }, with = " / " }
free_text1     = { file_name = true }

[document.order.order_lines]
each            = "line"
row_number      = { counter = true }
article_number  = "ArtNr"
number_of_items = "Antal"
external_id     = { join = ["OrdNr", "ArtNr"], with = "-" }
comment         = { all = "text.Text" }
"#;

#[test]
fn nested_records_become_a_document_with_names_looked_up_below_and_above() {
    let definition = definition(FIXED);
    let mut records = rows(&definition, "head", "OrdNr;LevDat;Namn", 1, &["0000004711;261120;Bolaget"]);
    under(&mut records, &rows(&definition, "address", "Ort", 2, &["Borås"]), 0);
    under(&mut records, &rows(&definition, "text", "Slag;Text", 3, &["H;Ring först", "H;Kod 7"]), 0);
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 5, &["A-1;000001250"]), 0);
    under(&mut records, &rows(&definition, "text", "Slag;Text", 6, &["R;Blå"]), 4);
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 7, &["A-2;000000300-"]), 0);
    let group = mapped(&definition, &records);
    let document = &group.documents[0];
    assert_eq!(shown(&document.faults), [""; 0]);
    assert_eq!((document.first_line, document.last_line, document.records), (1, 7, 7));
    assert_eq!(
        json(&document.document),
        concat!(
            r#"{"orderNumber":"4711","deliveryDate":"2026-11-20","consignee":{"name":"Bolaget","city":"Borås"},"#,
            r#""orderRemark":"Ring först / Kod 7","freeText1":"ORD1.csv","orderLines":["#,
            r#"{"rowNumber":"1","articleNumber":"A-1","numberOfItems":12.5,"comment":"Blå","externalId":"0000004711-A-1"},"#,
            r#"{"rowNumber":"2","articleNumber":"A-2","numberOfItems":-3,"externalId":"0000004711-A-2"}]}"#
        )
    );
}

#[test]
fn texts_right_below_the_head_are_told_from_those_of_its_lines() {
    let direct = FIXED.replace(r#"where = { Slag = "H" }"#, "direct = true");
    let definition = definition(&direct);
    let mut records = rows(&definition, "head", "OrdNr;LevDat;Namn", 1, &["4711;261120;Bolaget"]);
    under(&mut records, &rows(&definition, "text", "Slag;Text", 2, &["X;Ring först", "X;Kod 7"]), 0);
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 4, &["A-1;000001250"]), 0);
    under(&mut records, &rows(&definition, "text", "Slag;Text", 5, &["X;Blå"]), 3);
    let group = mapped(&definition, &records);
    let made = json(&group.documents[0].document);
    assert!(made.contains(r#""orderRemark":"Ring först / Kod 7""#), "{made}");
    assert!(made.contains(r#""comment":"Blå""#), "{made}");
    assert!(group.strays.is_empty());
}

#[test]
fn what_stands_below_a_row_that_is_passed_over_goes_with_it() {
    let skipping =
        FIXED.replace("row_number      =", "skip            = { ArtNr = \"FRAKT\" }\nrow_number      =");
    let definition = definition(&skipping);
    let mut records = rows(&definition, "head", "OrdNr;LevDat;Namn", 1, &["4711;261120;Bolaget"]);
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 2, &["FRAKT;000000100"]), 0);
    under(&mut records, &rows(&definition, "text", "Slag;Text", 3, &["R;Express"]), 1);
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 4, &["A-1;000001250"]), 0);
    let group = mapped(&definition, &records);
    assert_eq!(shown(&group.strays), [""; 0]);
    assert_eq!(group.documents[0].last_line, 4);
    let made = json(&group.documents[0].document);
    assert!(
        made.contains(r#""orderLines":[{"rowNumber":"1","articleNumber":"A-1","numberOfItems":12.5"#),
        "{made}"
    );
}

#[test]
fn an_order_whose_lines_are_required_is_faulty_without_any() {
    let required = FIXED.replace(
        "row_number      =",
        "required        = true\nskip            = { ArtNr = \"FRAKT\" }\nrow_number      =",
    );
    let definition = definition(&required);
    let mut records = rows(&definition, "head", "OrdNr;LevDat;Namn", 1, &["4711;261120;Bolaget"]);
    let faults = |records: &Records| shown(&mapped(&definition, records).documents[0].faults);
    let missing =
        "1:0+0 [head.] order_lines is missing: there is none | at least one of order_lines".to_owned();
    assert_eq!(faults(&records), std::slice::from_ref(&missing));
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 2, &["FRAKT;000000100"]), 0);
    assert_eq!(faults(&records), [missing], "what is passed over is no line");
    under(&mut records, &rows(&definition, "line", "ArtNr;Antal", 3, &["A-1;000000100"]), 0);
    assert_eq!(faults(&records), [""; 0]);
}

#[test]
fn a_record_that_may_stand_once_is_a_fault_when_it_stands_twice() {
    let definition = definition(FIXED);
    let mut records = rows(&definition, "head", "OrdNr;LevDat;Namn", 1, &["47;000000;Bolaget"]);
    under(&mut records, &rows(&definition, "address", "Ort", 2, &["Borås", "Kinna"]), 0);
    assert_eq!(
        shown(&mapped(&definition, &records).documents[0].faults),
        [
            "1:4+6 [head.LevDat] delivery_date is missing: LevDat (\"000000\") is blank | a value for delivery_date",
            "3:0+0 [address.] there are several address records where one is expected | one address record",
        ]
    );
}

#[test]
fn a_record_that_no_document_takes_is_a_stray() {
    let definition = definition(FIXED);
    let group = mapped(&definition, &rows(&definition, "line", "ArtNr;Antal", 9, &["A-1;000001250"]));
    assert!(group.documents.is_empty());
    assert_eq!(
        shown(&group.strays),
        ["9:0+0 [line.] this line record became part of no document | a record with what belongs to it"]
    );
}

const ARTICLES: &str = r#"
[layout]
syntax   = "csv"
encoding = "utf-8"

[document.article]
each             = "row"
article_number   = "ArtNr"
article_name     = { first_of = ["Namn2", "Namn"], cut = 10 }
is_stock_article = { from = "Lager", yes = ["K"], no = ["E"] }
is_active        = { from = "Aktiv", default = true }
quantity_per_package = "FpAntal"
weight           = { from = "Vikt", decimal = "." }
bar_code_info.alternative_bar_codes = [
  { bar_code = "EAN1", bar_code_type.code = { value = "EAN" } },
  { bar_code = "EAN2", bar_code_type.code = { value = "EAN" } },
]
taric_numbers_info.taric_numbers = [{ country_code = "TaricLand", taric_number = "Taric" }]
storage_class.name = { value = "Torr" }
supplier_info.supplier_number = "Lev"
"#;

const ARTICLE_HEADER: &str = "ArtNr;Namn;Namn2;Lager;Aktiv;FpAntal;Vikt;EAN1;EAN2;TaricLand;Taric;Lev";

#[test]
fn lists_written_entry_by_entry_leave_out_what_is_not_stated() {
    let definition = definition(ARTICLES);
    let records =
        rows(&definition, "row", ARTICLE_HEADER, 2, &["0047;Räksmörgåsbord;;k;N;12;0.250;;7350099900013;;;"]);
    let document = &mapped(&definition, &records).documents[0];
    assert_eq!(shown(&document.faults), [""; 0]);
    assert_eq!(
        json(&document.document),
        concat!(
            r#"{"articleNumber":"0047","articleName":"Räksmörgås","isStockArticle":true,"isActive":false,"#,
            r#""barCodeInfo":{"alternativeBarCodes":[{"barCode":"7350099900013","barCodeType":{"code":"EAN"}}]},"#,
            r#""quantityPerPackage":12,"weight":0.25,"storageClass":{"name":"Torr"}}"#
        )
    );
}

#[test]
fn a_gtin_that_went_through_a_spreadsheet_is_told_as_such() {
    let definition = definition(
        r#"
[layout]
syntax   = "csv"
encoding = "utf-8"

[document.article]
each                   = "row"
article_number         = "ArtNr"
bar_code_info.bar_code = { from = "EAN", form = "gtin" }
"#,
    );
    for (text, code) in [("7,01235E+12", "number-through-spreadsheet"), ("7,01235", "not-a-gtin")] {
        let records = rows(&definition, "row", "ArtNr;EAN", 2, &[&format!("0047;{text}")]);
        let faults = &mapped(&definition, &records).documents[0].faults;
        assert_eq!(faults.iter().map(|fault| fault.code.name()).collect::<Vec<_>>(), [code], "{text}");
    }
}

#[test]
fn half_an_entry_and_wrong_words_are_faults() {
    let definition = definition(ARTICLES);
    let records = rows(&definition, "row", ARTICLE_HEADER, 2, &["47;N;;X;;2,5;1,5;;;SE;;"]);
    assert_eq!(
        shown(&mapped(&definition, &records).documents[0].faults),
        [
            "2:7+1 [row.Lager] \"X\" is neither yes nor no | one of: K, E",
            "2:10+3 [row.FpAntal] \"2,5\" is not a whole number | a number without decimals",
            "2:14+3 [row.Vikt] \"1,5\" is not a number | digits with . as the decimal sign",
            "2:23+1 [row.Taric] taric_numbers_info.taric_numbers.taric_number is missing: Taric is blank | a value for taric_numbers_info.taric_numbers.taric_number",
        ]
    );
}

#[test]
fn a_field_that_two_members_read_is_faulty_once() {
    let definition = definition(ORDERS);
    let records = rows(&definition, "row", HEADER, 2, &["1;2026-11-20;B;1;;10;A;x;5;;;"]);
    assert_eq!(
        shown(&mapped(&definition, &records).documents[0].faults),
        ["2:24+1 [row.Antal] \"x\" is not a number | digits with , as the decimal sign"]
    );
}

#[test]
fn a_row_that_was_cut_is_no_order_without_lines() {
    let definition = definition(ORDERS);
    let records = rows(&definition, "row", HEADER, 2, &["1;2026-11-20;B;503"]);
    let codes: Vec<_> = mapped(&definition, &records).documents[0]
        .faults
        .iter()
        .map(|fault| (fault.code.name(), fault.place.field.clone().unwrap()))
        .collect();
    let missing = "missing-value";
    assert_eq!(codes, [(missing, "RadNr".to_owned()), (missing, "ArtNr".to_owned())]);
}

#[test]
fn several_documents_are_made_of_one_file() {
    let definition = definition(
        r#"
[layout]
syntax   = "csv"
encoding = "utf-8"
columns  = { Nr = 1, Datum = 2, Art = 3 }

[document.article]
each           = "row"
article_number = "Art"

[document.order]
each           = "row"
order_number   = "Nr"
delivery_date  = "Datum"
consignee.name = { value = "Butik" }
"#,
    );
    let group = mapped(&definition, &rows(&definition, "row", "Nr;Datum;Art", 1, &["1;2026-11-20;A"]));
    let made: Vec<String> = group.documents.iter().map(|mapped| json(&mapped.document)).collect();
    assert_eq!(
        made,
        [
            r#"{"articleNumber":"A"}"#,
            r#"{"orderNumber":"1","deliveryDate":"2026-11-20","consignee":{"name":"Butik"}}"#
        ]
    );
}

fn shipment() -> AnyDocument {
    let line = |row: &str, items: &str| ShipmentLine {
        row_number: Some(row.into()),
        article_number: Some("A-1".into()),
        delivered_number_of_items: Some(items.parse().unwrap()),
        ..ShipmentLine::default()
    };
    AnyDocument::Shipment(Box::new(Shipment {
        order_number: Some("4711".into()),
        transporter_code: Some("PN".into()),
        shipped_time: chrono::Utc.with_ymd_and_hms(2026, 11, 20, 23, 30, 0).single(),
        lines: vec![line("1", "2.50"), line("2", "-0.25")],
        ..Shipment::default()
    }))
}

fn sent() -> Remembered {
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let line = ("2".to_owned(), [pair("RadNr", "00020")].into_iter().collect());
    Remembered {
        document: [pair("OrdNr", "0000004711")].into_iter().collect(),
        lines: [line].into_iter().collect(),
    }
}

fn written(definition: &Definition) -> Result<Vec<String>, Fault> {
    let (document, sent) = (shipment(), sent());
    let context = WriteContext {
        sequence: 17,
        time: chrono::Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap(),
        time_zone: chrono_tz::Europe::Stockholm,
    };
    let records = unmap(definition, &[Outgoing { document: &document, sent: &sent }], &context)?;
    let name = |kind: usize| &definition.layout.records[kind].name;
    Ok(records.iter().map(|record| format!("{}:{}", name(record.kind), record.texts.join("|"))).collect())
}

#[test]
fn documents_become_records_in_the_order_written() {
    let definition = definition(
        r#"
[layout]
syntax   = "csv"
encoding = "windows-1252"
header   = false
date     = "%Y%m%d"

[record.first]
of    = "shipment"
each  = "file"
place = "first"
Typ   = { value = "00" }
Nr    = { report = "sequence", width = 6 }
Tid   = { report = "time", date = "%Y%m%d%H%M" }

[record.head]
of        = "shipment"
Typ       = { value = "H" }
Order     = { sent = "OrdNr", default = "order_number" }
Skickad   = "shipped_time"
Bolag     = { from = "transporter_code", codes = "carriers" }
Kolli     = { from = "number_of_parcels", default = "0" }
Namn      = { join = ["consignee_name", "order_number"], with = "/" }

[record.line]
of    = "shipment"
each  = "lines"
Typ   = { value = "L" }
Order = "order_number"
Rad   = { sent = "RadNr", default = "row_number" }
Nr    = { counter = true }
Antal = { from = "delivered_number_of_items", decimals = 2 }

[record.last]
of    = "shipment"
each  = "file"
place = "last"
Typ   = { value = "99" }
Rader = { count = "line" }
Alla  = { count = [] }
"#,
    );
    assert_eq!(
        written(&definition).unwrap(),
        [
            "first:00|000017|202611210900",
            "head:H|0000004711|20261121|18|0|4711",
            "line:L|4711|1|1|2,50",
            "line:L|4711|00020|2|-0,25",
            "last:99|2|3",
        ]
    );
}

#[test]
fn fixed_fields_carry_implied_decimals_and_signs() {
    let definition = definition(
        r#"
[layout]
syntax   = "fixed"
encoding = "iso-8859-1"

[layout.records.line]
fields.Behind = { at = 1, width = 8, decimals = 2, sign = "trailing", align = "right", pad = "0" }
fields.Before = { at = 9, width = 8, decimals = 2, sign = "leading", align = "right", pad = "0" }

[record.line]
of     = "shipment"
each   = "lines"
Before = "delivered_number_of_items"
Behind = "delivered_number_of_items"
"#,
    );
    assert_eq!(written(&definition).unwrap(), ["line:0000250 |00000250", "line:0000025-|-0000025"]);
}

#[test]
fn what_cannot_be_written_is_a_fault_with_its_field() {
    let one = |field: &str| {
        let text = format!(
            "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[record.row]\nof = \"shipment\"\neach = \"lines\"\nX = {field}\n"
        );
        let fault = written(&definition(&text)).unwrap_err();
        shown(&[fault]).remove(0)
    };
    assert_eq!(
        one("{ from = \"delivered_number_of_items\", decimals = 0 }"),
        "0:0+0 [row.X] \"2.5\" cannot be written in the field X | at most 0 decimals"
    );
    assert_eq!(
        one("{ from = \"article_number\", codes = \"carriers\" }"),
        "0:0+0 [row.X] the code table carriers has no code that means \"A-1\" | a line with \"A-1\" on its right-hand side"
    );
}

/// Maps records of any kinds and parents, which no layout would make.
fn map_any(texts: &[Option<String>], which: usize, parents: &[Option<usize>], kinds: &[usize]) {
    let definition = definition([ORDERS, FIXED, ARTICLES][which]);
    let mut records = Records::default();
    for (index, (kind, parent)) in kinds.iter().zip(parents).enumerate() {
        records.begin(index as u64 + 1, 1);
        records.set_kind(index, Some(kind % definition.layout.records.len()));
        records.set_parent(index, *parent);
        for text in texts.iter().cycle().skip(index).take(12) {
            let at = records.text().len();
            let Some(text) = text else {
                records.push(Cell::missing(at));
                continue;
            };
            records.text_mut().push_str(text);
            records.push(Cell::plain(at, at + text.len()));
        }
        records.end();
    }
    let group = mapped(&definition, &records);
    for mapped in group.documents {
        let _: Option<&Order> = match &mapped.document {
            AnyDocument::Order(order) => Some(order),
            _ => None,
        };
    }
}

#[test]
fn records_in_which_nothing_stands_are_mapped() {
    map_any(&[const { None }; 12], 2, &[None; 5], &[0; 5]);
}

proptest::proptest! {
    #[test]
    fn no_record_makes_mapping_panic(
        texts in proptest::collection::vec(proptest::option::of("[0-9A-Za-zåäö .,+-]{0,12}"), 12),
        which in 0usize..3,
        parents in proptest::collection::vec(proptest::option::of(0usize..8), 5),
        kinds in proptest::collection::vec(0usize..5, 5),
    ) {
        map_any(&texts, which, &parents, &kinds);
    }
}

#[test]
fn a_date_that_is_none_gives_way_to_the_next_of_several() {
    let definition = definition(&ORDERS.replace(
        r#"delivery_date          = "LevDat""#,
        r#"delivery_date          = { first_of = ["LevDat", "OrdDat"], date = "%Y%m%d" }"#,
    ));
    let header = format!("{HEADER};OrdDat");
    let made = |lev: &str, ord: &str| {
        let row = format!("1;{lev};Ål AB;411 01;SE;1;A-1;1;;;;;{ord}");
        let mut documents = mapped(&definition, &rows(&definition, "row", &header, 2, &[&row])).documents;
        let mapped = documents.remove(0);
        (json(&mapped.document).contains(r#""deliveryDate":"2026-11-16""#), shown(&mapped.faults))
    };
    assert_eq!(made("00000000", "20261116"), (true, vec![]));
    assert_eq!(made("20261116", "00000000"), (true, vec![]));
    let (is_there, faults) = made("0", "00000000");
    assert!(!is_there && faults.len() == 1 && faults[0].contains("[row.LevDat]"), "{faults:?}");
    let (is_there, faults) = made("20261131", "20261116");
    assert!(!is_there && faults.len() == 1 && faults[0].contains("20261131"), "{faults:?}");
}

#[test]
fn a_consignee_of_which_nothing_is_known_is_missing_and_one_that_cannot_be_read_is_not() {
    let text = r#"
[layout]
syntax   = "csv"
encoding = "utf-8"

[document.order]
each          = "row"
order_number  = "OrdNr"
delivery_date = "LevDat"
consignee     = [
    { when = { Kval = "9" }, advanced.external_customer_code = { from = "Part", form = "gln" } },
    { when = { Kval = "92" }, customer_number = "Part", organisation_number = { from = "Org", form = "organisation_number", country = { from = "Land" } } },
]
"#;
    let definition = definition(text);
    let header = "OrdNr;LevDat;Kval;Part;Org;Land";
    let faults = |rest: &str| {
        let row = format!("1;2026-11-20;{rest}");
        shown(&mapped(&definition, &rows(&definition, "row", header, 2, &[&row])).documents[0].faults)
    };
    assert_eq!(faults("9;7350099900006;;"), [""; 0]);
    assert_eq!(faults("92;10042;;"), [""; 0]);
    for unknown in ["ZZ;10042;;", "92;;;", "9;;;"] {
        let found = faults(unknown);
        assert!(found.len() == 1 && found[0].contains("consignee is missing"), "{unknown}: {found:?}");
    }
    for unreadable in ["9;10042;;", "92;;556677-8890;SE", "92;;DE123456789;"] {
        let found = faults(unreadable);
        assert!(found.len() == 1 && !found[0].contains("missing"), "{unreadable}: {found:?}");
    }
    assert_eq!(faults("92;10042;DE123456789;DE"), [""; 0], "a country whose numbers are not known");
}

#[test]
fn a_field_is_split_by_the_first_pattern_that_fits() {
    let patterns = "[\"{post_code:digits} {city}\", \"{city}\"]";
    let text = format!(
        "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.article]\neach = \"row\"\narticle_number = \"Nr\"\n\
         article_name = {{ from = \"Adr\", split = {patterns}, part = \"city\" }}\n\
         product_code = {{ from = \"Adr\", split = {patterns}, part = \"post_code\", default = \"-\" }}\n\
         description = {{ from = \"Adr\", split = \"{{a:digits}} {{b}}\", part = \"b\" }}\n"
    );
    let definition = definition(&text);
    let records = rows(&definition, "row", "Nr;Adr", 2, &["1;411 01 Lund", "2;  Lund ", "3;"]);
    let read = mapped(&definition, &records).documents;
    let article = |index: usize| match &read[index].document {
        AnyDocument::Article(article) => {
            [&article.product_code, &article.article_name].map(|text| text.clone().unwrap_or_default())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(article(0), ["411 01", "Lund"]);
    assert_eq!(article(1), ["-", "Lund"]);
    assert_eq!(article(2), ["-", ""], "an empty field is not stated, and no fault");
    let faults = [0, 1, 2].map(|index: usize| read[index].faults.clone());
    assert!(faults[0].is_empty() && faults[2].is_empty(), "{faults:?}");
    let [fault] = faults[1].as_slice() else { panic!("{faults:?}") };
    assert_eq!(fault.what(Language::English), "\"  Lund \" does not fit \"{a:digits} {b}\"");
    assert_eq!((fault.place.line, fault.place.field.as_deref()), (Some(3), Some("Adr")));
}

#[test]
fn lines_without_a_row_number_are_numbered_by_their_order_and_what_is_remembered_goes_by_it() {
    let definition = definition(&ORDERS.replace("row_number      = \"RadNr\"\n", ""));
    let records = rows(
        &definition,
        "row",
        HEADER,
        2,
        &["1;2026-12-01;Elsa;41101;SE;;B;1;;;;st", "1;2026-12-01;Elsa;41101;SE;;A;2;;;;kg"],
    );
    for _ in 0..2 {
        let mapped = mapped(&definition, &records);
        let [order] = mapped.documents.as_slice() else { panic!("{}", mapped.documents.len()) };
        assert_eq!(order.faults, []);
        let AnyDocument::Order(read) = &order.document else { panic!("no order") };
        let lines: Vec<_> = read
            .order_lines
            .iter()
            .map(|line| (line.row_number.as_deref().unwrap(), line.article_number.as_deref().unwrap()))
            .collect();
        assert_eq!(lines, [("1", "B"), ("2", "A")]);
        assert_eq!(order.remembered.lines["2"]["Enhet"], "kg");
    }
}

#[test]
fn a_record_below_that_no_source_takes_is_told() {
    let text = r#"
[layout]
syntax   = "fixed"
encoding = "windows-1252"
[layout.records.head]
when         = [{ at = 1, is = "01" }]
fields.OrdNr = { at = 3, width = 6 }
[layout.records.text]
when        = [{ at = 1, is = "03" }]
under       = "head"
fields.Slag = { at = 3, width = 1 }
fields.Text = { at = 4, width = 20 }
[document.order]
each           = "head"
order_number   = "OrdNr"
delivery_date  = { value = "2026-11-20" }
consignee.name = { value = "Butik" }
order_remark   = { all = "text.Text", where = { Slag = "H" } }
"#;
    let definition = definition(&format!("title = \"x\"\n{text}"));
    let mut records = rows(&definition, "head", "OrdNr", 1, &["4711"]);
    let texts = rows(&definition, "text", "Slag;Text", 2, &["H;Ring först", "I;Bara internt"]);
    under(&mut records, &texts, 0);
    let group = mapped(&definition, &records);
    assert!(json(&group.documents[0].document).contains("\"orderRemark\":\"Ring först\""));
    assert_eq!(group.strays.len(), 1, "{:?}", group.strays);
    assert_eq!(
        (group.strays[0].code.name(), group.strays[0].place.line),
        ("record-without-document", Some(3))
    );
}
