//! One arrival never plans two versions of one key (promise 3). Of two that are alike the first counts; of two that differ
//! neither does, for nobody can tell which is meant. So an order whose rows became a document each is not sent with its first
//! row alone.

use std::collections::HashMap;

use super::staging::planned_call;
use crate::fault::{Fault, Place};
use crate::ledger::{Planned, StagedBefore, StagedDocument, StagedTask};
use crate::plan;

/// The second versions of a batch are made faulty, and so are the first ones in it. `staged` is what was staged before; what of
/// that is to be withdrawn is handed back. `place` tells where a document stands, by its line and the entry of an archive.
pub(super) fn refuse(
    batch: &mut [StagedDocument],
    staged: &HashMap<StagedTask, StagedBefore>,
    place: &dyn Fn(u64, Option<&str>) -> Place,
) -> Vec<(StagedTask, Fault)> {
    let mut firsts: HashMap<StagedTask, usize> = HashMap::new();
    let mut withdrawn: HashMap<StagedTask, Fault> = HashMap::new();
    for at in 0..batch.len() {
        let Some(call) = batch.get(at).and_then(planned_call).cloned() else { continue };
        let task = StagedTask::of(&call);
        let here = batch.get(at).map_or_else(Place::default, |second| place_of(second, place));
        let fault = if let Some(first) = firsts.get(&task).and_then(|first| batch.get_mut(*first)) {
            let there = place_of(first, place);
            match first.planned.clone() {
                Planned::Call(first) if first.hash == call.hash => {
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
            if counts && first.hash == call.hash {
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
            second.faults.push(fault);
            second.planned = Planned::Faulty;
        }
    }
    withdrawn.into_iter().collect()
}

fn place_of(document: &StagedDocument, place: &dyn Fn(u64, Option<&str>) -> Place) -> Place {
    place(document.first_line, document.part.as_deref())
}
