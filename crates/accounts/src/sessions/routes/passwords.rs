//! HTTP routes of passwords and password links.

use super::{
    RequestContext,
    proof::{ProofAttempt, wrong_password},
};
use crate::{
    sessions::rules::{
        active::{self, Proof},
        invitations, passwords,
    },
    users::rules::email_hash,
};
use actix_web::{HttpResponse, Responder, http::header, post, web::Data};
use platform::{
    Caller, Ctx, Error, Id, Json, NoContent, RecentlyAuthenticated, RequestInfo, Result, Valid,
    auth::{easily_guessed, hash_password},
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    UserId,
    accounts::sessions::{
        ChangePassword, ForgottenPassword, InvitationLink, PasswordAccount, PasswordLink,
        SetPassword,
    },
    permission::needs::{SessionsOwn, UsersInvite},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(change_password)
        .service(forgotten_password)
        .service(password_link)
        .service(set_password)
        .service(invitation_link);
}

/// Change the caller's password. Every other session ends.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = ChangePassword, responses((status = 204, description = "Changed")))]
#[post("/passwords/change")]
pub async fn change_password(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    new: Valid<ChangePassword>,
) -> Result<NoContent> {
    change(&caller, request, new.into_inner()).await
}

/// Request an email with a link to choose a new password. The response does not reveal whether the account exists.
///
/// Only the newest link works. For 24 hours after the email address of an account was changed, the email has no link and
/// says when one can be requested.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = ForgottenPassword, responses((status = 202, description = "Accepted; an email is sent if the account exists")))]
#[post("/passwords/forgotten")]
pub async fn forgotten_password(
    ctx: Data<Ctx>,
    request: RequestInfo,
    body: Valid<ForgottenPassword>,
) -> Result<impl Responder> {
    request_link(RequestContext::new(&ctx, request), body.into_inner())
        .await
        .map(|()| HttpResponse::Accepted())
}

/// Show the account whose password an emailed link sets. The link stays open.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = PasswordLink, responses((status = 200, description = "The account", body = PasswordAccount)))]
#[post("/passwords/link")]
pub async fn password_link(
    ctx: Data<Ctx>,
    request: RequestInfo,
    link: Valid<PasswordLink>,
) -> Result<Json<PasswordAccount>> {
    let context = RequestContext::new(&ctx, request);
    let read = move |conn: &mut _| passwords::link_account(conn, &context, &link.token);
    ctx.db.read(read).await.map(Json)
}

/// Set the password with an emailed link. The link works once, and every session of the account ends.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = SetPassword, responses((status = 204, description = "Set")))]
#[post("/passwords/set")]
pub async fn set_password(
    ctx: Data<Ctx>,
    request: RequestInfo,
    new: Valid<SetPassword>,
) -> Result<NoContent> {
    set(RequestContext::new(&ctx, request), new.into_inner()).await
}

/// Create a link with which a user chooses a password, to be passed on by other means than email.
///
/// Earlier links of the user close. The link works once: for 7 days if the user has never had a password, otherwise for
/// 24 hours. In the second case the user gets an email about it. A second factor stays.
#[utoipa::path(
    tag = "accounts/sessions", security(("bearer" = ["users:invite"])), params(("id" = UserId, Path)),
    responses(
        (status = 201, description = "The link, returned only this once", body = InvitationLink),
        (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)"),
        (status = 409, description = "The account is not active"),
    ),
)]
#[post("/users/{id}/invitation-link")]
pub async fn invitation_link(
    caller: RecentlyAuthenticated<UsersInvite>,
    request: RequestInfo,
    id: Id<UserId>,
) -> Result<HttpResponse> {
    let context = RequestContext::new(caller.ctx(), request);
    let link = caller
        .write(move |tx, actor| invitations::create_link(tx, &context, actor, id.0))
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(link))
}

async fn change(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    new: ChangePassword,
) -> Result<NoContent> {
    let attempted = ProofAttempt::count(caller, request).await?;
    let proof = Proof::Password(attempted.password_matches(new.current).await?);
    let personal_words = caller
        .read(|conn, actor| passwords::personal_words(conn, &actor.keys, actor.person()?))
        .await?;
    let hash = check_and_hash("new", new.new, personal_words).await?;
    let is_valid = caller
        .write(move |tx, actor| {
            let ProofAttempt {
                context,
                attempt,
                account,
            } = &attempted;
            let is_valid = active::verify_proof(tx, context, actor, attempt, account, &proof)?;
            if is_valid {
                passwords::change(tx, context, actor, account, &hash)?;
            }
            Ok(is_valid)
        })
        .await?;
    if is_valid {
        Ok(NoContent)
    } else {
        Err(wrong_password("current"))
    }
}

async fn request_link(context: RequestContext, body: ForgottenPassword) -> Result<()> {
    let email_hash = email_hash(&context.ctx.keys, &body.email);
    let (context_in_tx, client) = (context.clone(), body.client_id);
    context
        .ctx
        .db
        .write(move |tx| passwords::request_link(tx, &context_in_tx, email_hash, client))
        .await
}

async fn set(context: RequestContext, new: SetPassword) -> Result<NoContent> {
    let (context_in_tx, token) = (context.clone(), new.token.clone());
    let personal_words = context
        .ctx
        .db
        .read(move |conn| {
            let user = passwords::link_user(conn, &context_in_tx, &token)?;
            passwords::personal_words(conn, &context_in_tx.ctx.keys, user)
        })
        .await?;
    let hash = check_and_hash("password", new.password.clone(), personal_words).await?;
    let context_in_tx = context.clone();
    context
        .ctx
        .db
        .write(move |tx| passwords::set(tx, &context_in_tx, &new.token, &hash))
        .await
        .map(|()| NoContent)
}

/// Rejects a password that is easily guessed, and returns the hash of any other.
async fn check_and_hash(
    field: &str,
    password: String,
    personal_words: Vec<String>,
) -> Result<String> {
    match easily_guessed(password.clone(), personal_words).await? {
        Some(why) => Err(Error::field(
            field,
            "guessable",
            format!("This is easily guessed. {why} Use three or four unrelated words.")
                .replace("  ", " "),
        )),
        None => hash_password(password).await,
    }
}
