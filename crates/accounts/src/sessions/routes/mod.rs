//! Signing in and out over HTTP.

mod cookie;
mod device;
mod factor;
mod passwords;
mod proof;

use super::rules::{self, Begun, Opened, Turned, Visit, factor::WRONG, living};
use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError, body::BoxBody, cookie::Cookie, delete,
    get, http::header, post, web::Data,
};
use cookie::RefreshCookie;
use device::DeviceCookie;
use platform::{
    Caller, Ctx, Done, Error, Id, Json, RequestInfo, Result, Valid, auth::verify_password,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ProblemCode, SessionId, UserId,
    accounts::sessions::{Confirm, Granted, NewSession, Sessions},
    permission::needs::{SessionsManage, SessionsOwn},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(refresh)
        .service(confirm)
        .service(end_current)
        .configure(factor::mount)
        .configure(passwords::mount)
        .service(create)
        .service(list)
        .service(remove_others)
        .service(remove)
        .service(list_of)
        .service(end_all);
}

/// Sign in. The refresh token comes in a cookie.
///
/// After 10 failures from one network, sign-ins from it are refused for 1 minute, and for twice as long with each further
/// failure, up to an hour. All networks that have never signed in to an account share 100 failures a day. A second cookie
/// identifies the browser from the first sign-in on: the browser and its network then have counters of their own, so that
/// guesses from elsewhere do not lock the owner out.
///
/// An address may belong to a direct account and to customers of several API clients. Without `client_id`, it selects the
/// direct account, or the only account; `client_id` selects the customer of that API client.
#[utoipa::path(
    tag = "accounts/sessions", security(()), request_body = NewSession,
    responses(
        (status = 201, description = "Signed in", body = Granted),
        (status = 401, description = "E-mail address or password is wrong; or they are right and a code is asked for (`second_factor_required`)"),
    ),
)]
#[post("/sessions")]
pub async fn create(
    ctx: Data<Ctx>,
    request: RequestInfo,
    device: DeviceCookie,
    new: Valid<NewSession>,
) -> Result<Let> {
    let visit = Visit::new(&ctx, request).with_device(device.0);
    sign_in(visit, new.into_inner()).await
}

/// Prolong the session that the cookie names; every refresh token serves once.
#[utoipa::path(
    tag = "accounts/sessions", security(()), params(("X-Requested-With" = String, Header, description = "Always `esim-admin`, which another site cannot send")),
    responses((status = 200, description = "Prolonged", body = Granted), (status = 401, description = "The session has ended"), (status = 403, description = "Called from another site")),
)]
#[post("/sessions/refresh")]
pub async fn refresh(ctx: Data<Ctx>, request: RequestInfo, cookie: RefreshCookie) -> Result<Let> {
    prolong(Visit::new(&ctx, request), cookie.0).await
}

/// Confirm anew who one is, for acts that ask for it; it holds for 15 minutes.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = Confirm, responses((status = 204, description = "Confirmed")))]
#[post("/sessions/confirm")]
pub async fn confirm(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    by: Valid<Confirm>,
) -> Result<Done> {
    proof::confirm(&caller, request, by.into_inner()).await
}

/// List one's own sessions.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 200, description = "The sessions in force", body = Sessions)))]
#[get("/sessions")]
pub async fn list(caller: Caller<SessionsOwn>) -> Result<Json<Sessions>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| living::list(conn, actor, now))
        .await
        .map(Json)
}

/// End a session: one's own, or anybody's for who may manage sessions.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), params(("id" = SessionId, Path)), responses((status = 204, description = "Ended")))]
#[delete("/sessions/{id}")]
pub async fn remove(caller: Caller<SessionsOwn>, id: Id<SessionId>) -> Result<Done> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| living::end(tx, actor, (id.0, now)))
        .await
        .map(|()| Done)
}

/// End all of one's own sessions but the one that asks.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 204, description = "Ended")))]
#[delete("/sessions")]
pub async fn remove_others(caller: Caller<SessionsOwn>) -> Result<Done> {
    caller.write(living::end_others).await.map(|()| Done)
}

/// Sign out.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 204, description = "Signed out")))]
#[delete("/sessions/current")]
pub async fn end_current(caller: Caller<SessionsOwn>) -> Result<Out> {
    let (now, cookie) = (
        caller.ctx().clock.now(),
        cookie::removal(&caller.ctx().config),
    );
    caller
        .write(move |tx, actor| living::end_current(tx, actor, now))
        .await
        .map(|()| Out(cookie))
}

/// List a person's sessions.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:manage"])), params(("id" = UserId, Path)), responses((status = 200, description = "The sessions in force", body = Sessions)))]
#[get("/users/{id}/sessions")]
pub async fn list_of(caller: Caller<SessionsManage>, id: Id<UserId>) -> Result<Json<Sessions>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| living::list_of(conn, id.0, now))
        .await
        .map(Json)
}

/// End all of a person's sessions; a member of the staff's only as a super administrator.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:manage"])), params(("id" = UserId, Path)), responses((status = 204, description = "Ended")))]
#[delete("/users/{id}/sessions")]
pub async fn end_all(caller: Caller<SessionsManage>, id: Id<UserId>) -> Result<Done> {
    caller
        .write(move |tx, actor| living::end_all_of(tx, actor, id.0))
        .await
        .map(|()| Done)
}

/// Counts the try, checks the password with no transaction open, then decides. Whatever was wrong, the answer and
/// the time it takes are the same.
async fn sign_in(visit: Visit, new: NewSession) -> Result<Let> {
    let email_hash = crate::users::rules::email_hash(&visit.ctx.keys, &new.email);
    let (door, client) = (visit.clone(), new.client_id);
    let (attempt, account) = visit
        .ctx
        .db
        .write(move |tx| rules::admit(tx, &door, (&email_hash, client)))
        .await?;
    let known = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let fits = verify_password(new.password, known).await?;
    let kept = device::keeping(&visit)?;
    let visit = visit.with_device(Some(kept.value().to_owned()));
    let door = visit.clone();
    let begun = visit
        .ctx
        .db
        .write(move |tx| rules::begin(tx, &door, &attempt, (account, fits, new.code.as_deref())))
        .await?;
    match begun {
        Begun::Opened(opened) => Ok(Let::begun(&visit, *opened, kept)),
        Begun::Refused => Err(Error::refuse(ProblemCode::WrongCredentials)),
        Begun::NeedsCode { was_wrong: false } => {
            Err(Error::refuse(ProblemCode::SecondFactorRequired))
        }
        Begun::NeedsCode { was_wrong: true } => {
            Err(Error::because(ProblemCode::SecondFactorRequired, WRONG))
        }
    }
}

async fn prolong(visit: Visit, token: Option<String>) -> Result<Let> {
    let door = visit.clone();
    let turned = match token {
        Some(token) => {
            visit
                .ctx
                .db
                .write(move |tx| rules::refresh(tx, &door, &token))
                .await?
        }
        None => Turned::Ended,
    };
    match turned {
        Turned::Opened(opened) => Ok(Let::prolonged(&visit, *opened)),
        Turned::Raced => Err(Error::because(
            ProblemCode::Conflict,
            "Another tab has just prolonged this session. Try again.",
        )),
        Turned::Ended => Ok(Let::Nobody(cookie::removal(&visit.ctx.config))),
    }
}

/// Somebody who is let in, or sent away with their cookie taken.
pub enum Let {
    /// In.
    In {
        /** What they are told. */
        granted: Box<Granted>,
        /** The token. */
        cookie: Cookie<'static>,
        /** The URL of the session and the device cookie, when the session has just begun. */
        begun: Option<(String, Cookie<'static>)>,
    },
    /// Away.
    Nobody(/** The end of the cookie. */ Cookie<'static>),
}

impl Let {
    fn begun(visit: &Visit, opened: Opened, device: Cookie<'static>) -> Self {
        let location = format!("/v1/sessions/{}", opened.id);
        Self::In {
            cookie: cookie::keeping(visit, &opened),
            granted: Box::new(opened.granted),
            begun: Some((location, device)),
        }
    }
    fn prolonged(visit: &Visit, opened: Opened) -> Self {
        Self::In {
            cookie: cookie::keeping(visit, &opened),
            granted: Box::new(opened.granted),
            begun: None,
        }
    }
}

impl Responder for Let {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        match self {
            Self::In {
                granted,
                cookie,
                begun: Some((location, device)),
            } => HttpResponse::Created()
                .insert_header((header::LOCATION, location))
                .cookie(cookie)
                .cookie(device)
                .json(granted),
            Self::In {
                granted,
                cookie,
                begun: None,
            } => HttpResponse::Ok().cookie(cookie).json(granted),
            Self::Nobody(cookie) => {
                let mut response = Error::because(
                    ProblemCode::Unauthenticated,
                    "The session has ended. Sign in again.",
                )
                .error_response();
                // Only a cookie that cannot be written would fail here, and this one is ours.
                let _ = response.add_cookie(&cookie);
                response
            }
        }
    }
}

/// Gone, and the browser is asked to forget what it has kept.
pub struct Out(Cookie<'static>);

impl Responder for Out {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent()
            .insert_header(("Clear-Site-Data", "\"cache\""))
            .cookie(self.0)
            .finish()
    }
}
