//! The gateway: one process that runs the three passes for every inbox, lane and outbox of a configuration.
//!
//! - [`Gateway::open`] takes the data folder's lock and settles what an earlier run left.
//! - [`Gateway::once`] does all that is due and returns.
//! - [`Gateway::run`] goes on until it is told to stop: intake stops first, the request in hand ends, then out.
//!
//! A watcher, a control command and a neighbouring pass only wake a loop early; polling is the truth.

pub mod asking;
pub mod codes;
pub mod control;
mod keeping;
pub mod learn;
mod once;
pub mod operate;
mod outage;
pub mod reconcile;
mod run;
pub mod systemd;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::call::Lane;
use crate::clock::Clock;
use crate::config::Config;
use crate::fault::Fault;
use crate::ledger::{DataLock, HELD_BY_PERSON, Ledger, RESTORED, Spool};
use crate::ongoing::Ongoing;
use crate::receive::{Inbox, Receive};
use crate::report::{Outbox, Reporting};
use crate::send::{Send, UnknownArticles};
use crate::step::Steps;
use crate::transport::Sessions;

pub use keeping::KeptHouse;
pub use once::Done;
pub use run::Bells;

/// A gateway on its data folder.
pub struct Gateway {
    config: Config,
    ledger: Ledger,
    spool: Spool,
    sessions: Sessions,
    clock: Clock,
    installations: BTreeMap<String, Arc<Ongoing>>,
    // By their names, as the staging of an arrival looks them up.
    inboxes: Arc<HashMap<String, Inbox>>,
    // What becomes of documents with unknown articles, by partner.
    unknown_articles: Arc<BTreeMap<String, UnknownArticles>>,
    stop: Arc<AtomicBool>,
    // What the ledger holds of each installation's limits.
    limits_kept: Mutex<BTreeMap<String, String>>,
    // Files of the spool that no row knew, and when they were first seen so.
    orphans_seen: Mutex<BTreeMap<String, chrono::DateTime<chrono::Utc>>>,
    outages: outage::Outages,
    // When registers are to be read again, by lane, as far as it is known.
    registers_due: Mutex<BTreeMap<Lane, chrono::DateTime<chrono::Utc>>>,
    // Held as long as the gateway lives; given back by the system whatever happens to the process.
    _lock: Arc<DataLock>,
}

impl Gateway {
    /// Takes the data folder and settles what an earlier run left: what was staged and not published is dropped,
    /// calls that were under way are to be read back, halts whose cause was changed are lifted.
    ///
    /// # Errors
    /// Another gateway has the folder, or the ledger cannot be used.
    pub async fn open(config: Config, clock: Clock, steps: Steps) -> Result<Gateway, Fault> {
        let lock = Arc::new(DataLock::take(&config.gateway.data)?);
        Gateway::open_locked(config, lock, clock, steps).await
    }

    /// The same, on a data folder whose lock is ours already: a changed configuration is taken without letting go.
    ///
    /// # Errors
    /// The ledger cannot be used.
    pub async fn open_locked(
        config: Config,
        lock: Arc<DataLock>,
        clock: Clock,
        steps: Steps,
    ) -> Result<Gateway, Fault> {
        let ledger = Ledger::open(&config.gateway.data, steps.clone())?;
        let spool = ledger.spool().clone();
        let mut installations = BTreeMap::new();
        for (name, installation) in &config.installations {
            installations
                .insert(name.clone(), Arc::new(Ongoing::new(installation, clock.clone(), steps.clone())?));
        }
        let by_name = |inbox: &Inbox| (inbox.name.clone(), inbox.clone());
        let inboxes = Arc::new(config.inboxes.iter().map(by_name).collect());
        let rules = config.partners.iter().map(|partner| (partner.name.clone(), partner.unknown_articles));
        let unknown_articles = Arc::new(rules.collect());
        ledger.drop_unpublished().await?;
        ledger.recover_in_flight().await?;
        let gateway = Gateway {
            config,
            ledger,
            spool,
            sessions: Sessions::new(steps),
            clock,
            installations,
            inboxes,
            unknown_articles,
            stop: Arc::default(),
            limits_kept: Mutex::default(),
            orphans_seen: Mutex::default(),
            outages: outage::Outages::default(),
            registers_due: Mutex::default(),
            _lock: lock,
        };
        gateway.restore_limits().await?;
        gateway.lift_halts().await?;
        Ok(gateway)
    }

    async fn restore_limits(&self) -> Result<(), Fault> {
        for (name, ongoing) in &self.installations {
            if let Some(kept) = self.ledger.kept_limits(name).await? {
                ongoing.limits().restore(&kept);
            }
            let mut kept = self.limits_kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(name.clone(), ongoing.limits().keep());
        }
        Ok(())
    }

    /// Keeps what an installation's limits are to remember over a new start, if that has changed.
    async fn keep_limits(&self, installation: &str) -> Result<(), Fault> {
        let Some(ongoing) = self.installations.get(installation) else { return Ok(()) };
        let state = ongoing.limits().keep();
        let known = {
            let mut kept = self.limits_kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(installation.to_owned(), state.clone())
        };
        if known.as_ref() != Some(&state) {
            self.ledger.keep_limits(installation, &state).await?;
        }
        Ok(())
    }

    /// A new start, or a changed configuration, is a reason to try inboxes and outboxes anew; an installation only
    /// if its credential was changed, since each wrong password counts against its limits.
    async fn lift_halts(&self) -> Result<(), Fault> {
        for halt in self.ledger.halts().await? {
            let unchanged =
                halt.scope.strip_prefix("installation ").and_then(|name| self.installations.get(name));
            let by_person = halt.cause == HELD_BY_PERSON;
            if by_person || unchanged.is_some_and(|ongoing| ongoing.credential_fingerprint() == halt.cause) {
                continue;
            }
            // After a restore only a person knows whether it may go on.
            if halt.scope == RESTORED {
                tracing::error!(scope = halt.scope, code = halt.fault.code.name(), "{}", halt.fault);
                continue;
            }
            self.ledger.lift(&halt.scope).await?;
        }
        Ok(())
    }

    /// Tells every pass to come to an end. Safe to call from anywhere, any number of times.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The ledger, for commands and pages.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The configuration that it runs.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn receive(&self) -> Receive {
        Receive {
            ledger: self.ledger.clone(),
            spool: self.spool.clone(),
            sessions: self.sessions.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
        }
    }

    fn reporting(&self) -> Reporting {
        Reporting {
            ledger: self.ledger.clone(),
            spool: self.spool.clone(),
            sessions: self.sessions.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
        }
    }

    fn send(&self, lane: &Lane) -> Option<Send> {
        Some(Send {
            ledger: self.ledger.clone(),
            ongoing: self.installations.get(&lane.installation)?.clone(),
            unknown_articles: self.unknown_articles.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
        })
    }

    /// Every lane of the configuration.
    fn lanes(&self) -> BTreeSet<Lane> {
        self.config.partners.iter().map(|partner| partner.lane.clone()).collect()
    }

    /// Whether calls of a lane may go out: not while a partner on it is not live.
    fn is_live(&self, lane: &Lane) -> bool {
        self.config.partners.iter().filter(|partner| partner.lane == *lane).all(|partner| partner.live)
    }

    fn outboxes(&self) -> Vec<Outbox> {
        self.config.outboxes.clone()
    }
}

/// Runs blocking work on a bounded worker; a panic in it is a caught bug, not the end of the gateway.
async fn blocking<T: std::marker::Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + std::marker::Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Fault::new(crate::fault::code::CAUGHT_BUG).with("reason", error)),
    }
}
