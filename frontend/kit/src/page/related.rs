//! Lists within a page: what belongs to the thing that the page shows.

use crate::{
    api::{self, Fault},
    session,
    table::Column,
    task,
    ui::{Icon, failure, icon, skeleton},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{Filter, Permission, Resource};

type Lead<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;

/// A short list on a detail page.
#[derive(Clone)]
pub struct Related<R: Resource> {
    title: &'static str,
    filter: R::Filter,
    needs: Permission,
    columns: Vec<Column<R>>,
    opens: Option<Lead<R>>,
    all: Option<String>,
    add: Option<(&'static str, String, Permission)>,
    empty: &'static str,
}

/// Begins one: what it is called, what it is narrowed to, and who may see it.
pub fn related<R: Resource>(
    title: &'static str,
    needs: Permission,
    filter: R::Filter,
) -> Related<R> {
    Related {
        title,
        filter,
        needs,
        columns: Vec::new(),
        opens: None,
        all: None,
        add: None,
        empty: "Nothing yet.",
    }
}

impl<R: Resource> Related<R> {
    /// With a column.
    pub fn column(mut self, column: Column<R>) -> Self {
        self.columns.push(column);
        self
    }
    /// Where a row leads.
    pub fn opens(mut self, href: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.opens = Some(Arc::new(href));
        self
    }
    /// Where the whole list stands; the filter is added.
    pub fn all(mut self, path: &str) -> Self {
        self.all = Some(api::with_query(path, &self.filter.pairs()));
        self
    }
    /// A link to make another one.
    pub fn add(mut self, label: &'static str, href: String, needs: Permission) -> Self {
        self.add = Some((label, href, needs));
        self
    }
    /// What it says when there are none.
    pub fn empty(mut self, says: &'static str) -> Self {
        self.empty = says;
        self
    }
    /// Draws it; nothing for who may not see it. `again` asks once more.
    pub(crate) fn view(self, again: RwSignal<u32>) -> AnyView {
        if !untrack(|| session::can(self.needs)) {
            return ().into_any();
        }
        let mut pairs = self.filter.pairs();
        pairs.push(("limit", "10".to_owned()));
        let heads: Vec<(&'static str, bool)> = self
            .columns
            .iter()
            .map(|column| (column.head, column.number))
            .collect();
        let (columns, opens, all, says) = (self.columns, self.opens, self.all.clone(), self.empty);
        let page = loaded(
            again,
            move || api_page::<R>(pairs.clone()),
            move |page| {
                if page.data.is_empty() {
                    return view! { <p class="muted">{says}</p> }.into_any();
                }
                let more = page.next.is_some().then(|| all.clone()).flatten();
                let rows = page
                    .data
                    .iter()
                    .map(|thing| row(thing, &columns, opens.as_ref()))
                    .collect_view();
                table(&heads, rows.into_any(), more)
            },
        );
        let add = self
            .add
            .filter(|(_, _, needs)| untrack(|| session::can(*needs)));
        let add = add.map(|(label, href, _)| view! { <a class="btn sm" href=href>{icon(Icon::Plus)}<span>{label}</span></a> });
        let all = self
            .all
            .map(|href| view! { <a class="btn quiet sm" href=href>"View all"</a> });
        view! { <section class="card"><header class="card-head"><h2>{self.title}</h2><div class="actions">{all}
            {add}</div></header>{page}</section> }.into_any()
    }
}

/// A table of what a thing holds itself.
pub fn table_of<T>(rows: &[T], columns: &[Column<T>]) -> AnyView {
    let heads: Vec<(&'static str, bool)> = columns
        .iter()
        .map(|column| (column.head, column.number))
        .collect();
    let rows = rows.iter().map(|thing| row(thing, columns, None));
    table(&heads, rows.collect_view().into_any(), None)
}

fn api_page<R: Resource>(pairs: api::Pairs) -> crate::Task<Result<wire::Page<R>, Fault>> {
    task(async move { api::page::<R>(&pairs).await })
}

fn row<T>(thing: &T, columns: &[Column<T>], opens: Option<&Lead<T>>) -> AnyView {
    let href = opens.map(|opens| opens(thing));
    let cell = |(place, column): (usize, &Column<T>)| {
        let value = column.cell(thing);
        let value = if place == 0 {
            value.link_or_keep(href.clone())
        } else {
            value
        };
        let class = match (place, column.number) {
            (0, _) => "lead",
            (_, true) => "num",
            _ => "",
        };
        view! { <td role="cell" class=class data-label=column.head>{value.view()}</td> }
    };
    view! { <tr role="row">{columns.iter().enumerate().map(cell).collect_view()}</tr> }.into_any()
}

fn table(heads: &[(&'static str, bool)], rows: AnyView, more: Option<String>) -> AnyView {
    let head = |(text, number): &(&'static str, bool)| {
        view! { <th role="columnheader" scope="col"
        class:num=*number>{*text}</th> }
    };
    let more =
        more.map(|href| view! { <p><a class="link" href=href>"There are more: view all"</a></p> });
    view! {
        <div class="grid small"><table role="table"><thead role="rowgroup"><tr role="row">
            {heads.iter().map(head).collect_view()}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></div>
            {more}
    }
    .into_any()
}

/// Something that is asked for when the page appears, with its waiting and its failure. `again` asks once more, and what
/// stands there stays until the answer comes.
pub fn loaded<T: Clone + PartialEq + Send + Sync + 'static>(
    again: RwSignal<u32>,
    ask: impl Fn() -> crate::Task<Result<T, Fault>> + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let (got, own) = (
        RwSignal::new(None::<Result<T, Fault>>),
        RwSignal::new(0_u32),
    );
    Effect::new(move |_| {
        again.track();
        own.track();
        let work = ask();
        leptos::task::spawn_local(async move {
            let outcome = work.await;
            if got.try_with_untracked(|known| known.as_ref() != Some(&outcome)) == Some(true) {
                got.set(Some(outcome));
            }
        });
    });
    let retry = move || own.update(|own| *own = own.wrapping_add(1));
    (move || match got.get() {
        None => skeleton::lines(3),
        Some(Ok(thing)) => draw(thing),
        Some(Err(fault)) => failure(&fault, retry),
    })
    .into_any()
}

/// The same, of something that changes by what is drawn: that gets a way to ask once more.
pub fn renewed<T: Clone + PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> crate::Task<Result<T, Fault>> + Send + Sync + 'static,
    draw: impl Fn(T, Arc<dyn Fn() + Send + Sync>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let again = RwSignal::new(0_u32);
    let more = Arc::new(move || {
        let _ = again.try_update(|again| *again = again.wrapping_add(1));
    });
    loaded(again, ask, move |thing| draw(thing, more.clone()))
}

/// The same, of something that does not change while the page stands.
pub fn once<T: Clone + PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> crate::Task<Result<T, Fault>> + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    loaded(RwSignal::new(0), ask, draw)
}
