//! A paid top-up: what is added to an eSIM is asked of its own provider, and put on it once.

use super::{
    super::query,
    later,
    outcome::{Found, fulfil, leave},
};
use chrono::{DateTime, Utc};
use esims::bundles::topups::{self, TopUpPeriod};
use integrations::allocations::{Candidate, Unit};
use platform::{
    Actor, Error, Result, Tx,
    ports::supplier::{SuppliedEsim, SuppliedTopUp},
};
use wire::{ProblemCode, ProviderId};

/// The number of the eSIM that an order adds to, whatever has become of it.
pub(super) fn number(tx: &mut Tx<'_>, order: &query::OrderRow) -> Result<Option<String>> {
    let Some(esim) = order.esim_id else {
        return Ok(None);
    };
    Ok(query::target(tx.conn(), esim)?.map(|target| target.iccid))
}

/// The eSIM that an order adds to: its number, and who supplied it. Nothing for an order of new ones; a refusal when
/// the eSIM has ended since the order was placed.
pub(super) fn target(
    tx: &mut Tx<'_>,
    order: &query::OrderRow,
) -> Result<(Option<String>, Option<ProviderId>)> {
    let Some(esim) = order.esim_id else {
        return Ok((None, None));
    };
    let iccid = topups::lock(tx, esim, order.user_id)?;
    let supplier = query::target(tx.conn(), esim)?.and_then(|target| target.provider);
    let provider = supplier.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::WrongState,
            "Nobody knows who supplied this eSIM.",
        )
    })?;
    Ok((Some(iccid), Some(provider)))
}

/// What was added, in the terms in which every delivery is booked.
pub(super) fn receipt(added: &SuppliedTopUp, onto: Option<String>) -> SuppliedEsim {
    SuppliedEsim {
        order_ref: added.order_ref.clone(),
        iccid: onto.unwrap_or_default(),
        eid: None,
        activation_code: String::new(),
        cost: added.cost.clone(),
        currency: added.currency,
    }
}

/// Puts what the provider has added on the eSIM. What it starts later is shown as waiting.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, unit): (&query::OrderRow, &Unit),
    (candidate, receipt, added): (&Candidate, &SuppliedEsim, &SuppliedTopUp),
    now: DateTime<Utc>,
) -> Result<()> {
    let esim = order
        .esim_id
        .ok_or_else(|| Error::internal(format!("order {} adds to nothing", order.id)))?;
    if let Err(Error::Refused(problem)) = topups::lock(tx, esim, order.user_id) {
        let why = format!("The provider added it, but {}", problem.sentence());
        return leave(tx, actor, unit, &why, now);
    }
    let days = order.terms()?.validity_days;
    let run = if added.is_running {
        TopUpPeriod::from_provider(added.since, added.until, days, now)
    } else {
        later::wait(tx, unit, now)?;
        TopUpPeriod::Queued
    };
    let found = Found {
        esim,
        from: Some((candidate, receipt)),
    };
    fulfil(tx, actor, (order, unit), found, Some(run), now)
}
