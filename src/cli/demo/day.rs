//! The demo's day: files come, the warehouse picks and ships, the ERP is told.

use std::time::{Duration, Instant};

use crate::call::CallState;
use crate::cli::terminal::say;
use crate::fault::Fault;
use crate::ledger::{ArrivalFilter, ArrivalState};

use super::{Demo, files};

/// The day must come to its end within this time; it takes a few seconds.
const TIME_OUT: Duration = Duration::from_secs(90);

/// Plays the day.
///
/// # Errors
/// What it was waiting for when its time was over, or what failed.
pub(super) async fn play(demo: &Demo) -> Result<(), String> {
    let day = Day { demo, began: Instant::now() };
    // One order is nobody's hurry, so that it can still be cancelled; and goods do not come before they were announced.
    super::summary::leave_alone(&demo.sandbox, &["81209", "70020", "70021"]).await?;
    day.article_register().await?;
    day.purchase_orders().await?;
    day.orders().await?;
    day.warehouse().await?;
    day.cancellations_and_returns().await
}

struct Day<'a> {
    demo: &'a Demo,
    began: Instant,
}

impl Day<'_> {
    async fn article_register(&self) -> Result<(), String> {
        self.tell("the ERP drops an article register of 320 articles in erp/articles");
        self.drop_file("erp/articles/ART1.csv", files::ARTICLES)?;
        self.until("the articles are in Ongoing", async || Ok(self.finished_arrivals().await? >= 1)).await?;
        self.tell(format!("{} articles accepted by Ongoing", self.calls(CallState::Accepted).await?));
        Ok(())
    }

    async fn purchase_orders(&self) -> Result<(), String> {
        self.tell(
            "purchase orders with announced batches, serial numbers and pallets come to erp/purchase-orders",
        );
        self.drop_file("erp/purchase-orders/PO1.csv", files::PURCHASE_ORDERS)?;
        self.tell("a PDF comes for an order that is not there yet: it waits for it");
        self.drop_file("erp/attachments/81202_Följesedel.pdf", files::DELIVERY_NOTE)?;
        self.until("the purchase orders are in Ongoing", async || Ok(self.finished_arrivals().await? >= 2))
            .await
    }

    async fn orders(&self) -> Result<(), String> {
        self.tell(
            "an order export, one row per order line, comes to erp/orders (three of its orders are faulty)",
        );
        self.drop_file("erp/orders/ORD1.csv", files::ORDERS)?;
        self.tell("two fixed-width order files come by SFTP (the trailer of one counts wrong)");
        self.drop_file("sftp/from-erp/BRANCH1.txt", files::ORDERS_FIXED)?;
        self.drop_file("sftp/from-erp/BRANCH2.txt", files::ORDERS_WRONG_COUNT)?;
        self.growing_file().await?;
        self.until("the order files are read", async || Ok(self.finished_arrivals().await? >= 7)).await?;
        self.tell("the ERP sends the first order file again, under another name");
        self.drop_file("erp/orders/ORD1_again.csv", files::ORDERS)?;
        self.until("the repeated file is read", async || Ok(self.finished_arrivals().await? >= 8)).await?;
        self.tell(format!(
            "{} calls accepted, {} refused, {} unchanged and not sent again",
            self.calls(CallState::Accepted).await?,
            self.calls(CallState::Refused).await?,
            self.calls(CallState::Unchanged).await?
        ));
        Ok(())
    }

    /// A file that is still being written when it is first seen.
    async fn growing_file(&self) -> Result<(), String> {
        self.tell("a third file is still being written when it is first seen");
        let pieces = files::ORDERS_GROWING.chunks(files::ORDERS_GROWING.len().div_ceil(4));
        for (number, piece) in pieces.enumerate() {
            let written = if number == 0 {
                self.demo.folder.put("erp/orders/ORD2.csv", piece)
            } else {
                self.demo.folder.append("erp/orders/ORD2.csv", piece)
            };
            written.map_err(|error| error.to_string())?;
            tokio::time::sleep(Duration::from_millis(250)).await;
            let there = self.demo.folder.names("erp/orders").contains(&"ORD2.csv".to_owned());
            let state = if there { "left alone" } else { "taken" };
            self.tell(format!("  ORD2.csv has grown to {} parts of 4: {state}", number + 1));
        }
        Ok(())
    }

    async fn warehouse(&self) -> Result<(), String> {
        self.tell("the warehouse picks, packs and ships");
        self.until("every shipment is told and marked", async || {
            let sandbox = super::summary::sandbox_orders(&self.demo.sandbox).await?;
            // All but the one that is left alone.
            let untold = sandbox.iter().filter(|order| !order.is_told()).count();
            Ok(untold <= 1 && self.nothing_open().await?)
        })
        .await?;
        self.tell("every delivery is told to the ERP and marked in Ongoing");
        Ok(())
    }

    async fn cancellations_and_returns(&self) -> Result<(), String> {
        self.tell(
            "two orders are cancelled: one that nobody has begun, and one that was sent, which is refused",
        );
        self.drop_file("erp/cancellations/CAN1.csv", files::CANCELLATIONS)?;
        self.tell("customers send goods back: of an order that was sent, and of one that nobody knows");
        self.drop_file("erp/returns/RET1.csv", files::RETURN_ORDERS)?;
        self.until("cancellations and returns are answered", async || {
            Ok(self.finished_arrivals().await? >= 10 && self.nothing_open().await?)
        })
        .await
    }

    fn tell(&self, text: impl AsRef<str>) {
        say(format!("{:>5.1} s  {}", self.began.elapsed().as_secs_f32(), text.as_ref()));
    }

    fn drop_file(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.demo.folder.drop_file(name, bytes).map_err(|error| format!("{name}: {error}"))
    }

    async fn finished_arrivals(&self) -> Result<usize, String> {
        let arrivals =
            self.demo.gateway.ledger().arrivals(ArrivalFilter::default(), 1_000).await.map_err(text)?;
        let finished = |state| matches!(state, ArrivalState::Done | ArrivalState::Rejected);
        Ok(arrivals.iter().filter(|arrival| finished(arrival.state)).count())
    }

    async fn calls(&self, state: CallState) -> Result<u64, String> {
        let overview = self.demo.gateway.ledger().overview().await.map_err(text)?;
        Ok(overview.calls(state))
    }

    async fn nothing_open(&self) -> Result<bool, String> {
        let overview = self.demo.gateway.ledger().overview().await.map_err(text)?;
        Ok(overview.open() == 0)
    }

    /// Looks again and again until something is so.
    async fn until(&self, what: &str, is_so: impl AsyncFn() -> Result<bool, String>) -> Result<(), String> {
        while !is_so().await? {
            if self.began.elapsed() > TIME_OUT {
                return Err(format!("waited {} s until {what}", TIME_OUT.as_secs()));
            }
            if self.demo.running.is_finished() {
                return Err("the gateway has stopped".to_owned());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

fn text(fault: Fault) -> String {
    fault.to_string()
}
