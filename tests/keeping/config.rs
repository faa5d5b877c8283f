//! `[keep]` and `keep_moved`: defaults, and what contradicts itself.

use std::time::Duration;

use lastkaj::config::{Keep, ProcessEnvironment};

use crate::support::Place;

fn day(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 3600)
}

fn load(more: &str) -> Result<Keep, Vec<String>> {
    let place = Place::with(more);
    lastkaj::config::load(&place.path("gateway.toml"), &ProcessEnvironment)
        .map(|config| config.keep)
        .map_err(|faults| faults.iter().map(|fault| format!("{} {fault}", fault.code.name())).collect())
}

#[test]
fn what_is_not_written_follows_what_is() {
    assert_eq!(load("").unwrap(), Keep::default());
    let keep = load("\n[keep]\npersonal_data = \"30d\"\n").unwrap();
    assert_eq!((keep.files, keep.personal_data, keep.ledger), (day(30), day(30), day(400)));
    let keep = load("\n[keep]\nledger = \"60d\"\n").unwrap();
    assert_eq!((keep.files, keep.personal_data, keep.requests), (day(60), day(60), day(60)));
}

#[test]
fn what_contradicts_itself_is_named_all_at_once() {
    let faults =
        load("\n[keep]\nledger = \"40d\"\npersonal_data = \"50d\"\nfiles = \"60d\"\nrequests = \"70d\"\n");
    let faults = faults.unwrap_err();
    for text in [
        "personal_data = \"50d\" is longer than ledger = \"40d\"",
        "files = \"60d\" is longer than personal_data = \"50d\"",
        "requests = \"70d\" is longer than ledger = \"40d\"",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(text)), "{text}: {faults:#?}");
    }
    assert_eq!(faults.len(), 3, "{faults:#?}");
    let faults = load("\n[keep]\nfiles = \"1h\"\nledgers = \"400d\"\n").unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:#?}");
}

#[test]
fn files_that_were_moved_are_kept_no_longer_than_the_rows_that_know_them() {
    let more = "\n[partner.nordvik.inbox.more]\nfolder = \"more\"\nfiles = \"*.csv\"\nformat = \"nordvik/orders\"\n\
        ready = { quiet = \"1s\" }\nkeep_moved = ";
    let keep = load(&format!("{more}\"90d\"\n")).unwrap();
    assert_eq!(keep.moved.into_iter().collect::<Vec<_>>(), [("nordvik/more".to_owned(), day(90))]);
    let faults = load(&format!("{more}\"500d\"\n")).unwrap_err();
    assert!(faults[0].contains("keep-inconsistent"), "{faults:#?}");
    let faults = load(&format!("{more}\"5s\"\n")).unwrap_err();
    assert!(faults[0].contains("wrong-value"), "{faults:#?}");
}
