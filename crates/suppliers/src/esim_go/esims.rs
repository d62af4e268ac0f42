//! eSIMs: usage, state, list and suspension.

use super::EsimGo;
use crate::{
    Account, BundleState, Change, EsimPage, EsimRef, EsimState, Json, ListedEsim, Refusal,
    SupplierError, UsageReading,
};
use chrono::TimeDelta;
use serde_json::json;
use wire::esims::{
    inventory::{EsimStatus, ProfileState},
    usage::BundleStatus,
};

/// The number of eSIMs per page.
const PAGE: usize = 100;

/// The service that an eSIM gets.
#[derive(Clone, Copy)]
pub(super) enum Service {
    Running,
    Suspended,
}

impl EsimGo {
    /// Returns the packages of an eSIM, with the used ones, and how far the clock of the provider is ahead of ours.
    pub(super) async fn read_bundles(
        &self,
        account: &Account,
        iccid: &str,
    ) -> Result<(Json, TimeDelta), SupplierError> {
        let call = self
            .http
            .get(account, "bundles", &["esims", iccid, "bundles"])
            .query("includeUsed", "true")
            .query("limit", "200");
        let reply = self.send(account, call).await?;
        if !reply.is_success() {
            return Err(self.failure(account, &reply, Refusal::UnknownEsim).await);
        }
        let skew = reply
            .provider_time()
            .map_or(TimeDelta::zero(), |time| time - reply.received_at);
        let body = reply.json()?;
        if !matches!(body.get("bundles"), Json::List(_)) {
            return Err(SupplierError::unknown("the answer contains no packages"));
        }
        Ok((body, skew))
    }

    /// Reads the usage of each eSIM. When the provider accepts no more calls, the readings so far are returned.
    pub(super) async fn read_usage(
        &self,
        account: &Account,
        esims: &[EsimRef],
    ) -> Result<Vec<UsageReading>, SupplierError> {
        let mut readings = Vec::new();
        for esim in esims {
            let bundles = match self.read_bundles(account, &esim.iccid).await {
                Ok((bundles, _)) => bundles,
                // The provider answers so for an eSIM that is not in the account.
                Err(SupplierError::Refused {
                    reason: Refusal::UnknownEsim | Refusal::NotAllowed,
                    ..
                }) => continue,
                Err(error) if readings.is_empty() => return Err(error),
                Err(_) => break,
            };
            for bundle in read_states(&bundles) {
                readings.extend(bundle.used_bytes.map(|used_bytes| UsageReading {
                    esim: esim.clone(),
                    bundle_ref: Some(bundle.bundle_ref),
                    used_bytes,
                    total_bytes: bundle.total_bytes,
                    voice_minutes: None,
                    sms_count: None,
                    period: None,
                    read_at: self.http.now(),
                }));
            }
        }
        Ok(readings)
    }

    pub(super) async fn read_state(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<EsimState, SupplierError> {
        let call = self.http.get(account, "esim", &["esims", &esim.iccid]);
        let found = self.call(account, call, Refusal::UnknownEsim).await?;
        let (bundles, _) = self.read_bundles(account, &esim.iccid).await?;
        let bundles = read_states(&bundles);
        let is_active = bundles
            .iter()
            .any(|bundle| bundle.status == BundleStatus::Active);
        let installed = found.get("firstInstalledDateTime");
        let installed_at = installed.time_of_millis().or_else(|| installed.time());
        let profile = found.get("profileStatus").text().unwrap_or_default();
        let service = found.get("state").text().unwrap_or_default();
        let profile_state = match profile.to_lowercase().as_str() {
            // After an installation, the profile was deleted and can be installed again.
            "released" if installed_at.is_some() => Some(ProfileState::Deleted),
            "released" => Some(ProfileState::Released),
            "downloaded" | "installed" if is_active => Some(ProfileState::Enabled),
            "downloaded" => Some(ProfileState::Downloaded),
            "installed" => Some(ProfileState::Installed),
            "unavailable" => Some(ProfileState::Error),
            _ if is_active => Some(ProfileState::Enabled),
            _ => None,
        };
        let status = match service.to_lowercase().as_str() {
            "suspended" => Some(EsimStatus::Suspended),
            "deactivated" => Some(EsimStatus::Cancelled),
            _ => is_active.then_some(EsimStatus::Active),
        };
        Ok(EsimState {
            profile_state,
            status,
            is_recycled: false,
            installed_at,
            eid: None,
            bundles,
            read_at: self.http.now(),
            reported: [profile, service]
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    pub(super) async fn read_esims(
        &self,
        account: &Account,
        page: Option<&str>,
    ) -> Result<EsimPage, SupplierError> {
        let page = page.and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
        let call = self
            .http
            .get(account, "list_esims", &["esims"])
            .query("page", &page.to_string())
            .query("perPage", &PAGE.to_string())
            .query("orderBy", "iccid")
            .query("direction", "asc");
        let body = self.call(account, call, Refusal::BadRequest).await?;
        let rows = body.get("esims").items();
        let next = (rows.len() >= PAGE).then(|| page.saturating_add(1).to_string());
        Ok(EsimPage {
            items: rows.into_iter().filter_map(read_listed).collect(),
            next,
        })
    }

    /// Suspends or resumes an eSIM; v2.4 of the API cannot.
    pub(super) async fn set_suspended(
        &self,
        account: &Account,
        esim: &EsimRef,
        service: Service,
    ) -> Result<Change, SupplierError> {
        if account.endpoint.trim_end_matches('/').ends_with("/v2.4") {
            return Err(SupplierError::Unsupported);
        }
        let is_suspended = matches!(service, Service::Suspended);
        let operation = if is_suspended { "suspend" } else { "resume" };
        let call = self
            .http
            .post(account, operation, &["esims", &esim.iccid, "suspend"])
            .json(&json!({ "suspend": is_suspended }))
            .repeatable();
        let reply = self.send(account, call).await?;
        if reply.is_success() {
            return Ok(Change::Done);
        }
        Err(self.failure(account, &reply, Refusal::UnknownEsim).await)
    }
}

/// Reads the assignments of data packages. Calls and messages are counted by assignments of their own.
pub(super) fn read_states(bundles: &Json) -> Vec<BundleState> {
    bundles
        .get("bundles")
        .items()
        .into_iter()
        .flat_map(|bundle| {
            let sku = bundle.get("name").string();
            bundle
                .get("assignments")
                .items()
                .into_iter()
                .filter_map(move |assignment| read_assignment(sku.clone(), assignment))
        })
        .collect()
}

fn read_assignment(sku: Option<String>, assignment: &Json) -> Option<BundleState> {
    let group = assignment.get("callTypeGroup").text();
    if group.is_some_and(|group| !group.eq_ignore_ascii_case("data")) {
        return None;
    }
    let is_unlimited = assignment.get("unlimited").flag() == Some(true);
    let initial = assignment.get("initialQuantity").bytes(1);
    let remaining = assignment.get("remainingQuantity").bytes(1);
    Some(BundleState {
        bundle_ref: assignment.get("id").string()?,
        sku,
        status: match assignment
            .get("bundleState")
            .text()?
            .to_lowercase()
            .as_str()
        {
            "processing" | "queued" => BundleStatus::Queued,
            "active" => BundleStatus::Active,
            "depleted" => BundleStatus::Depleted,
            "expired" | "lapsed" => BundleStatus::Expired,
            "revoked" => BundleStatus::Cancelled,
            _ => return None,
        },
        total_bytes: initial.filter(|_| !is_unlimited),
        used_bytes: initial
            .zip(remaining)
            .map(|(initial, remaining)| initial - remaining)
            .filter(|used| *used >= 0),
        starts_at: assignment.get("startTime").time(),
        expires_at: assignment.get("endTime").time(),
    })
}

fn read_listed(esim: &Json) -> Option<ListedEsim> {
    // Plastic cards are no eSIMs.
    if esim.get("physical").flag() == Some(true) {
        return None;
    }
    Some(ListedEsim {
        esim: EsimRef {
            iccid: esim.get("iccid").exact_text()?.to_owned(),
            provider_ref: None,
            sim_ref: None,
        },
        reference: esim.get("customerRef").string(),
        eid: None,
        activation_code: None,
        sku: None,
        profile_state: None,
        status: None,
        created_at: esim.get("assignedDate").time(),
        reported: esim.get("lastAction").string().unwrap_or_default(),
    })
}
