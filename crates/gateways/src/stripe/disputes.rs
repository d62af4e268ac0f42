//! What Stripe's events say of disputes: <https://docs.stripe.com/api/disputes/object>. An inquiry is a dispute that
//! has taken no money yet; closed, it is won.

use chrono::DateTime;
use platform::ports::payments::DisputeTold;
use serde_json::Value;
use wire::billing::disputes::DisputeState;

/// Reads a dispute; nothing when it is in a state that we do not know.
pub(super) fn read(dispute: &Value) -> Option<DisputeTold> {
    let word = |name: &str| dispute.get(name).and_then(Value::as_str);
    let state = match word("status")? {
        "needs_response" | "warning_needs_response" => DisputeState::NeedsResponse,
        "under_review" | "warning_under_review" => DisputeState::UnderReview,
        "won" | "warning_closed" | "prevented" => DisputeState::Won,
        "lost" => DisputeState::Lost,
        _ => return None,
    };
    let due = dispute.pointer("/evidence_details/due_by");
    Some(DisputeTold {
        gateway_dispute_id: word("id")?.to_owned(),
        state,
        reason: word("reason").map(|reason| reason.chars().take(100).collect()),
        minor: dispute.get("amount").and_then(Value::as_i64)?,
        currency: word("currency")?.to_uppercase(),
        due_by: due
            .and_then(Value::as_i64)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
    })
}
