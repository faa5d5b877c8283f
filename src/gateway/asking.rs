//! Questions to Ongoing outside the passes: which partner is meant, and a client that only such questions use.

use crate::clock::Clock;
use crate::config::{Config, Partner};
use crate::fault::{Fault, code};
use crate::ongoing::Ongoing;
use crate::step::Steps;

/// The partner of this name.
///
/// # Errors
/// There is none; the fault names those that there are.
pub fn partner<'c>(config: &'c Config, name: &str) -> Result<&'c Partner, Fault> {
    config.partners.iter().find(|partner| partner.name == name).ok_or_else(|| {
        let names: Vec<&str> = config.partners.iter().map(|partner| partner.name.as_str()).collect();
        Fault::new(code::NO_SUCH_PARTNER).found(name).with("partners", names.join(", "))
    })
}

/// A client of a partner's installation. Only reads go through it: what writes goes through the partner's lane.
///
/// # Errors
/// The client cannot be made.
pub(super) fn client(config: &Config, partner: &Partner) -> Result<Ongoing, Fault> {
    // The configuration's check lets no partner name an installation that is not there.
    let installation = config.installations.get(&partner.lane.installation);
    let missing = || Fault::new(code::CAUGHT_BUG).with("reason", "a partner without its installation");
    Ongoing::new(installation.ok_or_else(missing)?, Clock::System, Steps::unwatched())
}
