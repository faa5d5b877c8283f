use crate::document::{Acknowledgement, AcknowledgementRow, AnyDocument};
use crate::format::mapping::back_tests::{definition, there_and_back};
use crate::format::read_back::written;

const ACKNOWLEDGEMENTS: &str = r#"
[layout]
syntax   = "csv"
encoding = "utf-8"
newline  = "lf"
labels   = { until = "Nummer" }
stop_at  = "^;*$"

[record.labels]
of        = "acknowledgement"
"Kvitto"  = { value = "Order" }
"Fil"     = "file_name"
"Inkorg:" = "inbox"

[record.row]
of       = "acknowledgement"
each     = "rows"
"Nummer" = "number"
"Utfall" = "outcome"
"#;

fn acknowledgement(file: &str, numbers: &[&str]) -> AnyDocument {
    let rows = numbers
        .iter()
        .map(|number| AcknowledgementRow { number: Some((*number).into()), ..AcknowledgementRow::default() });
    AnyDocument::Acknowledgement(Box::new(Acknowledgement {
        file_name: Some(file.into()),
        rows: rows.collect(),
        ..Acknowledgement::default()
    }))
}

#[test]
fn labels_stand_before_their_table_and_an_empty_line_behind_it() {
    let acknowledgements = definition(ACKNOWLEDGEMENTS);
    assert_eq!(
        written(&acknowledgements, &[acknowledgement("a;\"b\".csv", &["81204", "812;05"])]).unwrap(),
        "Kvitto;Order\nFil;\"a;\"\"b\"\".csv\"\nNummer;Utfall\n81204;\n\"812;05\";\n\n"
    );
    let without_end = definition(&ACKNOWLEDGEMENTS.replace("stop_at  = \"^;*$\"\n", ""));
    assert_eq!(
        written(&without_end, &[acknowledgement("f", &[])]).unwrap(),
        "Kvitto;Order\nFil;f\nNummer;Utfall\n"
    );
}

#[test]
fn what_a_reader_would_lose_is_refused() {
    let acknowledgements = definition(ACKNOWLEDGEMENTS);
    let refused = |documents: &[AnyDocument]| written(&acknowledgements, documents).unwrap_err();
    assert_eq!(
        refused(&[acknowledgement("f", &["1"]), acknowledgement("g", &[])]),
        "\"Order\" cannot be written as a record labels"
    );
    assert_eq!(refused(&[acknowledgement("f", &["1", ""])]), "\";\" cannot be written as a record row");
    let unquoted = definition(&ACKNOWLEDGEMENTS.replace("newline ", "quote = \"none\"\nnewline "));
    assert_eq!(
        written(&unquoted, &[acknowledgement("a;b", &[])]).unwrap_err(),
        "\"a;b\" in Fil of labels holds a line break or the delimiter ;, and the format has no quotes"
    );
}

const ORDERS: &str = r#"
[layout]
syntax   = "csv"
encoding = "utf-8"
newline  = "lf"
labels   = { until = "Artnr" }
stop_at  = "^;*$"

[document.purchase_order]
each                        = "labels"
purchase_order_number       = "Order:"
in_date                     = "LevDatum"
supplier_info.supplier_name = "Leverantör"
reference_number            = "Märke"

[document.purchase_order.purchase_order_lines]
each            = "row"
article_number  = "Artnr"
number_of_items = "Antal"
"#;

#[test]
fn a_file_comes_back_with_the_same_bytes() {
    let file = "Order:;81204\nLevDatum;2026-11-20\nLeverantör;\"Öberg; Åsa\"\nArtnr;Okänd;Antal\n0047;;2,5\n7731-2;;40\n\n";
    assert_eq!(there_and_back(&definition(ORDERS), file), file);
    let without_end = definition(&ORDERS.replace("stop_at  = \"^;*$\"\n", ""));
    let file = file.trim_end_matches('\n').to_owned() + "\n";
    assert_eq!(there_and_back(&without_end, &file), file);
    let stopped = definition(&ORDERS.replace("^;*$", "^Summa"));
    assert_eq!(stopped.losses(), ["lines are passed over (stop_at)"]);
}
