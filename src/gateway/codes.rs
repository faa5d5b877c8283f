//! Reading a partner's registers from Ongoing, for people and for the check of codes. Only reads go to Ongoing here.

use std::sync::PoisonError;

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::Lane;
use crate::config::{Config, Partner};
use crate::fault::Fault;
use crate::ledger::{RESTORED, Register, RegisterEntry};
use crate::ongoing::{CodeRegister, RegisteredCode};
use crate::send::{installation_scope, lane_scope};

use super::Gateway;
use super::asking::client;

impl Gateway {
    /// Reads the registers of each lane anew that are older than its installation allows. What cannot be read is only
    /// told: codes are then checked against the old lists, whose age is named.
    ///
    /// # Errors
    /// The ledger cannot be used.
    pub async fn refresh_registers(&self) -> Result<(), Fault> {
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
            if halted || fresh || !self.is_live(&lane) || self.is_stopping() || !self.may_try(&lane, now) {
                continue;
            }
            match ongoing.registers(lane.goods_owner, &mut Vec::new()).await {
                Ok(registers) => {
                    for register in &registers {
                        self.ledger.keep_register(&lane, register.name, entries(register), now).await?;
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

    /// Whether a lane's registers were not tried in vain a moment ago; from now on they were.
    fn may_try(&self, lane: &Lane, now: DateTime<Utc>) -> bool {
        let mut tried = self.registers_tried.lock().unwrap_or_else(PoisonError::into_inner);
        let since = tried.get(lane).map(|tried| now - *tried);
        // A try in the future was made before the clock was set back.
        if since.is_some_and(|since| (TimeDelta::zero()..TRIED_AGAIN_AFTER).contains(&since)) {
            return false;
        }
        tried.insert(lane.clone(), now);
        true
    }
}

/// Registers that could not be read are tried again after this time.
const TRIED_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);

/// The registers of a partner's goods owner, as they are now.
///
/// # Errors
/// Ongoing could not be read.
pub async fn read(config: &Config, partner: &Partner) -> Result<Vec<CodeRegister>, Fault> {
    let ongoing = client(config, partner)?;
    Ok(ongoing.registers(partner.lane.goods_owner, &mut Vec::new()).await?)
}

/// A register's codes as the ledger keeps them.
pub fn entries(register: &CodeRegister) -> Vec<RegisterEntry> {
    let entry = |code: &RegisteredCode| RegisterEntry {
        code: code.code.clone(),
        name: code.name.clone(),
        of: code.of.clone(),
    };
    register.codes.iter().map(entry).collect()
}
