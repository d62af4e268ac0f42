//! The published versions of an article.

use crate::support::markdown;
use kit::{
    api::{self, Call},
    format::moment,
    page::load_on,
    query, session, task,
    ui::{ButtonVariant, Icon, Row, card, drawer_button, html_text, rows, task_button},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    ArticleId, Permission, Resource,
    support::articles::{Article, ArticleVersion, ArticleVersions, RollBackArticle},
};

/// Draws the versions, the newest first.
pub fn versions(id: ArticleId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/versions", Article::PATH);
        task(async move { api::get::<ArticleVersions>(&path).await })
    };
    card(
        "Versions",
        load_on(reload, fetch, move |versions: ArticleVersions| {
            if versions.data.is_empty() {
                return view! { <p class="muted">"The article has not been published yet."</p> }
                    .into_any();
            }
            let newest = versions.data.first().map(|version| version.number);
            let lines = versions.data.into_iter();
            rows(lines.map(|version| line(id, version, newest)).collect())
        }),
    )
}

fn line(article: ArticleId, version: ArticleVersion, newest: Option<i32>) -> Row {
    let is_newest = newest == Some(version.number);
    let (number, content) = (version.number, version.content.clone());
    let show = drawer_button(
        format!("Show version {number}"),
        Icon::Eye,
        version.title.clone(),
        Arc::new(move || {
            let content = content.clone();
            kit::page::load(
                move || markdown::render(content.clone()),
                |html: String| html_text(html),
            )
        }),
    );
    let may_restore = !is_newest && untrack(|| session::can(Permission::ArticlesWrite));
    let restore = may_restore.then(|| {
        task_button(
            "Restore as draft",
            ButtonVariant::Plain,
            Some(Icon::RotateCcw),
            "The version is the draft now. Publish it to show it to customers.",
            move || {
                task(async move {
                    let current = api::find::<Article>(article).await?;
                    let call = Call::post(format!("{}/{article}/rollback", Article::PATH))
                        .json(&RollBackArticle { number })
                        .if_version(current.version);
                    api::send(call).await?;
                    query::invalidate(Article::PATH);
                    Ok(())
                })
            },
        )
    });
    Row {
        icon: Icon::History,
        title: format!("Version {number}"),
        state: is_newest.then_some(("Published last", kit::ui::Tone::Good)),
        text: format!("{} · {}", version.title, moment(version.created_at)),
        hint: None,
        action: Some(view! { <div class="actions">{show}{restore}</div> }.into_any()),
    }
}
