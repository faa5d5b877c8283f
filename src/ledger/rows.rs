//! What the ledger stores and hands out: plain rows, no behaviour.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::turns::Barred;
use crate::call::{Call, CallState, Lane};
use crate::fault::Fault;

/// The row number of an arrival.
pub type ArrivalId = i64;
/// The row number of a document.
pub type DocumentId = i64;
/// The row number of a call; among the calls of one lane its order is the order of arrival.
pub type CallId = i64;
/// The row number of a report.
pub type ReportId = i64;

/// A file under watch in an inbox: how long it has stood unchanged, by our clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// When it was first seen with this size and time.
    pub unchanged_since: DateTime<Utc>,
    /// How often it was seen so, this look included.
    pub looks: u32,
}

/// A rename inside an inbox's tree that is under way or done; written before the rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Row number.
    pub id: i64,
    /// The first of the claims that were made together: files that belong together are claimed as one. Its own number, if
    /// it was made alone.
    pub first: i64,
    /// `partner/inbox`.
    pub inbox: String,
    /// The path that the sender gave.
    pub path: String,
    /// The path that it is renamed to while it is ours.
    pub claimed_path: String,
    /// What the file was when it was claimed: its size, and the server's time, if it told.
    pub was: Option<(u64, Option<DateTime<Utc>>)>,
    /// The arrival that the claimed file was admitted as, if it got that far.
    pub arrival: Option<ArrivalId>,
}

/// A file that is about to be claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClaim {
    /// The path that the sender gave.
    pub path: String,
    /// The path that it will be renamed to.
    pub claimed_path: String,
    /// Bytes.
    pub size: u64,
    /// The server's time of the file, if it told.
    pub modified: Option<DateTime<Utc>>,
}

/// One of the files that belong together, on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Which of the format's parts it is.
    pub part: String,
    /// Its name as the sender gave it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The server's time of the file, if it told.
    pub modified: Option<DateTime<Utc>>,
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
}

/// One of the files of an arrival that has several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalFile {
    /// Which of the format's parts it is.
    pub part: String,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub hash: String,
}

/// A file to be taken in, or files that belong together; their copy is fsynced in the spool already.
#[derive(Clone, Debug)]
pub struct NewArrival {
    /// `partner/inbox`.
    pub inbox: String,
    /// The partner's name.
    pub partner: String,
    /// The lane that its calls go to.
    pub lane: Lane,
    /// The file's name as the sender gave it; of files that belong together the first's.
    pub name: String,
    /// Bytes, of all files.
    pub size: u64,
    /// The server's time of the file, if it told; the newest of all.
    pub modified: Option<DateTime<Utc>>,
    /// SHA-256 of the bytes, one file behind the other, in hexadecimal.
    pub hash: String,
    /// The files that belong together, in the order in which they stand in the copy; none where one stands alone.
    pub files: Vec<NewFile>,
    /// The copy's name in the spool.
    pub spool: String,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// The claims that it came through, in the order of its files, if it was claimed.
    pub claims: Vec<i64>,
    /// Held from the start, for this reason (a file that grew after pick-up; a suspected duplicate where the inbox says so).
    pub held: Option<Fault>,
    /// Held from the start if an earlier arrival of the inbox has the same content: in the same transaction, so that
    /// nothing can stage it in between.
    pub hold_same_content: bool,
}

/// What admitting a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is a new arrival.
    Admitted(ArrivalId),
    /// The very same file (inbox, name, size, time and content) was taken in before as this arrival; nothing was
    /// added but a note on that arrival.
    SameFile(ArrivalId),
}

/// Where an arrival is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalState {
    /// Our copy is durable.
    Received,
    /// Its documents are staged, seen by nobody.
    Staged,
    /// Waits for a person.
    Held,
    /// Its documents count and its calls run.
    Published,
    /// All its documents have their outcome.
    Done,
    /// None of its documents counts.
    Rejected,
}

impl ArrivalState {
    /// Every state.
    pub const ALL: [ArrivalState; 6] = [
        ArrivalState::Received,
        ArrivalState::Staged,
        ArrivalState::Held,
        ArrivalState::Published,
        ArrivalState::Done,
        ArrivalState::Rejected,
    ];

    /// The name in the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ArrivalState::Received => "received",
            ArrivalState::Staged => "staged",
            ArrivalState::Held => "held",
            ArrivalState::Published => "published",
            ArrivalState::Done => "done",
            ArrivalState::Rejected => "rejected",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<ArrivalState> {
        ArrivalState::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An arrival as stored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arrival {
    /// Row number.
    pub id: ArrivalId,
    /// `partner/inbox`.
    pub inbox: String,
    /// The partner's name.
    pub partner: String,
    /// The lane of its calls.
    pub lane: Lane,
    /// The file's name; of files that belong together the first's.
    pub name: String,
    /// Bytes, of all files.
    pub size: u64,
    /// SHA-256.
    pub hash: String,
    /// The files that belong together, in the order in which they stand in the copy; none where one stands alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ArrivalFile>,
    /// The copy's name in the spool.
    pub spool: String,
    /// When it was taken in.
    pub received_at: DateTime<Utc>,
    /// When it was published or rejected.
    pub published_at: Option<DateTime<Utc>>,
    /// When all its documents had their outcome.
    pub done_at: Option<DateTime<Utc>>,
    /// Where it is on its way.
    pub state: ArrivalState,
    /// Why it is held or rejected.
    pub faults: Vec<Fault>,
    /// Documents in the file, faulty ones included.
    pub documents: u64,
    /// Faulty ones.
    pub documents_faulty: u64,
    /// Records that belong to no document.
    pub records_stray: u64,
    /// Whether the sender's file was moved or deleted (or is left on purpose); false: still to be done.
    pub source_settled: bool,
    /// A person let it go on: the brake does not hold it again.
    pub released: bool,
    /// A person let it go on although its content came before.
    pub repeats_released: bool,
    /// The newest earlier arrival of the inbox with the same content, whatever its name and time, if there is one.
    pub same_content_as: Option<ArrivalId>,
    /// When its personal data was erased, with that of its documents, calls and requests.
    pub erased_at: Option<DateTime<Utc>>,
    /// When our copy in the spool was removed: it cannot be read again.
    pub file_erased_at: Option<DateTime<Utc>>,
}

/// What a document came to when it was planned.
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// It needs this call.
    Call(Call),
    /// It is what Ongoing was last sent, or is about to be sent; the call is kept as a row in state `unchanged`.
    Unchanged(Call),
    /// It would need this call, and nothing is sent for its partner; the call is kept as a row in state `discarded`,
    /// with this message, so that the sender is answered and nothing waits to be sent one day.
    Trial {
        /// The call.
        call: Call,
        /// What the acknowledgement says.
        message: String,
    },
    /// It is faulty, and would need this call; or another version of it stands in the same file, and neither counts. The call is
    /// kept until the file was read, so that further versions find it, see [`Ledger::settle_withdrawn`](super::Ledger::settle_withdrawn).
    Withdrawn(Call),
    /// It cannot become a call; its faults say why.
    Faulty,
}

/// A document to be staged.
#[derive(Clone, Debug, PartialEq)]
pub struct StagedDocument {
    /// Its place among the documents of the arrival, from 1.
    pub ordinal: u64,
    /// `article`, `order`; `record` for a record that belongs to no document, `file` for a bad entry of an archive.
    pub document: String,
    /// Our number, if it could be read.
    pub number: Option<String>,
    /// The entry of the archive that it stands in; `None` where the file is no archive.
    pub part: Option<String>,
    /// First line in the file, or in the entry.
    pub first_line: u64,
    /// Last line there.
    pub last_line: u64,
    /// Faults (of a faulty document) or warnings (of a good one).
    pub faults: Vec<Fault>,
    /// What it came to.
    pub planned: Planned,
}

/// An entry of an archive that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPart {
    /// Its name in the archive.
    pub name: String,
    /// Bytes, unpacked.
    pub size: u64,
    /// SHA-256 of them, in hexadecimal.
    pub hash: String,
}

/// The newest version of a key that is not refused or discarded, queued ones included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Its hash; `None` when the basis was cleared (unknown outcome, a change made elsewhere).
    pub hash: Option<String>,
    /// Ongoing's id, if the object was ever accepted.
    pub ongoing_id: Option<i64>,
    /// When Ongoing accepted it; `None` while it is queued, or if nobody knows.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The call that it came by.
    pub call: Option<CallId>,
    /// The file that it came in, as far as it is known still.
    pub file: Option<String>,
}

/// What Ongoing was last known to hold of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownVersion {
    /// Our number.
    pub number: String,
    /// Ongoing's id.
    pub ongoing_id: Option<i64>,
    /// The row of the call that it was accepted by, if what Ongoing holds is not in doubt.
    pub call_id: Option<CallId>,
    /// The call that it was accepted by; `None` if that was erased, or if what Ongoing holds is in doubt.
    pub call: Option<Call>,
}

/// A call whose turn it is.
#[derive(Clone, Debug, PartialEq)]
pub struct DueCall {
    /// Row number.
    pub id: CallId,
    /// The call.
    pub call: Call,
    /// Attempts made so far.
    pub tries: u32,
    /// When the first attempt began.
    pub first_tried_at: Option<DateTime<Utc>>,
    /// Since when it has been tried in vain; a person's retry begins anew.
    pub waits_since: Option<DateTime<Utc>>,
    /// The outcome of an earlier attempt is not known: read back before anything else.
    pub unknown: bool,
    /// Ongoing's id of the object, if it was ever accepted.
    pub ongoing_id: Option<i64>,
    /// The partner whose file it came from; `None` for a mark.
    pub partner: Option<String>,
    /// When its arrival was published; `None` for a mark.
    pub published_at: Option<DateTime<Utc>>,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// Ongoing has it, under this id.
    Accepted {
        /// Ongoing's id of the object; `None` for marks.
        ongoing_id: Option<i64>,
        /// What Ongoing said.
        message: String,
    },
    /// Ongoing refused it.
    Refused(Fault),
    /// Try again at `due`.
    Later {
        /// Not before.
        due: DateTime<Utc>,
        /// What happened.
        fault: Fault,
        /// Whether the attempt may have been processed.
        unknown: bool,
        /// Whether it counts as a try of this call (an outage of the whole installation does not).
        counts: bool,
    },
    /// A person must decide; the lane goes on, the key waits.
    Held(Fault),
}

/// What an attempt came to, with its call and its requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The call.
    pub call: CallId,
    /// What the attempt came to.
    pub settlement: Settlement,
    /// Its requests, in order.
    pub requests: Vec<RequestRow>,
}

/// What a lane's run tells the ledger, and what it asks for.
#[derive(Clone, Debug, Default)]
pub struct Advance {
    /// What ended, in the order in which it was answered.
    pub settled: Vec<Settled>,
    /// What was begun and not sent.
    pub given_back: Vec<DueCall>,
    /// So many calls are to be begun at most.
    pub most: usize,
    /// What may not be begun now.
    pub barred: Barred,
    /// Nothing is begun while one of these is halted.
    pub scopes: Vec<String>,
}

/// One HTTP request and its answer, for the trace. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// `PUT /api/v1/orders` (route, ids filled in, without query).
    pub request: String,
    /// The method that limits count by: `PUT /orders`.
    pub method: String,
    /// The status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// The answer's text, cut to 2,000 characters, or what went wrong.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// Something that an outbox must tell, before it is a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Row number; 0 for a new one.
    pub id: i64,
    /// `partner/outbox`.
    pub outbox: String,
    /// The document as JSON text (`document::to_json`).
    pub document: String,
    /// Our number: the order number, the arrival's.
    pub number: String,
    /// When we learnt it.
    pub at: DateTime<Utc>,
    /// The marks to set once it is told.
    pub marks: Vec<Call>,
}

/// What one order line has been told to an outbox, in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Ongoing's id of the order.
    pub order_id: i64,
    /// Ongoing's id of the order line.
    pub order_line_id: i64,
    /// The quantity told in all, as an exact decimal text.
    pub total: String,
}

/// A report to be owed: its bytes are fsynced in the spool already.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// `partner/outbox`.
    pub outbox: String,
    /// Its number in the outbox; must be the next one.
    pub sequence: u64,
    /// The final name.
    pub name: String,
    /// The unique temporary name.
    pub temporary_name: String,
    /// The bytes' name in the spool.
    pub spool: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub hash: String,
    /// When it was rendered.
    pub at: DateTime<Utc>,
    /// The facts that it tells.
    pub facts: Vec<i64>,
    /// What it tells of an arrival (acknowledgements).
    pub told: Option<Telling>,
}

/// What is told of an arrival at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Telling {
    /// The arrival.
    pub arrival: ArrivalId,
    /// The documents told of, each with its outcome.
    pub documents: Vec<(DocumentId, String)>,
    /// The round that they are part of.
    pub round: Round,
}

/// One round over the documents of an arrival, in their order, that tells those whose outcome was not told yet. That of a
/// great arrival takes several reports, and each goes on where the one before ended. What changes meanwhile behind
/// its back is for the next round, since the arrival has another version then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The arrival's version when it began.
    pub version: i64,
    /// The documents then whose outcome was accepted, unchanged, superseded or still open.
    pub taken: u64,
    /// The place of the last document told of in the arrival; none once all were looked at.
    pub up_to: Option<i64>,
}

/// Where a report is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Rendered and committed; to be uploaded.
    Owed,
    /// Uploaded under its temporary name; the rename is under way or done.
    Renaming,
    /// In the outbox under its final name.
    Delivered,
    /// Waits for a person.
    Held,
    /// A person took it back.
    Withdrawn,
}

impl ReportState {
    /// Every state.
    pub const ALL: [ReportState; 5] = [
        ReportState::Owed,
        ReportState::Renaming,
        ReportState::Delivered,
        ReportState::Held,
        ReportState::Withdrawn,
    ];

    /// The name in the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ReportState::Owed => "owed",
            ReportState::Renaming => "renaming",
            ReportState::Delivered => "delivered",
            ReportState::Held => "held",
            ReportState::Withdrawn => "withdrawn",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<ReportState> {
        ReportState::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A report as stored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Row number.
    pub id: ReportId,
    /// `partner/outbox`.
    pub outbox: String,
    /// Its number in the outbox.
    pub sequence: u64,
    /// The final name.
    pub name: String,
    /// The unique temporary name.
    pub temporary_name: String,
    /// The bytes' name in the spool.
    pub spool: String,
    /// Bytes.
    pub size: u64,
    /// When it was rendered.
    pub at: DateTime<Utc>,
    /// When it was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
    /// Where it is on its way.
    pub state: ReportState,
    /// Why it is held.
    pub fault: Option<Fault>,
    /// When its personal data was erased, with that of the facts that it tells.
    pub erased_at: Option<DateTime<Utc>>,
    /// When its bytes in the spool were removed: it cannot be sent again.
    pub file_erased_at: Option<DateTime<Utc>>,
}

/// An arrival with documents that an outbox has not told of, or not with their present outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Untold {
    /// The arrival.
    pub arrival: Arrival,
    /// Whether anything was told of it before.
    pub told_before: bool,
    /// The documents to tell of, in the order of the file; at most the limit asked for.
    pub documents: Vec<UntoldDocument>,
    /// The round that they are part of.
    pub round: Round,
}

impl Untold {
    /// What is told once all of it is.
    pub fn told(&self) -> Telling {
        let documents = self.documents.iter().map(|document| (document.id, document.outcome.clone()));
        Telling { arrival: self.arrival.id, documents: documents.collect(), round: self.round.clone() }
    }
}

/// One document to tell of.
#[derive(Clone, Debug, PartialEq)]
pub struct UntoldDocument {
    /// Row number.
    pub id: DocumentId,
    /// Its place in the arrival.
    pub ordinal: i64,
    /// `article`, `order`, `record`, `file`.
    pub document: String,
    /// Our number.
    pub number: Option<String>,
    /// The entry of the archive that it stands in.
    pub part: Option<String>,
    /// First line in the file, or in the entry.
    pub first_line: u64,
    /// Its faults; of a document that became a call the refusal first, then what was warned of.
    pub faults: Vec<Fault>,
    /// `taken`, `faulty`, or the name of the call's final [`CallState`].
    pub outcome: String,
    /// Ongoing's id.
    pub ongoing_id: Option<i64>,
    /// What Ongoing said, or what became of it.
    pub message: String,
}

/// Something halted until a person acts, or until its cause is gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Halt {
    /// What is halted: `inbox nordvik/orders`, `outbox nordvik/shipments`, `installation nordlager`, `lane nordlager/159`.
    pub scope: String,
    /// Why.
    pub fault: Fault,
    /// Since when.
    pub since: DateTime<Utc>,
    /// A fingerprint of what would have to change (the credential's hash), so that a changed one clears the halt.
    pub cause: String,
}

/// How many calls of each state a lane has, and what it waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LaneState {
    /// The lane.
    pub lane: Lane,
    /// Calls by state.
    pub calls: Vec<(CallState, u64)>,
    /// The lane rests until then (after an unanswered request).
    pub resting_until: Option<DateTime<Utc>>,
    /// The earliest `due` of its pending calls.
    pub next_due: Option<DateTime<Utc>>,
}
