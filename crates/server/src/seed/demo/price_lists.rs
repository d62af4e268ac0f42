//! A price list that waits for somebody to publish it: dearer here, cheaper there, one package new, one gone.

use super::{
    super::{
        Ground,
        rows::{Rows, id_of},
    },
    catalogue::{Plan, amount},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

/// The plans of the list, each by its place, and what becomes of its cost in percent.
const MOVED: [(usize, u32); 3] = [(0, 110), (1, 95), (3, 125)];
/// The plan that the list has no more.
const GONE: usize = 7;

/// Adds it, as it was compared an hour ago.
pub fn add(rows: &mut Rows, ground: &Ground<'_>, catalogue: &[Plan], admin: Uuid) {
    let Some(provider) = catalogue
        .first()
        .and_then(|plan| plan.source.as_ref())
        .map(|source| source.provider)
    else {
        return;
    };
    let mut all: Vec<Value> = (1..)
        .zip(MOVED)
        .filter_map(|(row, (place, percent))| moved(catalogue.get(place)?, row, percent))
        .collect();
    all.extend(catalogue.get(GONE).and_then(gone));
    all.push(arrived());
    let at = ground.now - TimeDelta::hours(1);
    let id = id_of("demo price list", 0, at);
    rows.add("price_list_syncs", json!({
        "id": id, "provider_id": provider, "state": "open", "rows": all, "created_by": admin, "created_at": at, "version": 1,
        "new_count": 1, "changed_count": MOVED.len(), "gone_count": 1, "unchanged_count": 6, "refused_count": 0,
    }));
    let change = json!({ "provider_id": provider, "new": 1, "changed": MOVED.len(), "gone": 1 });
    let act = ("price_list.create", "price_list", id);
    rows.act(at, Some((admin, "admin")), act, change, None);
}

fn moved(plan: &Plan, row: i32, percent: u32) -> Option<Value> {
    let source = plan.source.as_ref()?;
    let after = source.cents * percent / 100;
    let margin = 10_000 - after * 10_000 / plan.cents.max(1);
    Some(json!({
        "row": row, "sku": source.sku, "name": plan.terms.get("name"), "change": "changed", "plan_id": plan.id, "terms": [],
        "cost_before": amount(source.cents), "cost_after": amount(after), "cost_moved": format!("{}.00", i64::from(percent) - 100),
        "selling_before": amount(plan.cents), "selling_after": amount(plan.cents), "margin_after": amount(margin),
        "currency": "USD", "needs_reason": false, "errors": [], "published": false,
        "stated": stated(plan),
    }))
}

fn gone(plan: &Plan) -> Option<Value> {
    let source = plan.source.as_ref()?;
    Some(json!({
        "sku": source.sku, "name": plan.terms.get("name"), "change": "gone", "plan_id": plan.id, "terms": [],
        "cost_before": amount(source.cents), "selling_before": amount(plan.cents), "needs_reason": false, "errors": [], "published": false,
    }))
}

/// A package that nobody has sold here yet.
fn arrived() -> Value {
    let terms = json!({ "name": "5 GB Korea", "data_limit_mb": "5000.00", "voice_minutes": 0, "sms_count": 0, "validity_days": 30, "regions": ["KR"] });
    json!({
        "row": 4, "sku": "nw-kr-5gb-30d", "name": "5 GB Korea", "change": "new", "terms": [], "cost_after": "7.10", "selling_after": "12.90",
        "margin_after": "44.96", "currency": "USD", "needs_reason": false, "errors": [], "published": false,
        "stated": { "plan": terms, "selling": "12.90", "selling_is_stated": true, "stock": 120 },
    })
}

fn stated(plan: &Plan) -> Value {
    json!({ "plan": plan.terms, "selling": amount(plan.cents), "selling_is_stated": true })
}
