//! The origin of a request, for the logs.

use crate::{
    ctx::Ctx,
    error::{Error, Result},
    http::RequestId,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web::Data};
use std::future::{Ready, ready};

/// The id and origin of a request, as the logs record it.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// The request id.
    pub id: Option<String>,
    /// The client address.
    pub ip: Option<String>,
    /// The `User-Agent` header, cut to 255 characters.
    pub user_agent: Option<String>,
}

impl RequestInfo {
    /// Reads a request. `X-Forwarded-For` counts only behind a trusted proxy.
    pub fn read(request: &HttpRequest) -> Self {
        let trusted = request
            .app_data::<Data<Ctx>>()
            .is_some_and(|ctx| ctx.config.trusted_proxy);
        let ip = crate::http::address(request, trusted);
        let user_agent = request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(255).collect());
        Self {
            id: request
                .extensions()
                .get::<RequestId>()
                .map(|id| id.0.clone()),
            ip: ip.map(|ip| ip.to_string()),
            user_agent,
        }
    }
}

impl FromRequest for RequestInfo {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::read(request)))
    }
}
