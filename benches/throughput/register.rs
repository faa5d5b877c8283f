//! A register that is exported whole each night: 100,000 articles, of which nothing changed.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lastkaj::call::{CallState, Lane};
use lastkaj::clock::Clock;
use lastkaj::config;
use lastkaj::fault::Language;
use lastkaj::format::Definition;
use lastkaj::ledger::Ledger;
use lastkaj::ongoing::Ongoing;
use lastkaj::plan::PlanRules;
use lastkaj::receive::{self, After, Brake, Duplicates, FaultRule, Inbox, Ready, Receive, Staged};
use lastkaj::send::{Send, run_lane};
use lastkaj::step::Steps;
use lastkaj::transport::{Remote, Sessions};

use crate::lanes::installation;
use crate::server::Server;

const HEADER: &str = "Artikelnr;Benämning;Varugrupp;Enhet;EAN;Vikt kg;Längd cm;Bredd cm;Höjd cm;Förpackningsantal;Pallantal;Tullstatnr;Ursprungsland;Lagervara;Batch;Inköpspris;Levnr;Levartikelnr";

pub fn bench(quick: bool) {
    let articles = if quick { 10_000 } else { 100_000 };
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::System;
    let ledger = Ledger::open(&folder.path().join("data"), Steps::unwatched()).unwrap();
    let receive = Receive {
        ledger: ledger.clone(),
        spool: ledger.spool().clone(),
        sessions: Sessions::new(Steps::unwatched()),
        clock: clock.clone(),
        stop: Arc::default(),
    };
    let inbox = inbox(folder.path());
    let rows: String = (0..articles).map(row).collect();
    let (register, _, _) = encoding_rs::WINDOWS_1252.encode(&rows);

    let first = plan(&receive, &inbox, folder.path(), "ART1.csv", &register);
    let server = Server::start(Duration::ZERO);
    let ongoing = Ongoing::new(&installation(server.url()), clock.clone(), Steps::unwatched()).unwrap();
    let unknown_articles = Arc::new(BTreeMap::new());
    let send = Send {
        ledger: ledger.clone(),
        ongoing: Arc::new(ongoing),
        unknown_articles,
        clock,
        stop: Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run_lane(&send, &inbox.lane)).unwrap();
    let overview = ledger.overview().wait().unwrap();
    assert_eq!(overview.calls(CallState::Accepted), articles as u64);

    let second = plan(&receive, &inbox, folder.path(), "ART2.csv", &register);
    let overview = ledger.overview().wait().unwrap();
    assert_eq!(overview.calls(CallState::Unchanged), articles as u64, "nothing of it is sent again");
    let megabytes = register.len() as f64 / 1e6;
    println!("register of {articles} articles ({megabytes:.0} MB)      seconds      aim");
    println!("{:<40} {:>9.1}", "taken in and planned for the first time", first.as_secs_f64());
    println!("{:<40} {:>9.1} {:>8}\n", "the same once more: all unchanged", second.as_secs_f64(), "< 10");
}

fn row(number: usize) -> String {
    let head = if number == 0 { format!("{HEADER}\r\n") } else { String::new() };
    format!(
        "{head}A-{number:06};Hasp grå {number} mm;BESLAG;ST;735009{number:07};18,708;72,3;14,1;26,7;25;960;73181568;SE;J;N;640,00;2000;L-{number}\r\n"
    )
}

/// How long it takes from the file in its folder to the published arrival.
fn plan(receive: &Receive, inbox: &Inbox, folder: &Path, name: &str, bytes: &[u8]) -> Duration {
    std::fs::create_dir_all(folder.join("in")).unwrap();
    std::fs::write(folder.join("in").join(name), bytes).unwrap();
    let begun = Instant::now();
    let mut taken = receive::take_in(receive, inbox).unwrap();
    if taken.arrivals.is_empty() {
        taken = receive::take_in(receive, inbox).unwrap();
    }
    assert_eq!(taken.arrivals.len(), 1, "{taken:?}");
    let inboxes = HashMap::from([(inbox.name.clone(), inbox.clone())]);
    let staged = receive::stage_next(receive, &inbox.lane, &inboxes).unwrap();
    assert!(matches!(staged, Staged::Published(_)), "{staged:?}");
    begun.elapsed()
}

fn inbox(folder: &Path) -> Inbox {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let tables = config::code_tables(&formats, &config::ProcessEnvironment).unwrap();
    let text = std::fs::read_to_string(formats.join("nordvik/articles.toml")).unwrap();
    let format = Definition::check("nordvik/articles", "nordvik/articles", &text, &tables).unwrap();
    let mut files = globset::GlobSetBuilder::new();
    files.add(globset::Glob::new("*.csv").unwrap());
    Inbox {
        name: "nordvik/articles".into(),
        partner: "nordvik".into(),
        lane: Lane { installation: "dumb".into(), goods_owner: 159 },
        remote: Remote::Local { base: folder.to_owned() },
        folder: "in".into(),
        files: files.build().unwrap(),
        parts: None,
        format: Arc::new(format),
        ready: Ready::default(),
        after: After::MoveTo("in/done".into()),
        unpack: Default::default(),
        faults: FaultRule::SkipDocument,
        duplicates: Duplicates::Take,
        failed_folder: "in/failed".into(),
        poll: Duration::from_secs(5),
        time_zone: chrono_tz::Europe::Stockholm,
        language: Language::English,
        live: true,
        skip_unchanged: true,
        refresh: None,
        brake: Brake::default(),
        rules: PlanRules::default(),
    }
}
