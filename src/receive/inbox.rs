//! An inbox, as the configuration's check made it.

use std::sync::Arc;
use std::time::Duration;

use super::{Brake, Parts, Unpack};
use crate::call::Lane;
use crate::fault::Language;
use crate::format::Definition;
use crate::plan::PlanRules;
use crate::transport::Remote;

/// A named folder on a transport that we read from.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// `partner/inbox`: its identity for ever; fingerprints hang on it.
    pub name: String,
    /// The partner's name.
    pub partner: String,
    /// The lane that its calls go to.
    pub lane: Lane,
    /// The transport.
    pub remote: Remote,
    /// The folder, relative to the remote's base.
    pub folder: String,
    /// File name patterns; a file that none fits is left alone (a warning tells of it once). Never matched: our own
    /// `done`, `failed` and claim names.
    pub files: globset::GlobSet,
    /// Which of its files belong together; `None`: each stands alone.
    pub parts: Option<Parts>,
    /// The format of its files.
    pub format: Arc<Definition>,
    /// When a file is whole.
    pub ready: Ready,
    /// What becomes of the source once our copy is durable.
    pub after: After,
    /// Which archives are unpacked.
    pub unpack: Unpack,
    /// What a faulty document does to its file.
    pub faults: FaultRule,
    /// What becomes of a file with the content of an earlier one of this inbox.
    pub duplicates: Duplicates,
    /// The folder for `NAME.error.txt` (local inboxes only), relative to the remote's base.
    pub failed_folder: String,
    /// How often to look.
    pub poll: Duration,
    /// The partner's time zone.
    pub time_zone: chrono_tz::Tz,
    /// The language of error files.
    pub language: Language,
    /// False: read, check and answer, send nothing.
    pub live: bool,
    /// Whether an article equal to its basis is not sent again (promise 9; on by default for articles).
    pub skip_unchanged: bool,
    /// An unchanged article is sent all the same once it was accepted this long ago; a quarter of the time earlier for
    /// some, so that they do not all come at once.
    pub refresh: Option<Duration>,
    /// What is unusual for it, and waits for a person.
    pub brake: Brake,
    /// What the partner asks of its documents; the installation's lists come from the ledger.
    pub rules: PlanRules,
}

/// When a file is whole (promise 2). Several may be asked for; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct Ready {
    /// Size and time unchanged this long, over at least two looks, by our clock.
    pub quiet: Option<Duration>,
    /// The name of the marker file that must stand beside it: `{name}.ok`, `{stem}.ok`. The marker is removed
    /// once the file was taken in, and never read; a folder whose files are left keeps its markers too.
    pub marker: Option<String>,
    /// Patterns of temporary names that the sender renames from: such names are never taken.
    pub renamed_from: Option<globset::GlobSet>,
}

/// What becomes of the source once our copy is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Moved to this folder, relative to the remote's base.
    MoveTo(String),
    /// Deleted.
    Delete,
    /// Left where it is; the ledger remembers it.
    Leave,
}

/// What becomes of a file with the content of an earlier one of the same inbox, whatever its name and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Taken in; what Ongoing has already is not sent again, orders too.
    #[default]
    Take,
    /// Held for a person.
    Hold,
    /// Taken note of, and not processed.
    Skip,
}

/// What a faulty document does to its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultRule {
    /// The others go on.
    SkipDocument,
    /// None of the file's documents counts.
    RejectFile,
}
