//! The page of an article: its text as customers see it, its versions and its translations.

use super::{
    actions::{publish, remove, restore, unpublish},
    draft, status,
    versions::versions,
};
use crate::support::markdown;
use kit::{
    api,
    page::{Related, detail_page, load, load_on, related},
    table::{ago, state, text},
    task,
    ui::{Icon, Value, html_text},
};
use leptos::prelude::*;
use wire::{
    ArticleGroupId, ArticleId, Permission,
    support::articles::{Article, ArticleFilter},
};

/// Draws the detail page.
pub fn screen(id: ArticleId) -> AnyView {
    detail_page::<Article>(id)
        .badge(status)
        .also(draft)
        .subtitle(|article| article.latest().category.unwrap_or_default())
        .edit(Permission::ArticlesWrite, |article| {
            article
                .deleted_at
                .is_none()
                .then(|| format!("/support/articles/{}/edit", article.id))
        })
        .link(
            "Translate",
            Icon::Globe,
            Permission::ArticlesWrite,
            |article| {
                article
                    .deleted_at
                    .is_none()
                    .then(|| format!("/support/articles/new?translation_of={}", article.id))
            },
        )
        .action(publish())
        .action(unpublish())
        .action(restore())
        .action(remove())
        .above(notice)
        .card("Text", |article| Some(rendered(article.latest().content)))
        .fact("Slug", |article| Value::code(article.slug.clone()))
        .fact("Language", |article| Value::text(article.locale.clone()))
        .fact("Tags", |article| Value::text(tags(article)))
        .fact("Views", |article| Value::count(article.views))
        .fact("Helpful", |article| Value::count(article.helpful_count))
        .fact("Not helpful", |article| {
            Value::count(article.unhelpful_count)
        })
        .fact("Author", |article| {
            article.author_id.map_or_else(Value::absent, |id| {
                Value::text("View user").link(format!("/accounts/users/{id}"))
            })
        })
        .fact("Published", |article| {
            Value::maybe_time(article.published_at)
        })
        .fact("Created", |article| Value::time(article.created_at))
        .fact("Updated", |article| Value::ago(article.updated_at))
        .fact("Deleted", |article| Value::maybe_time(article.deleted_at))
        .fact("ID", |article| Value::code(article.id.to_string()))
        .tab("translations", "Translations")
        .part(move |reload| translations(id, reload))
        .tab("versions", "Versions")
        .part(move |reload| versions(id, reload))
        .tab_for(Permission::AuditRead, "history", "History")
        .history("article")
        .show()
}

fn tags(article: &Article) -> String {
    article.latest().tags.join(", ")
}

/// Draws the text as the server renders it.
fn rendered(content: String) -> AnyView {
    load(
        move || markdown::render(content.clone()),
        |html: String| html_text(html),
    )
}

/// Draws the notice about unpublished changes.
fn notice(article: &Article) -> Option<AnyView> {
    let is_changed = article.is_published && article.draft.is_some();
    is_changed.then(|| {
        view! { <p class="banner" role="note" data-tone="waiting">
            "This page shows the unpublished changes. Customers read the published version until you publish them."</p> }
        .into_any()
    })
}

/// Draws the translations of the article, itself included.
fn translations(id: ArticleId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        task(async move {
            let article = api::find::<Article>(id).await?;
            Ok(article.group_id)
        })
    };
    load_on(reload, fetch, move |group| of_group(group).view(reload))
}

fn of_group(group: ArticleGroupId) -> Related<Article> {
    related::<Article>(
        "Translations",
        Permission::ArticlesRead,
        ArticleFilter {
            group_id: Some(group),
            ..ArticleFilter::default()
        },
    )
    .column(text("Title", |article: &Article| article.latest().title))
    .column(text("Language", |article: &Article| article.locale.clone()))
    .column(state("Status", status))
    .column(ago("Updated", |article: &Article| Some(article.updated_at)))
    .opens(|article| format!("/support/articles/{}", article.id))
}
