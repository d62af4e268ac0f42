//! The rule of the second person: what one person requested and approved alone is summed, per payment and per day, and
//! above a limit another person has to approve.

use crate::{
    payments,
    refunds::query::{self, Alone, Payment, RefundRow},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    settings::{self, BusinessTimeZone, FourEyesAbove},
};
use wire::{Currency, Money, ProblemCode, RefundId, UserId};

/// A refund that one person would request and approve.
pub struct Proposal<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The amount.
    pub amount: &'a Money,
    /// The refund, if it is stored already.
    pub refund: Option<RefundId>,
    /// The person who approves it.
    pub by: UserId,
}

/// Returns whether the refund takes another person: together with what the person approved alone before, of the payment
/// or on this business day, it exceeds the limit of its currency. Approvals of one person wait for each other, so
/// that no two of them see the same sum.
pub fn is_needed(tx: &mut Tx<'_>, proposal: &Proposal<'_>, now: DateTime<Utc>) -> Result<bool> {
    let currency = proposal.payment.currency;
    let limit = settings::get(tx.conn(), FourEyesAbove)?.in_currency(currency);
    query::one_approval_at_a_time(tx, proposal.by)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let approved = query::approved_alone(
        tx.conn(),
        &Alone {
            by: proposal.by,
            payment: proposal.payment.id,
            currency,
            day_began: payments::start_of_day(now, zone),
            but: proposal.refund,
        },
    )?;
    let exceeds = |before: &Money| before.plus(proposal.amount) > limit;
    Ok(exceeds(&approved.of_payment) || exceeds(&approved.of_day))
}

/// Rejects the approval of a refund by its requester, where it takes another person. A refund that an
/// integrator's client requested counts as requested by the person who created that client.
pub fn may_approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (payment, row): (&Payment, &RefundRow),
    now: DateTime<Utc>,
) -> Result<()> {
    let requester = match row.requested_by_client {
        Some(client) => query::creator_of(tx.conn(), client)?,
        None => row.requested_by,
    };
    let Some(me) = actor.id.filter(|me| requester == Some(*me)) else {
        return Ok(());
    };
    let proposal = Proposal {
        payment,
        amount: &row.amount,
        refund: Some(row.id),
        by: me,
    };
    if row.needs_second_person || is_needed(tx, &proposal, now)? {
        return Err(refused(tx, row.currency)?);
    }
    Ok(())
}

fn refused(tx: &mut Tx<'_>, currency: Currency) -> Result<Error> {
    let limit = settings::get(tx.conn(), FourEyesAbove)?.in_currency(currency);
    Ok(Error::with_detail(
        ProblemCode::Forbidden,
        format!(
            "Another person than the requester has to approve this refund: one person refunds at most {} alone, per payment and per day.",
            limit.in_currency(currency)
        ),
    ))
}
