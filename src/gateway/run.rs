//! The long run: a loop for each inbox, lane and outbox, woken early by its neighbours, until told to stop.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::call::Lane;
use crate::fault::{Fault, Turn, code};
use crate::ledger::Arrival;
use crate::receive::Inbox;
use crate::report::Outbox;
use crate::send::{Ran, Rest, installation_scope, lane_scope};
use crate::transport::{Remote, Watch};

use super::Gateway;

/// A lane that waits for a time, or for a person, is looked at again after this time at most.
const LANE_LOOK: Duration = Duration::from_secs(30);
/// A lane with nothing to do is looked at again after this time, woken or not.
const IDLE_LOOK: Duration = Duration::from_secs(300);
/// An outbox whose slot is due, and cannot run, is looked at again after this time.
const OUTBOX_LOOK_MIN: Duration = Duration::from_secs(1);
/// So soon an outbox notices that the clock was set.
const OUTBOX_LOOK_MAX: Duration = Duration::from_secs(60);
/// So often it is looked whether house is to be kept.
const KEEPING_LOOK: Duration = Duration::from_secs(60);
/// A failing inbox or outbox is tried again after at most this time.
const BACKOFF_MAX: Duration = Duration::from_secs(600);
/// A fault of the kind *wait* is worth a warning once it has lasted for so many tries in a row.
const WARN_AFTER_TRIES: u32 = 3;

/// The bells that wake the loops early.
#[derive(Debug, Default)]
pub struct Bells {
    /// A file may have come, by inbox.
    inboxes: BTreeMap<String, Arc<Notify>>,
    /// The same bells, by folder on this machine: several inboxes may look at one.
    folders: BTreeMap<PathBuf, Vec<Arc<Notify>>>,
    /// An arrival waits to be staged, by lane.
    staging: BTreeMap<Lane, Arc<Notify>>,
    /// A call may be due, by lane.
    lanes: BTreeMap<Lane, Arc<Notify>>,
    /// Something may be to tell, by outbox.
    outboxes: BTreeMap<String, Arc<Notify>>,
    /// Who tells of what was read on a lane: its partners' outboxes, and the inboxes' error files.
    tellers: BTreeMap<Lane, Vec<Arc<Notify>>>,
    /// House may have to be kept, or the gateway stops.
    keeping: Arc<Notify>,
}

impl Bells {
    /// Wakes every loop: after an operator's command.
    pub fn ring_all(&self) {
        let bells = self.inboxes.values().chain(self.staging.values()).chain(self.lanes.values());
        for bell in bells.chain(self.outboxes.values()) {
            bell.notify_one();
        }
        self.keeping.notify_one();
    }

    fn ring<'b>(bells: impl IntoIterator<Item = &'b Arc<Notify>>) {
        bells.into_iter().for_each(|bell| bell.notify_one());
    }

    /// Something happened in a folder; where it is not known in which, every inbox looks.
    fn ring_folder(&self, folder: Option<&Path>) {
        match folder.and_then(|folder| self.folders.get(folder)) {
            Some(bells) => Bells::ring(bells),
            None => Bells::ring(self.inboxes.values()),
        }
    }
}

impl Gateway {
    /// The bells of this gateway's loops.
    pub fn bells(&self) -> Arc<Bells> {
        let mut bells = Bells::default();
        for lane in self.lanes() {
            bells.staging.insert(lane.clone(), Arc::default());
            bells.lanes.insert(lane, Arc::default());
        }
        for inbox in &self.config.inboxes {
            let bell = Arc::<Notify>::default();
            bells.inboxes.insert(inbox.name.clone(), bell.clone());
            bells.tellers.entry(inbox.lane.clone()).or_default().push(bell.clone());
            if let Some(folder) = folder_here(inbox) {
                bells.folders.entry(folder).or_default().push(bell);
            }
        }
        for outbox in &self.config.outboxes {
            let bell = Arc::<Notify>::default();
            bells.outboxes.insert(outbox.name.clone(), bell.clone());
            bells.tellers.entry(outbox.lane.clone()).or_default().push(bell);
        }
        Arc::new(bells)
    }

    /// Goes on until [`Gateway::stop`], then lets what is in hand end.
    ///
    /// # Errors
    /// The ledger cannot be used any more: better to stop than to go on without one.
    pub async fn run(self: Arc<Self>, bells: Arc<Bells>) -> Result<(), Fault> {
        let mut loops = JoinSet::new();
        let watch = self.watch(&bells);
        for inbox in self.config.inboxes.clone() {
            loops.spawn(self.clone().inbox_loop(bells.clone(), inbox, watch.clone()));
        }
        for lane in self.lanes() {
            loops.spawn(self.clone().staging_loop(bells.clone(), lane.clone()));
            loops.spawn(self.clone().lane_loop(bells.clone(), lane));
        }
        for outbox in self.outboxes() {
            loops.spawn(self.clone().outbox_loop(bells.clone(), outbox));
        }
        loops.spawn(self.clone().keeping_loop(bells.clone()));
        // A gateway without inbox or outbox has nothing to do, and says so by `check`; it still waits to be stopped.
        while !self.is_stopping() {
            tokio::select! {
                ended = loops.join_next(), if !loops.is_empty() => {
                    let fault = match ended {
                        Some(Ok(Err(fault))) => fault,
                        Some(Err(bug)) => Fault::new(code::CAUGHT_BUG).with("reason", bug),
                        Some(Ok(Ok(()))) | None => continue,
                    };
                    tracing::error!(code = fault.code.name(), "{fault}");
                    self.stop();
                    bells.ring_all();
                    while loops.join_next().await.is_some() {}
                    return Err(fault);
                }
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
        }
        bells.ring_all();
        while loops.join_next().await.is_some() {}
        Ok(())
    }

    /// Watches the folders of local inboxes; without a watcher polling alone finds the files.
    fn watch(&self, bells: &Arc<Bells>) -> Option<Arc<Watch>> {
        let ring = bells.clone();
        let watch = Watch::new(move |folder| ring.ring_folder(folder));
        match watch {
            Ok(watch) => Some(Arc::new(watch)),
            Err(fault) => {
                tracing::warn!(code = fault.code.name(), "{fault}");
                None
            }
        }
    }

    async fn inbox_loop(
        self: Arc<Self>,
        bells: Arc<Bells>,
        inbox: Inbox,
        watch: Option<Arc<Watch>>,
    ) -> Result<(), Fault> {
        let mut patience = Patience::default();
        let mut unmatched_told = BTreeSet::new();
        let mut faults_told = BTreeSet::new();
        // Looks that only the time brought stay apart from each other, and do the least.
        let mut pauses =
            std::iter::once(share_of(&inbox.name, inbox.poll)).chain(std::iter::repeat(inbox.poll));
        let (mut rung, mut whole_look_at) = (true, Instant::now());
        while !self.is_stopping() {
            let whole_look = rung || Instant::now() >= whole_look_at;
            if whole_look {
                whole_look_at = Instant::now() + IDLE_LOOK;
                if let (Some(watch), Some(folder)) = (&watch, folder_here(&inbox)) {
                    watch.watch(&folder);
                }
            }
            let mut wait = pauses.next().unwrap_or(inbox.poll);
            match self.take_in(&inbox).await {
                Ok(taken) => {
                    patience = Patience::default();
                    if !taken.arrivals.is_empty() {
                        tracing::info!(inbox = inbox.name, files = taken.arrivals.len(), "taken in");
                        Bells::ring(bells.staging.get(&inbox.lane));
                    }
                    let mut others = None;
                    for name in taken.unmatched {
                        let others = others.get_or_insert_with(|| self.others_in_folder(&inbox));
                        let is_new = !others.is_match(&name) && unmatched_told.len() < 1_000;
                        if is_new && unmatched_told.insert(name.clone()) {
                            tracing::warn!(
                                inbox = inbox.name,
                                name,
                                "no pattern of `files` fits this file; it is left alone"
                            );
                        }
                    }
                    // Each is told once; a file that is still in trouble at the next look is no news.
                    let faults: BTreeSet<(Turn, String)> =
                        taken.faults.iter().map(|fault| (fault.turn, fault.to_string())).collect();
                    for (turn, fault) in faults.difference(&faults_told) {
                        match turn {
                            Turn::Operator => tracing::error!(inbox = inbox.name, "{fault}"),
                            Turn::Sender | Turn::Wait => tracing::warn!(inbox = inbox.name, "{fault}"),
                        }
                    }
                    faults_told = faults;
                    if taken.waiting > 0 {
                        // A file under watch: look again as soon as it can have been quiet.
                        wait = inbox.ready.quiet.map_or(wait, |quiet| quiet.min(wait));
                    }
                }
                Err(fault) if fault.code == code::LEDGER_FAILED => return Err(fault),
                Err(fault) => {
                    wait = patience.after(&inbox.name, &fault, wait);
                    // A folder that is gone may come back as another one.
                    whole_look_at = Instant::now();
                }
            }
            if whole_look {
                let written = self.write_error_files(&inbox).await;
                self.log_unless_ok(&inbox.name, written)?;
            }
            rung = woken(bells.inboxes.get(&inbox.name), wait).await;
        }
        Ok(())
    }

    /// The patterns of the other inboxes on the same folder: their files are not left alone.
    fn others_in_folder(&self, inbox: &Inbox) -> OthersInFolder {
        let same = |other: &&Inbox| {
            other.name != inbox.name && other.remote == inbox.remote && other.folder == inbox.folder
        };
        OthersInFolder(self.config.inboxes.iter().filter(same).map(|other| other.files.clone()).collect())
    }

    async fn staging_loop(self: Arc<Self>, bells: Arc<Bells>, lane: Lane) -> Result<(), Fault> {
        let mut patience = Patience::default();
        while !self.is_stopping() {
            let mut wait = IDLE_LOOK;
            match self.stage(&lane).await {
                Ok(staged) if staged.is_empty() => {}
                Ok(staged) => {
                    patience = Patience::default();
                    staged.iter().for_each(tell_staged);
                    Bells::ring(bells.lanes.get(&lane));
                    // Acknowledgements and error files tell of it.
                    Bells::ring(bells.tellers.get(&lane).into_iter().flatten());
                }
                Err(fault) => wait = patience.after(&lane.to_string(), &fault, Duration::from_secs(5)),
            }
            woken(bells.staging.get(&lane), wait).await;
        }
        Ok(())
    }

    async fn lane_loop(self: Arc<Self>, bells: Arc<Bells>, lane: Lane) -> Result<(), Fault> {
        let mut alarmed = false;
        let limits = self.installations.get(&lane.installation).map(|ongoing| ongoing.limits().clone());
        let recovered = limits.map_or_else(Arc::default, |limits| limits.recovered());
        while !self.is_stopping() {
            // Heard from here on, so that a recovery while the lane is at work is not missed.
            let recovery = recovered.notified();
            let Ran { tried, rest } = self.send_lane(&lane).await?;
            if tried > 0 {
                Bells::ring(bells.tellers.get(&lane).into_iter().flatten());
            }
            if rest == Rest::Halted && !std::mem::replace(&mut alarmed, true) {
                self.alarm(&lane).await?;
            }
            alarmed &= rest == Rest::Halted;
            let wait = match rest {
                Rest::Stopping => return Ok(()),
                Rest::Halted => LANE_LOOK,
                Rest::Until(None) => IDLE_LOOK,
                Rest::Until(Some(due)) => self.time_until(due).clamp(Duration::from_millis(5), LANE_LOOK),
            };
            tokio::select! {
                _ = woken(bells.lanes.get(&lane), wait) => {}
                () = recovery => {}
            }
        }
        Ok(())
    }

    /// Says in the log, once, why a lane or its installation is halted.
    async fn alarm(&self, lane: &Lane) -> Result<(), Fault> {
        let scopes = [installation_scope(&lane.installation), lane_scope(lane)];
        // After a restore the start says so, once for all lanes.
        for halt in self.ledger.halts().await?.into_iter().filter(|halt| scopes.contains(&halt.scope)) {
            let (scope, fault) = (&halt.scope, &halt.fault);
            tracing::error!(
                scope,
                code = fault.code.name(),
                "{fault}; `lastkaj retry \"{scope}\"` once it is mended"
            );
        }
        Ok(())
    }

    async fn outbox_loop(self: Arc<Self>, bells: Arc<Bells>, outbox: Outbox) -> Result<(), Fault> {
        let mut patience = Patience::default();
        while !self.is_stopping() {
            let next = match self.run_outbox(&outbox, false).await {
                Ok(reports) => {
                    patience = Patience::default();
                    if reports > 0 {
                        tracing::info!(outbox = outbox.name, reports, "delivered");
                        // The delivery left marks to set.
                        Bells::ring(bells.lanes.get(&outbox.lane));
                    }
                    self.next_slot(&outbox).await?
                }
                Err(fault) if fault.code == code::LEDGER_FAILED => return Err(fault),
                Err(fault) => {
                    let pause = patience.after(&outbox.name, &fault, Duration::from_secs(5));
                    Some(self.clock.now() + pause)
                }
            };
            self.until(next, bells.outboxes.get(&outbox.name)).await;
        }
        Ok(())
    }

    async fn keeping_loop(self: Arc<Self>, bells: Arc<Bells>) -> Result<(), Fault> {
        let mut patience = Patience::default();
        while !self.is_stopping() {
            woken(Some(&bells.keeping), KEEPING_LOOK).await;
            if self.is_stopping() {
                break;
            }
            self.refresh_registers().await?;
            match self.keep_house_if_due().await {
                Ok(None) => {}
                Ok(Some(kept)) => {
                    patience = Patience::default();
                    if kept.rows > 0 || kept.files > 0 {
                        tracing::info!(rows = kept.rows, files = kept.files, "kept house");
                    }
                    for fault in &kept.faults {
                        tracing::warn!(code = fault.code.name(), "an archive folder is not emptied: {fault}");
                    }
                }
                Err(fault) if fault.code == code::LEDGER_FAILED => return Err(fault),
                Err(fault) => drop(patience.after("housekeeping", &fault, KEEPING_LOOK)),
            }
        }
        Ok(())
    }

    /// Waits until then by the clock, which may be set meanwhile, or until the bell rings. Never less than a moment.
    async fn until(&self, then: Option<DateTime<Utc>>, bell: Option<&Arc<Notify>>) {
        let mut now = self.clock.now();
        loop {
            let wait = then.map_or(OUTBOX_LOOK_MAX, |then| self.time_until(then));
            let rung = woken(bell, wait.clamp(OUTBOX_LOOK_MIN, OUTBOX_LOOK_MAX)).await;
            let before = std::mem::replace(&mut now, self.clock.now());
            if rung || now < before || then.is_some_and(|then| then <= now) || self.is_stopping() {
                return;
            }
        }
    }

    /// How long it is until then; nothing if it is over.
    fn time_until(&self, then: DateTime<Utc>) -> Duration {
        (then - self.clock.now()).to_std().unwrap_or_default()
    }

    fn log_unless_ok<T>(&self, what: &str, result: Result<T, Fault>) -> Result<(), Fault> {
        match result {
            Ok(_) => Ok(()),
            Err(fault) if fault.code == code::LEDGER_FAILED => Err(fault),
            Err(fault) => {
                tracing::warn!(what, code = fault.code.name(), "{fault}");
                Ok(())
            }
        }
    }
}

/// The folder of an inbox, where it is on this machine.
fn folder_here(inbox: &Inbox) -> Option<PathBuf> {
    match &inbox.remote {
        Remote::Local { base } => Some(base.join(&inbox.folder)),
        _ => None,
    }
}

struct OthersInFolder(Vec<globset::GlobSet>);

impl OthersInFolder {
    fn is_match(&self, name: &str) -> bool {
        self.0.iter().any(|patterns| patterns.is_match(name))
    }
}

fn tell_staged(arrival: &Arrival) {
    tracing::info!(
        inbox = arrival.inbox,
        file = arrival.name,
        arrival = arrival.id,
        documents = arrival.documents,
        faulty = arrival.documents_faulty,
        state = arrival.state.name(),
        "read"
    );
}

/// Growing pauses after failures in a row, and a warning once they last.
#[derive(Debug, Default)]
struct Patience {
    tries: u32,
}

impl Patience {
    fn after(&mut self, what: &str, fault: &Fault, pause: Duration) -> Duration {
        self.tries = self.tries.saturating_add(1);
        // The operator's turn was told as an error where the halt was written.
        if fault.turn == Turn::Wait && self.tries == WARN_AFTER_TRIES {
            tracing::warn!(what, code = fault.code.name(), "{fault}; it is tried on");
        } else {
            tracing::debug!(what, code = fault.code.name(), "{fault}");
        }
        pause.saturating_mul(1 << self.tries.min(8)).min(BACKOFF_MAX)
    }
}

/// Waits until the bell rings or the time is over; whether it rang.
async fn woken(bell: Option<&Arc<Notify>>, wait: Duration) -> bool {
    match bell {
        Some(bell) => tokio::time::timeout(wait, bell.notified()).await.is_ok(),
        None => {
            tokio::time::sleep(wait).await;
            false
        }
    }
}

/// A share of this time, from the name: many loops that begin together do not go on together.
fn share_of(name: &str, time: Duration) -> Duration {
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(name, &mut hasher);
    time * u32::try_from(std::hash::Hasher::finish(&hasher) % 1000).unwrap_or(0) / 1000
}
