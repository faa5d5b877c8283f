//! A wire between a client and a server that can be cut, and that can lose what the server answers.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Forwards connections to a port of this machine.
pub struct Wire {
    /// Where to connect.
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    to: u16,
    streams: Mutex<Vec<TcpStream>>,
    made: AtomicUsize,
    /// How many more pieces of answers come through; negative: all.
    answers_left: AtomicI64,
    /// Whether the connection ends where an answer is lost.
    ends_when_lost: AtomicBool,
}

impl Wire {
    pub fn to(port: u16) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            to: port,
            streams: Mutex::default(),
            made: AtomicUsize::new(0),
            answers_left: AtomicI64::new(-1),
            ends_when_lost: AtomicBool::new(false),
        });
        let forwarding = shared.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                forwarding.forward(client);
            }
        });
        Wire { port: own, shared }
    }

    /// How many connections were made through it.
    pub fn connections(&self) -> usize {
        self.shared.made.load(Ordering::SeqCst)
    }

    /// Cuts every connection there is; new ones can be made.
    pub fn cut(&self) {
        for stream in self.shared.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets so many more pieces of answers through; what comes after is lost, on connections that stay up.
    pub fn lose_answers_after(&self, pieces: i64) {
        self.shared.answers_left.store(pieces, Ordering::SeqCst);
    }

    /// Lets so many more pieces of answers through, and then cuts the connection.
    pub fn cut_after(&self, pieces: i64) {
        self.shared.ends_when_lost.store(true, Ordering::SeqCst);
        self.lose_answers_after(pieces);
    }
}

impl Shared {
    fn forward(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.to)) else { return };
        self.made.fetch_add(1, Ordering::SeqCst);
        self.streams.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || pump(from_client, to_server, || Passage::Open));
        let shared = self.clone();
        std::thread::spawn(move || pump(server, client, || shared.may_answer()));
    }

    fn may_answer(&self) -> Passage {
        let left = self
            .answers_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| (left > 0).then(|| left - 1));
        match left {
            Err(left) if left >= 0 && self.ends_when_lost.load(Ordering::SeqCst) => Passage::Cut,
            Err(left) if left >= 0 => Passage::Lost,
            _ => Passage::Open,
        }
    }
}

/// What becomes of a piece.
enum Passage {
    Open,
    Lost,
    Cut,
}

fn pump(mut from: TcpStream, mut to: TcpStream, passage: impl Fn() -> Passage) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        match passage() {
            Passage::Open if to.write_all(&buffer[..read]).is_ok() => {}
            Passage::Lost => {}
            Passage::Open | Passage::Cut => break,
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
