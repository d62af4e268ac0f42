//! What can be changed of a price, and when.

use super::*;
use wire::{Currency, Money, PlanId};

fn at(day: u32) -> DateTime<Utc> {
    chrono::NaiveDate::from_ymd_opt(2026, 1, day)
        .unwrap_or_default()
        .and_time(chrono::NaiveTime::MIN)
        .and_utc()
}
fn money(text: &str) -> Money {
    text.parse().unwrap_or_else(|_| Money::zero())
}
fn price(from: u32, to: Option<u32>) -> Row {
    Row {
        id: PriceId(uuid::Uuid::nil()),
        plan_id: PlanId(uuid::Uuid::nil()),
        region: None,
        cost_price: money("4.00"),
        selling_price: money("9.00"),
        currency: Currency::Usd,
        effective_from: at(from),
        effective_to: to.map(at),
        note: None,
        version: 1,
    }
}
fn code(result: Result<Change>) -> Option<ProblemCode> {
    result.err().and_then(|error| error.code())
}

#[test]
fn a_price_that_has_begun_can_only_be_ended() {
    let dearer = EditPrice {
        selling_price: Some(money("10.00")),
        ..EditPrice::default()
    };
    let ended = EditPrice {
        effective_to: Some(Some(at(20))),
        ..EditPrice::default()
    };
    assert_eq!(
        code(changed(&price(1, None), &dearer, at(10))),
        Some(ProblemCode::WrongState)
    );
    assert_eq!(
        changed(&price(1, None), &ended, at(10))
            .ok()
            .and_then(|change| change.effective_to),
        Some(at(20))
    );
    assert_eq!(
        code(changed(&price(1, None), &ended, at(21))),
        Some(ProblemCode::Invalid)
    );
    assert_eq!(
        code(changed(&price(1, Some(5)), &ended, at(10))),
        Some(ProblemCode::WrongState)
    );
    assert_eq!(
        changed(&price(11, None), &dearer, at(10))
            .ok()
            .map(|change| change.selling_price),
        Some(money("10.00"))
    );
}

#[test]
fn below_cost_needs_a_reason_and_time_runs_forward() {
    let cheap = EditPrice {
        selling_price: Some(money("3.00")),
        ..EditPrice::default()
    };
    assert_eq!(
        code(changed(&price(11, None), &cheap, at(10))),
        Some(ProblemCode::Invalid)
    );
    let explained = EditPrice {
        note: Some(Some("Opening week".into())),
        ..cheap
    };
    assert!(changed(&price(11, None), &explained, at(10)).is_ok());
    let backwards = EditPrice {
        effective_to: Some(Some(at(11))),
        ..EditPrice::default()
    };
    assert_eq!(
        code(changed(&price(12, None), &backwards, at(10))),
        Some(ProblemCode::Invalid)
    );
}

#[test]
fn a_clash_names_the_window() {
    assert!(clash(at(1), None).contains("from 2026-01-01T00:00:00Z with no end"));
    assert!(clash(at(1), Some(at(2))).contains("until 2026-01-02T00:00:00Z"));
}
