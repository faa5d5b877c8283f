//! `sniff`: what a file is, and a first format file for it.

mod format_file;
mod formats;
mod texts;

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::fault::{Fault, Language};
use crate::format::sniff::{
    Csv, Draft, Findings, Fixed, LineEnds, Nature, Occurs, RecordType, Sample, Syntax, TextFile, Trial,
    WHOLE_BYTES, ranges, sniff as look,
};

use super::Exit;
use super::terminal::{bytes, complain, count, say, say_json, say_wrong, table};
use super::try_format::unreadable;
use texts::{shown, sign};

#[derive(Args)]
pub(super) struct SniffArguments {
    /// The file to look at; of a great one, its start and pieces up to its end are read
    file: PathBuf,
    /// Write the format file here, like formats/acme/orders.toml; a file that is there is never written over
    #[arg(long, value_name = "FORMAT_FILE")]
    write: Option<PathBuf>,
    /// What the format is called, for its title
    #[arg(long)]
    name: Option<String>,
    /// All findings and the format file as JSON
    #[arg(long)]
    json: bool,
    /// Where formats to start from are looked for
    #[arg(long, value_name = "FOLDER", default_value = "formats")]
    formats: PathBuf,
}

pub(super) fn sniff(arguments: &SniffArguments) -> Exit {
    let read = match Looked::new(&arguments.file) {
        Ok(read) => read,
        Err(fault) => {
            complain(&[fault], Language::English);
            return Exit::Usage;
        }
    };
    let name =
        arguments.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let findings = look(&Sample { name: &name, size: read.size, head: &read.head, pieces: &read.pieces });
    let tried = match &findings.is {
        Nature::Text(_) => formats::tried(&arguments.formats, &name, &read),
        _ => Vec::new(),
    };
    let start_from = formats::start_from(&findings, &tried, &arguments.formats);
    let of_format = |name: &String| arguments.formats.join(format!("{name}.toml")).display().to_string();
    let alike = start_from.first().map(of_format);
    let format = draft(&findings).map(|draft| {
        let title = arguments.name.clone().unwrap_or_else(|| title(draft, &findings));
        let heading = format_file::Heading {
            file_name: &name,
            title: &title,
            alike: alike.as_deref(),
            findings: &findings,
        };
        format_file::text(draft, &heading)
    });
    if arguments.json {
        say_json(&to_json(&findings, &name, format.as_deref(), &start_from, &tried));
    } else {
        show(&findings, &name, alike.as_deref());
        formats::show(&tried, &arguments.file, &arguments.formats);
    }
    let wrong = match &arguments.write {
        Some(path) => write(path, format.as_deref(), arguments),
        None => {
            if let (Some(format), false) = (&format, arguments.json) {
                say(format!("\nA first format file (--write keeps it):\n\n{}", format.trim_end()));
            }
            None
        }
    };
    match (wrong, &findings.is) {
        (Some(wrong), _) => {
            say_wrong(&wrong);
            Exit::Usage
        }
        (None, Nature::Text(_)) => Exit::Well,
        (None, _) => Exit::Sender,
    }
}

/// The bytes of a file that are looked at.
struct Looked {
    size: u64,
    head: Vec<u8>,
    pieces: Vec<Vec<u8>>,
}

impl Looked {
    fn new(path: &Path) -> Result<Looked, Fault> {
        let wrong = |error: &std::io::Error| unreadable(path, error);
        let mut file = File::open(path).map_err(|error| wrong(&error))?;
        let metadata = file.metadata().map_err(|error| wrong(&error))?;
        if metadata.is_dir() {
            return Err(wrong(&ErrorKind::IsADirectory.into()));
        }
        if !metadata.is_file() {
            let mut head = Vec::new();
            (&mut file).take(WHOLE_BYTES).read_to_end(&mut head).map_err(|error| wrong(&error))?;
            let more = file.read(&mut [0]).map_err(|error| wrong(&error))?;
            let size = u64::try_from(head.len() + more).unwrap_or(u64::MAX);
            return Ok(Looked { size, head, pieces: Vec::new() });
        }
        let mut read = Vec::new();
        for range in ranges(metadata.len()) {
            let mut piece = Vec::new();
            file.seek(SeekFrom::Start(range.start)).map_err(|error| wrong(&error))?;
            (&mut file)
                .take(range.end.saturating_sub(range.start))
                .read_to_end(&mut piece)
                .map_err(|error| wrong(&error))?;
            read.push(piece);
        }
        let mut read = read.into_iter();
        let head = read.next().unwrap_or_default();
        Ok(Looked { size: metadata.len(), head, pieces: read.collect() })
    }
}

fn draft(findings: &Findings) -> Option<&Draft> {
    match &findings.is {
        Nature::Text(file) => file.draft.as_ref(),
        _ => None,
    }
}

fn title(draft: &Draft, findings: &Findings) -> String {
    let document = draft.document.name().replace('_', " ");
    let how = match &findings.is {
        Nature::Text(file) => match (&file.interface, &file.syntax) {
            (Some(interface), _) => texts::interface(*interface).to_owned(),
            (None, Syntax::Fixed(_)) => "fixed width".to_owned(),
            (None, Syntax::Csv(csv)) if !csv.record_types.is_empty() => "CSV with record types".to_owned(),
            (None, Syntax::Xml(_)) => "XML".to_owned(),
            (None, Syntax::Tagged(_)) => "tagged lines".to_owned(),
            (None, Syntax::Labelled { .. }) => "labels and a table".to_owned(),
            _ => "CSV".to_owned(),
        },
        _ => String::new(),
    };
    format!("{}s: {how}", document.get(..1).unwrap_or("").to_uppercase() + document.get(1..).unwrap_or(""))
}

/// Writes the format file; what is wrong, if it cannot.
fn write(path: &Path, format: Option<&str>, arguments: &SniffArguments) -> Option<String> {
    let Some(format) = format else {
        return Some(format!("{}: nothing to write, no format file can be made of it", path.display()));
    };
    let written = || -> std::io::Result<()> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = File::options().write(true).create_new(true).open(path)?;
        file.write_all(format.as_bytes())?;
        file.sync_all()
    };
    match written() {
        Ok(()) => {
            if !arguments.json {
                let (path, file) = (path.display(), arguments.file.display());
                say(format!("\n{path} is written. Now: lastkaj try {path} {file}"));
            }
            None
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Some(format!("{} is there already, and nothing is written over", path.display()))
        }
        Err(error) => Some(format!("{} cannot be written: {error}", path.display())),
    }
}

fn to_json(
    findings: &Findings,
    name: &str,
    format: Option<&str>,
    start_from: &[String],
    tried: &[Trial],
) -> Value {
    let mut json = serde_json::to_value(findings).unwrap_or_default();
    let Some(members) = json.as_object_mut() else { return json };
    members.insert("file".to_owned(), json!(name));
    members.insert("start_from".to_owned(), json!(start_from));
    members.insert("tried".to_owned(), json!(tried));
    members.insert("format".to_owned(), json!(format));
    members.insert("to_fill_in".to_owned(), json!(draft(findings).map(|draft| &draft.missing)));
    if let Nature::Text(file) = &findings.is {
        let encodings: Vec<Value> = file
            .encodings
            .iter()
            .map(|one| json!({ "name": one.name, "score": one.score, "why": texts::reason(&one.reason) }))
            .collect();
        members.insert("encodings".to_owned(), json!(encodings));
    }
    json
}

fn show(findings: &Findings, name: &str, alike: Option<&str>) {
    let looked = if findings.size == 0 {
        "no byte".to_owned()
    } else if findings.looked_at == findings.size {
        format!("{}, all of it looked at", bytes(findings.size))
    } else {
        format!(
            "{} of {} looked at: its start, and pieces up to its end",
            bytes(findings.looked_at),
            bytes(findings.size)
        )
    };
    say(format!("{}: {looked}", shown(name)));
    match &findings.is {
        Nature::Empty => {
            say("\nThe file is empty: an export that broke off? There is nothing to tell its format by.")
        }
        Nature::Blank => {
            say("\nThe file holds blanks and line ends only: there is nothing to tell its format by.")
        }
        Nature::Foreign { kind } => {
            let (what, hint) = texts::foreign(*kind);
            say(format!("\nThis is {what}, and no flat file of an ERP: {hint}."));
        }
        Nature::Text(file) => show_text(file, alike),
    }
}

/// A finding and what it is, in two columns.
struct Lines(Vec<(&'static str, String)>);

impl Lines {
    fn add(&mut self, what: &'static str, found: impl Into<String>) {
        self.0.push((what, found.into()));
    }

    fn say(self) {
        say("");
        for (what, found) in self.0 {
            say(format!("{what:<14}{found}"));
        }
    }
}

fn show_text(file: &TextFile, alike: Option<&str>) {
    let mut lines = Lines(Vec::new());
    if let Some(interface) = file.interface {
        lines.add("interface", texts::interface(interface));
    }
    if let Some(alike) = alike {
        lines.add("start from", alike.to_owned());
    }
    encodings(file, &mut lines);
    lines.add("line ends", line_ends(file.line_ends));
    let mut marks: Vec<String> = Vec::new();
    if file.byte_order_mark {
        marks.push("byte order mark".to_owned());
    }
    if file.end_mark {
        marks.push("end mark 0x1A".to_owned());
    }
    if file.zeros > 0 {
        marks.push(count(file.zeros, "NUL byte", "NUL bytes"));
    }
    if file.form_feeds > 0 {
        marks.push(count(file.form_feeds, "form feed", "form feeds"));
    }
    lines.add("marks", if marks.is_empty() { "none".to_owned() } else { marks.join(", ") });
    match &file.syntax {
        Syntax::Csv(csv) => show_csv(csv, file, lines),
        Syntax::Labelled { labels, table } => {
            lines.add("syntax", "lines of label and value, then a table");
            lines.add("labels", shown(&labels.labels.join(", ")));
            show_csv(table, file, lines);
        }
        Syntax::Fixed(fixed) => show_fixed(fixed, lines),
        Syntax::Xml(xml) => {
            lines.add(
                "syntax",
                format!("XML{}", if xml.is_cut { ", cut: it ends before its elements do" } else { "" }),
            );
            lines.add("root", shown(&xml.root));
            if let Some(namespace) = &xml.namespace {
                lines.add("namespace", shown(namespace));
            }
            let declares = xml.declares.as_deref().unwrap_or("nothing, so UTF-8");
            let other = !declares.eq_ignore_ascii_case(file.encoding) && xml.declares.is_some();
            lines.add(
                "declares",
                format!("{}{}", shown(declares), if other { ", see the encoding" } else { "" }),
            );
            lines.add("attributes", count(xml.attributes, "element has some", "elements have some"));
            lines.say();
            occurrences("element", &xml.elements);
        }
        Syntax::Json(json) => {
            let how = match (json.lines, json.list) {
                (true, _) => "JSON, one value behind the other",
                (false, true) => "JSON, a list",
                (false, false) => "JSON, an object",
            };
            lines.add(
                "syntax",
                format!("{how}{}", if json.is_broken { "; it cannot be read to its end" } else { "" }),
            );
            lines.say();
            occurrences("member", &json.members);
        }
        Syntax::Edifact(edifact) => {
            lines.add(
                "syntax",
                format!("EDIFACT{}", if edifact.is_cut { ", cut: the last segment is no UNZ" } else { "" }),
            );
            let by = if edifact.una { "UNA says them" } else { "the usual ones" };
            lines.add("signs", format!("{} ({by})", shown(&edifact.signs)));
            lines.add("characters", shown(edifact.syntax.as_deref().unwrap_or("not said")));
            if edifact.test {
                lines.add("test", "the interchange says that it is a test");
            }
            lines.say();
            occurrences("message", &edifact.messages);
            occurrences("segment", &edifact.segments);
        }
        Syntax::Tagged(tagged) => {
            let marks: Vec<String> = tagged.marks.iter().map(|mark| sign(*mark)).collect();
            lines.add("syntax", format!("lines of tag and value; tags begin with {}", marks.join(" and ")));
            lines.say();
            occurrences("group", &tagged.groups);
            occurrences("tag", &tagged.tags);
        }
        Syntax::Unclear => {
            lines.add(
                "syntax",
                "unclear: no character delimits fields, and nothing stands at the same place in all lines",
            );
            lines.say();
        }
    }
    if file.draft.is_none() {
        say(
            "\nNo format file can be made of this by itself: docs/format-files.md has what a format file can read.",
        );
    } else if let Some(draft) = file.draft.as_ref().filter(|draft| !draft.missing.is_empty()) {
        say(format!("\nTo fill in, since no column says that it is this: {}", draft.missing.join(", ")));
    }
}

fn encodings(file: &TextFile, lines: &mut Lines) {
    let Some(best) = file.encodings.first() else { return };
    lines.add("encoding", format!("{} {} of 100: {}", best.name, best.score, texts::reason(&best.reason)));
    let others: Vec<String> = file
        .encodings
        .iter()
        .skip(1)
        .take(6)
        .map(|other| {
            format!(
                "{} {}{}",
                other.name,
                other.score,
                if other.score == best.score { " as good" } else { "" }
            )
        })
        .collect();
    lines.add(
        "",
        if others.is_empty() { "no other fits".to_owned() } else { format!("else {}", others.join(", ")) },
    );
    if file.encodings.get(1).is_some_and(|second| second.score == best.score) {
        lines.add("", "even: these bytes do not tell; ask the sender which it is");
    }
    if file.undecodable > 0 {
        lines.add(
            "",
            format!("{} with bytes that are no character in it", count(file.undecodable, "place", "places")),
        );
    }
}

fn line_ends(ends: LineEnds) -> String {
    let each = [("CR LF", ends.crlf), ("LF", ends.lf), ("CR", ends.cr)];
    let kinds: Vec<String> =
        each.iter().filter(|(_, times)| *times > 0).map(|(name, times)| format!("{name} {times}")).collect();
    match (kinds.is_empty(), ends.last) {
        (true, _) => "none".to_owned(),
        (false, true) => kinds.join(", "),
        (false, false) => format!("{}; the last line has none", kinds.join(", ")),
    }
}

fn show_csv(csv: &Csv, file: &TextFile, mut lines: Lines) {
    if matches!(file.syntax, Syntax::Csv(_)) {
        lines.add("syntax", if csv.record_types.is_empty() { "CSV" } else { "CSV with record types" });
    }
    let delimiter = csv.delimiter.map_or("none: one column".to_owned(), sign);
    let mut round: Vec<&str> = Vec::new();
    if csv.trailing_delimiter {
        round.push("behind the last field too");
    }
    if csv.padded {
        round.push("blanks behind it");
    }
    let round = if round.is_empty() { String::new() } else { format!(" ({})", round.join(", ")) };
    lines.add("delimiter", format!("{delimiter}{round}"));
    lines.add("quotes", texts::quotes(csv.quotes));
    lines.add("header", csv.header_line.map_or("none".to_owned(), |line| format!("line {line}")));
    if csv.skip_first > 0 {
        lines.add("before it", count(usize::try_from(csv.skip_first).unwrap_or(0), "line", "lines"));
    }
    let mut records = count(csv.rows, "record", "records");
    if csv.longer > 0 {
        records.push_str(&format!(", {} with more fields", csv.longer));
    }
    if csv.shorter > 0 {
        records.push_str(&format!(", {} with fewer fields", csv.shorter));
    }
    lines.add("records", records);
    lines.add("numbers", texts::numbers(&csv.numbers));
    if let Some(group) = &csv.group {
        let name = csv.columns.get(group.column.saturating_sub(1)).and_then(|column| column.name.as_deref());
        let stand = match group.returning {
            0 => "the rows of each stand side by side".to_owned(),
            returning => format!("{} after another one", count(returning, "returns", "return")),
        };
        lines.add(
            "documents",
            format!(
                "{} by {}, of up to {}; {stand}",
                group.documents,
                shown(name.unwrap_or("column")),
                count(group.most_rows, "row", "rows")
            ),
        );
    }
    kinds(file, &mut lines);
    lines.say();
    if csv.record_types.is_empty() {
        columns(&csv.columns, &[]);
    }
    record_types(&csv.record_types, "fields");
}

fn kinds(file: &TextFile, lines: &mut Lines) {
    let kinds: Vec<String> = file.documents.iter().map(|kind| kind.document.replace('_', " ")).collect();
    match kinds.as_slice() {
        [] => {}
        [one] => lines.add("kind", one.clone()),
        [first, others @ ..] => lines.add("kind", format!("{first}; {} fits too", others.join(" or "))),
    }
    if let Some(kind) = file.documents.first() {
        let has: Vec<String> = kind.has.iter().map(|role| texts::role(role)).collect();
        lines.add("", format!("it has {}", has.join(", ")));
    }
}

fn show_fixed(fixed: &Fixed, mut lines: Lines) {
    lines.add(
        "syntax",
        match fixed.record_types.len() {
            0 | 1 => "fixed width",
            _ => "fixed width with record types",
        },
    );
    let (least, most) = fixed.lengths;
    let lengths = if least == most {
        format!("{least} characters each")
    } else {
        format!("{least} to {most} characters")
    };
    lines.add("records", format!("{}, {lengths}", count(fixed.records, "line", "lines")));
    if fixed.one_line {
        lines.add("", "no line ends: the records must be told by their length");
    }
    if fixed.prefix > 0 {
        lines.add("kinds", format!("told by the first {}", count(fixed.prefix, "character", "characters")));
    }
    lines.say();
    record_types(&fixed.record_types, "characters");
}

fn record_types(types: &[RecordType], of: &str) {
    if types.is_empty() {
        return;
    }
    let rows = types
        .iter()
        .map(|kind| {
            let (least, most) = kind.lengths;
            let counts = kind.counts.as_ref().map(|counts| match &counts.of {
                Some(of) => format!("counts the records {}", shown(of)),
                None => "counts the records".to_owned(),
            });
            vec![
                if kind.is.is_empty() { "(all)".to_owned() } else { shown(&kind.is) },
                kind.records.to_string(),
                if least == most { least.to_string() } else { format!("{least}-{most}") },
                kind.under.as_deref().map(shown).unwrap_or_default(),
                counts.unwrap_or_default(),
            ]
        })
        .collect();
    say(format!("\n{}", table(&["kind of record", "records", of, "under", ""], rows)));
    for kind in types {
        // The first column of a CSV file is what tells the kind.
        let of_kind = kind.columns.get(usize::from(kind.places.is_empty())..).unwrap_or_default();
        if of_kind.is_empty() {
            continue;
        }
        if !kind.is.is_empty() {
            say(format!("\nof {}:", shown(&kind.is)));
        }
        columns(of_kind, &kind.places);
    }
}

fn columns(columns: &[crate::format::sniff::Column], places: &[(usize, usize)]) {
    let rows = columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let place = match places.get(at) {
                Some((at, width)) => format!("{at}, width {width}"),
                None => column.number.to_string(),
            };
            vec![
                place,
                column.name.as_deref().map(shown).unwrap_or_default(),
                format!("{} of {}", column.filled, column.rows),
                column.different.to_string(),
                texts::holds(column),
                texts::remarks(column),
            ]
        })
        .collect();
    let first = if places.is_empty() { "column" } else { "place" };
    say(format!("\n{}", table(&[first, "name", "filled", "different", "holds", ""], rows)));
}

fn occurrences(what: &str, all: &[Occurs]) {
    if all.is_empty() {
        return;
    }
    let rows = all.iter().take(60).map(|one| vec![shown(&one.name), one.times.to_string()]).collect();
    say(format!("\n{}", table(&[what, "times"], rows)));
    if all.len() > 60 {
        say(format!("… and {} more", all.len() - 60));
    }
}

#[cfg(test)]
mod tests;
