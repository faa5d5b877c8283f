//! The demo's work folder: the ERP's folders, the SFTP server's folder, and the configuration.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::transport::server::{self, SftpServer};
use crate::transport::sshd::RealSshd;

use super::files;

/// What is in it from the beginning.
const FOLDERS: [&str; 10] = [
    "erp/articles",
    "erp/orders",
    "erp/purchase-orders",
    "erp/attachments",
    "erp/cancellations",
    "erp/returns",
    "erp/to-erp",
    "sftp/from-erp",
    "sftp/to-erp",
    "data",
];

/// The work folder.
pub(super) struct DemoFolder(PathBuf);

impl DemoFolder {
    /// Makes the work folder; one that is given must be empty or new, so that nothing of anybody is touched.
    pub fn make(given: Option<PathBuf>) -> io::Result<DemoFolder> {
        let path = given.unwrap_or_else(|| {
            (1..)
                .map(|number| std::env::temp_dir().join(format!("lastkaj-demo-{number}")))
                .find(|path| !path.exists())
                .unwrap_or_default()
        });
        fs::create_dir_all(&path)?;
        let path = path.canonicalize()?;
        if fs::read_dir(&path)?.next().is_some() {
            return Err(io::Error::other(format!(
                "{} is not empty; name a new folder with --dir",
                path.display()
            )));
        }
        let folder = DemoFolder(path);
        for name in FOLDERS {
            fs::create_dir_all(folder.path().join(name))?;
        }
        for (name, bytes) in files::FORMATS {
            folder.put(&format!("formats/{name}"), bytes)?;
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file as a careful ERP does: under another name first.
    pub fn drop_file(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = format!("{name}.tmp");
        self.put(&temporary, bytes)?;
        fs::rename(self.path().join(temporary), self.path().join(name))
    }

    /// Writes a file in place.
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::File::create(path)?.write_all(bytes)
    }

    /// Adds to a file that is there.
    pub fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::File::options().append(true).open(self.path().join(name))?.write_all(bytes)
    }

    /// The names in a folder, without folders.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path().join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Writes gateway.toml and its secrets, and says where it is.
    pub fn write_configuration(
        &self,
        url: &str,
        account: &(String, String, i32),
        sftp: &SftpFolder,
    ) -> io::Result<PathBuf> {
        let (user, password, goods_owner) = account;
        self.put_secret("secrets/ongoing", password)?;
        let login = match sftp {
            SftpFolder::Sshd(sshd) => {
                self.put_secret("secrets/sftp-key", &sshd.private_key)?;
                "key = { file = \"secrets/sftp-key\" }"
            }
            SftpFolder::InProcess { password, .. } => {
                self.put_secret("secrets/sftp", password)?;
                "password = { file = \"secrets/sftp\" }"
            }
        };
        let sftp_remote = format!(
            "{{ url = \"sftp://{}@127.0.0.1:{}\", {login}, host_key = [\"{}\"] }}",
            sftp.user(),
            sftp.port(),
            sftp.host_key()
        );
        let text = CONFIGURATION
            .replace("{{url}}", url)
            .replace("{{user}}", user)
            .replace("{{goods_owner}}", &goods_owner.to_string())
            .replace("{{sftp}}", &sftp_remote);
        self.put("gateway.toml", text.as_bytes())?;
        Ok(self.path().join("gateway.toml"))
    }

    fn put_secret(&self, name: &str, secret: &str) -> io::Result<()> {
        self.put(name, secret.as_bytes())?;
        fs::set_permissions(self.path().join(name), fs::Permissions::from_mode(0o600))
    }
}

/// The configuration, with its places to fill in. The times are short, so that one need not wait.
const CONFIGURATION: &str = include_str!("gateway.toml");

/// A real SFTP folder: OpenSSH's sshd where it is on the machine, else the in-process server.
pub(super) enum SftpFolder {
    Sshd(RealSshd),
    InProcess { server: SftpServer, password: String },
}

/// The user of the in-process server.
const USER: &str = "nordvik";

impl SftpFolder {
    pub async fn start(folder: &DemoFolder, with_sshd: bool) -> io::Result<SftpFolder> {
        let root = folder.path().join("sftp");
        if with_sshd
            && RealSshd::is_there()
            && let Ok(sshd) = RealSshd::start(&root)
        {
            return Ok(SftpFolder::Sshd(sshd));
        }
        let password = format!("demo-{}", std::process::id());
        let server = server::serve(root, USER, &password).await?;
        Ok(SftpFolder::InProcess { server, password })
    }

    pub fn describe(&self) -> String {
        let what = match self {
            SftpFolder::Sshd(_) => "OpenSSH's sshd",
            SftpFolder::InProcess { .. } => "the in-process server",
        };
        format!("{what} on 127.0.0.1:{}", self.port())
    }

    fn user(&self) -> &str {
        match self {
            SftpFolder::Sshd(sshd) => &sshd.user,
            SftpFolder::InProcess { .. } => USER,
        }
    }

    fn port(&self) -> u16 {
        match self {
            SftpFolder::Sshd(sshd) => sshd.port,
            SftpFolder::InProcess { server, .. } => server.port,
        }
    }

    fn host_key(&self) -> &str {
        match self {
            SftpFolder::Sshd(sshd) => &sshd.host_key_fingerprint,
            SftpFolder::InProcess { server, .. } => &server.host_key_fingerprint,
        }
    }

    pub async fn stop(self) {
        if let SftpFolder::InProcess { server, .. } = self {
            server.stop().await;
        }
    }
}
