//! The lock on the data folder: one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::failure::failed;
use crate::fault::{Fault, code};

/// Held as long as this value lives, and gone with the process whatever becomes of it.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Takes the lock, or says which process holds it. The folder is made if it is missing.
    pub fn take(data_folder: &Path) -> Result<DataLock, Fault> {
        let io = |error: std::io::Error| failed(&format!("{}: {error}", data_folder.display()));
        std::fs::create_dir_all(data_folder).map_err(io)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(data_folder.join("lock"))
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(io(error)),
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // Only for the message: a holder that has not written its number yet is "?".
                drop(file.take(20).read_to_string(&mut pid));
                let pid = Some(pid.trim()).filter(|pid| !pid.is_empty()).unwrap_or("?").to_owned();
                return Err(Fault::new(code::DATA_FOLDER_LOCKED)
                    .with("folder", data_folder.display())
                    .with("pid", pid));
            }
        }
        file.set_len(0).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(DataLock { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_holds_it_and_a_later_one_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        let lock = DataLock::take(folder.path()).unwrap();
        let fault = DataLock::take(folder.path()).unwrap_err();
        assert_eq!(fault.code, code::DATA_FOLDER_LOCKED);
        assert_eq!(fault.args["pid"], std::process::id().to_string());
        drop(lock);
        DataLock::take(folder.path()).unwrap();
    }
}
