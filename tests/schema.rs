//! The schemas for editors say what the check says: they take whatever it takes, and every key in them is one that it takes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods, reason = "a gateway.toml is written into a folder of its own")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use lastkaj::config::{self, code_tables};
use lastkaj::format::{self, Definition};
use lastkaj::written::{Keys, Takes, schema};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A TOML file as editors hand it to a validator.
fn json(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
}

fn toml_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(toml_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The TOML blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(page)).unwrap();
    let parts = text.split("```toml\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// Every format file that must be taken, with a name for messages.
fn formats() -> Vec<(String, String)> {
    let folder = root().join("formats");
    let files = toml_below(&folder).into_iter().filter(|file| !file.starts_with(folder.join("codes")));
    let mut formats: Vec<(String, String)> =
        files.map(|file| (file.display().to_string(), fs::read_to_string(&file).unwrap())).collect();
    let whole = blocks("docs/format-files.md").into_iter().filter(|block| block.contains("[layout]"));
    formats.extend(whole.map(|block| ("docs/format-files.md".to_owned(), block)));
    formats.extend(REST.iter().map(|text| ("tests/schema.rs".to_owned(), (*text).to_owned())));
    formats
}

/// Every gateway.toml that must be taken.
fn gateways() -> Vec<(String, String)> {
    let mut gateways = vec![(
        "systemd/gateway.toml".to_owned(),
        fs::read_to_string(root().join("systemd/gateway.toml")).unwrap(),
    )];
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let tours = readme.split("cat > gateway.toml <<END\n").skip(1);
    gateways
        .extend(tours.map(|tour| ("README.md".to_owned(), tour.split("\nEND\n").next().unwrap().to_owned())));
    gateways.push(("tests/schema.rs".to_owned(), GATEWAY.to_owned()));
    gateways
}

fn takes(keys: &Keys, schema: &Value, files: &[(String, String)]) {
    let validator = jsonschema::draft7::new(schema).unwrap();
    assert!(jsonschema::draft7::meta::is_valid(schema), "{} is no schema", keys.name);
    for (name, text) in files {
        let wrong: Vec<String> = validator
            .iter_errors(&json(text))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(wrong, [""; 0], "{name}");
    }
}

#[test]
fn every_format_file_fits_its_schema() {
    takes(format::keys(), &schema("a format file", format::keys()), &formats());
}

#[test]
fn every_gateway_toml_fits_its_schema() {
    let gateways = gateways();
    assert_eq!(gateways.len(), 3, "systemd, README and this file have one each");
    takes(config::keys(), &schema("gateway.toml", config::keys()), &gateways);
}

/// A definition of the schema is named after its table.
#[test]
fn no_two_tables_have_one_name() {
    fn look(keys: &Keys, known: &mut BTreeMap<String, Vec<&'static str>>) {
        let own: Vec<&str> = keys.keys.iter().map(|key| key.name).collect();
        if let Some(other) = known.insert(keys.name.clone(), own.clone()) {
            assert_eq!(own, other, "{}", keys.name);
        }
        let takes = keys.keys.iter().map(|key| &key.takes).chain(&keys.others);
        takes.for_each(|takes| tables(takes, &mut |keys| look(keys, known)));
    }
    look(format::keys(), &mut BTreeMap::new());
    look(config::keys(), &mut BTreeMap::new());
}

/// What the check reads and the keys do not say makes it panic in every test; this is the other way round.
#[test]
fn the_check_takes_every_key_of_the_schema() {
    let tables = code_tables(&root().join("formats"), &config::ProcessEnvironment).unwrap();
    let mut written = BTreeSet::new();
    for (name, text) in formats() {
        let checked = Definition::check("any", &name, &text, &tables);
        assert!(checked.is_ok(), "{name}: {:?}\n{text}", checked.unwrap_err());
        used(format::keys(), &json(&text), &mut written);
    }
    let unused = unused(format::keys(), &written).into_iter();
    // The keys of a part are those of the layout, of which no file needs all once more.
    let unused: Vec<String> = unused.filter(|key| !key.starts_with("part: ")).collect();
    assert_eq!(unused, [""; 0], "no format file of ours has these keys");
}

#[test]
fn the_check_takes_every_key_of_gateway_toml() {
    let mut written = BTreeSet::new();
    for (_, text) in gateways() {
        used(config::keys(), &json(&text), &mut written);
    }
    assert_eq!(unused(config::keys(), &written), [""; 0], "no gateway.toml of ours has these keys");
    // What it names is not there: only what is wrong with its keys counts.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.toml");
    for (name, text) in gateways() {
        fs::write(&file, &text).unwrap();
        let faults = config::load(&file, &config::ProcessEnvironment).err().unwrap_or_default();
        let wrong = ["not-toml", "unknown-key", "wrong-type", "missing-key", "wrong-value"];
        let wrong: Vec<_> = faults.iter().filter(|fault| wrong.contains(&fault.code.name())).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[test]
fn every_key_of_a_layout_is_on_the_page_of_format_files() {
    let page = fs::read_to_string(root().join("docs/format-files.md")).unwrap();
    let mut all = BTreeSet::new();
    every(format::keys(), &mut BTreeSet::new(), &mut all);
    let members: BTreeSet<&str> = lastkaj::document::DocumentType::ALL
        .iter()
        .flat_map(|document| lastkaj::document::tables(*document))
        .flat_map(|table| table.shape.members.iter().map(|member| member.name))
        .chain(lastkaj::document::DocumentType::ALL.iter().map(|document| document.name()))
        .collect();
    let absent: Vec<&str> = all
        .iter()
        .map(|(_, key)| *key)
        .filter(|key| !members.contains(key))
        .filter(|key| {
            let ways = [
                format!("`{key}`"),
                format!("{key} ="),
                format!("`{key} "),
                format!("[{key}"),
                format!("{key}."),
            ];
            !ways.iter().any(|way| page.contains(way.as_str()))
        })
        .collect();
    assert_eq!(absent, [""; 0], "docs/format-files.md does not speak of these keys");
}

/// The keys that stand in a file, each with the table that it belongs to.
fn used(keys: &Keys, value: &Value, written: &mut BTreeSet<(String, String)>) {
    let Value::Object(table) = value else { return };
    for (name, value) in table {
        let Some(takes) = keys.takes(name) else { continue };
        written.insert((keys.name.clone(), name.clone()));
        match value {
            Value::Array(items) => {
                let Some(inner) = takes.table(true) else { continue };
                items.iter().for_each(|item| used(inner, item, written));
            }
            value => {
                let Some(inner) = takes.table(false) else { continue };
                used(inner, value, written);
            }
        }
    }
}

/// The keys that no file has. What is read by the same code in many tables has to stand in one of them: a trailer's number
/// is a field; what documents, lists and alternatives have besides members; members of a nested document.
fn unused(keys: &Keys, written: &BTreeSet<(String, String)>) -> Vec<String> {
    let mut all = BTreeSet::new();
    every(keys, &mut BTreeSet::new(), &mut all);
    let documents: BTreeSet<&str> =
        lastkaj::document::DocumentType::ALL.iter().map(|document| document.name()).collect();
    let alike = |table: &str, key: &str| -> String {
        let (plain, kind) = match table.rsplit_once(' ') {
            Some((plain, kind @ ("when" | "each"))) => (plain, kind),
            _ => (table, "document"),
        };
        match key {
            "when" | "each" | "where" | "skip" | "test" | "required" if kind != "document" => kind.to_owned(),
            "where" | "test" if documents.contains(table) => kind.to_owned(),
            _ if table == "count" || table == "sum" => format!("field or {table}"),
            _ => plain.to_owned(),
        }
    };
    let written: BTreeSet<(String, &str)> =
        written.iter().map(|(table, key)| (alike(table, key), key.as_str())).collect();
    let has = |table: String, key| {
        let field = table.starts_with("field or ") && written.contains(&("field".to_owned(), key));
        field || written.contains(&(table, key))
    };
    let absent = all.into_iter().filter(|(table, key)| !has(alike(table, key), key));
    absent.map(|(table, key)| format!("{table}: {key}")).collect()
}

/// Every key with its table.
fn every(keys: &Keys, seen: &mut BTreeSet<String>, all: &mut BTreeSet<(String, &'static str)>) {
    if !seen.insert(keys.name.clone()) {
        return;
    }
    for key in &keys.keys {
        all.insert((keys.name.clone(), key.name));
    }
    let takes = keys.keys.iter().map(|key| &key.takes).chain(&keys.others);
    takes.for_each(|takes| tables(takes, &mut |keys| every(keys, seen, all)));
}

fn tables(takes: &Takes, each: &mut dyn FnMut(&Keys)) {
    match takes {
        Takes::Table(keys) => each(keys),
        Takes::List(items) => tables(items, each),
        Takes::Either(ways) => ways.iter().for_each(|way| tables(way, each)),
        _ => {}
    }
}

/// Keys that no format file of ours has.
const REST: [&str; 7] = [
    r#"
[layout]
syntax    = "csv"
encoding  = "utf-8"

[document.order]
each                   = "row"
order_number           = "Nr"
delivery_date          = { first_of = [{ from = "Date", date = "%Y%m%d" }, "Day"] }
consignee.name         = "Name"
consignee.country_code = { value = "SE" }
consignee.post_code    = { post_line = ["Line1", "Line2"], country = "SE", part = "post_code" }

[document.order.order_lines]
each            = "row"
row_number      = "Row"
article_number  = { from = "Gtin", form = "gtin", check = "warn" }
number_of_items = { from = "Items", whole = true }
"#,
    r#"
[layout]
syntax = "whole"

[document.attachment]
each                  = "file"
article_number        = { file_name = "{article}_{order}.pdf", part = "article" }
purchase_order_number = { file_name = "{article}_{order}.pdf", part = "order" }
file_name             = { file_name = true }
mime_type             = { value = "application/pdf" }
file_data_base64      = "content"
"#,
    r##"#:schema ../format.schema.json
[layout]
syntax          = "csv"
encoding        = "utf-8"
byte_order_mark = true
replacement     = "none"
quotes          = "always"
trim            = false
skip_first      = 1
skip_until      = "^Nr"
comments        = "#"
end_mark        = "required"
repair          = [{ read_as = "windows-1252", is = "utf-8" }, { "!" = "|" }]
group           = { by = "Nr", rows = "adjacent" }

[document.article]
each           = "row"
where          = { Nr = { like = "^[0-9]" } }
article_number = { from = "Nr", cut = 20, trim = "-" }
weight         = { from = "Vikt", decimal = ".", decimals = 3 }
"##,
    r##"
[layout]
syntax   = "tagged"
encoding = "windows-1252"
marks    = ["#", "¤"]

[layout.records.head]
when            = { at = 1, is = "01" }
fields.Customer = { at = 3, width = 20 }
fields.Week     = { tag = "#3", date = "%g%V", weekday = "friday" }
fields.Count    = { tag = "#4", thousands = ".", decimal = ",", optional = true }

[document.order]
each                      = "head"
test                      = { file_name = "test.txt" }
order_number              = "#1"
delivery_date             = "Week"
consignee.customer_number = "Customer"
consignee.country_code    = { value = "SE" }
consignee.post_code       = { from = "#6", form = "post_code", country = { from = "#7", codes = "countries", default = "SE" } }
order_remark              = "Count"
"##,
    r#"
[layout]
syntax   = "fixed"
encoding = "utf-8"
widths   = "bytes"

[layout.records.head]
when         = [{ at = 1, is = "1" }]
fields.Nr    = { at = 2, width = 9 }
fields.Datum = { at = 11, width = 4 }

[layout.records.row]
when         = [{ at = 1, is = "2" }]
under        = "head"
fields.ArtNr = { at = 2, width = 9 }
fields.Antal = { at = 11, width = 4 }

[layout.records.end]
when         = [{ at = 1, is = "9" }]
checks.count = { at = 2, width = 6, of = ["head", "row"], plus = 1 }
checks.sum   = { at = 8, width = 8, of = "row", field = "Antal", plus = 0 }

[document.order]
each           = "head"
order_number   = "Nr"
delivery_date  = { from = "Datum", date = "%g%V", weekday = "monday" }
consignee      = [{ when = { Nr = { blank = false } }, name = "Nr" }, { customer_number = "Nr" }]

[document.order.order_lines]
each            = "row"
required        = true
where           = { ArtNr = { not = ["-"] } }
skip            = { Antal = { number = 0 } }
article_number  = "ArtNr"
number_of_items = "Antal"
"#,
    r#"
[layout]
syntax     = "xml"
namespaces = { cbc = "urn:example" }

[layout.records.article]
path = "Articles/cbc:Article"

[document.article]
each           = "article"
article_number = "cbc:Number"
"#,
    r#"
[layout]
syntax   = "csv"
encoding = "utf-8"

[record.row]
of    = "stock"
each  = "lines"
Nr    = { counter = true }
ArtNr = "article_number"
Antal = { from = "number_of_items", round = 0 }
"#,
];

/// Every key of gateway.toml.
const GATEWAY: &str = r#"#:schema ./gateway.schema.json
[gateway]
data     = "/tmp/lastkaj"
formats  = "/tmp/lastkaj/formats"
control  = "/tmp/lastkaj/control.sock"
language = "sv"
workers  = 8

[keep]
ledger        = "400d"
files         = "30d"
personal_data = "60d"
requests      = "60d"

[ongoing.nordlager]
url                = "https://api.ongoingsystems.se/nordlager"
username           = "WSI"
password           = { env = "NORDLAGER" }
time_out           = "20s"
rest_after_silence = "30s"
breaker            = { failures = 3, window = "5m" }
outage_alarm       = "10m"
wait_max           = "1day"
registers          = "1day"
shipped_status     = 450
learnt             = "nordlager.learnt.toml"

[partner.nordvik]
ongoing             = "nordlager"
goods_owner         = 159
timezone            = "Europe/Stockholm"
language            = "en"
live                = false
wait_for_article    = "1h"
ensure_articles     = true
purposes            = ["customs", "scanning"]
purposes_missing    = "warn"
article_characters  = "allow"
unknown_codes       = "refuse"
order_number_prefix = "N-"
article_master      = false
remote              = { path = "/srv/nordvik" }
codes.countries     = { SVERIGE = "SE" }

[partner.nordvik.inbox.orders]
folder         = "in"
files          = ["ORD*.csv", "*.zip"]
format         = "nordvik/orders"
remote         = { url = "sftp://nordvik@files.example.se/edi", key = { credential = "key" }, passphrase = { file = "/etc/passphrase" }, host_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", time_out = "30s" }
ready          = { quiet = "60s", marker = "{name}.ok", renamed_from = "*.tmp" }
after          = { move_to = "done" }
faults         = "reject-file"
failed         = "failed"
duplicates     = "hold"
skip_unchanged = false
poll           = "30s"
refresh        = "30d"
brake          = { changed = 50, shorter = 60, least = 10, documents = 5000 }
unpack         = ["zip", "gz"]
entries        = "*.csv"
keep_moved     = "30d"

[partner.nordvik.inbox.pairs]
folder         = "in"
files          = { head = "ORDH_*.csv", row = "ORDR_*.csv" }
format         = "generic/orders-two-files"
ready          = { quiet = "60s" }
wait_for_parts = "1h"

[partner.nordvik.outbox.acknowledgements]
folder     = "out"
report     = "acknowledgements"
format     = "nordvik/acknowledgements"
name       = "ACK_{sequence:06}.csv"
every      = "5m"
ack_within = "1h"
inboxes    = ["orders"]

[partner.nordvik.outbox.shipments]
folder = "out"
report = "shipments"
format = "nordvik/shipments"
name   = "SHP_{sequence:06}.csv"
at     = ["06:00"]
remote = { url = "sftp://nordvik@files.example.se/edi", password = { env = "NORDVIK" }, host_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
"#;
