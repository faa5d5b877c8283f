//! Objects of one kind: by Ongoing's id, and found by goods owner and our number. Two objects may bear one number,
//! since the real system lets an order be renamed without looking, and may make a new one beside a cancelled one.

use std::collections::BTreeMap;

use serde_json::Value;

/// What the last write looked like before it, and how many reads still see that: reading may lag behind writing.
pub type Late = Option<(u32, Option<Value>)>;

/// An object that has an id and, within its goods owner, a number.
pub trait Numbered {
    /// Ongoing's id.
    fn id(&self) -> i64;
    /// The goods owner.
    fn owner(&self) -> i64;
    /// The goods owner and our number.
    fn key(&self) -> (i64, String);
    /// Takes another number.
    fn set_number(&mut self, number: String);
    /// What a read may still see, where reads can be late.
    fn late(&mut self) -> Option<&mut Late>;
}

/// All objects of one kind.
#[derive(Debug)]
pub struct Objects<T> {
    by_id: BTreeMap<i64, T>,
    /// Ids in the order in which they were made.
    by_number: BTreeMap<(i64, String), Vec<i64>>,
}

impl<T> Default for Objects<T> {
    fn default() -> Self {
        Objects { by_id: BTreeMap::new(), by_number: BTreeMap::new() }
    }
}

impl<T: Numbered> Objects<T> {
    /// The object with this id.
    pub fn get(&self, id: i64) -> Option<&T> {
        self.by_id.get(&id)
    }

    /// The object with this id, to change it.
    pub fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        self.by_id.get_mut(&id)
    }

    /// The newest object that bears a number.
    pub fn find(&self, owner: i64, number: &str) -> Option<&T> {
        self.get(*self.by_number.get(&(owner, number.to_owned()))?.last()?)
    }

    /// The id of the newest object that bears a number.
    pub fn id_of(&self, owner: i64, number: &str) -> Option<i64> {
        self.find(owner, number).map(Numbered::id)
    }

    /// Takes in a new object.
    pub fn add(&mut self, object: T) {
        self.by_number.entry(object.key()).or_default().push(object.id());
        self.by_id.insert(object.id(), object);
    }

    /// Gives an object another number.
    pub fn renumber(&mut self, id: i64, number: &str) {
        let Some(object) = self.by_id.get_mut(&id) else { return };
        let before = object.key();
        if before.1 == number {
            return;
        }
        object.set_number(number.to_owned());
        let after = object.key();
        if let Some(ids) = self.by_number.get_mut(&before) {
            ids.retain(|known| *known != id);
            if ids.is_empty() {
                self.by_number.remove(&before);
            }
        }
        self.by_number.entry(after).or_default().push(id);
    }

    /// A goods owner's objects in the order of their ids; only those with one of the numbers, if any are named.
    pub fn of_owner(&self, owner: i64, numbers: &[&str]) -> Vec<&T> {
        if numbers.is_empty() {
            return self.by_id.values().filter(|object| object.owner() == owner).collect();
        }
        let ids = numbers.iter().filter_map(|number| self.by_number.get(&(owner, (*number).to_owned())));
        let ids: std::collections::BTreeSet<i64> = ids.flatten().copied().collect();
        ids.into_iter().filter_map(|id| self.by_id.get(&id)).collect()
    }

    /// All objects by goods owner and number: the same order in every run.
    pub fn by_number(&self) -> impl Iterator<Item = &T> {
        self.by_number.values().flatten().filter_map(|id| self.by_id.get(id))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// What a late read of an object sees instead of it, and one late read fewer. `None`: it is seen as it is.
    pub fn late_sight(&mut self, id: i64) -> Option<Option<Value>> {
        let late = self.by_id.get_mut(&id)?.late()?;
        let (reads, before) = late.take()?;
        if reads > 1 {
            *late = Some((reads - 1, before.clone()));
        }
        Some(before)
    }
}
