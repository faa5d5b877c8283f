//! `backup`: ledger and spool in one file, whole or not at all, while a gateway runs or not.

use std::path::PathBuf;

use clap::Args;

use crate::clock::Clock;
use crate::ledger;
use crate::step::Steps;

use super::run::load;
use super::terminal::{Progress, bytes, complain, count, say, say_json};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct BackupArguments {
    /// A folder (the file is named by its time), or the path of a new file
    #[arg(value_name = "FOLDER|FILE")]
    to: PathBuf,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn backup(arguments: &BackupArguments) -> Exit {
    let config = match load(&arguments.config.config) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let language = config.gateway.language;
    let mut progress = Progress::new("backing up");
    let made = ledger::back_up(
        &config.gateway.data,
        &arguments.to,
        Clock::System.now(),
        &Steps::unwatched(),
        &mut |done, total| progress.show(done, total),
    );
    progress.end();
    match made {
        Ok(made) => {
            if arguments.json {
                say_json(&serde_json::to_value(&made).unwrap_or_default());
            } else {
                let files = count(usize::try_from(made.files).unwrap_or(usize::MAX), "file", "files");
                say(format!("{}: the ledger and {files}, {}", made.path.display(), bytes(made.bytes)));
            }
            complain(&made.faults, language);
            if made.faults.is_empty() { Exit::Well } else { Exit::Operator }
        }
        Err(fault) => {
            let exit = Exit::from(fault.turn);
            complain(&[fault], language);
            exit
        }
    }
}
