//! The second factor over HTTP.

use super::{
    Visit,
    proof::{Try, wrong_password},
};
use crate::sessions::rules::{
    factor::{self, wrong_code},
    living::{self, Proof},
};
use actix_web::{delete, get, post};
use platform::{Caller, Confirmed, Done, Id, Json, RequestInfo, Result, Valid};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    UserId,
    accounts::sessions::{DisableFactor, Factor, FactorCode, NewFactor, RecoveryCodes},
    permission::needs::{SessionsManage, SessionsOwn},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(show_factor)
        .service(begin_factor)
        .service(enrol_factor)
        .service(renew_codes)
        .service(disable_factor)
        .service(reset_factor);
}

/// Show how one stands with one's second factor.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 200, description = "How it stands", body = Factor)))]
#[get("/factor")]
pub async fn show_factor(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
) -> Result<Json<Factor>> {
    let visit = Visit::new(caller.ctx(), request);
    caller
        .read(move |conn, actor| factor::show(conn, &visit, actor))
        .await
        .map(Json)
}

/// Begin to set up a second factor: a secret for an authenticator. It counts once a code has confirmed it.
#[utoipa::path(
    tag = "accounts/sessions", security(("bearer" = ["sessions:own"])),
    responses((status = 200, description = "The secret, shown only now", body = NewFactor), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")),
)]
#[post("/factor")]
pub async fn begin_factor(
    caller: Confirmed<SessionsOwn>,
    request: RequestInfo,
) -> Result<Json<NewFactor>> {
    let visit = Visit::new(caller.ctx(), request);
    caller
        .write(move |tx, actor| factor::begin(tx, &visit, actor))
        .await
        .map(Json)
}

/// Confirm a second factor with its first code; recovery codes come back, shown only now.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = FactorCode, responses((status = 200, description = "It counts from now on", body = RecoveryCodes)))]
#[post("/factor/enrol")]
pub async fn enrol_factor(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    by: Valid<FactorCode>,
) -> Result<Json<RecoveryCodes>> {
    let visit = Visit::new(caller.ctx(), request);
    caller
        .write(move |tx, actor| factor::enrol(tx, &visit, actor, &by.code))
        .await
        .map(Json)
}

/// Replace one's recovery codes; the old ones serve no more.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = FactorCode, responses((status = 200, description = "The new codes, shown only now", body = RecoveryCodes)))]
#[post("/factor/codes")]
pub async fn renew_codes(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    by: Valid<FactorCode>,
) -> Result<Json<RecoveryCodes>> {
    renew(&caller, request, by.into_inner()).await.map(Json)
}

/// Turn one's second factor off, with both proofs.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = DisableFactor, responses((status = 204, description = "Off")))]
#[post("/factor/disable")]
pub async fn disable_factor(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    by: Valid<DisableFactor>,
) -> Result<Done> {
    disable(&caller, request, by.into_inner()).await
}

/// Take away the second factor of somebody who has lost it; a member of the staff's only as a super administrator.
/// Their sessions end.
#[utoipa::path(
    tag = "accounts/sessions", security(("bearer" = ["sessions:manage"])), params(("id" = UserId, Path)),
    responses((status = 204, description = "Taken away"), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")),
)]
#[delete("/users/{id}/factor")]
pub async fn reset_factor(
    caller: Confirmed<SessionsManage>,
    request: RequestInfo,
    id: Id<UserId>,
) -> Result<Done> {
    let visit = Visit::new(caller.ctx(), request);
    caller
        .write(move |tx, actor| living::reset_factor(tx, &visit, actor, id.0))
        .await
        .map(|()| Done)
}

async fn renew(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    by: FactorCode,
) -> Result<RecoveryCodes> {
    let tried = Try::begin(caller, request).await?;
    let codes = caller
        .write(move |tx, actor| {
            let Try {
                visit,
                attempt,
                account,
            } = &tried;
            let proof = Proof::Code(by.code);
            let holds = living::holds(tx, visit, actor, (attempt, account, &proof))?;
            holds
                .then(|| factor::give_codes(tx, actor, account.id))
                .transpose()
        })
        .await?;
    codes.ok_or_else(wrong_code)
}

async fn disable(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    by: DisableFactor,
) -> Result<Done> {
    let tried = Try::begin(caller, request).await?;
    let fits = tried.fits(by.password).await?;
    let holds = caller
        .write(move |tx, actor| {
            let Try {
                visit,
                attempt,
                account,
            } = &tried;
            // Not a code is spent on a wrong password.
            let proof = if fits {
                Proof::Code(by.code)
            } else {
                Proof::Password(false)
            };
            let holds = living::holds(tx, visit, actor, (attempt, account, &proof))?;
            if holds {
                factor::remove(tx, visit, actor, account)?;
            }
            Ok(holds)
        })
        .await?;
    match (holds, fits) {
        (true, _) => Ok(Done),
        (false, true) => Err(wrong_code()),
        (false, false) => Err(wrong_password("password")),
    }
}
