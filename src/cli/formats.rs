//! `formats`: which format files there are and how their samples fare; `formats test`: what differs, case by case.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::fault::{Fault, Language};
use crate::format::{Definition, RoundTrip};
use crate::sample::{self, Bless, Case, Collection, Differences, Format, NotBack, Outcome};

use super::Exit;
use super::terminal::{complain, count, say, say_json, say_wrong, table};
use super::try_format::{language, unknown_format};

#[derive(Args)]
pub(super) struct FormatsArguments {
    #[command(subcommand)]
    command: Option<FormatsCommand>,
    /// The folder of the format files
    #[arg(long, value_name = "FOLDER", default_value = "formats", global = true)]
    formats: PathBuf,
    /// The folder of the samples [default: samples, beside the folder of the format files]
    #[arg(long, value_name = "FOLDER", global = true)]
    samples: Option<PathBuf>,
    /// All of it as JSON, for scripts
    #[arg(long, global = true)]
    json: bool,
    /// The language of mistakes: en, sv
    #[arg(long, default_value = "en", value_parser = language, global = true)]
    language: Language,
}

#[derive(Subcommand)]
enum FormatsCommand {
    /// Run the samples of all or of the named formats, and say what differs from what is expected
    #[command(
        after_help = "Examples:\n  lastkaj formats test\n  lastkaj formats test nordvik/orders\n  lastkaj formats test nordvik/                 every format of nordvik\n  lastkaj formats test nordvik/orders/good      one case\n  lastkaj formats test acme/ --bless            writes expected.json where there is none yet\n\nExit codes: 0 all well; 1 a case failed; 2 a format file has a mistake, or nothing of that name"
    )]
    Test(TestArguments),
}

#[derive(Args)]
struct TestArguments {
    /// A format (nordvik/orders), all formats of a folder (nordvik/), or one case (nordvik/orders/good); none: all
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Write what comes out as what is expected, where nothing is expected yet; look at it before you keep it
    #[arg(long)]
    bless: bool,
    /// The same, and also in place of what was expected and differs
    #[arg(long)]
    bless_all: bool,
}

impl FormatsArguments {
    fn samples(&self) -> PathBuf {
        self.samples.clone().unwrap_or_else(|| self.formats.with_file_name("samples"))
    }
}

pub(super) fn formats(arguments: &FormatsArguments) -> Exit {
    let samples = arguments.samples();
    if !arguments.formats.is_dir() {
        return wrong_use(&format!(
            "there is no folder {}; --formats FOLDER says where the format files are",
            arguments.formats.display()
        ));
    }
    if arguments.samples.is_some() && !samples.is_dir() {
        return wrong_use(&format!("there is no folder {} (--samples)", samples.display()));
    }
    let collection = match sample::collect(&arguments.formats, &samples) {
        Ok(collection) => collection,
        Err(mistakes) => {
            if arguments.json {
                say_json(&json!({ "mistakes": mistakes }));
            } else {
                complain(&mistakes, arguments.language);
            }
            return Exit::Usage;
        }
    };
    match &arguments.command {
        None => list(arguments, &collection),
        Some(FormatsCommand::Test(test)) => run_tests(arguments, test, &collection, &samples),
    }
}

fn wrong_use(text: &str) -> Exit {
    say_wrong(text);
    Exit::Usage
}

/// A format with what its cases came to.
struct Run<'c> {
    format: &'c Format,
    outcomes: Vec<(&'c Case, Outcome)>,
}

impl<'c> Run<'c> {
    /// Runs these cases; of a format that does not check, none.
    fn of(format: &'c Format, cases: Vec<&'c Case>, bless: Bless) -> Run<'c> {
        let outcome =
            |case: &'c Case, definition: &Definition| (case, sample::run(format, definition, case, bless));
        let outcomes = match &format.checked {
            Ok(definition) => cases.into_iter().map(|case| outcome(case, definition)).collect(),
            Err(_) => Vec::new(),
        };
        Run { format, outcomes }
    }

    fn mistakes(&self) -> &[Fault] {
        self.format.checked.as_ref().err().map_or(&[], Vec::as_slice)
    }

    fn failed(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| !outcome.is_well()).count()
    }

    fn written(&self) -> usize {
        self.outcomes.iter().filter(|(_, outcome)| outcome.written().is_some()).count()
    }

    /// How the samples fare, for a table's cell.
    fn fares(&self) -> String {
        match (self.mistakes().len(), self.outcomes.len(), self.failed()) {
            (0, 0, _) => "no samples".to_owned(),
            (0, 1, 0) => "1 passes".to_owned(),
            (0, all, 0) => format!("{all} pass"),
            (0, 1, _) => "1 fails".to_owned(),
            (0, all, failed) => {
                format!("{failed} of {all} {}", if failed == 1 { "fails" } else { "fail" })
            }
            (mistakes, _, _) => count(mistakes, "mistake", "mistakes"),
        }
    }

    fn to_json(&self) -> Value {
        let format = self.format;
        let documents: Vec<&str> = format.documents().into_iter().map(|document| document.name()).collect();
        json!({
            "name": format.name,
            "file": format.file.display().to_string(),
            "title": format.title,
            "direction": format.direction(),
            "documents": documents,
            "round_trip": round_trip(format),
            "round_trip_why_not": why_not(format),
            "mistakes": self.mistakes(),
            "cases": self.outcomes.iter().map(|(case, outcome)| case_json(case, outcome)).collect::<Vec<_>>(),
        })
    }
}

/// Whether the files of a format come back with the same bytes, for a table's cell.
fn round_trip(format: &Format) -> &'static str {
    match format.round_trip() {
        RoundTrip::SameBytes => "same bytes",
        RoundTrip::Off(_) => "off",
        RoundTrip::NoQuestion => "",
    }
}

/// Why they do not, in the words of the format file.
fn why_not(format: &Format) -> Option<&str> {
    match format.round_trip() {
        RoundTrip::Off(why) => Some(why),
        RoundTrip::SameBytes | RoundTrip::NoQuestion => None,
    }
}

fn case_json(case: &Case, outcome: &Outcome) -> Value {
    let mut told = json!({ "case": case.name, "folder": case.folder.display().to_string() });
    let more = match outcome {
        Outcome::Passes => json!({ "result": "passes" }),
        Outcome::Written { file } => json!({ "result": "written", "file": file.display().to_string() }),
        Outcome::NothingExpected { file } => {
            json!({ "result": "nothing-expected", "file": file.display().to_string() })
        }
        Outcome::Broken(trouble) => json!({
            "result": "broken",
            "file": trouble.path.display().to_string(),
            "problem": trouble.problem,
            "remedy": trouble.remedy,
        }),
        Outcome::Differs { file, differences } => differences_json("differs", file, differences),
        Outcome::NotBack { file, why: NotBack::Differs(differences), .. } => {
            differences_json("not-the-same-bytes", file, differences)
        }
        Outcome::NotBack { file, why: NotBack::Cannot(fault), .. } => {
            json!({ "result": "not-written-back", "file": file.display().to_string(), "fault": fault })
        }
        Outcome::NotBack { file, why: NotBack::Loses(losses), .. } => {
            json!({ "result": "loses", "file": file.display().to_string(), "losses": losses })
        }
    };
    if let (Some(told), Value::Object(more)) = (told.as_object_mut(), more) {
        told.extend(more);
    }
    told
}

fn differences_json(result: &str, file: &Path, differences: &Differences) -> Value {
    let one = |one: &sample::Difference| json!({ "place": one.place, "about": one.about, "expected": one.expected, "found": one.found });
    json!({
        "result": result,
        "file": file.display().to_string(),
        "differences": differences.first.iter().map(one).collect::<Vec<_>>(),
        "more": differences.more,
    })
}

/// What an exit code is made of.
fn exit(runs: &[Run<'_>], astray: usize) -> Exit {
    if runs.iter().any(|run| !run.mistakes().is_empty()) {
        Exit::Usage
    } else if astray > 0 || runs.iter().any(|run| run.failed() > 0) {
        Exit::Sender
    } else {
        Exit::Well
    }
}

fn list(arguments: &FormatsArguments, collection: &Collection) -> Exit {
    let runs: Vec<Run<'_>> = collection
        .formats
        .iter()
        .map(|format| Run::of(format, format.cases.iter().collect(), Bless::Nothing))
        .collect();
    let exit = exit(&runs, collection.astray.len());
    if arguments.json {
        say_json(&json!({
            "formats": runs.iter().map(Run::to_json).collect::<Vec<_>>(),
            "astray": astray_json(collection.astray.iter()),
        }));
        return exit;
    }
    let rows = runs.iter().map(|run| {
        let documents: Vec<&str> =
            run.format.documents().into_iter().map(|document| document.name()).collect();
        vec![
            run.format.name.clone(),
            run.format.title.clone(),
            documents.join(", "),
            run.format.direction().to_owned(),
            round_trip(run.format).to_owned(),
            run.fares(),
        ]
    });
    say(table(&["name", "title", "documents", "direction", "round trip", "samples"], rows.collect()));
    for (_, trouble) in &collection.astray {
        say(format!("\n{trouble}"));
    }
    if runs.iter().any(|run| !run.mistakes().is_empty() || run.failed() > 0) {
        say("\nlastkaj formats test NAME shows what is wrong");
    }
    exit
}

fn astray_json<'c>(astray: impl Iterator<Item = &'c (Case, sample::Trouble)>) -> Value {
    astray.map(|(case, trouble)| case_json(case, &Outcome::Broken(trouble.clone()))).collect()
}

fn run_tests(
    arguments: &FormatsArguments,
    test: &TestArguments,
    collection: &Collection,
    samples: &Path,
) -> Exit {
    let bless = match (test.bless, test.bless_all) {
        (_, true) => Bless::All,
        (true, _) => Bless::Missing,
        _ => Bless::Nothing,
    };
    let names: Vec<String> = test.names.iter().map(|name| plain(name, &arguments.formats, samples)).collect();
    let all = |_: &str| true;
    let named = |path: &str| names.iter().any(|name| takes(name, path));
    let chosen: &dyn Fn(&str) -> bool = if names.is_empty() { &all } else { &named };
    let mut known = collection
        .formats
        .iter()
        .flat_map(|format| format.cases.iter().map(|case| &case.name).chain([&format.name]))
        .chain(collection.astray.iter().map(|(case, _)| &case.name))
        .collect::<Vec<_>>();
    known.sort();
    let unknown =
        names.iter().zip(&test.names).filter(|(name, _)| !known.iter().any(|path| takes(name, path)));
    let unknown: Vec<Fault> = unknown.map(|(_, given)| unknown_format(given, &arguments.formats)).collect();
    if !unknown.is_empty() {
        complain(&unknown, arguments.language);
        return Exit::Usage;
    }
    let mut runs = Vec::new();
    for format in &collection.formats {
        let cases: Vec<&Case> = format.cases.iter().filter(|case| chosen(&case.name)).collect();
        if chosen(&format.name) || !cases.is_empty() {
            runs.push(Run::of(format, cases, bless));
        }
    }
    let astray: Vec<_> = collection.astray.iter().filter(|(case, _)| chosen(&case.name)).collect();
    let cases = astray.len() + runs.iter().map(|run| run.outcomes.len()).sum::<usize>();
    let failed = astray.len() + runs.iter().map(Run::failed).sum::<usize>();
    let written = runs.iter().map(Run::written).sum::<usize>();
    let exit = match exit(&runs, astray.len()) {
        // Nothing was tested: that is no success.
        Exit::Well if cases == 0 => Exit::Usage,
        exit => exit,
    };
    if arguments.json {
        say_json(&json!({
            "formats": runs.iter().map(Run::to_json).collect::<Vec<_>>(),
            "astray": astray_json(astray.into_iter()),
            "cases": cases,
            "failed": failed,
            "written": written,
        }));
        return exit;
    }
    let width = runs.iter().map(|run| run.format.name.chars().count()).max().unwrap_or(0);
    for run in &runs {
        show(run, width, samples, arguments.language);
    }
    for (_, trouble) in &astray {
        say(format!("{trouble}"));
    }
    let wrong = runs.iter().filter(|run| !run.mistakes().is_empty()).count();
    say(format!(
        "\n{} of {}, {failed} failed{}{}",
        count(cases, "case", "cases"),
        count(runs.len(), "format", "formats"),
        if wrong > 0 {
            format!("; {} with mistakes, not tested", count(wrong, "format", "formats"))
        } else {
            String::new()
        },
        if written > 0 {
            format!("; {} written: look at what it says before you keep it", count(written, "file", "files"))
        } else {
            String::new()
        },
    ));
    if cases == 0 && wrong == 0 {
        say(format!(
            "a folder {}/<erp>/<document>/<case>/ with a file input.* is a case; --bless writes what is expected",
            samples.display()
        ));
    }
    exit
}

/// So many differences of a case are shown; --json has more.
const SHOWN: usize = 6;

fn show(run: &Run<'_>, width: usize, samples: &Path, language: Language) {
    let name = &run.format.name;
    let fares = match (run.mistakes().len(), run.outcomes.len()) {
        (0, 0) => format!("no samples: put a file into {}/CASE/", samples.join(name).display()),
        (0, all) => {
            let failed = match run.failed() {
                0 => String::new(),
                failed => format!(", {failed} failed"),
            };
            let written = match run.written() {
                0 => String::new(),
                written => format!(", {written} written"),
            };
            format!("{}{failed}{written}", count(all, "case", "cases"))
        }
        (mistakes, _) => count(mistakes, "mistake", "mistakes"),
    };
    say(format!("{name:width$}  {fares}"));
    if let Some(why) = why_not(run.format) {
        say(format!("  round trip off: {why}"));
    }
    complain(run.mistakes(), language);
    // What the format itself loses is the same for each case.
    let mut lost = false;
    let mut not_back = false;
    for (case, outcome) in &run.outcomes {
        if let Some(file) = outcome.written() {
            say(format!("  {}: written", file.display()));
        }
        match outcome {
            Outcome::Passes | Outcome::Written { .. } => {}
            Outcome::NothingExpected { file } => say(format!(
                "  {}: it is not there; lastkaj formats test {} --bless writes it",
                file.display(),
                case.name
            )),
            Outcome::Broken(trouble) => say(format!("  {}: {trouble}", case.name)),
            Outcome::Differs { file, differences } => {
                say(format!("  {}: something else came of it", file.display()));
                say(told(differences));
            }
            Outcome::NotBack { why: NotBack::Loses(losses), .. } if !lost => {
                lost = true;
                say("  its files cannot be read and written back with the same bytes:");
                losses.iter().for_each(|loss| say(format!("    {loss}")));
            }
            Outcome::NotBack { why: NotBack::Loses(_), .. } => {}
            Outcome::NotBack { file, why: NotBack::Differs(differences), .. } => {
                not_back = true;
                say(format!("  {}: read and written back, it is not the same", file.display()));
                say(told(differences));
            }
            Outcome::NotBack { file, why: NotBack::Cannot(fault), .. } => {
                not_back = true;
                say(format!("  {}: what was read of it cannot be written back", file.display()));
                complain(std::slice::from_ref(fault), language);
            }
        }
    }
    if lost || not_back {
        let which = if lost { "" } else { "correct that, or " };
        say(format!("  {which}say in {} why not: round_trip = \"…\"", run.format.file.display()));
    }
    if not_back {
        say("  for one file alone: round_trip.txt beside it, with the reason in it");
    }
}

fn told(differences: &Differences) -> String {
    let mut lines = Vec::new();
    for one in differences.first.iter().take(SHOWN) {
        let about = one.about.as_ref().map(|about| format!("  ({about})")).unwrap_or_default();
        lines.push(format!("    {}{about}", one.place));
        lines.push(format!("      expected {}", one.expected));
        lines.push(format!("      found    {}", one.found));
    }
    let more = differences.first.len().saturating_sub(SHOWN) + differences.more;
    if more > 0 {
        lines.push(format!("    … and {} more", count(more, "difference", "differences")));
    }
    lines.join("\n")
}

/// A name as the shell may complete it: `formats/nordvik/orders.toml` is `nordvik/orders`.
fn plain(given: &str, formats: &Path, samples: &Path) -> String {
    let path = here(Path::new(given));
    let below =
        path.strip_prefix(here(formats)).or_else(|_| path.strip_prefix(here(samples))).unwrap_or(path);
    let below = below.to_string_lossy();
    below.strip_suffix(".toml").unwrap_or(&below).trim_end_matches('/').to_owned()
}

/// A path without the `./` before it.
fn here(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// Whether a name means what stands at this path: itself, or what is below it.
fn takes(name: &str, path: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| name.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_format_a_folder_or_a_case_however_the_shell_completes_it() {
        let plain = |given| plain(given, Path::new("formats"), Path::new("samples"));
        assert_eq!(plain("formats/nordvik/orders.toml"), "nordvik/orders");
        assert_eq!(plain("samples/nordvik/orders/good/"), "nordvik/orders/good");
        assert_eq!(plain("./formats/nordvik/"), "nordvik");
        assert_eq!(plain("nordvik/"), "nordvik");
        assert!(takes("nordvik", "nordvik/orders") && takes("nordvik/orders", "nordvik/orders/good"));
        assert!(!takes("nordvik/orders", "nordvik/orders-fixed"));
        assert!(!takes("nord", "nordvik/orders"));
    }
}
