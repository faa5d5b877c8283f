//! The bare client: the same HTTP library, as many connections as there are lanes, the same bodies, and nothing else. What
//! it does is lost when the process dies.

use std::time::Instant;

use crate::server::Server;

/// How many calls a second it does, each lane one after the other.
pub fn calls_a_second(server: &Server, lanes: usize, calls: usize, body: &str) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().http1_only().no_proxy().tls_certs_only([]).build().unwrap();
    let url = format!("{}/api/v1/orders", server.url());
    server.take_writes();
    let begun = Instant::now();
    runtime.block_on(async {
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..lanes {
            let (client, url, body) = (client.clone(), url.clone(), body.to_owned());
            running.spawn(async move {
                for _ in 0..calls {
                    let request = client.put(&url).basic_auth("user", Some("password"));
                    let request = request.header("Content-Type", "application/json").body(body.clone());
                    let answer = request.send().await.unwrap();
                    assert_eq!(answer.status(), 200);
                    answer.text().await.unwrap();
                }
            });
        }
        while let Some(ended) = running.join_next().await {
            ended.unwrap();
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(server.take_writes(), (lanes * calls) as u64);
    (lanes * calls) as f64 / seconds
}
