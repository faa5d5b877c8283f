//! `demo`: the whole road on one machine, with no account and no set-up. It starts the sandbox and a real SFTP
//! folder, drops real sample files with deliberate faults, runs the real gateway on them, and shows what became of
//! each.

mod day;
mod files;
mod folder;
mod summary;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::clock::Clock;
use crate::config;
use crate::fault::Fault;
use crate::gateway::{Gateway, control};
use crate::sandbox::{self, Sandbox, SandboxSettings};
use crate::step::Steps;

use super::Exit;
use super::terminal::{complain, say};

use folder::{DemoFolder, SftpFolder};

#[derive(Args)]
pub(super) struct DemoArguments {
    /// The work folder; a new one that is named where none is given
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Stay up afterwards, so that more files can be dropped by hand
    #[arg(long)]
    serve: bool,
    /// Use the in-process SFTP server even where OpenSSH's sshd is on the machine
    #[arg(long)]
    without_sshd: bool,
}

pub(super) fn demo(arguments: &DemoArguments) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(format!("the runtime cannot be started: {error}"));
            return Exit::Operator;
        }
    };
    let exit = runtime.block_on(async {
        match Demo::start(arguments).await {
            Ok(demo) => demo.play(arguments.serve).await,
            Err(DemoFailed::Faults(faults)) => {
                complain(&faults, crate::fault::Language::English);
                Exit::Operator
            }
            Err(DemoFailed::Machine(error)) => {
                say(format!("the demo cannot be set up: {error}"));
                Exit::Operator
            }
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    exit
}

/// Why a demo did not start.
enum DemoFailed {
    Faults(Vec<Fault>),
    Machine(std::io::Error),
}

impl From<std::io::Error> for DemoFailed {
    fn from(error: std::io::Error) -> Self {
        DemoFailed::Machine(error)
    }
}

impl From<Fault> for DemoFailed {
    fn from(fault: Fault) -> Self {
        DemoFailed::Faults(vec![fault])
    }
}

/// A demo that is set up: everything runs, no file was dropped yet.
struct Demo {
    folder: DemoFolder,
    sandbox: Sandbox,
    sftp: SftpFolder,
    gateway: Arc<Gateway>,
    running: tokio::task::JoinHandle<Result<(), Fault>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Demo {
    async fn start(arguments: &DemoArguments) -> Result<Demo, DemoFailed> {
        let folder = DemoFolder::make(arguments.dir.clone())?;
        say(format!("work folder  {}", folder.path().display()));
        let settings =
            SandboxSettings { work_every: Some(Duration::from_millis(50)), ..SandboxSettings::default() };
        let account = settings.first_account();
        let sandbox = sandbox::start(settings, Clock::System).await?;
        say(format!("sandbox      stands in for Ongoing at {}", sandbox.url()));
        let sftp = SftpFolder::start(&folder, !arguments.without_sshd).await?;
        say(format!("sftp         {}", sftp.describe()));
        let gateway_toml = folder.write_configuration(sandbox.url(), &account, &sftp)?;
        let config = config::load(&gateway_toml, &config::ProcessEnvironment).map_err(DemoFailed::Faults)?;
        let gateway = Arc::new(Gateway::open(config, Clock::System, Steps::unwatched()).await?);
        let bells = gateway.bells();
        let listener = control::listen(&gateway.config().gateway.control)?;
        let serving = tokio::spawn(control::serve(gateway.clone(), bells.clone(), listener));
        let running = tokio::spawn(gateway.clone().run(bells));
        say(format!("gateway      runs on {}\n", gateway_toml.display()));
        Ok(Demo { folder, sandbox, sftp, gateway, running, serving })
    }

    async fn play(self, serve: bool) -> Exit {
        let began = std::time::Instant::now();
        let played = day::play(&self).await;
        let exit = match played {
            Ok(()) => summary::show(&self, began.elapsed()).await,
            Err(unfinished) => {
                say(format!("\nthe day did not come to its end: {unfinished}"));
                Exit::Operator
            }
        };
        if serve {
            say(format!(
                "\nIt stays up. Drop files in {} and look in {}.\nAsk with: lastkaj list --config {}\nCtrl-C ends it.",
                self.folder.path().join("erp/orders").display(),
                self.folder.path().join("erp/to-erp").display(),
                self.folder.path().join("gateway.toml").display()
            ));
            let _ = tokio::signal::ctrl_c().await;
        }
        self.gateway.stop();
        let _ = self.running.await;
        let _ = self.serving.await;
        self.sftp.stop().await;
        self.sandbox.stop().await;
        exit
    }
}
