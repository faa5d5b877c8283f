//! Reading a partner's registers from Ongoing, for people and for the check of codes. Only reads go to Ongoing here.

use crate::clock::Clock;
use crate::config::{Config, Partner};
use crate::fault::{Fault, code};
use crate::ledger::{RESTORED, Register, RegisterEntry};
use crate::ongoing::{CodeRegister, Ongoing};
use crate::send::{installation_scope, lane_scope};
use crate::step::Steps;

use super::Gateway;

impl Gateway {
    /// Reads the registers of each lane anew that are older than its installation allows. What cannot be read is only
    /// told: codes are then checked against the old lists, whose age is named.
    pub(super) async fn refresh_registers(&self) -> Result<(), Fault> {
        for lane in self.lanes() {
            let Some(ongoing) = self.installations.get(&lane.installation) else { continue };
            let Some(installation) = self.config.installations.get(&lane.installation) else { continue };
            let scopes = [installation_scope(&lane.installation), lane_scope(&lane), RESTORED.to_owned()];
            let halted = self.ledger.halts().await?.iter().any(|halt| scopes.contains(&halt.scope));
            let now = self.clock.now();
            let known = self.ledger.register(&lane, Register::TRANSPORTERS).await?;
            let fresh = known.is_some_and(|known| {
                (now - known.read_at).to_std().is_ok_and(|age| age < installation.registers)
            });
            if halted || fresh || !self.is_live(&lane) || self.is_stopping() {
                continue;
            }
            match ongoing.registers(lane.goods_owner, &mut Vec::new()).await {
                Ok(registers) => {
                    for register in registers {
                        let entries = register.codes.into_iter().map(|entry| RegisterEntry {
                            code: entry.code,
                            name: entry.name,
                            of: entry.of,
                        });
                        self.ledger.keep_register(&lane, register.name, entries.collect(), now).await?;
                    }
                    tracing::info!(%lane, "the registers were read");
                }
                Err(unavailable) => {
                    tracing::debug!(%lane, "the registers cannot be read now: {}", unavailable.fault);
                }
            }
        }
        Ok(())
    }
}

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
