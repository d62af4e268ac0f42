//! Articles over HTTP: for staff, and for the help centre of a shop.

pub mod help;
pub mod searches;

use super::{markdown, query, rules};
use actix_web::{delete, get, patch, post};
use platform::{Caller, Created, Id, IfMatch, Json, NoContent, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ArticleId,
    permission::needs::{ArticlesRead, ArticlesWrite},
    support::articles::{
        Article, ArticlePreview, ArticleVersions, EditArticle, NewArticle, PreviewArticle,
        RollBackArticle,
    },
};

/// Adds the operations. `/articles/preview` comes before the operations on an article.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(create)
        .service(preview)
        .service(show)
        .service(edit)
        .service(remove)
        .service(restore);
    config
        .service(publish)
        .service(unpublish)
        .service(versions)
        .service(roll_back)
        .service(searches::list)
        .service(searches::export);
    config
        .service(help::list)
        .service(help::search)
        .service(help::show)
        .service(help::view)
        .service(help::vote);
}

listing!(Article, "/articles", export "/articles/export", tag "support/articles", needs ArticlesRead = "articles:read", from query::page);

/// Create an article as a draft, or a translation of another article.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), request_body = NewArticle, responses((status = 201, description = "Created", body = Article)))]
#[post("/articles")]
pub async fn create(
    caller: Caller<ArticlesWrite>,
    new: Valid<NewArticle>,
) -> Result<Created<Article>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Show a text of Markdown as customers would see it. Nothing is written.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:read"])), request_body = PreviewArticle, responses((status = 200, description = "Sanitized HTML", body = ArticlePreview)))]
#[post("/articles/preview")]
pub async fn preview(
    caller: Caller<ArticlesRead>,
    text: Valid<PreviewArticle>,
) -> Result<Json<ArticlePreview>> {
    caller
        .read(move |_, _| {
            Ok(ArticlePreview {
                html: markdown::to_html(&text.content),
            })
        })
        .await
        .map(Json)
}

/// Show an article with its draft.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:read"])), params(("id" = ArticleId, Path)), responses((status = 200, description = "The article", body = Article)))]
#[get("/articles/{id}")]
pub async fn show(caller: Caller<ArticlesRead>, id: Id<ArticleId>) -> Result<Tagged<Article>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Edit an article. Customers see the change of a published article once it is published.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), params(("id" = ArticleId, Path), ("If-Match" = String, Header)), request_body = EditArticle, responses((status = 200, description = "The article", body = Article)))]
#[patch("/articles/{id}")]
pub async fn edit(
    caller: Caller<ArticlesWrite>,
    id: Id<ArticleId>,
    version: IfMatch,
    edit: Valid<EditArticle>,
) -> Result<Tagged<Article>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Delete an article.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), params(("id" = ArticleId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/articles/{id}")]
pub async fn remove(
    caller: Caller<ArticlesWrite>,
    id: Id<ArticleId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}

/// Restore a deleted article as a draft.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), params(("id" = ArticleId, Path)), responses((status = 200, description = "The article", body = Article)))]
#[post("/articles/{id}/restore")]
pub async fn restore(caller: Caller<ArticlesWrite>, id: Id<ArticleId>) -> Result<Tagged<Article>> {
    caller
        .write(move |tx, actor| rules::restore(tx, actor, id.0))
        .await
        .map(Tagged)
}

/// Publish an article, or the draft of a published one, as a new version.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), params(("id" = ArticleId, Path), ("If-Match" = String, Header)), responses((status = 200, description = "Published", body = Article)))]
#[post("/articles/{id}/publish")]
pub async fn publish(
    caller: Caller<ArticlesWrite>,
    id: Id<ArticleId>,
    version: IfMatch,
) -> Result<Tagged<Article>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::publish(tx, actor, id.0, version.0, now))
        .await
        .map(Tagged)
}

/// Hide a published article from customers.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), params(("id" = ArticleId, Path), ("If-Match" = String, Header)), responses((status = 200, description = "The article", body = Article)))]
#[post("/articles/{id}/unpublish")]
pub async fn unpublish(
    caller: Caller<ArticlesWrite>,
    id: Id<ArticleId>,
    version: IfMatch,
) -> Result<Tagged<Article>> {
    caller
        .write(move |tx, actor| rules::unpublish(tx, actor, id.0, version.0))
        .await
        .map(Tagged)
}

/// Show the published versions of an article, the newest first.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:read"])), params(("id" = ArticleId, Path)), responses((status = 200, description = "The versions", body = ArticleVersions)))]
#[get("/articles/{id}/versions")]
pub async fn versions(
    caller: Caller<ArticlesRead>,
    id: Id<ArticleId>,
) -> Result<Json<ArticleVersions>> {
    caller
        .read(move |conn, _| {
            query::find(conn, id.0)?;
            Ok(ArticleVersions {
                data: query::versions_of(conn, id.0)?,
            })
        })
        .await
        .map(Json)
}

/// Make an earlier version the draft of an article.
#[utoipa::path(tag = "support/articles", security(("bearer" = ["articles:write"])), params(("id" = ArticleId, Path), ("If-Match" = String, Header)), request_body = RollBackArticle, responses((status = 200, description = "The article", body = Article)))]
#[post("/articles/{id}/rollback")]
pub async fn roll_back(
    caller: Caller<ArticlesWrite>,
    id: Id<ArticleId>,
    version: IfMatch,
    to: Valid<RollBackArticle>,
) -> Result<Tagged<Article>> {
    caller
        .write(move |tx, actor| rules::roll_back(tx, actor, id.0, version.0, to.number))
        .await
        .map(Tagged)
}
