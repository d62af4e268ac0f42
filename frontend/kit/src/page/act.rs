//! Acts: what can be done with one thing, or with several rows of a list.

use crate::{
    Task,
    api::Fault,
    table::bulk::{Bulk, One},
    task,
    ui::{Icon, dialog::Reason},
};
use std::sync::Arc;
use wire::{Permission, Problem, ProblemCode, Resource};

type Run<R> = Arc<dyn Fn(R, String) -> Task<Result<(), Fault>> + Send + Sync>;
type Holds<R> = Arc<dyn Fn(&R) -> bool + Send + Sync>;

/// An act on a thing.
#[derive(Clone)]
pub struct Act<R> {
    pub(crate) label: &'static str,
    pub(crate) done: &'static str,
    pub(crate) says: &'static str,
    pub(crate) needs: Permission,
    pub(crate) sign: Option<Icon>,
    pub(crate) danger: bool,
    pub(crate) asks: bool,
    pub(crate) reason: Reason,
    pub(crate) fits: Option<Holds<R>>,
    pub(crate) run: Run<R>,
    pub(crate) undo: Option<Run<R>>,
}

/// An act: the word on its button, what the thing is afterwards, and what it does. `act("Withdraw", "withdrawn", ..)`.
pub fn act<R, F>(
    label: &'static str,
    done: &'static str,
    needs: Permission,
    run: impl Fn(R) -> F + Send + Sync + 'static,
) -> Act<R>
where
    F: Future<Output = Result<(), Fault>> + 'static,
{
    make(
        label,
        done,
        needs,
        Reason::None,
        Arc::new(move |thing, _| task(run(thing))),
    )
}

/// An act that asks for a reason, and gets it.
pub fn act_for<R, F>(
    label: &'static str,
    done: &'static str,
    needs: Permission,
    reason: Reason,
    run: impl Fn(R, String) -> F + Send + Sync + 'static,
) -> Act<R>
where
    F: Future<Output = Result<(), Fault>> + 'static,
{
    make(
        label,
        done,
        needs,
        reason,
        Arc::new(move |thing, reason| task(run(thing, reason))),
    )
}

fn make<R>(
    label: &'static str,
    done: &'static str,
    needs: Permission,
    reason: Reason,
    run: Run<R>,
) -> Act<R> {
    Act {
        label,
        done,
        says: "",
        needs,
        sign: None,
        danger: false,
        asks: reason != Reason::None,
        reason,
        fits: None,
        run,
        undo: None,
    }
}

impl<R> Act<R> {
    /// Asks first, and says what follows.
    pub fn asks(mut self, says: &'static str) -> Self {
        (self.says, self.asks) = (says, true);
        self
    }
    /// It takes something away.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
    /// With an icon.
    pub fn icon(mut self, sign: Icon) -> Self {
        self.sign = Some(sign);
        self
    }
    /// Only while this holds.
    pub fn when(mut self, fits: impl Fn(&R) -> bool + Send + Sync + 'static) -> Self {
        self.fits = Some(Arc::new(fits));
        self
    }
    /// It can be taken back, for a few seconds.
    pub fn undo<F>(mut self, undo: impl Fn(R) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Fault>> + 'static,
    {
        self.undo = Some(Arc::new(move |thing, _| task(undo(thing))));
        self
    }
    pub(crate) fn fits(&self, thing: &R) -> bool {
        self.fits.as_ref().is_none_or(|fits| fits(thing))
    }
}

impl<R: Resource> Act<R> {
    /// The same act, on rows that have forgotten their type.
    pub(crate) fn bulk(self) -> Bulk {
        let one = |run: Run<R>, fits: Option<Holds<R>>| -> One {
            Arc::new(move |row, reason| {
                let thing = row
                    .source::<R>()
                    .filter(|thing| fits.as_ref().is_none_or(|fits| fits(thing)));
                match thing {
                    Some(thing) => run(thing, reason),
                    None => task(async {
                        Err(Fault::Refused(Box::new(Problem::new(
                            ProblemCode::WrongState,
                        ))))
                    }),
                }
            })
        };
        Bulk {
            label: self.label,
            done: self.done,
            says: self.says,
            danger: self.danger,
            reason: self.reason,
            needs: self.needs,
            run: one(self.run, self.fits),
            undo: self.undo.map(|undo| one(undo, None)),
        }
    }
}
