//! The cookie with the refresh token, and the check that a page of the panel sent the request.

use super::{IssuedSession, RequestContext};
use actix_web::{
    FromRequest, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::Payload,
    http::header,
    web::Data,
};
use platform::{Ctx, Error, Result, config::Config};
use std::future::{Ready, ready};
use wire::ProblemCode;

/// The panel's value of `X-Requested-With`. Another site cannot send this header without a CORS preflight request.
const PANEL: &str = "esim-admin";

/// The refresh token of a request that the panel sent.
pub struct RefreshCookie(pub Option<String>);

impl FromRequest for RefreshCookie {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<RefreshCookie> {
    let ctx = request
        .app_data::<Data<Ctx>>()
        .ok_or_else(|| Error::internal("no context"))?;
    let text = |name: header::HeaderName| {
        request
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let is_panel = text(header::HeaderName::from_static("x-requested-with")) == Some(PANEL);
    let is_allowed_origin = text(header::ORIGIN).is_none_or(|origin| {
        is_same_origin(
            origin,
            &ctx.config.public_url,
            text(header::HOST).unwrap_or_default(),
        )
    });
    if !is_panel || !is_allowed_origin {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "Only the panel can extend a session.",
        ));
    }
    Ok(RefreshCookie(
        request
            .cookie(name(&ctx.config))
            .map(|cookie| cookie.value().to_owned())
            .filter(|token| !token.is_empty() && token.len() <= 100),
    ))
}

/// Returns whether an origin belongs to this server: the public URL, or the host of the request.
fn is_same_origin(origin: &str, public_url: &str, host: &str) -> bool {
    let public = public_url
        .split_once("://")
        .map(|(scheme, rest)| format!("{scheme}://{}", rest.split('/').next().unwrap_or_default()));
    let is_public = public.is_some_and(|public| public.eq_ignore_ascii_case(origin));
    let is_host = !host.is_empty()
        && origin
            .split_once("://")
            .is_some_and(|(_, named)| named.eq_ignore_ascii_case(host));
    is_public || is_host
}

/// Returns the name of the cookie. With the prefix `__Host-`, a browser accepts the cookie over HTTPS only, and from no subdomain.
fn name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-refresh"
    } else {
        "refresh"
    }
}

/// Returns the cookie of a session.
pub fn session_cookie(context: &RequestContext, session: &IssuedSession) -> Cookie<'static> {
    let config = &context.ctx.config;
    build(
        config,
        name(config),
        session.refresh_token.clone(),
        Duration::seconds((session.expires_at - context.now).num_seconds()),
    )
}

/// Returns a cookie that makes the browser delete the refresh token.
pub fn removal(config: &Config) -> Cookie<'static> {
    build(config, name(config), String::new(), Duration::ZERO)
}

/// Builds a cookie that scripts cannot read and browsers do not send with requests from other sites.
pub fn build(
    config: &Config,
    name: &'static str,
    value: String,
    max_age: Duration,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .http_only(true)
        .secure(config.is_https())
        .same_site(SameSite::Strict)
        .path("/")
        .max_age(max_age)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &'static str) -> Option<Config> {
        let key = format!("{}=", "A".repeat(43));
        Config::read(&move |name| match name {
            "APP_ENV" => Some("development".to_owned()),
            "PUBLIC_URL" => Some(url.to_owned()),
            "DATABASE_URL" => Some("postgres://nowhere".to_owned()),
            "SEALING_KEYS" => Some(format!("1:{key}")),
            "JWT_SECRET" | "BLIND_INDEX_KEY" => Some(key.clone()),
            _ => None,
        })
        .ok()
    }

    #[test]
    fn cookie_is_http_only_and_same_site() {
        let text = |url| {
            config(url)
                .map(|config| {
                    let value = "token".to_owned();
                    build(&config, name(&config), value, Duration::days(14)).to_string()
                })
                .unwrap_or_default()
        };
        assert_eq!(
            text("https://panel.example.com"),
            "__Host-refresh=token; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1209600"
        );
        assert_eq!(
            text("http://localhost:8080"),
            "refresh=token; HttpOnly; SameSite=Strict; Path=/; Max-Age=1209600"
        );
    }

    #[test]
    fn same_origin_rejects_other_sites() {
        let is_same =
            |origin| is_same_origin(origin, "https://panel.example.com/", "panel.example.com");
        assert!(is_same("https://panel.example.com") && is_same("https://PANEL.example.com"));
        for other in [
            "https://example.com",
            "https://panel.example.com.evil.test",
            "null",
            "",
            "https://evil.test",
        ] {
            assert!(!is_same(other), "{other}");
        }
        assert!(is_same_origin(
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "localhost:8080"
        ));
    }
}
