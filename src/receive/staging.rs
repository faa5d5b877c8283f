//! From an arrival to published calls: copy -> parts -> format -> documents -> plan -> staged -> published or rejected.

use std::collections::HashMap;
use std::fs::File;
use std::io;

use super::brake::{self, Tally};
use super::second_versions;
use super::unpack::{self, Contents, Part};
use super::{Duplicates, FaultRule, Inbox, Receive};
use crate::call::{Call, Key, Kind, Lane, Operation};
use crate::fault::{Fault, Place, Turn, code};
use crate::format::{self, Item, Mapped, PartFile, ReadContext, Remembered, Summary};
use crate::ledger::{Arrival, ArrivalId, Basis, Counts, Planned, ReadPart, StagedDocument, StagedTask};
use crate::plan::{self, PlanRules};

/// How many documents go into the ledger in one transaction.
const DOCUMENTS_PER_BATCH: usize = 500;
/// How many warnings of one arrival are kept.
const WARNINGS_MAX: usize = 20;
/// How many entries of an archive are noted in one transaction.
const PARTS_PER_BATCH: usize = 500;

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
        let fault = same_content(&arrival.name, other);
        return reject(receive, &arrival, Counts::default(), vec![fault]);
    }
    let parts = inbox.format.parts();
    if parts.len() != arrival.files.len() {
        // The configuration was changed since the files came.
        let fault = Fault::new(code::OTHER_PARTS)
            .at(Place::file(&arrival.name))
            .with("given", arrival.files.len().max(1))
            .with("wanted", parts.len().max(1))
            .with("parts", parts.join(", "));
        return hold(receive, &arrival, fault);
    }
    if arrival.size == 0 {
        let fault = Fault::new(code::EMPTY_FILE).at(Place::file(&arrival.name));
        return reject(receive, &arrival, Counts::default(), vec![fault]);
    }
    // An attempt that failed half-way may have left rows that nobody sees.
    receive.ledger.unstage(arrival.id).wait()?;
    let rules = super::rules::rules(receive, inbox)?;
    let contents = unpack::contents(receive, inbox, &arrival);
    if receive.stopping() {
        return Ok(Staged::LetGo(arrival.id));
    }
    let contents = match contents {
        Ok(contents) => contents,
        Err(fault) if fault.code == code::ARCHIVE_NOT_UNPACKED => {
            return hold(receive, &arrival, fault);
        }
        Err(fault) if fault.turn == Turn::Sender => {
            return reject(receive, &arrival, Counts::default(), vec![fault]);
        }
        Err(fault) => return Err(fault),
    };
    let mut staging = Staging::new(receive, inbox, &arrival, rules);
    let came_before = staging.came_before(&contents)?;
    if inbox.duplicates == Duplicates::Hold && !arrival.repeats_released {
        let mut parts = contents.parts.iter().filter(|part| part.entry.is_some());
        let same = parts.find_map(|part| Some((part, came_before.get(&part.hash).copied()?)));
        if let Some((part, other)) = same {
            return hold(receive, &arrival, same_content(&part.shown, other));
        }
    }
    let read = staging.read(&contents, &came_before);
    if receive.stopping() {
        return Ok(Staged::LetGo(arrival.id));
    }
    // A fault of ours (ledger, disk, scratch file) must not cost the sender a file.
    read?;
    staging.conclude(&contents)
}

fn same_content(shown: &str, other: ArrivalId) -> Fault {
    Fault::new(code::SAME_CONTENT).at(Place::file(shown)).with("other", format!("arrival {other}"))
}

fn hold(receive: &Receive, arrival: &Arrival, fault: Fault) -> Result<Staged, Fault> {
    tracing::error!(arrival = arrival.id, code = fault.code.name(), "held: {fault}");
    receive.ledger.hold_arrival(arrival.id, fault).wait()?;
    Ok(Staged::Held(arrival.id))
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
    /// Where the part in hand stands: `ORD.zip/order1.csv`, or the file's name.
    shown: String,
    /// The files of the part in hand as they are told, several where they belong together.
    files: Vec<String>,
    /// The part in hand, where the arrival is an archive.
    entry: Option<String>,
    /// Whether the content of the part in hand came before.
    repeated: bool,
    counted: Counted,
    /// The entries that were read to their end.
    parts: Vec<ReadPart>,
    /// Entries that were passed over, as their content came before.
    known: Vec<String>,
    /// What was noticed of the file that keeps nothing back.
    warnings: Vec<Fault>,
    /// What is wrong with the file as such, where it is one part: none of its documents may count.
    file_faults: Vec<Fault>,
}

/// What was counted so far.
#[derive(Clone, Debug, Default)]
struct Counted {
    records: u64,
    documents: u64,
    faulty: u64,
    /// Documents that were staged and do not count any more: faulty ones too.
    withdrawn: u64,
    stray: u64,
    tally: Tally,
}

impl<'a> Staging<'a> {
    fn new(receive: &'a Receive, inbox: &'a Inbox, arrival: &'a Arrival, rules: PlanRules) -> Self {
        Staging {
            receive,
            inbox,
            arrival,
            rules,
            ordinal: 0,
            batch: Vec::new(),
            shown: arrival.name.clone(),
            files: Vec::new(),
            entry: None,
            repeated: false,
            counted: Counted::default(),
            parts: Vec::new(),
            known: Vec::new(),
            warnings: Vec::new(),
            file_faults: Vec::new(),
        }
    }

    /// The earlier arrivals of the inbox that the content of an entry came in.
    fn came_before(&self, contents: &Contents) -> Result<HashMap<String, ArrivalId>, Fault> {
        let entries = contents.parts.iter().filter(|part| part.entry.is_some());
        let hashes: Vec<String> = entries.map(|part| part.hash.clone()).collect();
        if hashes.is_empty() {
            return Ok(HashMap::new());
        }
        self.receive.ledger.contents_before(self.arrival.id, hashes).wait()
    }

    /// Reads each part in its turn. A bad one costs the others nothing.
    fn read(&mut self, contents: &Contents, came_before: &HashMap<String, ArrivalId>) -> Result<(), Fault> {
        let is_archive_of_many = contents.parts.len() > 1;
        for part in &contents.parts {
            let is_known = part.entry.is_some() && came_before.contains_key(&part.hash);
            if is_known && self.inbox.duplicates == Duplicates::Skip {
                self.known.push(part.shown.clone());
                continue;
            }
            self.shown.clone_from(&part.shown);
            self.entry.clone_from(&part.entry);
            self.repeated = is_known || self.arrival.same_content_as.is_some();
            let (ordinal, before) = (self.ordinal, self.counted.clone());
            let faults = match self.read_part(contents, part) {
                Ok(summary) => {
                    self.counted.records += summary.records;
                    let room = WARNINGS_MAX.saturating_sub(self.warnings.len());
                    let warnings = summary.warnings.into_iter().take(room);
                    let warnings: Vec<Fault> = warnings.map(|fault| self.placed(fault)).collect();
                    self.warnings.extend(warnings);
                    summary.file_faults
                }
                Err(fault) if fault.turn == Turn::Sender && !self.receive.stopping() => vec![fault],
                Err(fault) => return Err(fault),
            };
            if faults.is_empty() {
                self.parts.extend(part.entry.clone().map(|name| ReadPart {
                    name,
                    size: part.size,
                    hash: part.hash.clone(),
                }));
            } else if is_archive_of_many {
                self.refuse_part(part, ordinal, before, faults)?;
            } else {
                self.file_faults = faults.into_iter().map(|fault| self.placed(fault)).collect();
            }
        }
        Ok(())
    }

    fn read_part(&mut self, contents: &Contents, part: &Part) -> Result<Summary, Fault> {
        if let Some(fault) = &part.fault {
            return Err(fault.clone());
        }
        let mut opened = contents.files(part)?;
        let mut files: Vec<PartFile<'_>> =
            opened.iter_mut().map(|(name, bytes)| PartFile { name, bytes }).collect();
        self.files = match files.as_slice() {
            [_] => vec![self.shown.clone()],
            several => several.iter().map(|file| file.name.to_owned()).collect(),
        };
        let spool = self.receive.spool.clone();
        let scratch = move || -> io::Result<File> { spool.scratch() };
        let (time_zone, live) = (self.inbox.time_zone, self.inbox.live);
        let context = ReadContext { file_name: &part.file_name, time_zone, live, scratch: &scratch };
        let format = self.inbox.format.clone();
        let summary = format::read_parts(&format, &mut files, &context, &mut |item| self.add(item))?;
        self.flush()?;
        Ok(summary)
    }

    /// None of the entry's documents counts, as none of a bad file's would; those that are faulty are told of, and so
    /// is the entry. The other entries go on.
    fn refuse_part(
        &mut self,
        part: &Part,
        ordinal: u64,
        before: Counted,
        faults: Vec<Fault>,
    ) -> Result<(), Fault> {
        self.flush()?;
        let withdrawn = self.settle_withdrawn(ordinal)?;
        self.receive.ledger.unstage_behind(self.arrival.id, ordinal).wait()?;
        let faulty = self.counted.faulty - before.faulty;
        self.counted = Counted {
            documents: before.documents + faulty + withdrawn,
            faulty: self.counted.faulty,
            withdrawn: self.counted.withdrawn,
            stray: self.counted.stray + 1,
            ..before
        };
        self.ordinal += 1;
        let line = faults.iter().find_map(|fault| fault.place.line).unwrap_or(1);
        self.batch.push(StagedDocument {
            ordinal: self.ordinal,
            document: BAD_PART.to_owned(),
            number: part.entry.clone(),
            part: part.entry.clone(),
            first_line: line,
            last_line: line,
            faults: faults.into_iter().map(|fault| self.placed(fault)).collect(),
            planned: Planned::Faulty,
        });
        self.flush()
    }

    /// A fault whose file is named as an operator sees it; the format knows an entry by its own name only.
    fn placed(&self, mut fault: Fault) -> Fault {
        if self.entry.is_some() {
            fault.place.file = Some(self.shown.clone());
        }
        fault
    }

    fn settle_withdrawn(&self, ordinal: u64) -> Result<u64, Fault> {
        if self.counted.withdrawn == 0 {
            return Ok(0);
        }
        self.receive.ledger.settle_withdrawn(self.arrival.id, ordinal).wait()
    }

    fn conclude(&mut self, contents: &Contents) -> Result<Staged, Fault> {
        self.settle_withdrawn(0)?;
        let ledger = &self.receive.ledger;
        let counts = self.counts();
        let warnings = std::mem::take(&mut self.warnings);
        for warning in &warnings {
            let (arrival, file, code) = (self.arrival.id, &self.arrival.name, warning.code.name());
            tracing::warn!(arrival, file, code, "noticed: {warning}");
        }
        let whole = |code| Fault::new(code).at(Place::file(&self.arrival.name));
        if !self.file_faults.is_empty() {
            let faults = std::mem::take(&mut self.file_faults).into_iter().chain(warnings).collect();
            return reject(self.receive, self.arrival, counts, faults);
        }
        let bad = counts.faulty + counts.stray;
        if bad > 0 && self.inbox.faults == FaultRule::RejectFile {
            let fault = whole(code::FAULTY_DOCUMENTS).with("count", bad);
            let faults = std::iter::once(fault).chain(warnings).collect();
            return reject(self.receive, self.arrival, counts, faults);
        }
        let note = |code, names: &[String]| {
            let names_shown = unpack::first_names(names.iter().map(String::as_str));
            (!names.is_empty()).then(|| whole(code).with("count", names.len()).with("names", names_shown))
        };
        let mut notes: Vec<Fault> =
            note(code::ENTRIES_CAME_BEFORE, &self.known).into_iter().chain(warnings).collect();
        let is_archive = contents.parts.iter().any(|part| part.entry.is_some());
        if is_archive && self.parts.is_empty() {
            let refused = contents.parts.len() - self.known.len();
            if refused > 0 {
                notes.push(whole(code::ARCHIVE_ALL_FAULTY).with("count", refused));
            }
            return reject(self.receive, self.arrival, counts, notes);
        }
        notes.extend(note(code::ENTRIES_PASSED_OVER, &contents.passed_over));
        let braked =
            brake::judge(self.receive, self.inbox, self.arrival, &self.counted.tally, counts.documents)?;
        if let Some(fault) = braked {
            return hold(self.receive, self.arrival, fault.at(Place::file(&self.arrival.name)));
        }
        for parts in self.parts.chunks(PARTS_PER_BATCH) {
            ledger.note_parts(self.arrival.id, parts.to_vec()).wait()?;
        }
        ledger.publish(self.arrival.id, counts, notes, self.receive.clock.now()).wait()?;
        Ok(Staged::Published(self.arrival.id))
    }

    fn counts(&self) -> Counts {
        let Counted { records, documents, faulty, withdrawn, stray, .. } = self.counted;
        Counts { documents, faulty: faulty + withdrawn, stray, records }
    }

    fn add(&mut self, item: Item) -> Result<(), Fault> {
        if self.receive.stopping() {
            return Err(Fault::new(code::STOPPING));
        }
        self.ordinal += 1;
        let document = match item {
            Item::Document(mapped) => {
                self.counted.documents += 1;
                self.plan(*mapped)
            }
            Item::Stray(fault) => {
                self.counted.stray += 1;
                let fault = self.placed(fault);
                let line = fault.place.line.unwrap_or_default();
                StagedDocument {
                    ordinal: self.ordinal,
                    document: STRAY.to_owned(),
                    number: None,
                    part: self.entry.clone(),
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

    fn plan(&mut self, mut mapped: Mapped) -> StagedDocument {
        let place = Place::file(&self.shown).line(mapped.first_line);
        let document = mapped.document.document_type().name().to_owned();
        let number = mapped.document.number().map(str::to_owned);
        let doubts: Vec<Fault> =
            std::mem::take(&mut mapped.warnings).into_iter().map(|warning| self.placed(warning)).collect();
        let faulty = || {
            let asked_for = plan::call_of_faulty(&mapped.document, &self.inbox.lane, &self.rules);
            asked_for.map_or(Planned::Faulty, Planned::Withdrawn)
        };
        let (faults, planned) = if mapped.faults.is_empty() {
            let remember = remember(&mapped.remembered);
            let line_place = |line: usize| mapped.place_of_line(line, &self.files);
            let planned =
                plan::plan(&mapped.document, &self.inbox.lane, &self.rules, remember, &place, &line_place);
            match planned {
                Ok(plan) => (doubts.into_iter().chain(plan.warnings).collect(), Planned::Call(plan.call)),
                Err(faults) => (faults, faulty()),
            }
        } else {
            let faults: Vec<Fault> = mapped.faults.iter().cloned().map(|fault| self.placed(fault)).collect();
            (faults, faulty())
        };
        StagedDocument {
            ordinal: self.ordinal,
            document,
            number,
            part: self.entry.clone(),
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
        let withdrawn = self.refuse_second_versions(&mut batch)?;
        self.mark_unchanged(&mut batch)?;
        if !self.inbox.live {
            batch.iter_mut().for_each(try_only);
        }
        let faulty = batch.iter().filter(|document| document.planned == Planned::Faulty);
        let documents = faulty.filter(|document| ![STRAY, BAD_PART].contains(&document.document.as_str()));
        self.counted.faulty += documents.count() as u64;
        let here = batch.iter().filter(|document| matches!(document.planned, Planned::Withdrawn(_)));
        self.counted.withdrawn += (here.count() + withdrawn.len()) as u64;
        self.receive.ledger.stage(self.arrival.id, batch).wait()?;
        if withdrawn.is_empty() {
            return Ok(());
        }
        self.receive.ledger.withdraw(self.arrival.id, withdrawn).wait()
    }

    /// What was staged before and is to be withdrawn, since the batch has other versions of it.
    fn refuse_second_versions(
        &self,
        batch: &mut [StagedDocument],
    ) -> Result<Vec<(StagedTask, Fault)>, Fault> {
        let tasks = batch.iter().filter_map(second_versions::asked_for).map(StagedTask::of).collect();
        let staged = self.receive.ledger.staged_tasks(self.arrival.id, tasks).wait()?;
        let name = &self.arrival.name;
        let shown = |part: Option<&str>| part.map_or_else(|| name.clone(), |part| format!("{name}/{part}"));
        Ok(second_versions::refuse(batch, &staged, &|line, part| Place::file(shown(part)).line(line)))
    }

    /// Promise 9: what Ongoing has, or is about to be sent, is not sent again. By default for articles; for every
    /// document where the whole file is one that came before. An order whose number came before is told so.
    fn mark_unchanged(&mut self, batch: &mut [StagedDocument]) -> Result<(), Fault> {
        let repeated = self.repeated;
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
        let mut tally = std::mem::take(&mut self.counted.tally);
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
                document.faults.push(self.number_came_before(document.first_line, &call, basis, same));
            }
        }
        self.counted.tally = tally;
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

    fn number_came_before(&self, line: u64, call: &Call, basis: &Basis, same: bool) -> Fault {
        Fault::new(if same { code::CAME_BEFORE_THE_SAME } else { code::CAME_BEFORE_OTHERWISE })
            .at(Place::file(&self.shown).line(line))
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

/// What a record that belongs to no document is called, among documents.
const STRAY: &str = "record";
/// What an entry of an archive is called that could not be read, among documents.
const BAD_PART: &str = "file";

/// What the acknowledgement says of a document of a partner that is not live.
const NOT_LIVE: &str = "not live: read and checked, nothing was sent";

fn planned_call(document: &StagedDocument) -> Option<&Call> {
    match &document.planned {
        Planned::Call(call) => Some(call),
        Planned::Unchanged(_) | Planned::Trial { .. } | Planned::Withdrawn(_) | Planned::Faulty => None,
    }
}

fn remember(remembered: &Remembered) -> String {
    if *remembered == Remembered::default() {
        return String::new();
    }
    serde_json::to_string(remembered).unwrap_or_default()
}
