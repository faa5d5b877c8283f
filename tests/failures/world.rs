//! One gateway and one sandbox on one clock, and files of a few rows.

use chrono::TimeDelta;
use lastkaj::call::{CallState, Lane};
use lastkaj::clock::Clock;
use lastkaj::config;
use lastkaj::gateway::Gateway;
use lastkaj::ledger::{CallFilter, CallSummary};
use lastkaj::step::Steps;
use serde_json::{Value, json};

use crate::support::{Place, sample};

pub struct World {
    pub place: Place,
    pub clock: Clock,
    pub gateway: Option<Gateway>,
}

impl World {
    /// Nothing is sent yet; breakers are as good as off, to see one failure at a time.
    pub fn empty() -> World {
        let clock = Clock::hands("2026-11-25T08:00:00Z".parse().unwrap());
        World { place: Place::at("", clock.clone()), clock, gateway: None }
    }

    /// Articles A to D are in Ongoing.
    pub fn new() -> World {
        let mut world = World::empty();
        world.articles("ART0.csv", &[("A", "Hasp"), ("B", "Lås"), ("C", "Bult"), ("D", "Krok")]);
        world.rounds(4);
        world
    }

    /// Breakers and outboxes as in an installation that nobody tuned.
    pub fn untuned(mut self) -> World {
        self.configure(&[
            ("breaker = { failures = 4, window = \"100ms\" }", ""),
            ("rest_after_silence = \"100ms\"", ""),
            ("every = \"100ms\"", "every = \"5m\""),
        ]);
        self
    }

    /// Changes the configuration, and starts anew.
    pub fn configure(&mut self, changes: &[(&str, &str)]) {
        let mut text = String::from_utf8(self.place.read("gateway.toml")).unwrap();
        for (from, into) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, into);
        }
        self.place.write("gateway.toml", text.as_bytes());
        self.restart();
    }

    /// The gateway; started if it does not run.
    pub fn gateway(&mut self) -> &Gateway {
        if self.gateway.is_none() {
            let config = config::load(&self.place.path("gateway.toml"), &config::ProcessEnvironment).unwrap();
            let opened = Gateway::open(config, self.clock.clone(), Steps::unwatched());
            self.gateway = Some(self.place.block_on(opened).unwrap());
        }
        self.gateway.as_ref().unwrap()
    }

    /// The process ends; the next thing asked of it starts a new one.
    pub fn restart(&mut self) {
        self.gateway = None;
    }

    /// Does all that is due so many times, two seconds apart.
    pub fn rounds(&mut self, rounds: u32) {
        self.every(TimeDelta::seconds(2), rounds);
    }

    /// Does all that is due so many times.
    pub fn every(&mut self, apart: TimeDelta, rounds: u32) {
        for _ in 0..rounds {
            self.gateway();
            let gateway = self.gateway.as_ref().unwrap();
            self.place.block_on(gateway.once()).unwrap();
            self.clock.advance(apart);
        }
    }

    /// Drops an article file: numbers and names.
    pub fn articles(&self, name: &str, articles: &[(&str, &str)]) {
        let row = |(number, text): &(&str, &str)| {
            format!("{number};{text};BESLAG;ST;;1,5;72,3;14,1;26,7;25;960;;SE;J;N;640,00;2000;L-1")
        };
        self.drop("articles", name, "nordvik/articles/register", articles.iter().map(row).collect());
    }

    /// Drops an order file: numbers, names of the consignee, articles.
    pub fn orders(&self, name: &str, orders: &[(&str, &str, &str)]) {
        let row = |(number, consignee, article): &(&str, &str, &str)| {
            format!(
                "{number};1001;;{consignee};Älvgatan 3;;652 25;KARLSTAD;SE;2026-11-26;10;;;;N;010;{article};3;ST;10,00;1;SEK;"
            )
        };
        self.drop("orders", name, "nordvik/orders/day", orders.iter().map(row).collect());
    }

    fn drop(&self, inbox: &str, name: &str, like: &str, rows: Vec<String>) {
        let bytes = sample(&format!("{like}/input.csv"));
        let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&bytes);
        let header = text.lines().next().unwrap();
        let text = format!("{header}\r\n{}\r\n", rows.join("\r\n"));
        let bytes = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
        self.place.write(&format!("erp/{inbox}/{name}"), &bytes);
    }

    /// Requests that fit fail in this way: so often, or for ever.
    pub fn fail(&self, which: Value, how: Value, times: Option<u32>) {
        let mut failure = which;
        failure["how"] = how;
        if let Some(times) = times {
            failure["times"] = json!(times);
        }
        self.place.sandbox_page("POST", "/sandbox/failures", &failure.to_string());
    }

    pub fn mend(&self) {
        self.place.sandbox_page("DELETE", "/sandbox/failures", "");
    }

    pub fn switch(&self, switches: Value) {
        self.place.sandbox_page("POST", "/sandbox/switches", &switches.to_string());
    }

    /// The calls on a number, oldest first.
    pub fn calls(&mut self, number: &str) -> Vec<CallSummary> {
        let filter = CallFilter { number: Some(number.to_owned()), ..CallFilter::default() };
        self.gateway();
        let ledger = self.gateway.as_ref().unwrap().ledger();
        let mut calls = self.place.block_on(async { ledger.calls(filter, 100).await }).unwrap();
        calls.reverse();
        calls
    }

    pub fn states(&mut self, number: &str) -> Vec<CallState> {
        self.calls(number).iter().map(|call| call.state).collect()
    }

    /// The requests that fit so far: `PUT A 200`, in order. Reads for reports are left out.
    pub fn requests(&self, fits: impl Fn(&str, &str) -> bool) -> Vec<String> {
        let log = self.place.sandbox_page("GET", "/sandbox/requests", "");
        let rows = log.as_array().unwrap().iter().filter_map(|row| {
            let (verb, number) = (row["verb"].as_str().unwrap(), row["number"].as_str()?);
            fits(verb, number).then(|| format!("{verb} {number} {}", row["status"]))
        });
        rows.collect()
    }

    /// The verbs and answers of the requests about one number.
    pub fn about(&self, number: &str) -> Vec<String> {
        let requests = self.requests(|_, of| of == number);
        requests.iter().map(|request| request.replace(&format!(" {number} "), " ")).collect()
    }

    /// How many requests of this verb on paths with this end were answered so (any answer: 0).
    pub fn count(&self, verb: &str, end: &str, status: u64) -> usize {
        let log = self.place.sandbox_page("GET", "/sandbox/requests", "");
        let fits = |row: &&Value| {
            row["verb"] == verb
                && row["path"].as_str().unwrap().ends_with(end)
                && (status == 0 || row["status"] == status)
        };
        log.as_array().unwrap().iter().filter(fits).count()
    }

    /// The names of the consignees in the sandbox, by order number.
    pub fn consignees(&self) -> Vec<(String, String)> {
        let state = self.place.sandbox_page("GET", "/sandbox/state", "");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let orders = state["orders"].as_array().unwrap().iter();
        orders
            .map(|order| (text(&order["orderNumber"]), text(&order["order"]["consignee"]["name"])))
            .collect()
    }

    pub fn lane(&self) -> Lane {
        Lane { installation: "sandbox".into(), goods_owner: 159 }
    }

    /// What must hold whatever happened.
    pub fn check(&self) {
        let counters = self.place.sandbox_page("GET", "/sandbox/counters", "");
        assert_eq!(counters["violations"], 0, "{counters}");
        assert!(counters["overlapping_writes"].as_u64() <= Some(1), "{counters}");
    }
}

/// A consignee as [`World::consignees`] lists it.
pub fn to(number: &str, consignee: &str) -> (String, String) {
    (number.to_owned(), consignee.to_owned())
}
