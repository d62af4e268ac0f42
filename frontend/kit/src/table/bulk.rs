//! Bulk actions: one result per row, so that no failure is silent.

use super::{list::List, row::Row};
use crate::{
    Task,
    api::ApiError,
    form::Source,
    format::plural,
    page::LeftOut,
    session, task,
    ui::{
        ButtonVariant, Icon,
        dialog::{Question, QuestionOptions, Reason, ask_with_options},
        icon_view, modal, toast,
    },
};
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use wire::Permission;

/// An action on one row, with a reason.
pub(crate) type One = Arc<dyn Fn(&Row, String) -> Task<Result<(), ApiError>> + Send + Sync>;

/// An action on many rows with one request, by their ids, with a reason. It returns the error of each row, in their
/// order.
pub(crate) type Many = Arc<
    dyn Fn(Vec<uuid::Uuid>, String) -> Task<Result<Vec<Option<String>>, ApiError>> + Send + Sync,
>;

/// Returns the reason why a row is left out, if it is.
pub(crate) type Leave = Arc<dyn Fn(&Row) -> Option<LeftOut> + Send + Sync>;

/// Returns the choices where the user picks a record, from the first row.
pub(crate) type Pick = Arc<dyn Fn(&Row) -> Option<Source> + Send + Sync>;

/// From this many rows on, the user has to type their number.
const MANY: usize = 11;

/// A bulk action.
#[derive(Clone)]
pub(crate) struct Bulk {
    pub label: &'static str,
    pub done: &'static str,
    pub text: &'static str,
    pub danger: bool,
    pub reason: Reason,
    pub needs: Permission,
    pub run: One,
    pub many: Option<Many>,
    pub undo: Option<One>,
    pub leaves: Option<Leave>,
    pub source: Option<Pick>,
}

/// The result of each row: the row and its error.
type Results = Vec<(Row, Option<String>)>;

pub(crate) fn bar(list: List) -> AnyView {
    let results = RwSignal::new(Vec::<(String, Option<String>)>::new());
    let open = RwSignal::new(false);
    let count = move || list.selected.with(BTreeMap::len);
    let actions = move || {
        if list.query.with(|query| !query.unknown.is_empty()) {
            return view! { <span class="muted">"Bulk actions are off until the unknown filters are removed."</span> }
                .into_any();
        }
        let all = list
            .spec()
            .bulk
            .clone()
            .into_iter()
            .filter(|bulk| session::can(bulk.needs));
        all.map(|bulk| {
            let variant = if bulk.danger {
                ButtonVariant::Danger
            } else {
                ButtonVariant::Plain
            };
            crate::ui::button(bulk.label, variant, None, move || {
                question(list, bulk.clone(), results, open)
            })
        })
        .collect_view()
        .into_any()
    };
    let clear = move |_| list.selected.update(BTreeMap::clear);
    let shown = move || {
        let all = results.get().into_iter().map(|(name, error)| {
            let (icon, text) = error.map_or((Icon::CircleCheck, "Done".to_owned()), |error| (Icon::CircleAlert, error));
            view! { <li data-tone=if icon == Icon::CircleCheck { "good" } else { "bad" }>{icon_view(icon)}<div><strong>
                {name}</strong><p>{text}</p></div></li> }
        });
        view! { <ul class="results">{all.collect_view()}</ul> }.into_any()
    };
    view! {
        {move || (count() > 0).then(|| view! {
            <div class="bulk" role="region" aria-label="Selection">
                <span aria-live="polite">{count()}" selected"</span>{actions()}
                <button type="button" class="btn quiet icon-only"
                    aria-label="Clear selection" title="Clear selection" on:click=clear>
                    {icon_view(Icon::X)}</button>
            </div>
        })}
        {modal(open, "Results", Arc::new(shown))}
    }
    .into_any()
}

fn question(
    list: List,
    bulk: Bulk,
    results: RwSignal<Vec<(String, Option<String>)>>,
    open: RwSignal<bool>,
) {
    let selected: Vec<Row> = list.selected.get_untracked().into_values().collect();
    let (rows, left_out) = chosen(&bulk, selected);
    if rows.is_empty() {
        return toast::bad(format!(
            "{} applies to none of the selected rows. {left_out}",
            bulk.label
        ));
    }
    let spec = list.spec();
    let what = match rows.as_slice() {
        [one] => one.label.clone(),
        more => plural(more.len(), spec.one, spec.many),
    };
    let names: Vec<&str> = rows.iter().take(5).map(|row| row.label.as_str()).collect();
    let rest = rows.len().saturating_sub(names.len());
    let list_of = if rows.len() < 2 {
        String::new()
    } else {
        format!(
            "{}{}. ",
            names.join(", "),
            if rest > 0 {
                format!(" and {rest} more")
            } else {
                String::new()
            }
        )
    };
    let (text, action) = (format!("{list_of}{left_out}{}", bulk.text), bulk.clone());
    let options = QuestionOptions {
        typed: (rows.len() >= MANY).then(|| rows.len().to_string()),
        source: bulk
            .source
            .as_ref()
            .zip(rows.first())
            .and_then(|(pick, row)| pick(row)),
        ..QuestionOptions::default()
    };
    let question = Question {
        title: format!("{} {what}?", bulk.label),
        text,
        verb: bulk.label.to_owned(),
        danger: bulk.danger,
        reason: bulk.reason,
        run: Arc::new(move |reason| {
            let (rows, action) = (rows.clone(), action.clone());
            task(async move {
                let done = match &action.many {
                    Some(many) => bulk_request(many, rows, reason).await?,
                    None => run(&action.run, rows, reason).await,
                };
                report(list, &action, done, results, open);
                Ok(())
            })
        }),
    };
    ask_with_options(question, options);
}

/// Returns the rows that the action applies to, and a sentence about the rows that it leaves out.
fn chosen(bulk: &Bulk, selected: Vec<Row>) -> (Vec<Row>, String) {
    let Some(leaves) = &bulk.leaves else {
        return (selected, String::new());
    };
    let (mut rows, mut left) = (Vec::new(), Vec::<(LeftOut, usize)>::new());
    for row in selected {
        match leaves(&row) {
            None => rows.push(row),
            Some(why) => match left.iter_mut().find(|(known, _)| *known == why) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => left.push((why, 1)),
            },
        }
    }
    let left: Vec<String> = left
        .into_iter()
        .map(|(why, count)| match count {
            1 => why.one.to_owned(),
            more => format!("{more} {}", why.many),
        })
        .collect();
    let text = if left.is_empty() {
        String::new()
    } else {
        format!("Left out: {}. ", left.join(", "))
    };
    (rows, text)
}

async fn run(one: &One, rows: Vec<Row>, reason: String) -> Results {
    let mut results = Vec::new();
    for row in rows {
        let outcome = one(&row, reason.clone()).await;
        results.push((row, outcome.err().map(|error| error.sentence())));
    }
    results
}

async fn bulk_request(many: &Many, rows: Vec<Row>, reason: String) -> Result<Results, ApiError> {
    let ids = rows.iter().filter_map(|row| row.id.parse().ok()).collect();
    let errors = many(ids, reason).await?;
    Ok(rows.into_iter().zip(errors).collect())
}

fn report(
    list: List,
    action: &Bulk,
    done: Results,
    results: RwSignal<Vec<(String, Option<String>)>>,
    open: RwSignal<bool>,
) {
    list.reload();
    let _ = list.selected.try_update(|selected| {
        selected.retain(|id, _| {
            done.iter()
                .any(|(row, error)| row.id == *id && error.is_some())
        })
    });
    let good: Vec<Row> = done
        .iter()
        .filter(|(_, error)| error.is_none())
        .map(|(row, _)| row.clone())
        .collect();
    if good.len() < done.len() {
        results.set(
            done.into_iter()
                .map(|(row, error)| (row.label, error))
                .collect(),
        );
        return open.set(true);
    }
    let spec = list.spec();
    let message = format!(
        "{} {}",
        plural(good.len(), spec.one, spec.many),
        action.done
    );
    let Some(undo) = action.undo.clone() else {
        return toast::good(message);
    };
    toast::undoable(message, move || {
        let (undo, good) = (undo.clone(), good.clone());
        leptos::task::spawn_local(async move {
            let back = run(&undo, good, String::new()).await;
            if let Some((row, Some(error))) = back.into_iter().find(|(_, error)| error.is_some()) {
                toast::bad(format!("{}: {error}", row.label));
            }
            list.reload();
        });
    });
}
