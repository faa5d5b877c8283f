//! What the check asks of the machine, handed in, so that tests need no process environment.

use std::io;
use std::path::{Path, PathBuf};

/// What the check asks of the machine.
pub trait Environment {
    /// An environment variable; `None` if it is not set or is no text.
    fn variable(&self, name: &str) -> Option<String>;

    /// A file's text.
    ///
    /// # Errors
    /// The file is not there, may not be read, or is no UTF-8.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// The files below a folder, at most three folders deep, relative to it and sorted. Empty if there is no such folder.
    fn files_below(&self, folder: &Path) -> Vec<PathBuf>;

    /// The rights of a file as in `chmod`, where the machine has such.
    fn rights(&self, path: &Path) -> Option<u32>;
}

/// The machine that this process runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

/// So deep are formats nested: `formats/<erp>/<document>.toml`, and one more.
const DEPTH_MAX: usize = 3;

/// No configuration, format, key or password is greater.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        use std::io::Read;
        // A pipe or device would hang the check or never end.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let mut text = String::new();
        std::fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is greater than 4 MiB"));
        }
        Ok(text)
    }

    fn files_below(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        collect(folder, Path::new(""), DEPTH_MAX, &mut files);
        files.sort();
        files
    }

    fn rights(&self, path: &Path) -> Option<u32> {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o7777)
    }
}

fn collect(base: &Path, below: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(base.join(below)) else { return };
    for entry in entries.flatten() {
        let path = below.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 => collect(base, &path, depth - 1, files),
            Ok(_) => files.push(path),
            Err(_) => {}
        }
    }
}

/// Why a file could not be read, in words that carry no number of an operating system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::InvalidData => "it is no UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}
