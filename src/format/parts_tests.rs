//! Files that belong together: heads in one, rows in another.

use super::group::read_within;
use super::mapping::{Mapper, read_parts};
use super::*;
use crate::document::to_json;

/// Heads as CSV with a header, rows of fixed width with a trailer and texts under them, the key called otherwise in each.
const ORDERS: &str = r#"
title = "Orders in two files"

[layout]
encoding = "windows-1252"
decimal  = ","
date     = "%Y-%m-%d"
group    = { by = { head = "OrderNo", line = "OrdNr" } }

[layout.parts.head]
syntax = "csv"

[layout.parts.line]
syntax   = "fixed"
encoding = "cp850"
decimal  = "."

[layout.parts.line.records.row]
when         = [{ at = 1, is = "R" }]
fields.OrdNr = { at = 2, width = 4 }
fields.ArtNr = { at = 6, width = 4 }
fields.Antal = { at = 10, width = 6 }

[layout.parts.line.records.text]
when        = [{ at = 1, is = "T" }]
under       = "row"
fields.Text = { at = 2, width = 20 }

[layout.parts.line.records.trailer]
when   = [{ at = 1, is = "S" }]
checks = { count = { at = 2, width = 4 } }

[document.order]
each                 = "head"
order_number         = "OrderNo"
delivery_date        = "LevDat"
consignee.name       = "Namn"
goods_owner_order_id = { file_name = "ORDH_{run}.csv", part = "run" }

[document.order.order_lines]
each            = "row"
required        = true
article_number  = "ArtNr"
number_of_items = "Antal"
comment         = { all = "text.Text" }

[remember]
document = ["OrderNo"]
"#;

const HEADS: &str = "OrderNo;LevDat;Namn\r\n81204;2026-11-27;M\u{f6}bler AB\r\n1002;2026-11-28;Andra\r\n";
const ROWS: &str = "R1002A2    1.5\r\nTVarsamt\r\nR1003A9      1\r\n\
R1002A3      2\r\nS   4\r\n";

fn definition(text: &str) -> Definition {
    Definition::check("case", "orders.toml", text, &CodeTables::new()).unwrap()
}

/// What comes of the files: documents as JSON with their lines, and every fault as file:line code found.
fn told(definition: &Definition, memory: usize, files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let scratch = || tempfile::tempfile();
    let context =
        ReadContext { file_name: files[0].0, time_zone: chrono_tz::UTC, live: true, scratch: &scratch };
    let mut bytes: Vec<(&str, Vec<u8>)> = files
        .iter()
        .map(|(name, text)| (*name, encoding_rs::WINDOWS_1252.encode(text).0.into_owned()))
        .collect();
    let mut inputs: Vec<(&str, &[u8])> = bytes.iter_mut().map(|(name, bytes)| (*name, &**bytes)).collect();
    let mut files: Vec<PartFile<'_>> =
        inputs.iter_mut().map(|(name, bytes)| PartFile { name, bytes }).collect();
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    let (mut documents, mut faults) = (Vec::new(), Vec::new());
    let mut show = |fault: &Fault| {
        let place = &fault.place;
        let file = place.file.as_deref().unwrap_or("?");
        let found = fault.found.as_deref().unwrap_or("");
        faults.push(format!("{file}:{} {} {found}", place.line.unwrap_or(0), fault.code.name()));
    };
    let mut each = |item: Item| {
        match item {
            Item::Document(mapped) => {
                mapped.faults.iter().for_each(&mut show);
                if mapped.faults.is_empty() {
                    documents.push(format!(
                        "{}-{} {} {:?}",
                        mapped.first_line,
                        mapped.last_line,
                        to_json(mapped.document.as_document()),
                        mapped.remembered.document
                    ));
                }
            }
            Item::Stray(fault) => show(&fault),
        }
        Ok(())
    };
    let mut mapper = Mapper::new(definition, FileNames(&names), &context);
    let read = read_within(memory, &definition.layout, &mut files, &context, &mut |grouped| match grouped {
        group::Grouped::Stray(fault) => each(Item::Stray(fault)),
        group::Grouped::Records(records) => mapper.map(records, &mut each),
    });
    match read {
        Ok(summary) => summary.file_faults.iter().for_each(&mut show),
        Err(fault) => show(&fault),
    }
    (documents, faults)
}

#[test]
fn rows_of_one_file_go_to_the_heads_of_another_in_the_order_of_the_heads() {
    let definition = definition(ORDERS);
    assert_eq!(definition.parts(), ["head", "line"]);
    assert_eq!((definition.round_trip(), definition.has_end_mark()), (RoundTrip::NoQuestion, false));
    let rows = ROWS.replace("R1003", "R8120").replace("81204", "8120");
    let heads = HEADS.replace("81204", "8120");
    let files = [("ORDH_7.csv", heads.as_str()), ("ORDR_7.txt", rows.as_str())];
    let expected = [
        r#"2-2 {"orderNumber":"8120","deliveryDate":"2026-11-27","consignee":{"name":"Möbler AB"},"goodsOwnerOrderId":"7","orderLines":[{"rowNumber":"1","articleNumber":"A9","numberOfItems":1}]} {"OrderNo": "8120"}"#,
        r#"3-3 {"orderNumber":"1002","deliveryDate":"2026-11-28","consignee":{"name":"Andra"},"goodsOwnerOrderId":"7","orderLines":[{"rowNumber":"1","articleNumber":"A2","numberOfItems":1.5,"comment":"Varsamt"},{"rowNumber":"2","articleNumber":"A3","numberOfItems":2}]} {"OrderNo": "1002"}"#,
    ];
    // In memory and through the scratch file alike.
    for memory in [MEMORY_FOR_GROUPING, 1] {
        let (documents, faults) = told(&definition, memory, &files);
        assert_eq!((faults, documents), (Vec::<String>::new(), expected.map(str::to_owned).to_vec()));
    }
}

#[test]
fn each_fault_names_its_own_file_and_line() {
    let definition = definition(ORDERS);
    let heads = "OrderNo;LevDat;Namn\n1002;2026-13-01;Andra\n1004;2026-11-28;Utan rader\n1005;2026-11-28;B;C\n1006;2026-11-28;D\n1006;2026-11-29;E\n";
    let rows = "R1002A2    x.5\nR1003A9      1\nTtill den\nR1005A1      1\nR1006A1      1\nX\nR    A1      1\nS   6\n";
    let files = [("ORDH_7.csv", heads), ("ORDR_7.txt", rows)];
    for memory in [MEMORY_FOR_GROUPING, 1] {
        let (documents, faults) = told(&definition, memory, &files);
        assert_eq!(documents, Vec::<String>::new());
        assert_eq!(
            faults,
            [
                "ORDH_7.csv:2 not-a-date 2026-13-01",
                "ORDR_7.txt:1 not-a-decimal x.5",
                "ORDH_7.csv:3 missing-items ",
                "ORDH_7.csv:4 extra-field C",
                "ORDR_7.txt:4 group-not-whole ",
                "ORDH_7.csv:5 group-not-whole ",
                "ORDH_7.csv:6 head-twice 1006",
                "ORDR_7.txt:5 group-not-whole ",
                "ORDR_7.txt:6 unknown-record X",
                "ORDR_7.txt:2 row-without-head 1003",
                "ORDR_7.txt:3 group-not-whole ",
                "ORDR_7.txt:7 blank-group-key ",
                "ORDR_7.txt:8 wrong-count 6",
            ]
        );
    }
}

#[test]
fn each_file_must_be_whole_and_have_its_columns() {
    let definition = definition(ORDERS);
    let faults = |heads: &str, rows: &str| told(&definition, 1000, &[("ORDH_1.csv", heads), ("R", rows)]).1;
    assert_eq!(
        faults(HEADS, ""),
        ["ORDH_1.csv:2 missing-items ", "ORDH_1.csv:3 missing-items ", "R:0 empty-file "]
    );
    assert_eq!(faults("OrderNo;Namn\n", ROWS), ["ORDH_1.csv:1 missing-column LevDat"]);
    assert_eq!(faults("", "S   0\n"), ["ORDH_1.csv:0 empty-file "]);
    assert_eq!(faults("OrderNo;LevDat;Namn\n", ""), ["R:0 empty-file "]);
    let scratch = || tempfile::tempfile();
    let context = ReadContext { file_name: "H", time_zone: chrono_tz::UTC, live: true, scratch: &scratch };
    let alone = read(&definition, &mut HEADS.as_bytes(), &context, &mut |_| Ok(())).unwrap_err();
    assert_eq!(alone.code.name(), "other-parts");
    let mut files =
        [PartFile { name: "a", bytes: &mut &b""[..] }, PartFile { name: "b", bytes: &mut &b""[..] }];
    let of_one = self::definition(
        "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.article]\neach = \"row\"\narticle_number = \"A\"\n",
    );
    let two = read_parts(&of_one, &mut files, &context, &mut |_| Ok(())).unwrap_err();
    assert_eq!(two.code.name(), "one-file-only");
}

#[test]
fn two_files_with_headers_share_the_name_of_the_key_and_name_fields_of_each_other() {
    let definition = definition(
        "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ngroup = { by = \"Nr\" }\n\
         [layout.parts.head]\n[layout.parts.row]\ndelimiter = \",\"\ndecimal = \",\"\n\
         [document.order]\neach = \"head\"\norder_number = \"Nr\"\ndelivery_date = \"Datum\"\n\
         consignee.name = \"Namn\"\n\
         [document.order.order_lines]\neach = \"row\"\narticle_number = \"Art\"\nnumber_of_items = \"Antal\"\n\
         comment = \"head.Namn\"\n",
    );
    let files = [("H", "Nr;Datum;Namn\n1;2026-11-27;x\n"), ("R", "Antal,Art,Nr\n\"2,5\",A,1\n3,B,1\n")];
    let (documents, faults) = told(&definition, MEMORY_FOR_GROUPING, &files);
    assert_eq!(faults, Vec::<String>::new());
    let lines = r#""orderLines":[{"rowNumber":"1","articleNumber":"A","numberOfItems":2.5,"comment":"x"},{"rowNumber":"2","articleNumber":"B","numberOfItems":3,"comment":"x"}]"#;
    assert!(documents[0].contains(lines), "{documents:?}");
}
