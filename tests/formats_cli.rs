//! The tools of whoever writes format files: the list, the test of samples, and a trial that runs again at each save.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of an author, with formats and samples of their own.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// One format that reads, with two good samples, one that writes, with one.
    fn new() -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap() };
        for file in [
            "formats/nordvik/orders.toml",
            "formats/nordvik/shipments.toml",
            "formats/codes/nordvik-ways-of-delivery.toml",
            "samples/nordvik/orders/good/input.csv",
            "samples/nordvik/orders/good/expected.json",
            "samples/nordvik/orders/missing-postcode/input.csv",
            "samples/nordvik/orders/missing-postcode/expected.json",
            "samples/nordvik/shipments/two-orders/input.json",
            "samples/nordvik/shipments/two-orders/expect.csv",
        ] {
            desk.write(file, &std::fs::read(project().join(file)).unwrap());
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::fs::File::create(path).unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path(name)).unwrap()).into_owned()
    }

    /// Replaces the first occurrence; the bytes round it stay as they are.
    fn change(&self, name: &str, from: &str, to: &str) {
        let bytes = std::fs::read(self.path(name)).unwrap();
        let at = bytes.windows(from.len()).position(|part| part == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("{name} has no {from}"));
        self.write(name, &[&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lastkaj"));
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }
}

const MISTAKE: (&str, &str) = ("order_number ", "ordr_number ");

fn assert_all(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "{expected:?} is not in:\n{text}");
    }
}

#[test]
fn the_list_tells_of_each_format_what_it_does_and_how_its_samples_fare() {
    let desk = Desk::new();
    let list = desk.run(&["formats"]);
    assert_eq!(list.status.code(), Some(0), "{list:?}");
    let line = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{text}"));
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(
        line(&out(&list), "nordvik/orders")
            .ends_with(&["order", "reads", "off", "2", "pass"].map(String::from))
    );
    assert!(
        line(&out(&list), "nordvik/shipments")
            .ends_with(&["shipment", "writes", "1", "passes"].map(String::from))
    );

    desk.write("formats/acme/orders.toml", desk.text("formats/nordvik/orders.toml").as_bytes());
    desk.change("samples/nordvik/orders/good/expected.json", "\"81204\"", "\"81299\"");
    let list = desk.run(&["formats"]);
    assert_eq!(list.status.code(), Some(1), "{list:?}");
    assert_all(&out(&list), &["no samples", "1 of 2 fails", "lastkaj formats test NAME shows"]);

    desk.change("formats/acme/orders.toml", MISTAKE.0, MISTAKE.1);
    let list = desk.run(&["formats"]);
    assert_eq!(list.status.code(), Some(2), "{list:?}");
    assert!(out(&list).lines().any(|line| line.starts_with("acme/orders") && line.contains("mistake")));
    let json: Value = serde_json::from_slice(&desk.run(&["formats", "--json"]).stdout).unwrap();
    assert_eq!(json["formats"][0]["name"], "acme/orders");
    assert!(!json["formats"][0]["mistakes"].as_array().unwrap().is_empty());
    assert_eq!(json["formats"][1]["direction"], "reads");
    assert_eq!(json["formats"][1]["cases"][0]["result"], "differs");

    let nowhere = desk.run(&["formats", "--formats", "nowhere"]);
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
    assert_all(&err(&nowhere), &["no folder nowhere", "--formats"]);
    desk.write("formats/codes/units.toml", b"broken");
    let tables = desk.run(&["formats"]);
    assert_eq!(tables.status.code(), Some(2), "{tables:?}");
    assert_all(&err(&tables), &["units.toml:1"]);
}

#[test]
fn the_test_runs_all_or_the_named_and_sums_up() {
    let desk = Desk::new();
    let all = desk.run(&["formats", "test"]);
    assert_eq!(all.status.code(), Some(0), "{all:?}");
    assert_all(
        &out(&all),
        &["nordvik/orders     2 cases\n", "nordvik/shipments  1 case\n", "3 cases of 2 formats, 0 failed\n"],
    );
    for (name, sum) in [
        ("nordvik/orders", "2 cases of 1 format, 0 failed"),
        ("nordvik/", "3 cases of 2 formats, 0 failed"),
        ("formats/nordvik/shipments.toml", "1 case of 1 format, 0 failed"),
        ("nordvik/orders/good", "1 case of 1 format, 0 failed"),
    ] {
        let named = desk.run(&["formats", "test", name]);
        assert_eq!(named.status.code(), Some(0), "{named:?}");
        assert_all(&out(&named), &[sum]);
    }
    let unknown = desk.run(&["formats", "test", "nordvik/order"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    assert_all(&err(&unknown), &["no format named nordvik/order", "did you mean nordvik/orders?"]);
    std::fs::remove_dir_all(desk.path("samples")).unwrap();
    let nothing = desk.run(&["formats", "test"]);
    assert_eq!(nothing.status.code(), Some(2), "nothing tested is no success: {nothing:?}");
    assert_all(&out(&nothing), &["no samples", "samples/<erp>/<document>/<case>/"]);
}

#[test]
fn a_case_that_fails_says_where_it_differs() {
    let desk = Desk::new();
    desk.change(
        "samples/nordvik/orders/good/expected.json",
        "\"rowNumber\": \"20\"",
        "\"rowNumber\": \"25\"",
    );
    desk.change("samples/nordvik/shipments/two-orders/expect.csv", ";", ":");
    let test = desk.run(&["formats", "test"]);
    assert_eq!(test.status.code(), Some(1), "{test:?}");
    assert_all(
        &out(&test),
        &[
            "nordvik/orders     2 cases, 1 failed",
            "samples/nordvik/orders/good/expected.json",
            "documents[0].document.orderLines[1].rowNumber  (order 81204)\n      expected \"25\"\n      found    \"20\"",
            "samples/nordvik/shipments/two-orders/expect.csv",
            "line 1, column ",
            "3 cases of 2 formats, 2 failed",
        ],
    );
    let json: Value = serde_json::from_slice(&desk.run(&["formats", "test", "--json"]).stdout).unwrap();
    assert_eq!((&json["cases"], &json["failed"]), (&Value::from(3), &Value::from(2)));
    assert_eq!(
        json["formats"][0]["cases"][0]["differences"][0]["place"],
        "documents[0].document.orderLines[1].rowNumber"
    );

    desk.change("formats/nordvik/orders.toml", MISTAKE.0, MISTAKE.1);
    let mistake = desk.run(&["formats", "test"]);
    assert_eq!(mistake.status.code(), Some(2), "{mistake:?}");
    assert_all(&err(&mistake), &["orders.toml:", "did you mean order_number?"]);
    assert_all(&out(&mistake), &["1 case of 2 formats, 1 failed; 1 format with mistakes, not tested"]);
}

#[test]
fn bad_folders_and_files_are_named_with_what_to_do() {
    let desk = Desk::new();
    let shipments = desk.text("samples/nordvik/shipments/two-orders/input.json");
    let writes = |case: &str, text: &str| {
        desk.write(&format!("samples/nordvik/shipments/{case}/input.json"), text.as_bytes());
    };
    writes("a", "{");
    writes("b", "{}");
    writes("c", r#"{"documents": [{}]}"#);
    writes("d", r#"{"documents": [{"document": {"ordrNumber": "1"}}]}"#);
    writes("e", r#"{"documents": [{"document": {}, "remembered": 1}]}"#);
    writes("f", &shipments.replacen("\"documents\"", "\"time\": \"noon\", \"documents\"", 1));
    writes("g", r#"{"documents": [], "sequence": "x"}"#);
    writes("h", r#"{"documents": [], "timeZone": "Nowhere"}"#);
    writes("i", r#"{"documents": [{"document": {"lines": [{"rowNumber": 10}]}}]}"#);
    std::fs::create_dir_all(desk.path("samples/nordvik/orders/no-input")).unwrap();
    desk.write("samples/nordvik/orders/two/input.csv", b"");
    desk.write("samples/nordvik/orders/two/input.txt", b"");
    desk.write("samples/nordvik/orders/bad-json/input.csv", b"");
    desk.write("samples/nordvik/orders/bad-json/expected.json", b"{\n  nonsense");
    desk.write("samples/nordvik/orders/no-text/input.csv", b"");
    desk.write("samples/nordvik/orders/no-text/expected.json", b"\xFF\xFE");
    desk.write("samples/nordvik/orders/empty-name/input.csv", b"");
    desk.write("samples/nordvik/orders/empty-name/name.txt", b"\n");
    desk.write("samples/nordvik/order/slip/input.csv", b"");
    std::fs::create_dir_all(desk.path("samples/nordvik/orders/folder/input.csv")).unwrap();
    let test = desk.run(&["formats", "test"]);
    assert_eq!(test.status.code(), Some(1), "{test:?}");
    assert_all(
        &out(&test),
        &[
            "nordvik/orders/no-input: there is no file input.* in it; put the file there, as input.csv",
            "nordvik/orders/two: there are several files input.* in it: input.csv, input.txt; keep one",
            "nordvik/orders/bad-json/expected.json: it is no JSON: ",
            "line 2 column",
            "nordvik/orders/no-text/expected.json: it is no JSON: ",
            "nordvik/orders/empty-name/name.txt: it is empty",
            "nordvik/orders/folder/input.csv: it is no file",
            "nordvik/order/slip: it is a sample of formats/nordvik/order.toml, and there is no such format file",
            "shipments/a/input.json: it is no JSON",
            "shipments/b/input.json: documents: there is no such list",
            "shipments/c/input.json: documents[0]: it has no member \"document\"",
            "shipments/d/input.json: documents[0].document.ordrNumber: shipment has no such member; did you mean orderNumber?",
            "shipments/i/input.json: documents[0].document.lines[0].rowNumber: 10 is no text; write it in quotes",
            "shipments/e/input.json: documents[0].remembered: ",
            "shipments/f/input.json: time: it is no time",
            "shipments/g/input.json: sequence: ",
            "shipments/h/input.json: timeZone: ",
            "19 cases of 2 formats, 16 failed",
        ],
    );
}

#[test]
fn bless_writes_what_is_missing_and_only_bless_all_replaces() {
    let desk = Desk::new();
    let (good, shipped) =
        ("samples/nordvik/orders/good/expected.json", "samples/nordvik/shipments/two-orders/expect.csv");
    let before = (desk.text(good), desk.text(shipped));
    std::fs::remove_file(desk.path(good)).unwrap();
    std::fs::remove_file(desk.path(shipped)).unwrap();
    let other = "samples/nordvik/orders/missing-postcode/expected.json";
    desk.change(other, "\"records\": ", "\"records\": 1");
    let changed = desk.text(other);

    let test = desk.run(&["formats", "test"]);
    assert_eq!(test.status.code(), Some(1), "{test:?}");
    assert_all(&out(&test), &["lastkaj formats test nordvik/orders/good --bless writes it", "3 failed"]);
    assert!(!desk.path(good).exists(), "nothing is written unasked");

    let bless = desk.run(&["formats", "test", "--bless"]);
    assert_eq!(bless.status.code(), Some(1), "one still differs: {bless:?}");
    assert_all(&out(&bless), &["good/expected.json: written", "1 failed; 2 files written"]);
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!((json(&desk.text(good)), desk.text(shipped)), (json(&before.0), before.1));
    assert!(desk.text(good).ends_with("}\n"));
    assert_eq!(desk.text(other), changed, "what stands there is not touched");

    let all = desk.run(&["formats", "test", "--bless-all"]);
    assert_eq!(all.status.code(), Some(0), "{all:?}");
    assert_all(&out(&all), &["0 failed; 1 file written"]);
    assert_ne!(desk.text(other), changed);
    assert_eq!(desk.run(&["formats", "test"]).status.code(), Some(0));
}

/// A trial that runs until the test ends.
struct Trial {
    child: Child,
    lines: Receiver<String>,
    said: String,
}

impl Drop for Trial {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Trial {
    fn start(desk: &Desk, arguments: &[&str]) -> Trial {
        let mut child =
            desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let tell = tell.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = tell.send(line);
                }
            });
        }
        Trial { child, lines, said: String::new() }
    }

    /// What it says until this is said, on either stream.
    fn until(&mut self, expected: &str) -> String {
        self.said.clear();
        while !self.said.contains(expected) {
            match self.lines.recv_timeout(Duration::from_secs(120)) {
                Ok(line) => self.said.push_str(&(line + "\n")),
                Err(error) => panic!("{expected:?}: {error}:\n{}", self.said),
            }
        }
        std::mem::take(&mut self.said)
    }
}

/// A file whose country is a word that only a partner's tables know.
fn desk_with_words() -> Desk {
    let desk = Desk::new();
    let format = r#"title = "Words"
[layout]
syntax = "csv"
encoding = "utf-8"
delimiter = ";"
header = true
[document.order]
each = "row"
order_number = "Nr"
delivery_date = "Datum"
order_free_date_time1 = { from = "Tid", date = "%Y-%m-%d %H:%M" }
consignee.name = "Namn"
consignee.country_code = { from = "Land", codes = "countries" }
[document.order.order_lines]
each = "row"
row_number = { value = "1" }
article_number = { value = "A" }
number_of_items = { value = "1" }
"#;
    desk.write("formats/acme/words.toml", format.as_bytes());
    desk.write(
        "words.csv",
        b"Nr;Datum;Tid;Namn;Land\n1;2026-11-20;2026-11-20 12:00;A;Lappi\n2;2026-11-20;2026-11-20 12:00;B;Jylland\n",
    );
    desk
}

#[test]
fn a_file_is_tried_as_that_of_a_partner() {
    let desk = desk_with_words();
    let run = |more: &[&str]| desk.run(&[&["try", "acme/words", "words.csv", "--calls"], more].concat());
    let nobody = run(&[]);
    assert_eq!(nobody.status.code(), Some(1), "{nobody:?}");
    assert_all(&err(&nobody), &["\"Lappi\" is not in the code table countries", "\"Jylland\" is not"]);

    // A folder is enough to try.
    let unknown = run(&["--partner", "acme"]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    assert_all(
        &err(&unknown),
        &["there is no partner named acme", "(no folder in formats/codes; see --config)"],
    );
    desk.write("formats/codes/acme/countries.toml", b"Lappi = \"FI\"\n");
    let misspelt = run(&["--partner", "acne"]);
    assert_eq!(misspelt.status.code(), Some(2), "{misspelt:?}");
    assert_all(&err(&misspelt), &["acne", "did you mean acme?"]);
    let folder = run(&["--partner", "acme"]);
    assert_eq!(folder.status.code(), Some(1), "{folder:?}");
    assert_all(&err(&folder), &["\"Jylland\" is not in the code table countries"]);
    assert!(!err(&folder).contains("Lappi"), "{folder:?}");

    // gateway.toml as it is: its secrets are elsewhere, and other partners may have mistakes.
    desk.write(
        "gateway.toml",
        b"[ongoing.live]\npassword = { env = \"NOT_HERE\" }\n[partner.other]\nnonsense = 1\n[partner.acme]\n\
goods_owner = 159\ntimezone = \"Europe/Helsinki\"\norder_number_prefix = \"A-\"\n[partner.acme.codes.countries]\nJylland = \"DK\"\n",
    );
    let whole = run(&["--partner", "acme", "--config", "gateway.toml"]);
    assert_eq!(whole.status.code(), Some(0), "{whole:?}");
    let said = out(&whole);
    assert_all(
        &said,
        &[
            "\"goodsOwnerId\":159",
            "\"orderNumber\":\"A-1\"",
            "\"countryCode\":\"FI\"",
            "\"countryCode\":\"DK\"",
            "2026-11-20T10:00:00",
        ],
    );
    let said = out(&run(&[
        "--partner",
        "acme",
        "--config",
        "gateway.toml",
        "--goods-owner",
        "7",
        "--time-zone",
        "UTC",
    ]));
    assert_all(&said, &["\"goodsOwnerId\":7", "2026-11-20T12:00:00"]);

    // Its own table is looked at whole, whatever of it a trial needs.
    desk.write(
        "wrong.toml",
        b"[partner.acme]\ngoodsowner = 159\ngoods_owner = 3000000000\nongoing = \"live\"\n[partner.acme.code.countries]\nJylland = \"DK\"\n",
    );
    let wrong = run(&["--partner", "acme", "--config", "wrong.toml"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    assert_all(
        &err(&wrong),
        &["goodsowner", "did you mean goods_owner?", "did you mean codes?", "3000000000", "wrong.toml:3"],
    );
    let other = run(&["--partner", "acmee", "--config", "gateway.toml"]);
    assert_eq!(other.status.code(), Some(2), "{other:?}");
    assert_all(&err(&other), &["gateway.toml", "did you mean acme?"]);
    desk.write(
        "near.toml",
        b"[partner.acme.codes.countrys]\nJylland = \"DK\"\n[partner.acme.codes.other]\nX = \"1\"\n",
    );
    let near = err(&run(&["--partner", "acme", "--config", "near.toml"]));
    assert_all(&near, &["warning[codes-not-of-format]", "near.toml:1", "did you mean countries?"]);
    assert!(!near.contains("other"), "a table for another format is nothing: {near}");
    desk.write("formats/codes/acme/old/units.toml", b"x = \"st\"\n");
    assert_all(&err(&run(&["--partner", "acme"])), &["code-table-too-deep", "codes/acme/old/units.toml"]);
    std::fs::remove_file(desk.path("formats/codes/acme/old/units.toml")).unwrap();
    // What an editor saved otherwise says where.
    desk.write("formats/codes/acme/units.toml", b"# f\xF6r Acme\nkasse = \"st\"\nl\xE5da = \"st\"\n");
    assert_all(
        &err(&run(&["--partner", "acme"])),
        &["our-file-not-utf8", "units.toml:1", "byte F6", "Notepad"],
    );
    let alone = run(&["--config", "gateway.toml"]);
    assert_eq!(alone.status.code(), Some(2), "a configuration says nothing without a partner: {alone:?}");
}

#[test]
fn a_watched_trial_runs_again_at_each_save() {
    let desk = Desk::new();
    desk.write("ORD1.csv", &std::fs::read(desk.path("samples/nordvik/orders/good/input.csv")).unwrap());
    let mut trial = Trial::start(&desk, &["try", "nordvik/orders", "ORD1.csv", "--watch"]);
    let first = trial.until("Ctrl-C ends");
    assert_all(&first, &["order 81204", "waiting for a save of formats/nordvik/orders.toml, ORD1.csv"]);
    assert!(!first.contains('\u{1b}'), "the screen is cleared only on a terminal: {first:?}");

    desk.change("ORD1.csv", "81204", "99204");
    assert_all(&trial.until("Ctrl-C ends"), &["ORD1.csv was saved", "99204"]);

    desk.change("formats/nordvik/orders.toml", MISTAKE.0, MISTAKE.1);
    trial.until("did you mean order_number?");
    desk.change("formats/nordvik/orders.toml", MISTAKE.1, MISTAKE.0);
    // The mistake is told on standard error, so the end of that run may come before or after it.
    let repaired = trial.until("Ctrl-C ends");
    let repaired = if repaired.contains("order 99204") { repaired } else { trial.until("Ctrl-C ends") };
    assert_all(&repaired, &["formats/nordvik/orders.toml was saved", "order 99204"]);

    // An editor that puts a new file in the place of the old one.
    desk.write("ORD1.csv~", &std::fs::read(desk.path("samples/nordvik/orders/good/input.csv")).unwrap());
    std::fs::rename(desk.path("ORD1.csv~"), desk.path("ORD1.csv")).unwrap();
    assert_all(&trial.until("Ctrl-C ends"), &["ORD1.csv was saved", "order 81204"]);

    desk.change("formats/codes/nordvik-ways-of-delivery.toml", "\n", "\n# more\n");
    trial.until("formats/codes/nordvik-ways-of-delivery.toml was saved");
    trial.until("Ctrl-C ends");

    std::fs::remove_file(desk.path("ORD1.csv")).unwrap();
    trial.until("ORD1.csv cannot be read: it is not there");
    assert_eq!(trial.child.try_wait().unwrap(), None, "it waits for the file to come back");
}

#[test]
fn a_watched_trial_of_what_is_not_there_ends_at_once() {
    let desk = Desk::new();
    let good = "samples/nordvik/orders/good/input.csv";
    let format = desk.run(&["try", "nordvik/order", good, "--watch"]);
    assert_eq!(format.status.code(), Some(2), "{format:?}");
    assert_all(&err(&format), &["did you mean nordvik/orders?"]);
    let file = desk.run(&["try", "nordvik/orders", "nofile.csv", "--watch"]);
    assert_eq!(file.status.code(), Some(2), "{file:?}");
    assert_all(&err(&file), &["nofile.csv cannot be read: it is not there"]);
    let json = desk.run(&["try", "nordvik/orders", good, "--watch", "--json"]);
    assert_eq!(json.status.code(), Some(2), "{json:?}");
}

#[test]
fn a_file_that_was_read_must_come_back_unless_the_format_says_why_not() {
    let desk = Desk::new();
    let format = "formats/acme/cancellations.toml";
    let input = "samples/acme/cancellations/day/input.csv";
    desk.write(format, &std::fs::read(project().join("formats/generic/cancellations.toml")).unwrap());
    desk.write(input, b"Order\n81202\n81205\n");
    let test = || desk.run(&["formats", "test", "acme/cancellations"]);
    assert_eq!(desk.run(&["formats", "test", "acme/cancellations", "--bless"]).status.code(), Some(0));
    assert_eq!(test().status.code(), Some(0), "{}", out(&test()));
    let list = out(&desk.run(&["formats"]));
    let line = list.lines().find(|line| line.starts_with("acme/cancellations")).unwrap();
    assert_all(line, &["reads", "same bytes", "1 passes"]);

    // The bytes are not those that would be written: where, and what to do.
    desk.write(input, b"Order\n081202 \n81205\n");
    desk.change("samples/acme/cancellations/day/expected.json", "\"81202\"", "\"081202\"");
    desk.change("samples/acme/cancellations/day/expected.json", "\"81202\"", "\"081202\"");
    assert_eq!(test().status.code(), Some(1));
    let hint = "say in formats/acme/cancellations.toml why not: round_trip = \"…\"";
    let told =
        ["it is not the same", "line 2, column 7", r#"expected "081202 \n""#, r#"found    "081202\n""#, hint];
    assert_all(&out(&test()), &told);

    // What is expected only from now on must come back too.
    let expected = desk.path("samples/acme/cancellations/day/expected.json");
    for (bless, before) in [("--bless", None), ("--bless-all", Some("{}")), ("--bless-all", Some("no JSON"))]
    {
        match before {
            None => std::fs::remove_file(&expected).unwrap(),
            Some(text) => desk.write("samples/acme/cancellations/day/expected.json", text.as_bytes()),
        }
        let blessed = desk.run(&["formats", "test", "acme/cancellations", bless]);
        assert_eq!(blessed.status.code(), Some(1), "{blessed:?}");
        assert_all(&out(&blessed), &told);
        assert_all(&out(&blessed), &["expected.json: written", "1 failed; 1 file written"]);
    }
    desk.write(input, b"Order\r\n081202\r\n81205\r\n");
    assert_all(&out(&test()), &["all line ends  (newline = \"crlf\" in [layout])", "round_trip.txt"]);
    let json: Value =
        serde_json::from_slice(&desk.run(&["formats", "test", "acme/", "--json"]).stdout).unwrap();
    assert_eq!(json["formats"][0]["cases"][0]["result"], "not-the-same-bytes");

    // One file alone.
    desk.write("samples/acme/cancellations/day/round_trip.txt", b"\n");
    assert_all(&out(&test()), &["round_trip.txt: it is empty"]);
    desk.write("samples/acme/cancellations/day/round_trip.txt", b"A tool changed the line ends.\n");
    assert_eq!(test().status.code(), Some(0), "{}", out(&test()));
    std::fs::remove_file(desk.path("samples/acme/cancellations/day/round_trip.txt")).unwrap();

    // What the format loses is told once, with its member.
    desk.change(format, "= \"Order\"", "= { from = \"Order\", cut = 20 }");
    assert_all(&out(&test()), &["order_number is cut off (cut)", hint]);
    let why = "round_trip = \"numbers of our old system go on behind the twentieth character\"\n[layout]";
    desk.change(format, "[layout]", why);
    let well = test();
    assert_eq!(well.status.code(), Some(0), "{}", out(&well));
    assert_all(&out(&well), &["round trip off: numbers of our old system"]);
    assert!(out(&desk.run(&["formats"])).lines().any(|line| line.contains("  off ")));
    let json: Value = serde_json::from_slice(&desk.run(&["formats", "--json"]).stdout).unwrap();
    assert_eq!(json["formats"][0]["round_trip"], "off");
}
