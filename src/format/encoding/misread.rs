//! Names that were read by the wrong table: which one they are in, told by the names that should be there.

use super::{Encoding, Repair};

/// What files of ERPs come in, most common first: of several that read a name alike the first is told.
const LIKELY: [&str; 12] = [
    "utf-8",
    "windows-1252",
    "cp850",
    "cp865",
    "cp437",
    "iso-8859-15",
    "sen-850200-b",
    "sen-850200-c",
    "ns-4551-1",
    "ns-4551-2",
    "ds-2089",
    "windows-1257",
];

/// A name that was read by the wrong table.
pub(in crate::format) struct Misread<'n> {
    /// As it was read.
    pub seen: &'n str,
    /// As it was meant.
    pub meant: &'n str,
    /// The encoding in which it is that.
    pub encoding: &'static str,
}

/// The first of the names that are wanted which is among the found ones, if those are in another encoding.
pub(in crate::format) fn misread<'n>(
    read_as: &Encoding,
    found: &[&'n str],
    wanted: &[&'n str],
) -> Option<Misread<'n>> {
    LIKELY.into_iter().filter(|name| *name != read_as.one_name()).find_map(|encoding| {
        let repair = Repair::new(read_as, &Encoding::named(encoding)?)?;
        wanted.iter().find_map(|meant| {
            let seen = found.iter().find(|seen| seen != &meant && repair.apply(seen) == *meant)?;
            Some(Misread { seen, meant, encoding })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_the_encoding_that_they_are_in() {
        let told = |read_as: &str, is: &str, name: &str| {
            let read_as = Encoding::named(read_as).unwrap();
            let bytes = Encoding::named(is).unwrap().encode(name).unwrap();
            let (mut seen, mut bad) = (String::new(), Vec::new());
            let mut decoder = read_as.decoder();
            decoder.decode(&bytes, &mut seen, &mut bad);
            decoder.finish(&mut seen, &mut bad);
            misread(&read_as, &["Nr", &seen], &["Antal", name]).map(|misread| {
                assert_eq!((misread.seen, misread.meant), (seen.as_str(), name));
                misread.encoding
            })
        };
        assert_eq!(told("windows-1252", "cp865", "Leveringsmåte"), Some("cp850"), "they read å alike");
        assert_eq!(told("windows-1252", "cp865", "Lagerbeløp"), Some("cp850"), "and ø");
        assert_eq!(told("windows-1252", "cp437", "Preis ¥"), Some("cp437"), "which they do not");
        assert_eq!(told("windows-1252", "utf-8", "Leveranssätt"), Some("utf-8"));
        assert_eq!(told("cp850", "windows-1252", "Leveranssätt"), Some("windows-1252"));
        assert_eq!(told("windows-1252", "sen-850200-b", "Leveranssätt"), Some("sen-850200-b"));
        assert_eq!(
            told("windows-1252", "ns-4551-1", "Leveringsmåte"),
            Some("sen-850200-b"),
            "they read å alike"
        );
        assert_eq!(told("windows-1252", "ds-2089", "Beløb"), Some("ns-4551-1"), "they read ø alike");
        assert_eq!(told("windows-1252", "windows-1252", "Leveranssätt"), None, "it is right as it is");
        assert_eq!(told("utf-8", "cp850", "Leveringsmåte"), None, "what is no character is told as such");
    }
}
