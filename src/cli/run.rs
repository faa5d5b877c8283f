//! `run` and `once`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::call::CallState;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::fault::{Fault, Language, show};
use crate::gateway::{Bells, Gateway, control, systemd};
use crate::ledger::{CallFilter, DataLock};
use crate::step::Steps;

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
        let mut next = Some(config);
        let mut held: Option<(PathBuf, Arc<DataLock>)> = None;
        while let Some(config) = next.take() {
            let data = config.gateway.data.clone();
            let lock = match held.take() {
                Some((of, lock)) if of == data => lock,
                _ => Arc::new(DataLock::take(&data)?),
            };
            held = Some((data, lock.clone()));
            let gateway = Gateway::open_locked(config, lock, Clock::System, steps.clone()).await?;
            next = run_until_signal(Arc::new(gateway), &path).await?;
        }
        systemd::stopping();
        Ok(Exit::Well)
    })
}

/// Runs a gateway. Says the configuration to go on with, if it was stopped for a new one.
async fn run_until_signal(gateway: Arc<Gateway>, path: &Path) -> Result<Option<Config>, Fault> {
    let bells = gateway.bells();
    let listener = control::listen(&gateway.config().gateway.control)?;
    let serving = tokio::spawn(control::serve(gateway.clone(), bells.clone(), listener));
    let reload = Arc::new(Mutex::new(None));
    let signals =
        tokio::spawn(act_on_signals(gateway.clone(), bells.clone(), path.to_owned(), reload.clone()));
    let watchdog = tokio::spawn(ping_watchdog(gateway.clone()));
    systemd::ready();
    let config = gateway.config();
    tracing::info!(inboxes = config.inboxes.len(), outboxes = config.outboxes.len(), "running");
    for partner in config.partners.iter().filter(|partner| !partner.live) {
        tracing::warn!(
            partner = partner.name,
            "not live: its files are read, checked and answered, nothing is sent"
        );
    }
    let ran = gateway.clone().run(bells).await;
    signals.abort();
    watchdog.abort();
    let _ = serving.await;
    let _ = std::fs::remove_file(&gateway.config().gateway.control);
    ran?;
    Ok(reload.lock().unwrap_or_else(PoisonError::into_inner).take())
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
            complain(&faults, Language::English);
            Err(Exit::Usage)
        }
    }
}

/// SIGTERM and Ctrl-C stop the intake and let what is in hand end; a second one means now. SIGHUP takes a changed
/// configuration, or keeps the old one and says why.
async fn act_on_signals(
    gateway: Arc<Gateway>,
    bells: Arc<Bells>,
    path: PathBuf,
    reload: Arc<Mutex<Option<Config>>>,
) {
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()))
    else {
        return;
    };
    let mut stops = 0;
    loop {
        tokio::select! {
            _ = terminate.recv() => stops += 1,
            _ = interrupt.recv() => stops += 1,
            _ = hang_up.recv() => match config::load(&path, &config::ProcessEnvironment) {
                Ok(config) => {
                    tracing::info!("the changed configuration is taken: what is in hand ends first");
                    *reload.lock().unwrap_or_else(PoisonError::into_inner) = Some(config);
                    gateway.stop();
                    bells.ring_all();
                    continue;
                }
                Err(faults) => {
                    tracing::error!(mistakes = faults.len(), "the changed configuration has mistakes; the old one goes on");
                    complain(&faults, gateway.config().gateway.language);
                    continue;
                }
            },
        }
        if stops > 1 {
            tracing::warn!(
                "a second signal: stopping now; nothing is lost, the next start goes on from here"
            );
            std::process::exit(Exit::Wait as i32);
        }
        tracing::info!("stopping: what is in hand ends first");
        reload.lock().unwrap_or_else(PoisonError::into_inner).take();
        gateway.stop();
        bells.ring_all();
    }
}

/// Pings the watchdog while the ledger answers.
async fn ping_watchdog(gateway: Arc<Gateway>) {
    let Some(every) = systemd::watchdog() else { return };
    loop {
        if let Ok(overview) = gateway.ledger().overview().await {
            systemd::alive();
            systemd::status(&format!("{} on their way, {} held", overview.open(), overview.held()));
        }
        tokio::time::sleep(every).await;
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
