//! Whether we are alive, and whether we are ready.

use crate::{
    ctx::Ctx,
    error::{Error, Result},
};
use actix_web::{HttpRequest, HttpResponse, get, http::header, web::Data};
use diesel::RunQueryDsl;
use std::time::Duration;

/// The process answers.
#[utoipa::path(tag = "system/health", security(()), responses((status = 200, description = "Alive")))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// The database answers and is migrated. The answer comes within two seconds, whatever the database does.
#[utoipa::path(tag = "system/health", security(()), responses((status = 200, description = "Ready")))]
#[get("/health/ready")]
pub async fn ready(ctx: Data<Ctx>) -> Result<HttpResponse> {
    in_time(
        ctx.db
            .read(|conn| Ok(diesel::sql_query("SELECT 1 FROM jobs LIMIT 1").execute(conn)?)),
    )
    .await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })))
}

/// How long the database may take to answer a health check or a scrape.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Waits for the database, but not for long.
pub(crate) async fn in_time<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(PATIENCE, answer)
        .await
        .unwrap_or_else(|_| {
            Err(Error::Unavailable(format!(
                "the database did not answer within {} ms",
                PATIENCE.as_millis()
            )))
        })
}

/// Figures for Prometheus; hidden until `METRICS_TOKEN` is set, then opened by it.
#[utoipa::path(tag = "system/health", security(()), responses((status = 200, description = "Figures", content_type = "text/plain", body = String), (status = 404, description = "Hidden")))]
#[get("/metrics")]
pub async fn metrics(ctx: Data<Ctx>, request: HttpRequest) -> Result<HttpResponse> {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let open = match (&ctx.config.metrics_token, given) {
        (Some(token), Some(given)) => {
            crate::crypto::digest(token.as_bytes()) == crate::crypto::digest(given.as_bytes())
        }
        _ => false,
    };
    if !open {
        return Err(Error::not_found());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(crate::metrics::text(&ctx).await?))
}
