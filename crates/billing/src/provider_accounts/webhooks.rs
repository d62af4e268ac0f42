//! Webhooks of providers. The sender is verified on the raw body before the body is parsed. Every event is recorded once; a
//! job then asks the provider for the state, and acts on the answer.

use super::{balance, query};
use crate::fulfillment::Provision;
use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use esims::operations::RefreshEsim;
use integrations::{
    providers,
    webhooks::{self as receipts, ReportedEvent},
};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::digest,
    jobs::{self, Job},
    metrics,
};
use serde::{Deserialize, Serialize};
use suppliers::{Account, Supplier, Webhook, WebhookError, WebhookRequest};
use wire::{
    ProblemCode, ProviderId, WebhookReceiptId,
    integrations::{
        providers::ProviderAdapter,
        webhooks::{ProviderWebhook, WebhookReceiptStatus},
    },
    system::audit::AuditAction,
};

/// The maximum size of a webhook. Those of the providers have a few kilobytes.
const LARGEST: usize = 256 * 1024;

/// A webhook request of a provider, as it was received.
#[derive(Clone)]
pub struct Delivery {
    /// The provider in the address.
    pub provider: ProviderId,
    /// The token in the address.
    pub token: String,
    /// Our reference of an order, if the address ends with it.
    pub reference: Option<String>,
    /// The query of the address.
    pub query: String,
    /// The headers, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body, which the signature covers.
    pub body: Bytes,
    /// The network of the sender.
    pub network: String,
}

/// The accounts with which the sender is verified: the credentials in force, and those that were replaced.
struct Verifier {
    adapter: ProviderAdapter,
    accounts: Vec<Account>,
    url: String,
}

/// Receives a webhook request. A repeated event changes nothing and succeeds.
///
/// Deliveries whose signature does not match are counted by network and minute, because the endpoint is public.
pub async fn receive(ctx: &Ctx, delivery: Delivery) -> Result<()> {
    if delivery.body.len() > LARGEST {
        return Err(Error::refuse(ProblemCode::TooLarge));
    }
    let (context, asked) = (ctx.clone(), delivery.clone());
    let verifier = ctx
        .db
        .read(move |conn| verifier(conn, &context, &asked))
        .await?;
    let supplier = (ctx.ports.suppliers)(verifier.adapter).ok_or_else(Error::not_found)?;
    let (provider, now) = (delivery.provider, ctx.clock.now());
    match read(supplier.as_ref(), &verifier, &delivery) {
        Ok(webhook) => {
            ctx.db
                .write(move |tx| record(tx, provider, &webhook, now))
                .await
        }
        Err(WebhookError::Signature) => {
            metrics::record_rejected_signature(verifier.adapter.as_str());
            let network = delivery.network;
            ctx.db
                .write(move |tx| receipts::count_rejected_of(tx, provider, &network, now))
                .await?;
            Err(Error::refuse(ProblemCode::BadSignature))
        }
        Err(WebhookError::Body) => Err(Error::with_detail(
            ProblemCode::Malformed,
            "The body cannot be read.",
        )),
        Err(WebhookError::Unsupported) => Err(Error::not_found()),
    }
}

/// Returns what the sender is verified with. An unknown provider and a wrong token give the same answer.
fn verifier(conn: &mut Conn, ctx: &Ctx, delivery: &Delivery) -> Result<Verifier> {
    let address = providers::webhook_address(conn, delivery.provider)?;
    // The digests are compared, so that the time of the comparison reveals nothing about the token.
    if digest(address.webhook_token.as_bytes()) != digest(delivery.token.as_bytes()) {
        return Err(Error::not_found());
    }
    let sealed = providers::sealed_account(conn, delivery.provider)?;
    let current = providers::account(&sealed, &ctx.keys)?;
    let previous = providers::previous_account(&sealed, &ctx.keys, ctx.clock.now())?;
    let base = match sealed.webhook_url()? {
        Some(url) => url,
        None => providers::webhook_url(conn, ctx, delivery.provider)?,
    };
    let mut url = base;
    if let Some(reference) = &delivery.reference {
        url = format!("{url}/{reference}");
    }
    if !delivery.query.is_empty() {
        url = format!("{url}?{}", delivery.query);
    }
    Ok(Verifier {
        adapter: sealed.adapter,
        accounts: [Some(current), previous].into_iter().flatten().collect(),
        url,
    })
}

/// Verifies and reads a webhook, with each of the accounts.
fn read(
    supplier: &dyn Supplier,
    verifier: &Verifier,
    delivery: &Delivery,
) -> Result<Webhook, WebhookError> {
    let request = WebhookRequest {
        method: "POST",
        url: &verifier.url,
        headers: &delivery.headers,
        body: &delivery.body,
    };
    let mut outcome = Err(WebhookError::Signature);
    for account in &verifier.accounts {
        outcome = supplier.read_webhook(account, &request);
        if outcome != Err(WebhookError::Signature) {
            break;
        }
    }
    outcome
}

/// Records an event, and enqueues its effects, unless it was received before.
fn record(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    webhook: &Webhook,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(receipt) = receipts::record_of(tx, provider, webhook, now)? else {
        return Ok(());
    };
    jobs::enqueue(tx, &ApplyProviderWebhook { receipt })
}

/// Requests that a webhook is applied again.
pub fn replay(tx: &mut Tx<'_>, actor: &Actor, id: WebhookReceiptId) -> Result<ProviderWebhook> {
    let webhook = receipts::show(tx.conn(), id)?;
    if matches!(
        webhook.status,
        WebhookReceiptStatus::Rejected | WebhookReceiptStatus::Received
    ) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            match webhook.status {
                WebhookReceiptStatus::Rejected => {
                    "The signature of the webhook is not valid, so it cannot be replayed."
                }
                _ => "The webhook waits to be applied.",
            },
        ));
    }
    receipts::lock(tx, id)?;
    receipts::mark_replayed(tx, id)?;
    jobs::enqueue(tx, &ApplyProviderWebhook { receipt: id })?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::WebhookReplay, id))?;
    receipts::show(tx.conn(), id)
}

/// Applies a webhook of a provider: enqueues the questions to the provider that it suggests.
#[derive(Serialize, Deserialize)]
pub struct ApplyProviderWebhook {
    /// The receipt.
    pub receipt: WebhookReceiptId,
}

impl Job for ApplyProviderWebhook {
    const KIND: &'static str = "webhooks.apply";
    fn unique_key(&self) -> Option<String> {
        Some(format!("webhook-{}", self.receipt))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| apply(tx, &actor, self.receipt, now))
            .await
    }

    async fn give_up(self, ctx: Ctx, _: String) -> Result<()> {
        ctx.db
            .write(move |tx| {
                let note = "It could not be applied. The log has the cause.";
                receipts::mark_failed(tx, self.receipt, note)
            })
            .await
    }
}

fn apply(tx: &mut Tx<'_>, actor: &Actor, id: WebhookReceiptId, now: DateTime<Utc>) -> Result<()> {
    let receipt = receipts::lock(tx, id)?;
    if receipt.status != WebhookReceiptStatus::Received {
        return Ok(());
    }
    let (mut done, mut ignored) = (Vec::new(), Vec::new());
    for event in &receipt.events.0 {
        match apply_event(tx, actor, receipt.provider_id, event, now)? {
            Effect::Done(what) => done.push(what),
            Effect::Ignored(why) => ignored.push(why),
        }
    }
    if done.is_empty() {
        let why = match ignored.is_empty() {
            true => "Events of this kind are not used.".to_owned(),
            false => ignored.join(" "),
        };
        return receipts::mark_ignored(tx, id, None, &why);
    }
    done.extend(ignored);
    receipts::mark_done(tx, id, &done.join(" "), now)
}

/// The effect of an event.
enum Effect {
    Done(&'static str),
    Ignored(&'static str),
}

/// Enqueues the question that an event suggests. The event itself changes nothing, because anyone who knows the address may
/// send one where the provider does not sign.
fn apply_event(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: ProviderId,
    event: &ReportedEvent,
    now: DateTime<Utc>,
) -> Result<Effect> {
    match event {
        ReportedEvent::Esim {
            iccid,
            provider_ref,
            sim_ref,
        } => {
            let ids = query::EsimKeys {
                iccid,
                profile_ref: provider_ref.as_deref(),
                sim_ref: sim_ref.as_deref(),
            };
            match query::find_esim(tx.conn(), provider, &ids)? {
                Some(esim) => {
                    jobs::enqueue(tx, &RefreshEsim { esim })?;
                    Ok(Effect::Done("The provider is asked about the eSIM."))
                }
                None => Ok(Effect::Ignored("The eSIM is not in the inventory.")),
            }
        }
        ReportedEvent::Order {
            order_ref,
            reference,
        } => {
            let (order_ref, reference) = (order_ref.as_deref(), reference.as_deref());
            match query::find_open_unit(tx.conn(), provider, order_ref, reference)? {
                Some((order, unit_no)) => {
                    jobs::enqueue_now(tx, &Provision { order, unit_no })?;
                    Ok(Effect::Done("The provider is asked about the order."))
                }
                None => Ok(Effect::Ignored("The provider's order is not open here.")),
            }
        }
        ReportedEvent::LowBalance => {
            balance::start(tx, actor, provider, now)?;
            Ok(Effect::Done("The balance is read."))
        }
        ReportedEvent::Probe => Ok(Effect::Ignored("It is a test of the address.")),
    }
}
