//! The list of eSIMs of a provider, compared with the inventory.

use super::{
    delivery::Profile,
    query::{self, KnownEsim},
    states::{Source, StateChange, can_change_status, change_state},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Result, Tx};
use std::collections::HashMap;
use suppliers::{EsimRef, ListedEsim, Secret};
use wire::{
    ProviderId,
    esims::{
        inventory::{EsimStatus, ProfileState},
        profile::{self, ActivationCode},
    },
    integrations::providers::RunConflict,
};

/// The age from which a listed eSIM without a row here is added. A younger one may be the delivery of an open order.
const SETTLED: TimeDelta = TimeDelta::hours(1);

/// An eSIM as a provider lists it, its profile and its service together.
#[derive(Clone)]
pub struct ListedProfile {
    /// The eSIM at the provider.
    pub esim: EsimRef,
    /// Our reference, if the provider stores it.
    pub reference: Option<String>,
    /// The EID of the chip, if known.
    pub eid: Option<String>,
    /// The activation code, if listed.
    pub activation_code: Option<Secret>,
    /// The state of the profile, if listed.
    pub profile_state: Option<ProfileState>,
    /// The status of the service, if listed.
    pub status: Option<EsimStatus>,
    /// When the provider created it.
    pub created_at: Option<DateTime<Utc>>,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum ListingOutcome {
    /// The eSIM was added to the stock.
    Added,
    /// A reference or a state was stored.
    Changed,
    /// The eSIM matches, or may belong to an open order.
    Unchanged,
    /// The eSIM does not match.
    Conflict(RunConflict),
}

/// Joins the entries of a list about the same eSIM: the profile and the service have the ICCID or the SIM in common.
pub fn merge_listed(listed: Vec<ListedEsim>) -> Vec<ListedProfile> {
    let mut merged: Vec<ListedProfile> = Vec::with_capacity(listed.len());
    let mut places: HashMap<String, usize> = HashMap::new();
    for entry in listed {
        let keys: Vec<String> = [
            Some(entry.esim.iccid.clone()).filter(|iccid| !iccid.is_empty()),
            entry.esim.sim_ref.clone(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let place = keys.iter().find_map(|key| places.get(key)).copied();
        let place = place.unwrap_or(merged.len());
        for key in keys {
            places.insert(key, place);
        }
        match merged.get_mut(place) {
            Some(known) => known.add(entry),
            None => merged.push(entry.into()),
        }
    }
    merged
}

impl From<ListedEsim> for ListedProfile {
    fn from(entry: ListedEsim) -> Self {
        Self {
            esim: entry.esim,
            reference: entry.reference,
            eid: entry.eid,
            activation_code: entry.activation_code,
            profile_state: entry.profile_state,
            status: entry.status,
            created_at: entry.created_at,
        }
    }
}

impl ListedProfile {
    /// Adds what another entry states about the same eSIM.
    fn add(&mut self, entry: ListedEsim) {
        if self.esim.iccid.is_empty() {
            self.esim.iccid = entry.esim.iccid;
        }
        let esim = &mut self.esim;
        esim.provider_ref = esim.provider_ref.take().or(entry.esim.provider_ref);
        esim.sim_ref = esim.sim_ref.take().or(entry.esim.sim_ref);
        self.reference = self.reference.take().or(entry.reference);
        self.eid = self.eid.take().or(entry.eid);
        self.activation_code = self.activation_code.take().or(entry.activation_code);
        self.profile_state = self.profile_state.or(entry.profile_state);
        self.status = self.status.or(entry.status);
        self.created_at = self.created_at.max(entry.created_at);
    }

    /// Returns the name of the eSIM in texts.
    fn subject(&self) -> String {
        let ids = [&self.esim.sim_ref, &self.esim.provider_ref];
        match self.esim.iccid.is_empty() {
            false => self.esim.iccid.clone(),
            true => ids
                .into_iter()
                .flatten()
                .next()
                .cloned()
                .unwrap_or_default(),
        }
    }

    fn conflict(&self, message: impl Into<String>) -> ListingOutcome {
        ListingOutcome::Conflict(RunConflict {
            subject: self.subject(),
            message: message.into(),
        })
    }
}

/// Compares a listed eSIM with the inventory, adds it or moves its state.
pub fn sync_listed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    listed: &ListedProfile,
    now: DateTime<Utc>,
) -> Result<ListingOutcome> {
    if listed.esim.iccid.is_empty() {
        // The provider has not assigned a profile yet.
        return Ok(ListingOutcome::Unchanged);
    }
    let Ok((iccid, _)) = profile::iccid(&listed.esim.iccid) else {
        return Ok(listed.conflict("The provider lists an invalid ICCID."));
    };
    let known = query::lock_by_keys(tx, &iccid, &listed.esim)?;
    match known.as_slice() {
        [] => add(tx, actor, provider, listed, now),
        [known] => compare(tx, actor, provider, listed, known, &iccid, now),
        _ => Ok(listed.conflict("Its ICCID and its SID belong to different eSIMs here.")),
    }
}

fn compare(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    listed: &ListedProfile,
    known: &KnownEsim,
    iccid: &str,
    now: DateTime<Utc>,
) -> Result<ListingOutcome> {
    let differs = |ours: &Option<String>, theirs: &Option<String>| {
        ours.is_some() && theirs.is_some() && ours != theirs
    };
    if known.iccid != iccid {
        return Ok(listed.conflict("Its SID belongs to an eSIM with another ICCID here."));
    }
    if known.provider_id.is_some_and(|ours| ours != provider) {
        return Ok(listed.conflict("It belongs to another provider here."));
    }
    if differs(&known.sim_ref, &listed.esim.sim_ref) {
        return Ok(listed.conflict("It has another SIM SID here."));
    }
    if differs(&known.profile_ref, &listed.esim.provider_ref) {
        return Ok(listed.conflict("It has another profile SID here."));
    }
    if known.is_deleted {
        // A withdrawn eSIM stays withdrawn.
        return Ok(ListingOutcome::Unchanged);
    }
    let has_new_ref = known.sim_ref.is_none() && listed.esim.sim_ref.is_some()
        || known.profile_ref.is_none() && listed.esim.provider_ref.is_some()
        || known.provider_id.is_none();
    if has_new_ref {
        query::set_provider_refs(tx, known.id, provider, &listed.esim)?;
    }
    let profile_state = listed
        .profile_state
        .filter(|to| known.profile_state.can_become(*to));
    let status = next_status(known, listed.status);
    if profile_state.is_none() && status.is_none() {
        return Ok(match has_new_ref {
            true => ListingOutcome::Changed,
            false => ListingOutcome::Unchanged,
        });
    }
    let change = StateChange {
        status,
        profile_state,
        reason: Some("Listed by the provider"),
        source: Source::Provider,
        at: now,
    };
    change_state(tx, actor, known.id, change)?;
    Ok(ListingOutcome::Changed)
}

/// Returns the status that an eSIM changes to. Only an eSIM with an owner follows its service: the service of one in stock
/// may be active, and that is no sale.
fn next_status(known: &KnownEsim, listed: Option<EsimStatus>) -> Option<EsimStatus> {
    listed
        .filter(|to| *to != known.status && known.has_owner)
        .filter(|to| matches!(to, EsimStatus::Active | EsimStatus::Suspended))
        .filter(|to| can_change_status(known.status, *to, Source::Provider))
}

/// Adds an eSIM that is not in the inventory to the stock, without a plan.
fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    listed: &ListedProfile,
    now: DateTime<Utc>,
) -> Result<ListingOutcome> {
    let is_young = listed.created_at.is_some_and(|at| at > now - SETTLED);
    let is_ordered = match &listed.reference {
        Some(reference) => query::is_our_reference(tx.conn(), reference)?,
        None => false,
    };
    if is_young || is_ordered {
        // An open order delivers it, or is looked up.
        return Ok(ListingOutcome::Unchanged);
    }
    if !matches!(listed.profile_state, None | Some(ProfileState::Released)) {
        return Ok(listed.conflict("It is in use, but not in the inventory."));
    }
    let Some(code) = &listed.activation_code else {
        return Ok(listed.conflict(
            "It is not in the inventory, and the provider does not list its activation code.",
        ));
    };
    let Ok(code) = ActivationCode::parse(code) else {
        return Ok(listed.conflict("The provider lists an invalid activation code."));
    };
    let Ok((iccid, iccid_check)) = profile::iccid(&listed.esim.iccid) else {
        return Ok(listed.conflict("The provider lists an invalid ICCID."));
    };
    let profile = Profile {
        iccid,
        iccid_check,
        eid: listed
            .eid
            .as_deref()
            .and_then(|text| profile::eid(text).ok()),
        code,
        confirmation_code: None,
    };
    let new = query::NewEsim {
        provider_id: Some(provider),
        profile_ref: listed.esim.provider_ref.clone(),
        twilio_sid: listed.esim.sim_ref.clone(),
        ..profile.sealed(&actor.keys)?
    };
    if !query::insert_unless_known(tx, &new)? {
        return Ok(listed.conflict("Another eSIM here has one of its ids."));
    }
    query::insert_history(
        tx,
        &[query::NewHistoryEntry {
            esim_id: new.id,
            from: None,
            to: (new.status, new.profile_state),
            reason: Some("Listed by the provider"),
            actor_id: None,
            source: Source::Provider.as_str(),
        }],
    )?;
    Ok(ListingOutcome::Added)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(iccid: &str, sim: Option<&str>, profile: Option<&str>) -> ListedEsim {
        ListedEsim {
            esim: EsimRef {
                iccid: iccid.to_owned(),
                provider_ref: profile.map(str::to_owned),
                sim_ref: sim.map(str::to_owned),
            },
            reference: None,
            eid: None,
            activation_code: None,
            sku: None,
            profile_state: None,
            status: None,
            created_at: None,
            reported: String::new(),
        }
    }

    #[test]
    fn merge_joins_profile_and_service_of_one_esim() {
        let service = ListedEsim {
            status: Some(EsimStatus::Active),
            ..entry("8944538532008160222", Some("HS1"), None)
        };
        let profile = ListedEsim {
            profile_state: Some(ProfileState::Installed),
            ..entry("", Some("HS1"), Some("HP1"))
        };
        let merged = merge_listed(vec![profile, entry("8900", None, None), service]);
        assert_eq!(merged.len(), 2);
        assert_eq!(
            merged.first().map(|one| (
                one.esim.iccid.as_str(),
                one.esim.provider_ref.as_deref(),
                one.status,
                one.profile_state
            )),
            Some((
                "8944538532008160222",
                Some("HP1"),
                Some(EsimStatus::Active),
                Some(ProfileState::Installed)
            ))
        );
    }
}
