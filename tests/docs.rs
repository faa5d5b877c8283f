//! What the pages say is true: every TOML block is what it claims to be, and README names every command.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::Path;
use std::process::Command;

use lastkaj::format::Definition;

/// The TOML blocks of a page: the words behind ```` ```toml ````, the first line's number, the text.
fn toml_blocks(page: &str) -> Vec<(String, usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match &mut open {
            Some(_) if line.starts_with("```") => blocks.extend(open.take()),
            Some((_, _, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {
                if let Some(words) = line.strip_prefix("```toml") {
                    open = Some((words.trim().to_owned(), index + 2, String::new()));
                }
            }
        }
    }
    blocks
}

#[test]
fn every_toml_block_is_what_it_claims_to_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tables =
        lastkaj::config::code_tables(&root.join("formats"), &lastkaj::config::ProcessEnvironment).unwrap();
    let mut pages = vec![root.join("README.md")];
    pages.extend(std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    let (mut whole, mut wrong) = (0, Vec::new());
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
        for (words, line, text) in toml_blocks(&std::fs::read_to_string(page).unwrap()) {
            let place = format!("{}:{line}", page.file_name().unwrap().to_string_lossy());
            match words.as_str() {
                "" => {
                    whole += 1;
                    if let Err(faults) = Definition::check("docs", &place, &text, &tables) {
                        wrong.extend(faults.iter().map(|fault| format!("{place}: {fault}")));
                    }
                }
                "fragment" => {
                    if let Err(error) = toml::from_str::<toml::Table>(&text) {
                        wrong.push(format!("{place}: {error}"));
                    }
                }
                other => wrong.push(format!("{place}: what is a block of kind {other}?")),
            }
        }
    }
    assert!(whole > 3, "the reader finds the blocks: {whole}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `BLESS=1` writes the page anew; look at the difference before you commit it.
#[test]
fn the_page_of_the_documents_is_what_their_types_say() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/documents.md");
    let generated = lastkaj::document::reference();
    if std::env::var_os("BLESS").is_some() {
        std::io::Write::write_all(&mut std::fs::File::create(&page).unwrap(), generated.as_bytes()).unwrap();
        return;
    }
    let there = std::fs::read_to_string(&page).unwrap_or_default();
    let line =
        there.lines().zip(generated.lines()).take_while(|(there, generated)| there == generated).count();
    assert!(
        there == generated,
        "docs/documents.md:{} is not what src/document/ says; renew it: BLESS=1 cargo nextest run --test docs\n  there: {:?}\n  now:   {:?}",
        line + 1,
        there.lines().nth(line),
        generated.lines().nth(line),
    );
}

#[test]
fn readme_names_every_command_and_each_has_an_example() {
    let lastkaj = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_lastkaj")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let help = lastkaj(&["--help"]);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| {
            line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
        })
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() >= 10, "{help}");
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for command in commands {
        assert!(readme.contains(&format!("`{command}")), "README does not name {command}");
        assert!(lastkaj(&[command, "--help"]).contains("Example"), "{command} --help has no example");
    }
}

#[test]
fn the_page_of_the_sandbox_tells_every_switch_and_its_default() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sandbox.md")).unwrap();
    let table = page.split_once("| switch | default |").unwrap().1;
    let told: Vec<(String, serde_json::Value)> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            let bare = |cell: &str| cell.trim_matches(['|', ' ', '`']).to_owned();
            (
                bare(cells[0]),
                serde_json::from_str(&bare(cells[1])).unwrap_or_else(|error| panic!("{line}: {error}")),
            )
        })
        .collect();
    let switches = serde_json::to_value(lastkaj::sandbox::Switches::default()).unwrap();
    let switches: Vec<(String, serde_json::Value)> =
        switches.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    assert_eq!(told, switches);
}
