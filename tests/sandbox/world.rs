//! A sandbox with a clock that stands still, and a raw client of it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine;
use chrono::{DateTime, Utc};
use lastkaj::clock::Clock;
use lastkaj::sandbox::{self, LimitSettings, Sandbox, SandboxSettings};
use serde_json::{Value, json};

pub const OWNER: i64 = 159;

/// A sandbox with a clock that stands still, and a raw client of it.
pub struct World {
    pub address: SocketAddr,
    pub clock: Clock,
    user: String,
    running: Option<(tokio::runtime::Runtime, Sandbox)>,
}

impl World {
    pub fn start() -> World {
        // Most tests make it fail often, and none of them is about the limits.
        let limits = LimitSettings { failures: 1_000_000, ..LimitSettings::default() };
        World::with(SandboxSettings { limits, ..SandboxSettings::default() })
    }

    pub fn with(settings: SandboxSettings) -> World {
        let at: DateTime<Utc> = "2026-03-31T08:00:00Z".parse().unwrap();
        let clock = Clock::hands(at);
        let (user, password, _) = settings.first_account();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let sandbox = runtime.block_on(sandbox::start(settings, clock.clone())).unwrap();
        assert_eq!(sandbox.url(), format!("http://{}/sandbox", sandbox.address));
        World {
            address: sandbox.address,
            clock,
            user: format!("{user}:{password}"),
            running: Some((runtime, sandbox)),
        }
    }

    /// Another client of the same sandbox.
    pub fn seen_by(&self, user: &str) -> World {
        World { address: self.address, clock: self.clock.clone(), user: user.to_owned(), running: None }
    }

    pub fn ask(&self, verb: &str, path: &str, body: &str) -> Answer {
        self.raw(&self.request(verb, &format!("/sandbox/api/v1/{path}"), body)).unwrap()
    }

    /// Asks what must be done, with a JSON body unless it is null. Gives the answer.
    pub fn well(&self, verb: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.ask(verb, path, &body);
        assert_eq!(answer.status, 200, "{verb} {path} {body}: {answer:?}");
        answer.json()
    }

    /// Asks what must be refused. Gives the status and the message.
    pub fn refused(&self, verb: &str, path: &str, body: Value) -> (u16, String) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.ask(verb, path, &body);
        assert!(answer.status >= 400, "{verb} {path} {body}: {answer:?}");
        (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
    }

    /// The effects on one object: in all, and by kind of write.
    pub fn effects(&self, kind: &str, number: &str) -> (u64, Value) {
        let all = self.page("GET", "effects", json!(null));
        let found = all.as_array().unwrap().iter().find(|row| row["kind"] == kind && row["number"] == number);
        found.map_or((0, json!({})), |row| (row["effects"].as_u64().unwrap(), row["writes"].clone()))
    }

    /// Asks a page of the sandbox itself.
    pub fn page(&self, verb: &str, path: &str, body: Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.raw(&self.request(verb, &format!("/sandbox/{path}"), &body)).unwrap();
        assert_eq!(answer.status, 200, "{verb} {path} {body}: {answer:?}");
        answer.json()
    }

    pub fn tick(&self, steps: u32) {
        self.page("POST", "warehouse/tick", json!({"steps": steps}));
    }

    pub fn put_article(&self, number: &str) -> Answer {
        self.ask("PUT", "articles", &json!({"goodsOwnerId": OWNER, "articleNumber": number}).to_string())
    }

    pub fn put_order(&self, number: &str, lines: &[(&str, &str, &str)]) -> Answer {
        self.try_put_order(number, lines).unwrap()
    }

    pub fn try_put_order(&self, number: &str, lines: &[(&str, &str, &str)]) -> io::Result<Answer> {
        let lines = lines.iter().map(|(row, article, quantity)| {
            let quantity: Value = serde_json::from_str(quantity).unwrap();
            json!({"rowNumber": row, "articleNumber": article, "numberOfItems": quantity})
        });
        let body = json!({"goodsOwnerId": OWNER, "orderNumber": number, "deliveryDate": "2026-03-31", "consignee": {},
            "orderLines": lines.collect::<Vec<_>>()});
        self.raw(&self.request("PUT", "/sandbox/api/v1/orders", &body.to_string()))
    }

    pub fn orders(&self, query: &str) -> Vec<Value> {
        let answer = self.ask("GET", &format!("orders?goodsOwnerId=159&{query}"), "");
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        answer.json().as_array().unwrap().clone()
    }

    pub fn report(&self, number: &str, quantity: &str) {
        let order = &self.orders(&format!("orderNumber={number}"))[0];
        let (order_id, line_id) = (&order["orderInfo"]["orderId"], &order["orderLines"][0]["id"]);
        let path = format!("orders/{order_id}/lines/{line_id}/reportedNumberOfItems");
        let answer = self.ask("PATCH", &path, &format!("{{\"reportedNumberOfItems\":{quantity}}}"));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Neither side broke the OpenAPI file.
    pub fn all_well(&self) {
        let counters = self.page("GET", "counters", json!(null));
        assert_eq!(counters["violation_texts"], json!([]));
        assert_eq!(counters["misshapen_answers"], json!([]));
    }

    pub fn head(&self, verb: &str, path: &str) -> String {
        let credentials = base64::engine::general_purpose::STANDARD.encode(&self.user);
        format!(
            "{verb} {path} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Basic {credentials}\r\nConnection: close\r\n"
        )
    }

    pub fn request(&self, verb: &str, path: &str, body: &str) -> String {
        let head = self.head(verb, path);
        match body.is_empty() {
            true => format!("{head}\r\n"),
            false => format!(
                "{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        }
    }

    pub fn send(&self, request: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }

    pub fn raw(&self, request: &str) -> io::Result<Answer> {
        let mut bytes = Vec::new();
        self.send(request)?.read_to_end(&mut bytes)?;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some((runtime, sandbox)) = self.running.take() {
            runtime.block_on(sandbox.stop());
        }
    }
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}
