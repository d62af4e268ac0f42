//! A top-up that its provider starts later: asked about by our reference until it runs, and then put in force once.

use super::{
    super::query::{self, OrderRow},
    Step, Wanted, Word,
};
use crate::reconciliation::{self, Finding};
use chrono::{DateTime, TimeDelta, Utc};
use esims::bundles::topups::{self, QueuedTopUp, TopUpPeriod};
use integrations::allocations::{self, Unit};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    ports::supplier::{SuppliedTopUp, SupplierError},
};
use serde_json::json;
use wire::{OrderId, billing::reconciliation::CaseKind};

/// How long nobody asks again while something else runs on the eSIM.
const WHILE_SERVED: TimeDelta = TimeDelta::hours(1);
/// The same while its owner has nothing else.
const WHILE_WITHOUT: TimeDelta = TimeDelta::minutes(5);

/// Has a unit asked about, as its provider starts later what it has added.
pub(super) fn wait(tx: &mut Tx<'_>, unit: &Unit, now: DateTime<Utc>) -> Result<()> {
    allocations::schedule_lookup(tx, unit.id, Some(now + WHILE_WITHOUT))
}

/// What is to be asked about a unit whose bundle waits. Nothing when it runs by now, or never will.
pub fn question(
    tx: &mut Tx<'_>,
    order: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<Step>> {
    let unit = allocations::lock(tx, order, unit_no)?;
    let waiting = topups::find_queued(tx.conn(), order, unit_no, now)?;
    let bought = allocations::successful_attempt(tx.conn(), unit.id)?;
    let Some((waiting, bought)) = waiting.zip(bought) else {
        allocations::schedule_lookup(tx, unit.id, None)?;
        return Ok(None);
    };
    // Whatever becomes of the answer, the next question has its time.
    allocations::schedule_lookup(tx, unit.id, Some(now + patience(&waiting)))?;
    let wanted = Wanted {
        candidate: bought.candidate,
        reference: bought.reference,
        onto: Some(waiting.iccid),
    };
    Ok(Some(Step::LookUp(wanted, bought.sent_at)))
}

fn patience(waiting: &QueuedTopUp) -> TimeDelta {
    if waiting.has_other_data {
        WHILE_SERVED
    } else {
        WHILE_WITHOUT
    }
}

/// What the provider's word leads to. Told late, again or out of order, a bundle starts once.
pub fn told(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, unit_no): (OrderId, i32),
    word: Result<Option<Word>, SupplierError>,
    now: DateTime<Utc>,
) -> Result<()> {
    let order = query::lock(tx, id)?;
    let unit = allocations::lock(tx, id, unit_no)?;
    match word {
        Ok(Some(Word::SuppliedTopUp(added))) if added.is_running => {
            begin(tx, actor, (&order, &unit), &added, now)
        }
        Ok(None) => unheard_of(tx, actor, (&order, &unit), now),
        // Not yet, or nobody knows.
        Ok(Some(_)) | Err(_) => Ok(()),
    }
}

fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, unit): (&OrderRow, &Unit),
    added: &SuppliedTopUp,
    now: DateTime<Utc>,
) -> Result<()> {
    let days = order.terms()?.validity_days;
    let run = TopUpPeriod::from_provider(added.since, added.until, days, now);
    allocations::schedule_lookup(tx, unit.id, None)?;
    if !topups::activate(tx, actor, order.id, unit.unit_no, run, now)? {
        return Ok(());
    }
    let change = json!({ "unit_no": unit.unit_no, "esim_id": order.esim_id });
    audit::record(
        tx,
        actor,
        AuditEvent::new("order.start", "order", order.id.0).with_change(change),
    )
}

/// The provider denies what it had said it has added, and been paid for: a person has to look.
fn unheard_of(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, unit): (&OrderRow, &Unit),
    now: DateTime<Utc>,
) -> Result<()> {
    let found = Finding {
        kind: CaseKind::UnknownOutcome,
        key: format!("{}:{}:told", CaseKind::UnknownOutcome, unit.id),
        finding:
            "The provider had added data that was to start later, and knows nothing of it now."
                .to_owned(),
        order_id: Some(order.id),
        transaction_id: None,
        refund_id: None,
        esim_id: order.esim_id,
        amount: Some(order.total_amount.clone()),
        currency: Some(order.currency),
    };
    reconciliation::open(tx, actor, &found, now)
}
