//! The way of an eSIM through its states, and the only doors between them.

use super::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act, Subject},
};
use serde_json::json;
use wire::{
    EsimId, PlanId, ProblemCode, UserId,
    esims::inventory::{Esim, EsimStatus, ProfileState},
};

/// Where a change of state came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A stock file.
    Import,
    /// An order: a sale or a top-up.
    Order,
    /// A member of the staff.
    Admin,
    /// The provider's word.
    Provider,
}

impl Source {
    /// Its word in the history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Order => "order",
            Self::Admin => "admin",
            Self::Provider => "provider",
        }
    }
}

/// A step that an eSIM is to take; what is absent stays.
#[derive(Debug, Clone, Copy)]
pub struct Move<'a> {
    /// The state that it gets.
    pub status: Option<EsimStatus>,
    /// The profile's state.
    pub profile_state: Option<ProfileState>,
    /// Why.
    pub reason: Option<&'a str>,
    /// Where it comes from.
    pub source: Source,
    /// When.
    pub at: DateTime<Utc>,
}

/// Whether an eSIM may go from one state to another. Nothing leads out of cancelled, nothing back into the
/// stock, and only a top-up revives what has expired.
pub const fn may_move(from: EsimStatus, to: EsimStatus, source: Source) -> bool {
    use EsimStatus::{Active, Available, Cancelled, Expired, Suspended};
    match (from, to) {
        (Available, Active | Expired | Cancelled) => true,
        (Active, Suspended | Expired | Cancelled) => true,
        (Suspended, Active | Expired | Cancelled) => true,
        (Expired, Active) => matches!(source, Source::Order),
        (Expired, Cancelled) => true,
        _ => false,
    }
}

/// Whether a profile may go from one state to another. News may arrive late and out of order, so it only moves
/// forward; but it is switched on and off at will, released again after a deletion, and recovers from an error.
pub const fn profile_may_move(from: ProfileState, to: ProfileState) -> bool {
    use ProfileState::{Deleted, Disabled, Enabled, Error, Released};
    match (from, to) {
        (Error, _) | (_, Error) | (Disabled, Enabled) | (Deleted, Released) => true,
        (Deleted, _) => false,
        _ => step(from) < step(to),
    }
}

const fn step(state: ProfileState) -> u8 {
    match state {
        ProfileState::Reserving => 0,
        ProfileState::Released => 1,
        ProfileState::Downloaded => 2,
        ProfileState::Installed => 3,
        ProfileState::Enabled => 4,
        ProfileState::Disabled => 5,
        ProfileState::Deleted => 6,
        ProfileState::Error => 7,
    }
}

/// Takes an eSIM one step further and remembers it. A step that changes nothing is no step, and leaves no trace.
pub fn move_to(tx: &mut Tx<'_>, actor: &Actor, id: EsimId, step: Move<'_>) -> Result<Esim> {
    let from = query::lock(tx, id)?;
    let to = (
        step.status.unwrap_or(from.status),
        step.profile_state.unwrap_or(from.profile_state),
    );
    if to == (from.status, from.profile_state) {
        return query::find(tx.conn(), None, id);
    }
    let wrong = |text: String| Err(Error::because(ProblemCode::WrongState, text));
    if to.0 != from.status && !may_move(from.status, to.0, step.source) {
        return wrong(format!(
            "An eSIM that is {} cannot become {}.",
            from.status, to.0
        ));
    }
    if to.1 != from.profile_state && !profile_may_move(from.profile_state, to.1) {
        return wrong(format!(
            "A profile that is {} cannot become {}.",
            from.profile_state, to.1
        ));
    }
    if to.0 == EsimStatus::Active && from.user_id.is_none() {
        return wrong("An eSIM without an owner cannot become active.".into());
    }

    query::set_state(tx, id, to, step.at)?;
    let about = Subject {
        kind: "esim",
        id: id.0,
    };
    let reason = audit::seal_reason(tx, &actor.keys, about, step.reason)?;
    query::remember(
        tx,
        &[query::Change {
            esim_id: id,
            from: Some((from.status, from.profile_state)),
            to,
            reason: reason.as_deref(),
            actor_id: actor.id,
            source: step.source.as_str(),
        }],
    )?;
    let change = json!({ "status": { "before": from.status, "after": to.0 }, "profile_state": { "before": from.profile_state, "after": to.1 } });
    audit::record(
        tx,
        actor,
        Act::new("esim.move", "esim", id.0)
            .changing(change)
            .because(step.reason),
    )?;
    query::find(tx.conn(), None, id)
}

/// Takes one eSIM of a plan out of the stock for somebody: the oldest that nobody else is just taking.
pub fn reserve(
    tx: &mut Tx<'_>,
    plan: PlanId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<EsimId>> {
    let Some(id) = query::take_from_stock(tx, plan, user, now)? else {
        return Ok(None);
    };
    let state = (EsimStatus::Available, ProfileState::Released);
    query::remember(
        tx,
        &[query::Change {
            esim_id: id,
            from: Some(state),
            to: state,
            reason: Some("Sold from stock"),
            actor_id: None,
            source: Source::Order.as_str(),
        }],
    )?;
    Ok(Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [Source; 4] = [
        Source::Import,
        Source::Order,
        Source::Admin,
        Source::Provider,
    ];

    #[test]
    fn nothing_leads_out_of_cancelled_or_back_into_stock() {
        for &other in EsimStatus::ALL {
            for source in SOURCES {
                assert!(!may_move(EsimStatus::Cancelled, other, source), "{other}");
                assert!(!may_move(other, EsimStatus::Available, source), "{other}");
                assert!(!may_move(other, other, source), "{other}");
            }
        }
    }

    #[test]
    fn only_a_top_up_revives_what_has_expired() {
        for source in SOURCES {
            assert_eq!(
                may_move(EsimStatus::Expired, EsimStatus::Active, source),
                source == Source::Order
            );
        }
        assert!(!may_move(
            EsimStatus::Expired,
            EsimStatus::Suspended,
            Source::Admin
        ));
    }

    #[test]
    fn service_runs_its_course() {
        use EsimStatus::{Active, Available, Cancelled, Expired, Suspended};
        for (from, to) in [
            (Available, Active),
            (Active, Suspended),
            (Suspended, Active),
            (Active, Expired),
            (Suspended, Expired),
            (Expired, Cancelled),
            (Available, Cancelled),
        ] {
            assert!(may_move(from, to, Source::Provider), "{from} to {to}");
        }
        assert!(!may_move(Available, Suspended, Source::Admin));
    }

    #[test]
    fn a_profile_moves_forward_but_is_switched_at_will() {
        use ProfileState::{
            Deleted, Disabled, Downloaded, Enabled, Error, Installed, Released, Reserving,
        };
        for (from, to) in [
            (Reserving, Released),
            (Released, Installed),
            (Installed, Enabled),
            (Enabled, Disabled),
            (Disabled, Enabled),
            (Enabled, Deleted),
            (Deleted, Released),
            (Downloaded, Error),
            (Error, Installed),
        ] {
            assert!(profile_may_move(from, to), "{from} to {to}");
        }
        for (from, to) in [
            (Enabled, Installed),
            (Installed, Downloaded),
            (Released, Reserving),
            (Deleted, Enabled),
            (Disabled, Installed),
        ] {
            assert!(!profile_may_move(from, to), "{from} to {to}");
        }
    }
}
