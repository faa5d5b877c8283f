//! What only SFTP does: host keys, logins, servers that are away, that hang, and that lose an answer.

use std::net::TcpListener;
use std::time::Duration;

use lastkaj::fault::{Fault, Language, Turn, code};
use lastkaj::transport::{Remote, SftpLogin, SftpRemote, Transport, Trouble, open};

use crate::wire::Wire;
use crate::worlds::{InProcess, PASSWORD, Sshd, put};

/// Short, for servers that shall not answer.
const SHORT: Duration = Duration::from_millis(1500);

fn refused(remote: SftpRemote) -> Fault {
    match open(&Remote::Sftp(remote)) {
        Err(Trouble::Failed(fault)) => fault,
        Err(trouble) => panic!("{trouble:?}"),
        Ok(_) => panic!("it let us in"),
    }
}

fn session(remote: SftpRemote) -> Box<dyn Transport> {
    open(&Remote::Sftp(remote)).unwrap_or_else(|trouble| panic!("{}", trouble.fault()))
}

#[test]
fn another_host_key_is_refused_before_the_login() {
    let server = InProcess::start();
    let mut remote = server.remote();
    let known = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    // A wrong password beside it: the login is not even tried.
    remote.login = SftpLogin::Password("wrong".to_owned());
    remote.host_keys = vec![known.clone()];
    let fault = refused(remote);
    assert_eq!((fault.code, fault.turn), (code::HOST_KEY_CHANGED, Turn::Operator));
    let text = fault.to_string();
    let found = &server.remote().host_keys[0];
    assert!(text.contains(found) && text.contains(&known) && text.contains("host_key"), "{text}");
}

#[test]
fn no_host_key_is_trusted_on_first_use() {
    let sshd = Sshd::start();
    let mut remote = sshd.remote();
    remote.host_keys.clear();
    let fault = refused(remote);
    assert_eq!((fault.code, fault.turn), (code::HOST_KEY_UNKNOWN, Turn::Operator));
    // As ssh-keygen prints it, ready to be put into the setting that is named.
    let setting = format!("host_key = [\"{}\"]", sshd.server.host_key_fingerprint);
    assert!(fault.to_string().contains(&setting), "{fault}");
}

#[test]
fn one_of_several_known_host_keys_is_enough() {
    let sshd = Sshd::start();
    let mut remote = sshd.remote();
    remote.host_keys.insert(0, "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    assert_eq!(session(remote).look("nothing.csv").unwrap(), None);
}

#[test]
fn a_wrong_password_is_the_operators_turn_and_is_never_shown() {
    let server = InProcess::start();
    let mut remote = server.remote();
    remote.login = SftpLogin::Password(format!("{PASSWORD}!"));
    let fault = refused(remote.clone());
    assert_eq!((fault.code, fault.turn), (code::LOGIN_REFUSED, Turn::Operator));
    let shown = format!("{fault} {fault:?} {remote} {remote:?} {:?}", Remote::Sftp(remote.clone()));
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[test]
fn a_key_that_the_server_does_not_know_is_the_operators_turn_and_is_never_shown() {
    let (sshd, other) = (Sshd::start(), Sshd::start());
    let mut remote = sshd.remote();
    remote.login = other.remote().login;
    let fault = refused(remote.clone());
    assert_eq!((fault.code, fault.turn), (code::LOGIN_REFUSED, Turn::Operator));
    let secret = other.server.private_key.lines().nth(1).unwrap();
    let shown = format!("{fault} {fault:?} {remote:?} {:?}", other.server);
    assert!(!shown.contains(secret), "{shown}");
}

#[test]
fn a_server_that_hangs_up_on_the_first_wrong_key_refuses_the_login() {
    let (sshd, other) = (Sshd::with("MaxAuthTries 1\n"), Sshd::start());
    let mut remote = sshd.remote();
    remote.login = other.remote().login;
    let fault = refused(remote);
    assert_eq!((fault.code, fault.turn), (code::LOGIN_REFUSED, Turn::Operator));
}

#[test]
fn a_key_that_is_no_key_is_the_operators_turn() {
    let sshd = Sshd::start();
    let mut remote = sshd.remote();
    remote.login = SftpLogin::Key { private_key: "no key at all".to_owned(), passphrase: None };
    let fault = refused(remote);
    assert_eq!((fault.code, fault.turn), (code::LOGIN_REFUSED, Turn::Operator));
    assert!(!fault.to_string().contains("no key at all"), "{fault}");
}

#[test]
fn a_key_with_a_passphrase_logs_in() {
    let sshd = Sshd::start();
    let mut remote = sshd.remote();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    put(&file, sshd.server.private_key.as_bytes());
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let keygen = std::process::Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", "ett lösen", "-f"])
        .arg(&file)
        .status()
        .unwrap();
    assert!(keygen.success());
    let private_key = std::fs::read_to_string(&file).unwrap();
    remote.login =
        SftpLogin::Key { private_key: private_key.clone(), passphrase: Some("ett lösen".to_owned()) };
    assert_eq!(session(remote.clone()).look("nothing.csv").unwrap(), None);
    remote.login = SftpLogin::Key { private_key, passphrase: Some("fel".to_owned()) };
    assert_eq!(refused(remote).code, code::LOGIN_REFUSED);
}

#[test]
fn a_base_folder_stands_where_the_login_lands_or_at_the_root() {
    let sshd = Sshd::start();
    std::fs::create_dir_all(sshd.root().join("edi/nordvik")).unwrap();
    put(&sshd.root().join("edi/nordvik/ORD1.csv"), b"one");
    let absolute = sshd.root().join("edi/nordvik").to_string_lossy().into_owned();
    for base in ["edi/nordvik", "edi/nordvik/", absolute.as_str()] {
        let mut session = session(SftpRemote { base: base.to_owned(), ..sshd.remote() });
        let mut names = Vec::new();
        session
            .list("", &mut |entry| {
                names.push(entry.name);
                true
            })
            .unwrap();
        assert_eq!(names, ["ORD1.csv"], "{base}");
        assert_eq!(session.look("ORD1.csv").unwrap().unwrap().size, 3, "{base}");
    }
}

#[test]
fn the_base_folder_of_two_slashes_is_the_root_and_not_where_the_login_lands() {
    let sshd = Sshd::start();
    put(&sshd.root().join("ORD1.csv"), b"one");
    let mut session = session(SftpRemote { base: "/".to_owned(), ..sshd.remote() });
    assert_eq!(session.look("ORD1.csv").unwrap(), None);
    let below_root = sshd.root().join("ORD1.csv").to_string_lossy().trim_start_matches('/').to_owned();
    assert_eq!(session.look(&below_root).unwrap().unwrap().size, 3);
    session.list("", &mut |_| true).unwrap();
}

#[test]
fn a_port_that_nobody_listens_on_is_waited_for() {
    let sshd = Sshd::start();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let fault = refused(SftpRemote { port, ..sshd.remote() });
    assert_eq!((fault.code, fault.turn), (code::NOT_REACHED, Turn::Wait));
}

#[test]
fn a_name_that_does_not_resolve_is_waited_for() {
    let sshd = Sshd::start();
    // RFC 6761: .invalid never resolves.
    let fault = refused(SftpRemote { host: "sftp.invalid".to_owned(), ..sshd.remote() });
    assert_eq!((fault.code, fault.turn), (code::NOT_REACHED, Turn::Wait));
}

#[test]
fn a_server_that_never_greets_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let sshd = Sshd::start();
    let port = silent.local_addr().unwrap().port();
    let fault = refused(SftpRemote { port, time_out: SHORT, ..sshd.remote() });
    assert_eq!((fault.code, fault.turn), (code::NOT_REACHED, Turn::Wait));
}

#[test]
fn a_server_that_speaks_something_else_is_no_ssh_server() {
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = web.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in web.incoming().map_while(Result::ok) {
            let _ = std::io::Write::write_all(&mut &stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let sshd = Sshd::start();
    let fault = refused(SftpRemote { port, time_out: SHORT, ..sshd.remote() });
    assert_eq!((fault.code, fault.turn), (code::NOT_REACHED, Turn::Wait));
}

#[test]
fn a_server_with_none_of_our_algorithms_is_the_operators_turn() {
    let sshd = Sshd::with("KexAlgorithms diffie-hellman-group14-sha1\n");
    let fault = refused(sshd.remote());
    assert_eq!((fault.code, fault.turn), (code::NO_COMMON_ALGORITHM, Turn::Operator));
    let ours = fault.expected(Language::English).unwrap();
    assert!(ours.contains("curve25519-sha256"), "{ours}");
}

#[test]
fn an_account_without_sftp_is_the_operators_turn() {
    let sshd = Sshd::with("ForceCommand /bin/false\n");
    let fault = refused(SftpRemote { time_out: Duration::from_secs(10), ..sshd.remote() });
    assert_eq!((fault.code, fault.turn), (code::NO_SFTP, Turn::Operator));
}

/// Opens sessions over wires that fail at the first answer, the second, and so on: all that a login takes, and more.
fn opened_over_wires(fail: impl Fn(&Wire, i64) + Sync) -> Vec<(i64, Result<(), Fault>)> {
    let sshd = Sshd::start();
    let opening = |answers: i64| {
        let wire = Wire::to(sshd.server.port);
        fail(&wire, answers);
        let remote = SftpRemote { port: wire.port, time_out: Duration::from_secs(5), ..sshd.remote() };
        open(&Remote::Sftp(remote)).map(drop).map_err(Trouble::into_fault)
    };
    let opening = &opening;
    std::thread::scope(|scope| {
        let openings: Vec<_> =
            (0..24).map(|answers| (answers, scope.spawn(move || opening(answers)))).collect();
        openings.into_iter().map(|(answers, opening)| (answers, opening.join().unwrap())).collect()
    })
}

fn all_are_waited_for(opened: &[(i64, Result<(), Fault>)]) {
    for (answers, opened) in opened {
        let Err(fault) = opened else { continue };
        // Nothing was said of the key, the account or the algorithms: nobody must be called for it.
        assert_eq!((fault.code, fault.turn), (code::NOT_REACHED, Turn::Wait), "{answers} answers: {fault}");
    }
    assert!(opened.first().is_some_and(|(_, opened)| opened.is_err()));
    assert!(opened.last().is_some_and(|(_, opened)| opened.is_ok()), "a login takes fewer answers");
}

#[test]
fn a_server_that_falls_silent_anywhere_in_the_login_is_waited_for() {
    all_are_waited_for(&opened_over_wires(Wire::lose_answers_after));
}

#[test]
fn a_server_that_goes_down_anywhere_in_the_login_is_waited_for() {
    all_are_waited_for(&opened_over_wires(Wire::cut_after));
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let sshd = Sshd::start();
    put(&sshd.root().join("ORD1.csv"), &vec![b'x'; 3_000_000]);
    let wire = Wire::to(sshd.server.port);
    let mut session = session(SftpRemote { port: wire.port, time_out: SHORT, ..sshd.remote() });
    wire.lose_answers_after(0);
    let Err(Trouble::Failed(fault)) = session.read("ORD1.csv", &mut Vec::new()) else {
        panic!("it answered")
    };
    assert_eq!((fault.code, fault.turn), (code::SFTP_FAILED, Turn::Wait));
}

#[test]
fn a_file_of_which_a_part_is_lost_is_never_taken_for_whole() {
    let sshd = Sshd::start();
    put(&sshd.root().join("ORD1.csv"), &vec![b'x'; 30_000_000]);
    let wire = Wire::to(sshd.server.port);
    let mut session = session(SftpRemote { port: wire.port, time_out: SHORT, ..sshd.remote() });
    // Enough for the opening, and for some of the bytes.
    wire.lose_answers_after(20);
    let mut bytes = Vec::new();
    let Err(Trouble::Failed(fault)) = session.read("ORD1.csv", &mut bytes) else { panic!("{}", bytes.len()) };
    assert_eq!((fault.code, fault.turn), (code::SFTP_FAILED, Turn::Wait));
    assert!(bytes.len() < 30_000_000);
}

#[test]
fn a_rename_whose_answer_is_lost_is_unknown() {
    let sshd = Sshd::start();
    put(&sshd.root().join("a.tmp"), b"report");
    let wire = Wire::to(sshd.server.port);
    let mut session = session(SftpRemote { port: wire.port, time_out: SHORT, ..sshd.remote() });
    // The look at the new name is answered, the rename is not.
    wire.lose_answers_after(1);
    match session.rename("a.tmp", "a.csv") {
        Err(Trouble::Unknown(fault)) => assert_eq!(fault.turn, Turn::Wait),
        other => panic!("{other:?}"),
    }
    // It was done, and a new session sees it: this is why it must not pass for a failure.
    wire.lose_answers_after(-1);
    assert!(sshd.root().join("a.csv").exists());
}

#[test]
fn a_removal_whose_answer_is_lost_is_unknown() {
    let sshd = Sshd::start();
    put(&sshd.root().join("a.csv"), b"order");
    let wire = Wire::to(sshd.server.port);
    let mut session = session(SftpRemote { port: wire.port, time_out: SHORT, ..sshd.remote() });
    wire.lose_answers_after(0);
    assert!(matches!(session.remove("a.csv"), Err(Trouble::Unknown(_))));
    assert!(!sshd.root().join("a.csv").exists());
}

#[test]
fn an_upload_that_is_cut_is_a_failure_to_be_tried_again() {
    let sshd = Sshd::start();
    let wire = Wire::to(sshd.server.port);
    let mut session = session(SftpRemote { port: wire.port, time_out: SHORT, ..sshd.remote() });
    struct CutsTheWire<'a>(&'a Wire, usize);
    impl std::io::Read for CutsTheWire<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 += 1;
            match self.1 {
                1..=2 => Ok(buffer.len()),
                3 => {
                    self.0.cut();
                    Ok(buffer.len())
                }
                _ => Ok(0),
            }
        }
    }
    let trouble = session.write_whole("SHP.tmp", &mut CutsTheWire(&wire, 0)).unwrap_err();
    assert!(matches!(&trouble, Trouble::Failed(fault) if fault.turn == Turn::Wait), "{trouble:?}");
}

#[test]
fn a_folder_that_may_not_be_written_is_the_operators_turn() {
    let sshd = Sshd::with("ForceCommand internal-sftp -R -d %ROOT%\n");
    put(&sshd.root().join("a.csv"), b"order");
    let mut session = session(sshd.remote());
    let troubles = [
        session.write_whole("new.tmp", &mut &b"x"[..]).unwrap_err(),
        session.rename("a.csv", "b.csv").unwrap_err(),
        session.remove("a.csv").unwrap_err(),
        session.make_folder("new").unwrap_err(),
    ];
    for trouble in troubles {
        let Trouble::Failed(fault) = trouble else { panic!("{trouble:?}") };
        assert_eq!((fault.code, fault.turn), (code::FOLDER_FAILED, Turn::Operator));
    }
    assert!(sshd.root().join("a.csv").exists());
}

#[test]
fn the_in_process_server_leads_nobody_out_of_its_folder() {
    let server = InProcess::start();
    let elsewhere = tempfile::tempdir().unwrap();
    put(&elsewhere.path().join("secret.csv"), b"not ours");
    std::os::unix::fs::symlink(elsewhere.path(), server.root().join("out")).unwrap();
    let mut session = session(server.remote());
    assert!(session.list("out", &mut |_| true).is_err());
    assert!(session.look("out/secret.csv").is_err());
    assert!(session.read("out/secret.csv", &mut Vec::new()).is_err());
    assert!(session.write_whole("out/new.csv", &mut &b"x"[..]).is_err());
    assert!(session.remove("out/secret.csv").is_err());
    // A folder that is absolute for the client is one below the server's.
    let mut above = self::session(SftpRemote { base: "/etc".to_owned(), ..server.remote() });
    assert!(matches!(above.read("passwd", &mut Vec::new()), Err(Trouble::NotFound(_))));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}
