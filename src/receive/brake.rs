//! The brake: a well-formed file that would do something unusual waits for a person. A half export is a well-formed file.
//!
//! It judges registers of articles, after all of the file is staged and before anything of it counts.

use serde_json::Value;

use super::{Inbox, Receive};
use crate::call::{Call, Kind};
use crate::fault::{Fault, code};
use crate::ledger::{Arrival, Basis};

/// How many changed documents are named.
const EXAMPLES_MAX: usize = 5;
/// How many changed members of each are named.
const MEMBERS_NAMED_MAX: usize = 3;
/// How much of a value is named.
const VALUE_NAMED_MAX: usize = 24;
/// A file with this share of what is known, in percent, is a whole register: the next one is held against it.
const WHOLE_REGISTER: u64 = 80;

/// What is unusual for an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// More changed articles than this share, in percent, of those that Ongoing is known to hold; 100 and more: never.
    pub changed: u64,
    /// Fewer documents than this share, in percent, of the last whole register of the inbox; 0: never.
    pub shorter: u64,
    /// Fewer articles than this in Ongoing are no register yet.
    pub least: u64,
    /// More documents in one file than this.
    pub documents: u64,
}

impl Default for Brake {
    fn default() -> Brake {
        Brake { changed: 30, shorter: 50, least: 100, documents: u64::MAX }
    }
}

/// What a file says of what is known, counted as it is staged.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    new: u64,
    changed: u64,
    unchanged: u64,
    examples: Vec<(Call, Option<i64>)>,
}

impl Tally {
    /// Counts an article against what Ongoing has of it.
    pub fn note(&mut self, call: &Call, basis: Option<&Basis>) {
        match basis {
            None => self.new += 1,
            Some(basis) if basis.hash.as_ref() == Some(&call.hash) => self.unchanged += 1,
            // What was never accepted, or is in doubt, is no change of anything.
            Some(basis) if basis.hash.is_none() => {}
            Some(basis) => {
                self.changed += 1;
                if self.examples.len() < EXAMPLES_MAX {
                    self.examples.push((call.clone(), basis.call));
                }
            }
        }
    }

    fn with(&self, fault: Fault) -> Fault {
        fault.with("new", self.new).with("changed", self.changed).with("unchanged", self.unchanged)
    }
}

/// Why a file must wait for a person, if it must.
///
/// # Errors
/// The ledger cannot be read.
pub(super) fn judge(
    receive: &Receive,
    inbox: &Inbox,
    arrival: &Arrival,
    tally: &Tally,
    documents: u64,
) -> Result<Option<Fault>, Fault> {
    let brake = inbox.brake;
    if arrival.released || !inbox.live {
        return Ok(None);
    }
    let fault = |code| Fault::new(code).with("arrival", arrival.id).with("documents", documents);
    if documents > brake.documents {
        return Ok(Some(fault(code::BRAKE_DOCUMENTS).with("most", brake.documents)));
    }
    if tally.new + tally.changed + tally.unchanged == 0 {
        return Ok(None);
    }
    let known = receive.ledger.known_count(&inbox.lane, Kind::Article).wait()?;
    if known < brake.least {
        return Ok(None);
    }
    if brake.changed < 100 && tally.changed * 100 > known * brake.changed {
        let examples = examples(receive, tally);
        let share = tally.changed * 100 / known.max(1);
        let fault = fault(code::BRAKE_CHANGED).with("known", known).with("share", share);
        return Ok(Some(tally.with(fault.with("most", brake.changed).with("examples", examples))));
    }
    let Some((last, before)) = receive.ledger.file_before(arrival.id).wait()? else { return Ok(None) };
    let was_whole = before >= brake.least && before * 100 >= known * WHOLE_REGISTER;
    if was_whole && documents * 100 < before * brake.shorter {
        let least = before * brake.shorter / 100;
        let fault = fault(code::BRAKE_SHORTER).with("before", before).with("last", last);
        return Ok(Some(tally.with(fault.with("least", least))));
    }
    Ok(None)
}

/// The first changed articles, with what changes: `H-100 (weight 1.5 → 2.1)`.
fn examples(receive: &Receive, tally: &Tally) -> String {
    let example = |(call, before): &(Call, Option<i64>)| {
        // What was erased since cannot be compared: the number alone is named.
        let before = before.and_then(|id| receive.ledger.planned(id).wait().ok().flatten());
        let differs = before.map(|before| differences(&before.body, &call.body)).unwrap_or_default();
        if differs.is_empty() { call.key.number.clone() } else { format!("{} ({differs})", call.key.number) }
    };
    tally.examples.iter().map(example).collect::<Vec<_>>().join(", ")
}

fn differences(before: &str, now: &str) -> String {
    let read = |text: &str| serde_json::from_str::<serde_json::Map<String, Value>>(text).unwrap_or_default();
    let (before, now) = (read(before), read(now));
    let names = before.keys().chain(now.keys().filter(|name| !before.contains_key(*name)));
    let shown = |value: Option<&Value>| -> String {
        let text = match value {
            None | Some(Value::Null) => "nothing".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        text.chars().take(VALUE_NAMED_MAX).collect()
    };
    names
        .filter(|name| before.get(*name) != now.get(*name))
        .take(MEMBERS_NAMED_MAX)
        .map(|name| format!("{name} {} → {}", shown(before.get(name)), shown(now.get(name))))
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named_in_short() {
        let before = r#"{"articleName":"Hasp","weight":1.5,"a":1,"b":1,"c":1}"#;
        let now = r#"{"articleName":"Hasp","weight":2.10,"barCode":"73","a":2,"b":2}"#;
        assert_eq!(differences(before, now), "weight 1.5 → 2.1; a 1 → 2; b 1 → 2");
        assert_eq!(differences("{}", r#"{"barCode":"73"}"#), "barCode nothing → 73");
        assert_eq!(differences(before, before), "");
    }
}
