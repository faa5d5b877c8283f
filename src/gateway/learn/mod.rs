//! `learn`: how an installation behaves where the vendor's documents do not say it (`ongoing-rest-api.md`, section 19). It
//! tries it out with objects of its own on a demo goods owner, which it cancels afterwards.
//!
//! The questions stand by what they are about: [`articles`], [`orders`], [`texts`], [`purchase_orders`], [`picked`] (what
//! only shows once the warehouse has begun), [`limits`]. Each finding has the name of a member of
//! [`LEARNABLE`](crate::ongoing::LEARNABLE). What could not be seen is said, never guessed.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON is indexed, by name: reading a member that is not there gives null, and members are set on objects"
)]

mod articles;
mod desk;
mod file;
mod limits;
mod orders;
mod picked;
mod purchase_orders;
mod texts;

use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::config::{Config, Partner};
use crate::fault::{Fault, code};
use crate::ongoing::Ongoing;
use crate::step::Steps;

use desk::Desk;
pub use file::answers_file;

/// What is to be learnt, and how.
#[derive(Clone, Debug)]
pub struct LearnOptions {
    /// The goods owner that may be written to: must be the partner's.
    pub writes_to: i32,
    /// What the numbers of all that is made begin with.
    pub prefix: String,
    /// The pause between two reads that wait for a write to be seen.
    pub pause: Duration,
    /// The number of an order on which picking has begun.
    pub picked_order: Option<String>,
    /// Also provoke "too many calls", which bars one method for a while.
    pub limits: bool,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its name: one of [`LEARNABLE`](crate::ongoing::LEARNABLE).
    pub name: &'static str,
    /// The answer; `None` if it could not be seen.
    pub answer: Option<Value>,
    /// How it was seen, or why not.
    pub seen: String,
}

/// What a run of questions came to.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    /// The answers, in the order of the questions.
    pub findings: Vec<Finding>,
    /// The articles that were made: Ongoing cannot delete articles.
    pub articles_left: Vec<String>,
    /// What was made and could not be cancelled.
    pub not_cancelled: Vec<String>,
    /// How many requests it took.
    pub requests: usize,
    /// Why it ended early, if it did.
    pub ended_by: Option<Fault>,
}

/// Asks every question. Whatever happens on the way, what was made is cancelled at the end.
///
/// # Errors
/// It may not write: another goods owner was named than the partner's, or the partner is live.
pub async fn learn(
    config: &Config,
    partner: &Partner,
    options: &LearnOptions,
    tell: &mut (dyn FnMut(&Finding) + Send),
) -> Result<Lesson, Fault> {
    let goods_owner = partner.lane.goods_owner;
    if options.writes_to != goods_owner {
        return Err(Fault::new(code::LEARN_OTHER_GOODS_OWNER)
            .found(options.writes_to.to_string())
            .with("partner", &partner.name)
            .with("goods_owner", goods_owner));
    }
    if partner.live {
        return Err(Fault::new(code::LEARN_LIVE).with("partner", &partner.name));
    }
    // The configuration's check lets no partner name an installation that is not there.
    let installation = config.installations.get(&partner.lane.installation);
    let missing = || Fault::new(code::CAUGHT_BUG).with("reason", "a partner without its installation");
    let mut installation = installation.ok_or_else(missing)?.clone();
    if options.limits {
        // Ongoing's limit is to be seen, not ours, which comes before it.
        installation.breaker_failures = u32::MAX;
    }
    let ongoing = Ongoing::new(&installation, Clock::System, Steps::unwatched())?;
    let mut desk = Desk::new(ongoing, goods_owner, options, tell);
    let ended_by = ask(&mut desk, options).await.err();
    desk.cancel_all().await;
    Ok(desk.lesson(ended_by))
}

async fn ask(desk: &mut Desk<'_>, options: &LearnOptions) -> Result<(), Fault> {
    articles::begin(desk).await?;
    orders::ask(desk).await?;
    articles::ask(desk).await?;
    texts::ask(desk).await?;
    purchase_orders::ask(desk).await?;
    picked::ask(desk, options.picked_order.as_deref()).await?;
    limits::ask(desk, options.limits).await
}
