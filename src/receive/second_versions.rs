//! One arrival never plans two versions of one key (promise 3). Of two that are alike the first counts; of two that differ
//! neither does, for nobody can tell which is meant. So an order whose rows became a document each is not sent with its first
//! row alone.

use std::collections::HashMap;

use crate::call::Call;
use crate::fault::{Fault, Place};
use crate::ledger::{Planned, StagedBefore, StagedDocument, StagedTask};
use crate::plan;

/// The second versions of a batch are made faulty, and so are the first ones in it. A faulty one counts too: it was meant as
/// something. `staged` is what was staged before; what of that is to be withdrawn is handed back. `place` tells where a document
/// stands, by its line and the entry of an archive.
pub(super) fn refuse(
    batch: &mut [StagedDocument],
    staged: &HashMap<StagedTask, StagedBefore>,
    place: &dyn Fn(u64, Option<&str>) -> Place,
) -> Vec<(StagedTask, Fault)> {
    let place_of = |document: &StagedDocument| place(document.first_line, document.part.as_deref());
    let mut firsts: HashMap<StagedTask, usize> = HashMap::new();
    let mut withdrawn: HashMap<StagedTask, Fault> = HashMap::new();
    for at in 0..batch.len() {
        let Some(second) = batch.get(at) else { break };
        let Some(call) = asked_for(second).cloned() else { continue };
        let (task, here) = (StagedTask::of(&call), place_of(second));
        let is_good = matches!(second.planned, Planned::Call(_));
        let fault = if let Some(first) = firsts.get(&task).and_then(|first| batch.get_mut(*first)) {
            let there = place_of(first);
            match first.planned.clone() {
                Planned::Call(first) if is_good && first.hash == call.hash => {
                    plan::number_twice(&call.key, here, &there)
                }
                planned => {
                    if let Planned::Call(withdrawn) = planned {
                        first.faults.push(plan::versions_differ(&call.key, there.clone(), &here));
                        first.planned = Planned::Withdrawn(withdrawn);
                    }
                    plan::versions_differ(&call.key, here, &there)
                }
            }
        } else if let Some(first) = staged.get(&task) {
            let there = place(first.first_line, first.part.as_deref());
            let counts = !first.withdrawn && !withdrawn.contains_key(&task);
            if counts && is_good && first.hash == call.hash {
                plan::number_twice(&call.key, here, &there)
            } else {
                if counts {
                    withdrawn.insert(task, plan::versions_differ(&call.key, there.clone(), &here));
                }
                plan::versions_differ(&call.key, here, &there)
            }
        } else {
            firsts.insert(task, at);
            continue;
        };
        if let Some(second) = batch.get_mut(at) {
            second.planned = Planned::Faulty;
            // One that is faulty says itself what is wrong with it.
            second.faults.extend(is_good.then_some(fault));
        }
    }
    withdrawn.into_iter().collect()
}

/// What a document asks for, faulty or not.
pub(super) fn asked_for(document: &StagedDocument) -> Option<&Call> {
    match &document.planned {
        Planned::Call(call) | Planned::Withdrawn(call) => Some(call),
        Planned::Unchanged(_) | Planned::Trial { .. } | Planned::Faulty => None,
    }
}
