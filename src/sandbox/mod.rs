//! The stand-in for Ongoing: a server of its own kind, for trials and tests.
//!
//! It uses none of our modules that speak with Ongoing or know documents, so it cannot share their mistakes: it
//! checks raw JSON against the OpenAPI file, keeps objects by itself, and has a small warehouse that picks and
//! ships. It can be told to fail, and watches that writes of one goods owner never overlap.
//!
//! The API stands under `/{warehouse}/api/v1/`; what tests and people ask of the sandbox itself under `/sandbox/`:
//!
//! | page | what |
//! | --- | --- |
//! | GET `state` | everything it holds; `?ids=false` leaves out ids and times, so that two runs can be compared |
//! | GET `effects` | how often each object was really changed, by kind of write |
//! | GET `requests`, `counters` | what it was asked; violations, its own mistakes, overlapping writes |
//! | POST, DELETE `failures` | what it is to fail at |
//! | GET, POST `switches` | what nobody knows of the real system; what a POST leaves out is as by default |
//! | POST `warehouse/plan`, `warehouse/tick` | how the warehouse treats certain numbers; so many steps of work |
//! | POST `warehouse/adjust`, `warehouse/return` | stock lost or found; goods that come back unannounced |
//! | POST `reset` | forgets everything |

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON is indexed, by name: reading a member that is not there gives null, and members are set on objects"
)]

mod api;
mod failures;
mod filters;
mod lengths;
mod limits;
mod openapi;
mod operations;
mod pages;
mod settings;
mod state_page;
mod store;
mod warehouse;
mod wire;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::Clock;

pub use settings::{
    CountBy, LimitSettings, OverLong, PutOnCancelled, RefusalBody, RetryAfter, SandboxSettings, Switches,
    UntypedAnswer,
};

/// A sandbox that runs.
pub struct Sandbox {
    /// Where it listens.
    pub address: SocketAddr,
    url: String,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Sandbox {
    /// The base URL, without `/api/v1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it; what it holds is forgotten.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// Starts a sandbox on the loopback address.
///
/// # Errors
/// The port is taken.
pub async fn start(settings: SandboxSettings, clock: Clock) -> std::io::Result<Sandbox> {
    let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let address = listener.local_addr()?;
    let url = settings.url(address);
    let work_every = settings.work_every;
    let shared = Shared(Arc::new(World {
        state: Mutex::new(State { switches: settings.switches.clone(), ..State::default() }),
        settings,
        clock,
    }));
    let (stop, stopped) = watch::channel(false);
    if let Some(every) = work_every {
        tokio::spawn(work(shared.clone(), every, stopped.clone()));
    }
    let task = tokio::spawn(wire::serve(listener, shared, stopped));
    Ok(Sandbox { address, url, stop, task })
}

async fn work(shared: Shared, every: Duration, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(every) => {}
        }
        let now = shared.0.clock.now();
        let mut state = shared.state();
        let State { store, plan, switches, .. } = &mut *state;
        let objects = store.orders.len() + store.purchase_orders.len() + store.return_orders.len();
        let steps = u32::try_from(objects).unwrap_or(u32::MAX);
        warehouse::work(store, plan, switches, steps.div_ceil(8).max(1), now);
    }
}

/// What every connection shares.
#[derive(Clone)]
struct Shared(Arc<World>);

struct World {
    settings: SandboxSettings,
    clock: Clock,
    // Nothing awaits while it is locked.
    state: Mutex<State>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Counts a write of a goods owner as under way until the guard is dropped.
    fn begin_write(&self, owner: i64) -> Writing {
        let mut state = self.state();
        let under_way = state.writing.entry(owner).or_default();
        *under_way += 1;
        let under_way = *under_way;
        state.counters.overlapping_writes = state.counters.overlapping_writes.max(under_way);
        Writing { shared: self.clone(), owner }
    }
}

/// A write under way.
struct Writing {
    shared: Shared,
    owner: i64,
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(under_way) = self.shared.state().writing.get_mut(&self.owner) {
            *under_way = under_way.saturating_sub(1);
        }
    }
}

/// Everything that changes.
#[derive(Default)]
struct State {
    store: store::Store,
    switches: Switches,
    plan: warehouse::Plan,
    limits: limits::Limits,
    failures: failures::Failures,
    counters: Counters,
    /// The newest requests, oldest first.
    requests: std::collections::VecDeque<pages::Logged>,
    /// Writes under way, by goods owner.
    writing: std::collections::BTreeMap<i64, u32>,
}

/// What tests look at.
#[derive(Default)]
struct Counters {
    requests: u64,
    violations: u64,
    violation_texts: Vec<String>,
    /// Answers of the sandbox that do not fit the OpenAPI file; its own mistakes.
    misshapen: Vec<String>,
    /// The greatest number of writes that one goods owner had under way at once.
    overlapping_writes: u32,
    statuses: std::collections::BTreeMap<u16, u64>,
}

impl Counters {
    fn misshape(&mut self, text: String) {
        if self.misshapen.len() < 1_000 {
            self.misshapen.push(text);
        }
    }

    fn violate(&mut self, text: String) {
        self.violations += 1;
        if self.violation_texts.len() < 1_000 {
            self.violation_texts.push(text);
        }
    }
}
