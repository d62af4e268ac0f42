//! HTTP routes of two-factor authentication.

use super::{
    RequestContext,
    proof::{ProofAttempt, wrong_password},
};
use crate::sessions::rules::{
    active::{self, Proof},
    mfa::{self, wrong_code},
};
use actix_web::{delete, get, post};
use platform::{Caller, Id, Json, NoContent, RecentlyAuthenticated, RequestInfo, Result, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    UserId,
    accounts::sessions::{DisableMfa, MfaCode, MfaEnrolment, MfaStatus, RecoveryCodes},
    permission::needs::{SessionsManage, SessionsOwn},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(show_mfa)
        .service(begin_mfa)
        .service(enrol_mfa)
        .service(renew_codes)
        .service(disable_mfa)
        .service(reset_mfa);
}

/// Show the status of the caller's two-factor authentication.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 200, description = "The status", body = MfaStatus)))]
#[get("/mfa")]
pub async fn show_mfa(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
) -> Result<Json<MfaStatus>> {
    let context = RequestContext::new(caller.ctx(), request);
    caller
        .read(move |conn, actor| mfa::show(conn, &context, actor))
        .await
        .map(Json)
}

/// Start setting up two-factor authentication: returns a secret for an authenticator app. A code must confirm it.
#[utoipa::path(
    tag = "accounts/sessions", security(("bearer" = ["sessions:own"])),
    responses((status = 200, description = "The secret, returned only this once", body = MfaEnrolment), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")),
)]
#[post("/mfa")]
pub async fn begin_mfa(
    caller: RecentlyAuthenticated<SessionsOwn>,
    request: RequestInfo,
) -> Result<Json<MfaEnrolment>> {
    let context = RequestContext::new(caller.ctx(), request);
    caller
        .write(move |tx, actor| mfa::begin(tx, &context, actor))
        .await
        .map(Json)
}

/// Turn two-factor authentication on with the first code. Returns recovery codes, only this once.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = MfaCode, responses((status = 200, description = "Turned on; the recovery codes", body = RecoveryCodes)))]
#[post("/mfa/enrol")]
pub async fn enrol_mfa(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    body: Valid<MfaCode>,
) -> Result<Json<RecoveryCodes>> {
    let context = RequestContext::new(caller.ctx(), request);
    caller
        .write(move |tx, actor| mfa::enrol(tx, &context, actor, &body.code))
        .await
        .map(Json)
}

/// Replace the caller's recovery codes. The old ones no longer work.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = MfaCode, responses((status = 200, description = "The new codes, returned only this once", body = RecoveryCodes)))]
#[post("/mfa/codes")]
pub async fn renew_codes(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    body: Valid<MfaCode>,
) -> Result<Json<RecoveryCodes>> {
    renew_verified(&caller, request, body.into_inner())
        .await
        .map(Json)
}

/// Turn the caller's two-factor authentication off. Requires the password and a code.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = DisableMfa, responses((status = 204, description = "Turned off")))]
#[post("/mfa/disable")]
pub async fn disable_mfa(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    body: Valid<DisableMfa>,
) -> Result<NoContent> {
    disable_verified(&caller, request, body.into_inner()).await
}

/// Remove the second factor of a user who has lost it, and end the user's sessions. Only a super administrator does this for
/// staff.
#[utoipa::path(
    tag = "accounts/sessions", security(("bearer" = ["sessions:manage"])), params(("id" = UserId, Path)),
    responses((status = 204, description = "Removed"), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")),
)]
#[delete("/users/{id}/mfa")]
pub async fn reset_mfa(
    caller: RecentlyAuthenticated<SessionsManage>,
    request: RequestInfo,
    id: Id<UserId>,
) -> Result<NoContent> {
    let context = RequestContext::new(caller.ctx(), request);
    caller
        .write(move |tx, actor| active::reset_mfa(tx, &context, actor, id.0))
        .await
        .map(|()| NoContent)
}

async fn renew_verified(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    body: MfaCode,
) -> Result<RecoveryCodes> {
    let attempted = ProofAttempt::count(caller, request).await?;
    let codes = caller
        .write(move |tx, actor| {
            let ProofAttempt {
                context,
                attempt,
                account,
            } = &attempted;
            let proof = Proof::Code(body.code);
            let is_valid = active::verify_proof(tx, context, actor, attempt, account, &proof)?;
            is_valid
                .then(|| mfa::replace_recovery_codes(tx, actor, account.id))
                .transpose()
        })
        .await?;
    codes.ok_or_else(wrong_code)
}

async fn disable_verified(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    body: DisableMfa,
) -> Result<NoContent> {
    let attempted = ProofAttempt::count(caller, request).await?;
    let password_matches = attempted.password_matches(body.password).await?;
    let is_valid = caller
        .write(move |tx, actor| {
            let ProofAttempt {
                context,
                attempt,
                account,
            } = &attempted;
            // A wrong password must not use up a code.
            let proof = if password_matches {
                Proof::Code(body.code)
            } else {
                Proof::Password(false)
            };
            let is_valid = active::verify_proof(tx, context, actor, attempt, account, &proof)?;
            if is_valid {
                mfa::remove(tx, context, actor, account)?;
            }
            Ok(is_valid)
        })
        .await?;
    match (is_valid, password_matches) {
        (true, _) => Ok(NoContent),
        (false, true) => Err(wrong_code()),
        (false, false) => Err(wrong_password("password")),
    }
}
