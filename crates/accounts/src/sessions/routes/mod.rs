//! Signing in and out over HTTP.

mod cookie;

use super::rules::{self, Attempt, Opened, Turned, Visit};
use actix_web::{
    HttpRequest, HttpResponse, Responder, ResponseError, body::BoxBody, cookie::Cookie, delete,
    get, http::header, post, web::Data,
};
use cookie::RefreshCookie;
use platform::{
    Caller, Ctx, Done, Error, Id, Json, RequestInfo, Result, Valid, auth::verify_password,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ProblemCode, SessionId,
    accounts::sessions::{Granted, NewSession, Sessions},
    permission::needs::SessionsOwn,
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(refresh)
        .service(end_current)
        .service(create)
        .service(list)
        .service(remove);
}

/// Sign in. The refresh token comes in a cookie.
#[utoipa::path(tag = "accounts/sessions", security(()), request_body = NewSession, responses((status = 201, description = "Signed in", body = Granted), (status = 401, description = "E-mail address or password is wrong")))]
#[post("/sessions")]
pub async fn create(ctx: Data<Ctx>, request: RequestInfo, new: Valid<NewSession>) -> Result<Let> {
    sign_in(Visit::new(&ctx, request), new.into_inner()).await
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

/// List one's own sessions.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), responses((status = 200, description = "The sessions in force", body = Sessions)))]
#[get("/sessions")]
pub async fn list(caller: Caller<SessionsOwn>) -> Result<Json<Sessions>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| rules::list(conn, actor, now))
        .await
        .map(Json)
}

/// End one of one's own sessions.
#[utoipa::path(tag = "accounts/sessions", security(("bearer" = ["sessions:own"])), params(("id" = SessionId, Path)), responses((status = 204, description = "Ended")))]
#[delete("/sessions/{id}")]
pub async fn remove(caller: Caller<SessionsOwn>, id: Id<SessionId>) -> Result<Done> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::end(tx, actor, (id.0, now)))
        .await
        .map(|()| Done)
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
        .write(move |tx, actor| rules::end_current(tx, actor, now))
        .await
        .map(|()| Out(cookie))
}

/// Counts the try, checks the password with no transaction open, then decides. Whatever was wrong, the answer and
/// the time it takes are the same.
async fn sign_in(visit: Visit, new: NewSession) -> Result<Let> {
    let NewSession {
        email, password, ..
    } = new;
    let attempt = Attempt::of(&visit, &email);
    let (door, tried) = (visit.clone(), attempt.clone());
    let account = visit
        .ctx
        .db
        .write(move |tx| rules::admit(tx, &door, (&tried, &email)))
        .await?;
    let fits = verify_password(
        password,
        account
            .as_ref()
            .map(|account| account.password_hash.clone()),
    )
    .await?;
    let door = visit.clone();
    let opened = visit
        .ctx
        .db
        .write(move |tx| rules::begin(tx, &door, (&attempt, account, fits)))
        .await?;
    opened
        .map(|opened| Let::begun(&visit, opened))
        .ok_or_else(|| Error::refuse(ProblemCode::WrongCredentials))
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
        /** The session's address, when it has just begun. */
        location: Option<String>,
    },
    /// Away.
    Nobody(/** The end of the cookie. */ Cookie<'static>),
}

impl Let {
    fn begun(visit: &Visit, opened: Opened) -> Self {
        let location = Some(format!("/v1/sessions/{}", opened.id));
        Self::In {
            cookie: cookie::keeping(visit, &opened),
            granted: Box::new(opened.granted),
            location,
        }
    }
    fn prolonged(visit: &Visit, opened: Opened) -> Self {
        Self::In {
            cookie: cookie::keeping(visit, &opened),
            granted: Box::new(opened.granted),
            location: None,
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
                location: Some(location),
            } => HttpResponse::Created()
                .insert_header((header::LOCATION, location))
                .cookie(cookie)
                .json(granted),
            Self::In {
                granted,
                cookie,
                location: None,
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
