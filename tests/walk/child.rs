//! The gateway in a process of its own, so that it can really die: this test binary, run again with one test.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use lastkaj::clock::Clock;
use lastkaj::config;
use lastkaj::gateway::Gateway;
use lastkaj::step::{StepHook, Steps};
use serde::{Deserialize, Serialize};

use crate::day::Disturbance;

/// What a process came to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    /// How many events (before and after a step) there were.
    pub events: usize,
    /// Whether nothing waits any more.
    pub quiet: bool,
    /// What the clock says in the end.
    pub ended: DateTime<Utc>,
    /// Whether what was to be done to it was done.
    pub disturbed: bool,
    /// What it said on its way out.
    #[serde(default)]
    pub said: String,
}

/// How a process is disturbed, as it is told to it.
#[derive(Default, Serialize, Deserialize)]
struct Order {
    dies_at: Option<usize>,
    full_from: Option<usize>,
    jumps: Option<(usize, i64)>,
}

/// How often a process does all that is due before it gives up being quiet.
const ROUNDS_MAX: u32 = 60;

/// Runs the gateway on a folder until nothing waits, or until it is disturbed to death.
pub fn run(folder: &Path, now: DateTime<Utc>, disturbance: Option<&Disturbance>) -> Run {
    let mut order = Order::default();
    let mut limit = String::new();
    match disturbance {
        Some(Disturbance::Crash { event }) => order.dies_at = Some(*event),
        Some(Disturbance::DiskFull { event }) => order.full_from = Some(*event),
        Some(Disturbance::ClockJumps { event, hours }) => order.jumps = Some((*event, *hours)),
        Some(Disturbance::FileSize { kib }) => limit = format!("trap '' XFSZ; ulimit -f {kib};"),
        Some(Disturbance::Failure(_)) | None => {}
    }
    let output = Command::new("bash")
        .args(["-c", &format!("ulimit -c 0; {limit} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["child::the_gateway", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env("WALK_FOLDER", folder)
        .env("WALK_NOW", now.to_rfc3339())
        .env("WALK_ORDER", serde_json::to_string(&order).unwrap())
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let told = said.lines().find_map(|line| line.split_once("WALK ").map(|(_, told)| told));
    match told {
        Some(told) => Run { said: said.clone(), ..serde_json::from_str(told).unwrap() },
        // It died: as it was told, or of a mistake, which `said` shows.
        None => Run { events: 0, quiet: false, ended: now, disturbed: disturbance.is_some(), said },
    }
}

/// The process.
#[test]
#[ignore = "run by the walks, in a process of its own"]
fn the_gateway() {
    let Ok(folder) = std::env::var("WALK_FOLDER") else { return };
    std::env::set_current_dir(&folder).unwrap();
    let clock = Clock::hands(std::env::var("WALK_NOW").unwrap().parse().unwrap());
    let order: Order = serde_json::from_str(&std::env::var("WALK_ORDER").unwrap()).unwrap();
    let hook = Arc::new(Hook {
        order,
        clock: clock.clone(),
        events: AtomicUsize::new(0),
        done: AtomicBool::new(false),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let quiet = runtime.block_on(until_quiet(&clock, Steps::watched(hook.clone())));
    let run = Run {
        events: hook.events.load(Ordering::SeqCst),
        quiet: matches!(quiet, Ok(true)),
        ended: clock.now(),
        disturbed: hook.done.load(Ordering::SeqCst) || quiet.is_err(),
        said: String::new(),
    };
    println!("\nWALK {}", serde_json::to_string(&run).unwrap());
    if std::env::var("WALK_AT").is_ok() {
        let ledger = lastkaj::ledger::Ledger::open(Path::new("data"), Steps::unwatched()).unwrap();
        for arrival in runtime.block_on(async { ledger.arrivals(Default::default(), 100).await }).unwrap() {
            println!("{} {:?}: {:?}", arrival.name, arrival.state, arrival.faults);
        }
        let calls = runtime.block_on(async { ledger.calls(Default::default(), 100).await }).unwrap();
        for call in calls.iter().rev() {
            println!(
                "{} {} {:?} tries {} due {:?}: {:?}",
                call.kind.name(),
                call.number,
                call.state,
                call.tries,
                call.due,
                call.fault
            );
        }
    }
    if let Err(why) = quiet {
        println!("{why}");
    }
}

/// Whether nothing waits any more, after so many rounds; an error is how the gateway ends on a full disk.
async fn until_quiet(clock: &Clock, steps: Steps) -> Result<bool, String> {
    let config = config::load(Path::new("gateway.toml"), &config::ProcessEnvironment)
        .map_err(|faults| format!("{faults:#?}"))?;
    let gateway = Gateway::open(config, clock.clone(), steps).await.map_err(|fault| fault.to_string())?;
    let mut idle = 0;
    for _ in 0..ROUNDS_MAX {
        let done = gateway.once().await.map_err(|fault| fault.to_string())?;
        let overview = gateway.ledger().overview().await.map_err(|fault| fault.to_string())?;
        for fault in &done.faults {
            println!("{fault}");
        }
        let still =
            done.arrivals == 0 && done.waiting_files == 0 && done.reports == 0 && overview.open() == 0;
        idle = if still { idle + 1 } else { 0 };
        if idle == 2 {
            return Ok(true);
        }
        clock.advance(TimeDelta::seconds(15));
    }
    let waiting = gateway.ledger().calls(Default::default(), 50).await.map_err(|fault| fault.to_string())?;
    for call in waiting.iter().filter(|call| !call.state.is_final()) {
        println!("{} {} {:?}: {:?}", call.kind.name(), call.number, call.state, call.fault);
    }
    Ok(false)
}

/// Counts the events, and does at one of them what it was told.
struct Hook {
    order: Order,
    clock: Clock,
    events: AtomicUsize,
    done: AtomicBool,
}

impl StepHook for Hook {
    fn step(&self, name: &'static str, moment: &'static str) {
        let event = self.events.fetch_add(1, Ordering::SeqCst) + 1;
        if self.order.dies_at == Some(event) {
            use io::Write;
            let _ = writeln!(io::stderr(), "died {moment} {name}");
            std::process::abort();
        }
        if let Some((at, hours)) = self.order.jumps
            && at == event
        {
            self.done.store(true, Ordering::SeqCst);
            self.clock.advance(TimeDelta::hours(hours));
        }
    }

    fn disk_is_full(&self, _name: &'static str) -> bool {
        let full = self.order.full_from.is_some_and(|from| self.events.load(Ordering::SeqCst) >= from);
        if full {
            self.done.store(true, Ordering::SeqCst);
        }
        full
    }
}
