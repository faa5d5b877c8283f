//! What a partner asks of its documents before they are sent: each rule on values, no network.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use chrono::DateTime;
use lastkaj::call::{Lane, OwnNumbers};
use lastkaj::document::{AnyDocument, DocumentType, from_json};
use lastkaj::fault::{Fault, Language, Place};
use lastkaj::plan::{List, ListEntry, Lists, Plan, PlanRules, Purpose, Strictness, plan};
use serde_json::{Value, json};

fn document(document_type: DocumentType, json: Value) -> AnyDocument {
    let mut document = AnyDocument::empty(document_type);
    from_json(document.as_document_mut(), &json).unwrap();
    document
}

fn order(more: Value) -> AnyDocument {
    let mut order = json!({
        "orderNumber": "17", "deliveryDate": "2026-12-01",
        "orderLines": [{ "rowNumber": "10", "articleNumber": "A", "numberOfItems": 1 },
            { "rowNumber": "20", "articleNumber": "B_2", "numberOfItems": 1 }],
    });
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document(DocumentType::Order, order)
}

fn planned(document: &AnyDocument, rules: &PlanRules) -> Result<Plan, Vec<Fault>> {
    let lane = Lane { installation: "nordlager".into(), goods_owner: 159 };
    plan(document, &lane, rules, String::new(), &Place::file("a.csv").line(7), &|_| None)
}

/// `code field found` of each.
fn told(faults: &[Fault]) -> Vec<String> {
    for fault in faults {
        assert_eq!((fault.place.file.as_deref(), fault.place.line), (Some("a.csv"), Some(7)), "{fault:?}");
        for language in Language::ALL {
            assert!(!fault.what(language).contains('{'), "{}", fault.what(language));
        }
    }
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    faults
        .iter()
        .map(|fault| format!("{} {} {}", fault.code.name(), word(&fault.place.field), word(&fault.found)))
        .collect()
}

/// What is warned of, and what is refused where the rules say so.
fn both(document: &AnyDocument, rules: PlanRules) -> Vec<String> {
    let strict = |strictness| PlanRules {
        purposes_missing: strictness,
        article_characters: strictness,
        unknown_codes: strictness,
        ..rules.clone()
    };
    let warned = told(&planned(document, &strict(Strictness::Warn)).unwrap().warnings);
    assert_eq!(planned(document, &strict(Strictness::Allow)).unwrap().warnings, []);
    match planned(document, &strict(Strictness::Refuse)) {
        Ok(plan) => assert_eq!((plan.warnings, warned.len()), (vec![], 0)),
        Err(faults) => assert_eq!(told(&faults), warned),
    }
    warned
}

#[test]
fn doubtful_characters_in_article_numbers_are_told_once_each() {
    assert_eq!(
        both(&order(json!({})), PlanRules::default()),
        ["article-characters article_number B_2"],
        "an order names articles too"
    );
    let article = |number: &str| document(DocumentType::Article, json!({ "articleNumber": number }));
    for number in ["A!", "50%", "A^B", "A\\B", "A_B"] {
        let found = both(&article(number), PlanRules::default());
        assert_eq!(found, [format!("article-characters article_number {number}")]);
    }
    for number in ["A-1", "Å/Ä Ö", "A*+#&"] {
        assert_eq!(both(&article(number), PlanRules::default()), [""; 0], "{number}");
    }
}

fn for_purpose(purpose: Purpose) -> PlanRules {
    PlanRules { purposes: vec![purpose], ..PlanRules::default() }
}

/// The members that a purpose misses in a document.
fn missing(document: &AnyDocument, purpose: Purpose) -> Vec<String> {
    both(document, for_purpose(purpose))
        .into_iter()
        .filter_map(|told| told.strip_prefix("purpose-not-met ").map(str::to_owned))
        .collect()
}

#[test]
fn each_purpose_names_what_a_document_lacks() {
    let article = |more: Value| {
        let mut article = json!({ "articleNumber": "A" });
        article.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document(DocumentType::Article, article)
    };
    assert_eq!(missing(&article(json!({})), Purpose::Scanning), ["bar_code_info.bar_code -"]);
    let coded = article(json!({ "barCodeInfo": { "barCode": "7350012345678" } }));
    assert_eq!(missing(&coded, Purpose::Scanning), [""; 0]);
    let other = article(json!({ "barCodeInfo": { "alternativeBarCodes": [{ "barCode": "1" }] } }));
    assert_eq!(missing(&other, Purpose::Scanning), [""; 0]);
    let freight = article(json!({ "isStockArticle": false }));
    assert_eq!(missing(&freight, Purpose::Scanning), [""; 0], "freight is not scanned");
    assert_eq!(
        missing(&article(json!({ "countryOfOriginCode": "SE" })), Purpose::Customs),
        ["statistics_number -"]
    );

    assert_eq!(
        missing(&order(json!({})), Purpose::Customs),
        ["order_lines.prices.line_price 10, 20", "order_lines.prices.currency_code 10, 20"]
    );
    let priced = order(json!({
        "customsInfo": { "customsValueCurrencyCode": "EUR" },
        "orderLines": [{ "rowNumber": "10", "articleNumber": "A", "numberOfItems": 1, "prices": { "linePrice": 0 } },
            { "rowNumber": "20", "articleNumber": "B", "numberOfItems": 1 },
            { "rowNumber": "30", "articleNumber": "B", "numberOfItems": 1, "shouldBePicked": false }],
    }));
    assert_eq!(missing(&priced, Purpose::Customs), ["order_lines.prices.line_price 20"]);

    let consignee = json!({ "name": "Elsa", "postCode": "41101", "city": " ", "address2": "Kaj 4" });
    let addressed = order(json!({ "consignee": consignee }));
    assert_eq!(missing(&addressed, Purpose::DeliveryNote), ["consignee.city -", "consignee.country_code -"]);
    assert_eq!(missing(&addressed, Purpose::InvoiceOnNote).len(), 4);
    assert_eq!(missing(&addressed, Purpose::ParcelNotification), ["email_notification.value -"]);
    let phoned = order(json!({ "smsNotification": { "toBeNotified": true, "value": "070" } }));
    assert_eq!(missing(&phoned, Purpose::ParcelNotification), [""; 0]);
    // No purpose, no word.
    assert_eq!(both(&addressed, PlanRules::default()), ["article-characters article_number B_2"]);
}

#[test]
fn a_carrier_is_judged_by_the_list_and_only_where_one_was_read() {
    let sent = |transporter: &str, service: &str| {
        let more = json!({ "transporter": { "transporterCode": transporter, "transporterServiceCode": service },
            "orderLines": [{ "rowNumber": "1", "articleNumber": "A", "numberOfItems": 1 }] });
        order(more)
    };
    let list = |entries: &[(&str, Option<&str>)]| {
        let entries = entries
            .iter()
            .map(|(code, of)| ListEntry { code: (*code).to_owned(), of: of.map(str::to_owned) });
        Some(List {
            read_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            entries: entries.collect(),
        })
    };
    let lists = Lists {
        transporters: list(&[("PLAB", None), ("DHL", None)]),
        transporter_services: list(&[("P18", Some("PLAB")), ("P19", Some("PLAB")), ("E", Some("DHL"))]),
    };
    let rules = |lists: &Lists| PlanRules { lists: lists.clone(), ..PlanRules::default() };
    assert_eq!(both(&sent("PLAB", "P18"), rules(&lists)), [""; 0]);
    assert_eq!(
        both(&sent("PBREV", "P18"), rules(&lists)),
        ["unknown-transporter transporter.transporter_code PBREV"]
    );
    assert_eq!(
        both(&sent("DHL", "P18"), rules(&lists)),
        ["unknown-transporter-service transporter.transporter_service_code P18"]
    );
    assert_eq!(both(&sent("PBREV", "P18"), rules(&Lists::default())), [""; 0], "no list, no word");
    let services_only = Lists { transporters: None, ..lists.clone() };
    assert_eq!(both(&sent("PLAB", "P19"), rules(&services_only)), [""; 0]);
    let fault = planned(&sent("PBREV", "P18"), &rules(&lists)).unwrap().warnings.remove(0);
    assert!(fault.what(Language::English).contains("list read 2026-11-18"), "{fault}");

    let changed = document(
        DocumentType::OrderChange,
        json!({ "@orderNumber": "17", "transporter": { "transporterCode": "PBREV" } }),
    );
    assert_eq!(both(&changed, rules(&lists)), ["unknown-transporter transporter.transporter_code PBREV"]);
}

#[test]
fn every_order_like_number_gets_the_prefix_and_no_article_does() {
    let numbers = OwnNumbers { prefix: "A-".into(), theirs: vec!["A-B-".into()] };
    let rules = PlanRules { numbers, ..PlanRules::default() };
    let line = json!([{ "rowNumber": "1", "articleNumber": "A", "numberOfItems": 1 }]);
    let cases = [
        (DocumentType::Order, json!({ "orderNumber": "17", "orderLines": line }), "order A-17"),
        (
            DocumentType::OrderChange,
            json!({ "@orderNumber": "17", "deliveryDate": "2026-12-01" }),
            "order A-17",
        ),
        (
            DocumentType::PurchaseOrder,
            json!({ "purchaseOrderNumber": "17", "purchaseOrderLines": line }),
            "purchase order A-17",
        ),
        (
            DocumentType::PurchaseOrderChange,
            json!({ "@purchaseOrderNumber": "17", "inDate": "2026-12-01" }),
            "purchase order A-17",
        ),
        (
            DocumentType::ReturnOrder,
            json!({ "returnOrderNumber": "R1", "@orderNumber": "17", "returnOrderLines":
                [{ "returnOrderRowNumber": "1", "@orderRowNumber": "1", "toBeReturnedNumberOfItems": 1 }] }),
            "return order A-R1",
        ),
        (DocumentType::Cancellation, json!({ "@orderNumber": "17" }), "order A-17"),
        (DocumentType::Cancellation, json!({ "@purchaseOrderNumber": "17" }), "purchase order A-17"),
        (
            DocumentType::Attachment,
            json!({ "@orderNumber": "17", "@fileName": "n.pdf" }),
            "attachment A-17 n.pdf",
        ),
        (
            DocumentType::Attachment,
            json!({ "@articleNumber": "17", "@fileName": "n.pdf" }),
            "attachment 17 n.pdf",
        ),
        (DocumentType::Article, json!({ "articleNumber": "17" }), "article 17"),
    ];
    for (document_type, json, key) in cases {
        let document = document(document_type, json);
        let call = planned(&document, &rules).unwrap_or_else(|faults| panic!("{key}: {faults:?}")).call;
        assert_eq!(call.key.to_string(), key);
        assert!(!call.body.contains("\"17\"") || key.contains(" 17"), "{}", call.body);
        let orders: Vec<&str> = call
            .needs
            .iter()
            .filter(|need| need.kind == lastkaj::call::Kind::Order)
            .map(|need| need.number.as_str())
            .collect();
        assert!(orders.iter().all(|number| *number == "A-17"), "{orders:?}");
        if key.starts_with("return") {
            assert!(call.body.contains("\"@orderNumber\":\"A-17\"") && orders == ["A-17"], "{}", call.body);
        }
    }
    // The number with its prefix would be the other partner's order 1.
    let other = document(DocumentType::Cancellation, json!({ "@orderNumber": "B-1" }));
    assert_eq!(told(&planned(&other, &rules).unwrap_err()), ["number-of-another-partner - A-B-1"]);
    let plain =
        PlanRules { numbers: OwnNumbers { prefix: String::new(), theirs: vec!["A-".into()] }, ..rules };
    let taken = document(DocumentType::Cancellation, json!({ "@orderNumber": "A-1" }));
    assert_eq!(told(&planned(&taken, &plain).unwrap_err()), ["number-of-another-partner - A-1"]);
}

#[test]
fn articles_come_from_their_master_only() {
    let rules = PlanRules { refuse_articles: true, ..PlanRules::default() };
    let article = document(DocumentType::Article, json!({ "articleNumber": "A" }));
    assert_eq!(told(&planned(&article, &rules).unwrap_err()), ["not-article-master - A"]);
    assert!(planned(&order(json!({})), &rules).is_ok());
}
