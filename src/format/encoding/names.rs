//! The names of encodings, as authors write them.

use super::page::{PAGES, Page};

/// The names that messages, suggestions and a schema show. More are accepted.
pub(super) const NAMES: &[&str] = &[
    "windows-1252",
    "iso-8859-1",
    "iso-8859-15",
    "utf-8",
    "windows-1250",
    "windows-1257",
    "iso-8859-4",
    "iso-8859-10",
    "utf-16le",
    "utf-16be",
    "cp850",
    "cp858",
    "cp865",
    "cp437",
    "ibm278",
    "ibm1143",
    "ibm277",
    "ibm1142",
    "ibm037",
    "ibm500",
    "sen-850200-b",
    "sen-850200-c",
    "ns-4551-1",
    "ns-4551-2",
    "ds-2089",
];

/// Other names of the national tables, as [bare](fn@bare).
const NATIONAL: &[(&str, &str)] = &[
    ("iso646se", "sen-850200-b"),
    ("iso646fi", "sen-850200-b"),
    ("iso646se2", "sen-850200-c"),
    ("iso646no", "ns-4551-1"),
    ("iso646no2", "ns-4551-2"),
    ("iso646dk", "ds-2089"),
];

/// What stands before the number of an OEM page, as [bare](fn@bare).
const OEM_PREFIXES: [&str; 5] = ["cp", "ibm", "oem", "dos", "codepage"];

/// What stands before the number of an EBCDIC page, as [bare](fn@bare).
const EBCDIC_PREFIXES: [&str; 5] = ["ibm", "cp", "ebcdic", "ccsid", "codepage"];

/// The web platform's encoding of this name; `_` is as good as `-`.
pub(super) fn web(name: &str) -> Option<&'static encoding_rs::Encoding> {
    let of = |name: &str| encoding_rs::Encoding::for_label_no_replacement(name.as_bytes());
    of(name).or_else(|| of(&name.replace('_', "-")))
}

/// The page of this name: `cp850`, `IBM-850`, `oem_850`; `cp278`, `ebcdic-278`, `ibm01143`; `SEN_850200_B`.
pub(super) fn page(name: &str) -> Option<&'static Page> {
    let bare = bare(name);
    let numbered = |prefixes: &[&str]| {
        let number = prefixes.iter().find_map(|prefix| bare.strip_prefix(prefix))?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.trim_start_matches('0').to_owned())
    };
    let (oem, ebcdic) = (numbered(&OEM_PREFIXES), numbered(&EBCDIC_PREFIXES));
    let alias = NATIONAL.iter().find(|(other, _)| *other == bare).map(|(_, name)| *name);
    PAGES.iter().find(|page| match page.family {
        super::page::Family::Oem => oem.as_deref() == page.name.strip_prefix("cp"),
        super::page::Family::Ebcdic => {
            let number = page.name.strip_prefix("ibm").map(|number| number.trim_start_matches('0'));
            ebcdic.as_deref() == number
        }
        super::page::Family::National => alias == Some(page.name) || self::bare(page.name) == bare,
    })
}

/// A name in lower case without what separates its parts.
fn bare(name: &str) -> String {
    name.trim().chars().filter(|sign| !matches!(sign, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}
