//! `verify`: whether ledger and spool agree; only reads, while a gateway runs or not.

use clap::Args;

use crate::clock::Clock;
use crate::fault::{Fault, Language};
use crate::ledger::{self, Verified};

use super::run::load;
use super::terminal::{Progress, bytes, complain, say, say_json, table};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct VerifyArguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn verify(arguments: &VerifyArguments) -> Exit {
    let config = match load(&arguments.config.config) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let mut progress = Progress::new("reading files");
    let verified = ledger::verify(&config.gateway.data, Clock::System.now(), &mut |done, total| {
        progress.show(done, total);
    });
    progress.end();
    match verified {
        Ok(verified) => {
            if arguments.json {
                say_json(&serde_json::to_value(&verified).unwrap_or_default());
            } else {
                show(&verified, config.gateway.language);
            }
            if verified.faults.is_empty() { Exit::Well } else { Exit::Operator }
        }
        Err(fault) => {
            let exit = Exit::from(fault.turn);
            complain(&[fault], config.gateway.language);
            exit
        }
    }
}

fn show(verified: &Verified, language: Language) {
    let counts = [
        ("arrivals", verified.arrivals),
        ("documents", verified.documents),
        ("calls", verified.calls),
        ("reports", verified.reports),
        ("files as they should be", verified.files),
    ];
    say(table(
        &["looked at", "count"],
        counts.map(|(what, count)| vec![what.to_owned(), count.to_string()]).into(),
    ));
    say(format!("{} read", bytes(verified.bytes)));
    if verified.faults.is_empty() {
        say("\nledger and spool agree");
        return;
    }
    say("");
    let row = |fault: &Fault| vec![fault.code.name().to_owned(), fault.what(language)];
    say(table(&["wrong", "what"], verified.faults.iter().map(row).collect()));
    if verified.more > 0 {
        say(format!("… and {} more", verified.more));
    }
    let mut told = Vec::new();
    for fault in &verified.faults {
        if !told.contains(&fault.code) {
            told.push(fault.code);
            say(format!("\n{}: {}", fault.code.name(), fault.hint(language).unwrap_or_default()));
        }
    }
}
