//! Authorization before validation: a caller without the permission learns nothing about the fields of an operation.
//!
//! A handler confirms its caller in the transaction of its work, after the extractors have read the request. When an
//! extractor rejects the request, this middleware confirms the caller before it passes the rejection on. A valid request
//! costs nothing extra.

use super::caller::Pending;
use actix_web::{
    HttpMessage, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
};

/// Replaces the rejection of a request by 401 or 403 when the caller may not call the operation.
pub async fn authorize_first<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let response = next.call(request).await?;
    let pending = is_about_the_request(response.status())
        .then(|| response.request().extensions().get::<Pending>().cloned())
        .flatten();
    let Some(pending) = pending else {
        return Ok(response.map_into_left_body());
    };
    match pending.check().await {
        Ok(()) => Ok(response.map_into_left_body()),
        Err(error) => {
            // Keeps the error in the response, for the middleware that records refusals.
            let refusal = HttpResponse::from_error(error);
            Ok(response.into_response(refusal).map_into_right_body())
        }
    }
}

/// Returns whether a status can result from reading the request, and not from authorization.
fn is_about_the_request(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}
