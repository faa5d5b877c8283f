//! What columns are called, and which member each name means: `synonyms.txt`, which is data.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::document::DocumentType;

/// What a column may mean.
#[derive(Debug)]
pub(super) struct Role {
    /// Its name in `synonyms.txt`.
    pub name: &'static str,
    /// Of which documents it is a member.
    targets: Vec<(DocumentType, Target)>,
    /// Its words, folded.
    words: Vec<String>,
}

/// What a column becomes in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A member; and the one that is taken where values differ inside a document.
    Member {
        /// With dots, from the document on.
        path: &'static str,
        /// Of the lines.
        of_lines: Option<&'static str>,
    },
    /// It is kept for reports.
    Remember,
    /// How many pieces the price is for.
    PricePer,
}

impl Role {
    /// What it is in a document of this type.
    pub fn target(&self, document: DocumentType) -> Option<Target> {
        self.targets.iter().find(|(of, _)| *of == document).map(|(_, target)| *target)
    }
}

/// All roles, in the order in which they win.
pub(super) fn roles() -> &'static [Role] {
    &ROLES
}

/// The roles that a column of this name may have, by their places in [`roles`].
pub(super) fn meant(column: &str) -> &'static [usize] {
    let whole = BY_WORD.get(&fold(column));
    whole.or_else(|| BY_WORD.get(&fold(without_unit(column)?))).map_or(&[], Vec::as_slice)
}

/// The place of a role of this name.
pub(super) fn named(name: &str) -> Option<usize> {
    ROLES.iter().position(|role| role.name == name)
}

/// The languages whose words stand in the file.
const LANGUAGES: [&str; 5] = ["sv", "nb", "da", "fi", "en"];

static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| read(include_str!("synonyms.txt")));

static BY_WORD: LazyLock<HashMap<String, Vec<usize>>> = LazyLock::new(|| {
    let mut words: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, role) in ROLES.iter().enumerate() {
        for word in &role.words {
            let roles = words.entry(word.clone()).or_default();
            if !roles.contains(&at) {
                roles.push(at);
            }
        }
    }
    words
});

fn read(text: &'static str) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if !line.starts_with(' ') {
            roles.push(Role { name: line.trim(), targets: Vec::new(), words: Vec::new() });
            continue;
        }
        let Some(role) = roles.last_mut() else { continue };
        let (key, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let mut rest = rest.split(',').map(str::trim).filter(|part| !part.is_empty());
        if LANGUAGES.contains(&key) {
            role.words.extend(rest.map(fold));
        } else if let (Some(document), Some(path)) = (DocumentType::named(key), rest.next()) {
            role.targets.push((
                document,
                match path {
                    "remember" => Target::Remember,
                    "per" => Target::PricePer,
                    path => Target::Member { path, of_lines: rest.next() },
                },
            ));
        }
    }
    roles
}

/// A name as names are compared: small letters without accents, letters and digits only, and one way of writing
/// *number*.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for character in name.chars().flat_map(char::to_lowercase) {
        match character {
            'å' | 'ä' | 'æ' | 'á' | 'à' | 'â' => folded.push('a'),
            'ö' | 'ø' | 'ó' | 'õ' | 'ô' => folded.push('o'),
            'é' | 'è' | 'ë' | 'ê' => folded.push('e'),
            'ü' | 'ú' => folded.push('u'),
            'š' => folded.push('s'),
            'ž' => folded.push('z'),
            character if character.is_alphanumeric() => folded.push(character),
            _ => {}
        }
    }
    let number = ["nummer", "number", "numero", "num", "nro", "nbr", "no"];
    if let Some(stem) = number.iter().find_map(|word| folded.strip_suffix(word))
        && !stem.is_empty()
    {
        return format!("{stem}nr");
    }
    folded
}

/// A column's name without the unit behind it: `Vikt kg`, `Längd (cm)`.
fn without_unit(column: &str) -> Option<&str> {
    let trimmed = column.trim_end_matches([')', ']', ' ', '.']);
    let (name, unit) = trimmed.rsplit_once([' ', '(', '[', '_', '/'])?;
    let is_unit =
        ["kg", "g", "gram", "cm", "mm", "m", "m3", "dm3", "l", "st", "stk", "sek", "nok", "dkk", "eur"]
            .contains(&unit.trim().to_lowercase().as_str());
    is_unit.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(column: &str) -> Vec<&'static str> {
        meant(column).iter().map(|at| roles()[*at].name).collect()
    }

    #[test]
    fn names_of_five_languages_mean_the_same() {
        for (role, columns) in [
            ("order_number", "OrdNr|Ordrenummer|ORDER NO.|order_no|Tilausnumero|Ordre-nr."),
            ("article_number", "Artikelnr|ArtNr|Varenr.|VARENUMMER|Item No|SKU|Tuotenro|Nimike"),
            ("quantity", "Antal|ANTALL|Qty.|Määrä|Maara|MÆNGDE"),
            ("post_code", "PostNr|Post code|ZIP|Postinumero"),
            ("customer_number", "Kund-nr|Kundenummer|Customer No.|Debitornr|Asiakasnumero"),
            ("weight", "Vikt kg|Vekt (kg)|Weight [g]|Paino"),
            ("delivery_date", "LevDat|Leveringsdato|Delivery_Date|Toimituspäivä"),
        ] {
            for column in columns.split('|') {
                assert!(names(column).contains(&role), "{column}: {:?}", names(column));
            }
        }
        assert_eq!(names("Färgkod"), [""; 0]);
    }

    #[test]
    fn every_line_of_the_file_is_understood() {
        let text = include_str!("synonyms.txt");
        for line in text.lines().filter(|line| line.starts_with(' ')) {
            let key = line.split_whitespace().next().unwrap();
            assert!(LANGUAGES.contains(&key) || DocumentType::named(key).is_some(), "{line}");
        }
        for role in roles() {
            assert!(!role.targets.is_empty() && role.words.len() >= 5, "{}", role.name);
            for (document, target) in &role.targets {
                let Target::Member { path, of_lines } = target else { continue };
                for path in std::iter::once(path).chain(of_lines) {
                    assert!(
                        super::super::document::member(*document, path).is_some(),
                        "{}: {path}",
                        role.name
                    );
                }
            }
        }
    }
}
