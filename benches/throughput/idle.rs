//! A thousand partners that have nothing to do: what the real service costs while it waits for files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Server;

pub fn bench(quick: bool) {
    let (partners, settles, watched) = if quick { (1_000, 15, 30) } else { (1_000, 100, 120) };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Duration::ZERO);
    configure(folder.path(), &server, partners);
    let mut service = Command::new(env!("CARGO_BIN_EXE_lastkaj"))
        .args(["run", "--config"])
        .arg(folder.path().join("gateway.toml"))
        .env("LASTKAJ_LOG", "warn")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(settles));
    let (cpu, begun) = (cpu_seconds(service.id()), Instant::now());
    std::thread::sleep(Duration::from_secs(watched));
    let share = (cpu_seconds(service.id()) - cpu) / begun.elapsed().as_secs_f64() * 100.0;
    let (now, peak) = (memory(service.id(), "VmRSS"), memory(service.id(), "VmHWM"));
    let stopped = Command::new("kill").arg(service.id().to_string()).status().unwrap();
    assert!(stopped.success());
    assert!(service.wait().unwrap().success(), "it ran all the time, and ended when it was told to");
    println!("{partners} idle partners, an inbox and two outboxes each, over {watched} s           aim");
    println!("{:<40} {share:>9.2} {:>8}", "share of a core, in percent", "< 1");
    println!("{:<40} {now:>9.0} {:>8}", "memory, in MB", "< 150");
    println!("{:<40} {peak:>9.0}\n", "memory at most, in MB");
}

fn configure(folder: &Path, server: &Server, partners: usize) {
    let formats = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    std::fs::write(folder.join("password"), "password").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(folder.join("password"), mode).unwrap();
    let mut text = format!(
        "[gateway]\ndata = \"{data}\"\nformats = \"{formats}\"\n\n[ongoing.dumb]\nurl = \"{url}\"\nusername = \"user\"\n\
         password = {{ file = \"{password}\" }}\n",
        data = folder.join("data").display(),
        formats = formats.display(),
        url = server.url(),
        password = folder.join("password").display(),
    );
    for number in 1..=partners {
        let base = folder.join(format!("erp/{number}"));
        for name in ["orders", "to-erp"] {
            std::fs::create_dir_all(base.join(name)).unwrap();
        }
        text.push_str(&format!(
            r#"
[partner.p{number}]
ongoing = "dumb"
goods_owner = {number}
timezone = "Europe/Stockholm"
remote = {{ path = "{base}" }}

[partner.p{number}.inbox.orders]
folder = "orders"
files = "*.csv"
format = "nordvik/orders"
ready = {{ quiet = "60s" }}

[partner.p{number}.outbox.acknowledgements]
folder = "to-erp"
report = "acknowledgements"
format = "nordvik/acknowledgements"
name = "ACK_{{sequence:06}}.csv"
every = "5m"

[partner.p{number}.outbox.shipments]
folder = "to-erp"
report = "shipments"
format = "nordvik/shipments"
name = "SHP_{{sequence:06}}.csv"
every = "15m"
"#,
            base = base.display()
        ));
    }
    std::fs::write(folder.join("gateway.toml"), text).unwrap();
}

/// How much processor time a process has used.
fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Behind the name in brackets; the fields are numbered from 3 there (proc_pid_stat(5)).
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    // USER_HZ is 100 on every Linux that we run on.
    ticks as f64 / 100.0
}

/// A line of a process's memory, in MB.
fn memory(process: u32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|found| found.starts_with(line)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1000.0
}
