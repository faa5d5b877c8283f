//! The command line as people use it: the real binary, what it prints, and its exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::process::Output;

use serde_json::Value;
use support::{Place, project, sample};

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lastkaj(arguments: &[&str]) -> Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_lastkaj"))
        .args(arguments)
        .current_dir(project())
        .output()
        .unwrap()
}

/// Everything is in Ongoing but for the faults of the sample.
fn after_a_day() -> Place {
    let place = Place::new();
    place.write("erp/articles/ART1.csv", &sample("nordvik/articles/register/input.csv"));
    place.write("erp/orders/ORD1.csv", &sample("nordvik/orders/day/input.csv"));
    let once = place.run(&["once", "--until-quiet"]);
    assert_eq!(once.status.code(), Some(1), "a sender's faults: {once:?}");
    place
}

#[test]
fn wrong_use_is_exit_code_2_and_says_what_is_right() {
    let unknown = lastkaj(&["onse"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("once"), "did you mean: {}", err(&unknown));
    let nothing = lastkaj(&["check", "--config", "nowhere.toml"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(err(&nothing).contains("nowhere.toml"), "{}", err(&nothing));
}

#[test]
fn check_names_every_mistake_at_its_line_also_in_a_format_file() {
    let place = Place::new();
    let good = String::from_utf8(place.read("gateway.toml")).unwrap();
    std::fs::create_dir_all(place.path("formats/own")).unwrap();
    let format = std::fs::read_to_string(project().join("formats/nordvik/articles.toml")).unwrap();
    place.write("formats/own/articles.toml", format.replacen("article_name", "artikle_name", 1).as_bytes());
    let formats = format!("formats = \"{}\"", project().join("formats").display());
    let wrong = good
        .replace(&formats, "formats = \"formats\"\nlangauge = \"sv\"")
        .replace("format = \"nordvik/articles\"", "format = \"own/articles\"")
        .replace("goods_owner = 159", "goods_owner = \"159\"")
        .replace("Europe/Stockholm", "Europe/Stokholm")
        .replacen("quiet = \"50ms\"", "quiet = \"5 horses\"", 1);
    place.write("gateway.toml", wrong.as_bytes());
    let check = place.run(&["check"]);
    assert_eq!(check.status.code(), Some(2));
    let said = err(&check);
    for expected in [
        "langauge is not known here",
        "did you mean language?",
        "goods_owner takes a whole number, not a text in quotes",
        "did you mean Europe/Stockholm?",
        "quiet cannot be 5 horses",
        "did you mean article_name?",
        "own/articles.toml:",
        "gateway.toml:4:1",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in:\n{said}");
    }
    let json: Value = serde_json::from_slice(&place.run(&["check", "--json"]).stdout).unwrap();
    assert!(json["mistakes"].as_array().unwrap().len() >= 5, "{json}");

    place.write("gateway.toml", good.as_bytes());
    let check = place.run(&["check"]);
    assert_eq!((check.status.code(), err(&check).as_str()), (Some(0), ""), "{check:?}");
}

#[test]
fn try_shows_documents_marks_the_bytes_and_sends_nothing() {
    let faulty = lastkaj(&["try", "nordvik/orders", "samples/nordvik/orders/day/input.csv", "--limit", "2"]);
    assert_eq!(faulty.status.code(), Some(1));
    assert!(out(&faulty).contains("46 documents, 2 of them faulty"), "{}", out(&faulty));
    let said = err(&faulty);
    assert!(said.contains("error[not-a-decimal]: \"1O\" is not a number"), "{said}");
    assert!(said.contains("input.csv:48:108"), "{said}");
    let marked: Vec<&str> =
        said.lines().skip_while(|line| !line.contains("…;020;") && !line.contains(";1O;")).take(2).collect();
    let (source, caret) = (marked[0], marked[1]);
    let at = source.chars().collect::<Vec<_>>().windows(2).position(|two| two == ['1', 'O']).unwrap();
    assert_eq!(caret.chars().position(|c| c == '^'), Some(at), "{said}");

    let calls = lastkaj(&["try", "nordvik/orders", "samples/nordvik/orders/good/input.csv", "--calls"]);
    assert_eq!(calls.status.code(), Some(0));
    assert!(
        out(&calls).contains("PUT /api/v1/orders\n{\"goodsOwnerId\":1,\"orderNumber\":\"81204\""),
        "{}",
        out(&calls)
    );
    let json = lastkaj(&["try", "nordvik/orders", "samples/nordvik/orders/good/input.csv", "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["documents"][0]["number"], "81204");
}

#[test]
fn try_counts_what_the_checks_find_and_tells_two_versions_as_the_gateway_does() {
    let folder = tempfile::tempdir().unwrap();
    #[allow(clippy::disallowed_methods, reason = "the files of a test")]
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), text.as_bytes()).unwrap();
        path.display().to_string()
    };
    let format = write(
        "orders.toml",
        "title = \"x\"\n[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.order]\neach = \"row\"\n\
         order_number = \"Nr\"\ndelivery_date = { value = \"2026-11-20\" }\nconsignee.name = { value = \"Elsa\" }\n\
         consignee.country_code = { value = \"SE\" }\n[document.order.order_lines]\neach = \"row\"\n\
         row_number = \"Rad\"\narticle_number = \"Art\"\nnumber_of_items = \"Antal\"\n",
    );
    let file =
        write("a.csv", "Nr;Rad;Art;Antal\n7;1;A;1\n7;2;B;2\n8;1;A;\n9;1;A;1\n9;1;A;1\n10;1;A;1\n10;2;A;x\n");
    let tried = lastkaj(&["try", &format, &file]);
    assert_eq!(tried.status.code(), Some(1), "{tried:?}");
    assert!(out(&tried).contains("7 documents, 6 of them faulty"), "{}", out(&tried));
    let said = err(&tried);
    for expected in [
        "error[versions-differ]: order 7 stands twice in this file, and not alike: also at a.csv:3",
        "error[versions-differ]: order 7 stands twice in this file, and not alike: also at a.csv:2",
        "error[versions-differ]: order 10 stands twice in this file, and not alike: also at a.csv:8",
        "error[number-twice]: order 9 stands twice in this file, alike: first at a.csv:5",
        "the format file lacks group",
        "error[line-without-quantity]",
        "a.csv:4",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in:\n{said}");
    }
}

#[test]
fn what_is_rejected_with_its_file_asks_for_nothing() {
    let file = "samples/nordvik/orders-fixed/wrong-count/input.txt";
    let tried = lastkaj(&["try", "nordvik/orders-fixed", file, "--calls"]);
    assert_eq!(tried.status.code(), Some(1), "{tried:?}");
    let said = out(&tried);
    assert!(
        said.contains("rejected with the file") && said.contains("the file as a whole is rejected"),
        "{said}"
    );
    assert!(!said.contains("good") && !said.contains("PUT"), "{said}");
    let json = lastkaj(&["try", "nordvik/orders-fixed", file, "--calls", "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["file_faults"][0]["code"], "wrong-count");
    assert_eq!(json["documents"][0]["requests"], Value::Null);
}

#[test]
fn try_says_which_formats_there_are_and_shows_the_members_of_few_documents() {
    let good = "samples/nordvik/orders/good/input.csv";
    let unknown = lastkaj(&["try", "nordvik/order", good]);
    assert_eq!(unknown.status.code(), Some(2), "{unknown:?}");
    for expected in ["no format named nordvik/order", "mamut/orders", "did you mean nordvik/orders?"] {
        assert!(err(&unknown).contains(expected), "{expected:?} is not in:\n{}", err(&unknown));
    }
    let elsewhere = lastkaj(&["try", "nordvik/orders", good, "--formats", "nowhere"]);
    assert!(err(&elsewhere).contains("--formats"), "{}", err(&elsewhere));
    let missing = lastkaj(&["try", "nordvik/orders", "nofile.csv"]);
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
    assert!(err(&missing).contains("nofile.csv cannot be read: it is not there"), "{}", err(&missing));
    let writes = lastkaj(&["try", "nordvik/shipments", good]);
    assert_eq!(writes.status.code(), Some(2), "{writes:?}");
    assert!(err(&writes).contains("writes shipment and reads nothing"), "{}", err(&writes));

    let shown = out(&lastkaj(&["try", "nordvik/orders", good]));
    for expected in [
        "\norder 81204  (lines 2-4)\n",
        "  consignee.name                     Värmlands Järn AB\n",
        "  order_lines 2\n    row_number            20\n",
    ] {
        assert!(shown.contains(expected), "{expected:?} is not in:\n{shown}");
    }
    let day = "samples/nordvik/orders/day/input.csv";
    let many = out(&lastkaj(&["try", "nordvik/orders", day]));
    assert!(!many.contains("consignee.name"), "a table is enough for many: {many}");
    let asked = out(&lastkaj(&["try", "nordvik/orders", day, "--verbose", "--limit", "2"]));
    assert_eq!(asked.matches("consignee.name").count(), 2, "{asked}");
}

#[test]
fn documents_lists_all_of_them_and_every_member_of_one() {
    let all = out(&lastkaj(&["documents"]));
    assert!(all.contains("order_change") && all.contains("To the ERP: what is in stock"), "{all}");
    let order = out(&lastkaj(&["documents", "order"]));
    let order = order.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "`[document.order.order_lines]` with its own `each = …`: `row_number = …`.",
        " order_number text yes 50 The goods owner's order number; the key of the upsert.",
        "order.order_lines.prices",
    ] {
        assert!(order.contains(told), "{told} in\n{order}");
    }
    let stock: Value = serde_json::from_str(&out(&lastkaj(&["documents", "stock", "--json"]))).unwrap();
    assert_eq!((&stock["document"], &stock["inbound"]), (&"stock".into(), &false.into()));
    let lines = stock["tables"].as_array().unwrap().iter().find(|table| table["path"] == "lines").unwrap();
    assert!(lines["how"].as_str().unwrap().contains("`each = \"lines\"`"), "{lines}");
    let members = lines["members"].as_array().unwrap();
    let member = members.iter().find(|member| member["name"] == "sellable_number_of_items").unwrap();
    assert_eq!(member["kind"], "decimal number");
    let wrong = lastkaj(&["documents", "recipt"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    assert!(err(&wrong).contains("a similar value exists: 'receipt'"), "{}", err(&wrong));
}

#[test]
fn list_and_trace_tell_where_everything_is() {
    let place = after_a_day();
    let list = out(&place.run(&["list"]));
    assert!(list.contains("sandbox/159"), "{list}");
    let calls: Value =
        serde_json::from_slice(&place.run(&["list", "calls", "--state", "refused", "--json"]).stdout)
            .unwrap();
    assert_eq!(calls[0]["number"], "81213");
    assert_eq!(place.run(&["list", "calls", "--state", "happy"]).status.code(), Some(2));

    let trace = out(&place.run(&["trace", "81202"]));
    for expected in [
        "file ORD1.csv",
        "lines 3-6  order 81202",
        "PUT /sandbox/api/v1/orders -> 200",
        "accepted told in report ACK_",
    ] {
        assert!(trace.contains(expected), "{expected:?} is not in:\n{trace}");
    }
    let back = out(&place.run(&["trace", "ACK_000001.csv"]));
    assert!(back.contains("ACK_000001.csv"), "{back}");
    let nothing = place.run(&["trace", "no-such-number"]);
    assert_eq!((nothing.status.code(), out(&nothing).contains("nothing is known")), (Some(1), true));
}

#[test]
fn retry_and_discard_work_while_nobody_runs_and_through_the_socket() {
    let place = Place::new();
    let failure = r#"{"verb": "PUT", "path": "/articles", "how": {"kind": "status", "status": 503}}"#;
    place.sandbox_page("POST", "/sandbox/failures", failure);
    place.write("erp/articles/ART1.csv", &sample("nordvik/articles/good/input.csv"));
    let once = place.run(&["once", "--until-quiet"]);
    assert_eq!(once.status.code(), Some(4), "the calls wait: {once:?}");
    let waiting: Value = serde_json::from_slice(&place.run(&["list", "calls", "--json"]).stdout).unwrap();
    let (first, second) = (waiting[0]["id"].to_string(), waiting[1]["id"].to_string());

    let discarded = place.run(&["discard", "call", &first, "--why", "a trial"]);
    assert_eq!(discarded.status.code(), Some(0), "{discarded:?}");
    assert!(out(&discarded).contains("discarded"), "{}", out(&discarded));
    assert_eq!(
        place.run(&["discard", "call", &first, "--why", "again"]).status.code(),
        Some(3),
        "nothing to discard"
    );
    assert_eq!(place.run(&["retry", "something"]).status.code(), Some(2));

    let mut running = place.lastkaj(&["run"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let socket = place.path("data/control.sock");
    while !socket.exists() {
        assert_eq!(running.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    place.sandbox_page("DELETE", "/sandbox/failures", "");
    let retried = place.run(&["retry", "call", &second]);
    assert_eq!(retried.status.code(), Some(0), "{retried:?}");
    let accepted = |calls: &Value| calls.as_array().unwrap().iter().any(|call| call["state"] == "accepted");
    loop {
        let calls: Value = serde_json::from_slice(&place.run(&["list", "calls", "--json"]).stdout).unwrap();
        if accepted(&calls) {
            break;
        }
        assert_eq!(running.try_wait().unwrap(), None);
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let audit = out(&place.run(&["trace", "ART1.csv"]));
    let me = std::process::Command::new("id").arg("-un").output().unwrap();
    let me = out(&me).trim().to_owned();
    assert!(
        audit.contains(&format!("{me} did discard on call {first}: a trial")),
        "while nobody ran: {audit}"
    );
    assert!(audit.contains(&format!("{me} did retry on call {second}")), "through the socket: {audit}");
}

#[test]
fn lists_say_why_something_is_held_and_which_command_lets_it_go_on() {
    let place = Place::new();
    // The reports have nowhere to go: the operator's turn.
    std::fs::remove_dir(place.path("erp/to-erp")).unwrap();
    place.write("erp/to-erp", b"a file where the folder should be");
    place.write("erp/articles/ART1.csv", &sample("nordvik/articles/good/input.csv"));
    let once = place.run(&["once", "--until-quiet"]);
    assert_eq!(once.status.code(), Some(3), "{once:?}");
    let list = out(&place.run(&["list"]));
    assert!(list.starts_with("Halted, until a person acts\n"), "{list}");
    assert!(list.contains("lastkaj retry \"outbox nordvik/acknowledgements\""), "{list}");
    for text in list.lines() {
        assert_eq!(text.trim_end(), text, "no blanks at the end of a line");
    }
    let json: Value = serde_json::from_slice(&place.run(&["list", "--json"]).stdout).unwrap();
    let since = json["halts"][0]["since"].as_str().unwrap();
    assert!(since.contains('T') && since.ends_with('Z'), "RFC 3339 for scripts: {since}");

    std::fs::remove_file(place.path("erp/to-erp")).unwrap();
    std::fs::create_dir(place.path("erp/to-erp")).unwrap();
    let retried = place.run(&["retry", "outbox nordvik/acknowledgements"]);
    assert_eq!(retried.status.code(), Some(0), "{retried:?}");
    assert_eq!(place.run(&["once"]).status.code(), Some(0));
    let delivered = place.run(&["list", "reports", "--state", "delivered", "--json"]);
    let delivered: Value = serde_json::from_slice(&delivered.stdout).unwrap();
    assert!(!delivered.as_array().unwrap().is_empty());
    assert_eq!(out(&place.run(&["list", "reports", "--state", "owed"])), "none\n");
    for what in ["arrivals", "calls", "reports"] {
        let wrong = place.run(&["list", what, "--state", "happy"]);
        assert_eq!(wrong.status.code(), Some(2), "{what}: {wrong:?}");
        assert!(err(&wrong).contains("one of: "), "{what}: {wrong:?}");
    }
    assert_eq!(place.run(&["list", "--state", "held"]).status.code(), Some(2), "an overview has no state");
}

#[test]
fn swedish_is_spoken_where_it_is_asked_for() {
    let place = Place::new();
    let toml = String::from_utf8(place.read("gateway.toml")).unwrap();
    place.write("gateway.toml", toml.replacen("[gateway]", "[gateway]\nlanguage = \"sv\"", 1).as_bytes());
    place.write("erp/orders/ORD1.csv", &sample("nordvik/orders/quantity-is-no-number/input.csv"));
    assert_eq!(place.run(&["once", "--until-quiet"]).status.code(), Some(1));
    let wrong = toml.replacen("[gateway]", "[gateway]\nlanguage = \"sv\"\nlangauge = 1", 1);
    place.write("wrong.toml", wrong.as_bytes());
    let check = lastkaj(&["check", "--config", place.path("wrong.toml").to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(2));
    assert!(err(&check).starts_with("fel["), "the mistakes too: {}", err(&check));
    let errors = String::from_utf8(place.read("erp/orders/failed/ORD1.csv.error.txt")).unwrap();
    assert!(errors.contains("är inte ett tal"), "{errors}");
    let told = place.rows("erp/to-erp", "ACK_");
    assert!(told.iter().any(|row| row["Meddelande"].contains("är inte ett tal")), "{told:?}");
}

#[test]
fn a_partner_on_trial_is_answered_and_sends_nothing_now_or_later() {
    let place = Place::new();
    let live = String::from_utf8(place.read("gateway.toml")).unwrap();
    let trial = live.replace("goods_owner = 159\n", "goods_owner = 159\nlive = false\n");
    place.write("gateway.toml", trial.as_bytes());
    place.write("erp/articles/ART1.csv", &sample("nordvik/articles/good/input.csv"));
    let once = place.run(&["once", "--until-quiet"]);
    assert_eq!(once.status.code(), Some(0), "{once:?}");
    assert!(out(&once).contains("partner nordvik is not live"), "{}", out(&once));
    let told = place.rows("erp/to-erp", "ACK_");
    assert!(told.iter().any(|row| row["Meddelande"].contains("not live")), "{told:?}");

    place.write("gateway.toml", live.as_bytes());
    assert_eq!(place.run(&["once"]).status.code(), Some(0));
    let state = place.sandbox_page("GET", "/sandbox/state", "");
    assert_eq!(
        state["articles"].as_array().unwrap().len(),
        0,
        "the trial is over, and nothing of it is sent"
    );
}

#[test]
fn what_waits_for_a_person_is_named_with_why_and_what_to_do() {
    let place = Place::new();
    place.write("erp/to-erp/ACK_000001.csv", b"somebody else's");
    place.write("erp/articles/ART1.csv", &sample("nordvik/articles/good/input.csv"));
    let once = place.run(&["once", "--until-quiet"]);
    assert_eq!(once.status.code(), Some(3), "{once:?}");
    let list = out(&place.run(&["list"]));
    assert!(list.contains("another file named ACK_000001.csv stands in the outbox"), "{list}");
    let command = list.lines().find_map(|line| line.split("lastkaj retry ").nth(1)).unwrap();
    let target: Vec<&str> = command.split_whitespace().take(2).collect();
    let names = place.names("erp/to-erp");
    assert!(names.iter().all(|name| !name.contains(".tmp")), "nothing half-done is left: {names:?}");

    std::fs::remove_file(place.path("erp/to-erp/ACK_000001.csv")).unwrap();
    assert_eq!(place.run(&["retry", target[0], target[1]]).status.code(), Some(0), "{target:?}");
    assert_eq!(place.run(&["once"]).status.code(), Some(0));
    assert!(String::from_utf8_lossy(&place.read("erp/to-erp/ACK_000001.csv")).contains("ART1.csv"));
}
