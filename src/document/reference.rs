//! The reference of all documents, told by their own shapes: docs/documents.md, and `lastkaj documents`.

use super::shape::{Member, MemberKind, Shape};
use super::{DocumentType, MEMBERS_UNKNOWN};

/// The members of a document, or of one table or list in it, with how a format file names them.
pub struct MemberTable {
    /// The document that it stands in.
    pub document: DocumentType,
    /// The dotted path from the document on; empty for the document itself.
    pub path: String,
    /// The members.
    pub shape: &'static Shape,
    /// The path of the innermost list that it stands in, or is; empty outside of all.
    list: String,
    /// The way from that list, or from the document, to here; empty for the list or document itself.
    below: String,
}

/// The document's own members first, then each table and list in the order of the members. Pairs of code and name are
/// no tables of their own: they are all the same.
pub fn tables(document: DocumentType) -> Vec<MemberTable> {
    let mut found = Vec::new();
    let whole = MemberTable {
        document,
        path: String::new(),
        shape: document.shape(),
        list: String::new(),
        below: String::new(),
    };
    collect(whole, &mut found);
    found
}

fn collect(table: MemberTable, found: &mut Vec<MemberTable>) {
    let nested: Vec<MemberTable> =
        table.shape.members.iter().filter_map(|member| table.nested(member)).collect();
    found.push(table);
    for table in nested {
        collect(table, found);
    }
}

/// A name below a dotted path; either may be empty.
fn dotted(path: &str, name: &str) -> String {
    let dot = if path.is_empty() || name.is_empty() { "" } else { "." };
    format!("{path}{dot}{name}")
}

fn is_code_and_name(shape: &Shape) -> bool {
    shape.schema == "CodeNamePair"
}

impl Member {
    /// The kind as the reference names it: `table`, but `code and name` for the pair that every document has.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            MemberKind::Object(nested) if is_code_and_name(nested()) => nested().name,
            kind => kind.name(),
        }
    }
}

impl MemberTable {
    fn nested(&self, member: &Member) -> Option<MemberTable> {
        let path = dotted(&self.path, member.name);
        let document = self.document;
        match member.kind {
            MemberKind::Object(nested) if is_code_and_name(nested()) => None,
            MemberKind::Object(nested) => {
                let below = dotted(&self.below, member.name);
                Some(MemberTable { document, path, shape: nested(), list: self.list.clone(), below })
            }
            MemberKind::List(nested) => Some(MemberTable {
                document,
                list: path.clone(),
                path,
                shape: nested(),
                below: String::new(),
            }),
            MemberKind::Text
            | MemberKind::Decimal
            | MemberKind::Integer
            | MemberKind::Boolean
            | MemberKind::Date
            | MemberKind::DateTime => None,
        }
    }

    /// The name of the whole: `order.order_lines.prices`.
    pub fn title(&self) -> String {
        dotted(self.document.name(), &self.path)
    }

    /// How a format file names these members, in one sentence.
    pub fn how(&self) -> String {
        let first = self.shape.members.iter().find(|member| !matches!(member.kind, MemberKind::List(_)));
        let example = dotted(&self.below, &first.map(example).unwrap_or_default());
        let name = self.document.name();
        if self.document.is_inbound() {
            let place = format!("[document.{}]", dotted(name, &self.list));
            return match (self.list.is_empty(), self.below.is_empty()) {
                (_, false) => format!("In `{place}`: `{example} = …`."),
                (true, true) => format!("`{place}` with `each = …`: `{example} = …`."),
                (false, true) => format!("`{place}` with its own `each = …`: `{example} = …`."),
            };
        }
        let each = match self.list.as_str() {
            "" => "and no `each`".to_owned(),
            list => format!("and `each = \"{list}\"`"),
        };
        format!("`[record.NAME]` with `of = \"{name}\"` {each}: `\"Field\" = \"{example}\"`.")
    }

    /// Members that Ongoing has besides, and that are never sent, since no source shows what they hold.
    fn never_sent(&self) -> Vec<&'static str> {
        let here = |(schema, _): &&(&str, &str)| !schema.is_empty() && *schema == self.shape.schema;
        MEMBERS_UNKNOWN.iter().filter(here).map(|(_, member)| *member).collect()
    }
}

/// A member's name as a source or target, down to something plain.
fn example(member: &Member) -> String {
    match member.kind {
        MemberKind::Object(nested) => {
            let first = nested().members.iter().find(|member| !matches!(member.kind, MemberKind::List(_)));
            dotted(member.name, &first.map(example).unwrap_or_default())
        }
        _ => member.name.to_owned(),
    }
}

const HEAD: &str = "\
# Documents

Every document that a format file can make or write, with every member. This page is generated from the types of the
program: change their comments in `src/document/`, then `BLESS=1 cargo nextest run --test docs`. `lastkaj documents TYPE` says
the same on the command line, `--json` for scripts. How a format file is made: [format-files.md](format-files.md).

Names are Ongoing's, in snake_case. What goes to the ERP is gathered from several answers of its API; where those have several
words for one thing, our documents have one: `batch_number`, `serial`, `expiry_date`, `article_item_status`.

| kind | what a format file reads into it, or writes of it |
| --- | --- |
| text | any text |
| decimal number | an exact number, with as many decimals as it has |
| whole number | a number without decimals |
| yes or no | true or false; a member that is not stated is neither |
| date | a calendar day |
| date and time | an instant; files have it in the partner's time zone |
| code and name | two texts: `order_type.code`, `order_type.name` |
| table | members of its own, written with a dot |
| list | any number of tables, made or written by an `each` of their own |

*Required* is what Ongoing requires of a document, or of a table where it is set at all; row numbers are made where no
source is given. *Most characters* are those that Ongoing's older SOAP interface states; the REST interface states none.
What is asked beyond that before a document is sent: [checks.md](checks.md).

";

const INBOUND: &str = "\
## From the ERP

Made by the `[document.TYPE]` tables of a format file.
";

const OUTBOUND: &str = "\
## To the ERP

Written by the `[record.NAME]` tables of a format file. Quantities are decimal numbers in the article's unit. Where nothing is
known a member is empty: its `default` is written, or nothing. In a record of a list, a name that the list's item does not
have is the document's.

Outboxes exist for acknowledgements and shipments; format files for the others can be written, checked and tried with
samples, and their outboxes come later.
";

/// The text of docs/documents.md.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for (inbound, head) in [(true, INBOUND), (false, OUTBOUND)] {
        let types = || DocumentType::ALL.iter().filter(move |document| document.is_inbound() == inbound);
        page.push_str(head);
        page.push_str("\n| document | what it is |\n| --- | --- |\n");
        for document in types() {
            let name = document.name();
            page.push_str(&format!("| [`{name}`](#{}) | {} |\n", anchor(name), what(*document)));
        }
        page.push('\n');
        for document in types() {
            for table in tables(*document) {
                write_table(&table, &mut page);
            }
        }
    }
    format!("{}\n", page.trim_end())
}

/// What a document is, without the way it goes.
fn what(document: DocumentType) -> &'static str {
    document.meaning().split_once(": ").map_or(document.meaning(), |(_, what)| what)
}

fn write_table(table: &MemberTable, page: &mut String) {
    let level = if table.path.is_empty() { "###" } else { "####" };
    page.push_str(&format!("{level} {}\n\n", table.title()));
    if table.path.is_empty() {
        let what = what(table.document);
        let mut letters = what.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        page.push_str(&format!("{first}{} ", letters.as_str()));
    }
    page.push_str(&format!("{}\n\n", table.how()));
    let inbound = table.document.is_inbound();
    page.push_str(if inbound {
        "| member | kind | required | most characters | meaning |\n| --- | --- | --- | ---: | --- |\n"
    } else {
        "| member | kind | meaning |\n| --- | --- | --- |\n"
    });
    for member in table.shape.members {
        page.push_str(&format!("| `{}` | {} |", member.name, kind(table, member)));
        if inbound {
            let required = if member.required { "yes" } else { "" };
            let most = member.max_length.map(|most| most.to_string()).unwrap_or_default();
            page.push_str(&format!(" {required} | {most} |"));
        }
        page.push_str(&format!(" {} |\n", member.meaning.trim().replace('|', "\\|")));
    }
    let never_sent = table.never_sent();
    if !never_sent.is_empty() {
        let names: Vec<String> = never_sent.iter().map(|name| format!("`{name}`")).collect();
        page.push_str(&format!(
            "\nOngoing also has {}: what they hold is not known, so they are never sent.\n",
            names.join(", ")
        ));
    }
    page.push('\n');
}

/// The kind, with the way to the members of a table or list.
fn kind(table: &MemberTable, member: &Member) -> String {
    match table.nested(member) {
        Some(nested) => format!("[{}](#{})", member.kind_name(), anchor(&nested.title())),
        None => member.kind_name().to_owned(),
    }
}

/// The anchor that a heading gets on the pages of the usual forges.
fn anchor(title: &str) -> String {
    title.replace('.', "")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_written_record_can_reach_every_list() {
        for document in DocumentType::ALL.iter().filter(|document| !document.is_inbound()) {
            for table in tables(*document).iter().filter(|table| !table.list.is_empty()) {
                let list_inside =
                    table.shape.members.iter().any(|member| matches!(member.kind, MemberKind::List(_)));
                assert!(!list_inside, "{}: a list in a list cannot be written", table.title());
            }
        }
    }

    #[test]
    fn every_member_says_what_it_means_and_every_heading_is_found() {
        let mut anchors = BTreeSet::new();
        let mut members = 0;
        for table in DocumentType::ALL.iter().flat_map(|document| tables(*document)) {
            assert!(anchors.insert(anchor(&table.title())), "two headings {}", table.title());
            assert!(!table.shape.members.is_empty(), "{}", table.title());
            for member in table.shape.members {
                members += 1;
                let meaning = member.meaning.trim();
                assert!(meaning.ends_with('.') && meaning.len() > 4, "{}.{}", table.title(), member.name);
            }
        }
        assert!(members > 500, "the walk sees the members: {members}");
    }

    #[test]
    fn how_members_are_named_in_format_files() {
        let how = |document, path: &str| {
            let tables = tables(document);
            let table = tables.iter().find(|table| table.path == path);
            table.map(MemberTable::how).unwrap_or_default()
        };
        let order = DocumentType::Order;
        assert_eq!(how(order, ""), "`[document.order]` with `each = …`: `order_number = …`.");
        assert_eq!(how(order, "consignee"), "In `[document.order]`: `consignee.customer_number = …`.");
        assert_eq!(
            how(order, "order_lines"),
            "`[document.order.order_lines]` with its own `each = …`: `row_number = …`."
        );
        assert_eq!(
            how(order, "order_lines.prices"),
            "In `[document.order.order_lines]`: `prices.line_price = …`."
        );
        let stock = DocumentType::Stock;
        assert_eq!(
            how(stock, ""),
            "`[record.NAME]` with `of = \"stock\"` and no `each`: `\"Field\" = \"read_from\"`."
        );
        assert_eq!(
            how(stock, "lines.warehouse"),
            "`[record.NAME]` with `of = \"stock\"` and `each = \"lines\"`: `\"Field\" = \"warehouse.id\"`."
        );
    }
}
