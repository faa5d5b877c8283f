//! The import rule of the module map (docs/architecture.md): every `crate::` and `super::` path is read, and a module
//! that uses what stands below it is named.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who may use whom. `base` stands for fault, clock, step, written and secret.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let base = ["fault", "clock", "step", "written", "secret"];
    let with = |more: &[&'static str]| base.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    BTreeMap::from([
        ("fault", vec![]),
        ("clock", vec![]),
        ("step", vec![]),
        ("secret", vec![]),
        ("written", vec!["fault"]),
        ("document", vec!["fault"]),
        // No ledger, transport, Ongoing, clock, environment, async or logging in the pure middle.
        ("format", vec!["fault", "written", "document"]),
        ("call", vec!["fault", "document"]),
        ("plan", vec!["fault", "document", "call"]),
        ("transport", vec!["fault", "step", "secret"]),
        ("ongoing", with(&["document", "call"])),
        ("ledger", with(&["call"])),
        ("receive", with(&["document", "transport", "format", "call", "plan", "ledger"])),
        ("send", with(&["call", "ongoing", "ledger"])),
        ("report", with(&["document", "call", "ongoing", "format", "transport", "ledger"])),
        (
            "config",
            with(&[
                "document",
                "call",
                "plan",
                "format",
                "transport",
                "ongoing",
                "receive",
                "send",
                "report",
            ]),
        ),
        // The stand-in must not be able to share our mistakes.
        ("sandbox", vec!["fault", "clock", "step"]),
        (
            "gateway",
            with(&[
                "document",
                "call",
                "plan",
                "format",
                "transport",
                "ongoing",
                "ledger",
                "receive",
                "send",
                "report",
                "config",
            ]),
        ),
        ("sample", with(&["document", "format", "config"])),
        (
            "cli",
            with(&[
                "document",
                "call",
                "plan",
                "format",
                "transport",
                "ongoing",
                "ledger",
                "receive",
                "send",
                "report",
                "config",
                "gateway",
                "sandbox",
                "sample",
            ]),
        ),
        ("lib", vec![]),
        ("main", vec!["cli"]),
    ])
}

#[test]
fn modules_use_only_what_stands_above_them() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let allowed = allowed();
    let mut offences = Vec::new();
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 40, "the walk finds the sources: {}", files.len());
    let mut paths = 0;
    for file in files {
        let module = top_module(file.strip_prefix(&source).unwrap());
        let Some(may_use) = allowed.get(module.as_str()) else {
            offences.push(format!("{}: the module {module} is not on the map", file.display()));
            continue;
        };
        for (number, used) in used_modules(&file, &source) {
            paths += 1;
            if used != module && !may_use.contains(&used.as_str()) {
                offences.push(format!("{}:{number}: {module} may not use {used}", file.display()));
            }
        }
    }
    assert!(paths > 100, "the reader of paths finds them: {paths}");
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn the_map_in_the_docs_is_the_one_that_is_tested() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, table) = page.split_once("| module | may use |\n| --- | --- |\n").unwrap();
    let names =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table.lines().take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').collect();
        let (modules, may_use) = (names(cells[1]), cells[2].trim());
        let mut used: Vec<String> = match may_use {
            "all above but `sandbox`" => told.keys().filter(|name| *name != "sandbox").cloned().collect(),
            "all above" => told.keys().cloned().collect(),
            _ => names(may_use),
        };
        if may_use.starts_with("base") {
            used.extend(["fault", "clock", "step", "written", "secret"].map(str::to_owned));
        }
        used.sort();
        for module in modules {
            assert_eq!(told.insert(module, used.clone()), None, "{row}");
        }
    }
    let tested: BTreeMap<String, Vec<String>> = allowed()
        .into_iter()
        .filter(|(module, _)| *module != "lib")
        .map(|(module, mut used)| {
            used.sort_unstable();
            (module.to_owned(), used.into_iter().map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(told, tested);
}

/// What may stand at the top beside dotfiles; `target` and what a failed property leaves are never committed.
const TOP: [&str; 13] = [
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "benches",
    "docs",
    "formats",
    "fuzz",
    "proptest-regressions",
    "samples",
    "src",
    "systemd",
    "target",
    "tests",
];

/// The greatest file that may stand in the repository: generated pages and expected results are smaller.
const FILE_BYTES_MAX: u64 = 512 * 1024;

#[test]
fn nothing_stands_at_the_top_that_is_not_on_the_map_and_no_file_is_huge() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.to_path_buf()];
    let (mut strangers, mut files) = (Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            if folder == root && !name.starts_with('.') && !TOP.contains(&name.as_str()) {
                strangers.push(format!("{name} stands at the top"));
            }
            let is_made = ["target", ".git", "corpus", "artifacts"].contains(&name.as_str());
            let about = entry.metadata().unwrap();
            if about.is_dir() && !is_made {
                folders.push(path);
            } else if about.is_file() {
                files += 1;
                if about.len() > FILE_BYTES_MAX {
                    strangers.push(format!("{} has {} bytes", path.display(), about.len()));
                }
            }
        }
    }
    assert!(files > 1000, "the walk finds the files: {files}");
    assert!(strangers.is_empty(), "{}", strangers.join("\n"));
}

#[test]
fn the_reader_of_paths_sees_crate_and_super() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger/rows.rs");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = "use crate::fault::{Fault};\n// crate::comment::x\nfn f() { super::super::send::run() }\nuse crate::{call, plan::Plan};\n";
    std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), text.as_bytes()).unwrap();
    let used: Vec<_> =
        used_modules(&file, folder.path()).into_iter().map(|(line, used)| format!("{line} {used}")).collect();
    assert_eq!(used, ["1 fault", "3 send", "4 call", "4 plan"]);
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn top_module(relative: &Path) -> String {
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.strip_suffix(".rs").map(str::to_owned).unwrap_or(first)
}

/// The top modules that a file names, with the line.
fn used_modules(file: &Path, source: &Path) -> Vec<(usize, String)> {
    let relative = file.strip_prefix(source).unwrap();
    let is_module_root =
        relative.file_name().is_some_and(|name| name == "mod.rs" || name == "lib.rs" || name == "main.rs");
    // How many `super::` lead to the crate's root.
    let depth = relative.components().count() - usize::from(is_module_root);
    let text = std::fs::read_to_string(file).unwrap();
    let mut used = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for root in ["crate::", "lastkaj::"] {
            for (at, _) in code.match_indices(root) {
                let before = code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
                    && !code[..at].ends_with('$')
                {
                    continue;
                }
                used.extend(names_after(&code[at + root.len()..]).into_iter().map(|name| (index + 1, name)));
            }
        }
        let up = "super::".repeat(depth);
        if depth > 0
            && let Some(at) = code.find(&up)
            && !code[at + up.len()..].starts_with("super::")
            && !code[..at].ends_with("super::")
        {
            used.extend(names_after(&code[at + up.len()..]).into_iter().map(|name| (index + 1, name)));
        }
    }
    used
}

/// The first name of a path, or the first names of a braced list.
fn names_after(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    match path.strip_prefix('{') {
        Some(list) => {
            let mut names = Vec::new();
            let (mut depth, mut piece) = (0, String::new());
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.push(name(&piece));
                        piece.clear();
                        continue;
                    }
                    _ => {}
                }
                piece.push(c);
            }
            names.push(name(&piece));
            names.into_iter().filter(|name| !name.is_empty()).collect()
        }
        None => vec![name(path)].into_iter().filter(|name| !name.is_empty()).collect(),
    }
}
