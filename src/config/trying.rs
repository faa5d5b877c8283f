//! What `try` goes by of one partner. The rest of gateway.toml need not be right, nor its secrets at hand: an author has the
//! file on a desk.

use std::path::Path;

use crate::fault::{Fault, code};
use crate::format::CodeTables;
use crate::plan::PlanRules;
use crate::written::{Table, Written, suggestion};

use super::formats::{all_code_tables, read};
use super::{Environment, keys, partner, rules};

/// A partner as far as a file of it can be tried.
pub struct PartnerToTry {
    /// Its code tables, over the shared ones.
    pub codes: CodeTables,
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
        return Ok(PartnerToTry { codes: own.over(&shared), said: None });
    };
    let shown = gateway.display().to_string();
    let text = read(environment, gateway, &shown).map_err(|fault| vec![fault])?;
    let (own, said) = Written::new(shown, text).check_by(Some(keys()), |root| {
        // What else stands in the file is no matter here.
        root.any_keys();
        let partners = root.tables("partner");
        let Some((_, table)) = partners.iter().find(|(written, _)| written.value == name) else {
            let names: Vec<String> = partners.iter().map(|(name, _)| name.value.clone()).collect();
            root.fault(unknown(name, &names, "(no table [partner.NAME])").at(root.place()));
            return None;
        };
        let made = (partner::own_codes(name, table), said(table));
        table.finish_listed();
        Some(made)
    })?;
    let codes = match of_folder {
        Some(of_folder) => own.over(&of_folder.over(&shared)),
        None => own.over(&shared),
    };
    Ok(PartnerToTry { codes, said: Some(said) })
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
