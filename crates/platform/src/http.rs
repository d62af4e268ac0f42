//! The middleware of every request: request id, log line, metrics and security headers.

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};
use uuid::Uuid;

/// The id of a request, in its extensions.
#[derive(Clone)]
pub struct RequestId(pub String);

tokio::task_local! { static REQUEST: Option<String>; }

/// Returns the id of the current request, or of the request that enqueued the current job.
pub fn request_id() -> Option<String> {
    REQUEST.try_with(Clone::clone).ok().flatten()
}

/// Returns the id of the current request as text, which is empty outside a request.
pub fn current_request_id() -> String {
    request_id().unwrap_or_default()
}

/// Runs a future under the id of a request.
pub async fn with_request_id<T>(id: Option<String>, work: impl Future<Output = T>) -> T {
    REQUEST.scope(id, work).await
}

/// Runs work on this thread under the id of a request.
pub fn with_request_id_sync<T>(id: Option<&str>, work: impl FnOnce() -> T) -> T {
    REQUEST.sync_scope(id.map(str::to_owned), work)
}

/// Assigns a request id, or accepts a harmless one of the caller, and logs and measures the request.
pub async fn trace(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (8..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
    let id = given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, began) = (request.method().clone(), Instant::now());
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let result = with_request_id(Some(id.clone()), async {
        match next.call(request).await {
            Ok(response) => Ok(response),
            Err(error) => Err((error.as_response_error().status_code(), error)),
        }
    })
    .await;
    let took = began.elapsed();
    let status = match &result {
        Ok(response) => response.status(),
        Err((status, _)) => *status,
    };
    crate::metrics::record_request(method.as_str(), &route, status.as_u16(), took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if status.is_server_error() {
        tracing::warn!(request_id = id, %method, route, status = status.as_u16(), micros, "{method} {route} answered {} [{id}]", status.as_u16());
    } else {
        tracing::debug!(request_id = id, %method, route, status = status.as_u16(), micros, "{method} {route} answered {} [{id}]", status.as_u16());
    }
    let mut response = result.map_err(|(_, error)| error)?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}

/// Adds the security headers to every response. The page of the panel sets a content security policy of its own.
pub async fn security_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    // The path as the router decodes it: different spellings of a path have one route.
    let is_api = request.match_info().as_str().starts_with("/v1");
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
        (
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            ),
        );
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// Returns the client address of a request. The last value of `X-Forwarded-For` counts behind a trusted proxy only; the
/// client can forge the values before it.
pub fn address(request: &HttpRequest, trusted_proxy: bool) -> Option<IpAddr> {
    let forwarded = || {
        let last = request.headers().get_all("x-forwarded-for").last()?;
        read_address(last.to_str().ok()?.rsplit(',').next()?)
    };
    let forwarded = trusted_proxy.then(forwarded).flatten();
    forwarded
        .or_else(|| request.peer_addr().map(|peer| peer.ip()))
        .map(|ip| ip.to_canonical())
}

/// Returns the network of a request, which is stored instead of the address where no caller has signed in.
pub fn network(request: &HttpRequest, trusted_proxy: bool) -> String {
    address(request, trusted_proxy).map_or_else(|| "unknown".to_owned(), wide_network)
}

/// Returns the network of one subscriber: the first 24 bits of an IPv4 address, the first 48 of an IPv6 address.
pub fn wide_network(ip: IpAddr) -> String {
    let ip = ip.to_canonical();
    let length = if ip.is_ipv4() { 24 } else { 48 };
    ipnet::IpNet::new(ip, length).map_or_else(|_| ip.to_string(), |net| net.trunc().to_string())
}

/// Parses an address in the forms of proxies: some add the port, some put brackets around IPv6.
fn read_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let ip = bare.unwrap_or(text).parse().ok();
    ip.or_else(|| text.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

/// Returns 404 as a problem document.
pub async fn not_found() -> HttpResponse {
    crate::error::problem_response(wire::Problem::new(wire::ProblemCode::NotFound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn from(forwarded: &[&str], trusted: bool) -> Option<String> {
        let peer = SocketAddr::from(([192, 0, 2, 1], 4711));
        let request = forwarded
            .iter()
            .fold(TestRequest::default().peer_addr(peer), |request, value| {
                request.append_header(("x-forwarded-for", *value))
            });
        address(&request.to_http_request(), trusted).map(|ip| ip.to_string())
    }

    #[test]
    fn last_address_of_a_trusted_proxy_counts() {
        for (forwarded, trusted, seen) in [
            (&["198.51.100.7"][..], false, "192.0.2.1"),
            (&["198.51.100.7"], true, "198.51.100.7"),
            (&["10.0.0.1, 198.51.100.7"], true, "198.51.100.7"),
            (&["10.0.0.1", "198.51.100.7"], true, "198.51.100.7"),
            (&["198.51.100.7:4711"], true, "198.51.100.7"),
            (&["2001:db8::1"], true, "2001:db8::1"),
            (&["[2001:db8::1]"], true, "2001:db8::1"),
            (&["[2001:db8::1]:443"], true, "2001:db8::1"),
            (&["::ffff:198.51.100.7"], true, "198.51.100.7"),
            (&["198.51.100.7, unknown"], true, "192.0.2.1"),
            (&[], true, "192.0.2.1"),
        ] {
            assert_eq!(
                from(forwarded, trusted).as_deref(),
                Some(seen),
                "{forwarded:?}"
            );
        }
    }
}
