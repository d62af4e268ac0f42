//! Delivery emails of the orders, in the outbox.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
        sealed::bytea,
    },
    orders::{Order, OrderScenario},
    stock::Sold,
};
use platform::{Error, Result, crypto::FieldContext};
use serde_json::json;
use wire::system::audit::AuditAction;

/// Adds the delivery email of an order.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, order: &Order<'_>, sold: &[Sold]) -> Result<()> {
    let at = order.after(100);
    let id = id_of("demo email", order.index, at);
    let sealed = |column: &str, plain: &str| {
        ctx.keys
            .seal(FieldContext::new("notifications", column, id), plain)
            .map(|sealed| bytea(&sealed))
    };
    let name = order
        .plan
        .terms
        .get("name")
        .and_then(|name| name.as_str())
        .unwrap_or_default();
    let codes: Vec<String> = sold.iter().map(|esim| esim.code.lpa()).collect();
    let mut text = format!(
        "Thank you for your order {}: {name}, {} days.\n\nInstall it while you have an internet connection.\n",
        order.number, order.plan.days
    );
    for esim in sold {
        text.push_str(&format!(
            "\neSIM {}\n  iPhone (iOS 17.4 or newer): {}\n  Android: {}\n  Activation code: {}\n",
            esim.iccid,
            esim.code.apple_url(),
            esim.code.android_url(),
            esim.code.lpa()
        ));
    }
    let message =
        serde_json::to_string(&json!({ "text": text, "codes": codes })).map_err(Error::internal)?;
    let is_sent = order.scenario != OrderScenario::EmailFailed;
    rows.add("notifications", json!({
        "id": id, "user_id": order.buyer.id, "type": "email", "order_id": order.id, "esim_id": sold.first().map(|esim| esim.id), "destination": sealed("destination", &order.buyer.email)?,
        "subject": format!("Your eSIM {name} is ready ({})", order.number), "message": sealed("message", &message)?, "status": if is_sent { "sent" } else { "failed" },
        "attempts": if is_sent { 1 } else { 12 }, "last_error": (!is_sent).then_some("The mail server rejected the recipient: mailbox full."), "dedupe_key": format!("order-{}", order.id),
        "sent_at": is_sent.then(|| order.after(103)), "created_at": at,
    }));
    if !is_sent {
        rows.audit(
            order.after(4000),
            None,
            Event::new(AuditAction::NotificationFail, "notification", id),
            json!({}),
            None,
        );
    }
    Ok(())
}
