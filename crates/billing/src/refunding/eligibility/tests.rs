use super::*;
use wire::{EsimId, TransactionId, UserId, billing::transactions::TransactionStatus};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn payment(total: i64) -> Payment {
    Payment {
        id: TransactionId::new(),
        order_id: None,
        user_id: UserId::new(),
        total_amount: Money::from_minor(total, Currency::Usd),
        currency: Currency::Usd,
        status: TransactionStatus::Completed,
        payment_gateway: Some("simulator".into()),
        gateway_transaction_id: Some("sim_1".into()),
        recorded_by: None,
        dispute_state: None,
        completed_at: Some(now() - TimeDelta::days(3)),
    }
}

fn unit(profile: ProfileState, used: i64, started_days_ago: Option<i64>) -> Unit {
    Unit {
        unit_no: 1,
        is_topup: false,
        esim_id: Some(EsimId::new()),
        iccid: None,
        status: Some(EsimStatus::Active),
        profile_state: Some(profile),
        used_bytes: used,
        total_bytes: Some(1000),
        bundle: Some("active".into()),
        delivered_at: None,
        installed_at: None,
        starts_at: started_days_ago.map(|days| now() - TimeDelta::days(days)),
        expires_at: None,
    }
}

fn terms() -> PlanTerms {
    PlanTerms {
        name: "P".into(),
        validity_days: 10,
        ..PlanTerms::default()
    }
}

fn recommended(
    total: i64,
    units: &[Unit],
    live: i64,
) -> (String, RefundRecommendation, RefundEffect) {
    let paid = payment(total);
    let units = recommend_units(&paid, &terms(), units, now());
    let eligibility = recommend(
        &paid,
        units,
        &RefundSums {
            committed: Money::from_minor(live, Currency::Usd),
            external: Money::zero(),
        },
        now(),
    );
    (
        eligibility.recommended_amount.to_string(),
        eligibility.verdict,
        eligibility.recommended_effect,
    )
}

#[test]
fn recommendation_is_the_smaller_unused_part() {
    use RefundEffect::{Cancel, None as Nothing, Suspend};
    use RefundRecommendation::{Full, Partial};
    let undelivered = Unit {
        esim_id: None,
        ..unit(ProfileState::Released, 0, None)
    };
    for (unit, expected) in [
        (undelivered, ("10.00", Full, Nothing)),
        (
            unit(ProfileState::Released, 0, None),
            ("10.00", Full, Cancel),
        ),
        (
            unit(ProfileState::Installed, 0, None),
            ("10.00", Full, Suspend),
        ),
        (
            unit(ProfileState::Enabled, 250, Some(2)),
            ("7.50", Partial, Suspend),
        ),
        (
            unit(ProfileState::Enabled, 250, Some(6)),
            ("4.00", Partial, Suspend),
        ),
        (
            unit(ProfileState::Enabled, 1000, Some(1)),
            ("0.00", RefundRecommendation::Nothing, Nothing),
        ),
        (
            unit(ProfileState::Enabled, 5000, Some(1)),
            ("0.00", RefundRecommendation::Nothing, Nothing),
        ),
        (
            unit(ProfileState::Enabled, 1, Some(11)),
            ("0.00", RefundRecommendation::Nothing, Nothing),
        ),
    ] {
        let (amount, verdict, effect) = expected;
        assert_eq!(
            recommended(1000, std::slice::from_ref(&unit), 0),
            (amount.to_owned(), verdict, effect),
            "{unit:?}"
        );
    }
}

#[test]
fn shares_add_up_and_earlier_refunds_count() {
    let three = vec![unit(ProfileState::Released, 0, None); 3];
    let shares = recommend_units(&payment(1000), &terms(), &three, now());
    let shares: Vec<String> = shares.iter().map(|unit| unit.share.to_string()).collect();
    assert_eq!(shares, ["3.34", "3.33", "3.33"]);
    assert_eq!(recommended(1000, &three, 0).0, "10.00");
    assert_eq!(recommended(1000, &three, 400).0, "6.00");
    let half_used = [unit(ProfileState::Enabled, 500, Some(0))];
    assert_eq!(
        recommended(1000, &half_used, 500).0,
        "0.00",
        "the payment is refunded already"
    );
}

#[test]
fn eligibility_changes_with_usage_and_not_with_time() {
    let paid = payment(1000);
    let known = |used: i64, at: DateTime<Utc>| {
        let units = [unit(ProfileState::Enabled, used, Some(0))];
        recommend(
            &paid,
            recommend_units(&paid, &terms(), &units, at),
            &RefundSums {
                committed: Money::zero(),
                external: Money::zero(),
            },
            at,
        )
    };
    let first = known(100, now());
    let (mut later, mut used) = (known(100, now() + TimeDelta::days(2)), known(101, now()));
    // Both are about the same eSIM.
    for other in [&mut later, &mut used] {
        for (unit, same) in other.units.iter_mut().zip(&first.units) {
            unit.esim_id = same.esim_id;
        }
    }
    assert!(first.recommended_amount > later.recommended_amount);
    assert!(first.agrees_with(&later));
    assert!(!first.agrees_with(&used));
}
