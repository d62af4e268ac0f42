//! eSIMs: usage, state, list and refund.

use super::{
    Airalo, MEGABYTE, USAGE_AGE,
    failure::success,
    orders::{activation_code, has_next},
};
use crate::{
    Account, BundleState, CancelReason, Cancellation, EsimPage, EsimRef, EsimState, Json,
    ListedEsim, Refusal, SupplierError, UsageReading,
};
use serde_json::json;
use wire::esims::{
    inventory::{EsimStatus, ProfileState},
    usage::BundleStatus,
};

impl Airalo {
    /// Reads the usage of each eSIM. When the provider accepts no more calls, the readings so far are returned.
    pub(super) async fn read_usage(
        &self,
        account: &Account,
        esims: &[EsimRef],
    ) -> Result<Vec<UsageReading>, SupplierError> {
        let mut readings = Vec::new();
        for esim in esims {
            match self.read_usage_of(account, esim).await {
                Ok(reading) => readings.extend(reading),
                Err(SupplierError::Refused {
                    reason: Refusal::UnknownEsim | Refusal::Recycled,
                    ..
                }) => {}
                Err(error) if readings.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(readings)
    }

    async fn read_usage_of(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Option<UsageReading>, SupplierError> {
        let reply = self
            .send(account, || {
                self.http
                    .get(account, "usage", &["v2", "sims", &esim.iccid, "usage"])
                    .limited_per(&esim.iccid)
            })
            .await?;
        let body = success(account, &reply)?;
        let usage = body.get("data");
        let total = usage.get("total").bytes(MEGABYTE);
        let remaining = usage.get("remaining").bytes(MEGABYTE);
        // A recycled eSIM has no totals. The flag `is_unlimited` is also set for packages with a limit.
        let (Some(total), Some(remaining)) = (total.filter(|total| *total > 0), remaining) else {
            return Ok(None);
        };
        let used = |name: &str| {
            let total = usage.get(&format!("total_{name}")).count()?;
            let remaining = usage.get(&format!("remaining_{name}")).count()?;
            total.checked_sub(remaining).filter(|used| *used >= 0)
        };
        Ok((remaining <= total).then(|| UsageReading {
            esim: esim.clone(),
            bundle_ref: None,
            used_bytes: total - remaining,
            total_bytes: Some(total),
            voice_minutes: used("voice"),
            sms_count: used("text"),
            period: None,
            // The provider answers from a cache: an older time is certain, the time of the answer is not.
            read_at: reply.received_at - USAGE_AGE,
        }))
    }

    pub(super) async fn read_state(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<EsimState, SupplierError> {
        let reply = self
            .send(account, || {
                self.http
                    .get(account, "esim", &["v2", "sims", &esim.iccid])
                    .query("include", "order,order.status")
            })
            .await?;
        let body = success(account, &reply)?;
        let sim = body.get("data");
        let order_status = sim.path(&["simable", "status", "slug"]).text();
        let is_recycled = sim.get("recycled").flag() == Some(true);
        let packages = if is_recycled {
            Vec::new()
        } else {
            self.read_packages(account, esim).await?
        };
        let statuses: Vec<_> = packages
            .iter()
            .filter_map(|package| package.get("status").text())
            .collect();
        let is_recycled = is_recycled || statuses.contains(&"RECYCLED");
        let bundles: Vec<_> = packages.iter().filter_map(read_bundle).collect();
        let is_active = bundles
            .iter()
            .any(|bundle| bundle.status == BundleStatus::Active);
        Ok(EsimState {
            profile_state: match (is_recycled, is_active) {
                (true, _) => Some(ProfileState::Deleted),
                // A package starts when a phone uses it.
                (false, true) => Some(ProfileState::Enabled),
                (false, false) => None,
            },
            status: status(is_recycled || order_status == Some("refunded"), &bundles),
            is_recycled,
            installed_at: None,
            eid: None,
            bundles,
            read_at: reply.received_at,
            reported: order_status
                .into_iter()
                .chain(is_recycled.then_some("RECYCLED"))
                .chain(statuses)
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// Returns the packages that were ordered for an eSIM.
    pub(super) async fn read_packages(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Vec<Json>, SupplierError> {
        let reply = self
            .send(account, || {
                self.http
                    .get(
                        account,
                        "packages",
                        &["v2", "sims", &esim.iccid, "packages"],
                    )
                    .limited_per(&esim.iccid)
            })
            .await?;
        let body = success(account, &reply)?;
        Ok(body.get("data").items().into_iter().cloned().collect())
    }

    pub(super) async fn read_esims(
        &self,
        account: &Account,
        page: Option<&str>,
    ) -> Result<EsimPage, SupplierError> {
        let page = page.and_then(|page| page.parse::<u32>().ok()).unwrap_or(1);
        let number = page.to_string();
        let reply = self
            .send(account, || {
                self.http
                    .get(account, "list_esims", &["v2", "sims"])
                    .query("include", "order,order.status")
                    .query("limit", "100")
                    .query("page", &number)
            })
            .await?;
        let body = success(account, &reply)?;
        let items = body.get("data").items();
        Ok(EsimPage {
            items: items.into_iter().filter_map(read_listed).collect(),
            next: has_next(&body).then(|| page.saturating_add(1).to_string()),
        })
    }

    /// Requests a refund. People at the provider decide about it.
    pub(super) async fn request_refund(
        &self,
        account: &Account,
        esim: &EsimRef,
        reason: CancelReason,
    ) -> Result<Cancellation, SupplierError> {
        let (reason, notes) = match reason {
            CancelReason::Unused => ("OTHERS", "The customer returned the unused eSIM."),
            CancelReason::Duplicate => ("DUPLICATE_ORDER", "The eSIM was ordered twice."),
            CancelReason::Faulty => ("SERVICE_ISSUES", "The eSIM does not work."),
            CancelReason::Ended => ("OTHERS", "The service has ended."),
        };
        let request = json!({ "iccids": [esim.iccid], "reason": reason, "notes": notes });
        let reply = self
            .send(account, || {
                self.http
                    .post(account, "refund", &["v2", "refund"])
                    .json(&request)
            })
            .await?;
        let body = success(account, &reply)?;
        body.path(&["data", "refund_id"])
            .string()
            .map(|claim_ref| Cancellation::Requested { claim_ref })
            .ok_or_else(|| SupplierError::unknown("the answer contains no refund"))
    }
}

fn status(is_cancelled: bool, bundles: &[BundleState]) -> Option<EsimStatus> {
    let has = |status| bundles.iter().any(|bundle| bundle.status == status);
    if is_cancelled {
        Some(EsimStatus::Cancelled)
    } else if has(BundleStatus::Active) {
        Some(EsimStatus::Active)
    } else if has(BundleStatus::Expired) && !has(BundleStatus::Queued) {
        Some(EsimStatus::Expired)
    } else {
        None
    }
}

/// Reads a package; `None` when the provider does not know its status.
fn read_bundle(package: &Json) -> Option<BundleState> {
    let contents = package.get("package");
    let is_unlimited = contents.get("is_unlimited").flag() == Some(true);
    let total_bytes = contents
        .get("amount")
        .bytes(MEGABYTE)
        .filter(|_| !is_unlimited);
    let remaining = package.get("remaining").bytes(MEGABYTE);
    Some(BundleState {
        bundle_ref: package.get("id").string()?,
        sku: contents.get("id").string(),
        status: match package.get("status").text()? {
            "NOT_ACTIVE" => BundleStatus::Queued,
            "ACTIVE" => BundleStatus::Active,
            "FINISHED" => BundleStatus::Depleted,
            "EXPIRED" => BundleStatus::Expired,
            "RECYCLED" => BundleStatus::Cancelled,
            _ => return None,
        },
        used_bytes: total_bytes
            .zip(remaining)
            .map(|(total, remaining)| (total - remaining).max(0)),
        total_bytes,
        starts_at: package.get("activated_at").time(),
        expires_at: package.get("expired_at").time(),
    })
}

fn read_listed(sim: &Json) -> Option<ListedEsim> {
    let order = sim.get("simable");
    let is_recycled = sim.get("recycled").flag() == Some(true);
    let order_status = order.path(&["status", "slug"]).text();
    Some(ListedEsim {
        esim: EsimRef {
            iccid: sim.get("iccid").exact_text()?.to_owned(),
            provider_ref: sim.get("id").string(),
            sim_ref: None,
        },
        reference: order.get("description").string(),
        eid: None,
        activation_code: activation_code(sim),
        sku: order.get("package_id").string(),
        profile_state: is_recycled.then_some(ProfileState::Deleted),
        status: is_recycled.then_some(EsimStatus::Cancelled),
        created_at: sim.get("created_at").time(),
        reported: if is_recycled {
            "RECYCLED".into()
        } else {
            order_status.unwrap_or_default().to_owned()
        },
    })
}
