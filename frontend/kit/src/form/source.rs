//! The source of a picker's choices: the list of any resource, searched with its `q`.

use crate::{Task, api, api::ApiError, task};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{Filter, Param, Resource};

/// A choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The id in the request body.
    pub id: String,
    /// The label.
    pub label: String,
    /// A note that distinguishes choices with the same label.
    pub note: String,
}

/// The result of a search.
type Found = Task<Result<Vec<Choice>, ApiError>>;

/// Finds choices, and the label of a selected one.
#[derive(Clone)]
pub struct Source {
    search: Arc<dyn Fn(String) -> Found + Send + Sync>,
    name: Arc<dyn Fn(String) -> Task<Option<Choice>> + Send + Sync>,
}

impl Source {
    /// Makes a source from a resource, with the label of each record.
    pub fn resource<R: Resource>() -> Self {
        Self::resource_with_note::<R>(|_| String::new())
    }
    /// Makes a source from a resource, with a note beside each label, such as an e-mail address.
    pub fn resource_with_note<R: Resource>(
        note: impl Fn(&R) -> String + Send + Sync + Clone + 'static,
    ) -> Self {
        Self::filtered_resource::<R>(Vec::new(), note)
    }
    /// Makes a source from a resource with fixed query parameters.
    pub fn filtered_resource<R: Resource>(
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
                let row = api::find_recent::<R>(R::Id::parse(&id).ok()?).await.ok()?;
                let note = note(&row);
                Some(choice(&row, note))
            })
        };
        Self {
            search: Arc::new(search),
            name: Arc::new(name),
        }
    }
    /// Makes a source from a fixed list, searched by any part of the label.
    pub fn from_choices(all: Vec<Choice>) -> Self {
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
    /// Returns the choices for a text.
    pub(crate) fn search(&self, q: String) -> Found {
        (self.search)(q)
    }
    /// Returns the choice with this id.
    pub(crate) fn find(&self, id: String) -> Task<Option<Choice>> {
        (self.name)(id)
    }
    /// Draws the label of a choice, and an ellipsis until it is known.
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
