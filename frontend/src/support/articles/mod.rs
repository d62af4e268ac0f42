//! The knowledge base: articles, their versions, and the searches that found none.

mod actions;
mod detail;
mod form;
mod list;
mod searches;
mod versions;

use kit::{Screen, ui::Tone};
use wire::{Permission, support::articles::Article};

/// The screens of the knowledge base.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/support/articles",
        title: "Knowledge base",
        needs: Permission::ArticlesRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/support/articles/new",
        title: "New article",
        needs: Permission::ArticlesWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/support/articles/{id}",
        title: "Article",
        needs: Permission::ArticlesRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/support/articles/{id}/edit",
        title: "Edit",
        needs: Permission::ArticlesWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
    Screen {
        path: "/support/searches",
        title: "Searches without a result",
        needs: Permission::ArticlesRead,
        view: |_| Some(searches::screen()),
    },
];

/// Returns the status badge of an article.
fn status(article: &Article) -> (&'static str, Tone) {
    match (article.deleted_at, article.is_published) {
        (Some(_), _) => ("deleted", Tone::Bad),
        (None, true) => ("published", Tone::Good),
        (None, false) => ("draft", Tone::Waiting),
    }
}

/// Returns the badge of unpublished changes.
fn draft(article: &Article) -> Option<(String, Tone)> {
    (article.draft.is_some()).then(|| ("Unpublished changes".to_owned(), Tone::Waiting))
}
