//! Reads disputes in Stripe's events: <https://docs.stripe.com/api/disputes/object>. An inquiry is a dispute without a
//! withdrawal of money; a closed inquiry is won.

use chrono::DateTime;
use platform::ports::payments::GatewayDispute;
use serde_json::Value;
use wire::billing::disputes::DisputeState;

/// Reads a dispute; `None` for an unknown status.
pub(super) fn read(dispute: &Value) -> Option<GatewayDispute> {
    let text = |name: &str| dispute.get(name).and_then(Value::as_str);
    let state = match text("status")? {
        "needs_response" | "warning_needs_response" => DisputeState::NeedsResponse,
        "under_review" | "warning_under_review" => DisputeState::UnderReview,
        "won" | "warning_closed" | "prevented" => DisputeState::Won,
        "lost" => DisputeState::Lost,
        _ => return None,
    };
    let due = dispute.pointer("/evidence_details/due_by");
    Some(GatewayDispute {
        gateway_dispute_id: text("id")?.to_owned(),
        state,
        reason: text("reason").map(|reason| reason.chars().take(100).collect()),
        minor: dispute.get("amount").and_then(Value::as_i64)?,
        currency: text("currency")?.to_uppercase(),
        due_by: due
            .and_then(Value::as_i64)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
    })
}
