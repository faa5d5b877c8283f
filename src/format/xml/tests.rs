//! XML files through a whole format file: bytes -> documents, strays and faults.

use std::io::Read;

use proptest::prelude::*;

use super::super::{Definition, Item, Outgoing, ReadContext, Remembered, Summary, WriteContext, read, write};
use super::{DEPTH_MAX, XmlTrees};
use crate::document::{AnyDocument, Shipment, ShipmentLine, to_json};
use crate::fault::{Fault, Language};
use crate::format::CodeTables;
use crate::format::layout::{Newline, Syntax};
use crate::format::record::Records;

const ORDERS: &str = r#"
[layout]
syntax = "xml"

[layout.records.order]
path = "Orders/Order"

[layout.records.row]
path  = "Rows/Row"
under = "order"

[document.order]
each                   = "order"
order_number           = "@Number"
delivery_date          = "Date"
reference_number       = "Ref"
consignee.name         = "Buyer/Name"
consignee.country_code = { value = "SE" }

[document.order.order_lines]
each            = "row"
row_number      = "@No"
article_number  = "Art"
number_of_items = "Qty"
comment         = "Text"
"#;

const GOOD: &str = "<?xml version=\"1.0\"?>\n<Orders>\n<Order Number=\"81204\"><Date>2026-11-20</Date><Ref>PO-88</Ref>\
    <Buyer><Name>Åge</Name></Buyer>\n<Rows><Row No=\"1\"><Art>A-1</Art><Qty>2.50</Qty></Row></Rows></Order>\n</Orders>\n";

fn definition(text: &str) -> Definition {
    Definition::check("x", "x.toml", text, &CodeTables::new()).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))
    })
}

/// Bytes that come in pieces of a size.
struct Pieces<'b> {
    bytes: &'b [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let length = self.size.min(to.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(length);
        to[..length].copy_from_slice(now);
        self.bytes = later;
        Ok(length)
    }
}

type Outcome = (Vec<Item>, Result<Summary, Fault>);

fn read_in(size: usize, definition: &Definition, bytes: &[u8]) -> Outcome {
    let scratch = || tempfile::tempfile();
    let context =
        ReadContext { file_name: "f.xml", time_zone: chrono_tz::UTC, live: true, scratch: &scratch };
    let mut items = Vec::new();
    let mut each = |item| {
        items.push(item);
        Ok(())
    };
    let summary = read(definition, &mut Pieces { bytes, size }, &context, &mut each);
    (items, summary)
}

/// What became of a file, told shortly.
struct Seen {
    documents: Vec<String>,
    /// The faults of documents, strays and of the file: `code line:column found`.
    faults: Vec<String>,
    file_faults: Vec<String>,
    /// What ended the reading.
    ended: Option<Fault>,
}

impl Seen {
    /// Whether documents of it may count.
    fn counts(&self) -> bool {
        self.ended.is_none() && self.file_faults.is_empty()
    }
}

fn told(fault: &Fault) -> String {
    let place = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
    let found = fault.found.as_deref().unwrap_or("");
    let told =
        format!("{} {}:{} {found}", fault.code.name(), place(fault.place.line), place(fault.place.column));
    told.trim_end().to_owned()
}

fn seen(format: &str, bytes: impl AsRef<[u8]>) -> Seen {
    let (items, summary) = read_in(usize::MAX, &definition(format), bytes.as_ref());
    let mut seen = Seen { documents: vec![], faults: vec![], file_faults: vec![], ended: None };
    for item in items {
        match item {
            Item::Document(mapped) => {
                seen.faults.extend(mapped.faults.iter().map(told));
                seen.documents.push(to_json(mapped.document.as_document()));
            }
            Item::Stray(fault) => seen.faults.push(told(&fault)),
        }
    }
    match summary {
        Ok(summary) => seen.file_faults = summary.file_faults.iter().map(told).collect(),
        Err(fault) => seen.ended = Some(fault),
    }
    seen
}

/// The faults of a file whose documents may count.
fn faults(format: &str, bytes: impl AsRef<[u8]>) -> Vec<String> {
    let seen = seen(format, bytes);
    assert!(seen.counts(), "{:?} {:?}", seen.ended, seen.file_faults);
    seen.faults
}

/// What ends the reading of a file.
fn ended(format: &str, bytes: impl AsRef<[u8]>) -> String {
    told(&seen(format, bytes).ended.expect("a file that ends the reading"))
}

/// One order with what stands in it besides its number and date.
fn order(inner: &str) -> String {
    format!(
        "<Orders><Order Number=\"7\"><Date>2026-11-20</Date><Buyer><Name>Kaj</Name></Buyer>{inner}</Order></Orders>"
    )
}

/// What `reference_number` of one good order is.
fn reference(bytes: impl AsRef<[u8]>) -> Option<String> {
    let seen = seen(ORDERS, bytes);
    assert!(seen.counts() && seen.faults.is_empty(), "{:?} {:?}", seen.faults, seen.ended);
    assert_eq!(seen.documents.len(), 1);
    let document: serde_json::Value = serde_json::from_str(&seen.documents[0]).unwrap();
    document["referenceNumber"].as_str().map(str::to_owned)
}

#[test]
fn elements_and_attributes_become_documents_and_lists() {
    let seen = seen(ORDERS, GOOD);
    assert!(seen.counts() && seen.faults.is_empty());
    assert_eq!(
        seen.documents,
        [concat!(
            r#"{"orderNumber":"81204","deliveryDate":"2026-11-20","consignee":{"name":"Åge","countryCode":"SE"},"#,
            r#""referenceNumber":"PO-88","orderLines":[{"rowNumber":"1","articleNumber":"A-1","numberOfItems":2.5}]}"#
        )]
    );
}

#[test]
fn elements_that_no_path_leads_to_are_passed_over() {
    let known = order("<Ref>PO</Ref>");
    let more = order(
        "<X a='1'><Ref>no</Ref><Order Number='8'/></X><Ref y='2'>PO</Ref><!-- <Ref>no</Ref> --><?x y?>",
    );
    assert_eq!(seen(ORDERS, &known).documents, seen(ORDERS, &more).documents);
}

#[test]
fn an_element_that_would_be_an_order_but_for_its_case_or_namespace_is_told() {
    let one = |name: &str, number: &str, row: &str| {
        format!(
            "<{name} Number='{number}'><Date>2026-11-20</Date><Buyer><Name>Kaj</Name></Buyer>\n<Rows><{row} No='1'><Art>A</Art>\
             <Qty>1</Qty></{row}></Rows></{name}>\n"
        )
    };
    let file = |orders: &[String]| format!("<Orders>{}</Orders>", orders.concat());
    let (good, row) = (one("Order", "1", "Row"), one("Order", "2", "row"));
    let order = one("order", "3", "Row");
    // What stands under it is told as of no whole order.
    let told = ["element-misnamed 3:1 <order>", "group-not-whole 4:7"];
    assert_eq!(faults(ORDERS, file(&[good.clone(), order])), told);
    assert_eq!(
        faults(ORDERS, file(&[row, good.clone()])),
        ["group-not-whole 1:9", "element-misnamed 2:7 <row>"]
    );
    // The way there too, in a record and above all.
    let rows = good.replace("Rows>", "ROWS>");
    assert_eq!(faults(ORDERS, file(&[rows])), ["element-misnamed 2:1 <ROWS>", "group-not-whole 2:7"]);
    let deeper = ORDERS.replace("Orders/Order", "Orders/Body/Order");
    let body = |name: &str| format!("<Orders><{name}>{good}{good}</{name}></Orders>");
    assert_eq!(faults(&deeper, body("Body")), Vec::<String>::new());
    let misnamed = "element-misnamed 1:9 <body>";
    let row = "group-not-whole 2:7";
    let third = "group-not-whole 4:7";
    assert_eq!(faults(&deeper, body("body")), [misnamed, row, misnamed, third]);

    let format = ORDERS
        .replace("syntax = \"xml\"", "syntax = \"xml\"\nnamespaces = { f = \"urn:f\" }")
        .replace("Orders/Order", "f:Orders/f:Order");
    let of = |second: &str| {
        format!(
            "<f:Orders xmlns:f='urn:f'>{}{}</f:Orders>",
            good.replace("Order ", "f:Order ").replace("/Order>", "/f:Order>"),
            good.replace("<Order ", &format!("<f:Order {second} ")).replace("/Order>", "/f:Order>")
        )
    };
    assert_eq!(faults(&format, of("x='1'")), Vec::<String>::new());
    assert_eq!(
        faults(&format, of("xmlns:f='urn:other'")),
        ["element-misnamed 3:1 <Order xmlns=\"urn:other\">", "group-not-whole 4:7"]
    );
}

#[test]
fn a_number_beside_the_records_is_none_of_them() {
    let row = "<Rows><Row No='1'><Art>A</Art><Qty>1</Qty></Row></Rows>";
    for counter in ["<rows>1</rows>", "<ROWS/>", ""] {
        assert_eq!(faults(ORDERS, order(&format!("{counter}{row}"))), [""; 0], "{counter}");
    }
    // However much of the file is at hand when it is met.
    let before = format!("<Orders><!--{}--><order>1</order>", "-x".repeat(20_000));
    let counted = order(row).replace("<Orders>", &before);
    for size in [1, 7, usize::MAX] {
        let (items, summary) = read_in(size, &definition(ORDERS), counted.as_bytes());
        assert!(
            matches!(items.as_slice(), [Item::Document(one)] if one.faults.is_empty()),
            "{size}: {items:?}"
        );
        assert!(summary.unwrap().file_faults.is_empty());
    }
}

#[test]
fn a_name_that_is_almost_known_is_warned_of_once() {
    let file = "<Orders>\n<Ordre Number='1'/>\n<Ordre Number='2'/>\n<Order number='9' Number='7'><date>2026-11-21</date><Date>2026-11-20</Date>\
                <Buyer><Name>Kaj</Name></Buyer><Note/></Order></Orders>";
    let (_, summary) = read_in(usize::MAX, &definition(ORDERS), file.as_bytes());
    let warnings: Vec<String> = summary.unwrap().warnings.iter().map(told).collect();
    assert_eq!(
        warnings,
        ["name-almost-known 2:1 <Ordre>", "name-almost-known 4:8 @number", "name-almost-known 4:30 <date>"]
    );
}

#[test]
fn a_file_of_other_elements_only_is_no_file_without_orders() {
    for (file, told) in [
        ("<Orders><Bestilling nr='1'/></Orders>", Some("no-record-in-file 1:9 <Bestilling>")),
        (
            "<Orders><Made>2026</Made><Bestilling><Nr>1</Nr></Bestilling></Orders>",
            Some("no-record-in-file 1:26 <Bestilling>"),
        ),
        ("<Orders/>", None),
        ("<Orders><Header><Sender>x</Sender><Count>0</Count></Header></Orders>", None),
        ("<Orders><Trailer Count='0'/></Orders>", None),
        ("<Orders><FileHeader><From>x</From></FileHeader></Orders>", None),
        ("<Orders><OrderHead><Nr>1</Nr></OrderHead></Orders>", Some("no-record-in-file 1:9 <OrderHead>")),
        (
            "<Orders><Head a='1'/><Account><Nr>1</Nr></Account></Orders>",
            Some("no-record-in-file 1:22 <Account>"),
        ),
        ("<Orders><Made>2026-11-20</Made></Orders>", None),
    ] {
        let seen = seen(ORDERS, file);
        assert_eq!(seen.ended.as_ref().map(self::told).as_deref(), told, "{file}");
    }
    let deeper = ORDERS.replace("Orders/Order", "Orders/Body/Order");
    let head = "<Orders><Head><From>1</From></Head><Body/></Orders>";
    assert!(seen(&deeper, head).counts(), "where orders would stand, there are none");
}

#[test]
fn an_element_that_stands_twice_is_a_fault_at_its_second_place() {
    let twice = "<Orders>\n<Order Number='7'><Date>2026-11-20</Date><Buyer><Name>Kaj</Name></Buyer>\n<Ref>A</Ref><Ref>B</Ref></Order>\n\
         <Order Number='8'><Date>2026-11-20</Date><Buyer><Name>Kaj</Name></Buyer></Order></Orders>";
    let seen = seen(ORDERS, twice);
    assert_eq!(seen.faults, ["element-repeated 3:18 Ref"]);
    assert_eq!(seen.documents.len(), 1, "the other order goes on");
    // An attribute that stands twice is no XML at all.
    assert_eq!(
        ended(ORDERS, "<Orders><Order Number='7' Number='8'/></Orders>"),
        "not-well-formed 1:9 <Order Number='7' Nu"
    );
}

#[test]
fn a_text_in_pieces_is_put_together() {
    for (inner, expected) in [
        ("<Ref>PO 88</Ref>", "PO 88"),
        ("<Ref>\n   PO 88\t</Ref>", "PO 88"),
        ("<Ref>A &amp; B</Ref>", "A & B"),
        ("<Ref>&#246;&#xC5;&lt;&gt;&quot;&apos;</Ref>", "öÅ<>\"'"),
        ("<Ref><![CDATA[<A> & ]]>B</Ref>", "<A> & B"),
        ("<Ref>A<![CDATA[ & ]]>B&amp;&#246;<!-- c -->D<?p i?>E</Ref>", "A & B&öDE"),
        ("<Ref><![CDATA[A]]><![CDATA[B]]></Ref>", "AB"),
        ("<Ref>&#32;A&#160;</Ref>", "A"),
    ] {
        assert_eq!(reference(order(inner)).as_deref(), Some(expected), "{inner}");
    }
    let lines = order("<Rows><Row No='1'><Art>A</Art><Qty>1</Qty><Text>one\ntwo</Text></Row></Rows>");
    assert!(seen(ORDERS, lines).documents[0].contains(r#""comment":"one\ntwo""#));
    for (text, expected) in
        [("one\r\ntwo", "one\ntwo"), ("one\rtwo&amp;\r\nthree", "one\ntwo&\nthree"), ("a&#13;b", "a\rb")]
    {
        assert_eq!(reference(order(&format!("<Ref>{text}</Ref>"))).as_deref(), Some(expected));
    }
    let attribute = order("").replace("\"7\"", "\"A&amp;&#246;\"");
    assert!(seen(ORDERS, attribute).documents[0].contains(r#""orderNumber":"A&ö""#));
}

#[test]
fn characters_that_no_xml_file_may_have_are_a_fault_of_the_file() {
    for (inner, at) in [
        ("<Ref>a\u{1}b</Ref>", "\u{1}"),
        ("<Ref>a&#1;b</Ref>", "&#1;"),
        ("<Ref><![CDATA[a\u{1f}]]></Ref>", "\u{1f}"),
        ("<Ref>\0</Ref>", "\0"),
    ] {
        let column = order(inner).find(at).unwrap() + 1;
        let ended = ended(ORDERS, order(inner));
        assert!(ended.starts_with(&format!("not-well-formed 1:{column} ")), "{inner:?} {ended:?}");
    }
    for number in ["\"8\u{8}1204\"", "\"8&#8;1204\""] {
        let ended = ended(ORDERS, order("").replace("\"7\"", number));
        assert!(ended.starts_with("not-well-formed 1:2"), "{ended}");
    }
    assert_eq!(faults(ORDERS, order("<Unread>\u{1}</Unread><Ref>a\tb\n</Ref>")), [""; 0]);
}

#[test]
fn an_element_in_a_value_that_nothing_reads_may_be_a_part_of_it() {
    for (inner, told) in [
        ("<Ref>A<B>not this</B>C</Ref>", vec!["element-in-value 1:87 <B>"]),
        ("<Ref>1<br/>2</Ref>", vec!["element-in-value 1:87 <br>"]),
        ("<Ref><!-- no --><B>not this</B> \n</Ref>", vec![]),
        ("<Other>A<B>not this</B>C</Other>", vec![]),
    ] {
        assert_eq!(faults(ORDERS, order(inner)), told, "{inner}");
    }
}

#[test]
fn records_where_none_are_read_are_told_once_by_their_name() {
    let warned = |text: &str| -> Vec<String> {
        let (_, summary) = read_in(usize::MAX, &definition(ORDERS), text.as_bytes());
        summary.unwrap().warnings.iter().map(told).collect()
    };
    let row = "<Row No='2'><Art>A</Art><Qty>1</Qty></Row>";
    let elsewhere = order(&format!("<Rows><Group>{row}{row}</Group></Rows>"));
    assert_eq!(warned(&elsewhere), ["record-elsewhere 1:94 <Row>"]);
    let nested = order(&format!("<Rows><Row No='1'><Art>A</Art><Qty>1</Qty>{row}</Row></Rows>"));
    assert_eq!(warned(&nested), ["record-elsewhere 1:123 <Row>"]);
    let batch = order("").replace("</Orders>", "<Batch><Order><Date>x</Date></Order></Batch></Orders>");
    assert_eq!(warned(&batch), ["record-elsewhere 1:96 <Order>"]);
    // A name alone says nothing: a line of an address is no order line.
    assert_eq!(warned(&order("<Address><Row>Kaj 4</Row><Row/></Address>")), [""; 0]);
}

#[test]
fn an_empty_element_and_a_missing_one_state_nothing() {
    for inner in
        ["", "<Ref/>", "<Ref></Ref>", "<Ref>  \n </Ref>", "<Ref><!-- x --></Ref>", "<Ref><![CDATA[]]></Ref>"]
    {
        assert_eq!(reference(order(inner)), None, "{inner}");
    }
    let row = |row: &str| order(&format!("\n<Rows>\n{row}\n</Rows>"));
    let empty = row("<Row No='1'><Art></Art><Qty>1</Qty></Row>");
    assert_eq!(faults(ORDERS, empty), ["missing-value 3:18"], "at the empty element");
    let missing = row("<Row No='1'><Qty>1</Qty></Row>");
    assert_eq!(faults(ORDERS, missing), ["missing-value 3:1"], "at the record");
    // Rows that are empty as a whole are lines all the same.
    assert_eq!(faults(ORDERS, row("<Row/>")), ["missing-value 3:1", "missing-value 3:1"]);
}

#[test]
fn prefixes_and_namespaces_do_not_matter_unless_a_path_names_them() {
    let plain = order("<Ref>A</Ref>");
    let default = plain.replace("<Orders>", "<Orders xmlns='urn:x'>");
    let prefixed =
        default.replace("xmlns=", "xmlns:n=").replace("</", "</n:").replace("<", "<n:").replace("<n:/", "</");
    assert!(prefixed.contains("</n:Orders>"), "{prefixed}");
    for file in [&plain, &default, &prefixed] {
        assert_eq!(reference(file).as_deref(), Some("A"), "{file}");
    }
    let format = ORDERS
        .replace("syntax = \"xml\"", "syntax = \"xml\"\nnamespaces = { a = \"urn:a\", b = \"urn:b\" }")
        .replace("\"Ref\"", "\"b:Ref\"")
        .replace("\"@No\"", "\"@b:No\"");
    let rows = "<Rows><Row No='no' z:No='1' xmlns:z='urn:b'><Art>A</Art><Qty>1</Qty></Row></Rows>";
    let file =
        order(&format!("<Ref>no</Ref><q:Ref xmlns:q='urn:a'>no</q:Ref><Ref xmlns='urn:b'>yes</Ref>{rows}"));
    let seen = seen(&format, file);
    assert_eq!(seen.faults, [""; 0]);
    assert!(seen.documents[0].contains(r#""referenceNumber":"yes""#), "{:?}", seen.documents);
    assert!(seen.documents[0].contains(r#""rowNumber":"1""#), "{:?}", seen.documents);
}

#[test]
fn a_path_that_fits_only_above_is_told_with_what_is_meant() {
    let hints = |format: &str, file: &str| -> Vec<String> {
        let (_, summary) = read_in(1000, &definition(format), file.as_bytes());
        summary
            .unwrap()
            .hints
            .iter()
            .map(|fault| {
                format!("{} | {}", fault.what(Language::English), fault.hint(Language::English).unwrap())
            })
            .collect()
    };
    let format = ORDERS.replace("\"Text\"", "\"Buyer/Mark\"").replace("\"@No\"", "\"@Line\"");
    let file =
        order("<Buyer><Mark>M</Mark></Buyer><Rows><Row Line='1'><Art>A</Art><Qty>1</Qty></Row></Rows>");
    let told = "Buyer/Mark stands in no record row of this file, but in order, which it stands in | did you mean \"order.Buyer/Mark\" in the format file?";
    assert_eq!(hints(&format, &file), [told]);
    let own = file.replace("<Qty>", "<Buyer><Mark>N</Mark></Buyer><Qty>");
    assert_eq!(hints(&format, &own), [""; 0], "it stands in the row");
    assert_eq!(hints(&format, &file.replace("Mark", "Other")), [""; 0], "it stands nowhere");
    let attribute = format.replace("\"@Line\"", "\"@Number\"");
    assert_eq!(hints(&attribute, &file).len(), 1, "the order reads @Number itself, so there are two");
    let meant = format.replace("\"Buyer/Mark\"", "\"order.Buyer/Mark\"");
    assert_eq!(hints(&meant, &file), [""; 0]);
}

#[test]
fn a_star_takes_any_element_but_those_that_are_named() {
    let format = ORDERS.replace("\"Rows/Row\"", "\"*/Row\"").replace("\"Ref\"", "\"Refs/*\"");
    let file = order("<Refs><Our>A</Our></Refs><Lines><Row No='1'><Art>A</Art><Qty>1</Qty></Row></Lines>");
    let document = &seen(&format, file).documents[0];
    assert!(
        document.contains(r#""referenceNumber":"A""#) && document.contains(r#""rowNumber":"1""#),
        "{document}"
    );
    let file = order("<Refs><Our>A</Our><Your>B</Your></Refs>");
    assert_eq!(faults(&format, file), ["element-repeated 1:105 Refs/*"]);
}

#[test]
fn a_path_may_be_one_of_several() {
    let format = ORDERS.replace("\"Orders/Order\"", "[\"Orders/Order\", \"Order\"]");
    let wrapped = order("<Ref>A</Ref>");
    let single = wrapped.replace("<Orders>", "").replace("</Orders>", "");
    assert_eq!(seen(&format, &wrapped).documents, seen(&format, &single).documents);
    assert_eq!(seen(&format, single).documents.len(), 1);
}

#[test]
fn records_beside_the_one_that_they_belong_to_are_found_by_number_or_stand_behind_it() {
    let texts = r#"
[layout.records.text]
path  = "../Row"
under = "row"
when  = [{ path = "@Type", is = "4" }]
nest  = { parent = "@No" }

[document.order]"#;
    let by_number = ORDERS
        .replace("under = \"order\"", "under = \"order\"\nnest = { id = \"@No\" }")
        .replace("\n[document.order]", texts)
        .replace("= \"Text\"", "= { all = \"text.Text\" }");
    let row = |number: u32| format!("<Row No='{number}'><Art>A</Art><Qty>1</Qty></Row>");
    let text = |number: u32, text: &str| format!("<Row No='{number}' Type='4'><Text>{text}</Text></Row>");
    let comments = |format: &str, rows: &[String]| -> Vec<String> {
        let seen = seen(format, order(&format!("<Rows>{}</Rows>", rows.concat())));
        assert_eq!(seen.faults, [""; 0]);
        let document: serde_json::Value = serde_json::from_str(&seen.documents[0]).unwrap();
        let lines = document["orderLines"].as_array().unwrap();
        lines.iter().map(|line| line["comment"].as_str().unwrap_or("-").to_owned()).collect()
    };
    let rows = [row(1), text(1, "a"), text(1, "b"), row(2), row(3), text(3, "c"), text(1, "d")];
    assert_eq!(comments(&by_number, &rows), ["a\nb\nd", "-", "c"]);
    let behind = by_number.replace("nest  = { parent = \"@No\" }", "").replace("nest = { id = \"@No\" }", "");
    assert_eq!(comments(&behind, &rows), ["a\nb", "-", "c\nd"]);

    let lost = order(&format!("<Rows>{}{}</Rows>", row(1), text(9, "x")));
    assert_eq!(faults(&by_number, &lost)[2], "unknown-parent-number 1:138 9");
    let first = order(&format!("<Rows>{}{}</Rows>", text(1, "x"), row(1)));
    assert_eq!(faults(&behind, &first)[1], "record-without-parent 1:87");
    let seen = seen(&by_number, &first);
    assert_eq!(seen.faults[1], "unknown-parent-number 1:96 1", "only rows before it count");

    let out = by_number.replace("\"../Row\"", "\"../../../Row\"");
    let faults = Definition::check("x", "x.toml", &out, &CodeTables::new()).err().unwrap();
    assert!(faults[0].to_string().contains("`..` leads out of the record"), "{}", faults[0]);
}

#[test]
fn what_a_format_file_refuses_is_a_fault_and_the_rest_goes_on() {
    let format = ORDERS.replace(
        "\n[document.order]",
        "\n[layout.records.other]\npath = \"Orders/*\"\nrefuse = true\n\n[document.order]",
    );
    let file = order("").replace("</Orders>", "\n<Rename><Old>A</Old></Rename></Orders>");
    let seen = seen(&format, file);
    assert_eq!(seen.documents.len(), 1);
    assert_eq!(seen.faults, ["unknown-record 2:1 <Rename><Old>A</Old>"]);
}

#[test]
fn what_stands_round_documents_belongs_to_them_and_may_hold_none() {
    let format = ORDERS
        .replace(
            "path = \"Orders/Order\"",
            "path = \"Order\"\nunder = \"envelope\"\n\n[layout.records.envelope]\npath = \"Orders\"",
        )
        .replace(
            "each                   = \"order\"",
            "each = \"order\"\ntest = { \"envelope.Test\" = \"1\" }\nwhere = { Gone = { not = [\"1\"] } }",
        )
        + "[document.cancellation]\neach = \"order\"\nwhere = { Gone = \"1\" }\norder_number = \"@Number\"\n";
    let one = order("<Rows><Row No='1'><Art>A</Art><Qty>1</Qty></Row></Rows>");
    let test = one.replace("<Orders>", "<Orders><Test>1</Test>");
    assert_eq!(faults(&format, &test), ["test-document 1:-"]);
    let none = seen(&format, "<Orders><Test>0</Test></Orders>");
    assert!(none.counts() && none.documents.is_empty() && none.faults.is_empty(), "{:?}", none.faults);
    // A cancellation has no lines: those that the order had are passed over with it.
    let gone = seen(&format, one.replace("<Rows>", "<Gone>1</Gone><Rows>"));
    assert_eq!(gone.faults, [""; 0]);
    assert_eq!(gone.documents, [r#"{"@orderNumber":"7"}"#]);
}

#[test]
fn one_root_and_nothing_beside_it() {
    let good = order("");
    assert_eq!(ended(ORDERS, format!("{good}\n<Orders/>")), "second-root 2:1 <Orders>");
    assert_eq!(ended(ORDERS, format!("{good}\n{good}")), "second-root 2:1 <Orders>");
    assert_eq!(ended(ORDERS, format!("{good}\n Slut")), "text-outside-root 2:2 Slut");
    assert_eq!(ended(ORDERS, format!("Fil 7\n{good}")), "text-outside-root 1:1 Fil 7");
    assert_eq!(faults(ORDERS, format!("\u{feff}\n<!-- a -->{good}<!-- b -->\r\n\u{1a}\0\0")), [""; 0]);
    let wrong = seen(ORDERS, "<Order/>").ended.unwrap();
    assert_eq!(told(&wrong), "wrong-root 1:1 <Order>");
    assert_eq!(wrong.what(Language::English), "the root element is <Order> (<Orders>?)");
    assert!(wrong.expected(Language::English).unwrap().contains("<Orders>"));
    for broken in ["<Orders><Order></Orders>", "<Orders></Order>", "</Orders>", "<Orders <Order/></Orders>"] {
        let seen = seen(ORDERS, broken);
        assert!(!seen.counts(), "{broken}");
    }
}

#[test]
fn a_file_that_was_cut_never_counts() {
    let whole = GOOD.trim_end().as_bytes();
    let latin: Vec<u8> = GOOD
        .replace("?>", " encoding='latin1'?>")
        .trim_end()
        .chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap())
        .collect();
    let wide: Vec<u8> = "\u{feff}"
        .chars()
        .chain(GOOD.trim_end().chars())
        .flat_map(|sign| (sign as u16).to_le_bytes())
        .collect();
    for file in [whole, &latin, &wide] {
        assert!(seen(ORDERS, file).counts());
        for length in 0..file.len() {
            let cut = seen(ORDERS, &file[..length]);
            assert!(!cut.counts(), "{length}: {:?}", String::from_utf8_lossy(&file[..length]));
        }
    }
    let at = GOOD.find("<Qty>").unwrap();
    let fault = seen(ORDERS, &GOOD[..at]).ended.unwrap();
    assert_eq!(told(&fault), "xml-cut 4:33");
    assert_eq!(fault.args["depth"], "4");
}

#[test]
fn a_file_says_its_encoding_unless_the_format_file_does() {
    let text = order("<Ref>Åäö–€</Ref>");
    let single: Vec<u8> = text
        .chars()
        .map(|character| match character {
            '–' => 0x96,
            '€' => 0x80,
            other => u8::try_from(u32::from(other)).unwrap(),
        })
        .collect();
    let with = |declaration: &str, body: &[u8]| [declaration.as_bytes(), body].concat();
    for declaration in [
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
        "<?xml version='1.0' encoding='windows-1252' standalone='yes'?>\r\n",
        "<?xml version=1.0 encoding=windows-1252?>",
    ] {
        assert_eq!(reference(with(declaration, &single)).as_deref(), Some("Åäö–€"), "{declaration}");
    }
    for declaration in ["", "\u{feff}", "<?xml version='1.0'?>", "<?xml version='1.0' encoding='UTF-8'?>"] {
        assert_eq!(reference(with(declaration, text.as_bytes())).as_deref(), Some("Åäö–€"), "{declaration}");
    }
    let units: Vec<u16> =
        "<?xml version='1.0' encoding='UTF-16'?>".encode_utf16().chain(text.encode_utf16()).collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for file in [[&[0xff, 0xfe], &little[..]].concat(), [&[0xfe, 0xff], &big[..]].concat(), little, big] {
        assert_eq!(reference(&file).as_deref(), Some("Åäö–€"));
    }
    // What declares UTF-16 and is not, as exports that were saved again by an editor.
    assert_eq!(
        reference(with("<?xml version='1.0' encoding='UTF-16'?>", text.as_bytes())).as_deref(),
        Some("Åäö–€")
    );
    assert_eq!(
        ended(ORDERS, "<?xml version='1.0' encoding='klingon'?><Orders/>"),
        "unknown-declared-encoding 1:- klingon"
    );

    let forced = ORDERS.replace("syntax = \"xml\"", "syntax = \"xml\"\nencoding = \"windows-1252\"");
    for declaration in
        ["", "<?xml version='1.0' encoding='UTF-8'?>", "<?xml version='1.0' encoding='klingon'?>"]
    {
        let seen = seen(&forced, with(declaration, &single));
        assert!(seen.documents[0].contains(r#""referenceNumber":"Åäö–€""#), "{declaration}");
    }
}

#[test]
fn bytes_that_are_no_character_spoil_their_order_at_their_place() {
    let mut file = b"<?xml version='1.0' encoding='UTF-8'?>\n<Orders>\n<Order Number='7'><Date>2026-11-20</Date><Ref>B\xc3\xa5t ".to_vec();
    file.extend_from_slice(b"L\xf6v</Ref></Order>\n<Order Number='8'><Date>2026-11-20</Date><Buyer><Name>K</Name></Buyer></Order></Orders>");
    let seen = seen(ORDERS, &file);
    assert_eq!(seen.faults, ["undecodable-bytes 3:52 F6"]);
    assert_eq!(seen.documents.len(), 1);
    assert!(seen.counts());
    let offset = file.iter().position(|byte| *byte == 0xF6).unwrap();
    for size in [1, 7, 1000] {
        let (items, _) = read_in(size, &definition(ORDERS), &file);
        let Some(Item::Stray(fault)) = items.first() else { panic!("{items:?}") };
        let what = format!(
            "the bytes F6, from byte {offset} of the file (counted from 0), are no character in utf-8"
        );
        assert_eq!(fault.what(Language::English), what);
    }
}

#[test]
fn what_no_path_leads_to_is_bounded_with_its_record() {
    let definition = definition(ORDERS);
    let Syntax::Xml(syntax) = &definition.layout.syntax else { panic!("{:?}", definition.layout.syntax) };
    let order =
        |passed_over: usize| format!("<Order Number=\"7\">{}</Order>", "<Y>z</Y>".repeat(passed_over));
    let ends = |text: &str, bytes_max: usize| {
        let mut input = text.as_bytes();
        let mut trees = XmlTrees::new(&definition.layout, syntax, "f", &mut input).unwrap();
        trees.bytes_max = bytes_max;
        let mut trees_read = 0;
        loop {
            let mut records = Records::default();
            match trees.next(&mut records) {
                Ok(Some(_)) => trees_read += 1,
                Ok(None) => return (trees_read, None),
                Err(fault) => return (trees_read, Some(fault.to_string())),
            }
        }
    };
    // What stands between records is forgotten, however much it is.
    let file = format!("<Orders>\n{}{}\n{}</Orders>", order(10), "<Y/>".repeat(1000), order(10));
    assert_eq!(ends(&file, 200), (2, None));
    let told = "f:2: more than 100000 records, or 100 bytes, belong together from this line on";
    let (read, fault) = ends(&format!("<Orders>{}\n{}</Orders>", order(1), order(100)), 100);
    assert_eq!(read, 1);
    assert!(fault.as_ref().is_some_and(|fault| fault.starts_with(told)), "{fault:?}");
}

#[test]
fn elements_stand_no_deeper_than_a_limit() {
    let nested = |depth: usize| {
        let (before, behind) = ("<a>".repeat(depth), "</a>".repeat(depth));
        order("").replace("<Orders>", &format!("<Orders>{before}{behind}"))
    };
    assert!(seen(ORDERS, nested(DEPTH_MAX - 1)).counts());
    let column = 9 + 3 * (DEPTH_MAX - 1);
    assert_eq!(ended(ORDERS, nested(DEPTH_MAX)), format!("too-deep 1:{column}"));
    assert!(ended(ORDERS, "<Orders>".to_owned() + &"<Order>".repeat(100_000)).starts_with("too-deep"));
}

#[test]
fn in_one_long_line_the_place_and_what_stands_near_it_are_told() {
    let one = "<Order Number='7'><Date>2026-11-20</Date><Buyer><Name>Åge</Name></Buyer></Order>";
    let count = 100_000 / one.len();
    let before = format!("<Orders>{}", one.repeat(count));
    let file = format!(
        "{before}<Order Number='8'><Date>26-11-20</Date><Buyer><Name>K</Name></Buyer></Order>{}</Orders>",
        one.repeat(9)
    );
    let (items, summary) = read_in(1000, &definition(ORDERS), file.as_bytes());
    assert!(summary.unwrap().file_faults.is_empty());
    let faulty = items.iter().find_map(|item| match item {
        Item::Document(mapped) => mapped.faults.first(),
        Item::Stray(_) => None,
    });
    let place = &faulty.unwrap().place;
    let column = before.chars().count() as u64 + "<Order Number='8'><Date>".len() as u64 + 1;
    assert_eq!((place.line, place.column, place.length), (Some(1), Some(column), Some(8)));
    let source = place.source.as_deref().unwrap();
    let shown = usize::try_from(column - place.source_column.unwrap()).unwrap();
    assert!(source.chars().count() <= 4096);
    assert_eq!(source.chars().skip(shown).take(8).collect::<String>(), "26-11-20");
    // What ends the reading shows its place too.
    let fault = read_in(1000, &definition(ORDERS), format!("{before}<Order>&x;").as_bytes()).1.unwrap_err();
    let column = before.chars().count() as u64 + "<Order>".len() as u64 + 1;
    assert_eq!((fault.code.name(), fault.place.column), ("unknown-entity", Some(column)));
    assert!(fault.place.source.as_ref().is_some_and(|source| source.ends_with("<Order>&x;")));
}

#[test]
fn a_doctype_is_passed_over_and_its_entities_are_never_expanded() {
    let doctype = "<!DOCTYPE Orders [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\"><!ENTITY f SYSTEM \"file:///etc/hostname\">]>\n";
    assert_eq!(faults(ORDERS, format!("{doctype}{}", order(""))), [""; 0]);
    for entity in ["a", "b", "f"] {
        let file = format!("{doctype}{}", order(&format!("<Ref>&{entity};</Ref>")));
        assert_eq!(ended(ORDERS, file), format!("unknown-entity 2:86 &{entity};"));
    }
    let attribute = format!("{doctype}{}", order("").replace("\"7\"", "\"&b;\""));
    assert!(seen(ORDERS, attribute).ended.is_some());
}

#[test]
fn a_file_of_nothing_is_empty() {
    for file in ["", " \r\n", "\u{feff}", "<?xml version='1.0'?>\n", "<!-- x -->"] {
        assert_eq!(seen(ORDERS, file).file_faults, ["empty-file -:-"], "{file:?}");
    }
    let none = seen(ORDERS, "<Orders/>");
    assert!(none.counts() && none.documents.is_empty() && none.faults.is_empty());
}

/// The file that a format file makes of shipments, in Latin-1.
fn written(format: &str, shipments: Vec<Shipment>) -> String {
    try_written(format, shipments).unwrap().into_iter().map(char::from).collect()
}

fn try_written(format: &str, shipments: Vec<Shipment>) -> Result<Vec<u8>, Fault> {
    let definition = definition(format);
    let documents: Vec<AnyDocument> =
        shipments.into_iter().map(|shipment| AnyDocument::Shipment(Box::new(shipment))).collect();
    let sent = Remembered::default();
    let outgoing: Vec<Outgoing<'_>> =
        documents.iter().map(|document| Outgoing { document, sent: &sent }).collect();
    let context = WriteContext { sequence: 1, time: chrono::DateTime::UNIX_EPOCH, time_zone: chrono_tz::UTC };
    write(&definition, &outgoing, &context)
}

fn shipment(number: &str, articles: &[&str]) -> Shipment {
    let line =
        |article: &&str| ShipmentLine { article_number: Some((*article).into()), ..ShipmentLine::default() };
    Shipment {
        order_number: Some(number.into()),
        order_id: Some(format!("{number}0").into()),
        consignee_name: Some("Bå & Co".into()),
        status_number: Some(450),
        lines: articles.iter().map(line).collect(),
        ..Shipment::default()
    }
}

const SHIPMENTS: &str = r#"
[layout]
syntax   = "xml"
encoding = "iso-8859-1"

[layout.records.order]
path = "Shipments/Order"

[layout.records.line]
path  = "Lines/Line"
under = "order"

[record.order]
of          = "shipment"
"Head/Name" = "consignee_name"
Nr          = "order_number"
"Head/Id"   = "order_id"
"."         = "status_number"
"@late"     = "order_id"
"Lines/Of"  = "order_number"
"Head/@by"  = "order_number"

[record.line]
of   = "shipment"
each = "lines"
Art  = "article_number"
"#;

#[test]
fn what_shares_a_way_is_written_into_one_element() {
    let expected = r#"<?xml version="1.0" encoding="iso-8859-1"?>
<Shipments>
  <Order late="70">450<Head by="7">
      <Name>Bå &amp; Co</Name>
      <Id>70</Id>
    </Head>
    <Nr>7</Nr>
    <Lines>
      <Of>7</Of>
      <Line>
        <Art>A</Art>
      </Line>
      <Line>
        <Art>B</Art>
      </Line>
    </Lines>
  </Order>
  <Order late="80">450<Head by="8">
      <Name>Bå &amp; Co</Name>
      <Id>80</Id>
    </Head>
    <Nr>8</Nr>
    <Lines>
      <Of>8</Of>
    </Lines>
  </Order>
</Shipments>
"#;
    let newline = definition(SHIPMENTS).layout.newline;
    let file = written(SHIPMENTS, vec![shipment("7", &["A", "B"]), shipment("8", &[])]);
    assert_eq!(newline == Newline::CrLf, file.contains('\r'));
    assert_eq!(file.replace('\r', ""), expected);
}

#[test]
fn a_second_root_is_not_written() {
    let format = "[layout]\nsyntax = \"xml\"\n[layout.records.order]\npath = \"Order\"\n[record.order]\n\
        of = \"shipment\"\nNr = \"order_number\"\n";
    let fault = try_written(format, vec![shipment("7", &[]), shipment("8", &[])]).unwrap_err();
    assert_eq!((fault.code.name(), fault.found.as_deref()), ("record-cannot-be-written", Some("8")));
    assert!(fault.args["expected"].contains("second document in one file"), "{fault}");
}

#[test]
fn a_written_file_declares_what_its_format_file_says_and_has_nothing_else() {
    let first = |encoding: &str, name: &str| {
        let format = SHIPMENTS.replace("iso-8859-1", encoding);
        let named = Shipment { consignee_name: Some(name.into()), ..shipment("7", &[]) };
        let file = written(&format, vec![named]);
        let (_, behind) = file.split_once("encoding=\"").unwrap();
        let (_, name) = behind.split_once("<Name>").unwrap();
        (behind.split_once('"').unwrap().0.to_owned(), name.split_once('<').unwrap().0.to_owned())
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(first("iso-8859-1", "å–€"), pair("iso-8859-1", "å&#8211;&#8364;"));
    assert_eq!(first("windows-1252", "å–Ł"), pair("windows-1252", "å\u{96}&#321;"));
    assert_eq!(first("latin1", "å"), pair("windows-1252", "å"));
    assert_eq!(first("UTF-8", "x"), pair("utf-8", "x"));
    assert_eq!(first("declared", "x"), pair("utf-8", "x"));
}

/// Texts that XML is made of, so that chance comes upon the ways through the reader.
fn snippets() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "<?xml version='1.0' encoding='latin1'?>",
        "<Orders>",
        "</Orders>",
        "<Order Number='7'>",
        "<Order",
        ">",
        "/>",
        "</Order>",
        "<Date>",
        "</Date>",
        "2026-11-20",
        "<Rows>",
        "<Row No='1'>",
        "</Row>",
        "</Rows>",
        "<Ref>",
        "</Ref>",
        "<Ref/>",
        "&amp;",
        "&#246;",
        "&x;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE x [",
        "]>",
        "<?",
        "?>",
        "ö",
        "\n",
        "\r\n",
        " ",
        "'",
        "\"",
        "xmlns:a='b'",
        "<a:Ref>",
        "\u{feff}",
        "\0",
        "\u{1a}",
    ])
    .prop_map(|text| text.as_bytes().to_vec());
    let any = prop::collection::vec(any::<u8>(), 0..4);
    prop::collection::vec(prop_oneof![9 => known, 1 => any], 0..40).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic_and_the_pieces_that_they_come_in_do_not_matter(bytes in snippets(), size in 1usize..40) {
        let definition = definition(ORDERS);
        prop_assert_eq!(read_in(usize::MAX, &definition, &bytes), read_in(size, &definition, &bytes));
    }

    #[test]
    fn a_good_file_with_one_part_changed_is_read_alike_in_pieces(
        at in 0..GOOD.len(),
        length in 0..20usize,
        put in snippets(),
        size in 1usize..600,
    ) {
        let definition = definition(ORDERS);
        let end = (at + length).min(GOOD.len());
        let bytes = [&GOOD.as_bytes()[..at], &put, &GOOD.as_bytes()[end..]].concat();
        prop_assert_eq!(read_in(usize::MAX, &definition, &bytes), read_in(size, &definition, &bytes));
    }
}
