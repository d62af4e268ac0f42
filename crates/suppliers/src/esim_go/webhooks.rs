//! Webhooks of version 3. Version 2 is not signed and is rejected.

use super::PREVIOUS_KEY;
use crate::{
    Account, EsimRef, Json, SupplierEvent, Webhook, WebhookError, WebhookRequest,
    signature::{from_hex, is_hmac_sha256, sha256_hex},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Verifies and reads a webhook. The signature is in hexadecimal or in base64: the documentation has both.
pub(super) fn read(
    account: &Account,
    request: &WebhookRequest<'_>,
) -> Result<Webhook, WebhookError> {
    let header = request
        .header("x-signature-sha256")
        .map(str::trim)
        .ok_or(WebhookError::Signature)?;
    let encodings = [from_hex(header), STANDARD.decode(header).ok()];
    let keys = [account.api_key.as_str(), account.credential(PREVIOUS_KEY)];
    let is_valid = encodings.iter().flatten().any(|signature| {
        keys.iter()
            .any(|key| is_hmac_sha256(key.as_bytes(), request.body, signature))
    });
    if !is_valid {
        return Err(WebhookError::Signature);
    }
    let body = Json::parse(request.body).ok_or(WebhookError::Body)?;
    let kind = body
        .get("alertType")
        .text()
        .or_else(|| body.get("profileStatus").text().map(|_| "ProfileStatus"))
        .unwrap_or("unknown");
    Ok(Webhook {
        event_id: sha256_hex(request.body),
        kind: kind.to_owned(),
        is_signed: true,
        events: events(kind, &body),
    })
}

fn events(kind: &str, body: &Json) -> Vec<SupplierEvent> {
    if matches!(kind, "LowBalance" | "InsufficientBalance") {
        return vec![SupplierEvent::LowBalance];
    }
    // An ICCID that is sent as a number may have been rounded; the next poll finds the change.
    body.get("iccid")
        .exact_text()
        .map(|iccid| {
            SupplierEvent::EsimChanged(EsimRef {
                iccid: iccid.to_owned(),
                provider_ref: None,
                sim_ref: None,
            })
        })
        .into_iter()
        .collect()
}
