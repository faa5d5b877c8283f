//! One round of everything that is due, shared by `once` and by `run`'s first moments.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::call::CallState;
use crate::fault::{Fault, Turn, code};
use crate::ledger::{Arrival, ArrivalState, RESTORED, inbox_scope};
use crate::receive::{self, Inbox, Staged};
use crate::report::{self, Outbox, ReportKind};
use crate::send;
use crate::transport::Remote;

use super::{Gateway, blocking};

/// What was done, and what could not be.
#[derive(Debug, Default)]
pub struct Done {
    /// Files taken in.
    pub arrivals: usize,
    /// Files that are there but not whole yet.
    pub waiting_files: usize,
    /// Of these, those whose others have not come: the first file that is there, and the names that are missing.
    pub lacking: Vec<(String, String)>,
    /// Reports delivered.
    pub reports: usize,
    /// Documents, records and whole files that are faulty, and documents that Ongoing refused.
    pub senders_faults: u64,
    /// What went wrong with inboxes, lanes and outboxes as such, each with whose turn is next.
    pub faults: Vec<Fault>,
}

/// What a run of an outbox came to: what it had to tell, and how many files were delivered.
struct Ran {
    owed: Result<(), Fault>,
    delivered: Result<usize, Fault>,
}

impl Done {
    fn note<T: Default>(&mut self, result: Result<T, Fault>) -> T {
        result.unwrap_or_else(|fault| {
            self.faults.push(fault);
            T::default()
        })
    }
}

impl Gateway {
    /// Does all that is due: takes in what is whole, stages and sends it, reads what changed, writes and delivers
    /// reports. What fails on one inbox, lane or outbox keeps back none of the others.
    ///
    /// # Errors
    /// The ledger cannot be used.
    pub async fn once(&self) -> Result<Done, Fault> {
        let mut done = Done::default();
        // Judged once, so that what is sent now can be told now: an outbox whose slot is due tells in each step below.
        let due = self.due_outboxes().await?;
        for inbox in &self.config.inboxes {
            let taken = self.take_in(inbox).await;
            let taken = done.note(taken);
            done.arrivals += taken.arrivals.len();
            done.waiting_files += taken.waiting;
            done.lacking.extend(taken.lacking);
            done.faults.extend(taken.faults);
        }
        let refused_before = self.ledger.overview().await?.calls(CallState::Refused);
        for lane in self.lanes() {
            let staged = self.stage(&lane).await;
            done.senders_faults += senders_faults(&done.note(staged));
        }
        // Acknowledgements of what was taken, before what became of it.
        self.report(&mut done, &due).await;
        for lane in self.lanes() {
            let sent = self.send_lane(&lane).await;
            done.note(sent.map(drop));
        }
        self.report(&mut done, &due).await;
        // What was delivered just now left marks to set.
        for lane in self.lanes() {
            let sent = self.send_lane(&lane).await;
            done.note(sent.map(drop));
        }
        let kept = self.keep_house_if_due().await;
        done.faults
            .extend(kept.map(Option::unwrap_or_default).map_or_else(|fault| vec![fault], |kept| kept.faults));
        let refused = self.ledger.overview().await?.calls(CallState::Refused);
        done.senders_faults += refused.saturating_sub(refused_before);
        Ok(done)
    }

    /// The outboxes whose slot is due now.
    async fn due_outboxes(&self) -> Result<BTreeSet<String>, Fault> {
        let mut due = BTreeSet::new();
        for outbox in self.outboxes() {
            if self.due_slot(&outbox).await?.is_some() {
                due.insert(outbox.name);
            }
        }
        Ok(due)
    }

    async fn due_slot(&self, outbox: &Outbox) -> Result<Option<String>, Fault> {
        let last = self.ledger.last_slot(&outbox.name).await?;
        Ok(outbox.schedule.due(self.clock.now(), outbox.time_zone, last.as_deref()))
    }

    /// When the next slot of an outbox is due, as far as it can be said.
    pub(super) async fn next_slot(&self, outbox: &Outbox) -> Result<Option<DateTime<Utc>>, Fault> {
        let last = self.ledger.last_slot(&outbox.name).await?;
        Ok(outbox.schedule.next(self.clock.now(), outbox.time_zone, last.as_deref()))
    }

    async fn report(&self, done: &mut Done, due: &BTreeSet<String>) {
        for inbox in self.config.inboxes.clone() {
            let written = self.write_error_files(&inbox).await;
            done.reports += done.note(written);
        }
        for outbox in self.outboxes() {
            let reported = self.run_outbox(&outbox, due.contains(&outbox.name)).await;
            done.reports += done.note(reported);
        }
    }

    /// Looks at one inbox. A fault of the operator halts it.
    pub(super) async fn take_in(&self, inbox: &Inbox) -> Result<receive::Taken, Fault> {
        let (receive, own) = (self.receive(), inbox.clone());
        let taken = blocking(move || receive::take_in(&receive, &own)).await;
        self.halt_on(&inbox_scope(&inbox.name), taken).await
    }

    /// Stages every arrival that waits on a lane.
    pub(super) async fn stage(&self, lane: &crate::call::Lane) -> Result<Vec<Arrival>, Fault> {
        let mut staged = Vec::new();
        if self.is_restored().await? {
            return Ok(staged);
        }
        loop {
            let (receive, own, inboxes) = (self.receive(), lane.clone(), self.inboxes.clone());
            match blocking(move || receive::stage_next(&receive, &own, &inboxes)).await? {
                Staged::Nothing | Staged::LetGo(_) => return Ok(staged),
                Staged::Published(arrival) | Staged::Rejected(arrival) | Staged::Held(arrival) => {
                    staged.extend(self.ledger.arrival(arrival).await?);
                }
            }
        }
    }

    /// Runs a lane until nothing is due on it.
    pub(super) async fn send_lane(&self, lane: &crate::call::Lane) -> Result<send::Ran, Fault> {
        match self.send(lane) {
            Some(send) if self.is_live(lane) => {
                self.resume_if_it_can(&lane.installation, &send.ongoing).await?;
                let ran = send::run_lane(&send, lane).await;
                self.keep_limits(&lane.installation).await?;
                self.tell_outages(&lane.installation, &send.ongoing).await?;
                ran
            }
            _ => Ok(send::Ran { tried: 0, rest: send::Rest::Until(None) }),
        }
    }

    /// Writes the error files that a local inbox owes to the person who dropped a file.
    pub(super) async fn write_error_files(&self, inbox: &Inbox) -> Result<usize, Fault> {
        if !matches!(inbox.remote, Remote::Local { .. }) || self.is_restored().await? {
            return Ok(0);
        }
        let reporting = self.reporting();
        let folder = report::error_files::ErrorFolder {
            inbox: inbox.name.clone(),
            remote: inbox.remote.clone(),
            folder: inbox.failed_folder.clone(),
            language: inbox.language,
            time_zone: inbox.time_zone,
        };
        let written = blocking(move || {
            report::error_files::owe(&reporting, &folder)?;
            report::error_files::deliver(&reporting, &folder)
        });
        written.await
    }

    /// Owes what an outbox has to tell, if its slot is due (or `now`), and delivers what it owes.
    pub(super) async fn run_outbox(&self, outbox: &Outbox, now: bool) -> Result<usize, Fault> {
        let scope = format!("outbox {}", outbox.name);
        if self.is_halted(&scope).await? {
            return Ok(0);
        }
        let ran = self.owe_and_deliver(outbox, now).await?;
        self.keep_limits(&outbox.lane.installation).await?;
        let delivered = self.halt_on(&scope, ran.delivered).await?;
        // What Ongoing does not let us read is nothing against the outbox: only a wrong password halts, and then the
        // whole installation.
        match ran.owed {
            Err(fault) if fault.code == code::ONGOING_WRONG_PASSWORD => {
                self.halt_installation(&outbox.lane.installation, fault.clone()).await?;
                Err(fault)
            }
            Err(fault) if !fault.code.name().starts_with("ongoing-") => {
                self.halt_on(&scope, Err(fault)).await
            }
            Err(fault) => Err(fault),
            Ok(()) => Ok(delivered),
        }
    }

    async fn halt_installation(&self, installation: &str, fault: Fault) -> Result<(), Fault> {
        let Some(ongoing) = self.installations.get(installation) else { return Ok(()) };
        let scope = send::installation_scope(installation);
        self.ledger.halt(&scope, fault, &ongoing.credential_fingerprint(), self.clock.now()).await?;
        Ok(())
    }

    async fn owe_and_deliver(&self, outbox: &Outbox, now: bool) -> Result<Ran, Fault> {
        let slot = self.due_slot(outbox).await?;
        // What was owed before is delivered whatever the reading comes to.
        let owed = if slot.is_some() || now { self.owe(outbox).await } else { Ok(()) };
        let (reporting, own) = (self.reporting(), outbox.clone());
        let delivered =
            blocking(move || report::deliver(&reporting, &own.name, &own.remote, &own.folder)).await;
        if let (Some(slot), Ok(())) = (slot, &owed) {
            self.ledger.ran_slot(&outbox.name, &slot).await?;
        }
        Ok(Ran { owed, delivered })
    }

    async fn owe(&self, outbox: &Outbox) -> Result<(), Fault> {
        match &outbox.report {
            ReportKind::Acknowledgements { inboxes, within } => {
                let (reporting, own) = (self.reporting(), outbox.clone());
                let (inboxes, within) = (inboxes.clone(), *within);
                blocking(move || report::acknowledgements::owe(&reporting, &own, &inboxes, within)).await?;
            }
            ReportKind::Shipments { shipped_status } => {
                let halted = self.is_halted(&send::installation_scope(&outbox.lane.installation)).await?;
                let read = match self.installations.get(&outbox.lane.installation) {
                    Some(ongoing) if !halted => {
                        report::shipments::read(&self.reporting(), ongoing, outbox, *shipped_status).await
                    }
                    _ => Ok(0),
                };
                let (reporting, own) = (self.reporting(), outbox.clone());
                blocking(move || report::shipments::owe(&reporting, &own)).await?;
                read?;
            }
        }
        Ok(())
    }

    /// Whether a scope is halted, or everything is, after a restore.
    async fn is_halted(&self, scope: &str) -> Result<bool, Fault> {
        let halts = self.ledger.halts().await?;
        Ok(halts.iter().any(|halt| halt.scope == scope || halt.scope == RESTORED))
    }

    /// Whether the ledger comes from a backup and nobody has said yet that it may go on.
    pub(super) async fn is_restored(&self) -> Result<bool, Fault> {
        self.is_halted(RESTORED).await
    }

    /// An operator's fault halts what it is about, once, with an alarm in the log.
    async fn halt_on<T>(&self, scope: &str, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result
            && fault.turn == Turn::Operator
            && fault.code != code::LEDGER_FAILED
        {
            tracing::error!(
                scope,
                code = fault.code.name(),
                "{fault}; `lastkaj retry \"{scope}\"` once it is mended"
            );
            self.ledger.halt(scope, fault.clone(), "", self.clock.now()).await?;
        }
        result
    }
}

/// How much of these arrivals the sender must correct.
fn senders_faults(arrivals: &[Arrival]) -> u64 {
    let of = |arrival: &Arrival| {
        let whole = u64::from(arrival.state == ArrivalState::Rejected);
        whole + arrival.documents_faulty + arrival.records_stray
    };
    arrivals.iter().map(of).sum()
}
