//! What several suites need: a work folder with a gateway.toml, a sandbox, and the real binary.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lastkaj::clock::Clock;
use lastkaj::sandbox::{Sandbox, SandboxSettings};

/// The root of the project, where formats and samples are.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A sample's bytes.
pub fn sample(path: &str) -> Vec<u8> {
    std::fs::read(project().join("samples").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A work folder with a partner on local folders, and a sandbox that it sends to.
pub struct Place {
    /// The work folder; gone when dropped.
    pub folder: tempfile::TempDir,
    /// The sandbox, on a runtime of its own.
    pub sandbox: Sandbox,
    runtime: tokio::runtime::Runtime,
}

impl Place {
    /// A place whose inboxes take files after a short quiet.
    pub fn new() -> Place {
        Place::with("")
    }

    /// The same, with more lines at the end of its gateway.toml.
    pub fn with(more: &str) -> Place {
        Place::at(more, Clock::System)
    }

    /// The same, with a sandbox that goes by this clock.
    pub fn at(more: &str, clock: Clock) -> Place {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let sandbox = runtime.block_on(lastkaj::sandbox::start(SandboxSettings::default(), clock)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let place = Place { folder, sandbox, runtime };
        for name in ["erp/articles", "erp/orders", "erp/to-erp", "data"] {
            std::fs::create_dir_all(place.path(name)).unwrap();
        }
        place.write("gateway.toml", format!("{}{more}", place.configuration()).as_bytes());
        place
    }

    /// Waits for something on the sandbox's runtime.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn configuration(&self) -> String {
        let (user, password, goods_owner) = SandboxSettings::default().first_account();
        self.write("password", password.as_bytes());
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(self.path("password"), mode).unwrap();
        format!(
            r#"[gateway]
data = "{data}"
formats = "{formats}"

[ongoing.sandbox]
url = "{url}"
username = "{user}"
password = {{ file = "{password_file}" }}
time_out = "20s"
rest_after_silence = "100ms"
breaker = {{ failures = 4, window = "100ms" }}

[partner.nordvik]
ongoing = "sandbox"
goods_owner = {goods_owner}
timezone = "Europe/Stockholm"
remote = {{ path = "{erp}" }}

[partner.nordvik.inbox.articles]
folder = "articles"
files = "*.csv"
format = "nordvik/articles"
ready = {{ quiet = "50ms" }}
poll = "50ms"

[partner.nordvik.inbox.orders]
folder = "orders"
files = "*.csv"
format = "nordvik/orders"
ready = {{ quiet = "50ms" }}
poll = "50ms"

[partner.nordvik.outbox.acknowledgements]
folder = "to-erp"
report = "acknowledgements"
format = "nordvik/acknowledgements"
name = "ACK_{{sequence:06}}.csv"
every = "100ms"

[partner.nordvik.outbox.shipments]
folder = "to-erp"
report = "shipments"
format = "nordvik/shipments"
name = "SHP_{{sequence:06}}.csv"
every = "100ms"
"#,
            data = self.path("data").display(),
            formats = project().join("formats").display(),
            url = self.sandbox.url(),
            password_file = self.path("password").display(),
            erp = self.path("erp").display(),
        )
    }

    /// A path below the work folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file below the work folder, as an ERP would: under another name first.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        let temporary = path.with_extension("being-written");
        std::fs::File::create(&temporary)
            .and_then(|mut file| std::io::Write::write_all(&mut file, bytes))
            .unwrap();
        std::fs::rename(temporary, path).unwrap();
    }

    /// Reads a file below the work folder.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names in a folder below the work folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(folder))
            .map(|entries| {
                entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
            })
            .unwrap_or_default();
        names.sort();
        names
    }

    /// The real binary, on this place's configuration.
    pub fn lastkaj(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lastkaj"));
        command.args(arguments).arg("--config").arg(self.path("gateway.toml"));
        command.env("LASTKAJ_LOG", "warn").current_dir(self.folder.path());
        command
    }

    /// Runs the real binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.lastkaj(arguments).output().unwrap()
    }

    /// Asks the sandbox's own pages (not Ongoing's).
    pub fn sandbox_page(&self, method: &str, path: &str, body: &str) -> serde_json::Value {
        sandbox_page(self.sandbox.address, method, path, body)
    }

    /// The rows of every file of an outbox, in the order of the files' numbers, by the names of the header.
    pub fn rows(&self, folder: &str, prefix: &str) -> Vec<BTreeMap<String, String>> {
        let files = self.names(folder).into_iter().filter(|name| name.starts_with(prefix));
        files.flat_map(|name| csv_rows(&self.read(&format!("{folder}/{name}")))).collect()
    }
}

/// Asks the pages of the sandbox at an address.
pub fn sandbox_page(
    sandbox: std::net::SocketAddr,
    method: &str,
    path: &str,
    body: &str,
) -> serde_json::Value {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(sandbox).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{method} {path}: {error}: {body}"))
}

/// The rows of a `;` file in Windows-1252 with a header.
pub fn csv_rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(bytes);
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}
