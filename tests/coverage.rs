//! Every member that a request can have is set by some sample, through its format file, in the bodies that really go out.
//!
//! Each sample that makes documents is read, planned and performed against a stand-in that answers as little as it must
//! and keeps what it was asked. Each body is held against the schema of its operation; each property of each schema must
//! have been seen, or stand in [`LEFT_OUT`] with its reason. `--nocapture` prints the table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "coverage/schema.rs"]
mod schema;
#[path = "coverage/stand_in.rs"]
mod stand_in;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lastkaj::call::{Call, Lane};
use lastkaj::clock::Clock;
use lastkaj::format::{self, Definition, Item, PartFile, ReadContext};
use lastkaj::ongoing::{Answer, Hint, Installation, Ongoing};
use lastkaj::plan::{PlanRules, plan};
use lastkaj::step::Steps;

use schema::{Api, Seen};
use stand_in::StandIn;

/// What no sample sets, with the reason: a schema and a member, `*` for all members.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("PatchOrderNumberModel", "*", "our number is the key: it never changes"),
    ("PostFileModel", "*", "files go by the PUT with a name, which may be repeated; POST doubles"),
    ("PostFileAdvanced", "*", "of the POST of files"),
    ("PostFilePrintingInfo", "*", "of the POST of files"),
    ("PostFilePrintAsUser", "*", "of the POST of files"),
    ("PostFilePrintAsWorkstation", "*", "of the POST of files"),
    ("PostParcelAdvanced", "*", "parcels are the warehouse's"),
    ("PostParcelParcelStatus", "*", "parcels are the warehouse's"),
    ("PostParcelParcelType", "*", "parcels are the warehouse's"),
    ("PostParcelTypeModel", "*", "parcels are the warehouse's"),
    ("PostParcelUsingIdTypeModel", "*", "parcels are the warehouse's"),
    ("PostWaybillParcelParcelType", "*", "parcels are the warehouse's"),
    ("PostWayBillRowModel", "*", "waybill rows are the warehouse's"),
    (
        "PostWayOfDeliveryTypeModel",
        "*",
        "a register that people keep in Ongoing; an order names ways of delivery",
    ),
    ("PostReturnCauseModel", "*", "a register that people keep in Ongoing; a return names causes"),
    ("PatchOrderReportedNumberOfItemsModel", "*", "a mark: set by reports, not by files"),
    ("PatchOrderReportedReturnedNumberOfItemsModel", "*", "a mark: set by reports, not by files"),
    ("PatchPurchaseOrderReportedNumberOfItemsModel", "*", "a mark: set by reports, not by files"),
];

#[test]
fn every_member_of_every_request_is_set_by_a_sample() {
    let api = Api::read();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut seen = Seen::default();
    let mut operations = BTreeSet::new();
    let mut calls = 0;
    for case in cases() {
        for call in calls_of(&case) {
            calls += 1;
            let asked = runtime.block_on(perform(&call));
            for asked in &asked {
                let operation = api.operation(&asked.verb, &asked.path).unwrap_or_else(|| {
                    panic!("{}: no operation {} {}", case.display(), asked.verb, asked.path)
                });
                if asked.verb == "GET" || asked.verb == "DELETE" {
                    continue;
                }
                operations.insert(operation.clone());
                let wrong = api.validate(&operation, &asked.body, &mut seen);
                assert!(wrong.is_empty(), "{}: {operation}: {wrong:#?}\n{}", case.display(), asked.body);
            }
        }
    }
    println!("{calls} calls of samples; operations that write: {operations:#?}\n");

    let mut missing = Vec::new();
    println!("{:<58} {:>8} {:>6} {:>9}", "schema", "members", "set", "left out");
    let (mut all_members, mut all_set) = (0, 0);
    for (schema, members) in api.request_schemas() {
        let left_out = |member: &str| {
            LEFT_OUT.iter().any(|(of, name, _)| *of == schema && (*name == "*" || *name == member))
        };
        let set = members.iter().filter(|member| seen.has(schema, member)).count();
        let out = members.iter().filter(|member| !seen.has(schema, member) && left_out(member)).count();
        println!("{schema:<58} {:>8} {set:>6} {out:>9}", members.len());
        all_members += members.len();
        all_set += set;
        missing.extend(
            members
                .iter()
                .filter(|member| !seen.has(schema, member) && !left_out(member))
                .map(|member| format!("{schema}.{member}")),
        );
    }
    println!("{:<58} {all_members:>8} {all_set:>6}", "all");
    assert!(missing.is_empty(), "no sample sets these, and nothing says why: {missing:#?}");
    assert!(all_set > 250 && operations.len() >= 18, "the walk sees something: {all_set}, {operations:?}");
}

#[test]
fn what_is_left_out_is_in_a_request() {
    let api = Api::read();
    let schemas: BTreeMap<&str, Vec<&str>> =
        api.request_schemas().map(|(schema, members)| (schema, members.to_vec())).collect();
    for (schema, member, reason) in LEFT_OUT {
        let members = schemas.get(schema).unwrap_or_else(|| panic!("{schema} ({reason}) is in no request"));
        assert!(*member == "*" || members.contains(member), "{schema}.{member} is gone");
    }
}

/// The folders of samples that are read.
fn cases() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let erps = folders(&samples);
    let documents = erps.iter().flat_map(|erp| folders(erp)).collect::<Vec<_>>();
    let mut cases: Vec<PathBuf> = documents.iter().flat_map(|document| folders(document)).collect();
    cases.retain(|case| case.join("expected.json").exists());
    cases.sort();
    cases
}

/// The calls that a sample's documents need.
fn calls_of(case: &Path) -> Vec<Call> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = case.parent().unwrap().strip_prefix(root.join("samples")).unwrap().display().to_string();
    let text = std::fs::read_to_string(root.join("formats").join(format!("{name}.toml"))).unwrap();
    let tables =
        lastkaj::config::code_tables(&root.join("formats"), &lastkaj::config::ProcessEnvironment).unwrap();
    let definition = Definition::check(&name, &name, &text, &tables).unwrap();
    let input = |stem: String| {
        let mut entries = std::fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path());
        let path = entries.find(|path| path.file_stem().unwrap() == stem.as_str()).unwrap();
        std::fs::File::open(path).unwrap()
    };
    let mut inputs: Vec<std::fs::File> = match definition.parts().as_slice() {
        [] => vec![input("input".to_owned())],
        parts => parts.iter().map(|part| input(format!("input.{part}"))).collect(),
    };
    let file_name = std::fs::read_to_string(case.join("name.txt")).unwrap_or_else(|_| "input".to_owned());
    let context = ReadContext {
        file_name: file_name.trim(),
        time_zone: chrono_tz::Europe::Stockholm,
        live: true,
        scratch: &tempfile::tempfile,
    };
    let lane = Lane { installation: "stand-in".to_owned(), goods_owner: 159 };
    let mut calls = Vec::new();
    let mut files: Vec<PartFile<'_>> =
        inputs.iter_mut().map(|bytes| PartFile { name: file_name.trim(), bytes }).collect();
    // A sample that is faulty on purpose has no calls.
    let _ = format::read_parts(&definition, &mut files, &context, &mut |item| {
        if let Item::Document(mapped) = item
            && mapped.faults.is_empty()
            && let Ok(planned) = plan(
                &mapped.document,
                &lane,
                &PlanRules::default(),
                String::new(),
                &Default::default(),
                &|_| None,
            )
        {
            calls.push(planned.call);
        }
        Ok(())
    });
    calls
}

/// Performs a call against a stand-in; what that was asked.
async fn perform(call: &Call) -> Vec<stand_in::Asked> {
    let stand_in = StandIn::start(call).await;
    let ongoing = Ongoing::new(
        &Installation {
            name: "stand-in".to_owned(),
            url: stand_in.url.clone(),
            username: "user".to_owned(),
            password: lastkaj::secret::Secret::new("password".to_owned()),
            time_out: Duration::from_secs(20),
            breaker_failures: 100,
            breaker_window: Duration::from_secs(600),
            rest_after_silence: Duration::from_secs(30),
            outage_alarm: Duration::from_secs(900),
            wait_max: Duration::from_secs(86_400),
            registers: Duration::from_secs(86_400),
        },
        Clock::System,
        Steps::unwatched(),
    )
    .unwrap();
    let performed = ongoing.perform(call, Hint::default()).await;
    assert!(matches!(performed.answer, Answer::Accepted { .. }), "{}: {:?}", call.key, performed.answer);
    stand_in.asked()
}
