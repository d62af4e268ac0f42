//! Actions on views: update, make default, delete.

use super::{
    super::{columns, list::List, query::ListQuery},
    dialog::{ViewDialog, role_name},
    store,
};
use crate::{
    api::{self, ApiError},
    ids, route, session, task,
    ui::{
        Icon,
        dialog::{Question, Reason, ask},
        menu::{Entry, EntryAction},
        toast,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Permission, ProblemCode,
    system::views::{EditView, NewView, View, ViewAudience},
};

/// The views of one list.
#[derive(Clone, Copy)]
pub(super) struct Views {
    pub list: List,
    /// The open view.
    pub open: Memo<Option<View>>,
    /// Whether the list differs from the open view.
    pub differs: Memo<bool>,
    /// The preset that is open, by its place.
    pub preset: Memo<Option<usize>>,
    /// The open dialog about a view.
    pub dialog: RwSignal<Option<ViewDialog>>,
}

impl Views {
    pub fn for_list(list: List) -> Self {
        let open = Memo::new(move |_| {
            let named = list.query.with(|query| query.view.clone());
            store::open(&list.here(), named.as_deref())
        });
        let differs = Memo::new(move |_| {
            let saved = open.with(|open| open.as_ref().map(|view| view.query.clone()));
            view_query(list) != saved.map_or_else(String::new, |saved| normalized(list, &saved))
        });
        let presets: Vec<&'static str> = list
            .spec()
            .presets
            .iter()
            .map(|(_, query)| *query)
            .collect();
        let preset = Memo::new(move |_| {
            let is_free = open.with(Option::is_none);
            let here = list.here();
            let narrowed = |query: ListQuery| query.with_columns(None).view_query(&here);
            let now = narrowed(list.query.get());
            let mut presets = presets.iter().filter(|_| is_free);
            presets.position(|query| narrowed((list.spec().read)(query)) == now)
        });
        Self {
            list,
            open,
            differs,
            preset,
            dialog: RwSignal::new(None),
        }
    }

    /// Returns the menu of the open view.
    pub fn entries(self, view: &View, differs: bool) -> Vec<Entry> {
        let entry = |label: &str, icon: Icon, action: Box<dyn Fn() + Send + Sync>| Entry {
            label: label.to_owned(),
            icon: Some(icon),
            danger: false,
            action: EntryAction::Run(Arc::from(action)),
        };
        let back = Entry {
            label: "Discard changes".to_owned(),
            icon: Some(Icon::Undo2),
            danger: false,
            action: EntryAction::Link(store::address(view)),
        };
        let asks = |dialog: ViewDialog| Box::new(move || self.dialog.set(Some(dialog.clone())));
        let mut all = Vec::new();
        if store::may_change(view) {
            let (updated, other, gone) = (view.clone(), view.clone(), view.clone());
            if differs {
                let update = Box::new(move || self.update(updated.clone()));
                all.extend([entry("Update view", Icon::Check, update), back]);
            }
            all.push(entry(
                "Rename",
                Icon::Pencil,
                asks(ViewDialog::Rename(view.clone())),
            ));
            if untrack(|| session::can(Permission::ViewsShare)) {
                all.push(entry(
                    "Share with…",
                    Icon::Users,
                    asks(ViewDialog::Share(view.clone())),
                ));
            }
            let label = if view.is_default {
                format!("Remove as default for {}", audience_noun(view))
            } else {
                format!("Make default for {}", audience_noun(view))
            };
            let default = Box::new(move || self.make_default(other.clone()));
            all.push(entry(&label, Icon::Star, default));
            all.push(entry("Save as new view", Icon::Plus, asks(ViewDialog::New)));
            all.push(Entry {
                danger: true,
                ..entry(
                    "Delete",
                    Icon::Trash2,
                    Box::new(move || self.delete(gone.clone())),
                )
            });
        } else {
            all.extend(differs.then_some(back));
            all.push(entry("Save a copy", Icon::Plus, asks(ViewDialog::New)));
        }
        all
    }

    /// Stores the current query in the view.
    pub fn update(self, view: View) {
        let edit = EditView {
            query: Some(untrack(|| view_query(self.list))),
            ..EditView::default()
        };
        self.change(view, edit, |view| format!("“{}” updated", view.name));
    }

    /// Makes the view the default of the list, or removes the default.
    fn make_default(self, view: View) {
        let edit = EditView {
            is_default: Some(!view.is_default),
            ..EditView::default()
        };
        self.change(view, edit, |view| {
            let opens = if view.is_default {
                "opens"
            } else {
                "no longer opens"
            };
            format!("“{}” {opens} first for {}", view.name, audience_noun(view))
        });
    }

    fn change(self, view: View, edit: EditView, text: impl Fn(&View) -> String + 'static) {
        leptos::task::spawn_local(async move {
            match self.edit(&view, &edit).await {
                Ok(view) => toast::good(text(&view)),
                Err(error) => toast::error(&error),
            }
        });
    }

    /// Changes a view on the server and loads all views again. The views load also after an error, because another
    /// session may have changed the view.
    pub async fn edit(self, view: &View, edit: &EditView) -> Result<View, ApiError> {
        let outcome = api::edit::<View>(view.id, view.version, edit).await;
        store::refresh().await;
        outcome.map_err(|error| match error.code() {
            Some(ProblemCode::NotFound) => {
                ApiError::from_code(ProblemCode::NotFound, String::new())
            }
            _ => error,
        })
    }

    /// Saves the current list as a new view and opens it.
    pub async fn save(self, new: &NewView) -> Result<View, ApiError> {
        let view = api::create::<View>(new, &ids::uuid()).await?;
        store::refresh().await;
        route::go(&store::address(&view));
        Ok(view)
    }

    fn delete(self, view: View) {
        let text = if view.is_shared() {
            "It is deleted for everyone who uses it. The list itself stays."
        } else {
            "The list itself stays."
        };
        ask(Question {
            title: format!("Delete the view “{}”?", view.name),
            text: text.to_owned(),
            verb: "Delete".to_owned(),
            danger: true,
            reason: Reason::None,
            run: Arc::new(move |_| {
                let view = view.clone();
                task(async move {
                    let outcome = api::remove(&view).await;
                    store::refresh().await;
                    outcome?;
                    route::replace(&untrack(|| self.all_address()));
                    let deleted = view.to_new_view();
                    toast::undoable(format!("“{}” deleted", view.name), move || {
                        let deleted = deleted.clone();
                        leptos::task::spawn_local(async move {
                            if let Err(error) = self.save(&deleted).await {
                                toast::error(&error);
                            }
                        });
                    });
                    Ok(())
                })
            }),
        });
    }

    /// Returns a new view of the current list with this name.
    pub fn as_new(self, name: String) -> NewView {
        NewView {
            list: self.list.here(),
            name,
            query: untrack(|| view_query(self.list)),
            audience: ViewAudience::Mine,
            role: None,
            is_default: false,
        }
    }
}

/// Returns the users who share a view, for its labels.
fn audience_noun(view: &View) -> String {
    match (view.audience, view.role) {
        (ViewAudience::Mine, _) => "me".to_owned(),
        (ViewAudience::Role, Some(role)) => role_name(role).to_lowercase(),
        _ => "everyone".to_owned(),
    }
}

/// Returns the query that a view of the current list would store.
fn view_query(list: List) -> String {
    list.query.with(|query| query.view_query(&list.here()))
}

/// Normalizes a query, so that two queries can be compared.
fn normalized(list: List, query: &str) -> String {
    let spec = list.spec();
    let query = (spec.read)(query);
    let cols = query
        .cols
        .as_deref()
        .map(|cols| columns::read(&spec.headers, cols));
    let cols = cols.and_then(|cols| columns::show(&spec.headers, &cols));
    query.with_columns(cols).view_query(&list.here())
}
