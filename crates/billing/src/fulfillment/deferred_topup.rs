//! Top-ups that their provider starts later: the provider is asked by our reference until the top-up is active, and the
//! bundle is activated once.

use super::{
    provision::{SupplierRequest, SupplierResponse},
    topup,
    unit::schedule_question,
};
use crate::{
    cases::{self, Finding, reported_key},
    orders::{lock_sale, query::OrderRow},
};
use chrono::{DateTime, TimeDelta, Utc};
use esims::bundles::topups::{self, QueuedTopUp, TopUpPeriod};
use integrations::allocations::{self, Unit};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use suppliers::{SuppliedTopUp, SupplierError};
use wire::{OrderId, billing::reconciliation::CaseKind, system::audit::AuditAction};

/// The time between two questions while another bundle of the eSIM is active.
const INTERVAL_WITH_SERVICE: TimeDelta = TimeDelta::hours(1);
/// The time between two questions while the eSIM has no active bundle.
const INTERVAL_WITHOUT_SERVICE: TimeDelta = TimeDelta::minutes(5);

/// Schedules the first question about a unit whose provider starts its top-up later.
pub(super) fn wait(tx: &mut Tx<'_>, unit: &Unit, now: DateTime<Utc>) -> Result<()> {
    schedule_question(tx, unit, Some(now + INTERVAL_WITHOUT_SERVICE))
}

/// Returns the question about a unit whose bundle is queued; `None` where the bundle is active or was cancelled.
pub fn next_request(
    tx: &mut Tx<'_>,
    order: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<SupplierRequest>> {
    let sale = lock_sale(tx, order)?;
    let unit = allocations::lock(tx, order, unit_no)?;
    let waiting = topups::find_queued(tx.conn(), order, unit_no, now)?;
    let bought = allocations::successful_attempt(tx.conn(), unit.id)?;
    let Some((waiting, bought)) = waiting.zip(bought) else {
        schedule_question(tx, &unit, None)?;
        return Ok(None);
    };
    // The next question is scheduled before this one is sent, so that a crash does not end the questions.
    schedule_question(tx, &unit, Some(now + interval(&waiting)))?;
    let target = topup::find(tx, &sale)?;
    SupplierRequest::lookup(tx.conn(), bought, target).map(Some)
}

const fn interval(waiting: &QueuedTopUp) -> TimeDelta {
    if waiting.has_other_data {
        INTERVAL_WITH_SERVICE
    } else {
        INTERVAL_WITHOUT_SERVICE
    }
}

/// Applies the provider's response about a queued top-up. A response that is late, repeated or out of order activates the
/// bundle once.
pub fn apply_response(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    unit_no: i32,
    response: Result<Option<SupplierResponse>, SupplierError>,
    now: DateTime<Utc>,
) -> Result<()> {
    let order = lock_sale(tx, id)?;
    let unit = allocations::lock(tx, id, unit_no)?;
    match response {
        Ok(Some(SupplierResponse::TopUp(added))) if added.is_running => {
            activate(tx, actor, &order, &unit, &added, now)
        }
        Ok(None) => open_unknown_case(tx, actor, &order, &unit, now),
        // The top-up is not active yet, or the response is missing: the next question is scheduled.
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

fn activate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    added: &SuppliedTopUp,
    now: DateTime<Utc>,
) -> Result<()> {
    let days = order.terms()?.validity_days;
    let run = TopUpPeriod::from_provider(added.starts_at, added.expires_at, days, now);
    schedule_question(tx, unit, None)?;
    if !topups::activate(tx, actor, order.id, unit.unit_no, run, now)? {
        return Ok(());
    }
    let change = json!({ "unit_no": unit.unit_no, "esim_id": order.esim_id });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::OrderStart, order.id).with_change(change),
    )
}

/// Opens a case: the provider does not know a top-up that it had confirmed and was paid for.
fn open_unknown_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    now: DateTime<Utc>,
) -> Result<()> {
    let kind = CaseKind::UnknownOutcome;
    let text = "The provider had confirmed a top-up that starts later, and does not know it now.";
    let finding = Finding {
        order_id: Some(order.id),
        esim_id: order.esim_id,
        amount: Some(order.total_amount.clone()),
        currency: Some(order.currency),
        ..Finding::new(kind, reported_key(kind, unit.id), text.to_owned())
    };
    cases::open(tx, actor, &finding, now)
}
