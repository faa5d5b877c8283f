//! `check`: everything that is wrong in the configuration and in the format files, in one go.

use clap::Args;
use serde_json::json;

use crate::config;

use super::terminal::{complain, count, say, say_json};
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
                "{}: {}, {}, {}, {}: no mistake, {}",
                arguments.config.config.display(),
                count(config.partners.len(), "partner", "partners"),
                count(config.inboxes.len(), "inbox", "inboxes"),
                count(config.outboxes.len(), "outbox", "outboxes"),
                count(config.formats.len(), "format", "formats"),
                count(config.warnings.len(), "warning", "warnings"),
            ));
            Exit::Well
        }
        Err(faults) => {
            complain(&faults, config::language(&arguments.config.config, &config::ProcessEnvironment));
            let mistakes = faults.iter().filter(|fault| !fault.code.is_warning()).count();
            let mistakes = count(mistakes, "mistake", "mistakes");
            say(format!("{}: {mistakes}", arguments.config.config.display()));
            Exit::Usage
        }
    }
}
