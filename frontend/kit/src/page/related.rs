//! Related lists within a page, and loading of data.

use crate::{
    api::{self, ApiError},
    query, session,
    table::Column,
    task,
    ui::{Icon, failure, icon_view, skeleton},
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

/// Starts the description: a title, the permission, and the filter.
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
        empty: "None yet.",
    }
}

impl<R: Resource> Related<R> {
    /// Adds a column.
    pub fn column(mut self, column: Column<R>) -> Self {
        self.columns.push(column);
        self
    }
    /// Sets the address of a row.
    pub fn opens(mut self, href: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.opens = Some(Arc::new(href));
        self
    }
    /// Sets the path of the full list; the filter is added.
    pub fn all(mut self, path: &str) -> Self {
        self.all = Some(api::with_query(path, &self.filter.pairs()));
        self
    }
    /// Adds a link to create a record.
    pub fn add(mut self, label: &'static str, href: String, needs: Permission) -> Self {
        self.add = Some((label, href, needs));
        self
    }
    /// Sets the text of the empty list.
    pub fn empty(mut self, text: &'static str) -> Self {
        self.empty = text;
        self
    }
    /// Draws the list; nothing for a user without the permission. It loads again when `reload` changes.
    pub fn view(self, reload: RwSignal<u32>) -> AnyView {
        if !untrack(|| session::can(self.needs)) {
            return ().into_any();
        }
        let mut pairs = self.filter.pairs();
        pairs.push(("limit", "10".to_owned()));
        let headers: Vec<(&'static str, bool)> = self
            .columns
            .iter()
            .map(|column| (column.header, column.number))
            .collect();
        let (columns, opens, all, text) = (self.columns, self.opens, self.all.clone(), self.empty);
        let page = load_on(
            reload,
            move || api_page::<R>(pairs.clone()),
            move |page| {
                if page.data.is_empty() {
                    return view! { <p class="muted">{text}</p> }.into_any();
                }
                let more = page.next.is_some().then(|| all.clone()).flatten();
                let rows = page
                    .data
                    .iter()
                    .map(|record| row(record, &columns, opens.as_ref()))
                    .collect_view();
                table(&headers, rows.into_any(), more)
            },
        );
        let add = self
            .add
            .filter(|(_, _, needs)| untrack(|| session::can(*needs)));
        let add = add.map(|(label, href, _)| view! { <a class="btn sm" href=href>{icon_view(Icon::Plus)}<span>{label}</span></a> });
        let all = self
            .all
            .map(|href| view! { <a class="btn quiet sm" href=href>"View all"</a> });
        view! { <section class="card"><header class="card-head"><h2>{self.title}</h2><div class="actions">{all}
            {add}</div></header>{page}</section> }.into_any()
    }
}

/// Draws a table of values that a record contains.
pub fn table_of<T>(rows: &[T], columns: &[Column<T>]) -> AnyView {
    let headers: Vec<(&'static str, bool)> = columns
        .iter()
        .map(|column| (column.header, column.number))
        .collect();
    let rows = rows.iter().map(|record| row(record, columns, None));
    table(&headers, rows.collect_view().into_any(), None)
}

fn api_page<R: Resource>(pairs: api::Pairs) -> crate::Task<Result<wire::Page<R>, ApiError>> {
    task(async move { api::page::<R>(&pairs).await })
}

fn row<T>(record: &T, columns: &[Column<T>], opens: Option<&Lead<T>>) -> AnyView {
    let href = opens.map(|opens| opens(record));
    let cell = |(index, column): (usize, &Column<T>)| {
        let value = column.cell(record);
        let value = if index == 0 {
            value.link_or_keep(href.clone())
        } else {
            value
        };
        let class = match (index, column.number) {
            (0, _) => "lead",
            (_, true) => "num",
            _ => "",
        };
        view! { <td role="cell" class=class data-label=column.header>{value.view()}</td> }
    };
    view! { <tr role="row">{columns.iter().enumerate().map(cell).collect_view()}</tr> }.into_any()
}

fn table(headers: &[(&'static str, bool)], rows: AnyView, more: Option<String>) -> AnyView {
    let header = |(text, number): &(&'static str, bool)| {
        view! { <th role="columnheader" scope="col"
        class:num=*number>{*text}</th> }
    };
    let more = more.map(|href| view! { <p><a class="link" href=href>"View all"</a></p> });
    view! {
        <div class="grid small"><table role="table"><thead role="rowgroup"><tr role="row">
            {headers.iter().map(header).collect_view()}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></div>
            {more}
    }
    .into_any()
}

/// Loads data when the page appears and whenever `reload` changes, with a loading and an error state. The shown data
/// stays until the response arrives; a page that was open before shows the data that it had.
pub fn load_on<T: Clone + PartialEq + Send + Sync + 'static>(
    reload: RwSignal<u32>,
    fetch: impl Fn() -> crate::Task<Result<T, ApiError>> + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let known = query::peek(untrack(&fetch)).filter(Result::is_ok);
    let got = RwSignal::new(known);
    let observer = query::follow(move || {
        reload.track();
        let work = fetch();
        task(async move {
            let outcome = work.await;
            if got.try_with_untracked(|known| known.as_ref() != Some(&outcome)) == Some(true) {
                got.set(Some(outcome));
            }
        })
    });
    let retry = move || observer.reload();
    (move || match got.get() {
        None => skeleton::lines(3),
        Some(Ok(record)) => draw(record),
        Some(Err(error)) => failure(&error, retry),
    })
    .into_any()
}

/// Loads data whose view can change it: `draw` gets a function that loads it again.
pub fn load_with_reload<T: Clone + PartialEq + Send + Sync + 'static>(
    fetch: impl Fn() -> crate::Task<Result<T, ApiError>> + Send + Sync + 'static,
    draw: impl Fn(T, Arc<dyn Fn() + Send + Sync>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let reload = RwSignal::new(0_u32);
    let more = Arc::new(move || {
        let _ = reload.try_update(|reload| *reload = reload.wrapping_add(1));
    });
    load_on(reload, fetch, move |record| draw(record, more.clone()))
}

/// Loads data once.
pub fn load<T: Clone + PartialEq + Send + Sync + 'static>(
    fetch: impl Fn() -> crate::Task<Result<T, ApiError>> + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    load_on(RwSignal::new(0), fetch, draw)
}
