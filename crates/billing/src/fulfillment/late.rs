//! Requests that were given up and that a provider has delivered nevertheless: the eSIM becomes stock, and an administrator
//! decides about it.

use super::{
    provision::{SupplierRequest, SupplierResponse},
    topup,
};
use crate::{
    cases::{self, Finding, reported_key},
    orders::{lock_sale, query::OrderRow},
};
use chrono::{DateTime, Utc};
use esims::inventory;
use integrations::{
    allocations::{self, Receipt},
    routing::Candidate,
};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use suppliers::SuppliedEsim;
use wire::{EsimId, OrderId, billing::reconciliation::CaseKind, system::audit::AuditAction};

/// Returns the question about an abandoned request; `None` where it is no longer abandoned.
pub fn next_request(
    tx: &mut Tx<'_>,
    reference: &str,
    now: DateTime<Utc>,
) -> Result<Option<(OrderId, i32, SupplierRequest)>> {
    let Some((order, unit_no, sent)) = allocations::begin_check(tx, reference, now)? else {
        return Ok(None);
    };
    let sale = lock_sale(tx, order)?;
    let target = topup::find(tx, &sale)?;
    let request = SupplierRequest::lookup(tx.conn(), sent, target)?;
    Ok(Some((order, unit_no, request)))
}

/// Applies what a provider has delivered for an abandoned request.
pub fn apply_response(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    unit_no: i32,
    request: &SupplierRequest,
    response: SupplierResponse,
    now: DateTime<Utc>,
) -> Result<()> {
    let order = lock_sale(tx, id)?;
    let unit = allocations::lock(tx, id, unit_no)?;
    let (receipt, supplied) = match response {
        SupplierResponse::Pending { .. } => return Ok(()),
        SupplierResponse::TopUp(added) => (Receipt::from(&added), None),
        SupplierResponse::NewEsim(supplied) => (Receipt::from(&supplied), Some(supplied)),
    };
    if !allocations::record_late(tx, &request.reference, &receipt, now)? {
        return Ok(());
    }
    let (candidate, reference) = (&request.candidate, &request.reference);
    let stocked = match &supplied {
        None => None,
        Some(supplied) => add_to_stock(tx, actor, &order, candidate, supplied, now)?,
    };
    if let Some(esim) = stocked.or(order.esim_id) {
        let data = order.terms()?.data_limit_mb;
        allocations::allocate(tx, unit.id, candidate, esim, &receipt, data.as_ref())?;
    }
    let change = json!({ "unit_no": unit_no, "reference": reference, "esim_id": stocked });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProvisioningLate, id).with_change(change),
    )?;
    open_case(tx, actor, &order, request, &receipt, stocked, now)
}

/// Adds a late eSIM to the stock of the plan. Returns `None` for an eSIM that cannot be used.
fn add_to_stock(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    candidate: &Candidate,
    supplied: &SuppliedEsim,
    now: DateTime<Utc>,
) -> Result<Option<EsimId>> {
    let arrival = inventory::DeliveredEsim {
        provider_id: candidate.provider,
        supplied,
        user_id: None,
        plan_id: order.plan_id,
        now,
    };
    match inventory::accept_delivery(tx, &actor.keys, arrival) {
        Ok(esim) => Ok(Some(esim)),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn open_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    request: &SupplierRequest,
    receipt: &Receipt,
    stocked: Option<EsimId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let name = request.candidate.provider_name();
    let text = match (&request.topup, stocked) {
        (Some(_), _) => format!(
            "{name} added a top-up to the eSIM late, after the request had been given up. Check whether the eSIM was topped up twice."
        ),
        (None, Some(_)) => format!(
            "{name} delivered an eSIM late, after the request had been given up. The eSIM is in stock."
        ),
        (None, None) => format!(
            "{name} delivered an eSIM late, after the request had been given up, and the eSIM cannot be used."
        ),
    };
    let kind = CaseKind::SurplusEsim;
    let cost = receipt
        .cost
        .clone()
        .unwrap_or_else(|| request.candidate.listed_cost());
    let finding = Finding {
        order_id: Some(order.id),
        esim_id: stocked.or(order.esim_id),
        amount: Some(cost.amount),
        currency: Some(cost.currency),
        ..Finding::new(kind, reported_key(kind, &request.reference), text)
    };
    cases::open(tx, actor, &finding, now)
}
