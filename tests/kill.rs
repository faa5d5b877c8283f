//! Promise 6: kill -9 of the real binary at random moments of a day, restarted until quiet. In the end the sandbox
//! holds the same objects as after an undisturbed day, and the ERP was told the same rows, each in exactly one file,
//! with numbers without gaps. Seeds are fixed; what is random is only where the kill falls.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use support::{Place, sample};

/// How often the gateway is killed.
const KILLS: usize = 48;

/// How many parts a day has.
const PARTS: usize = 4;

/// What is left of a day, as far as it must be the same every time.
#[derive(Debug, PartialEq)]
struct Left {
    /// What the sandbox holds, by our numbers.
    objects: Value,
    /// The final outcome of each document, by file, document and number.
    outcomes: BTreeMap<(String, String, String, String), String>,
    /// What was told of each order line in all.
    delivered: BTreeMap<(String, String), i64>,
    /// The sources, where they stand now.
    done: Vec<String>,
}

#[test]
fn a_day_under_kills_ends_like_an_undisturbed_one() {
    let undisturbed = day(|place| {
        until_quiet(place);
    });
    assert!(undisturbed.outcomes.len() > 300, "the day is worth killing: {}", undisturbed.outcomes.len());
    assert!(undisturbed.delivered.len() > 40, "goods were shipped: {}", undisturbed.delivered.len());

    let mut histogram: BTreeMap<String, usize> = BTreeMap::new();
    let mut random = Random(20_261_125);
    let disturbed = day(|place| {
        // Each of the day's parts takes its share of the kills.
        for _ in 0..KILLS / PARTS {
            let step = run_and_kill(place, Duration::from_millis(20 + random.below(150)));
            *histogram.entry(step).or_default() += 1;
        }
        until_quiet(place);
    });

    println!("{} kills hit these steps:", histogram.values().sum::<usize>());
    for (step, count) in &histogram {
        println!("  {count:>3}  {step}");
    }
    assert!(histogram.values().sum::<usize>() >= 25);
    assert!(histogram.len() >= 3, "the kills fall on different steps: {histogram:?}");
    assert_eq!(disturbed.objects, undisturbed.objects, "the sandbox holds the same");
    assert_eq!(disturbed.outcomes, undisturbed.outcomes, "the same outcomes were told");
    assert_eq!(disturbed.delivered, undisturbed.delivered, "the same deliveries were told");
    assert_eq!(disturbed.done, undisturbed.done, "the sources stand in the same places");
}

/// A day: articles, orders, the warehouse at noon and in the afternoon, `run` after each.
fn day(mut run: impl FnMut(&Place)) -> Left {
    let place = Place::new();
    place.write("erp/articles/ART1.csv", &sample("nordvik/articles/register/input.csv"));
    run(&place);
    place.write("erp/orders/ORD1.csv", &sample("nordvik/orders/day/input.csv"));
    run(&place);
    // One order in two deliveries, one short, one of which nothing could be picked.
    let plan = r#"{"halves": ["81202"], "short": ["81203"], "zero": ["81204"]}"#;
    place.sandbox_page("POST", "/sandbox/warehouse/plan", plan);
    let accepted = place.sandbox_page("GET", "/sandbox/state", "")["orders"].as_array().unwrap().len();
    place.sandbox_page("POST", "/sandbox/warehouse/tick", &format!(r#"{{"steps": {}}}"#, accepted * 4));
    run(&place);
    place.sandbox_page("POST", "/sandbox/warehouse/tick", r#"{"steps": 100}"#);
    run(&place);
    left(&place)
}

fn left(place: &Place) -> Left {
    let counters = place.sandbox_page("GET", "/sandbox/counters", "");
    assert_eq!(counters["violations"], 0, "every request fits the OpenAPI file: {counters}");
    assert!(counters["overlapping_writes"].as_u64() <= Some(1), "one writer a lane: {counters}");

    let names = place.names("erp/to-erp");
    for prefix in ["ACK_", "SHP_"] {
        let numbers: Vec<usize> = names
            .iter()
            .filter_map(|name| name.strip_prefix(prefix)?.strip_suffix(".csv")?.parse().ok())
            .collect();
        let expected: Vec<usize> = (1..=numbers.len()).collect();
        assert_eq!(numbers, expected, "numbers without gaps: {names:?}");
    }
    assert!(names.iter().all(|name| name.ends_with(".csv")), "nothing half-written is left: {names:?}");
    for inbox in ["erp/articles", "erp/orders"] {
        let waiting: Vec<String> =
            place.names(inbox).into_iter().filter(|name| name != "done" && name != "failed").collect();
        assert!(waiting.is_empty(), "every file was taken: {waiting:?}");
    }

    let mut outcomes = BTreeMap::new();
    for row in place.rows("erp/to-erp", "ACK_") {
        if row["Utfall"] == "taken" {
            continue;
        }
        let document =
            (row["Fil"].clone(), row["Dokument"].clone(), row["Nummer"].clone(), row["Rad"].clone());
        let outcome = format!("{} {}", row["Utfall"], row["Felkod"]);
        assert_eq!(outcomes.insert(document, outcome), None, "told once: {row:?}");
    }
    let mut delivered = BTreeMap::new();
    let mut told = BTreeSet::new();
    for row in place.rows("erp/to-erp", "SHP_") {
        let line = (row["OrdNr"].clone(), row["RadNr"].clone());
        assert!(told.insert((line.clone(), row["Totalt"].clone())), "a total is told once: {row:?}");
        let hundredths: i64 = row["Levererat"].replace(',', "").parse().unwrap();
        *delivered.entry(line).or_default() += hundredths;
    }
    let done =
        ["erp/articles/done", "erp/orders/done"].iter().flat_map(|folder| place.names(folder)).collect();
    Left { objects: place.sandbox_page("GET", "/sandbox/state?ids=false", ""), outcomes, delivered, done }
}

/// Runs `once` until nothing waits.
fn until_quiet(place: &Place) {
    let mut last = String::new();
    for _ in 0..2_000 {
        let output = place.run(&["once", "--until-quiet"]);
        last = format!("{output:?}");
        // 0 all well, 1 a sender's fault was found: either way nothing waits.
        if matches!(output.status.code(), Some(0 | 1)) {
            let overview: Value = serde_json::from_slice(&place.run(&["list", "--json"]).stdout).unwrap();
            if overview["open"] == 0 && everything_is_told(place) {
                return;
            }
        }
        assert_eq!(output.stderr.windows(5).filter(|text| text == b"panic").count(), 0, "{output:?}");
    }
    panic!("never quiet: {}\n{last}", String::from_utf8_lossy(&place.run(&["list"]).stdout));
}

/// Whether every document's final outcome was told, and every shipped line is marked as told in the sandbox.
fn everything_is_told(place: &Place) -> bool {
    let arrivals: Value = serde_json::from_slice(&place.run(&["list", "arrivals", "--json"]).stdout).unwrap();
    let documents: u64 =
        arrivals.as_array().unwrap().iter().filter_map(|arrival| arrival["documents"].as_u64()).sum();
    let rows = place.rows("erp/to-erp", "ACK_");
    let outcomes: BTreeSet<(&str, &str)> = rows
        .iter()
        .filter(|row| row["Utfall"] != "taken")
        .map(|row| (row["Fil"].as_str(), row["Nummer"].as_str()))
        .collect();
    let state = place.sandbox_page("GET", "/sandbox/state", "");
    let shipped = state["orders"].as_array().unwrap().iter().filter(|order| order["status"] == 450);
    let mut lines = shipped.flat_map(|order| order["lines"].as_array().unwrap());
    documents == outcomes.len() as u64
        && lines.all(|line| line["reported"].as_str().unwrap_or("0") == line["picked"])
}

/// Runs the gateway and kills it after a while. Says which step it was in.
fn run_and_kill(place: &Place, after: Duration) -> String {
    let log = place.path("steps.log");
    let _ = std::fs::remove_file(&log);
    let mut child = place
        .lastkaj(&["run", "--step-log", log.to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // Not a wait for something to have happened: the moment of the kill is what is random.
    std::thread::sleep(after);
    // std's kill is SIGKILL: no handler, no clean-up.
    child.kill().unwrap();
    child.wait().unwrap();
    let steps = std::fs::read_to_string(&log).unwrap_or_default();
    // The last line may be torn. A commit is named with the verb that it commits.
    let whole = steps.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let last = whole.lines().last().unwrap_or("before the first step");
    if !last.ends_with("ledger.commit") {
        return last.to_owned();
    }
    let verb = whole.lines().rev().find(|line| !line.ends_with("ledger.commit")).unwrap_or("");
    let verb = verb.split_whitespace().last().unwrap_or("");
    format!("{last} of {verb}")
}

/// A small generator with a fixed seed (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % limit
    }
}
