//! Where every request of the API passes: who sends it, of which class it is, and whether there is a token for it.

use super::{Class, Told, Who};
use crate::{
    auth::Shown,
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

/// Payment gateways tell us what happened; turned away, they would tell it late.
const EXEMPT: &str = "/v1/webhooks/";
/// The bits of IPv6 that name a network; anybody has all of the rest.
const NETWORK: u8 = 64;

/// Turns away who asks too often, and tells everybody else what they have left.
pub async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let told = match told(request.request()).await {
        Ok(Some(told)) => told,
        Ok(None) => return Ok(next.call(request).await?.map_into_left_body()),
        Err(error) => {
            let refused = error.error_response();
            return Ok(request.into_response(refused).map_into_right_body());
        }
    };
    let mut response = match told.again_in {
        Some(again) => {
            let refused = Error::Throttled(again).error_response();
            request.into_response(refused).map_into_right_body()
        }
        None => next.call(request).await?.map_into_left_body(),
    };
    told.write(response.headers_mut());
    Ok(response)
}

/// Whether requests to an address are counted.
pub fn applies_to(path: &str) -> bool {
    path.starts_with("/v1/") && !path.starts_with(EXEMPT)
}

/// Takes a token for the request; nothing where it needs none.
async fn told(request: &HttpRequest) -> Result<Option<Told>> {
    let ctx = request
        .app_data::<Data<Ctx>>()
        .ok_or_else(|| Error::internal("no context"))?;
    // As the router reads it: however an address is written, it leads to one place.
    let path = request.match_info().as_str();
    if !applies_to(path) {
        return Ok(None);
    }
    let signed = Shown::of(request, &ctx.tokens).ok();
    let (class, who) = match signed.and_then(|shown| ctx.limits.caller(&shown)) {
        Some(caller) => (class_of(request.method(), path), caller),
        None => (Class::Public, address(request, ctx)),
    };
    match class.most(&ctx.config.rates) {
        0 => Ok(None),
        most => ctx.limits.take(ctx, class, who, most).await.map(Some),
    }
}

fn address(request: &HttpRequest, ctx: &Ctx) -> Who {
    let ip = http::address(request, ctx.config.trusted_proxy);
    Who::Address(network(ip.unwrap_or(Ipv4Addr::UNSPECIFIED.into())))
}

fn network(ip: IpAddr) -> IpNet {
    match ip {
        IpAddr::V4(_) => ip.into(),
        IpAddr::V6(v6) => Ipv6Net::new(v6, NETWORK).map_or(ip.into(), |net| net.trunc().into()),
    }
}

/// Where files are taken in without `/import` saying so.
const FILES: [&str; 1] = ["/v1/kyc"];

fn class_of(method: &Method, path: &str) -> Class {
    let takes_files = *method == Method::POST && FILES.contains(&path);
    if takes_files || path.ends_with("/export") || path.ends_with("/import") {
        Class::Files
    } else if method.is_safe() {
        Class::Reads
    } else {
        Class::Writes
    }
}

impl Class {
    pub(super) fn most(self, rates: &Rates) -> u32 {
        match self {
            Self::Reads => rates.reads,
            Self::Writes => rates.writes,
            Self::Files => rates.files,
            Self::Codes => rates.codes,
            Self::Public => rates.public,
        }
    }
}

impl Told {
    fn write(&self, headers: &mut HeaderMap) {
        let Self {
            class,
            most,
            left,
            full_in,
            ..
        } = self;
        for (name, text) in [
            ("ratelimit-policy", format!("\"{class}\";q={most};w=60")),
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
    fn a_request_is_of_one_class() {
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
    fn an_ipv6_network_is_one_address() -> std::result::Result<(), std::net::AddrParseError> {
        let of = |text: &str| text.parse().map(network);
        assert_eq!(of("2001:db8:1:2:3:4:5:6")?, of("2001:db8:1:2::1")?);
        assert_ne!(of("2001:db8:1:2::1")?, of("2001:db8:1:3::1")?);
        assert_ne!(of("192.0.2.1")?, of("192.0.2.2")?);
        Ok(())
    }
}
