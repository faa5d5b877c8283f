//! The one thread that writes, and the threads that only read.
//!
//! Verbs that wait at the same time share one transaction and one commit; each runs on a savepoint of its own, so
//! that one that fails undoes nothing of another. A verb is answered only after the commit.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};

use super::answer::{Answer, Reply, answer};
use super::failure::{Failure, Verb, failed};
use crate::fault::Fault;
use crate::step::Steps;

/// About how many rows one transaction may hold (design, section 2).
const ROWS_PER_TRANSACTION: usize = 1_000;

/// What one turn of a verb that works in batches came to.
pub(super) enum Turned<T> {
    /// There is more to do, in a transaction of its own.
    Again,
    /// The verb is done.
    Done(T),
}

/// A verb on its way.
trait Job: Send {
    fn name(&self) -> &'static str;
    fn rows(&self) -> usize;
    /// Runs one turn inside a savepoint.
    fn turn(&mut self, connection: &Connection) -> Verb<()>;
    /// Answers; `None` after a commit, else why nothing of it counts. Gives the job back if it has more to do.
    fn end(self: Box<Self>, fault: Option<Fault>) -> Option<Box<dyn Job>>;
}

struct VerbJob<T, F> {
    name: &'static str,
    rows: usize,
    verb: F,
    came_to: Option<Turned<T>>,
    reply: Reply<T>,
}

impl<T: Send + 'static, F: FnMut(&Connection) -> Verb<Turned<T>> + Send + 'static> Job for VerbJob<T, F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn turn(&mut self, connection: &Connection) -> Verb<()> {
        self.came_to = Some((self.verb)(connection)?);
        Ok(())
    }

    fn end(mut self: Box<Self>, fault: Option<Fault>) -> Option<Box<dyn Job>> {
        // Nobody may be waiting any more: then the answer is dropped.
        match (fault, self.came_to.take()) {
            (Some(fault), _) => drop(self.reply.send(Err(fault))),
            (None, Some(Turned::Done(value))) => drop(self.reply.send(Ok(value))),
            (None, Some(Turned::Again)) => return Some(self),
            (None, None) => drop(self.reply.send(Err(failed(&"the verb was not run")))),
        }
        None
    }
}

/// The thread that owns the connection that writes.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(connection: Connection, steps: Steps) -> Result<Writer, Fault> {
        let (jobs, queue) = channel();
        let thread = std::thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || write_until_closed(connection, &queue, &steps))
            .map_err(|error| failed(&error))?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs a verb that writes a handful of rows.
    pub(super) fn run<T: Send + 'static>(
        &self,
        name: &'static str,
        verb: impl FnOnce(&Connection) -> Verb<T> + Send + 'static,
    ) -> Answer<T> {
        self.run_of(name, 10, verb)
    }

    /// Runs a verb that writes about this many rows.
    pub(super) fn run_of<T: Send + 'static>(
        &self,
        name: &'static str,
        rows: usize,
        verb: impl FnOnce(&Connection) -> Verb<T> + Send + 'static,
    ) -> Answer<T> {
        let mut verb = Some(verb);
        self.submit(name, rows, move |connection| match verb.take() {
            Some(verb) => verb(connection).map(Turned::Done),
            None => Err(Failure::refused(name, "it ran already")),
        })
    }

    /// Runs a verb in turns, each in a transaction of its own, until it is done.
    pub(super) fn run_in_turns<T: Send + 'static>(
        &self,
        name: &'static str,
        verb: impl FnMut(&Connection) -> Verb<Turned<T>> + Send + 'static,
    ) -> Answer<T> {
        self.submit(name, ROWS_PER_TRANSACTION, verb)
    }

    fn submit<T: Send + 'static>(
        &self,
        name: &'static str,
        rows: usize,
        verb: impl FnMut(&Connection) -> Verb<Turned<T>> + Send + 'static,
    ) -> Answer<T> {
        let (reply, answer) = answer();
        let job = Box::new(VerbJob { name, rows, verb, came_to: None, reply });
        if let Some(jobs) = &self.jobs {
            // A thread that has ended drops the job, and the answer says so.
            drop(jobs.send(job));
        }
        answer
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn write_until_closed(mut connection: Connection, queue: &Receiver<Box<dyn Job>>, steps: &Steps) {
    let mut waiting: VecDeque<Box<dyn Job>> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match queue.recv() {
                Ok(job) => waiting.push_back(job),
                Err(_) => return,
            }
        }
        waiting.extend(queue.try_iter());
        let mut batch = Vec::new();
        let mut rows = 0;
        while rows < ROWS_PER_TRANSACTION {
            let Some(job) = waiting.pop_front() else { break };
            rows += job.rows();
            batch.push(job);
        }
        waiting.extend(write_batch(&mut connection, batch, steps));
    }
}

/// Runs a batch in one transaction and answers it; gives back the jobs that have more to do.
fn write_batch(
    connection: &mut Connection,
    mut batch: Vec<Box<dyn Job>>,
    steps: &Steps,
) -> Vec<Box<dyn Job>> {
    let outcomes = commit_batch(connection, &mut batch, steps);
    match outcomes {
        Ok(outcomes) => batch.into_iter().zip(outcomes).filter_map(|(job, fault)| job.end(fault)).collect(),
        Err(failure) => {
            let fault = failure.into_fault();
            batch.into_iter().filter_map(|job| job.end(Some(fault.clone()))).collect()
        }
    }
}

/// For each job why it did not happen, if it did not; `Err` if none did.
fn commit_batch(
    connection: &mut Connection,
    batch: &mut [Box<dyn Job>],
    steps: &Steps,
) -> Verb<Vec<Option<Fault>>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut outcomes = Vec::with_capacity(batch.len());
    for job in batch.iter_mut() {
        transaction.prepare_cached("SAVEPOINT verb")?.execute([])?;
        let name = job.name();
        let turned = steps
            .take(name, || catch_unwind(AssertUnwindSafe(|| job.turn(&transaction))))
            .unwrap_or_else(|panic| Err(Failure::refused(name, panic_text(panic.as_ref()))));
        match turned {
            Ok(()) => {
                transaction.prepare_cached("RELEASE verb")?.execute([])?;
                outcomes.push(None);
            }
            Err(failure) => {
                // SQLite itself rolls everything back after some errors; then no part of the batch is left.
                if failure.spoils_the_batch() || transaction.is_autocommit() {
                    return Err(failure);
                }
                transaction.execute_batch("ROLLBACK TO verb; RELEASE verb")?;
                outcomes.push(Some(failure.into_fault()));
            }
        }
    }
    steps.write("ledger.commit", || transaction.commit(), |_| disk_full())?;
    Ok(outcomes)
}

fn disk_full() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None)
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("it panicked: {}", text.unwrap_or("without a word"))
}

type Question = Box<dyn FnOnce(&mut Connection) + Send>;

/// Questions that wait for a reader. One that comes wakes one reader, not all.
#[derive(Default)]
struct Questions {
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    questions: VecDeque<Question>,
    closed: bool,
}

impl Questions {
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The next question, once there is one; `None` when no more come.
    fn next(&self) -> Option<Question> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(question) = waiting.questions.pop_front() {
                return Some(question);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The threads that only read, each with a connection of its own.
pub(super) struct Readers {
    questions: Arc<Questions>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> Result<Readers, Fault> {
        let questions = Arc::<Questions>::default();
        let mut threads = Vec::new();
        for mut connection in connections {
            let questions = Arc::clone(&questions);
            let read_until_closed = move || {
                while let Some(question) = questions.next() {
                    // A question that panics is dropped, and its answer says so.
                    drop(catch_unwind(AssertUnwindSafe(|| question(&mut connection))));
                }
            };
            let thread = std::thread::Builder::new()
                .name("ledger-reader".to_owned())
                .spawn(read_until_closed)
                .map_err(|error| failed(&error))?;
            threads.push(thread);
        }
        Ok(Readers { questions, threads })
    }

    /// Asks a question; it sees the state of one commit.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Verb<T> + Send + 'static,
    ) -> Answer<T> {
        let (reply, answer) = answer();
        let question: Question = Box::new(move |connection| {
            let found = connection
                .transaction()
                .map_err(Failure::from)
                .and_then(|snapshot| question(&snapshot))
                .map_err(Failure::into_fault);
            drop(reply.send(found));
        });
        self.questions.change(|waiting| waiting.questions.push_back(question));
        self.questions.came.notify_one();
        answer
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.questions.change(|waiting| waiting.closed = true);
        self.questions.came.notify_all();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::code;
    use crate::ledger::schema::open_to_write;

    fn count(writer: &Writer) -> i64 {
        writer
            .run("count", |connection| {
                Ok(connection.query_row("SELECT count(*) FROM halt", [], |row| row.get(0))?)
            })
            .wait()
            .unwrap()
    }

    fn fill(connection: &Connection, rows: usize) -> Verb<()> {
        for row in 0..rows {
            connection.execute(
                "INSERT INTO halt (scope, fault, cause, since) VALUES (?1, '', ?2, 0)",
                rusqlite::params![row.to_string(), "x".repeat(4000)],
            )?;
        }
        Ok(())
    }

    #[test]
    fn a_full_disk_is_a_fault_that_leaves_nothing_half_done() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open_to_write(&folder.path().join("ledger.sqlite")).unwrap();
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        connection
            .pragma_update_and_check(None, "max_page_count", pages + 20, |row| row.get::<_, i64>(0))
            .unwrap();
        let writer = Writer::start(connection, Steps::unwatched()).unwrap();
        let fault = writer.run("fill", |connection| fill(connection, 100)).wait().unwrap_err();
        assert_eq!(fault.code, code::LEDGER_FAILED);
        assert_eq!(count(&writer), 0);
        writer.run("fill", |connection| fill(connection, 1)).wait().unwrap();
        assert_eq!(count(&writer), 1);
    }

    #[test]
    fn a_verb_that_panics_is_undone_and_the_thread_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open_to_write(&folder.path().join("ledger.sqlite")).unwrap();
        let writer = Writer::start(connection, Steps::unwatched()).unwrap();
        let panics = writer.run::<()>("bad", |connection| {
            fill(connection, 1)?;
            panic!("a caught bug");
        });
        assert_eq!(panics.wait().unwrap_err().args["reason"], "it panicked: a caught bug");
        assert_eq!(count(&writer), 0);
    }
}
