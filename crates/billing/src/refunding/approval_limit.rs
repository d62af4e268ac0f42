//! The limit above which a second person has to approve a refund: the refunds that one person requests and approves are
//! summed, per payment and per business day.

use crate::{
    payments,
    refunds::query::{self, OwnApprovals, Payment, RefundRow},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    settings::{self, BusinessTimeZone, FourEyesAbove},
};
use wire::{Currency, Money, ProblemCode, RefundId, UserId};

/// A refund that one person wants to request and approve.
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

/// Returns whether a second person has to approve the refund, because the refund exceeds the limit of its currency together
/// with the refunds of the payment, or of the business day, that the person approved before. The approvals of one person
/// are locked, so that no two of them see the same sum.
pub fn needs_second_person(
    tx: &mut Tx<'_>,
    proposal: &Proposal<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let currency = proposal.payment.currency;
    let limit = settings::get(tx.conn(), FourEyesAbove)?.in_currency(currency);
    query::lock_approvals(tx, proposal.by)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let approved = query::sum_own_approvals(
        tx.conn(),
        &OwnApprovals {
            by: proposal.by,
            payment: proposal.payment.id,
            currency,
            day_start: payments::start_of_day(now, zone),
            except: proposal.refund,
        },
    )?;
    let exceeds = |before: &Money| before.plus(proposal.amount) > limit;
    Ok(exceeds(&approved.of_payment) || exceeds(&approved.of_day))
}

/// Rejects the approval of a refund by its requester, where a second person has to approve. A refund that an API client
/// requested counts as requested by the person who created the client.
pub fn check_approver(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Payment,
    row: &RefundRow,
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
    if row.needs_second_person || needs_second_person(tx, &proposal, now)? {
        return Err(rejection(tx, row.currency)?);
    }
    Ok(())
}

fn rejection(tx: &mut Tx<'_>, currency: Currency) -> Result<Error> {
    let limit = settings::get(tx.conn(), FourEyesAbove)?.in_currency(currency);
    Ok(Error::with_detail(
        ProblemCode::Forbidden,
        format!(
            "Another person than the requester has to approve this refund: one person refunds at most {} alone, per payment and per day.",
            limit.in_currency(currency)
        ),
    ))
}
