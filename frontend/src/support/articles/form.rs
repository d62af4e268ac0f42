//! The form of an article: new, and edit.

use crate::support::markdown;
use kit::{
    form::{Source, code_field, lines_field, markdown_field, picker_field, text_field},
    page::form_page,
};
use leptos::prelude::*;
use serde_json::{Value, json};
use wire::{
    ArticleId,
    support::articles::{Article, EditArticle, NewArticle, slug_of},
};

/// Draws the form, for an existing article or a new one. A published article is edited as a draft.
pub fn screen(id: Option<ArticleId>) -> AnyView {
    let slug = code_field("slug", "Slug")
        .help("The address in the help centre. An old address leads to the new one.");
    let slug = if id.is_none() {
        slug.optional().live(|draft| {
            let made = slug_of(draft.text("title"));
            (draft.text("slug").is_empty() && !made.is_empty())
                .then(|| format!("Made from the title: {made}"))
        })
    } else {
        slug
    };
    let originals =
        Source::resource_with_note::<Article>(|article: &Article| article.locale.clone());
    form_page::<Article, NewArticle, EditArticle>(id)
        .begin(json!({ "locale": "en" }))
        .shaped_by(latest)
        .section(
            "Article",
            "Customers see the article, and changes of a published article, once you publish them.",
            [
                text_field("title", "Title").example("How to install an eSIM"),
                markdown_field("content", "Text", markdown::renderer())
                    .help("Markdown. HTML is shown as text."),
            ],
        )
        .section(
            "Finding",
            "The category groups the articles. The search also finds the tags.",
            [
                slug,
                text_field("category", "Category")
                    .half()
                    .optional()
                    .example("Installation"),
                code_field("locale", "Language")
                    .half()
                    .only_new()
                    .example("en")
                    .help("Such as en, de or pt-BR."),
                lines_field("tags", "Tags").help("One per line."),
                picker_field("translation_of", "Translation of", originals)
                    .optional()
                    .only_new()
                    .help("The article that this one translates, for readers of another language."),
            ],
        )
        .show()
}

/// Returns the texts that staff edit: the draft, where there is one.
fn latest(article: &Article) -> Value {
    let texts = article.latest();
    json!({
        "title": texts.title,
        "content": texts.content,
        "category": texts.category,
        "tags": texts.tags,
        "slug": article.slug,
    })
}
