//! The outcome of an answer that is no success.

use crate::{Account, Json, Refusal, SupplierError, http::Reply, text::quote};

/// The code with which the provider reports an address that is not on the list of the account.
const ADDRESS_NOT_ALLOWED: &str = "89";

/// Returns the body of a success, or the outcome of an answer that is none.
///
/// The provider refuses with a status from 400 to 499. What it does not document, among it code 53 ("something unexpected"),
/// may have been charged: the outcome is unknown.
pub(super) fn success(account: &Account, reply: &Reply) -> Result<Json, SupplierError> {
    if reply.is_success() {
        return reply.json();
    }
    Err(failure(account, reply))
}

fn failure(account: &Account, reply: &Reply) -> SupplierError {
    let body = reply.error_body();
    let code = body.get("code").string();
    let message = quote(account, &message(&body, reply.status));
    let reason = match (reply.status, code.as_deref()) {
        (403, Some(ADDRESS_NOT_ALLOWED)) => return SupplierError::Unauthorized { message },
        (400..=499, Some(code)) => reason_of_code(code),
        (403, None) => Some(Refusal::NotAllowed),
        (404, None) => Some(Refusal::UnknownEsim),
        (422, None) => Some(reason_of_fields(&body)),
        (400 | 405 | 406 | 413 | 415, None) => Some(Refusal::BadRequest),
        _ => None,
    };
    match reason {
        Some(reason) => SupplierError::Refused {
            reason,
            code,
            message,
        },
        None => SupplierError::unknown(message),
    }
}

fn reason_of_code(code: &str) -> Option<Refusal> {
    Some(match code {
        "11" => Refusal::NoBalance,
        "13" => Refusal::Maintenance,
        "14" | "43" => Refusal::BadRequest,
        "23" => Refusal::NotAllowed,
        "33" => Refusal::OutOfStock,
        "34" => Refusal::UnknownSku,
        "73" => Refusal::Recycled,
        _ => return None,
    })
}

/// Returns the reason of an answer that names wrong fields.
fn reason_of_fields(body: &Json) -> Refusal {
    let fields = body.get("data");
    let text = |field: &str| fields.get(field).text().unwrap_or_default().to_lowercase();
    let message = body.path(&["meta", "message"]).text().unwrap_or_default();
    if text("quantity").contains("available") {
        Refusal::OutOfStock
    } else if text("package_id").contains("exceed") {
        Refusal::NotAllowed
    } else if !text("package_id").is_empty() {
        Refusal::UnknownSku
    } else if !text("iccid").is_empty() || message.contains("do not belong") {
        Refusal::UnknownEsim
    } else {
        Refusal::BadRequest
    }
}

/// Returns the error in the provider's words.
fn message(body: &Json, status: u16) -> String {
    let fields = match body.get("data") {
        Json::Object(fields) => fields
            .iter()
            .filter_map(|(name, value)| Some(format!("{name}: {}", value.text()?)))
            .collect(),
        _ => Vec::new(),
    };
    let text = body
        .get("reason")
        .string()
        .or_else(|| (!fields.is_empty()).then(|| fields.join(" ")))
        .or_else(|| body.path(&["meta", "message"]).string())
        .or_else(|| body.get("message").string());
    match text {
        Some(text) => format!("HTTP {status}: {text}"),
        None => format!("HTTP {status}"),
    }
}
