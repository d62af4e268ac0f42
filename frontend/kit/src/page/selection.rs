//! A table of rows with checkboxes, and one action on the selected rows.

use crate::{
    Task,
    api::ApiError,
    format::{plural, sentence},
    table::Column,
    task,
    ui::{
        Icon, Tone,
        dialog::{Question, Reason, ask},
        icon_view, toast,
    },
};
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

type Of<T, V> = Arc<dyn Fn(&T) -> V + Send + Sync>;
type Run = Arc<dyn Fn(Vec<String>, String) -> Task<Result<(), ApiError>> + Send + Sync>;

/// The action on the selected rows.
struct SelectionAction {
    verb: &'static str,
    done: &'static str,
    run: Run,
}

/// The maximum number of rows drawn; the others are selected through the checkbox in the heading.
const DRAWN: usize = 500;

/// The description of a selection table.
pub struct Selection<T> {
    title: &'static str,
    one: &'static str,
    many: &'static str,
    rows: Vec<T>,
    key: Of<T, String>,
    columns: Vec<Column<T>>,
    kind: Option<Of<T, (&'static str, Tone)>>,
    can: Option<Of<T, bool>>,
    text: Option<Of<T, Vec<(Tone, String)>>>,
    needs_reason: Option<Of<T, bool>>,
    action: Option<SelectionAction>,
}

/// Starts the description: a title, the nouns, the rows, and the key of a row.
pub fn selection<T: Clone + Send + Sync + 'static>(
    title: &'static str,
    one: &'static str,
    many: &'static str,
    rows: Vec<T>,
    key: impl Fn(&T) -> String + Send + Sync + 'static,
) -> Selection<T> {
    Selection {
        title,
        one,
        many,
        rows,
        key: Arc::new(key),
        columns: Vec::new(),
        kind: None,
        can: None,
        text: None,
        needs_reason: None,
        action: None,
    }
}

/// A row without its type.
#[derive(Clone)]
struct Line {
    key: String,
    kind: Option<(&'static str, Tone)>,
    can: bool,
    needs_reason: bool,
    text: Vec<(Tone, String)>,
    cells: Vec<(bool, &'static str, crate::ui::Value)>,
}

#[derive(Clone, Copy)]
struct State {
    lines: StoredValue<Arc<Vec<Line>>>,
    chosen: RwSignal<BTreeSet<String>>,
    only: RwSignal<Option<&'static str>>,
    one: &'static str,
    many: &'static str,
}

impl<T: Clone + Send + Sync + 'static> Selection<T> {
    /// Adds a column.
    pub fn column(mut self, column: Column<T>) -> Self {
        self.columns.push(column);
        self
    }
    /// Sets the kind of a row; buttons filter the table by kind.
    pub fn kind(
        mut self,
        kind: impl Fn(&T) -> (&'static str, Tone) + Send + Sync + 'static,
    ) -> Self {
        self.kind = Some(Arc::new(kind));
        self
    }
    /// Sets which rows can be selected. All of them are selected at first.
    pub fn can(mut self, can: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.can = Some(Arc::new(can));
        self
    }
    /// Sets the messages of a row.
    pub fn text(
        mut self,
        text: impl Fn(&T) -> Vec<(Tone, String)> + Send + Sync + 'static,
    ) -> Self {
        self.text = Some(Arc::new(text));
        self
    }
    /// Sets which rows require a reason.
    pub fn needs_reason(mut self, needs: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.needs_reason = Some(Arc::new(needs));
        self
    }
    /// Sets the action on the selected rows: the label of the button, the word for the toast, and the request, which
    /// gets the keys and the reason.
    pub fn action(
        mut self,
        verb: &'static str,
        done: &'static str,
        run: impl Fn(Vec<String>, String) -> Task<Result<(), ApiError>> + Send + Sync + 'static,
    ) -> Self {
        self.action = Some(SelectionAction {
            verb,
            done,
            run: Arc::new(run),
        });
        self
    }
    /// Draws the table.
    pub fn view(self) -> AnyView {
        let holds =
            |of: &Option<Of<T, bool>>, row: &T, or: bool| of.as_ref().map_or(or, |of| of(row));
        let line = |row: &T| Line {
            key: (self.key)(row),
            kind: self.kind.as_ref().map(|kind| kind(row)),
            can: self.action.is_some() && holds(&self.can, row, true),
            needs_reason: holds(&self.needs_reason, row, false),
            text: self.text.as_ref().map(|text| text(row)).unwrap_or_default(),
            cells: self
                .columns
                .iter()
                .map(|column| (column.number, column.header, column.cell(row)))
                .collect(),
        };
        let lines: Vec<Line> = self.rows.iter().map(line).collect();
        let all = lines.iter().filter(|line| line.can);
        let chosen = all.map(|line| line.key.clone()).collect();
        let state = State {
            lines: StoredValue::new(Arc::new(lines)),
            chosen: RwSignal::new(chosen),
            only: RwSignal::new(None),
            one: self.one,
            many: self.many,
        };
        let headers: Vec<(bool, &'static str)> = self
            .columns
            .iter()
            .map(|column| (column.number, column.header))
            .collect();
        whole(self.title, state, &headers, self.action)
    }
}

fn whole(
    title: &'static str,
    state: State,
    headers: &[(bool, &'static str)],
    action: Option<SelectionAction>,
) -> AnyView {
    let lines = state.lines.get_value();
    let has_kinds = lines.iter().any(|line| line.kind.is_some());
    let headers = headers.iter().map(|(number, text)| {
        view! { <th role="columnheader" scope="col" class:num=*number>{*text}</th> }
    });
    let headers = headers.collect_view();
    let kind = has_kinds.then(|| view! { <th role="columnheader" scope="col">"Change"</th> });
    let can_act = action.is_some();
    let every = can_act
        .then(|| view! { <th role="columnheader" scope="col" class="tick">{all_box(state)}</th> });
    let button = action.map(|action| button(state, action));
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
        let text = format!("The first {DRAWN} rows of a kind are shown. The checkbox in the heading selects all of them.");
        view! { <p class="muted selection-more">{text}</p> }
    });
    view! {
        <section class="card flush selection"><div class="toolbar"><h2>{title}</h2><div class="filters">{kinds(state)}</div>
            <div class="spacer"></div>{button}</div>
            <div class="grid small"><table role="table"><thead role="rowgroup"><tr role="row">{every}{kind}{headers}</tr></thead>
                <tbody role="rowgroup">{rows}</tbody></table></div>{more}</section>
    }
    .into_any()
}

/// Draws the filter by kind, each with its number of rows.
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

/// Draws the checkbox for all visible rows.
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
    view! { <input type="checkbox" aria-label="Select all shown rows" prop:checked=on on:change=set/> }
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
            let label = format!("Select {}", first.unwrap_or(key));
            let tick =
                view! { <input type="checkbox" aria-label=label prop:checked=on on:change=set/> };
            Some(view! { <td role="cell" class="tick">{tick}</td> }.into_any())
        }
        (true, false) => Some(view! { <td role="cell" class="tick"></td> }.into_any()),
    };
    let text = line.text.iter().map(|(tone, text)| {
        view! { <p class="row-error" data-tone=tone.as_str()>{text.clone()}</p> }
    });
    let text: Vec<_> = text.collect();
    let text = (!text.is_empty()).then(|| view! { <div class="row-errors">{text}</div> });
    let kind = line.kind.map(|(kind, tone)| {
        view! { <td role="cell" data-label="Change">{crate::ui::badge(sentence(kind), tone)}</td> }
    });
    let mut text = Some(text);
    let cells = line.cells.iter().cloned().map(|(number, header, value)| {
        let text = text.take();
        view! { <td role="cell" class:num=number data-label=header>{value.view()}{text}</td> }
    });
    let cells: Vec<_> = cells.collect();
    view! { <tr role="row">{tick}{kind}{cells}</tr> }.into_any()
}

/// Draws the button with the number of selected rows.
fn button(state: State, action: SelectionAction) -> AnyView {
    let SelectionAction { verb, done, run } = action;
    let count = move || state.chosen.with(BTreeSet::len);
    let (one, many) = (state.one, state.many);
    let press = move |_| {
        let keys: Vec<String> = state.chosen.get_untracked().into_iter().collect();
        if keys.is_empty() {
            return toast::good("Select at least one row first.");
        }
        let lines = state.lines.get_value();
        let is_needed = lines
            .iter()
            .any(|line| line.needs_reason && keys.contains(&line.key));
        let what = plural(keys.len(), one, many);
        let (run, message) = (Arc::clone(&run), format!("{what} {done}"));
        ask(Question {
            title: format!("{verb} {what}?"),
            text: if is_needed {
                "Some rows would sell below cost or below the minimum margin: enter a reason."
                    .to_owned()
            } else {
                "All rows change together: if one of them fails, none changes.".to_owned()
            },
            verb: verb.to_owned(),
            danger: false,
            reason: if is_needed {
                Reason::Required
            } else {
                Reason::Optional
            },
            run: Arc::new(move |reason| {
                let (work, message) = (run(keys.clone(), reason), message.clone());
                task(async move {
                    work.await?;
                    toast::good(message);
                    Ok(())
                })
            }),
        });
    };
    let label = move || format!("{verb} {}", plural(count(), one, many));
    view! { <button type="button" class="btn primary" disabled={move || count() == 0} on:click=press>
        {icon_view(Icon::Check)}<span>{label}</span></button> }
    .into_any()
}
