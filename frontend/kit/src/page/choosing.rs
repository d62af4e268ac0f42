//! A table of rows to choose from, and one act on what was chosen.

use crate::{
    Task,
    api::Fault,
    format::{plural, sentence},
    table::Column,
    task,
    ui::{
        Icon, Tone,
        dialog::{Question, Reason, ask},
        icon, toast,
    },
};
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

type Of<T, V> = Arc<dyn Fn(&T) -> V + Send + Sync>;
type Run = Arc<dyn Fn(Vec<String>, String) -> Task<Result<(), Fault>> + Send + Sync>;

/// The most rows that are drawn; the rest is chosen with its kind.
const DRAWN: usize = 500;

/// Rows to choose from, in the making.
pub struct Choosing<T> {
    title: &'static str,
    words: (&'static str, &'static str),
    rows: Vec<T>,
    key: Of<T, String>,
    columns: Vec<Column<T>>,
    kind: Option<Of<T, (&'static str, Tone)>>,
    can: Option<Of<T, bool>>,
    says: Option<Of<T, Vec<(Tone, String)>>>,
    needs_reason: Option<Of<T, bool>>,
    act: Option<(&'static str, &'static str, Run)>,
}

/// Begins one: what the rows are, and what each is known by.
pub fn choosing<T: Clone + Send + Sync + 'static>(
    title: &'static str,
    words: (&'static str, &'static str),
    rows: Vec<T>,
    key: impl Fn(&T) -> String + Send + Sync + 'static,
) -> Choosing<T> {
    Choosing {
        title,
        words,
        rows,
        key: Arc::new(key),
        columns: Vec::new(),
        kind: None,
        can: None,
        says: None,
        needs_reason: None,
        act: None,
    }
}

/// A row without its type.
#[derive(Clone)]
struct Line {
    key: String,
    kind: Option<(&'static str, Tone)>,
    can: bool,
    needs_reason: bool,
    says: Vec<(Tone, String)>,
    cells: Vec<(bool, &'static str, crate::ui::Value)>,
}

#[derive(Clone, Copy)]
struct State {
    lines: StoredValue<Arc<Vec<Line>>>,
    chosen: RwSignal<BTreeSet<String>>,
    only: RwSignal<Option<&'static str>>,
    words: (&'static str, &'static str),
}

impl<T: Clone + Send + Sync + 'static> Choosing<T> {
    /// With a column.
    pub fn column(mut self, column: Column<T>) -> Self {
        self.columns.push(column);
        self
    }
    /// What kind of row it is; the kinds narrow the table.
    pub fn kind(
        mut self,
        kind: impl Fn(&T) -> (&'static str, Tone) + Send + Sync + 'static,
    ) -> Self {
        self.kind = Some(Arc::new(kind));
        self
    }
    /// Which rows can be chosen. They all are to begin with.
    pub fn can(mut self, can: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.can = Some(Arc::new(can));
        self
    }
    /// What is to be said of a row, line by line.
    pub fn says(
        mut self,
        says: impl Fn(&T) -> Vec<(Tone, String)> + Send + Sync + 'static,
    ) -> Self {
        self.says = Some(Arc::new(says));
        self
    }
    /// Rows that are not acted on without a reason.
    pub fn needs_reason(mut self, needs: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.needs_reason = Some(Arc::new(needs));
        self
    }
    /// What is done with the chosen ones: the word on the button, what they are afterwards, and the act, which gets
    /// their keys and the reason.
    pub fn act(
        mut self,
        verb: &'static str,
        done: &'static str,
        run: impl Fn(Vec<String>, String) -> Task<Result<(), Fault>> + Send + Sync + 'static,
    ) -> Self {
        self.act = Some((verb, done, Arc::new(run)));
        self
    }
    /// Draws it.
    pub fn view(self) -> AnyView {
        let holds =
            |of: &Option<Of<T, bool>>, row: &T, or: bool| of.as_ref().map_or(or, |of| of(row));
        let line = |row: &T| Line {
            key: (self.key)(row),
            kind: self.kind.as_ref().map(|kind| kind(row)),
            can: self.act.is_some() && holds(&self.can, row, true),
            needs_reason: holds(&self.needs_reason, row, false),
            says: self.says.as_ref().map(|says| says(row)).unwrap_or_default(),
            cells: self
                .columns
                .iter()
                .map(|column| (column.number, column.head, column.cell(row)))
                .collect(),
        };
        let lines: Vec<Line> = self.rows.iter().map(line).collect();
        let all = lines.iter().filter(|line| line.can);
        let chosen = all.map(|line| line.key.clone()).collect();
        let state = State {
            lines: StoredValue::new(Arc::new(lines)),
            chosen: RwSignal::new(chosen),
            only: RwSignal::new(None),
            words: self.words,
        };
        let heads: Vec<(bool, &'static str)> = self
            .columns
            .iter()
            .map(|column| (column.number, column.head))
            .collect();
        whole(self.title, state, &heads, self.act)
    }
}

fn whole(
    title: &'static str,
    state: State,
    heads: &[(bool, &'static str)],
    act: Option<(&'static str, &'static str, Run)>,
) -> AnyView {
    let lines = state.lines.get_value();
    let has_kinds = lines.iter().any(|line| line.kind.is_some());
    let heads = heads.iter().map(|(number, text)| {
        view! { <th role="columnheader" scope="col" class:num=*number>{*text}</th> }
    });
    let heads = heads.collect_view();
    let kind = has_kinds.then(|| view! { <th role="columnheader" scope="col">"Change"</th> });
    let can_act = act.is_some();
    let every = can_act
        .then(|| view! { <th role="columnheader" scope="col" class="tick">{all_box(state)}</th> });
    let button = act.map(|act| button(state, act));
    let rows = move || {
        let fits = |line: &&Line| {
            let only = state.only.get();
            only.is_none() || line.kind.map(|(kind, _)| kind) == only
        };
        let lines = state.lines.get_value();
        let drawn = lines.iter().filter(fits).take(DRAWN);
        drawn.map(|line| row(line, state, can_act)).collect_view()
    };
    let more = (lines.len() > DRAWN).then(|| {
        let says = format!("The first {DRAWN} of a kind are shown; all of them are chosen with the box in the head.");
        view! { <p class="muted choosing-more">{says}</p> }
    });
    view! {
        <section class="card flush choosing"><div class="toolbar"><h2>{title}</h2><div class="filters">{kinds(state)}</div>
            <div class="spacer"></div>{button}</div>
            <div class="grid small"><table role="table"><thead role="rowgroup"><tr role="row">{every}{kind}{heads}</tr></thead>
                <tbody role="rowgroup">{rows}</tbody></table></div>{more}</section>
    }
    .into_any()
}

/// The kinds, each with how many there are.
fn kinds(state: State) -> AnyView {
    let lines = state.lines.get_value();
    let mut kinds: Vec<(&'static str, usize)> = Vec::new();
    for (kind, _) in lines.iter().filter_map(|line| line.kind) {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => kinds.push((kind, 1)),
        }
    }
    let one = move |(kind, count): (&'static str, usize)| {
        let pressed = move || (state.only.get() == Some(kind)).to_string();
        let choose = move |_| {
            state.only.update(|only| {
                *only = if *only == Some(kind) {
                    None
                } else {
                    Some(kind)
                }
            });
        };
        view! { <button type="button" class="filter" aria-pressed=pressed on:click=choose>
        {sentence(kind)}<span class="count">{count}</span></button> }
    };
    kinds.into_iter().map(one).collect_view().into_any()
}

/// A box for all of the rows that are shown.
fn all_box(state: State) -> AnyView {
    let shown = move || -> Vec<String> {
        let only = state.only.get();
        let fits =
            |line: &&Line| line.can && (only.is_none() || line.kind.map(|(kind, _)| kind) == only);
        let lines = state.lines.get_value();
        lines
            .iter()
            .filter(fits)
            .map(|line| line.key.clone())
            .collect()
    };
    let on = move || {
        let shown = shown();
        !shown.is_empty()
            && state
                .chosen
                .with(|chosen| shown.iter().all(|key| chosen.contains(key)))
    };
    let set = move |event| {
        let (on, keys) = (event_target_checked(&event), untrack(shown));
        state.chosen.update(|chosen| {
            for key in keys {
                if on {
                    chosen.insert(key);
                } else {
                    chosen.remove(&key);
                }
            }
        });
    };
    view! { <input type="checkbox" aria-label="All that are shown" prop:checked=on on:change=set/> }
        .into_any()
}

fn row(line: &Line, state: State, can_act: bool) -> AnyView {
    let (key, name) = (line.key.clone(), line.key.clone());
    let on = move || state.chosen.with(|chosen| chosen.contains(&name));
    let set = {
        let key = key.clone();
        move |event| {
            let (on, key) = (event_target_checked(&event), key.clone());
            state.chosen.update(|chosen| {
                if on {
                    chosen.insert(key);
                } else {
                    chosen.remove(&key);
                }
            });
        }
    };
    let tick = match (can_act, line.can) {
        (false, _) => None,
        (true, true) => {
            let first = line
                .cells
                .first()
                .map(|(_, _, value)| value.plain().to_owned());
            let label = format!("Choose {}", first.unwrap_or(key));
            let tick =
                view! { <input type="checkbox" aria-label=label prop:checked=on on:change=set/> };
            Some(view! { <td role="cell" class="tick">{tick}</td> }.into_any())
        }
        (true, false) => Some(view! { <td role="cell" class="tick"></td> }.into_any()),
    };
    let says = line.says.iter().map(|(tone, text)| {
        view! { <p class="row-fault" data-tone=tone.word()>{text.clone()}</p> }
    });
    let says: Vec<_> = says.collect();
    let says = (!says.is_empty()).then(|| view! { <div class="row-faults">{says}</div> });
    let kind = line.kind.map(|(kind, tone)| {
        view! { <td role="cell" data-label="Change">{crate::ui::badge(sentence(kind), tone)}</td> }
    });
    let mut says = Some(says);
    let cells = line.cells.iter().cloned().map(|(number, head, value)| {
        let says = says.take();
        view! { <td role="cell" class:num=number data-label=head>{value.view()}{says}</td> }
    });
    let cells: Vec<_> = cells.collect();
    view! { <tr role="row">{tick}{kind}{cells}</tr> }.into_any()
}

/// The act, with the number of those that it is done to.
fn button(state: State, (verb, done, run): (&'static str, &'static str, Run)) -> AnyView {
    let count = move || state.chosen.with(BTreeSet::len);
    let (one, many) = state.words;
    let press = move |_| {
        let keys: Vec<String> = state.chosen.get_untracked().into_iter().collect();
        if keys.is_empty() {
            return toast::good("Choose something first.");
        }
        let lines = state.lines.get_value();
        let is_needed = lines
            .iter()
            .any(|line| line.needs_reason && keys.contains(&line.key));
        let what = plural(keys.len(), one, many);
        let (run, told) = (Arc::clone(&run), format!("{what} {done}"));
        ask(Question {
            title: format!("{verb} {what}?"),
            says: if is_needed {
                "Something would sell below cost or leave too little: say why.".to_owned()
            } else {
                "All of them at once, or none if one of them cannot be.".to_owned()
            },
            verb: verb.to_owned(),
            danger: false,
            reason: if is_needed {
                Reason::Required
            } else {
                Reason::Optional
            },
            run: Arc::new(move |reason| {
                let (work, told) = (run(keys.clone(), reason), told.clone());
                task(async move {
                    work.await?;
                    toast::good(told);
                    Ok(())
                })
            }),
        });
    };
    let label = move || format!("{verb} {}", plural(count(), one, many));
    view! { <button type="button" class="btn primary" disabled={move || count() == 0} on:click=press>
        {icon(Icon::Check)}<span>{label}</span></button> }
    .into_any()
}
