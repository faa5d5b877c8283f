//! Secrets by reference: `{ credential = "name" }`, `{ env = "NAME" }` or `{ file = "/path" }`; never in clear.

use std::path::PathBuf;

use crate::fault::{Fault, Place, code};
use crate::secret::Secret;
use crate::written::{At, Item, Table};

use super::{World, environment, take};

const WAYS: &str =
    "{ credential = \"name\" } (systemd's LoadCredential), { file = \"/path\" } or { env = \"NAME\" }";

/// A secret that must be given.
pub(super) fn required(world: &World<'_>, table: &Table<'_>, key: &str) -> Option<Secret> {
    if !table.has(key) {
        table.missing(key, WAYS);
    }
    optional(world, table, key)
}

/// A secret, if the key is written.
pub(super) fn optional(world: &World<'_>, table: &Table<'_>, key: &str) -> Option<Secret> {
    let reference = match table.item(key)? {
        Item::Table(reference) => reference,
        other => {
            in_clear(table, key, other.place());
            return None;
        }
    };
    let written: Vec<(&str, At<String>)> = ["credential", "file", "env"]
        .into_iter()
        .filter_map(|way| Some((way, reference.text(way)?)))
        .collect();
    reference.finish();
    match written.as_slice() {
        [(way, name)] => fetch(world, table, key, way, name),
        [] => {
            if reference.keys().is_empty() {
                missing(table, key, reference.place(), "nothing says where it is", "");
            }
            None
        }
        _ => {
            take::not_together(
                &reference,
                written.get(1).map_or("", |(way, _)| way),
                "credential, file and env",
                WAYS,
            );
            None
        }
    }
}

/// Records that a secret stands in the file itself. The value is never shown: see `mask`.
pub(super) fn in_clear(table: &Table<'_>, key: &str, place: Place) {
    table.fault(Fault::new(code::SECRET_IN_CLEAR).at(place).with("key", key).with("ways", WAYS));
}

fn missing(table: &Table<'_>, key: &str, place: Place, reason: &str, suggestion: &str) {
    table.fault(
        Fault::new(code::SECRET_MISSING)
            .at(place)
            .with("key", key)
            .with("reason", reason)
            .with("expected", WAYS)
            .with("suggestion", suggestion),
    );
}

fn fetch(world: &World<'_>, table: &Table<'_>, key: &str, way: &str, name: &At<String>) -> Option<Secret> {
    let lacks = |reason: &str, suggestion: &str| missing(table, key, name.place.clone(), reason, suggestion);
    let found = match way {
        "env" => {
            let variable = (!name.is_empty()).then(|| world.environment.variable(name)).flatten();
            if variable.is_none() {
                lacks(
                    &format!("the environment variable {} is not set", name.value),
                    "set it where the gateway is started",
                );
            }
            variable?
        }
        "file" => read(world, table, key, name, take::path(table, &world.folder, way, name)?, true)?,
        _ => {
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
                table.wrong_value("credential", name, "the name of a credential, without a folder", "");
                return None;
            }
            match world.environment.variable("CREDENTIALS_DIRECTORY") {
                // Given by the service manager, which sees to the rights.
                Some(folder) => {
                    read(world, table, key, name, PathBuf::from(folder).join(&name.value), false)?
                }
                // A check by hand finds them where the unit file takes them from.
                None => {
                    let path = world.folder.join("credentials").join(&name.value);
                    read(world, table, key, name, path, true)?
                }
            }
        }
    };
    let secret = found.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        lacks("it is empty", "");
        return None;
    }
    Some(Secret::new(secret))
}

fn read(
    world: &World<'_>,
    table: &Table<'_>,
    key: &str,
    name: &At<String>,
    path: PathBuf,
    ours: bool,
) -> Option<String> {
    match world.environment.read(&path) {
        Ok(text) => {
            if ours && world.environment.rights(&path).is_some_and(|rights| rights & 0o077 != 0) {
                world.warn(Fault::new(code::SECRET_OPEN).at(name.place.clone()).with("path", path.display()));
            }
            Some(text)
        }
        Err(error) => {
            let reason = format!("{} cannot be read: {}", path.display(), environment::reason(&error));
            let suggestion =
                format!("put it there; as a service, add LoadCredential={}:… to the unit", name.value);
            missing(
                table,
                key,
                name.place.clone(),
                &reason,
                if path.ends_with(std::path::Path::new("credentials").join(&name.value)) || !ours {
                    &suggestion
                } else {
                    ""
                },
            );
            None
        }
    }
}
