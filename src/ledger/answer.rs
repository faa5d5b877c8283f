//! What a verb answers: to be awaited from async code, or waited for from a blocking worker.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use tokio::sync::oneshot;

use crate::fault::{Fault, code};

/// The answer of a verb; the verb has happened, and is durable, when it is `Ok`. An answer that nobody waits for
/// does not undo its verb.
#[must_use = "the verb has happened only when its answer is Ok"]
pub struct Answer<T>(oneshot::Receiver<Result<T, Fault>>);

/// The other end of an [`Answer`].
pub(super) type Reply<T> = oneshot::Sender<Result<T, Fault>>;

/// An answer and its other end.
pub(super) fn answer<T>() -> (Reply<T>, Answer<T>) {
    let (reply, receiver) = oneshot::channel();
    (reply, Answer(receiver))
}

impl<T> Answer<T> {
    /// Blocks this thread until the verb has happened. Never call it on a thread that drives async tasks.
    pub fn wait(self) -> Result<T, Fault> {
        let mut this = pin!(self);
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match this.as_mut().poll(&mut context) {
                Poll::Ready(answer) => return answer,
                Poll::Pending => std::thread::park(),
            }
        }
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|answer| {
            answer.unwrap_or_else(|_| {
                Err(Fault::new(code::LEDGER_FAILED).with("reason", "its thread has ended"))
            })
        })
    }
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
