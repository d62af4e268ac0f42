//! A list as a description. The kit provides the rest: loading, the address, empty and error states, shortcuts,
//! export.

use super::action::Action;
use crate::{
    Task,
    api::{self, ApiError, Pairs},
    route,
    route::Query,
    session, shortcuts,
    table::{
        Column, ListFilter, bulk, chips, grid,
        list::{List, Spec},
        notice, pager,
        query::ListQuery,
        row::{Row, Rows, headers},
        shortcuts as row_shortcuts, toolbar, views,
    },
    task,
    ui::{ButtonVariant, Icon, button, link_button, task_button::result_button, toast},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::sync::Arc;
use wire::{Filter, Permission, Resource};

type Lead<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;
type Run = Arc<dyn Fn() -> Task<Result<String, ApiError>> + Send + Sync>;

/// A button that runs a task and reloads the list.
#[derive(Clone)]
struct Job {
    label: &'static str,
    icon: Icon,
    needs: Permission,
    run: Run,
}

/// The description of a list.
pub struct ListPage<R: Resource> {
    title: &'static str,
    columns: Vec<Column<R>>,
    filters: Vec<ListFilter>,
    actions: Vec<Action<R>>,
    buttons: Vec<(&'static str, &'static str, Permission, Option<Icon>)>,
    tasks: Vec<Job>,
    opens: Option<Lead<R>>,
    empty: (&'static str, &'static str),
    search: Option<&'static str>,
    export: bool,
    default_query: Option<&'static str>,
    presets: Vec<(&'static str, &'static str)>,
}

/// Starts the description of a list.
pub fn list_page<R: Resource>(title: &'static str) -> ListPage<R> {
    ListPage {
        title,
        columns: Vec::new(),
        filters: Vec::new(),
        actions: Vec::new(),
        buttons: Vec::new(),
        tasks: Vec::new(),
        opens: None,
        empty: ("", ""),
        search: None,
        export: true,
        default_query: None,
        presets: Vec::new(),
    }
}

impl<R: Resource> ListPage<R> {
    /// Adds a column. The first one names the row and has its link.
    pub fn column(mut self, column: Column<R>) -> Self {
        self.columns.push(column);
        self
    }
    /// Adds a column that requires a permission.
    pub fn column_for(self, needs: Permission, column: Column<R>) -> Self {
        if untrack(|| session::can(needs)) {
            self.column(column)
        } else {
            self
        }
    }
    /// Adds a filter.
    pub fn filter(mut self, by: ListFilter) -> Self {
        debug_assert!(
            R::Filter::KEYS.contains(&by.key),
            "{} is not a filter of {}",
            by.key,
            R::MANY
        );
        self.filters.push(by);
        self
    }
    /// Adds a filter that requires a permission.
    pub fn filter_for(self, needs: Permission, by: ListFilter) -> Self {
        if untrack(|| session::can(needs)) {
            self.filter(by)
        } else {
            self
        }
    }
    /// Sets the placeholder of the search box. A list without `q` has no search box.
    pub fn search(mut self, hint: &'static str) -> Self {
        self.search = Some(hint);
        self
    }
    /// Sets the address of a row.
    pub fn opens(mut self, href: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.opens = Some(Arc::new(href));
        self
    }
    /// Adds an action on the selected rows.
    pub fn action(mut self, action: Action<R>) -> Self {
        self.actions.push(action);
        self
    }
    /// Adds several actions on the selected rows.
    pub fn actions(mut self, actions: impl IntoIterator<Item = Action<R>>) -> Self {
        self.actions.extend(actions);
        self
    }
    /// Adds the primary button.
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
    /// Adds another button.
    pub fn button(
        mut self,
        label: &'static str,
        icon: Icon,
        href: &'static str,
        needs: Permission,
    ) -> Self {
        self.buttons.push((label, href, needs, Some(icon)));
        self
    }
    /// Adds a button that runs a task, reloads the list, and shows the returned message.
    pub fn task<F>(
        mut self,
        label: &'static str,
        icon: Icon,
        needs: Permission,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String, ApiError>> + 'static,
    {
        let run: Run = Arc::new(move || task(run()));
        self.tasks.push(Job {
            label,
            icon,
            needs,
            run,
        });
        self
    }
    /// Sets the empty state of a list without rows.
    pub fn empty(mut self, title: &'static str, hint: &'static str) -> Self {
        self.empty = (title, hint);
        self
    }
    /// Sets the query of the list when the address contains none, such as `status=pending`. A default view has
    /// priority.
    pub fn default_query(mut self, query: &'static str) -> Self {
        self.default_query = Some(query);
        self
    }
    /// Adds a tab before the saved views: its label and its query, such as `queue=mine`.
    pub fn preset(mut self, label: &'static str, query: &'static str) -> Self {
        self.presets.push((label, query));
        self
    }
    /// Removes the export.
    pub fn no_export(mut self) -> Self {
        self.export = false;
        self
    }
    /// Draws the list.
    pub fn show(self) -> AnyView {
        let location = use_location();
        let here = location.pathname.get_untracked();
        let (query, path, home) = (route::use_query(), location.pathname, here.clone());
        let read = move || query.with(ListQuery::read::<R>);
        // While the page is being removed, it still sees the next address, which is not its own.
        let query = Memo::new(move |before: Option<&ListQuery>| {
            if path.with(|path| *path == home) {
                read()
            } else {
                before.cloned().unwrap_or_else(read)
            }
        });
        let (export, tasks) = (self.export, self.tasks.clone());
        view(List::new(self.spec(), here, query), export, tasks)
    }
    fn spec(self) -> Spec {
        let (columns, opens) = (Arc::new(self.columns), self.opens);
        let headers = headers(&columns);
        let fetch = move |query: ListQuery| {
            let (columns, opens) = (Arc::clone(&columns), opens.clone());
            task(async move {
                let page = api::page::<R>(&query.pairs()).await?;
                Ok(Rows::new(page, |record: R| {
                    let (id, label, href) = (
                        record.id().to_string(),
                        record.label(),
                        opens.as_ref().map(|opens| opens(&record)),
                    );
                    Row::new(record, id, label, href, &columns)
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
            headers,
            filters: self.filters,
            searchable: R::Filter::KEYS.contains(&"q"),
            search_hint: self
                .search
                .map_or_else(|| format!("Search {}", R::MANY), str::to_owned),
            bulk: self.actions.into_iter().map(Action::bulk).collect(),
            buttons: self.buttons,
            empty: (
                or(self.empty.0, format!("No {} yet", R::MANY)),
                self.empty.1.to_owned(),
            ),
            fetch: Arc::new(fetch),
            default_query: self.default_query,
            presets: self.presets,
            read: Arc::new(|query| ListQuery::read::<R>(&Query::parse(query))),
        }
    }
}

fn view(list: List, export: bool, tasks: Vec<Job>) -> AnyView {
    row_shortcuts::bind(list);
    let spec = list.spec();
    let count = move || {
        list.rows.with(|rows| {
            rows.as_ref()
                .filter(|_| list.error.with(Option::is_none))
                .map(|rows| rows.total())
        })
    };
    for (label, href, needs, icon) in spec.buttons.iter().copied() {
        if session::can(needs) {
            shortcuts::offer(label, icon, move || route::go(href));
        }
    }
    let buttons = spec
        .buttons
        .iter()
        .enumerate()
        .filter(|(_, (_, _, needs, _))| session::can(*needs))
        .map(|(index, (label, href, _, icon))| {
            link_button(
                *label,
                if index == 0 {
                    ButtonVariant::Primary
                } else {
                    ButtonVariant::Plain
                },
                *icon,
                *href,
            )
        });
    // The primary button comes last.
    let mut buttons: Vec<AnyView> = buttons.collect();
    buttons.reverse();
    let export = (export && session::can(Permission::ListsExport)).then(|| export_button(list));
    let tasks = tasks.into_iter().filter(|job| session::can(job.needs));
    let tasks = tasks.map(|job| job_button(list, job)).collect_view();
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

/// Draws a button that runs its task and reloads the list.
fn job_button(list: List, job: Job) -> AnyView {
    result_button(job.label, ButtonVariant::Plain, Some(job.icon), move || {
        let work = (job.run)();
        task(async move {
            let message = work.await?;
            list.reload();
            Ok(message)
        })
    })
}

/// Draws the button that exports all rows of the filtered list.
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
        let (spec, query) = (list.spec(), list.query.get_untracked());
        leptos::task::spawn_local(async move {
            let mut pairs: Pairs = vec![("format", "csv".to_owned()), ("bom", "true".to_owned())];
            pairs.extend(
                query
                    .pairs()
                    .into_iter()
                    .filter(|(key, _)| !wire::list::PAGING_KEYS.contains(key) || *key == "sort"),
            );
            let url = api::with_query(&format!("{}/export", spec.path), &pairs);
            match api::download(&url, &format!("{}.csv", spec.many)).await {
                Ok(()) => toast::good(format!("Exported the {}", spec.many)),
                Err(error) => toast::error(&error),
            }
            let _ = busy.try_set(false);
        });
    };
    shortcuts::offer("Export", Some(Icon::Download), run);
    view! { <span class="wide-only" class:busy={move || busy.get()}>
    {button("Export", ButtonVariant::Plain, Some(Icon::Download), run)}</span> }
    .into_any()
}
