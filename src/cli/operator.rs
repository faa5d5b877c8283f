//! `list`, and what an operator orders: `retry`, `discard`, `hold`, `release` and `send-again`.

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::call::CallState;
use crate::config::{self, Config};
use crate::fault::{Fault, Language, code};
use crate::gateway::operate::Request;

use super::asking::ask;
use super::terminal::{cell, complain, say, say_json, say_wrong, table};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct ListArguments {
    /// What to list
    #[arg(value_enum, default_value = "overview")]
    what: What,
    /// Only those in this state, like held; not for the overview
    #[arg(long)]
    state: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: u32,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// Lanes, arrivals and reports by state, and what is halted
    Overview,
    /// Files taken in, the newest first
    Arrivals,
    /// Calls to Ongoing, the newest first
    Calls,
    /// Files for outboxes, the newest first
    Reports,
}

#[derive(Args)]
pub(super) struct RetryArguments {
    /// What: `order SO-1`, `call 17`, `arrival 4`, `report 9`, "inbox nordvik/orders"
    #[arg(required = true, num_args = 1..)]
    target: Vec<String>,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

/// An order about something, with its reason.
#[derive(Args)]
pub(super) struct DeedArguments {
    /// What: `order SO-1`, `call 17`, `arrival 4`, `report 9`, "inbox nordvik/orders", "lane nordlager/159"
    #[arg(required = true, num_args = 1..)]
    target: Vec<String>,
    /// Why, for whoever asks later
    #[arg(long)]
    why: String,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn list(arguments: &ListArguments) -> Exit {
    if arguments.state.is_some() && matches!(arguments.what, What::Overview) {
        say_wrong("--state goes with arrivals, calls or reports: lastkaj list calls --state held");
        return Exit::Usage;
    }
    let (state, limit) = (arguments.state.clone(), arguments.limit);
    let request = match arguments.what {
        What::Overview => Request::Overview,
        What::Arrivals => Request::Arrivals { state, limit },
        What::Calls => Request::Calls { state, limit },
        What::Reports => Request::Reports { state, limit },
    };
    ask(&arguments.config, &request, |answer, language| {
        if arguments.json {
            say_json(answer);
            return;
        }
        match arguments.what {
            What::Overview => say_overview(answer, language),
            What::Arrivals => {
                say(rows(
                    answer,
                    &[
                        "id",
                        "inbox",
                        "name",
                        "state",
                        "documents",
                        "documents_faulty",
                        "received_at",
                        "same_content_as",
                    ],
                ));
                say_faults("arrival", answer, language);
            }
            What::Calls => {
                let members =
                    ["id", "lane", "operation", "number", "file", "state", "tries", "due", "message"];
                say(rows(answer, &members));
                say_faults("call", answer, language);
            }
            What::Reports => {
                say(rows(answer, &["id", "outbox", "sequence", "name", "state", "delivered_at"]));
                say_faults("report", answer, language);
            }
        }
    })
}

pub(super) fn retry(arguments: &RetryArguments) -> Exit {
    let request = Request::Retry { target: arguments.target.join(" ") };
    ask(&arguments.config, &request, |answer, _| say_done(answer, arguments.json))
}

pub(super) fn hold(arguments: &DeedArguments) -> Exit {
    // A halt of something that is not there would hold nothing, in silence.
    if let Some((fault, language)) = unknown_scope(&arguments.config, &arguments.target.join(" ")) {
        complain(&[fault], language);
        return Exit::Usage;
    }
    deed(arguments, |target, why| Request::Hold { target, why })
}

pub(super) fn release(arguments: &DeedArguments) -> Exit {
    deed(arguments, |target, why| Request::Release { target, why })
}

pub(super) fn send_again(arguments: &DeedArguments) -> Exit {
    deed(arguments, |target, why| Request::SendAgain { target, why })
}

fn deed(arguments: &DeedArguments, request: impl FnOnce(String, String) -> Request) -> Exit {
    let request = request(arguments.target.join(" "), arguments.why.clone());
    ask(&arguments.config, &request, |answer, _| say_done(answer, arguments.json))
}

pub(super) fn discard(arguments: &DeedArguments) -> Exit {
    deed(arguments, |target, why| Request::Discard { target, why })
}

/// What is wrong with a scope that the configuration does not have. One with mistakes cannot tell.
fn unknown_scope(config: &ConfigArgument, target: &str) -> Option<(Fault, Language)> {
    let known = |word: &str, config: &Config| -> Option<Vec<String>> {
        Some(match word {
            "installation" => config.installations.keys().cloned().collect(),
            "lane" => config.partners.iter().map(|partner| partner.lane.to_string()).collect(),
            "inbox" => config.inboxes.iter().map(|inbox| inbox.name.clone()).collect(),
            "outbox" => config.outboxes.iter().map(|outbox| outbox.name.clone()).collect(),
            _ => return None,
        })
    };
    let config = config::load(&config.config, &config::ProcessEnvironment).ok()?;
    let (word, name) = target.split_once(' ')?;
    let names = known(word, &config)?;
    let fault =
        Fault::new(code::NO_SUCH_SCOPE).found(name).with("kind", word).with("names", names.join(", "));
    (!names.iter().any(|known| known == name)).then_some((fault, config.gateway.language))
}

/// Why those that are held, refused, rejected or waiting stand as they do, and what lets a held one go on.
fn say_faults(noun: &str, listed: &Value, language: Language) {
    for one in listed.as_array().into_iter().flatten() {
        let id = one.get("id").map(cell).unwrap_or_default();
        let single = one.get("fault").filter(|fault| !fault.is_null());
        let several = one.get("faults").and_then(Value::as_array).into_iter().flatten();
        let faults: Vec<Fault> = single
            .into_iter()
            .chain(several)
            .filter_map(|fault| serde_json::from_value(fault.clone()).ok())
            .collect();
        for fault in &faults {
            let place = fault.place.line.map_or_else(String::new, |line| format!("line {line}: "));
            say(format!("\n{noun} {id}: {place}{}", fault.what(language)));
            if let Some(hint) = fault.hint(language) {
                say(format!("  {hint}"));
            }
        }
        if one.get("state").and_then(Value::as_str) == Some("held") {
            say(format!("  lastkaj retry {noun} {id}    or    lastkaj discard {noun} {id} --why …"));
        }
    }
}

fn say_done(answer: &Value, json: bool) {
    if json {
        say_json(answer);
        return;
    }
    for line in answer.get("done").and_then(Value::as_array).into_iter().flatten() {
        say(cell(line));
    }
}

/// A table of some members of a list of objects.
pub(super) fn rows(answer: &Value, members: &[&str]) -> String {
    let Some(list) = answer.as_array().filter(|list| !list.is_empty()) else { return "none".to_owned() };
    let heading: Vec<String> = members.iter().map(|member| member.replace('_', " ")).collect();
    let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
    let rows = list
        .iter()
        .map(|row| members.iter().map(|member| row.get(*member).map(cell).unwrap_or_default()).collect())
        .collect();
    table(&heading, rows)
}

fn say_overview(answer: &Value, language: Language) {
    let list = |member: &str| answer.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let halts: Vec<Vec<String>> = list("halts").iter().map(|halt| halt_row(halt, language)).collect();
    if !halts.is_empty() {
        say("Halted, until a person acts");
        say(indented(&table(&["what", "since", "why", "when it is mended"], halts)));
    }
    let held: Vec<Vec<String>> = list("held_items").iter().map(|item| held_row(item, language)).collect();
    if !held.is_empty() {
        say("Held, until a person decides");
        say(indented(&table(&["what", "why", "to go on", "to throw away"], held)));
    }
    let outages: Vec<Vec<String>> = list("outages").iter().map(outage_row).collect();
    if !outages.is_empty() {
        say("Ongoing does not answer as it should; what waits is sent by itself when it does");
        say(indented(&table(&["installation", "method", "since", "failures", "not before"], outages)));
    }
    say("Calls by lane");
    let states = CallState::ALL.map(CallState::name);
    let heading: Vec<&str> =
        std::iter::once("lane").chain(states).chain(["next due", "rests until"]).collect();
    say(indented(&table(&heading, list("lanes").iter().map(|lane| lane_row(lane, &states)).collect())));
    for (title, member) in [("Files", "arrivals"), ("Reports", "reports")] {
        say(title);
        say(indented(&rows(answer.get(member).unwrap_or(&Value::Null), &["state", "count"])));
    }
}

fn outage_row(outage: &Value) -> Vec<String> {
    ["installation", "method", "failing_since", "failures", "tried_again"]
        .map(|member| outage.get(member).map(cell).unwrap_or_default())
        .into()
}

fn lane_row(lane: &Value, states: &[&str]) -> Vec<String> {
    let calls = lane.get("calls").and_then(Value::as_array);
    let count = |state: &&str| {
        let mut found =
            calls.into_iter().flatten().filter(|pair| pair.get(0).and_then(Value::as_str) == Some(state));
        found.next().and_then(|pair| pair.get(1)).map_or("0".to_owned(), cell)
    };
    let name = lane.get("lane").map(cell).unwrap_or_default();
    let time = |member: &str| lane.get(member).map(cell).unwrap_or_default();
    let times = [time("next_due"), time("resting_until")];
    std::iter::once(name).chain(states.iter().map(count)).chain(times).collect()
}

fn halt_row(halt: &Value, language: Language) -> Vec<String> {
    let text = |member: &str| halt.get(member).map(cell).unwrap_or_default();
    let fault = halt.get("fault").and_then(|fault| serde_json::from_value::<Fault>(fault.clone()).ok());
    let why = fault.map(|fault| fault.what(language)).unwrap_or_default();
    vec![text("scope"), text("since"), why, format!("lastkaj retry \"{}\"", text("scope"))]
}

fn held_row(item: &Value, language: Language) -> Vec<String> {
    let text = |member: &str| item.get(member).map(cell).unwrap_or_default();
    let fault = item.get("fault").and_then(|fault| serde_json::from_value::<Fault>(fault.clone()).ok());
    let why = fault.map(|fault| fault.what(language)).unwrap_or_default();
    let target = text("target");
    vec![text("what"), why, format!("lastkaj retry {target}"), format!("lastkaj discard {target} --why …")]
}

fn indented(table: &str) -> String {
    table.lines().map(|line| format!("  {line}\n")).collect()
}
