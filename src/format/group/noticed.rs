//! What was noticed of the characters of a file, as faults.

use crate::fault::{Fault, Place, code};
use crate::format::encoding::Noticed;
use crate::format::layout::{Layout, Syntax};

/// Whether the format file already repairs what was noticed.
pub(super) fn is_repaired(noticed: &Noticed, layout: &Layout) -> bool {
    let (found, means) = match noticed {
        Noticed::DoubleEncoded { written, means, .. } => (written, means.to_string()),
        Noticed::IsUtf8 { found, means, .. } => (found, means.clone()),
        Noticed::OtherMark { .. } | Noticed::OemNorwegian { .. } | Noticed::OtherFamily { .. } => {
            return false;
        }
    };
    let repairs = layout.around.repair.iter();
    repairs.fold(found.clone(), |text, repair| repair.apply(&text).into_owned()) == means
}

/// What was noticed of the characters of a file, as a fault. It only warns, unless the fields are not where they seem.
pub(super) fn told(noticed: Noticed, layout: &Layout, file: &str) -> Fault {
    let place = Place::file(file);
    match noticed {
        Noticed::OtherFamily { line, found, means, looks_like } => {
            return Fault::new(code::OTHER_ENCODING_LIKELY)
                .at(place.line(line))
                .found(found)
                .with("means", means)
                .with("looks_like", looks_like)
                .with("encoding", layout.encoding.name());
        }
        Noticed::IsUtf8 { count, found, means, encoding } => {
            let columns_moved = matches!(layout.syntax, Syntax::Fixed(_));
            Fault::new(if columns_moved { code::COLUMNS_MOVED_BY_UTF8 } else { code::FILE_IS_UTF8 })
                .found(found)
                .with("means", means)
                .with("count", count)
                .with("encoding", encoding)
        }
        Noticed::OtherMark { encoding } => Fault::new(code::OTHER_ENCODING_MARKED)
            .found(encoding.name())
            .with("encoding", layout.encoding.name()),
        Noticed::OemNorwegian { count } => {
            Fault::new(code::OEM_LETTERS_READ).with("count", count).with("encoding", layout.encoding.name())
        }
        Noticed::DoubleEncoded { count, written, means } => {
            Fault::new(code::TEXT_ENCODED_TWICE).with("count", count).found(written).with("means", means)
        }
    }
    .at(place)
}
