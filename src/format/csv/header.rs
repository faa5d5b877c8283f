//! The header of a CSV file: the columns that the layout names, by their places.

use super::{CsvRows, by_number};
use crate::fault::{Fault, Place, code};
use crate::format::encoding::misread;
use crate::format::labels;
use crate::format::layout::FieldAt;
use crate::format::lines::{all_blank, is_blank};
use crate::format::record::Records;
use crate::written;

/// Whether two names differ in case and in what stands between letters only.
pub(in crate::format) fn is_almost(name: &str, known: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    name != known && letters(name) == letters(known)
}

/// What columns mostly stand between.
const DELIMITERS: [char; 6] = [';', ',', '\t', '|', '~', '^'];

impl CsvRows<'_> {
    /// The names in the header, in their order; of a file without text none.
    pub fn header_names(&mut self) -> Result<Vec<String>, Fault> {
        let mut records = Records::default();
        if let Some(until) = self.labels {
            labels::read(self, until, &mut records)?;
            return Ok(std::mem::take(&mut self.header_names));
        }
        let Some(fault) = self.cells(&mut records)? else { return Ok(Vec::new()) };
        if let Some(fault) = fault {
            return Err(fault);
        }
        Ok(self.names(&records))
    }

    /// The cells of the header at hand, which may be empty.
    pub fn keep_names(&mut self, records: &Records) {
        self.header_names = self.names(records);
    }

    fn names(&self, records: &Records) -> Vec<String> {
        let name = |cell| records.text_of(cell).trim_matches(is_blank).to_owned();
        self.cells.iter().map(name).collect()
    }

    /// Finds the columns that the layout names.
    pub fn header(&mut self, records: &Records) -> Result<Vec<Vec<Option<usize>>>, Fault> {
        while self.cells.last().is_some_and(|cell| all_blank(records.text_of(cell))) {
            self.cells.pop();
        }
        self.header_length = Some(self.cells.len());
        let names: Vec<&str> =
            self.cells.iter().map(|cell| records.text_of(cell).trim_matches(is_blank)).collect();
        let mut missing: Vec<&str> = Vec::new();
        let mut warnings = Vec::new();
        let mut all = Vec::new();
        for record in &self.layout.records {
            let mut columns = Vec::new();
            for field in &record.fields {
                if matches!(field.at, FieldAt::Label) {
                    columns.push(None);
                    continue;
                }
                if !matches!(field.at, FieldAt::Header) {
                    columns.push(by_number(&field.at));
                    continue;
                }
                let mut at = names.iter().enumerate().filter(|(_, name)| **name == field.name);
                let first = at.next().map(|(at, _)| at);
                if let Some(again) = at.next().and_then(|(at, _)| self.cells.get(at)) {
                    return Err(Fault::new(code::DUPLICATED_COLUMN)
                        .at(self.place(records, again).field(&field.name))
                        .found(field.name.clone()));
                }
                if first.is_none() && !field.optional && !missing.contains(&field.name.as_str()) {
                    missing.push(&field.name);
                }
                if first.is_none() && field.optional {
                    let almost = names.iter().position(|name| is_almost(name, &field.name));
                    warnings.extend(almost.and_then(|at| {
                        let place = self.place(records, self.cells.get(at)?).field(&field.name);
                        let fault = Fault::new(code::NAME_ALMOST_KNOWN).at(place);
                        Some(fault.found(names.get(at).copied()?).with("known", &field.name))
                    }));
                }
                columns.push(first);
            }
            all.push(columns);
        }
        if !missing.is_empty() {
            return Err(self.missing(records, &names, &missing));
        }
        self.warnings = warnings;
        Ok(all)
    }

    /// The fault of a header that lacks columns, by what it may be meant as.
    fn missing(&self, records: &Records, names: &[&str], missing: &[&str]) -> Fault {
        if let Some(fault) = self.cut_by_another_delimiter(records, names, missing) {
            return fault;
        }
        if let Some(misread) = misread(&self.layout.encoding, names, missing) {
            let cell = names.iter().position(|name| *name == misread.seen).and_then(|at| self.cells.get(at));
            let place = cell.map_or(Place::default(), |cell| self.place(records, cell));
            return Fault::new(code::COLUMN_IN_OTHER_ENCODING)
                .at(place.field(misread.meant))
                .found(misread.seen)
                .with("column", misread.meant)
                .with("encoding", misread.encoding)
                .with("declared", self.layout.encoding.name());
        }
        let first = missing.first().copied().unwrap_or_default();
        let near = written::nearest(first, names.iter().copied());
        let cell = names.iter().position(|name| Some(*name) == near).and_then(|at| self.cells.get(at));
        let place = match cell {
            Some(cell) => self.place(records, cell),
            None => {
                // The whole header; labels may stand before it in the same record.
                let from = self.cells.first().map_or(0, |cell| cell.shown as usize);
                let to = self.cells.last().map_or(0, |cell| (cell.shown + cell.shown_length) as usize);
                records.place_at(self.lines.file(), records.len().saturating_sub(1), from, to)
            }
        };
        Fault::new(code::MISSING_COLUMN)
            .at(place.field(first))
            .found(missing.join(", "))
            .with("columns", names.join(", "))
            .with("suggestion", near.map_or_else(String::new, |near| format!(" ({near}?)")))
    }

    /// The fault of a header that is one cell, and holds columns that are wanted if another delimiter cuts it.
    fn cut_by_another_delimiter(&self, records: &Records, names: &[&str], missing: &[&str]) -> Option<Fault> {
        let [header] = names else { return None };
        let wanted = |delimiter: &char| {
            let cells = header.split(*delimiter);
            let cells = cells.map(|cell| cell.trim_matches(|sign| is_blank(sign) || sign == '"'));
            cells.filter(|cell| missing.contains(cell)).count()
        };
        let delimiter = DELIMITERS.into_iter().max_by_key(wanted).filter(|best| wanted(best) > 0)?;
        let at = self.cells.first()?.shown as usize + header.find(delimiter)?;
        let place = records.place_at(self.lines.file(), records.len().saturating_sub(1), at, at + 1);
        Some(
            Fault::new(code::CUT_BY_ANOTHER_DELIMITER)
                .at(place)
                .found(delimiter.escape_default().to_string())
                .with("delimiter", self.delimiter.character.escape_default()),
        )
    }
}
