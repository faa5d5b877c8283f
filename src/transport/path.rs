//! Paths below a remote's base folder: what would leave it is refused before anything is asked of the server.

use super::Trouble;
use crate::fault::{Fault, code};

/// The path as the server shall have it: parts joined by `/`, empty for the base folder itself.
pub(super) fn below(path: &str) -> Result<String, Trouble> {
    let refused = || Trouble::Failed(Fault::new(code::PATH_LEAVES_FOLDER).found(path));
    // A listing shows bytes that are no UTF-8 like this, and what it shows cannot be asked for again. Better a fault
    // that says so than a file that seems to come and go.
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Trouble::Failed(Fault::new(code::NAME_NOT_UTF8).found(path)));
    }
    if path.contains(['\0', '\n', '\r']) {
        return Err(refused());
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err(refused()),
            part => parts.push(part),
        }
    }
    if path.starts_with('/') {
        return Err(refused());
    }
    Ok(parts.join("/"))
}

/// The folder of a path, and the name in it.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_would_leave_its_folder_is_refused() {
        assert_eq!(below("from-erp/ORD 1.csv").unwrap(), "from-erp/ORD 1.csv");
        assert_eq!(below("./a//b/").unwrap(), "a/b");
        for wrong in ["../a", "a/../../b", "/etc/passwd", "a\0b", ".."] {
            assert!(below(wrong).is_err(), "{wrong:?}");
        }
    }
}
