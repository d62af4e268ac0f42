//! What is kept of a request: its id, and where it came from.

use crate::{
    ctx::Ctx,
    error::{Error, Result},
    http::RequestId,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web::Data};
use std::future::{Ready, ready};

/// What is remembered of a request.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Its id.
    pub id: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// The browser, as it names itself.
    pub user_agent: Option<String>,
}

impl RequestInfo {
    /// Of this request. A proxy's word about the address counts only when it is trusted.
    pub fn of(request: &HttpRequest) -> Self {
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
        ready(Ok(Self::of(request)))
    }
}
