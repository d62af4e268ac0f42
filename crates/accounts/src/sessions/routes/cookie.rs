//! The cookie that the refresh token travels in, and the proof that our own page sent it.

use super::{Opened, Visit};
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

/// What the panel says in `X-Requested-With`: a header that no other site can send without being asked first.
const PANEL: &str = "esim-admin";

/// The refresh token of a request that our own page has sent.
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
    let is_ours = text(header::ORIGIN).is_none_or(|origin| {
        is_same_origin(
            origin,
            &ctx.config.public_url,
            text(header::HOST).unwrap_or_default(),
        )
    });
    if !is_panel || !is_ours {
        return Err(Error::because(
            ProblemCode::Forbidden,
            "A session is prolonged by the panel's own page only.",
        ));
    }
    Ok(RefreshCookie(
        request
            .cookie(name(&ctx.config))
            .map(|cookie| cookie.value().to_owned())
            .filter(|token| !token.is_empty() && token.len() <= 100),
    ))
}

/// Whether a page of this origin is ours: the public address, or the very host that was asked.
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

/// With the prefix, a browser takes the cookie over https only, and from nobody's subdomain.
fn name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-refresh"
    } else {
        "refresh"
    }
}

/// The cookie of a session.
pub fn keeping(visit: &Visit, opened: &Opened) -> Cookie<'static> {
    let config = &visit.ctx.config;
    made(
        config,
        (name(config), opened.refresh.clone()),
        Duration::seconds((opened.expires_at - visit.now).num_seconds()),
    )
}

/// The end of the cookie.
pub fn removal(config: &Config) -> Cookie<'static> {
    made(config, (name(config), String::new()), Duration::ZERO)
}

/// Builds a cookie that scripts cannot read and browsers do not send with requests from other sites.
pub fn made(
    config: &Config,
    (name, value): (&'static str, String),
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
    fn the_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
        let text = |url| {
            config(url)
                .map(|config| {
                    let kept = (name(&config), "token".to_owned());
                    made(&config, kept, Duration::days(14)).to_string()
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
    fn only_our_own_origin_is_ours() {
        let is_ours =
            |origin| is_same_origin(origin, "https://panel.example.com/", "panel.example.com");
        assert!(is_ours("https://panel.example.com") && is_ours("https://PANEL.example.com"));
        for other in [
            "https://example.com",
            "https://panel.example.com.evil.test",
            "null",
            "",
            "https://evil.test",
        ] {
            assert!(!is_ours(other), "{other}");
        }
        assert!(is_same_origin(
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "localhost:8080"
        ));
    }
}
