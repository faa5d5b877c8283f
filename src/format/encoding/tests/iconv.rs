//! Our pages against those of glibc's `iconv`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

/// What is meant to differ from iconv's tables, by byte.
const FROM_ICONV: &[(&str, u8, &str)] = &[("ibm", 0x15, "NEL is a line end for us, and U+0085 for iconv")];

/// What bytes become by `iconv`, glibc's program (`libc-bin`), which has every one of our pages.
fn iconv(from: &str, to: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut child = Command::new("iconv")
        .args(["-f", from, "-t", to])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test compares with glibc's program iconv, which is not here (Debian: libc-bin)");
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then_some(output.stdout)
}

#[test]
fn pages_are_those_of_iconv() {
    let known = Command::new("iconv")
        .arg("-l")
        .output()
        .expect("this test compares with glibc's program iconv, which is not here (Debian: libc-bin)");
    let known = String::from_utf8_lossy(&known.stdout).into_owned();
    for (name, theirs) in [
        ("cp437", "IBM437"),
        ("cp850", "IBM850"),
        ("cp858", "IBM858"),
        ("cp865", "IBM865"),
        ("ibm037", "IBM037"),
        ("ibm500", "IBM500"),
        ("ibm277", "IBM277"),
        ("ibm278", "IBM278"),
        ("ibm1142", "IBM1142"),
        ("ibm1143", "IBM1143"),
        ("sen-850200-b", "SEN_850200_B"),
        ("sen-850200-c", "SEN_850200_C"),
        ("ns-4551-1", "NS_4551-1"),
        ("ns-4551-2", "NS_4551-2"),
        ("ds-2089", "DS_2089"),
    ] {
        assert!(
            known.split_whitespace().any(|known| known == format!("{theirs}//")),
            "iconv has no {theirs}"
        );
        let ours = encoding(name);
        let top = if ours.is_seven_bit_national() { 0x80 } else { 0x100 };
        let bytes: Vec<u8> = (0..=0xff_u8).take(top).collect();
        // To text. What iconv does not know ends its work, so the upper half of a 7-bit table is asked byte by byte.
        let read = iconv(theirs, "UTF-8", &bytes).unwrap_or_else(|| panic!("iconv reads {theirs}"));
        let read: Vec<char> = String::from_utf8(read).unwrap().chars().collect();
        assert_eq!(read.len(), top, "{theirs}");
        for byte in 0..=0xff_u8 {
            let differs = FROM_ICONV.iter().find(|(prefix, at, _)| name.starts_with(prefix) && *at == byte);
            let our_character = characters(&ours).unwrap()[usize::from(byte)];
            let their_character = read.get(usize::from(byte)).copied();
            match differs {
                None => assert_eq!(our_character, their_character, "{name} {byte:02X}"),
                Some((.., why)) => {
                    assert_eq!((our_character, their_character), (Some('\n'), Some('\u{85}')), "{why}");
                }
            }
        }
        for byte in [0x80, 0xff].into_iter().filter(|byte| usize::from(*byte) >= top) {
            assert_eq!(iconv(theirs, "UTF-8", &[byte]), None, "{theirs} {byte:02X}");
        }
        // And back: our bytes of each character are theirs.
        let text: String = read.iter().filter(|character| !matches!(character, '\n' | '\u{85}')).collect();
        assert_eq!(ours.encode(&text), Ok(iconv("UTF-8", theirs, text.as_bytes()).unwrap()), "{name}");
    }
}
