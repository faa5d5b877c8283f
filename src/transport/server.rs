//! An SFTP server inside this process, over a real folder: for the demo on a machine without sshd, and for tests.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::Arc;

use russh::keys::{Algorithm, HashAlg, PrivateKey};
use russh::server::{Auth, ChannelOpenHandle, Msg, Session};
use russh::{Channel, ChannelId};
use russh_sftp::protocol::{
    Attrs, Data, File as NamedFile, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode, Version,
};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How many files one answer to a listing holds.
const FILES_PER_ANSWER: usize = 100;
/// The greatest piece of a file that one answer holds.
const READ_BYTES_MAX: u32 = 256 * 1024;

/// A running server.
#[derive(Debug)]
pub struct SftpServer {
    /// The loopback port.
    pub port: u16,
    /// The host key's fingerprint, as OpenSSH prints it.
    pub host_key_fingerprint: String,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl SftpServer {
    /// Stops it and cuts its connections.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// Serves a folder on a free loopback port to one user with a password.
///
/// # Errors
/// No port is free, or no host key could be made.
pub async fn serve(base: PathBuf, user: &str, password: &str) -> io::Result<SftpServer> {
    let key = PrivateKey::random(&mut russh::keys::key::safe_rng(), Algorithm::Ed25519)
        .map_err(io::Error::other)?;
    let host_key_fingerprint = key.public_key().fingerprint(HashAlg::Sha256).to_string();
    let config = Arc::new(russh::server::Config {
        keys: vec![key],
        auth_rejection_time: std::time::Duration::from_millis(100),
        auth_rejection_time_initial: Some(std::time::Duration::ZERO),
        nodelay: true,
        ..russh::server::Config::default()
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (stop, mut stopped) = watch::channel(false);
    let account = Arc::new(Account { base, user: user.to_owned(), password: password.to_owned() });
    let task = tokio::spawn(async move {
        loop {
            let stream = tokio::select! {
                _ = stopped.changed() => return,
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(_) => continue,
                },
            };
            let (config, account, mut stopped) = (config.clone(), account.clone(), stopped.clone());
            tokio::spawn(async move {
                let connection = Connection { account, channels: HashMap::new() };
                if let Ok(session) = russh::server::run_stream(config, stream, connection).await {
                    tokio::select! {
                        _ = stopped.changed() => {}
                        _ = session => {}
                    }
                }
            });
        }
    });
    Ok(SftpServer { port, host_key_fingerprint, stop, task })
}

struct Account {
    base: PathBuf,
    user: String,
    password: String,
}

struct Connection {
    account: Arc<Account>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl russh::server::Handler for Connection {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let known = user == self.account.user && password == self.account.password;
        Ok(if known { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match (name, self.channels.remove(&id)) {
            ("sftp", Some(channel)) => {
                session.channel_success(id)?;
                let files = Files {
                    base: self.account.base.clone(),
                    open: HashMap::new(),
                    listings: HashMap::new(),
                    last: 0,
                };
                russh_sftp::server::run(channel.into_stream(), files).await;
            }
            _ => session.channel_failure(id)?,
        }
        Ok(())
    }
}

/// The files of one session.
struct Files {
    base: PathBuf,
    open: HashMap<String, File>,
    listings: HashMap<String, Vec<NamedFile>>,
    last: u64,
}

impl Files {
    /// Where a path stands below the base folder; nothing leads out of it.
    fn path(&self, path: &str) -> Result<PathBuf, StatusCode> {
        let mut full = self.base.clone();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(StatusCode::PermissionDenied),
                part => full.push(part),
            }
        }
        Ok(full)
    }

    fn next_handle(&mut self) -> String {
        self.last += 1;
        self.last.to_string()
    }

    fn attributes(&self, path: &str) -> Result<FileAttributes, StatusCode> {
        let metadata = fs::symlink_metadata(self.path(path)?).map_err(|error| status_of(&error))?;
        Ok(attributes_of(&metadata))
    }
}

fn attributes_of(metadata: &fs::Metadata) -> FileAttributes {
    FileAttributes {
        size: Some(metadata.len()),
        permissions: Some(metadata.mode()),
        mtime: u32::try_from(metadata.mtime()).ok(),
        atime: u32::try_from(metadata.atime()).ok(),
        ..FileAttributes::empty()
    }
}

fn status_of(error: &io::Error) -> StatusCode {
    match error.kind() {
        io::ErrorKind::NotFound => StatusCode::NoSuchFile,
        io::ErrorKind::PermissionDenied => StatusCode::PermissionDenied,
        _ => StatusCode::Failure,
    }
}

fn done(id: u32, result: io::Result<()>) -> Result<Status, StatusCode> {
    result.map_err(|error| status_of(&error))?;
    Ok(Status {
        id,
        status_code: StatusCode::Ok,
        error_message: "Ok".to_owned(),
        language_tag: "en".to_owned(),
    })
}

impl russh_sftp::server::Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn init(&mut self, _: u32, _: HashMap<String, String>) -> Result<Version, StatusCode> {
        Ok(Version::new())
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusCode> {
        let path = path.trim_start_matches("./").trim_matches('/');
        let shown = if path.is_empty() || path == "." { "/".to_owned() } else { format!("/{path}") };
        Ok(Name { id, files: vec![NamedFile::dummy(shown)] })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.attributes(&path)? })
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        Ok(Attrs { id, attrs: self.attributes(&path)? })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        let file = self.open.get(&handle).ok_or(StatusCode::Failure)?;
        let metadata = file.metadata().map_err(|error| status_of(&error))?;
        Ok(Attrs { id, attrs: attributes_of(&metadata) })
    }

    async fn setstat(&mut self, id: u32, _: String, _: FileAttributes) -> Result<Status, StatusCode> {
        done(id, Ok(()))
    }

    async fn fsetstat(&mut self, id: u32, _: String, _: FileAttributes) -> Result<Status, StatusCode> {
        done(id, Ok(()))
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusCode> {
        let entries = fs::read_dir(self.path(&path)?).map_err(|error| status_of(&error))?;
        let files = entries
            .flatten()
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some(NamedFile::new(entry.file_name().to_string_lossy(), attributes_of(&metadata)))
            })
            .collect();
        let handle = self.next_handle();
        self.listings.insert(handle.clone(), files);
        Ok(Handle { id, handle })
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusCode> {
        let left = self.listings.get_mut(&handle).ok_or(StatusCode::Failure)?;
        if left.is_empty() {
            return Err(StatusCode::Eof);
        }
        let rest = left.split_off(left.len().min(FILES_PER_ANSWER));
        Ok(Name { id, files: std::mem::replace(left, rest) })
    }

    async fn open(
        &mut self,
        id: u32,
        path: String,
        flags: OpenFlags,
        _: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        let file = File::options()
            .read(flags.contains(OpenFlags::READ))
            .write(flags.contains(OpenFlags::WRITE))
            .create(flags.contains(OpenFlags::CREATE))
            .truncate(flags.contains(OpenFlags::TRUNCATE))
            .open(self.path(&path)?)
            .map_err(|error| status_of(&error))?;
        let handle = self.next_handle();
        self.open.insert(handle.clone(), file);
        Ok(Handle { id, handle })
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, length: u32) -> Result<Data, StatusCode> {
        let file = self.open.get(&handle).ok_or(StatusCode::Failure)?;
        let mut data = vec![0; length.min(READ_BYTES_MAX) as usize];
        let read = file.read_at(&mut data, offset).map_err(|error| status_of(&error))?;
        if read == 0 {
            return Err(StatusCode::Eof);
        }
        data.truncate(read);
        Ok(Data { id, data })
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusCode> {
        let file = self.open.get(&handle).ok_or(StatusCode::Failure)?;
        done(id, file.write_all_at(&data, offset))
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusCode> {
        self.open.remove(&handle);
        self.listings.remove(&handle);
        done(id, Ok(()))
    }

    async fn remove(&mut self, id: u32, path: String) -> Result<Status, StatusCode> {
        done(id, fs::remove_file(self.path(&path)?))
    }

    async fn mkdir(&mut self, id: u32, path: String, _: FileAttributes) -> Result<Status, StatusCode> {
        done(id, fs::create_dir(self.path(&path)?))
    }

    async fn rename(&mut self, id: u32, from: String, to: String) -> Result<Status, StatusCode> {
        let (from, to) = (self.path(&from)?, self.path(&to)?);
        // As OpenSSH does it: a hard link never replaces.
        if fs::symlink_metadata(&to).is_ok() {
            return Err(StatusCode::Failure);
        }
        done(id, fs::rename(from, to))
    }
}
