use super::*;
use crate::operations::query::TargetProvider;
use wire::integrations::providers::ProviderAdapter;

const EVERYTHING: Abilities = Abilities {
    suspend: true,
    cancel: true,
};
const NOTHING: Abilities = Abilities {
    suspend: false,
    cancel: false,
};

fn target(status: EsimStatus) -> Target {
    Target {
        id: EsimId::new(),
        iccid: "8944538532008160222".to_owned(),
        status,
        profile_state: ProfileState::Enabled,
        provider: Some(TargetProvider {
            id: ProviderId::new(),
            name: "Northlink".to_owned(),
            adapter: ProviderAdapter::Simulator,
        }),
        at_provider: suppliers::EsimRef {
            iccid: "8944538532008160222".to_owned(),
            provider_ref: None,
            sim_ref: None,
        },
        has_open_topup: false,
    }
}

#[test]
fn illegal_moves_are_rejected_with_the_status() {
    use EsimOperationKind as Kind;
    for (kind, status) in [
        (Kind::Suspend, EsimStatus::Available),
        (Kind::Suspend, EsimStatus::Suspended),
        (Kind::Suspend, EsimStatus::Expired),
        (Kind::Suspend, EsimStatus::Cancelled),
        (Kind::Resume, EsimStatus::Active),
        (Kind::Resume, EsimStatus::Expired),
        (Kind::Resume, EsimStatus::Cancelled),
    ] {
        let why = check(kind, &target(status), Some(EVERYTHING)).unwrap_err();
        assert!(why.contains(status.as_str()), "{kind} {status}: {why}");
    }
    for kind in [Kind::Cancel, Kind::Refresh] {
        assert!(check(kind, &target(EsimStatus::Cancelled), Some(EVERYTHING)).is_err());
    }
}

#[test]
fn suspend_rejects_provider_that_cannot_and_names_it() {
    let esim = target(EsimStatus::Active);
    let why = check(EsimOperationKind::Suspend, &esim, Some(NOTHING)).unwrap_err();
    assert!(why.contains("Northlink"), "{why}");
    let stock = Target {
        provider: None,
        ..esim
    };
    assert!(check(EsimOperationKind::Suspend, &stock, None).is_err());
}

#[test]
fn cancel_and_resume_are_local_where_the_provider_cannot() {
    for (kind, status) in [
        (EsimOperationKind::Cancel, EsimStatus::Expired),
        (EsimOperationKind::Resume, EsimStatus::Suspended),
    ] {
        let esim = target(status);
        let at_provider = check(kind, &esim, Some(EVERYTHING));
        assert_eq!(at_provider, Ok(Place::Provider), "{kind}");
        let local = check(kind, &esim, Some(NOTHING)).unwrap();
        assert!(matches!(local, Place::Local(note) if note.contains("Northlink")));
    }
}

#[test]
fn cancel_waits_for_a_paid_topup() {
    let esim = Target {
        has_open_topup: true,
        ..target(EsimStatus::Expired)
    };
    assert!(check(EsimOperationKind::Cancel, &esim, Some(EVERYTHING)).is_err());
}

#[test]
fn change_is_in_force_only_when_the_provider_reports_it() {
    let state = EsimState {
        profile_state: None,
        status: None,
        is_recycled: false,
        installed_at: None,
        eid: None,
        bundles: Vec::new(),
        read_at: DateTime::UNIX_EPOCH,
        reported: String::new(),
    };
    for kind in [
        EsimOperationKind::Suspend,
        EsimOperationKind::Resume,
        EsimOperationKind::Cancel,
    ] {
        assert!(!is_in_force(kind, &state), "{kind}");
        let reported = EsimState {
            status: target_status(kind),
            ..state.clone()
        };
        assert!(is_in_force(kind, &reported), "{kind}");
    }
    let recycled = EsimState {
        is_recycled: true,
        ..state
    };
    assert!(is_in_force(EsimOperationKind::Cancel, &recycled));
}
