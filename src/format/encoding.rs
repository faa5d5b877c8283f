//! Encodings: bytes <-> text.

/// A checked encoding.
#[derive(Clone, Debug)]
pub(super) struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    /// The encoding of this name, as an author writes it (`windows-1252`, `iso-8859-1`, `utf-8`).
    pub fn named(name: &str) -> Option<Encoding> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Encoding)
    }
}
