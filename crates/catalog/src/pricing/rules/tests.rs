//! Tests of price edits in each phase.

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
fn code(result: Result<PriceUpdate>) -> Option<ProblemCode> {
    result.err().and_then(|error| error.code())
}

#[test]
fn active_price_allows_only_end_change() {
    let increased = EditPrice {
        selling_price: Some(money("10.00")),
        ..EditPrice::default()
    };
    let ended = EditPrice {
        effective_to: Some(Some(at(20))),
        ..EditPrice::default()
    };
    assert_eq!(
        code(apply_edit(&price(1, None), &increased, at(10))),
        Some(ProblemCode::WrongState)
    );
    assert_eq!(
        apply_edit(&price(1, None), &ended, at(10))
            .ok()
            .and_then(|update| update.effective_to),
        Some(at(20))
    );
    assert_eq!(
        code(apply_edit(&price(1, None), &ended, at(21))),
        Some(ProblemCode::Invalid)
    );
    assert_eq!(
        code(apply_edit(&price(1, Some(5)), &ended, at(10))),
        Some(ProblemCode::WrongState)
    );
    assert_eq!(
        apply_edit(&price(11, None), &increased, at(10))
            .ok()
            .map(|update| update.selling_price),
        Some(money("10.00"))
    );
}

#[test]
fn edit_below_cost_requires_note_and_rejects_end_before_start() {
    let cheap = EditPrice {
        selling_price: Some(money("3.00")),
        ..EditPrice::default()
    };
    assert_eq!(
        code(apply_edit(&price(11, None), &cheap, at(10))),
        Some(ProblemCode::Invalid)
    );
    let explained = EditPrice {
        note: Some(Some("Opening week".into())),
        ..cheap
    };
    assert!(apply_edit(&price(11, None), &explained, at(10)).is_ok());
    let backwards = EditPrice {
        effective_to: Some(Some(at(11))),
        ..EditPrice::default()
    };
    assert_eq!(
        code(apply_edit(&price(12, None), &backwards, at(10))),
        Some(ProblemCode::Invalid)
    );
}

#[test]
fn overlap_message_names_window() {
    assert!(overlap_message(at(1), None).contains("from 2026-01-01T00:00:00Z with no end"));
    assert!(overlap_message(at(1), Some(at(2))).contains("until 2026-01-02T00:00:00Z"));
}
