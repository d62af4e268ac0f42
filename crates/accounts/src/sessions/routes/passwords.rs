//! Passwords over HTTP.

use super::{
    Visit,
    proof::{Try, wrong_password},
};
use crate::{
    sessions::rules::{
        invitations,
        living::{self, Proof},
        passwords,
    },
    users::rules::email_hash,
};
use actix_web::{HttpResponse, Responder, http::header, post, web::Data};
use platform::{
    Caller, Confirmed, Ctx, Done, Error, Id, Json, RequestInfo, Result, Valid,
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

/// Change one's own password. Every other session ends.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = ChangePassword, responses((status = 204, description = "Changed")))]
#[post("/passwords/change")]
pub async fn change_password(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    new: Valid<ChangePassword>,
) -> Result<Done> {
    change(&caller, request, new.into_inner()).await
}

/// Ask for a mail that lets one choose a new password. The answer is the same whether there is such an account.
///
/// Only the newest link works. For 24 hours after the email address of an account was changed, the email has no link and
/// says when one can be requested.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = ForgottenPassword, responses((status = 202, description = "If there is such an account, the mail is on its way")))]
#[post("/passwords/forgotten")]
pub async fn forgotten_password(
    ctx: Data<Ctx>,
    request: RequestInfo,
    who: Valid<ForgottenPassword>,
) -> Result<impl Responder> {
    forgotten(Visit::new(&ctx, request), who.into_inner())
        .await
        .map(|()| HttpResponse::Accepted())
}

/// See whose password a link from a mail sets. It stays open.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = PasswordLink, responses((status = 200, description = "The account", body = PasswordAccount)))]
#[post("/passwords/link")]
pub async fn password_link(
    ctx: Data<Ctx>,
    request: RequestInfo,
    link: Valid<PasswordLink>,
) -> Result<Json<PasswordAccount>> {
    let visit = Visit::new(&ctx, request);
    let read = move |conn: &mut _| passwords::link(conn, &visit, &link.token);
    ctx.db.read(read).await.map(Json)
}

/// Set the password that a link from a mail is for. The link serves once, and every session ends.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = SetPassword, responses((status = 204, description = "Set")))]
#[post("/passwords/set")]
pub async fn set_password(
    ctx: Data<Ctx>,
    request: RequestInfo,
    new: Valid<SetPassword>,
) -> Result<Done> {
    set(Visit::new(&ctx, request), new.into_inner()).await
}

/// Create a link with which a person chooses a password, to be passed on by other means than email.
///
/// Earlier links of the person end. The link works once: for 7 days if the person has never had a password, otherwise for
/// 24 hours. In the second case the person gets an email about it. A second factor stays.
#[utoipa::path(
    tag = "accounts/sessions", security(("bearer" = ["users:invite"])), params(("id" = UserId, Path)),
    responses(
        (status = 201, description = "The link, shown only now", body = InvitationLink),
        (status = 403, description = "Not allowed, or not confirmed within the last 15 minutes (`confirmation_required`)"),
        (status = 409, description = "The account is not active"),
    ),
)]
#[post("/users/{id}/invitation-link")]
pub async fn invitation_link(
    caller: Confirmed<UsersInvite>,
    request: RequestInfo,
    id: Id<UserId>,
) -> Result<HttpResponse> {
    let visit = Visit::new(caller.ctx(), request);
    let link = caller
        .write(move |tx, actor| invitations::make(tx, &visit, actor, id.0))
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(link))
}

async fn change(
    caller: &Caller<SessionsOwn>,
    request: RequestInfo,
    new: ChangePassword,
) -> Result<Done> {
    let tried = Try::begin(caller, request).await?;
    let proof = Proof::Password(tried.fits(new.current).await?);
    let about = caller
        .read(|conn, actor| passwords::about(conn, &actor.keys, actor.person()?))
        .await?;
    let hash = chosen("new", new.new, about).await?;
    let holds = caller
        .write(move |tx, actor| {
            let Try {
                visit,
                attempt,
                account,
            } = &tried;
            let holds = living::holds(tx, visit, actor, (attempt, account, &proof))?;
            if holds {
                passwords::change(tx, visit, actor, (account, &hash))?;
            }
            Ok(holds)
        })
        .await?;
    if holds {
        Ok(Done)
    } else {
        Err(wrong_password("current"))
    }
}

async fn forgotten(visit: Visit, who: ForgottenPassword) -> Result<()> {
    let email_hash = email_hash(&visit.ctx.keys, &who.email);
    let (door, client) = (visit.clone(), who.client_id);
    visit
        .ctx
        .db
        .write(move |tx| passwords::forgotten(tx, &door, (email_hash, client)))
        .await
}

async fn set(visit: Visit, new: SetPassword) -> Result<Done> {
    let (door, token) = (visit.clone(), new.token.clone());
    let about = visit
        .ctx
        .db
        .read(move |conn| {
            let holder = passwords::holder(conn, &door, &token)?;
            passwords::about(conn, &door.ctx.keys, holder)
        })
        .await?;
    let hash = chosen("password", new.password.clone(), about).await?;
    let door = visit.clone();
    visit
        .ctx
        .db
        .write(move |tx| passwords::set(tx, &door, (&new.token, &hash)))
        .await
        .map(|()| Done)
}

/// The hash of a new password that is not easily guessed.
async fn chosen(field: &str, password: String, about: Vec<String>) -> Result<String> {
    match easily_guessed(password.clone(), about).await? {
        Some(why) => Err(Error::field(
            field,
            "guessable",
            format!("This is easily guessed. {why} Three or four words that do not belong together are good.")
                .replace("  ", " "),
        )),
        None => hash_password(password).await,
    }
}
