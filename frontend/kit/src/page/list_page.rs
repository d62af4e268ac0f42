//! A list as a description. The page owns the rest: fetching, the address, empty and failed states, keys, export.

use super::act::Act;
use crate::{
    Task,
    api::{self, Fault, Pairs},
    keys, route,
    route::Query,
    session,
    table::{
        By, Column,
        address::Asked,
        bulk, chips, grid, keys as row_keys,
        list::{List, Spec},
        notice, pager,
        row::{Row, Rows, heads},
        toolbar, views,
    },
    task,
    ui::{Icon, Look, button, link_button, task_button::telling_button, toast},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::sync::Arc;
use wire::{Filter, Permission, Resource};

type Lead<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;
type Run = Arc<dyn Fn() -> Task<Result<String, Fault>> + Send + Sync>;

/// What is done at once by a button of its own.
#[derive(Clone)]
struct Job {
    label: &'static str,
    sign: Icon,
    needs: Permission,
    run: Run,
}

/// A list in the making.
pub struct ListPage<R: Resource> {
    title: &'static str,
    columns: Vec<Column<R>>,
    filters: Vec<By>,
    acts: Vec<Act<R>>,
    buttons: Vec<(&'static str, &'static str, Permission, Option<Icon>)>,
    tasks: Vec<Job>,
    opens: Option<Lead<R>>,
    empty: (&'static str, &'static str),
    search: Option<&'static str>,
    export: bool,
    begins: Option<&'static str>,
}

/// Begins a list.
pub fn list_page<R: Resource>(title: &'static str) -> ListPage<R> {
    ListPage {
        title,
        columns: Vec::new(),
        filters: Vec::new(),
        acts: Vec::new(),
        buttons: Vec::new(),
        tasks: Vec::new(),
        opens: None,
        empty: ("", ""),
        search: None,
        export: true,
        begins: None,
    }
}

impl<R: Resource> ListPage<R> {
    /// With a column. The first one names the row and leads where the row leads.
    pub fn column(mut self, column: Column<R>) -> Self {
        self.columns.push(column);
        self
    }
    /// With a column for who may see what it shows.
    pub fn column_for(self, needs: Permission, column: Column<R>) -> Self {
        if untrack(|| session::can(needs)) {
            self.column(column)
        } else {
            self
        }
    }
    /// Can be narrowed.
    pub fn filter(mut self, by: By) -> Self {
        debug_assert!(
            R::Filter::KEYS.contains(&by.key),
            "{} is not a filter of {}",
            by.key,
            R::MANY
        );
        self.filters.push(by);
        self
    }
    /// Can be narrowed, for who may see what by.
    pub fn filter_for(self, needs: Permission, by: By) -> Self {
        if untrack(|| session::can(needs)) {
            self.filter(by)
        } else {
            self
        }
    }
    /// What the search box says. A list that has no `q` has no box.
    pub fn search(mut self, hint: &'static str) -> Self {
        self.search = Some(hint);
        self
    }
    /// Where a row leads.
    pub fn opens(mut self, href: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.opens = Some(Arc::new(href));
        self
    }
    /// Something to be done with the selected rows.
    pub fn action(mut self, act: Act<R>) -> Self {
        self.acts.push(act);
        self
    }
    /// The same, for several acts.
    pub fn actions(mut self, acts: impl IntoIterator<Item = Act<R>>) -> Self {
        self.acts.extend(acts);
        self
    }
    /// The one thing to do here.
    pub fn new_button(
        mut self,
        label: &'static str,
        href: &'static str,
        needs: Permission,
    ) -> Self {
        self.buttons
            .insert(0, (label, href, needs, Some(Icon::Plus)));
        self
    }
    /// Another thing to do here.
    pub fn button(
        mut self,
        label: &'static str,
        sign: Icon,
        href: &'static str,
        needs: Permission,
    ) -> Self {
        self.buttons.push((label, href, needs, Some(sign)));
        self
    }
    /// Something to be done here at once, that changes the list; it tells what came of it.
    pub fn task<F>(
        mut self,
        label: &'static str,
        sign: Icon,
        needs: Permission,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String, Fault>> + 'static,
    {
        let run: Run = Arc::new(move || task(run()));
        self.tasks.push(Job {
            label,
            sign,
            needs,
            run,
        });
        self
    }
    /// What it says when there is nothing yet, and what to do about it.
    pub fn empty(mut self, title: &'static str, hint: &'static str) -> Self {
        self.empty = (title, hint);
        self
    }
    /// What it is narrowed to for whoever comes without saying what they want, such as `status=pending`. A view that
    /// somebody has made the default goes before.
    pub fn begins_with(mut self, query: &'static str) -> Self {
        self.begins = Some(query);
        self
    }
    /// Cannot be taken away as a file.
    pub fn no_export(mut self) -> Self {
        self.export = false;
        self
    }
    /// Draws it.
    pub fn show(self) -> AnyView {
        let location = use_location();
        let here = location.pathname.get_untracked();
        let (query, path, home) = (route::use_query(), location.pathname, here.clone());
        let read = move || query.with(Asked::read::<R>);
        // On its way out the page still hears of the next address, which is not its own.
        let asked = Memo::new(move |before: Option<&Asked>| {
            if path.with(|path| *path == home) {
                read()
            } else {
                before.cloned().unwrap_or_else(read)
            }
        });
        let (export, tasks) = (self.export, self.tasks.clone());
        view(List::new(self.spec(), here, asked), export, tasks)
    }
    fn spec(self) -> Spec {
        let (columns, opens) = (Arc::new(self.columns), self.opens);
        let heads = heads(&columns);
        let fetch = move |asked: Asked| {
            let (columns, opens) = (Arc::clone(&columns), opens.clone());
            task(async move {
                let page = api::page::<R>(&asked.pairs()).await?;
                Ok(Rows::new(page, |thing: R| {
                    let (id, label, href) = (
                        thing.id().to_string(),
                        thing.label(),
                        opens.as_ref().map(|opens| opens(&thing)),
                    );
                    Row::new(thing, id, label, href, &columns)
                }))
            })
        };
        let or = |text: &str, other: String| {
            if text.is_empty() {
                other
            } else {
                text.to_owned()
            }
        };
        Spec {
            title: self.title.to_owned(),
            one: R::ONE,
            many: R::MANY,
            path: R::PATH,
            heads,
            filters: self.filters,
            searchable: R::Filter::KEYS.contains(&"q"),
            search_hint: self
                .search
                .map_or_else(|| format!("Search {}", R::MANY), str::to_owned),
            bulk: self.acts.into_iter().map(Act::bulk).collect(),
            buttons: self.buttons,
            empty: (
                or(self.empty.0, format!("No {} yet", R::MANY)),
                self.empty.1.to_owned(),
            ),
            fetch: Arc::new(fetch),
            begins: self.begins,
            read: Arc::new(|query| Asked::read::<R>(&Query::of(query))),
        }
    }
}

fn view(list: List, export: bool, tasks: Vec<Job>) -> AnyView {
    row_keys::keys(list);
    let spec = list.spec();
    let count = move || {
        list.rows.with(|rows| {
            rows.as_ref()
                .filter(|_| list.fault.with(Option::is_none))
                .map(|rows| rows.total())
        })
    };
    for (label, href, needs, sign) in spec.buttons.iter().copied() {
        if session::can(needs) {
            keys::offer(label, sign, move || route::go(href));
        }
    }
    let buttons = spec
        .buttons
        .iter()
        .enumerate()
        .filter(|(_, (_, _, needs, _))| session::can(*needs))
        .map(|(place, (label, href, _, sign))| {
            link_button(
                *label,
                if place == 0 {
                    Look::Primary
                } else {
                    Look::Plain
                },
                *sign,
                *href,
            )
        });
    // The primary one stands last, where the eye ends.
    let mut buttons: Vec<AnyView> = buttons.collect();
    buttons.reverse();
    let export = (export && session::can(Permission::ListsExport)).then(|| export_button(list));
    let tasks = tasks.into_iter().filter(|job| session::can(job.needs));
    let tasks = tasks.map(|job| at_once(list, job)).collect_view();
    view! {
        <div class="page list-page">
            <header class="page-head">
                <div class="page-title"><h1>{spec.title.clone()}</h1>{move || count().map(|count| view! { <span
                    class="count">{count}</span> })}</div>
                <div class="actions">{export}{tasks}{buttons}</div>
            </header>
            {views::bar(list)}
            <div class="card flush list-card">
                {toolbar::toolbar(list)}
                {notice::unknown(list)}
                {chips::chips(list)}
                {grid::grid(list)}
                {pager::pager(list)}
            </div>
            {bulk::bar(list)}
        </div>
    }
    .into_any()
}

/// A button that does its work, and asks for the list anew.
fn at_once(list: List, job: Job) -> AnyView {
    telling_button(job.label, Look::Plain, Some(job.sign), move || {
        let work = (job.run)();
        task(async move {
            let said = work.await?;
            list.reload();
            Ok(said)
        })
    })
}

/// Takes the filtered list away as a file, whole.
fn export_button(list: List) -> AnyView {
    let busy = RwSignal::new(false);
    let run = move || {
        if list.has_unknown() {
            return toast::bad(notice::EXPORT_OFF);
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (spec, asked) = (list.spec(), list.asked.get_untracked());
        leptos::task::spawn_local(async move {
            let mut pairs: Pairs = vec![("format", "csv".to_owned()), ("bom", "true".to_owned())];
            pairs.extend(
                asked
                    .pairs()
                    .into_iter()
                    .filter(|(key, _)| !wire::list::PAGING_KEYS.contains(key) || *key == "sort"),
            );
            let url = api::with_query(&format!("{}/export", spec.path), &pairs);
            match api::download(&url, &format!("{}.csv", spec.many)).await {
                Ok(()) => toast::good(format!("Exported the {}", spec.many)),
                Err(fault) => toast::fault(&fault),
            }
            let _ = busy.try_set(false);
        });
    };
    keys::offer("Export", Some(Icon::Download), run);
    view! { <span class="wide-only" class:busy={move || busy.get()}>
    {button("Export", Look::Plain, Some(Icon::Download), run)}</span> }
    .into_any()
}
