//! A folder on an SFTP server, by libssh2. The host key is checked before anything secret is sent.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::path::Path;

use chrono::DateTime;
use ssh2::{ErrorCode, FileStat, HashType, OpenFlags, OpenType, RenameFlags, Session, Sftp};

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
        let stream = connect(remote)?;
        let kept = stream.try_clone().map_err(|error| not_reached(remote, &error.to_string()))?;
        let session = handshake(remote, stream)?;
        if let Err(trouble) = check_host_key(remote, &session).and_then(|()| log_in(remote, &session)) {
            let _ = kept.shutdown(Shutdown::Both);
            return Err(trouble);
        }
        let sftp = session.sftp().map_err(|error| {
            Trouble::Failed(Fault::new(code::NO_SFTP).with("remote", remote).with("reason", error.message()))
        })?;
        Ok(SftpTransport {
            sftp,
            stream: kept,
            remote: remote.to_string(),
            base: remote.base.trim_end_matches('/').to_owned(),
        })
    }

    fn path(&self, path: &str) -> Result<String, Trouble> {
        let path = path::below(path)?;
        Ok(match (self.base.as_str(), path.as_str()) {
            ("", "") => ".".to_owned(),
            ("", path) => path.to_owned(),
            (base, "") => base.to_owned(),
            (base, path) => format!("{base}/{path}"),
        })
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Trouble> {
        match self.sftp.lstat(Path::new(path)) {
            Ok(stat) => Ok(Some(stat)),
            Err(error) if error.code() == ErrorCode::SFTP(NO_SUCH_FILE) => Ok(None),
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

    fn lost(&self, path: &str, error: &ssh2::Error) -> Fault {
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
                Ok((name, stat)) if stat.is_file() => {
                    let name = name.to_string_lossy().into_owned();
                    if !each(entry(name, &stat)) {
                        return Ok(());
                    }
                }
                Ok(_) => {}
                // libssh2 says so at the end of a folder.
                Err(error) if error.code() == ErrorCode::Session(-16) => return Ok(()),
                Err(error) => return Err(self.trouble(&folder, &error)),
            }
        }
    }

    fn look(&mut self, path: &str) -> Result<Option<Entry>, Trouble> {
        let name = path::split(path).1.to_owned();
        let full = self.path(path)?;
        Ok(self.stat(&full)?.filter(FileStat::is_file).map(|stat| entry(name, &stat)))
    }

    fn read(&mut self, path: &str, into: &mut dyn Write) -> Result<u64, Trouble> {
        let full = self.path(path)?;
        let mut file = self.sftp.open(Path::new(&full)).map_err(|error| self.trouble(&full, &error))?;
        let size = file.stat().map_err(|error| self.trouble(&full, &error))?.size;
        let read = copy(&mut file, into).map_err(|error| self.io_trouble(&full, &error))?;
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
        let written = copy(from, &mut file).map_err(|error| self.io_trouble(&full, &error))?;
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
            if self.stat(&full)?.is_none() {
                self.sftp.mkdir(Path::new(&full), 0o755).map_err(|error| self.trouble(&full, &error))?;
            }
        }
        Ok(())
    }
}

fn entry(name: String, stat: &FileStat) -> Entry {
    let modified = stat.mtime.and_then(|seconds| DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0));
    Entry { name, size: stat.size.unwrap_or(0), modified }
}

fn copy(from: &mut dyn Read, into: &mut dyn Write) -> io::Result<u64> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut copied = 0;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(copied);
        }
        into.write_all(buffer.get(..read).unwrap_or_default())?;
        copied += read as u64;
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

fn handshake(remote: &SftpRemote, stream: TcpStream) -> Result<Session, Trouble> {
    let failed = |error: ssh2::Error| not_reached(remote, error.message());
    let mut session = Session::new().map_err(failed)?;
    session.set_timeout(u32::try_from(remote.time_out.as_millis()).unwrap_or(u32::MAX));
    session.set_tcp_stream(stream);
    session.handshake().map_err(failed)?;
    Ok(session)
}

fn check_host_key(remote: &SftpRemote, session: &Session) -> Result<(), Trouble> {
    let hash = session.host_key_hash(HashType::Sha256);
    let found = hash.map(|hash| format!("SHA256:{}", base64_without_padding(hash))).unwrap_or_default();
    if remote.host_keys.contains(&found) {
        return Ok(());
    }
    let code = if remote.host_keys.is_empty() { code::HOST_KEY_UNKNOWN } else { code::HOST_KEY_CHANGED };
    Err(Trouble::Failed(
        Fault::new(code).found(found).with("remote", remote).with("known", remote.host_keys.join(", ")),
    ))
}

fn log_in(remote: &SftpRemote, session: &Session) -> Result<(), Trouble> {
    let done = match &remote.login {
        SftpLogin::Password(password) => session.userauth_password(&remote.user, password),
        SftpLogin::Key { private_key, passphrase } => {
            session.userauth_pubkey_memory(&remote.user, None, private_key, passphrase.as_deref())
        }
    };
    done.map_err(|error| {
        match error.code() {
            // Sending, receiving, time-out, disconnect: nothing was said of the login.
            ErrorCode::Session(-7 | -9 | -13 | -43) => not_reached(remote, error.message()),
            _ => Trouble::Failed(
                Fault::new(code::LOGIN_REFUSED).with("remote", remote).with("reason", error.message()),
            ),
        }
    })
}

/// Base64 as OpenSSH prints fingerprints.
pub(super) fn base64_without_padding(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            let index = (word >> (18 - 6 * position)) & 63;
            text.push(LETTERS.get(index as usize).copied().map_or('?', char::from));
        }
    }
    text
}
