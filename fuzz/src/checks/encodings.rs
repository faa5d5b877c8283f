//! Bytes to text and back, in every encoding.

use lastkaj::format::encoding::{Encoding, Undecodable, guess};

/// The first byte says which encoding, the second how large the pieces are in which the rest comes.
pub fn encodings(bytes: &[u8]) {
    let Some(([which, piece], bytes)) = bytes.split_first_chunk::<2>() else { return };
    let names = Encoding::names();
    let encoding =
        Encoding::named(names[usize::from(*which) % names.len()]).expect("its own names are known");
    let (whole, bad) = decoded(&encoding, bytes, bytes.len().max(1));
    assert_eq!(decoded(&encoding, bytes, usize::from(*piece).max(1)), (whole.clone(), bad.clone()), "pieces");
    for undecodable in &bad {
        assert!(whole[undecodable.at..].starts_with('\u{fffd}'), "{undecodable:?} in {whole:?}");
    }
    assert!(bad.len() <= bytes.len());
    // What can be written comes back. What cannot is made writable, or it is said which character stops it.
    if let Ok(encoded) = encoding.encode(&whole) {
        comes_back(&encoding, &whole, &encoded);
    }
    let writable = encoding.writable_with(&whole, '?');
    let encoded = encoding.encode(&writable).expect("what was made writable can be written");
    comes_back(&encoding, &writable, &encoded);
    match encoding.writable(&whole) {
        Ok(same) => assert_eq!(same, writable),
        Err(character) => assert!(!encoding.has(character), "{character:?} stops it"),
    }
    guess(bytes);
}

/// Text that was written is read as the same text.
fn comes_back(encoding: &Encoding, text: &str, encoded: &[u8]) {
    let marks = [&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF"];
    let means_more = match encoding.name() {
        // Beside letters they are read as the Norwegian letters that stand there in code page 865.
        "cp437" => text.contains(['¢', '¥']),
        // In EBCDIC a carriage return before a line end is a part of it.
        _ if encoding.is_ebcdic() => text.contains('\r'),
        _ => marks.iter().any(|mark| encoded.starts_with(mark)),
    };
    if means_more {
        return;
    }
    let (again, bad) = decoded(encoding, encoded, 7);
    assert_eq!(bad, [], "{}", encoding.name());
    assert_eq!(again, text, "{}", encoding.name());
}

fn decoded(encoding: &Encoding, bytes: &[u8], piece: usize) -> (String, Vec<Undecodable>) {
    let (mut text, mut bad) = (String::new(), Vec::new());
    let mut decoder = encoding.decoder();
    for piece in bytes.chunks(piece) {
        decoder.decode(piece, &mut text, &mut bad);
    }
    decoder.finish(&mut text, &mut bad);
    decoder.noticed();
    (text, bad)
}
