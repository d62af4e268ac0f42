//! Where a picker's choices come from: the list of any resource, searched by its `q`.

use crate::{Task, api, api::Fault, task};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{Filter, Param, Resource};

/// Something to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Its id, as it is sent.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What tells it from others of that name.
    pub note: String,
}

/// Choices on their way.
type Found = Task<Result<Vec<Choice>, Fault>>;

/// Finds choices, and the name of one that is chosen already.
#[derive(Clone)]
pub struct Source {
    search: Arc<dyn Fn(String) -> Found + Send + Sync>,
    name: Arc<dyn Fn(String) -> Task<Option<Choice>> + Send + Sync>,
}

impl Source {
    /// The list of a resource, each by its label.
    pub fn of<R: Resource>() -> Self {
        Self::noted::<R>(|_| String::new())
    }
    /// The list of a resource, each by its label and a note beside it, such as an e-mail address.
    pub fn noted<R: Resource>(note: impl Fn(&R) -> String + Send + Sync + Clone + 'static) -> Self {
        Self::within::<R>(Vec::new(), note)
    }
    /// The same, of a list narrowed by these parameters.
    pub fn within<R: Resource>(
        fixed: api::Pairs,
        note: impl Fn(&R) -> String + Send + Sync + Clone + 'static,
    ) -> Self {
        let named = note.clone();
        let search = move |q: String| {
            let (fixed, note) = (fixed.clone(), note.clone());
            task(async move {
                let mut pairs = fixed;
                if !q.is_empty() && R::Filter::KEYS.contains(&"q") {
                    pairs.push(("q", q));
                }
                pairs.push(("limit", "20".to_owned()));
                let page = api::page::<R>(&pairs).await?;
                Ok(page.data.iter().map(|row| choice(row, note(row))).collect())
            })
        };
        let name = move |id: String| {
            let note = named.clone();
            task(async move {
                let row = api::find::<R>(R::Id::parse(&id).ok()?).await.ok()?;
                let note = note(&row);
                Some(choice(&row, note))
            })
        };
        Self {
            search: Arc::new(search),
            name: Arc::new(name),
        }
    }
    /// These and no others, found by any part of their names.
    pub fn listed(all: Vec<Choice>) -> Self {
        let all = Arc::new(all);
        let named = Arc::clone(&all);
        let search = move |q: String| {
            let wanted = q.to_lowercase();
            let fits = |choice: &&Choice| choice.label.to_lowercase().contains(&wanted);
            let found = all.iter().filter(fits).cloned().collect();
            task(async move { Ok(found) })
        };
        let name = move |id: String| {
            let found = named.iter().find(|choice| choice.id == id).cloned();
            task(async move { found })
        };
        Self {
            search: Arc::new(search),
            name: Arc::new(name),
        }
    }
    /// Choices for what was typed.
    pub(crate) fn search(&self, q: String) -> Found {
        (self.search)(q)
    }
    /// The one with this id.
    pub(crate) fn find(&self, id: String) -> Task<Option<Choice>> {
        (self.name)(id)
    }
    /// The name of one, once it is known; until then an ellipsis.
    pub(crate) fn name_of(&self, id: String) -> AnyView {
        let name = RwSignal::new("…".to_owned());
        let (found, short) = (
            self.find(id.clone()),
            id.chars().take(8).collect::<String>(),
        );
        leptos::task::spawn_local(async move {
            let label = found.await.map_or(short, |choice| choice.label);
            let _ = name.try_set(label);
        });
        (move || name.get()).into_any()
    }
}

fn choice<R: Resource>(row: &R, note: String) -> Choice {
    Choice {
        id: row.id().show(),
        label: row.label(),
        note,
    }
}
