//! A return order goes by Ongoing's ids, which are looked up by our numbers.

use lastkaj::call::{Call, Kind};
use lastkaj::document::DocumentType;
use lastkaj::ongoing::{Answer, Found, Hint};
use serde_json::{Value, json};

use crate::desk::{Desk, in_doubt, lost_answer};

fn call(desk: &Desk, order: &str, line: Value) -> Call {
    let mut line = line;
    line["returnOrderRowNumber"] = json!("1");
    line["toBeReturnedNumberOfItems"] = json!(1.5);
    let members = json!({ "returnOrderNumber": "R-1", "@orderNumber": order, "returnOrderLines": [line] });
    desk.call(DocumentType::ReturnOrder, members)
}

fn returned(desk: &Desk) -> Value {
    desk.only("returnOrders", "returnOrderNumbers=R-1")
}

#[test]
fn the_order_and_its_line_are_looked_up_by_row_or_by_article() {
    for (line, row) in [
        (json!({ "@orderRowNumber": "20" }), 1),
        (json!({ "@articleNumber": "A" }), 0),
        // The row decides where both are stated.
        (json!({ "@orderRowNumber": "20", "@articleNumber": "A" }), 1),
    ] {
        let desk = Desk::open();
        let call = call(&desk, "SO-1", line);
        assert_eq!(desk.look(&call), Found::Missing);
        assert_eq!(desk.accepted(&call, Hint::default()), ["PUT returnOrders"]);
        let (order, there) = (desk.order(), returned(&desk));
        assert_eq!(there["customerOrderInfo"]["orderId"], order["orderInfo"]["orderId"]);
        let found = &there["returnOrderLines"][0];
        assert_eq!(found["customerOrderLine"]["orderLineId"], order["orderLines"][row]["id"]);
        assert_eq!(found["toBeReturnedNumberOfItems"], 1.5);
        assert!(matches!(desk.look(&call), Found::Same { ongoing_id: Some(_) }));
        desk.world.all_well();
    }
}

#[test]
fn a_lost_answer_leaves_one_return() {
    let desk = Desk::open();
    let call = call(&desk, "SO-1", json!({ "@orderRowNumber": "10" }));
    desk.fails("PUT", "/returnOrders", lost_answer());
    assert_eq!(desk.unknown(&call, Hint::default()), "ongoing-broken-off");
    assert!(matches!(desk.look(&call), Found::Same { .. }));
    desk.accepted(&call, in_doubt(1));
    assert_eq!(returned(&desk)["returnOrderLines"].as_array().unwrap().len(), 1);
    assert_eq!(desk.world.effects("returnOrder", "R-1").0, 1);
}

#[test]
fn an_order_that_is_not_there_is_told_and_nothing_is_written() {
    let desk = Desk::open();
    let (answer, writes) =
        desk.perform(&call(&desk, "SO-9", json!({ "@orderRowNumber": "10" })), Hint::default());
    let Answer::NotThere { need, fault } = answer else { panic!("{answer:?}") };
    assert_eq!(
        (need.kind, need.number.as_str(), fault.code.name()),
        (Kind::Order, "SO-9", "ongoing-has-none")
    );
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn a_line_that_is_not_found_or_not_the_only_one_is_refused_by_name() {
    let desk = Desk::open();
    desk.world.put_order("SO-2", &[("10", "A", "5"), ("20", "A", "2")]);
    for (order, line, found) in [
        ("SO-1", json!({ "@orderRowNumber": "30" }), "order row 30"),
        ("SO-1", json!({ "@articleNumber": "C" }), "article C"),
        ("SO-2", json!({ "@articleNumber": "A" }), "article A on several lines"),
    ] {
        let (answer, writes) = desk.perform(&call(&desk, order, line), Hint::default());
        let Answer::Refused(fault) = answer else { panic!("{answer:?}") };
        assert_eq!((fault.code.name(), fault.found.as_deref()), ("order-line-not-found", Some(found)));
        assert_eq!((fault.args["order"].as_str(), fault.args["row"].as_str()), (order, "1"));
        assert!(writes.is_empty(), "{writes:?}");
    }
}
