//! A real SFTP server for trials and tests: this machine's own sshd, on a folder and a free loopback port, with keys
//! of its own. It is ended with the value, and only it.

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where Debian's openssh-server puts it; sshd wants to be called by its whole path.
const SSHD: &str = "/usr/sbin/sshd";
/// How long it may take to answer.
const START_TIME_OUT: Duration = Duration::from_secs(10);
/// How many ports are tried.
const START_TRIES_MAX: usize = 5;

/// A running sshd.
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
        RealSshd::start_with(root, "")
    }

    /// The same, with more lines in its configuration. sshd heeds the first of lines that contradict each other, and
    /// these come first.
    ///
    /// # Errors
    /// sshd is missing, does not take the lines, or does not answer in time.
    pub fn start_with(root: &Path, more: &str) -> io::Result<RealSshd> {
        if root.to_string_lossy().contains(|letter: char| letter.is_whitespace() || "\"'\\%".contains(letter))
        {
            return Err(io::Error::other("sshd cannot be told a folder with blanks or quotes in its path"));
        }
        let mut tries = 1;
        loop {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let keys = private_folder(port)?;
            match start(root, &keys, port, more) {
                // Between our choosing the port and sshd's taking it, another process may have taken it.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < START_TRIES_MAX => {
                    let _ = std::fs::remove_dir_all(&keys);
                    tries += 1;
                }
                Err(error) => {
                    let _ = std::fs::remove_dir_all(&keys);
                    return Err(error);
                }
                Ok(sshd) => return Ok(sshd),
            }
        }
    }
}

impl std::fmt::Debug for RealSshd {
    /// Without the private key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RealSshd({}@127.0.0.1:{})", self.user, self.port)
    }
}

impl Drop for RealSshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.keys);
    }
}

fn start(root: &Path, keys: &Path, port: u16, more: &str) -> io::Result<RealSshd> {
    let (host_key, user_key) = (keys.join("host"), keys.join("user"));
    for key in [&host_key, &user_key] {
        keygen(&["-q", "-t", "ed25519", "-N", "", "-f", &key.to_string_lossy()])?;
    }
    let fingerprint =
        keygen(&["-l", "-E", "sha256", "-f", &host_key.with_extension("pub").to_string_lossy()])?;
    let fingerprint = fingerprint.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let configuration = keys.join("sshd_config");
    let text = format!(
        "{more}Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nPidFile {keys}/pid\nAuthorizedKeysFile {user}.pub\n\
         StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n\
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
    let (user, private_key) = (user_name()?, std::fs::read_to_string(&user_key)?);
    let log = keys.join("log");
    // From here on nothing may return without the value whose drop ends the child.
    let child = Command::new(SSHD)
        .arg("-D")
        .arg("-E")
        .arg(&log)
        .arg("-f")
        .arg(&configuration)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut sshd =
        RealSshd { port, host_key_fingerprint: fingerprint, user, private_key, child, keys: keys.to_owned() };
    let began = Instant::now();
    loop {
        if sshd.child.try_wait()?.is_some() {
            return Err(ended(&log));
        }
        // It writes its number once it listens; before that, whoever answers on the port is another.
        let number = std::fs::read_to_string(keys.join("pid")).unwrap_or_default();
        if number.trim() == sshd.child.id().to_string() && answers(port) {
            return Ok(sshd);
        }
        if began.elapsed() > START_TIME_OUT {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "sshd does not answer"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Why sshd ended, in its own words.
fn ended(log: &Path) -> io::Error {
    let said = std::fs::read_to_string(log).unwrap_or_default();
    let taken = said.contains("Address already in use");
    let kind = if taken { io::ErrorKind::AddrInUse } else { io::ErrorKind::Other };
    io::Error::new(kind, format!("sshd ended at once: {}", said.trim()))
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
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_says_so_and_leaves_nothing_running() {
        assert!(RealSshd::is_there(), "this test needs OpenSSH: apt-get install openssh-server");
        let (root, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        // It greets as sshd does, and is another's.
        std::thread::spawn(move || {
            for stream in taken.incoming().map_while(Result::ok) {
                let _ = io::Write::write_all(&mut &stream, b"SSH-2.0-other\r\n");
            }
        });
        let error = start(root.path(), keys.path(), port, "").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{error}");
    }

    #[test]
    fn what_sshd_does_not_understand_is_told_in_its_words() {
        assert!(RealSshd::is_there(), "this test needs OpenSSH: apt-get install openssh-server");
        let root = tempfile::tempdir().unwrap();
        let error = RealSshd::start_with(root.path(), "NoSuchSetting yes\n").unwrap_err();
        assert!(error.to_string().contains("NoSuchSetting"), "{error}");
    }
}
