//! `run` and `once`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::call::CallState;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::fault::{Fault, Language, show};
use crate::gateway::{Gateway, systemd};
use crate::ledger::CallFilter;
use crate::step::Steps;

use super::service::{Service, Signals};
use super::terminal::{complain, count, exit_of, say};
use super::{ConfigArgument, Exit};

#[derive(Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// Write the name of each step to this file, for crash tests
    #[arg(long, hide = true, value_name = "FILE")]
    step_log: Option<std::path::PathBuf>,
}

#[derive(Args)]
pub(super) struct OnceArguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// Go on, look after look, until every file that is there is whole and taken in
    #[arg(long)]
    until_quiet: bool,
    /// Write the name of each step to this file, for crash tests
    #[arg(long, hide = true, value_name = "FILE")]
    step_log: Option<std::path::PathBuf>,
}

/// Runs until told to stop. A changed configuration is taken on SIGHUP: what is in hand ends first, and the data
/// folder's lock is never let go.
pub(super) fn run(arguments: &RunArguments) -> Exit {
    log_to_stderr();
    let path = arguments.config.config.clone();
    with_runtime(&path, arguments.step_log.as_deref(), async |config, steps| {
        // One set for the whole life: a signal that comes while a changed configuration is taken is not lost.
        let mut signals = Signals::listen()?;
        let mut service = Service::start(config, None, &steps).await?;
        while let Some(changed) = service.run(&mut signals, &path).await? {
            let (old, lock) = service.end();
            service = match Service::start(changed, Some(&lock), &steps).await {
                Ok(service) => service,
                Err(fault) => {
                    tracing::error!(
                        code = fault.code.name(),
                        "the changed configuration cannot be run; the old one goes on"
                    );
                    complain(&[fault], old.gateway.language);
                    Service::start(old, Some(&lock), &steps).await?
                }
            };
        }
        systemd::stopping();
        service.end();
        Ok(Exit::Well)
    })
}

/// Does all that is due.
pub(super) fn once(arguments: &OnceArguments) -> Exit {
    log_to_stderr();
    let until_quiet = arguments.until_quiet;
    with_runtime(&arguments.config.config, arguments.step_log.as_deref(), async |config, steps| {
        let gateway = Gateway::open(config, Clock::System, steps).await?;
        let language = gateway.config().gateway.language;
        loop {
            let done = gateway.once().await?;
            complain(&done.faults, language);
            say(format!(
                "{} taken in, {} not whole yet, {} delivered",
                count(done.arrivals, "file", "files"),
                count(done.waiting_files, "file", "files"),
                count(done.reports, "report", "reports")
            ));
            for (file, missing) in &done.lacking {
                say(format!("{file} waits for {missing}, which belongs to it"));
            }
            if until_quiet && done.waiting_files > 0 {
                tokio::time::sleep(Duration::from_millis(500)).await;
                continue;
            }
            if done.waiting_files > 0 {
                say("run again once they are quiet, or use --until-quiet");
            }
            if done.senders_faults > 0 {
                say(format!(
                    "{} for the sender to correct: `lastkaj list arrivals` names the files",
                    count(usize::try_from(done.senders_faults).unwrap_or(usize::MAX), "fault", "faults")
                ));
            }
            say_what_waits(&gateway, language).await?;
            let sender = if done.senders_faults > 0 { Exit::Sender } else { Exit::Well };
            return Ok(exit_of(&done.faults).max(sender).max(worst_outcome(&gateway).await?));
        }
    })
}

/// Why calls wait, each reason once.
async fn say_what_waits(gateway: &Gateway, language: Language) -> Result<(), Fault> {
    let filter = CallFilter { state: Some(CallState::Pending), ..CallFilter::default() };
    let mut reasons = std::collections::BTreeMap::new();
    for call in gateway.ledger().calls(filter, CALLS_EXPLAINED_MAX).await? {
        if let Some(fault) = &call.fault {
            let numbers: &mut Vec<String> = reasons.entry(show::plain(fault, language)).or_default();
            numbers.push(format!("{} {}", call.kind.name(), call.number));
        }
    }
    for (reason, numbers) in reasons {
        let first = numbers.first().cloned().unwrap_or_default();
        let more = if numbers.len() > 1 { " and others" } else { "" };
        say(format!(
            "{} for another try ({first}{more}): {reason}",
            count(numbers.len(), "call waits", "calls wait")
        ));
    }
    let not_live = gateway.config().partners.iter().filter(|partner| !partner.live);
    for partner in not_live {
        say(format!(
            "partner {} is not live: its files are read, checked and answered, and nothing is sent",
            partner.name
        ));
    }
    Ok(())
}

/// How many waiting calls are looked at for why they wait.
const CALLS_EXPLAINED_MAX: usize = 1_000;

/// What waits for a person, or for time, decides the exit code too.
async fn worst_outcome(gateway: &Gateway) -> Result<Exit, Fault> {
    let overview = gateway.ledger().overview().await?;
    if !overview.halts.is_empty() || overview.held() > 0 {
        return Ok(Exit::Operator);
    }
    Ok(if overview.open() > 0 { Exit::Wait } else { Exit::Well })
}

/// Loads the configuration and does `work` with it on a runtime.
fn with_runtime(
    path: &Path,
    step_log: Option<&Path>,
    work: impl AsyncFnOnce(Config, Steps) -> Result<Exit, Fault>,
) -> Exit {
    let config = match load(path) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let language = config.gateway.language;
    let steps = match step_log.map(super::step_log::StepLog::open).transpose() {
        Ok(log) => log.map_or_else(Steps::unwatched, |log| Steps::watched(Arc::new(log))),
        Err(fault) => {
            complain(&[fault], language);
            return Exit::Usage;
        }
    };
    // Each worker is a thread that blocks on a folder or a file; a few more are for looking up names.
    let threads = config.gateway.workers + 4;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().max_blocking_threads(threads).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            say(format!("the runtime cannot be started: {error}"));
            return Exit::Operator;
        }
    };
    let done = runtime.block_on(work(config, steps));
    // A worker that hangs on a dead server must not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_secs(5));
    done.unwrap_or_else(|fault| {
        let exit = Exit::from(fault.turn);
        complain(&[fault], language);
        exit
    })
}

/// Loads the configuration, or says what is wrong with it.
pub(super) fn load(path: &Path) -> Result<Config, Exit> {
    match config::load(path, &config::ProcessEnvironment) {
        Ok(config) => {
            complain(&config.warnings, config.gateway.language);
            Ok(config)
        }
        Err(faults) => {
            complain(&faults, config::language(path, &config::ProcessEnvironment));
            Err(Exit::Usage)
        }
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LASTKAJ_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,russh=warn"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .try_init();
}
