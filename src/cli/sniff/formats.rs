//! Which of the formats that exist read the file.

use std::path::Path;

use crate::config;
use crate::format::Definition;
use crate::format::sniff::{Findings, Nature, Syntax, Trial, best_first, try_format};

use super::super::terminal::{count, say, table};
use super::{Looked, texts};

/// So many bytes of a great file are tried.
const PART_BYTES: usize = 128 * 1024;
/// So many formats are shown.
const SHOWN: usize = 5;

/// The formats of a folder that make something of the file, the likeliest first. Those with mistakes are passed over: `check`
/// names them.
pub(super) fn tried(folder: &Path, name: &str, file: &Looked) -> Vec<Trial> {
    let environment = config::ProcessEnvironment;
    let Ok(tables) = config::code_tables(folder, &environment) else { return Vec::new() };
    let whole = file.pieces.is_empty();
    // Of a great file its start tells, up to the end of a line.
    let start = file.head.get(..PART_BYTES).unwrap_or(&file.head);
    let end = match whole {
        true => file.head.len(),
        false => match start.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) {
            // All on one line.
            end if end * 2 < start.len() => start.len(),
            end => end,
        },
    };
    let bytes = file.head.get(..end).unwrap_or_default();
    let tried = config::format_names(folder, &environment).into_iter().filter_map(|format| {
        let path = folder.join(format!("{format}.toml"));
        let text = std::fs::read_to_string(&path).ok()?;
        let definition = Definition::check(&format, &path.display().to_string(), &text, &tables).ok()?;
        try_format(&definition, name, bytes, whole)
    });
    best_first(tried.collect())
}

/// Which formats read the file, and how to go on with the likeliest.
pub(super) fn show(tried: &[Trial], file: &Path, folder: &Path) {
    let [first, ..] = tried else { return };
    say("\nFormats that read it:");
    let rows = tried.iter().take(SHOWN).map(|trial| {
        let mut remarks = Vec::new();
        if trial.rejected {
            remarks.push("the file would be rejected".to_owned());
        }
        if trial.stray > 0 {
            remarks.push(count(trial.stray, "record of no document", "records of no document"));
        }
        if !trial.is_sure {
            remarks.push("it takes columns by their numbers and reads many a file".to_owned());
        }
        vec![
            trial.format.clone(),
            trial.documents.to_string(),
            trial.faulty.to_string(),
            texts::shown(&trial.title),
            remarks.join("; "),
        ]
    });
    say(table(&["format", "good", "faulty", "title", ""], rows.collect()).trim_end());
    let name = &first.format;
    if first.is_sure && !first.rejected {
        let path = folder.join(format!("{name}.toml"));
        let is = match first.documents {
            0 => "No document is read without fault, but this may be",
            _ => "This is",
        };
        say(format!(
            "\n{is} {}: start from {} (lastkaj try {name} {})",
            texts::shown(&first.title),
            path.display(),
            file.display()
        ));
    }
}

/// The format to start from: one that reads the file, else one that is alike.
pub(super) fn start_from(findings: &Findings, tried: &[Trial], formats: &Path) -> Vec<String> {
    let Nature::Text(file) = &findings.is else { return Vec::new() };
    // Where nothing names the columns, one that takes them by their numbers and reads all of it is the next best.
    let names_columns = matches!(&file.syntax, Syntax::Csv(csv) if csv.header_line.is_some());
    let reads_all = |best: &&Trial| best.faulty + best.stray == 0 && !names_columns;
    if let Some(best) = tried.first().filter(|best| best.is_sure || reads_all(best)) {
        return vec![best.format.clone()];
    }
    let document = file.draft.as_ref().map(|draft| draft.document.name()).unwrap_or_default();
    let alike = match (&file.syntax, document) {
        (Syntax::Csv(csv), _) if !csv.record_types.is_empty() => "generic/purchase-orders",
        (Syntax::Csv(_), "order") => "nordvik/orders",
        (Syntax::Csv(_), "article") => "nordvik/articles",
        (Syntax::Csv(_), "return_order") => "generic/return-orders",
        (Syntax::Csv(_), "order_change") => "generic/order-changes",
        (Syntax::Csv(_), "cancellation") => "generic/cancellations",
        (Syntax::Csv(_), "purchase_order") => "nordvik/orders",
        (Syntax::Fixed(fixed), _) if fixed.record_types.iter().any(|kind| kind.under.is_some()) => {
            "nordvik/orders-fixed"
        }
        (Syntax::Fixed(_), _) => "generic/articles",
        _ => "",
    };
    std::iter::once(alike)
        .filter(|name| !name.is_empty() && formats.join(format!("{name}.toml")).is_file())
        .map(str::to_owned)
        .collect()
}
