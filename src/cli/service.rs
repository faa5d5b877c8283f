//! The gateway as a service: its control socket and watchdog, and the signals that stop it or change what it runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::UnixListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::AbortHandle;

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::fault::{Fault, code};
use crate::gateway::{Gateway, control, systemd};
use crate::ledger::DataLock;
use crate::step::Steps;

use super::Exit;
use super::terminal::complain;

/// The signals of a service.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

/// What a signal asks for.
enum Asked {
    /// SIGTERM, SIGINT: come to an end.
    Stop,
    /// SIGHUP: take the changed configuration.
    Reload,
}

impl Signals {
    /// Takes the signals from the system's own handling.
    pub(super) fn listen() -> Result<Signals, Fault> {
        let listen = |kind| signal(kind).map_err(|error| Fault::new(code::CAUGHT_BUG).with("reason", error));
        Ok(Signals {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.hang_up.recv() => Asked::Reload,
        }
    }
}

/// A data folder with its lock.
pub(super) struct Held {
    data: PathBuf,
    lock: Arc<DataLock>,
}

impl Held {
    fn take(data: &Path) -> Result<Held, Fault> {
        Ok(Held { data: data.to_owned(), lock: Arc::new(DataLock::take(data)?) })
    }
}

/// A gateway that is open, with the socket through which commands reach it.
pub(super) struct Service {
    gateway: Arc<Gateway>,
    listener: Option<UnixListener>,
    held: Held,
}

impl Service {
    /// Opens the gateway of a configuration; on the data folder that is `held` already, without letting go of it.
    pub(super) async fn start(config: Config, held: Option<&Held>, steps: &Steps) -> Result<Service, Fault> {
        let held = match held {
            Some(held) if held.data == config.gateway.data => {
                Held { data: held.data.clone(), lock: held.lock.clone() }
            }
            _ => Held::take(&config.gateway.data)?,
        };
        let listener = Some(control::listen(&config.gateway.control)?);
        let gateway = Gateway::open_locked(config, held.lock.clone(), Clock::System, steps.clone()).await?;
        Ok(Service { gateway: Arc::new(gateway), listener, held })
    }

    /// Runs until it is told to stop. Says the configuration to go on with, if it was stopped for a new one.
    ///
    /// SIGTERM and Ctrl-C stop the intake and let what is in hand end; a second one means now.
    pub(super) async fn run(&mut self, signals: &mut Signals, path: &Path) -> Result<Option<Config>, Fault> {
        let gateway = &self.gateway;
        let bells = gateway.bells();
        let serving = self
            .listener
            .take()
            .map(|listener| tokio::spawn(control::serve(gateway.clone(), bells.clone(), listener)));
        let _watchdog = Aborted(tokio::spawn(ping_watchdog(gateway.clone())).abort_handle());
        let mut running = tokio::spawn(gateway.clone().run(bells.clone()));
        systemd::ready();
        let config = gateway.config();
        tracing::info!(inboxes = config.inboxes.len(), outboxes = config.outboxes.len(), "running");
        for partner in config.partners.iter().filter(|partner| !partner.live) {
            tracing::warn!(
                partner = partner.name,
                "not live: its files are read, checked and answered, nothing is sent"
            );
        }
        let (mut changed, mut told_to_stop) = (None, false);
        let ran = loop {
            let asked = tokio::select! {
                ran = &mut running => break ran,
                asked = signals.next() => asked,
            };
            match asked {
                Asked::Stop if told_to_stop => {
                    tracing::warn!(
                        "a second signal: stopping now; nothing is lost, the next start goes on from here"
                    );
                    std::process::exit(Exit::Wait as i32);
                }
                Asked::Stop => {
                    tracing::info!("stopping: what is in hand ends first");
                    (changed, told_to_stop) = (None, true);
                }
                Asked::Reload if told_to_stop => continue,
                Asked::Reload => match config::load(path, &config::ProcessEnvironment) {
                    Ok(config) => {
                        tracing::info!("the changed configuration is taken: what is in hand ends first");
                        complain(&config.warnings, config.gateway.language);
                        changed = Some(config);
                    }
                    Err(faults) => {
                        let mistakes = faults.iter().filter(|fault| !fault.code.is_warning()).count();
                        tracing::error!(
                            mistakes,
                            "the changed configuration has mistakes; the old one goes on"
                        );
                        complain(&faults, gateway.config().gateway.language);
                        continue;
                    }
                },
            }
            gateway.stop();
            bells.ring_all();
        };
        // It stops for whatever reason: the socket closes, and with it the last that holds the gateway.
        gateway.stop();
        if let Some(serving) = serving {
            let _ = serving.await;
        }
        match ran {
            Ok(Ok(())) => Ok(changed),
            Ok(Err(fault)) => Err(fault),
            Err(error) => Err(Fault::new(code::CAUGHT_BUG).with("reason", error)),
        }
    }

    /// Closes the gateway. Hands back its configuration and the data folder, which stays locked.
    pub(super) fn end(self) -> (Config, Held) {
        let config = self.gateway.config().clone();
        let _ = std::fs::remove_file(&config.gateway.control);
        (config, self.held)
    }
}

/// A task that ends with this value.
struct Aborted(AbortHandle);

impl Drop for Aborted {
    fn drop(&mut self) {
        self.0.abort();
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
