//! What runs within a request: the paths that it reads, and whether it may only look at known answers.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

/// The paths that a part of the page has read.
pub(super) type Paths = Rc<RefCell<Vec<String>>>;

/// The mode in which a future is polled.
#[derive(Clone)]
enum Scope {
    Peeking,
    Recording(Paths),
}

thread_local! {
    static SCOPE: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// Tells whether the running future may only look at known answers.
pub(crate) fn is_peeking() -> bool {
    SCOPE.with_borrow(|scope| matches!(scope, Some(Scope::Peeking)))
}

/// Records that the running future reads a path.
pub(super) fn record(path: &str) {
    let recording = SCOPE.with_borrow(|scope| match scope {
        Some(Scope::Recording(paths)) => Some(Rc::clone(paths)),
        _ => None,
    });
    if let Some(paths) = recording {
        let mut paths = paths.borrow_mut();
        if !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
}

/// Returns the result of a future if known answers suffice for it. It sends nothing.
pub(crate) fn peek<T>(mut work: crate::Task<T>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match poll_in(Scope::Peeking, || work.as_mut().poll(&mut context)) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// A future that records the paths that it reads.
pub(super) struct Recorded {
    pub work: crate::Task<()>,
    pub paths: Paths,
}

impl Future for Recorded {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let scope = Scope::Recording(Rc::clone(&self.paths));
        poll_in(scope, || self.work.as_mut().poll(context))
    }
}

fn poll_in<T>(scope: Scope, poll: impl FnOnce() -> T) -> T {
    let before = SCOPE.replace(Some(scope));
    let result = poll();
    SCOPE.set(before);
    result
}
