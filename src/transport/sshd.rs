//! A real SFTP server for trials and tests: this machine's own sshd, on a folder and a free loopback port, with keys
//! of its own. It is ended with the value, and only it.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian's openssh-server puts it; sshd wants to be called by its whole path.
const SSHD: &str = "/usr/sbin/sshd";
/// How long it may take to answer.
const START_TIME_OUT: Duration = Duration::from_secs(10);

/// A running sshd.
#[derive(Debug)]
pub struct RealSshd {
    /// The loopback port.
    pub port: u16,
    /// The host key's fingerprint, as OpenSSH prints it.
    pub host_key_fingerprint: String,
    /// The user who may log in: whoever runs this process.
    pub user: String,
    /// The private key that logs in, as OpenSSH text.
    pub private_key: String,
    child: Child,
    keys: PathBuf,
}

impl RealSshd {
    /// Whether the machine has what is needed (Debian: openssh-server, openssh-client).
    pub fn is_there() -> bool {
        Path::new(SSHD).exists() && keygen(&["-?"]).is_ok()
    }

    /// Starts sshd on a folder: who logs in stands in it.
    ///
    /// # Errors
    /// sshd is missing, or does not answer in time.
    pub fn start(root: &Path) -> io::Result<RealSshd> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let keys = private_folder(port)?;
        match start(root, &keys, port) {
            Ok(sshd) => Ok(sshd),
            Err(error) => {
                let _ = std::fs::remove_dir_all(&keys);
                Err(error)
            }
        }
    }
}

impl Drop for RealSshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.keys);
    }
}

fn start(root: &Path, keys: &Path, port: u16) -> io::Result<RealSshd> {
    let (host_key, user_key) = (keys.join("host"), keys.join("user"));
    for key in [&host_key, &user_key] {
        keygen(&["-q", "-t", "ed25519", "-N", "", "-f", &key.to_string_lossy()])?;
    }
    let fingerprint =
        keygen(&["-l", "-E", "sha256", "-f", &host_key.with_extension("pub").to_string_lossy()])?;
    let fingerprint = fingerprint.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let configuration = keys.join("sshd_config");
    let text = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nPidFile {keys}/pid\nAuthorizedKeysFile {user}.pub\n\
         StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
         Subsystem sftp internal-sftp -d {root}\nMaxStartups 100:30:200\nMaxSessions 50\nLogLevel ERROR\n",
        host = host_key.display(),
        keys = keys.display(),
        user = user_key.display(),
        root = root.display(),
    );
    io::Write::write_all(&mut std::fs::File::create(&configuration)?, text.as_bytes())?;
    if rustix::process::getuid().is_root() {
        // Its privilege separation folder; without an init system nobody makes it.
        std::fs::create_dir_all("/run/sshd")?;
    }
    let child = Command::new(SSHD)
        .args(["-D", "-e", "-f"])
        .arg(&configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut sshd = RealSshd {
        port,
        host_key_fingerprint: fingerprint,
        user: user_name()?,
        private_key: std::fs::read_to_string(&user_key)?,
        child,
        keys: keys.to_owned(),
    };
    let began = Instant::now();
    while !answers(port) {
        if began.elapsed() > START_TIME_OUT || sshd.child.try_wait()?.is_some() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "sshd does not answer"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(sshd)
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut greeting = [0; 4];
    stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok()
        && stream.read_exact(&mut greeting).is_ok()
        && greeting == *b"SSH-"
}

fn private_folder(port: u16) -> io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("lastkaj-sshd-{}-{port}", std::process::id()));
    std::fs::create_dir(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    Ok(folder)
}

fn keygen(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new("ssh-keygen").args(arguments).stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn user_name() -> io::Result<String> {
    let output = Command::new("id").arg("-un").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
