//! Decisions about provisioning. Who calls these records the act; the rows themselves are the log of the calls.

use super::query::{self, Close, State};
use crate::providers::offers::Route;
use wire::{
    Currency, EsimId, Money, OrderId, ProblemCode, ProvisioningJobId,
    integrations::allocations::{Attempt, AttemptStatus, ProvisioningStatus},
};

use chrono::{DateTime, Utc};
use platform::{Error, Result, Tx};

/// The most text that is kept of an error.
const LONGEST_ERROR: usize = 2000;

/// Begins the provisioning of an order: one per unit. Asked again, it changes nothing and names the same ones.
pub fn queue_jobs(tx: &mut Tx<'_>, order: OrderId, quantity: i32) -> Result<Vec<ProvisioningJobId>> {
    query::insert_jobs(tx, order, quantity)?;
    Ok(query::jobs_of(tx.conn(), order)?.into_iter().map(|job| job.id).collect())
}

/// How far a provisioning has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Somebody works on it.
    Running,
    /// It goes on at a time.
    Waiting { /** When. */ until: DateTime<Utc>, /** What it waits for. */ why: String },
    /// There is an eSIM.
    Succeeded { /** Which. */ esim: EsimId, /** From where. */ source: Source },
    /// Nobody supplies it.
    Failed { /** Why not. */ why: String },
    /// A person must decide.
    NeedsReview { /** What. */ why: String },
}

/// Where an eSIM came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source { /** From our own stock. */ Stock, /** Bought from a provider. */ Provider }

/// Records how far a provisioning has come. One that has succeeded stays so.
pub fn progress(tx: &mut Tx<'_>, job: ProvisioningJobId, progress: &Progress) -> Result<()> {
    let state = State::new;
    let state = match progress {
        Progress::Running => state(ProvisioningStatus::Running),
        Progress::Waiting { until, why } => State { next_attempt_at: Some(*until), ..state(ProvisioningStatus::Waiting).because(short(why)) },
        Progress::Succeeded { esim, source } => State { esim_id: Some(*esim), source: Some(source.as_str()), ..state(ProvisioningStatus::Succeeded) },
        Progress::Failed { why } => state(ProvisioningStatus::Failed).because(short(why)),
        Progress::NeedsReview { why } => state(ProvisioningStatus::NeedsReview).because(short(why)),
    };
    query::set_state(tx, job, &state)
}

impl Source {
    const fn as_str(self) -> &'static str { match self { Self::Stock => "stock", Self::Provider => "provider" } }
}

/// Our own name for an attempt, by which the provider is asked again: always the same for the same attempt.
pub fn reference_of(job: ProvisioningJobId, attempt_no: i32) -> String { format!("{job}-{attempt_no}") }

/// Opens the next attempt. Its row must be committed before the call goes out.
///
/// While another attempt of the same provisioning is open, there is no next one: look that one up first.
pub fn open_attempt(tx: &mut Tx<'_>, job: ProvisioningJobId, route: &Route, now: DateTime<Utc>) -> Result<Attempt> {
    query::lock_job(tx, job)?;
    if query::live_attempt(tx.conn(), job)?.is_some() {
        return Err(Error::because(ProblemCode::WrongState, "An earlier attempt is still open. Ask the provider what became of it."));
    }
    let number = query::count_attempt(tx, job)?;
    query::insert_attempt(tx, job, route, number, &reference_of(job, number), now)
}

/// How an attempt ended, or that nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The provider supplied.
    Succeeded { /** Its own id of the order. */ order_ref: String, /** What it cost. */ cost: Money, /** In this currency. */ currency: Currency },
    /// The provider said no; the next may be asked.
    Refused { /** Why. */ why: String },
    /// The answer did not come back. The attempt stays open.
    Unknown { /** What was seen. */ why: String },
    /// The provider knows nothing of it, or nobody waits for it any more.
    Abandoned { /** Why. */ why: String },
}

/// Records what became of an attempt; false when that was known already, and nothing was changed.
pub fn close_attempt(tx: &mut Tx<'_>, reference: &str, outcome: &Outcome, now: DateTime<Utc>) -> Result<bool> {
    let end = |status, why: &str| Close { status, error: Some(short(why)), answered_at: Some(now), ..Close::default() };
    let close = match outcome {
        Outcome::Succeeded { order_ref, cost, currency } => Close {
            status: AttemptStatus::Succeeded, provider_order_ref: Some(order_ref.clone()), cost: Some(cost.clone()), currency: Some(*currency), error: None, answered_at: Some(now),
        },
        Outcome::Refused { why } => end(AttemptStatus::Refused, why),
        Outcome::Unknown { why } => Close { answered_at: None, ..end(AttemptStatus::Unknown, why) },
        Outcome::Abandoned { why } => end(AttemptStatus::Abandoned, why),
    };
    Ok(query::close_attempt(tx, reference, &close)? > 0)
}

fn short(text: &str) -> String { text.chars().take(LONGEST_ERROR).collect() }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_one_attempt_of_one_unit() {
        let job = ProvisioningJobId(uuid::Uuid::from_u128(7));
        assert_eq!(reference_of(job, 2), "00000000-0000-0000-0000-000000000007-2");
        assert_ne!(reference_of(job, 1), reference_of(job, 2));
        assert!(reference_of(job, i32::MAX).len() <= 100);
    }
}
