use super::*;
use crate::{CancelReason, Cancellation, Change, Refusal, SupplierError};
use serde_json::{Value, json};
use wire::esims::{
    inventory::{EsimStatus, ProfileState},
    usage::BundleStatus,
};

#[tokio::test]
async fn usage_is_read_per_package() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    assert!(
        setup
            .adapter
            .top_up(&setup.account, &topup(&iccid, &[]))
            .await
            .is_ok()
    );
    setup
        .provider
        .change(|state| state.orders[0].remaining = 999_999_999);
    let esims = [esim("8999"), esim(&iccid)];
    let readings = setup.adapter.usage(&setup.account, &esims).await.unwrap();
    let found: Vec<_> = readings
        .iter()
        .map(|r| {
            (
                r.bundle_ref.as_deref().unwrap(),
                r.used_bytes,
                r.total_bytes,
            )
        })
        .collect();
    let total = Some(1_000_000_000);
    assert_eq!(found, [("215000", 1, total), ("215001", 0, total)]);
}

#[tokio::test]
async fn state_follows_profile_and_packages() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let installed = json!(1_795_953_600_000_i64);
    for (profile, installed_at, bundle, expected) in [
        (
            "Released",
            Value::Null,
            "queued",
            Some(ProfileState::Released),
        ),
        (
            "Released",
            installed.clone(),
            "queued",
            Some(ProfileState::Deleted),
        ),
        (
            "Downloaded",
            Value::Null,
            "processing",
            Some(ProfileState::Downloaded),
        ),
        (
            "Installed",
            installed.clone(),
            "queued",
            Some(ProfileState::Installed),
        ),
        (
            "Installed",
            installed.clone(),
            "active",
            Some(ProfileState::Enabled),
        ),
        (
            "Unavailable",
            Value::Null,
            "queued",
            Some(ProfileState::Error),
        ),
        ("A new word", Value::Null, "queued", None),
    ] {
        setup.provider.change(|state| {
            state.orders[0].profile_status = profile.into();
            state.orders[0].installed_at = installed_at.clone();
            state.orders[0].bundle_state = bundle.into();
        });
        let esim = esim(&iccid);
        let state = setup
            .adapter
            .state(&setup.account, &esim)
            .await
            .ok()
            .unwrap();
        assert_eq!(state.profile_state, expected, "{profile} {installed_at}");
        assert_eq!(state.installed_at.is_some(), !installed_at.is_null());
        assert_eq!(state.status == Some(EsimStatus::Active), bundle == "active");
    }
    for (word, expected) in [
        ("depleted", Some(BundleStatus::Depleted)),
        ("expired", Some(BundleStatus::Expired)),
        ("lapsed", Some(BundleStatus::Expired)),
        ("revoked", Some(BundleStatus::Cancelled)),
        ("a_new_state", None),
    ] {
        setup
            .provider
            .change(|state| state.orders[0].bundle_state = word.into());
        let esim = esim(&iccid);
        let state = setup
            .adapter
            .state(&setup.account, &esim)
            .await
            .ok()
            .unwrap();
        assert_eq!(state.bundles.first().map(|b| b.status), expected, "{word}");
    }
}

#[tokio::test]
async fn esims_are_suspended_and_resumed() {
    let setup = setup().await;
    let own = setup.buy().await.esim;
    assert_eq!(
        setup.adapter.suspend(&setup.account, &own).await,
        Ok(Change::Done)
    );
    let state = setup
        .adapter
        .state(&setup.account, &own)
        .await
        .ok()
        .unwrap();
    assert_eq!(state.status, Some(EsimStatus::Suspended));
    assert_eq!(
        setup.adapter.resume(&setup.account, &own).await,
        Ok(Change::Done)
    );
    setup
        .provider
        .change(|state| state.is_policy_suspension = true);
    let result = setup.adapter.resume(&setup.account, &own).await;
    let Err(SupplierError::Refused { reason, .. }) = result else {
        panic!("not refused");
    };
    assert_eq!(reason, Refusal::NotAllowed);
    let mut old = setup.account.clone();
    old.endpoint.push_str("/v2.4");
    let result = setup.adapter.suspend(&old, &own).await;
    assert_eq!(result, Err(SupplierError::Unsupported));
}

#[tokio::test]
async fn unstarted_packages_are_refunded() {
    let setup = setup().await;
    let own = setup.buy().await.esim;
    let cancel = async |esim| {
        setup
            .adapter
            .cancel(&setup.account, esim, CancelReason::Unused)
            .await
    };
    setup
        .provider
        .change(|state| state.orders[0].bundle_state = "active".into());
    assert!(matches!(
        cancel(&own).await,
        Err(SupplierError::Refused { .. })
    ));
    assert_eq!(setup.provider.server.count("DELETE", "/"), 0);
    setup
        .provider
        .change(|state| state.orders[0].bundle_state = "queued".into());
    assert_eq!(cancel(&own).await, Ok(Cancellation::Refunded(None)));
    let other = setup.buy().await.esim;
    setup.provider.change(|state| state.offers_refunds = false);
    assert_eq!(cancel(&other).await, Ok(Cancellation::WithoutRefund));
    let requests = setup.provider.server.requests();
    let last = requests
        .iter()
        .rfind(|request| request.method == "DELETE")
        .unwrap();
    assert!(last.path.contains("/assignments/"), "{}", last.path);
}

#[tokio::test]
async fn esims_are_listed_without_plastic_cards() {
    let setup = setup().await;
    setup.buy().await;
    let page = setup
        .adapter
        .list_esims(&setup.account, None)
        .await
        .ok()
        .unwrap();
    assert_eq!((page.items.len(), page.next), (1, None));
    assert_eq!(page.items[0].reference.as_deref(), Some("0193-unit-1"));
}
