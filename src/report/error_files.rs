//! `failed/NAME.error.txt` beside a local inbox: what is wrong with a file, in plain language, for the person who
//! dropped it. It is a report like any other, so it appears whole, once, whatever happens.

use super::Reporting;
use super::owing::{self, Tells};
use crate::clock::Clock;
use crate::fault::{Fault, Language, show};
use crate::ledger::{Arrival, ArrivalState, Untold, UntoldDocument};
use crate::transport::Remote;

/// How many documents one error file tells of; a greater arrival gets several.
const DOCUMENTS_PER_ERROR_FILE_MAX: usize = 1_000;

/// The folder beside a local inbox where its error files go.
#[derive(Clone, Debug)]
pub struct ErrorFolder {
    /// The inbox that they tell of: `partner/inbox`.
    pub inbox: String,
    /// The transport.
    pub remote: Remote,
    /// The folder, relative to the remote's base.
    pub folder: String,
    /// The language that they are written in.
    pub language: Language,
    /// The time zone of the times in them.
    pub time_zone: chrono_tz::Tz,
}

/// The name under which the error files of an inbox are told of in the ledger.
pub fn outbox_name(inbox: &str) -> String {
    format!("{inbox}#errors")
}

/// Owes every error file whose moment has come. Says how many.
///
/// # Errors
/// The ledger cannot be used.
pub fn owe(reporting: &Reporting, to: &ErrorFolder) -> Result<usize, Fault> {
    let outbox = outbox_name(&to.inbox);
    let mut owed = 0;
    loop {
        let now = reporting.clock.now();
        let untold = reporting
            .ledger
            .untold_documents(
                &outbox,
                vec![to.inbox.clone()],
                DOCUMENTS_PER_ERROR_FILE_MAX,
                std::time::Duration::from_secs(3600),
                now,
            )
            .wait()?;
        let Some(untold) = untold else { return Ok(owed) };
        if !is_bad(&untold) || untold.told_before && untold.documents.is_empty() {
            reporting.ledger.tell_nothing(&outbox, untold.told()).wait()?;
            continue;
        }
        let first = format!("{}.error.txt", untold.arrival.name);
        let taken = reporting.ledger.report_name_taken(&outbox, &first).wait()?;
        let text = text(&untold, to.language, &reporting.clock, to.time_zone);
        let tells = Tells { told: Some(untold.told()), ..Tells::default() };
        owing::owe(reporting, &outbox, now, tells, |sequence| {
            let name = if taken { format!("{}.{sequence}.error.txt", untold.arrival.name) } else { first };
            Ok((name, text.into_bytes()))
        })?;
        owed += 1;
    }
}

/// Delivers the error files that are owed. Says how many.
///
/// # Errors
/// What keeps the folder from taking files now; what is owed stays owed.
pub fn deliver(reporting: &Reporting, to: &ErrorFolder) -> Result<usize, Fault> {
    let outbox = outbox_name(&to.inbox);
    if reporting.ledger.due_reports(&outbox).wait()?.is_empty() {
        return Ok(0);
    }
    // The folder is ours to make, unlike an outbox: a share that is not mounted must not be taken for one.
    let made = reporting.sessions.with(&to.remote, |transport| transport.make_folder(&to.folder));
    made.map_err(crate::transport::Trouble::into_fault)?;
    super::deliver(reporting, &outbox_name(&to.inbox), &to.remote, &to.folder)
}

fn is_bad(untold: &Untold) -> bool {
    untold.arrival.state == ArrivalState::Rejected || untold.documents.iter().any(is_bad_document)
}

fn is_bad_document(document: &UntoldDocument) -> bool {
    matches!(document.outcome.as_str(), "faulty" | "refused")
}

/// The text of an error file: CR LF, since Notepad is what it is opened with.
fn text(untold: &Untold, language: Language, clock: &Clock, zone: chrono_tz::Tz) -> String {
    let words = Words::of(language);
    let arrival = &untold.arrival;
    let time = clock.now().with_timezone(&zone).format("%Y-%m-%d %H:%M");
    let rejected = arrival.state == ArrivalState::Rejected;
    let bad: Vec<&UntoldDocument> =
        untold.documents.iter().filter(|document| is_bad_document(document)).collect();
    let mut paragraphs =
        vec![format!("{}: {}", words.file, names(arrival)), format!("{}: {time}", words.written)];
    paragraphs.push(if rejected {
        words.rejected.to_owned()
    } else {
        format!(
            "{} {} {} {}. {}",
            bad.len(),
            words.of,
            arrival.documents,
            words.documents_wrong,
            words.others_went_on
        )
    });
    paragraphs.extend(arrival.faults.iter().map(|fault| told(fault, arrival, language)));
    for document in bad {
        let name = words.document(&document.document);
        let heading = match &document.number {
            Some(number) => format!("{name} {number}"),
            None => name.to_owned(),
        };
        let heading = match &document.part {
            Some(part) if document.number.as_ref() != Some(part) => format!("{heading} ({part})"),
            _ => heading,
        };
        let faults: Vec<String> =
            document.faults.iter().map(|fault| told(fault, arrival, language)).collect();
        let reason = if faults.is_empty() { document.message.clone() } else { faults.join("\n") };
        paragraphs.push(format!("{heading}\n{reason}"));
    }
    let text = paragraphs.join("\n\n") + "\n";
    text.replace('\n', "\r\n")
}

/// The arrival's file, or its files.
fn names(arrival: &Arrival) -> String {
    if arrival.files.is_empty() {
        return arrival.name.clone();
    }
    arrival.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// What is wrong; of several files the one is named.
fn told(fault: &Fault, arrival: &Arrival, language: Language) -> String {
    let plain = show::plain(fault, language);
    match fault.place.file.as_deref().filter(|_| !arrival.files.is_empty()) {
        Some(file) => format!("{file}: {plain}"),
        None => plain,
    }
}

struct Words {
    file: &'static str,
    written: &'static str,
    rejected: &'static str,
    of: &'static str,
    documents_wrong: &'static str,
    others_went_on: &'static str,
    language: Language,
}

impl Words {
    fn of(language: Language) -> Words {
        match language {
            Language::English => Words {
                file: "File",
                written: "Written",
                rejected: "Nothing of this file was taken.",
                of: "of",
                documents_wrong: "documents could not be taken",
                others_went_on: "The others go on as usual; send only these again once they are corrected.",
                language,
            },
            Language::Swedish => Words {
                file: "Fil",
                written: "Skriven",
                rejected: "Inget i filen har tagits emot.",
                of: "av",
                documents_wrong: "dokument kunde inte tas emot",
                others_went_on: "De övriga går vidare som vanligt; sänd bara dessa igen när de är rättade.",
                language,
            },
        }
    }

    fn document<'a>(&self, name: &'a str) -> &'a str {
        match (self.language, name) {
            (Language::Swedish, "article") => "Artikel",
            (Language::Swedish, "record") => "Post",
            (Language::Swedish, "file") => "Fil",
            (Language::English, "file") => "File",
            (Language::English, "article") => "Article",
            (Language::English, "record") => "Record",
            (_, "order") => "Order",
            (_, name) => name,
        }
    }
}
