//! The control socket: how commands and pages reach the gateway that runs. One request a line, one answer a line, as
//! JSON; who asks is the peer's user, as the system tells it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::fault::{Fault, code};

use super::Gateway;
use super::operate::{Request, operate};
use super::run::Bells;

/// The greatest number of bytes of one request.
const REQUEST_BYTES_MAX: u64 = 64 * 1024;
/// How long a command waits for its answer.
const ANSWER_TIME_OUT: Duration = Duration::from_secs(30);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Answer(Value),
    Fault(Box<Fault>),
}

/// Opens the socket, in place of one that a dead process left. The data folder's lock is ours already.
///
/// # Errors
/// The folder of the socket cannot be written.
pub fn listen(path: &Path) -> Result<UnixListener, Fault> {
    let failed = |error: std::io::Error| {
        Fault::new(code::CONTROL_SOCKET_FAILED).with("path", path.display()).with("reason", error)
    };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    // Who may write to the socket may operate the gateway: its own user and group.
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o660)).map_err(failed)?;
    Ok(listener)
}

/// Answers until the gateway stops.
pub async fn serve(gateway: Arc<Gateway>, bells: Arc<Bells>, listener: UnixListener) {
    while !gateway.is_stopping() {
        let accepted = tokio::time::timeout(Duration::from_millis(500), listener.accept()).await;
        if let Ok(Ok((stream, _))) = accepted {
            tokio::spawn(answer(gateway.clone(), bells.clone(), stream));
        }
    }
}

async fn answer(gateway: Arc<Gateway>, bells: Arc<Bells>, mut stream: UnixStream) {
    let who = stream.peer_cred().map_or_else(|_| "unknown user".to_owned(), |peer| user_name(peer.uid()));
    let mut line = String::new();
    let (reader, mut writer) = stream.split();
    let mut reader = tokio::io::BufReader::new(reader.take(REQUEST_BYTES_MAX));
    let read = reader.read_line(&mut line);
    if !matches!(tokio::time::timeout(ANSWER_TIME_OUT, read).await, Ok(Ok(bytes)) if bytes > 0) {
        return;
    }
    let reply = match serde_json::from_str::<Request>(&line) {
        Ok(request) => {
            let answer = operate(gateway.ledger(), &gateway.clock, &who, &request).await;
            if request.changes() {
                bells.ring_all();
            }
            answer.map_or_else(|fault| Reply::Fault(Box::new(fault)), Reply::Answer)
        }
        Err(error) => Reply::Fault(Box::new(Fault::new(code::CONTROL_REQUEST_UNKNOWN).with("reason", error))),
    };
    let mut text = serde_json::to_string(&reply).unwrap_or_default();
    text.push('\n');
    let _ = writer.write_all(text.as_bytes()).await;
}

/// Asks the gateway that runs.
///
/// # Errors
/// It does not answer, or what it answered is a fault.
pub fn ask(path: &Path, request: &Request) -> Result<Value, Fault> {
    let failed = |error: std::io::Error| {
        Fault::new(code::CONTROL_SOCKET_FAILED).with("path", path.display()).with("reason", error)
    };
    let mut stream = BlockingStream::connect(path).map_err(failed)?;
    stream.set_read_timeout(Some(ANSWER_TIME_OUT)).map_err(failed)?;
    stream.set_write_timeout(Some(ANSWER_TIME_OUT)).map_err(failed)?;
    let mut text = serde_json::to_string(request).unwrap_or_default();
    text.push('\n');
    stream.write_all(text.as_bytes()).map_err(failed)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(failed)?;
    match serde_json::from_str(&answer) {
        Ok(Reply::Answer(value)) => Ok(value),
        Ok(Reply::Fault(fault)) => Err(*fault),
        Err(error) => Err(Fault::new(code::CONTROL_REQUEST_UNKNOWN).with("reason", error)),
    }
}

/// The name of a user of this machine, or its number.
pub fn user_name(uid: u32) -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    users
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let id = fields.nth(1)?;
            (id.parse() == Ok(uid)).then(|| name.to_owned())
        })
        .unwrap_or_else(|| format!("user {uid}"))
}

/// The socket of a data folder, unless the configuration names another.
pub fn default_path(data: &Path) -> PathBuf {
    data.join("control.sock")
}
