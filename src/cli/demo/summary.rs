//! What became of the demo's day, as a table, and where to look.

use std::time::Duration;

use serde::Deserialize;

use crate::call::CallState;
use crate::cli::Exit;
use crate::cli::terminal::{say, table};
use crate::ledger::{ArrivalState, Overview, ReportState};
use crate::sandbox::Sandbox;

use super::Demo;

/// An order as the sandbox holds it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SandboxOrder {
    status: i64,
    lines: Vec<SandboxLine>,
}

#[derive(Debug, Deserialize)]
struct SandboxLine {
    picked: String,
    reported: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SandboxState {
    articles: Vec<serde_json::Value>,
    orders: Vec<SandboxOrder>,
    purchase_orders: Vec<serde_json::Value>,
    return_orders: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct SandboxCounters {
    requests: u64,
    violations: u64,
    overlapping_writes: u64,
}

/// The status of an order that was cancelled.
const CANCELLED: i64 = 1000;

impl SandboxOrder {
    /// Whether it was sent, and every line that was picked is marked as told.
    pub fn is_told(&self) -> bool {
        self.status >= 450 && self.lines.iter().all(|line| line.reported.as_ref() == Some(&line.picked))
    }
}

/// The orders in the sandbox.
pub(super) async fn sandbox_orders(sandbox: &Sandbox) -> Result<Vec<SandboxOrder>, String> {
    Ok(page::<SandboxState>(sandbox, "state").await?.orders)
}

/// Tells the sandbox's warehouse to leave orders and purchase orders alone.
pub(super) async fn leave_alone(sandbox: &Sandbox, numbers: &[&str]) -> Result<(), String> {
    let url = format!("http://{}/sandbox/warehouse/plan", sandbox.address);
    let body = serde_json::json!({ "leave": numbers }).to_string();
    let answer = client()?.post(url).body(body).send().await.map_err(|error| error.to_string())?;
    answer.error_for_status().map(drop).map_err(|error| error.to_string())
}

fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().map_err(|error| error.to_string())
}

async fn page<T: serde::de::DeserializeOwned>(sandbox: &Sandbox, page: &str) -> Result<T, String> {
    let url = format!("http://{}/sandbox/{page}", sandbox.address);
    let answer = client()?.get(url).send().await.map_err(|error| error.to_string())?;
    let text = answer.text().await.map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| format!("the sandbox's page {page}: {error}"))
}

/// Shows the table. The demo is a success if everything came to what it must come to.
pub(super) async fn show(demo: &Demo, took: Duration) -> Exit {
    match gather(demo).await {
        Ok(summary) => {
            say(format!("\nThe day in {:.1} s:\n", took.as_secs_f32()));
            say(summary.table());
            say(summary.where_to_look(demo));
            if summary.is_right() { Exit::Well } else { Exit::Operator }
        }
        Err(error) => {
            say(format!("\nthe day cannot be summed up: {error}"));
            Exit::Operator
        }
    }
}

struct Summary {
    overview: Overview,
    counters: SandboxCounters,
    articles: usize,
    orders: usize,
    cancelled: usize,
    purchase_orders: usize,
    return_orders: usize,
    marked: usize,
}

async fn gather(demo: &Demo) -> Result<Summary, String> {
    let state: SandboxState = page(&demo.sandbox, "state").await?;
    let marked =
        state.orders.iter().flat_map(|order| &order.lines).filter(|line| line.reported.is_some()).count();
    Ok(Summary {
        overview: demo.gateway.ledger().overview().await.map_err(|fault| fault.to_string())?,
        counters: page(&demo.sandbox, "counters").await?,
        articles: state.articles.len(),
        orders: state.orders.len(),
        cancelled: state.orders.iter().filter(|order| order.status == CANCELLED).count(),
        purchase_orders: state.purchase_orders.len(),
        return_orders: state.return_orders.len(),
        marked,
    })
}

impl Summary {
    fn table(&self) -> String {
        let overview = &self.overview;
        let calls = |state: CallState| overview.calls(state).to_string();
        let rows = [
            ("files taken in", overview.arrivals(ArrivalState::Done).to_string()),
            ("files rejected whole", overview.arrivals(ArrivalState::Rejected).to_string()),
            ("calls accepted by Ongoing, marks too", calls(CallState::Accepted)),
            ("calls refused by Ongoing", calls(CallState::Refused)),
            ("documents unchanged, not sent again", calls(CallState::Unchanged)),
            ("calls held for a person", calls(CallState::Held)),
            ("requests to Ongoing", self.counters.requests.to_string()),
            ("requests against the API's schema", self.counters.violations.to_string()),
            ("writes of one goods owner under way at once", self.counters.overlapping_writes.to_string()),
            ("articles in Ongoing", self.articles.to_string()),
            ("orders in Ongoing", self.orders.to_string()),
            ("of them cancelled", self.cancelled.to_string()),
            ("purchase orders in Ongoing", self.purchase_orders.to_string()),
            ("return orders in Ongoing", self.return_orders.to_string()),
            ("order lines marked as told", self.marked.to_string()),
            ("reports delivered", overview.reports(ReportState::Delivered).to_string()),
        ];
        table(
            &["what", "count"],
            rows.into_iter().map(|(what, count)| vec![what.to_owned(), count]).collect(),
        )
    }

    fn where_to_look(&self, demo: &Demo) -> String {
        let folder = |name: &str| {
            let names = demo.folder.names(name);
            let (first, more) = match names.as_slice() {
                [] => ("nothing".to_owned(), String::new()),
                [only] => (only.clone(), String::new()),
                [first, rest @ ..] => (first.clone(), format!(" and {} more", rest.len())),
            };
            vec![demo.folder.path().join(name).display().to_string(), format!("{first}{more}")]
        };
        let rows = [
            "erp/articles/done",
            "erp/orders/done",
            "erp/orders/failed",
            "erp/purchase-orders/done",
            "erp/attachments/done",
            "erp/cancellations/failed",
            "erp/returns/failed",
            "erp/to-erp",
            "sftp/from-erp/done",
            "sftp/to-erp",
        ];
        let config = demo.folder.path().join("gateway.toml");
        format!(
            "\nWhere to look:\n\n{}\n\nFollow one order: lastkaj trace 81202 --config {}",
            table(&["folder", "holds"], rows.into_iter().map(folder).collect()),
            config.display()
        )
    }

    /// What every day of the demo must come to; a number that is off is a bug, and the exit code says so.
    fn is_right(&self) -> bool {
        self.counters.violations == 0
            && self.counters.overlapping_writes <= 1
            && self.overview.held() == 0
            && self.overview.halts.is_empty()
            && self.overview.calls(CallState::Refused) > 0
            && self.overview.calls(CallState::Unchanged) > 0
            && self.overview.arrivals(ArrivalState::Rejected) == 1
            && (self.cancelled, self.purchase_orders, self.return_orders) == (1, 2, 1)
    }
}
