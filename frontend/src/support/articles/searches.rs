//! The searches of customers that found no article, which show what is missing.

use kit::{
    page::list_page,
    table::{ago, count, text, typed, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::support::articles::{ArticleSearch, ArticleSearchSort};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<ArticleSearch>("Searches without a result")
        .search("Words")
        .column(text("Words", |search: &ArticleSearch| search.query.clone()))
        .column(text("Language", |search: &ArticleSearch| {
            search.locale.clone()
        }))
        .column(
            count("Searches", |search: &ArticleSearch| search.count).sort(ArticleSearchSort::Count),
        )
        .column(
            ago("Last", |search: &ArticleSearch| Some(search.searched_at))
                .sort(ArticleSearchSort::SearchedAt),
        )
        .column(ago("First", |search: &ArticleSearch| Some(search.created_at)).wide())
        .column(value("Answer", |search: &ArticleSearch| {
            let title = ("title", search.query.clone());
            let href = kit::api::with_query("/support/articles/new", &[title]);
            Value::text("Write article").link(href)
        }))
        .filter(typed("locale", "Language", "en"))
        .empty(
            "No searches without a result",
            "Words that customers search for and that no article contains appear here.",
        )
        .show()
}
