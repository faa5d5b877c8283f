//! The joint that every durable step and side effect passes through, so that a new step is crash-tested unasked.

use std::io;
use std::sync::Arc;

/// Told the name of each step just before it is taken and just after.
/// A hook that does not return is how a test stops the process at that very step.
pub trait StepHook: Send + Sync {
    /// `moment` is `"before"` or `"after"`.
    fn step(&self, name: &'static str, moment: &'static str);

    /// Whether this step must fail as it does on a full disk, instead of being taken. Asked of steps that write.
    fn disk_is_full(&self, _name: &'static str) -> bool {
        false
    }
}

/// A handle on the hook, or on none.
#[derive(Clone, Default)]
pub struct Steps(Option<Arc<dyn StepHook>>);

impl Steps {
    /// Nobody watches.
    pub fn unwatched() -> Steps {
        Steps(None)
    }

    /// Every step is told to this hook.
    pub fn watched(hook: Arc<dyn StepHook>) -> Steps {
        Steps(Some(hook))
    }

    /// Takes a step: tells the hook, does it, tells the hook.
    pub fn take<T>(&self, name: &'static str, step: impl FnOnce() -> T) -> T {
        self.before(name);
        let done = step();
        self.after(name);
        done
    }

    /// Takes a step that writes to a disk. `full` makes its error, where the hook says that nothing can be written.
    pub fn write<T, E>(
        &self,
        name: &'static str,
        step: impl FnOnce() -> Result<T, E>,
        full: impl FnOnce(io::Error) -> E,
    ) -> Result<T, E> {
        self.take(name, || match &self.0 {
            Some(hook) if hook.disk_is_full(name) => Err(full(io::Error::from(io::ErrorKind::StorageFull))),
            _ => step(),
        })
    }

    /// Tells that a step is about to be taken (for steps that cannot be a closure).
    pub fn before(&self, name: &'static str) {
        if let Some(hook) = &self.0 {
            hook.step(name, "before");
        }
    }

    /// Tells that a step was taken.
    pub fn after(&self, name: &'static str) {
        if let Some(hook) = &self.0 {
            hook.step(name, "after");
        }
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Steps(watched)" } else { "Steps(unwatched)" })
    }
}
