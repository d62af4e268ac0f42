//! The webhooks of the simulator: JSON with the hexadecimal HMAC-SHA256 of the body, by the API key.

use super::{Fault, Simulator};
use crate::{Account, EsimRef, SupplierEvent, Webhook, WebhookError, WebhookRequest};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// The header of the signature.
pub const SIGNATURE_HEADER: &str = "x-simulator-signature";

/// The body: `{"id": "evt-1", "kind": "esim.changed", "iccid": "89..."}`.
#[derive(Deserialize)]
struct Body {
    id: String,
    kind: String,
    iccid: Option<String>,
    order_ref: Option<String>,
    reference: Option<String>,
}

impl Simulator {
    /// Returns the signature of a webhook's body.
    pub fn sign(api_key: &str, body: &[u8]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(api_key.as_bytes()) else {
            return String::new();
        };
        mac.update(body);
        let signature = mac.finalize().into_bytes();
        signature.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns the fault that is set.
    pub fn fault(&self) -> Option<Fault> {
        self.lock().fault.clone()
    }
}

/// Verifies and reads a webhook.
pub(super) fn read(
    account: &Account,
    request: &WebhookRequest<'_>,
) -> Result<Webhook, WebhookError> {
    let signature = request
        .header(SIGNATURE_HEADER)
        .and_then(bytes)
        .ok_or(WebhookError::Signature)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(account.api_key.as_bytes())
        .map_err(|_| WebhookError::Signature)?;
    mac.update(request.body);
    mac.verify_slice(&signature)
        .map_err(|_| WebhookError::Signature)?;
    let body: Body = serde_json::from_slice(request.body).map_err(|_| WebhookError::Body)?;
    let esim = body.iccid.map(|iccid| {
        SupplierEvent::EsimChanged(EsimRef {
            iccid,
            provider_ref: None,
            sim_ref: None,
        })
    });
    let order = (body.order_ref.is_some() || body.reference.is_some()).then_some(
        SupplierEvent::OrderChanged {
            order_ref: body.order_ref,
            reference: body.reference,
        },
    );
    let other = match body.kind.as_str() {
        "balance.low" => Some(SupplierEvent::LowBalance),
        "probe" => Some(SupplierEvent::Probe),
        _ => None,
    };
    Ok(Webhook {
        event_id: body.id,
        kind: body.kind,
        is_signed: true,
        events: [esim, order, other].into_iter().flatten().collect(),
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok())
        .collect()
}
