//! Articles over HTTP: for staff, and for the help centre of a shop.

pub mod searches;

use super::{
    help::{self, Found},
    markdown, query, rules,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, delete, get, http::header, patch, post, web::Data,
};
use platform::{
    Caller, Created, Ctx, Id, IfMatch, Json, NoContent, Options, Result, Tagged, Valid, http,
    listing, respond::Cached,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ArticleId,
    permission::needs::{ArticlesRead, ArticlesWrite},
    support::articles::{
        Article, ArticlePreview, ArticleVersions, EditArticle, HelpArticle, HelpArticles,
        HelpOptions, HelpSearch, HelpSearchOptions, NewArticle, NewVote, PreviewArticle,
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
        .service(help_list)
        .service(help_search)
        .service(help_show)
        .service(help_view)
        .service(help_vote);
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

/// List the published articles for a help centre, each in the best language for the reader.
#[utoipa::path(tag = "support/help", security(()), params(HelpOptions), responses((status = 200, description = "The articles", body = HelpArticles)))]
#[get("/help/articles")]
pub async fn help_list(
    ctx: Data<Ctx>,
    options: Options<HelpOptions>,
) -> Result<Cached<HelpArticles>> {
    ctx.db
        .read(move |conn| help::list(conn, &options.0))
        .await
        .map(Cached)
}

/// Search the published articles. The last word may be incomplete; where no article has the words, the answer has articles
/// with similar titles.
#[utoipa::path(tag = "support/help", security(()), params(HelpSearchOptions), responses((status = 200, description = "The articles", body = HelpSearch)))]
#[get("/help/search")]
pub async fn help_search(
    ctx: Data<Ctx>,
    options: Options<HelpSearchOptions>,
) -> Result<Cached<HelpSearch>> {
    let HelpSearchOptions { q, locale } = options.0;
    let q = q.map(|words| words.0).unwrap_or_default();
    let (words, requested) = (q.clone(), locale.clone());
    let found = ctx
        .db
        .read(move |conn| help::search(conn, &words, requested.as_deref()))
        .await?;
    if found.data.is_empty() || found.is_similar {
        let now = ctx.clock.now();
        ctx.db
            .write(move |tx| help::count_miss(tx, &q, locale.as_deref(), now))
            .await?;
    }
    Ok(Cached(found))
}

/// Show a published article for a help centre. A former slug redirects to the current one.
#[utoipa::path(tag = "support/help", security(()), params(("slug" = String, Path, description = "The slug of the article"), ("locale" = Option<String>, Query, description = "Language of the reader")),
    responses((status = 200, description = "The article", body = HelpArticle), (status = 301, description = "The article has another slug"), (status = 304, description = "The article has not changed"), (status = 404, description = "There is no published article with this slug")))]
#[get("/help/articles/{slug}")]
pub async fn help_show(
    ctx: Data<Ctx>,
    request: HttpRequest,
    options: Options<HelpOptions>,
) -> Result<HttpResponse> {
    let slug = slug(&request);
    let found = ctx
        .db
        .read(move |conn| help::show(conn, &slug, options.0.locale.as_deref()))
        .await?;
    Ok(match found {
        Found::Article(article) => Cached(*article).respond_to(&request),
        Found::Moved(slug) => HttpResponse::MovedPermanently()
            .insert_header((header::LOCATION, format!("/v1/help/articles/{slug}")))
            .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
            .finish(),
    })
}

/// Count a view of a published article, once per reader and day.
#[utoipa::path(tag = "support/help", security(()), params(("slug" = String, Path, description = "The slug of the article")), responses((status = 204, description = "Counted"), (status = 404, description = "There is no published article with this slug")))]
#[post("/help/articles/{slug}/views")]
pub async fn help_view(ctx: Data<Ctx>, request: HttpRequest) -> Result<NoContent> {
    let (slug, day) = (slug(&request), help::day(ctx.clock.now()));
    let reader = reader(&ctx, &request, day);
    ctx.db
        .write(move |tx| {
            let id = help::id_of(tx.conn(), &slug)?;
            query::count_view(tx, id, day, &reader)
        })
        .await
        .map(|()| NoContent)
}

/// Vote whether a published article was helpful, once per reader and day.
#[utoipa::path(tag = "support/help", security(()), params(("slug" = String, Path, description = "The slug of the article")), request_body = NewVote, responses((status = 204, description = "Counted"), (status = 404, description = "There is no published article with this slug")))]
#[post("/help/articles/{slug}/votes")]
pub async fn help_vote(
    ctx: Data<Ctx>,
    request: HttpRequest,
    vote: Valid<NewVote>,
) -> Result<NoContent> {
    let (slug, day) = (slug(&request), help::day(ctx.clock.now()));
    let reader = reader(&ctx, &request, day);
    ctx.db
        .write(move |tx| {
            let id = help::id_of(tx.conn(), &slug)?;
            query::count_vote(tx, id, day, &reader, vote.is_helpful)
        })
        .await
        .map(|()| NoContent)
}

fn slug(request: &HttpRequest) -> String {
    let slug = request.match_info().get("slug").unwrap_or_default();
    slug.chars().filter(|c| *c != '\0').take(255).collect()
}

fn reader(ctx: &Ctx, request: &HttpRequest, day: chrono::NaiveDate) -> Vec<u8> {
    let browser = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let network = http::address(request, ctx.config.trusted_proxy)
        .map_or_else(String::new, |ip| ip.to_string());
    help::reader(&ctx.keys, &network, browser, day)
}
