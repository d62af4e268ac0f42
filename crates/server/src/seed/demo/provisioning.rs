//! Provisioning of paid orders, successful and failed.

use super::{
    super::{
        SeedContext,
        rows::{Rows, id_of},
    },
    catalog::amount,
    orders::{Order, OrderScenario},
    stock::{EsimStage, Sale, Sold, Stock},
    usage::{self, UsedBundle},
};
use platform::Result;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::system::audit::AuditAction;

/// The status reason of an order that every provider has rejected.
pub const FAILED_ORDER: &str = "1 of 1 eSIMs could not be provisioned. Out of stock, and every provider declined. The last answer: out of stock";
/// The error of its unit.
const FAILED_UNIT: &str =
    "Out of stock, and every provider declined. The last answer: out of stock";

/// Adds the provisioning of the units of an order, and returns their eSIMs.
pub fn add(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    order: &Order<'_>,
    stock: &mut Stock,
) -> Result<Vec<Sold>> {
    match order.scenario {
        OrderScenario::Delivered(stage) => deliver(rows, ctx, order, stock, stage),
        OrderScenario::EmailFailed => deliver(rows, ctx, order, stock, EsimStage::Unused),
        OrderScenario::ProviderDeclined => {
            for unit_no in 1..=order.quantity {
                unprovisioned_unit(
                    rows,
                    order,
                    unit_no,
                    "failed",
                    "refused",
                    FAILED_UNIT,
                    "out of stock",
                );
            }
            order.audit(
                rows,
                97,
                AuditAction::OrderFail,
                Value::Null,
                Some(FAILED_ORDER),
            );
            Ok(Vec::new())
        }
        OrderScenario::Provisioning => {
            for unit_no in 1..=order.quantity {
                unprovisioned_unit(
                    rows,
                    order,
                    unit_no,
                    "waiting",
                    "unknown",
                    "no answer in time",
                    "no answer in time",
                );
            }
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}

fn deliver(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    order: &Order<'_>,
    stock: &mut Stock,
    stage: EsimStage,
) -> Result<Vec<Sold>> {
    let source = if order.from_stock {
        "stock"
    } else {
        "provider"
    };
    let sold = (1..=order.quantity)
        .map(|unit_no| {
            let sale = Sale {
                plan: order.plan,
                buyer: order.buyer.id,
                at: order.after(98),
                from_stock: order.from_stock,
                stage,
                admin: order.admin,
            };
            let sold = stock.sell(rows, ctx, &sale)?;
            let job = unit(
                rows,
                order,
                unit_no,
                "succeeded",
                Some(source),
                Some(sold.id),
                None,
            );
            if let Some(reference) = &sold.provider_ref {
                bought(rows, order, job, unit_no, &sold, reference);
            }
            bundle(rows, ctx, order, unit_no, &sold, stage);
            order.audit(
                rows,
                98,
                AuditAction::OrderProvision,
                json!({ "unit_no": unit_no, "esim_id": sold.id, "source": source }),
                None,
            );
            Ok(sold)
        })
        .collect::<Result<Vec<_>>>()?;
    order.audit(rows, 100, AuditAction::OrderFulfil, Value::Null, None);
    Ok(sold)
}

fn unit(
    rows: &mut Rows,
    order: &Order<'_>,
    unit_no: u32,
    status: &str,
    source: Option<&str>,
    esim: Option<Uuid>,
    error: Option<&str>,
) -> Uuid {
    let id = id_of(
        &format!("demo unit {unit_no} of"),
        order.index,
        order.after(95),
    );
    rows.add("provisioning_jobs", json!({
        "id": id, "order_id": order.id, "unit_no": unit_no, "status": status, "source": source, "esim_id": esim, "last_error": error,
        "attempts": i32::from(!order.from_stock), "created_at": order.after(95), "updated_at": order.after(98),
    }));
    id
}

/// Adds a unit that is not provisioned, with its request to the provider.
fn unprovisioned_unit(
    rows: &mut Rows,
    order: &Order<'_>,
    unit_no: u32,
    status: &str,
    outcome: &str,
    error: &str,
    answer: &str,
) {
    let job = unit(rows, order, unit_no, status, None, None, Some(error));
    attempt(rows, order, job, unit_no, outcome, Some(answer), None);
    if status == "failed" {
        order.audit(
            rows,
            97,
            AuditAction::ProvisioningFail,
            json!({ "unit_no": unit_no }),
            Some(error),
        );
    }
}

fn attempt(
    rows: &mut Rows,
    order: &Order<'_>,
    job: Uuid,
    unit_no: u32,
    outcome: &str,
    error: Option<&str>,
    order_ref: Option<&str>,
) {
    let Some(source) = &order.plan.source else {
        return;
    };
    let reference = format!("{job}-1");
    order.audit(
        rows,
        96,
        AuditAction::ProvisioningRequest,
        json!({ "unit_no": unit_no, "provider_id": source.provider, "reference": reference }),
        None,
    );
    rows.add("provisioning_attempts", json!({
        "id": id_of(&reference, 0, order.after(96)), "job_id": job, "provider_id": source.provider, "offer_id": source.offer, "attempt_no": 1, "reference": reference, "status": outcome,
        "provider_order_ref": order_ref, "cost": order_ref.map(|_| amount(source.cents)), "currency": order_ref.map(|_| "USD"), "error": error,
        "sent_at": order.after(96), "answered_at": (outcome != "unknown").then(|| order.after(97)),
    }));
}

fn bought(
    rows: &mut Rows,
    order: &Order<'_>,
    job: Uuid,
    unit_no: u32,
    sold: &Sold,
    reference: &str,
) {
    attempt(
        rows,
        order,
        job,
        unit_no,
        "succeeded",
        None,
        Some(reference),
    );
    let Some(source) = &order.plan.source else {
        return;
    };
    rows.add("data_allocations", json!({
        "id": id_of(reference, 1, order.after(97)), "esim_id": sold.id, "provider_id": source.provider, "provisioning_job_id": job, "status": "active", "provider_order_ref": reference,
        "allocated_mb": order.plan.mb.unwrap_or_default(), "cost": amount(source.cents), "currency": "USD", "allocated_at": order.after(97),
    }));
}

fn bundle(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    order: &Order<'_>,
    unit_no: u32,
    sold: &Sold,
    stage: EsimStage,
) {
    let total = order.plan.mb.map(|mb| i64::from(mb) * 1_000_000);
    let start = order.after(98) + chrono::TimeDelta::hours(30);
    let (percent, status) = stage.bundle(start.timestamp() / 3600);
    let starts = (percent > 0).then_some(start);
    let id = id_of(
        &format!("demo bundle {unit_no} of"),
        order.index,
        order.after(98),
    );
    let used_bytes = total.unwrap_or(20_000_000_000) / 100 * percent;
    rows.add("esim_bundles", json!({
        "id": id, "order_id": order.id, "unit_no": unit_no, "esim_id": sold.id, "plan_id": order.plan.id,
        "provider_id": sold.provider, "provider_ref": sold.provider_ref, "status": status, "total_bytes": total, "used_bytes": used_bytes,
        "starts_at": starts, "expires_at": starts.map(|start| start + chrono::TimeDelta::days(stage.days(order.plan.days))), "created_at": order.after(98),
    }));
    if status == "active" {
        let used = UsedBundle {
            id,
            esim: sold.id,
            customer: order.buyer.id,
            plan: order.plan.id,
            provider: sold.provider,
            used_bytes,
            starts_at: start,
            number: order.index,
        };
        usage::add(rows, ctx.now, &used);
    }
}
