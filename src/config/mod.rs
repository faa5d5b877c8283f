//! gateway.toml: as written -> as checked, secrets by reference only.
//!
//! Everything that is wrong is found in one go, in the format files that are used too, each at its line. What the
//! program runs ([`Config`]) can only be made by checking what the author wrote.

mod crossing;
mod environment;
mod formats;
mod gateway;
mod inbox;
mod installation;
mod keep;
mod keys;
mod learnt;
mod mask;
mod outbox;
mod partner;
mod parts;
mod pattern;
mod remote;
mod rules;
mod secrets;
mod take;
mod trying;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::call::Lane;
use crate::fault::{Fault, Language, code};
use crate::format::{CodeTables, Definition};
use crate::ongoing::Installation;
use crate::plan::PlanRules;
use crate::receive::Inbox;
use crate::report::Outbox;
use crate::send::UnknownArticles;
use crate::written::{Table, Written};

pub use environment::{Environment, ProcessEnvironment, unreadable};
pub use formats::{code_tables, format_names};
pub use keep::Keep;
pub use keys::keys;
pub use trying::{PartnerToTry, Said, partner_to_try};

/// A checked gateway.toml. Only [`load`] makes one. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    /// The gateway itself.
    pub gateway: Gateway,
    /// The installations, by their names.
    pub installations: BTreeMap<String, Installation>,
    /// The partners, in the order of the file.
    pub partners: Vec<Partner>,
    /// The inboxes of all partners, in the order of the file.
    pub inboxes: Vec<Inbox>,
    /// The outboxes of all partners, in the order of the file.
    pub outboxes: Vec<Outbox>,
    /// The formats that are used, by their names. A partner with code tables of its own has its own copies, named
    /// `name@partner`.
    pub formats: BTreeMap<String, Arc<Definition>>,
    /// How long what is kept.
    pub keep: Keep,
    /// What is doubtful but taken; [`crate::fault::Code::is_warning`] is true of each.
    pub warnings: Vec<Fault>,
}

/// The `[gateway]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// The folder of ledger and spool.
    pub data: PathBuf,
    /// The language of error files, pages and messages.
    pub language: Language,
    /// The control socket, through which the other commands speak to a running gateway.
    pub control: PathBuf,
    /// The folder of the format files.
    pub formats: PathBuf,
    /// At most so many folders and files are worked on at the same time.
    pub workers: usize,
}

/// One ERP that sends and receives files for one goods owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The name in the configuration.
    pub name: String,
    /// The lane of its calls.
    pub lane: Lane,
    /// The time zone of local times in its files and schedules.
    pub time_zone: chrono_tz::Tz,
    /// The language of its error files.
    pub language: Language,
    /// False: read, check and answer, send nothing.
    pub live: bool,
    /// What becomes of documents with articles that nobody knows.
    pub unknown_articles: UnknownArticles,
    /// What is asked of its documents before they are sent; the installation's lists come from the ledger.
    pub rules: PlanRules,
}

/// How a format file is checked: its name, the file's name in messages, its text and the code tables.
pub type FormatCheck<'a> = &'a dyn Fn(&str, &str, &str, &CodeTables) -> Result<Definition, Vec<Fault>>;

/// Reads and checks a gateway.toml with the format files that it uses. Relative paths in it are relative to its folder.
///
/// # Errors
/// Everything that is wrong, in one go: the mistakes in gateway.toml in the order of their places, then those in
/// format files and code tables, then the warnings.
pub fn load(path: &Path, environment: &dyn Environment) -> Result<Config, Vec<Fault>> {
    load_with(path, environment, &Definition::check)
}

/// The language that a gateway.toml asks for, even if it has mistakes elsewhere: its mistakes are told in it. English
/// where that cannot be read.
pub fn language(path: &Path, environment: &dyn Environment) -> Language {
    let text = environment.read(path).unwrap_or_default();
    let table = toml::from_str::<toml::Table>(&text).unwrap_or_default();
    let written = table.get("gateway").and_then(|gateway| gateway.get("language"));
    written.and_then(toml::Value::as_str).and_then(Language::from_code).unwrap_or_default()
}

/// Where the data folder and the control socket of a gateway.toml are, even if it has mistakes elsewhere: an operator must
/// see what waits while somebody mends it. `None` where that cannot be read.
pub fn whereabouts(path: &Path, environment: &dyn Environment) -> Option<(PathBuf, PathBuf)> {
    let text = environment.read(path).ok()?;
    let table = toml::from_str::<toml::Table>(&text).ok()?;
    let gateway = table.get("gateway")?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let of = |key: &str| Some(folder.join(gateway.get(key)?.as_str()?));
    let data = of("data")?;
    let control = of("control").unwrap_or_else(|| data.join("control.sock"));
    Some((data, control))
}

/// As [`load`], with another check of format files.
///
/// # Errors
/// As [`load`].
pub fn load_with(
    path: &Path,
    environment: &dyn Environment,
    formats: FormatCheck<'_>,
) -> Result<Config, Vec<Fault>> {
    let name = path.display().to_string();
    let text = environment.read(path).map_err(|error| vec![unreadable(&name, &error)])?;
    let written = Written::new(name.clone(), text.clone());
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let world = World {
        environment,
        folder,
        shelf: formats::Shelf::new(formats),
        warnings: std::cell::RefCell::default(),
    };
    let made = written.check_by(Some(keys()), |root| Some(check(&world, root)));
    let mask = mask::Mask::of(&text);
    let (elsewhere, known) = world.shelf.finish();
    let warnings: Vec<Fault> =
        world.warnings.into_inner().into_iter().map(|fault| mask.over(fault)).collect();
    let faults = |faults: Vec<Fault>| {
        faults
            .into_iter()
            .map(|fault| mask.over(fault))
            .chain(elsewhere.clone())
            .chain(warnings.clone())
            .collect::<Vec<Fault>>()
    };
    match made {
        Ok(Some(config)) if elsewhere.is_empty() => Ok(Config { formats: known, warnings, ..config }),
        Ok(_) => Err(faults(Vec::new())),
        Err(found) => Err(faults(found)),
    }
}

/// What every part of the check needs: the world outside the file, and where warnings go.
struct World<'a> {
    environment: &'a dyn Environment,
    /// The folder of gateway.toml.
    folder: PathBuf,
    shelf: formats::Shelf<'a>,
    warnings: std::cell::RefCell<Vec<Fault>>,
}

impl World<'_> {
    fn warn(&self, fault: Fault) {
        self.warnings.borrow_mut().push(fault);
    }
}

/// The whole file. `None` only where a mistake was recorded.
fn check(world: &World<'_>, root: &Table<'_>) -> Option<Config> {
    let gateway = gateway::check(world, root);
    world.shelf.open(world, gateway.as_ref().map(|gateway| gateway.formats.as_path()));
    let language = gateway.as_ref().map(|gateway| gateway.language).unwrap_or_default();
    let installations = installation::check_all(world, root);
    let mut keep = keep::check(root);
    let mut partners = partner::check_all(world, root, &installations, language);
    rules::share(world, &mut partners);
    crossing::check(world, root, &partners);
    keep::check_moved(root, &mut keep, &partners);

    let mut config = Config {
        gateway: gateway?,
        installations: installations
            .into_iter()
            .filter_map(|(name, made)| Some((name, made?.made)))
            .collect(),
        partners: Vec::new(),
        inboxes: Vec::new(),
        outboxes: Vec::new(),
        formats: BTreeMap::new(),
        keep,
        warnings: Vec::new(),
    };
    for checked in partners {
        config.partners.push(checked.partner?);
        config.inboxes.extend(checked.inboxes.into_iter().filter_map(|inbox| inbox.made));
        config.outboxes.extend(checked.outboxes.into_iter().filter_map(|outbox| outbox.made));
    }
    let names: Vec<&str> = config.partners.iter().map(|partner| partner.name.as_str()).collect();
    for folder in world.shelf.of_nobody(&names) {
        let fault = Fault::new(code::CODES_OF_NO_PARTNER).at(root.place()).found(&folder);
        world.warn(fault.with("names", names.join(", ")));
    }
    Some(config)
}
