//! `restore`: a backup back into the data folder; the gateway then starts held (promise 13).

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::clock::Clock;
use crate::fault::{Fault, code};
use crate::ledger::{self, Manifest};
use crate::step::Steps;

use super::run::load;
use super::terminal::{Progress, bytes, complain, count, say, say_json};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct RestoreArguments {
    /// The backup
    file: PathBuf,
    /// Move what is in the data folder aside (nothing is deleted)
    #[arg(long)]
    replace: bool,
    /// Only see whether the backup is whole
    #[arg(long, conflicts_with = "replace")]
    check: bool,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn restore(arguments: &RestoreArguments) -> Exit {
    let config = match load(&arguments.config.config) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let done = if arguments.check {
        ledger::check_backup(&arguments.file).map(|manifest| say_whole(arguments, &manifest))
    } else {
        let mut progress = Progress::new("restoring");
        let restored = ledger::restore(
            &arguments.file,
            &config.gateway.data,
            arguments.replace,
            Clock::System.now(),
            &Steps::unwatched(),
            &mut |done, total| progress.show(done, total),
        );
        progress.end();
        restored.map(|restored| {
            if arguments.json {
                say_json(&serde_json::to_value(&restored).unwrap_or_default());
                return;
            }
            let files = count(usize::try_from(restored.files).unwrap_or(usize::MAX), "file", "files");
            let at = restored.at.format("%Y-%m-%d %H:%M:%S UTC");
            say(format!("restored: the ledger of {at} and {files}"));
            if let Some(aside) = &restored.aside {
                say(format!("what was there before is in {}", aside.display()));
            }
            say("The gateway starts held: nothing is picked up, sent or delivered.");
            say("Start it, compare with Ongoing and the outboxes, then: lastkaj retry restored");
        })
    };
    match done {
        Ok(()) => Exit::Well,
        Err(fault) => {
            let exit = exit_of(&fault);
            complain(&[fault], config.gateway.language);
            exit
        }
    }
}

fn say_whole(arguments: &RestoreArguments, manifest: &Manifest) {
    let size: u64 = manifest.files.iter().map(|file| file.size).sum();
    if arguments.json {
        let files = manifest.files.len();
        say_json(&json!({ "at": manifest.at, "release": manifest.release, "files": files, "bytes": size }));
        return;
    }
    say(format!(
        "{} is whole: {} of {}, made by release {}, {}",
        arguments.file.display(),
        count(manifest.files.len(), "file", "files"),
        manifest.at.format("%Y-%m-%d %H:%M:%S UTC"),
        manifest.release,
        bytes(size)
    ));
}

/// A folder that is not empty is a matter of how the command is used.
fn exit_of(fault: &Fault) -> Exit {
    if fault.code == code::DATA_FOLDER_NOT_EMPTY { Exit::Usage } else { Exit::from(fault.turn) }
}
