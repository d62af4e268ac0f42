//! Finding an eSIM for one ordered unit: from stock, else from a provider. Each step is one transaction, and between
//! them the provider is asked; whatever happens in between, the next run knows what to do.

mod later;
mod margin;
mod outcome;
mod topup;

pub use later::{question, told};
pub use outcome::abandon;
use outcome::{Found, fulfil, give_up, leave};

use super::query;
use chrono::{DateTime, TimeDelta, Utc};
use esims::inventory;
use integrations::allocations::{self, Candidate, Unit};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    ports::supplier::{SuppliedEsim, SuppliedTopUp, SupplierError},
};
use serde_json::json;
use std::time::Duration;
use wire::{
    OrderId,
    billing::orders::OrderStatus,
    integrations::{
        allocations::{ProvisioningAttemptStatus, ProvisioningStatus},
        providers::ProviderAdapter,
    },
};

pub use allocations::reopen;

/// Requests that are made for one unit before a person has to look.
const MOST_ATTEMPTS: i32 = 6;
/// How long one call may take; after that its outcome is unknown.
const CALL_LIMIT: Duration = Duration::from_secs(30);
/// Returns how long after the end of a call its provider may still register the request.
const fn registration(adapter: ProviderAdapter) -> TimeDelta {
    match adapter {
        // It registers a request before it answers.
        ProviderAdapter::Simulator => TimeDelta::seconds(10),
    }
}

/// Returns how long after a request its provider's answer "not known" is trusted: longer than the longest call. Trusted
/// earlier, the request could still arrive after the next provider was asked, and one unit would be bought twice.
fn settling(adapter: ProviderAdapter) -> TimeDelta {
    TimeDelta::from_std(CALL_LIMIT).map_or(TimeDelta::MAX, |limit| limit + registration(adapter))
}

/// What is to be done next for a unit.
pub enum Step {
    /// Nothing; it has its eSIM, or a person has to look.
    Done,
    /// Buy, under this reference.
    Buy(Wanted),
    /// Ask what became of an earlier request.
    LookUp(Wanted, DateTime<Utc>),
}

/// What a provider is asked for, under our reference.
pub struct Wanted {
    /// Who is asked.
    pub candidate: Candidate,
    /// Our reference.
    pub reference: String,
    /// The number of the eSIM that it is added to; a new one otherwise.
    pub onto: Option<String>,
}

/// What a provider has supplied.
pub enum Word {
    /// A new eSIM.
    New(SuppliedEsim),
    /// More data on one that is there.
    SuppliedTopUp(SuppliedTopUp),
}

/// Decides the next step: finish, take from stock, ask about what is open, or write the next request down.
pub fn next(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    (order_id, unit_no): (OrderId, i32),
    now: DateTime<Utc>,
) -> Result<Step> {
    let order = query::lock(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    let is_open = matches!(
        unit.status,
        ProvisioningStatus::Queued | ProvisioningStatus::Running | ProvisioningStatus::Waiting
    );
    if !is_open || !matches!(order.status, OrderStatus::Paid | OrderStatus::Provisioning) {
        return Ok(Step::Done);
    }
    query::advance(
        tx,
        order_id,
        &[OrderStatus::Paid],
        OrderStatus::Provisioning,
        None,
        now,
    )?;

    if let Some(open) = allocations::open_attempt(tx.conn(), unit.id)? {
        let wanted = Wanted {
            candidate: open.candidate,
            reference: open.reference,
            onto: topup::number(tx, &order)?,
        };
        return Ok(Step::LookUp(wanted, open.sent_at));
    }
    let (onto, only) = match topup::target(tx, &order) {
        Ok(target) => target,
        Err(Error::Refused(problem)) => {
            give_up(tx, actor, &unit, problem.sentence(), now)?;
            return Ok(Step::Done);
        }
        Err(fault) => return Err(fault),
    };
    if onto.is_none()
        && let Some(esim) = inventory::reserve(tx, order.plan_id, order.user_id, now)?
    {
        let found = Found { esim, from: None };
        fulfil(tx, actor, (&order, &unit), found, None, now)?;
        return Ok(Step::Done);
    }
    if unit.attempts >= MOST_ATTEMPTS {
        let why = match &unit.last_error {
            Some(error) => format!("{MOST_ATTEMPTS} requests have led to nothing: {error}"),
            None => format!("{MOST_ATTEMPTS} requests have led to nothing."),
        };
        leave(tx, actor, &unit, &why, now)?;
        return Ok(Step::Done);
    }
    let wanted = allocations::CandidateQuery {
        unit: unit.id,
        plan: order.plan_id,
        only,
        adapters,
    };
    match allocations::next_candidate(tx.conn(), &wanted)? {
        Some(candidate) if is_too_real(tx, &candidate, &order)? => {
            let why = "It is a trial, and the provider is real.";
            give_up(tx, actor, &unit, why, now)?;
            Ok(Step::Done)
        }
        Some(candidate) => {
            let reference = allocations::record_attempt(tx, &unit, &candidate, now)?;
            audit::record(tx, actor, AuditEvent::new("provisioning.ask", "order", order_id.0).with_change(json!({ "unit_no": unit_no, "provider_id": candidate.provider, "reference": reference })))?;
            Ok(Step::Buy(Wanted {
                candidate,
                reference,
                onto,
            }))
        }
        None => {
            let last = unit.last_error.as_deref().map_or(String::new(), |error| {
                format!(" The last one said: {error}")
            });
            give_up(
                tx,
                actor,
                &unit,
                &format!("There is no stock, and no provider left to ask.{last}"),
                now,
            )?;
            Ok(Step::Done)
        }
    }
}

/// Nothing is bought for whom a client in test mode has brought, even if a provider was set up after the order.
fn is_too_real(tx: &mut Tx<'_>, candidate: &Candidate, order: &query::OrderRow) -> Result<bool> {
    Ok(!candidate.adapter.is_simulated() && query::is_trial(tx.conn(), order.user_id)?)
}

/// Asks the provider; never within a transaction. No answer in time is unknown, not no.
pub async fn ask(ctx: &Ctx, step: &Step) -> Result<Option<Word>, SupplierError> {
    let late = |_| SupplierError::Unknown("no answer in time".to_owned());
    tokio::time::timeout(CALL_LIMIT, asked(ctx, step))
        .await
        .map_err(late)?
}

async fn asked(ctx: &Ctx, step: &Step) -> Result<Option<Word>, SupplierError> {
    let unknown = |error: Error| SupplierError::Unknown(error.to_string());
    let (wanted, is_new) = match step {
        Step::Done => return Ok(None),
        Step::Buy(wanted) => (wanted, true),
        Step::LookUp(wanted, _) => (wanted, false),
    };
    let supplier = (ctx.ports.suppliers)(wanted.candidate.adapter);
    let purchase = wanted
        .candidate
        .purchase(&ctx.keys, &wanted.reference)
        .map_err(unknown)?;
    match (&wanted.onto, is_new) {
        (None, true) => supplier.buy(&purchase).await.map(Word::New).map(Some),
        (None, false) => Ok(supplier.look_up(&purchase).await?.map(Word::New)),
        (Some(iccid), true) => {
            let added = supplier.top_up(&purchase, iccid).await;
            added.map(Word::SuppliedTopUp).map(Some)
        }
        (Some(iccid), false) => {
            let added = supplier.look_up_top_up(&purchase, iccid).await?;
            Ok(added.map(Word::SuppliedTopUp))
        }
    }
}

/// What the provider's word leads to: `true` when the unit needs another step at once.
pub fn heard(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order_id: OrderId,
    unit_no: i32,
    step: Step,
    word: Result<Option<Word>, SupplierError>,
    now: DateTime<Utc>,
) -> Result<Heard> {
    let (wanted, sent_at) = match step {
        Step::Done => return Ok(Heard::Done),
        Step::Buy(wanted) => (wanted, now),
        Step::LookUp(wanted, sent_at) => (wanted, sent_at),
    };
    let Wanted {
        candidate,
        reference,
        onto,
    } = wanted;
    let order = query::lock(tx, order_id)?;
    let unit = allocations::lock(tx, order_id, unit_no)?;
    match word {
        Ok(Some(Word::SuppliedTopUp(added))) => {
            let receipt = topup::receipt(&added, onto);
            let succeeded = ProvisioningAttemptStatus::Succeeded;
            if allocations::record_outcome(tx, &reference, succeeded, Some(&receipt), None, now)? {
                topup::apply(
                    tx,
                    actor,
                    (&order, &unit),
                    (&candidate, &receipt, &added),
                    now,
                )?;
            }
            Ok(Heard::Done)
        }
        Ok(Some(Word::New(supplied))) => {
            if !allocations::record_outcome(
                tx,
                &reference,
                ProvisioningAttemptStatus::Succeeded,
                Some(&supplied),
                None,
                now,
            )? {
                return Ok(Heard::Done);
            }
            let arrival = inventory::DeliveredEsim {
                provider_id: candidate.provider,
                supplied: &supplied,
                user_id: order.user_id,
                plan_id: order.plan_id,
                now,
            };
            match inventory::accept_delivery(tx, &actor.keys, arrival) {
                Ok(esim) => fulfil(
                    tx,
                    actor,
                    (&order, &unit),
                    Found {
                        esim,
                        from: Some((&candidate, &supplied)),
                    },
                    None,
                    now,
                )?,
                Err(Error::Refused(problem)) => leave(
                    tx,
                    actor,
                    &unit,
                    &format!(
                        "What the provider delivered cannot be used: {}",
                        problem.sentence()
                    ),
                    now,
                )?,
                Err(fault) => return Err(fault),
            }
            Ok(Heard::Done)
        }
        Err(SupplierError::Refused(why)) => {
            allocations::record_outcome(
                tx,
                &reference,
                ProvisioningAttemptStatus::Refused,
                None,
                Some(&why),
                now,
            )?;
            allocations::advance(tx, unit.id, ProvisioningStatus::Queued, None, Some(&why))?;
            Ok(Heard::Again)
        }
        // The provider does not know our reference. A request may still be on its way, so the answer is trusted only
        // after the longest call. Then the next provider is asked, before this one is asked again.
        Ok(None) if now - sent_at >= settling(candidate.adapter) => {
            allocations::record_outcome(
                tx,
                &reference,
                ProvisioningAttemptStatus::Abandoned,
                None,
                Some("The provider does not know the request."),
                now,
            )?;
            allocations::advance(
                tx,
                unit.id,
                ProvisioningStatus::Queued,
                None,
                Some("A request did not reach the provider."),
            )?;
            Ok(Heard::Again)
        }
        Ok(None) => wait(
            tx,
            &unit,
            &reference,
            "The provider does not know of the request yet.",
            now,
        ),
        Err(SupplierError::Unknown(why)) => wait(tx, &unit, &reference, &why, now),
    }
}

/// What to do after the provider's word.
pub enum Heard {
    /** Nothing. */
    Done,
    /** The next step at once. */
    Again,
    /** The same question later. */
    Later(String),
}

fn wait(
    tx: &mut Tx<'_>,
    unit: &Unit,
    reference: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<Heard> {
    allocations::record_outcome(
        tx,
        reference,
        ProvisioningAttemptStatus::Unknown,
        None,
        Some(why),
        now,
    )?;
    allocations::advance(tx, unit.id, ProvisioningStatus::Waiting, None, Some(why))?;
    Ok(Heard::Later(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settling_time_exceeds_the_call_limit() {
        let longest = TimeDelta::from_std(CALL_LIMIT).unwrap();
        for &adapter in ProviderAdapter::ALL {
            assert!(settling(adapter) > longest, "{adapter}");
        }
    }
}
