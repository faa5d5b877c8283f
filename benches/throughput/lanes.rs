//! Lanes at work: a day of orders in the ledger, sent with every outcome committed, beside the bare client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lastkaj::call::{Call, CallState, Key, Kind, Lane, Need, Operation};
use lastkaj::clock::Clock;
use lastkaj::ledger::{Admission, Counts, Ledger, NewArrival, Planned, StagedDocument};
use lastkaj::ongoing::{Installation, Ongoing};
use lastkaj::secret::Secret;
use lastkaj::send::{Rest, Send, run_lane};
use lastkaj::step::Steps;

use crate::server::Server;
use crate::{bare, median};

/// An order as a file gives it, without its number; about 600 bytes.
const BODY: &str = r#""deliveryDate":"2026-11-26","referenceNumber":"4500012345","goodsOwnerOrderId":"20044","consignee":{"customerNumber":"1001","name":"Åkes Bygg & Färg AB","address1":"Älvgatan 3","postCode":"652 25","city":"KARLSTAD","countryCode":"SE"},"wayOfDelivery":{"code":"10"},"orderLines":[{"rowNumber":"10","articleNumber":"H-100","numberOfItems":3,"customerLinePrice":10.00},{"rowNumber":"20","articleNumber":"H-101","numberOfItems":12,"customerLinePrice":249.50},{"rowNumber":"30","articleNumber":"H-102","numberOfItems":1,"customerLinePrice":1249.00}]}"#;

/// One comparison.
struct Case {
    name: &'static str,
    lanes: usize,
    latency: Duration,
    calls: usize,
    /// What is aimed at, of the bare client.
    aim: f64,
}

const CASES: [Case; 3] = [
    Case { name: "one lane, no latency", lanes: 1, latency: Duration::ZERO, calls: 8_000, aim: 0.75 },
    Case { name: "one lane, 20 ms", lanes: 1, latency: Duration::from_millis(20), calls: 400, aim: 0.95 },
    Case { name: "200 lanes, 20 ms", lanes: 200, latency: Duration::from_millis(20), calls: 200, aim: 0.90 },
];

pub fn bench(quick: bool) {
    println!("{:<22} {:>10} {:>10} {:>7} {:>6}", "lanes", "bare /s", "lastkaj /s", "ratio", "aim");
    for case in CASES {
        let (rounds, calls) = if quick { (1, case.calls / 4) } else { (3, case.calls) };
        let server = Server::start(case.latency);
        let body = format!("{{\"goodsOwnerId\":159,\"orderNumber\":\"SO-00001\",{BODY}");
        let (mut bare, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            bare.push(bare::calls_a_second(&server, case.lanes, calls, &body));
            ours.push(calls_a_second(&server, case.lanes, calls));
        }
        let ratio = median(ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect());
        println!(
            "{:<22} {:>10.0} {:>10.0} {:>7.2} {:>6.2}",
            case.name,
            median(bare),
            median(ours),
            ratio,
            case.aim
        );
    }
    println!();
}

/// How many calls a second lanes do, from the ledger and back into it.
fn calls_a_second(server: &Server, lanes: usize, calls: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::System;
    let ledger = Ledger::open(folder.path(), Steps::unwatched()).unwrap();
    let lanes: Vec<Lane> =
        (0..lanes).map(|n| Lane { installation: "dumb".into(), goods_owner: n as i32 + 1 }).collect();
    for lane in &lanes {
        publish(&ledger, lane, calls);
    }
    let ongoing = Ongoing::new(&installation(server.url()), clock.clone(), Steps::unwatched()).unwrap();
    let send = Send {
        ledger: ledger.clone(),
        ongoing: Arc::new(ongoing),
        unknown_articles: Arc::new(BTreeMap::new()),
        clock,
        stop: Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    server.take_writes();
    let begun = Instant::now();
    runtime.block_on(async {
        let mut running = tokio::task::JoinSet::new();
        for lane in lanes.clone() {
            let send = send.clone();
            running.spawn(async move { run_lane(&send, &lane).await });
        }
        while let Some(ended) = running.join_next().await {
            assert_eq!(ended.unwrap().unwrap().rest, Rest::Until(None));
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let done = (lanes.len() * calls) as u64;
    assert_eq!(server.take_writes(), done);
    assert_eq!(ledger.overview().wait().unwrap().calls(CallState::Accepted), done);
    done as f64 / seconds
}

pub fn installation(url: String) -> Installation {
    Installation {
        name: "dumb".into(),
        url,
        username: "user".into(),
        password: Secret::new("password".to_owned()),
        time_out: Duration::from_secs(30),
        breaker_failures: 4,
        breaker_window: Duration::from_secs(600),
        rest_after_silence: Duration::from_secs(30),
        outage_alarm: Duration::from_secs(900),
        wait_max: Duration::from_secs(86_400),
        registers: Duration::from_secs(86_400),
    }
}

/// Files of up to 500 orders each, as the receive pass leaves them.
fn publish(ledger: &Ledger, lane: &Lane, calls: usize) {
    let now = Clock::System.now();
    let numbers: Vec<usize> = (0..calls).collect();
    for (file, numbers) in numbers.chunks(500).enumerate() {
        let name = format!("ORD{file}.csv");
        let admission = ledger.admit(NewArrival {
            inbox: format!("p{}/orders", lane.goods_owner),
            partner: format!("p{}", lane.goods_owner),
            lane: lane.clone(),
            name: name.clone(),
            size: 10,
            modified: None,
            hash: format!("{lane} {name}"),
            spool: "aa/b".into(),
            received_at: now,
            files: vec![],
            claims: vec![],
            held: None,
            hold_same_content: false,
        });
        let Admission::Admitted(id) = admission.wait().unwrap() else { panic!("it is new") };
        let document = |(ordinal, number): (usize, &usize)| StagedDocument {
            ordinal: ordinal as u64 + 1,
            document: "order".into(),
            number: Some(format!("SO-{number:05}")),
            part: None,
            first_line: 1,
            last_line: 1,
            faults: Vec::new(),
            planned: Planned::Call(order(lane, *number)),
        };
        ledger.stage(id, numbers.iter().enumerate().map(document).collect()).wait().unwrap();
        ledger.mark_staged(id).wait().unwrap();
        let counts = Counts { documents: numbers.len() as u64, ..Counts::default() };
        ledger.publish(id, counts, Vec::new(), now).wait().unwrap();
    }
}

fn order(lane: &Lane, number: usize) -> Call {
    let need = |article: &str| Need { kind: Kind::Article, number: article.to_owned() };
    Call {
        key: Key { lane: lane.clone(), kind: Kind::Order, number: format!("SO-{number:05}") },
        operation: Operation::PutOrder,
        body: format!("{{\"orderNumber\":\"SO-{number:05}\",{BODY}"),
        hash: format!("1:{number:064}"),
        needs: ["H-100", "H-101", "H-102"].map(need).into(),
        remember: r#"{"document":{"Nr":"0020044"}}"#.into(),
    }
}
