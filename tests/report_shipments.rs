//! Promises 6, 7 and 12 on shipments: what is told per line, once, and the marks that follow the delivery.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/passes.rs"]
mod passes;

use std::io::{BufRead, BufReader, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lastkaj::call::{Operation, OwnNumbers};
use lastkaj::fault::Language;
use lastkaj::ledger::{Settlement, Target};
use lastkaj::ongoing::{Installation, Ongoing};
use lastkaj::report::{self, NameTemplate, Outbox, ReportKind, Schedule, shipments};
use lastkaj::secret::Secret;
use lastkaj::step::Steps;
use passes::{Desk, accepted, format, lane, orders};
use serde_json::{Value, json};

const SHIPMENTS: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ndelimiter = \";\"\nheader = true\n\
    newline = \"lf\"\ndecimal = \".\"\n[record.row]\nof = \"shipment\"\neach = \"lines\"\n\
    OrdNr = { sent = \"Nr\", default = \"order_number\" }\nRad = \"row_number\"\n\
    Nu = \"delivered_number_of_items\"\nAlla = \"total_number_of_items\"\nRest = \"remaining_number_of_items\"\n";

/// Answers `GET …/orders` with the orders set, from the id asked for.
struct Warehouse {
    orders: Arc<Mutex<Vec<Value>>>,
    ongoing: Ongoing,
    runtime: tokio::runtime::Runtime,
}

impl Warehouse {
    fn new(desk: &Desk) -> Warehouse {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let orders: Arc<Mutex<Vec<Value>>> = Arc::default();
        let shown = orders.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), shown) = (stream, shown.clone()) else { return };
                std::thread::spawn(move || answer(stream, &shown));
            }
        });
        let installation = Installation {
            name: lane().installation,
            url: format!("http://{address}/nordlager"),
            username: "u".into(),
            password: Secret::new("p"),
            time_out: Duration::from_secs(20),
            breaker_failures: 5,
            breaker_window: Duration::from_secs(60),
            rest_after_silence: Duration::from_secs(1),
            outage_alarm: Duration::from_secs(900),
            wait_max: Duration::from_secs(86_400),
            registers: Duration::from_secs(86_400),
        };
        Warehouse {
            orders,
            ongoing: Ongoing::new(&installation, desk.clock.clone(), Steps::unwatched()).unwrap(),
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    /// Order 71 is number 12 of ours, with lines of (ordered, picked, reported).
    fn set(&self, status: i64, lines: &[(i64, i64, Option<i64>)]) {
        let lines: Vec<Value> = lines
            .iter()
            .zip(1..)
            .map(|((ordered, picked, reported), row)| {
                json!({ "id": 700 + row, "rowNumber": row.to_string(), "orderedNumberOfItems": ordered,
                    "pickedNumberOfItems": picked, "reportedNumberOfItems": reported,
                    "article": { "articleNumber": "A" } })
            })
            .collect();
        *self.orders.lock().unwrap() = vec![json!({
            "orderInfo": { "orderId": 71, "orderNumber": "12", "orderStatus": { "number": status } },
            "orderLines": lines,
        })];
    }

    fn read(&self, desk: &Desk) -> usize {
        desk.pass(60);
        self.runtime
            .block_on(shipments::read(&desk.reporting(), &self.ongoing, &outbox(desk), 450))
            .unwrap_or_else(|fault| panic!("{fault}"))
    }
}

fn answer(stream: std::net::TcpStream, orders: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            line.clear();
        }
        let from = first.split("orderIdFrom=").nth(1).unwrap_or("0");
        let from: i64 = from.split(['&', ' ']).next().unwrap().parse().unwrap();
        let shown: Vec<Value> = orders
            .lock()
            .unwrap()
            .iter()
            .filter(|order| order["orderInfo"]["orderId"].as_i64() >= Some(from))
            .cloned()
            .collect();
        let body = serde_json::to_string(&shown).unwrap();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        if write!(stream, "{head}{}\r\n\r\n{body}", body.len()).is_err() {
            return;
        }
    }
}

fn outbox(desk: &Desk) -> Outbox {
    Outbox {
        name: "nordvik/shipments".into(),
        partner: "nordvik".into(),
        lane: lane(),
        numbers: Default::default(),
        remote: desk.remote(),
        folder: "out".into(),
        report: ReportKind::Shipments { shipped_status: 450 },
        format: format("shipments", SHIPMENTS),
        file_name: NameTemplate::check("SHP_{time:%H%M}_{sequence:03}.csv").unwrap(),
        schedule: Schedule::Every(Duration::from_secs(60)),
        time_zone: chrono_tz::Europe::Stockholm,
        language: Language::English,
    }
}

fn deliver(desk: &Desk) -> Result<usize, lastkaj::fault::Fault> {
    report::deliver(&desk.reporting(), "nordvik/shipments", &desk.remote(), "out")
}

/// Owes and delivers; the rows of the new files.
fn told(desk: &Desk) -> Vec<String> {
    let before = desk.names("out");
    shipments::owe(&desk.reporting(), &outbox(desk)).unwrap();
    deliver(desk).unwrap();
    rows(desk, &before)
}

fn rows(desk: &Desk, but: &[String]) -> Vec<String> {
    let names = desk.names("out").into_iter().filter(|name| !but.contains(name));
    names
        .flat_map(|name| {
            let text = desk.get(&format!("out/{name}"));
            text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
        })
        .collect()
}

/// The marks that wait, as (line, quantity), all of which are then accepted.
fn marks(desk: &Desk) -> Vec<(i64, String)> {
    let mut marks = Vec::new();
    let now = desk.clock.now();
    while let Some(due) = desk.ledger.next_call(&lane(), now).wait().unwrap() {
        let Operation::MarkOrderLineReported { order_id: 71, order_line_id, reported_number_of_items } =
            due.call.operation
        else {
            panic!("{:?}", due.call)
        };
        marks.push((order_line_id, reported_number_of_items));
        let accepted = Settlement::Accepted { ongoing_id: None, message: String::new() };
        desk.ledger.begin(due.id, now).wait().unwrap();
        desk.ledger.settle(due.id, accepted, Vec::new(), now).wait().unwrap();
    }
    marks
}

fn line(id: i64, quantity: &str) -> (i64, String) {
    (id, quantity.to_owned())
}

#[test]
fn part_deliveries_tell_what_is_new_and_a_start_in_between_tells_nothing_twice() {
    let mut desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    // The ERP's own number, with its zeros.
    desk.take(&desk.inbox(), "a.csv", orders(&["0012;Elsa;1;A;10", "0012;Elsa;2;B;5"]));
    desk.settle_next(accepted(71));
    warehouse.set(300, &[(10, 4, None), (5, 0, None)]);
    assert_eq!(warehouse.read(&desk), 0, "not shipped yet");
    warehouse.set(450, &[(10, 4, None), (5, 5, None)]);
    assert_eq!(warehouse.read(&desk), 1);
    assert_eq!(marks(&desk), [], "no mark before the file is delivered");
    desk.restart();
    assert_eq!(warehouse.read(&desk), 0, "noted is noted, whatever Ongoing still says");
    assert_eq!(told(&desk), ["0012;1;4;4;6", "0012;2;5;5;0"]);
    assert_eq!(desk.names("out"), ["SHP_0703_001.csv"]);
    desk.restart();
    assert_eq!(marks(&desk), [line(701, "4"), line(702, "5")]);

    // The rest of the first line, while Ongoing's own count lags.
    warehouse.set(450, &[(10, 10, None), (5, 5, Some(5))]);
    assert_eq!(warehouse.read(&desk), 1);
    assert_eq!(told(&desk), ["0012;1;6;10;0"]);
    assert_eq!(marks(&desk), [line(701, "10")]);
    assert_eq!((warehouse.read(&desk), told(&desk)), (0, vec![]));
    assert_eq!(desk.names("out").len(), 2);
}

#[test]
fn where_nothing_was_told_ongoings_reported_quantity_is_the_base() {
    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    warehouse.set(450, &[(10, 10, Some(4)), (5, 5, Some(5))]);
    warehouse.read(&desk);
    assert_eq!(told(&desk), ["12;1;6;10;0"]);
    assert_eq!(marks(&desk), [line(701, "10")]);
}

#[test]
fn a_partner_is_told_of_its_own_orders_by_its_own_numbers() {
    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    let numbers = OwnNumbers { prefix: "A-".into(), theirs: Vec::new() };
    let inbox = lastkaj::receive::Inbox {
        rules: lastkaj::plan::PlanRules { numbers: numbers.clone(), ..Default::default() },
        ..desk.inbox()
    };
    desk.take(&inbox, "a.csv", orders(&["0012;Elsa;1;A;10"]));
    assert_eq!(desk.settle_next(accepted(71)), "A-12");
    warehouse.set(450, &[(10, 4, None)]);
    warehouse.orders.lock().unwrap()[0]["orderInfo"]["orderNumber"] = "A-12".into();
    let read = |outbox: &Outbox| {
        let reporting = desk.reporting();
        let read = shipments::read(&reporting, &warehouse.ongoing, outbox, 450);
        warehouse.runtime.block_on(read).unwrap_or_else(|fault| panic!("{fault}"))
    };
    let other = Outbox {
        name: "sydvik/shipments".into(),
        numbers: OwnNumbers { prefix: String::new(), theirs: vec!["A-".into()] },
        ..outbox(&desk)
    };
    assert_eq!(read(&other), 0, "the other partner has no such order");
    let own = Outbox {
        numbers,
        format: format("shipments", &SHIPMENTS.replace("Rad = ", "Nr = \"order_number\"\nRad = ")),
        ..outbox(&desk)
    };
    assert_eq!(read(&own), 1);
    shipments::owe(&desk.reporting(), &own).unwrap();
    deliver(&desk).unwrap();
    assert_eq!(rows(&desk, &[]), ["0012;12;1;4;4;6"], "what it sent, and its number without the prefix");
    for number in ["12", "A-12"] {
        let trace = desk.ledger.trace(number).wait().unwrap();
        assert_eq!((trace.arrivals.len(), trace.facts.len(), trace.reports.len()), (1, 1, 1), "{number}");
    }
    assert_eq!(marks(&desk), [line(701, "4")]);
}

#[test]
fn each_shipment_has_a_file_of_its_own_where_a_file_holds_one_document() {
    let labels = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\nlabels = { until = \"Rad\" }\nnewline = \"lf\"\n\
        decimal = \".\"\n[record.labels]\nof = \"shipment\"\nOrdre = \"order_number\"\n[record.row]\n\
        of = \"shipment\"\neach = \"lines\"\nRad = \"row_number\"\nNu = \"delivered_number_of_items\"\n";
    let root = "[layout]\nsyntax = \"xml\"\nnewline = \"lf\"\n[layout.records.order]\npath = \"Order\"\n\
        [record.order]\nof = \"shipment\"\n\"@No\" = \"order_number\"\n";
    let declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
    for (text, files) in [
        (labels, ["Ordre;12\nRad;Nu\n1;4\n".to_owned(), "Ordre;13\nRad;Nu\n1;4\n".to_owned()]),
        (root, ["12", "13"].map(|number| format!("{declaration}\n<Order No=\"{number}\"/>\n"))),
    ] {
        let desk = Desk::new();
        let warehouse = Warehouse::new(&desk);
        let own = Outbox { format: format("labels", text), ..outbox(&desk) };
        assert!(own.format.writes_one_document());
        warehouse.set(450, &[(10, 4, None)]);
        {
            let mut orders = warehouse.orders.lock().unwrap();
            let mut second = orders[0].clone();
            second["orderInfo"]["orderId"] = 72.into();
            second["orderInfo"]["orderNumber"] = "13".into();
            second["orderLines"][0]["id"] = 801.into();
            orders.push(second);
        }
        assert_eq!(warehouse.read(&desk), 2);
        assert_eq!(shipments::owe(&desk.reporting(), &own).unwrap(), 2);
        deliver(&desk).unwrap();
        let written: Vec<String> =
            desk.names("out").iter().map(|name| desk.get(&format!("out/{name}"))).collect();
        assert_eq!(written, files);
    }
    let desk = Desk::new();
    assert!(!outbox(&desk).format.writes_one_document());
}

#[test]
fn a_finished_order_without_picks_is_told_once_and_a_cancelled_one_never() {
    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    warehouse.set(450, &[(10, 0, None)]);
    assert_eq!(warehouse.read(&desk), 1);
    assert_eq!(told(&desk), ["12;1;0;0;10"]);
    assert_eq!((warehouse.read(&desk), told(&desk), marks(&desk)), (0, vec![], vec![]));

    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    warehouse.set(1000, &[(10, 3, None)]);
    assert_eq!((warehouse.read(&desk), told(&desk), marks(&desk)), (0, vec![], vec![]));
}

#[test]
fn what_was_told_too_much_is_corrected_by_a_negative_row() {
    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    warehouse.set(450, &[(10, 8, None)]);
    warehouse.read(&desk);
    assert_eq!((told(&desk), marks(&desk)), (vec!["12;1;8;8;2".to_owned()], vec![line(701, "8")]));
    warehouse.set(450, &[(10, 6, Some(8))]);
    warehouse.read(&desk);
    assert_eq!((told(&desk), marks(&desk)), (vec!["12;1;-2;6;4".to_owned()], vec![line(701, "6")]));
}

#[test]
fn a_cut_at_any_change_of_the_delivery_neither_doubles_marks_nor_loses_one() {
    for after in [false, true] {
        for nth in 1.. {
            let mut desk = Desk::new();
            let warehouse = Warehouse::new(&desk);
            warehouse.set(450, &[(10, 4, None)]);
            warehouse.read(&desk);
            shipments::owe(&desk.reporting(), &outbox(&desk)).unwrap();
            desk.store.cut_at_change(nth, after);
            let was_cut = deliver(&desk).is_err();
            if was_cut {
                assert_eq!(marks(&desk), [], "no mark before it is known to be delivered");
            }
            desk.store.cut_at_change(1_000_000, false);
            desk.restart();
            while deliver(&desk).unwrap() > 0 {}
            assert_eq!(rows(&desk, &[]), ["12;1;4;4;6"], "cut at {nth}, after: {after}");
            assert_eq!(marks(&desk), [line(701, "4")], "cut at {nth}, after: {after}");
            if !was_cut {
                break;
            }
        }
    }
}

#[test]
fn a_held_report_that_is_delivered_late_does_not_set_a_mark_back() {
    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    warehouse.set(450, &[(10, 4, None), (5, 5, None)]);
    warehouse.read(&desk);
    desk.put("out/SHP_0701_001.csv", "somebody else's");
    shipments::owe(&desk.reporting(), &outbox(&desk)).unwrap();
    assert_eq!(deliver(&desk).unwrap(), 0);
    assert_eq!(marks(&desk), []);
    warehouse.set(450, &[(10, 10, None), (5, 5, None)]);
    warehouse.read(&desk);
    assert_eq!(told(&desk), ["12;1;6;10;0"]);
    assert_eq!(marks(&desk), [line(701, "10")]);
    desk.remove("out/SHP_0701_001.csv");
    desk.ledger.retry(Target::Report(1), "anna", desk.clock.now()).wait().unwrap();
    assert_eq!(told(&desk), ["12;1;4;4;6", "12;2;5;5;0"]);
    assert_eq!(marks(&desk), [line(702, "5")]);
}

#[test]
fn an_order_number_leads_to_its_file_line_and_to_the_report_that_told_it() {
    let desk = Desk::new();
    let warehouse = Warehouse::new(&desk);
    desk.take(&desk.inbox(), "a.csv", orders(&["0012;Elsa;1;A;10"]));
    desk.settle_next(accepted(71));
    warehouse.set(450, &[(10, 10, None)]);
    warehouse.read(&desk);
    told(&desk);
    let trace = desk.ledger.trace("12").wait().unwrap();
    assert_eq!(trace.arrivals[0].arrival.name, "a.csv");
    assert_eq!(trace.arrivals[0].documents[0].first_line, 2);
    assert_eq!(trace.facts.len(), 1);
    assert_eq!(trace.reports[0].name, "SHP_0701_001.csv");
    assert_eq!(trace.marks.len(), 1);
}
