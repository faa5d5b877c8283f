//! What became of the documents of each arrival, told to the sender.
//!
//! First when the arrival is published (taken, faulty), then when every document has its outcome or after a set
//! time; a later change gives a correcting one (design, section 7).

use super::owing::{self, Tells};
use super::{Outbox, Reporting};
use crate::document::{Acknowledgement, AcknowledgementRow, AnyDocument, Text};
use crate::fault::{Fault, Language};
use crate::format::{self, Outgoing, Remembered, WriteContext};
use crate::ledger::{Arrival, ArrivalState, Untold, UntoldDocument};

/// How many documents one acknowledgement tells of; a greater arrival gets several.
pub const DOCUMENTS_PER_ACKNOWLEDGEMENT_MAX: usize = 2_000;

/// Owes every acknowledgement whose moment has come. Says how many.
///
/// # Errors
/// The ledger cannot be used, or the format cannot write the acknowledgement.
pub fn owe(
    reporting: &Reporting,
    outbox: &Outbox,
    inboxes: &[String],
    within: std::time::Duration,
) -> Result<usize, Fault> {
    let mut owed = 0;
    loop {
        let now = reporting.clock.now();
        let untold = reporting
            .ledger
            .untold_documents(&outbox.name, inboxes.to_vec(), DOCUMENTS_PER_ACKNOWLEDGEMENT_MAX, within, now)
            .wait()?;
        let Some(untold) = untold else { return Ok(owed) };
        if untold.told_before && untold.documents.is_empty() {
            // What changed was told in the round before, as it was come by.
            reporting.ledger.tell_nothing(&outbox.name, untold.told()).wait()?;
            continue;
        }
        let document = AnyDocument::Acknowledgement(Box::new(document(&untold, outbox.language)));
        let tells = Tells { told: Some(untold.told()), ..Tells::default() };
        owing::owe(reporting, &outbox.name, now, tells, |sequence| {
            let context = WriteContext { sequence, time: now, time_zone: outbox.time_zone };
            let outgoing = Outgoing { document: &document, sent: &Remembered::default() };
            let bytes = format::write(&outbox.format, &[outgoing], &context)?;
            Ok((outbox.file_name.render(sequence, now, outbox.time_zone), bytes))
        })?;
        owed += 1;
    }
}

fn document(untold: &Untold, language: Language) -> Acknowledgement {
    let arrival = &untold.arrival;
    let rejected = arrival.state == ArrivalState::Rejected;
    let refused = arrival.documents.saturating_sub(untold.round.taken) + arrival.records_stray;
    let result = match (rejected, refused) {
        (true, _) => "rejected",
        (false, 0) => "taken",
        (false, _) => "partly",
    };
    let message = arrival.faults.iter().map(|fault| sentence(fault, language)).collect::<Vec<_>>().join("; ");
    Acknowledgement {
        arrival: Some(arrival.id.to_string().into()),
        file_name: Some(arrival.name.as_str().into()),
        file_size: Some(arrival.size.to_string().into()),
        inbox: Some(arrival.inbox.as_str().into()),
        received_at: Some(arrival.received_at),
        result: Some(result.into()),
        documents: Some(whole(arrival.documents)),
        documents_taken: Some(if rejected { 0 } else { whole(untold.round.taken) }),
        documents_refused: Some(whole(if rejected { arrival.documents } else { refused })),
        message: (!message.is_empty()).then_some(message).map(Text::from),
        rows: untold
            .documents
            .iter()
            .flat_map(|document| rows(document, arrival, language))
            .chain(file_rows(untold, language))
            .collect(),
    }
}

/// A rejected file has rows for what is wrong with the file as such, so that formats that only write rows tell it.
fn file_rows(untold: &Untold, language: Language) -> Vec<AcknowledgementRow> {
    if untold.arrival.state != ArrivalState::Rejected {
        // A file with nothing in it is answered too: its sender must not wonder.
        let nothing = untold.arrival.documents == 0 && untold.documents.is_empty();
        let row = AcknowledgementRow {
            document: Some("file".into()),
            outcome: Some("taken".into()),
            ..AcknowledgementRow::default()
        };
        return if nothing { vec![row] } else { Vec::new() };
    }
    let row = |fault: &Fault| AcknowledgementRow {
        document: Some("file".into()),
        outcome: Some("rejected".into()),
        ..fault_row(fault, &untold.arrival, language)
    };
    untold.arrival.faults.iter().map(row).collect()
}

fn rows(document: &UntoldDocument, arrival: &Arrival, language: Language) -> Vec<AcknowledgementRow> {
    let row = AcknowledgementRow {
        document: Some(document.document.as_str().into()),
        number: document.number.as_deref().map(Text::from),
        outcome: Some(document.outcome.as_str().into()),
        ongoing_id: document.ongoing_id.map(|id| id.to_string().into()),
        part: document.part.clone().or_else(|| of_several(arrival, Some(&arrival.name))).map(Text::from),
        line: Some(whole(document.first_line)),
        message: (!document.message.is_empty()).then(|| document.message.clone()).map(Text::from),
        ..AcknowledgementRow::default()
    };
    let Some((first, others)) = document.faults.split_first() else { return vec![row] };
    let at = |fault: &Fault| {
        let place = fault_row(fault, arrival, language);
        AcknowledgementRow {
            document: row.document.clone(),
            number: row.number.clone(),
            outcome: row.outcome.clone(),
            ongoing_id: row.ongoing_id.clone(),
            part: document
                .part
                .as_deref()
                .map(Text::from)
                .or_else(|| place.part.clone())
                .or_else(|| row.part.clone()),
            line: place.line.or(row.line),
            ..place
        }
    };
    // What came to one end is told in one row, with what was warned of; all that is wrong with a document has its places.
    let joined = |message: Option<Text>, faults: &[Fault]| {
        let others = faults.iter().map(|fault| sentence(fault, language));
        Some(Text::from(message.map(String::from).into_iter().chain(others).collect::<Vec<_>>().join("; ")))
    };
    match document.outcome.as_str() {
        "faulty" => document.faults.iter().map(at).collect(),
        "refused" | "discarded" => {
            let row = at(first);
            vec![AcknowledgementRow { message: joined(row.message.clone(), others), ..row }]
        }
        _ => {
            let code = Some(first.code.name().into());
            vec![AcknowledgementRow { code, message: joined(row.message.clone(), &document.faults), ..row }]
        }
    }
}

/// The file that is meant, where the arrival has several.
fn of_several(arrival: &Arrival, file: Option<&str>) -> Option<String> {
    file.filter(|_| !arrival.files.is_empty()).map(str::to_owned)
}

fn fault_row(fault: &Fault, arrival: &Arrival, language: Language) -> AcknowledgementRow {
    AcknowledgementRow {
        part: of_several(arrival, fault.place.file.as_deref()).map(Text::from),
        line: fault.place.line.map(whole),
        column: fault.place.column.map(whole),
        record: fault.place.record.as_deref().map(Text::from),
        field: fault.place.field.as_deref().map(Text::from),
        found: fault.found.as_deref().map(Text::from),
        code: Some(fault.code.name().into()),
        message: Some(sentence(fault, language).into()),
        ..AcknowledgementRow::default()
    }
}

fn sentence(fault: &Fault, language: Language) -> String {
    fault.what(language)
}

fn whole(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
