//! What the pass asks of an inbox's transport, and the paths of its files.

use super::{Inbox, Receive};
use crate::fault::Fault;
use crate::transport::{Entry, Transport, Trouble};

pub(super) fn look_at(receive: &Receive, inbox: &Inbox, path: &str) -> Result<Option<Entry>, Fault> {
    with(receive, inbox, |transport| transport.look(path)).map_err(Trouble::into_fault)
}

pub(super) fn rename(receive: &Receive, inbox: &Inbox, from: &str, to: &str) -> Result<(), Trouble> {
    with(receive, inbox, |transport| transport.rename(from, to))
}

pub(super) fn with<T>(
    receive: &Receive,
    inbox: &Inbox,
    act: impl FnOnce(&mut dyn Transport) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    receive.sessions.with(&inbox.remote, act)
}

pub(super) fn path(inbox: &Inbox, name: &str) -> String {
    join(&inbox.folder, name)
}

pub(super) fn join(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `ORD1.csv` and 17: `ORD1.17.csv`.
pub(super) fn with_number(name: &str, number: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem}.{number}.{extension}"),
        _ => format!("{name}.{number}"),
    }
}
