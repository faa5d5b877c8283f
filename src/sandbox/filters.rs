//! What the lists' filters have in common.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::Refusal;
use super::wire::Asked;

/// Whether a value is among those that a filter names; a filter that is not there lets everything through.
pub fn among(asked: &Asked, name: &str, value: &str) -> bool {
    let wanted = asked.parameters(name);
    wanted.is_empty() || wanted.contains(&value)
}

/// Whether any of the values is among those that a filter names.
pub fn any_among<'a>(asked: &Asked, name: &str, mut values: impl Iterator<Item = &'a str>) -> bool {
    let wanted = asked.parameters(name);
    wanted.is_empty() || values.any(|value| wanted.contains(&value))
}

/// Whether a time is at or after a filter's.
pub fn since(asked: &Asked, name: &str, time: Option<DateTime<Utc>>) -> bool {
    asked.instant(name).is_none_or(|from| time.is_some_and(|time| time >= from))
}

/// Whether a time is at or before a filter's.
pub fn until(asked: &Asked, name: &str, time: Option<DateTime<Utc>>) -> bool {
    asked.instant(name).is_none_or(|to| time.is_some_and(|time| time <= to))
}

/// Whether a number is at or above a filter's.
pub fn at_least(asked: &Asked, name: &str, number: i64) -> bool {
    asked.whole(name).is_none_or(|from| number >= from)
}

/// Whether a number is at or below a filter's.
pub fn at_most(asked: &Asked, name: &str, number: i64) -> bool {
    asked.whole(name).is_none_or(|to| number <= to)
}

/// Whether a filter that is true or false fits.
pub fn only_if(asked: &Asked, name: &str, holds: impl FnOnce() -> bool) -> bool {
    asked.parameter(name) != Some("true") || holds()
}

/// The size of a page.
pub fn most(asked: &Asked, name: &str) -> usize {
    asked.whole(name).and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

/// The numbers that either of two filters names: what narrows a search by number most.
pub fn numbers<'a>(asked: &'a Asked, one: &str, many: &str) -> Vec<&'a str> {
    match asked.parameter(one) {
        Some(number) => vec![number],
        None => asked.parameters(many),
    }
}

/// Refuses a time that is further back than the real system looks (`ongoing-rest-api.md`, section 7).
pub fn within(asked: &Asked, name: &str, now: DateTime<Utc>, hours: i64) -> Result<(), Refusal> {
    let most = TimeDelta::try_hours(hours).unwrap_or_default();
    match asked.instant(name) {
        Some(from) if from < now - most => {
            Err((400, format!("{name} must be within {hours} hours of the current time")))
        }
        _ => Ok(()),
    }
}
