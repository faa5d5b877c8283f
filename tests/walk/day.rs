//! The day: documents of every type, a cancellation with a new order after it, the warehouse's work, a return.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use lastkaj::clock::Clock;
use lastkaj::sandbox::{Sandbox, SandboxSettings, Switches};
use serde_json::Value;

use crate::child;
use crate::support::{csv_rows, sandbox_page};

/// How many parts the day has; between them the warehouse works, or the ERP writes more.
pub const PARTS: usize = 6;

/// What is done to the day, in one of its parts.
#[derive(Clone, Debug)]
pub enum Disturbance {
    /// The process dies at this event.
    Crash { event: usize },
    /// From this event on nothing can be written, until the process ends.
    DiskFull { event: usize },
    /// No file of the gateway can grow beyond this size.
    FileSize { kib: usize },
    /// The clock jumps at this event; it goes right again with the next start.
    ClockJumps { event: usize, hours: i64 },
    /// A request fails in this way (a rule of the sandbox).
    Failure(Value),
}

/// What is left of a day, as far as it must be the same every time.
#[derive(Clone, Debug, PartialEq)]
pub struct Left {
    /// What the sandbox holds, by our numbers.
    pub objects: Value,
    /// How often each object was really changed.
    pub effects: Value,
    /// What was done on each key, in its order; repeats of one are one.
    pub order: BTreeMap<String, Vec<&'static str>>,
    /// What was told of each document, by file, document and number.
    pub told: BTreeMap<(String, String, String), String>,
    /// What was told of each order line: delivered, in all.
    pub delivered: Vec<(String, String, String, String)>,
    /// The files, where they stand now.
    pub sources: Vec<String>,
}

/// A day on its way.
pub struct Day {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
    runtime: tokio::runtime::Runtime,
    clock: Clock,
    disturbance: Option<(usize, Disturbance)>,
    /// How many events each part had.
    pub events: Vec<usize>,
    /// How many requests each part had.
    pub requests: Vec<usize>,
    /// What the disturbance came to.
    pub happened: String,
}

impl Day {
    pub fn undisturbed() -> Day {
        Day::at(Switches::default())
    }

    /// At a sandbox that behaves so.
    pub fn at(switches: Switches) -> Day {
        let clock = Clock::hands("2026-11-25T06:00:00Z".parse().unwrap());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let settings = SandboxSettings { switches, ..SandboxSettings::default() };
        let sandbox = runtime.block_on(lastkaj::sandbox::start(settings, clock.clone())).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let day = Day {
            folder,
            sandbox,
            runtime,
            clock,
            disturbance: None,
            events: Vec::new(),
            requests: Vec::new(),
            happened: String::new(),
        };
        day.set_up();
        day
    }

    pub fn disturbed(part: usize, disturbance: Disturbance) -> Day {
        Day { disturbance: Some((part, disturbance)), ..Day::undisturbed() }
    }

    fn set_up(&self) {
        for (name, text) in FORMATS {
            self.write(&format!("formats/{name}.toml"), text.as_bytes());
        }
        for (name, _, _) in INBOXES {
            std::fs::create_dir_all(self.path(&format!("erp/{name}"))).unwrap();
        }
        std::fs::create_dir_all(self.path("erp/to-erp")).unwrap();
        let (user, password, owner) = SandboxSettings::default().first_account();
        self.write("password", password.as_bytes());
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(self.path("password"), mode).unwrap();
        let inbox = |(name, files, format): &(&str, &str, &str)| {
            let unpack = if files.contains("zip") { "unpack = \"zip\"\n" } else { "" };
            // A table names a pattern for each of the files that belong together.
            let files = if files.starts_with('{') { (*files).to_owned() } else { format!("\"{files}\"") };
            format!(
                "[partner.erp.inbox.{name}]\nfolder = \"{name}\"\nfiles = {files}\nformat = \"{format}\"\n\
                 ready = {{ quiet = \"1s\" }}\n{unpack}"
            )
        };
        let outbox = |(name, report): (&str, &str)| {
            format!(
                "[partner.erp.outbox.{name}]\nfolder = \"to-erp\"\nreport = \"{report}\"\nformat = \"{name}\"\n\
                 name = \"{name}_{{sequence:06}}.csv\"\nevery = \"40s\"\n"
            )
        };
        let text = format!(
            "[gateway]\ndata = \"data\"\nformats = \"formats\"\n\n[ongoing.sandbox]\nurl = \"{}\"\n\
             username = \"{user}\"\npassword = {{ file = \"password\" }}\n\n[partner.erp]\nongoing = \"sandbox\"\n\
             goods_owner = {owner}\ntimezone = \"Europe/Stockholm\"\nremote = {{ path = \"erp\" }}\n\n{}{}{}",
            self.sandbox.url(),
            INBOXES.iter().map(inbox).collect::<String>(),
            outbox(("told", "acknowledgements")),
            outbox(("shipped", "shipments")),
        );
        self.write("gateway.toml", text.as_bytes());
    }

    /// The whole day, to its end.
    pub fn run(&mut self) -> Left {
        for part in 0..PARTS {
            self.begin(part);
            let before = self.page("GET", "/sandbox/counters", "")["requests"].as_u64().unwrap();
            let mut events = 0;
            if let Some((_, disturbance)) = self.disturbance.clone().filter(|(of, _)| *of == part) {
                self.disturb(&disturbance);
            }
            for round in 0.. {
                let run = child::run(self.folder.path(), self.clock.now(), None);
                self.advance_past(&run);
                events += run.events;
                if run.quiet {
                    break;
                }
                assert!(round < 8, "never quiet: {}", run.said);
            }
            self.page("DELETE", "/sandbox/failures", "");
            let after = self.page("GET", "/sandbox/counters", "")["requests"].as_u64().unwrap();
            self.events.push(events);
            self.requests.push(usize::try_from(after - before).unwrap());
        }
        self.left()
    }

    fn disturb(&mut self, disturbance: &Disturbance) {
        if let Disturbance::Failure(failure) = disturbance {
            self.page("POST", "/sandbox/failures", &failure.to_string());
            self.happened = failure["how"]["kind"].as_str().unwrap().to_owned();
            return;
        }
        let run = child::run(self.folder.path(), self.clock.now(), Some(disturbance));
        if std::env::var("WALK_AT").is_ok() {
            println!("{}", run.said);
        }
        let died = run.said.lines().find_map(|line| line.split_once("died ").map(|(_, at)| at));
        self.happened = match (died, run.disturbed) {
            (Some(died), _) => format!("died {died}"),
            (None, true) => "survived it".to_owned(),
            (None, false) => "was done before it came to that".to_owned(),
        };
        assert!(!run.said.contains("panicked"), "{}", run.said);
        self.clock.advance(TimeDelta::minutes(1));
    }

    fn advance_past(&self, run: &child::Run) {
        self.clock.advance(run.ended - self.clock.now() + TimeDelta::seconds(30));
    }

    /// What the ERP and the warehouse do at the beginning of a part.
    fn begin(&self, part: usize) {
        match part {
            0 => self.drop(
                "articles/ART1.csv",
                "Art;Namn;UN;Klass\nA;Hasp;1950;K1\nA;Hasp;1950;K2\nB;Lås;;K1\nC;Bult;;K2\n",
            ),
            1 => {
                // The note is looked at first, and waits for its order.
                self.drop("attachments/81_note.pdf", "%PDF-1.4 note of 81");
                self.drop(
                    "orders/ORD1.csv",
                    "H;81;Elsa\nL;1;A;2\nL;2;B;1\nH;82;Åke\nL;1;B;5\nH;83;Örjan\nL;1;C;1\nH;84;Ida\nL;1;C;2\n\
                     H;85;Bo\nL;1;NEJ;1\n",
                );
                self.drop(
                    "purchase-orders/PO1.csv",
                    "H;700\nL;1;A;100\nI;60;B1\nI;40;B2\nL;2;B;100\nI;100;B3\nH;701\nL;1;C;100\n",
                );
            }
            2 => {
                // A cancellation and the order anew, in one file; changes of others beside them.
                self.drop("orders/ORD2.csv", "C;83\nH;83;Örjan\nL;1;C;7\nH;86;Eva\nL;1;A;1\n");
                self.drop("changes/CHG1.csv", "Nr;Datum;Spår\n82;2026-12-24;W-82\n");
                // Heads and rows in files of their own; one head has no row, one row no head.
                self.drop("pairs/H_1.csv", "Nr;Namn\n89;Siv\n90;Tor\n");
                self.drop("pairs/R_1.csv", "Nr;Rad;Art;Antal\n91;1;A;1\n89;1;A;1\n");
                self.drop(
                    "articles/ART2.csv",
                    "Art;Namn;UN;Klass\nA;Hasp;1950;K1\nA;Hasp;1950;K2\nB;Lås 2;;K1\n",
                );
            }
            3 => {
                self.drop("orders/ORD3.csv", "C;83\nC;86\nH;86;Eva\nL;1;A;3\n");
                self.drop("cancellations/CAN1.csv", "Nr\n701\n");
                // A good file and a bad one, packed together.
                let files =
                    [("87.csv", "H;87;Pia\nL;1;A;1\n"), ("empty.csv", ""), ("88.csv", "H;88;Ulf\nL;1;B;1\n")];
                self.write("erp/orders/ORD4.zip", &zip(&files));
            }
            4 => {
                self.page("POST", "/sandbox/warehouse/plan", r#"{"halves": ["82"], "leave": ["84"]}"#);
                self.page("POST", "/sandbox/warehouse/tick", r#"{"steps": 12}"#);
                self.drop("cancellations/CAN2.csv", "Nr\n700\n");
            }
            _ => {
                self.page("POST", "/sandbox/warehouse/tick", r#"{"steps": 100}"#);
                self.drop("returns/RET1.csv", "Retur;Order;Rad;Art;Antal\nR1;81;1;A;1\nR2;999;1;A;1\n");
            }
        }
    }

    fn left(&self) -> Left {
        let counters = self.page("GET", "/sandbox/counters", "");
        assert_eq!(counters["violations"], 0, "every request fits the OpenAPI file: {counters}");
        let names = self.names("erp/to-erp");
        for prefix in ["told_", "shipped_"] {
            let numbers: Vec<usize> = names
                .iter()
                .filter_map(|name| name.strip_prefix(prefix)?.strip_suffix(".csv")?.parse().ok())
                .collect();
            assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "numbers without gaps: {names:?}");
        }
        assert!(names.iter().all(|name| name.ends_with(".csv")), "nothing half-written is left: {names:?}");
        let mut told = BTreeMap::new();
        for row in self.rows("told_").into_iter().filter(|row| row["Utfall"] != "taken") {
            let document = (row["Fil"].clone(), row["Dokument"].clone(), row["Nummer"].clone());
            let outcome = format!("{} {}", row["Utfall"], row["Felkod"]);
            assert_eq!(told.insert(document, outcome), None, "told once: {row:?}");
        }
        let line = |row: BTreeMap<String, String>| {
            (row["OrdNr"].clone(), row["RadNr"].clone(), row["Levererat"].clone(), row["Totalt"].clone())
        };
        let mut delivered: Vec<_> = self.rows("shipped_").into_iter().map(line).collect();
        delivered.sort();
        let sources = INBOXES.iter().flat_map(|(inbox, _, _)| {
            let folders = ["", "/done", "/failed"].map(|folder| format!("erp/{inbox}{folder}"));
            folders.into_iter().flat_map(|folder| {
                self.names(&folder).into_iter().map(move |name| format!("{folder}/{name}"))
            })
        });
        Left {
            objects: self.page("GET", "/sandbox/state?ids=false", ""),
            effects: self.page("GET", "/sandbox/effects", ""),
            order: self.order(),
            told,
            delivered,
            sources: sources.collect(),
        }
    }

    /// What was done on each key, in its order, by the writes that succeeded. A repeat right after is the same.
    fn order(&self) -> BTreeMap<String, Vec<&'static str>> {
        let mut order: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
        let log = self.page("GET", "/sandbox/requests", "");
        for row in log.as_array().unwrap() {
            let (verb, path) = (row["verb"].as_str().unwrap(), row["path"].as_str().unwrap());
            let (Some(number), false) = (row["number"].as_str(), row["status"].as_u64() >= Some(300)) else {
                continue;
            };
            let object: Vec<&str> = path.rsplit("/api/v1/").next().unwrap().split('/').collect();
            let done = match (verb, object.as_slice()) {
                ("PUT", [_]) => "put",
                ("DELETE", [_]) => "cancel",
                // Marks follow what was told, at any time; they are compared by what they leave.
                ("PATCH", [.., last]) if !last.starts_with("reported") => "change",
                ("PUT", [.., "files"]) => "file",
                // What belongs to a put comes after it each time that it is repeated.
                _ => continue,
            };
            let of_key = order.entry(format!("{} {number}", object[0])).or_default();
            if of_key.last() != Some(&done) {
                of_key.push(done);
            }
        }
        order
    }

    /// The size of the greatest file that the gateway writes, in KiB.
    pub fn largest_file_kib(&self) -> usize {
        let sizes = ["data/ledger.sqlite", "data/ledger.sqlite-wal"]
            .map(|name| std::fs::metadata(self.path(name)).map_or(0, |file| file.len()));
        usize::try_from(sizes.into_iter().max().unwrap() / 1024).unwrap()
    }

    fn page(&self, verb: &str, path: &str, body: &str) -> Value {
        sandbox_page(self.sandbox.address, verb, path, body)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
    }

    fn drop(&self, name: &str, text: &str) {
        self.write(&format!("erp/{name}"), text.as_bytes());
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten();
        let files = entries.map(Result::unwrap).filter(|entry| entry.path().is_file());
        let mut names: Vec<String> =
            files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn rows(&self, prefix: &str) -> Vec<BTreeMap<String, String>> {
        let names = self.names("erp/to-erp").into_iter().filter(|name| name.starts_with(prefix));
        names
            .flat_map(|name| csv_rows(&std::fs::read(self.path(&format!("erp/to-erp/{name}"))).unwrap()))
            .collect()
    }

    /// Stops the sandbox.
    pub fn end(self) {
        let Day { sandbox, runtime, .. } = self;
        runtime.block_on(sandbox.stop());
    }
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The folder, the files and the format of each inbox.
const INBOXES: [(&str, &str, &str); 8] = [
    ("articles", "*.csv", "articles"),
    ("attachments", "*.pdf", "attachments"),
    ("cancellations", "*.csv", "cancellations"),
    ("changes", "*.csv", "changes"),
    ("orders", "*.{csv,zip}", "orders"),
    ("pairs", "{ head = \"H_*.csv\", row = \"R_*.csv\" }", "pairs"),
    ("purchase-orders", "*.csv", "purchase-orders"),
    ("returns", "*.csv", "returns"),
];

macro_rules! csv {
    ($rest:literal) => {
        concat!("[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\ndelimiter = \";\"\nheader = true\n", $rest)
    };
}

/// The format files, by name.
const FORMATS: [(&str, &str); 10] = [
    (
        "articles",
        csv!(
            r#"group = { by = "Art" }
[document.article]
each = "row"
article_number = "Art"
article_name = "Namn"
dangerous_goods.un_number = "UN"
[document.article.classes]
each = "row"
code = "Klass"
"#
        ),
    ),
    (
        "attachments",
        r#"[layout]
syntax = "whole"
[document.attachment]
each = "file"
order_number = { file_name = "{order}_{rest}.pdf", part = "order" }
file_name = { file_name = "{order}_{rest}", part = "rest" }
mime_type = { value = "application/pdf" }
file_data_base64 = "content"
"#,
    ),
    ("cancellations", csv!("[document.cancellation]\neach = \"row\"\npurchase_order_number = \"Nr\"\n")),
    (
        "changes",
        csv!(
            r#"[document.order_change]
each = "row"
order_number = "Nr"
delivery_date = { from = "Datum", date = "%Y-%m-%d" }
waybill = "Spår"
"#
        ),
    ),
    (
        // Orders, and cancellations of orders.
        "orders",
        r#"[layout]
syntax = "csv"
encoding = "utf-8"
delimiter = ";"
header = false
[layout.records.cancel]
when = [{ column = 1, is = "C" }]
fields.Nr = { column = 2 }
[layout.records.head]
when = [{ column = 1, is = "H" }]
fields.Nr = { column = 2 }
fields.Namn = { column = 3 }
[layout.records.line]
when = [{ column = 1, is = "L" }]
under = "head"
fields.Rad = { column = 2 }
fields.Art = { column = 3 }
fields.Antal = { column = 4 }
[document.cancellation]
each = "cancel"
order_number = "Nr"
[document.order]
each = "head"
order_number = "Nr"
delivery_date = { value = "2026-12-01" }
consignee.name = "Namn"
[document.order.order_lines]
each = "line"
row_number = "Rad"
article_number = "Art"
number_of_items = "Antal"
[remember]
document = ["Nr"]
lines = ["Rad"]
"#,
    ),
    (
        "pairs",
        csv!(
            r#"group = { by = "Nr" }
[layout.parts.head]
[layout.parts.row]
[document.order]
each = "head"
order_number = "Nr"
delivery_date = { value = "2026-12-01" }
consignee.name = "Namn"
[document.order.order_lines]
each = "row"
required = true
row_number = "Rad"
article_number = "Art"
number_of_items = "Antal"
"#
        ),
    ),
    (
        "purchase-orders",
        r#"[layout]
syntax = "csv"
encoding = "utf-8"
delimiter = ";"
header = false
[layout.records.head]
when = [{ column = 1, is = "H" }]
fields.Nr = { column = 2 }
[layout.records.line]
when = [{ column = 1, is = "L" }]
under = "head"
fields.Rad = { column = 2 }
fields.Art = { column = 3 }
fields.Antal = { column = 4 }
[layout.records.item]
when = [{ column = 1, is = "I" }]
under = "line"
fields.Antal = { column = 2 }
fields.Batch = { column = 3 }
[document.purchase_order]
each = "head"
purchase_order_number = "Nr"
in_date = { value = "2026-12-01" }
[document.purchase_order.purchase_order_lines]
each = "line"
row_number = "Rad"
article_number = "Art"
number_of_items = "line.Antal"
[document.purchase_order.purchase_order_lines.article_items]
each = "item"
batch = "Batch"
number_of_items = "item.Antal"
"#,
    ),
    (
        "returns",
        csv!(
            r#"group = { by = "Retur" }
[document.return_order]
each = "row"
return_order_number = "Retur"
order_number = "Order"
[document.return_order.return_order_lines]
each = "row"
return_order_row_number = "Rad"
article_number = "Art"
to_be_returned_number_of_items = "Antal"
"#
        ),
    ),
    (
        "told",
        csv!(
            r#"[record.row]
of = "acknowledgement"
each = "rows"
"Fil" = "file_name"
"Dokument" = "document"
"Nummer" = "number"
"Utfall" = "outcome"
"Felkod" = "code"
"#
        ),
    ),
    (
        "shipped",
        csv!(
            r#"[record.row]
of = "shipment"
each = "lines"
"OrdNr" = { sent = "Nr", default = "order_number" }
"RadNr" = { sent = "Rad", default = "row_number" }
"Levererat" = { from = "delivered_number_of_items", decimals = 2 }
"Totalt" = { from = "total_number_of_items", decimals = 2 }
"#
        ),
    ),
];
