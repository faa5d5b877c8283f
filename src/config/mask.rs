//! Nothing secret in messages: whatever stands in clear text where a secret belongs is covered in the source lines
//! and found values of faults, character for character, so that carets stay in place.

use crate::fault::{Details, Fault};
use crate::written::nearest;

/// The keys that hold secrets. A key written nearly like one of them counts too.
const SECRET_KEYS: [&str; 6] = ["password", "passphrase", "key", "secret", "token", "api_key"];

/// A secret of fewer characters is covered only where it stands as a value.
const SHORT: usize = 4;

/// What is to be covered: the secret-looking texts of one file.
pub(super) struct Mask {
    texts: Vec<String>,
}

impl Mask {
    /// Looks through a whole file, TOML or not, for `password = "…"` and for `://user:password@`.
    pub(super) fn of(text: &str) -> Mask {
        let mut texts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('=') {
            let key: String = before
                .trim_end()
                .chars()
                .rev()
                .take_while(|character| character.is_alphanumeric() || "_-.\"'".contains(*character))
                .collect();
            let key: String = key.chars().rev().filter(|character| !"\"'".contains(*character)).collect();
            if is_secret(key.rsplit('.').next().unwrap_or("")) {
                texts.extend(values(after));
            }
            rest = after;
        }
        for after in text.split("://").skip(1) {
            let authority = after.split(['/', '"', '\'', '\n', ' ']).next().unwrap_or("");
            // A password with a / in it ends the authority early; then everything up to the @ is covered.
            let line = after.split(['"', '\'', '\n', ' ']).next().unwrap_or("");
            let user = authority.rsplit_once('@').or_else(|| line.rsplit_once('@')).map(|(user, _)| user);
            if let Some((_, password)) = user.and_then(|user| user.split_once(':')) {
                texts.push(password.to_owned());
            }
        }
        texts.retain(|text| !text.trim().is_empty());
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        Mask { texts }
    }

    /// The same fault, with nothing secret in it.
    pub(super) fn over(&self, mut fault: Fault) -> Fault {
        let details: &mut Details = &mut fault;
        let (source, found) = (details.place.source.iter_mut(), details.found.iter_mut());
        for text in source.chain(found).chain(details.args.values_mut()) {
            self.cover(text);
        }
        fault
    }

    fn cover(&self, text: &mut String) {
        for secret in &self.texts {
            let stars = "*".repeat(secret.chars().count());
            if text == secret {
                *text = stars;
            } else if secret.chars().count() >= SHORT {
                *text = text.replace(secret.as_str(), &stars);
            } else {
                // So short a text may stand anywhere by chance: only as a whole value or as a URL's password.
                for (left, right) in [("\"", "\""), ("'", "'"), (":", "@"), ("=", ""), ("= ", "")] {
                    *text = text.replace(&format!("{left}{secret}{right}"), &format!("{left}{stars}{right}"));
                }
            }
        }
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    SECRET_KEYS.iter().any(|known| key.ends_with(known)) && key != "host_key" && !key.ends_with("_host_key")
        || nearest(&key, SECRET_KEYS).is_some() && key.len() > 3
}

/// The lines of the value that begins here: a quoted text, closed or not; nothing of a table or list.
fn values(after: &str) -> Vec<String> {
    let after = after.trim_start_matches([' ', '\t']);
    for fence in ["\"\"\"", "'''"] {
        if let Some(inside) = after.strip_prefix(fence) {
            let inside = inside.split(fence).next().unwrap_or("");
            return inside.lines().map(str::to_owned).collect();
        }
    }
    let line = after.lines().next().unwrap_or("");
    match line.chars().next() {
        Some('{' | '[') | None => Vec::new(),
        Some('"') => vec![closed(line.get(1..).unwrap_or(""), '"')],
        Some('\'') => vec![closed(line.get(1..).unwrap_or(""), '\'')],
        Some(_) => vec![line.split(['#', ',', '}']).next().unwrap_or("").trim().to_owned()],
    }
}

/// The text up to the closing quote, or up to the line's end.
fn closed(text: &str, quote: char) -> String {
    let mut escaped = false;
    text.chars()
        .take_while(|character| {
            let ends = *character == quote && !escaped;
            escaped = *character == '\\' && quote == '"' && !escaped;
            !ends
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_looks_like_a_secret_is_covered_and_references_are_not() {
        let covered = |text: &str| {
            let mut shown = text.to_owned();
            Mask::of(text).cover(&mut shown);
            shown
        };
        assert_eq!(covered("password = \"hunter2\""), "password = \"*******\"");
        assert_eq!(covered("passwrd='hunter2' # x"), "passwrd='*******' # x");
        assert_eq!(covered("\"password\" = \"a\\\"b\" "), "\"password\" = \"****\" ");
        assert_eq!(covered("password = \"hunter2"), "password = \"*******");
        assert_eq!(covered("password = hunter2"), "password = *******");
        assert_eq!(
            covered("key = \"\"\"\nline one\nline two\"\"\""),
            "key = \"\"\"\n********\n********\"\"\""
        );
        assert_eq!(covered("url = \"sftp://u:p/w@host/x\""), "url = \"sftp://u:***@host/x\"");
        for kept in [
            "password = { env = \"NAME\" }",
            "host_key = [\"SHA256:x\"]",
            "url = \"sftp://u@h:22/x\"",
            "host_key = \"x\"",
        ] {
            assert_eq!(covered(kept), kept);
        }
    }
}
