//! What became of the documents of one arrival: our own report, no schema of Ongoing's.

use chrono::{DateTime, Utc};

use super::shape::{Text, document};

document! {
    /// The answer to one arrival: a row for each of its documents, and what is wrong with the file as such.
    Acknowledgement as "acknowledgement", "" {
        /// The arrival's number in the ledger.
        arrival: Option<Text> => "arrival";
        /// The file's name as the sender gave it; the first one's, where files belong together.
        file_name: Option<Text> => "fileName";
        /// The file's size in bytes.
        file_size: Option<Text> => "fileSize";
        /// The inbox that took the file in.
        inbox: Option<Text> => "inbox";
        /// When the file was taken in.
        received_at: Option<DateTime<Utc>> => "receivedAt";
        /// `taken`, `partly` or `rejected`.
        result: Option<Text> => "result";
        /// How many documents the file holds.
        documents: Option<i32> => "documents";
        /// How many of them are, or can still become, accepted.
        documents_taken: Option<i32> => "documentsTaken";
        /// How many of them are faulty, refused or discarded.
        documents_refused: Option<i32> => "documentsRefused";
        /// Why the whole file was rejected, if it was.
        message: Option<Text> => "message";
        /// A row for each document that this file tells of.
        rows: Vec<AcknowledgementRow> => "rows";
    }
}

document! {
    /// What became of one document. A faulty document has a row for each of its faults.
    AcknowledgementRow as "acknowledgement row", "" {
        /// `article`, `order` and so on.
        document: Option<Text> => "document";
        /// Our number: article number, order number.
        number: Option<Text> => "number";
        /// `taken`, `faulty`, `accepted`, `unchanged`, `superseded`, `refused` or `discarded`.
        outcome: Option<Text> => "outcome";
        /// Ongoing's id of the object, once it is known.
        ongoing_id: Option<Text> => "ongoingId";
        /// The file that it stands in, where the sender sent an archive or files that belong together.
        part: Option<Text> => "part";
        /// The line in the file: of the fault, or the document's first.
        line: Option<i32> => "line";
        /// The column of the fault.
        column: Option<i32> => "column";
        /// The record that the fault stands in.
        record: Option<Text> => "record";
        /// The field that the fault stands in.
        field: Option<Text> => "field";
        /// What stands there.
        found: Option<Text> => "found";
        /// The fault's stable code.
        code: Option<Text> => "code";
        /// What is wrong, or what Ongoing said, in the sender's language.
        message: Option<Text> => "message";
    }
}
