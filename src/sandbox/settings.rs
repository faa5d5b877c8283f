//! How a sandbox is set up: accounts, limits, and switches for what nobody knows of the real system.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// The port on the loopback address; 0 takes any free one.
    pub port: u16,
    /// The warehouse's part of the base URL.
    pub warehouse: String,
    /// User name, password and the goods owner that the account reaches.
    pub accounts: Vec<(String, String, i32)>,
    /// How often the warehouse works by itself; `None`: only when it is told to.
    pub work_every: Option<Duration>,
    /// The vendor's two kinds of rate limit.
    pub limits: LimitSettings,
    /// What nobody knows of the real system.
    pub switches: Switches,
}

/// The vendor's two kinds of rate limit, for each method and client (`ongoing-rest-api.md`, section 6).
#[derive(Clone, Copy, Debug)]
pub struct LimitSettings {
    /// At most so many calls of one method within the window.
    pub calls: usize,
    /// The window of `calls`.
    pub calls_window: Duration,
    /// At most so many failed calls of one method in a row within the window.
    pub failures: usize,
    /// The window of `failures`.
    pub failures_window: Duration,
}

/// Behaviour that the reference lists as unknown (`ongoing-rest-api.md`, section 19).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Members that an update leaves out keep their value (else they are cleared).
    pub absent_members_stay: bool,
    /// Lines that an update leaves out stay (else they are removed).
    pub absent_lines_stay: bool,
    /// The status of a refusal because work has begun.
    pub locked_order_status: u16,
    /// The status of a refusal because of an unknown article.
    pub unknown_article_status: u16,
    /// How many reads after a write do not show it yet.
    pub reads_until_seen: u32,
    /// What such a read shows of an order or purchase order: its head as written, with the lines of before (else
    /// the whole as before).
    pub late_reads_lack_lines: bool,
    /// A reported quantity that was never set counts as 0 by the "to report" filters.
    pub null_reported_counts_as_zero: bool,
    /// A 429 tells when to come back: `seconds`, `date` or `none`.
    pub retry_after: RetryAfter,
    /// The methods that are limited, like `PUT /orders`; `None`: each of them.
    pub limited_methods: Option<BTreeSet<String>>,
    /// What counts as one client for the limits.
    pub limits_count_by: CountBy,
    /// A kit whose components do not exist is refused.
    pub components_must_exist: bool,
    /// The status of the answer to a PUT of an order that was not there: 200 or 201.
    pub made_order_status: u16,
    /// The first status of an order that the API makes.
    pub first_status: i64,
    /// The first status of a purchase order that does not say it.
    pub first_purchase_order_status: i64,
    /// Number and text of the statuses of a return order: announced, arrived, taken in.
    pub return_order_statuses: Vec<(i64, String)>,
    /// The status that a sent order takes on when something of it comes back; 0: it stays as it is.
    pub returned_order_status: i64,
    /// The status of a refusal because receiving has begun.
    pub locked_purchase_order_status: u16,
    /// The status of a refusal because returned goods have come.
    pub locked_return_order_status: u16,
    /// The status of an order cannot be changed while its goods are allocated.
    pub allocated_order_status_stays: bool,
    /// What becomes of an order or purchase order that is put again after it was cancelled.
    pub put_on_cancelled: PutOnCancelled,
    /// The status of a refusal because of a carrier or service that is not in the list; `None`, written as 0: any is taken.
    #[serde(deserialize_with = "status_or_none")]
    pub unknown_transporter_status: Option<u16>,
    /// The status for an id in the path, or a number in the query, that nobody has.
    pub unknown_id_status: u16,
    /// The status for an id or code in the body that nobody has (order, order line, class, UN number, status).
    pub unknown_reference_status: u16,
    /// Article items for a purchase order line that is not there refuse the whole request (else each item tells).
    pub unknown_item_line_refused: bool,
    /// The status for a goods owner that the account does not reach.
    pub wrong_goods_owner_status: u16,
    /// What becomes of a text that is longer than its member.
    pub over_long: OverLong,
    /// Lengths of members by schema and name (`PostOrderModel.orderRemark`), beside or instead of those that the
    /// OpenAPI file tells of SOAP.
    pub lengths: BTreeMap<String, usize>,
    /// The characters that an article number must not have.
    pub article_number_characters_refused: String,
    /// How a refusal is said.
    pub refusal_body: RefusalBody,
    /// The answer of the PATCH calls whose answer the OpenAPI file does not tell.
    pub untyped_answer: UntypedAnswer,
    /// Reads show something in the objects and lists of which the OpenAPI file knows no members (else null).
    pub unknown_members_shown: bool,
}

fn status_or_none<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    Ok(Option::<u16>::deserialize(from)?.filter(|status| *status > 0))
}

/// What counts as one client for the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountBy {
    /// The address that the call comes from.
    Address,
    /// The user name.
    User,
}

/// What becomes of an order that is put again after it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PutOnCancelled {
    /// It lives again, with its id.
    Revives,
    /// A new one is made beside it; a read by number gives both.
    NewObject,
    /// The PUT is refused.
    Refused,
}

/// What becomes of a text that is longer than its member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverLong {
    /// It is kept whole.
    Kept,
    /// It is cut, in silence.
    Cut,
    /// The request is refused.
    Refused,
}

/// How a refusal is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalBody {
    /// `{"message": …}`.
    Message,
    /// `{"Message": …}`.
    CapitalMessage,
    /// `{"Message": "The request is invalid.", "ModelState": {"request": […]}}`.
    ModelState,
    /// Plain text.
    Text,
}

/// An answer that the OpenAPI file does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UntypedAnswer {
    /// A JSON object.
    Json,
    /// Nothing.
    Empty,
}

/// How a 429 tells when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds,
    /// An HTTP date.
    Date,
    /// Not at all.
    None,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            absent_members_stay: false,
            absent_lines_stay: false,
            locked_order_status: 400,
            unknown_article_status: 400,
            reads_until_seen: 0,
            late_reads_lack_lines: false,
            null_reported_counts_as_zero: true,
            retry_after: RetryAfter::Seconds,
            limited_methods: None,
            limits_count_by: CountBy::Address,
            components_must_exist: false,
            made_order_status: 200,
            first_status: 200,
            first_purchase_order_status: 100,
            return_order_statuses: [(100, "Notified"), (200, "Arrived"), (500, "Received")]
                .map(|(number, text)| (number, text.to_owned()))
                .into(),
            returned_order_status: 800,
            locked_purchase_order_status: 400,
            locked_return_order_status: 400,
            allocated_order_status_stays: false,
            put_on_cancelled: PutOnCancelled::Revives,
            unknown_transporter_status: Some(400),
            unknown_id_status: 404,
            unknown_reference_status: 400,
            unknown_item_line_refused: false,
            wrong_goods_owner_status: 403,
            over_long: OverLong::Kept,
            lengths: BTreeMap::new(),
            article_number_characters_refused: String::new(),
            refusal_body: RefusalBody::Message,
            untyped_answer: UntypedAnswer::Json,
            unknown_members_shown: false,
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitSettings {
            calls: 1_000_000,
            calls_window: Duration::from_secs(3600),
            failures: 5,
            failures_window: Duration::from_secs(600),
        }
    }
}

impl Default for SandboxSettings {
    fn default() -> Self {
        SandboxSettings {
            port: 0,
            warehouse: "sandbox".to_owned(),
            accounts: vec![("sandbox".to_owned(), "sandbox".to_owned(), 159)],
            work_every: None,
            limits: LimitSettings::default(),
            switches: Switches::default(),
        }
    }
}

impl SandboxSettings {
    /// The first account: user name, password, goods owner.
    pub fn first_account(&self) -> (String, String, i32) {
        self.accounts.first().cloned().unwrap_or_else(|| (String::new(), String::new(), 0))
    }

    /// The base URL at an address.
    pub(super) fn url(&self, address: SocketAddr) -> String {
        format!("http://{address}/{}", self.warehouse)
    }
}
