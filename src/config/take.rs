//! Small readers of values that several tables share: bounded numbers and spans of time, names, folders, paths.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fault::{Fault, code};
use crate::written::{At, Table, suggestion};

/// A whole number within bounds, or the default.
pub(super) fn number(
    table: &Table<'_>,
    key: &str,
    bounds: std::ops::RangeInclusive<i64>,
    default: i64,
) -> i64 {
    let Some(number) = table.integer(key) else { return default };
    if bounds.contains(&number.value) {
        return number.value;
    }
    let written = At { value: number.value.to_string(), place: number.place };
    let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
    table.wrong_value(key, &written, &expected, "");
    default
}

/// A span of time within bounds, or the default.
pub(super) fn duration(
    table: &Table<'_>,
    key: &str,
    bounds: std::ops::RangeInclusive<Duration>,
    default: Duration,
) -> Duration {
    let Some(duration) = table.duration(key) else { return default };
    if bounds.contains(&duration.value) {
        return duration.value;
    }
    let written = At { value: show(duration.value), place: duration.place };
    let expected = format!("a span of time from {} to {}", show(*bounds.start()), show(*bounds.end()));
    table.wrong_value(key, &written, &expected, "");
    default
}

/// A span of time as an author writes it.
pub(super) fn show(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// Whether a table's name may be the name of an installation, partner, inbox or outbox: these stand in paths, in the
/// ledger and on command lines for ever.
pub(super) fn check_name(table: &Table<'_>, name: &At<String>, kind: &str) -> bool {
    let plain = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_')
    };
    let good = !name.is_empty()
        && name.len() <= 64
        && name.chars().all(plain)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !good {
        table.fault(Fault::new(code::BAD_NAME).at(name.place.clone()).found(&name.value).with("kind", kind));
    }
    good
}

/// A folder relative to a remote's base, without a `/` at its ends; `"."` is the base itself and becomes `""`.
pub(super) fn folder(table: &Table<'_>, key: &str, written: &At<String>) -> Option<String> {
    let expected =
        "a folder below the remote's base, like \"from-erp\" or \"edi/in\"; \".\" is the base itself";
    if written.starts_with('/') {
        table.wrong_value(
            key,
            written,
            expected,
            "write it relative to the remote, and the rest into remote",
        );
        return None;
    }
    let parts: Vec<&str> = written.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if written.is_empty() || parts.contains(&"..") || written.contains(['\\', '\0', '\n']) {
        table.wrong_value(key, written, expected, "");
        return None;
    }
    Some(parts.join("/"))
}

/// A path of this machine; a relative one is relative to the folder of gateway.toml.
pub(super) fn path(table: &Table<'_>, base: &Path, key: &str, written: &At<String>) -> Option<PathBuf> {
    if written.is_empty() || written.contains('\0') {
        table.wrong_value(key, written, "a path", "");
        return None;
    }
    Some(base.join(&written.value))
}

/// Records that something of this name does not exist, with the names that do.
pub(super) fn unknown_name(table: &Table<'_>, kind: &str, written: &At<String>, names: &[&str]) {
    let shown = if names.is_empty() { "(there is none yet)".to_owned() } else { names.join(", ") };
    table.fault(
        Fault::new(code::UNKNOWN_NAME)
            .at(written.place.clone())
            .found(&written.value)
            .with("kind", kind)
            .with("names", shown)
            .with("suggestion", suggestion(&written.value, names.iter().copied())),
    );
}

/// Records that keys stand together of which only one may.
pub(super) fn not_together(table: &Table<'_>, key: &str, keys: &str, expected: &str) {
    let place = table.keys().into_iter().find(|written| written.value == key).map(|written| written.place);
    table.fault(
        Fault::new(code::NOT_TOGETHER)
            .at(place.unwrap_or_else(|| table.place()))
            .with("keys", keys)
            .with("expected", expected),
    );
}
