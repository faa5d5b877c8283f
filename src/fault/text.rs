//! The sentences of faults, one folder of texts a language.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::Fault;

/// A language that operators and senders read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Swedish.
    Swedish,
}

impl Language {
    /// Every language that has texts.
    pub const ALL: [Language; 2] = [Language::English, Language::Swedish];

    /// The code in `gateway.toml`: ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Swedish => "sv",
        }
    }

    /// The language with this ISO 639-1 code.
    pub fn from_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// The three sentences that a code may have.
#[derive(Clone, Copy)]
pub(super) enum Part {
    What,
    Expected,
    Hint,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    what: String,
    expected: Option<String>,
    hint: Option<String>,
}

macro_rules! areas {
    ($language:literal) => {
        [
            include_str!(concat!("texts/", $language, "/data.toml")),
            include_str!(concat!("texts/", $language, "/definition.toml")),
            include_str!(concat!("texts/", $language, "/config.toml")),
            include_str!(concat!("texts/", $language, "/transport.toml")),
            include_str!(concat!("texts/", $language, "/ongoing.toml")),
            include_str!(concat!("texts/", $language, "/gateway.toml")),
        ]
    };
}

fn texts(language: Language) -> &'static HashMap<String, Texts> {
    static ENGLISH: OnceLock<HashMap<String, Texts>> = OnceLock::new();
    static SWEDISH: OnceLock<HashMap<String, Texts>> = OnceLock::new();
    let (cell, areas) = match language {
        Language::English => (&ENGLISH, areas!("en")),
        Language::Swedish => (&SWEDISH, areas!("sv")),
    };
    // A text file that does not parse is found by the test below; at run time it counts as no texts.
    cell.get_or_init(|| {
        areas
            .iter()
            .filter_map(|area| toml::from_str::<HashMap<String, Texts>>(area).ok())
            .flatten()
            .collect()
    })
}

/// The sentence of a fault, its `{names}` filled in.
pub(super) fn render(fault: &Fault, language: Language, part: Part) -> Option<String> {
    let texts = texts(language).get(fault.code.name())?;
    let template = match part {
        Part::What => Some(&texts.what),
        Part::Expected => texts.expected.as_ref(),
        Part::Hint => texts.hint.as_ref(),
    }?;
    Some(fill(template, fault))
}

fn fill(template: &str, fault: &Fault) -> String {
    let mut filled = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match name {
            // Braces round anything but a name belong to the text: `{ counter = true }`.
            _ if !is_name(name) => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
            "found" => filled.push_str(fault.found.as_deref().unwrap_or("")),
            "file" => filled.push_str(fault.place.file.as_deref().unwrap_or("")),
            "field" => filled.push_str(fault.place.field.as_deref().unwrap_or("")),
            "record" => filled.push_str(fault.place.record.as_deref().unwrap_or("")),
            "line" => {
                filled.push_str(&fault.place.line.map(|line| line.to_string()).unwrap_or_default());
            }
            _ => filled.push_str(fault.args.get(name).map(String::as_str).unwrap_or("")),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::codes;

    #[test]
    fn every_text_file_parses() {
        for area in areas!("en").iter().chain(areas!("sv").iter()) {
            toml::from_str::<HashMap<String, Texts>>(area).unwrap();
        }
    }

    #[test]
    fn every_code_has_texts_in_every_language_with_the_same_arguments() {
        let names = |template: &str| {
            let mut names: Vec<String> = template
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
                .filter(|name| is_name(name))
                .collect();
            names.sort();
            names.dedup();
            names
        };
        let mut missing = Vec::new();
        for code in codes::all() {
            let english = texts(Language::English).get(code.name());
            let swedish = texts(Language::Swedish).get(code.name());
            match (english, swedish) {
                (Some(english), Some(swedish)) => {
                    for (a, b) in [
                        (Some(&english.what), Some(&swedish.what)),
                        (english.expected.as_ref(), swedish.expected.as_ref()),
                        (english.hint.as_ref(), swedish.hint.as_ref()),
                    ] {
                        assert_eq!(
                            a.map(|t| names(t)),
                            b.map(|t| names(t)),
                            "the texts of {} differ in what they say",
                            code.name()
                        );
                    }
                }
                _ => missing.push(code.name()),
            }
        }
        assert!(missing.is_empty(), "codes without texts in some language: {missing:?}");
    }

    #[test]
    fn no_text_belongs_to_a_code_that_is_gone() {
        for language in Language::ALL {
            for name in texts(language).keys() {
                assert!(codes::named(name).is_some(), "{name} has texts but is no code");
            }
        }
    }
}
