//! Sessions that are kept open between polls, a bounded number for each remote.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::copy::own_side;
use super::local::Local;
use super::sftp::SftpTransport;
use super::{Remote, Transport, Trouble};
use crate::fault::code;
use crate::step::Steps;

/// How many sessions with one remote may be open at once: a stalled server costs no more workers than these.
const SESSIONS_PER_REMOTE_MAX: usize = 4;

/// Opens a session with a remote.
///
/// # Errors
/// The remote cannot be reached (wait), or does not let us in (operator).
pub fn open(remote: &Remote) -> Result<Box<dyn Transport>, Trouble> {
    Ok(match remote {
        Remote::Local { base } => Box::new(Local::open(base)?),
        Remote::Sftp(remote) => Box::new(SftpTransport::open(remote)?),
        Remote::Memory(store) => Box::new(store.open()),
    })
}

/// Sessions with every remote: what is opened is kept between polls, since a login costs many round trips.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    steps: Steps,
    remotes: Mutex<HashMap<String, Kept>>,
    given_back: Condvar,
}

/// What is kept for the remotes of one name.
#[derive(Default)]
struct Kept {
    /// Sessions, with what they were opened for: a configuration that was read anew may know another host key or
    /// password for the same name, and an old session must not serve it.
    idle: Vec<(Remote, Box<dyn Transport>)>,
    lent: usize,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// No session yet. Side effects are told to `steps`.
    pub fn new(steps: Steps) -> Sessions {
        let inner = Inner { steps, remotes: Mutex::default(), given_back: Condvar::new() };
        Sessions { inner: Arc::new(inner) }
    }

    /// Lends a session: one that was kept if it still lives, else a new one. It is kept again unless it had trouble
    /// that speaks against it. Waits while as many sessions as may be are lent.
    pub fn with<T>(
        &self,
        remote: &Remote,
        act: impl FnOnce(&mut dyn Transport) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let name = remote.to_string();
        let kept = self.borrow(&name, remote);
        // Given back even if `act` panics.
        let _lent = Lent { sessions: self, name: &name };
        let living = kept.and_then(|mut session| {
            let lives = session.is_alive();
            if !lives {
                // What a server cut, it cut together; trying each would cost a time-out each.
                self.forget_idle(&name);
            }
            lives.then_some(session)
        });
        let mut session = match living {
            Some(session) => session,
            None => open(remote)?,
        };
        let done = act(&mut Stepped { inner: session.as_mut(), steps: &self.inner.steps });
        if is_healthy(&done) {
            self.remotes().entry(name.clone()).or_default().idle.push((remote.clone(), session));
        }
        done
    }

    fn borrow(&self, name: &str, remote: &Remote) -> Option<Box<dyn Transport>> {
        let mut remotes = self.remotes();
        loop {
            let kept = remotes.entry(name.to_owned()).or_default();
            if kept.lent < SESSIONS_PER_REMOTE_MAX {
                kept.lent += 1;
                kept.idle.retain(|(opened_for, _)| opened_for == remote);
                return kept.idle.pop().map(|(_, session)| session);
            }
            remotes = self.inner.given_back.wait(remotes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn forget_idle(&self, name: &str) {
        let idle = self.remotes().get_mut(name).map(|kept| std::mem::take(&mut kept.idle));
        // Dropped outside the lock.
        drop(idle);
    }

    fn remotes(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.inner.remotes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Lent<'a> {
    sessions: &'a Sessions,
    name: &'a str,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(kept) = self.sessions.remotes().get_mut(self.name) {
            kept.lent = kept.lent.saturating_sub(1);
        }
        // All of them: those who wait may wait for another remote.
        self.sessions.inner.given_back.notify_all();
    }
}

/// Whether the session can be lent again: a file that is not there, a name that is taken or refused, or our own disk,
/// says nothing against it.
fn is_healthy<T>(done: &Result<T, Trouble>) -> bool {
    match done {
        Ok(_) | Err(Trouble::NotFound(_) | Trouble::Exists(_)) => true,
        Err(Trouble::Unknown(_)) => false,
        Err(Trouble::Failed(fault)) => {
            [code::PATH_LEAVES_FOLDER, code::NAME_NOT_UTF8, code::FOLDER_FAILED, code::COPY_FAILED]
                .contains(&fault.code)
        }
    }
}

/// Tells each side effect to the steps.
struct Stepped<'a> {
    inner: &'a mut dyn Transport,
    steps: &'a Steps,
}

impl Transport for Stepped<'_> {
    fn list(&mut self, folder: &str, each: &mut dyn FnMut(super::Entry) -> bool) -> Result<(), Trouble> {
        self.inner.list(folder, each)
    }

    fn look(&mut self, path: &str) -> Result<Option<super::Entry>, Trouble> {
        self.inner.look(path)
    }

    fn read(&mut self, path: &str, into: &mut dyn std::io::Write) -> Result<u64, Trouble> {
        self.inner.read(path, into)
    }

    fn write_whole(&mut self, path: &str, from: &mut dyn std::io::Read) -> Result<u64, Trouble> {
        let full = |error| own_side(path, &error);
        self.steps.write("transport.write_whole", || self.inner.write_whole(path, from), full)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        let full = |error| own_side(to, &error);
        self.steps.write("transport.rename", || self.inner.rename(from, to), full)
    }

    fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        self.steps.take("transport.remove", || self.inner.remove(path))
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        let full = |error| own_side(folder, &error);
        self.steps.write("transport.make_folder", || self.inner.make_folder(folder), full)
    }

    fn is_alive(&mut self) -> bool {
        self.inner.is_alive()
    }
}
