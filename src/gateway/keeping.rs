//! When house is kept: about once an hour, a bit at a time beside the other work, and never while a restored ledger is
//! held.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::fault::{Fault, code};
use crate::ledger::{Chore, KeptSince, Position};
use crate::receive;
use crate::report::{ReportKind, error_files};
use crate::transport::Remote;

use super::{Gateway, blocking};

/// So long is between two times of housekeeping.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// So many transactions one go takes at most; the next look goes on.
const TURNS_MAX: u32 = 500;

/// So many files one go removes between two looks at the ledger.
const FILES_PER_TURN: u32 = 200;

/// What housekeeping came to.
#[derive(Debug, Default)]
pub struct KeptHouse {
    /// Rows erased or deleted.
    pub rows: u64,
    /// Files removed, in the spool and in archive folders.
    pub files: u64,
    /// Arrivals whose time is over, and that stay because an outbox has not told of them.
    pub left_open: u64,
    /// Archive folders that could not be emptied now.
    pub faults: Vec<Fault>,
    /// Whether there is more to do at the next look.
    pub more: bool,
}

impl Gateway {
    /// Keeps house if an hour is over since the last time, and the gateway is not held after a restore.
    ///
    /// # Errors
    /// The ledger or the spool cannot be used.
    pub(super) async fn keep_house_if_due(&self) -> Result<Option<KeptHouse>, Fault> {
        let now = self.clock.now();
        let last = self.ledger.kept_house_at().await?;
        // A clock that was set back is no reason to wait until it has caught up.
        if last.is_some_and(|last| last <= now && now - last < EVERY) || self.is_restored().await? {
            return Ok(None);
        }
        self.keep_house().await.map(Some)
    }

    /// Keeps house now, as far as one go reaches.
    ///
    /// # Errors
    /// The ledger or the spool cannot be used. What was done until then is done.
    pub async fn keep_house(&self) -> Result<KeptHouse, Fault> {
        let now = self.clock.now();
        let since = Arc::new(self.kept_since(now));
        let mut kept = KeptHouse::default();
        kept.files += self.remove_leaving_files().await?;
        let mut turns = 0;
        for chore in Chore::ALL {
            // What is to be deleted waits for the archive folders: they are emptied by what the rows say.
            if chore == Chore::ForgetArrivals {
                self.empty_archives(now, &mut kept).await?;
            }
            let mut position = Some(Position::default());
            while let Some(from) = position {
                if self.is_stopping() || turns == TURNS_MAX {
                    kept.more = true;
                    return Ok(kept);
                }
                turns += 1;
                let turn = self.ledger.keep(chore, &since, from, now).await?;
                kept.rows += turn.rows;
                kept.left_open = kept.left_open.max(turn.left_open);
                position = turn.next;
            }
        }
        kept.files += self.remove_leaving_files().await?;
        kept.files += self.remove_orphans(now).await?;
        let ledger = self.ledger.clone();
        blocking(move || ledger.empty_log()).await?;
        self.ledger.kept_house(now).await?;
        Ok(kept)
    }

    /// What is to go, by the configuration.
    fn kept_since(&self, now: DateTime<Utc>) -> KeptSince {
        let keep = &self.config.keep;
        let mut told_by: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for outbox in &self.config.outboxes {
            if let ReportKind::Acknowledgements { inboxes, .. } = &outbox.report {
                for inbox in inboxes {
                    told_by.entry(inbox.clone()).or_default().push(outbox.name.clone());
                }
            }
        }
        for inbox in &self.config.inboxes {
            if matches!(inbox.remote, Remote::Local { .. }) {
                told_by.entry(inbox.name.clone()).or_default().push(error_files::outbox_name(&inbox.name));
            }
        }
        KeptSince {
            ledger: before(now, keep.ledger),
            files: before(now, keep.files),
            personal_data: before(now, keep.personal_data),
            requests: before(now, keep.requests),
            told_by,
            emptied: keep.moved.keys().cloned().collect(),
        }
    }

    /// Removes the files that no row needs any more: those of an earlier go that was broken off too.
    async fn remove_leaving_files(&self) -> Result<u64, Fault> {
        let mut removed = 0;
        loop {
            let names = self.ledger.leaving_files(FILES_PER_TURN).await?;
            if names.is_empty() {
                return Ok(removed);
            }
            let (spool, own) = (self.spool.clone(), names.clone());
            blocking(move || own.iter().try_for_each(|name| spool.remove(name))).await?;
            removed += names.len() as u64;
            self.ledger.files_gone(names).await?;
        }
    }

    /// Removes files of the spool that no row knew an hour ago, and none knows now: what a crash left between a copy and
    /// its row. A copy that is being admitted has its row long before that.
    async fn remove_orphans(&self, now: DateTime<Utc>) -> Result<u64, Fault> {
        let ledger = self.ledger.clone();
        let orphans = blocking(move || ledger.orphans()).await?;
        let old: Vec<String> = {
            let mut seen = self.orphans_seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.retain(|name, _| orphans.contains(name));
            for name in &orphans {
                seen.entry(name.clone()).or_insert(now);
            }
            seen.iter().filter(|(_, since)| now - **since >= EVERY).map(|(name, _)| name.clone()).collect()
        };
        let (spool, own) = (self.spool.clone(), old.clone());
        blocking(move || own.iter().try_for_each(|name| spool.remove(name))).await?;
        Ok(old.len() as u64)
    }

    /// Removes what was moved away or written beside inboxes, where the configuration says so. A folder that cannot be
    /// reached keeps back no other.
    async fn empty_archives(&self, now: DateTime<Utc>, kept: &mut KeptHouse) -> Result<(), Fault> {
        for inbox in &self.config.inboxes {
            let Some(span) = self.config.keep.moved.get(&inbox.name) else { continue };
            if self.is_stopping() {
                return Ok(());
            }
            let (receive, own, before) = (self.receive(), inbox.clone(), before(now, *span));
            match blocking(move || receive::empty_archive(&receive, &own, before)).await {
                Ok(removed) => kept.files += removed as u64,
                Err(fault) if fault.code == code::LEDGER_FAILED => return Err(fault),
                Err(fault) => kept.faults.push(fault),
            }
        }
        Ok(())
    }
}

/// The moment a span of time before now.
fn before(now: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(span)
        .ok()
        .and_then(|span| now.checked_sub_signed(span))
        .unwrap_or(DateTime::UNIX_EPOCH)
}
