//! Sessions that are kept open between polls, a bounded number for each remote.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

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

/// Sessions with every remote.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    steps: Steps,
    remotes: Mutex<HashMap<String, Idle>>,
    given_back: Condvar,
}

#[derive(Default)]
struct Idle {
    sessions: Vec<Box<dyn Transport>>,
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

    /// Lends a session. A session that was kept may have died since: what only reads is tried once more on a new one
    /// by the caller's next poll; a session with trouble is never lent again.
    pub fn with<T>(
        &self,
        remote: &Remote,
        act: impl FnOnce(&mut dyn Transport) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let key = key(remote);
        let kept = self.borrow(&key);
        // Given back even if `act` panics.
        let _lent = Lent { sessions: self, key: &key };
        let mut session = match kept {
            Some(session) => session,
            None => open(remote)?,
        };
        let done = act(&mut Stepped { inner: session.as_mut(), steps: &self.inner.steps });
        if is_healthy(&done) {
            let mut remotes = self.inner.remotes.lock().unwrap_or_else(PoisonError::into_inner);
            remotes.entry(key.clone()).or_default().sessions.push(session);
        }
        done
    }

    fn borrow(&self, key: &str) -> Option<Box<dyn Transport>> {
        let mut remotes = self.inner.remotes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let idle = remotes.entry(key.to_owned()).or_default();
            if idle.lent < SESSIONS_PER_REMOTE_MAX {
                idle.lent += 1;
                return idle.sessions.pop();
            }
            remotes = self.inner.given_back.wait(remotes).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Lent<'a> {
    sessions: &'a Sessions,
    key: &'a str,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut remotes = self.sessions.inner.remotes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(idle) = remotes.get_mut(self.key) {
            idle.lent = idle.lent.saturating_sub(1);
        }
        self.sessions.inner.given_back.notify_one();
    }
}

/// What names a remote; two accounts on one server are two remotes.
fn key(remote: &Remote) -> String {
    remote.to_string()
}

/// Whether the session can be lent again: a file that is not there, or a name that is taken, says nothing against it.
fn is_healthy<T>(done: &Result<T, Trouble>) -> bool {
    match done {
        Ok(_) | Err(Trouble::NotFound(_) | Trouble::Exists(_)) => true,
        Err(Trouble::Unknown(_)) => false,
        Err(Trouble::Failed(fault)) => {
            fault.code == code::PATH_LEAVES_FOLDER || fault.code == code::FOLDER_FAILED
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
        self.steps.take("transport.write_whole", || self.inner.write_whole(path, from))
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        self.steps.take("transport.rename", || self.inner.rename(from, to))
    }

    fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        self.steps.take("transport.remove", || self.inner.remove(path))
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        self.steps.take("transport.make_folder", || self.inner.make_folder(folder))
    }
}
