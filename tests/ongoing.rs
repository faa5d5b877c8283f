//! Ongoing over real sockets: the bytes that go out, and what each kind of answer comes to.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lastkaj::call::{Call, Key, Kind, Lane, Operation};
use lastkaj::clock::Clock;
use lastkaj::fault::{Fault, Language, Turn};
use lastkaj::ongoing::{
    Answer, Found, Hint, Installation, Ongoing, OrdersFilter, Reach, Shipped, Unavailable,
};
use lastkaj::secret::Secret;
use lastkaj::step::{StepHook, Steps};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the server does with one request.
#[derive(Clone)]
enum Reply {
    /// These bytes, then the end.
    Bytes(String),
    /// Nothing, and the end at once.
    Close,
    /// Nothing, as long as the client waits.
    Silence,
}

/// A server that answers each connection's one request with the next reply, and keeps the requests' bytes.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(replies: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/nordlager", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            for reply in replies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = Vec::new();
                while !is_whole(&bytes) {
                    let mut buffer = [0; 4096];
                    let count = stream.read(&mut buffer).await.unwrap();
                    assert!(count > 0, "the request ended early: {}", String::from_utf8_lossy(&bytes));
                    bytes.extend_from_slice(&buffer[..count]);
                }
                kept.lock().unwrap().push(String::from_utf8(bytes).unwrap());
                match reply {
                    Reply::Bytes(text) => stream.write_all(text.as_bytes()).await.unwrap(),
                    Reply::Close => {}
                    Reply::Silence => while stream.read(&mut [0; 16]).await.is_ok_and(|count| count > 0) {},
                }
            }
        });
        Server { url, seen }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn reply(status: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    ))
}

fn ok(body: &str) -> Reply {
    reply(200, "Content-Type: application/json; charset=utf-8\r\n", body)
}

fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-31T08:00:00Z").unwrap().to_utc()
}

fn installation(url: &str) -> Installation {
    Installation {
        name: "nordlager".into(),
        url: url.into(),
        username: "WSI_NORDVIK".into(),
        password: Secret::new("hemligt-ord"),
        time_out: Duration::from_secs(20),
        breaker_failures: 2,
        breaker_window: Duration::from_secs(600),
        rest_after_silence: Duration::from_secs(30),
        outage_alarm: Duration::from_secs(900),
        wait_max: Duration::from_secs(86_400),
        registers: Duration::from_secs(86_400),
    }
}

fn client(server: &Server) -> Ongoing {
    Ongoing::new(&installation(&server.url), Clock::hands(start()), Steps::unwatched()).unwrap()
}

fn call(kind: Kind, number: &str, operation: Operation, body: &str) -> Call {
    Call {
        key: Key {
            lane: Lane { installation: "nordlager".into(), goods_owner: 159 },
            kind,
            number: number.into(),
        },
        operation,
        body: body.into(),
        hash: "1:ab".into(),
        needs: Vec::new(),
        remember: String::new(),
    }
}

const ORDER: &str = r#"{"orderNumber":"S1","deliveryDate":"2026-03-31","consignee":{"name":"Åkes Bygg"},"orderLines":[{"rowNumber":"10","articleNumber":"H","numberOfItems":0.3}]}"#;

fn order() -> Call {
    call(Kind::Order, "S1", Operation::PutOrder, ORDER)
}

fn article(number: &str) -> Call {
    let body = format!(r#"{{"articleNumber":"{number}","unitCode":"St","weight":1.5}}"#);
    call(Kind::Article, number, Operation::PutArticle, &body)
}

fn mark() -> Call {
    let operation = Operation::MarkOrderLineReported {
        order_id: 88123,
        order_line_id: 660101,
        reported_number_of_items: "2.5".into(),
    };
    call(Kind::Order, "S1", operation, "")
}

async fn put_order(reply: Reply) -> Answer {
    let server = Server::start(vec![reply]).await;
    client(&server).perform(&order(), Hint::default()).await.answer
}

fn code(fault: &Fault) -> &'static str {
    fault.code.name()
}

#[tokio::test]
async fn the_bytes_of_an_order_are_plain_http() {
    let server = Server::start(vec![ok(
        r#"{"orderId":88123,"message":"Order created/updated.<br/>Customer created."}"#,
    )])
    .await;
    let performed = client(&server).perform(&order(), Hint::default()).await;
    let message = "Order created/updated. Customer created.".to_owned();
    assert_eq!(performed.answer, Answer::Accepted { ongoing_id: Some(88123), message });

    let seen = server.seen();
    let (head, body) = seen[0].split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("PUT /nordlager/api/v1/orders HTTP/1.1"));
    let mut headers: Vec<String> = lines.map(str::to_lowercase).collect();
    headers.sort();
    let host = server.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(r#"{{"goodsOwnerId":159,{}"#, &ORDER[1..]);
    let mut wanted = vec![
        "accept: application/json".to_owned(),
        // base64 of WSI_NORDVIK:hemligt-ord, in small letters as all of this.
        "authorization: basic V1NJX05PUkRWSUs6aGVtbGlndC1vcmQ=".to_lowercase(),
        format!("content-length: {}", expected.len()),
        "content-type: application/json".to_owned(),
        format!("host: {host}"),
        format!("user-agent: lastkaj/{version}"),
    ];
    wanted.sort();
    assert_eq!(headers, wanted);
    assert_eq!(body, expected);

    let request = &performed.requests[0];
    assert_eq!(request.request, "PUT /nordlager/api/v1/orders");
    assert_eq!((request.method.as_str(), request.status), ("PUT /orders", Some(200)));
    assert_eq!(request.at, start());
}

#[tokio::test]
async fn articles_and_marks_go_to_their_routes() {
    let server =
        Server::start(vec![reply(201, "", r#"{"articleSystemId":5011,"message":null}"#), reply(204, "", "")])
            .await;
    let ongoing = client(&server);
    let answer = ongoing.perform(&article("A"), Hint::default()).await.answer;
    assert!(matches!(answer, Answer::Accepted { ongoing_id: Some(5011), .. }), "{answer:?}");
    let performed = ongoing.perform(&mark(), Hint::default()).await;
    assert_eq!(performed.answer, Answer::Accepted { ongoing_id: Some(88123), message: String::new() });
    let path = "/nordlager/api/v1/orders/88123/lines/660101/reportedNumberOfItems";
    assert_eq!(performed.requests[0].request, format!("PATCH {path}"));
    let seen = server.seen();
    assert!(seen[0].starts_with("PUT /nordlager/api/v1/articles HTTP/1.1\r\n"));
    assert!(seen[1].starts_with(&format!("PATCH {path} HTTP/1.1\r\n")));
    assert!(seen[1].ends_with("\r\n\r\n{\"reportedNumberOfItems\":2.5}"));
}

#[tokio::test]
async fn refusals_carry_the_message() {
    let invalid =
        r#"{"Message":"The request is invalid.","ModelState":{"model.orderLines":["Unknown article H."]}}"#;
    for (status, body, message) in [
        (400, invalid, "The request is invalid. Unknown article H."),
        (404, r#"{"Message":"No such order"}"#, "No such order"),
        (409, r#"{"error":"Picking has begun.<br />Too late."}"#, "Picking has begun. Too late."),
        (422, "plain words", "plain words"),
        (400, "", "HTTP 400"),
        (200, r#"{"success":false,"orderId":7,"message":"Not so"}"#, "Not so"),
    ] {
        match put_order(reply(status, "", body)).await {
            Answer::Refused(fault) => {
                assert_eq!(fault.turn, Turn::Sender);
                assert_eq!(fault.args["message"], message, "{status}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_was_not_done_waits_or_calls_the_operator() {
    let html = "<html><head></head><body>Blocked by policy</body></html>";
    for (status, body, name, turn, all) in [
        (401, "", "ongoing-wrong-password", Turn::Operator, Reach::Installation),
        (403, html, "ongoing-proxy", Turn::Operator, Reach::Installation),
        (403, r#"{"message":"no"}"#, "ongoing-forbidden", Turn::Operator, Reach::GoodsOwner),
        (404, html, "ongoing-proxy", Turn::Operator, Reach::Installation),
        (407, "", "ongoing-proxy", Turn::Operator, Reach::Installation),
        (302, "", "ongoing-redirect", Turn::Operator, Reach::Installation),
        (408, "", "ongoing-time-out", Turn::Wait, Reach::Method),
    ] {
        match put_order(reply(status, "Location: http://127.0.0.1:1/\r\n", body)).await {
            Answer::Unavailable(Unavailable { fault, not_before: None, reach }) => {
                assert_eq!((code(&fault), fault.turn, reach), (name, turn, all), "{status}");
            }
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn too_many_calls_rest_as_long_as_asked() {
    for (header, seconds) in [
        ("Retry-After: 90\r\n", Some(90)),
        ("Retry-After: Tue, 31 Mar 2026 08:05:00 GMT\r\n", Some(300)),
        ("", None),
    ] {
        let server = Server::start(vec![reply(429, header, "slow down")]).await;
        let ongoing = client(&server);
        let first = ongoing.perform(&order(), Hint::default()).await;
        let Answer::Unavailable(unavailable) = first.answer else { panic!("{:?}", first.answer) };
        assert_eq!(
            (code(&unavailable.fault), unavailable.fault.turn),
            ("ongoing-too-many-calls", Turn::Wait)
        );
        let until = unavailable.not_before.unwrap();
        match seconds {
            Some(seconds) => assert_eq!(until, start() + TimeDelta::seconds(seconds)),
            None => assert!(until > start() && until <= start() + TimeDelta::seconds(5)),
        }
        // Nothing is sent before: the server takes one request only.
        let second = ongoing.perform(&order(), Hint::default()).await;
        let Answer::Unavailable(unavailable) = second.answer else { panic!("{:?}", second.answer) };
        assert_eq!((code(&unavailable.fault), unavailable.not_before), ("ongoing-rests", Some(until)));
        assert!(second.requests.is_empty());
        assert_eq!(ongoing.limits().may_send("PUT /orders", start()), Err(until));
        assert_eq!(ongoing.limits().may_send("PUT /articles", start()), Ok(()));
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_unknown() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n{\"orderId\": 88";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\n{\"ord\r\n";
    for (reply, name) in [
        (ok(r#"{"orderId":null,"message":"done"}"#), "ongoing-no-id"),
        (ok("[]"), "ongoing-no-id"),
        (ok("<html>Welcome</html>"), "ongoing-not-json"),
        (ok(""), "ongoing-not-json"),
        (Reply::Bytes(cut.into()), "ongoing-cut-answer"),
        (Reply::Bytes(chunked.into()), "ongoing-cut-answer"),
        (ok(&format!("\"{}\"", "x".repeat(1024 * 1024))), "ongoing-answer-too-large"),
        (reply(500, "", r#"{"Message":"An error has occurred."}"#), "ongoing-server-error"),
        (reply(503, "", "<html>Down</html>"), "ongoing-server-error"),
        (Reply::Close, "ongoing-broken-off"),
        (Reply::Bytes("SSH-2.0-OpenSSH\r\n\r\n".into()), "ongoing-broken-off"),
    ] {
        match put_order(reply).await {
            Answer::Unknown(fault) => assert_eq!(code(&fault), name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn silence_is_unknown_after_the_time_out() {
    let server = Server::start(vec![Reply::Silence]).await;
    let hasty = Installation { time_out: Duration::from_millis(300), ..installation(&server.url) };
    let ongoing = Ongoing::new(&hasty, Clock::hands(start()), Steps::unwatched()).unwrap();
    let performed = ongoing.perform(&order(), Hint::default()).await;
    let Answer::Unknown(fault) = performed.answer else { panic!("{:?}", performed.answer) };
    assert_eq!(code(&fault), "ongoing-time-out");
    assert_eq!(performed.requests[0].status, None);
}

#[tokio::test]
async fn no_connection_means_not_sent_and_is_not_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/nordlager/", listener.local_addr().unwrap());
    drop(listener);
    let clock = Clock::hands(start());
    let ongoing = Ongoing::new(&installation(&url), clock.clone(), Steps::unwatched()).unwrap();
    let mut pauses = Vec::new();
    for _ in 0..3 {
        let Answer::Unavailable(unavailable) = ongoing.perform(&order(), Hint::default()).await.answer else {
            panic!()
        };
        assert_eq!((code(&unavailable.fault), unavailable.fault.turn), ("ongoing-not-reached", Turn::Wait));
        assert_eq!(unavailable.reach, Reach::Method);
        let until = unavailable.not_before.unwrap();
        pauses.push(until - clock.now());
        clock.advance(until - clock.now());
    }
    assert!(
        pauses[0] > TimeDelta::seconds(3) && pauses.is_sorted() && pauses[2] > pauses[0] * 2,
        "{pauses:?}"
    );
    assert_eq!(ongoing.limits().states(clock.now())[0].failures, 0, "no call failed");
}

#[tokio::test]
async fn refusals_in_a_row_open_the_breaker_until_the_window_ends() {
    let refusal = || reply(400, "", r#"{"message":"no"}"#);
    let server = Server::start(vec![refusal(), refusal(), ok(r#"{"orderId":1}"#)]).await;
    let clock = Clock::hands(start());
    let ongoing = Ongoing::new(&installation(&server.url), clock.clone(), Steps::unwatched()).unwrap();
    for _ in 0..2 {
        assert!(matches!(ongoing.perform(&order(), Hint::default()).await.answer, Answer::Refused(_)));
    }
    let Answer::Unavailable(unavailable) = ongoing.perform(&order(), Hint::default()).await.answer else {
        panic!()
    };
    assert_eq!(unavailable.not_before, Some(start() + TimeDelta::seconds(600)));
    clock.advance(TimeDelta::seconds(600));
    assert!(matches!(ongoing.perform(&order(), Hint::default()).await.answer, Answer::Accepted { .. }));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn an_odd_article_number_is_encoded_and_found_again() {
    let number = "Å & B/1+2";
    let there = r#"[{"articleNumber":"Å","articleSystemId":1},
        {"articleNumber":"Å & B/1+2","articleSystemId":5011,"unitCode":"st","weight":1.50,"description":null}]"#;
    let server =
        Server::start(vec![ok(there), ok("[]"), ok("null"), ok(&there.replace("1.50", "1.6"))]).await;
    let ongoing = client(&server);
    let call = article(number);
    assert_eq!(ongoing.read_back(&call).await.found, Found::Same { ongoing_id: Some(5011) });
    assert_eq!(ongoing.read_back(&call).await.found, Found::Missing);
    assert_eq!(ongoing.read_back(&call).await.found, Found::Missing);
    let different = Found::Different { ongoing_id: Some(5011), what: "weight".into() };
    assert_eq!(ongoing.read_back(&call).await.found, different);
    let line =
        "GET /nordlager/api/v1/articles?goodsOwnerId=159&articleNumber=%C3%85%20%26%20B%2F1%2B2 HTTP/1.1\r\n";
    assert!(server.seen()[0].starts_with(line), "{}", server.seen()[0]);
}

#[tokio::test]
async fn orders_and_marks_are_read_back() {
    let there = r#"{"orderInfo":{"orderId":88123,"orderNumber":"S1","deliveryDate":"2026-03-31T00:00:00Z"},"consignee":{"name":"Åkes Bygg"},
        "orderLines":[{"id":660101,"rowNumber":"10","article":{"articleNumber":"H"},"orderedNumberOfItems":0.30,"reportedNumberOfItems":2.500}]}"#;
    let replies = vec![
        ok(&format!("[{there}]")),
        ok(there),
        ok(&there.replace("2.500", "null")),
        reply(404, "", r#"{"message":"gone"}"#),
    ];
    let server = Server::start(replies).await;
    let ongoing = client(&server);
    let same = Found::Same { ongoing_id: Some(88123) };
    assert_eq!(ongoing.read_back(&order()).await.found, same);
    assert_eq!(ongoing.read_back(&mark()).await.found, same);
    let what = "reportedNumberOfItems".to_owned();
    assert_eq!(ongoing.read_back(&mark()).await.found, Found::Different { ongoing_id: Some(88123), what });
    assert_eq!(ongoing.read_back(&mark()).await.found, Found::Missing);
    let seen = server.seen();
    assert!(seen[0].starts_with("GET /nordlager/api/v1/orders?goodsOwnerId=159&orderNumber=S1 HTTP/1.1\r\n"));
    assert!(seen[1].starts_with("GET /nordlager/api/v1/orders/88123 HTTP/1.1\r\n"));
    assert!(!seen[0].to_lowercase().contains("content-"));
}

#[tokio::test]
async fn a_read_that_fails_is_unavailable_never_missing() {
    for (reply, name, turn) in [
        (reply(500, "", "{}"), "ongoing-server-error", Turn::Wait),
        (ok("<html/>"), "ongoing-not-json", Turn::Wait),
        (reply(400, "", r#"{"message":"no"}"#), "ongoing-read-refused", Turn::Operator),
        (reply(404, "", r#"{"Message":"No such route"}"#), "ongoing-read-refused", Turn::Operator),
        (reply(401, "", ""), "ongoing-wrong-password", Turn::Operator),
        (Reply::Close, "ongoing-broken-off", Turn::Wait),
    ] {
        let server = Server::start(vec![reply]).await;
        match client(&server).read_back(&order()).await.found {
            Found::Unavailable(unavailable) => {
                assert_eq!((code(&unavailable.fault), unavailable.fault.turn), (name, turn));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

fn page(ids: &[i64]) -> Reply {
    let orders: Vec<String> = ids.iter().map(|id| format!(r#"{{"orderInfo":{{"orderId":{id}}}}}"#)).collect();
    ok(&format!("[{}]", orders.join(",")))
}

async fn walk(server: &Server, filter: &OrdersFilter) -> (Vec<i64>, Result<(), Fault>) {
    let (mut ids, mut requests) = (Vec::new(), Vec::new());
    let walked = client(server)
        .walk_orders::<Fault>(159, filter, 2, &mut requests, |order| {
            ids.push(order.order_info.unwrap().order_id.unwrap());
            Ok(())
        })
        .await;
    (ids, walked)
}

#[tokio::test]
async fn orders_are_walked_by_id_until_a_page_is_empty() {
    let server = Server::start(vec![page(&[3, 7]), page(&[9]), page(&[])]).await;
    let filter = OrdersFilter { shipped: Shipped::StatusFrom(450), only_to_report: true };
    let (ids, walked) = walk(&server, &filter).await;
    assert_eq!((ids, walked), (vec![3, 7, 9], Ok(())));
    let seen = server.seen();
    for (request, from) in seen.iter().zip([0, 8, 10]) {
        let line = format!(
            "GET /nordlager/api/v1/orders?goodsOwnerId=159&onlyOrdersWithOrderLinesToReport=true\
             &orderStatusFrom=450&orderIdFrom={from}&maxOrdersToGet=2 HTTP/1.1\r\n"
        );
        assert!(request.starts_with(&line), "{request}");
    }
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn times_in_queries_carry_an_encoded_zone_and_a_cursor_that_stands_still_ends_the_walk() {
    let server = Server::start(vec![page(&[3, 7]), page(&[3, 7])]).await;
    let filter = OrdersFilter { shipped: Shipped::TimeFrom(start()), only_to_report: false };
    let (ids, walked) = walk(&server, &filter).await;
    assert_eq!(ids, [3, 7]);
    assert_eq!(code(&walked.unwrap_err()), "ongoing-pages-stand-still");
    assert!(server.seen()[0].contains("&shippedTimeFrom=2026-03-31T08%3A00%3A00.000%2B00%3A00&"));
}

#[tokio::test]
async fn the_probe_reads_the_statuses() {
    let server = Server::start(vec![ok(r#"{"orderStatuses":[]}"#), reply(500, "", "")]).await;
    let (ongoing, mut requests) = (client(&server), Vec::new());
    assert_eq!(ongoing.probe(&mut requests).await, Ok(()));
    assert_eq!(code(&ongoing.probe(&mut requests).await.unwrap_err().fault), "ongoing-server-error");
    assert_eq!(requests[1].request, "GET /nordlager/api/v1/orders/statuses");
}

#[derive(Default)]
struct Told(Mutex<Vec<(&'static str, &'static str)>>);

impl StepHook for Told {
    fn step(&self, name: &'static str, moment: &'static str) {
        self.0.lock().unwrap().push((name, moment));
    }
}

#[tokio::test]
async fn every_request_is_a_step() {
    let server = Server::start(vec![ok(r#"{"orderId":1}"#), ok("[]")]).await;
    let hook = Arc::new(Told::default());
    let steps = Steps::watched(hook.clone());
    let ongoing = Ongoing::new(&installation(&server.url), Clock::hands(start()), steps).unwrap();
    ongoing.perform(&order(), Hint::default()).await;
    ongoing.read_back(&order()).await;
    let (put, get) = ("ongoing.put_order", "ongoing.get_orders");
    assert_eq!(*hook.0.lock().unwrap(), [(put, "before"), (put, "after"), (get, "before"), (get, "after")]);
}

#[tokio::test]
async fn no_secret_is_shown() {
    let server = Server::start(vec![reply(401, "", ""), Reply::Close]).await;
    let ongoing = client(&server);
    let mut shown = format!("{ongoing:?}");
    for _ in 0..2 {
        let performed = ongoing.perform(&order(), Hint::default()).await;
        shown += &format!("{performed:?}");
        if let Answer::Unavailable(Unavailable { fault, .. }) | Answer::Unknown(fault) = performed.answer {
            shown += &format!("{fault}{}", fault.what(Language::Swedish));
        }
    }
    assert!(!shown.contains("hemligt") && !shown.contains("V1NJX05"), "{shown}");
}

#[tokio::test]
async fn answers_are_kept_for_the_trace_but_cut() {
    let server = Server::start(vec![reply(400, "", &"å".repeat(3000))]).await;
    let performed = client(&server).perform(&order(), Hint::default()).await;
    assert_eq!(performed.requests[0].answer.chars().count(), 2000);
}

#[test]
fn a_url_that_is_none_is_a_fault() {
    for url in ["", "nordlager", "ftp://x/y", "https://user:pw@x/y"] {
        let fault = Ongoing::new(&installation(url), Clock::hands(start()), Steps::unwatched()).unwrap_err();
        assert_eq!(code(&fault), "ongoing-url", "{url}");
    }
}

/// A certificate for localhost that nobody signed, with its key; made for this test alone.
const CERTIFICATE: &str = include_str!("ongoing/certificate.pem");
const KEY: &str = include_str!("ongoing/key.pem");

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_calls_the_operator_and_nothing_is_sent() {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return false;
            }
        }
        // With TLS 1.3 the client may only say no after the handshake looked done from here.
        connection.complete_io(&mut stream).is_ok_and(|(read, _)| read > 0)
    });
    let url = format!("https://127.0.0.1:{port}/nordlager");
    let ongoing = Ongoing::new(&installation(&url), Clock::hands(start()), Steps::unwatched()).unwrap();
    match ongoing.perform(&order(), Hint::default()).await.answer {
        Answer::Unavailable(Unavailable { fault, .. }) => {
            assert_eq!((code(&fault), fault.turn), ("ongoing-certificate", Turn::Operator), "{fault}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!server.join().unwrap(), "a request came over a connection that nobody vouches for");
}
