use super::*;
use crate::fault::Language;

const ORDERS: &str = r#"
title = "Order export, one row per order line"

[layout]
syntax    = "csv"
encoding  = "windows-1252"
delimiter = ";"
header    = true
decimal   = ","
date      = "%Y-%m-%d"
group     = { by = "OrdNr" }

[document.order]
each                   = "row"
order_number           = "OrdNr"
delivery_date          = "LevDat"
consignee.name         = "Namn"
consignee.country_code = { from = "Land", codes = "countries", default = "SE" }
way_of_delivery.code   = { from = "LevSatt", codes = "nordvik-ways-of-delivery" }

[document.order.order_lines]
each            = "row"
row_number      = "RadNr"
article_number  = "ArtNr"
number_of_items = "Antal"
prices.line_price = { from = "Pris", times = "Antal", per = "PrisPer", round = 2 }
"#;

const FIXED: &str = r#"
[layout]
syntax   = "fixed"
encoding = "iso-8859-1"
newline  = "crlf"

[layout.records.head]
when = [{ at = 1, is = "01" }]
fields.OrdNr  = { at = 3, width = 10 }
fields.LevDat = { at = 13, width = 6, date = "%y%m%d", blank = ["000000"] }
fields.Namn   = { at = 19, width = 30 }

[layout.records.line]
when  = [{ at = 1, is = "02" }]
under = "head"
fields.ArtNr = { at = 3, width = 10 }
fields.Antal = { at = 25, width = 9, decimals = 2, sign = "trailing", align = "right", pad = "0" }

[layout.records.trailer]
when   = [{ at = 1, is = "99" }]
checks = { count = { at = 3, width = 6, of = "head" } }

[document.order]
each           = "head"
order_number   = "OrdNr"
delivery_date  = "LevDat"
consignee.name = "Namn"

[document.order.order_lines]
each            = "line"
row_number      = { counter = true }
article_number  = "ArtNr"
number_of_items = "Antal"
"#;

const SHIPMENTS: &str = r#"
[layout]
syntax   = "csv"
encoding = "windows-1252"

[record.row]
of     = "shipment"
each   = "lines"
Order  = "order_number"
Antal  = { from = "delivered_number_of_items", decimals = 2 }
"#;

fn tables() -> CodeTables {
    let ways = [("1".to_owned(), "DHL".to_owned())].into_iter().collect();
    [("nordvik-ways-of-delivery".to_owned(), ways)].into_iter().collect()
}

fn check(text: &str) -> Result<Definition, Vec<Fault>> {
    Definition::check("x/orders", "x/orders.toml", text, &tables())
}

/// Every mistake of a text: `line:column+length what | expected | hint`.
fn mistakes(text: &str) -> Vec<String> {
    let faults = check(text).err().unwrap_or_default();
    faults
        .iter()
        .map(|fault| {
            let place = &fault.place;
            let mut shown = format!(
                "{}:{}+{} {}",
                place.line.unwrap_or(0),
                place.column.unwrap_or(0),
                place.length.unwrap_or(0),
                fault.what(Language::English)
            );
            for part in [fault.expected(Language::English), fault.hint(Language::English)] {
                shown.push_str(" | ");
                shown.push_str(&part.unwrap_or_default());
            }
            shown
        })
        .collect()
}

/// The mistakes once a piece of a good text is replaced.
fn after(text: &str, from: &str, to: &str) -> Vec<String> {
    assert!(text.contains(from), "{from}");
    mistakes(&text.replacen(from, to, 1))
}

#[test]
fn good_definitions_say_what_they_read_and_write() {
    let orders = check(ORDERS).unwrap();
    assert_eq!((orders.reads(), orders.writes()), (vec![DocumentType::Order], None));
    assert!(!orders.has_end_mark());
    let fixed = check(FIXED).unwrap();
    assert!(fixed.has_end_mark());
    let shipments = check(SHIPMENTS).unwrap();
    assert_eq!((shipments.reads(), shipments.writes()), (vec![], Some(DocumentType::Shipment)));
    let names: Vec<&str> =
        shipments.layout.records[0].fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Order", "Antal"]);
}

#[test]
fn each_mistake_has_its_exact_message_at_its_place() {
    let mut wrong = Vec::new();
    for (text, from, to, expected) in [
        (
            ORDERS,
            "delivery_date          = \"LevDat\"",
            "delivery_dat = \"LevDat\"",
            "13:1+16 delivery_date of the order is not set, and Ongoing requires it | delivery_date = \"Field\" | add delivery_date",
        ),
        (
            ORDERS,
            "codes = \"countries\"",
            "codes = \"contries\"",
            "18:51+10 there is no code table contries | one of: carriers, countries, nordvik-ways-of-delivery, units, yes_no | did you mean countries?",
        ),
        (
            ORDERS,
            "consignee.name         = \"Namn\"\nconsignee.country_code = { from = \"Land\", codes = \"countries\", default = \"SE\" }",
            "consignee = \"Namn\"",
            "17:13+6 consignee takes members of its own, like consignee.customer_number = \"Field\", not a text in quotes | members of its own, like consignee.customer_number = \"Field\" | ",
        ),
        (
            FIXED,
            "width = 9, decimals = 2, sign = \"trailing\"",
            "packed = 9, decimals = 2",
            "17:27+6 packed does not fit here: it goes with syntax = \"fixed\", an encoding of IBM i like \"ibm278\" and framing = \"length\" or \"kinds\" |  | remove packed",
        ),
        (
            ORDERS,
            "\"Namn\"",
            "{ from = \"Namn\", split = \"{a} {b\", part = \"a\" }",
            "17:51+8 split cannot be {a} {b | …",
        ),
        (
            ORDERS,
            "\"Namn\"",
            "{ from = \"Namn\", split = \"{name} {city}\", part = \"citty\" }",
            "17:75+7 part cannot be citty | one of: city, name | did you mean city?",
        ),
        (
            ORDERS,
            "\"Namn\"",
            "{ from = \"Namn\", split = \"{name} {city}\" }",
            "17:26+42 part is missing | which part, one of: city, name | …",
        ),
        (
            ORDERS,
            "\"Namn\"",
            "{ value = \"N\", split = \"{name} {city}\", part = \"city\" }",
            "17:41+5 split does not fit here…",
        ),
        (
            ORDERS,
            "article_number  = \"ArtNr\"\n",
            "",
            "21:1+28 article_number of the order line is not set, and Ongoing requires it | article_number = \"Field\" | add article_number",
        ),
        (
            ORDERS,
            "number_of_items = \"Antal\"",
            "vat = \"Antal\"",
            "25:1+3 vat of the order line is never sent: its members in Ongoing are unknown | one of: row_number, …",
        ),
        (
            ORDERS,
            "each                   = \"row\"",
            "each = \"rov\"",
            "14:8+5 the layout has no record rov | one of: row | did you mean row?",
        ),
        (
            ORDERS,
            "{ from = \"Pris\", times",
            "{ from = \"Pris\", value = \"1\", times",
            "26:21+75 line_price has from and value | exactly one of: from, value, join, first_of, post_line, counter, file_name, all | ",
        ),
        (
            ORDERS,
            "per = \"PrisPer\", round = 2",
            "per = \"PrisPer\"",
            "26:21+51 round is missing | the number of decimals that a division is rounded to, like round = 2 | add round to [document.order.order_lines.prices.line_price]",
        ),
        (
            ORDERS,
            "default = \"SE\"",
            "date = \"%Y\"",
            "18:64+4 date does not fit here: the member is a text |  | remove date",
        ),
        (
            ORDERS,
            "encoding  = \"windows-1252\"",
            "encoding = \"windows-1522\"",
            "6:12+14 encoding cannot be windows-1522 | one of: windows-1252, iso-8859-1, iso-8859-15, utf-8, windows-1250, windows-1257, iso-8859-4, iso-8859-10, utf-16le, utf-16be, cp850, cp858, cp865, cp437, ibm278, ibm1143, ibm277, ibm1142, ibm037, ibm500, sen-850200-b, sen-850200-c, ns-4551-1, ns-4551-2, ds-2089 | did you mean windows-1252?",
        ),
        (
            ORDERS,
            "delimiter = \";\"",
            "delimiter = \";;\"",
            "7:13+4 delimiter cannot be ;; | exactly one character, like \";\" or \"\\t\" | ",
        ),
        (ORDERS, "header    = true", "heading = true", "8:1+7 heading is not known here | one of: blank, …"),
        (
            ORDERS,
            "date      = \"%Y-%m-%d\"",
            "date = \"YYYY-MM-DD\"",
            "10:8+12 date cannot be YYYY-MM-DD | a pattern with year, month and day like \"%Y-%m-%d\", \"%d.%m.%Y\" or \"%y%m%d\", or with year and week like \"%g%V\"; or a list of patterns of which the first that fits counts | did you mean %Y-%m-%d?",
        ),
        (
            ORDERS,
            "[document.order]\n",
            "[document.ordr]\n",
            "13:11+4 there is no document ordr | one of: article, order, order_change, purchase_order, purchase_order_change, return_order, cancellation, attachment | did you mean order?",
        ),
        (
            FIXED,
            "order_number   = \"OrdNr\"",
            "order_number = \"OrdNo\"",
            "25:16+7 head has no field OrdNo | one of: OrdNr, LevDat, Namn, ArtNr, Antal | did you mean OrdNr?",
        ),
        (
            FIXED,
            "order_number   = \"OrdNr\"",
            "order_number = \"Antal\"",
            "25:16+7 Antal stands in line records, of which there may be several | a field of a record that stands once | use it in the list with each = \"line\", or gather the texts with all = \"line.Antal\"",
        ),
        (
            FIXED,
            "under = \"head\"",
            "under = \"haed\"",
            "15:9+6 the layout has no record haed | one of: head, line, trailer | did you mean head?",
        ),
        (
            FIXED,
            "under = \"head\"\n",
            "",
            "29:19+6 line records do not stand under head | a record kind whose under leads to head | add under = \"head\" to [layout.records.line]",
        ),
        (
            FIXED,
            "newline  = \"crlf\"",
            "record_length = 30",
            "11:17+23 the field ends at 48, behind the end of the record | a place up to 30, the record_length of the layout | ",
        ),
        (
            FIXED,
            "[document.order]\n",
            "[layout.records.text]\nwhen = [{ at = 1, is = \"03\" }]\nfields.Text = { at = 3, width = 30 }\n\n[document.order]\n",
            "23:17+4 no document reads the text records | each or a field of text in some document, so that no record is lost in silence | map it, or set ignore = true in [layout.records.text]",
        ),
        (
            SHIPMENTS,
            "Order  = \"order_number\"",
            "Order = \"order_nmber\"",
            "9:9+13 shipment line has no member order_nmber | one of: row_number, …",
        ),
        (
            SHIPMENTS,
            "of     = \"shipment\"",
            "of = \"order\"",
            "7:6+7 order comes from the ERP and cannot be written to a file | one of: acknowledgement, shipment, receipt, stock, adjustment, return, cancelled_order | use [document.order] to read it",
        ),
        (
            SHIPMENTS,
            "each   = \"lines\"",
            "each = \"line\"",
            "8:8+6 each cannot be line | one of lines, parcels, file | did you mean lines?",
        ),
        (
            SHIPMENTS,
            "encoding = \"windows-1252\"",
            "",
            "2:1+8 encoding is missing | the name of a character encoding, like \"windows-1252\", \"cp850\" or \"utf-8\" | add encoding to [layout]",
        ),
    ] {
        let found = after(text, from, to);
        let is_it = |mistake: &String| match expected.strip_suffix('…') {
            Some(start) => mistake.starts_with(start),
            None => mistake == expected,
        };
        if !found.iter().any(is_it) {
            wrong.push(format!("{expected}\n    {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_come_in_one_go_in_their_order() {
    let text = ORDERS
        .replace("syntax    = \"csv\"", "syntax = \"cvs\"")
        .replace("order_number           =", "order_numbr =")
        .replace("article_number  =", "artcle_number =")
        .replace("round = 2", "round = 99");
    let lines: Vec<String> =
        mistakes(&text).iter().map(|mistake| mistake.split('|').next().unwrap().trim().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "5:10+5 syntax cannot be cvs",
            "13:1+16 order_number of the order is not set, and Ongoing requires it",
            "15:1+11 order has no member order_numbr",
            "21:1+28 article_number of the order line is not set, and Ongoing requires it",
            "24:1+13 order line has no member artcle_number",
            "26:80+2 round cannot be 99",
        ]
    );
}

#[test]
fn lines_without_a_row_number_get_one_and_the_definition_tells() {
    let counted = check(&ORDERS.replace("row_number      = \"RadNr\"\n", "")).unwrap();
    assert_eq!(counted.row_numbers_made(), ["order_lines.row_number"]);
    assert!(counted.sets(DocumentType::Order).contains("order_lines.row_number"));
    let asked = check(&ORDERS.replace("\"RadNr\"", "{ counter = true }")).unwrap();
    assert!(asked.row_numbers_made().is_empty(), "whoever writes it has thought of it");
    let sets = asked.sets(DocumentType::Order);
    assert!(sets.contains("consignee.country_code") && sets.contains("order_lines.prices.line_price"));
    assert!(!sets.contains("consignee.city"));
    assert!(asked.sets(DocumentType::Article).is_empty());
}

#[test]
fn members_that_are_never_sent_are_named() {
    for member in ["alternative_suppliers_info", "article_classes_info", "advanced"] {
        let text = format!(
            "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.article]\neach = \"row\"\narticle_number = \"A\"\n{member} = \"B\"\n"
        );
        let found = mistakes(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(&format!("7:1+{} {member} of the article is never sent", member.len())));
    }
}

#[test]
fn nothing_to_do_and_no_toml_are_said() {
    assert!(
        mistakes("[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n")[0]
            .contains("nothing is read and nothing is written")
    );
    assert!(mistakes("title = \n")[0].starts_with("1:"));
    assert!(!mistakes("").is_empty());
}

fn mutated(text: &str, at: usize, length: usize, with: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = at % (characters.len() + 1);
    let end = (at + length).min(characters.len());
    let mut mutated: String = characters[..at].iter().collect();
    mutated.push_str(with);
    mutated.extend(&characters[end..]);
    mutated
}

/// Takes one line away, or puts another one in its place.
fn shuffled(text: &str, from: usize, to: usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = lines.remove(from % lines.len());
    if to > 0 {
        let at = to % (lines.len() + 1);
        lines.insert(at, line);
    }
    lines.join("\n")
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(400))]
    #[test]
    fn no_text_makes_the_check_panic(
        which in 0usize..3, at in 0usize..2000, length in 0usize..12,
        with in "([a-z_.]{0,8}|[\"{}=,\\[\\]0-9 ]{0,5}|-1|99999999999|true|\\{ value = 1 \\})",
        from in 0usize..60, to in 0usize..60,
    ) {
        let text = [ORDERS, FIXED, SHIPMENTS][which];
        for text in [mutated(text, at, length, &with), shuffled(text, from, to)] {
            if let Err(faults) = check(&text) {
                proptest::prop_assert!(!faults.is_empty());
            }
        }
    }
}

const XML: &str = r#"
[layout]
syntax = "xml"

[layout.records.order]
path = "ORDERS/Order"

[layout.records.row]
path  = "Rows/Row"
under = "order"
when  = [{ path = "@RowType", is = "1" }]

[document.order]
each           = "order"
order_number   = "@OrderNumber"
delivery_date  = "Head/Date"
consignee.name = "Head/Name"

[document.order.order_lines]
each            = "row"
article_number  = "Part/@PartNumber"
number_of_items = "Quantity"
"#;

const TAGGED: &str = r##"
[layout]
syntax   = "tagged"
encoding = "windows-1252"

[layout.records.head]
when            = [{ at = 1, is = "01" }]
fields.Customer = { at = 3, width = 20 }

[layout.records.line]
when  = [{ at = 1, is = "11" }]
under = "head"

[document.order]
each                      = "head"
order_number              = "#12203"
delivery_date             = "#12204"
consignee.customer_number = "Customer"

[document.order.order_lines]
each           = "line"
article_number = "#12401"
"##;

const PARTS: &str = r#"
[layout]
encoding = "windows-1252"
syntax   = "csv"
group    = { by = { head = "OrdNr", row = "Order" } }

[layout.parts.head]
delimiter = ";"

[layout.parts.row]
optional = ["Rabatt"]

[document.order]
each           = "head"
order_number   = "OrdNr"
delivery_date  = "LevDat"
consignee.name = "Namn"

[document.order.order_lines]
each            = "row"
row_number      = "RadNr"
article_number  = "ArtNr"
number_of_items = "Antal"
comment         = "Rabatt"
"#;

/// `mistakes.txt` says what an author is told, word by word.
#[test]
#[allow(clippy::disallowed_methods, reason = "BLESS=1 writes a page of the repository")]
fn every_mistake_says_what_stands_beside_it() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/format/definition/mistakes.txt");
    let there = std::fs::read_to_string(&file).unwrap();
    let mut come = String::new();
    for block in there.split("\n\n") {
        let lines: Vec<&str> = block.lines().filter(|line| !line.starts_with('=')).collect();
        let text = match lines.first().copied() {
            Some("orders") => ORDERS,
            Some("fixed") => FIXED,
            Some("xml") => XML,
            Some("tagged") => TAGGED,
            Some("parts") => PARTS,
            Some("shipments") => SHIPMENTS,
            _ => "",
        };
        come.push_str(&lines.join("\n"));
        come.push('\n');
        if !text.is_empty() {
            assert!(check(text).is_ok(), "{}: {:?}", lines[0], check(text).err());
            let part = |mark: &str| {
                let line = lines.iter().find(|line| line.starts_with(mark)).unwrap();
                line.get(2..).unwrap_or("").replace("\\n", "\n")
            };
            for mistake in after(text, &part("-"), &part("+")) {
                come.push_str(&format!("= {mistake}\n"));
            }
        }
        come.push('\n');
    }
    let come = format!("{}\n", come.trim_end());
    if std::env::var_os("BLESS").is_some() {
        // Written for whoever asked for it, who reads it before keeping it.
        #[allow(clippy::disallowed_methods)]
        std::fs::write(&file, &come).unwrap();
    }
    for (number, (there, come)) in there.lines().zip(come.lines()).enumerate() {
        assert_eq!(there, come, "mistakes.txt:{}", number + 1);
    }
    assert_eq!(there.lines().count(), come.lines().count());
    assert!(come.split("\n\n").skip(1).all(|block| block.contains("\n= ")), "a mistake that nobody is told");
}

/// Keys that are written where another syntax has them.
const OF_ANOTHER_SYNTAX: [&str; 2] = ["column", "skip_first"];

/// What is a mistake of shape (a key, a kind of value, a word), an editor already marks by the schema.
#[test]
fn the_schema_refuses_mistakes_of_shape() {
    let schema = crate::written::schema("a format file", super::keys());
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let fits = |text: &str| {
        let table: toml::Table = toml::from_str(text).unwrap();
        validator.is_valid(&serde_json::to_value(table).unwrap())
    };
    let of_shape = ["unknown-key", "wrong-type", "unknown-target", "target-never-sent", "unknown-document"];
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/format/definition/mistakes.txt");
    let (mut refused, mut taken) = (0, Vec::new());
    for block in std::fs::read_to_string(&file).unwrap().split("\n\n") {
        let lines: Vec<&str> = block.lines().collect();
        let base = match lines.first().copied() {
            Some("orders") => ORDERS,
            Some("fixed") => FIXED,
            Some("xml") => XML,
            Some("tagged") => TAGGED,
            _ => continue,
        };
        let part = |mark: &str| {
            let line = lines.iter().find(|line| line.starts_with(mark)).unwrap();
            line.get(2..).unwrap_or("").replace("\\n", "\n")
        };
        let text = base.replace(&part("-"), &part("+"));
        let faults = check(&text).unwrap_err();
        // A value that is none of the words that the message names.
        let is_shape = |fault: &Fault| {
            // The schema does not know which syntax has which keys.
            if OF_ANOTHER_SYNTAX.contains(&fault.found.as_deref().unwrap_or_default()) {
                return false;
            }
            let expected = fault.args.get("expected").map(String::as_str).unwrap_or_default();
            // What stands beside it says what it may be.
            if fault.args.get("key").is_some_and(|key| key == "part") {
                return false;
            }
            of_shape.contains(&fault.code.name())
                || fault.code.name() == "wrong-value" && expected.starts_with("one of \"")
        };
        if !faults.iter().any(is_shape) {
            continue;
        }
        if fits(&text) {
            taken.extend(faults.iter().map(ToString::to_string));
        } else {
            refused += 1;
        }
    }
    assert!(fits(ORDERS) && fits(FIXED) && fits(XML) && fits(TAGGED));
    assert!(refused > 20, "{refused}");
    assert_eq!(taken, [""; 0]);
}

#[test]
fn a_field_has_its_own_mark_between_thousands() {
    let with = |number: &str| {
        check(&format!(
            "[layout]\nsyntax = \"fixed\"\nencoding = \"cp850\"\nthousands = \" \"\n\
             [layout.records.row]\nfields.Nr = {{ at = 1, width = 9 }}\nfields.Vikt = {{ at = 10, width = 9, {number} }}\n\
             [document.article]\neach = \"row\"\narticle_number = \"Nr\"\nweight = \"Vikt\"\n"
        ))
    };
    let own = with("thousands = \".\"").unwrap();
    let marks: Vec<_> = own.layout.records[0].fields.iter().map(|field| field.number.thousands).collect();
    assert_eq!(marks, [Some(' '), Some('.')]);
    assert_eq!(
        with("decimal = \".\", thousands = \".\"").unwrap_err()[0].args["expected"],
        "another character than the decimal sign"
    );
}
