//! Reading a partner's registers from Ongoing, for people and for the check of codes. Only reads go to Ongoing here.

use crate::clock::Clock;
use crate::config::{Config, Partner};
use crate::fault::{Fault, code};
use crate::ongoing::{CodeRegister, Ongoing};
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

/// The registers of a partner's goods owner.
///
/// # Errors
/// Ongoing could not be read.
pub async fn read(config: &Config, partner: &Partner, clock: Clock) -> Result<Vec<CodeRegister>, Fault> {
    let Some(installation) = config.installations.get(&partner.lane.installation) else {
        return Err(Fault::new(code::NO_SUCH_PARTNER).found(&partner.name).with("partners", ""));
    };
    let ongoing = Ongoing::new(installation, clock, Steps::unwatched())?;
    Ok(ongoing.registers(partner.lane.goods_owner, &mut Vec::new()).await?)
}
