//! gateway.toml: every mistake with its exact place and text, what a good file becomes, and that nothing secret shows.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lastkaj::config::{Config, Environment, load};
use lastkaj::fault::{Fault, Language, show};
use lastkaj::receive::{After, FaultRule, UnpackLimits};
use lastkaj::report::{ReportKind, Schedule};
use lastkaj::transport::{Remote, SftpLogin};
use proptest::prelude::*;

const FOLDER: &str = "/etc/lastkaj";
const HOST_KEY: &str = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A machine that is all in memory.
#[derive(Default)]
struct World {
    variables: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, String>,
    open: Vec<PathBuf>,
}

impl Environment for World {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
    fn read(&self, path: &Path) -> io::Result<String> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
    fn files_below(&self, folder: &Path) -> Vec<PathBuf> {
        self.files.keys().filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_path_buf())).collect()
    }
    fn rights(&self, path: &Path) -> Option<u32> {
        Some(if self.open.iter().any(|open| open == path) { 0o644 } else { 0o600 })
    }
}

const ORDERS: &str = r#"
title = "Orders"
[layout]
syntax = "csv"
encoding = "utf-8"
delimiter = ";"
header = true
[document.order]
each = "row"
order_number = "OrdNr"
delivery_date = "LevDat"
consignee.name = "Namn"
[document.order.order_lines]
each = "row"
row_number = "RadNr"
article_number = "ArtNr"
number_of_items = "Antal"
"#;

const SHIPMENTS: &str = r#"
title = "Shipments"
[layout]
syntax = "csv"
encoding = "utf-8"
delimiter = ";"
header = true
[record.row]
of = "shipment"
each = "lines"
"OrdNr" = "order_number"
"#;

const ACKNOWLEDGEMENTS: &str = r#"
title = "Acknowledgements"
[layout]
syntax = "csv"
encoding = "utf-8"
delimiter = ";"
header = true
[record.row]
of = "acknowledgement"
each = "rows"
"Nummer" = "number"
"#;

fn world() -> World {
    let mut world = World::default();
    for (name, text) in [
        ("formats/a/orders.toml", ORDERS),
        ("formats/a/shipments.toml", SHIPMENTS),
        ("formats/a/acknowledgements.toml", ACKNOWLEDGEMENTS),
        ("formats/codes/countries.toml", "SVERIGE = \"SE\"\n"),
        ("credentials/key", "PRIVATE-KEY-TEXT\n"),
        ("credentials/empty", "\n"),
        ("secret", "s3cret-of-file\r\n"),
    ] {
        world.files.insert(Path::new(FOLDER).join(name), text.to_owned());
    }
    world.variables.insert("ONGOING_PASSWORD".to_owned(), "s3cret-of-env".to_owned());
    world
}

fn load_in(mut world: World, text: &str) -> Result<Config, Vec<Fault>> {
    let path = Path::new(FOLDER).join("gateway.toml");
    world.files.insert(path.clone(), text.to_owned());
    load(&path, &world)
}

/// A small good file; tests change it line by line.
const GOOD: &str = r#"[gateway]
data = "/var/lib/lastkaj"
[ongoing.nordlager]
url = "https://api.ongoingsystems.se/nordlager"
username = "WSI"
password = { env = "ONGOING_PASSWORD" }
[partner.nordvik]
ongoing = "nordlager"
goods_owner = 159
timezone = "Europe/Stockholm"
remote = { path = "/srv/edi" }
[partner.nordvik.inbox.orders]
folder = "in"
files = "ORD*.csv"
format = "a/orders"
ready = { quiet = "60s" }
[partner.nordvik.outbox.shipments]
folder = "out"
report = "shipments"
format = "a/shipments"
name = "SHP_{sequence:06}.csv"
every = "5m"
"#;

/// `line:column code: what` of each fault.
fn told(faults: &[Fault]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| {
            let place = &fault.place;
            let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
            let mut text = format!("{}:{} {}", number(place.line), number(place.column), fault.code.name());
            text.push_str(&format!(": {}", fault.what(Language::English)));
            if let Some(hint) = fault.hint(Language::English).filter(|hint| hint.starts_with("did you mean"))
            {
                text.push_str(&format!(" ({hint})"));
            }
            text
        })
        .collect()
}

/// What is told when one line of the good file is another.
fn told_with(line: &str, other: &str) -> Vec<String> {
    assert!(GOOD.contains(line), "{line}");
    match load_in(world(), &GOOD.replacen(line, other, 1)) {
        Ok(config) => told(&config.warnings),
        Err(faults) => told(&faults),
    }
}

#[test]
fn one_slash_is_below_where_the_login_lands_and_two_are_the_root() {
    let cases =
        [("", ""), ("/", ""), ("/edi", "edi"), ("/edi/", "edi"), ("//srv/edi", "/srv/edi"), ("//", "/")];
    for (path, base) in cases {
        let line = format!(
            "remote = {{ url = \"sftp://u@h{path}\", key = {{ credential = \"key\" }}, host_key = [\"{HOST_KEY}\"] }}"
        );
        let text = GOOD.replacen("remote = { path = \"/srv/edi\" }", &line, 1);
        let config = load_in(world(), &text).map_err(|faults| told(&faults)).unwrap();
        let Remote::Sftp(remote) = &config.inboxes[0].remote else { panic!("no SFTP remote") };
        assert_eq!(remote.base, base, "{path}");
    }
}

#[test]
fn each_mistake_is_told_at_its_place() {
    let sftp = |rest: &str| format!("remote = {{ url = \"sftp://u@h/edi\"{rest} }}");
    let key = format!(", key = {{ credential = \"key\" }}, host_key = [\"{HOST_KEY}\"]");
    let remote = "remote = { path = \"/srv/edi\" }";
    let cases: Vec<(&str, String, &str)> = vec![
        (
            "data = \"/var/lib/lastkaj\"",
            "data = 5".into(),
            "2:8 wrong-type: data takes a text in quotes, not a whole number",
        ),
        (
            "data = \"/var/lib/lastkaj\"",
            "data = \"d\"\nlangage = \"sv\"".into(),
            "3:1 unknown-key: langage is not known here (did you mean language?)",
        ),
        (
            "data = \"/var/lib/lastkaj\"",
            "data = \"d\"\nlanguage = \"no\"".into(),
            "3:12 wrong-value: language cannot be no",
        ),
        (
            "data = \"/var/lib/lastkaj\"",
            "data = \"d\"\nworkers = 0".into(),
            "3:11 wrong-value: workers cannot be 0",
        ),
        ("data = \"/var/lib/lastkaj\"", "".into(), "1:1 missing-key: data is missing"),
        (
            "[partner.nordvik.inbox.orders]",
            "[partner.nordvik.inbox.Orders]".into(),
            "12:24 bad-name: Orders cannot be the name of an inbox",
        ),
        (
            "\"https://api.ongoingsystems.se/nordlager\"",
            "\"http://api.ongoingsystems.se/nordlager\"".into(),
            "4:7 bad-url: url cannot be http://api.ongoingsystems.se/nordlager: http would send the password unencrypted",
        ),
        (
            "\"https://api.ongoingsystems.se/nordlager\"",
            "\"ongoing\"".into(),
            "4:7 bad-url: url cannot be ongoing: it is no URL",
        ),
        (
            "\"https://api.ongoingsystems.se/nordlager\"",
            "\"https://h/x/api/v1/\"".into(),
            "4:7 bad-url: url cannot be https://h/x/api/v1/: /api/v1 is added by itself",
        ),
        (
            "password = { env = \"ONGOING_PASSWORD\" }",
            "password = \"hunter2\"".into(),
            "6:12 secret-in-clear: password stands here in clear text",
        ),
        (
            "{ env = \"ONGOING_PASSWORD\" }",
            "{ env = \"NONE\" }".into(),
            "6:20 secret-missing: the secret for password is not there: the environment variable NONE is not set",
        ),
        (
            "{ env = \"ONGOING_PASSWORD\" }",
            "{ credential = \"none\" }".into(),
            "6:27 secret-missing: the secret for password is not there: /etc/lastkaj/credentials/none cannot be read: it is not there",
        ),
        (
            "{ env = \"ONGOING_PASSWORD\" }",
            "{ credential = \"empty\" }".into(),
            "6:27 secret-missing: the secret for password is not there: it is empty",
        ),
        (
            "{ env = \"ONGOING_PASSWORD\" }",
            "{ env = \"A\", file = \"b\" }".into(),
            "6:14 not-together: credential, file and env do not go together",
        ),
        (
            "ongoing = \"nordlager\"",
            "ongoing = \"nordlagre\"".into(),
            "8:11 unknown-name: there is no installation named nordlagre (did you mean nordlager?)",
        ),
        ("goods_owner = 159", "goods_owner = -1".into(), "9:15 wrong-value: goods_owner cannot be -1"),
        (
            "\"Europe/Stockholm\"",
            "\"Europe/Stokholm\"".into(),
            "10:12 wrong-value: timezone cannot be Europe/Stokholm (did you mean Europe/Stockholm?)",
        ),
        (
            "\"Europe/Stockholm\"",
            "\"stockholm\"".into(),
            "10:12 wrong-value: timezone cannot be stockholm (did you mean Europe/Stockholm?)",
        ),
        (
            remote,
            "remote = { url = \"ftp://u@h/x\" }".into(),
            "11:18 not-supported: ftp:// is not supported by this release",
        ),
        (remote, sftp(", key = { credential = \"key\" }"), "11:10 missing-key: host_key is missing"),
        (
            remote,
            sftp(", key = { credential = \"key\" }, host_key = \"aa:bb\""),
            "11:77 wrong-value: host_key cannot be aa:bb",
        ),
        (
            remote,
            sftp(&format!("{key}, password = {{ env = \"ONGOING_PASSWORD\" }}")),
            "11:133 not-together: key and password do not go together",
        ),
        (
            remote,
            format!("remote = {{ url = \"sftp://u:pw-in-url@h/edi\"{key} }}"),
            "11:18 secret-in-clear: the password in url stands here in clear text",
        ),
        ("folder = \"in\"", "folder = \"../in\"".into(), "13:10 wrong-value: folder cannot be ../in"),
        (
            "files = \"ORD*.csv\"",
            "files = [\"ORD[.csv\"]".into(),
            "14:10 wrong-value: files cannot be ORD[.csv",
        ),
        (
            "format = \"a/orders\"",
            "format = \"a/order\"".into(),
            "15:10 unknown-name: there is no format named a/order (did you mean a/orders?)",
        ),
        (
            "format = \"a/orders\"",
            "format = \"a/shipments\"".into(),
            "15:10 format-misfit: the format a/shipments writes shipment and reads nothing",
        ),
        ("{ quiet = \"60s\" }", "{ quiet = \"6x\" }".into(), "16:19 wrong-value: quiet cannot be 6x"),
        ("{ quiet = \"60s\" }", "{ marker = \"x.ok\" }".into(), "16:20 wrong-value: marker cannot be x.ok"),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\nafter = \"delte\"".into(),
            "17:9 wrong-value: after cannot be delte (did you mean delete?)",
        ),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\nafter = { move_to = \"in/\" }".into(),
            "17:21 wrong-value: move_to cannot be in/",
        ),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\nfaults = \"skip\"".into(),
            "17:10 wrong-value: faults cannot be skip",
        ),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\nunpack = [\"zip\", \"gzip\"]".into(),
            "17:18 wrong-value: unpack cannot be gzip",
        ),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\nunpack = \"zip\"\nentries = \"sub/*.csv\"".into(),
            "18:11 wrong-value: entries cannot be sub/*.csv",
        ),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\nunpack = \"gz\"\nentries = \"*.csv\"".into(),
            "18:11 wrong-value: entries cannot be *.csv",
        ),
        (
            "{ quiet = \"60s\" }",
            "{ quiet = \"60s\" }\npurposes = []".into(),
            "17:1 unknown-key: purposes is not known here",
        ),
        (
            "report = \"shipments\"",
            "report = \"stock\"".into(),
            "19:10 not-supported: report = \"stock\" is not supported by this release",
        ),
        (
            "report = \"shipments\"",
            "report = \"shipment\"".into(),
            "19:10 wrong-value: report cannot be shipment (did you mean shipments?)",
        ),
        (
            "report = \"shipments\"",
            "report = \"acknowledgements\"".into(),
            "20:10 format-misfit: the format a/shipments writes shipment, not acknowledgement",
        ),
        ("\"SHP_{sequence:06}.csv\"", "\"SHP.csv\"".into(), "21:8 wrong-value: name cannot be SHP.csv"),
        ("every = \"5m\"", "".into(), "17:1 missing-key: every or at is missing"),
        (
            "every = \"5m\"",
            "every = \"5m\"\nat = [\"06:00\"]".into(),
            "23:1 not-together: every and at do not go together",
        ),
        ("every = \"5m\"", "at = [\"06:00\", \"25:00\"]".into(), "22:16 wrong-value: at cannot be 25:00"),
        (
            "every = \"5m\"",
            "every = ".into(),
            "22:9 not-toml: this is not TOML: string values must be quoted, expected literal string",
        ),
    ];
    let mut wrong = Vec::new();
    for (line, other, expected) in cases {
        let found = told_with(line, &other);
        if found != [expected] {
            wrong.push(format!("{other}\n  expected {expected}\n  found    {}", found.join("\n           ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_good_file_has_no_warning_and_its_defaults() {
    let config = load_in(world(), GOOD).unwrap();
    assert_eq!(config.warnings, []);
    assert_eq!(config.gateway.data, Path::new("/var/lib/lastkaj"));
    assert_eq!(config.gateway.control, Path::new("/var/lib/lastkaj/control.sock"));
    assert_eq!((config.gateway.language, config.gateway.workers), (Language::English, 64));
    let installation = &config.installations["nordlager"];
    assert_eq!(installation.password.reveal(), "s3cret-of-env");
    assert_eq!(installation.time_out, Duration::from_secs(30));
    assert_eq!((installation.breaker_failures, installation.breaker_window), (4, Duration::from_secs(600)));
    let inbox = &config.inboxes[0];
    assert_eq!((inbox.name.as_str(), inbox.folder.as_str()), ("nordvik/orders", "in"));
    assert_eq!(inbox.after, After::MoveTo("in/done".to_owned()));
    assert_eq!((inbox.failed_folder.as_str(), inbox.faults), ("in/failed", FaultRule::SkipDocument));
    assert_eq!(inbox.poll, Duration::from_secs(60));
    assert!(inbox.files.is_match("ORD1.csv") && !inbox.files.is_match("ART1.csv"));
    assert!(inbox.live && !inbox.skip_unchanged);
    let outbox = &config.outboxes[0];
    assert_eq!(outbox.report, ReportKind::Shipments { shipped_status: 450 });
    assert_eq!(outbox.schedule, Schedule::Every(Duration::from_secs(300)));
    assert_eq!(config.formats.keys().collect::<Vec<_>>(), ["a/orders", "a/shipments"]);
}

#[test]
fn a_file_with_everything_is_taken_as_written() {
    let text = format!(
        r#"[gateway]
data = "data"
language = "sv"
formats = "formats"
workers = 8
[ongoing.n]
url = "http://127.0.0.1:8080/"
username = "u"
password = {{ file = "secret" }}
time_out = "10s"
rest_after_silence = "1m"
breaker = {{ failures = 2, window = "5m" }}
shipped_status = 400
[partner.p]
ongoing = "n"
goods_owner = 1
timezone = "Europe/Helsinki"
language = "en"
live = false
remote = {{ url = "sftp://us%40er@files.example.se:2222/edi/", key = {{ credential = "key" }}, passphrase = {{ file = "secret" }}, host_key = ["{HOST_KEY}"], time_out = "5s" }}
[partner.p.codes.countries]
NORGE = "NO"
[partner.p.inbox.orders]
folder = "in/"
files = ["ORD*.csv", "RET*.csv"]
format = "a/orders"
ready = {{ quiet = "60s", marker = "{{stem}}.ok", renamed_from = "*.tmp" }}
after = "leave"
failed = "bad"
faults = "reject-file"
unpack = ["gz", "zip"]
entries = ["ORD*.csv", "*.txt"]
poll = "2m"
skip_unchanged = true
[partner.p.inbox.local]
remote = {{ url = "file:///srv/edi" }}
folder = "."
files = "*"
format = "a/orders"
ready = {{ renamed_from = ["*.tmp", "*.part"] }}
after = "delete"
[partner.p.outbox.acks]
folder = "out"
report = "acknowledgements"
inboxes = ["local"]
ack_within = "2h"
format = "a/acknowledgements"
name = "A_{{time:%Y}}_{{sequence}}.csv"
at = ["18:00", "06:00", "06:00"]
[partner.p.outbox.all]
folder = "out"
report = "acknowledgements"
format = "a/acknowledgements"
name = "B_{{sequence}}.csv"
every = "1m"
"#
    );
    let mut with_runtime = world();
    with_runtime.variables.insert("RUNTIME_DIRECTORY".to_owned(), "/run/lastkaj:/run/other".to_owned());
    let config = load_in(with_runtime, &text).map_err(|faults| told(&faults)).unwrap();
    assert_eq!(config.warnings, []);
    assert_eq!(config.gateway.data, Path::new("/etc/lastkaj/data"));
    assert_eq!(config.gateway.control, Path::new("/run/lastkaj/control.sock"));
    assert_eq!(config.installations["n"].url, "http://127.0.0.1:8080");
    assert_eq!(config.installations["n"].password.reveal(), "s3cret-of-file");
    let partner = &config.partners[0];
    assert_eq!((partner.lane.goods_owner, partner.live, partner.language), (1, false, Language::English));
    let Remote::Sftp(remote) = &config.inboxes[0].remote else { panic!("no SFTP remote") };
    assert_eq!(
        (remote.host.as_str(), remote.port, remote.user.as_str()),
        ("files.example.se", 2222, "us@er")
    );
    assert_eq!((remote.base.as_str(), remote.time_out), ("edi", Duration::from_secs(5)));
    assert!(matches!(&remote.login, SftpLogin::Key { private_key, passphrase: Some(passphrase) }
        if private_key == "PRIVATE-KEY-TEXT" && passphrase == "s3cret-of-file"));
    let inbox = &config.inboxes[0];
    assert_eq!(
        (inbox.folder.as_str(), &inbox.after, inbox.failed_folder.as_str()),
        ("in", &After::Leave, "bad")
    );
    assert_eq!(
        (inbox.faults, inbox.poll, inbox.skip_unchanged),
        (FaultRule::RejectFile, Duration::from_secs(120), true)
    );
    assert_eq!(inbox.ready.marker.as_deref(), Some("{stem}.ok"));
    let entries = inbox.unpack.entries.as_ref().unwrap();
    assert!(
        inbox.unpack.zip && inbox.unpack.gz && entries.is_match("ORD1.csv") && !entries.is_match("1.csv")
    );
    assert_eq!(inbox.unpack.limits, UnpackLimits::default());
    assert!(!config.inboxes[1].unpack.zip && !config.inboxes[1].unpack.gz);
    let local = &config.inboxes[1];
    assert_eq!(
        (&local.after, local.folder.as_str(), local.failed_folder.as_str()),
        (&After::Delete, "", "failed")
    );
    assert_eq!(local.ready.quiet, None);
    let inboxes = |position: usize| match &config.outboxes[position].report {
        ReportKind::Acknowledgements { inboxes, within } => (inboxes.clone(), *within),
        ReportKind::Shipments { .. } => panic!("no acknowledgements"),
    };
    assert_eq!(inboxes(0), (vec!["p/local".to_owned()], Duration::from_secs(7200)));
    assert_eq!(inboxes(1).0, ["p/orders", "p/local"]);
    assert!(
        matches!(&config.outboxes[0].schedule, Schedule::At(times) if times.len() == 2 && times[0] < times[1])
    );
    assert_eq!(config.formats.keys().collect::<Vec<_>>(), ["a/acknowledgements@p", "a/orders@p"]);
    let shown = format!("{config:?}");
    for secret in ["s3cret", "PRIVATE-KEY-TEXT"] {
        assert!(!shown.contains(secret), "Debug shows {secret}");
    }
}

const IN_PARTS: &str = r#"
[layout]
syntax = "csv"
encoding = "utf-8"
group = { by = "OrdNr" }
[layout.parts.head]
[layout.parts.row]
[document.order]
each = "head"
order_number = "OrdNr"
delivery_date = "LevDat"
consignee.name = "Namn"
[document.order.order_lines]
each = "row"
row_number = "RadNr"
article_number = "ArtNr"
number_of_items = "Antal"
"#;

#[test]
fn files_that_belong_together_are_named_one_by_one_as_the_format_does() {
    let load = |format: &str, files: &str| {
        let mut world = world();
        world.files.insert(Path::new(FOLDER).join("formats/a/orders.toml"), format.to_owned());
        load_in(world, &GOOD.replacen("files = \"ORD*.csv\"", files, 1))
    };
    let good = "files = { row = \"ORDR_*.csv\", head = \"ORDH_*.csv\" }";
    let config =
        load(IN_PARTS, &format!("{good}\nwait_for_parts = \"2h\"")).map_err(|faults| told(&faults)).unwrap();
    let inbox = &config.inboxes[0];
    let parts = inbox.parts.as_ref().unwrap();
    assert_eq!(parts.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["head", "row"]);
    assert_eq!(parts.parts[1].names.stands_for("ORDR_7.csv"), Some(vec!["7"]));
    assert_eq!(parts.wait, Duration::from_secs(2 * 3600));
    assert!(inbox.files.is_match("ORDH_1.csv") && inbox.files.is_match("ORDR_1.csv"));
    let usual = load(IN_PARTS, good).map_err(|faults| told(&faults)).unwrap();
    assert_eq!(usual.inboxes[0].parts.as_ref().unwrap().wait, Duration::from_secs(30 * 60));
    assert!(load(ORDERS, "files = \"ORD*.csv\"").unwrap().inboxes[0].parts.is_none());

    let two = |head: &str, row: &str| format!("files = {{ head = \"{head}\", row = \"{row}\" }}");
    for (format, files, wanted) in [
        (
            IN_PARTS,
            "files = \"ORD*.csv\"".to_owned(),
            vec!["14:1 format-misfit: the format a/orders reads files that belong together: head, row"],
        ),
        (ORDERS, good.to_owned(), vec!["14:1 format-misfit: the format a/orders reads each file by itself"]),
        (
            IN_PARTS,
            "files = { head = \"H*\", rows = \"R*\" }".to_owned(),
            vec!["14:1 format-misfit: the format a/orders reads files that belong together: head, row"],
        ),
        (
            IN_PARTS,
            "files = { head = \"H*\" }".to_owned(),
            vec![
                "14:1 format-misfit: the format a/orders reads files that belong together: head, row",
                "14:9 missing-key: a second pattern is missing",
            ],
        ),
        (IN_PARTS, two("H_*.csv", "R.csv"), vec!["14:35 wrong-value: files cannot be R.csv"]),
        (IN_PARTS, two("H_*.csv", "R_?*.csv"), vec!["14:35 wrong-value: files cannot be R_?*.csv"]),
        (IN_PARTS, two("ORD*.csv", "ORDR*.csv"), vec!["14:36 wrong-value: files cannot be ORDR*.csv"]),
        (IN_PARTS, two("H_*.csv", "in/R_*.csv"), vec!["14:35 wrong-value: files cannot be in/R_*.csv"]),
        (IN_PARTS, format!("{good}\nunpack = \"zip\""), vec!["15:10 wrong-value: unpack cannot be zip"]),
        (
            ORDERS,
            "files = \"*.csv\"\nwait_for_parts = \"5m\"".to_owned(),
            vec!["15:18 wrong-value: wait_for_parts cannot be 5m"],
        ),
        (
            IN_PARTS,
            format!("{good}\nwait_for_parts = \"8 days\""),
            vec!["15:18 wrong-value: wait_for_parts cannot be 8days"],
        ),
    ] {
        let faults = load(format, &files).expect_err(&files);
        assert_eq!(told(&faults), wanted, "{files}");
    }
}

#[test]
fn mistakes_in_formats_and_code_tables_are_told_in_the_same_go_under_their_own_names() {
    let mut world = world();
    world.files.insert(Path::new(FOLDER).join("formats/a/orders.toml"), ORDERS.replace("syntax", "sintax"));
    world.files.insert(Path::new(FOLDER).join("formats/codes/units.toml"), "ST = 5\n".to_owned());
    let faults = load_in(world, &GOOD.replace("goods_owner = 159", "goods_owner = 0")).unwrap_err();
    let files: Vec<String> = faults.iter().map(|fault| fault.place.to_string()).collect();
    assert_eq!(files[0], "/etc/lastkaj/gateway.toml:9:15");
    assert!(files.contains(&"formats/codes/units.toml:1:6".to_owned()), "{files:?}");
    assert!(files.contains(&"formats/a/orders.toml:4:1".to_owned()), "{files:?}");
}

#[test]
fn two_inboxes_for_the_same_file_are_a_mistake_and_an_outbox_that_feeds_an_inbox_a_warning() {
    let second = "[partner.nordvik.inbox.all]\nfolder = \"./in\"\nfiles = \"*1.csv\"\nformat = \"a/orders\"\nready = { quiet = \"1s\" }\n";
    let faults = load_in(world(), &format!("{GOOD}{second}")).unwrap_err();
    assert_eq!(
        told(&faults),
        ["25:9 same-files: the inboxes nordvik/orders and nordvik/all may take the same file of /srv/edi/in"]
    );
    assert!(load_in(world(), &format!("{GOOD}{}", second.replace("*1.csv", "*.txt"))).is_ok());
    let feeding = GOOD.replace("folder = \"out\"", "folder = \"in\"").replace("SHP_", "ORD_");
    assert_eq!(
        told(&load_in(world(), &feeding).unwrap().warnings),
        [
            "21:8 outbox-feeds-inbox: outbox nordvik/shipments writes into /srv/edi/in, where inbox nordvik/orders takes names like ORD_000001.csv"
        ]
    );
}

#[test]
fn warnings_do_not_keep_a_file_from_being_taken() {
    let mut open = world();
    open.open.push(Path::new(FOLDER).join("secret"));
    let text = GOOD
        .replace("{ env = \"ONGOING_PASSWORD\" }", "{ file = \"secret\" }")
        .replace("ready = { quiet = \"60s\" }\n", "");
    let config = load_in(open, &text).unwrap();
    assert!(config.warnings.iter().all(|fault| fault.code.is_warning()));
    assert_eq!(
        told(&config.warnings),
        [
            "6:21 secret-open: /etc/lastkaj/secret can be read by others than its owner",
            "12:1 no-readiness: nothing says when a file of inbox nordvik/orders is whole; it is taken once it has been quiet for 10s",
        ]
    );
    assert_eq!(config.inboxes[0].ready.quiet, Some(Duration::from_secs(10)));
    assert!(show(&config.warnings[0], Language::English, false).starts_with("warning[secret-open]"));
}

#[test]
fn nothing_secret_stands_in_any_message() {
    for line in [
        "password = \"hunter2-x\"",
        "passwrd = \"hunter2-x\"",
        "password = \"hunter2-x",
        "password = hunter2-x",
        "password = { env = \"A\", valu = 5, password = \"hunter2-x\" }",
        "password = [\"a\"]\nurl2 = \"https://u:hunter2-x@h/\"",
    ] {
        let text = GOOD.replace("password = { env = \"ONGOING_PASSWORD\" }", line);
        let faults = load_in(world(), &text).unwrap_err();
        for fault in &faults {
            let shown = format!("{fault:?}{}{fault}", show(fault, Language::Swedish, false));
            assert!(!shown.contains("hunter2-x"), "{line}: {shown}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_said_plainly() {
    let faults = load(Path::new("/none/gateway.toml"), &World::default()).unwrap_err();
    assert_eq!(told(&faults), ["-:- file-unreadable: /none/gateway.toml cannot be read: it is not there"]);
}

#[test]
fn the_example_that_is_shipped_checks_clean_with_its_formats() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut world = World::default();
    let etc = Path::new(FOLDER);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    for file in lastkaj::config::ProcessEnvironment.files_below(&root.join("formats")) {
        world.files.insert(etc.join("formats").join(&file), read(&root.join("formats").join(&file)));
    }
    for name in ["ongoing-nordlager", "nordvik-key"] {
        world.files.insert(etc.join("credentials").join(name), "x".to_owned());
    }
    let text = read(&root.join("systemd/gateway.toml"));
    let config = load_in(world, &text).map_err(|faults| told(&faults)).unwrap();
    assert_eq!(told(&config.warnings), Vec::<String>::new());
    assert_eq!((config.inboxes.len(), config.outboxes.len()), (3, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Lines of the good file, shuffled, cut and mixed with other values: never a panic, and never a refusal without a reason.
    #[test]
    fn no_text_makes_the_check_panic(
        lines in prop::collection::vec((0usize..22, 0usize..8), 0..30),
        noise in "[\\s\\S]{0,40}",
    ) {
        let all: Vec<&str> = GOOD.lines().collect();
        let mut text = String::new();
        for (line, change) in lines {
            let line = all[line];
            let key = line.split('=').next().unwrap_or("");
            match change {
                0 => text.push_str(&format!("{key}= 5")),
                1 => text.push_str(&format!("{key}= []")),
                2 => text.push_str(&format!("{key}= {{}}")),
                3 => text.push_str(&format!("{key}= {noise}")),
                4 => text.push_str(&format!("{key}= {noise:?}")),
                _ => text.push_str(line),
            }
            text.push('\n');
        }
        if let Err(faults) = load_in(world(), &text) {
            prop_assert!(faults.iter().any(|fault| !fault.code.is_warning()));
        }
    }

    /// One line of the good file with a value of another kind.
    #[test]
    fn no_single_value_makes_the_check_panic(line in 0usize..22, value in "[-0-9a-z{}\\[\\]\"'=., :/%#*?å]{0,30}") {
        let text: String = GOOD.lines().enumerate().map(|(position, text)| match text.split_once('=') {
            Some((key, _)) if position == line => format!("{key}= {value}\n"),
            _ => format!("{text}\n"),
        }).collect();
        if let Err(faults) = load_in(world(), &text) {
            prop_assert!(faults.iter().any(|fault| !fault.code.is_warning()));
        }
    }
}

const WITH_CODES: &str = r#"title = "Orders"
[layout]
syntax = "csv"
encoding = "utf-8"
[document.order]
each = "row"
order_number = "Nr"
delivery_date = "Datum"
consignee.name = "Namn"
consignee.country_code = { from = "Land", codes = "countries" }
transporter.transporter_code = { from = "Fraktare", codes = ["carriers", "transporters"] }
[document.order.order_lines]
each = "row"
row_number = "Rad"
article_number = "Art"
number_of_items = "Antal"
"#;

#[test]
fn code_tables_are_shared_or_of_a_partner_and_say_where_they_stand() {
    let mut world = world();
    let mut add = |name: &str, text: &str| {
        world.files.insert(Path::new(FOLDER).join(name), text.to_owned());
    };
    add("formats/a/orders.toml", WITH_CODES);
    add("formats/codes/transporters.toml", "postnord = \"PLAB\"\n");
    add("formats/codes/nordvik/transporters.toml", "schenker = \"SCHE\"\n");
    add("formats/codes/nordvik/countries.toml", "\"Skåne\" = \"SE\"\n");
    add("formats/codes/nordvik/transporter.toml", "dhl = \"DHLF\"\n");
    add("formats/codes/nordvik/units.toml", "st = \"PCE\"\n");
    add("formats/codes/sydvik/countries.toml", "Jylland = \"DK\"\n");
    let text = format!(
        "{GOOD}[partner.nordvik.codes.countries]\n\"Norrland\" = \"SE\"\n[partner.nordvik.codes.country]\nX = \"SE\"\n"
    );
    let config = load_in(world, &text).unwrap();
    let tables = config.formats["a/orders@nordvik"].code_tables();
    let from = |name: &str| tables[name].join(" > ");
    assert_eq!(
        from("countries"),
        "[partner.nordvik.codes.countries] of gateway.toml > formats/codes/nordvik/countries.toml > \
         formats/codes/countries.toml > built in"
    );
    assert_eq!(
        from("transporters"),
        "formats/codes/nordvik/transporters.toml > formats/codes/transporters.toml"
    );
    assert_eq!(from("carriers"), "built in", "there is no file of that name");
    assert_eq!(
        told(&config.warnings),
        [
            "25:24 codes-looked-up-by-none: no format of nordvik looks up in its code table country",
            "7:1 codes-looked-up-by-none: no format of nordvik looks up in its code table transporter",
            "1:1 codes-of-no-partner: the code tables in formats/codes/sydvik are used by nobody: no partner is called so"
        ]
    );
}

#[test]
fn words_for_yes_and_no_mean_one_of_the_two() {
    let mut world = world();
    world.files.insert(Path::new(FOLDER).join("formats/codes/yes_no.toml"), "\"På\" = \"on\"\n".to_owned());
    let faults = load_in(world, GOOD).unwrap_err();
    assert_eq!(told(&faults), ["1:8 wrong-value: På cannot be on"]);
}
