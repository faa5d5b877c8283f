//! Whether a document written as JSON names members that there are, and holds in each what it can hold.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use crate::document::{MemberKind, Shape};
use crate::written::suggestion;

/// The first thing that is wrong in a document: its path, what is wrong, what to do.
pub(super) fn first_wrong(shape: &Shape, json: &Value, path: &str) -> Option<(String, String, String)> {
    let wrong = |path: String, problem: String, remedy: &str| Some((path, problem, remedy.to_owned()));
    let Some(object) = json.as_object() else {
        return wrong(
            path.to_owned(),
            format!("it is no object: {json}"),
            "write its members between { and }",
        );
    };
    for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
        let path = format!("{path}.{name}");
        let Some(member) = shape.members.iter().find(|member| member.wire == name) else {
            let names = shape.members.iter().map(|member| member.wire);
            let remedy = match suggestion(name, names.clone()).as_str() {
                "" => format!("take one of: {}", names.collect::<Vec<_>>().join(", ")),
                near => near.to_owned(),
            };
            return wrong(path, format!("{} has no such member", shape.name), &remedy);
        };
        let found = match member.kind {
            MemberKind::Object(shape) => first_wrong(shape(), value, &path),
            MemberKind::List(shape) => match value.as_array() {
                Some(items) => items
                    .iter()
                    .enumerate()
                    .find_map(|(index, item)| first_wrong(shape(), item, &format!("{path}[{index}]"))),
                None => wrong(path, format!("{value} is no list"), "write its items between [ and ]"),
            },
            kind if holds(kind, value) => None,
            kind => wrong(path, format!("{value} is no {}", kind.name()), example(kind)),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn holds(kind: MemberKind, value: &Value) -> bool {
    match kind {
        MemberKind::Text => value.is_string(),
        MemberKind::Decimal => value.is_number(),
        MemberKind::Integer => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        MemberKind::Boolean => value.is_boolean(),
        MemberKind::Date => value
            .as_str()
            .and_then(|text| text.get(..10))
            .is_some_and(|text| text.parse::<NaiveDate>().is_ok()),
        MemberKind::DateTime => value.as_str().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok()),
        MemberKind::Object(_) | MemberKind::List(_) => false,
    }
}

fn example(kind: MemberKind) -> &'static str {
    match kind {
        MemberKind::Text => "write it in quotes",
        MemberKind::Decimal => "write it as 2.5",
        MemberKind::Integer => "write it as 2",
        MemberKind::Boolean => "write true or false",
        MemberKind::Date => "write it as \"2026-11-25\"",
        MemberKind::DateTime => "write it as \"2026-11-25T12:00:00Z\"",
        MemberKind::Object(_) => "write its members between { and }",
        MemberKind::List(_) => "write its items between [ and ]",
    }
}
