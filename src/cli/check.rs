//! `check`: everything that is wrong in the configuration and in the format files, in one go.

use clap::Args;
use serde_json::json;

use crate::config;
use crate::fault::Language;

use super::terminal::{complain, say, say_json};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// The mistakes as JSON, for scripts and editors
    #[arg(long)]
    json: bool,
}

pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let loaded = config::load(&arguments.config.config, &config::ProcessEnvironment);
    if arguments.json {
        let (mistakes, warnings) = match &loaded {
            Ok(config) => (&[][..], &config.warnings[..]),
            Err(faults) => (&faults[..], &[][..]),
        };
        say_json(&json!({ "mistakes": mistakes, "warnings": warnings }));
        return if loaded.is_ok() { Exit::Well } else { Exit::Usage };
    }
    match loaded {
        Ok(config) => {
            complain(&config.warnings, config.gateway.language);
            say(format!(
                "{}: {} partners, {} inboxes, {} outboxes, {} formats: no mistake, {} warnings",
                arguments.config.config.display(),
                config.partners.len(),
                config.inboxes.len(),
                config.outboxes.len(),
                config.formats.len(),
                config.warnings.len()
            ));
            Exit::Well
        }
        Err(faults) => {
            complain(&faults, Language::English);
            let noun = if faults.len() == 1 { "mistake" } else { "mistakes" };
            say(format!("{}: {} {noun}", arguments.config.config.display(), faults.len()));
            Exit::Usage
        }
    }
}
