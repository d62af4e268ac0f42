//! eSIMs: queries, states and usage.

use super::{
    EsimAccess,
    call::{QUERY, USAGE},
    failure::Failure,
};
use crate::{Account, BundleState, EsimRef, EsimState, Json, Refusal, SupplierError, UsageReading};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use wire::esims::{
    inventory::{EsimStatus, ProfileState},
    usage::BundleStatus,
};

/// The number of eSIMs in a page of a query.
const PAGE: usize = 100;

/// The number of pages that are read.
const PAGES: usize = 100;

/// The number of eSIMs in a query of the usage.
const USAGE_BATCH: usize = 10;

impl EsimAccess {
    /// Returns the eSIMs that a query finds, of all pages.
    pub(super) async fn query(
        &self,
        account: &Account,
        mut filter: Value,
    ) -> Result<Vec<Json>, Failure> {
        let mut found = Vec::new();
        for page in 1..=PAGES {
            if let Some(fields) = filter.as_object_mut() {
                fields.insert("pager".into(), json!({ "pageNum": page, "pageSize": PAGE }));
            }
            let answer = self.call(account, &QUERY, &filter).await?;
            let items = answer.get("esimList").items();
            let is_last = items.len() < PAGE;
            found.extend(items.into_iter().cloned());
            let total = answer.path(&["pager", "total"]).whole();
            let total = total.and_then(|total| usize::try_from(total).ok());
            if is_last || total.is_some_and(|total| found.len() >= total) {
                return Ok(found);
            }
        }
        Err(SupplierError::unknown("the list of eSIMs has too many pages").into())
    }

    /// Returns an eSIM. The provider reuses ICCIDs, so an ICCID identifies an eSIM only if there is one.
    pub(super) async fn find_esim(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Json, SupplierError> {
        let filter = match &esim.provider_ref {
            Some(number) => json!({ "esimTranNo": number }),
            None => json!({ "iccid": esim.iccid }),
        };
        let unknown = || SupplierError::refused(Refusal::UnknownEsim, "the eSIM was not found");
        let found = match self.query(account, filter).await {
            Ok(found) => found,
            Err(failure) if failure.is_unknown_order() => return Err(unknown()),
            Err(failure) => return Err(failure.into()),
        };
        let mut matching = found.into_iter().filter(|item| is(item, esim));
        match (matching.next(), matching.next()) {
            (Some(item), None) => Ok(item),
            _ => Err(unknown()),
        }
    }

    pub(super) async fn read_state(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<EsimState, SupplierError> {
        let item = self.find_esim(account, esim).await?;
        Ok(state(&item, self.http.now()))
    }

    pub(super) async fn read_usage(
        &self,
        account: &Account,
        esims: &[EsimRef],
    ) -> Result<Vec<UsageReading>, SupplierError> {
        let known: Vec<(&EsimRef, &str)> = esims
            .iter()
            .filter_map(|esim| Some((esim, esim.provider_ref.as_deref()?)))
            .collect();
        let mut readings = Vec::new();
        for batch in known.chunks(USAGE_BATCH) {
            let numbers: Vec<&str> = batch.iter().map(|(_, number)| *number).collect();
            let body = json!({ "esimTranNoList": numbers });
            let answer = self.call(account, &USAGE, &body).await?;
            for item in answer.items() {
                let number = item.get("esimTranNo").text();
                let esim = batch.iter().find(|(_, known)| Some(*known) == number);
                readings.extend(esim.and_then(|(esim, _)| reading(esim, item)));
            }
        }
        Ok(readings)
    }
}

/// Returns whether an item of a query is an eSIM of ours.
fn is(item: &Json, esim: &EsimRef) -> bool {
    match &esim.provider_ref {
        Some(number) => item.get("esimTranNo").text() == Some(number),
        None => item.get("iccid").exact_text() == Some(&esim.iccid),
    }
}

/// Returns the reading of an eSIM's counter. A counter without its time proves nothing.
fn reading(esim: &EsimRef, item: &Json) -> Option<UsageReading> {
    Some(UsageReading {
        esim: esim.clone(),
        bundle_ref: None,
        used_bytes: item.get("dataUsage").bytes(1)?,
        total_bytes: item.get("totalData").bytes(1).filter(|total| *total > 0),
        voice_minutes: None,
        sms_count: None,
        period: None,
        read_at: item.get("lastUpdateTime").time()?,
    })
}

/// Returns the state of an eSIM.
pub(super) fn state(item: &Json, read_at: DateTime<Utc>) -> EsimState {
    let profile = item.get("smdpStatus").text().unwrap_or_default();
    let service = item.get("esimStatus").text().unwrap_or_default();
    EsimState {
        profile_state: profile_state(profile),
        status: status(service),
        is_recycled: false,
        installed_at: item.get("installationTime").time(),
        eid: item.get("eid").string(),
        bundles: bundles(item),
        read_at,
        reported: format!("{profile}/{service}"),
    }
}

fn profile_state(reported: &str) -> Option<ProfileState> {
    Some(match reported {
        "RELEASED" => ProfileState::Released,
        "DOWNLOAD" => ProfileState::Downloaded,
        "INSTALLATION" => ProfileState::Installed,
        "ENABLED" => ProfileState::Enabled,
        "DISABLED" => ProfileState::Disabled,
        "DELETED" => ProfileState::Deleted,
        _ => return None,
    })
}

fn status(reported: &str) -> Option<EsimStatus> {
    Some(match reported {
        "IN_USE" => EsimStatus::Active,
        "SUSPENDED" => EsimStatus::Suspended,
        "USED_EXPIRED" | "UNUSED_EXPIRED" => EsimStatus::Expired,
        "CANCEL" | "REVOKE" | "REVOKED" => EsimStatus::Cancelled,
        _ => return None,
    })
}

fn bundle_status(reported: &str) -> Option<BundleStatus> {
    Some(match reported {
        "GOT_RESOURCE" => BundleStatus::Queued,
        "IN_USE" => BundleStatus::Active,
        "USED_UP" => BundleStatus::Depleted,
        "USED_EXPIRED" | "UNUSED_EXPIRED" => BundleStatus::Expired,
        "CANCEL" | "REVOKE" | "REVOKED" => BundleStatus::Cancelled,
        _ => return None,
    })
}

/// Returns the id of a package. The provider numbers no packages: a top-up extends the volume and the validity of the
/// first one.
pub(super) fn bundle_ref(number: &str, position: usize) -> String {
    match position {
        0 => number.to_owned(),
        _ => format!("{number}-{}", position + 1),
    }
}

/// Returns the packages of an eSIM. All have the status of the eSIM; its counter is that of a package only if there is one.
fn bundles(item: &Json) -> Vec<BundleState> {
    let Some(status) = bundle_status(item.get("esimStatus").text().unwrap_or_default()) else {
        return Vec::new();
    };
    let Some(number) = item.get("esimTranNo").text() else {
        return Vec::new();
    };
    let packages = item.get("packageList").items();
    let has_started = status != BundleStatus::Queued;
    let bundle = |position: usize, package: &Json| BundleState {
        bundle_ref: bundle_ref(number, position),
        sku: package.get("packageCode").string(),
        status,
        total_bytes: package.get("volume").bytes(1).filter(|total| *total > 0),
        used_bytes: None,
        starts_at: item.get("activateTime").time(),
        expires_at: item.get("expiredTime").time().filter(|_| has_started),
    };
    match packages.as_slice() {
        [] | [_] => {
            let package = item.get("packageList").first();
            vec![BundleState {
                total_bytes: item.get("totalVolume").bytes(1).filter(|total| *total > 0),
                used_bytes: item.get("orderUsage").bytes(1),
                ..bundle(0, package)
            }]
        }
        many => many
            .iter()
            .enumerate()
            .map(|(position, package)| bundle(position, package))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(profile: &str, service: &str) -> Json {
        let text = format!(
            r#"{{"esimTranNo": "2611290001", "iccid": "8943108170001029631", "smdpStatus": "{profile}",
            "esimStatus": "{service}", "totalVolume": 1073741824, "orderUsage": 4096, "eid": "",
            "expiredTime": "2026-12-01T08:10:19+0000", "packageList": [{{"packageCode": "JC016", "volume": 1073741824}}]}}"#
        );
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn states_map_to_ours() {
        use {BundleStatus as B, EsimStatus as E, ProfileState as P};
        for (profile, service, expected) in [
            (
                "RELEASED",
                "GOT_RESOURCE",
                (Some(P::Released), None, Some(B::Queued)),
            ),
            (
                "DOWNLOAD",
                "GOT_RESOURCE",
                (Some(P::Downloaded), None, Some(B::Queued)),
            ),
            (
                "INSTALLATION",
                "GOT_RESOURCE",
                (Some(P::Installed), None, Some(B::Queued)),
            ),
            (
                "ENABLED",
                "IN_USE",
                (Some(P::Enabled), Some(E::Active), Some(B::Active)),
            ),
            (
                "DISABLED",
                "USED_UP",
                (Some(P::Disabled), None, Some(B::Depleted)),
            ),
            (
                "DELETED",
                "USED_EXPIRED",
                (Some(P::Deleted), Some(E::Expired), Some(B::Expired)),
            ),
            (
                "RELEASED",
                "UNUSED_EXPIRED",
                (Some(P::Released), Some(E::Expired), Some(B::Expired)),
            ),
            (
                "RELEASED",
                "CANCEL",
                (Some(P::Released), Some(E::Cancelled), Some(B::Cancelled)),
            ),
            (
                "ENABLED",
                "REVOKED",
                (Some(P::Enabled), Some(E::Cancelled), Some(B::Cancelled)),
            ),
            (
                "ENABLED",
                "SUSPENDED",
                (Some(P::Enabled), Some(E::Suspended), None),
            ),
            ("NEW_WORD", "ANOTHER", (None, None, None)),
        ] {
            let state = state(&item(profile, service), DateTime::default());
            let bundle = state.bundles.first().map(|bundle| bundle.status);
            assert_eq!(
                (state.profile_state, state.status, bundle),
                expected,
                "{profile}/{service}"
            );
            assert_eq!(state.reported, format!("{profile}/{service}"));
            assert_eq!(state.eid, None);
        }
    }

    #[test]
    fn bundles_keep_binary_bytes_and_have_no_end_before_their_start() {
        let queued = bundles(&item("RELEASED", "GOT_RESOURCE"));
        assert_eq!(queued[0].bundle_ref, "2611290001");
        assert_eq!(queued[0].total_bytes, Some(1_073_741_824));
        assert_eq!(queued[0].used_bytes, Some(4096));
        assert_eq!(queued[0].expires_at, None);
        let active = bundles(&item("ENABLED", "IN_USE"));
        assert_eq!(
            active[0].expires_at.map(|end| end.to_rfc3339()).as_deref(),
            Some("2026-12-01T08:10:19+00:00")
        );
        assert!(bundles(&Json::Null).is_empty());
    }

    #[test]
    fn readings_without_time_or_counter_are_left_out() {
        let esim = EsimRef {
            iccid: "8943108170001029631".into(),
            provider_ref: Some("2611290001".into()),
            sim_ref: None,
        };
        let read = |text: &str| reading(&esim, &Json::parse(text.as_bytes()).unwrap());
        let found = read(
            r#"{"dataUsage": 1453344832, "totalData": 0, "lastUpdateTime": "2026-11-29T18:00:00+0000"}"#,
        );
        let found = found.unwrap();
        assert_eq!(found.used_bytes, 1_453_344_832);
        assert_eq!(found.total_bytes, None);
        assert_eq!(found.read_at.to_rfc3339(), "2026-11-29T18:00:00+00:00");
        assert!(read(r#"{"dataUsage": 1}"#).is_none());
        assert!(read(r#"{"lastUpdateTime": "2026-11-29T18:00:00Z"}"#).is_none());
        assert!(read(r#"{"dataUsage": -1, "lastUpdateTime": "2026-11-29T18:00:00Z"}"#).is_none());
    }
}
