//! How commands reach a gateway: through its control socket while it runs, else its ledger.

use std::path::PathBuf;

use serde_json::Value;
use tokio::runtime::Runtime;

use crate::clock::Clock;
use crate::config;
use crate::fault::{Fault, Language, code};
use crate::gateway::control;
use crate::gateway::operate::{Request, operate};
use crate::ledger::{DataLock, Ledger};
use crate::step::Steps;

use super::terminal::{complain, count, say_wrong};
use super::{ConfigArgument, Exit};

/// Where a gateway is, as far as an operator needs it.
pub(super) struct Whereabouts {
    pub data: PathBuf,
    control: PathBuf,
    pub language: Language,
}

/// Where the gateway is. Mistakes in gateway.toml do not keep anybody from looking: they are mentioned.
pub(super) fn whereabouts(config: &ConfigArgument) -> Result<Whereabouts, Exit> {
    let environment = config::ProcessEnvironment;
    let mistakes = match config::load(&config.config, &environment) {
        Ok(config) => {
            let gateway = config.gateway;
            return Ok(Whereabouts {
                data: gateway.data,
                control: gateway.control,
                language: gateway.language,
            });
        }
        Err(mistakes) => mistakes,
    };
    let language = config::language(&config.config, &environment);
    let Some((data, control)) = config::whereabouts(&config.config, &environment) else {
        complain(&mistakes, language);
        return Err(Exit::Usage);
    };
    say_wrong(&format!(
        "{} has {} (`lastkaj check` names them); this is shown all the same\n",
        config.config.display(),
        count(mistakes.len(), "mistake", "mistakes"),
    ));
    Ok(Whereabouts { data, control, language })
}

/// Asks the gateway that runs, or the ledger where none does, and shows the answer.
pub(super) fn ask(config: &ConfigArgument, request: &Request, show: impl FnOnce(&Value, Language)) -> Exit {
    let place = match whereabouts(config) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    match answer(&place, request) {
        Ok(value) => {
            show(&value, place.language);
            Exit::Well
        }
        Err(fault) => ended_by(fault, place.language),
    }
}

/// The answer of the gateway that runs, or of the ledger where none does.
pub(super) fn answer(place: &Whereabouts, request: &Request) -> Result<Value, Fault> {
    match DataLock::take(&place.data) {
        Ok(_lock) => {
            let ledger = Ledger::open(&place.data, Steps::unwatched())?;
            let who = control::user_name(rustix::process::getuid().as_raw());
            runtime()?.block_on(operate(&ledger, &Clock::System, &who, request))
        }
        Err(fault) if fault.code == code::DATA_FOLDER_LOCKED => control::ask(&place.control, request),
        Err(fault) => Err(fault),
    }
}

/// Says what ended a command, and what that means to a script.
pub(super) fn ended_by(fault: Fault, language: Language) -> Exit {
    let usage = [code::UNKNOWN_OBJECT, code::UNKNOWN_STATE, code::NOTHING_MATCHES, code::NO_SUCH_PARTNER];
    let exit = if usage.contains(&fault.code) { Exit::Usage } else { Exit::from(fault.turn) };
    complain(&[fault], language);
    exit
}

/// A runtime for one question.
pub(super) fn runtime() -> Result<Runtime, Fault> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Fault::new(code::LEDGER_FAILED).with("reason", error))
}
