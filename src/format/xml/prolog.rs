//! The declaration of an XML file. It is read by ourselves, since vendors print it without quotes and with typographic
//! ones (`<?xml version=1.0 encoding=windows-1252?>`, quirk B11), and since bytes are decoded before the parser sees them.

use crate::format::encoding::Encoding;

/// How many bytes the declaration stands within.
pub(super) const LENGTH_MAX: usize = 512;

/// The encoding that a file declares by its mark or in its declaration; UTF-8 where it says nothing.
///
/// # Errors
/// The name of an encoding that nobody knows.
pub(super) fn declared_encoding(first: &[u8]) -> Result<Encoding, String> {
    let plain = |name: &str| Encoding::named(name).ok_or_else(|| name.to_owned());
    match first {
        [0xef, 0xbb, 0xbf, ..] => return plain("utf-8"),
        [0xff, 0xfe, ..] | [b'<', 0, ..] => return plain("utf-16le"),
        [0xfe, 0xff, ..] | [0, b'<', ..] => return plain("utf-16be"),
        // `<?xm` in EBCDIC: the Nordic pages agree on the letters and signs of a declaration but for some quotes.
        [0x4c, 0x6f, 0xa7, 0x94, ..] => return plain("ibm278"),
        _ => {}
    }
    let first = first.get(..LENGTH_MAX.min(first.len())).unwrap_or_default();
    // Every encoding that is left has ASCII where ASCII is; the rest does not matter here.
    let text: String = first.iter().map(|byte| char::from(*byte)).collect();
    let declaration = text.get(..declaration_length(&text)).unwrap_or("");
    let Some(label) = attribute(declaration, "encoding") else { return plain("utf-8") };
    // What declares UTF-16 and can be read as ASCII is something else.
    if label.to_ascii_lowercase().starts_with("utf-16") {
        return plain("utf-8");
    }
    Encoding::named(&label).ok_or(label)
}

/// The value of an attribute of the declaration, in quotes of any kind or none.
fn attribute(declaration: &str, name: &str) -> Option<String> {
    let (_, rest) = declaration.split_once(name)?;
    let value = rest.trim_start().strip_prefix('=')?;
    let is_part = |character: &char| character.is_ascii_alphanumeric() || "-_.:".contains(*character);
    let value: String =
        value.chars().skip_while(|character| !is_part(character)).take_while(is_part).collect();
    (!value.is_empty()).then_some(value)
}

/// How long the declaration is, with what stands before it; 0 where there is none.
pub(super) fn declaration_length(text: &str) -> usize {
    let bare =
        text.trim_start_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    if !bare.starts_with("<?xml") || bare.starts_with("<?xml-") {
        return 0;
    }
    match bare.find("?>") {
        Some(end) if end < LENGTH_MAX => text.len() - bare.len() + end + 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_read_however_it_is_quoted() {
        for (first, encoding) in [
            (&b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"[..], "iso-8859-1"),
            (b"<?xml version='1.0' encoding='utf-8'?><a/>", "utf-8"),
            (b"<?xml version=1.0 encoding=windows-1252?><a/>", "windows-1252"),
            (b"<?xml version=\x931.0\x94 encoding=\x93windows-1252\x94?>", "windows-1252"),
            ("<?xml version=“1.0” encoding=“windows-1252” ?>".as_bytes(), "windows-1252"),
            (b"  \r\n<?xml version='1.0' encoding = 'cp850'?>", "cp850"),
            (b"<?xml version='1.0'?><a encoding='cp850'/>", "utf-8"),
            (b"<a/>", "utf-8"),
            (b"", "utf-8"),
            (b"<?xml encoding='UTF-16'?><a/>", "utf-8"),
            (b"\xff\xfe<\0", "utf-16le"),
            (b"\0<\0?", "utf-16be"),
        ] {
            let found = declared_encoding(first).unwrap();
            assert_eq!(found.name(), encoding, "{}", String::from_utf8_lossy(first));
        }
        assert_eq!(declared_encoding(b"<?xml encoding='klingon'?>").unwrap_err(), "klingon");
    }

    #[test]
    fn a_declaration_has_an_end() {
        assert_eq!(declaration_length("<?xml a?><b/>"), 9);
        assert_eq!(declaration_length("\u{feff} <?xml a?><b/>"), 13);
        assert_eq!(declaration_length("<?xml-stylesheet a?><b/>"), 0);
        assert_eq!(declaration_length("<?xml a><b/>"), 0);
        assert_eq!(declaration_length("<b/>"), 0);
    }
}
