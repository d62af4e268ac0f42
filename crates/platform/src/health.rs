//! The liveness and readiness checks, and the metrics endpoint.

use crate::{
    ctx::Ctx,
    error::{Error, Result},
};
use actix_web::{HttpRequest, HttpResponse, get, http::header, web::Data};
use diesel::RunQueryDsl;
use std::time::Duration;

/// Check that the process answers.
#[utoipa::path(tag = "system/health", security(()), responses((status = 200, description = "Alive")))]
#[get("/health/live")]
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// Check that the database answers and is migrated. The response always comes within two seconds.
#[utoipa::path(tag = "system/health", security(()), responses((status = 200, description = "Ready")))]
#[get("/health/ready")]
pub async fn ready(ctx: Data<Ctx>) -> Result<HttpResponse> {
    with_timeout(
        ctx.db
            .read(|conn| Ok(diesel::sql_query("SELECT 1 FROM jobs LIMIT 1").execute(conn)?)),
    )
    .await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })))
}

/// The time that a health check or a scrape waits for the database.
const TIMEOUT: Duration = Duration::from_millis(1500);

/// Waits for an answer of the database for at most [`TIMEOUT`].
pub(crate) async fn with_timeout<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(TIMEOUT, answer)
        .await
        .unwrap_or_else(|_| {
            Err(Error::Unavailable(format!(
                "the database did not answer within {} ms",
                TIMEOUT.as_millis()
            )))
        })
}

/// Return the metrics for Prometheus. Hidden until `METRICS_TOKEN` is set, which is then required.
#[utoipa::path(tag = "system/health", security(()), responses((status = 200, description = "Metrics", content_type = "text/plain", body = String), (status = 404, description = "Hidden")))]
#[get("/metrics")]
pub async fn metrics(ctx: Data<Ctx>, request: HttpRequest) -> Result<HttpResponse> {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let is_allowed = match (&ctx.config.metrics_token, given) {
        (Some(token), Some(given)) => {
            crate::crypto::digest(token.as_bytes()) == crate::crypto::digest(given.as_bytes())
        }
        _ => false,
    };
    if !is_allowed {
        return Err(Error::not_found());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(crate::metrics::render(&ctx).await?))
}
