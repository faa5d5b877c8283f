//! What a partner asks of its documents, from gateway.toml to what stands with the document and what the ERP is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::disallowed_methods)]

#[path = "support/passes.rs"]
mod passes;

use std::time::Duration;

use lastkaj::call::{Kind, OwnNumbers};
use lastkaj::config::{Config, ProcessEnvironment, load};
use lastkaj::fault::{Fault, Language};
use lastkaj::ledger::{Register, RegisterEntry, Settlement, TracedDocument};
use lastkaj::plan::{PlanRules, Purpose, Strictness};
use lastkaj::receive::Inbox;
use lastkaj::report::{self, NameTemplate, Outbox, ReportKind, Schedule, acknowledgements};
use passes::{Desk, accepted, codes, format, lane, orders};

const ORDERS: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.order]\neach = \"row\"\n\
    order_number = \"Nr\"\ndelivery_date = { value = \"2026-12-01\" }\nconsignee.name = \"Namn\"\n\
    transporter.transporter_code = \"Bolag\"\n[document.order.order_lines]\neach = \"row\"\n\
    article_number = \"Art\"\nnumber_of_items = { value = 1 }\n";
const ARTICLES: &str = "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\n[document.article]\neach = \"row\"\n\
    article_number = \"Art\"\nstatistics_number = \"Stat\"\n";

/// Loads a gateway.toml of two partners of one goods owner, each with these lines and these inboxes.
fn loaded(first: &str, second: &str, inboxes: &[&str]) -> Result<Config, Vec<Fault>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("formats/a")).unwrap();
    std::fs::write(folder.path().join("formats/a/orders.toml"), ORDERS).unwrap();
    std::fs::write(folder.path().join("formats/a/articles.toml"), ARTICLES).unwrap();
    let mut text =
        "[gateway]\ndata = \"data\"\n[ongoing.n]\nurl = \"http://127.0.0.1:1/\"\nusername = \"u\"\n\
        password = { credential = \"secret\" }\n"
            .to_owned();
    std::fs::create_dir(folder.path().join("credentials")).unwrap();
    let secret = folder.path().join("credentials/secret");
    std::fs::write(&secret, "s\n").unwrap();
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    for (name, lines) in [("one", first), ("two", second)] {
        text.push_str(&format!(
            "[partner.{name}]\nongoing = \"n\"\ngoods_owner = 1\ntimezone = \"Europe/Stockholm\"\n\
             remote = {{ path = \"{name}\" }}\n{lines}\n"
        ));
        for inbox in inboxes {
            text.push_str(&format!(
                "[partner.{name}.inbox.{inbox}]\nfolder = \"{inbox}\"\nfiles = \"*\"\nformat = \"a/{inbox}\"\n\
                 ready = {{ quiet = \"1m\" }}\n"
            ));
        }
    }
    let path = folder.path().join("gateway.toml");
    std::fs::write(&path, text).unwrap();
    load(&path, &ProcessEnvironment)
}

/// The code and what is said, of those with this code.
fn said(faults: &[Fault], code: &str) -> Vec<String> {
    let of_code = faults.iter().filter(|fault| fault.code.name() == code);
    of_code
        .map(|fault| {
            for language in Language::ALL {
                let texts = [Some(fault.what(language)), fault.expected(language), fault.hint(language)];
                let unfilled = |text: &String| text.replace("{ counter = true }", "").contains(['{', '}']);
                assert!(!texts.iter().flatten().any(unfilled), "{texts:?}");
            }
            assert!(fault.place.line.is_some(), "{fault:?}");
            fault.what(Language::English)
        })
        .collect()
}

#[test]
fn check_names_the_inbox_and_the_member_that_a_purpose_needs_and_the_format_does_not_set() {
    let apart = "order_number_prefix = \"B-\"";
    let wants =
        "purposes = [\"customs\", \"delivery-note\"]\norder_number_prefix = \"A-\"\narticle_master = false";
    let config = loaded(wants, apart, &["orders", "articles"]).unwrap();
    assert_eq!(
        said(&config.warnings, "purpose-not-mapped"),
        [
            "format a/orders of inbox one/orders does not set order_lines.prices.line_price, order_lines.line_total_customs_value, which customs needs",
            "format a/orders of inbox one/orders does not set order_lines.prices.currency_code, customs_info.customs_value_currency_code, which customs needs",
            "format a/orders of inbox one/orders does not set consignee.address1, consignee.address2, consignee.address3, which delivery-note needs",
            "format a/orders of inbox one/orders does not set consignee.post_code, which delivery-note needs",
            "format a/orders of inbox one/orders does not set consignee.city, which delivery-note needs",
            "format a/orders of inbox one/orders does not set consignee.country_code, which delivery-note needs",
            "format a/articles of inbox one/articles does not set country_of_origin_code, which customs needs",
        ]
    );
    assert_eq!(config.inboxes[0].rules.purposes, [Purpose::Customs, Purpose::DeliveryNote]);
    assert_eq!(config.inboxes[2].rules.purposes, []);
    assert_eq!(
        said(&config.warnings, "articles-are-refused"),
        [
            "format a/articles of inbox one/articles reads articles, which are refused: one is not their master"
        ]
    );
    // Where each document would be refused, it is a mistake.
    let strict = format!("{wants}\npurposes_missing = \"refuse\"");
    let faults = loaded(&strict, apart, &["orders", "articles"]).unwrap_err();
    assert_eq!(said(&faults, "purpose-never-met").len(), 7);
    let scanning = "purposes = [\"scaning\"]";
    let faults = loaded(scanning, apart, &["orders"]).unwrap_err();
    assert_eq!(faults[0].hint(Language::English).unwrap(), "did you mean scanning?");
}

#[test]
fn a_format_without_row_numbers_is_warned_of_once() {
    let config = loaded("order_number_prefix = \"A-\"", "order_number_prefix = \"B-\"", &["orders"]).unwrap();
    assert_eq!(codes(&config.warnings), ["row-numbers-made"]);
    assert_eq!(
        said(&config.warnings, "row-numbers-made")[0],
        "format a/orders does not set order_lines.row_number: rows are numbered 1, 2, 3 … in the order of the file"
    );
}

#[test]
fn partners_of_one_goods_owner_are_kept_apart_and_articles_have_one_master() {
    let both = |first: &str, second: &str| {
        let prefix = |prefix: &str| match prefix {
            "" => String::new(),
            prefix => format!("order_number_prefix = \"{prefix}\""),
        };
        loaded(&prefix(first), &prefix(second), &["orders"]).unwrap()
    };
    for (first, second, warned) in
        [("", "", 1), ("A-", "A-", 1), ("A-", "A-B-", 1), ("A-", "B-", 0), ("", "A-", 0)]
    {
        let config = both(first, second);
        assert_eq!(said(&config.warnings, "same-numbers").len(), warned, "{first} {second}");
    }
    let config = both("", "A-");
    let numbers = |prefix: &str, theirs: &[&str]| OwnNumbers {
        prefix: prefix.to_owned(),
        theirs: theirs.iter().map(|prefix| (*prefix).to_owned()).collect(),
    };
    assert_eq!(config.inboxes[0].rules.numbers, numbers("", &["A-"]));
    assert_eq!(config.inboxes[1].rules.numbers, numbers("A-", &[]));
    assert_eq!(config.partners[0].rules.numbers, numbers("", &["A-"]));

    let (a, b) = ("order_number_prefix = \"A-\"", "order_number_prefix = \"B-\"");
    let config = loaded(a, b, &["articles"]).unwrap();
    assert_eq!(
        said(&config.warnings, "two-article-masters"),
        ["partners one and two both send articles of goods owner 1"]
    );
    let config = loaded(a, &format!("{b}\narticle_master = false"), &["articles"]).unwrap();
    assert_eq!(said(&config.warnings, "two-article-masters"), [""; 0]);
    assert!(config.inboxes[1].rules.refuse_articles && !config.inboxes[0].rules.refuse_articles);
    let bad = loaded("order_number_prefix = \"A B\"", b, &["articles"]).unwrap_err();
    assert_eq!(codes(&bad)[0], "wrong-value");
}

/// The documents with this number.
fn documents(desk: &Desk, number: &str) -> Vec<TracedDocument> {
    let trace = desk.ledger.trace(number).wait().unwrap();
    trace.arrivals.into_iter().flat_map(|arrival| arrival.documents).collect()
}

#[test]
fn carriers_are_judged_by_the_list_in_the_ledger_as_it_was_read_last() {
    let desk = Desk::new();
    let ask = |rules: PlanRules| Inbox { rules, format: format("orders", ORDERS), ..desk.inbox() };
    let file = |number: &str| format!("Nr;Namn;Bolag;Art\n{number};Elsa;PBREV;A\n");
    desk.take(&ask(PlanRules::default()), "1.csv", file("101"));
    assert_eq!(documents(&desk, "101")[0].faults, [], "no list, no word");

    let keep = |codes: &[&str]| {
        let entries = codes.iter().map(|code| RegisterEntry {
            code: (*code).to_owned(),
            name: String::new(),
            of: None,
        });
        let now = desk.clock.now();
        desk.ledger.keep_register(&lane(), Register::TRANSPORTERS, entries.collect(), now).wait().unwrap();
    };
    keep(&["PLAB"]);
    desk.take(&ask(PlanRules::default()), "2.csv", file("102"));
    let warned = &documents(&desk, "102")[0];
    assert_eq!(codes(&warned.faults), ["unknown-transporter"]);
    assert!(warned.call.is_some(), "a warning stands with a document that is sent");
    assert_eq!(warned.faults[0].place.line, Some(2));

    let refuse = PlanRules { unknown_codes: Strictness::Refuse, ..PlanRules::default() };
    let refused = desk.take(&ask(refuse.clone()), "3.csv", file("103"));
    assert_eq!((refused.documents, refused.documents_faulty), (1, 1));
    keep(&["PLAB", "PBREV"]);
    desk.take(&ask(refuse), "4.csv", file("104"));
    assert_eq!(documents(&desk, "104")[0].faults, []);
}

#[test]
fn the_erp_is_told_its_own_number_of_what_ongoing_knows_by_the_prefixed_one() {
    let desk = Desk::new();
    let numbers = OwnNumbers { prefix: "A-".into(), theirs: Vec::new() };
    let inbox = Inbox { rules: PlanRules { numbers, ..PlanRules::default() }, ..desk.inbox() };
    desk.take(&inbox, "a.csv", orders(&["0017;Elsa;1;A;2"]));
    assert_eq!(desk.settle_next(accepted(71)), "A-17");
    let remembered = desk.ledger.remembered(&lane(), Kind::Order, "A-17").wait().unwrap().unwrap();
    assert!(remembered.contains("0017"), "{remembered}");

    let outbox = Outbox {
        name: "nordvik/acknowledgements".into(),
        partner: "nordvik".into(),
        lane: lane(),
        numbers: inbox.rules.numbers.clone(),
        remote: desk.remote(),
        folder: "out".into(),
        report: ReportKind::Acknowledgements { inboxes: vec![inbox.name.clone()], within: WITHIN },
        format: format(
            "acknowledgements",
            "[layout]\nsyntax = \"csv\"\nencoding = \"utf-8\"\nnewline = \"lf\"\n[record.row]\n\
             of = \"acknowledgement\"\neach = \"rows\"\nNr = \"number\"\nUtfall = \"outcome\"\n",
        ),
        file_name: NameTemplate::check("ACK_{sequence:03}.csv").unwrap(),
        schedule: Schedule::Every(Duration::from_secs(60)),
        time_zone: chrono_tz::Europe::Stockholm,
        language: Language::English,
    };
    acknowledgements::owe(&desk.reporting(), &outbox, std::slice::from_ref(&inbox.name), WITHIN).unwrap();
    report::deliver(&desk.reporting(), &outbox.name, &desk.remote(), "out").unwrap();
    assert_eq!(desk.get("out/ACK_001.csv"), "Nr;Utfall\n17;accepted\n");

    // Another partner's order 17 on the same goods owner is another order.
    let other = Inbox { name: "sydvik/orders".into(), folder: "in2".into(), ..desk.inbox() };
    desk.take(&other, "b.csv", orders(&["17;Otto;1;A;2"]));
    assert_eq!(desk.settle_next(Settlement::Refused(Fault::new(lastkaj::fault::code::MISSING_VALUE))), "17");
    let found = |number: &str| documents(&desk, number).len();
    assert_eq!((found("A-17"), found("17")), (1, 2), "by the ERP's number and by Ongoing's");
}

const WITHIN: Duration = Duration::from_secs(600);
