//! A first format file as text: its entries, and beside each what of it is a guess.

use crate::format::sniff::{Draft, Findings, Part, Why, toml_text};

use super::texts;

/// What the file says of itself, above the format.
pub(super) struct Heading<'h> {
    /// Of the file that was looked at.
    pub file_name: &'h str,
    /// For people.
    pub title: &'h str,
    /// The format file that comes nearest.
    pub alike: Option<&'h str>,
    pub findings: &'h Findings,
}

/// The format file.
pub(super) fn text(draft: &Draft, heading: &Heading<'_>) -> String {
    let mut text = String::new();
    let looked = match heading.findings.size == heading.findings.looked_at {
        true => String::new(),
        false => format!(", {} of {} bytes", heading.findings.looked_at, heading.findings.size),
    };
    text.push_str(&format!(
        "# A first draft by lastkaj sniff, after {}{looked}. What is marked \"guess\" is to be confirmed:\n# ask the sender, and lastkaj try.\n",
        texts::shown(heading.file_name)
    ));
    if let Some(alike) = heading.alike {
        text.push_str(&format!("# A format that is alike: {alike}\n"));
    }
    if !draft.missing.is_empty() {
        text.push_str(&format!("# To fill in before it can be used: {}\n", draft.missing.join(", ")));
    }
    text.push_str(&format!("title = {}\n", toml_text(heading.title)));
    let mut parts = draft.parts.as_slice();
    while let Some((first, rest)) = parts.split_first() {
        let Part::Table(name) = first else {
            // Nothing stands before the first table.
            parts = rest;
            continue;
        };
        let end = rest.iter().position(|part| matches!(part, Part::Table(_))).unwrap_or(rest.len());
        let (own, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        text.push_str(&format!("\n[{name}]\n"));
        table(own, &mut text);
        parts = after;
    }
    text
}

fn table(parts: &[Part], text: &mut String) {
    let width = |part: &Part| match part {
        Part::Entry { key, .. } => key.chars().count(),
        Part::Todo { key, .. } => key.chars().count() + 2,
        _ => 0,
    };
    let width = parts.iter().map(width).max().unwrap_or(0);
    for part in parts {
        match part {
            Part::Table(_) => {}
            Part::Entry { key, value, why } => {
                text.push_str(&format!("{key:width$} = {value}"));
                comment(why, text);
                text.push('\n');
            }
            Part::Todo { key, value } => {
                let value = value.as_deref().unwrap_or("\"…\"");
                let key = format!("# {key}");
                text.push_str(&format!(
                    "{key:width$} = {value}   # to fill in: no column says that it is this\n"
                ));
            }
            Part::Note(why) => text.push_str(&format!("# guess: {}\n", texts::why(why))),
            Part::Left(_) => {}
        }
    }
    let left: Vec<String> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Left(left) => Some(left),
            _ => None,
        })
        .map(|left| {
            let name = match &left.column.name {
                Some(name) => format!("\"{}\"", texts::shown(name)),
                None => format!("column {}", left.column.number),
            };
            format!("#   {name}: {} ({})\n", texts::left(left.why), texts::holds(&left.column))
        })
        .collect();
    if !left.is_empty() {
        text.push_str("\n# Columns that nothing is made of yet:\n");
        text.push_str(&left.concat());
    }
}

fn comment(why: &[Why], text: &mut String) {
    if why.is_empty() {
        return;
    }
    let is_field = matches!(why, [Why::Field(_)]);
    let texts: Vec<String> = why.iter().map(texts::why).collect();
    text.push_str(&format!("   # {}{}", if is_field { "" } else { "guess: " }, texts.join("; ")));
}
