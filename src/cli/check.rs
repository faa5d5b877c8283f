//! `check`: everything that is wrong in the configuration and in the format files, in one go.

use std::collections::BTreeMap;

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

/// The code tables that each format looks up in, and where their lines stand.
fn code_tables(config: &config::Config) -> BTreeMap<&str, BTreeMap<String, Vec<String>>> {
    let formats = config.formats.iter().map(|(name, definition)| (name.as_str(), definition.code_tables()));
    formats.filter(|(_, tables)| !tables.is_empty()).collect()
}

pub(super) fn check(arguments: &CheckArguments) -> Exit {
    let loaded = config::load(&arguments.config.config, &config::ProcessEnvironment);
    if arguments.json {
        let (mistakes, warnings, tables) = match &loaded {
            Ok(config) => (&[][..], &config.warnings[..], code_tables(config)),
            Err(faults) => (&faults[..], &[][..], BTreeMap::new()),
        };
        say_json(&json!({ "mistakes": mistakes, "warnings": warnings, "code_tables": tables }));
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
            for (format, tables) in code_tables(&config) {
                for (name, from) in tables {
                    say(format!("{format}: code table {name}: {}", from.join(", then ")));
                }
            }
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
