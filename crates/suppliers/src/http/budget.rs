//! The limits of calls per account, shared by all calls of a process.

use super::CallError;
use chrono::TimeDelta;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until, timeout},
};
use wire::ProviderId;

/// What a limit of the provider applies to: an operation, or an operation for one subject such as an eSIM.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    pub(super) operation: &'static str,
    pub(super) subject: Option<String>,
}

/// The limits of all accounts.
pub(super) struct Budgets {
    concurrent: usize,
    accounts: Mutex<HashMap<ProviderId, Arc<Budget>>>,
}

/// The limits of an account.
pub(super) struct Budget {
    permits: Arc<Semaphore>,
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    /// When the last calls started or will start.
    recent: VecDeque<Instant>,
    /// The operations, or their subjects, that the provider does not accept before a time.
    closed: HashMap<Scope, Instant>,
}

impl Budgets {
    pub(super) fn new(concurrent: usize) -> Self {
        Self {
            concurrent,
            accounts: Mutex::default(),
        }
    }

    pub(super) fn of(&self, provider: ProviderId) -> Arc<Budget> {
        let mut accounts = lock(&self.accounts);
        let budget = accounts.entry(provider).or_insert_with(|| {
            Arc::new(Budget {
                permits: Arc::new(Semaphore::new(self.concurrent)),
                calls: Mutex::default(),
            })
        });
        Arc::clone(budget)
    }
}

impl Budget {
    /// Waits until the account may make a call. The permit is held during the call.
    pub(super) async fn admit(
        &self,
        scope: &Scope,
        calls_per_second: u32,
        longest_wait: Duration,
    ) -> Result<OwnedSemaphorePermit, CallError> {
        if let Some(again) = lock(&self.calls).closed_until(scope, Instant::now()) {
            return Err(rate_limited(again - Instant::now()));
        }
        let permit = timeout(longest_wait, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| rate_limited(Duration::from_secs(1)))?
            .map_err(|_| CallError::NotSent("the client is shutting down".into()))?;
        let start = lock(&self.calls)
            .reserve(Instant::now(), calls_per_second, longest_wait)
            .map_err(rate_limited)?;
        sleep_until(start).await;
        Ok(permit)
    }

    /// Stops an operation for a time, because the provider accepts no more calls.
    pub(super) fn close(&self, scope: Scope, time: Duration) {
        lock(&self.calls)
            .closed
            .insert(scope, Instant::now() + time);
    }
}

impl Calls {
    fn closed_until(&mut self, scope: &Scope, now: Instant) -> Option<Instant> {
        self.closed.retain(|_, until| *until > now);
        self.closed.get(scope).copied()
    }

    /// Returns when the next call may start, so that no second contains more calls than the limit; the time to wait if that
    /// is too late.
    fn reserve(
        &mut self,
        now: Instant,
        calls_per_second: u32,
        longest_wait: Duration,
    ) -> Result<Instant, Duration> {
        let limit = usize::try_from(calls_per_second.max(1)).unwrap_or(usize::MAX);
        while self.recent.len() > limit {
            self.recent.pop_front();
        }
        let start = match self.recent.front() {
            Some(oldest) if self.recent.len() == limit => now.max(*oldest + Duration::from_secs(1)),
            _ => now,
        };
        if start - now > longest_wait {
            return Err(start - now);
        }
        self.recent.push_back(start);
        Ok(start)
    }
}

fn rate_limited(wait: Duration) -> CallError {
    CallError::RateLimited {
        retry_after: TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(1)),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(operation: &'static str, subject: Option<&str>) -> Scope {
        Scope {
            operation,
            subject: subject.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn reserve_limits_calls_in_every_second() {
        let begin = Instant::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let mut calls = Calls::default();
        let mut starts = Vec::new();
        for _ in 0..7 {
            starts.push(calls.reserve(at(0), 3, Duration::from_secs(10)).unwrap());
        }
        assert_eq!(
            starts,
            [0, 0, 0, 1000, 1000, 1000, 2000].map(at).to_vec(),
            "three per second"
        );
        // After a pause, calls start immediately again.
        assert_eq!(calls.reserve(at(9_000), 3, Duration::ZERO), Ok(at(9_000)));
    }

    #[test]
    fn reserve_rejects_calls_that_would_wait_too_long() {
        let begin = Instant::now();
        let mut calls = Calls::default();
        assert_eq!(calls.reserve(begin, 1, Duration::ZERO), Ok(begin));
        assert_eq!(
            calls.reserve(begin, 1, Duration::ZERO),
            Err(Duration::from_secs(1))
        );
        // A rejected call uses nothing up.
        let later = begin + Duration::from_secs(1);
        assert_eq!(calls.reserve(later, 1, Duration::ZERO), Ok(later));
    }

    #[tokio::test]
    async fn close_stops_one_operation_of_one_account() {
        let budgets = Budgets::new(1);
        let (one, other) = (
            ProviderId(uuid::Uuid::nil()),
            ProviderId(uuid::Uuid::from_u128(7)),
        );
        let minute = Duration::from_secs(60);
        budgets.of(one).close(scope("usage", None), minute);
        budgets.of(one).close(scope("state", Some("a")), minute);
        let admit = async |provider, scope| {
            let budget = budgets.of(provider);
            budget.admit(&scope, 10, Duration::ZERO).await.is_ok()
        };
        assert!(!admit(one, scope("usage", None)).await);
        assert!(admit(one, scope("order", None)).await);
        assert!(admit(other, scope("usage", None)).await);
        assert!(!admit(one, scope("state", Some("a"))).await);
        assert!(admit(one, scope("state", Some("b"))).await);
    }

    #[tokio::test]
    async fn admit_limits_concurrent_calls() {
        let budgets = Budgets::new(1);
        let budget = budgets.of(ProviderId(uuid::Uuid::nil()));
        let order = scope("order", None);
        let held = budget.admit(&order, 10, Duration::ZERO).await.unwrap();
        let refused = budget.admit(&order, 10, Duration::ZERO).await;
        assert!(matches!(refused, Err(CallError::RateLimited { .. })));
        drop(held);
        assert!(budget.admit(&order, 10, Duration::ZERO).await.is_ok());
    }
}
