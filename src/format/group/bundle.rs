//! A record that stands on its own with all that stands under it, and what is wrong with any of them.

use std::io;

use super::{Each, Grouped};
use crate::fault::{Fault, Place, code};
use crate::format::layout::Layout;
use crate::format::record::Records;
use crate::format::{DOCUMENT_BYTES_MAX, DOCUMENT_RECORDS_MAX, FileNames, Summary};

/// Records that are read together, and the faults of those that cannot be read, by their places.
#[derive(Default)]
pub(super) struct Bundle {
    pub records: Records,
    pub faults: Vec<(usize, Fault)>,
}

impl Bundle {
    pub fn clear(&mut self) {
        self.records.clear();
        self.faults.clear();
    }

    /// Adds the one record at hand.
    pub fn push(&mut self, at_hand: &Records, parent: Option<usize>, fault: Option<Fault>) {
        let place = self.records.len();
        self.records.append(at_hand);
        self.records.set_parent(place, parent);
        self.faults.extend(fault.map(|fault| (place, fault)));
    }

    /// Adds another bundle behind this one.
    pub fn append(&mut self, other: &Bundle) {
        let before = self.records.len();
        self.records.append(&other.records);
        self.faults.extend(other.faults.iter().map(|(record, fault)| (record + before, fault.clone())));
    }

    /// Writes it as bytes for a scratch file.
    pub fn write(&self, to: &mut Vec<u8>) -> io::Result<()> {
        let faults = if self.faults.is_empty() { Vec::new() } else { serde_json::to_vec(&self.faults)? };
        to.extend_from_slice(&(faults.len() as u64).to_le_bytes());
        to.extend_from_slice(&faults);
        self.records.write(0, self.records.len(), to);
        Ok(())
    }

    /// Reads what [`Bundle::write`] wrote and adds it behind this one.
    pub fn read(&mut self, bytes: &[u8]) -> io::Result<()> {
        let before = self.records.len();
        let broken = || io::Error::from(io::ErrorKind::InvalidData);
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(broken)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(io::Error::other)?;
        let (faults, rest) = rest.split_at_checked(length).ok_or_else(broken)?;
        if !faults.is_empty() {
            let faults: Vec<(usize, Fault)> = serde_json::from_slice(faults)?;
            self.faults.extend(faults.into_iter().map(|(record, fault)| (record + before, fault)));
        }
        self.records.read(rest).ok_or_else(broken)
    }

    /// Hands a whole group out: its records, or all of them as strays where one cannot be read.
    pub fn hand_out(
        &mut self,
        layout: &Layout,
        names: FileNames<'_>,
        summary: &mut Summary,
        each: &mut Each<'_>,
    ) -> Result<(), Fault> {
        let Some((to_blame, _)) = self.faults.first() else {
            return each(Grouped::Records(&self.records));
        };
        let blamed = names.of(layout, self.records.kind(*to_blame));
        let line = self.records.line(*to_blame);
        let mut faults = std::mem::take(&mut self.faults).into_iter().peekable();
        for record in 0..self.records.len() {
            let fault = faults.next_if(|(place, _)| *place == record).map(|(_, fault)| fault);
            let file = names.of(layout, self.records.kind(record));
            let fault = fault.unwrap_or_else(|| {
                let to_blame = if file == blamed { line.to_string() } else { format!("{line} ({blamed})") };
                let mut place = self.records.place(file, record);
                let kind = self.records.kind(record).and_then(|kind| layout.records.get(kind));
                place.record = kind.map(|kind| kind.name.clone());
                Fault::new(code::GROUP_NOT_WHOLE).at(place).with("other", to_blame)
            });
            summary.records_stray += 1;
            each(Grouped::Stray(fault.in_file(file)))?;
        }
        Ok(())
    }
}

/// # Errors
/// A group of more records or bytes than one document may have.
pub(super) fn within_limit(file: &str, group: &Records) -> Result<(), Fault> {
    if group.len() <= DOCUMENT_RECORDS_MAX && group.text().len() <= DOCUMENT_BYTES_MAX {
        return Ok(());
    }
    Err(Fault::new(code::TOO_MANY_RECORDS)
        .at(Place::file(file).line(group.line(0).max(1)))
        .with("limit", DOCUMENT_RECORDS_MAX)
        .with("bytes", DOCUMENT_BYTES_MAX))
}

pub(super) fn scratch_failed(file: &str) -> impl Fn(io::Error) -> Fault + Copy + '_ {
    move |error| Fault::new(code::SCRATCH_FAILED).at(Place::file(file)).with("reason", error)
}
