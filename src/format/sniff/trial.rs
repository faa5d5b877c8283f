//! A file tried with the formats that exist: which of them reads it.

use std::io::{Error, ErrorKind};

use serde::Serialize;

use crate::document::to_json;
use crate::format::layout::Syntax;
use crate::format::{self, Definition, Item, ReadContext};

/// What a format made of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Trial {
    /// Its name below `formats/`.
    pub format: String,
    /// What it is, for people.
    pub title: String,
    /// Its records are told by marks or names: it would not read any file. Where they are not, that it reads one says little.
    pub is_sure: bool,
    /// Documents without fault.
    pub documents: usize,
    /// Documents with a fault.
    pub faulty: usize,
    /// Records that belong to no document.
    pub stray: usize,
    /// The file as a whole would be rejected.
    pub rejected: bool,
    /// So many members are stated in the documents without fault.
    #[serde(skip)]
    stated: usize,
}

/// Reads a file with a format, to see what comes of it. `None`: it makes nothing of it, or it only writes, or takes any
/// file as it is.
///
/// `whole`: the bytes are all of the file; of a part, that it ends early says nothing.
pub(crate) fn try_format(definition: &Definition, name: &str, bytes: &[u8], whole: bool) -> Option<Trial> {
    let layout = &definition.layout;
    let has_marks =
        layout.around.first_line.is_some() || layout.records.iter().any(|record| !record.when.is_empty());
    let is_sure = match &layout.syntax {
        Syntax::Whole => return None,
        Syntax::Csv(csv) => csv.header || has_marks,
        Syntax::Fixed(_) => has_marks,
        Syntax::Xml(_) | Syntax::Tagged(_) => true,
    };
    if definition.reads().is_empty() {
        return None;
    }
    // What is looked at is smaller than what grouping keeps in memory.
    let scratch = || Err(Error::from(ErrorKind::Unsupported));
    let context = ReadContext {
        file_name: name,
        time_zone: chrono_tz::Europe::Stockholm,
        live: false,
        scratch: &scratch,
    };
    let mut trial = Trial {
        format: definition.name.clone(),
        title: definition.title.clone(),
        is_sure,
        documents: 0,
        faulty: 0,
        stray: 0,
        rejected: false,
        stated: 0,
    };
    let mut unclaimed = 0;
    let mut knows_a_number = false;
    let mut input = bytes;
    let summary = format::read(definition, &mut input, &context, &mut |item| {
        match item {
            Item::Document(mapped) if mapped.faults.is_empty() => {
                trial.documents += 1;
                trial.stated += to_json(mapped.document.as_document()).matches("\":").count();
            }
            Item::Document(mapped) => {
                trial.faulty += 1;
                knows_a_number |= mapped.document.number().is_some();
            }
            Item::Stray(fault) => {
                trial.stray += 1;
                unclaimed += usize::from(fault.place.record.is_none());
            }
        }
        Ok(())
    });
    trial.rejected = match summary {
        Ok(summary) => whole && !summary.file_faults.is_empty(),
        Err(_) => whole,
    };
    let reads = trial.documents > 0 && trial.stray <= trial.documents;
    // All of its documents may be faulty, and it still is what the file is in.
    let opens = (knows_a_number || trial.stray > 0) && unclaimed == 0 && !trial.rejected && is_sure;
    (reads || opens).then_some(trial)
}

/// The trials, the likeliest format first: that does not reject the file, is told by marks, and knows the most of what the
/// documents without fault state. One that knows an order's number only reads each of its rows, and says little.
pub(crate) fn best_first(mut trials: Vec<Trial>) -> Vec<Trial> {
    // What reads nearly any file says nothing beside what is told by marks.
    if trials.iter().any(|trial| trial.is_sure) {
        trials.retain(|trial| trial.is_sure);
    }
    trials.sort_by(|a, b| {
        let key = |trial: &Trial| (!trial.rejected, trial.stated);
        let faults = |trial: &Trial| trial.faulty + trial.stray;
        key(b).cmp(&key(a)).then(faults(a).cmp(&faults(b))).then(a.format.cmp(&b.format))
    });
    trials
}
