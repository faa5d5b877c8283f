//! The worlds that one list of behaviours runs over: memory, a local folder, SFTP by the machine's own sshd, and SFTP
//! by the in-process server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lastkaj::transport::server::{self, SftpServer};
use lastkaj::transport::sshd::RealSshd;
use lastkaj::transport::{MemoryStore, Remote, SftpLogin, SftpRemote, Transport, open};

/// Long enough for a busy machine, short enough that a hang is found.
pub const TIME_OUT: Duration = Duration::from_secs(30);
/// The password of the in-process server: nothing that could stand in a text by chance.
pub const PASSWORD: &str = "hemligt-lösen-4711";

/// One place that files can be written to and read from.
pub struct World {
    /// Where it is.
    pub remote: Remote,
    /// The real folder behind it, if there is one.
    pub folder: Option<PathBuf>,
    _keep: Keep,
}

#[allow(dead_code)]
enum Keep {
    Nothing,
    Folder(tempfile::TempDir),
    Sshd(Sshd),
    InProcess(InProcess),
}

impl World {
    pub fn memory() -> World {
        World { remote: Remote::Memory(MemoryStore::default()), folder: None, _keep: Keep::Nothing }
    }

    pub fn local() -> World {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().to_owned();
        World {
            remote: Remote::Local { base: base.clone() },
            folder: Some(base),
            _keep: Keep::Folder(folder),
        }
    }

    pub fn sshd() -> World {
        let sshd = Sshd::start();
        World { remote: Remote::Sftp(sshd.remote()), folder: Some(sshd.root()), _keep: Keep::Sshd(sshd) }
    }

    pub fn in_process() -> World {
        let server = InProcess::start();
        World {
            remote: Remote::Sftp(server.remote()),
            folder: Some(server.root()),
            _keep: Keep::InProcess(server),
        }
    }

    /// A session of its own.
    pub fn open(&self) -> Box<dyn Transport> {
        open(&self.remote).unwrap_or_else(|trouble| panic!("{}: {}", self.remote, trouble.fault()))
    }
}

/// The machine's own sshd on a folder of its own.
pub struct Sshd {
    pub server: RealSshd,
    folder: tempfile::TempDir,
}

impl Sshd {
    /// A machine without sshd fails the suite: what was not tried does not count as passed.
    pub fn start() -> Sshd {
        Sshd::with("")
    }

    /// The same, with more lines in its configuration; `%ROOT%` stands for its folder.
    pub fn with(more: &str) -> Sshd {
        assert!(RealSshd::is_there(), "this suite needs OpenSSH: apt-get install openssh-server");
        let folder = tempfile::tempdir().unwrap();
        let server =
            RealSshd::start_with(folder.path(), &more.replace("%ROOT%", &folder.path().to_string_lossy()))
                .unwrap();
        Sshd { server, folder }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn remote(&self) -> SftpRemote {
        SftpRemote {
            host: "127.0.0.1".to_owned(),
            port: self.server.port,
            user: self.server.user.clone(),
            base: String::new(),
            login: SftpLogin::Key { private_key: self.server.private_key.clone(), passphrase: None },
            host_keys: vec![self.server.host_key_fingerprint.clone()],
            time_out: TIME_OUT,
        }
    }
}

/// The in-process server on a folder of its own, with a runtime of its own.
pub struct InProcess {
    pub server: Option<SftpServer>,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    remote: SftpRemote,
}

impl InProcess {
    pub fn start() -> InProcess {
        let folder = tempfile::tempdir().unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(server::serve(folder.path().to_owned(), "nordvik", PASSWORD)).unwrap();
        let remote = SftpRemote {
            host: "127.0.0.1".to_owned(),
            port: server.port,
            user: "nordvik".to_owned(),
            base: String::new(),
            login: SftpLogin::Password(PASSWORD.to_owned()),
            host_keys: vec![server.host_key_fingerprint.clone()],
            time_out: TIME_OUT,
        };
        InProcess { server: Some(server), folder, runtime, remote }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn remote(&self) -> SftpRemote {
        self.remote.clone()
    }

    /// Stops the server with its connections.
    pub fn stop(&mut self) {
        self.runtime.block_on(self.server.take().unwrap().stop());
    }
}

/// Writes a file as an outsider does.
pub fn put(path: &Path, bytes: &[u8]) {
    std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), bytes).unwrap();
}
