//! `trace`: from a number to the file and line it came from, each request and answer, and the report that told it;
//! and back.

use clap::Args;
use serde_json::Value;

use crate::gateway::operate::Request;

use super::asking::ask;
use super::terminal::{cell, say, say_json};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct TraceArguments {
    /// An order or article number, a file name, an arrival's number or a report's name
    needle: String,
    /// Everything as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn trace(arguments: &TraceArguments) -> Exit {
    let mut found = true;
    let request = Request::Trace { needle: arguments.needle.clone() };
    let exit = ask(&arguments.config, &request, |answer, _| {
        if arguments.json {
            say_json(answer);
            let lists = answer.as_object().into_iter().flatten().filter_map(|(_, list)| list.as_array());
            found = lists.map(Vec::len).sum::<usize>() > 0;
        } else {
            found = show(answer, &arguments.needle);
        }
    });
    if !found && arguments.json {
        return exit.max(Exit::Sender);
    }
    if !found {
        say(format!("nothing is known of {}", arguments.needle));
        return exit.max(Exit::Sender);
    }
    exit
}

/// Shows a trace as a person reads it: in the order in which it happened.
fn show(trace: &Value, needle: &str) -> bool {
    let list = |member: &str| trace.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let (arrivals, facts, reports) = (list("arrivals"), list("facts"), list("reports"));
    for report in reports.iter().filter(|report| text(report, "name") == needle) {
        say(format!("{} tells of", line_of(report)));
    }
    for traced in &arrivals {
        arrival(traced, &reports);
    }
    for fact in &facts {
        say(format!("told by the warehouse  {}  {}", text(fact, "at"), told(fact)));
        report_line(&reports, fact.get("report").unwrap_or(&Value::Null), "  ");
    }
    for mark in list("marks") {
        call(&mark, "");
    }
    for row in list("audit") {
        let why = Some(text(&row, "why")).filter(|why| !why.is_empty());
        say(format!(
            "{}  {} did {} on {}{}",
            text(&row, "at"),
            text(&row, "who"),
            text(&row, "action"),
            text(&row, "target"),
            why.map_or_else(String::new, |why| format!(": {why}")),
        ));
    }
    let nothing = arrivals.is_empty() && facts.is_empty();
    if trace.get("more") == Some(&Value::Bool(true)) {
        say("… there is more; --json or a narrower search shows it");
    }
    !(nothing && reports.is_empty() && list("marks").is_empty() && list("audit").is_empty())
}

/// One arrival with its documents.
pub(super) fn arrival(traced: &Value, reports: &[Value]) {
    let arrival = traced.get("arrival").unwrap_or(&Value::Null);
    say(format!(
        "file {}  (arrival {}, inbox {}, {} bytes, received {}, {})",
        text(arrival, "name"),
        text(arrival, "id"),
        text(arrival, "inbox"),
        text(arrival, "size"),
        text(arrival, "received_at"),
        text(arrival, "state"),
    ));
    for file in arrival.get("files").and_then(Value::as_array).into_iter().flatten() {
        say(format!("  {}  {}  {} bytes", text(file, "part"), text(file, "name"), text(file, "size")));
    }
    erased(arrival, "  personal data");
    faults(arrival, "  ");
    for document in traced.get("documents").and_then(Value::as_array).into_iter().flatten() {
        let part = Some(text(document, "part")).filter(|part| !part.is_empty());
        say(format!(
            "  {}lines {}-{}  {} {}",
            part.map(|part| format!("{part}  ")).unwrap_or_default(),
            text(document, "first_line"),
            text(document, "last_line"),
            text(document, "document"),
            text(document, "number"),
        ));
        faults(document, "    ");
        if let Some(traced) = document.get("call").filter(|call| !call.is_null()) {
            call(traced, "    ");
        }
        for told in document.get("told_in").and_then(Value::as_array).into_iter().flatten() {
            let outcome = told.get(1).map(cell).unwrap_or_default();
            report_line(reports, told.get(0).unwrap_or(&Value::Null), &format!("    {outcome} told in "));
        }
    }
}

fn call(call: &Value, indent: &str) {
    let id =
        call.get("ongoing_id").filter(|id| !id.is_null()).map(|id| format!(", Ongoing's id {}", cell(id)));
    say(format!(
        "{indent}call {}  {} {}: {}{}  {}",
        text(call, "id"),
        text(call, "operation").replace('_', " "),
        text(call, "number"),
        text(call, "state"),
        id.unwrap_or_default(),
        text(call, "message"),
    ));
    erased(call, &format!("{indent}  body and answers"));
    for request in call.get("requests").and_then(Value::as_array).into_iter().flatten() {
        let status =
            request.get("status").filter(|status| !status.is_null()).map_or("no answer".to_owned(), cell);
        say(format!(
            "{indent}  {}  {} -> {status}  {}",
            text(request, "at"),
            text(request, "request"),
            text(request, "answer")
        ));
    }
    if let Some(fault) = call.get("fault").filter(|fault| !fault.is_null()) {
        fault_line(fault, &format!("{indent}  "));
    }
}

fn faults(of: &Value, indent: &str) {
    for fault in of.get("faults").and_then(Value::as_array).into_iter().flatten() {
        fault_line(fault, indent);
    }
}

fn fault_line(fault: &Value, indent: &str) {
    if let Ok(fault) = serde_json::from_value::<crate::fault::Fault>(fault.clone()) {
        say(format!("{indent}{fault}"));
    }
}

/// What a fact says of each line, in short.
fn told(fact: &Value) -> String {
    let document: Value = serde_json::from_str(&text(fact, "document")).unwrap_or_default();
    let lines = document.get("lines").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<String> = lines
        .map(|line| {
            format!(
                "row {}: {} of {}",
                text(line, "rowNumber"),
                text(line, "deliveredNumberOfItems"),
                text(line, "orderedNumberOfItems")
            )
        })
        .collect();
    format!("{} delivered, {}", text(&document, "orderNumber"), lines.join(", "))
}

fn report_line(reports: &[Value], id: &Value, before: &str) {
    if id.as_i64() == Some(0) || id.is_null() {
        return;
    }
    if let Some(report) = reports.iter().find(|report| report.get("id") == Some(id)) {
        say(format!("{before}{}", line_of(report)));
    }
}

fn line_of(report: &Value) -> String {
    let erased = match text(report, "erased_at") {
        on if on.is_empty() => String::new(),
        on => format!(", erased on {on}"),
    };
    format!(
        "report {} ({} number {}, {} {}{erased})",
        text(report, "name"),
        text(report, "outbox"),
        text(report, "sequence"),
        text(report, "state"),
        text(report, "delivered_at"),
    )
}

/// Says when something was erased, if it was.
fn erased(of: &Value, what: &str) {
    let on = text(of, "erased_at");
    if !on.is_empty() {
        say(format!("{what} erased on {on}"));
    }
}

fn text(of: &Value, member: &str) -> String {
    of.get(member).map(cell).unwrap_or_default()
}
