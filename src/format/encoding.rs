//! Encodings: bytes <-> text. Bytes that mean nothing are reported with their place, never turned into U+FFFD in
//! silence, and a character that an encoding lacks is never written as `&#8594;`.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, EncoderResult, UTF_8, UTF_16BE, UTF_16LE};

/// A checked encoding.
#[derive(Clone, Debug)]
pub(super) struct Encoding(Table);

/// Where an encoding's characters come from.
#[derive(Clone, Debug)]
enum Table {
    /// One of the web platform's encodings. As there, `iso-8859-1`, `latin1` and `ascii` mean windows-1252:
    /// the bytes 80–9F, which Latin-1 leaves to control characters, are the dashes and the euro that senders mean.
    Web(&'static encoding_rs::Encoding),
}

/// Bytes that are no character.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Undecodable {
    /// Where the stand-in U+FFFD is in the decoded text, in bytes of UTF-8.
    pub at: usize,
    /// The bytes in hex, `C3 28`.
    pub hex: String,
}

impl Encoding {
    /// The encoding of this name, as an author writes it (`windows-1252`, `iso-8859-1`, `utf-8`, `utf-16le`).
    pub fn named(name: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label_no_replacement(name.as_bytes()).map(|web| Encoding(Table::Web(web)))
    }

    /// Decodes from the start of a file. A byte order mark is taken away, and says which Unicode encoding the
    /// file is really in: it is a statement of the file itself, not a guess.
    pub fn decoder(&self) -> Decoder {
        match self.0 {
            Table::Web(web) => Decoder { web: web.new_decoder(), recent: Vec::new() },
        }
    }

    /// The text with every character that the encoding lacks written otherwise (`–` as `-`, `€` as `EUR`).
    ///
    /// # Errors
    /// The first character for which there is no other way to write it.
    pub fn writable<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, char> {
        if text.is_ascii() || text.chars().all(|character| self.has(character)) {
            return Ok(Cow::Borrowed(text));
        }
        let mut written = String::with_capacity(text.len());
        for character in text.chars() {
            if self.has(character) {
                written.push(character);
            } else {
                written.push_str(otherwise(character).ok_or(character)?);
            }
        }
        Ok(Cow::Owned(written))
    }

    /// The bytes of a text that is [writable](Encoding::writable), without a byte order mark.
    ///
    /// # Errors
    /// The first character that the encoding does not have.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, char> {
        let Table::Web(web) = self.0;
        // encoding_rs writes UTF-8 where UTF-16 is asked for.
        if web == UTF_16LE {
            return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        }
        if web == UTF_16BE {
            return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        }
        if web == UTF_8 {
            return Ok(text.as_bytes().to_vec());
        }
        let mut encoder = web.new_encoder();
        let mut bytes = Vec::new();
        let mut rest = text;
        loop {
            let room = encoder.max_buffer_length_from_utf8_without_replacement(rest.len());
            bytes.reserve(room.unwrap_or(rest.len()).max(16));
            let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            match result {
                EncoderResult::InputEmpty => return Ok(bytes),
                EncoderResult::OutputFull => rest = rest.get(read..).unwrap_or(""),
                EncoderResult::Unmappable(character) => return Err(character),
            }
        }
    }

    fn has(&self, character: char) -> bool {
        character.is_ascii() || self.encode(character.encode_utf8(&mut [0; 4])).is_ok()
    }
}

/// How a character is written where the encoding does not have it (reference, quirk B14).
fn otherwise(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '‘' | '’' | '‚' | '′' | '´' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '€' => "EUR",
        '…' => "...",
        '•' => "*",
        '™' => "TM",
        '×' => "x",
        '\u{a0}' | '\u{2009}' | '\u{202f}' => " ",
        '\u{ad}' | '\u{200b}' | '\u{feff}' => "",
        '→' => "->",
        '←' => "<-",
        'Ł' => "L",
        'ł' => "l",
        'Š' => "S",
        'š' => "s",
        'Ž' => "Z",
        'ž' => "z",
        'Č' => "C",
        'č' => "c",
        'Œ' => "OE",
        'œ' => "oe",
        _ => return None,
    })
}

/// Decodes a file piece by piece.
pub(super) struct Decoder {
    web: encoding_rs::Decoder,
    /// The last few bytes before the present piece, to name undecodable ones that begin there.
    recent: Vec<u8>,
}

impl Decoder {
    /// Appends the text of the next bytes; where they are no character stands U+FFFD, and its place in `bad`.
    pub fn decode(&mut self, bytes: &[u8], text: &mut String, bad: &mut Vec<Undecodable>) {
        self.run(bytes, false, text, bad);
        self.recent.extend_from_slice(bytes.get(bytes.len().saturating_sub(8)..).unwrap_or(bytes));
        let old = self.recent.len().saturating_sub(8);
        self.recent.drain(..old);
    }

    /// Ends the text; whatever is added to `bad` now is a character that the end of the file cut in two.
    pub fn finish(&mut self, text: &mut String, bad: &mut Vec<Undecodable>) {
        self.run(&[], true, text, bad);
    }

    fn run(&mut self, bytes: &[u8], last: bool, text: &mut String, bad: &mut Vec<Undecodable>) {
        let mut done = 0;
        loop {
            let rest = bytes.get(done..).unwrap_or(&[]);
            text.reserve(
                self.web.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(64).max(16),
            );
            let (result, read) = self.web.decode_to_string_without_replacement(rest, text, last);
            done += read;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let end = (self.recent.len() + done).saturating_sub(usize::from(after));
                    let hex: Vec<String> = (end.saturating_sub(usize::from(length))..end)
                        .filter_map(|at| match at.checked_sub(self.recent.len()) {
                            None => self.recent.get(at),
                            Some(at) => bytes.get(at),
                        })
                        .map(|byte| format!("{byte:02X}"))
                        .collect();
                    bad.push(Undecodable { at: text.len(), hex: hex.join(" ") });
                    text.push(char::REPLACEMENT_CHARACTER);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(name: &str, bytes: &[u8], piece: usize) -> (String, Vec<Undecodable>) {
        let mut decoder = Encoding::named(name).unwrap().decoder();
        let (mut text, mut bad) = (String::new(), Vec::new());
        for piece in bytes.chunks(piece) {
            decoder.decode(piece, &mut text, &mut bad);
        }
        decoder.finish(&mut text, &mut bad);
        (text, bad)
    }

    #[test]
    fn nordic_bytes_in_their_encodings() {
        for (name, bytes) in [
            ("iso-8859-1", &b"R\xF8st \x96 \x80"[..]),
            ("utf-8", "Røst – €".as_bytes()),
            ("utf-8", b"\xEF\xBB\xBFR\xC3\xB8st \xE2\x80\x93 \xE2\x82\xAC"),
            ("windows-1252", b"\xEF\xBB\xBFR\xC3\xB8st \xE2\x80\x93 \xE2\x82\xAC"),
            ("utf-16le", b"\xFF\xFER\0\xF8\0s\0t\0 \0\x13\x20 \0\xAC\x20"),
            ("utf-16le", b"R\0\xF8\0s\0t\0 \0\x13\x20 \0\xAC\x20"),
            ("utf-16be", b"\0R\0\xF8\0s\0t\0 \x20\x13\0 \x20\xAC"),
        ] {
            for piece in [1, 2, 3, 100] {
                assert_eq!(decode(name, bytes, piece), ("Røst – €".to_owned(), vec![]), "{name} {piece}");
            }
        }
    }

    #[test]
    fn only_one_byte_order_mark_is_taken() {
        assert_eq!(decode("utf-8", b"\xEF\xBB\xBF\xEF\xBB\xBFa", 2).0, "\u{feff}a");
    }

    #[test]
    fn undecodable_bytes_are_named_also_across_pieces() {
        for piece in [1, 2, 100] {
            let (text, bad) = decode("utf-8", b"ab\xE2\x82(\xFF", piece);
            assert_eq!(text, "ab\u{fffd}(\u{fffd}");
            let seen: Vec<_> = bad.iter().map(|bad| (bad.at, bad.hex.as_str())).collect();
            assert_eq!(seen, [(2, "E2 82"), (6, "FF")], "pieces of {piece}");
        }
        assert_eq!(decode("utf-16le", b"a\0b", 1).1[0].hex, "62");
    }

    #[test]
    fn writing_goes_back_to_the_same_bytes() {
        for name in ["windows-1252", "utf-8", "utf-16le", "utf-16be"] {
            let encoding = Encoding::named(name).unwrap();
            let bytes = encoding.encode("Åsa – 12 €").unwrap();
            assert_eq!(decode(name, &bytes, 3).0, "Åsa – 12 €", "{name}");
        }
    }

    #[test]
    fn what_an_encoding_lacks_is_written_otherwise_or_refused() {
        let latin2 = Encoding::named("iso-8859-2").unwrap();
        assert_eq!(latin2.writable("a – b’s 5 € Ł").unwrap(), "a - b's 5 EUR Ł");
        let latin1 = Encoding::named("windows-1252").unwrap();
        assert_eq!(latin1.writable("→ Łódź"), Err('ź'));
        assert_eq!(latin1.writable("→ Łó").unwrap(), "-> Ló");
        assert_eq!(latin1.encode("ź"), Err('ź'));
    }
}
