//! A dumb server: it reads a request whole, waits, and answers that all is well. It stands on a thread of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The reads whose answer is a list.
const LISTS: [&str; 4] = ["/orders", "/articles", "/purchaseorders", "/warehouses"];
/// The others are registers, each in a member of its own; there is nothing in them.
const REGISTERS: &str = r#"{"transporters":[],"wayOfDeliveryTypes":[],"orderTypes":[],"orderStatuses":[],"purchaseOrderTypes":[],"returnCauses":[]}"#;

/// A server that runs until the process ends.
pub struct Server {
    pub address: SocketAddr,
    writes: Arc<AtomicU64>,
}

impl Server {
    /// Answers each request after `latency`.
    pub fn start(latency: Duration) -> Server {
        let writes = Arc::<AtomicU64>::default();
        let counted = writes.clone();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(answer_all(stream, latency, counted.clone()));
                }
            });
        });
        Server { address, writes }
    }

    pub fn url(&self) -> String {
        format!("http://{}/dumb", self.address)
    }

    /// How many writes it answered since this was asked last.
    pub fn take_writes(&self) -> u64 {
        self.writes.swap(0, Ordering::SeqCst)
    }
}

async fn answer_all(mut stream: TcpStream, latency: Duration, writes: Arc<AtomicU64>) {
    stream.set_nodelay(true).unwrap();
    let mut bytes = Vec::with_capacity(4096);
    loop {
        let head = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
        let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let whole = head + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
        while bytes.len() < whole {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        bytes.drain(..whole);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let reads = text.starts_with("get ");
        if !reads {
            writes.fetch_add(1, Ordering::SeqCst);
        }
        let body = match text.split([' ', '?']).nth(1).unwrap_or_default() {
            _ if !reads => r#"{"orderId":4711,"articleSystemId":4711,"message":"OK"}"#,
            path if LISTS.iter().any(|list| path.ends_with(list)) => "[]",
            _ => REGISTERS,
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
