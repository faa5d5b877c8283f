//! What only shows when all inboxes and outboxes are looked at together: two inboxes that may take the same file, and
//! outboxes that write what an inbox takes.

use std::path::{Component, Path, PathBuf};

use chrono::DateTime;

use crate::fault::{Fault, code};
use crate::receive::Inbox;
use crate::transport::Remote;
use crate::written::{At, Table};

use super::World;
use super::partner::Checked;
use super::pattern::may_both_fit;

pub(super) fn check(world: &World<'_>, root: &Table<'_>, partners: &[Checked]) {
    let inboxes: Vec<(&Inbox, &[At<String>], String)> = partners
        .iter()
        .flat_map(|partner| &partner.inboxes)
        .filter_map(|inbox| {
            let made = inbox.made.as_ref()?;
            Some((made, inbox.patterns.as_slice(), location(&made.remote, &made.folder)))
        })
        .collect();
    for (position, (inbox, patterns, place)) in inboxes.iter().enumerate() {
        let earlier = inboxes.iter().take(position).filter(|(_, _, other)| other == place);
        for (other, others, _) in earlier {
            let clash = patterns.iter().find_map(|pattern| {
                let other = others.iter().find(|other| may_both_fit(pattern, other))?;
                Some((pattern, other))
            });
            if let Some((pattern, other_pattern)) = clash {
                root.fault(
                    Fault::new(code::SAME_FILES)
                        .at(pattern.place.clone())
                        .with("first", &other.name)
                        .with("second", &inbox.name)
                        .with("folder", place)
                        .with("pattern", &pattern.value)
                        .with("other", &other_pattern.value),
                );
            }
        }
    }
    for checked in partners.iter().flat_map(|partner| &partner.outboxes) {
        let (Some(outbox), Some(name)) = (&checked.made, &checked.name) else { continue };
        let place = location(&outbox.remote, &outbox.folder);
        let sample = outbox.file_name.render(1, DateTime::UNIX_EPOCH, outbox.time_zone);
        for (inbox, _, _) in
            inboxes.iter().filter(|(inbox, _, at)| *at == place && inbox.files.is_match(&sample))
        {
            world.warn(
                Fault::new(code::OUTBOX_FEEDS_INBOX)
                    .at(name.place.clone())
                    .with("outbox", &outbox.name)
                    .with("folder", &place)
                    .with("inbox", &inbox.name)
                    .with("name", &sample),
            );
        }
    }
}

/// A folder as one text, so that two ways to write it compare equal. Says nothing secret.
fn location(remote: &Remote, folder: &str) -> String {
    match remote {
        Remote::Local { base } => plain(&base.join(folder)).display().to_string(),
        Remote::Sftp(remote) => {
            let path = plain(&Path::new(&remote.base).join(folder));
            let host = remote.host.to_lowercase();
            format!("sftp://{}@{host}:{}/{}", remote.user, remote.port, path.display())
        }
        Remote::Memory(_) => format!("{remote}/{}", plain(Path::new(folder)).display()),
    }
}

/// A path without `.` and `..`, by its text alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}
