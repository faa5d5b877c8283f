//! `show`: an arrival with the text of its file and what became of each document; or the requests of a call.

use std::io::{Read, Write};

use clap::Args;
use serde_json::Value;

use crate::fault::{Fault, Place, code};
use crate::gateway::operate::Request;
use crate::ledger::ArrivalFile;
use crate::receive;

use super::asking::{ask, whereabouts};
use super::terminal::{cell, complain, say, say_json, say_wrong};
use super::{ConfigArgument, Exit, trace};

/// So much of a file is shown unless all of it is asked for.
const LINES_SHOWN: usize = 200;
/// So many bytes of a file in an archive are shown unless all of it is asked for.
const PART_BYTES_SHOWN: u64 = 64 * 1024;

#[derive(Args)]
pub(super) struct ShowArguments {
    /// What: `arrival 4` (or just 4), or `call 17`
    #[arg(required = true, num_args = 1..)]
    target: Vec<String>,
    /// The file's bytes as they came, and nothing else
    #[arg(long)]
    raw: bool,
    /// Every line of the file, not only the first 200
    #[arg(long)]
    all: bool,
    /// For scripts: what became of it, without the file
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn show(arguments: &ShowArguments) -> Exit {
    let words: Vec<&str> = arguments.target.iter().flat_map(|word| word.split_whitespace()).collect();
    let (call, number) = match words.as_slice() {
        [number] | ["arrival", number] => (false, number.parse::<i64>()),
        ["call", number] => (true, number.parse::<i64>()),
        _ => {
            say_wrong("show what? `lastkaj show arrival 4` or `lastkaj show call 17`");
            return Exit::Usage;
        }
    };
    let Ok(number) = number else {
        say_wrong("an arrival and a call have a number: `lastkaj list arrivals` shows them");
        return Exit::Usage;
    };
    if call {
        let request = Request::ShowCall { call: number };
        return ask(&arguments.config, &request, |answer, _| show_call(answer, arguments.json));
    }
    let (mut spool, mut name, mut files) = (None, String::new(), Vec::new());
    let request = Request::ShowArrival { arrival: number };
    let exit = ask(&arguments.config, &request, |answer, _| {
        let arrival = answer.get("arrival").unwrap_or(&Value::Null);
        let member = |name: &str| arrival.get(name).filter(|value| !value.is_null()).map(cell);
        match member("file_erased_at") {
            Some(on) if !arguments.json => say_wrong(&format!("the file was erased on {on}")),
            _ => spool = member("spool"),
        }
        name = member("name").unwrap_or_default();
        let members = arrival.get("files").cloned().unwrap_or_default();
        files = serde_json::from_value(members).unwrap_or_default();
        if arguments.json {
            say_json(answer);
        } else if !arguments.raw {
            trace::arrival(answer, &[]);
            if answer.get("more") == Some(&Value::Bool(true)) {
                say(format!("… there are more documents; `lastkaj trace {number} --json` lists them"));
            }
        }
    });
    match spool {
        Some(spool) if exit == Exit::Well && !arguments.json => {
            exit.max(file(arguments, &spool, &name, &files))
        }
        _ => exit,
    }
}

fn show_call(answer: &Value, json: bool) {
    if json {
        say_json(answer);
        return;
    }
    let text = |member: &str| answer.get(member).map(cell).unwrap_or_default();
    say(format!("call {}  {} {}\n", text("call"), text("operation"), text("about")));
    say(text("requests"));
}

/// Shows the file itself, or those that belong together, from our own copy.
fn file(arguments: &ShowArguments, spool: &str, name: &str, files: &[ArrivalFile]) -> Exit {
    let place = match whereabouts(&arguments.config) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let path = place.data.join("spool").join(spool);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let fault = Fault::new(code::FILE_NOT_READ).at(Place::file(path.display().to_string()));
            complain(&[fault.with("reason", error)], place.language);
            return Exit::Operator;
        }
    };
    if arguments.raw {
        return if std::io::stdout().write_all(&bytes).is_ok() { Exit::Well } else { Exit::Wait };
    }
    let most = if arguments.all { usize::MAX } else { LINES_SHOWN };
    let mut rest = bytes.as_slice();
    for file in files {
        say(format!("\n{}", file.name));
        let (own, behind) = rest.split_at(rest.len().min(usize::try_from(file.size).unwrap_or(usize::MAX)));
        lines(own, most);
        rest = behind;
    }
    if !files.is_empty() {
        return Exit::Well;
    }
    // Of an archive the files in it, each with its lines.
    let parts = receive::each_part(&path, name, &mut |part, bytes| {
        say(format!("\n{part}"));
        let mut text = Vec::new();
        bytes.take(if arguments.all { u64::MAX } else { PART_BYTES_SHOWN }).read_to_end(&mut text)?;
        lines(&text, most);
        Ok(())
    });
    match parts {
        Ok(true) => {}
        // What cannot be unpacked was told of above, and is shown as it is.
        Ok(false) | Err(_) => lines(&bytes, most),
    }
    Exit::Well
}

/// The file's lines with their numbers. What is not UTF-8 is shown as Windows-1252, which has a character for nearly
/// every byte: to look at, not to judge by.
fn lines(bytes: &[u8], most: usize) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    say("");
    for (index, line) in text.lines().enumerate().take(most) {
        let line: String =
            line.chars().map(|letter| if letter.is_control() { '·' } else { letter }).collect();
        say(format!("{:>6}  {line}", index + 1));
    }
    let count = text.lines().count();
    if count > most {
        say(format!("… {} more lines; --all shows them", count - most));
    }
}
