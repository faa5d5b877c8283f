//! What must hold whatever the bytes are. The fuzz targets call it with bytes of their own, the test `tests/fuzz.rs` with
//! every input that ever broke it (`fuzz/regressions/`).

mod encodings;
mod reading;
pub mod seeds;
pub mod shelf;

pub use encodings::encodings;
use reading::Fed;
use shelf::Shelf;

/// Between a format file and the file to read by it; no TOML has it.
pub const BETWEEN: u8 = 0;

/// Any bytes as a format file, and what stands behind a zero byte as a file to read by it.
pub fn definition(bytes: &[u8]) {
    let (format, file) = match bytes.iter().position(|byte| *byte == BETWEEN) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[][..]),
    };
    let Ok(text) = std::str::from_utf8(format) else { return };
    match lastkaj::format::Definition::check("fuzz", "fuzz.toml", text, shelf::tables()) {
        Ok(definition) => {
            definition.losses();
            for file in [&[][..], b"\r\n", b"01;A;1\r\n", file] {
                reading::holds(&Fed { definition: &definition, text, file });
            }
        }
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a reason");
            reading::placed(&faults.iter().collect::<Vec<_>>(), text.matches('\n').count() + 1);
        }
    }
}

/// Any bytes as a CSV file.
pub fn csv(bytes: &[u8]) {
    by_a_format("csv", bytes);
}

/// Any bytes as a file of fixed width.
pub fn fixed(bytes: &[u8]) {
    by_a_format("fixed", bytes);
}

/// Any bytes as an XML file.
pub fn xml(bytes: &[u8]) {
    by_a_format("xml", bytes);
}

/// The first two bytes say by which of our own formats of this syntax, the rest is the file.
fn by_a_format(syntax: &str, bytes: &[u8]) {
    let Some((choice, file)) = bytes.split_first_chunk::<2>() else { return };
    let shelf = Shelf::of(syntax);
    let chosen = shelf.chosen(u16::from_be_bytes(*choice));
    reading::holds(&Fed { definition: &chosen.definition, text: &chosen.text, file });
}
