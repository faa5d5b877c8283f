//! The names of report files: `SHP_{time:%Y%m%d%H%M%S}_{sequence:06}.csv`.

use chrono::{DateTime, Utc};

/// A checked name template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Sequence { width: usize },
    Time { pattern: String },
}

impl NameTemplate {
    /// Checks a template.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow "name cannot be …".
    pub fn check(template: &str) -> Result<NameTemplate, String> {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}').ok_or_else(|| "a { without its }".to_owned())?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::check(inside)?);
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        let template = NameTemplate(pieces);
        if !template.0.iter().any(|piece| matches!(piece, Piece::Sequence { .. })) {
            return Err("it needs {sequence}, so that no two files have the same name".to_owned());
        }
        let sample = template.render(1, DateTime::UNIX_EPOCH, chrono_tz::UTC);
        if sample.contains(['/', '\\', '\0']) || sample.starts_with('.') {
            return Err("a file name has no / or \\ and does not begin with a full stop".to_owned());
        }
        Ok(template)
    }

    /// The name of the report with this number and time.
    pub fn render(&self, sequence: u64, time: DateTime<Utc>, zone: chrono_tz::Tz) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Sequence { width } => format!("{sequence:0width$}"),
                Piece::Time { pattern } => time.with_timezone(&zone).format(pattern).to_string(),
            })
            .collect()
    }
}

impl Piece {
    fn check(inside: &str) -> Result<Piece, String> {
        let (name, form) = inside.split_once(':').unwrap_or((inside, ""));
        match name {
            "sequence" if form.is_empty() => Ok(Piece::Sequence { width: 0 }),
            "sequence" => match form.parse::<usize>() {
                Ok(width) if width <= 18 => Ok(Piece::Sequence { width }),
                _ => Err("the width behind sequence: is a number up to 18, like {sequence:06}".to_owned()),
            },
            "time" => {
                let pattern = if form.is_empty() { "%Y%m%d%H%M%S" } else { form };
                let known = chrono::format::StrftimeItems::new(pattern)
                    .all(|item| !matches!(item, chrono::format::Item::Error));
                if known {
                    Ok(Piece::Time { pattern: pattern.to_owned() })
                } else {
                    Err("the pattern behind time: is not known; an example is {time:%Y%m%d%H%M%S}".to_owned())
                }
            }
            _ => Err(format!("{{{name}}} is not known; there are {{sequence:06}} and {{time:%Y%m%d}}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_sequence_and_local_time() {
        let template = NameTemplate::check("SHP_{time:%Y%m%d%H%M}_{sequence:06}.csv").unwrap();
        let time = "2026-11-25T23:30:00Z".parse().unwrap();
        assert_eq!(template.render(42, time, chrono_tz::Europe::Stockholm), "SHP_202611260030_000042.csv");
    }

    #[test]
    fn a_template_without_sequence_or_with_a_folder_is_refused() {
        assert!(NameTemplate::check("SHP.csv").is_err());
        assert!(NameTemplate::check("../{sequence}.csv").is_err());
        assert!(NameTemplate::check("a_{sequence").is_err());
        assert!(NameTemplate::check("a_{tme}_{sequence}").is_err());
        assert!(NameTemplate::check("a_{time:%Q}_{sequence}").is_err());
    }
}
