//! The middleware that takes a token for every request of the API.

use super::{BucketOwner, BucketState, Class};
use crate::{
    auth::Credential,
    config::Rates,
    ctx::Ctx,
    error::{Error, Result},
    http,
};
use actix_web::{
    HttpRequest, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use ipnet::{IpNet, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr};

/// The prefix of the paths without a limit: a payment gateway that is refused would deliver its event late.
const EXEMPT: &str = "/v1/webhooks/";
/// A path without a limit: a mail relay delivers all emails from one address.
const INBOUND_EMAIL: &str = "/v1/inbound/email";
/// The prefix length of an IPv6 network: one subscriber has all addresses in it.
const NETWORK_BITS: u8 = 64;

/// Refuses requests above the limit, and adds the rate limit headers to every other response.
pub async fn enforce<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let state = match take_token(request.request()).await {
        Ok(Some(state)) => state,
        Ok(None) => return Ok(next.call(request).await?.map_into_left_body()),
        Err(error) => {
            let refused = error.error_response();
            return Ok(request.into_response(refused).map_into_right_body());
        }
    };
    let mut response = match state.retry_in {
        Some(seconds) => {
            let refused = Error::Throttled(seconds).error_response();
            request.into_response(refused).map_into_right_body()
        }
        None => next.call(request).await?.map_into_left_body(),
    };
    state.write(response.headers_mut());
    Ok(response)
}

/// Returns whether requests to a path are limited.
pub fn applies_to(path: &str) -> bool {
    let is_exempt = path == INBOUND_EMAIL || path.starts_with(EXEMPT);
    path.starts_with("/v1/") && !is_exempt
}

/// Takes a token for the request; returns `None` when the request needs none.
async fn take_token(request: &HttpRequest) -> Result<Option<BucketState>> {
    let ctx = request
        .app_data::<Data<Ctx>>()
        .ok_or_else(|| Error::internal("no context"))?;
    // The path as the router decodes it: different spellings of a path have one route.
    let path = request.match_info().as_str();
    if !applies_to(path) {
        return Ok(None);
    }
    let credential = Credential::read(request, &ctx.tokens).ok();
    let (class, owner) = match credential.and_then(|credential| ctx.limits.caller(&credential)) {
        Some(caller) => (class_of(request.method(), path), caller),
        None => (Class::Public, address(request, ctx)),
    };
    match class.limit(&ctx.config.rates) {
        0 => Ok(None),
        limit => ctx.limits.take(ctx, class, owner, limit).await.map(Some),
    }
}

fn address(request: &HttpRequest, ctx: &Ctx) -> BucketOwner {
    let ip = http::address(request, ctx.config.trusted_proxy);
    BucketOwner::Address(network(ip.unwrap_or(Ipv4Addr::UNSPECIFIED.into())))
}

fn network(ip: IpAddr) -> IpNet {
    match ip {
        IpAddr::V4(_) => ip.into(),
        IpAddr::V6(v6) => {
            Ipv6Net::new(v6, NETWORK_BITS).map_or(ip.into(), |net| net.trunc().into())
        }
    }
}

/// The upload paths that do not end with `/import`.
const UPLOADS: [&str; 1] = ["/v1/kyc"];

fn class_of(method: &Method, path: &str) -> Class {
    let is_attachment = path.starts_with("/v1/tickets/") && path.ends_with("/attachments");
    let is_upload = *method == Method::POST && (UPLOADS.contains(&path) || is_attachment);
    if is_upload || path.ends_with("/export") || path.ends_with("/import") {
        Class::Files
    } else if method.is_safe() {
        Class::Reads
    } else {
        Class::Writes
    }
}

impl Class {
    pub(super) fn limit(self, rates: &Rates) -> u32 {
        match self {
            Self::Reads => rates.reads,
            Self::Writes => rates.writes,
            Self::Files => rates.files,
            Self::Codes => rates.codes,
            Self::Public => rates.public,
        }
    }
}

impl BucketState {
    fn write(&self, headers: &mut HeaderMap) {
        let Self {
            class,
            limit,
            left,
            full_in,
            ..
        } = self;
        for (name, text) in [
            ("ratelimit-policy", format!("\"{class}\";q={limit};w=60")),
            ("ratelimit", format!("\"{class}\";r={left};t={full_in}")),
        ] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_follows_from_method_and_path() {
        for (method, path, class) in [
            (Method::GET, "/v1/plans", Class::Reads),
            (Method::HEAD, "/v1/plans", Class::Reads),
            (Method::GET, "/v1/plans/export", Class::Files),
            (Method::POST, "/v1/plans/import", Class::Files),
            (Method::POST, "/v1/kyc", Class::Files),
            (Method::GET, "/v1/kyc", Class::Reads),
            (Method::POST, "/v1/orders", Class::Writes),
            (Method::PATCH, "/v1/plans/1", Class::Writes),
            (Method::DELETE, "/v1/plans/1", Class::Writes),
        ] {
            assert_eq!(class_of(&method, path), class, "{method} {path}");
        }
    }

    #[test]
    fn ipv6_network_shares_one_bucket() -> std::result::Result<(), std::net::AddrParseError> {
        let of = |text: &str| text.parse().map(network);
        assert_eq!(of("2001:db8:1:2:3:4:5:6")?, of("2001:db8:1:2::1")?);
        assert_ne!(of("2001:db8:1:2::1")?, of("2001:db8:1:3::1")?);
        assert_ne!(of("192.0.2.1")?, of("192.0.2.2")?);
        Ok(())
    }
}
