//! What an answer means: the one table that says whether a request was accepted, refused, not done, or left in doubt.

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::Need;
use crate::fault::{Fault, code};
use crate::ongoing::compare::Json;

/// How much of a message or an answer is kept.
pub const LONGEST_TEXT: usize = 2_000;
/// A longer pause than this is not believed.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(24);

/// What became of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Ongoing has it.
    Accepted {
        /// Ongoing's id, where the answer gives one.
        ongoing_id: Option<i64>,
        /// Human text, without mark-up.
        message: String,
    },
    /// Ongoing will not have it as it is.
    Refused(Fault),
    /// It was not done, and not for anything in the document: wait, or call the operator.
    Unavailable(Unavailable),
    /// Nothing was written: Ongoing does not have what the call is about or needs. Whoever knows more decides whether to
    /// wait for it.
    NotThere {
        /// What is missing.
        need: Need,
        /// The refusal, if nobody waits.
        fault: Fault,
    },
    /// It may have been done: settle it by reading back.
    Unknown(Fault),
}

/// Nothing was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Unavailable {
    /// Why; its turn says whether time heals it.
    pub fault: Fault,
    /// Nothing may be sent by this method before then, where that is known.
    pub not_before: Option<DateTime<Utc>>,
    /// What else it stops.
    pub reach: Reach,
}

/// What a request that was not done says of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only its method may be barred.
    Method,
    /// The account may not do this for its goods owner.
    GoodsOwner,
    /// No request of the installation can go well before a person has acted (a wrong password), or what stands
    /// between has gone (another server, a wrong certificate).
    Installation,
}

impl Unavailable {
    pub(super) fn new(fault: Fault) -> Unavailable {
        Unavailable { fault, not_before: None, reach: Reach::Method }
    }

    fn of(reach: Reach, fault: Fault) -> Unavailable {
        Unavailable { reach, ..Unavailable::new(fault) }
    }
}

/// What came back of one request.
#[derive(Clone, Debug)]
pub(super) enum Exchanged {
    /// A breaker is open: nothing was sent.
    NotAllowed(DateTime<Utc>),
    /// Nothing was sent: no connection. The next try is not before this time, where it is known yet.
    NotSent(Fault, Option<DateTime<Utc>>),
    /// It was sent, and no answer came.
    NoAnswer(Fault),
    /// An answer came.
    Answered(Answered),
}

/// An answer, as far as it came.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub status: u16,
    pub body: String,
    /// Why the body is not whole, if it is not.
    pub cut: Option<Fault>,
    /// What `Retry-After` asks for.
    pub retry_after: Option<DateTime<Utc>>,
    /// The header itself.
    pub retry_after_header: Option<String>,
}

/// What an answer means, before the two kinds of requests part.
pub(super) enum Meaning {
    /// 2xx with whole JSON, which does not say that it failed.
    Done(Json),
    /// The server says no to what was asked.
    Refused(Fault),
    /// Not found, in so many words.
    NotFound(Fault),
    /// Not done.
    Unavailable(Unavailable),
    /// Done or not.
    Unknown(Fault),
}

/// Reads an answer. `empty_is_done`: a 2xx without JSON is enough (marks; `ongoing-rest-api.md`, section 10).
pub(super) fn meaning(exchanged: Exchanged, method: &str, empty_is_done: bool) -> Meaning {
    let answered = match exchanged {
        Exchanged::NotAllowed(until) => {
            let fault = Fault::new(code::ONGOING_RESTS).with("method", method);
            return Meaning::Unavailable(Unavailable { not_before: Some(until), ..Unavailable::new(fault) });
        }
        Exchanged::NotSent(fault, not_before) => {
            let certificate = fault.code == code::ONGOING_CERTIFICATE;
            let reach = if certificate { Reach::Installation } else { Reach::Method };
            return Meaning::Unavailable(Unavailable { not_before, ..Unavailable::of(reach, fault) });
        }
        Exchanged::NoAnswer(fault) => return Meaning::Unknown(fault),
        Exchanged::Answered(answered) => answered,
    };
    let told = |code| {
        Fault::new(code).with("method", method).with("status", answered.status).found(excerpt(&answered.body))
    };
    let installation = |fault| Meaning::Unavailable(Unavailable::of(Reach::Installation, fault));
    let is_html = answered.body.trim_start().starts_with('<');
    match answered.status {
        200..=299 => done(&answered, method, empty_is_done),
        300..=399 => installation(told(code::ONGOING_REDIRECT)),
        401 => installation(Fault::new(code::ONGOING_WRONG_PASSWORD)),
        408 => Meaning::Unavailable(Unavailable::new(told(code::ONGOING_TIME_OUT))),
        407 => installation(told(code::ONGOING_PROXY)),
        429 => Meaning::Unavailable(Unavailable {
            not_before: answered.retry_after,
            ..Unavailable::new(told(code::ONGOING_TOO_MANY_CALLS))
        }),
        // Ongoing refuses in JSON; a page comes from something before it, or from another server.
        400..=499 if is_html => installation(told(code::ONGOING_PROXY)),
        403 => Meaning::Unavailable(Unavailable::of(Reach::GoodsOwner, told(code::ONGOING_FORBIDDEN))),
        404 => Meaning::NotFound(refused(&answered)),
        400..=499 => Meaning::Refused(refused(&answered)),
        _ => Meaning::Unknown(told(code::ONGOING_SERVER_ERROR)),
    }
}

fn done(answered: &Answered, method: &str, empty_is_done: bool) -> Meaning {
    if let Some(fault) = &answered.cut {
        return Meaning::Unknown(fault.clone());
    }
    match Json::read(&answered.body) {
        Some(json) if json.member("success") == Some(&Json::Boolean(false)) => {
            Meaning::Refused(refused(answered))
        }
        Some(json) => Meaning::Done(json),
        None if empty_is_done && answered.body.trim().is_empty() => Meaning::Done(Json::Null),
        None => Meaning::Unknown(
            Fault::new(code::ONGOING_NOT_JSON).with("method", method).found(excerpt(&answered.body)),
        ),
    }
}

fn refused(answered: &Answered) -> Fault {
    let message = message_of(&answered.body);
    let message = if message.is_empty() { format!("HTTP {}", answered.status) } else { message };
    Fault::new(code::REFUSED).with("message", message).with("status", answered.status)
}

/// The human text of an answer: `message`, `Message`, `error` or `Error`, with the texts of `ModelState` and of those
/// `messages` that tell of a failure; else the answer itself. Mark-up becomes blanks, and it is cut to [`LONGEST_TEXT`].
pub fn message_of(body: &str) -> String {
    let Some(json) = Json::read(body) else { return plain(body) };
    let mut parts: Vec<&str> = Vec::new();
    if let Json::Text(text) = &json {
        parts.push(text);
    }
    parts.extend(["message", "Message", "error", "Error"].iter().find_map(|name| json.text(name)));
    for state in ["ModelState", "modelState"].iter().filter_map(|name| json.member(name)) {
        let Json::Object(fields) = state else { continue };
        for texts in fields.values() {
            parts.extend(texts.items().iter().filter_map(|text| match text {
                Json::Text(text) => Some(text.as_str()),
                _ => None,
            }));
        }
    }
    // Of a request with several things, those that were refused.
    for message in json.member("messages").map_or(&[][..], Json::items) {
        if message.member("success") == Some(&Json::Boolean(false)) {
            parts.extend(message.text("message"));
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    if parts.is_empty() && !matches!(json, Json::Null) { plain(body) } else { plain(&parts.join(" ")) }
}

/// Text without mark-up and doubled blanks, cut.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(LONGEST_TEXT));
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        // "<" before anything but a tag's name is a plain character: "weight < 5".
        let is_tag =
            tag.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/' || first == '!');
        match tag.split_once('>') {
            Some((_, after)) if is_tag => {
                plain.push(' ');
                rest = after;
            }
            _ => {
                plain.push('<');
                rest = tag;
            }
        }
    }
    plain.push_str(rest);
    let words: Vec<&str> =
        plain.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    cut(&words.join(" "))
}

/// At most [`LONGEST_TEXT`] characters.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// Enough of an answer to recognise who spoke.
fn excerpt(body: &str) -> String {
    plain(body).chars().take(200).collect()
}

/// When `Retry-After` lets the next request go: seconds, or an HTTP date.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let header = header.trim();
    let at = match header.parse::<u32>() {
        Ok(seconds) => now + TimeDelta::seconds(i64::from(seconds)),
        Err(_) => DateTime::parse_from_rfc2822(header).ok()?.to_utc(),
    };
    Some(at.clamp(now, now + LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_and_plain() {
        for (body, expected) in [
            (
                r#"{"orderId":1,"message":"Order is locked.<br/>Picking has begun."}"#,
                "Order is locked. Picking has begun.",
            ),
            (
                r#"{"Message":"The request is invalid.","ModelState":{"m.orderNumber":["It is required."]}}"#,
                "The request is invalid. It is required.",
            ),
            (r#"{"error":"no"}"#, "no"),
            (r#"{"Error":"no"}"#, "no"),
            (r#""just text""#, "just text"),
            (r#"{"code":7}"#, r#"{"code":7}"#),
            ("<html><body><h1>Forbidden</h1></body></html>", "Forbidden"),
            (r#"{"message":"weight < 5 kg"}"#, "weight < 5 kg"),
            ("", ""),
        ] {
            assert_eq!(message_of(body), expected);
        }
        assert_eq!(message_of(&"å".repeat(5000)).chars().count(), LONGEST_TEXT);
    }

    #[test]
    fn a_pause_is_read_in_both_forms_and_bounded() {
        let now = DateTime::parse_from_rfc3339("2026-03-31T08:00:00Z").unwrap().to_utc();
        assert_eq!(retry_after("120", now), Some(now + TimeDelta::seconds(120)));
        assert_eq!(retry_after("Tue, 31 Mar 2026 08:10:00 GMT", now), Some(now + TimeDelta::minutes(10)));
        assert_eq!(retry_after("Tue, 31 Mar 2026 07:00:00 GMT", now), Some(now));
        assert_eq!(retry_after("4000000000", now), Some(now + LONGEST_PAUSE));
        assert_eq!(retry_after("soon", now), None);
    }
}
