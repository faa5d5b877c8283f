//! `lastkaj sniff`: what it says of a file, and that the format file it makes reads the file as it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lastkaj::document::to_json;
use lastkaj::format::{self, CodeTables, Definition, Item, ReadContext, Summary};
use serde_json::{Value, json};

/// Samples that are broken on purpose, or whose records say nothing of what they are: they are looked at, and no more
/// is asked of what comes out.
const LEFT_OUT: &[(&str, &str)] = &[
    ("nordvik/articles/empty", "no byte"),
    ("nordvik/orders/empty", "no byte"),
    ("nordvik/orders-fixed/empty", "no byte"),
    ("nordvik/orders/open-quote", "a quote is not closed: the whole file is refused"),
    ("nordvik/orders/cut-inside-a-row", "cut inside a quoted text: the whole file is refused"),
    ("nordvik/orders-fixed/*", "fixed: nothing names the fields"),
    ("generic/articles/*", "fixed: nothing names the fields"),
    ("nav/items/open-quote", "a quote is not closed: the whole file is refused"),
    ("nav/sales-flat/cut-inside-a-row", "cut inside a quoted text: the whole file is refused"),
    ("nav/sales-flat/column-missing", "the header lacks a name: the values stand below the wrong ones"),
    ("m3/data-import-items/missing-column", "no column is the article's number"),
    ("levbest/orders/no-table", "labels without a table"),
    ("levbest/orders/label-with-two-values", "a line with two values is no label"),
    ("generic/attachments/*", "a PDF"),
    ("generic/purchase-orders/*", "record types: nothing names the fields"),
    ("mamut/orders/*", "no header: nothing names the fields"),
    ("complete/*", "record types: nothing names the fields"),
    ("dropstream/*", "record types: nothing names the fields"),
    ("iptor/*", "fixed: nothing names the fields"),
    ("lagersystem/*", "XML, and a table without a header"),
    ("logisoft/*", "XML"),
    ("lxir/*", "XML"),
    ("m3/picklist/*", "fixed: nothing names the fields"),
    ("monitor/*", "XML"),
    ("nav/sales/*", "record types: nothing names the fields"),
    ("nelfo/*", "record types: nothing names the fields"),
    ("oracle/*", "record types: nothing names the fields"),
    ("pyramid/*", "tagged lines"),
    ("sap/*", "fixed: nothing names the fields"),
    ("visma/*", "record types: nothing names the fields, and XML"),
];

/// Samples with faults of single documents: those documents may come out otherwise.
const FAULTY: &[(&str, &str)] = &[
    ("nordvik/orders/head-differs-inside-an-order", "the delivery date differs"),
    ("nordvik/orders/same-row-number-twice", "a row number stands twice in an order"),
    ("nordvik/orders/extra-field", "a row is longer than the header"),
    ("nordvik/orders/quantity-is-no-number", "a quantity is none"),
    ("nordvik/orders/dates", "dates that are none"),
    ("nordvik/orders/day", "two faulty orders among many"),
    ("nordvik/articles/faults", "each row has a fault"),
    ("nordvik/articles/extra-field", "a row is longer than the header"),
    ("nordvik/articles/register", "faults of a few articles"),
    ("nav/items/english-numbers", "numbers written in two ways"),
    ("nav/items/no-number", "an article without a number"),
    ("nav/sales-flat/american-date", "a date of another country"),
    ("m3/data-import-items/faults", "an article without a number, and a row that is too long"),
    ("levbest/orders/label-twice", "a label stands twice"),
    ("m3/data-import-items/cut-inside-a-row", "the last row is cut"),
    ("nav/items/cut-inside-a-row", "the last row is cut"),
    ("nordvik/articles/last-row-cut", "the last row is cut"),
    ("levbest/orders/no-date", "nothing is stated of the receiver"),
    ("levbest/orders/quantity-no-number", "a quantity is none"),
    ("levbest/orders/two-joined", "a second table stands behind the first"),
];

fn lastkaj(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lastkaj"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn sniffed(file: &Path) -> Value {
    sniffed_with(file, "formats")
}

/// What is said of a file where the formats of this folder are known.
fn sniffed_with(file: &Path, formats: &str) -> Value {
    let output = lastkaj(&["sniff", file.to_str().unwrap(), "--json", "--formats", formats]);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}\n{output:?}", file.display()))
}

fn tables() -> CodeTables {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    lastkaj::config::code_tables(&formats, &lastkaj::config::ProcessEnvironment).unwrap()
}

fn checked(format: &str) -> Definition {
    Definition::check("sniffed", "sniffed.toml", format, &tables()).unwrap_or_else(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}\n{format}", faults.join("\n"))
    })
}

/// The documents of a file by their numbers: type and quantities; the faulty ones; and the summary.
type Documents = BTreeMap<String, (String, Vec<String>)>;

fn read(definition: &Definition, file: &Path) -> (Documents, Vec<String>, Option<Summary>) {
    let scratch = || tempfile::tempfile();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let context = ReadContext {
        file_name: &name,
        time_zone: chrono_tz::Europe::Stockholm,
        live: true,
        scratch: &scratch,
    };
    let (mut documents, mut faults) = (Documents::new(), Vec::new());
    let mut input = std::fs::File::open(file).unwrap();
    let summary = format::read(definition, &mut input, &context, &mut |item| {
        match item {
            Item::Document(mapped) if mapped.faults.is_empty() => {
                let document: Value = serde_json::from_str(&to_json(mapped.document.as_document())).unwrap();
                let number = mapped.document.number().unwrap().to_owned();
                let of = (mapped.document.document_type().name().to_owned(), quantities(&document));
                documents.insert(number, of);
            }
            Item::Document(mapped) => faults.extend(mapped.faults.iter().map(ToString::to_string)),
            Item::Stray(fault) => faults.push(fault.to_string()),
        }
        Ok(())
    });
    match summary {
        Ok(summary) => {
            faults.extend(summary.file_faults.iter().map(ToString::to_string));
            (documents, faults, Some(summary))
        }
        Err(fault) => {
            faults.push(fault.to_string());
            (documents, faults, None)
        }
    }
}

/// What a document says how many of: of its lines, and of an article's packages.
fn quantities(document: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for (name, value) in document.as_object().unwrap() {
        match value {
            Value::Array(lines) => all.extend(lines.iter().flat_map(quantities)),
            value
                if ["numberOfItems", "toBeReturnedNumberOfItems", "quantityPerPackage", "weight"]
                    .contains(&name.as_str()) =>
            {
                all.push(format!("{name} {value}"));
            }
            _ => {}
        }
    }
    all
}

fn expected(case: &Path) -> Documents {
    let expected: Value =
        serde_json::from_slice(&std::fs::read(case.join("expected.json")).unwrap()).unwrap();
    let documents = expected["documents"].as_array().unwrap();
    documents
        .iter()
        .map(|document| {
            let of = (document["type"].as_str().unwrap().to_owned(), quantities(&document["document"]));
            (document["number"].as_str().unwrap().to_owned(), of)
        })
        .collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn listed(list: &[(&str, &str)], name: &str) -> bool {
    list.iter().any(|(pattern, _)| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => *pattern == name,
    })
}

#[test]
fn what_is_made_of_each_sample_with_a_header_reads_it() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let (mut read_whole, mut looked_at, mut wrong) = (Vec::new(), 0, Vec::new());
    for case in folders(&samples).iter().flat_map(|erp| folders(erp)).flat_map(|document| folders(&document))
    {
        if !case.join("expected.json").exists() {
            continue;
        }
        let name = case.strip_prefix(&samples).unwrap().to_string_lossy().into_owned();
        if input(&case).is_none() {
            continue;
        }
        looked_at += 1;
        if listed(LEFT_OUT, &name) {
            continue;
        }
        let came = as_it_came(&case);
        let input = &came.path;
        // No format is known: what is made of the file is made of the file alone.
        let found = sniffed_with(input, "src");
        let Some(format) = found["format"].as_str() else {
            wrong.push(format!("{name}: no format file: {found}"));
            continue;
        };
        let definition = match Definition::check("sniffed", "sniffed.toml", format, &tables()) {
            Ok(definition) => definition,
            Err(faults) => {
                wrong.push(format!("{name}: {}\n{format}", faults.first().unwrap()));
                continue;
            }
        };
        let (documents, faults, _) = read(&definition, input);
        let expected = expected(&case);
        for (number, of) in &expected {
            if documents.get(number) != Some(of) {
                wrong.push(format!("{name}: {number} is {of:?}, not {:?}\n{format}", documents.get(number)));
            }
        }
        if !listed(FAULTY, &name) && !faults.is_empty() {
            wrong.push(format!("{name}: {}\n{format}", faults.join("\n")));
        }
        read_whole.push(name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(looked_at > 40 && read_whole.len() > 15, "{looked_at} looked at, read: {read_whole:?}");
    for (name, _) in LEFT_OUT.iter().chain(FAULTY) {
        let start = samples.join(name.trim_end_matches("/*"));
        assert!(start.is_dir(), "{name} is a sample");
    }
}

/// The first case of each format with documents and without any fault.
fn cases_that_are_read() -> Vec<(String, PathBuf)> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut cases = Vec::new();
    for document in folders(&samples).iter().flat_map(|erp| folders(erp)) {
        let format = document.strip_prefix(&samples).unwrap().to_string_lossy().into_owned();
        let read = folders(&document).into_iter().find(|case| {
            let Ok(expected) = std::fs::read(case.join("expected.json")) else { return false };
            if input(case).is_none() {
                return false;
            }
            let expected: Value = serde_json::from_slice(&expected).unwrap();
            let count = |key: &str| expected[key].as_array().unwrap().len();
            count("documents") > 0 && count("file_faults") + count("faulty") + count("stray") == 0
        });
        cases.extend(read.map(|case| (format, case)));
    }
    cases
}

/// The input of a case; none where it is several files that belong together, which no one file shows.
fn input(case: &Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.file_stem().unwrap() == "input")
}

/// The input of a case under the name that it came with.
fn as_it_came(case: &Path) -> Made {
    let input = input(case).unwrap();
    let name = std::fs::read_to_string(case.join("name.txt"));
    let name = name.unwrap_or_else(|_| input.file_name().unwrap().to_string_lossy().into_owned());
    made(name.trim(), &std::fs::read(&input).unwrap())
}

/// Nothing but the format files names them, so that a new one is found too.
#[test]
fn each_format_is_found_by_a_file_of_its_own() {
    let cases = cases_that_are_read();
    assert!(cases.len() > 25, "{}", cases.len());
    let mut wrong = Vec::new();
    for (format, case) in cases {
        // Attachments are taken as they are, whatever they are.
        if format == "generic/attachments" {
            continue;
        }
        let file = as_it_came(&case);
        let found = sniffed(&file.path);
        let tried = &found["tried"][0];
        let reads = tried["documents"].as_u64() > Some(0) && tried["faulty"] == json!(0);
        if found["start_from"] != json!([format]) || tried["format"] != json!(format) || !reads {
            wrong.push(format!("{}: {} {}", case.display(), found["start_from"], found["tried"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_format_that_reads_a_file_is_said_with_the_next_command() {
    let sample = "samples/mamut/orders/good/input.csv";
    let shown = out(&lastkaj(&["sniff", sample]));
    for expected in [
        "start from    formats/mamut/orders.toml",
        "Formats that read it:",
        &format!("start from formats/mamut/orders.toml (lastkaj try mamut/orders {sample})"),
    ] {
        assert!(shown.contains(expected), "{expected:?} is not in:\n{shown}");
    }
}

/// By its elements, labels or tags alone a file is read without an edit.
#[test]
fn drafts_of_xml_labels_and_tags_read_their_file() {
    for case in [
        "lagersystem/goods-in/good",
        "lagersystem/goods-in/wrapped",
        "logisoft/orders/latin1",
        "levbest/orders/good",
        "monitor/orders/good",
        "pyramid/orders/good",
    ] {
        let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(case);
        let file = as_it_came(&case);
        let found = sniffed_with(&file.path, "src");
        let format = found["format"].as_str().unwrap_or_else(|| panic!("{}: {found}", case.display()));
        let (documents, faults, _) = read(&checked(format), &file.path);
        assert_eq!(faults, [""; 0], "{}\n{format}", case.display());
        assert_eq!(documents, expected(&case), "{}\n{format}", case.display());
    }
}

/// Of values in attributes, on one line that is longer than what is looked at, each is found where it stands.
#[test]
fn drafts_of_xml_in_attributes_on_one_line() {
    let order = |number: usize| {
        format!(
            "<Order no=\"{number}\"><Customer name=\"Kaj\" city=\"Umeå\"/><Lines><Line no=\"1\"><Item sku=\"A-{number}\" qty=\"2\"/></Line>\
             <Line no=\"2\"><Item sku=\"B\" qty=\"1\"/></Line></Lines></Order>"
        )
    };
    for orders in [2, 20_000] {
        let text: String = (0..orders).map(order).collect();
        let file = made("a.xml", format!("<?xml version=\"1.0\"?>\n<Orders>{text}</Orders>").as_bytes());
        let format = sniffed_with(&file.path, "src")["format"].as_str().unwrap().to_owned();
        for line in [
            "title = \"Orders: XML\"",
            "path = \"Orders/Order\"",
            "path  = \"Lines/Line\"",
            "order_number    = \"head.@no\"",
            "consignee.name  = \"Customer/@name\"",
            "row_number      = \"@no\"",
            "article_number  = \"Item/@sku\"",
            "number_of_items = \"Item/@qty\"",
        ] {
            assert!(format.lines().any(|there| there.starts_with(line)), "{orders}: {line}\n{format}");
        }
        assert!(!format.contains("skip"), "{format}");
    }
}

/// A file that only says in which encoding it is, with no letter to tell by, is believed.
#[test]
fn what_xml_declares_is_believed_where_its_bytes_do_not_speak_against_it() {
    let line = "<Line no='1'><Sku>A</Sku><Qty>2</Qty></Line>";
    for (declared, forced) in [("utf-8", false), ("iso-8859-1", false), ("utf-16", true)] {
        let text = format!(
            "<?xml version='1.0' encoding='{declared}'?><Orders><Order no='1'>{line}{line}</Order></Orders>"
        );
        let file = made("a.xml", text.as_bytes());
        let format = sniffed_with(&file.path, "src")["format"].as_str().unwrap().to_owned();
        assert_eq!(format.contains("\nencoding"), forced, "{declared}\n{format}");
    }
}

#[test]
fn a_number_is_of_what_the_other_columns_are_not() {
    let source = |text: &str, member: &str| {
        let file = made("a.csv", text.as_bytes());
        let found = sniffed_with(&file.path, "src");
        let format = found["format"].as_str().unwrap();
        let line = format.lines().find(|line| line.starts_with(member));
        let line = line.unwrap_or_else(|| panic!("{member}:\n{format}"));
        line.split('"').nth(1).unwrap().to_owned()
    };
    let of_line = "Ordrenr.;Nr.;Varekode;Antal;Navn\n1;7731;9603;2;A\n1;7732;9603;3;A\n";
    assert_eq!(source(of_line, "article_number"), "Nr.");
    let of_order = "Nr.;Navn;Varenr;Antal\n1;A;7731;2\n1;A;7732;3\n";
    assert_eq!(source(of_order, "order_number"), "Nr.");
    assert_eq!(source(of_order, "article_number"), "Varenr");
    let of_article = "Nr.;Beskrivelse;Varekode\n7731;Kost;9603\n7732;Bræt;4407\n";
    assert_eq!(source(of_article, "article_number"), "Nr.");
    assert_eq!(source(of_article, "statistics_number"), "Varekode");
    let alone = "Varekode;Beskrivelse\n7731;Kost\n7732;Bræt\n";
    assert_eq!(source(alone, "article_number"), "Varekode");
}

/// A file in a folder of its own.
struct Made {
    folder: tempfile::TempDir,
    path: PathBuf,
}

fn made(name: &str, content: &[u8]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(content).unwrap();
    Made { folder, path }
}

/// Code page 865, as far as these tests need it.
fn cp865(text: &str) -> Vec<u8> {
    let byte = |character: char| match character {
        'æ' => 0x91,
        'Æ' => 0x92,
        'ø' => 0x9b,
        'Ø' => 0x9d,
        'å' => 0x86,
        'Å' => 0x8f,
        '¤' => 0xaf,
        ascii => u8::try_from(ascii).unwrap(),
    };
    text.chars().map(byte).collect()
}

const NORWEGIAN: &str = "Ordrenr;Kundenr;Navn;Adresse;Postnr;Poststed;Land;Leveringsdato;Linjenr;Varenr;Varenavn;Antall;Enhet;Pris;Merke\r\n\
    0081204;20416;Røst Båtutstyr AS;Kaigata 7;8064;RØST;NO;20.11.2026;1;KLØFT-8;Kran 1/2\" syrefast;1.250,00;STK;104,13;Østre kai\r\n\
    0081205;20417;Færder Jernvare;Bakkegård 3;0150;OSLO;NO;23.11.2026;1;GÅS-04;Sløyfe;2,5;MTR;12,00;\r\n\
    0081204;20416;Røst Båtutstyr AS;Kaigata 7;8064;RØST;NO;20.11.2026;2;0047;Øse;12;STK;1.049,50;Østre kai\r\n\x1a";

#[test]
fn a_file_of_code_page_865_with_norwegian_letters() {
    let file = made("ORD1.csv", &cp865(NORWEGIAN));
    let shown = out(&lastkaj(&["sniff", file.path.to_str().unwrap()]));
    println!("{shown}");
    for expected in [
        "encoding      cp850 95 of 100: ",
        "else cp865 95 as good",
        "even: these bytes do not tell; ask the sender which it is",
        "CR LF 4",
        "end mark 0x1A",
        "delimiter     ;",
        "plain text, in 1 field",
        "decimal , (",
        "; . between groups",
        "2 by Ordrenr, of up to 2 rows; 1 returns after another one",
        "kind          order",
        "[document.order.order_lines]",
        "# guess: score 95 of 100, as good as cp865: ask the sender",
        "date      = \"%d.%m.%Y\"",
        "#   \"Varenavn\": ",
    ] {
        assert!(shown.contains(expected), "{expected:?} is not in:\n{shown}");
    }
    let found = sniffed(&file.path);
    let format = found["format"].as_str().unwrap();
    let (documents, faults, _) = read(&checked(format), &file.path);
    assert_eq!(faults, [""; 0], "{format}");
    let quantities: Vec<_> =
        documents.iter().map(|(number, (_, of))| (number.as_str(), of.join(" "))).collect();
    assert_eq!(
        quantities,
        [
            ("81204", "numberOfItems 1250 numberOfItems 12".to_owned()),
            ("81205", "numberOfItems 2.5".to_owned())
        ],
        "{format}"
    );
    // A sign that only 865 has decides.
    let sure = made("ORD2.csv", &cp865(&NORWEGIAN.replace("Østre kai", "¤ Østre kai")));
    let found = sniffed(&sure.path);
    assert_eq!(found["is"]["encoding"], "cp865", "{found}");
    assert!(found["format"].as_str().unwrap().contains("encoding  = \"cp865\""), "{found}");
}

#[test]
fn a_tab_file_of_utf_16_with_and_without_its_mark() {
    let text = "Artikelnr\tBenämning\tVikt (kg)\tEAN\tBatch\tFärg\n0047\tBlåbärssylt\t0,480\t7350099900013\tJ\tblå\n0048\tÄppelmos\t1,5\t7350099900020\tN\t\n";
    let bytes = |mark: bool| -> Vec<u8> {
        let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    for mark in [true, false] {
        let file = made("artiklar.txt", &bytes(mark));
        let found = sniffed(&file.path);
        assert_eq!(found["is"]["encoding"], "utf-16le");
        assert_eq!(found["is"]["byte_order_mark"], mark);
        assert_eq!(found["is"]["syntax"]["delimiter"], "\t");
        assert_eq!(found["is"]["documents"][0]["document"], "article");
        let format = found["format"].as_str().unwrap();
        assert!(format.contains("storage_properties.is_batch_article = \"Batch\""), "{format}");
        assert!(format.contains("#   \"Färg\": no member is known by this name"), "{format}");
        let (documents, faults, _) = read(&checked(format), &file.path);
        assert_eq!((documents.len(), faults.len()), (2, 0), "{format}");
        assert_eq!(documents["0047"].1, ["weight 0.48"], "the zero stays: {documents:?}");
    }
}

#[test]
fn a_file_of_fixed_width_with_record_types_shows_them() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/nordvik/orders-fixed/day/input.txt");
    let found = sniffed(&sample);
    let syntax = &found["is"]["syntax"];
    assert_eq!((&syntax["kind"], &syntax["prefix"]), (&json!("fixed"), &json!(2)), "{syntax}");
    let types: Vec<(&str, Value)> = syntax["record_types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| (kind["is"].as_str().unwrap(), kind["under"].clone()))
        .collect();
    assert!(types.contains(&("01", Value::Null)) && types.contains(&("02", json!("01"))), "{types:?}");
    let trailer = syntax["record_types"].as_array().unwrap().iter().find(|kind| kind["is"] == "99").unwrap();
    assert_eq!(trailer["counts"]["of"], "01", "{trailer}");
    assert_eq!(found["start_from"], json!(["nordvik/orders-fixed"]));
    let format = found["format"].as_str().unwrap();
    for expected in ["when", "is = \"99\"", "count = {", "of = \"head\"", "# order_number", "to fill in"] {
        assert!(format.contains(expected), "{expected:?} is not in:\n{format}");
    }
    // Filled in, it can be used.
    let filled = format
        .replace("# order_number", "order_number")
        .replace("# delivery_date", "delivery_date")
        .replace("# consignee.name", "consignee.name")
        .replace("# article_number", "article_number")
        .replace("# number_of_items", "number_of_items");
    let field =
        filled.lines().find_map(|line| line.strip_prefix("fields.")?.split_whitespace().next()).unwrap();
    let filled = filled.replace("\"…\"", &format!("\"{field}\""));
    let faults = Definition::check("filled", "filled.toml", &filled, &tables()).err().unwrap_or_default();
    assert!(faults.iter().all(|fault| fault.code.name() == "unknown-field"), "{faults:?}\n{filled}");

    // The article register: one kind and a trailer.
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/generic/articles/good/input.txt");
    let found = sniffed(&good);
    let types = found["is"]["syntax"]["record_types"].as_array().unwrap();
    assert_eq!(
        types.iter().map(|kind| kind["is"].as_str().unwrap()).collect::<Vec<_>>(),
        ["A", "Z"],
        "{found}"
    );
    assert_eq!(types[1]["counts"]["of"], "A");
}

#[test]
fn a_file_that_is_none_is_named() {
    for (name, content, says) in [
        ("a.csv", &b""[..], "The file is empty"),
        ("b.csv", b"\r\n  \r\n\x1a", "blanks and line ends only"),
        ("c.csv", b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", "a PDF document"),
        ("d.csv", b"PK\x03\x04\x14\0\0\0\x08\0abcdefghij", "a zip archive"),
        ("e.csv", b"PK\x03\x04\x14\0\0\0\x08\0abcxl/workbook.xml", "a workbook of a spreadsheet program"),
        ("f.csv", b"<!DOCTYPE html><html><body>500</body></html>", "an error message of a server"),
        ("g.csv", b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11", "no text in any encoding"),
    ] {
        let file = made(name, content);
        let output = lastkaj(&["sniff", file.path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
        assert!(out(&output).contains(says), "{name}: {says:?} is not in:\n{}", out(&output));
        let target = file.folder.path().join("own.toml");
        let written = lastkaj(&["sniff", file.path.to_str().unwrap(), "--write", target.to_str().unwrap()]);
        assert_eq!((written.status.code(), target.exists()), (Some(2), false), "{name}");
    }
    let missing = lastkaj(&["sniff", "nofile.csv"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("it is not there"), "{missing:?}");
    assert_eq!(lastkaj(&["sniff", "samples"]).status.code(), Some(2), "a folder");
}

#[test]
fn known_interfaces_are_named() {
    for (name, content, interface) in [
        ("a", "GBAO10;417;12009;A;B;C;;;;;;;;;;;;306;x;3.00;\r\n", "mamut_orders"),
        (
            "B650517.032",
            "BH;EFONELFO;4.0;;NO998765439MVA;3318\r\nBL;1;3318;1;1299107;TAKBOKS;RØD;1250;EA\r\n",
            "nelfo_order",
        ),
        (
            "v",
            "VH;EFONELFO;4.0;NO998765439MVA\r\nVL;1;1299107;TAKBOKS;;1;EA;stk;55300;10000\r\n",
            "nelfo_products",
        ),
        (
            "b",
            "8; 2;\r\nH; ; 81204; 1; 1249,50; 137; 20416; A AS\r\nL; 1; KLØFT-8; Kran; 12; 104,13\r\n",
            "visma_records",
        ),
        ("c", "0120416\n#12203;W81204\n02\n#12227;Järn AB\n110100\n#12401;7731-2\n¤5513;26475", "pyramid"),
        (
            "d",
            "<?xml version=\"1.0\"?><ORDERS420 SoftwareName=\"M\"><Order OrderNumber=\"B1\"><Rows/></Order></ORDERS420>",
            "monitor_orders",
        ),
        (
            "e",
            "LevBest;Lev;;;\nBeställare;Åsa;;;\nLevDatum;2026-11-20;;;\n;;;;\nArtnr;Benämning;LevArtnr;Antal;LevDatum\n77 31-2;Hasp;;40,5;2026-11-20\nT;Packas;;;\n",
            "lev_best",
        ),
        (
            "f",
            "EDI_DC40  1000000000000554301740 3012  DELVRY03\nE2EDL20002                    1000000000\n",
            "sap_idoc",
        ),
        ("g", "<LxirEnvelope><Header/></LxirEnvelope>", "lxir"),
        ("h", "<Logisoft-ERP><Order><OrderNumber/></Order></Logisoft-ERP>", "logisoft"),
        (
            "i",
            "\"PH\",\"81204\",\"PO-88\",\"Åke Öberg\"\n\"PD\",\"81204\",\"1\",\"7731-2\",\"40\",\"89.00\"\n",
            "drop_stream",
        ),
        ("j", "[H1]|1|81204\n[H2]|1|7731-2|40\n", "oracle_wms"),
        (
            "k",
            "UNA:+.? '\nUNB+UNOC:3+1:14+2:14+261116:0905+4711'\nUNH+1+ORDERS:D:96A:UN:EAN008'\nUNT+2+1'\nUNZ+1+4711'",
            "edifact",
        ),
        ("Receipts-MHS850MI.AddPOReceipt.csv", "CONO;WHLO;E0PA\n100;LX1;TPL\n", "m3_data_import"),
    ] {
        let file = made(name, content.as_bytes());
        let found = sniffed(&file.path);
        assert_eq!(found["is"]["interface"], interface, "{found}");
        let shown = lastkaj(&["sniff", file.path.to_str().unwrap()]);
        assert_eq!(shown.status.code(), Some(0), "{shown:?}");
    }
    let file = made("i", b"\"PH\",\"81204\",\"PO-88\",\"A\",\"B\"\n\"PD\",\"81204\",\"1\",\"7731-2\"\n");
    let line = &sniffed(&file.path)["is"]["syntax"]["record_types"][1];
    assert_eq!(
        (&line["under"], &line["counts"]),
        (&json!("PH"), &Value::Null),
        "the only line is no trailer"
    );
    let file = made("a", b"GBAO10;417;12009;A;B;C;;;;;;;;;;;;306;x;3.00;\r\n");
    assert_eq!(sniffed(&file.path)["start_from"], json!(["mamut/orders"]));
}

#[test]
fn the_format_file_is_written_once_and_names_what_is_left() {
    let sample = "samples/nordvik/orders/good/input.csv";
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("formats/acme/orders.toml");
    let target = target.to_str().unwrap();
    let first = lastkaj(&["sniff", sample, "--write", target, "--name", "Acme: \"orders\""]);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    assert!(
        out(&first).contains(&format!("{target} is written. Now: lastkaj try {target} {sample}")),
        "{first:?}"
    );
    assert!(!out(&first).contains("[layout]"), "it stands in the file: {first:?}");
    let written = std::fs::read_to_string(target).unwrap();
    assert!(written.contains("title = 'Acme: \"orders\"'"), "{written}");
    assert!(
        written.contains("# guess: 2 numbers in 3 rows; 1 of them returns after another one"),
        "{written}"
    );
    let tried = lastkaj(&["try", target, sample, "--formats", "formats"]);
    assert_eq!(tried.status.code(), Some(0), "{tried:?}");
    let again = lastkaj(&["sniff", sample, "--write", target]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already, and nothing is written over"));
    assert_eq!(std::fs::read_to_string(target).unwrap(), written);
}

#[test]
fn a_number_of_a_purchase_is_the_order_s_where_no_other_column_is() {
    let rest = "Leveringsdato;Navn;Adresse;Postnr;Poststed;Land;Varenr;Antal\n";
    let row = "26.11.2026;Hansen AS;Veien 1;0150;Oslo;NO;A-1;2\n";
    let format = |header: &str, number: &str| {
        let file = made("ordre.csv", format!("{header};{rest}{number};{row}").as_bytes());
        let found = sniffed(&file.path);
        found["format"].as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let alone = format("Bestillingsnr", "4711");
    assert!(alone.contains("order_number = \"Bestillingsnr\""), "{alone}");
    assert!(!alone.contains("consignee_order_number"), "{alone}");
    let both = format("Ordrenr;Bestillingsnr", "81204;4711");
    assert!(both.contains("order_number = \"Ordrenr\""), "{both}");
    assert!(both.contains("consignee_order_number = \"Bestillingsnr\""), "{both}");
}

#[test]
fn titles_before_the_header_names_twice_and_columns_that_write_otherwise() {
    let text = "Orderlista 2026-11-16\n\nOrdernr;Leveransdatum;Namn;Ort;Ort;Artikelnr;Antal;Pris\n\
        A1;16.11.2026;Järn AB;KARLSTAD;x;7731;2,5;1.25\nA2;00.00.0000;Färg AB;VARBERG;y;7732;3;8.95\n";
    let file = made("lista.csv", text.as_bytes());
    let found = sniffed(&file.path);
    let format = found["format"].as_str().unwrap();
    for expected in [
        "skip_first = 3",
        "header     = false",
        "\"Ort\"",
        "fields.Antal         = { column = 7, decimal = \",\" }   # guess: this column writes numbers otherwise",
        "blank = [\"00.00.0000\"]",
        "# guess: a name stands twice in the header",
    ] {
        assert!(format.contains(expected), "{expected:?} is not in:\n{format}");
    }
    let (documents, _, _) = read(&checked(format), &file.path);
    assert_eq!(documents["A1"].1, ["numberOfItems 2.5"], "{format}");
}

#[test]
fn of_a_great_file_only_a_part_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("great.csv");
    let mut file = std::fs::File::create(&path).unwrap();
    let line =
        |number: u64| format!("{number:07};1001;Järn AB;2026-11-27;10;7731-2;40;8 950,00;Märke dörr\r\n");
    file.write_all("OrdNr;KundNr;Namn;LevDat;RadNr;ArtNr;Antal;Pris;Märke\r\n".as_bytes()).unwrap();
    let block: String = (0..20_000).map(line).collect();
    let great: u64 = 200 * 1024 * 1024;
    while file.stream_position().unwrap() + u64::try_from(block.len()).unwrap() < great {
        file.write_all(block.as_bytes()).unwrap();
    }
    file.write_all(b"\x1a").unwrap();
    let size = file.seek(SeekFrom::End(0)).unwrap();
    let found = sniffed(&path);
    assert_eq!(found["size"], size);
    let looked_at = found["looked_at"].as_u64().unwrap();
    assert!((1024 * 1024..=2 * 1024 * 1024 + 4096).contains(&looked_at), "{looked_at}");
    assert_eq!((&found["is"]["end_mark"], &found["is"]["encoding"]), (&json!(true), &json!("utf-8")));
    let rows = found["is"]["syntax"]["rows"].as_u64().unwrap();
    assert!(rows > 20_000, "rows of the pieces too: {rows}");
    assert_eq!(found["is"]["syntax"]["shorter"], 0, "no row is cut by a piece");
    let shown = out(&lastkaj(&["sniff", path.to_str().unwrap()]));
    assert!(shown.contains("2 MB of 208 MB looked at"), "{shown}");
    let format = found["format"].as_str().unwrap();
    assert!(format.contains(&format!("{looked_at} of {size} bytes")), "{format}");
}
