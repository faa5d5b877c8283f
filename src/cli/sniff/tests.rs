use proptest::prelude::*;

use super::*;
use crate::fault::code;
use crate::format::{CodeTables, Definition};

/// The format file of a text, and the codes of the mistakes in it.
fn made(text: &str) -> Option<(String, Vec<&'static str>)> {
    let size = u64::try_from(text.len()).unwrap();
    let findings = look(&Sample { name: "a\nb.csv", size, head: text.as_bytes(), pieces: &[] });
    let draft = draft(&findings)?;
    let heading =
        format_file::Heading { file_name: "a\nb.csv", title: "a \"b\" \\", alike: None, findings: &findings };
    let format = format_file::text(draft, &heading);
    let faults =
        Definition::check("sniffed", "sniffed.toml", &format, &CodeTables::new()).err().unwrap_or_default();
    // What check finds is what is to be filled in, and nothing else; a quantity is missed only when a file is read.
    let asked = draft.missing.iter().any(|path| !path.ends_with(".number_of_items"));
    assert_eq!(asked, !faults.is_empty(), "{faults:?}\n{format}");
    assert!(faults.iter().all(|fault| fault.code == code::TARGET_NOT_SET), "{faults:?}\n{format}");
    Some((format, faults.iter().map(|fault| fault.code.name()).collect()))
}

#[test]
fn a_draft_that_lacks_nothing_is_a_format_file() {
    for text in [
        "Artikelnr;Benämning;Vikt kg\n1;Hasp;0,5\n2;Skruv;0,25\n",
        "Ordernr;Artikelnr;Antal;Namn;Leveransdatum\n1;a;1;x;2026-11-16\n",
        "Retur;Ordrenr;Linje;Antal;\"Årsag, 'x'\"\nR1;1;1;2;\n",
        "Order\n1\n",
        "Artikelnr;Färg \\ \"kod\"\n1;2\n",
        // No number shows the decimal sign, which a delimiter cannot be.
        "Artnr,Namn\n1,a\"b\n2,c\"d\n3,e\"f\n",
    ] {
        let (format, faults) = made(text).unwrap();
        assert_eq!(faults, [""; 0], "{format}");
    }
    let (format, faults) = made("Ordernr;Artikelnr;Antal\n1;a;1\n").unwrap();
    assert!(!faults.is_empty() && format.contains("# delivery_date"), "{format}");
}

proptest! {
    #[test]
    fn whatever_the_file_its_draft_lacks_only_what_is_to_be_filled_in(
        header in proptest::collection::vec(
            "OrdNr|Ordernr|Artnr|Antal|Pris|PrisPer|LevDat|Namn|Land|Enhet|RadNr|Text|Batch|Levnr|Retur|Vikt|[a-zåäö\"\\\\ '.]{0,6}",
            1..9,
        ),
        rows in proptest::collection::vec(
            proptest::collection::vec("[0-9]{1,4}|[0-9],[0-9]|2026-11-2[0-9]|00000000|[A-Z]{0,3}|1\\.250|J|\"", 1..9),
            0..8,
        ),
    ) {
        let rows = std::iter::once(&header).chain(&rows).map(|row| row.join(";"));
        let _ = made(&rows.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn also_without_a_header(text in "(([HLT]|0[123]|[0-9]{1,5}|[A-Z]{1,6}|20261120| {2,6})[; ]?){0,12}(\n(([HLT]|0[123]|[0-9]{1,5}|[A-Z]{1,6}| {2,6})[; ]?){0,12}){0,8}") {
        let _ = made(&text);
    }
}
