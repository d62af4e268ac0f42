//! A price list to be published: with higher and lower costs, one new package and one removed package.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
    },
    catalog::{Plan, amount},
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::system::audit::AuditAction;

/// The plans with changed costs: the index of the plan, and the new cost in percent of the old cost.
const CHANGED: [(usize, u32); 3] = [(0, 110), (1, 95), (3, 125)];
/// The index of the plan that the list no longer contains.
const REMOVED: usize = 7;

/// Adds the price list, compared an hour ago.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, catalog: &[Plan], admin: Uuid) {
    let Some(provider) = catalog
        .first()
        .and_then(|plan| plan.source.as_ref())
        .map(|source| source.provider)
    else {
        return;
    };
    let mut all: Vec<Value> = (1..)
        .zip(CHANGED)
        .filter_map(|(row, (index, percent))| changed_row(catalog.get(index)?, row, percent))
        .collect();
    all.extend(catalog.get(REMOVED).and_then(removed_row));
    all.push(new_row());
    let at = ctx.now - TimeDelta::hours(1);
    let id = id_of("demo price list", 0, at);
    rows.add("price_list_syncs", json!({
        "id": id, "provider_id": provider, "state": "open", "rows": all, "created_by": admin, "created_at": at, "version": 1,
        "new_count": 1, "changed_count": CHANGED.len(), "gone_count": 1, "unchanged_count": 6, "refused_count": 0,
    }));
    let change = json!({ "provider_id": provider, "new": 1, "changed": CHANGED.len(), "gone": 1 });
    let event = Event::new(AuditAction::PriceListCreate, "price_list", id);
    rows.audit(at, Some((admin, "admin")), event, change, None);
}

fn changed_row(plan: &Plan, row: i32, percent: u32) -> Option<Value> {
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

fn removed_row(plan: &Plan) -> Option<Value> {
    let source = plan.source.as_ref()?;
    Some(json!({
        "sku": source.sku, "name": plan.terms.get("name"), "change": "gone", "plan_id": plan.id, "terms": [],
        "cost_before": amount(source.cents), "selling_before": amount(plan.cents), "needs_reason": false, "errors": [], "published": false,
    }))
}

/// Returns the row of a package that has no plan yet.
fn new_row() -> Value {
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
