//! `try`: what a format makes of a file. Nothing is sent and nothing is kept.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::call::{Call, Lane};
use crate::config::{self, PartnerToTry};
use crate::document::to_json;
use crate::fault::{Fault, Language, Place, code};
use crate::format::{self, CodeTables, Definition, Item, Mapped, PartFile, ReadContext, Summary};
use crate::ledger::StagedTask;
use crate::ongoing::preview;
use crate::plan::{self, PlanRules};
use crate::written::suggestion;

use super::Exit;
use super::listing::members;
use super::terminal::{complain, count, exit_of, say, say_json, table, warn};
use super::watching::{self, Watched};

#[derive(Args)]
pub(super) struct TryArguments {
    /// The format: a file, or a name like nordvik/orders below --formats
    format: String,
    /// The file to read; several that belong together in the order of the format file's parts
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Show the exact requests; ids that would be looked up are shown as such
    #[arg(long)]
    calls: bool,
    /// Show the members of every document; those of up to three are shown without it
    #[arg(short, long)]
    verbose: bool,
    /// All documents and faults as JSON, with --calls the requests too
    #[arg(long)]
    json: bool,
    /// Where format names and code tables are looked for
    #[arg(long, value_name = "FOLDER", default_value = "formats")]
    formats: PathBuf,
    /// Read it as this partner's: with its code tables in codes/PARTNER of the formats, and what --config says of it
    #[arg(long)]
    partner: Option<String>,
    /// The gateway.toml with the partner's own code tables, time zone, goods owner and number prefix
    #[arg(long, value_name = "FILE", requires = "partner")]
    config: Option<PathBuf>,
    /// The time zone of local times in the file [default: the partner's, else Europe/Stockholm]
    #[arg(long)]
    time_zone: Option<chrono_tz::Tz>,
    /// The language of faults: en, sv
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
    /// The goods owner to show in requests [default: the partner's, else 1]
    #[arg(long)]
    goods_owner: Option<i32>,
    /// Show at most so many documents
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Run again whenever the format file, a code table or the file is saved; Ctrl-C ends
    #[arg(long, conflicts_with = "json")]
    watch: bool,
}

pub(super) fn language(code: &str) -> Result<Language, String> {
    Language::from_code(code).ok_or_else(|| "en or sv".to_owned())
}

pub(super) fn try_format(arguments: &TryArguments) -> Exit {
    let located = Located::of(arguments);
    if !arguments.watch {
        return once(arguments, &located);
    }
    // What is not there at the start was named wrongly: no save will bring it.
    let missing = if !located.format.is_file() {
        Some(missing_format(arguments, &located))
    } else {
        arguments.files.iter().find_map(|file| open(file).err())
    };
    if let Some(fault) = missing {
        complain(&[fault], arguments.language);
        return Exit::Usage;
    }
    let watched = Watched {
        files: std::iter::once(&located.format)
            .chain(&arguments.files)
            .chain(&arguments.config)
            .cloned()
            .collect(),
        codes: located.folder.join("codes"),
    };
    watching::watch(&watched, || {
        once(arguments, &located);
    })
}

/// Where a format stands, and its code tables. While it is watched the file may be away for a moment.
struct Located {
    format: PathBuf,
    folder: PathBuf,
}

impl Located {
    fn of(arguments: &TryArguments) -> Located {
        let given = Path::new(&arguments.format);
        if given.is_file() {
            let folder = formats_folder(given).unwrap_or_else(|| arguments.formats.clone());
            return Located { format: given.to_owned(), folder };
        }
        Located {
            format: arguments.formats.join(format!("{}.toml", arguments.format)),
            folder: arguments.formats.clone(),
        }
    }
}

fn once(arguments: &TryArguments, located: &Located) -> Exit {
    let made = partner(arguments, located)
        .and_then(|partner| Ok((definition(arguments, located, &partner.codes)?, partner)));
    let (definition, partner) = match made {
        Ok(made) => made,
        Err(faults) => {
            complain(&faults, arguments.language);
            return Exit::Usage;
        }
    };
    match read(arguments, &definition, &partner) {
        Ok(trial) => {
            if arguments.json {
                say_json(&trial.to_json(arguments.calls));
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
            let exit = Exit::from(fault.turn);
            if arguments.json {
                say_json(
                    &json!({ "documents": [], "faults": [fault], "warnings": [], "file_faults": [fault] }),
                );
            }
            complain(&[fault], arguments.language);
            exit
        }
    }
}

/// The members of so few documents are shown without being asked for.
const SHOWN_UNASKED: usize = 3;

/// Whose file it is: what is not said is as for nobody in particular.
struct Partner {
    codes: CodeTables,
    /// What else is known of it, where it has a name.
    named: Option<(String, PartnerToTry)>,
    time_zone: chrono_tz::Tz,
    goods_owner: i32,
    rules: PlanRules,
}

fn partner(arguments: &TryArguments, located: &Located) -> Result<Partner, Vec<Fault>> {
    let environment = config::ProcessEnvironment;
    let named = match &arguments.partner {
        Some(name) => {
            let gateway = arguments.config.as_deref();
            let partner = config::partner_to_try(&located.folder, gateway, name, &environment)?;
            Some((name.clone(), partner))
        }
        None => None,
    };
    let codes = match &named {
        Some((_, partner)) => partner.codes.clone(),
        None => config::code_tables(&located.folder, &environment)?,
    };
    let of = named.as_ref().and_then(|(_, partner)| partner.said.as_ref());
    let time_zone = arguments.time_zone.or(of.and_then(|said| said.time_zone));
    let goods_owner = arguments.goods_owner.or(of.and_then(|said| said.goods_owner));
    Ok(Partner {
        time_zone: time_zone.unwrap_or(chrono_tz::Europe::Stockholm),
        goods_owner: goods_owner.unwrap_or(1),
        rules: of.map(|said| said.rules.clone()).unwrap_or_default(),
        codes,
        named,
    })
}

fn definition(
    arguments: &TryArguments,
    located: &Located,
    tables: &CodeTables,
) -> Result<Definition, Vec<Fault>> {
    let path = &located.format;
    let text =
        config::Environment::read(&config::ProcessEnvironment, path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => vec![missing_format(arguments, located)],
            _ => vec![unreadable(path, &error)],
        })?;
    let definition = Definition::check(&arguments.format, &path.display().to_string(), &text, tables)?;
    match definition.writes() {
        Some(document) if definition.reads().is_empty() => Err(vec![
            Fault::new(code::FORMAT_MISFIT)
                .at(Place::file(path.display().to_string()))
                .found(&arguments.format)
                .with("problem", format!("writes {} and reads nothing", document.name()))
                .with("expected", "a format with a table [document.order], [document.article] or alike")
                .with("suggestion", ""),
        ]),
        _ => Ok(definition),
    }
}

/// A format that is not there: a file that went away, or a name that is none.
fn missing_format(arguments: &TryArguments, located: &Located) -> Fault {
    if located.format == Path::new(&arguments.format) {
        return unreadable(&located.format, &std::io::Error::from(std::io::ErrorKind::NotFound));
    }
    unknown_format(&arguments.format, &arguments.formats)
}

/// Which formats there are, and which of them may be meant.
pub(super) fn unknown_format(given: &str, formats: &Path) -> Fault {
    let names = config::format_names(formats, &config::ProcessEnvironment);
    let shown = match names.is_empty() {
        true => format!("(the folder {} has none; see --formats)", formats.display()),
        false => names.join(", "),
    };
    Fault::new(code::UNKNOWN_NAME)
        .found(given)
        .with("kind", "format")
        .with("names", shown)
        .with("suggestion", suggestion(given, names.iter().map(String::as_str)))
}

/// The folder above a format file that has the shared code tables.
fn formats_folder(file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).find(|folder| folder.join("codes").is_dir()).map(Path::to_owned)
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    config::unreadable(&path.display().to_string(), error)
}

/// What reading the file came to.
#[derive(Default)]
struct Trial {
    documents: Vec<Tried>,
    more: u64,
    /// How many documents are not good.
    faulty: u64,
    /// What the documents so far ask for.
    seen: HashMap<StagedTask, Seen>,
    summary: Summary,
    faults: Vec<Fault>,
    /// What is doubtful in documents.
    doubts: Vec<Fault>,
}

/// A document that asked for something first.
struct Seen {
    hash: String,
    place: Place,
    /// Its place among those that are shown.
    shown: Option<usize>,
    /// Another version of it came behind, so that it does not count.
    withdrawn: bool,
}

struct Tried {
    mapped: Mapped,
    call: Option<Call>,
    faults: Vec<Fault>,
}

fn open(path: &Path) -> Result<File, Fault> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    if file.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let other = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no file");
        return Err(unreadable(path, &other));
    }
    Ok(file)
}

fn read(arguments: &TryArguments, definition: &Definition, partner: &Partner) -> Result<Trial, Fault> {
    let name_of = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let names: Vec<String> = arguments.files.iter().map(name_of).collect();
    let mut opened = arguments.files.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<PartFile<'_>> =
        opened.iter_mut().zip(&names).map(|(bytes, name)| PartFile { name, bytes }).collect();
    let name = names.first().map(String::as_str).unwrap_or_default();
    let scratch = || tempfile();
    let context =
        ReadContext { file_name: name, time_zone: partner.time_zone, live: true, scratch: &scratch };
    let lane = Lane { installation: "try".to_owned(), goods_owner: partner.goods_owner };
    let mut trial = Trial::default();
    trial.summary = format::read_parts(definition, &mut files, &context, &mut |item| {
        trial.add(
            item,
            &lane,
            &partner.rules,
            &names,
            if arguments.json { usize::MAX } else { arguments.limit },
        );
        Ok(())
    })?;
    trial.summary.warnings.append(&mut trial.doubts);
    let misspelt = partner.named.as_ref().map(|(name, named)| named.misspelt_codes(name, definition));
    trial.summary.hints.extend(misspelt.into_iter().flatten());
    if !trial.summary.file_faults.is_empty() {
        trial.faults.extend(trial.summary.file_faults.iter().cloned());
        trial.documents.iter_mut().for_each(|tried| tried.call = None);
    }
    Ok(trial)
}

fn amount(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun, &format!("{noun}s"))
}

/// A scratch file without a name; the system takes it back when it is closed.
fn tempfile() -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("lastkaj-try-{}", std::process::id()));
    let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

impl Trial {
    /// What is noticed of the file and of the format file, and keeps nothing back.
    fn warnings(&self) -> Vec<Fault> {
        [self.summary.warnings.as_slice(), &self.summary.hints].concat()
    }

    fn add(&mut self, item: Item, lane: &Lane, rules: &PlanRules, names: &[String], limit: usize) {
        let mapped = match item {
            Item::Document(mapped) => *mapped,
            Item::Stray(fault) => {
                self.faults.push(fault);
                return;
            }
        };
        let place = Place::file(names.first().map_or("", String::as_str)).line(mapped.first_line);
        let (call, faults) = if mapped.faults.is_empty() {
            let line_place = |line: usize| mapped.place_of_line(line, names);
            match plan::plan(&mapped.document, lane, rules, String::new(), &place, &line_place) {
                Ok(plan) => match self.second_version(&plan.call, &place, self.documents.len() < limit) {
                    Some(fault) => (None, vec![fault]),
                    None => {
                        self.doubts.extend(plan.warnings);
                        (Some(plan.call), Vec::new())
                    }
                },
                Err(faults) => (None, faults),
            }
        } else {
            (None, mapped.faults.clone())
        };
        // A faulty one was meant as something too.
        if call.is_none()
            && let Some(call) = plan::call_of_faulty(&mapped.document, lane, rules)
            && !faults.iter().any(|fault| [code::NUMBER_TWICE, code::VERSIONS_DIFFER].contains(&fault.code))
        {
            self.second_version(&call, &place, self.documents.len() < limit);
        }
        self.faulty += u64::from(!faults.is_empty());
        self.faults.extend(faults.iter().cloned());
        self.doubts.extend(mapped.warnings.iter().cloned());
        if self.documents.len() < limit {
            self.documents.push(Tried { mapped, call, faults });
        } else {
            self.more += 1;
        }
    }

    /// What is wrong with a document of which another version came before it; then that may not count either.
    fn second_version(&mut self, call: &Call, place: &Place, is_shown: bool) -> Option<Fault> {
        let shown = is_shown.then_some(self.documents.len());
        let task = StagedTask::of(call);
        let Some(first) = self.seen.get_mut(&task) else {
            let (hash, place) = (call.hash.clone(), place.clone());
            let first = Seen { withdrawn: hash.is_empty(), hash, place, shown };
            self.seen.insert(task, first);
            return None;
        };
        if first.hash == call.hash && !first.withdrawn {
            return Some(plan::number_twice(&call.key, place.clone(), &first.place));
        }
        if !std::mem::replace(&mut first.withdrawn, true) {
            let fault = plan::versions_differ(&call.key, first.place.clone(), place);
            self.faulty += 1;
            self.faults.push(fault.clone());
            if let Some(tried) = first.shown.and_then(|shown| self.documents.get_mut(shown)) {
                tried.call = None;
                tried.faults.push(fault);
            }
        }
        Some(plan::versions_differ(&call.key, place.clone(), &first.place))
    }

    fn show(&self, arguments: &TryArguments) {
        let rows = self.documents.iter().map(Tried::row).collect();
        say(table(&["document", "number", "lines", "records", "result"], rows));
        if self.more > 0 {
            say(format!("… and {} more (--limit shows them)", self.more));
        }
        let few = self.more == 0 && self.documents.len() <= SHOWN_UNASKED && !arguments.calls;
        if arguments.verbose || few {
            for tried in &self.documents {
                let (document, lines) =
                    (&tried.mapped.document, (tried.mapped.first_line, tried.mapped.last_line));
                let (name, number) = (document.document_type().name(), document.number().unwrap_or(""));
                say(format!("\n{name} {number}  (lines {}-{})", lines.0, lines.1));
                say(members(document.as_document(), 2).trim_end());
            }
        }
        warn(&self.warnings(), arguments.language);
        complain(&self.faults, arguments.language);
        if arguments.calls {
            for call in self.documents.iter().filter_map(|tried| tried.call.as_ref()) {
                say(format!("\n{}", preview(call)));
            }
        }
        let summary = &self.summary;
        say(format!(
            "\n{}: {}, {} of them faulty; {} to none, {} ignored{}",
            amount(summary.records, "record"),
            amount(summary.documents + summary.documents_faulty, "document"),
            self.faulty,
            if summary.records_stray == 1 {
                "1 record belongs".to_owned()
            } else {
                format!("{} records belong", summary.records_stray)
            },
            summary.records_ignored,
            if summary.file_faults.is_empty() { "" } else { "; the file as a whole is rejected" }
        ));
        let is_header_alone = summary.records == 0 && summary.file_faults.is_empty();
        if is_header_alone {
            say("The file has no record: nothing would be sent, and the sender is told that it was read.");
        }
    }

    fn to_json(&self, calls: bool) -> Value {
        json!({
            "documents": self.documents.iter().map(|tried| tried.to_json(calls)).collect::<Vec<_>>(),
            "faults": self.faults,
            "records": self.summary.records,
            "records_stray": self.summary.records_stray,
            "records_ignored": self.summary.records_ignored,
            "warnings": self.warnings(),
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
                (None, 0) => "rejected with the file".to_owned(),
                (None, 1) => "1 fault".to_owned(),
                (None, faults) => format!("{faults} faults"),
            },
        ]
    }

    fn to_json(&self, calls: bool) -> Value {
        let document: Value =
            serde_json::from_str(&to_json(self.mapped.document.as_document())).unwrap_or_default();
        let mut json = json!({
            "type": self.mapped.document.document_type().name(),
            "number": self.mapped.document.number(),
            "lines": [self.mapped.first_line, self.mapped.last_line],
            "document": document,
            "remembered": self.mapped.remembered,
            "faults": self.faults,
        });
        if let (true, Some(call), Some(members)) = (calls, &self.call, json.as_object_mut()) {
            members.insert("requests".to_owned(), Value::from(preview(call)));
        }
        json
    }
}
