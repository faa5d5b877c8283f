//! `reconcile`: what was changed in Ongoing since it was accepted there, and the order to send it again.

use clap::Args;
use serde_json::{Value, json};

use crate::call::Kind;
use crate::config::{Config, Partner};
use crate::fault::{Fault, code};
use crate::gateway::asking;
use crate::gateway::operate::Request;
use crate::gateway::reconcile::{self, Compared};
use crate::ledger::KnownVersion;

use super::asking::{Whereabouts, answer, ended_by, runtime, whereabouts};
use super::run::load;
use super::terminal::{Progress, count, say, say_json, table};
use super::{ConfigArgument, Exit};

/// How many documents are read from the ledger at once.
const PAGE: u32 = 400;

#[derive(Args)]
pub(super) struct ReconcileArguments {
    /// The partner's name in gateway.toml
    partner: String,
    /// Articles only (else articles, purchase orders and orders)
    #[arg(long)]
    articles: bool,
    /// Orders only
    #[arg(long)]
    orders: bool,
    /// Purchase orders only
    #[arg(long)]
    purchase_orders: bool,
    /// Send again what was changed or is missing; needs --why
    #[arg(long, requires = "why")]
    resend: bool,
    /// Why, for whoever asks later
    #[arg(long)]
    why: Option<String>,
    /// For scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

/// One document that is not as it was accepted.
struct Difference {
    kind: Kind,
    version: KnownVersion,
    compared: Compared,
}

#[derive(Default)]
struct Outcome {
    same: usize,
    not_compared: usize,
    differences: Vec<Difference>,
}

pub(super) fn reconcile(arguments: &ReconcileArguments) -> Exit {
    let config = match load(&arguments.config.config) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let place = match whereabouts(&arguments.config) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let done = || -> Result<(Outcome, Vec<String>), Fault> {
        let partner = asking::partner(&config, &arguments.partner)?;
        let outcome = compare(arguments, &config, partner, &place)?;
        let mut resent = Vec::new();
        if arguments.resend {
            for difference in &outcome.differences {
                resent.push(resend(difference, arguments.why.as_deref().unwrap_or_default(), &place));
            }
        }
        Ok((outcome, resent))
    };
    match done() {
        Ok((outcome, resent)) => {
            if arguments.json {
                say_json(&as_json(&outcome, &resent));
            } else {
                show(&outcome, &resent);
            }
            if outcome.differences.is_empty() { Exit::Well } else { Exit::Sender }
        }
        Err(fault) => ended_by(fault, place.language),
    }
}

fn compare(
    arguments: &ReconcileArguments,
    config: &Config,
    partner: &Partner,
    place: &Whereabouts,
) -> Result<Outcome, Fault> {
    let all = !arguments.articles && !arguments.orders && !arguments.purchase_orders;
    let kinds = [
        (Kind::Article, arguments.articles),
        (Kind::PurchaseOrder, arguments.purchase_orders),
        (Kind::Order, arguments.orders),
    ];
    let runtime = runtime()?;
    let mut outcome = Outcome::default();
    let mut progress = Progress::new("comparing");
    for kind in kinds.into_iter().filter(|(_, asked)| all || *asked).map(|(kind, _)| kind) {
        let mut after = String::new();
        loop {
            let request =
                Request::Known { lane: partner.lane.clone(), kind, after: after.clone(), limit: PAGE };
            let page: Vec<KnownVersion> = serde_json::from_value(answer(place, &request)?)
                .map_err(|error| Fault::new(code::LEDGER_FAILED).with("reason", error))?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.number);
            let compared = runtime.block_on(reconcile::compare(config, partner, &page))?;
            for (version, compared) in page.into_iter().zip(compared) {
                match compared {
                    Compared::Same => outcome.same += 1,
                    Compared::NotCompared => outcome.not_compared += 1,
                    compared => outcome.differences.push(Difference { kind, version, compared }),
                }
            }
            let seen = (outcome.same + outcome.not_compared + outcome.differences.len()) as u64;
            progress.show(seen, seen);
        }
    }
    progress.end();
    Ok(outcome)
}

/// Orders our last version to be sent again; what came of it.
fn resend(difference: &Difference, why: &str, place: &Whereabouts) -> String {
    let about = format!("{} {}", difference.kind.name(), difference.version.number);
    // The very call that was accepted: the newest of its number may be one that Ongoing refused.
    let target = format!("call {}", difference.version.call_id.unwrap_or_default());
    match answer(place, &Request::SendAgain { target, why: why.to_owned() }) {
        Ok(_) => format!("{about}: sent again"),
        Err(fault) => format!("{about}: {}", fault.what(place.language)),
    }
}

fn words(compared: &Compared) -> String {
    match compared {
        Compared::Same => "the same".to_owned(),
        Compared::Changed { member } => format!("changed: {member}"),
        Compared::Missing => "not there".to_owned(),
        Compared::NotCompared => "not compared".to_owned(),
    }
}

fn show(outcome: &Outcome, resent: &[String]) {
    say(format!(
        "{} as accepted, {} otherwise, {} not compared (erased here, or cancelled or changed after they were put)",
        count(outcome.same, "document", "documents"),
        outcome.differences.len(),
        outcome.not_compared,
    ));
    if outcome.differences.is_empty() {
        return;
    }
    let rows = outcome.differences.iter().map(|difference| {
        let id = difference.version.ongoing_id.map_or_else(String::new, |id| id.to_string());
        vec![
            difference.kind.name().to_owned(),
            difference.version.number.clone(),
            id,
            words(&difference.compared),
        ]
    });
    say(table(&["document", "number", "Ongoing's id", "in Ongoing"], rows.collect()));
    if resent.is_empty() {
        say("`--resend --why …` sends our last version of these again");
    }
    resent.iter().for_each(say);
}

fn as_json(outcome: &Outcome, resent: &[String]) -> Value {
    let differences = outcome.differences.iter().map(|difference| {
        json!({
            "document": difference.kind.name(),
            "number": difference.version.number,
            "ongoing_id": difference.version.ongoing_id,
            "compared": difference.compared,
        })
    });
    json!({
        "same": outcome.same,
        "not_compared": outcome.not_compared,
        "differences": differences.collect::<Vec<_>>(),
        "resent": resent,
    })
}
