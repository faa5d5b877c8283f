//! `[partner.NAME]`: one ERP that sends and receives files for one goods owner.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::call::Lane;
use crate::fault::{Fault, Language, Place, code};
use crate::format::{CodeTables, Definition};
use crate::send::UnknownArticles;
use crate::written::{At, Table, suggestion};

use super::formats::{self, Codes};
use super::installation::Installations;
use super::{Partner, World, inbox, outbox, remote, rules, take};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A partner with what belongs to it, as far as it could be checked.
pub(super) struct Checked {
    /// Where its table stands.
    pub place: Place,
    pub partner: Option<Partner>,
    pub inboxes: Vec<inbox::Checked>,
    pub outboxes: Vec<outbox::Checked>,
}

/// What inboxes and outboxes take from their partner. A member with a mistake is `None`, so that they are checked all
/// the same.
pub(super) struct Owner<'p> {
    pub name: &'p str,
    pub partner: Option<&'p Partner>,
    pub remote: remote::Given,
    pub codes: Codes<'p>,
    pub shipped_status: i32,
    /// The names of its inboxes, without the partner's.
    pub inbox_names: Vec<String>,
}

pub(super) fn check_all(
    world: &World<'_>,
    root: &Table<'_>,
    installations: &Installations,
    language: Language,
) -> Vec<Checked> {
    if !root.has("partner") {
        root.missing("partner", "a table [partner.NAME] with ongoing, goods_owner, timezone and remote");
    }
    root.tables("partner")
        .into_iter()
        .map(|(name, table)| {
            let checked = check(world, &name, &table, installations, language);
            table.finish();
            checked
        })
        .collect()
}

fn check(
    world: &World<'_>,
    name: &At<String>,
    table: &Table<'_>,
    installations: &Installations,
    language: Language,
) -> Checked {
    let partner = check_partner(name, table, installations, language);
    let installation = partner.as_ref().and_then(|partner| installations.get(&partner.lane.installation));
    let inboxes = table.tables("inbox");
    let owner = Owner {
        name: &name.value,
        partner: partner.as_ref(),
        remote: remote::check(world, table),
        codes: Codes { partner: &name.value, own: own_codes(&name.value, table) },
        shipped_status: installation.and_then(Option::as_ref).map_or(450, |known| known.shipped_status),
        inbox_names: inboxes.iter().map(|(name, _)| name.value.clone()).collect(),
    };
    let inboxes: Vec<inbox::Checked> = inboxes
        .into_iter()
        .map(|(name, table)| {
            let checked = inbox::check(world, &name, &table, &owner);
            table.finish();
            checked
        })
        .collect();
    let outboxes: Vec<outbox::Checked> = table
        .tables("outbox")
        .into_iter()
        .map(|(name, table)| {
            let checked = outbox::check(world, &name, &table, &owner);
            table.finish();
            checked
        })
        .collect();
    let formats = inboxes
        .iter()
        .map(|inbox| inbox.made.as_ref().map(|made| &made.format))
        .chain(outboxes.iter().map(|outbox| outbox.made.as_ref().map(|made| &made.format)))
        .collect();
    codes_of_no_format(world, name, table, formats);
    Checked { place: table.place(), partner, inboxes, outboxes }
}

/// Tells of the partner's own code tables that none of its formats looks up in: a misspelt name would never be noticed.
/// Nothing is said where a format could not be read.
fn codes_of_no_format(
    world: &World<'_>,
    partner: &At<String>,
    table: &Table<'_>,
    formats: Option<Vec<&Arc<Definition>>>,
) {
    let Some(formats) = formats else { return };
    let looked_up: BTreeSet<String> =
        formats.into_iter().flat_map(|format| format.code_tables().into_keys()).collect();
    let written = table.table("codes").map(|codes| codes.keys()).unwrap_or_default();
    let in_gateway = written.into_iter().map(|name| (name.value, name.place));
    let in_folder = world.shelf.tables_of(&partner.value).into_iter().map(|name| (name, table.place()));
    for (name, place) in in_gateway.chain(in_folder) {
        if looked_up.contains(&name) || CodeTables::is_built_in(&name) {
            continue;
        }
        let names: Vec<&str> = looked_up.iter().map(String::as_str).collect();
        let fault = Fault::new(code::CODES_LOOKED_UP_BY_NONE).at(place).found(&name);
        let names = if names.is_empty() { "-".to_owned() } else { names.join(", ") };
        world.warn(fault.with("partner", &partner.value).with("names", names));
    }
}

fn check_partner(
    name: &At<String>,
    table: &Table<'_>,
    installations: &Installations,
    language: Language,
) -> Option<Partner> {
    let good_name = take::check_name(table, name, "a partner");
    let installation =
        table.required_text("ongoing", "the name of an installation: [ongoing.NAME]").filter(|written| {
            let known = installations.contains_key(&written.value);
            if !known {
                let names: Vec<&str> = installations.keys().map(String::as_str).collect();
                take::unknown_name(table, "installation", written, &names);
            }
            known
        });
    if !table.has("goods_owner") {
        table.missing("goods_owner", "Ongoing's id of the goods owner, a number like 159");
    }
    let goods_owner = goods_owner(table);
    let time_zone = table
        .required_text("timezone", "a time zone like \"Europe/Stockholm\"")
        .and_then(|written| time_zone(table, &written));
    let words = Language::ALL.map(|language| (language.code(), language));
    let language = table.one_of("language", &words).unwrap_or(language);
    let live = table.boolean("live").is_none_or(|live| live.value);
    let unknown_articles = UnknownArticles {
        wait_for: table
            .has("wait_for_article")
            .then(|| take::duration(table, "wait_for_article", SECOND..=DAY, DAY)),
        create: table.boolean("ensure_articles").is_some_and(|create| create.value),
    };
    let mut rules = rules::check(table);
    let of = installation.as_ref().and_then(|name| installations.get(&name.value)?.as_ref());
    rules.learnt = of.map(|installation| installation.learnt.clone()).unwrap_or_default();
    if !good_name {
        return None;
    }
    Some(Partner {
        name: name.value.clone(),
        lane: Lane { installation: installation?.value, goods_owner: goods_owner? },
        time_zone: time_zone?,
        language,
        live,
        unknown_articles,
        rules,
    })
}

/// Ongoing's ids are int32.
pub(super) fn goods_owner(table: &Table<'_>) -> Option<i32> {
    i32::try_from(take::number(table, "goods_owner", 1..=i64::from(i32::MAX), 0)).ok()
}

pub(super) fn time_zone(table: &Table<'_>, written: &At<String>) -> Option<chrono_tz::Tz> {
    if let Ok(zone) = written.parse::<chrono_tz::Tz>() {
        return Some(zone);
    }
    let names = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    // "Stockholm" means "Europe/Stockholm".
    let city =
        names().find(|name| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(written)));
    let hint = city.map_or_else(|| suggestion(written, names()), |name| format!("did you mean {name}?"));
    table.wrong_value(
        "timezone",
        written,
        "a time zone of the IANA database, like \"Europe/Stockholm\"",
        &hint,
    );
    None
}

/// `[partner.NAME.codes.TABLE]`.
pub(super) fn own_codes(partner: &str, table: &Table<'_>) -> CodeTables {
    let mut own = CodeTables::new();
    for (name, rows) in table.tables("codes") {
        let from = format!("[partner.{partner}.codes.{}] of gateway.toml", name.value);
        let rows = formats::codes(&name.value, &rows);
        own.add_before(name.value, rows, from);
    }
    own
}
