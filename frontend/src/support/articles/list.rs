//! The list of articles.

use super::{
    actions::{publish, remove, restore, unpublish},
    draft, status,
};
use kit::{
    page::list_page,
    table::{ago, code, count, dates, flag, maybe, text, typed, value, yes_no},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    support::articles::{Article, ArticleSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Article>("Knowledge base")
        .search("Title or slug")
        .opens(|article| format!("/support/articles/{}", article.id))
        .preset("Published", "is_published=true")
        .preset("Drafts", "is_published=false")
        .preset("Unpublished changes", "has_draft=true")
        .preset("Deleted", "deleted=true")
        .column(text("Title", |article: &Article| article.latest().title).sort(ArticleSort::Title))
        .column(value("Status", badges))
        .column(maybe("Category", |article: &Article| {
            article.latest().category
        }))
        .column(text("Language", |article: &Article| article.locale.clone()))
        .column(
            count("Views", |article: &Article| article.views)
                .sort(ArticleSort::Views)
                .wide(),
        )
        .column(value("Helpful", votes).figures().wide())
        .column(
            ago("Updated", |article: &Article| Some(article.updated_at))
                .sort(ArticleSort::UpdatedAt)
                .wide(),
        )
        .column(code("Slug", |article: &Article| article.slug.clone()).extra())
        .column(
            ago("Created", |article: &Article| Some(article.created_at))
                .sort(ArticleSort::CreatedAt)
                .extra(),
        )
        .filter(yes_no("is_published", "Status", "Published", "Draft"))
        .filter(typed("category", "Category", "Installation"))
        .filter(typed("locale", "Language", "en"))
        .filter(typed("tag", "Tag", "iphone"))
        .filter(flag("has_draft", "Unpublished changes"))
        .filter(flag("deleted", "Deleted"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .action(publish())
        .action(unpublish())
        .action(restore())
        .action(remove())
        .new_button(
            "New article",
            "/support/articles/new",
            Permission::ArticlesWrite,
        )
        .button(
            "Searches without a result",
            Icon::Search,
            "/support/searches",
            Permission::ArticlesRead,
        )
        .empty(
            "No articles yet",
            "Write an article that answers a question customers often ask.",
        )
        .show()
}

fn badges(article: &Article) -> Value {
    let (word, tone) = status(article);
    let value = Value::state(word, tone);
    match draft(article) {
        Some((text, tone)) => value.also(text, tone),
        None => value,
    }
}

/// Returns how many of the readers who voted found the article helpful.
fn votes(article: &Article) -> Value {
    match article
        .helpful_count
        .saturating_add(article.unhelpful_count)
    {
        0 => Value::absent(),
        all => Value::text(format!("{} of {all}", article.helpful_count)),
    }
}
