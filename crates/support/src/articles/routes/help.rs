//! The help centre of a shop over HTTP, without a sign-in.

use super::super::{
    help::{self, Found},
    query,
};
use actix_web::{HttpRequest, HttpResponse, Responder, get, http::header, post, web::Data};
use platform::{Ctx, NoContent, Options, Result, Valid, http, respond::Cached};
use wire::support::articles::{
    HelpArticle, HelpArticles, HelpOptions, HelpSearch, HelpSearchOptions, NewVote,
};

/// List the published articles for a help centre, each in the best language for the reader.
#[utoipa::path(tag = "support/help", security(()), params(HelpOptions), responses((status = 200, description = "The articles", body = HelpArticles)))]
#[get("/help/articles")]
pub async fn list(ctx: Data<Ctx>, options: Options<HelpOptions>) -> Result<Cached<HelpArticles>> {
    ctx.db
        .read(move |conn| help::list(conn, &options.0))
        .await
        .map(Cached)
}

/// Search the published articles. The last word may be incomplete; where no article has the words, the answer has articles
/// with similar titles.
#[utoipa::path(tag = "support/help", security(()), params(HelpSearchOptions), responses((status = 200, description = "The articles", body = HelpSearch)))]
#[get("/help/search")]
pub async fn search(
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
pub async fn show(
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
pub async fn view(ctx: Data<Ctx>, request: HttpRequest) -> Result<NoContent> {
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
pub async fn vote(ctx: Data<Ctx>, request: HttpRequest, new: Valid<NewVote>) -> Result<NoContent> {
    let (slug, day) = (slug(&request), help::day(ctx.clock.now()));
    let reader = reader(&ctx, &request, day);
    ctx.db
        .write(move |tx| {
            let id = help::id_of(tx.conn(), &slug)?;
            query::count_vote(tx, id, day, &reader, new.is_helpful)
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
