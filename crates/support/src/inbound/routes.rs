//! Received emails over HTTP.

use super::{query, rules, signature};
use actix_web::{HttpRequest, get, post, web::Data};
use platform::{Ctx, Error, NoContent, Result, Upload, listing, metrics};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ProblemCode, support::inbound::InboundEmail};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(receive).service(list).service(export);
}

listing!(InboundEmail, "/inbound/emails", export "/inbound/emails/export", tag "support/inbound", needs TicketsWrite = "tickets:write", from query::page);

/// Receive an email to support: the raw email is the body.
///
/// Called by a mail relay, which signs with `Inbound-Signature: t=<unix time>,v1=<signature>`. The signature is the hex of
/// the HMAC-SHA256 of the time, a dot and the body under `INBOUND_EMAIL_SECRET`, and is valid for five minutes. An email
/// that arrives twice is stored once; a repetition is answered like a new email. 10 MiB at most.
#[utoipa::path(tag = "support/inbound", security(()),
    request_body(content((Vec<u8> = "message/rfc822"))),
    responses((status = 204, description = "Received"), (status = 401, description = "The signature is invalid"), (status = 404, description = "Emails are not received")))]
#[post("/inbound/email")]
pub async fn receive(ctx: Data<Ctx>, request: HttpRequest, body: Upload) -> Result<NoContent> {
    let secret = ctx.config.mail.inbound_secret.as_ref();
    let secret = secret.ok_or_else(Error::not_found)?;
    let header = request
        .headers()
        .get("inbound-signature")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let now = ctx.clock.now();
    if !signature::is_valid(secret, header, &body.bytes, now) {
        metrics::record_rejected_signature("inbound_email");
        return Err(Error::refuse(ProblemCode::BadSignature));
    }
    let keys = ctx.keys.clone();
    ctx.db
        .write(move |tx| rules::store(tx, &keys, &body.bytes, now))
        .await
        .map(|()| NoContent)
}
