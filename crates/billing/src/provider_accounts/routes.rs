//! HTTP routes of the accounts at providers.

use super::{
    balance, esim_sync,
    webhooks::{self, Delivery},
};
use actix_web::{HttpRequest, HttpResponse, get, post, web::Data};
use platform::{Accepted, Caller, Ctx, Id, NoContent, Result, Tagged, Upload, http};
use wire::{
    ProviderId, TwilioConfigId, WebhookReceiptId,
    integrations::{providers::ProviderRun, webhooks::ProviderWebhook},
    permission::needs::ProvidersWrite,
};

/// Read the balance at a provider. Poll the run for the outcome.
#[utoipa::path(tag = "integrations/providers", security(("bearer" = ["providers:write"])), params(("id" = ProviderId, Path)), responses((status = 202, description = "The run", body = ProviderRun)))]
#[post("/providers/{id}/balance")]
pub async fn read_balance(
    caller: Caller<ProvidersWrite>,
    id: Id<ProviderId>,
) -> Result<Accepted<ProviderRun>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| balance::request(tx, actor, &ctx, id.0))
        .await
        .map(Accepted)
}

/// Read the eSIMs of the active Twilio account and compare them with the inventory. Poll the run for the progress.
#[utoipa::path(tag = "integrations/twilio", security(("bearer" = ["providers:write"])), params(("id" = TwilioConfigId, Path)), responses((status = 202, description = "The run", body = ProviderRun)))]
#[post("/twilio-configs/{id}/sync")]
pub async fn sync(
    caller: Caller<ProvidersWrite>,
    id: Id<TwilioConfigId>,
) -> Result<Accepted<ProviderRun>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| esim_sync::request(tx, actor, id.0, now))
        .await
        .map(Accepted)
}

/// Answer the probe of a provider that checks the address of its webhooks with HEAD or GET.
#[utoipa::path(tag = "integrations/provider_webhooks", security(()), params(("id" = ProviderId, Path), ("token" = String, Path, description = "The token of the address")),
    responses((status = 200, description = "The address can receive webhooks")))]
#[get("/webhooks/providers/{id}/{token}")]
pub async fn probe(_: Id<ProviderId>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// Receive a webhook of a provider.
///
/// Called by the provider at the address that its page shows. The provider's signature is verified where it signs. A
/// repeated event is answered like a new one; the provider is asked for the state before anything changes.
#[utoipa::path(tag = "integrations/provider_webhooks", security(()), params(("id" = ProviderId, Path), ("token" = String, Path, description = "The token of the address")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 204, description = "Received"), (status = 400, description = "The body cannot be read"), (status = 401, description = "The signature is invalid"), (status = 404, description = "There is no such address")))]
#[post("/webhooks/providers/{id}/{token}")]
pub async fn receive(
    ctx: Data<Ctx>,
    request: HttpRequest,
    id: Id<ProviderId>,
    body: Upload,
) -> Result<NoContent> {
    accept(&ctx, &request, id.0, &body).await
}

/// Receive a webhook of a provider about one order, at the address that was sent with the order.
#[utoipa::path(tag = "integrations/provider_webhooks", security(()), params(("id" = ProviderId, Path), ("token" = String, Path, description = "The token of the address"), ("reference" = String, Path, description = "Our reference of the order")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 204, description = "Received"), (status = 400, description = "The body cannot be read"), (status = 401, description = "The signature is invalid"), (status = 404, description = "There is no such address")))]
#[post("/webhooks/providers/{id}/{token}/{reference}")]
pub async fn receive_about(
    ctx: Data<Ctx>,
    request: HttpRequest,
    id: Id<ProviderId>,
    body: Upload,
) -> Result<NoContent> {
    accept(&ctx, &request, id.0, &body).await
}

async fn accept(
    ctx: &Ctx,
    request: &HttpRequest,
    provider: ProviderId,
    body: &Upload,
) -> Result<NoContent> {
    let part = |name| request.match_info().get(name);
    let delivery = Delivery {
        provider,
        token: part("token").unwrap_or_default().to_owned(),
        reference: part("reference").map(str::to_owned),
        query: request.query_string().to_owned(),
        headers: headers(request),
        body: body.bytes.clone(),
        network: http::network(request, ctx.config.trusted_proxy),
    };
    webhooks::receive(ctx, delivery).await.map(|()| NoContent)
}

/// Returns the headers that are text, with lower-case names.
fn headers(request: &HttpRequest) -> Vec<(String, String)> {
    let headers = request.headers().iter();
    headers
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .collect()
}

/// Replay a webhook of a provider: the provider is asked again for what the webhook reports.
#[utoipa::path(tag = "integrations/provider_webhooks", security(("bearer" = ["providers:write"])), params(("id" = WebhookReceiptId, Path)), responses((status = 200, description = "The webhook", body = ProviderWebhook), (status = 409, description = "The webhook was rejected, or waits to be applied")))]
#[post("/provider-webhooks/{id}/replay")]
pub async fn replay(
    caller: Caller<ProvidersWrite>,
    id: Id<WebhookReceiptId>,
) -> Result<Tagged<ProviderWebhook>> {
    caller
        .write(move |tx, actor| webhooks::replay(tx, actor, id.0))
        .await
        .map(Tagged)
}
