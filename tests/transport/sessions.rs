//! Sessions that are kept between polls, and the joint that every side effect passes through.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use lastkaj::fault::{Turn, code};
use lastkaj::step::{StepHook, Steps};
use lastkaj::transport::{MemoryStore, Remote, Sessions, SftpRemote, Transport, Trouble};

use crate::wire::Wire;
use crate::worlds::{InProcess, Sshd, put};

fn count(transport: &mut dyn Transport) -> Result<usize, Trouble> {
    let mut count = 0;
    transport.list("", &mut |_| {
        count += 1;
        true
    })?;
    Ok(count)
}

#[test]
fn one_login_serves_many_polls() {
    let sshd = Sshd::start();
    let wire = Wire::to(sshd.server.port);
    let remote = Remote::Sftp(SftpRemote { port: wire.port, ..sshd.remote() });
    let sessions = Sessions::new(Steps::unwatched());
    for _ in 0..5 {
        assert_eq!(sessions.with(&remote, count).unwrap(), 0);
        // What is not there says nothing against the session.
        let missing = sessions.with(&remote, |session| session.read("missing.csv", &mut Vec::new()));
        assert!(matches!(missing, Err(Trouble::NotFound(_))));
    }
    assert_eq!(wire.connections(), 1);
}

#[test]
fn a_session_that_died_between_polls_is_replaced_unnoticed() {
    let sshd = Sshd::start();
    let wire = Wire::to(sshd.server.port);
    let remote = Remote::Sftp(SftpRemote { port: wire.port, ..sshd.remote() });
    let sessions = Sessions::new(Steps::unwatched());
    assert_eq!(sessions.with(&remote, count).unwrap(), 0);
    // As a server does that shuts idle sessions.
    wire.cut();
    put(&sshd.root().join("ORD1.csv"), b"x");
    assert_eq!(sessions.with(&remote, count).unwrap(), 1);
    assert_eq!(wire.connections(), 2);
}

#[test]
fn a_session_that_breaks_in_use_is_not_lent_again() {
    let sshd = Sshd::start();
    let wire = Wire::to(sshd.server.port);
    let remote = Remote::Sftp(SftpRemote { port: wire.port, ..sshd.remote() });
    let sessions = Sessions::new(Steps::unwatched());
    let broken = sessions.with(&remote, |session| {
        wire.cut();
        count(session)
    });
    assert_eq!(broken.unwrap_err().fault().turn, Turn::Wait);
    assert_eq!(sessions.with(&remote, count).unwrap(), 0);
}

#[test]
fn a_server_that_was_stopped_is_waited_for() {
    let mut server = InProcess::start();
    let remote = Remote::Sftp(SftpRemote { time_out: Duration::from_secs(5), ..server.remote() });
    let sessions = Sessions::new(Steps::unwatched());
    assert_eq!(sessions.with(&remote, count).unwrap(), 0);
    server.stop();
    let trouble = sessions.with(&remote, count).unwrap_err();
    assert_eq!((trouble.fault().code, trouble.fault().turn), (code::NOT_REACHED, Turn::Wait));
}

#[test]
fn remotes_that_differ_in_anything_share_no_session() {
    let server = InProcess::start();
    put(&server.root().join("ORD1.csv"), b"x");
    let sessions = Sessions::new(Steps::unwatched());
    let good = Remote::Sftp(server.remote());
    assert_eq!(sessions.with(&good, count).unwrap(), 1);
    // A configuration that was read anew with another host key or password: the old session must not serve it.
    let mut other_key = server.remote();
    other_key.host_keys = vec!["SHA256:AAAA".to_owned()];
    let trouble = sessions.with(&Remote::Sftp(other_key), count).unwrap_err();
    assert_eq!(trouble.fault().code, code::HOST_KEY_CHANGED);
    let mut other_password = server.remote();
    other_password.login = lastkaj::transport::SftpLogin::Password("wrong".to_owned());
    let trouble = sessions.with(&Remote::Sftp(other_password), count).unwrap_err();
    assert_eq!(trouble.fault().code, code::LOGIN_REFUSED);
}

#[test]
fn an_absolute_base_is_another_remote_than_a_relative_one() {
    let sshd = Sshd::start();
    std::fs::create_dir(sshd.root().join("tmp")).unwrap();
    put(&sshd.root().join("tmp/lastkaj-only-here.csv"), b"x");
    let with_base = |base: &str| Remote::Sftp(SftpRemote { base: base.to_owned(), ..sshd.remote() });
    let sessions = Sessions::new(Steps::unwatched());
    let there = |remote: &Remote| {
        sessions.with(remote, |session| session.look("lastkaj-only-here.csv")).unwrap().is_some()
    };
    assert!(there(&with_base("tmp")));
    assert!(!there(&with_base("/tmp")));
}

#[test]
fn a_local_folder_that_is_gone_is_not_made_anew() {
    let parent = tempfile::tempdir().unwrap();
    let base = parent.path().join("share");
    std::fs::create_dir(&base).unwrap();
    let remote = Remote::Local { base: base.clone() };
    let sessions = Sessions::new(Steps::unwatched());
    assert_eq!(sessions.with(&remote, count).unwrap(), 0);
    std::fs::remove_dir(&base).unwrap();
    // The mount went away: an empty folder in its place would pass for the inbox.
    let trouble = sessions.with(&remote, |session| session.make_folder("done")).unwrap_err();
    assert!(matches!(trouble, Trouble::NotFound(_)), "{trouble:?}");
    assert!(!base.exists());
}

#[test]
fn a_remote_has_a_bounded_number_of_sessions() {
    let remote = Remote::Memory(MemoryStore::default());
    let sessions = Sessions::new(Steps::unwatched());
    let inside = Arc::new((Mutex::new((0_usize, 0_usize)), Condvar::new()));
    let workers: Vec<_> = (0..12)
        .map(|_| {
            let (sessions, remote, inside) = (sessions.clone(), remote.clone(), inside.clone());
            std::thread::spawn(move || {
                sessions
                    .with(&remote, |session| {
                        let (lock, changed) = &*inside;
                        let mut counts = lock.lock().unwrap();
                        counts.0 += 1;
                        counts.1 = counts.1.max(counts.0);
                        changed.notify_all();
                        // All that are let in are in at once, before any goes out.
                        let (mut counts, _) = changed
                            .wait_timeout_while(counts, Duration::from_secs(2), |counts| counts.1 < 5)
                            .unwrap();
                        counts.0 -= 1;
                        drop(counts);
                        count(session)
                    })
                    .unwrap();
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    let most = inside.0.lock().unwrap().1;
    assert!((1..=4).contains(&most), "{most} at once");
}

#[test]
fn a_panic_in_use_gives_the_place_back() {
    let remote = Remote::Memory(MemoryStore::default());
    let sessions = Sessions::new(Steps::unwatched());
    for _ in 0..10 {
        let (sessions, remote) = (sessions.clone(), remote.clone());
        let worker = std::thread::spawn(move || {
            sessions.with(&remote, |_| -> Result<(), Trouble> { panic!("a bug") })
        });
        assert!(worker.join().is_err());
    }
    assert_eq!(sessions.with(&remote, count).unwrap(), 0);
}

#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl StepHook for Told {
    fn step(&self, name: &'static str, moment: &'static str) {
        self.0.lock().unwrap().push(format!("{moment} {name}"));
    }
}

#[test]
fn every_side_effect_is_a_step() {
    let told = Arc::new(Told::default());
    let sessions = Sessions::new(Steps::watched(told.clone()));
    let remote = Remote::Memory(MemoryStore::default());
    sessions
        .with(&remote, |session| {
            session.make_folder("done")?;
            session.write_whole("a.tmp", &mut &b"x"[..])?;
            session.rename("a.tmp", "done/a.csv")?;
            session.look("done/a.csv")?;
            session.read("done/a.csv", &mut Vec::new())?;
            session.remove("done/a.csv")
        })
        .unwrap();
    let expected = ["make_folder", "write_whole", "rename", "remove"]
        .iter()
        .flat_map(|name| [format!("before transport.{name}"), format!("after transport.{name}")])
        .collect::<Vec<_>>();
    assert_eq!(*told.0.lock().unwrap(), expected);
}

#[test]
fn a_memory_store_can_be_cut_before_and_after_a_change() {
    let store = MemoryStore::default();
    let remote = Remote::Memory(store.clone());
    let sessions = Sessions::new(Steps::unwatched());
    let write = |name: &str| sessions.with(&remote, |session| session.write_whole(name, &mut &b"x"[..]));
    let is_there = |name: &str| sessions.with(&remote, |session| session.look(name)).unwrap().is_some();
    write("a").unwrap();
    store.cut_at_change(1, false);
    assert!(
        write("b")
            .is_err_and(|trouble| matches!(trouble, Trouble::Failed(fault) if fault.turn == Turn::Wait))
    );
    assert!(!is_there("b"));
    store.cut_at_change(2, true);
    write("c").unwrap();
    assert!(matches!(sessions.with(&remote, |session| session.rename("c", "d")), Err(Trouble::Unknown(_))));
    assert!(is_there("d") && !is_there("c"));
    write("e").unwrap();
}

#[test]
fn one_may_use_a_store_while_it_is_listed() {
    let remote = Remote::Memory(MemoryStore::default());
    let sessions = Sessions::new(Steps::unwatched());
    sessions.with(&remote, |session| session.write_whole("a", &mut &b"x"[..])).unwrap();
    let looked = AtomicUsize::new(0);
    sessions
        .with(&remote, |listing| {
            listing.list("", &mut |entry| {
                let seen = sessions.with(&remote, |session| session.look(&entry.name)).unwrap();
                looked.fetch_add(usize::from(seen.is_some()), Ordering::SeqCst);
                true
            })
        })
        .unwrap();
    assert_eq!(looked.load(Ordering::SeqCst), 1);
}
