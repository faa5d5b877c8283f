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
    words: Vec<Word>,
    /// Names of fields as one ERP has them, which are compared as they stand.
    names: Vec<&'static str>,
    /// Values that say that a row is goods (of a kind of row), or that it is a text (of an article's number).
    values: Vec<String>,
}

/// A word for a role.
#[derive(Debug)]
struct Word {
    folded: String,
    is_weak: bool,
}

/// What the name of a column may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The place in [`roles`].
    pub role: usize,
    /// It also means other things: any other column with a name of its own for the same member is it rather.
    pub is_weak: bool,
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
    /// What kind of row it is: goods, a text, freight.
    RowKind,
}

impl Role {
    /// What it is in a document of this type.
    pub fn target(&self, document: DocumentType) -> Option<Target> {
        self.targets.iter().find(|(of, _)| *of == document).map(|(_, target)| *target)
    }

    /// Whether the value is one of those that stand with the role.
    pub fn has_value(&self, value: &str) -> bool {
        self.values.contains(&value.to_lowercase())
    }
}

/// All roles, in the order in which they win.
pub(super) fn roles() -> &'static [Role] {
    &ROLES
}

/// The roles that a column of this name may have.
pub(super) fn meant(column: &str) -> &'static [Meaning] {
    if let Some(roles) = BY_NAME.get(column.trim()) {
        return roles;
    }
    let whole = BY_WORD.get(&fold(column));
    whole.or_else(|| BY_WORD.get(&fold(without_unit(column)?))).map_or(&[], Vec::as_slice)
}

/// Whether a column of this name may have this role.
pub(super) fn means(column: &str, role: &str) -> bool {
    named(role).is_some_and(|at| meant(column).iter().any(|meaning| meaning.role == at))
}

/// The place of a role of this name.
pub(super) fn named(name: &str) -> Option<usize> {
    ROLES.iter().position(|role| role.name == name)
}

/// Whether the value says of its row what [`Role::has_value`] asks: that it is goods, or a text.
pub(super) fn is_value_of(role: &str, value: &str) -> bool {
    named(role).and_then(|at| ROLES.get(at)).is_some_and(|role| role.has_value(value))
}

/// The roles that a field may have: how sure ([`SUREST`], [`SURE`], [`WEAK`]), and the place in [`roles`].
pub(super) type Meant = Vec<(u8, usize)>;

/// What is meant shows in the name and in what it stands in.
pub(super) const SUREST: u8 = 0;
/// What is meant shows in the name.
pub(super) const SURE: u8 = 1;
/// The name also means other things.
pub(super) const WEAK: u8 = 2;

/// The roles of a column of a header.
pub(super) fn of_name(name: &str) -> Meant {
    meant(name).iter().map(|meaning| (if meaning.is_weak { WEAK } else { SURE }, meaning.role)).collect()
}

/// The roles of an element or attribute, by its name and by what it stands in: of two that are called `Name`, the one in
/// `DeliveryAddress` is where the goods go, and the one in `Supplier` is not.
pub(super) fn of_path(path: &[&str]) -> Meant {
    let Some((last, above)) = path.split_last() else { return Meant::new() };
    // `Ord.CustNo`: the table, and its field.
    let last = last.rsplit('.').next().unwrap_or(last);
    let parent = above.last().copied().unwrap_or_default();
    let both = of_name(&format!("{parent} {last}"));
    if !parent.is_empty() && !both.is_empty() {
        return both.into_iter().map(|(_, role)| (SUREST, role)).collect();
    }
    let of_party =
        |parties: &[&str]| above.iter().any(|name| parties.iter().any(|party| fold(name).contains(party)));
    let mut own = of_name(last);
    if of_party(&OTHER_PARTIES) {
        own.retain(|(_, role)| !is_of_party(*role));
    } else if of_party(&RECEIVERS) {
        for (sure, role) in &mut own {
            *sure = if is_of_party(*role) { SUREST } else { *sure };
        }
    }
    own
}

/// Elements with these words in their names hold the receiver's name and address; folded.
const RECEIVERS: [&str; 12] = [
    "deliver",
    "shipto",
    "shipping",
    "consignee",
    "receiver",
    "recipient",
    "leverans",
    "levering",
    "levadr",
    "mottag",
    "modtag",
    "toimitus",
];
/// Elements with these words in their names hold those of somebody else.
const OTHER_PARTIES: [&str; 16] = [
    "supplier",
    "seller",
    "vendor",
    "invoice",
    "invoic",
    "billto",
    "billing",
    "payer",
    "faktura",
    "leverantor",
    "leverandor",
    "avsander",
    "sender",
    "shipper",
    "lasku",
    "toimittaja",
];

/// Whether a role says no more than that it is the number of what it stands in.
pub(super) fn is_of_whatever_holds_it(role: usize) -> bool {
    ROLES.get(role).is_some_and(|role| role.name.starts_with("own_"))
}

/// Whether a role is of the receiver of an order.
fn is_of_party(role: usize) -> bool {
    let target = ROLES.get(role).and_then(|role| role.target(DocumentType::Order));
    matches!(target, Some(Target::Member { path, .. }) if path.starts_with("consignee."))
}

/// The languages whose words stand in the file.
const LANGUAGES: [&str; 5] = ["sv", "nb", "da", "fi", "en"];
/// The ERPs whose names of fields stand in the file.
const ERPS: [&str; 2] = ["m3", "pyramid"];

static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| read(include_str!("synonyms.txt")));

static BY_WORD: LazyLock<HashMap<String, Vec<Meaning>>> = LazyLock::new(|| {
    let mut words: HashMap<String, Vec<Meaning>> = HashMap::new();
    for (role, of) in ROLES.iter().enumerate() {
        for word in &of.words {
            add(words.entry(word.folded.clone()).or_default(), Meaning { role, is_weak: word.is_weak });
        }
    }
    words
});

static BY_NAME: LazyLock<HashMap<&'static str, Vec<Meaning>>> = LazyLock::new(|| {
    let mut names: HashMap<&str, Vec<Meaning>> = HashMap::new();
    for (role, of) in ROLES.iter().enumerate() {
        for name in &of.names {
            add(names.entry(name).or_default(), Meaning { role, is_weak: false });
        }
    }
    names
});

/// A word that is weak in one language and not in another is not weak.
fn add(meanings: &mut Vec<Meaning>, meaning: Meaning) {
    match meanings.iter_mut().find(|known| known.role == meaning.role) {
        Some(known) => known.is_weak &= meaning.is_weak,
        None => meanings.push(meaning),
    }
}

fn read(text: &'static str) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if !line.starts_with(' ') {
            roles.push(Role {
                name: line.trim(),
                targets: Vec::new(),
                words: Vec::new(),
                names: Vec::new(),
                values: Vec::new(),
            });
            continue;
        }
        let Some(role) = roles.last_mut() else { continue };
        let (key, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let mut rest = rest.split(',').map(str::trim).filter(|part| !part.is_empty());
        if LANGUAGES.contains(&key) {
            role.words.extend(rest.map(|word| match word.strip_suffix('?') {
                Some(weak) => Word { folded: fold(weak), is_weak: true },
                None => Word { folded: fold(word), is_weak: false },
            }));
        } else if ERPS.contains(&key) {
            role.names.extend(rest);
        } else if key == "values" {
            role.values.extend(rest.map(str::to_lowercase));
        } else if let (Some(document), Some(path)) = (DocumentType::named(key), rest.next()) {
            role.targets.push((
                document,
                match path {
                    "remember" => Target::Remember,
                    "per" => Target::PricePer,
                    "kind" => Target::RowKind,
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
        meant(column).iter().map(|meaning| roles()[meaning.role].name).collect()
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
    fn names_of_one_erp_are_compared_as_they_stand() {
        assert_eq!(names("PONO"), ["post_code"], "of M3");
        assert_eq!(names("PO no"), ["purchase_order_number"]);
        assert_eq!(names("ITNO"), ["article_number"]);
        assert_eq!(names("itno"), [""; 0]);
        assert_eq!(names("#12401"), ["article_number"], "of Pyramid");
    }

    #[test]
    fn elements_are_told_by_what_they_stand_in() {
        let surest = |path: &[&str]| -> Vec<(u8, &str)> {
            of_path(path).into_iter().map(|(sure, role)| (sure, roles()[role].name)).collect()
        };
        assert!(surest(&["Head", "DeliveryAddress", "Name"]).contains(&(SUREST, "consignee_name")));
        assert!(surest(&["Buyer", "Name"]).contains(&(SURE, "consignee_name")));
        assert_eq!(surest(&["Supplier", "Address"]), []);
        assert_eq!(surest(&["Supplier", "Name"]), [(SUREST, "supplier_name")]);
        assert_eq!(surest(&["Part", "PartNumber"]), [(SURE, "article_number")]);
        assert!(surest(&["Ord.CustNo"]).contains(&(SURE, "customer_number")));
    }

    #[test]
    fn a_weak_word_says_so() {
        let weak = |column: &str, role: &str| {
            let meaning = meant(column).iter().find(|meaning| Some(meaning.role) == named(role));
            meaning.map(|meaning| meaning.is_weak)
        };
        assert_eq!(weak("Nr.", "own_number"), Some(false));
        assert_eq!(weak("Nr.", "own_article_number"), Some(true));
        assert_eq!(weak("Varekode", "article_number"), Some(true));
        assert_eq!(weak("Varenr.", "article_number"), Some(false));
        assert!(is_value_of("row_kind", "VARE") && !is_value_of("row_kind", "Finanskonto"));
        assert!(is_value_of("article_number", "T") && !is_value_of("article_number", "7731"));
    }

    #[test]
    fn every_line_of_the_file_is_understood() {
        let text = include_str!("synonyms.txt");
        for line in text.lines().filter(|line| line.starts_with(' ')) {
            let key = line.split_whitespace().next().unwrap();
            let is_known = LANGUAGES.contains(&key) || ERPS.contains(&key) || key == "values";
            assert!(is_known || DocumentType::named(key).is_some(), "{line}");
        }
        for role in roles() {
            assert!(!role.targets.is_empty() && role.words.len() >= 5, "{}", role.name);
            assert!(role.names.iter().all(|name| !name.contains('?')), "{}", role.name);
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
