//! What `try` goes by of one partner. The rest of gateway.toml need not be right, nor its secrets at hand: an author has the
//! file on a desk.

use std::path::Path;

use crate::fault::{Fault, Place, code};
use crate::format::{CodeTables, Definition};
use crate::plan::PlanRules;
use crate::written::{Table, Written, suggestion};

use super::formats::{all_code_tables, read};
use super::{Environment, keys, partner, rules};

/// A partner as far as a file of it can be tried.
pub struct PartnerToTry {
    /// Its code tables, over the shared ones.
    pub codes: CodeTables,
    /// The names of those that are its own, and where each stands.
    pub own_codes: Vec<(String, Place)>,
    /// What else gateway.toml says of it, where one was given.
    pub said: Option<Said>,
}

/// What gateway.toml says of a partner.
pub struct Said {
    /// The time zone of local times in its files.
    pub time_zone: Option<chrono_tz::Tz>,
    /// The goods owner that it writes to.
    pub goods_owner: Option<i32>,
    /// What it asks of its documents.
    pub rules: PlanRules,
}

/// A partner by its code tables in `FORMATS/codes/PARTNER`, and by its table in a gateway.toml.
///
/// # Errors
/// No such partner, in the one or the other; every mistake in its code tables and in what is read of gateway.toml.
pub fn partner_to_try(
    formats: &Path,
    gateway: Option<&Path>,
    name: &str,
    environment: &dyn Environment,
) -> Result<PartnerToTry, Vec<Fault>> {
    let (shared, mut of_partners) = all_code_tables(formats, environment)?;
    let folders: Vec<String> = of_partners.keys().cloned().collect();
    let of_folder = of_partners.remove(name);
    let Some(gateway) = gateway else {
        let own = of_folder.ok_or_else(|| {
            let none = format!("(no folder in {}; see --config)", formats.join("codes").display());
            vec![unknown(name, &folders, &none)]
        })?;
        let of_folder =
            own.names().map(|table| (table.to_owned(), in_folder(formats, name, table))).collect();
        return Ok(PartnerToTry { codes: own.over(&shared), own_codes: of_folder, said: None });
    };
    let shown = gateway.display().to_string();
    let text = read(environment, gateway, &shown).map_err(|fault| vec![fault])?;
    let (own, mut own_codes, said) = Written::new(shown, text).check_by(Some(keys()), |root| {
        // What else stands in the file is no matter here.
        root.any_keys();
        let partners = root.tables("partner");
        let Some((_, table)) = partners.iter().find(|(written, _)| written.value == name) else {
            let names: Vec<String> = partners.iter().map(|(name, _)| name.value.clone()).collect();
            root.fault(unknown(name, &names, "(no table [partner.NAME])").at(root.place()));
            return None;
        };
        let written = table.table("codes").map(|codes| codes.keys()).unwrap_or_default();
        let places = written.into_iter().map(|name| (name.value, name.place)).collect::<Vec<_>>();
        let made = (partner::own_codes(name, table), places, said(table));
        table.finish_listed();
        Some(made)
    })?;
    let tables = of_folder.iter().flat_map(CodeTables::names);
    own_codes.extend(tables.map(|table| (table.to_owned(), in_folder(formats, name, table))));
    let codes = match of_folder {
        Some(of_folder) => own.over(&of_folder.over(&shared)),
        None => own.over(&shared),
    };
    Ok(PartnerToTry { codes, own_codes, said: Some(said) })
}

fn in_folder(formats: &Path, partner: &str, table: &str) -> Place {
    Place::file(formats.join("codes").join(partner).join(format!("{table}.toml")).display().to_string())
}

impl PartnerToTry {
    /// What of its own tables a format does not look up in, though their names are almost those of tables that it does.
    pub fn misspelt_codes(&self, partner: &str, format: &Definition) -> Vec<Fault> {
        let looked_up: Vec<String> = format.code_tables().into_keys().collect();
        let unused = self.own_codes.iter().filter(|(name, _)| !looked_up.contains(name));
        unused
            .filter_map(|(name, place)| {
                let meant = suggestion(name, looked_up.iter().map(String::as_str));
                let fault = Fault::new(code::CODES_NOT_OF_FORMAT).at(place.clone()).found(name);
                let fault = fault.with("partner", partner).with("names", looked_up.join(", "));
                (!meant.is_empty()).then(|| fault.with("suggestion", meant))
            })
            .collect()
    }
}

fn said(table: &Table<'_>) -> Said {
    Said {
        time_zone: table.text("timezone").and_then(|written| partner::time_zone(table, &written)),
        goods_owner: table.has("goods_owner").then(|| partner::goods_owner(table)).flatten(),
        rules: rules::check(table),
    }
}

/// `none` says it where there are no names.
fn unknown(name: &str, names: &[String], none: &str) -> Fault {
    let shown = if names.is_empty() { none.to_owned() } else { names.join(", ") };
    Fault::new(code::UNKNOWN_NAME)
        .found(name)
        .with("kind", "partner")
        .with("names", shown)
        .with("suggestion", suggestion(name, names.iter().map(String::as_str)))
}
