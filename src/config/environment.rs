//! What the check asks of the machine, handed in, so that tests need no process environment.

use std::io;
use std::path::{Path, PathBuf};

use crate::fault::{Fault, Place, code};

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
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is greater than 4 MiB"));
        }
        String::from_utf8(bytes)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, NotUtf8::of(&error)))
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

/// Where a file is no UTF-8.
#[derive(Debug)]
struct NotUtf8 {
    line: u64,
    byte: u8,
}

impl std::error::Error for NotUtf8 {}

impl std::fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "it is no UTF-8 text: line {} has the byte {:02X}", self.line, self.byte)
    }
}

impl NotUtf8 {
    fn of(error: &std::string::FromUtf8Error) -> NotUtf8 {
        let (before, from) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
        NotUtf8 { line, byte: from.first().copied().unwrap_or_default() }
    }
}

/// The fault of a file of ours that cannot be read; `shown` is how messages call it.
pub fn unreadable(shown: &str, error: &io::Error) -> Fault {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<NotUtf8>());
    if let Some(NotUtf8 { line, byte }) = inner {
        let place = Place::file(shown).line(*line);
        return Fault::new(code::OUR_FILE_NOT_UTF8).at(place).found(format!("{byte:02X}"));
    }
    Fault::new(code::FILE_UNREADABLE).at(Place::file(shown)).with("path", shown).with("reason", reason(error))
}

/// Why a file could not be read, in words that carry no number of an operating system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        // No byte of it: it may be a secret.
        io::ErrorKind::InvalidData => "it is no UTF-8 text".to_owned(),
        io::ErrorKind::NotFound => "it is not there".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
