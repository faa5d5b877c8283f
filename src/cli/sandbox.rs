//! `sandbox`: the stand-in for Ongoing alone, for trials.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::clock::Clock;
use crate::sandbox::{SandboxSettings, Switches, start};

use super::Exit;
use super::terminal::{say, say_wrong};

#[derive(Args)]
pub(super) struct SandboxArguments {
    /// The port on the loopback address; 0 takes any free one
    #[arg(long, default_value_t = 8800)]
    port: u16,
    /// How often the sandbox's warehouse works; "0s" lets it rest
    #[arg(long, default_value = "2s", value_parser = humantime::parse_duration)]
    work_every: Duration,
    /// Behave as a file of `lastkaj learn` says
    #[arg(long, value_name = "FILE")]
    like: Option<PathBuf>,
}

pub(super) fn sandbox(arguments: &SandboxArguments) -> Exit {
    let switches = match arguments.like.as_deref().map(read_switches).transpose() {
        Ok(switches) => switches.unwrap_or_default(),
        Err(wrong) => {
            say_wrong(&wrong);
            return Exit::Usage;
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(format!("the runtime cannot be started: {error}"));
            return Exit::Operator;
        }
    };
    let work_every = (!arguments.work_every.is_zero()).then_some(arguments.work_every);
    let settings =
        SandboxSettings { port: arguments.port, work_every, switches, ..SandboxSettings::default() };
    runtime.block_on(async {
        let (user, password, goods_owner) = settings.first_account();
        let sandbox = match start(settings, Clock::System).await {
            Ok(sandbox) => sandbox,
            Err(error) => {
                say(format!(
                    "the sandbox cannot listen on port {}: {error}; choose another with --port",
                    arguments.port
                ));
                return Exit::Usage;
            }
        };
        say(format!("The sandbox stands in for Ongoing at {}", sandbox.url()));
        say(format!("user {user}, password {password}, goods owner {goods_owner}"));
        say(format!(
            "what it holds: http://{}/sandbox/state    what it was asked: http://{0}/sandbox/requests",
            sandbox.address
        ));
        say("Ctrl-C ends it; it forgets everything then");
        let _ = tokio::signal::ctrl_c().await;
        sandbox.stop().await;
        Exit::Well
    })
}

/// The switches that a file tells, or what is wrong with it.
fn read_switches(path: &Path) -> Result<Switches, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
