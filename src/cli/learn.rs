//! `learn`: how an installation behaves where the vendor's documents do not say it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::clock::Clock;
use crate::fault::{Fault, Place, code};
use crate::gateway::asking;
use crate::gateway::learn::{Finding, LearnOptions, Lesson, answers_file, learn as ask};

use super::asking::{ended_by, runtime, whereabouts};
use super::run::load;
use super::terminal::{count, say, say_json, say_wrong, table};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct LearnArguments {
    /// The partner's name in gateway.toml; it must not be live
    partner: String,
    /// The goods owner to write to, the partner's: articles, orders and purchase orders are made there, and cancelled
    /// afterwards. Only ever a demo goods owner
    #[arg(long, value_name = "GOODS_OWNER")]
    writes_to: i32,
    /// What the numbers of all that is made begin with [default: LASTKAJ- and the time]
    #[arg(long)]
    prefix: Option<String>,
    /// An order on which picking has begun, which the warehouse made for this
    #[arg(long, value_name = "NUMBER")]
    picked_order: Option<String>,
    /// Also provoke "too many calls": one method is barred for a while, for everybody with this account
    #[arg(long)]
    limits: bool,
    /// The pause between two reads that wait for a write to be seen
    #[arg(long, default_value = "1s", value_parser = humantime::parse_duration)]
    pause: Duration,
    /// Where the answers go; a file that is there already is replaced [default: learnt-INSTALLATION.toml beside gateway.toml]
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn learn(arguments: &LearnArguments) -> Exit {
    let config = match load(&arguments.config.config) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let language = match whereabouts(&arguments.config) {
        Ok(place) => place.language,
        Err(exit) => return exit,
    };
    let now = Clock::System.now();
    let options = LearnOptions {
        writes_to: arguments.writes_to,
        prefix: arguments
            .prefix
            .clone()
            .unwrap_or_else(|| format!("LASTKAJ-{}-", now.format("%Y%m%d%H%M%S"))),
        pause: arguments.pause,
        picked_order: arguments.picked_order.clone(),
        limits: arguments.limits,
    };
    let mut tell = |finding: &Finding| {
        if !arguments.json {
            say(format!("{} {}", if finding.answer.is_some() { "+" } else { "-" }, finding.name));
        }
    };
    let mut learnt = || -> Result<(Lesson, PathBuf), Fault> {
        let partner = asking::partner(&config, &arguments.partner)?;
        let lesson = runtime()?.block_on(ask(&config, partner, &options, &mut tell))?;
        let installation = &partner.lane.installation;
        let beside = arguments.config.config.parent().unwrap_or(Path::new(""));
        let path =
            arguments.write.clone().unwrap_or_else(|| beside.join(format!("learnt-{installation}.toml")));
        let text = answers_file(&lesson, installation, partner.lane.goods_owner, now);
        write(&path, &text)?;
        Ok((lesson, path))
    };
    let (lesson, path) = match learnt() {
        Ok(learnt) => learnt,
        Err(fault) => return ended_by(fault, language),
    };
    if arguments.json {
        say_json(&json!({
            "findings": lesson.findings.iter().map(|finding| json!({
                "name": finding.name, "answer": finding.answer, "seen": finding.seen,
                "learnt": finding.answer.is_some(),
            })).collect::<Vec<_>>(),
            "articles_left": lesson.articles_left,
            "not_cancelled": lesson.not_cancelled,
            "requests": lesson.requests,
            "file": path.display().to_string(),
        }));
    } else {
        show(&lesson, &path);
    }
    match lesson.ended_by {
        Some(fault) => ended_by(fault, language),
        None if lesson.not_cancelled.is_empty() => Exit::Well,
        None => Exit::Operator,
    }
}

fn show(lesson: &Lesson, path: &Path) {
    let row = |finding: &Finding| {
        let answer = finding.answer.as_ref().map_or_else(
            || "not learnt".to_owned(),
            |answer| match answer {
                serde_json::Value::String(text) => format!("{text:?}"),
                other => other.to_string(),
            },
        );
        vec![finding.name.to_owned(), answer, finding.seen.clone()]
    };
    say(format!(
        "\n{}",
        table(&["question", "answer", "how it was seen"], lesson.findings.iter().map(row).collect())
    ));
    let learnt = lesson.findings.iter().filter(|finding| finding.answer.is_some()).count();
    say(format!(
        "{learnt} of {} learnt by {}; the answers stand in {}",
        count(lesson.findings.len(), "question", "questions"),
        count(lesson.requests, "request", "requests"),
        path.display()
    ));
    say(format!(
        "what was made is cancelled; {} left, which Ongoing cannot delete: {}",
        count(lesson.articles_left.len(), "article is", "articles are"),
        lesson.articles_left.join(", ")
    ));
    if !lesson.not_cancelled.is_empty() {
        say_wrong(&format!("could not be cancelled: {}", lesson.not_cancelled.join(", ")));
    }
}

/// Writes the file whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Fault> {
    let failed = |error: std::io::Error| {
        Fault::new(code::FILE_NOT_WRITTEN).at(Place::file(path.display().to_string())).with("reason", error)
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = std::fs::File::create(&new).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&new, path).map_err(failed)
}
