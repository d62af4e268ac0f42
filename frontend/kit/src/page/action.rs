//! Actions on one record, or on several rows of a list.

use crate::{
    Task,
    api::{self, ApiError, Call},
    form::Source,
    table::bulk::{Bulk, Leave, Many, One, Pick},
    task,
    ui::{Icon, dialog::Reason},
};
use serde_json::Value;
use std::sync::Arc;
use wire::{BulkOutcome, BulkRequest, Permission, Problem, ProblemCode, Resource};

type Run<R> = Arc<dyn Fn(R, String) -> Task<Result<(), ApiError>> + Send + Sync>;
type Condition<R> = Arc<dyn Fn(&R) -> bool + Send + Sync>;
type TextOf<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;
type SourceOf<R> = Arc<dyn Fn(&R) -> Source + Send + Sync>;
/// Makes the request for several rows, without their ids, from the reason or the value.
type Together = Arc<dyn Fn(String) -> BulkRequest<Value> + Send + Sync>;
type Leaves<R> = Arc<dyn Fn(&R) -> Option<LeftOut> + Send + Sync>;

/// The reason why a bulk action leaves a row out: a description of such rows, in the singular and in the plural.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// For one row: `one member of the staff`.
    pub one: &'static str,
    /// For several rows, after their number: `members of the staff`.
    pub many: &'static str,
}

/// An action on a record.
#[derive(Clone)]
pub struct Action<R> {
    pub(crate) label: &'static str,
    pub(crate) done: &'static str,
    pub(crate) text: &'static str,
    pub(crate) needs: Permission,
    pub(crate) icon: Option<Icon>,
    pub(crate) danger: bool,
    pub(crate) primary: bool,
    pub(crate) key: Option<&'static str>,
    pub(crate) asks: bool,
    pub(crate) reason: Reason,
    pub(crate) fits: Option<Condition<R>>,
    pub(crate) run: Run<R>,
    pub(crate) undo: Option<Run<R>>,
    pub(crate) title: Option<TextOf<R>>,
    pub(crate) typed: Option<TextOf<R>>,
    pub(crate) selected: Option<TextOf<R>>,
    pub(crate) source: Option<SourceOf<R>>,
    pub(crate) together: Option<Together>,
    pub(crate) leaves: Option<Leaves<R>>,
}

/// Makes an action: the label of its button, the word for the toast, and its effect. `action("Archive", "archived",
/// ..)`.
pub fn action<R, F>(
    label: &'static str,
    done: &'static str,
    needs: Permission,
    run: impl Fn(R) -> F + Send + Sync + 'static,
) -> Action<R>
where
    F: Future<Output = Result<(), ApiError>> + 'static,
{
    make(
        label,
        done,
        needs,
        Reason::None,
        Arc::new(move |record, _| task(run(record))),
    )
}

/// Makes an action that takes a reason or a value.
pub fn action_with_reason<R, F>(
    label: &'static str,
    done: &'static str,
    needs: Permission,
    reason: Reason,
    run: impl Fn(R, String) -> F + Send + Sync + 'static,
) -> Action<R>
where
    F: Future<Output = Result<(), ApiError>> + 'static,
{
    make(
        label,
        done,
        needs,
        reason,
        Arc::new(move |record, reason| task(run(record, reason))),
    )
}

fn make<R>(
    label: &'static str,
    done: &'static str,
    needs: Permission,
    reason: Reason,
    run: Run<R>,
) -> Action<R> {
    Action {
        label,
        done,
        text: "",
        needs,
        icon: None,
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
        selected: None,
        source: None,
        together: None,
        leaves: None,
    }
}

impl<R> Action<R> {
    /// Shows a confirmation that states the consequences.
    pub fn asks(mut self, text: &'static str) -> Self {
        (self.text, self.asks) = (text, true);
        self
    }
    /// Marks the action as one that removes something.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }
    /// Makes the button the primary one.
    pub fn primary(mut self) -> Self {
        self.primary = true;
        self
    }
    /// Adds a keyboard shortcut on the page of the record.
    pub fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }
    /// Adds an icon.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }
    /// Offers the action only while the condition is true.
    pub fn when(mut self, fits: impl Fn(&R) -> bool + Send + Sync + 'static) -> Self {
        self.fits = Some(Arc::new(fits));
        self
    }
    /// Offers to undo the action for a few seconds.
    pub fn undo<F>(mut self, undo: impl Fn(R) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), ApiError>> + 'static,
    {
        self.undo = Some(Arc::new(move |record, _| task(undo(record))));
        self
    }
    /// Sets another title than the action and the record: `Change the role of Ada Lovelace?`
    pub fn titled(mut self, title: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.title = Some(Arc::new(title));
        self
    }
    /// Asks the user to type this text first, because the action cannot be undone.
    pub fn typed(mut self, typed: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.typed = Some(Arc::new(typed));
        self
    }
    /// Sets the preselected value, where the user chooses one of several.
    pub fn selected(mut self, selected: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.selected = Some(Arc::new(selected));
        self
    }
    /// Sets the choices, where the user picks a record: from the shown record, or from the first of several rows.
    pub fn picked_from(mut self, source: impl Fn(&R) -> Source + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }
    /// Sends one request to the resource's `/bulk` for several rows, with this action name and the reason.
    pub fn bulk_request(mut self, action: &'static str) -> Self {
        self.together = Some(Arc::new(move |reason| BulkRequest {
            action: Value::from(action),
            reason: Some(reason).filter(|reason| !reason.is_empty()),
            ids: Vec::new(),
        }));
        self
    }
    /// Sends such a request whose action contains the value that the user entered.
    pub fn bulk_request_of(
        mut self,
        action: impl Fn(String) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.together = Some(Arc::new(move |value| BulkRequest {
            action: action(value),
            reason: None,
            ids: Vec::new(),
        }));
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
    pub(crate) fn fits(&self, record: &R) -> bool {
        self.fits.as_ref().is_none_or(|fits| fits(record))
    }
}

impl<R: Resource> Action<R> {
    /// Returns the action for rows without their type.
    pub(crate) fn bulk(self) -> Bulk {
        let one = |run: Run<R>, fits: Option<Condition<R>>| -> One {
            Arc::new(move |row, reason| {
                let record = row
                    .source::<R>()
                    .filter(|record| fits.as_ref().is_none_or(|fits| fits(record)));
                match record {
                    Some(record) => run(record, reason),
                    None => task(async {
                        Err(ApiError::Problem(Box::new(Problem::new(
                            ProblemCode::WrongState,
                        ))))
                    }),
                }
            })
        };
        Bulk {
            label: self.label,
            done: self.done,
            text: self.text,
            danger: self.danger,
            reason: self.reason,
            needs: self.needs,
            run: one(self.run, self.fits),
            many: self.together.map(many::<R>),
            undo: self.undo.map(|undo| one(undo, None)),
            source: self.source.map(|source| -> Pick {
                Arc::new(move |row| row.source::<R>().map(|record| source(&record)))
            }),
            leaves: self.leaves.map(|leaves| -> Leave {
                Arc::new(move |row| row.source::<R>().and_then(|record| leaves(&record)))
            }),
        }
    }
}

/// Sends one request for all rows; the results come back in their order.
fn many<R: Resource>(together: Together) -> Many {
    Arc::new(move |ids, reason| {
        let bulk = BulkRequest {
            ids,
            ..together(reason)
        };
        task(async move {
            let call = Call::post(format!("{}/bulk", R::PATH))
                .json(&bulk)
                .idempotency_key(&crate::ids::uuid());
            let outcome: BulkOutcome = api::send(call).await?.json().await?;
            let sentence = |problem: Problem| problem.sentence().to_owned();
            let data = outcome.data.into_iter();
            Ok(data.map(|one| one.problem.map(sentence)).collect())
        })
    })
}
