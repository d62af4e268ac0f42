//! The cookie that identifies a browser that has signed in before. It grants no access: failed sign-ins from a browser
//! that has signed in to the account before have a counter of their own.

use super::{RequestContext, cookie};
use actix_web::{
    FromRequest, HttpRequest, cookie::Cookie, cookie::time::Duration, dev::Payload, web::Data,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use platform::{
    Ctx, Error, Result,
    auth::random_bytes,
    config::Config,
    crypto::{self, Keyring},
};
use std::future::{Ready, ready};

/// The purpose under which the signing key is derived.
const PURPOSE: &str = "sessions.device";
/// Random bytes that identify a device.
const LENGTH: usize = 16;
/// The longest value that is decoded; ours are shorter.
const LONGEST: usize = 100;

/// The device of a request, if the request has a device cookie with our signature.
pub struct DeviceCookie(pub Option<String>);

impl FromRequest for DeviceCookie {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<DeviceCookie> {
    let ctx = request
        .app_data::<Data<Ctx>>()
        .ok_or_else(|| Error::internal("no context"))?;
    let sent = request.cookie(name(&ctx.config));
    Ok(DeviceCookie(sent.and_then(|cookie| {
        has_our_signature(&ctx.keys, cookie.value()).then(|| cookie.value().to_owned())
    })))
}

/// Returns the cookie of the device that has just signed in: the one that it sent, or a new one.
pub fn device_cookie(context: &RequestContext) -> Result<Cookie<'static>> {
    let value = match &context.device {
        Some(known) => known.clone(),
        None => new_device(&context.ctx.keys)?,
    };
    let (config, age) = (&context.ctx.config, Duration::days(400));
    Ok(cookie::build(config, name(config), value, age))
}

fn name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-device"
    } else {
        "device"
    }
}

fn new_device(keys: &Keyring) -> Result<String> {
    let id = random_bytes::<LENGTH>();
    let signature = crypto::sign(&keys.derive(PURPOSE), &id)?;
    Ok(URL_SAFE_NO_PAD.encode([&id[..], &signature].concat()))
}

fn has_our_signature(keys: &Keyring, value: &str) -> bool {
    let bytes = (value.len() <= LONGEST)
        .then(|| URL_SAFE_NO_PAD.decode(value).ok())
        .flatten()
        .unwrap_or_default();
    bytes
        .split_at_checked(LENGTH)
        .is_some_and(|(id, signature)| crypto::verify(&keys.derive(PURPOSE), id, signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::config::Sealing;

    fn keys(byte: u8) -> Result<Keyring> {
        Keyring::new(&Sealing {
            keys: std::collections::BTreeMap::new(),
            current: 1,
            index: [byte; 32].into(),
        })
    }

    #[test]
    fn device_cookie_requires_our_signature() -> Result<()> {
        let value = new_device(&keys(1)?)?;
        assert!(has_our_signature(&keys(1)?, &value));
        assert!(!has_our_signature(&keys(2)?, &value));
        for tampered in [
            "",
            "device",
            &value.replace(|c: char| c.is_ascii_lowercase(), "A"),
        ] {
            assert!(!has_our_signature(&keys(1)?, tampered), "{tampered}");
        }
        Ok(())
    }
}
