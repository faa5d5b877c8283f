//! The sandbox's HTTP: connections, whole bodies, and the ways in which an answer can be told to fail.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::failures::How;
use super::{Shared, api, pages};

/// The greatest body of a request.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A request, read whole.
pub struct Asked {
    pub verb: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub content_type: Option<String>,
    /// The body came with its length, as the vendor's front end wants it.
    pub has_length: bool,
    pub body: Vec<u8>,
    /// Who asks: limits count by client.
    pub client: String,
}

impl Asked {
    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a query parameter.
    pub fn parameters(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A query parameter that is a whole number.
    pub fn whole(&self, name: &str) -> Option<i64> {
        self.parameter(name)?.parse().ok()
    }

    /// A query parameter that is an instant.
    pub fn instant(&self, name: &str) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc3339(self.parameter(name)?).ok()?.to_utc())
    }
}

/// An answer, and how it is to fail on its way.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub content_type: &'static str,
    pub retry_after: Option<String>,
    pub how: Option<How>,
}

impl Answer {
    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            body: body.to_string(),
            content_type: "application/json",
            retry_after: None,
            how: None,
        }
    }

    /// A refusal with its message.
    pub fn refusal(status: u16, message: impl Into<String>) -> Answer {
        Answer::json(status, &json!({ "message": message.into() }))
    }
}

/// Takes connections until it is told to stop.
pub async fn serve(listener: TcpListener, shared: Shared, mut stopped: watch::Receiver<bool>) {
    loop {
        let (stream, peer) = tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(_) => continue,
            },
        };
        let (shared, mut stopped) = (shared.clone(), stopped.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let client = peer.ip().to_string();
            let service = service_fn(move |request| answer(shared.clone(), client.clone(), request));
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // What fails on a connection is the client's to notice.
            tokio::select! {
                _ = stopped.changed() => {}
                _ = connection => {}
            }
        });
    }
}

/// Answers one request. An error cuts the connection without an answer.
async fn answer(
    shared: Shared,
    client: String,
    request: Request<Incoming>,
) -> Result<Response<Cut>, io::Error> {
    let asked = read(request, client).await?;
    // Counted from the first byte to the answer's last one: writes of one goods owner must never overlap.
    let _writing = api::writes_for(&shared, &asked).map(|owner| shared.begin_write(owner));
    let answer = if pages::is_page(&asked.path) {
        pages::answer(&shared, &asked)
    } else {
        api::answer(&shared, &asked)
    };
    let mut cut_after = None;
    match answer.how {
        Some(How::ResetBefore | How::ResetAfter) => {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        Some(How::Slow { milliseconds }) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        Some(How::Truncated) => cut_after = Some(answer.body.len() / 2),
        _ => {}
    }
    let mut response = Response::builder().status(answer.status).header("Content-Type", answer.content_type);
    if let Some(retry_after) = answer.retry_after {
        response = response.header("Retry-After", retry_after);
    }
    let length = answer.body.len();
    let mut bytes = Bytes::from(answer.body);
    if let Some(at) = cut_after {
        bytes.truncate(at);
    }
    response
        .body(Cut {
            bytes: Some(bytes),
            length: length as u64,
            end: if cut_after.is_some() { End::CutOnceSent } else { End::Whole },
        })
        .map_err(io::Error::other)
}

async fn read(request: Request<Incoming>, client: String) -> Result<Asked, io::Error> {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let has_length = header("transfer-encoding").is_none();
    let (authorization, content_type) = (header("authorization"), header("content-type"));
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await.map_err(io::Error::other)?;
    Ok(Asked {
        verb: head.method.to_string(),
        path: decode(head.uri.path(), false),
        query: head.uri.query().map(query).unwrap_or_default(),
        authorization,
        content_type,
        has_length,
        body: body.to_bytes().to_vec(),
        client,
    })
}

fn query(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// Percent decoding; a bare `+` is a blank in a query.
fn decode(text: &str, in_query: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        match first {
            b'+' if in_query => bytes.push(b' '),
            b'%' => {
                let hex = rest.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(byte) => {
                        bytes.push(byte);
                        rest = rest.get(2..).unwrap_or_default();
                    }
                    None => bytes.push(b'%'),
                }
            }
            byte => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A body that may end before its length says.
struct Cut {
    bytes: Option<Bytes>,
    length: u64,
    end: End,
}

/// How a body ends.
#[derive(Clone, Copy)]
enum End {
    Whole,
    /// The connection is cut, but only after what was said so far has gone out.
    CutOnceSent,
    Cut,
}

impl Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            // hyper sends what it holds when the body has no more at once; an error would drop it unsent.
            End::CutOnceSent => {
                self.end = End::Cut;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Cut => Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof)))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
