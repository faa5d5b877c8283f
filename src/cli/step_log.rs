//! A hidden aid for crash tests: the name of each step, appended to a file before and after it is taken.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::fault::{Fault, Place, code};
use crate::step::StepHook;

/// Appends `before ledger.publish` and the like, one a line.
pub(super) struct StepLog(Mutex<File>);

impl StepLog {
    pub(super) fn open(path: &Path) -> Result<StepLog, Fault> {
        File::options().create(true).append(true).open(path).map(|file| StepLog(Mutex::new(file))).map_err(
            |error| {
                Fault::new(code::LEDGER_FAILED)
                    .at(Place::file(path.display().to_string()))
                    .with("reason", error)
            },
        )
    }
}

impl StepHook for StepLog {
    fn step(&self, name: &'static str, moment: &'static str) {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(file, "{moment} {name}");
    }
}
