use super::*;
use wire::esims::{
    inventory::IccidCheck,
    profile::{self, ActivationCode},
};

fn purchase(sku: &str, reference: &str) -> Purchase {
    Purchase {
        reference: reference.into(),
        sku: sku.into(),
        endpoint: "https://simulator.invalid".into(),
        api_key: "none".to_owned().into(),
    }
}

#[tokio::test]
async fn supplied_esim_is_valid_and_deterministic() {
    let simulator = Simulator::default();
    for number in 0..100 {
        let purchase = purchase("dear-eu", &format!("job-{number}"));
        let supplied = supplied(&purchase, Scenario::Success);
        assert_eq!(
            profile::iccid(&supplied.iccid),
            Ok((supplied.iccid.clone(), IccidCheck::Ok))
        );
        assert_eq!(supplied.iccid.len(), 19);
        assert!(
            supplied
                .eid
                .as_deref()
                .is_some_and(|eid| profile::eid(eid).is_ok()),
            "{:?}",
            supplied.eid
        );
        assert_eq!(
            ActivationCode::parse(&supplied.activation_code).map(|code| code.lpa()),
            Ok(supplied.activation_code.clone())
        );
    }
    let wanted = purchase("eu-1gb", "job-1");
    let first = simulator.buy(&wanted).await;
    assert!(first.is_ok());
    assert!(
        simulator
            .look_up(&wanted)
            .await
            .is_ok_and(|found| found == first.ok())
    );
    assert_eq!(simulator.purchases().get("job-1"), Some(&1));
}

#[tokio::test]
async fn journal_keeps_purchases_of_earlier_process() -> Outcome<()> {
    let path = std::env::temp_dir().join(format!("journal-{}", uuid::Uuid::now_v7()));
    let path = path.to_string_lossy().into_owned();
    let wanted = purchase("timeout-eu", "job-7");
    let before = Simulator::with_journal(&path)?;
    assert!(before.buy(&wanted).await.is_err(), "the answer is lost");
    drop(before);
    let after = Simulator::with_journal(&path)?;
    assert!(
        after
            .look_up(&wanted)
            .await
            .is_ok_and(|found| found.is_some())
    );
    assert_eq!(after.purchases().get("job-7"), Some(&1));
    fs::remove_file(&path).map_err(Error::internal)
}

#[tokio::test]
async fn sku_prefix_forces_outcome() {
    let simulator = Simulator::default();
    let refused = purchase("refuse-eu", "a");
    assert!(matches!(
        simulator.buy(&refused).await,
        Err(SupplierError::Refused(_))
    ));
    assert!(
        simulator
            .look_up(&refused)
            .await
            .is_ok_and(|found| found.is_none())
    );

    let late = purchase("timeout-eu", "b");
    assert!(matches!(
        simulator.buy(&late).await,
        Err(SupplierError::Unknown(_))
    ));
    assert!(
        simulator
            .look_up(&late)
            .await
            .is_ok_and(|found| found.is_some())
    );

    let lost = purchase("lost-eu", "c");
    assert!(matches!(
        simulator.buy(&lost).await,
        Err(SupplierError::Unknown(_))
    ));
    assert!(
        simulator
            .look_up(&lost)
            .await
            .is_ok_and(|found| found.is_none())
    );

    let bad = simulator
        .buy(&purchase("badcode-eu", "d"))
        .await
        .map(|supplied| supplied.activation_code);
    assert!(bad.is_ok_and(|code| ActivationCode::parse(&code).is_err()));
    assert!(
        simulator
            .buy(&purchase("dear-eu", "e"))
            .await
            .is_ok_and(|supplied| supplied.cost.is_some())
    );
    assert_eq!(simulator.purchases().len(), 3);
}
