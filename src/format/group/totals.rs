//! What is counted and added up for trailers.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Reading, place_of};
use crate::fault::{Fault, code};
use crate::format::convert;
use crate::format::layout::{Check, Layout, NumberStyle, RecordLayout};
use crate::format::lines::all_blank;
use crate::format::record::Records;

/// Counts of records by kind, and sums of the fields that some check adds up.
pub(super) struct Totals {
    counts: Vec<u64>,
    /// By kind and field.
    sums: HashMap<(usize, usize), Sum>,
}

#[derive(Clone, Default)]
struct Sum {
    total: Decimal,
    /// The first text that is no number, and its line.
    unreadable: Option<(String, u64)>,
}

impl Totals {
    pub fn new(layout: &Layout) -> Totals {
        let covered = layout.records.iter().flat_map(|record| &record.checks).flat_map(|check| &check.of);
        let sums =
            covered.filter_map(|covered| Some(((covered.kind, covered.field?), Sum::default()))).collect();
        Totals { counts: vec![0; layout.records.len()], sums }
    }

    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.sums.values_mut().for_each(|sum| *sum = Sum::default());
    }

    /// Counts a record and adds its fields up; what is blank is nothing.
    pub fn add(&mut self, number: Option<usize>, kind: &RecordLayout, records: &Records, record: usize) {
        let Some(number) = number else { return };
        if let Some(count) = self.counts.get_mut(number) {
            *count += 1;
        }
        if self.sums.is_empty() {
            return;
        }
        for ((_, field), sum) in self.sums.iter_mut().filter(|((of, _), _)| *of == number) {
            let text = records.field(record, *field).unwrap_or("");
            let Some(style) = kind.fields.get(*field).map(|field| &field.number) else { continue };
            match convert::decimal(text, style) {
                Ok(number) => sum.total = sum.total.saturating_add(number),
                Err(_) if all_blank(text) => {}
                Err(_) => {
                    sum.unreadable.get_or_insert_with(|| (text.to_owned(), records.line(record)));
                }
            }
        }
    }

    /// The fault of a trailer where it says something else; `all` is the number of all records that it covers.
    pub fn differs(
        &self,
        reading: &Reading<'_>,
        (records, trailer): (&Records, usize),
        check: &Check,
        kind: &RecordLayout,
        all: u64,
    ) -> Option<Fault> {
        let field = kind.fields.get(check.field)?;
        let text = records.field(trailer, check.field).unwrap_or("");
        let mut total = Decimal::from(check.plus);
        for covered in &check.of {
            total = total.saturating_add(match covered.field {
                Some(field) => self.sums.get(&(covered.kind, field)).map(|sum| sum.total).unwrap_or_default(),
                None => Decimal::from(self.counts.get(covered.kind).copied().unwrap_or(0)),
            });
        }
        if check.of.is_empty() {
            total = total.saturating_add(Decimal::from(all));
        }
        if convert::decimal(text, &field.number).is_ok_and(|stated| stated == total) {
            return None;
        }
        let all_kinds = || reading.layout.records.iter().filter(|other| other.name != kind.name);
        let names: Vec<&str> = match check.of.as_slice() {
            [] => all_kinds().map(|kind| kind.name.as_str()).collect(),
            of => of
                .iter()
                .filter_map(|covered| reading.layout.records.get(covered.kind))
                .map(|kind| kind.name.as_str())
                .collect(),
        };
        let summed = check.of.iter().find_map(|covered| {
            Some(reading.layout.records.get(covered.kind)?.fields.get(covered.field?)?.name.clone())
        });
        let place = place_of(reading.file, kind, check.field, records, trailer);
        let mut sums = check.of.iter().filter_map(|covered| self.sums.get(&(covered.kind, covered.field?)));
        if let Some((value, line)) = sums.find_map(|sum| sum.unreadable.as_ref()) {
            let summed = summed.unwrap_or_default();
            let fault = Fault::new(code::SUM_OF_NO_NUMBERS).at(place).found(text).with("summed", summed);
            return Some(fault.with("value", value).with("line_of", line));
        }
        Some(match summed {
            Some(summed) => Fault::new(code::WRONG_SUM)
                .at(place)
                .found(text)
                .with("sum", as_written(total, &field.number))
                .with("summed", summed),
            None => Fault::new(code::WRONG_COUNT)
                .at(place)
                .found(text)
                .with("counted", total.normalize())
                .with("of", names.join(", ")),
        })
    }
}

/// A number as the field writes it: with its decimal sign, or without one where its decimals are implied.
fn as_written(total: Decimal, style: &NumberStyle) -> String {
    let implied = style.decimals.map(|decimals| Decimal::from(10_u64.saturating_pow(decimals)));
    let total = implied.and_then(|factor| total.checked_mul(factor)).unwrap_or(total);
    total.normalize().to_string().replace('.', &style.decimal.to_string())
}
