//! Webhooks, signed in the way of KORE or in that of Twilio.
//!
//! KORE signs with a plain SHA-256 of the secret and the message, which a reader of one webhook can extend. What a webhook
//! reports is asked for before it has an effect.

use super::auth::{AUTH_TOKEN, WEBHOOK_SECRET, is_sid};
use crate::{
    Account, EsimRef, Json, SupplierEvent, Webhook, WebhookError, WebhookRequest, signature,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Verifies and reads a webhook.
pub(super) fn read(
    account: &Account,
    request: &WebhookRequest<'_>,
) -> Result<Webhook, WebhookError> {
    if !is_genuine(account, request) {
        return Err(WebhookError::Signature);
    }
    let values = values(request)?;
    let sid = |prefix: &str| {
        values
            .iter()
            .map(|(_, value)| value)
            .find(|value| is_sid(value, &[prefix]))
            .cloned()
    };
    let named = |names: [&str; 3]| {
        values
            .iter()
            .find(|(name, _)| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
            .map(|(_, value)| value.clone())
    };
    let (profile, sim) = (sid("HP"), sid("HS"));
    let status = named(["status", "esimprofilestatus", "simstatus"]);
    let esim = EsimRef {
        iccid: named(["iccid", "sim_iccid", "simiccid"]).unwrap_or_default(),
        provider_ref: profile.clone(),
        sim_ref: sim.clone(),
    };
    let mut events = Vec::new();
    if profile.is_some() {
        events.push(SupplierEvent::OrderChanged {
            order_ref: profile.clone(),
            reference: reference(request.url),
        });
    }
    if profile.is_some() || sim.is_some() || !esim.iccid.is_empty() {
        events.push(SupplierEvent::EsimChanged(esim));
    }
    let of_resource = profile
        .or(sim)
        .zip(status.as_ref())
        .map(|(sid, status)| format!("{sid}:{status}"));
    Ok(Webhook {
        event_id: request
            .header("kore-idempotency-token")
            .filter(|token| !token.is_empty())
            .map(ToOwned::to_owned)
            .or(of_resource)
            .unwrap_or_else(|| signature::sha256_hex(request.body)),
        kind: named(["type", "eventtype", "event_type"])
            .or(status)
            .unwrap_or_else(|| "callback".to_owned()),
        is_signed: true,
        events,
    })
}

/// Returns our reference, which is the last segment of the path of an order's callback: a UUID, a hyphen and a number.
fn reference(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    let (unit, attempt) = last.rsplit_once('-')?;
    let is_reference = Uuid::try_parse(unit).is_ok() && attempt.parse::<u32>().is_ok();
    is_reference.then(|| last.to_owned())
}

/// Returns the names and values of a body, at every depth.
fn values(request: &WebhookRequest<'_>) -> Result<Vec<(String, String)>, WebhookError> {
    if !is_form(request) {
        let body = Json::parse(request.body).ok_or(WebhookError::Body)?;
        let mut found = Vec::new();
        collect("", &body, &mut found);
        return Ok(found);
    }
    Ok(form(request.body))
}

fn collect(name: &str, value: &Json, found: &mut Vec<(String, String)>) {
    match value {
        Json::List(items) => items.iter().for_each(|item| collect(name, item, found)),
        Json::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| collect(name, value, found)),
        _ => found.extend(value.string().map(|text| (name.to_owned(), text))),
    }
}

fn is_form(request: &WebhookRequest<'_>) -> bool {
    request
        .header("content-type")
        .is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn form(body: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn is_genuine(account: &Account, request: &WebhookRequest<'_>) -> bool {
    let webhook_secret = account.credential(WEBHOOK_SECRET);
    let auth_token = account.credential(AUTH_TOKEN);
    match (
        request.header("kore-signature"),
        request.header("x-twilio-signature"),
    ) {
        (Some(header), _) => {
            !webhook_secret.is_empty() && is_signed_by_kore(webhook_secret, header, request)
        }
        (None, Some(header)) => [auth_token, webhook_secret]
            .iter()
            .any(|secret| !secret.is_empty() && is_signed_by_twilio(secret, header, request)),
        (None, None) => false,
    }
}

/// KORE: the SHA-256 of secret, method, URL without query, and body, in hexadecimal. JSON is signed without spaces.
fn is_signed_by_kore(secret: &str, header: &str, request: &WebhookRequest<'_>) -> bool {
    let url = request.url.split(['?', '#']).next().unwrap_or_default();
    let start = [secret, request.method, url].concat();
    let is_signature_of = |body: &[u8]| {
        let message = zeroize::Zeroizing::new([start.as_bytes(), body].concat());
        is_equal(
            secret,
            signature::sha256_hex(&message).as_bytes(),
            header.as_bytes(),
        )
    };
    is_signature_of(request.body)
        || (!is_form(request) && is_signature_of(&without_spaces(request.body)))
}

/// Twilio: the HMAC-SHA1 of the URL and the sorted fields, in base64. A JSON body is signed by its hash in the query.
fn is_signed_by_twilio(secret: &str, header: &str, request: &WebhookRequest<'_>) -> bool {
    let Ok(received) = STANDARD.decode(header) else {
        return false;
    };
    let fields = if is_form(request) {
        let sorted: BTreeSet<(String, String)> = form(request.body).into_iter().collect();
        sorted
            .into_iter()
            .map(|(name, value)| name + &value)
            .collect()
    } else if has_body_hash(secret, request) {
        String::new()
    } else {
        return false;
    };
    spellings(request.url).iter().any(|url| {
        let Ok(mut mac) = <Hmac<Sha1> as hmac::KeyInit>::new_from_slice(secret.as_bytes()) else {
            return false;
        };
        mac.update(url.as_bytes());
        mac.update(fields.as_bytes());
        mac.verify_slice(&received).is_ok()
    })
}

fn has_body_hash(secret: &str, request: &WebhookRequest<'_>) -> bool {
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let expected = signature::sha256_hex(request.body);
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "bodySHA256")
        .is_some_and(|(_, hash)| is_equal(secret, expected.as_bytes(), hash.as_bytes()))
}

/// Returns the URL with and without the default port, because senders differ.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    if let Ok(parsed) = url::Url::parse(url)
        && let (Some(host), Some(port)) = (parsed.host_str(), parsed.port_or_known_default())
    {
        let (with, without) = (format!("://{host}:{port}"), format!("://{host}"));
        spellings.push(if url.contains(&with) {
            url.replacen(&with, &without, 1)
        } else {
            url.replacen(&without, &with, 1)
        });
    }
    spellings
}

/// Compares two texts in constant time: their HMACs are equal only if they are.
fn is_equal(secret: &str, one: &[u8], other: &[u8]) -> bool {
    signature::hmac_sha256(secret.as_bytes(), other)
        .is_some_and(|mac| signature::is_hmac_sha256(secret.as_bytes(), one, &mac))
}

/// Returns a JSON text without the spaces between its tokens.
fn without_spaces(json: &[u8]) -> Vec<u8> {
    let (mut is_in_text, mut is_escaped) = (false, false);
    json.iter()
        .copied()
        .filter(|byte| {
            let keep = is_in_text || !byte.is_ascii_whitespace();
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_in_text => is_escaped = true,
                b'"' => is_in_text = !is_in_text,
                _ => {}
            }
            keep
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::ProviderId;

    const URL: &str =
        "https://panel.example.com/v1/webhooks/providers/7/0190a0b0-0000-7000-8000-000000000001-2";
    const PROFILE: &str = "HP0123456789abcdef0123456789abcdef";
    const FORM: &str = "application/x-www-form-urlencoded";
    const SECRET: &str = "s3cret-of-webhooks";

    fn account(webhook_secret: &str) -> Account {
        Account {
            provider: ProviderId(uuid::Uuid::nil()),
            endpoint: String::new(),
            api_key: "token".to_owned().into(),
            credentials: [(WEBHOOK_SECRET.to_owned(), webhook_secret.to_owned().into())].into(),
        }
    }

    fn receive(
        account: &Account,
        url: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Webhook, WebhookError> {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(
            account,
            &WebhookRequest {
                method: "POST",
                url,
                headers: &headers,
                body: body.as_bytes(),
            },
        )
    }

    fn body() -> String {
        format!("Sid={PROFILE}&Status=available&Note=a+b%26c")
    }

    const JSON: &str = r#"{ "data": { "sid": "HP0123456789abcdef0123456789abcdef", "note": "a \" b" },
  "id": 7 }"#;

    // The signatures were computed with Python's hashlib and hmac.
    const KORE_FORM: &str = "203c0cabc578fdbe78259eec5373b49fa4be1ab082e1fdc77f93965c3000d705";
    const KORE_JSON: &str = "3c704a1163a6e6356a72a5f08a580d1a590e58533f097cb9ae87c12566ed1a93";
    const TWILIO_FORM: &str = "8wJHmFfYirL7nB3EEZxIUq+YG+o=";
    const TWILIO_FORM_WITH_PORT: &str = "YgCLLruf8rPxjau464UGZuxzKFI=";
    const TWILIO_JSON: &str = "6byQ/QDFVK/J2eAvPDivamoVvIs=";
    const JSON_HASH: &str = "2c3b2ee9f4db5f1421686df4496f58e7ac8ad919a5060020d5b89180e9664ac1";

    #[test]
    fn signature_of_kore_covers_method_address_and_body() {
        let form = [("content-type", FORM), ("kore-signature", KORE_FORM)];
        let json = [
            ("content-type", "application/json"),
            ("kore-signature", KORE_JSON),
        ];
        let own = account(SECRET);
        for url in [URL.to_owned(), format!("{URL}?a=1"), format!("{URL}#part")] {
            assert!(receive(&own, &url, &form, &body()).is_ok(), "{url}");
        }
        let event = receive(&own, URL, &json, JSON).unwrap();
        assert!(event.is_signed);
        for (secret, url, headers, body) in [
            (SECRET, URL, form, body() + "&x=1"),
            (SECRET, "https://other.example.com/", form, body()),
            ("another", URL, form, body()),
            ("", URL, form, body()),
            (SECRET, URL, [form[0], ("kore-signature", "")], body()),
            (SECRET, URL, [form[0], ("x-other", KORE_FORM)], body()),
            (SECRET, URL, json, JSON.replace("a \\\" b", "a\\\"b")),
        ] {
            assert_eq!(
                receive(&account(secret), url, &headers, &body),
                Err(WebhookError::Signature),
                "{secret} {url} {body}"
            );
        }
        // With an empty secret anyone can compute the signature.
        let unsecured = signature::sha256_hex(format!("POST{URL}{}", body()).as_bytes());
        let headers = [
            ("content-type", FORM),
            ("kore-signature", unsecured.as_str()),
        ];
        assert!(receive(&account(""), URL, &headers, &body()).is_err());
    }

    #[test]
    fn signature_of_twilio_covers_address_and_fields() {
        let headers =
            |signature: &'static str| [("content-type", FORM), ("x-twilio-signature", signature)];
        let own = account(SECRET);
        for signature in [TWILIO_FORM, TWILIO_FORM_WITH_PORT] {
            assert!(receive(&own, URL, &headers(signature), &body()).is_ok());
        }
        let json = [
            ("content-type", "application/json"),
            ("x-twilio-signature", TWILIO_JSON),
        ];
        let signed = format!("{URL}?bodySHA256={JSON_HASH}");
        assert!(receive(&own, &signed, &json, JSON).is_ok());
        assert!(receive(&own, &signed, &json, &JSON.replace("7", "8")).is_err());
        assert!(receive(&own, URL, &json, JSON).is_err());
        for (url, signature, body) in [
            (URL, TWILIO_FORM, body() + "&x=1"),
            (URL, TWILIO_FORM, body().replace("available", "failed")),
            ("https://other.example.com/", TWILIO_FORM, body()),
            (URL, TWILIO_JSON, body()),
            (URL, "no base64!", body()),
        ] {
            let result = receive(&own, url, &headers(signature), &body);
            assert_eq!(result, Err(WebhookError::Signature), "{signature} {body}");
        }
    }

    #[test]
    fn auth_token_signs_only_webhooks_of_twilio() {
        let mut own = account("");
        own.credentials
            .insert(AUTH_TOKEN.into(), SECRET.to_owned().into());
        let twilio = [("content-type", FORM), ("x-twilio-signature", TWILIO_FORM)];
        let kore = [("content-type", FORM), ("kore-signature", KORE_FORM)];
        assert!(receive(&own, URL, &twilio, &body()).is_ok());
        assert!(receive(&own, URL, &kore, &body()).is_err());
        own.credentials.clear();
        assert!(receive(&own, URL, &twilio, &body()).is_err());
    }

    #[test]
    fn webhook_names_the_order_and_the_esim() {
        let headers = |token: &'static str| {
            [
                ("content-type", FORM),
                ("kore-signature", KORE_FORM),
                ("kore-idempotency-token", token),
            ]
        };
        let own = account(SECRET);
        let event = receive(&own, URL, &headers("token-1"), &body()).unwrap();
        assert_eq!(
            (event.event_id.as_str(), event.kind.as_str()),
            ("token-1", "available")
        );
        let esim = EsimRef {
            iccid: String::new(),
            provider_ref: Some(PROFILE.into()),
            sim_ref: None,
        };
        assert_eq!(
            event.events,
            [
                SupplierEvent::OrderChanged {
                    order_ref: Some(PROFILE.into()),
                    reference: Some("0190a0b0-0000-7000-8000-000000000001-2".into())
                },
                SupplierEvent::EsimChanged(esim)
            ]
        );
        let without_token = receive(&own, URL, &headers(""), &body()).unwrap();
        assert_eq!(without_token.event_id, format!("{PROFILE}:available"));
    }

    #[test]
    fn reference_is_the_last_segment_of_an_order_callback() {
        assert_eq!(
            reference("https://a.example.com/x/0190a0b0-0000-7000-8000-000000000001-10/?q=1")
                .as_deref(),
            Some("0190a0b0-0000-7000-8000-000000000001-10")
        );
        for url in [
            "https://a.example.com/v1/webhooks/7",
            "https://a.example.com/0190a0b0-0000-7000-8000-000000000001",
            "",
        ] {
            assert_eq!(reference(url), None, "{url}");
        }
    }

    #[test]
    fn spaces_in_texts_are_kept() {
        assert_eq!(
            without_spaces(br#" { "a b" : "c \" d" , "e" : [ 1 , 2 ] } "#),
            br#"{"a b":"c \" d","e":[1,2]}"#
        );
    }
}
