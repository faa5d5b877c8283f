//! `files` of an inbox: patterns, or one for each of the files that belong together.

use std::time::Duration;

use globset::GlobSet;

use crate::fault::{Fault, code};
use crate::format::Definition;
use crate::receive::{NamePattern, PartFiles, Parts};
use crate::written::{At, Item, Table};

use super::{pattern, take};

/// So long a file waits for the others that belong to it.
const WAIT: Duration = Duration::from_secs(30 * 60);
const SECOND: Duration = Duration::from_secs(1);
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

const EXAMPLE: &str = "files = { head = \"ORDH_*.csv\", row = \"ORDR_*.csv\" }";

/// What `files` says.
pub(super) struct Files {
    /// Every pattern as it was written.
    pub patterns: Vec<At<String>>,
    /// All of them; `None` where a mistake was recorded.
    pub set: Option<GlobSet>,
    /// The parts and the pattern of each; none where each file stands alone.
    pub parts: Vec<(At<String>, At<String>)>,
}

/// Checks `files`.
pub(super) fn files(table: &Table<'_>) -> Files {
    if !table.has("files") {
        table.missing("files", "file name patterns, like files = \"ORD*.csv\"");
    }
    let mut parts = Vec::new();
    let patterns = match table.item("files") {
        Some(Item::Table(each)) => {
            for name in each.keys() {
                parts.extend(each.text(&name.value).map(|pattern| (name, pattern)));
            }
            if parts.len() < 2 {
                each.missing("a second pattern", &format!("one for each part, like {EXAMPLE}"));
            }
            parts.iter().map(|(_, pattern)| pattern.clone()).collect()
        }
        item => {
            if matches!(item, Some(Item::List(list, _)) if list.is_empty()) {
                table.missing("a pattern in files", "file name patterns, like files = \"ORD*.csv\"");
            }
            table.texts("files").unwrap_or_default()
        }
    };
    let mut set = pattern::check(table, "files", &patterns);
    if set.is_some() && !can_pair(table, &parts) {
        set = None;
    }
    Files { patterns, set, parts }
}

/// What the `*` stand for tells which files belong together: so each pattern has as many, and no name fits two.
fn can_pair(table: &Table<'_>, parts: &[(At<String>, At<String>)]) -> bool {
    let mut good = true;
    let mut wrong = |pattern: &At<String>, expected: &str| {
        table.wrong_value("files", pattern, expected, "");
        good = false;
    };
    let stars = |pattern: &At<String>| NamePattern::new(pattern).stars();
    for (number, (_, pattern)) in parts.iter().enumerate() {
        if pattern.contains(['?', '[', ']', '{', '}']) || pattern.contains("**") {
            wrong(pattern, "a pattern with * only: what it stands for tells which files belong together");
            continue;
        }
        let Some((_, first)) = parts.first().filter(|_| number > 0) else { continue };
        if stars(pattern) != stars(first) {
            let expected = format!("as many * as {} has: what they stand for pairs the files", first.value);
            wrong(pattern, &expected);
        }
        let both = parts.iter().take(number).find(|(_, other)| pattern::may_both_fit(pattern, other));
        if let Some((_, other)) = both {
            wrong(pattern, &format!("a pattern that no file fits which {} fits too", other.value));
        }
    }
    good
}

/// The parts as the format reads them, in its order. `None` where a mistake was recorded.
pub(super) fn of_format(
    table: &Table<'_>,
    format: &Definition,
    files: Vec<(At<String>, At<String>)>,
) -> Option<Option<Parts>> {
    let names = format.parts();
    let same = names.len() == files.len()
        && names.iter().all(|name| files.iter().any(|(part, _)| part.value == *name));
    if !same {
        let place = table.keys().into_iter().find(|key| key.value == "files").map(|key| key.place);
        let (problem, expected) = if names.is_empty() {
            ("reads each file by itself".to_owned(), "files = \"ORD*.csv\" or a list of patterns".to_owned())
        } else {
            let each: Vec<String> = names.iter().map(|name| format!("{name} = \"…\"")).collect();
            let problem = format!("reads files that belong together: {}", names.join(", "));
            (problem, format!("a pattern for each, files = {{ {} }}", each.join(", ")))
        };
        table.fault(
            Fault::new(code::FORMAT_MISFIT)
                .at(place.unwrap_or_else(|| table.place()))
                .found(&format.name)
                .with("problem", problem)
                .with("expected", expected)
                .with("suggestion", ""),
        );
    }
    let wait = take::duration(table, "wait_for_parts", SECOND..=WEEK, WAIT);
    let mut good = same;
    if names.is_empty() {
        if let Some(written) = table.text("wait_for_parts") {
            let expected = format!("files that belong together beside it, like {EXAMPLE}");
            table.wrong_value("wait_for_parts", &written, &expected, "");
            good = false;
        }
        return good.then_some(None);
    }
    if let Some(kind) = table.texts("unpack").unwrap_or_default().first() {
        let expected = "files that stand alone beside it: files that belong together are not unpacked";
        table.wrong_value("unpack", kind, expected, "");
        good = false;
    }
    let of_part = |name: &&str| {
        let (_, pattern) = files.iter().find(|(part, _)| part.value == *name)?;
        Some(PartFiles { name: (*name).to_owned(), names: NamePattern::new(pattern) })
    };
    let parts = names.iter().map(of_part).collect::<Option<Vec<_>>>()?;
    good.then_some(Some(Parts { parts, wait }))
}
