//! The share page, which a person opens without an account.

use super::{
    page::{self, Page},
    rules::{self, View},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use platform::{
    Actor, Ctx, Result,
    auth::RequestInfo,
    settings::{self, BusinessName, SupportEmail},
};
use serde::Deserialize;

/// The path of the page.
const PATH: &str = "/share/{token}";

/// The maximum length of a token in the path.
const MAX_TOKEN: usize = 100;

/// Registers the share page.
pub fn mount(config: &mut web::ServiceConfig) {
    config.service(
        web::resource(PATH)
            .app_data(web::FormConfig::default().limit(1_000))
            .route(web::get().to(show))
            .route(web::post().to(open)),
    );
}

/// The form of the page.
#[derive(Deserialize)]
struct AccessForm {
    code: String,
}

async fn show(ctx: web::Data<Ctx>, token: web::Path<String>) -> Result<HttpResponse> {
    let (token, now) = (token.into_inner(), ctx.clock.now());
    let (view, business) = ctx
        .db
        .read(move |conn| {
            let view = if token.len() > MAX_TOKEN {
                View::Closed
            } else {
                rules::begin(conn, &token, now)?
            };
            Ok((view, business(conn)?))
        })
        .await?;
    answer(&view, &business)
}

async fn open(
    request: HttpRequest,
    ctx: web::Data<Ctx>,
    token: web::Path<String>,
    form: web::Form<AccessForm>,
) -> Result<HttpResponse> {
    let (token, code, now) = (token.into_inner(), form.into_inner().code, ctx.clock.now());
    let actor = Actor {
        request: RequestInfo::read(&request),
        ..Actor::system(&ctx)
    };
    let (view, business) = ctx
        .db
        .write(move |tx| {
            let view = if token.len() > MAX_TOKEN {
                View::Closed
            } else {
                rules::open(tx, &actor, &token, &code, now)?
            };
            Ok((view, business(tx.conn())?))
        })
        .await?;
    answer(&view, &business)
}

fn business(conn: &mut platform::Conn) -> Result<page::Business> {
    Ok(page::Business {
        name: settings::get(conn, BusinessName)?,
        support_email: settings::get(conn, SupportEmail)?,
    })
}

fn answer(view: &View, business: &page::Business) -> Result<HttpResponse> {
    let Page { html, policy } = page::render(view, business)?;
    let status = match view {
        View::Form | View::Installation { .. } => StatusCode::OK,
        View::WrongCode { .. } => StatusCode::FORBIDDEN,
        View::Closed => StatusCode::NOT_FOUND,
    };
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .body(html))
}
