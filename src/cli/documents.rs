//! `documents`: which documents a format file can make or write, and every member of one.

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::document::{DocumentType, Member, MemberTable, tables};

use super::Exit;
use super::terminal::{say, say_json, table};

#[derive(Args)]
pub(super) struct DocumentsArguments {
    /// The document whose members to list; without it, all documents
    #[arg(value_name = "TYPE", value_parser = PossibleValuesParser::new(DocumentType::ALL.iter().map(|it| it.name())))]
    document: Option<String>,
    /// For scripts
    #[arg(long)]
    json: bool,
}

pub(super) fn documents(arguments: &DocumentsArguments) -> Exit {
    match arguments.document.as_deref().and_then(DocumentType::named) {
        Some(document) if arguments.json => say_json(&document_as_json(document)),
        Some(document) => show(document),
        None if arguments.json => {
            say_json(&DocumentType::ALL.iter().copied().map(document_as_json).collect::<Value>());
        }
        None => list(),
    }
    Exit::Well
}

fn list() {
    let row = |document: &DocumentType| vec![document.name().to_owned(), document.meaning().to_owned()];
    say(table(&["document", "what it is"], DocumentType::ALL.iter().map(row).collect()));
}

fn show(document: DocumentType) {
    say(document.meaning());
    let inbound = document.is_inbound();
    let heading: &[&str] = if inbound {
        &["member", "kind", "required", "most characters", "meaning"]
    } else {
        &["member", "kind", "meaning"]
    };
    for members in tables(document) {
        let row = |member: &Member| {
            let required = if member.required { "yes" } else { "" };
            let most = member.max_length.map(|most| most.to_string()).unwrap_or_default();
            let asked = inbound.then(|| [required.to_owned(), most]);
            let mut cells = vec![member.name.to_owned(), member.kind_name().to_owned()];
            cells.extend(asked.into_iter().flatten());
            cells.push(member.meaning.trim().to_owned());
            cells
        };
        say(format!("\n{}\n{}", members.title(), members.how()));
        for line in table(heading, members.shape.members.iter().map(row).collect()).lines() {
            say(format!("  {line}"));
        }
    }
}

fn document_as_json(document: DocumentType) -> Value {
    json!({
        "document": document.name(),
        "inbound": document.is_inbound(),
        "meaning": document.meaning(),
        "tables": tables(document).iter().map(table_as_json).collect::<Value>(),
    })
}

fn table_as_json(table: &MemberTable) -> Value {
    let members = table.shape.members.iter().map(|member| {
        json!({
            "name": member.name,
            "kind": member.kind_name(),
            "required": member.required,
            "most_characters": member.max_length,
            "meaning": member.meaning.trim(),
        })
    });
    json!({ "path": table.path, "how": table.how(), "members": members.collect::<Value>() })
}
