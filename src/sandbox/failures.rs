//! What the sandbox is told to fail at.

use serde::{Deserialize, Serialize};

/// A rule: requests that fit it fail in its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The verb; any if left out.
    #[serde(default)]
    pub verb: Option<String>,
    /// What the path ends with, like `/orders`; any if left out.
    #[serde(default)]
    pub path: Option<String>,
    /// The order or article number; any if left out.
    #[serde(default)]
    pub number: Option<String>,
    /// How it fails.
    pub how: How,
    /// So many requests that fit go well first.
    #[serde(default)]
    pub skip: u32,
    /// How often; for ever if left out.
    #[serde(default)]
    pub times: Option<u32>,
}

/// How a request fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum How {
    /// Answered with this status and body, and not processed.
    Status {
        /// The status.
        status: u16,
        /// The body; `{"Message":"An error has occurred."}` if left out.
        #[serde(default)]
        body: Option<String>,
    },
    /// Answered with this status although it was processed.
    StatusAfter {
        /// The status.
        status: u16,
    },
    /// The connection is cut before anything is processed.
    ResetBefore,
    /// The connection is cut after it was processed.
    ResetAfter,
    /// Processed, and answered only after so many milliseconds.
    Slow {
        /// Milliseconds.
        milliseconds: u64,
    },
    /// Processed, and the answer cut in the middle.
    Truncated,
    /// Answered 200 by a proxy's web page; not processed.
    Html,
    /// Processed, and answered 200 without an id.
    MissingId,
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Failures(Vec<Failure>);

impl Failures {
    /// Adds a rule.
    pub fn add(&mut self, failure: Failure) {
        self.0.push(failure);
    }

    /// Forgets every rule.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How a request fails, if a rule fits it; a rule that is used up is forgotten.
    pub fn take(&mut self, verb: &str, path: &str, number: Option<&str>) -> Option<How> {
        let at = self.0.iter().position(|failure| {
            failure.verb.as_deref().is_none_or(|known| known.eq_ignore_ascii_case(verb))
                && failure.path.as_deref().is_none_or(|end| path.ends_with(end))
                && failure.number.as_deref().is_none_or(|known| Some(known) == number)
        })?;
        let failure = self.0.get_mut(at)?;
        if failure.skip > 0 {
            failure.skip -= 1;
            return None;
        }
        let how = failure.how.clone();
        if let Some(times) = &mut failure.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.0.remove(at);
            }
        }
        Some(how)
    }
}
