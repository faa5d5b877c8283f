//! From an arrival to published calls: copy -> format -> documents -> plan -> staged -> published or rejected.

use std::collections::HashMap;
use std::fs::File;
use std::io;

use super::brake::{self, Tally};
use super::{Duplicates, FaultRule, Inbox, Receive};
use crate::call::{Call, Key, Kind, Lane, Operation};
use crate::fault::{Fault, Place, code};
use crate::format::{self, Item, Mapped, ReadContext, Remembered, Summary};
use crate::ledger::{Arrival, ArrivalId, Basis, Counts, Planned, StagedDocument, StagedTask};
use crate::plan::{self, PlanRules};

/// How many documents go into the ledger in one transaction.
const DOCUMENTS_PER_BATCH: usize = 500;

/// What an arrival came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Staged {
    /// Nothing waits on this lane.
    Nothing,
    /// Its documents count; its calls may run.
    Published(ArrivalId),
    /// None of its documents counts.
    Rejected(ArrivalId),
    /// Waits for a person.
    Held(ArrivalId),
    /// The gateway stops; it is staged anew by the next run.
    LetGo(ArrivalId),
}

/// Stages the lane's oldest arrival that waits. Arrivals of one lane are staged in the order in which they came, so
/// that their calls' order is theirs.
///
/// # Errors
/// What kept it from being staged at all; the arrival waits on, and nothing of it is seen.
pub fn stage_next(receive: &Receive, lane: &Lane, inboxes: &HashMap<String, Inbox>) -> Result<Staged, Fault> {
    let Some(arrival) = receive.ledger.next_to_stage(lane).wait()? else { return Ok(Staged::Nothing) };
    let Some(inbox) = inboxes.get(&arrival.inbox) else {
        let fault = Fault::new(code::INBOX_GONE).at(Place::file(&arrival.name)).with("inbox", &arrival.inbox);
        receive.ledger.hold_arrival(arrival.id, fault).wait()?;
        return Ok(Staged::Held(arrival.id));
    };
    if inbox.duplicates == Duplicates::Skip
        && let Some(other) = arrival.same_content_as
    {
        let fault = Fault::new(code::SAME_CONTENT)
            .at(Place::file(&arrival.name))
            .with("other", format!("arrival {other}"));
        return reject(receive, &arrival, Counts::default(), vec![fault]);
    }
    if arrival.size == 0 {
        let fault = Fault::new(code::EMPTY_FILE).at(Place::file(&arrival.name));
        return reject(receive, &arrival, Counts::default(), vec![fault]);
    }
    // An attempt that failed half-way may have left rows that nobody sees.
    receive.ledger.unstage(arrival.id).wait()?;
    let rules = super::rules::rules(receive, inbox)?;
    let mut staging = Staging::new(receive, inbox, &arrival, rules);
    let read = staging.read();
    if receive.stopping() {
        return Ok(Staged::LetGo(arrival.id));
    }
    match read {
        Ok(summary) => staging.conclude(&summary),
        // A fault of ours (ledger, disk, scratch file) must not cost the sender a file.
        Err(fault) if fault.turn == crate::fault::Turn::Sender => {
            reject(receive, &arrival, staging.counts(), vec![fault])
        }
        Err(fault) => Err(fault),
    }
}

fn reject(receive: &Receive, arrival: &Arrival, counts: Counts, faults: Vec<Fault>) -> Result<Staged, Fault> {
    receive.ledger.reject(arrival.id, counts, faults, receive.clock.now()).wait()?;
    Ok(Staged::Rejected(arrival.id))
}

/// One arrival under way: documents are gathered, planned and staged batch by batch.
struct Staging<'a> {
    receive: &'a Receive,
    inbox: &'a Inbox,
    arrival: &'a Arrival,
    rules: PlanRules,
    ordinal: u64,
    batch: Vec<StagedDocument>,
    faulty: u64,
    stray: u64,
    documents: u64,
    tally: Tally,
}

impl<'a> Staging<'a> {
    fn new(receive: &'a Receive, inbox: &'a Inbox, arrival: &'a Arrival, rules: PlanRules) -> Self {
        let batch = Vec::new();
        Staging {
            receive,
            inbox,
            arrival,
            rules,
            ordinal: 0,
            batch,
            faulty: 0,
            stray: 0,
            documents: 0,
            tally: Tally::default(),
        }
    }

    fn read(&mut self) -> Result<Summary, Fault> {
        let mut copy = self.receive.spool.open_copy(&self.arrival.spool)?;
        let spool = self.receive.spool.clone();
        let scratch = move || -> io::Result<File> { spool.scratch() };
        let (file_name, time_zone) = (self.arrival.name.clone(), self.inbox.time_zone);
        let context =
            ReadContext { file_name: &file_name, time_zone, live: self.inbox.live, scratch: &scratch };
        let format = self.inbox.format.clone();
        let summary = format::read(&format, &mut copy, &context, &mut |item| self.add(item))?;
        self.flush()?;
        Ok(summary)
    }

    fn conclude(&self, summary: &Summary) -> Result<Staged, Fault> {
        let ledger = &self.receive.ledger;
        let counts = Counts { records: summary.records, ..self.counts() };
        if !summary.file_faults.is_empty() {
            return reject(self.receive, self.arrival, counts, summary.file_faults.clone());
        }
        let bad = self.faulty + self.stray;
        if bad > 0 && self.inbox.faults == FaultRule::RejectFile {
            let fault =
                Fault::new(code::FAULTY_DOCUMENTS).at(Place::file(&self.arrival.name)).with("count", bad);
            return reject(self.receive, self.arrival, counts, vec![fault]);
        }
        let braked = brake::judge(self.receive, self.inbox, self.arrival, &self.tally, self.documents)?;
        if let Some(fault) = braked {
            tracing::error!(arrival = self.arrival.id, code = fault.code.name(), "held: {fault}");
            ledger.hold_arrival(self.arrival.id, fault.at(Place::file(&self.arrival.name))).wait()?;
            return Ok(Staged::Held(self.arrival.id));
        }
        ledger.publish(self.arrival.id, counts, Vec::new(), self.receive.clock.now()).wait()?;
        Ok(Staged::Published(self.arrival.id))
    }

    fn counts(&self) -> Counts {
        Counts { documents: self.documents, faulty: self.faulty, stray: self.stray, ..Counts::default() }
    }

    fn add(&mut self, item: Item) -> Result<(), Fault> {
        if self.receive.stopping() {
            return Err(Fault::new(code::STOPPING));
        }
        self.ordinal += 1;
        let document = match item {
            Item::Document(mapped) => {
                self.documents += 1;
                self.plan(*mapped)
            }
            Item::Stray(fault) => {
                self.stray += 1;
                let line = fault.place.line.unwrap_or_default();
                StagedDocument {
                    ordinal: self.ordinal,
                    document: "record".to_owned(),
                    number: None,
                    first_line: line,
                    last_line: line,
                    faults: vec![fault],
                    planned: Planned::Faulty,
                }
            }
        };
        self.batch.push(document);
        if self.batch.len() >= DOCUMENTS_PER_BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn plan(&mut self, mapped: Mapped) -> StagedDocument {
        let place = Place::file(&self.arrival.name).line(mapped.first_line);
        let document = mapped.document.document_type().name().to_owned();
        let number = mapped.document.number().map(str::to_owned);
        let (faults, planned) = if mapped.faults.is_empty() {
            let remember = remember(&mapped.remembered);
            match plan::plan(&mapped.document, &self.inbox.lane, &self.rules, remember, &place) {
                Ok(plan) => (plan.warnings, Planned::Call(plan.call)),
                Err(faults) => (faults, Planned::Faulty),
            }
        } else {
            (mapped.faults, Planned::Faulty)
        };
        StagedDocument {
            ordinal: self.ordinal,
            document,
            number,
            first_line: mapped.first_line,
            last_line: mapped.last_line,
            faults,
            planned,
        }
    }

    /// Settles what only the ledger knows (twice in this file? unchanged?) and stages the batch.
    fn flush(&mut self) -> Result<(), Fault> {
        let mut batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        self.refuse_second_versions(&mut batch)?;
        self.mark_unchanged(&mut batch)?;
        if !self.inbox.live {
            batch.iter_mut().for_each(try_only);
        }
        let faulty = batch.iter().filter(|document| document.planned == Planned::Faulty);
        self.faulty += faulty.filter(|document| document.document != "record").count() as u64;
        self.receive.ledger.stage(self.arrival.id, batch).wait()
    }

    /// One arrival never plans two versions of one key (promise 3).
    fn refuse_second_versions(&self, batch: &mut [StagedDocument]) -> Result<(), Fault> {
        let tasks = batch.iter().filter_map(planned_call).map(StagedTask::of).collect();
        let mut seen = self.receive.ledger.staged_tasks(self.arrival.id, tasks).wait()?;
        for document in batch {
            let Some(task) = planned_call(document).map(StagedTask::of) else { continue };
            if seen.contains(&task) {
                document.faults.push(
                    Fault::new(code::NUMBER_TWICE)
                        .at(Place::file(&self.arrival.name).line(document.first_line))
                        .found(&task.number)
                        .with("document", task.kind.name()),
                );
                document.planned = Planned::Faulty;
            } else {
                seen.insert(task);
            }
        }
        Ok(())
    }

    /// Promise 9: what Ongoing has, or is about to be sent, is not sent again. By default for articles; for every
    /// document where the whole file is one that came before. An order whose number came before is told so.
    fn mark_unchanged(&mut self, batch: &mut [StagedDocument]) -> Result<(), Fault> {
        let repeated = self.arrival.same_content_as.is_some();
        let judged = |call: &Call| repeated || (self.inbox.skip_unchanged && call.key.kind == Kind::Article);
        let keys: Vec<Key> = batch
            .iter()
            .filter_map(planned_call)
            .filter(|call| judged(call) || comes_anew(call))
            .map(|call| call.key.clone())
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        let bases = self.receive.ledger.bases(keys).wait()?;
        let mut tally = std::mem::take(&mut self.tally);
        for document in batch {
            let Some(call) = planned_call(document).cloned() else { continue };
            let basis = bases.get(&call.key);
            if judged(&call) && call.key.kind == Kind::Article {
                tally.note(&call, basis);
            }
            let Some(basis) = basis else { continue };
            let same = basis.hash.as_ref() == Some(&call.hash);
            if judged(&call) && same && !self.is_to_refresh(&call, basis) {
                document.planned = Planned::Unchanged(call);
            } else if comes_anew(&call) {
                document.faults.push(self.came_before(document.first_line, &call, basis, same));
            }
        }
        self.tally = tally;
        Ok(())
    }

    /// Whether what is unchanged is sent all the same, since it was accepted long ago.
    fn is_to_refresh(&self, call: &Call, basis: &Basis) -> bool {
        let (Some(refresh), Some(accepted)) = (self.inbox.refresh, basis.accepted_at) else { return false };
        // The number says how much of a quarter is taken off.
        let mix = |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte));
        let seed = call.key.number.bytes().fold(0, mix);
        let after = refresh - refresh / 4 * (seed % 100) / 100;
        (self.receive.clock.now() - accepted).to_std().is_ok_and(|age| age >= after)
    }

    fn came_before(&self, line: u64, call: &Call, basis: &Basis, same: bool) -> Fault {
        Fault::new(if same { code::CAME_BEFORE_THE_SAME } else { code::CAME_BEFORE_OTHERWISE })
            .at(Place::file(&self.arrival.name).line(line))
            .found(&call.key.number)
            .with("document", call.key.kind.name())
            .with("earlier", basis.file.as_deref().unwrap_or("an earlier file"))
    }
}

/// Documents that are expected once: that their number comes again is worth a word.
fn comes_anew(call: &Call) -> bool {
    match call.operation {
        Operation::PutOrder | Operation::PutPurchaseOrder | Operation::PutReturnOrder => true,
        Operation::PutArticle
        | Operation::Cancel
        | Operation::Change
        | Operation::PutFile { .. }
        | Operation::MarkOrderLineReported { .. } => false,
    }
}

/// A partner that is not live: read, checked and answered, and nothing is sent, now or later.
fn try_only(document: &mut StagedDocument) {
    if let Some(call) = planned_call(document).cloned() {
        document.planned = Planned::Trial { call, message: NOT_LIVE.to_owned() };
    }
}

/// What the acknowledgement says of a document of a partner that is not live.
const NOT_LIVE: &str = "not live: read and checked, nothing was sent";

fn planned_call(document: &StagedDocument) -> Option<&Call> {
    match &document.planned {
        Planned::Call(call) => Some(call),
        Planned::Unchanged(_) | Planned::Trial { .. } | Planned::Faulty => None,
    }
}

fn remember(remembered: &Remembered) -> String {
    if *remembered == Remembered::default() {
        return String::new();
    }
    serde_json::to_string(remembered).unwrap_or_default()
}
