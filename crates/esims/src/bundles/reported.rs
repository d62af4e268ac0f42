//! Bundles as the provider of an eSIM reports them.

use super::query::{self, KnownBundle};
use chrono::{DateTime, Utc};
use platform::{Result, Tx};
use wire::{EsimId, esims::usage::BundleStatus};

/// A bundle that the provider reports.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedBundle {
    /// The id of the bundle at the provider.
    pub reference: String,
    /// The status.
    pub status: BundleStatus,
    /// The used data in bytes.
    pub used_bytes: Option<i64>,
    /// The start.
    pub starts_at: Option<DateTime<Utc>>,
    /// The end.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Applies what a provider reports about the bundles of a locked eSIM: their dates, and their status forward. A bundle that
/// had expired here and is active at the provider becomes active again. The usage never falls.
pub fn apply_reported(
    tx: &mut Tx<'_>,
    esim: EsimId,
    reported: &[ReportedBundle],
    now: DateTime<Utc>,
) -> Result<()> {
    let known = query::known_bundles(tx.conn(), esim)?;
    for (bundle, report) in pairs(&known, reported) {
        let status = next_status(bundle, report, now);
        query::apply_report(tx, bundle.id, report, status, now)?;
    }
    query::set_expiry(tx, esim)
}

/// Pairs our bundles with the reported ones: by their reference, or the only one with the only one.
fn pairs<'a>(
    known: &'a [KnownBundle],
    reported: &'a [ReportedBundle],
) -> Vec<(&'a KnownBundle, &'a ReportedBundle)> {
    if let ([bundle], [report]) = (known, reported) {
        return vec![(bundle, report)];
    }
    known
        .iter()
        .filter_map(|bundle| {
            let reference = bundle.provider_ref.as_deref()?;
            let report = reported
                .iter()
                .find(|report| report.reference == reference)?;
            Some((bundle, report))
        })
        .collect()
}

/// Returns the status of a bundle after a report. A report that would take it back, or that is over, changes nothing.
fn next_status(
    bundle: &KnownBundle,
    report: &ReportedBundle,
    now: DateTime<Utc>,
) -> Option<BundleStatus> {
    let is_over = report.expires_at.is_some_and(|end| end <= now);
    if report.status == BundleStatus::Active && is_over {
        return None;
    }
    // The provider's word about the end counts only with a date: a report without one may be older than our expiry.
    let is_correction = bundle.status == BundleStatus::Expired && report.expires_at.is_none();
    (bundle.status.can_become(report.status) && !is_correction).then_some(report.status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use wire::BundleId;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn known(status: BundleStatus, reference: &str) -> KnownBundle {
        KnownBundle {
            id: BundleId::new(),
            provider_ref: Some(reference.to_owned()),
            status,
        }
    }

    fn report(status: BundleStatus, expires_in_days: Option<i64>) -> ReportedBundle {
        ReportedBundle {
            reference: "B-1".to_owned(),
            status,
            used_bytes: None,
            starts_at: None,
            expires_at: expires_in_days.map(|days| NOW + TimeDelta::days(days)),
        }
    }

    #[test]
    fn expired_bundle_returns_only_with_a_later_end() {
        let bundle = known(BundleStatus::Expired, "B-1");
        let active = BundleStatus::Active;
        assert_eq!(
            next_status(&bundle, &report(active, Some(3)), NOW),
            Some(active)
        );
        assert_eq!(next_status(&bundle, &report(active, None), NOW), None);
        assert_eq!(next_status(&bundle, &report(active, Some(-3)), NOW), None);
    }

    #[test]
    fn active_bundle_is_never_queued_again() {
        let bundle = known(BundleStatus::Active, "B-1");
        assert_eq!(
            next_status(&bundle, &report(BundleStatus::Queued, None), NOW),
            None
        );
    }

    #[test]
    fn bundles_are_paired_by_reference() {
        let ours = [
            known(BundleStatus::Active, "B-2"),
            known(BundleStatus::Queued, "B-1"),
        ];
        let reported = [report(BundleStatus::Active, None)];
        let found = pairs(&ours, &reported);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0.id, ours[1].id);
        let only = [known(BundleStatus::Active, "ORDER-7")];
        assert_eq!(pairs(&only, &reported).len(), 1);
    }
}
