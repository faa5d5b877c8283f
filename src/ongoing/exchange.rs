//! The one joint that every request to Ongoing passes through: breaker, step, request, answer, record.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, Response, Url, redirect};

use crate::clock::Clock;
use crate::fault::{Fault, code};
use crate::ongoing::Installation;
use crate::ongoing::answer::{Answered, Exchanged, cut, retry_after};
use crate::ongoing::limits::Limits;
use crate::secret::Secret;
use crate::step::Steps;

/// The greatest answer to a read.
pub const LARGEST_LIST: usize = 64 * 1024 * 1024;
/// The greatest answer to a write.
pub const LARGEST_WRITE_ANSWER: usize = 1024 * 1024;
/// How long making a connection may take, if the installation's time-out is not shorter.
const CONNECT_TIME_OUT: Duration = Duration::from_secs(10);

/// One request as it was, for the trace. The send pass turns it into the ledger's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// `PUT /api/v1/orders` (route, ids filled in, without query).
    pub request: String,
    /// The method that limits count by: `PUT /orders`.
    pub method: String,
    /// The status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// The answer's text, cut to 2,000 characters, or what went wrong.
    pub answer: String,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// What to ask.
pub(super) struct Ask<'a> {
    /// The step's name.
    pub step: &'static str,
    /// Verb and route, as limits count it.
    pub method: &'static str,
    /// The verb.
    pub verb: Method,
    /// The path behind `/api/v1`, without a slash before or after.
    pub path: &'a str,
    /// The query's names and values, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// The body of a write.
    pub body: Option<String>,
}

/// The connection to one installation. A clone is another handle on it.
#[derive(Clone)]
pub(super) struct Wire {
    client: Client,
    base: Url,
    username: Arc<str>,
    password: Secret,
    clock: Clock,
    steps: Steps,
    pub limits: Limits,
    pub rest_after_silence: Duration,
    pub outage_alarm: Duration,
    pub wait_max: Duration,
}

impl Wire {
    pub fn credential_fingerprint(&self) -> String {
        Secret::new(format!("{}:{}", self.username, self.password.reveal())).fingerprint()
    }

    pub fn new(installation: &Installation, clock: Clock, steps: Steps) -> Result<Wire, Fault> {
        // Another part of the program may have installed it already; it is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let wrong_url = || {
            Fault::new(code::ONGOING_URL).with("installation", &installation.name).found(&installation.url)
        };
        let base = Url::parse(&installation.url).map_err(|_| wrong_url())?;
        if base.cannot_be_a_base()
            || !matches!(base.scheme(), "http" | "https")
            || !base.username().is_empty()
        {
            return Err(wrong_url());
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = Client::builder();
        if base.scheme() == "http" {
            // The sandbox: it needs no certificates, so a machine without any must not stop it.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .user_agent(concat!("lastkaj/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIME_OUT.min(installation.time_out))
            .timeout(installation.time_out)
            .build()
            .map_err(|error| {
                Fault::new(code::ONGOING_CLIENT).with("installation", &installation.name).found(chain(&error))
            })?;
        let limits = Limits::new(installation.breaker_failures, installation.breaker_window);
        let (username, password) = (installation.username.as_str().into(), installation.password.clone());
        Ok(Wire {
            client,
            base,
            username,
            password,
            clock,
            steps,
            limits,
            rest_after_silence: installation.rest_after_silence,
            outage_alarm: installation.outage_alarm,
            wait_max: installation.wait_max,
        })
    }

    /// Asks, and records what was asked and answered. Cancelled on the way, it counts as never answered.
    pub async fn exchange(&self, ask: Ask<'_>, requests: &mut Vec<Request>) -> Exchanged {
        let at = self.clock.now();
        let pass = match self.limits.begin(ask.method, at) {
            Ok(pass) => pass,
            Err(until) => return Exchanged::NotAllowed(until),
        };
        let url = self.url(ask.path, &ask.query);
        let row = format!("{} {}", ask.verb, url.path());
        self.steps.before(ask.step);
        let mut exchanged = self.send(&ask, url, at).await;
        self.steps.after(ask.step);

        let after = self.clock.now();
        match &mut exchanged {
            Exchanged::NotAllowed(_) => drop(pass),
            // What never reached Ongoing is not counted there; a server that is down is still knocked at ever more seldom.
            Exchanged::NotSent(_, not_before) => *not_before = Some(pass.not_reached(after)),
            Exchanged::NoAnswer(_) => pass.failed(after, None),
            Exchanged::Answered(answered) if answered.status == 429 => {
                answered.retry_after = Some(pass.too_many(after, answered.retry_after));
            }
            Exchanged::Answered(answered) if is_well(answered) => pass.succeeded(after),
            Exchanged::Answered(answered) if answered.status < 500 => pass.refused(after),
            Exchanged::Answered(answered) => pass.failed(after, answered.retry_after),
        }
        let (status, answer) = match &exchanged {
            Exchanged::Answered(answered) => (Some(answered.status), cut(&answered.body)),
            Exchanged::NotSent(fault, _) | Exchanged::NoAnswer(fault) => (None, cut(&fault.to_string())),
            Exchanged::NotAllowed(_) => (None, String::new()),
        };
        let milliseconds = u64::try_from((after - at).num_milliseconds()).unwrap_or(0);
        requests.push(Request {
            at,
            request: row,
            method: ask.method.to_owned(),
            status,
            answer,
            milliseconds,
        });
        exchanged
    }

    /// Queries encode blanks as `%20`: a bare `+` is what the vendor warns of (`ongoing-rest-api.md`, section 2).
    fn url(&self, path: &str, query: &[(&'static str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_fragment(None);
        url.set_query(None);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path.split('/'));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
            let encoded = url.query().unwrap_or_default().replace('+', "%20");
            url.set_query(Some(&encoded));
        }
        url
    }

    async fn send(&self, ask: &Ask<'_>, url: Url, now: DateTime<Utc>) -> Exchanged {
        let mut request = self
            .client
            .request(ask.verb.clone(), url)
            .basic_auth(&self.username, Some(self.password.reveal()));
        if let Some(body) = &ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return not_answered(ask.method, error),
        };
        let status = response.status().as_u16();
        let asked = response.headers().get(RETRY_AFTER).and_then(|header| header.to_str().ok());
        let retry_after = asked.and_then(|header| retry_after(header, now));
        let retry_after_header = asked.map(str::to_owned);
        let largest = if ask.body.is_some() { LARGEST_WRITE_ANSWER } else { LARGEST_LIST };
        let (body, cut) = read_body(ask.method, response, largest).await;
        Exchanged::Answered(Answered { status, body, cut, retry_after, retry_after_header })
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Whether Ongoing counts it as a call that went well, as far as can be told before it is read.
fn is_well(answered: &Answered) -> bool {
    let says_no = || answered.body.len() <= LARGEST_WRITE_ANSWER && says_failure(&answered.body);
    (200..=299).contains(&answered.status) && answered.cut.is_none() && !says_no()
}

fn says_failure(body: &str) -> bool {
    serde_json::from_str::<crate::ongoing::read::WriteAnswer>(body)
        .is_ok_and(|answer| answer.success == Some(false))
}

fn not_answered(method: &str, error: reqwest::Error) -> Exchanged {
    let error = error.without_url();
    let fault = |code| Fault::new(code).with("method", method).found(chain(&error));
    if is_certificate(&error) {
        Exchanged::NotSent(fault(code::ONGOING_CERTIFICATE), None)
    } else if error.is_connect() || error.is_builder() {
        Exchanged::NotSent(fault(code::ONGOING_NOT_REACHED), None)
    } else if error.is_timeout() {
        Exchanged::NoAnswer(fault(code::ONGOING_TIME_OUT))
    } else {
        Exchanged::NoAnswer(fault(code::ONGOING_BROKEN_OFF))
    }
}

async fn read_body(method: &str, mut response: Response, largest: usize) -> (String, Option<Fault>) {
    let mut bytes: Vec<u8> = Vec::new();
    let cut = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > largest => {
                break Some(
                    Fault::new(code::ONGOING_ANSWER_TOO_LARGE).with("method", method).with("limit", largest),
                );
            }
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break None,
            Err(error) => {
                let error = error.without_url();
                break Some(Fault::new(code::ONGOING_CUT_ANSWER).with("method", method).found(chain(&error)));
            }
        }
    };
    (String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned(), cut)
}

/// An error with its causes; none of them holds the URL, a header or a body.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    cut(&text)
}

/// Whether a connection failed for the server's certificate, which no waiting heals.
fn is_certificate(error: &(dyn Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented);
    }
    // An I/O error that wraps another one names that one's cause as its own, so the wrapped one is looked at first.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    wrapped.is_some_and(|wrapped| is_certificate(wrapped)) || error.source().is_some_and(is_certificate)
}
