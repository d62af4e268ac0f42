//! What the client reports of each call, for metrics and the health of a provider.

use std::time::Duration;
use wire::ProviderId;

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// The provider answered with a status below 400.
    Success,
    /// The provider answered with a status from 400 to 499.
    Rejected,
    /// The provider answered with a status of 500 or above.
    Failed,
    /// Too many calls.
    RateLimited,
    /// The request was not sent.
    NotSent,
    /// There was no complete answer.
    NoAnswer,
}

impl CallOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Success,
        Self::Rejected,
        Self::Failed,
        Self::RateLimited,
        Self::NotSent,
        Self::NoAnswer,
    ];

    /// Returns the name for labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::RateLimited => "rate_limited",
            Self::NotSent => "not_sent",
            Self::NoAnswer => "no_answer",
        }
    }

    /// Returns whether the provider worked. A rejected request shows that it does.
    pub const fn is_healthy(self) -> bool {
        matches!(self, Self::Success | Self::Rejected)
    }
}

/// A call that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallRecord {
    /// The provider.
    pub provider: ProviderId,
    /// The adapter.
    pub adapter: &'static str,
    /// The operation of the provider's API.
    pub operation: &'static str,
    /// The outcome.
    pub outcome: CallOutcome,
    /// How long the call took, with its repetitions.
    pub duration: Duration,
    /// How often the request was sent.
    pub attempts: u32,
}

/// Receives the calls. It must not block.
pub trait Observer: Send + Sync {
    /// Receives a call that has ended.
    fn record(&self, call: &CallRecord);
}

/// Discards the calls.
pub struct NoObserver;

impl Observer for NoObserver {
    fn record(&self, _call: &CallRecord) {}
}

impl<F: Fn(&CallRecord) + Send + Sync> Observer for F {
    fn record(&self, call: &CallRecord) {
        self(call);
    }
}
