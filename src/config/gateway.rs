//! The `[gateway]` table.

use crate::fault::Language;
use crate::written::Table;

use super::{Gateway, World, take};

/// A Unix socket's path takes no more bytes (`sun_path` in unix(7), less the final zero).
const SOCKET_PATH_MAX: usize = 107;

/// So many workers where the configuration names no number: a few hundred partners need no more.
const WORKERS_DEFAULT: i64 = 64;
/// The greatest number of workers: each holds a session and a thread.
pub(super) const WORKERS_MAX: i64 = 512;

pub(super) fn check(world: &World<'_>, root: &Table<'_>) -> Option<Gateway> {
    if !root.has("gateway") {
        root.missing("gateway", "a table [gateway] with data = \"/var/lib/lastkaj\"");
    }
    let table = root.table("gateway")?;
    let path = |key: &str| {
        let written = table.text(key)?;
        take::path(&table, &world.folder, key, &written)
    };
    if !table.has("data") {
        table.missing("data", "the folder of ledger and spool, like data = \"/var/lib/lastkaj\"");
    }
    let data = path("data");
    let formats = path("formats").unwrap_or_else(|| world.folder.join("formats"));
    let control = path("control").or_else(|| {
        // systemd names several runtime directories with colons between; the first is ours.
        let runtime = world.environment.variable("RUNTIME_DIRECTORY");
        match runtime
            .as_deref()
            .and_then(|folders| folders.split(':').next())
            .filter(|first| !first.is_empty())
        {
            Some(folder) => Some(std::path::Path::new(folder).join("control.sock")),
            None => Some(data.as_ref()?.join("control.sock")),
        }
    });
    if let (Some(written), Some(path)) = (table.text("control"), &control)
        && path.as_os_str().len() > SOCKET_PATH_MAX
    {
        table.wrong_value("control", &written, "a path of at most 107 bytes", "");
    }
    let words = Language::ALL.map(|language| (language.code(), language));
    let language = table.one_of("language", &words).unwrap_or_default();
    let workers = take::number(&table, "workers", 1..=WORKERS_MAX, WORKERS_DEFAULT);
    table.finish();
    Some(Gateway {
        data: data?,
        language,
        control: control?,
        formats,
        workers: usize::try_from(workers).unwrap_or(1),
    })
}
