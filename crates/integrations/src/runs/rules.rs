//! The life of a run: requested, begun, in progress, finished.

use super::query;
use chrono::{DateTime, Utc};
use platform::{Actor, Error, Result, Tx};
use std::time::Instant;
use suppliers::SupplierError;
use wire::{
    PriceListId, ProblemCode, ProviderId, ProviderRunId, TwilioConfigId,
    integrations::providers::{ProviderRun, ProviderRunKind, ProviderRunStatus, RunConflict},
};

/// The account that a run calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunSubject {
    /// A provider.
    Provider(ProviderId),
    /// A Twilio account.
    Twilio(TwilioConfigId),
}

/// The outcome of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunOutcome {
    /// Whether it failed.
    pub is_failed: bool,
    /// The outcome in a sentence.
    pub message: String,
    /// The duration of the calls in milliseconds; `None` when no call was made.
    pub duration_ms: Option<i32>,
    /// The number of new packages or eSIMs.
    pub added: i32,
    /// The number of changed packages or eSIMs.
    pub changed: i32,
    /// The eSIMs that do not match the inventory.
    pub conflicts: Vec<RunConflict>,
    /// The comparison of a catalog.
    pub price_list_id: Option<PriceListId>,
}

impl RunOutcome {
    /// Creates the outcome of calls that succeeded.
    pub fn succeeded(message: impl Into<String>, since: Instant) -> Self {
        Self {
            message: message.into(),
            duration_ms: Some(millis(since)),
            ..Self::default()
        }
    }

    /// Creates the outcome of a call that failed.
    pub fn failed(error: &SupplierError, since: Instant) -> Self {
        Self {
            is_failed: true,
            duration_ms: Some(millis(since)),
            message: sentence(&error.to_string()),
            ..Self::default()
        }
    }

    /// Creates the outcome of a run that could not be made.
    pub fn not_made(message: impl Into<String>) -> Self {
        Self {
            is_failed: true,
            message: message.into(),
            ..Self::default()
        }
    }
}

fn millis(since: Instant) -> i32 {
    i32::try_from(since.elapsed().as_millis()).unwrap_or(i32::MAX)
}

/// Begins an error text with a capital letter and ends it with a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    let text = format!("{}{}", first.unwrap_or_default(), chars.as_str());
    match text.ends_with(['.', '!', '?']) {
        true => text,
        false => format!("{text}."),
    }
}

/// Requests a run, and returns whether it is new. While a run of the kind is open, that run is returned.
pub fn start(
    tx: &mut Tx<'_>,
    actor: &Actor,
    subject: RunSubject,
    kind: ProviderRunKind,
    now: DateTime<Utc>,
) -> Result<(ProviderRun, bool)> {
    if let Some(run) = query::insert(tx, subject, kind, actor.id, now)? {
        return Ok((run, true));
    }
    let open = query::open(tx.conn(), subject, kind)?;
    // The open run ended after the insertion.
    open.map(|run| (run, false))
        .ok_or_else(|| Error::refuse(ProblemCode::Conflict))
}

/// Begins a run; `None` when it has ended. A run that a crashed worker began goes on.
pub fn begin(
    tx: &mut Tx<'_>,
    id: ProviderRunId,
    now: DateTime<Utc>,
) -> Result<Option<ProviderRun>> {
    let run = query::lock(tx, id)?;
    match run.status {
        ProviderRunStatus::Queued => {
            transition(&run, ProviderRunStatus::Running)?;
            query::begin(tx, id, now).map(Some)
        }
        ProviderRunStatus::Running => Ok(Some(run)),
        ProviderRunStatus::Succeeded | ProviderRunStatus::Failed => Ok(None),
    }
}

/// Stores the progress of a run.
pub fn progress(tx: &mut Tx<'_>, id: ProviderRunId, pages: i32, items: i32) -> Result<()> {
    query::progress(tx, id, pages, items)
}

/// Stores the outcome of a run. A run that has ended keeps its outcome.
pub fn finish(
    tx: &mut Tx<'_>,
    id: ProviderRunId,
    outcome: &RunOutcome,
    now: DateTime<Utc>,
) -> Result<()> {
    let run = query::lock(tx, id)?;
    if run.status.is_final() {
        return Ok(());
    }
    let to = match outcome.is_failed {
        true => ProviderRunStatus::Failed,
        false => ProviderRunStatus::Succeeded,
    };
    transition(&run, to)?;
    query::finish(tx, id, to, outcome, now)
}

fn transition(run: &ProviderRun, to: ProviderRunStatus) -> Result<()> {
    if run.status.can_become(to) {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::WrongState,
        format!("The run is {} and cannot become {to}.", run.status),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_outcome_is_a_sentence() {
        let error = SupplierError::Unauthorized {
            message: "wrong key".to_owned(),
        };
        let outcome = RunOutcome::failed(&error, Instant::now());
        assert_eq!(
            outcome.message,
            "The provider does not accept the credentials: wrong key."
        );
        assert!(outcome.is_failed && outcome.duration_ms.is_some());
    }
}
