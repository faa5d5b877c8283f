//! The articles that a call needs and nobody has seen at Ongoing: what becomes of it is the partner's choice.
//!
//! The own register is asked first; only what it does not know is asked of Ongoing, and what is found there is noted.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Attempt, Send};
use crate::fault::{Fault, code};
use crate::ledger::DueCall;
use crate::ongoing::{Answer, Request};

/// What becomes of a document with articles that nobody knows. Where neither is set it is sent as it is, and Ongoing
/// judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnknownArticles {
    /// It waits for them so long from its publication on (`wait_for_article`).
    pub wait_for: Option<Duration>,
    /// They are created, once the wait is over, with their number as their name (`ensure_articles`).
    pub create: bool,
}

/// Sees to the articles of a call; `Some` if it cannot go now.
pub(super) async fn provide(
    send: &Send,
    due: &DueCall,
    requests: &mut Vec<Request>,
) -> Result<Option<Attempt>, Fault> {
    let rule = due.partner.as_ref().and_then(|partner| send.unknown_articles.get(partner));
    let rule = rule.copied().unwrap_or_default();
    if rule == UnknownArticles::default() || due.call.articles().next().is_none() {
        return Ok(None);
    }
    let lane = &due.call.key.lane;
    let numbers: Vec<String> = due.call.articles().map(str::to_owned).collect();
    let unknown = send.ledger.unknown_articles(lane, numbers).await?;
    if unknown.is_empty() {
        return Ok(None);
    }
    let there = match send.ongoing.articles_there(lane.goods_owner, &unknown, requests).await {
        Ok(there) => there,
        Err(unavailable) => return Ok(Some(Attempt::Unavailable(unavailable))),
    };
    let (seen, missing): (Vec<String>, Vec<String>) =
        unknown.into_iter().partition(|number| there.contains(number));
    if !seen.is_empty() {
        send.ledger.note_articles(lane, seen, send.clock.now()).await?;
    }
    if missing.is_empty() {
        return Ok(None);
    }
    let now = send.clock.now();
    let wait = TimeDelta::from_std(rule.wait_for.unwrap_or_default()).unwrap_or(TimeDelta::days(1));
    let until = due.published_at.unwrap_or(now) + wait;
    let names = || missing.join(", ");
    if now < until {
        let fault = Fault::new(code::WAITS_FOR).with("what", format!("article {}", names()));
        Ok(Some(Attempt::Waits { fault, until }))
    } else if rule.create {
        create(send, due, missing, requests).await
    } else {
        Ok(Some(Attempt::Refused(Fault::new(code::ARTICLES_UNKNOWN).found(names()))))
    }
}

async fn create(
    send: &Send,
    due: &DueCall,
    missing: Vec<String>,
    requests: &mut Vec<Request>,
) -> Result<Option<Attempt>, Fault> {
    let lane = &due.call.key.lane;
    for number in &missing {
        match send.ongoing.create_article(lane.goods_owner, number, requests).await {
            Answer::Accepted { .. } => {}
            Answer::Refused(fault) | Answer::NotThere { fault, .. } => {
                return Ok(Some(Attempt::Refused(
                    Fault::new(code::ARTICLE_NOT_CREATED)
                        .found(number)
                        .with("reason", fault.what(crate::fault::Language::English)),
                )));
            }
            Answer::Unavailable(unavailable) => return Ok(Some(Attempt::Unavailable(unavailable))),
            // It is looked for again by the next attempt, and created if it is not there.
            Answer::Unknown(fault) => {
                return Ok(Some(Attempt::Unknown { fault, reads_succeed: true, silent: true }));
            }
        }
    }
    tracing::info!(lane = %lane, about = %due.call.key, articles = missing.join(", "), "unknown articles were created");
    send.ledger.note_articles(lane, missing, send.clock.now()).await?;
    Ok(None)
}
