//! The checks of a diagnosis. Each is a pure function of what is known.

use super::query::{self, BundleFacts, Facts};
use crate::inventory;
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Conn, Result};
use wire::{
    EsimId,
    accounts::users::KycStatus,
    esims::{
        diagnosis::{
            DiagnosisCheck as Check, DiagnosisResult as Outcome, DiagnosisStep as Step,
            DiagnosisTopic as Topic, EsimDiagnosis,
        },
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

/// The age from which a report of the provider is old.
const OLD: TimeDelta = TimeDelta::hours(24);

/// Diagnoses an eSIM that the actor may see. Only staff see the checks of the provider.
pub fn diagnose(
    conn: &mut Conn,
    actor: &Actor,
    id: EsimId,
    now: DateTime<Utc>,
) -> Result<EsimDiagnosis> {
    inventory::find(conn, actor.owner_filter(), id)?;
    let facts = query::facts(conn, id)?;
    let bundles = query::bundles(conn, id)?;
    let mut checks = all_checks(&facts, &bundles, now);
    if actor.owner_filter().is_some() {
        checks.retain(|check| check.topic != Topic::Provider);
    }
    Ok(EsimDiagnosis {
        cause: likely_cause(&checks),
        checks,
        checked_at: now,
    })
}

/// Returns the first problem, or else the first warning.
fn likely_cause(checks: &[Check]) -> Option<Check> {
    let first = |result| checks.iter().find(|check| check.result == result);
    first(Outcome::Problem)
        .or_else(|| first(Outcome::Warning))
        .cloned()
}

fn all_checks(facts: &Facts, bundles: &[BundleFacts], now: DateTime<Utc>) -> Vec<Check> {
    vec![
        check_status(facts.status),
        check_profile(facts.profile_state),
        check_bundle(bundles),
        check_expiry(facts.expires_at, now),
        check_usage(bundles),
        check_identity(facts.kyc_status, bundles),
        check_device(facts, bundles),
        check_provider(facts),
        check_last_contact(facts, now),
    ]
}

/// Creates a check that found nothing.
fn ok(topic: Topic, code: &str, finding: impl Into<String>) -> Check {
    Check {
        topic,
        result: Outcome::Ok,
        code: code.to_owned(),
        finding: finding.into(),
        step: Step::None,
        advice: None,
    }
}

/// A possible cause and its next step.
struct Finding<'a> {
    topic: Topic,
    result: Outcome,
    code: &'a str,
    finding: String,
    step: Step,
    advice: &'a str,
}

fn found(finding: Finding<'_>) -> Check {
    Check {
        topic: finding.topic,
        result: finding.result,
        code: finding.code.to_owned(),
        finding: finding.finding,
        step: finding.step,
        advice: Some(finding.advice.to_owned()),
    }
}

fn check_status(status: EsimStatus) -> Check {
    let problem = |code, finding: &str, step, advice| {
        found(Finding {
            topic: Topic::Status,
            result: Outcome::Problem,
            code,
            finding: finding.to_owned(),
            step,
            advice,
        })
    };
    match status {
        EsimStatus::Active => ok(Topic::Status, "active", "The eSIM is active."),
        EsimStatus::Available => found(Finding {
            topic: Topic::Status,
            result: Outcome::Warning,
            code: "not_used_yet",
            finding: "The eSIM was not used yet.".to_owned(),
            step: Step::SendInstallation,
            advice: "Send the QR code again, and ask whether the eSIM is installed and switched on.",
        }),
        EsimStatus::Suspended => problem(
            "suspended",
            "The eSIM is suspended.",
            Step::Resume,
            "Look up the reason in the status history, and resume the service.",
        ),
        EsimStatus::Expired => problem(
            "expired",
            "The eSIM has expired.",
            Step::TopUp,
            "Add a top-up. It makes the eSIM active again.",
        ),
        EsimStatus::Cancelled => problem(
            "cancelled",
            "The eSIM is cancelled, which is final.",
            Step::Replace,
            "Sell a new eSIM.",
        ),
    }
}

fn check_profile(state: ProfileState) -> Check {
    let finding = |result, code, finding: &str, step, advice| {
        found(Finding {
            topic: Topic::Profile,
            result,
            code,
            finding: finding.to_owned(),
            step,
            advice,
        })
    };
    match state {
        ProfileState::Enabled => ok(Topic::Profile, "enabled", "The profile is switched on."),
        ProfileState::Installed => finding(
            Outcome::Warning,
            "installed",
            "The profile is installed; the provider has not reported it as switched on.",
            Step::EnableProfile,
            "Ask the customer to switch the eSIM on in the settings of the phone.",
        ),
        ProfileState::Disabled => finding(
            Outcome::Problem,
            "disabled",
            "The profile is switched off on the phone.",
            Step::EnableProfile,
            "Ask the customer to switch the eSIM on in the settings of the phone.",
        ),
        ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded => finding(
            Outcome::Problem,
            "not_installed",
            "The profile is not installed on a phone.",
            Step::SendInstallation,
            "Send the QR code again, and stay with the customer during the installation.",
        ),
        ProfileState::Deleted => finding(
            Outcome::Problem,
            "deleted",
            "The profile was deleted from the phone.",
            Step::Replace,
            "Most profiles can be installed once only. Ask the provider, or sell a new eSIM.",
        ),
        ProfileState::Error => finding(
            Outcome::Problem,
            "profile_error",
            "The installation of the profile failed.",
            Step::ContactProvider,
            "Ask the provider to release the profile again.",
        ),
    }
}

fn check_bundle(bundles: &[BundleFacts]) -> Check {
    let has = |status| bundles.iter().any(|bundle| bundle.status == status);
    if has(BundleStatus::Active) {
        return ok(Topic::Bundle, "active", "A bundle is active.");
    }
    let (result, code, finding, step, advice) = if has(BundleStatus::Queued) {
        (
            Outcome::Warning,
            "queued",
            "A bundle waits for its start.",
            Step::Refresh,
            "Refresh the eSIM. The bundle starts with the first use, or when the provider starts it.",
        )
    } else if has(BundleStatus::Depleted) {
        (
            Outcome::Problem,
            "depleted",
            "The data of the last bundle is used up.",
            Step::TopUp,
            "Add a top-up.",
        )
    } else if has(BundleStatus::Expired) {
        (
            Outcome::Problem,
            "bundle_expired",
            "The last bundle has expired.",
            Step::TopUp,
            "Add a top-up.",
        )
    } else {
        (
            Outcome::Problem,
            "no_bundle",
            "The eSIM has no bundle.",
            Step::Sell,
            "Sell a plan for this eSIM.",
        )
    };
    found(Finding {
        topic: Topic::Bundle,
        result,
        code,
        finding: finding.to_owned(),
        step,
        advice,
    })
}

fn check_expiry(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Check {
    match expires_at {
        None => ok(Topic::Expiry, "not_started", "The validity has not begun."),
        Some(end) if end <= now => found(Finding {
            topic: Topic::Expiry,
            result: Outcome::Problem,
            code: "over",
            finding: "The validity is over.".to_owned(),
            step: Step::TopUp,
            advice: "Add a top-up.",
        }),
        Some(_) => ok(Topic::Expiry, "valid", "The eSIM is valid."),
    }
}

fn check_usage(bundles: &[BundleFacts]) -> Check {
    let active: Vec<&BundleFacts> = bundles
        .iter()
        .filter(|bundle| bundle.status == BundleStatus::Active)
        .collect();
    let is_left = |bundle: &&BundleFacts| {
        bundle
            .total_bytes
            .is_none_or(|total| bundle.used_bytes < total)
    };
    if active.is_empty() {
        return Check {
            result: Outcome::Unknown,
            ..ok(
                Topic::Usage,
                "no_active_bundle",
                "No bundle is active, so no data is counted.",
            )
        };
    }
    if active.iter().any(is_left) {
        return ok(Topic::Usage, "data_left", "Data is left.");
    }
    found(Finding {
        topic: Topic::Usage,
        result: Outcome::Problem,
        code: "used_up",
        finding: "The data is used up.".to_owned(),
        step: Step::TopUp,
        advice: "Add a top-up.",
    })
}

fn check_identity(status: Option<KycStatus>, bundles: &[BundleFacts]) -> Check {
    if !bundles.iter().any(|bundle| bundle.requires_kyc) {
        return ok(
            Topic::Identity,
            "not_required",
            "The plan does not require a verified identity.",
        );
    }
    if status == Some(KycStatus::Verified) {
        return ok(Topic::Identity, "verified", "The customer is verified.");
    }
    found(Finding {
        topic: Topic::Identity,
        result: Outcome::Problem,
        code: "not_verified",
        finding: "The plan requires a verified identity, and the customer is not verified."
            .to_owned(),
        step: Step::VerifyIdentity,
        advice: "Ask the customer for identity documents.",
    })
}

/// What the phone has to be set to is not reported by any provider, so the check names the settings to ask for.
fn check_device(facts: &Facts, bundles: &[BundleFacts]) -> Check {
    let is_used = bundles.iter().any(|bundle| bundle.used_bytes > 0);
    if is_used {
        return ok(
            Topic::Device,
            "data_was_used",
            "Data was used, so the phone is set up.",
        );
    }
    let apn = bundles.iter().find_map(|bundle| bundle.apn.as_deref());
    if facts.profile_state != ProfileState::Enabled {
        return Check {
            result: Outcome::Unknown,
            ..ok(
                Topic::Device,
                "not_enabled",
                "The settings of the phone matter once the profile is switched on.",
            )
        };
    }
    let (code, finding, advice) = match apn {
        Some(apn) => (
            "apn",
            format!("No data was used yet, and the plan needs the APN {apn}."),
            "Ask the customer to enter the APN, and to turn on data roaming for the eSIM.",
        ),
        None => (
            "roaming",
            "No data was used yet.".to_owned(),
            "Ask the customer to turn on data roaming for the eSIM, and to use it for mobile data.",
        ),
    };
    found(Finding {
        topic: Topic::Device,
        result: Outcome::Warning,
        code,
        finding,
        step: Step::CheckPhone,
        advice,
    })
}

fn check_provider(facts: &Facts) -> Check {
    let Some(name) = &facts.provider_name else {
        return Check {
            result: Outcome::Unknown,
            ..ok(
                Topic::Provider,
                "no_provider",
                "The provider of the eSIM is unknown.",
            )
        };
    };
    if facts.is_provider_active == Some(false) {
        return found(Finding {
            topic: Topic::Provider,
            result: Outcome::Warning,
            code: "provider_off",
            finding: format!("{name} is not active here."),
            step: Step::ContactProvider,
            advice: "Ask an administrator whether the provider still serves its eSIMs.",
        });
    }
    // Half of the requests without an answer is more than single calls that were lost.
    let has_outage =
        facts.requests >= 4 && facts.unknown_requests.saturating_mul(2) >= facts.requests;
    if has_outage {
        return found(Finding {
            topic: Topic::Provider,
            result: Outcome::Warning,
            code: "provider_outage",
            finding: format!("{name} did not answer many requests in the last hour."),
            step: Step::Wait,
            advice: "Wait until the provider answers again, then refresh the eSIM.",
        });
    }
    ok(
        Topic::Provider,
        "provider_ok",
        format!("{name} has no known problem."),
    )
}

fn check_last_contact(facts: &Facts, now: DateTime<Utc>) -> Check {
    let last = facts.reported_at.max(facts.read_at);
    match last {
        None => found(Finding {
            topic: Topic::LastContact,
            result: Outcome::Unknown,
            code: "never",
            finding: "The provider has never reported the state or the usage.".to_owned(),
            step: Step::Refresh,
            advice: "Refresh the eSIM.",
        }),
        Some(at) if now - at > OLD => found(Finding {
            topic: Topic::LastContact,
            result: Outcome::Warning,
            code: "old",
            finding: "The last report of the provider is older than a day.".to_owned(),
            step: Step::Refresh,
            advice: "Refresh the eSIM, and look at the diagnosis again.",
        }),
        Some(_) => ok(
            Topic::LastContact,
            "recent",
            "The provider has reported within the last day.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn facts() -> Facts {
        Facts {
            status: EsimStatus::Active,
            profile_state: ProfileState::Enabled,
            expires_at: Some(NOW + TimeDelta::days(3)),
            kyc_status: Some(KycStatus::Pending),
            provider_name: Some("Northlink".to_owned()),
            is_provider_active: Some(true),
            requests: 10,
            unknown_requests: 1,
            reported_at: Some(NOW - TimeDelta::hours(1)),
            read_at: None,
        }
    }

    fn bundle(status: BundleStatus) -> BundleFacts {
        BundleFacts {
            status,
            total_bytes: Some(1_000),
            used_bytes: 10,
            apn: None,
            requires_kyc: false,
        }
    }

    fn cause(facts: &Facts, bundles: &[BundleFacts]) -> Option<(Topic, String, Step)> {
        let cause = likely_cause(&all_checks(facts, bundles, NOW))?;
        Some((cause.topic, cause.code, cause.step))
    }

    #[test]
    fn healthy_esim_has_no_cause() {
        assert_eq!(cause(&facts(), &[bundle(BundleStatus::Active)]), None);
    }

    #[test]
    fn each_fact_leads_to_its_cause_and_step() {
        let active = bundle(BundleStatus::Active);
        let suspended = Facts {
            status: EsimStatus::Suspended,
            ..facts()
        };
        let disabled = Facts {
            profile_state: ProfileState::Disabled,
            ..facts()
        };
        let over = Facts {
            expires_at: Some(NOW),
            ..facts()
        };
        let off = Facts {
            is_provider_active: Some(false),
            ..facts()
        };
        let outage = Facts {
            unknown_requests: 5,
            ..facts()
        };
        let old = Facts {
            reported_at: Some(NOW - TimeDelta::days(2)),
            ..facts()
        };
        let used_up = BundleFacts {
            used_bytes: 1_000,
            ..active.clone()
        };
        let kyc = BundleFacts {
            requires_kyc: true,
            ..active.clone()
        };
        let unused = BundleFacts {
            used_bytes: 0,
            apn: Some("data.example".to_owned()),
            ..active.clone()
        };
        for (facts, bundle, topic, code, step) in [
            (
                suspended,
                active.clone(),
                Topic::Status,
                "suspended",
                Step::Resume,
            ),
            (
                disabled,
                active.clone(),
                Topic::Profile,
                "disabled",
                Step::EnableProfile,
            ),
            (
                facts(),
                bundle(BundleStatus::Depleted),
                Topic::Bundle,
                "depleted",
                Step::TopUp,
            ),
            (over, active.clone(), Topic::Expiry, "over", Step::TopUp),
            (facts(), used_up, Topic::Usage, "used_up", Step::TopUp),
            (
                facts(),
                kyc,
                Topic::Identity,
                "not_verified",
                Step::VerifyIdentity,
            ),
            (facts(), unused, Topic::Device, "apn", Step::CheckPhone),
            (
                off,
                active.clone(),
                Topic::Provider,
                "provider_off",
                Step::ContactProvider,
            ),
            (
                outage,
                active.clone(),
                Topic::Provider,
                "provider_outage",
                Step::Wait,
            ),
            (old, active, Topic::LastContact, "old", Step::Refresh),
        ] {
            let found = cause(&facts, &[bundle]);
            assert_eq!(found, Some((topic, code.to_owned(), step)), "{code}");
        }
    }

    #[test]
    fn problem_is_a_likelier_cause_than_an_earlier_warning() {
        let facts = Facts {
            profile_state: ProfileState::Installed,
            ..facts()
        };
        let used_up = BundleFacts {
            used_bytes: 1_000,
            ..bundle(BundleStatus::Active)
        };
        let cause = cause(&facts, &[used_up]).map(|(topic, ..)| topic);
        assert_eq!(cause, Some(Topic::Usage));
    }
}
