//! Promotion codes: active, scheduled, expired and deactivated ones.

use super::super::{
    SeedContext,
    rows::{Event, Rows, id_of},
};
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;
use wire::{Param, system::audit::AuditAction};

/// A code with its discount, its first and last day relative to today, its limits in total and per customer, its campaign,
/// and whether it is active.
type Code = (
    &'static str,
    (&'static str, &'static str, Option<&'static str>),
    (i64, i64),
    (Option<i32>, Option<i32>),
    (&'static str, bool),
);

const CODES: [Code; 5] = [
    (
        "WELCOME10",
        ("percentage", "10.00", None),
        (-60, 300),
        (None, Some(1)),
        ("Welcome", true),
    ),
    (
        "SUMMER5",
        ("fixed_amount", "5.00", Some("USD")),
        (-30, 60),
        (Some(500), None),
        ("Summer", true),
    ),
    (
        "NEWYEAR20",
        ("percentage", "20.00", None),
        (30, 45),
        (Some(1000), Some(1)),
        ("New year", true),
    ),
    (
        "AUTUMN15",
        ("percentage", "15.00", None),
        (-90, -10),
        (Some(200), None),
        ("Autumn", true),
    ),
    (
        "FRIENDS50",
        ("percentage", "50.00", None),
        (-20, 100),
        (Some(20), Some(1)),
        ("Friends", false),
    ),
];

/// Adds the promotion codes.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, admin: Uuid) {
    for (number, (code, (kind, value, currency), (from, to), (most, each), (campaign, on))) in
        CODES.into_iter().enumerate()
    {
        let (from, to) = (
            ctx.now + TimeDelta::days(from),
            ctx.now + TimeDelta::days(to),
        );
        let at = from.min(ctx.now - TimeDelta::days(1));
        let id = id_of("promotion", number, at);
        rows.add("promotional_codes", json!({
            "id": id, "code": code, "discount_type": kind, "discount_value": value, "currency": currency, "max_uses": most, "per_user_limit": each,
            "valid_from": from.show(), "valid_to": to.show(), "is_active": on, "campaign": campaign, "created_at": at.show(),
        }));
        let change = json!({ "code": { "before": null, "after": code } });
        let event = Event::new(AuditAction::PromotionCreate, "promotion", id);
        rows.audit(at, Some((admin, "admin")), event, change, None);
    }
}
