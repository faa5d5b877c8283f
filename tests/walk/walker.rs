//! Walks a disturbance through a day, and says how far it went.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use crate::day::{Day, Left};

/// An undisturbed day.
#[derive(Debug)]
pub struct Plain {
    pub left: Left,
    pub requests_of_parts: Vec<usize>,
    pub largest_file_kib: usize,
}

/// The undisturbed day, and how many events each of its parts has.
pub fn undisturbed() -> (&'static Plain, Vec<usize>) {
    static PLAIN: OnceLock<(Plain, Vec<usize>)> = OnceLock::new();
    let (plain, events) = PLAIN.get_or_init(|| {
        let mut day = Day::undisturbed();
        let left = day.run();
        let outcomes = |word: &str| left.told.values().filter(|told| told.starts_with(word)).count();
        assert!(outcomes("accepted") >= 15, "the day is worth walking: {:#?}", left.told);
        assert!(outcomes("refused") >= 2, "something is refused: {:#?}", left.told);
        assert!(left.delivered.len() >= 4, "goods were shipped: {:#?}", left.delivered);
        let plain =
            Plain { left, requests_of_parts: day.requests.clone(), largest_file_kib: day.largest_file_kib() };
        let events = day.events.clone();
        println!(
            "the day has {} steps and {} requests",
            events.iter().sum::<usize>() / 2,
            day.requests.iter().sum::<usize>()
        );
        day.end();
        (plain, events)
    });
    (plain, events.clone())
}

/// The events of every part, or a sample of them.
pub fn places(kind: &str, parts: usize, events: &[usize]) -> Vec<(usize, usize)> {
    let all = (0..parts).flat_map(|part| (1..=events[part]).map(move |event| (part, event)));
    sampled(kind, all.collect())
}

/// The one that `WALK_AT=part,at` names; all of them where `WALK=all`; else as many as `WALK` says, spread evenly from a start that `WALK_SEED` says.
pub fn sampled(kind: &str, all: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    if let Some((part, at)) = std::env::var("WALK_AT").ok().as_deref().and_then(|at| at.split_once(',')) {
        return vec![(part.parse().unwrap(), at.parse().unwrap())];
    }
    let wanted = std::env::var("WALK").unwrap_or_default();
    let count =
        if wanted == "all" { all.len() } else { wanted.parse().unwrap_or(SAMPLED).clamp(1, all.len()) };
    let seed: usize = std::env::var("WALK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let stride = all.len() / count;
    let start = seed % stride;
    println!("{kind}: {count} of {} places, seed {seed}", all.len());
    (0..count).map(|nth| all[(start + nth * all.len() / count).min(all.len() - 1)]).collect()
}

/// How many places are tried where nobody says it.
const SAMPLED: usize = 24;

/// Runs the day disturbed at each place, and compares what is left.
pub fn walk(
    kind: &str,
    plain: &Plain,
    places: Vec<(usize, usize)>,
    disturb: impl Fn(usize, usize) -> Day + Sync,
) {
    let walked = places.len();
    let left_to_do = Mutex::new(places.into_iter());
    let ended: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let wrong: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some((part, at)) = left_to_do.lock().unwrap().next() else { return };
                    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        let mut day = disturb(part, at);
                        let left = day.run();
                        let happened = day.happened.clone();
                        day.end();
                        (left, happened)
                    }));
                    match tried {
                        Ok((left, happened)) => {
                            *ended.lock().unwrap().entry(happened).or_default() += 1;
                            if left != plain.left {
                                let differs = differences(&plain.left, &left);
                                wrong.lock().unwrap().push(format!("part {part}, at {at}: {differs}"));
                            }
                        }
                        Err(panic) => {
                            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                            wrong.lock().unwrap().push(format!("part {part}, at {at}: {text}"));
                        }
                    }
                }
            });
        }
    });
    println!("{kind}: {walked} places walked");
    for (happened, count) in ended.into_inner().unwrap() {
        println!("{count:>6}  {happened}");
    }
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {walked} went wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// What differs, a line each.
pub fn differences(plain: &Left, left: &Left) -> String {
    let mut differences = Vec::new();
    let texts = |left: &Left| {
        [
            ("objects", serde_json::to_string_pretty(&left.objects).unwrap()),
            ("effects", serde_json::to_string_pretty(&left.effects).unwrap()),
            ("told", format!("{:#?}", left.told)),
            ("delivered", format!("{:#?}", left.delivered)),
            ("sources", format!("{:#?}", left.sources)),
        ]
    };
    for (key, writes) in &plain.order {
        let other = left.order.get(key);
        if other != Some(writes) {
            differences.push(format!("order of {key}: {writes:?}, now {other:?}"));
        }
    }
    for ((what, plain), (_, left)) in texts(plain).iter().zip(texts(left).iter()) {
        let (plain, left): (Vec<&str>, Vec<&str>) = (plain.lines().collect(), left.lines().collect());
        let missing =
            plain.iter().filter(|line| !left.contains(line)).map(|line| format!("{what} - {}", line.trim()));
        let added =
            left.iter().filter(|line| !plain.contains(line)).map(|line| format!("{what} + {}", line.trim()));
        let before = differences.len();
        differences.extend(missing.chain(added).take(20));
        if differences.len() == before && plain != left {
            differences.push(format!("{what}: the same lines in another order"));
        }
    }
    differences.join("\n  ")
}
