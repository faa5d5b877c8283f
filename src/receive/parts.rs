//! Files that belong together: which of a folder's files are parts of one arrival, by their names.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::transport::Entry;

/// How an inbox finds the files that belong together.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The parts, in the order of the format's.
    pub parts: Vec<PartFiles>,
    /// How long the first of them waits for the others before the operator is called.
    pub wait: Duration,
}

/// The files of one part.
#[derive(Clone, Debug)]
pub struct PartFiles {
    /// The part's name in the format.
    pub name: String,
    /// Which files they are.
    pub names: NamePattern,
}

/// A file name in which `*` stands for anything: what it stands for tells which files belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    /// What stands before, between and behind the `*`.
    pieces: Vec<String>,
}

impl NamePattern {
    /// A pattern as it is written.
    pub fn new(written: &str) -> NamePattern {
        NamePattern { pieces: written.split('*').map(str::to_owned).collect() }
    }

    /// How many `*` it has.
    pub fn stars(&self) -> usize {
        self.pieces.len().saturating_sub(1)
    }

    /// What each `*` stands for in a name, if the name fits. Of several ways to fit, each `*` but the last is as short as can be.
    pub fn stands_for<'n>(&self, name: &'n str) -> Option<Vec<&'n str>> {
        let (first, rest) = self.pieces.split_first()?;
        let mut left = name.strip_prefix(first.as_str())?;
        let Some((last, between)) = rest.split_last() else {
            return left.is_empty().then(Vec::new);
        };
        let mut found = Vec::new();
        for piece in between {
            let at = left.find(piece.as_str())?;
            let (star, behind) = left.split_at(at);
            found.push(star);
            left = behind.strip_prefix(piece.as_str())?;
        }
        found.push(left.strip_suffix(last.as_str())?);
        Some(found)
    }

    /// The name in which the `*` stand for these texts.
    pub fn name(&self, stars: &[&str]) -> String {
        let mut name = self.pieces.first().cloned().unwrap_or_default();
        for (piece, star) in self.pieces.iter().skip(1).zip(stars) {
            name.push_str(star);
            name.push_str(piece);
        }
        name
    }
}

/// Files that belong together, as far as they are there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Together<'f> {
    /// All of them, in the order of the parts.
    Whole(Vec<&'f Entry>),
    /// Some, and the names of those that are missing.
    Lacking(Vec<&'f Entry>, Vec<String>),
}

/// Which files belong together, in the order of their first one's name.
pub(super) fn together<'f>(parts: Option<&Parts>, files: &'f [Entry]) -> Vec<Together<'f>> {
    let Some(Parts { parts, .. }) = parts else {
        return files.iter().map(|file| Together::Whole(vec![file])).collect();
    };
    let mut sets: BTreeMap<Vec<&str>, Vec<Option<&Entry>>> = BTreeMap::new();
    for file in files {
        let fits = |(number, part): (usize, &PartFiles)| {
            part.names.stands_for(&file.name).map(|stars| (number, stars))
        };
        let Some((number, stars)) = parts.iter().enumerate().find_map(fits) else { continue };
        let set = sets.entry(stars).or_insert_with(|| vec![None; parts.len()]);
        if let Some(slot) = set.get_mut(number) {
            *slot = Some(file);
        }
    }
    let told = |(stars, set): (Vec<&str>, Vec<Option<&'f Entry>>)| {
        let there: Vec<&Entry> = set.iter().flatten().copied().collect();
        if there.len() == parts.len() {
            return Together::Whole(there);
        }
        let missing = parts.iter().zip(&set).filter(|(_, file)| file.is_none());
        Together::Lacking(there, missing.map(|(part, _)| part.names.name(&stars)).collect())
    };
    sets.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(names: &[&str]) -> Vec<Entry> {
        let entry = |name: &&str| Entry { name: (*name).to_owned(), size: 1, modified: None };
        names.iter().map(entry).collect()
    }

    fn parts(patterns: &[&str]) -> Parts {
        let part =
            |pattern: &&str| PartFiles { name: (*pattern).to_owned(), names: NamePattern::new(pattern) };
        Parts { parts: patterns.iter().map(part).collect(), wait: Duration::ZERO }
    }

    fn told(patterns: &[&str], names: &[&str]) -> Vec<String> {
        let entries = entries(names);
        let shown =
            |files: &[&Entry]| files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join("+");
        together(Some(&parts(patterns)), &entries)
            .iter()
            .map(|set| match set {
                Together::Whole(files) => shown(files),
                Together::Lacking(files, missing) => {
                    format!("{} without {}", shown(files), missing.join("+"))
                }
            })
            .collect()
    }

    #[test]
    fn what_the_stars_stand_for_pairs_files() {
        assert_eq!(
            told(&["ORDH_*.csv", "ORDR_*.csv"], &["ORDH_1.csv", "ORDH_2.csv", "ORDR_1.csv", "ORDR_3.csv"]),
            ["ORDH_1.csv+ORDR_1.csv", "ORDH_2.csv without ORDR_2.csv", "ORDR_3.csv without ORDH_3.csv"]
        );
        assert_eq!(told(&["HEAD.TXT", "ROWS.TXT"], &["HEAD.TXT", "ROWS.TXT"]), ["HEAD.TXT+ROWS.TXT"]);
        assert_eq!(
            told(
                &["*_H_*.csv", "*_R_*.csv", "*_T_*.csv"],
                &["se_H_1.csv", "se_R_1.csv", "se_T_1.csv", "no_R_1.csv"]
            ),
            ["no_R_1.csv without no_H_1.csv+no_T_1.csv", "se_H_1.csv+se_R_1.csv+se_T_1.csv"]
        );
    }

    #[test]
    fn a_name_fits_as_a_pattern_says() {
        let stands = |pattern: &str, name: &'static str| NamePattern::new(pattern).stands_for(name);
        assert_eq!(stands("a*b*c", "a1b2b3c"), Some(vec!["1", "2b3"]));
        assert_eq!(stands("a*c", "ac"), Some(vec![""]));
        for (pattern, name) in [("a*c", "a"), ("aa*aa", "aaa"), ("a", "ab"), ("a*b*c", "abxx")] {
            assert_eq!(stands(pattern, name), None, "{pattern} {name}");
        }
        assert_eq!(NamePattern::new("a*b*c").name(&["1", "2"]), "a1b2c");
    }

    proptest::proptest! {
        #[test]
        fn it_fits_the_names_that_a_pattern_of_files_fits(name in "[ab.å]{0,6}", pattern in "[ab.å*]{0,6}") {
            let fits = globset::Glob::new(&pattern).unwrap().compile_matcher().is_match(&name);
            let own = NamePattern::new(&pattern);
            // Two stars side by side are one to the set of patterns.
            if !pattern.contains("**") {
                proptest::prop_assert_eq!(own.stands_for(&name).is_some(), fits);
            }
            if let Some(stars) = own.stands_for(&name) {
                proptest::prop_assert_eq!(own.name(&stars), name);
            }
        }
    }
}
