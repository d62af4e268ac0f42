//! The choice of a provider.

use super::query::{self, Candidate, Limits, Wanted};
use crate::{health, providers};
use chrono::{DateTime, Utc};
use platform::{Result, Tx};
use wire::{
    Decimal,
    integrations::routing::{RoutingCandidate, RoutingDecision, RoutingReason},
};

/// What the router decided.
pub enum Choice {
    /// The order is sent to this offer.
    Chosen {
        /// The offer.
        candidate: Box<Candidate>,
        /// The decision.
        decision: RoutingDecision,
    },
    /// An offer can supply the eSIM later.
    Later(RoutingDecision),
    /// No offer can supply the eSIM.
    Never(RoutingDecision),
}

/// Chooses the offer of the next request, and takes what the request needs: the probe of a half-open circuit, and its share
/// of the data pool.
pub fn choose(
    tx: &mut Tx<'_>,
    limits: &Limits,
    wanted: &Wanted<'_>,
    now: DateTime<Utc>,
) -> Result<Choice> {
    let mut candidates = query::candidates(tx.conn(), limits, wanted, now)?;
    let mut chosen = None;
    for (place, candidate) in candidates.iter_mut().enumerate() {
        if candidate.reason != RoutingReason::Eligible {
            continue;
        }
        candidate.reason = take(tx, limits, wanted, candidate, now)?;
        if candidate.reason == RoutingReason::Eligible {
            chosen = Some(place);
            break;
        }
    }
    let mut decision = decide(&candidates, now);
    decision.chosen_offer_id = chosen
        .and_then(|place| candidates.get(place))
        .map(|candidate| candidate.offer);
    if let Some(place) = chosen {
        return Ok(Choice::Chosen {
            candidate: Box::new(candidates.swap_remove(place)),
            decision,
        });
    }
    let can_wait = decision
        .candidates
        .iter()
        .any(|candidate| candidate.reason.is_temporary());
    Ok(if can_wait {
        Choice::Later(decision)
    } else {
        Choice::Never(decision)
    })
}

/// Takes what a request to an offer needs, or returns what is missing.
fn take(
    tx: &mut Tx<'_>,
    limits: &Limits,
    wanted: &Wanted<'_>,
    candidate: &Candidate,
    now: DateTime<Utc>,
) -> Result<RoutingReason> {
    if let Some(scope) = limits.order_scope(candidate, wanted.topup_provider.is_some())
        && query::is_order_open(tx, candidate, &scope)?
    {
        return Ok(RoutingReason::OrderOpen);
    }
    if !health::take_probe(tx, candidate.provider, now)? {
        return Ok(RoutingReason::CircuitOpen);
    }
    if let Some(megabytes) = &wanted.megabytes
        && !providers::take_from_pool(tx, candidate.provider, megabytes)?
    {
        return Ok(RoutingReason::PoolExhausted);
    }
    Ok(RoutingReason::Eligible)
}

/// Returns the decision for candidates in their order: the first that can supply is chosen.
pub fn decide(candidates: &[Candidate], now: DateTime<Utc>) -> RoutingDecision {
    let is_eligible = |candidate: &&Candidate| candidate.reason == RoutingReason::Eligible;
    RoutingDecision {
        decided_at: now,
        chosen_offer_id: candidates
            .iter()
            .find(is_eligible)
            .map(|candidate| candidate.offer),
        candidates: candidates.iter().map(RoutingCandidate::from).collect(),
    }
}

/// What decides whether an offer can supply an eSIM.
pub struct Facts<'a> {
    /// Whether the eSIM to top up is of another provider.
    pub is_other_provider: bool,
    /// Whether the offer is active.
    pub is_offer_active: bool,
    /// Whether the provider is active.
    pub is_provider_active: bool,
    /// Whether this server can call the provider.
    pub is_callable: bool,
    /// Whether the order is a trial, and the provider is real.
    pub is_trial: bool,
    /// Whether the provider is paused.
    pub is_paused: bool,
    /// Whether the provider has refused the eSIM.
    pub is_refused: bool,
    /// The stock that the provider reports.
    pub stock: Option<i32>,
    /// The data pool at the provider in GB, and the wanted data in MB.
    pub pool: Option<(&'a Decimal, &'a Decimal)>,
    /// Whether the cost is above the limit.
    pub is_too_expensive: bool,
    /// Whether the identity of the customer must be verified first.
    pub is_unverified: bool,
    /// Whether the circuit is open, another process sends the probe, or the last request did not reach the provider.
    pub is_circuit_open: bool,
}

/// Returns why an offer can or cannot supply an eSIM. Reasons that last come before reasons that pass.
pub fn assess(facts: &Facts<'_>) -> RoutingReason {
    let is_pool_too_small = facts.pool.is_some_and(|(gigabytes, megabytes)| {
        gigabytes.exact() * bigdecimal::BigDecimal::from(1_000) < *megabytes.exact()
    });
    let checks = [
        (facts.is_other_provider, RoutingReason::OtherProvider),
        (!facts.is_offer_active, RoutingReason::OfferInactive),
        (!facts.is_provider_active, RoutingReason::ProviderInactive),
        (!facts.is_callable, RoutingReason::AdapterUnavailable),
        (facts.is_trial, RoutingReason::Trial),
        (facts.is_refused, RoutingReason::Refused),
        (facts.stock == Some(0), RoutingReason::OutOfStock),
        (is_pool_too_small, RoutingReason::PoolExhausted),
        (facts.is_too_expensive, RoutingReason::CostTooHigh),
        (facts.is_unverified, RoutingReason::IdentityNotVerified),
        (facts.is_paused, RoutingReason::ProviderPaused),
        (facts.is_circuit_open, RoutingReason::CircuitOpen),
    ];
    checks
        .into_iter()
        .find(|(applies, _)| *applies)
        .map_or(RoutingReason::Eligible, |(_, reason)| reason)
}

/// Returns whether a cost is above so many percent of a price. 0 allows any cost.
pub fn is_above(cost: &Decimal, price: &Decimal, percent: i64) -> bool {
    percent > 0 && *cost > price.percent(&Decimal::from(percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            is_other_provider: false,
            is_offer_active: true,
            is_provider_active: true,
            is_callable: true,
            is_trial: false,
            is_paused: false,
            is_refused: false,
            stock: None,
            pool: None,
            is_too_expensive: false,
            is_unverified: false,
            is_circuit_open: false,
        }
    }

    #[test]
    fn offer_without_obstacle_is_eligible() {
        assert_eq!(assess(&facts()), RoutingReason::Eligible);
        let in_stock = Facts {
            stock: Some(1),
            ..facts()
        };
        assert_eq!(assess(&in_stock), RoutingReason::Eligible);
    }

    #[test]
    fn lasting_obstacle_is_stated_before_passing_one() {
        let paused = Facts {
            is_paused: true,
            ..facts()
        };
        assert_eq!(assess(&paused), RoutingReason::ProviderPaused);
        let sold_out = Facts {
            stock: Some(0),
            ..paused
        };
        assert_eq!(assess(&sold_out), RoutingReason::OutOfStock);
    }

    #[test]
    fn pool_is_compared_in_units_of_a_thousand() {
        let (pool, fits, too_much) = (Decimal::from(5), Decimal::from(5_000), Decimal::from(5_001));
        let with = |wanted| {
            assess(&Facts {
                pool: Some((&pool, wanted)),
                ..facts()
            })
        };
        assert_eq!(with(&fits), RoutingReason::Eligible);
        assert_eq!(with(&too_much), RoutingReason::PoolExhausted);
    }

    #[test]
    fn cost_limit_of_zero_allows_any_cost() {
        let (cost, price) = (Decimal::from(8), Decimal::from(10));
        assert!(!is_above(&cost, &price, 0));
        assert!(!is_above(&cost, &price, 80));
        assert!(is_above(&cost, &price, 79));
    }
}
