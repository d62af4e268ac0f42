//! A queued top-up: its provider starts it when the current bundle of the eSIM ends.

use super::{
    super::rows::{Event, Rows, id_of},
    catalog::amount,
    orders::Order,
    stock::Sold,
};
use serde_json::{Value, json};
use wire::system::audit::AuditAction;

/// Adds a top-up of the eSIM of an order, with this order number, one day after the order.
pub fn add(rows: &mut Rows, order: &Order<'_>, sold: &Sold, number: &str) {
    let Some(source) = &order.plan.source else {
        return;
    };
    let day = 86_400;
    let at = |seconds: i64| order.after(day + seconds);
    let (id, payment) = (
        id_of("demo top-up", 0, at(0)),
        id_of("demo top-up payment", 0, at(0)),
    );
    let job = id_of("demo top-up unit", 0, at(2));
    let (total, cost) = (amount(order.plan.cents), amount(source.cents));
    rows.add("orders", json!({
        "id": id, "order_number": number, "user_id": order.buyer.id, "plan_id": order.plan.id, "kind": "topup", "esim_id": sold.id, "quantity": 1, "region": "GLOBAL",
        "terms": order.plan.terms, "unit_price": total, "unit_cost": cost, "total_amount": total, "currency": "USD", "status": "fulfilled",
        "created_by": order.buyer.id, "expires_at": at(1800), "paid_at": at(60), "fulfilled_at": at(65), "version": 4, "created_at": at(0), "updated_at": at(65),
    }));
    rows.add("transactions", json!({
        "id": payment, "order_id": id, "user_id": order.buyer.id, "plan_id": order.plan.id, "esim_id": sold.id, "amount": total, "currency": "USD",
        "payment_method": "credit_card", "payment_gateway": "simulator", "gateway_transaction_id": format!("sim_{}", payment.simple()), "status": "completed",
        "total_amount": total, "created_at": at(0), "updated_at": at(60), "completed_at": at(60),
    }));
    super::orders::enqueue_job(rows, at(0), "invoices.issue", "transaction", payment);
    let reference = format!("{job}-1");
    let theirs = format!("SIM-TOPUP-{}", sold.iccid);
    rows.add("provisioning_jobs", json!({
        "id": job, "order_id": id, "unit_no": 1, "status": "succeeded", "source": "provider", "esim_id": sold.id, "attempts": 1, "created_at": at(60), "updated_at": at(65),
    }));
    rows.add("provisioning_attempts", json!({
        "id": id_of(&reference, 0, at(61)), "job_id": job, "provider_id": source.provider, "offer_id": source.offer, "attempt_no": 1, "reference": reference,
        "status": "succeeded", "provider_order_ref": theirs, "cost": cost, "currency": "USD", "sent_at": at(61), "answered_at": at(64),
    }));
    rows.add("data_allocations", json!({
        "id": id_of(&reference, 1, at(64)), "esim_id": sold.id, "provider_id": source.provider, "provisioning_job_id": job, "status": "active",
        "provider_order_ref": theirs, "allocated_mb": order.plan.mb.unwrap_or_default(), "cost": cost, "currency": "USD", "allocated_at": at(64),
    }));
    rows.add("esim_bundles", json!({
        "id": id_of("demo top-up bundle", 0, at(64)), "order_id": id, "unit_no": 1, "esim_id": sold.id, "plan_id": order.plan.id, "provider_id": source.provider,
        "provider_ref": theirs, "status": "queued", "total_bytes": order.plan.mb.map(|mb| i64::from(mb) * 1_000_000), "used_bytes": 0, "created_at": at(64),
    }));
    let mut audit = |seconds: i64, action: AuditAction, subject: &str, of, change: Value| {
        rows.audit(
            at(seconds),
            None,
            Event::new(action, subject, of),
            change,
            None,
        );
    };
    audit(
        0,
        AuditAction::OrderPlace,
        "order",
        id,
        json!({ "plan_id": order.plan.id, "esim_id": sold.id, "total_amount": total, "currency": "USD" }),
    );
    audit(
        60,
        AuditAction::TransactionComplete,
        "transaction",
        payment,
        json!({ "total_amount": total, "currency": "USD" }),
    );
    audit(60, AuditAction::OrderPay, "order", id, Value::Null);
    audit(
        61,
        AuditAction::ProvisioningRequest,
        "order",
        id,
        json!({ "unit_no": 1, "provider_id": source.provider, "reference": reference }),
    );
    audit(
        65,
        AuditAction::OrderProvision,
        "order",
        id,
        json!({ "unit_no": 1, "esim_id": sold.id, "source": "topup" }),
    );
    audit(65, AuditAction::OrderFulfil, "order", id, Value::Null);
}
