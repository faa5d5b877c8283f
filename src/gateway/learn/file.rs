//! The file of answers: TOML with the names of the stand-in's switches, each with how it was seen.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Lesson;

/// The answers as TOML.
pub fn answers_file(lesson: &Lesson, installation: &str, goods_owner: i32, at: DateTime<Utc>) -> String {
    let mut text = format!(
        "# How the installation {installation} behaves, learnt on goods owner {goods_owner}, {}.\n\
         # In gateway.toml: [ongoing.{installation}] learnt = \"…\"; for trials: lastkaj sandbox --like …\n",
        at.format("%Y-%m-%d %H:%M UTC")
    );
    for finding in &lesson.findings {
        let seen = finding.seen.replace(char::is_control, " ");
        match &finding.answer {
            Some(answer) => text.push_str(&format!("\n# {seen}\n{} = {}\n", finding.name, toml_of(answer))),
            None => text.push_str(&format!("\n# {} was not learnt: {seen}\n", finding.name)),
        }
    }
    text
}

/// A JSON value as a TOML value on one line.
fn toml_of(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{} = {}", toml::Value::String(name.clone()), toml_of(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", ")).replace("{  }", "{}")
        }
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        // The answers hold no other kinds.
        other => other.to_string(),
    }
}
