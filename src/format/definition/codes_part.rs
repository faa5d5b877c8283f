//! `codes = …`: the tables that a source looks up in.

use super::CodeTables;
use crate::document::MemberKind;
use crate::fault::{Fault, code};
use crate::format::codes;
use crate::format::source::{Codes, Convert};
use crate::written::{At, Table, suggestion};

/// The code table of this name, or a mistake.
pub(super) fn code_table(table: &Table<'_>, name: &At<String>, tables: &CodeTables) -> Option<Codes> {
    let found = tables.codes(&name.value);
    if found.is_none() {
        let mut names: Vec<&str> = tables.names().chain(codes::BUILT_IN).collect();
        names.sort_unstable();
        names.dedup();
        table.fault(
            Fault::new(code::UNKNOWN_CODE_TABLE)
                .at(name.place.clone())
                .found(&name.value)
                .with("names", names.join(", "))
                .with("suggestion", suggestion(&name.value, names.iter().copied())),
        );
    }
    found
}

/// `codes = "units"`, or several tables one behind the other: `codes = ["carriers", "acme-transporters"]`.
pub(super) fn code_tables(table: &Table<'_>, tables: &CodeTables) -> Option<Codes> {
    let names = table.texts("codes")?;
    let made: Vec<Option<Codes>> = names.iter().map(|name| code_table(table, name, tables)).collect();
    let made: Option<Vec<Codes>> = made.into_iter().collect();
    made?.into_iter().reduce(|first, last| Codes::chained(&first, last))
}

/// What a member's kind asks for; the words for yes and no are those of the table `yes_no`, the own ones first.
pub(super) fn plain(kind: MemberKind, tables: &CodeTables) -> Convert {
    let mut convert = Convert::plain(kind);
    if matches!(kind, MemberKind::Boolean)
        && tables.adds_to(codes::YES_NO)
        && let Some(words) = tables.codes(codes::YES_NO)
    {
        (convert.yes, convert.no) = (words.words("true"), words.words("false"));
    }
    convert
}
