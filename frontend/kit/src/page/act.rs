//! Acts: what can be done with one thing, or with several rows of a list.

use crate::{
    Task,
    api::{self, Call, Fault},
    table::bulk::{Bulk, Leave, Many, One},
    task,
    ui::{Icon, dialog::Reason},
};
use std::sync::Arc;
use wire::{BulkOutcome, Permission, Problem, ProblemCode, Resource};

type Run<R> = Arc<dyn Fn(R, String) -> Task<Result<(), Fault>> + Send + Sync>;
type Holds<R> = Arc<dyn Fn(&R) -> bool + Send + Sync>;
type Says<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;
type Leaves<R> = Arc<dyn Fn(&R) -> Option<LeftOut> + Send + Sync>;

/// The reason why a bulk action leaves a row out: a description of such rows, in the singular and in the plural.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// For one row: `one member of the staff`.
    pub one: &'static str,
    /// For several rows, after their number: `members of the staff`.
    pub many: &'static str,
}

/// An act on a thing.
#[derive(Clone)]
pub struct Act<R> {
    pub(crate) label: &'static str,
    pub(crate) done: &'static str,
    pub(crate) says: &'static str,
    pub(crate) needs: Permission,
    pub(crate) sign: Option<Icon>,
    pub(crate) danger: bool,
    pub(crate) primary: bool,
    pub(crate) key: Option<&'static str>,
    pub(crate) asks: bool,
    pub(crate) reason: Reason,
    pub(crate) fits: Option<Holds<R>>,
    pub(crate) run: Run<R>,
    pub(crate) undo: Option<Run<R>>,
    pub(crate) title: Option<Says<R>>,
    pub(crate) typed: Option<Says<R>>,
    pub(crate) chosen: Option<Says<R>>,
    pub(crate) together: Option<&'static str>,
    pub(crate) leaves: Option<Leaves<R>>,
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
        primary: false,
        key: None,
        asks: reason != Reason::None,
        reason,
        fits: None,
        run,
        undo: None,
        title: None,
        typed: None,
        chosen: None,
        together: None,
        leaves: None,
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
    /// It is the one thing to do here.
    pub fn primary(mut self) -> Self {
        self.primary = true;
        self
    }
    /// A key of the page of the thing does it, too.
    pub fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
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
    /// Asks by another title than the act and the thing: `Change the role of Ada Lovelace?`
    pub fn titled(mut self, title: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.title = Some(Arc::new(title));
        self
    }
    /// It cannot be taken back: this has to be typed first.
    pub fn typed(mut self, typed: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.typed = Some(Arc::new(typed));
        self
    }
    /// What is chosen to begin with, where one of several is.
    pub fn chosen(mut self, chosen: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.chosen = Some(Arc::new(chosen));
        self
    }
    /// On several rows it is one request to the resource's `/bulk`, where it has this name.
    pub fn at_once(mut self, action: &'static str) -> Self {
        self.together = Some(action);
        self
    }
    /// Leaves out of a bulk action the rows for which `why` returns a reason. The dialog names them before it starts.
    pub fn leaves_out(
        mut self,
        why: impl Fn(&R) -> Option<LeftOut> + Send + Sync + 'static,
    ) -> Self {
        self.leaves = Some(Arc::new(why));
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
            many: self.together.map(many::<R>),
            undo: self.undo.map(|undo| one(undo, None)),
            leaves: self.leaves.map(|leaves| -> Leave {
                Arc::new(move |row| row.source::<R>().and_then(|thing| leaves(&thing)))
            }),
        }
    }
}

/// One request for all rows; what became of each comes back in their order.
fn many<R: Resource>(action: &'static str) -> Many {
    Arc::new(move |ids, reason| {
        let bulk = wire::Bulk {
            action,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
            ids,
        };
        task(async move {
            let call = Call::post(format!("{}/bulk", R::PATH))
                .json(&bulk)
                .once(&crate::chance::uuid());
            let outcome: BulkOutcome = api::send(call).await?.json().await?;
            let told = |problem: Problem| problem.sentence().to_owned();
            let data = outcome.data.into_iter();
            Ok(data.map(|one| one.problem.map(told)).collect())
        })
    })
}
