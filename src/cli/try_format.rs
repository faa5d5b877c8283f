//! `try`: what a format makes of a file. Nothing is sent and nothing is kept.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::call::{Call, Lane};
use crate::config;
use crate::document::to_json;
use crate::fault::{Fault, Language, Place, code};
use crate::format::{self, Definition, Item, Mapped, ReadContext, Summary};
use crate::ongoing::preview;
use crate::plan;

use super::Exit;
use super::terminal::{complain, exit_of, say, say_json, table};

#[derive(Args)]
pub(super) struct TryArguments {
    /// The format: a file, or a name like nordvik/orders below --formats
    format: String,
    /// The file to read
    file: PathBuf,
    /// Show the exact requests; ids that would be looked up are shown as such
    #[arg(long)]
    calls: bool,
    /// Documents, faults and calls as JSON
    #[arg(long)]
    json: bool,
    /// Where format names and code tables are looked for
    #[arg(long, value_name = "FOLDER", default_value = "formats")]
    formats: PathBuf,
    /// The time zone of local times in the file
    #[arg(long, default_value = "Europe/Stockholm")]
    time_zone: chrono_tz::Tz,
    /// The language of faults: en, sv
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
    /// The goods owner to show in requests
    #[arg(long, default_value_t = 1)]
    goods_owner: i32,
    /// Show at most so many documents
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

fn language(code: &str) -> Result<Language, String> {
    Language::from_code(code).ok_or_else(|| "en or sv".to_owned())
}

pub(super) fn try_format(arguments: &TryArguments) -> Exit {
    let definition = match definition(arguments) {
        Ok(definition) => definition,
        Err(faults) => {
            complain(&faults, arguments.language);
            return Exit::Usage;
        }
    };
    match read(arguments, &definition) {
        Ok(trial) => {
            if arguments.json {
                say_json(&trial.to_json());
            } else {
                trial.show(arguments);
            }
            exit_of(&trial.faults)
        }
        Err(fault) if fault.code == code::FILE_UNREADABLE => {
            complain(&[fault], arguments.language);
            Exit::Usage
        }
        Err(fault) => {
            if arguments.json {
                say_json(&json!({ "documents": [], "faults": [fault], "file_faults": [fault] }));
            }
            complain(&[fault], arguments.language);
            Exit::Sender
        }
    }
}

fn definition(arguments: &TryArguments) -> Result<Definition, Vec<Fault>> {
    let given = Path::new(&arguments.format);
    let path = if given.is_file() {
        given.to_owned()
    } else {
        arguments.formats.join(format!("{}.toml", arguments.format))
    };
    let folder = if given.is_file() {
        formats_folder(given).unwrap_or_else(|| arguments.formats.clone())
    } else {
        arguments.formats.clone()
    };
    let tables = config::code_tables(&folder, &config::ProcessEnvironment)?;
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if given.is_file() => return Err(vec![unreadable(&path, &error)]),
        Err(error) => {
            let hint =
                format!("{error}; name the format file itself, or the folder of formats with --formats");
            return Err(vec![unreadable(&path, &std::io::Error::new(error.kind(), hint))]);
        }
    };
    Definition::check(&arguments.format, &path.display().to_string(), &text, &tables)
}

/// The folder above a format file that has the shared code tables.
fn formats_folder(file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).find(|folder| folder.join("codes").is_dir()).map(Path::to_owned)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    let path = path.display().to_string();
    Fault::new(code::FILE_UNREADABLE).at(Place::file(&path)).with("path", path).with("reason", error)
}

/// What reading the file came to.
struct Trial {
    documents: Vec<Tried>,
    more: u64,
    summary: Summary,
    faults: Vec<Fault>,
}

struct Tried {
    mapped: Mapped,
    call: Option<Call>,
    faults: Vec<Fault>,
}

fn read(arguments: &TryArguments, definition: &Definition) -> Result<Trial, Fault> {
    let mut file = File::open(&arguments.file).map_err(|error| unreadable(&arguments.file, &error))?;
    if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(unreadable(&arguments.file, &std::io::Error::from(std::io::ErrorKind::IsADirectory)));
    }
    let name =
        arguments.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let scratch = || tempfile();
    let context = ReadContext { file_name: &name, time_zone: arguments.time_zone, scratch: &scratch };
    let lane = Lane { installation: "try".to_owned(), goods_owner: arguments.goods_owner };
    let mut trial = Trial { documents: Vec::new(), more: 0, summary: Summary::default(), faults: Vec::new() };
    trial.summary = format::read(definition, &mut file, &context, &mut |item| {
        trial.add(item, &lane, &name, if arguments.json { usize::MAX } else { arguments.limit });
        Ok(())
    })?;
    trial.faults.extend(trial.summary.file_faults.iter().cloned());
    Ok(trial)
}

/// A scratch file without a name; the system takes it back when it is closed.
fn tempfile() -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("lastkaj-try-{}", std::process::id()));
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

impl Trial {
    fn add(&mut self, item: Item, lane: &Lane, name: &str, limit: usize) {
        let mapped = match item {
            Item::Document(mapped) => *mapped,
            Item::Stray(fault) => {
                self.faults.push(fault);
                return;
            }
        };
        let place = Place::file(name).line(mapped.first_line);
        let (call, faults) = if mapped.faults.is_empty() {
            match plan::plan(&mapped.document, lane, String::new(), &place) {
                Ok(plan) => (Some(plan.call), Vec::new()),
                Err(faults) => (None, faults),
            }
        } else {
            (None, mapped.faults.clone())
        };
        self.faults.extend(faults.iter().cloned());
        if self.documents.len() < limit {
            self.documents.push(Tried { mapped, call, faults });
        } else {
            self.more += 1;
        }
    }

    fn show(&self, arguments: &TryArguments) {
        let rows = self.documents.iter().map(Tried::row).collect();
        say(table(&["document", "number", "lines", "records", "result"], rows));
        if self.more > 0 {
            say(format!("… and {} more (--limit shows them)", self.more));
        }
        if !self.faults.is_empty() {
            say("");
            complain(&self.faults, arguments.language);
        }
        if arguments.calls {
            for call in self.documents.iter().filter_map(|tried| tried.call.as_ref()) {
                say(format!("\n{}", preview(call)));
            }
        }
        let summary = &self.summary;
        say(format!(
            "\n{} records: {} documents, {} of them faulty; {} records belong to none, {} ignored{}",
            summary.records,
            summary.documents + summary.documents_faulty,
            summary.documents_faulty,
            summary.records_stray,
            summary.records_ignored,
            if summary.file_faults.is_empty() { "" } else { "; the file as a whole is rejected" }
        ));
    }

    fn to_json(&self) -> Value {
        json!({
            "documents": self.documents.iter().map(Tried::to_json).collect::<Vec<_>>(),
            "faults": self.faults,
            "records": self.summary.records,
            "records_stray": self.summary.records_stray,
            "records_ignored": self.summary.records_ignored,
            "file_faults": self.summary.file_faults,
        })
    }
}

impl Tried {
    fn row(&self) -> Vec<String> {
        let mapped = &self.mapped;
        vec![
            mapped.document.document_type().name().to_owned(),
            mapped.document.number().unwrap_or("").to_owned(),
            format!("{}-{}", mapped.first_line, mapped.last_line),
            mapped.records.to_string(),
            match (&self.call, self.faults.len()) {
                (Some(_), _) => "good".to_owned(),
                (None, 1) => "1 fault".to_owned(),
                (None, faults) => format!("{faults} faults"),
            },
        ]
    }

    fn to_json(&self) -> Value {
        let document: Value =
            serde_json::from_str(&to_json(self.mapped.document.as_document())).unwrap_or_default();
        json!({
            "type": self.mapped.document.document_type().name(),
            "number": self.mapped.document.number(),
            "lines": [self.mapped.first_line, self.mapped.last_line],
            "document": document,
            "remembered": self.mapped.remembered,
            "faults": self.faults,
        })
    }
}
