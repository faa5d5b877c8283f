//! The folders that we read from and write to, on whatever transport: one small trait, one file a world.
//!
//! A transport knows nothing of formats, documents or the ledger. Its calls block; they are made from bounded
//! blocking workers, one session at a time. Every call ends in bounded time.

mod local;
mod memory;
mod path;
mod pool;
pub mod server;
mod sftp;
pub mod sshd;
mod watch;

use std::io::{Read, Write};

use chrono::{DateTime, Utc};

use crate::fault::Fault;

pub use memory::MemoryStore;
pub use pool::{Sessions, open};
pub use watch::Watch;

/// One file in a folder. Folders, links and other things are never listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name in its folder, without the folder.
    pub name: String,
    /// The size in bytes.
    pub size: u64,
    /// The server's time of the last change. Only ever compared with itself: a server's clock is never trusted.
    pub modified: Option<DateTime<Utc>>,
}

/// Why a transport could not do what it was asked to.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// There is no such file or folder.
    NotFound(Fault),
    /// The new name is taken. Nothing was changed.
    Exists(Fault),
    /// Whether it was done is not known: the connection went while the answer was awaited.
    Unknown(Fault),
    /// It was not done; the fault says whose turn is next (wait: try again; operator: host key, password, rights).
    Failed(Fault),
}

impl Trouble {
    /// The fault inside.
    pub fn fault(&self) -> &Fault {
        match self {
            Trouble::NotFound(fault)
            | Trouble::Exists(fault)
            | Trouble::Unknown(fault)
            | Trouble::Failed(fault) => fault,
        }
    }

    /// The fault inside, for good.
    pub fn into_fault(self) -> Fault {
        match self {
            Trouble::NotFound(fault)
            | Trouble::Exists(fault)
            | Trouble::Unknown(fault)
            | Trouble::Failed(fault) => fault,
        }
    }
}

/// One session with one remote. Paths use `/` and are relative to the remote's base folder; a path that would leave
/// it (`..`, absolute) is refused before anything is asked of the server.
pub trait Transport: Send {
    /// Hands every file of a folder to `each`, in no order, until it says false. Memory does not grow with the folder
    /// where the protocol allows it.
    fn list(&mut self, folder: &str, each: &mut dyn FnMut(Entry) -> bool) -> Result<(), Trouble>;

    /// What stands at a path now, or `None`.
    fn look(&mut self, path: &str) -> Result<Option<Entry>, Trouble>;

    /// Copies a whole file into `into` and says how many bytes it was. A copy shorter than the file is `Failed`.
    fn read(&mut self, path: &str, into: &mut dyn Write) -> Result<u64, Trouble>;

    /// Writes a whole file and makes it durable as far as the protocol can (fsync of file and folder; length looked
    /// at again). An existing file of that name is replaced: callers write under unique temporary names and rename.
    fn write_whole(&mut self, path: &str, from: &mut dyn Read) -> Result<u64, Trouble>;

    /// Gives a file a new name in the same tree; never replaces: `Exists` if the new name is taken.
    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble>;

    /// Removes a file. `NotFound` if there is none.
    fn remove(&mut self, path: &str) -> Result<(), Trouble>;

    /// Makes a folder and its parents where they are missing.
    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble>;
}

/// Where a transport is, as the configuration's check made it. Secrets are never shown by `Debug`.
#[derive(Clone, Debug, PartialEq)]
pub enum Remote {
    /// A folder of this machine.
    Local {
        /// The base folder.
        base: std::path::PathBuf,
    },
    /// A folder on an SFTP server.
    Sftp(SftpRemote),
    /// A folder in memory, for tests.
    Memory(MemoryStore),
}

/// An SFTP server, the account and what we know of its identity.
#[derive(Clone, PartialEq)]
pub struct SftpRemote {
    /// Host name or address.
    pub host: String,
    /// Port, usually 22.
    pub port: u16,
    /// User name.
    pub user: String,
    /// The base folder, relative to where the login lands unless it begins with `/`; `""` for where the login lands.
    pub base: String,
    /// How we show who we are.
    pub login: SftpLogin,
    /// The server's host keys that are ours to accept, as OpenSSH prints them: `SHA256:…`. Any other key is a fault
    /// of the operator that shows the key found; there is no trust on first use.
    pub host_keys: Vec<String>,
    /// How long one call may take before the session is given up.
    pub time_out: std::time::Duration,
}

/// How an account is proven.
#[derive(Clone, PartialEq)]
pub enum SftpLogin {
    /// A password.
    Password(String),
    /// A private key (OpenSSH or PEM text) and its passphrase.
    Key {
        /// The key's text.
        private_key: String,
        /// The passphrase, if the key has one.
        passphrase: Option<String>,
    },
}

impl std::fmt::Debug for SftpRemote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SftpRemote({self})")
    }
}

impl std::fmt::Display for SftpRemote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sftp://{}@{}:{}/{}", self.user, self.host, self.port, self.base.trim_start_matches('/'))
    }
}

impl std::fmt::Display for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Remote::Local { base } => write!(f, "{}", base.display()),
            Remote::Sftp(remote) => write!(f, "{remote}"),
            Remote::Memory(store) => write!(f, "memory:{}", store.id()),
        }
    }
}
