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

/// Check that the database answers and is migrated. The answer comes within two seconds in every case.
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

/// The time that a health check or a scrape waits for the database.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Waits for an answer of the database for at most [`PATIENCE`].
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
