//! Comparing what was accepted last with what Ongoing has now. Only reads go to Ongoing here.

use serde::{Deserialize, Serialize};

use crate::config::{Config, Partner};
use crate::fault::Fault;
use crate::ledger::KnownVersion;
use crate::ongoing::{COMPARED_AT_ONCE, Found};

use super::asking::client;

/// What became of one document that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Compared {
    /// Ongoing has it as it was accepted.
    Same,
    /// Ongoing has it otherwise.
    Changed {
        /// The first member that differs, in Ongoing's names.
        member: String,
    },
    /// Ongoing has no such document.
    Missing,
    /// It was erased here, or is in doubt: nothing to compare with.
    NotCompared,
}

/// Compares versions of one kind, in their order.
///
/// # Errors
/// Ongoing could not be read.
pub async fn compare(
    config: &Config,
    partner: &Partner,
    versions: &[KnownVersion],
) -> Result<Vec<Compared>, Fault> {
    let ongoing = client(config, partner)?;
    let mut compared = Vec::with_capacity(versions.len());
    for versions in versions.chunks(COMPARED_AT_ONCE) {
        let calls: Vec<_> = versions.iter().filter_map(|version| version.call.clone()).collect();
        let mut found = ongoing.compare_many(&calls, &mut Vec::new()).await?.into_iter();
        for version in versions {
            compared.push(match version.call.as_ref().and_then(|_| found.next()) {
                Some(Found::Same { .. }) => Compared::Same,
                Some(Found::Different { what, .. }) => Compared::Changed { member: what },
                Some(Found::Missing) => Compared::Missing,
                Some(Found::Unavailable(_)) | None => Compared::NotCompared,
            });
        }
    }
    Ok(compared)
}
