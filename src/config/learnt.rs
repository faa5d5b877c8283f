//! `learnt = "FILE"` of an installation: the file of answers that `lastkaj learn` wrote.

use std::collections::BTreeMap;

use crate::ongoing::LEARNABLE;
use crate::plan::Learnt;
use crate::written::{Item, Table, Written};

use super::{World, take};

/// Longer than any member.
const LENGTH_MAX: i64 = 1_000_000;

/// What of it planning goes by. The mistakes in the file are recorded as those of format files are.
pub(super) fn take(world: &World<'_>, table: &Table<'_>) -> Learnt {
    let Some(written) = table.text("learnt") else { return Learnt::default() };
    let path = world.folder.join(&written.value);
    let read = world.shelf.read(world, &path);
    let shown = super::formats::shown(world, &path);
    match read.map(|text| Written::new(shown, text).check(|root| Some(check(root)))) {
        Some(Ok(learnt)) => learnt,
        Some(Err(faults)) => {
            world.shelf.record(faults);
            Learnt::default()
        }
        // That it cannot be read was recorded.
        None => Learnt::default(),
    }
}

fn check(root: &Table<'_>) -> Learnt {
    let words = [("kept", false), ("cut", false), ("refused", true)];
    let learnt = Learnt {
        article_number_characters_refused: root
            .text("article_number_characters_refused")
            .map(|text| text.value),
        over_long_is_refused: root.one_of("over_long", &words).unwrap_or_default(),
        lengths: root.table("lengths").map(|table| lengths(&table)).unwrap_or_default(),
    };
    // The others tell the stand-in how to behave.
    for name in LEARNABLE {
        let _: Option<Item<'_>> = root.item(name);
    }
    learnt
}

fn lengths(table: &Table<'_>) -> BTreeMap<String, usize> {
    let length = |name: String| {
        let length = take::number(table, &name, 0..=LENGTH_MAX, LENGTH_MAX);
        Some((name, usize::try_from(length).ok()?))
    };
    table.keys().into_iter().filter_map(|key| length(key.value)).collect()
}
