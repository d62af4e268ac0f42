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
use messaging::emails::{self, DeliveredEsim, EmailTemplate, Signature};
use platform::{Error, Result, crypto::FieldContext};
use serde_json::json;
use wire::{
    billing::orders::PlanTerms, esims::inventory::EsimInstallation, system::audit::AuditAction,
};

/// Adds the delivery email of an order.
pub fn add(
    rows: &mut Rows,
    ctx: &mut SeedContext<'_>,
    order: &Order<'_>,
    sold: &[Sold],
) -> Result<()> {
    let template = delivery(order, sold)?;
    let rendered = emails::render(&template, &Signature::load(ctx.conn)?)?;
    let at = order.after(100);
    let id = id_of("demo email", order.index, at);
    let sealed = |column: &str, plain: &str| {
        ctx.keys
            .seal(FieldContext::new("notifications", column, id), plain)
            .map(|sealed| bytea(&sealed))
    };
    let codes: Vec<String> = sold.iter().map(|esim| esim.code.lpa()).collect();
    let message = serde_json::to_string(&json!({ "text": rendered.text, "codes": codes }))
        .map_err(Error::internal)?;
    let is_sent = order.scenario != OrderScenario::EmailFailed;
    rows.add("notifications", json!({
        "id": id, "user_id": order.buyer.id, "type": "email", "order_id": order.id, "esim_id": sold.first().map(|esim| esim.id), "destination": sealed("destination", &order.buyer.email)?,
        "subject": rendered.subject, "message": sealed("message", &message)?, "message_html": sealed("message_html", &rendered.html)?, "status": if is_sent { "sent" } else { "failed" },
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

fn delivery(order: &Order<'_>, sold: &[Sold]) -> Result<EmailTemplate> {
    let terms: PlanTerms =
        serde_json::from_value(order.plan.terms.clone()).map_err(Error::internal)?;
    let esims = sold.iter().map(|esim| DeliveredEsim {
        iccid: esim.iccid.clone(),
        installation: EsimInstallation::from(&esim.code),
    });
    Ok(EmailTemplate::OrderDelivered {
        order_number: order.number.clone(),
        ordered_on: order.at.into(),
        plan_title: terms.title(),
        plan: terms.name,
        esims: esims.collect(),
    })
}
