//! A folder on an SFTP server, by libssh2. The host key is checked before anything secret is sent.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::DateTime;
use ssh2::{
    ErrorCode, FileStat, HashType, KeyboardInteractivePrompt, MethodType, OpenFlags, OpenType, Prompt,
    RenameFlags, Session, Sftp,
};

use super::copy::{self, CopyError, copy};
use super::{Entry, SftpLogin, SftpRemote, Transport, Trouble, path};
use crate::fault::{Fault, Turn, code};

/// libssh2 only pipelines within one call, so a small buffer is fatal (dependencies.md, section 2.2).
const BUFFER_BYTES: usize = 1024 * 1024;

// Status codes of the SFTP protocol, version 3.
const NO_SUCH_FILE: i32 = 2;
const PERMISSION_DENIED: i32 = 3;
const FAILURE: i32 = 4;
const NO_CONNECTION: i32 = 6;
const CONNECTION_LOST: i32 = 7;
const OPERATION_UNSUPPORTED: i32 = 8;
const FILE_ALREADY_EXISTS: i32 = 11;

// Error codes of libssh2.
const KEX_FAILURE: i32 = -5;
const SOCKET_SEND: i32 = -7;
const TIMED_OUT: i32 = -9;
const SOCKET_DISCONNECT: i32 = -13;
const SOCKET_RECEIVE: i32 = -43;
/// What reading a folder says at its end.
const END_OF_FOLDER: i32 = -16;

/// One session with an SFTP server.
pub(super) struct SftpTransport {
    sftp: Sftp,
    // Kept so that a session whose server hangs is cut at once, instead of waiting a time-out for each drop.
    stream: TcpStream,
    remote: String,
    base: String,
}

impl Drop for SftpTransport {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

impl SftpTransport {
    /// Connects, checks the host key, logs in.
    pub fn open(remote: &SftpRemote) -> Result<SftpTransport, Trouble> {
        match SftpTransport::open_once(remote) {
            // What is no chance comes out the same again; only then is the operator called for it.
            Err(Refused { may_be_chance: true, .. }) => SftpTransport::open_once(remote),
            opened => opened,
        }
        .map_err(|refused| refused.trouble)
    }

    fn open_once(remote: &SftpRemote) -> Result<SftpTransport, Refused> {
        let stream = connect(remote)?;
        let kept = stream.try_clone().map_err(|error| not_reached(remote, &error.to_string()))?;
        let session = handshake(remote, stream)?;
        let sftp = check_host_key(remote, &session)
            .map_err(Refused::from)
            .and_then(|()| log_in(remote, &kept, &session))
            .and_then(|()| session.sftp().map_err(|error| no_sftp(remote, &kept, &error).into()))
            .inspect_err(|_| {
                let _ = kept.shutdown(Shutdown::Both);
            })?;
        Ok(SftpTransport { sftp, stream: kept, remote: remote.to_string(), base: base_of(remote) })
    }

    fn path(&self, path: &str) -> Result<String, Trouble> {
        let path = path::below(path)?;
        Ok(match (self.base.as_str(), path.as_str()) {
            ("", "") => ".".to_owned(),
            ("", path) => path.to_owned(),
            (base, "") => base.to_owned(),
            (base, path) => format!("{}/{path}", base.trim_end_matches('/')),
        })
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Trouble> {
        match self.sftp.lstat(Path::new(path)) {
            Ok(stat) => Ok(Some(stat)),
            Err(error) if error.code() == ErrorCode::SFTP(NO_SUCH_FILE) => Ok(None),
            Err(error) => Err(self.trouble(path, &error)),
        }
    }

    /// Whether a folder, or a link to one, stands at a path; false if nothing does.
    fn is_folder(&self, path: &str) -> Result<bool, Trouble> {
        match self.sftp.stat(Path::new(path)) {
            // A server that does not say what a thing is: what is asked of the folder next will tell.
            Ok(FileStat { perm: None, .. }) => Ok(true),
            Ok(stat) if stat.is_dir() => Ok(true),
            Ok(_) => {
                let fault = Fault::new(code::FOLDER_FAILED).found(format!("{} {path}", self.remote));
                Err(Trouble::Failed(fault.with("reason", "it is no folder")))
            }
            Err(error) if error.code() == ErrorCode::SFTP(NO_SUCH_FILE) => Ok(false),
            Err(error) => Err(self.trouble(path, &error)),
        }
    }

    /// What a failed call means when it changed nothing on the server.
    fn trouble(&self, path: &str, error: &ssh2::Error) -> Trouble {
        let found = format!("{} {path}", self.remote);
        match error.code() {
            ErrorCode::SFTP(NO_SUCH_FILE) => Trouble::NotFound(Fault::new(code::NO_SUCH_PATH).found(found)),
            ErrorCode::SFTP(FILE_ALREADY_EXISTS) => {
                Trouble::Exists(Fault::new(code::NAME_TAKEN).found(found))
            }
            ErrorCode::SFTP(PERMISSION_DENIED) => Trouble::Failed(
                Fault::new(code::FOLDER_FAILED).found(found).with("reason", "permission denied"),
            ),
            _ => Trouble::Failed(self.lost(path, error)),
        }
    }

    /// What a failed call means that may have been carried out.
    fn trouble_of_change(&self, path: &str, error: &ssh2::Error) -> Trouble {
        match error.code() {
            ErrorCode::SFTP(NO_CONNECTION | CONNECTION_LOST) | ErrorCode::Session(_) => {
                Trouble::Unknown(self.lost(path, error))
            }
            ErrorCode::SFTP(_) => self.trouble(path, error),
        }
    }

    /// A session whose connection is in trouble is cut, so that what is still open on it closes at once instead of
    /// waiting for the time-out once more.
    fn lost(&self, path: &str, error: &ssh2::Error) -> Fault {
        if let ErrorCode::Session(_) = error.code() {
            let _ = self.stream.shutdown(Shutdown::Both);
        }
        let turn = match error.code() {
            ErrorCode::SFTP(OPERATION_UNSUPPORTED) => Turn::Operator,
            _ => Turn::Wait,
        };
        Fault::new(code::SFTP_FAILED)
            .found(path)
            .with("remote", &self.remote)
            .with("reason", error.message())
            .turn(turn)
    }

    fn io_trouble(&self, path: &str, error: &io::Error) -> Trouble {
        let _ = self.stream.shutdown(Shutdown::Both);
        Trouble::Failed(
            Fault::new(code::SFTP_FAILED)
                .found(path)
                .with("remote", &self.remote)
                .with("reason", error)
                .turn(Turn::Wait),
        )
    }
}

impl Transport for SftpTransport {
    fn list(&mut self, folder: &str, each: &mut dyn FnMut(Entry) -> bool) -> Result<(), Trouble> {
        let folder = self.path(folder)?;
        let mut handle =
            self.sftp.opendir(Path::new(&folder)).map_err(|error| self.trouble(&folder, &error))?;
        loop {
            match handle.readdir() {
                Ok((name, stat)) => {
                    let name = name.to_string_lossy().into_owned();
                    if is_file(&name, &stat) && !each(entry(name, &stat)) {
                        return Ok(());
                    }
                }
                Err(error) if error.code() == ErrorCode::Session(END_OF_FOLDER) => return Ok(()),
                Err(error) => return Err(self.trouble(&folder, &error)),
            }
        }
    }

    fn look(&mut self, path: &str) -> Result<Option<Entry>, Trouble> {
        let name = path::split(path).1.to_owned();
        let full = self.path(path)?;
        Ok(self.stat(&full)?.filter(|stat| is_file(&name, stat)).map(|stat| entry(name, &stat)))
    }

    fn read(&mut self, path: &str, into: &mut dyn Write) -> Result<u64, Trouble> {
        let full = self.path(path)?;
        // Asked of the name, not of the open file: a link would be followed, and what is not listed is not read.
        let size = match self.stat(&full)? {
            Some(stat) if is_file(path::split(&full).1, &stat) => stat.size,
            Some(_) => {
                let fault = Fault::new(code::FOLDER_FAILED).found(format!("{} {full}", self.remote));
                return Err(Trouble::Failed(fault.with("reason", "it is no file")));
            }
            None => {
                let found = format!("{} {full}", self.remote);
                return Err(Trouble::NotFound(Fault::new(code::NO_SUCH_PATH).found(found)));
            }
        };
        let mut file = self.sftp.open(Path::new(&full)).map_err(|error| self.trouble(&full, &error))?;
        let read = copy(&mut file, into, BUFFER_BYTES).map_err(|error| match error {
            CopyError::Reading(error) => self.io_trouble(&full, &error),
            CopyError::Writing(error) => copy::own_side(path, &error),
        })?;
        match size {
            Some(size) if read < size => {
                Err(self.io_trouble(&full, &io::Error::from(io::ErrorKind::UnexpectedEof)))
            }
            _ => Ok(read),
        }
    }

    fn write_whole(&mut self, path: &str, from: &mut dyn Read) -> Result<u64, Trouble> {
        let full = self.path(path)?;
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        let mut file = self
            .sftp
            .open_mode(Path::new(&full), flags, 0o644, OpenType::File)
            .map_err(|error| self.trouble(&full, &error))?;
        let written = copy(from, &mut file, BUFFER_BYTES).map_err(|error| match error {
            CopyError::Reading(error) => copy::own_side(path, &error),
            CopyError::Writing(error) => self.io_trouble(&full, &error),
        })?;
        match file.fsync() {
            Ok(()) => {}
            // The server does not know fsync@openssh.com; there is no other way to ask for it.
            Err(error) if matches!(error.code(), ErrorCode::SFTP(OPERATION_UNSUPPORTED | FAILURE)) => {}
            Err(error) => return Err(self.trouble(&full, &error)),
        }
        file.close().map_err(|error| self.trouble(&full, &error))?;
        // A dropped upload looks complete to many servers: the length is what counts.
        match self.stat(&full)?.and_then(|stat| stat.size) {
            Some(size) if size != written => Err(Trouble::Failed(
                Fault::new(code::UPLOAD_CUT)
                    .found(&full)
                    .with("remote", &self.remote)
                    .with("sent", written)
                    .with("there", size),
            )),
            _ => Ok(written),
        }
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        let (from, to) = (self.path(from)?, self.path(to)?);
        // Plain rename of SFTP version 3 never replaces on OpenSSH; other servers may, so we look first.
        if self.stat(&to)?.is_some() {
            return Err(Trouble::Exists(Fault::new(code::NAME_TAKEN).found(format!("{} {to}", self.remote))));
        }
        match self.sftp.rename(Path::new(&from), Path::new(&to), Some(RenameFlags::empty())) {
            Ok(()) => Ok(()),
            // OpenSSH says just "failure" when the new name came up in between.
            Err(error) if error.code() == ErrorCode::SFTP(FAILURE) => {
                if self.stat(&to)?.is_some() && self.stat(&from)?.is_some() {
                    return Err(Trouble::Exists(
                        Fault::new(code::NAME_TAKEN).found(format!("{} {to}", self.remote)),
                    ));
                }
                Err(self.trouble(&from, &error))
            }
            Err(error) => Err(self.trouble_of_change(&from, &error)),
        }
    }

    fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        let full = self.path(path)?;
        self.sftp.unlink(Path::new(&full)).map_err(|error| self.trouble_of_change(&full, &error))
    }

    fn make_folder(&mut self, folder: &str) -> Result<(), Trouble> {
        let whole = path::below(folder)?;
        let mut made = String::new();
        for part in whole.split('/').filter(|part| !part.is_empty()) {
            if !made.is_empty() {
                made.push('/');
            }
            made.push_str(part);
            let full = self.path(&made)?;
            if !self.is_folder(&full)?
                && let Err(error) = self.sftp.mkdir(Path::new(&full), 0o755)
            {
                // Servers say just "failure" of a name that came up in between; others may make the same folder.
                match error.code() {
                    ErrorCode::SFTP(FAILURE | FILE_ALREADY_EXISTS) if self.is_folder(&full)? => {}
                    _ => return Err(self.trouble(&full, &error)),
                }
            }
        }
        Ok(())
    }

    fn is_alive(&mut self) -> bool {
        let base = if self.base.is_empty() { "." } else { &self.base };
        match self.sftp.stat(Path::new(base)) {
            Ok(_) => true,
            // Any answer of the server is a sign of life.
            Err(error) => {
                matches!(error.code(), ErrorCode::SFTP(code) if code != NO_CONNECTION && code != CONNECTION_LOST)
            }
        }
    }
}

/// A server that does not say what a thing is means files, but for the folder itself and its parent.
fn is_file(name: &str, stat: &FileStat) -> bool {
    match stat.perm {
        Some(_) => stat.is_file(),
        None => !matches!(name, "." | ".."),
    }
}

fn entry(name: String, stat: &FileStat) -> Entry {
    let modified = stat.mtime.and_then(|seconds| DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0));
    Entry { name, size: stat.size.unwrap_or(0), modified }
}

/// Without a slash at its end, unless it is the root.
fn base_of(remote: &SftpRemote) -> String {
    match remote.base.trim_end_matches('/') {
        "" if !remote.base.is_empty() => "/".to_owned(),
        base => base.to_owned(),
    }
}

fn connect(remote: &SftpRemote) -> Result<TcpStream, Trouble> {
    let addresses = (remote.host.as_str(), remote.port)
        .to_socket_addrs()
        .map_err(|error| not_reached(remote, &error.to_string()))?;
    let mut reason = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, remote.time_out) {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => reason = error.to_string(),
        }
    }
    Err(not_reached(remote, &reason))
}

fn not_reached(remote: &SftpRemote, reason: &str) -> Trouble {
    Trouble::Failed(Fault::new(code::NOT_REACHED).with("remote", remote).with("reason", reason))
}

/// A session that did not come about.
struct Refused {
    trouble: Trouble,
    /// libssh2 does not tell whether the server refused, or the connection ended just then.
    may_be_chance: bool,
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Refused {
        Refused { trouble, may_be_chance: false }
    }
}

fn handshake(remote: &SftpRemote, stream: TcpStream) -> Result<Session, Refused> {
    let failed = |error: ssh2::Error| not_reached(remote, error.message());
    let mut session = Session::new().map_err(failed)?;
    session.set_timeout(u32::try_from(remote.time_out.as_millis()).unwrap_or(u32::MAX));
    session.set_tcp_stream(stream);
    match session.handshake() {
        Ok(()) => Ok(session),
        // "Unable to exchange encryption keys" is all that libssh2 says: it helps to know ours.
        Err(error) if error.code() == ErrorCode::Session(KEX_FAILURE) => {
            let ours = session.supported_algs(MethodType::Kex).unwrap_or_default().join(", ");
            let fault = Fault::new(code::NO_COMMON_ALGORITHM)
                .with("remote", remote)
                .with("reason", error.message())
                .with("ours", ours);
            Err(Refused { trouble: Trouble::Failed(fault), may_be_chance: true })
        }
        Err(error) => Err(failed(error).into()),
    }
}

fn check_host_key(remote: &SftpRemote, session: &Session) -> Result<(), Trouble> {
    let hash = session.host_key_hash(HashType::Sha256);
    let found = hash.map(|hash| format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))).unwrap_or_default();
    if remote.host_keys.contains(&found) {
        return Ok(());
    }
    let code = if remote.host_keys.is_empty() { code::HOST_KEY_UNKNOWN } else { code::HOST_KEY_CHANGED };
    Err(Trouble::Failed(
        Fault::new(code).found(found).with("remote", remote).with("known", remote.host_keys.join(", ")),
    ))
}

fn log_in(remote: &SftpRemote, stream: &TcpStream, session: &Session) -> Result<(), Refused> {
    let done = match &remote.login {
        SftpLogin::Password(password) => log_in_by_password(session, &remote.user, password),
        SftpLogin::Key { private_key, passphrase } => {
            session.userauth_pubkey_memory(&remote.user, None, private_key, passphrase.as_deref())
        }
    };
    done.map_err(|error| match error.code() {
        // Nothing was said of the login.
        ErrorCode::Session(SOCKET_SEND | TIMED_OUT | SOCKET_DISCONNECT | SOCKET_RECEIVE) => {
            not_reached(remote, error.message()).into()
        }
        _ => {
            let fault =
                Fault::new(code::LOGIN_REFUSED).with("remote", remote).with("reason", error.message());
            // A server that says no lets us say more, unless it counts tries and this was the last.
            Refused { trouble: Trouble::Failed(fault), may_be_chance: is_cut(stream) }
        }
    })
}

/// Why nobody speaks SFTP with us: the server is away or busy, which says nothing of the account; or it is well, and
/// offers this account no SFTP.
fn no_sftp(remote: &SftpRemote, stream: &TcpStream, error: &ssh2::Error) -> Trouble {
    // libssh2 says the same of a connection that ended and of an SFTP server that ended on a living one.
    let is_away = matches!(error.code(), ErrorCode::Session(SOCKET_SEND | TIMED_OUT)) || is_cut(stream);
    if is_away {
        return not_reached(remote, error.message());
    }
    Trouble::Failed(Fault::new(code::NO_SFTP).with("remote", remote).with("reason", error.message()))
}

/// Whether the other side ended a connection that is ours to give up: it does not block any more after this.
fn is_cut(stream: &TcpStream) -> bool {
    match stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0])) {
        Ok(waiting) => waiting == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

/// Many servers ask for the password in a dialogue, and call only that keyboard-interactive.
fn log_in_by_password(session: &Session, user: &str, password: &str) -> Result<(), ssh2::Error> {
    let methods = session.auth_methods(user).unwrap_or_default().to_owned();
    let offers = |method: &str| methods.split(',').any(|offered| offered == method);
    if !offers("password") && offers("keyboard-interactive") {
        return session.userauth_keyboard_interactive(user, &mut Answers(password));
    }
    session.userauth_password(user, password)
}

/// Answers what is asked without an echo; a question with one is no question for a password.
struct Answers<'a>(&'a str);

impl KeyboardInteractivePrompt for Answers<'_> {
    fn prompt(&mut self, _: &str, _: &str, prompts: &[Prompt<'_>]) -> Vec<String> {
        prompts.iter().map(|prompt| if prompt.echo { String::new() } else { self.0.to_owned() }).collect()
    }
}
