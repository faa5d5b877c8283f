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
        let now = self.clock.now();
        let due: Vec<Lane> = self.lanes().into_iter().filter(|lane| self.is_due(lane, now)).collect();
        if due.is_empty() {
            return Ok(());
        }
        let halts = self.ledger.halts().await?;
        for lane in due {
            let Some(ongoing) = self.installations.get(&lane.installation) else { continue };
            let Some(installation) = self.config.installations.get(&lane.installation) else { continue };
            let scopes = [installation_scope(&lane.installation), lane_scope(&lane), RESTORED.to_owned()];
            if halts.iter().any(|halt| scopes.contains(&halt.scope)) || !self.is_live(&lane) {
                continue;
            }
            if self.is_stopping() {
                return Ok(());
            }
            let keeps = TimeDelta::from_std(installation.registers).unwrap_or(TRIED_AGAIN_AFTER);
            let known = self.ledger.register(&lane, Register::TRANSPORTERS).await?;
            if let Some(known) = known.filter(|known| known.read_at <= now && now - known.read_at < keeps) {
                self.next_due(&lane, known.read_at + keeps);
                continue;
            }
            match ongoing.registers(lane.goods_owner, &mut Vec::new()).await {
                Ok(registers) => {
                    for register in &registers {
                        self.ledger.keep_register(&lane, register.name, entries(register), now).await?;
                    }
                    self.next_due(&lane, now + keeps);
                    tracing::info!(%lane, "the registers were read");
                }
                Err(unavailable) => {
                    self.next_due(&lane, now + TRIED_AGAIN_AFTER);
                    tracing::debug!(%lane, "the registers cannot be read now: {}", unavailable.fault);
                }
            }
        }
        Ok(())
    }

    /// Whether a lane's registers may have to be read, as far as is known without asking the ledger.
    fn is_due(&self, lane: &Lane, now: DateTime<Utc>) -> bool {
        let due = self.registers_due.lock().unwrap_or_else(PoisonError::into_inner);
        // What is further away than it can be was reckoned before the clock was set back.
        due.get(lane).is_none_or(|due| *due <= now || *due > now + KEPT_AT_MOST)
    }

    fn next_due(&self, lane: &Lane, at: DateTime<Utc>) {
        self.registers_due.lock().unwrap_or_else(PoisonError::into_inner).insert(lane.clone(), at);
    }
}

/// Registers that could not be read are tried again after this time.
const TRIED_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);
/// The configuration lets nobody keep registers for longer.
const KEPT_AT_MOST: TimeDelta = TimeDelta::days(60);

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
