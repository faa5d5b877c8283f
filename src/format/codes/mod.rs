//! The code tables that are built in; a partner's table of the same name adds to them.

/// The names of the built-in tables.
pub(super) const BUILT_IN: [&str; 1] = ["countries"];

/// A built-in table: what the file says, and what it means. Empty for a name that is not built in.
pub(super) fn built_in(name: &str) -> Vec<(&'static str, &'static str)> {
    if name != "countries" {
        return Vec::new();
    }
    include_str!("countries.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| {
            let mut names = line.split(';').map(str::trim).filter(|name| !name.is_empty());
            let code = names.next();
            code.into_iter().flat_map(move |code| {
                std::iter::once((code, code)).chain(names.clone().map(move |name| (name, code)))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::source::Codes;

    #[test]
    fn countries_have_their_nordic_names_and_letters() {
        let countries = Codes::new("countries", [], built_in("countries"));
        for (says, means) in [
            ("S", "SE"),
            ("SVERIGE", "SE"),
            ("Ruotsi", "SE"),
            ("SWE", "SE"),
            ("N", "NO"),
            ("Norge", "NO"),
            ("NORJA", "NO"),
            ("DK", "DK"),
            ("Danmark", "DK"),
            ("Tanska", "DK"),
            ("SF", "FI"),
            ("FIN", "FI"),
            ("Suomi", "FI"),
            ("D", "DE"),
            ("Tyskland", "DE"),
            ("Saksa", "DE"),
            ("Storbritannien", "GB"),
            ("Österrike", "AT"),
            ("752", "SE"),
        ] {
            assert_eq!(countries.means(says), Some(means), "{says}");
        }
        assert_eq!(countries.means("Sverje"), None);
        assert_eq!(countries.says("SE"), Some("SE"));
    }

    #[test]
    fn no_word_means_two_countries() {
        let mut seen = std::collections::HashMap::new();
        for (says, means) in built_in("countries") {
            let before = seen.insert(says.to_uppercase(), means);
            assert!(before.is_none_or(|before| before == means), "{says} means {before:?} and {means}");
        }
    }
}
