//! Webhooks. They have no type: the fields tell the kind.

use crate::{
    Account, EsimRef, Json, SupplierEvent, Webhook, WebhookError, WebhookRequest,
    signature::{from_hex, is_hmac_sha512, sha256_hex},
};
use chrono::{DateTime, Utc};

/// Verifies and reads a webhook. The signature covers the raw body: the sender writes a slash as `\/`.
pub(super) fn read(
    account: &Account,
    request: &WebhookRequest<'_>,
    now: DateTime<Utc>,
) -> Result<Webhook, WebhookError> {
    let signature = request
        .header("airalo-signature")
        .and_then(|text| from_hex(text.trim()))
        .ok_or(WebhookError::Signature)?;
    if !is_hmac_sha512(account.api_key.as_bytes(), request.body, &signature) {
        return Err(WebhookError::Signature);
    }
    let body = Json::parse(request.body).ok_or(WebhookError::Body)?;
    let (kind, events) = events(&body);
    Ok(Webhook {
        event_id: event_id(&body, request.body, now),
        kind: kind.into(),
        is_signed: true,
        events,
    })
}

fn events(body: &Json) -> (&'static str, Vec<SupplierEvent>) {
    let order = match body.get("data") {
        Json::Null => body,
        data => data,
    };
    let field = |name: &str| {
        [body, order]
            .into_iter()
            .find_map(|part| part.get(name).string())
    };
    if field("request_id").is_some() {
        let changed = SupplierEvent::OrderChanged {
            order_ref: field("code"),
            reference: field("description"),
        };
        ("order", vec![changed])
    } else if let Some(iccid) = body.get("iccid").exact_text() {
        let changed = SupplierEvent::EsimChanged(EsimRef {
            iccid: iccid.to_owned(),
            provider_ref: None,
            sim_ref: None,
        });
        ("low_data", vec![changed])
    } else if !body.get("remaining").is_null() && !body.get("message").is_null() {
        ("credit_limit", vec![SupplierEvent::LowBalance])
    } else {
        ("unknown", Vec::new())
    }
}

/// Returns the id of the event. Only orders have one; a level of usage can come again after a top-up, on another day.
fn event_id(body: &Json, raw: &[u8], now: DateTime<Utc>) -> String {
    [body, body.get("data")]
        .into_iter()
        .find_map(|part| part.get("request_id").string())
        .unwrap_or_else(|| format!("{}-{}", now.format("%Y-%m-%d"), sha256_hex(raw)))
}
