//! `remote = …`: where a transport is, and how we show who we are.

use std::time::Duration;

use crate::fault::{Fault, code};
use crate::transport::{Remote, SftpLogin, SftpRemote};
use crate::written::{At, Table};

use super::{World, secrets, take};

const EXAMPLES: &str = "{ path = \"/srv/edi\" } or { url = \"sftp://user@host/folder\", … }";
const HOST_KEY: &str =
    "the server's key as `ssh-keyscan HOST | ssh-keygen -lf -` prints it, like [\"SHA256:…\"]";

/// What stands under `remote`.
#[derive(Clone)]
pub(super) enum Given {
    /// Nothing.
    Absent,
    /// Something with a mistake, which was recorded.
    Wrong,
    /// A remote.
    Is(Remote),
}

impl Given {
    /// The inbox's or outbox's own remote, else the partner's. Neither is a mistake.
    pub(super) fn or(self, table: &Table<'_>, partner: &Given) -> Option<Remote> {
        match (self, partner) {
            (Given::Is(remote), _) => Some(remote),
            (Given::Absent, Given::Is(remote)) => Some(remote.clone()),
            (Given::Absent, Given::Absent) => {
                table.missing("remote", &format!("here or for the partner: {EXAMPLES}"));
                None
            }
            (Given::Wrong, _) | (Given::Absent, Given::Wrong) => None,
        }
    }
}

pub(super) fn check(world: &World<'_>, owner: &Table<'_>) -> Given {
    if !owner.has("remote") {
        return Given::Absent;
    }
    let Some(table) = owner.table("remote") else { return Given::Wrong };
    let made = check_table(world, owner, &table);
    made.map_or(Given::Wrong, Given::Is)
}

fn check_table(world: &World<'_>, owner: &Table<'_>, table: &Table<'_>) -> Option<Remote> {
    let path = table.text("path");
    let Some(written) = table.text("url") else {
        if !table.has("path") && !table.has("url") {
            owner.missing("path or url", &format!("remote = {EXAMPLES}"));
        }
        table.finish();
        return Some(Remote::Local { base: take::path(table, &world.folder, "path", &path?)? });
    };
    if path.is_some() {
        take::not_together(table, "url", "path and url", EXAMPLES);
        return None;
    }
    let wrong = |reason: &str| bad_url(table, &written, reason);
    let Ok(url) = reqwest::Url::parse(&written.value) else {
        wrong("it is no URL");
        return None;
    };
    match url.scheme() {
        "file" => {
            table.finish();
            let base = url.to_file_path().ok();
            if base.is_none() {
                wrong("after file:// comes a path of this machine");
            }
            Some(Remote::Local { base: base? })
        }
        "sftp" => sftp(world, table, &written, &url).map(Remote::Sftp),
        scheme @ ("ftp" | "ftps" | "ftpes") => {
            table.fault(
                Fault::new(code::NOT_SUPPORTED)
                    .at(written.place.clone())
                    .found(format!("{scheme}://"))
                    .with("expected", "sftp:// or a folder of this machine"),
            );
            None
        }
        _ => {
            wrong("only sftp:// and file:// are spoken");
            None
        }
    }
}

fn bad_url(table: &Table<'_>, written: &At<String>, reason: &str) {
    table.fault(
        Fault::new(code::BAD_URL)
            .at(written.place.clone())
            .found(&written.value)
            .with("key", "url")
            .with("reason", reason)
            .with("expected", "sftp://user@host:port/folder, or file:///folder"),
    );
}

fn sftp(
    world: &World<'_>,
    table: &Table<'_>,
    written: &At<String>,
    url: &reqwest::Url,
) -> Option<SftpRemote> {
    let login = login(world, table);
    let host_keys = host_keys(table);
    let second = Duration::from_secs(1);
    let time_out = take::duration(table, "time_out", second..=600 * second, 30 * second);
    table.finish();
    if url.password().is_some() {
        secrets::in_clear(table, "the password in url", written.place.clone());
        return None;
    }
    if url.query().is_some() || url.fragment().is_some() {
        bad_url(table, written, "it has a ? or # part");
        return None;
    }
    let host =
        url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()).filter(|host| !host.is_empty());
    let decoded = (host, decode(url.username()).filter(|user| !user.is_empty()), decode(url.path()));
    let (Some(host), Some(user), Some(path)) = decoded else {
        bad_url(table, written, "it names host and user, like sftp://user@host/folder");
        return None;
    };
    if path.split('/').any(|part| part == "..") || path.contains('\0') {
        bad_url(table, written, "its folder has .. in it");
        return None;
    }
    // sftp://host/edi is below where the login lands, sftp://host//srv/edi is absolute.
    let base = path.strip_prefix('/').unwrap_or(&path);
    let base = base.strip_suffix('/').filter(|base| !base.is_empty()).unwrap_or(base).to_owned();
    Some(SftpRemote {
        host,
        port: url.port().unwrap_or(22),
        user,
        base,
        login: login?,
        host_keys: host_keys?,
        time_out,
    })
}

fn login(world: &World<'_>, table: &Table<'_>) -> Option<SftpLogin> {
    const EITHER: &str =
        "key = { credential = \"name\" } (a private key), or password = { credential = \"name\" }";
    let has_key = table.has("key");
    let key = secrets::optional(world, table, "key");
    let password = secrets::optional(world, table, "password");
    let passphrase = secrets::optional(world, table, "passphrase");
    if has_key && table.has("password") {
        take::not_together(table, "password", "key and password", EITHER);
        return None;
    }
    if !has_key && table.has("passphrase") {
        take::not_together(
            table,
            "passphrase",
            "passphrase without key",
            "the passphrase belongs to a private key",
        );
        return None;
    }
    if !has_key && !table.has("password") {
        table.missing("key or password", EITHER);
        return None;
    }
    if has_key {
        // A passphrase that is written but not there is a mistake already.
        return Some(SftpLogin::Key {
            private_key: key?.reveal().to_owned(),
            passphrase: passphrase.map(|passphrase| passphrase.reveal().to_owned()),
        });
    }
    Some(SftpLogin::Password(password?.reveal().to_owned()))
}

fn host_keys(table: &Table<'_>) -> Option<Vec<String>> {
    if !table.has("host_key") {
        table.missing("host_key", HOST_KEY);
    }
    let written = table.texts("host_key")?;
    if written.is_empty() {
        table.missing("a key in host_key", HOST_KEY);
        return None;
    }
    let mut good = true;
    for key in &written {
        // OpenSSH prints 32 bytes in base64 without padding.
        let hash = key.strip_prefix("SHA256:").unwrap_or("").trim_end_matches('=');
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        if hash.len() != 43 || !hash.bytes().all(base64) {
            table.wrong_value("host_key", key, HOST_KEY, "");
            good = false;
        }
    }
    good.then(|| written.into_iter().map(|key| key.value.trim_end_matches('=').to_owned()).collect())
}

/// Undoes the %XX of a URL; `None` where that gives no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}
