//! What the terminal is shown: tables that line up, faults at their line, colours only where a person looks.

use std::io::{IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use crate::fault::{Fault, Language, Turn, show};

use super::Exit;

/// Prints a line to standard output; a closed pipe is no error of ours.
/// A file's name or a message from outside must not steer the terminal: control characters are shown as such.
pub fn say(text: impl AsRef<str>) {
    let shown: String = text
        .as_ref()
        .chars()
        .map(|character| {
            if character.is_control() && character != '\n' && character != '\t' {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect();
    let _ = writeln!(std::io::stdout().lock(), "{shown}");
}

/// Says what was wrong with the use of a command, to standard error.
pub fn say_wrong(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "error: {text}");
}

/// How far a long command is, on standard error; only where a person looks, and only when a further hundredth is done.
pub struct Progress {
    what: &'static str,
    shown: Option<u64>,
    is_watched: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new(what: &'static str) -> Progress {
        Progress { what, shown: None, is_watched: std::io::stderr().is_terminal() }
    }

    /// So much of so much is done.
    pub fn show(&mut self, done: u64, total: u64) {
        let percent = done.min(total).saturating_mul(100).checked_div(total).unwrap_or(100);
        if self.is_watched && self.shown != Some(percent) {
            self.shown = Some(percent);
            let _ = write!(std::io::stderr().lock(), "\r{} {percent} %", self.what);
        }
    }

    /// Takes the line away.
    pub fn end(self) {
        if self.shown.is_some() {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// A number of bytes as a person reads it.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// Prints JSON for scripts.
pub fn say_json(value: &Value) {
    say(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints faults as a compiler would, to standard error.
pub fn complain(faults: &[Fault], language: Language) {
    tell(faults, language, show::show);
}

/// The same of what keeps nothing back here.
pub fn warn(faults: &[Fault], language: Language) {
    tell(faults, language, show::show_warning);
}

fn tell(faults: &[Fault], language: Language, show: impl Fn(&Fault, Language, bool) -> String) {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = std::io::stderr().lock();
    for fault in faults {
        let _ = writeln!(out, "{}\n", show(fault, language, colour).trim_end());
    }
}

/// The exit code of the gravest fault.
pub fn exit_of(faults: &[Fault]) -> Exit {
    let gravest = faults.iter().map(|fault| fault.turn).max_by_key(|turn| match turn {
        Turn::Wait => 0,
        Turn::Sender => 1,
        Turn::Operator => 2,
    });
    gravest.map_or(Exit::Well, Exit::from)
}

/// A number with its noun.
pub fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// A table with a heading, as wide as the terminal; nothing but the heading where there is no row.
pub fn table(heading: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heading);
    let counts: Vec<usize> = (0..heading.len()).filter(|column| is_count(heading, &rows, *column)).collect();
    for row in rows {
        table.add_row(row);
    }
    for column in counts {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.lines().map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a column counts something: numbers of orders and articles are names, though they may be digits.
fn is_count(heading: &[&str], rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
    heading.get(column).is_some_and(|name| !matches!(*name, "number" | "name" | "file" | "message"))
        && cells.peek().is_some()
        && cells.all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A JSON value as the text of a table's cell. Instants are shown in the machine's local time, to the second.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(instant) => instant.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S").to_string(),
            Err(_) => text.clone(),
        },
        Value::Object(lane) if lane.contains_key("goods_owner") => {
            format!(
                "{}/{}",
                lane.get("installation").map(cell).unwrap_or_default(),
                lane.get("goods_owner").map(cell).unwrap_or_default()
            )
        }
        other => other.to_string(),
    }
}
