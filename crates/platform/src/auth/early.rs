//! Authorization comes before validation: who may not do something learns nothing about the fields of it.
//!
//! A handler confirms its caller in the transaction of its work, after the request has been read. Where the request
//! cannot be read, the caller is confirmed here, before the answer says what is wrong with the request. The usual
//! request costs nothing by it.

use super::caller::Pending;
use actix_web::{
    HttpMessage, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::StatusCode,
    middleware::Next,
};

/// Answers 401 or 403 in place of a refusal of the request, where the caller may not call the operation at all.
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
            // With its cause, for what notes refusals.
            let refusal = HttpResponse::from_error(error);
            Ok(response.into_response(refusal).map_into_right_body())
        }
    }
}

/// Whether an answer can come from reading the request, and not from who sent it.
fn is_about_the_request(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}
