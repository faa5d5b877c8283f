//! `codes`: what a partner's documents may state (carriers, ways of delivery, types, statuses …), as tables and as code
//! tables to map from.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::fault::{Fault, Place, code};
use crate::gateway::operate::Request;
use crate::gateway::{asking, codes};
use crate::ongoing::CodeRegister;

use super::asking::{Whereabouts, answer, ended_by, runtime, whereabouts};
use super::run::load;
use super::terminal::{say, say_json, say_wrong, table};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct CodesArguments {
    /// The partner's name in gateway.toml
    partner: String,
    /// Also write a code table for each register into this folder; a file that is there already stays
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn codes(arguments: &CodesArguments) -> Exit {
    let config = match load(&arguments.config.config) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let place = match whereabouts(&arguments.config) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let read = || -> Result<Vec<CodeRegister>, Fault> {
        let partner = asking::partner(&config, &arguments.partner)?;
        let registers = runtime()?.block_on(codes::read(&config, partner))?;
        keep(&place, partner, &registers)?;
        if let Some(folder) = &arguments.write {
            write_all(folder, &arguments.partner, &registers)?;
        }
        Ok(registers)
    };
    match read() {
        Ok(registers) if arguments.json => {
            let registers: BTreeMap<&str, Vec<_>> = registers
                .iter()
                .map(|register| {
                    let codes = register.codes.iter();
                    let code = codes.map(|one| json!({ "code": one.code, "name": one.name, "of": one.of }));
                    (register.name, code.collect())
                })
                .collect();
            say_json(&json!(registers));
            Exit::Well
        }
        Ok(registers) => {
            registers.iter().for_each(show);
            Exit::Well
        }
        Err(fault) => ended_by(fault, place.language),
    }
}

fn show(register: &CodeRegister) {
    let mut title = register.name.to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    say(title);
    if register.codes.is_empty() {
        say("  none\n");
        return;
    }
    let has_of = register.codes.iter().any(|code| code.of.is_some());
    let heading: &[&str] = if has_of { &["of", "code", "name"] } else { &["code", "name"] };
    let rows = register.codes.iter().map(|code| {
        let of = has_of.then(|| code.of.clone().unwrap_or_default());
        of.into_iter().chain([code.code.clone(), code.name.clone()]).collect()
    });
    for line in table(heading, rows.collect()).lines() {
        say(format!("  {line}"));
    }
    say("");
}

/// Keeps the registers in the ledger, where the check of codes finds them.
fn keep(
    place: &Whereabouts,
    partner: &crate::config::Partner,
    registers: &[CodeRegister],
) -> Result<(), Fault> {
    for register in registers {
        let request = Request::KeepRegister {
            lane: partner.lane.clone(),
            name: register.name.to_owned(),
            entries: codes::entries(register),
        };
        answer(place, &request)?;
    }
    Ok(())
}

/// Writes a code table for each register that has codes.
fn write_all(folder: &Path, partner: &str, registers: &[CodeRegister]) -> Result<(), Fault> {
    let failed = |path: &Path, error: std::io::Error| {
        Fault::new(code::FILE_NOT_WRITTEN).at(Place::file(path.display().to_string())).with("reason", error)
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for register in registers.iter().filter(|register| !register.codes.is_empty()) {
        let path = folder.join(format!("{partner}-{}.toml", register.name.replace(' ', "-")));
        let file = std::fs::File::options().write(true).create_new(true).open(&path);
        match file {
            Ok(mut file) => {
                file.write_all(code_table(register).as_bytes()).map_err(|error| failed(&path, error))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                say_wrong(&format!("{} is there already and stays as it is", path.display()));
            }
            Err(error) => return Err(failed(&path, error)),
        }
    }
    Ok(())
}

/// A code table that maps each code to itself, to put the ERP's own words on the left.
fn code_table(register: &CodeRegister) -> String {
    let mut text = format!(
        "# The {} of the installation. Left: what the ERP writes; put its words there. Right: Ongoing's code.\n",
        register.name
    );
    let mut seen = std::collections::BTreeSet::new();
    for code in register.codes.iter().filter(|code| seen.insert(&code.code)) {
        let quoted = toml::Value::String(code.code.clone());
        let of = code.of.as_ref().map_or_else(String::new, |of| format!(" ({of})"));
        let name: String = code.name.chars().filter(|letter| !letter.is_control()).collect();
        text.push_str(&format!("{quoted} = {quoted}    # {name}{of}\n"));
    }
    text
}
