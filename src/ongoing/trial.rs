//! Requests that only try how an installation behaves (`lastkaj learn`). They go through the same joint as all others; what
//! comes back is handed over as it is, refusals too.

use reqwest::Method;
use serde_json::Value;

use super::answer::{Exchanged, Meaning, meaning};
use super::exchange::{Ask, Request};
use super::rest::Ongoing;
use crate::fault::{Fault, code};

/// A request that tries something.
pub struct Trial<'a> {
    /// Verb and route, as limits count it: `PUT /orders`.
    pub method: &'static str,
    /// The path behind `/api/v1`, without a slash before or after.
    pub path: &'a str,
    /// The query's names and values, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// The body of a write.
    pub body: Option<Value>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct TrialAnswer {
    /// The status.
    pub status: u16,
    /// The body as JSON; null if it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
}

impl TrialAnswer {
    /// Whether it was done.
    pub fn is_well(&self) -> bool {
        (200..=299).contains(&self.status)
    }
}

impl Ongoing {
    /// Sends one request and hands over the answer. Lists of more than a page are not meant.
    ///
    /// # Errors
    /// No answer came, the account or the goods owner is not reached, or the limits hold it back.
    pub async fn try_out(&self, trial: Trial<'_>, requests: &mut Vec<Request>) -> Result<TrialAnswer, Fault> {
        let Trial { method, path, query, body } = trial;
        let verb =
            method.split(' ').next().and_then(|verb| verb.parse::<Method>().ok()).unwrap_or(Method::GET);
        let body = body.map(|body| body.to_string());
        let ask = Ask { step: "ongoing.try_out", method, verb, path, query, body };
        match self.exchange(ask, requests).await {
            Exchanged::Answered(answered) if answered.status == 401 => {
                Err(Fault::new(code::ONGOING_WRONG_PASSWORD))
            }
            Exchanged::Answered(answered) => Ok(TrialAnswer {
                status: answered.status,
                json: serde_json::from_str(&answered.body).unwrap_or(Value::Null),
                text: answered.body,
                retry_after: answered.retry_after_header,
            }),
            other => match meaning(other, method, true) {
                Meaning::Refused(fault) | Meaning::NotFound(fault) | Meaning::Unknown(fault) => Err(fault),
                Meaning::Unavailable(unavailable) => Err(unavailable.fault),
                // Only an answer can be done, and it was handed over.
                Meaning::Done(_) => {
                    Err(Fault::new(code::CAUGHT_BUG).with("reason", "done without an answer"))
                }
            },
        }
    }
}
