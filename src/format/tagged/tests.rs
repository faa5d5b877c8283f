use std::io::Read;

use crate::document::{
    AnyDocument, PurchaseOrder, PurchaseOrderLine, PurchaseOrderSupplierInfo, Shipment, ShipmentLine,
};
use crate::fault::code;
use crate::format::mapping::back_tests::{back, definition, there_and_back};
use crate::format::read_back::written;
use crate::format::{ReadContext, Remembered, read};

/// The same line for ever.
struct Endless(&'static [u8], usize);

impl Read for Endless {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        for byte in to.iter_mut() {
            *byte = self.0[self.1];
            self.1 = (self.1 + 1) % self.0.len();
        }
        Ok(to.len())
    }
}

fn refused(layout: &str, document: &str, line: &'static [u8]) -> &'static str {
    let text = format!("[layout]\nencoding = \"utf-8\"\n{layout}\n[document.article]\n{document}\n");
    let scratch = || tempfile::tempfile();
    let context = ReadContext { file_name: "f", time_zone: chrono_tz::UTC, live: true, scratch: &scratch };
    let read = read(&definition(&text), &mut Endless(line, 0), &context, &mut |_| Ok(()));
    read.unwrap_err().code.name()
}

#[test]
fn a_record_of_endless_lines_ends_the_reading() {
    let tagged = "syntax = \"tagged\"\n[layout.records.head]\nwhen = [{ at = 1, is = \"01\" }]";
    let found = refused(tagged, "each = \"head\"\narticle_number = \"#1\"", b"#2;some text or other\n");
    assert_eq!(found, code::OVER_LONG_RECORD.name());
    let labels = "syntax = \"csv\"\nlabels = { until = \"Artnr\" }";
    let document = "each = \"labels\"\narticle_number = \"Nr\"\ndescription = { all = \"row.Text\" }";
    let found = refused(labels, document, b"Namn;some text or other\n");
    assert_eq!(found, code::OVER_LONG_RECORD.name());
}

const SHIPMENTS: &str = r##"
[layout]
syntax   = "tagged"
encoding = "utf-8"
newline  = "lf"
decimal  = ","

[layout.records.head]
when            = [{ at = 1, is = "01" }]
fields.Customer = { at = 3, width = 8 }
fields.Late     = { tag = "#12207" }

[layout.records.line]
when  = [{ at = 1, is = "11" }]
under = "head"

[record.head]
of         = "shipment"
"#12203"   = "order_number"
"Customer" = "consignee_order_number"
"Late"     = "waybill"

[record.line]
of       = "shipment"
each     = "lines"
"#12414" = "row_number"
"¤12401" = "article_number"
"#12441" = "delivered_number_of_items"
"##;

fn shipment(number: &str, article: &str) -> AnyDocument {
    let line = ShipmentLine {
        row_number: Some("1".into()),
        article_number: Some(article.into()),
        delivered_number_of_items: Some("2.5".parse().unwrap()),
        ..ShipmentLine::default()
    };
    AnyDocument::Shipment(Box::new(Shipment {
        order_number: Some(number.into()),
        lines: vec![line],
        ..Shipment::default()
    }))
}

#[test]
fn marks_and_tags_are_written_in_the_order_of_the_format_file() {
    let definition = definition(SHIPMENTS);
    let mut whole = shipment("W81204", "7731; \"2\"");
    let AnyDocument::Shipment(shipped) = &mut whole else { unreachable!() };
    shipped.consignee_order_number = Some("20416".into());
    shipped.waybill = Some("#1;2".into());
    assert_eq!(
        written(&definition, &[whole, shipment("W81205", " ")]).unwrap(),
        "0120416\n#12203;W81204\n#12207;#1;2\n11\n#12414;1\n¤12401;7731; \"2\"\n#12441;2,5\n\
         01\n#12203;W81205\n11\n#12414;1\n#12441;2,5\n"
    );
    assert_eq!(written(&definition, &[]).unwrap(), "");
}

#[test]
fn what_no_tagged_line_can_say_is_refused() {
    let refused = |text: &str, document| written(&definition(text), &[document]).unwrap_err();
    assert_eq!(
        refused(SHIPMENTS, shipment("W81204", "two\nlines")),
        "\"two\nlines\" in ¤12401 of line holds a line break, and a value goes to the end of its line"
    );
    let customer = |customer: &str| {
        let mut document = shipment("W81204", "1");
        let AnyDocument::Shipment(shipped) = &mut document else { unreachable!() };
        shipped.consignee_order_number = Some(customer.into());
        document
    };
    assert_eq!(refused(SHIPMENTS, customer("204160000")), "\"204160000\" does not fit in Customer of head");
    // The mark is made of fields alone, and says nothing or looks like a tag.
    let own = SHIPMENTS
        .replace("when            = [{ at = 1, is = \"01\" }]\n", "")
        .replace("{ at = 3, width = 8 }", "{ at = 1, width = 8 }");
    for (mark, shown) in [("", ""), ("#1;2", "#1;2")] {
        assert_eq!(refused(&own, customer(mark)), format!("\"{shown}\" cannot be written as a record head"));
    }
}

const ORDERS: &str = r##"
[layout]
syntax   = "tagged"
encoding = "utf-8"
newline  = "lf"

[layout.records.head]
when            = [{ at = 1, is = "01" }]
fields.Customer = { at = 3, width = 20 }

[layout.records.text]
when  = [{ at = 1, is = "03" }]
under = "head"

[layout.records.line]
when  = [{ at = 1, is = "11" }]
under = "head"
fields.Index = { at = 3, width = 4 }

[document.purchase_order]
each                          = "head"
purchase_order_number         = "#12203"
supplier_info.supplier_number = "Customer"
purchase_order_remark         = { all = "text.#1" }

[document.purchase_order.purchase_order_lines]
each            = "line"
article_number  = "#12401"
row_number      = "#12414"
number_of_items = "#12441"

[remember]
lines = ["Index"]
"##;

#[test]
fn a_file_comes_back_with_the_same_bytes() {
    let file = "0120416\n#12203;W81204\n03\n#1;Ring; först\n03\n#1;och sedan\n110100\n#12401;7731-2\n#12414;1\n#12441;2,5\n\
                110200\n#12401;#0047\n#12414;2\n#12441;1\n01\n#12203;W81205\n";
    assert_eq!(there_and_back(&definition(ORDERS), file), file);
    let first = ORDERS.replace("\"text.#1\"", "\"text.#1\", take = \"first\"");
    assert_eq!(definition(&first).losses(), ["purchase_order_remark is gathered from several records (all)"]);
}

proptest::proptest! {
    #[test]
    fn what_is_written_back_is_read_alike(
        customer in "[0-9A-ZÅÄÖ;#]{0,20}",
        values in proptest::collection::vec("[!-~åäö;#¤]{1,12}", 0..4),
    ) {
        let lines = values.iter().enumerate().map(|(at, value)| PurchaseOrderLine {
            row_number: Some((at + 1).to_string().into()),
            article_number: Some(value.clone().into()),
            ..PurchaseOrderLine::default()
        });
        let order = PurchaseOrder {
            purchase_order_number: Some("W1".into()),
            supplier_info: Some(Box::new(PurchaseOrderSupplierInfo {
                supplier_number: Some(customer.into()).filter(|customer: &crate::document::Text| !customer.is_empty()),
                ..Default::default()
            })),
            purchase_order_lines: lines.collect(),
            ..PurchaseOrder::default()
        };
        let definition = definition(ORDERS);
        let bytes = back(&definition, &vec![(AnyDocument::PurchaseOrder(Box::new(order)), Remembered::default())], None).unwrap();
        let file = String::from_utf8(bytes).unwrap();
        proptest::prop_assert_eq!(there_and_back(&definition, &file), file);
    }
}
