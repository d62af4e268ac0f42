//! Acting on several rows: one request and one result per row, so that nothing fails in silence.

use super::{list::List, row::Row};
use crate::{
    Task,
    api::Fault,
    format::plural,
    page::LeftOut,
    session, task,
    ui::{
        Icon, Look,
        dialog::{Besides, Question, Reason, ask_with},
        icon, modal, toast,
    },
};
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use wire::Permission;

/// An act on one row, with a reason.
pub(crate) type One = Arc<dyn Fn(&Row, String) -> Task<Result<(), Fault>> + Send + Sync>;

/// An act on many rows at once, by their ids, with a reason; why it failed with each, in their order.
pub(crate) type Many =
    Arc<dyn Fn(Vec<uuid::Uuid>, String) -> Task<Result<Vec<Option<String>>, Fault>> + Send + Sync>;

/// Returns the reason why a row is left out, if it is.
pub(crate) type Leave = Arc<dyn Fn(&Row) -> Option<LeftOut> + Send + Sync>;

/// From this many rows on, the user has to type their number.
const MANY: usize = 11;

/// An act on rows.
#[derive(Clone)]
pub(crate) struct Bulk {
    pub label: &'static str,
    pub done: &'static str,
    pub says: &'static str,
    pub danger: bool,
    pub reason: Reason,
    pub needs: Permission,
    pub run: One,
    pub many: Option<Many>,
    pub undo: Option<One>,
    pub leaves: Option<Leave>,
}

/// What became of a row: its name, and why it failed.
type Results = Vec<(Row, Option<String>)>;

pub(crate) fn bar(list: List) -> AnyView {
    let results = RwSignal::new(Vec::<(String, Option<String>)>::new());
    let open = RwSignal::new(false);
    let count = move || list.marked.with(BTreeMap::len);
    let acts = move || {
        if list.asked.with(|asked| !asked.unknown.is_empty()) {
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
            let look = if bulk.danger {
                Look::Danger
            } else {
                Look::Plain
            };
            crate::ui::button(bulk.label, look, None, move || {
                question(list, bulk.clone(), results, open)
            })
        })
        .collect_view()
        .into_any()
    };
    let clear = move |_| list.marked.update(BTreeMap::clear);
    let shown = move || {
        let all = results.get().into_iter().map(|(name, fault)| {
            let (sign, says) = fault.map_or((Icon::CircleCheck, "Done".to_owned()), |fault| (Icon::CircleAlert, fault));
            view! { <li data-tone=if sign == Icon::CircleCheck { "good" } else { "bad" }>{icon(sign)}<div><strong>
                {name}</strong><p>{says}</p></div></li> }
        });
        view! { <ul class="results">{all.collect_view()}</ul> }.into_any()
    };
    view! {
        {move || (count() > 0).then(|| view! {
            <div class="bulk" role="region" aria-label="Selection">
                <span aria-live="polite">{count()}" selected"</span>{acts()}
                <button type="button" class="btn quiet icon-only"
                    aria-label="Clear selection" title="Clear selection" on:click=clear>
                    {icon(Icon::X)}</button>
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
    let marked: Vec<Row> = list.marked.get_untracked().into_values().collect();
    let (rows, left_out) = chosen(&bulk, marked);
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
    let (says, act) = (format!("{list_of}{left_out}{}", bulk.says), bulk.clone());
    let besides = Besides {
        typed: (rows.len() >= MANY).then(|| rows.len().to_string()),
        ..Besides::default()
    };
    let question = Question {
        title: format!("{} {what}?", bulk.label),
        says,
        verb: bulk.label.to_owned(),
        danger: bulk.danger,
        reason: bulk.reason,
        run: Arc::new(move |reason| {
            let (rows, act) = (rows.clone(), act.clone());
            task(async move {
                let done = match &act.many {
                    Some(many) => at_once(many, rows, reason).await?,
                    None => run(&act.run, rows, reason).await,
                };
                report(list, &act, done, results, open);
                Ok(())
            })
        }),
    };
    ask_with(question, besides);
}

/// Returns the rows that the action applies to, and a sentence about the rows that it leaves out.
fn chosen(bulk: &Bulk, marked: Vec<Row>) -> (Vec<Row>, String) {
    let Some(leaves) = &bulk.leaves else {
        return (marked, String::new());
    };
    let (mut rows, mut left) = (Vec::new(), Vec::<(LeftOut, usize)>::new());
    for row in marked {
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
        results.push((row, outcome.err().map(|fault| fault.sentence())));
    }
    results
}

async fn at_once(many: &Many, rows: Vec<Row>, reason: String) -> Result<Results, Fault> {
    let ids = rows.iter().filter_map(|row| row.id.parse().ok()).collect();
    let faults = many(ids, reason).await?;
    Ok(rows.into_iter().zip(faults).collect())
}

fn report(
    list: List,
    act: &Bulk,
    done: Results,
    results: RwSignal<Vec<(String, Option<String>)>>,
    open: RwSignal<bool>,
) {
    list.reload();
    let _ = list.marked.try_update(|marked| {
        marked.retain(|id, _| {
            done.iter()
                .any(|(row, fault)| row.id == *id && fault.is_some())
        })
    });
    let good: Vec<Row> = done
        .iter()
        .filter(|(_, fault)| fault.is_none())
        .map(|(row, _)| row.clone())
        .collect();
    if good.len() < done.len() {
        results.set(
            done.into_iter()
                .map(|(row, fault)| (row.label, fault))
                .collect(),
        );
        return open.set(true);
    }
    let spec = list.spec();
    let news = format!("{} {}", plural(good.len(), spec.one, spec.many), act.done);
    let Some(undo) = act.undo.clone() else {
        return toast::good(news);
    };
    toast::undoable(news, move || {
        let (undo, good) = (undo.clone(), good.clone());
        leptos::task::spawn_local(async move {
            let back = run(&undo, good, String::new()).await;
            if let Some((row, Some(fault))) = back.into_iter().find(|(_, fault)| fault.is_some()) {
                toast::bad(format!("{}: {fault}", row.label));
            }
            list.reload();
        });
    });
}
