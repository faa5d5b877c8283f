//! A server that takes everything: it keeps what it is asked and answers with the least that the gateway needs to go on.

use std::sync::{Arc, Mutex};

use lastkaj::call::{Call, Kind};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub verb: String,
    /// The path, without what stands before `/api/v1` and without a query.
    pub path: String,
    pub body: String,
}

pub struct StandIn {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    /// Starts one that has what the call looks for.
    pub async fn start(call: &Call) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/warehouse", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (keep, call) = (asked.clone(), call.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, keep.clone(), call.clone()));
            }
        });
        StandIn { url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, keep: Arc<Mutex<Vec<Asked>>>, call: Call) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 16 * 1024];
        let Ok(read) = stream.read(&mut buffer).await else { return };
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..read]);
        let Some((asked, length)) = whole(&bytes) else { continue };
        bytes.drain(..length);
        let answer = answer(&asked, &call).to_string();
        keep.lock().unwrap().push(asked);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        if stream.write_all((head + &answer).as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A request, once all of it is there, and its length.
fn whole(bytes: &[u8]) -> Option<(Asked, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    let length = end + length.unwrap_or(0);
    let body = String::from_utf8(bytes.get(end..length)?.to_vec()).unwrap();
    let mut words = head.split_whitespace();
    let verb = words.next()?.to_owned();
    let target = words.next()?;
    let path = target.split('?').next()?.trim_start_matches("/warehouse").to_owned();
    Some((Asked { verb, path, body }, length))
}

fn answer(asked: &Asked, call: &Call) -> Value {
    let last = asked.path.rsplit('/').next().unwrap();
    match (asked.verb.as_str(), last) {
        ("GET", "articles") => json!([{ "articleSystemId": 1, "articleNumber": needed(call) }]),
        ("GET", "classes") => json!({ "articleClasses": [] }),
        ("GET", "orders") => json!([order(call)]),
        ("GET", "purchaseOrders") => json!([purchase_order(call)]),
        _ => json!({
            "success": true, "message": "", "articleSystemId": 1, "orderId": 2, "purchaseOrderId": 3,
            "returnOrderId": 4, "articleClassId": 5, "fileId": 6,
        }),
    }
}

/// Our number of what the call looks up.
fn needed(call: &Call) -> &str {
    let of_others = call.needs.iter().find(|need| need.kind != Kind::Article);
    match call.key.kind {
        Kind::ReturnOrder => &of_others.unwrap().number,
        Kind::Attachment => &call.needs[0].number,
        Kind::Article | Kind::Order | Kind::PurchaseOrder => &call.key.number,
    }
}

/// The order, with every line that a return names.
fn order(call: &Call) -> Value {
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let lines = body["returnOrderLines"].as_array().into_iter().flatten().enumerate().map(|(index, line)| {
        json!({ "id": index + 10, "rowNumber": line["@orderRowNumber"],
            "article": { "articleNumber": line["@articleNumber"] } })
    });
    json!({ "orderInfo": { "orderId": 2, "orderNumber": needed(call), "orderStatus": { "number": 200 } },
        "orderLines": lines.collect::<Vec<_>>() })
}

/// The purchase order, with its lines and nothing announced.
fn purchase_order(call: &Call) -> Value {
    let body: Value = serde_json::from_str(&call.body).unwrap();
    let lines = body["purchaseOrderLines"].as_array().into_iter().flatten().enumerate();
    let lines = lines.map(|(index, line)| json!({ "id": index + 20, "rowNumber": line["rowNumber"] }));
    json!({
        "purchaseOrderInfo": { "purchaseOrderId": 3, "purchaseOrderNumber": needed(call),
            "purchaseOrderStatus": { "number": 100 } },
        "purchaseOrderLines": lines.collect::<Vec<_>>(),
    })
}
