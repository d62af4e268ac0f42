use super::*;
use crate::{CancelReason, Cancellation, Refusal, SupplierError, stand_in::Fault};
use chrono::TimeDelta;
use wire::esims::{
    inventory::{EsimStatus, ProfileState},
    usage::BundleStatus,
};

#[tokio::test]
async fn usage_is_as_old_as_the_cache() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let read = async || {
        let esims = [esim("8999"), esim(&iccid)];
        setup.adapter.usage(&setup.account, &esims).await.unwrap()
    };
    setup
        .provider
        .change(|state| state.used_mb.insert(iccid.clone(), 300));
    let readings = read().await;
    assert_eq!(readings.len(), 1, "an unknown eSIM is left out");
    assert_eq!(readings[0].used_bytes, 300_000_000);
    assert_eq!(readings[0].total_bytes, Some(1_024_000_000));
    assert_eq!(readings[0].voice_minutes, Some(5));
    assert_eq!(readings[0].read_at, noon() - TimeDelta::minutes(20));
    // The figure does not move while the provider answers from its cache.
    setup
        .provider
        .change(|state| state.used_mb.insert(iccid.clone(), 400));
    assert_eq!(read().await[0].used_bytes, 300_000_000);
    setup.provider.change(|state| state.cached_mb.clear());
    assert_eq!(read().await[0].used_bytes, 400_000_000);
    setup
        .provider
        .change(|state| state.recycled.push(iccid.clone()));
    assert!(read().await.is_empty());
}

#[tokio::test]
async fn usage_keeps_what_was_read_before_a_limit() {
    let setup = setup().await;
    let esims = [setup.buy().await.esim, setup.buy().await.esim];
    let path = format!("/v2/sims/{}", esims[1].iccid);
    let busy = || Fault::AnswerBefore(429, String::new());
    setup.provider.server.break_next("GET", &path, busy());
    let readings = setup.adapter.usage(&setup.account, &esims).await.unwrap();
    assert_eq!(readings.len(), 1);
    // The limit applies to one eSIM.
    let second = setup.adapter.usage(&setup.account, &esims[1..]).await;
    assert!(matches!(second, Err(SupplierError::RateLimited { .. })));
    assert!(
        setup
            .adapter
            .usage(&setup.account, &esims[..1])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn odd_usage_is_no_reading() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    for body in [
        r#"{"data": {"remaining": 2000, "total": 1024}}"#,
        r#"{"data": {"remaining": null, "total": 1024}}"#,
        r#"{"data": {"remaining": -1, "total": 1024}}"#,
        r#"{"data": []}"#,
        "{}",
    ] {
        let path = format!("/v2/sims/{iccid}/usage");
        let fault = Fault::AnswerAfter(200, body.into());
        setup.provider.server.break_next("GET", &path, fault);
        let readings = setup.adapter.usage(&setup.account, &[esim(&iccid)]).await;
        assert_eq!(readings, Ok(Vec::new()), "{body}");
    }
}

#[tokio::test]
async fn state_follows_the_packages() {
    let setup = setup().await;
    let iccid = setup.buy().await.esim.iccid;
    let read = async |status| {
        setup
            .provider
            .change(|state| state.statuses.insert(iccid.clone(), status));
        let esim = esim(&iccid);
        setup
            .adapter
            .state(&setup.account, &esim)
            .await
            .ok()
            .unwrap()
    };
    for (word, bundle, status, profile) in [
        ("NOT_ACTIVE", Some(BundleStatus::Queued), None, None),
        (
            "ACTIVE",
            Some(BundleStatus::Active),
            Some(EsimStatus::Active),
            Some(ProfileState::Enabled),
        ),
        ("FINISHED", Some(BundleStatus::Depleted), None, None),
        (
            "EXPIRED",
            Some(BundleStatus::Expired),
            Some(EsimStatus::Expired),
            None,
        ),
        ("UNKNOWN", None, None, None),
        ("A_NEW_STATUS", None, None, None),
    ] {
        let state = read(word).await;
        assert_eq!(state.bundles.first().map(|b| b.status), bundle, "{word}");
        assert_eq!(
            (state.status, state.profile_state),
            (status, profile),
            "{word}"
        );
        assert!(!state.is_recycled);
        assert_eq!(state.reported, format!("completed, {word}"));
    }
    // A queued package keeps the eSIM in use.
    assert!(
        setup
            .adapter
            .top_up(&setup.account, &topup(&iccid, &[]))
            .await
            .is_ok()
    );
    setup
        .provider
        .change(|state| state.used_mb.insert(iccid.clone(), 24));
    let state = read("EXPIRED").await;
    assert_eq!(state.status, None);
    assert_eq!(state.bundles.len(), 2);
    assert_eq!(state.bundles[0].used_bytes, Some(24_000_000));
    assert_eq!(state.bundles[0].total_bytes, Some(1_024_000_000));
    assert_eq!(state.bundles[1].sku.as_deref(), Some(TOPUP_SKU));
    let active = read("ACTIVE").await;
    assert_eq!(
        active.bundles[0].starts_at,
        "2026-11-29T10:30:45Z".parse().ok()
    );
    setup
        .provider
        .change(|state| state.recycled.push(iccid.clone()));
    let state = read("ACTIVE").await;
    assert!(state.is_recycled);
    assert_eq!(state.status, Some(EsimStatus::Cancelled));
    assert_eq!(state.profile_state, Some(ProfileState::Deleted));
}

#[tokio::test]
async fn an_unknown_esim_has_no_state() {
    let setup = setup().await;
    let result = setup.adapter.state(&setup.account, &esim("8999")).await;
    let Err(SupplierError::Refused { reason, .. }) = result else {
        panic!("not refused");
    };
    assert_eq!(reason, Refusal::UnknownEsim);
}

#[tokio::test]
async fn esims_are_listed_with_our_references() {
    let setup = setup().await;
    for _ in 0..101 {
        setup.buy().await;
    }
    setup.provider.change(|state| {
        let iccid = state.orders[1].iccid.clone();
        state.recycled.push(iccid);
    });
    let first = setup
        .adapter
        .list_esims(&setup.account, None)
        .await
        .ok()
        .unwrap();
    assert_eq!((first.items.len(), first.next.as_deref()), (100, Some("2")));
    assert_eq!(first.items[0].reference.as_deref(), Some("0193-unit-1"));
    assert_eq!(first.items[0].sku.as_deref(), Some(SKU));
    assert_eq!(first.items[1].status, Some(EsimStatus::Cancelled));
    let second = setup
        .adapter
        .list_esims(&setup.account, first.next.as_deref());
    let second = second.await.ok().unwrap();
    assert_eq!((second.items.len(), second.next), (1, None));
}

#[tokio::test]
async fn a_refund_is_requested() {
    let setup = setup().await;
    let own = setup.buy().await.esim;
    let result = setup
        .adapter
        .cancel(&setup.account, &own, CancelReason::Faulty);
    assert_eq!(
        result.await,
        Ok(Cancellation::Requested {
            claim_ref: "12345".into()
        })
    );
    let request = setup.provider.server.requests().pop().unwrap().json();
    assert_eq!(request["reason"], "SERVICE_ISSUES");
    assert_eq!(request["iccids"][0], own.iccid.as_str());
    let foreign = esim("8944465400000001111");
    let result = setup
        .adapter
        .cancel(&setup.account, &foreign, CancelReason::Unused)
        .await;
    let Err(SupplierError::Refused {
        reason, message, ..
    }) = result
    else {
        panic!("not refused");
    };
    assert_eq!(reason, Refusal::UnknownEsim);
    assert!(!message.contains("8944465400000001111"));
}

#[tokio::test]
async fn suspension_is_not_supported() {
    let setup = setup().await;
    let esim = esim("8999");
    let result = setup.adapter.suspend(&setup.account, &esim).await;
    assert_eq!(result, Err(SupplierError::Unsupported));
    assert!(setup.provider.server.requests().is_empty());
}
