//! The passes on a folder in memory, with a clock whose hands we move and the real ledger in a temporary folder.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use lastkaj::call::{CallState, Lane};
use lastkaj::clock::Clock;
use lastkaj::fault::{Fault, Language};
use lastkaj::format::Definition;
use lastkaj::ledger::{Arrival, ArrivalFilter, CallFilter, CallSummary, Ledger, Settlement};
use lastkaj::plan::PlanRules;
use lastkaj::receive::{self, After, Duplicates, FaultRule, Inbox, Ready, Receive, Staged, Taken};
use lastkaj::report::Reporting;
use lastkaj::step::{StepHook, Steps};
use lastkaj::transport::{self, MemoryStore, Remote, Sessions};

/// Orders by row: the head of the file.
pub const ORDERS: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ndelimiter = \";\"\nheader = true\n\
    group = { by = \"Nr\" }\n[document.order]\neach = \"row\"\n\
    order_number = { from = \"Nr\", strip_leading_zeros = true }\ndelivery_date = { value = \"2026-12-01\" }\n\
    consignee.name = \"Namn\"\n[document.order.order_lines]\neach = \"row\"\nrow_number = \"Rad\"\n\
    article_number = \"Art\"\nnumber_of_items = \"Antal\"\n[remember]\ndocument = [\"Nr\"]\n";
/// Articles by row.
pub const ARTICLES: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ndelimiter = \";\"\nheader = true\n\
    decimal = \".\"\n[document.article]\neach = \"row\"\narticle_number = \"Art\"\narticle_name = \"Namn\"\nweight = \"Vikt\"\n";

/// A checked format of this text.
pub fn format(name: &str, text: &str) -> Arc<Definition> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let tables = lastkaj::config::code_tables(&folder, &lastkaj::config::ProcessEnvironment).unwrap();
    Arc::new(Definition::check(name, name, text, &tables).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

/// A format of the project.
pub fn project_format(name: &str) -> Arc<Definition> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats").join(format!("{name}.toml"));
    format(name, &std::fs::read_to_string(path).unwrap())
}

/// An order file with these rows.
pub fn orders(rows: &[&str]) -> Vec<u8> {
    format!("Nr;Namn;Rad;Art;Antal\n{}\n", rows.join("\n")).into_bytes()
}

/// An order file with one order.
pub fn one(number: &str) -> Vec<u8> {
    orders(&[&format!("{number};Elsa;1;A;2")])
}

pub fn codes(faults: &[Fault]) -> Vec<&'static str> {
    faults.iter().map(|fault| fault.code.name()).collect()
}

pub fn lane() -> Lane {
    Lane { installation: "nordlager".into(), goods_owner: 159 }
}

/// Does something once, at the nth time that a step of this name is before or after.
pub struct At {
    pub step: &'static str,
    pub moment: &'static str,
    pub nth: Mutex<u32>,
    pub act: Box<dyn Fn() + Send + Sync>,
}

impl At {
    pub fn once(
        step: &'static str,
        moment: &'static str,
        nth: u32,
        act: impl Fn() + Send + Sync + 'static,
    ) -> Steps {
        Steps::watched(Arc::new(At { step, moment, nth: Mutex::new(nth), act: Box::new(act) }))
    }
}

impl At {
    /// Does something each time.
    pub fn each(step: &'static str, moment: &'static str, act: impl Fn() + Send + Sync + 'static) -> Steps {
        Steps::watched(Arc::new(Each { step, moment, act: Box::new(act) }))
    }
}

struct Each {
    step: &'static str,
    moment: &'static str,
    act: Box<dyn Fn() + Send + Sync>,
}

impl StepHook for Each {
    fn step(&self, name: &'static str, moment: &'static str) {
        if name == self.step && moment == self.moment {
            (self.act)();
        }
    }
}

impl StepHook for At {
    fn step(&self, name: &'static str, moment: &'static str) {
        if name != self.step || moment != self.moment {
            return;
        }
        let now = {
            let mut left = self.nth.lock().unwrap();
            *left = left.wrapping_sub(1);
            *left == 0
        };
        if now {
            (self.act)();
        }
    }
}

/// A gateway's passes, by hand.
pub struct Desk {
    pub folder: tempfile::TempDir,
    pub store: MemoryStore,
    pub clock: Clock,
    pub ledger: Ledger,
    pub sessions: Sessions,
    pub stop: Arc<AtomicBool>,
}

impl Desk {
    pub fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("data"), Steps::unwatched()).unwrap();
        let desk = Desk {
            folder,
            store: MemoryStore::default(),
            clock: Clock::hands("2026-11-25T06:00:00Z".parse().unwrap()),
            ledger,
            sessions: Sessions::new(Steps::unwatched()),
            stop: Arc::default(),
        };
        for folder in ["in", "in2", "out"] {
            desk.open().make_folder(folder).unwrap();
        }
        desk
    }

    /// The process is gone and starts anew: open handles are lost, the folders stay.
    pub fn restart(&mut self) {
        self.sessions = Sessions::new(Steps::unwatched());
        self.stop = Arc::default();
        self.ledger = Ledger::open(&self.folder.path().join("data"), Steps::unwatched()).unwrap();
        self.ledger.drop_unpublished().wait().unwrap();
        self.ledger.recover_in_flight().wait().unwrap();
    }

    /// From now on every step is told to these.
    pub fn watched(&mut self, steps: Steps) {
        self.sessions = Sessions::new(steps.clone());
        self.ledger = Ledger::open(&self.folder.path().join("data"), steps).unwrap();
    }

    pub fn remote(&self) -> Remote {
        Remote::Memory(self.store.clone())
    }

    fn open(&self) -> Box<dyn transport::Transport> {
        transport::open(&self.remote()).unwrap()
    }

    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        put(&self.store, path, bytes.as_ref());
    }

    pub fn get(&self, path: &str) -> String {
        let mut bytes = Vec::new();
        self.open().read(path, &mut bytes).unwrap_or_else(|trouble| panic!("{path}: {trouble:?}"));
        String::from_utf8(bytes)
            .unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(&error.into_bytes()).0.into_owned())
    }

    pub fn remove(&self, path: &str) {
        self.open().remove(path).unwrap();
    }

    /// The names in a folder, sorted; none where there is no folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names = Vec::new();
        let _ = self.open().list(folder, &mut |entry| {
            names.push(entry.name);
            true
        });
        names.sort();
        names
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub fn receive(&self) -> Receive {
        Receive {
            ledger: self.ledger.clone(),
            spool: self.ledger.spool().clone(),
            sessions: self.sessions.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
        }
    }

    pub fn reporting(&self) -> Reporting {
        Reporting {
            ledger: self.ledger.clone(),
            spool: self.ledger.spool().clone(),
            sessions: self.sessions.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
        }
    }

    /// An inbox that takes every `*.csv` at once and moves it to `done`.
    pub fn inbox(&self) -> Inbox {
        Inbox {
            name: "nordvik/orders".into(),
            partner: "nordvik".into(),
            lane: lane(),
            remote: self.remote(),
            folder: "in".into(),
            files: patterns(&["*.csv"]),
            parts: None,
            format: format("orders", ORDERS),
            ready: Ready::default(),
            after: After::MoveTo("in/done".into()),
            unpack: Default::default(),
            faults: FaultRule::SkipDocument,
            duplicates: Duplicates::Take,
            failed_folder: "in/failed".into(),
            poll: Duration::from_secs(5),
            time_zone: chrono_tz::Europe::Stockholm,
            language: Language::English,
            live: true,
            skip_unchanged: false,
            refresh: None,
            brake: Default::default(),
            rules: PlanRules::default(),
        }
    }

    /// One look, with the clock moved on first, as between two polls.
    pub fn look(&self, inbox: &Inbox) -> Taken {
        self.try_look(inbox).unwrap_or_else(|fault| panic!("{fault}"))
    }

    pub fn try_look(&self, inbox: &Inbox) -> Result<Taken, Fault> {
        self.pass(1);
        receive::take_in(&self.receive(), inbox)
    }

    pub fn stage(&self, inbox: &Inbox) -> Staged {
        let inboxes = HashMap::from([(inbox.name.clone(), inbox.clone())]);
        receive::stage_next(&self.receive(), &inbox.lane, &inboxes).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Puts a file, takes it in and stages it.
    pub fn take(&self, inbox: &Inbox, name: &str, bytes: impl AsRef<[u8]>) -> Arrival {
        self.put(&format!("{}/{name}", inbox.folder), bytes);
        let taken = self.look(inbox);
        assert_eq!(taken.faults, []);
        assert_eq!(taken.arrivals.len(), 1, "{taken:?}");
        self.stage(inbox);
        self.arrival(taken.arrivals[0])
    }

    pub fn arrival(&self, id: i64) -> Arrival {
        self.ledger.arrival(id).wait().unwrap().unwrap()
    }

    /// Every arrival, oldest first.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let mut arrivals = self.ledger.arrivals(ArrivalFilter::default(), 1_000).wait().unwrap();
        arrivals.sort_by_key(|arrival| arrival.id);
        arrivals
    }

    /// Every call, oldest first.
    pub fn calls(&self) -> Vec<CallSummary> {
        let mut calls = self.ledger.calls(CallFilter::default(), 10_000).wait().unwrap();
        calls.sort_by_key(|call| call.id);
        calls
    }

    pub fn states(&self) -> Vec<CallState> {
        self.calls().iter().map(|call| call.state).collect()
    }

    /// Ongoing accepts, or refuses, the lane's next call; says its number.
    pub fn settle_next(&self, settlement: Settlement) -> String {
        let now = self.clock.now();
        let due = self.ledger.next_call(&lane(), now).wait().unwrap().expect("a call that is due");
        self.ledger.begin(due.id, now).wait().unwrap();
        self.ledger.settle(due.id, settlement, Vec::new(), now).wait().unwrap();
        due.call.key.number
    }
}

pub fn put(store: &MemoryStore, path: &str, mut bytes: &[u8]) {
    transport::open(&Remote::Memory(store.clone())).unwrap().write_whole(path, &mut bytes).unwrap();
}

pub fn accepted(id: i64) -> Settlement {
    Settlement::Accepted { ongoing_id: Some(id), message: String::new() }
}

pub fn patterns(patterns: &[&str]) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    for pattern in patterns {
        set.add(globset::Glob::new(pattern).unwrap());
    }
    set.build().unwrap()
}
