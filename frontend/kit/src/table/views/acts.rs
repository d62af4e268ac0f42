//! What is done with views: updating, making one the default, deleting.

use super::{
    super::{columns, list::List},
    dialog::{Asking, role_name},
    store,
};
use crate::{
    api::{self, Fault},
    chance, route, session, task,
    ui::{
        Icon,
        dialog::{Question, Reason, ask},
        menu::{Does, Entry},
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
    /// The view that is open.
    pub open: Memo<Option<View>>,
    /// Whether the list is no longer as the open view says.
    pub differs: Memo<bool>,
    /// What is being asked about a view.
    pub asking: RwSignal<Option<Asking>>,
}

impl Views {
    pub fn of(list: List) -> Self {
        let open = Memo::new(move |_| {
            let named = list.asked.with(|asked| asked.view.clone());
            store::open(&list.here(), named.as_deref())
        });
        let differs = Memo::new(move |_| {
            let said = open.with(|open| open.as_ref().map(|view| view.query.clone()));
            kept(list) != said.map_or_else(String::new, |said| plain(list, &said))
        });
        Self {
            list,
            open,
            differs,
            asking: RwSignal::new(None),
        }
    }

    /// The menu of the open view.
    pub fn entries(self, view: &View, differs: bool) -> Vec<Entry> {
        let entry = |label: &str, sign: Icon, does: Box<dyn Fn() + Send + Sync>| Entry {
            label: label.to_owned(),
            sign: Some(sign),
            danger: false,
            does: Does::Run(Arc::from(does)),
        };
        let back = Entry {
            label: "Discard changes".to_owned(),
            sign: Some(Icon::Undo2),
            danger: false,
            does: Does::Link(store::address(view)),
        };
        let asks = |asking: Asking| Box::new(move || self.asking.set(Some(asking.clone())));
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
                asks(Asking::Rename(view.clone())),
            ));
            if untrack(|| session::can(Permission::ViewsShare)) {
                all.push(entry(
                    "Share with…",
                    Icon::Users,
                    asks(Asking::Share(view.clone())),
                ));
            }
            let label = if view.is_default {
                format!("No longer open first for {}", for_whom(view))
            } else {
                format!("Open first for {}", for_whom(view))
            };
            let default = Box::new(move || self.make_default(other.clone()));
            all.push(entry(&label, Icon::Star, default));
            all.push(entry("Save as new view", Icon::Plus, asks(Asking::New)));
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
            all.push(entry("Save a copy", Icon::Plus, asks(Asking::New)));
        }
        all
    }

    /// Lets the view say what the list shows now.
    pub fn update(self, view: View) {
        let edit = EditView {
            query: Some(untrack(|| kept(self.list))),
            ..EditView::default()
        };
        self.change(view, edit, |view| format!("“{}” updated", view.name));
    }

    /// Makes it what the list opens with, or no longer.
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
            format!("“{}” {opens} first for {}", view.name, for_whom(view))
        });
    }

    fn change(self, view: View, edit: EditView, says: impl Fn(&View) -> String + 'static) {
        leptos::task::spawn_local(async move {
            match self.edit(&view, &edit).await {
                Ok(view) => toast::good(says(&view)),
                Err(fault) => toast::fault(&fault),
            }
        });
    }

    /// Changes a view on the server, and learns what has become of all of them. Also after a refusal: the view may
    /// have been changed elsewhere.
    pub async fn edit(self, view: &View, edit: &EditView) -> Result<View, Fault> {
        let outcome = api::edit::<View>(view.id, view.version, edit).await;
        store::refresh().await;
        outcome.map_err(|fault| match fault.code() {
            Some(ProblemCode::NotFound) => Fault::made(ProblemCode::NotFound, String::new()),
            _ => fault,
        })
    }

    /// Saves the list as it is as a new view, and opens that.
    pub async fn save(self, new: &NewView) -> Result<View, Fault> {
        let view = api::create::<View>(new, &chance::uuid()).await?;
        store::refresh().await;
        route::go(&store::address(&view));
        Ok(view)
    }

    fn delete(self, view: View) {
        let says = if view.is_shared() {
            "It is gone for everybody whom it was for. The list itself stays."
        } else {
            "The list itself stays."
        };
        ask(Question {
            title: format!("Delete the view “{}”?", view.name),
            says: says.to_owned(),
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
                    let again = view.as_new();
                    toast::undoable(format!("“{}” deleted", view.name), move || {
                        let again = again.clone();
                        leptos::task::spawn_local(async move {
                            if let Err(fault) = self.save(&again).await {
                                toast::fault(&fault);
                            }
                        });
                    });
                    Ok(())
                })
            }),
        });
    }

    /// What would be saved now, under this name.
    pub fn as_new(self, name: String) -> NewView {
        NewView {
            list: self.list.here(),
            name,
            query: untrack(|| kept(self.list)),
            audience: ViewAudience::Mine,
            role: None,
            is_default: false,
        }
    }
}

/// For whom a view opens first.
fn for_whom(view: &View) -> String {
    match (view.audience, view.role) {
        (ViewAudience::Mine, _) => "me".to_owned(),
        (ViewAudience::Role, Some(role)) => role_name(role).to_lowercase(),
        _ => "everyone".to_owned(),
    }
}

/// What a view would keep of the list as it is.
fn kept(list: List) -> String {
    list.asked.with(|asked| asked.kept(&list.here()))
}

/// A query as the panel itself would write it, so that two of them can be compared.
fn plain(list: List, query: &str) -> String {
    let spec = list.spec();
    let asked = (spec.read)(query);
    let cols = asked
        .cols
        .as_deref()
        .map(|cols| columns::read(&spec.heads, cols));
    let cols = cols.and_then(|cols| columns::show(&spec.heads, &cols));
    asked.arranged(cols).kept(&list.here())
}
