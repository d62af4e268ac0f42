//! HTTP routes of signing in and out, and of sessions.

mod cookie;
mod device;
mod mfa;
mod passwords;
mod proof;

use super::rules::{
    self, IssuedSession, RefreshOutcome, RequestContext, SignIn, SignInOutcome, active,
    mfa::WRONG_CODE,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError, body::BoxBody, cookie::Cookie, delete,
    get, http::header, post, web::Data,
};
use cookie::RefreshCookie;
use device::DeviceCookie;
use platform::{
    Caller, Ctx, Error, Id, Json, NoContent, RequestInfo, Result, Valid, auth::verify_password,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ProblemCode, SessionId, UserId,
    accounts::sessions::{ConfirmIdentity, NewSession, SessionList, TokenResponse},
    permission::needs::{SessionsManage, SessionsOwn},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(refresh)
        .service(confirm)
        .service(end_current)
        .configure(mfa::mount)
        .configure(passwords::mount)
        .service(create)
        .service(list)
        .service(remove_others)
        .service(remove)
        .service(list_for_user)
        .service(end_all);
}

/// Sign in. The response sets the refresh token as a cookie.
///
/// After 10 failures from one network, sign-ins from it fail for 1 minute, and for twice as long with each further
/// failure, up to an hour. All networks that have never signed in to an account share 100 failures a day. A second cookie
/// identifies the browser from the first sign-in on: the browser and its network then have counters of their own, so that
/// guesses from other places do not lock the owner out.
///
/// An email address may belong to a direct account and to customers of several API clients. Without `client_id`, it selects the
/// direct account, or the only account; `client_id` selects the customer of that API client.
#[utoipa::path(
    tag = "accounts/sessions", security(()), request_body = NewSession,
    responses(
        (status = 201, description = "Signed in", body = TokenResponse),
        (status = 401, description = "Email address or password is wrong; or they are right and a code is required (`second_factor_required`)"),
    ),
)]
#[post("/sessions")]
pub async fn create(
    ctx: Data<Ctx>,
    request: RequestInfo,
    device: DeviceCookie,
    new: Valid<NewSession>,
) -> Result<SessionResponse> {
    let context = RequestContext::new(&ctx, request).with_device(device.0);
    sign_in(context, new.into_inner()).await
}

/// Extend the session of the cookie. Every refresh token works once.
#[utoipa::path(
    tag = "accounts/sessions", security(()), params(("X-Requested-With" = String, Header, description = "Always `esim-admin`, which another site cannot send")),
    responses((status = 200, description = "Extended", body = TokenResponse), (status = 401, description = "The session has ended"), (status = 403, description = "Called from another site")),
)]
#[post("/sessions/refresh")]
pub async fn refresh(
    ctx: Data<Ctx>,
    request: RequestInfo,
    cookie: RefreshCookie,
) -> Result<SessionResponse> {
    extend(RequestContext::new(&ctx, request), cookie.0).await
}

/// Authenticate again, for operations that require recent authentication. Valid for 15 minutes.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), request_body = ConfirmIdentity, responses((status = 204, description = "Confirmed")))]
#[post("/sessions/confirm")]
pub async fn confirm(
    caller: Caller<SessionsOwn>,
    request: RequestInfo,
    body: Valid<ConfirmIdentity>,
) -> Result<NoContent> {
    proof::confirm(&caller, request, body.into_inner()).await
}

/// List the caller's sessions.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 200, description = "The active sessions", body = SessionList)))]
#[get("/sessions")]
pub async fn list(caller: Caller<SessionsOwn>) -> Result<Json<SessionList>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| active::list(conn, actor, now))
        .await
        .map(Json)
}

/// End a session of the caller or, with the permission `sessions:manage`, of another user.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), params(("id" = SessionId, Path)), responses((status = 204, description = "Ended")))]
#[delete("/sessions/{id}")]
pub async fn remove(caller: Caller<SessionsOwn>, id: Id<SessionId>) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| active::end(tx, actor, id.0, now))
        .await
        .map(|()| NoContent)
}

/// End all sessions of the caller except that of the request.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 204, description = "Ended")))]
#[delete("/sessions")]
pub async fn remove_others(caller: Caller<SessionsOwn>) -> Result<NoContent> {
    caller.write(active::end_others).await.map(|()| NoContent)
}

/// Sign out.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 204, description = "Signed out")))]
#[delete("/sessions/current")]
pub async fn end_current(caller: Caller<SessionsOwn>) -> Result<SignedOut> {
    let (now, cookie) = (
        caller.ctx().clock.now(),
        cookie::removal(&caller.ctx().config),
    );
    caller
        .write(move |tx, actor| active::end_current(tx, actor, now))
        .await
        .map(|()| SignedOut(cookie))
}

/// List the sessions of a user.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:manage"])), params(("id" = UserId, Path)), responses((status = 200, description = "The active sessions", body = SessionList)))]
#[get("/users/{id}/sessions")]
pub async fn list_for_user(
    caller: Caller<SessionsManage>,
    id: Id<UserId>,
) -> Result<Json<SessionList>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| active::list_for_user(conn, id.0, now))
        .await
        .map(Json)
}

/// End all sessions of a user. Only a super administrator ends those of staff.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:manage"])), params(("id" = UserId, Path)), responses((status = 204, description = "Ended")))]
#[delete("/users/{id}/sessions")]
pub async fn end_all(caller: Caller<SessionsManage>, id: Id<UserId>) -> Result<NoContent> {
    caller
        .write(move |tx, actor| active::end_all_for_user(tx, actor, id.0))
        .await
        .map(|()| NoContent)
}

/// Counts the attempt, checks the password with no transaction open, and then starts the session. The response and its duration
/// are the same whichever credential is wrong.
async fn sign_in(context: RequestContext, new: NewSession) -> Result<SessionResponse> {
    let email_hash = crate::users::rules::email_hash(&context.ctx.keys, &new.email);
    let (context_in_tx, client) = (context.clone(), new.client_id);
    let (attempt, account) = context
        .ctx
        .db
        .write(move |tx| rules::count_attempt(tx, &context_in_tx, &email_hash, client))
        .await?;
    let password_hash = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let password_matches = verify_password(new.password, password_hash).await?;
    let device_cookie = device::device_cookie(&context)?;
    let context = context.with_device(Some(device_cookie.value().to_owned()));
    let context_in_tx = context.clone();
    let outcome = context
        .ctx
        .db
        .write(move |tx| {
            let request = SignIn {
                account,
                password_matches,
                code: new.code.as_deref(),
            };
            rules::sign_in(tx, &context_in_tx, &attempt, request)
        })
        .await?;
    match outcome {
        SignInOutcome::SignedIn(session) => {
            Ok(SessionResponse::started(&context, *session, device_cookie))
        }
        SignInOutcome::WrongCredentials => Err(Error::refuse(ProblemCode::WrongCredentials)),
        SignInOutcome::NeedsCode { was_wrong: false } => {
            Err(Error::refuse(ProblemCode::SecondFactorRequired))
        }
        SignInOutcome::NeedsCode { was_wrong: true } => Err(Error::with_detail(
            ProblemCode::SecondFactorRequired,
            WRONG_CODE,
        )),
    }
}

async fn extend(context: RequestContext, token: Option<String>) -> Result<SessionResponse> {
    let context_in_tx = context.clone();
    let outcome = match token {
        Some(token) => {
            context
                .ctx
                .db
                .write(move |tx| rules::refresh(tx, &context_in_tx, &token))
                .await?
        }
        None => RefreshOutcome::Ended,
    };
    match outcome {
        RefreshOutcome::Extended(session) => Ok(SessionResponse::extended(&context, *session)),
        RefreshOutcome::Raced => Err(Error::with_detail(
            ProblemCode::Conflict,
            "Another tab has just extended this session. Try again.",
        )),
        RefreshOutcome::Ended => Ok(SessionResponse::Ended(cookie::removal(&context.ctx.config))),
    }
}

/// The response to a sign-in or to an extension of a session.
pub enum SessionResponse {
    /// The session is active.
    Active {
        /// The body of the response.
        response: Box<TokenResponse>,
        /// The cookie with the refresh token.
        cookie: Cookie<'static>,
        /// The URL of the session and the device cookie, when the session is new.
        started: Option<(String, Cookie<'static>)>,
    },
    /// The session has ended; the cookie makes the browser delete the refresh token.
    Ended(Cookie<'static>),
}

impl SessionResponse {
    fn started(context: &RequestContext, session: IssuedSession, device: Cookie<'static>) -> Self {
        let location = format!("/v1/sessions/{}", session.id);
        Self::Active {
            cookie: cookie::session_cookie(context, &session),
            response: Box::new(session.response),
            started: Some((location, device)),
        }
    }
    fn extended(context: &RequestContext, session: IssuedSession) -> Self {
        Self::Active {
            cookie: cookie::session_cookie(context, &session),
            response: Box::new(session.response),
            started: None,
        }
    }
}

impl Responder for SessionResponse {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        match self {
            Self::Active {
                response,
                cookie,
                started: Some((location, device)),
            } => HttpResponse::Created()
                .insert_header((header::LOCATION, location))
                .cookie(cookie)
                .cookie(device)
                .json(response),
            Self::Active {
                response,
                cookie,
                started: None,
            } => HttpResponse::Ok().cookie(cookie).json(response),
            Self::Ended(cookie) => {
                let mut problem = Error::with_detail(
                    ProblemCode::Unauthenticated,
                    "The session has ended. Sign in again.",
                )
                .error_response();
                // Adding a cookie fails only for a malformed one, and this one is built here.
                let _ = problem.add_cookie(&cookie);
                problem
            }
        }
    }
}

/// The response to signing out. It makes the browser delete its cache.
pub struct SignedOut(Cookie<'static>);

impl Responder for SignedOut {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent()
            .insert_header(("Clear-Site-Data", "\"cache\""))
            .cookie(self.0)
            .finish()
    }
}
