//! The signed-in caller as an extractor: `Caller<PlansWrite>` in a handler's signature is the permission check.

use super::{
    Credential, api_key,
    authenticated_caller::{AuthenticatedCaller, CallerSlot},
    request_info::RequestInfo,
    step_up::{self, SessionState, StepUp},
};
use crate::{
    crypto::Keyring,
    ctx::Ctx,
    db::{Conn, Tx},
    error::{Error, Result},
    idempotency::{IdempotencyClaim, IdempotentResponse},
    limits::Class,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use diesel::prelude::*;
use schema::{sessions, users};
use std::{
    future::{Ready, ready},
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use uuid::Uuid;
use wire::{
    ApiClientId, Permission, ProblemCode, Reach, SessionId, UserId,
    accounts::{
        api_clients::ApiClientMode,
        users::{UserRole, UserStatus},
    },
    permission::Needs,
};

/// The owner whose rows a caller sees who may not see all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A user, who sees the user's own rows.
    Person(UserId),
    /// An API client, which sees the rows of its customers.
    Client(ApiClientId),
}

/// The actor of an action: a user with a role, an API client, or the system.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user; `None` is a client or the system.
    pub id: Option<UserId>,
    /// The API client.
    pub client: Option<Client>,
    /// The role of the user.
    pub role: Option<UserRole>,
    /// The session of the user.
    pub session: Option<SessionId>,
    /// The reach of the permission that the operation requires.
    pub reach: Reach,
    /// Whether the person has confirmed who they are within the last 15 minutes. Always false for a client.
    pub is_confirmed: bool,
    /// The request, for the logs.
    pub request: RequestInfo,
    /// The keys that open sealed values.
    pub keys: Keyring,
}

impl Actor {
    /// Returns the actor of work that the system does without a caller.
    pub fn system(ctx: &Ctx) -> Self {
        let request = RequestInfo {
            id: crate::http::request_id(),
            ..RequestInfo::default()
        };
        Self {
            id: None,
            client: None,
            role: None,
            session: None,
            reach: Reach::All,
            is_confirmed: false,
            request,
            keys: ctx.keys.clone(),
        }
    }
    /// Returns whether the actor has another permission.
    pub fn can(&self, permission: Permission) -> bool {
        self.reach_of(permission) != Reach::None
    }
    /// Returns the reach of another permission for the actor.
    pub fn reach_of(&self, permission: Permission) -> Reach {
        match (&self.client, self.role) {
            (Some(client), _) => client.reach(permission),
            (None, Some(role)) => permission.reach(role),
            (None, None) => Reach::All,
        }
    }
    /// Returns the owner whose rows the actor sees; `None` sees all rows.
    pub fn owner_filter(&self) -> Option<Owner> {
        if self.reach == Reach::All {
            return None;
        }
        let client = self.client.as_ref().map(|client| Owner::Client(client.id));
        client.or_else(|| self.id.map(Owner::Person))
    }
    /// Refuses a person who has not confirmed who they are within the last 15 minutes. An API client has no step-up and
    /// passes; its scopes limit it to its own customers.
    pub fn require_step_up_of_person(&self) -> Result<()> {
        match self.id {
            Some(_) if !self.is_confirmed => Err(step_up::confirmation_required()),
            _ => Ok(()),
        }
    }
    /// Builds the actor of a log entry about a caller who was authenticated before. The actor has no permissions.
    pub fn for_log(caller: AuthenticatedCaller, request: RequestInfo, keys: Keyring) -> Self {
        Self {
            id: caller.person,
            client: caller.client.map(|id| Client {
                id,
                mode: ApiClientMode::Live,
                scopes: Vec::new(),
            }),
            role: caller.role,
            session: None,
            reach: Reach::None,
            is_confirmed: false,
            request,
            keys,
        }
    }
    /// Returns the user id of the actor; refuses a client and the system.
    pub fn person(&self) -> Result<UserId> {
        self.id.ok_or_else(|| Error::refuse(ProblemCode::Forbidden))
    }
    /// Refuses every caller who has not confirmed who they are within the last 15 minutes, API clients included.
    pub fn require_step_up(&self) -> Result<()> {
        step_up::require(self.is_confirmed)
    }
    /// Returns the id of the user or the client; refuses the system.
    pub fn caller_id(&self) -> Result<Uuid> {
        let client = self.client.as_ref().map(|client| client.id.0);
        client
            .or_else(|| self.id.map(|id| id.0))
            .ok_or_else(|| Error::refuse(ProblemCode::Forbidden))
    }
}

/// An API client and the scopes of its key.
#[derive(Debug, Clone)]
pub struct Client {
    /// The id.
    pub id: ApiClientId,
    /// Whether the client is live or in test mode.
    pub mode: ApiClientMode,
    /// The permissions that the client can use.
    pub scopes: Vec<Permission>,
}

impl Client {
    /// Returns the reach of a permission for the client.
    pub fn reach(&self, permission: Permission) -> Reach {
        if self.scopes.contains(&permission) {
            permission.reach_of_clients()
        } else {
            Reach::None
        }
    }
}

/// A caller who must have the permission `P`. The claims of a token count only after the database has confirmed them, in
/// the transaction of the work: a revoked session, a changed role or a suspension applies from the next request on.
pub struct Caller<P> {
    signed: Arc<Signed>,
    needs: PhantomData<P>,
}

/// A caller with a signed token or a key that the database has not confirmed yet.
pub(super) struct Signed {
    ctx: Ctx,
    credential: Credential,
    request: RequestInfo,
    slot: CallerSlot,
    /// The callers who must have confirmed who they are within the last 15 minutes.
    step_up: StepUp,
    permission: Permission,
    /// Whether the database has confirmed the caller and the permission.
    is_confirmed: AtomicBool,
}

/// The check that the handler of a request has still to make, stored in the request for [`super::authorize_first()`].
#[derive(Clone)]
pub(super) struct Pending(Arc<Signed>);

impl Pending {
    /// Checks the permission, unless the handler has checked it.
    pub async fn check(self) -> Result<()> {
        if self.0.is_confirmed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let signed = self.0.clone();
        let check = move |conn: &mut Conn| signed.confirm(conn, signed.permission).map(drop);
        self.0.ctx.db.read(check).await
    }
}

impl<P: Needs> Caller<P> {
    /// Reads from the database as this caller.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let signed = self.signed.clone();
        self.signed
            .ctx
            .db
            .read(move |conn| {
                let actor = signed.confirm(conn, P::PERMISSION)?;
                f(conn, &actor)
            })
            .await
    }

    /// Writes as this caller, in one transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Clone + Send + 'static,
    ) -> Result<T> {
        let signed = self.signed.clone();
        self.signed
            .ctx
            .db
            .write(move |tx| {
                let actor = signed.confirm(tx.conn(), P::PERMISSION)?;
                f(tx, &actor)
            })
            .await
    }

    /// Writes as this caller. If another permission is named, the caller needs it as well, with a recent confirmation: for
    /// an edit that may replace a secret among other fields.
    pub async fn write_with<T: Send + 'static>(
        &self,
        also: Option<Permission>,
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Clone + Send + 'static,
    ) -> Result<T> {
        let signed = self.signed.clone();
        self.write(move |tx, actor| {
            if let Some(permission) = also {
                signed.identify(tx.conn(), permission, StepUp::AllCallers)?;
            }
            f(tx, actor)
        })
        .await
    }

    /// Writes once per idempotency key: a repeated request gets the first response.
    pub async fn write_idempotent<T: wire::Resource>(
        &self,
        claim: IdempotencyClaim,
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Clone + Send + 'static,
    ) -> Result<IdempotentResponse<T>> {
        let now = self.signed.ctx.clock.now();
        self.write(move |tx, actor| claim.run(tx, actor, now, f))
            .await
    }

    /// Takes a token from the caller's bucket of this class, in addition to that of the request: for values that a caller
    /// could guess.
    pub async fn take_token(&self, class: Class) -> Result<()> {
        let Signed {
            ctx, credential, ..
        } = self.signed.as_ref();
        ctx.limits.take_token(ctx, class, credential).await
    }

    /// Returns the context of the application.
    pub fn ctx(&self) -> &Ctx {
        &self.signed.ctx
    }

    /// Reads the caller of a request, with this requirement of a recent confirmation.
    pub(super) fn read_from(request: &HttpRequest, step_up: StepUp) -> Result<Self> {
        let signed = Arc::new(Signed::read(request, step_up, P::PERMISSION)?);
        request.extensions_mut().insert(Pending(signed.clone()));
        Ok(Self {
            signed,
            needs: PhantomData,
        })
    }
}

impl Signed {
    fn confirm(&self, conn: &mut Conn, permission: Permission) -> Result<Actor> {
        let actor = self.identify(conn, permission, self.step_up)?;
        self.is_confirmed.store(true, Ordering::Relaxed);
        Ok(actor)
    }

    fn identify(&self, conn: &mut Conn, permission: Permission, step_up: StepUp) -> Result<Actor> {
        let claims = match &self.credential {
            Credential::Token(claims) => claims,
            Credential::Key(hash) => {
                let actor = api_key::confirm(conn, &self.ctx, hash, &self.request, permission)?;
                self.slot.set(AuthenticatedCaller {
                    person: None,
                    client: actor.client.as_ref().map(|client| client.id),
                    role: None,
                });
                return step_up::check_api_key(actor, step_up);
            }
        };
        let found: Option<(UserRole, UserStatus, i32, SessionState)> = sessions::table
            .inner_join(users::table)
            .filter(sessions::id.eq(claims.sid))
            .filter(users::id.eq(claims.sub))
            .filter(sessions::revoked_at.is_null())
            .filter(users::deleted_at.is_null())
            .select((
                users::role,
                users::status,
                users::session_epoch,
                (sessions::is_limited, sessions::confirmed_at),
            ))
            .first(conn)
            .optional()?;
        let Some((role, UserStatus::Active, epoch, session)) = found else {
            return Err(Error::with_detail(
                ProblemCode::Unauthenticated,
                "The session has ended.",
            ));
        };
        if epoch != claims.epoch {
            return Err(Error::with_detail(
                ProblemCode::Unauthenticated,
                "The session has ended.",
            ));
        }
        self.slot.set(AuthenticatedCaller {
            person: Some(claims.sub),
            client: None,
            role: Some(role),
        });
        step_up::check_not_limited(session, permission)?;
        let reach = permission.reach(role);
        if reach == Reach::None {
            return Err(Error::with_detail(
                ProblemCode::Forbidden,
                format!("This needs the permission {permission}."),
            ));
        }
        let recent = step_up::check_recent(session, self.ctx.clock.now());
        let is_confirmed = recent.is_ok();
        if step_up != StepUp::None {
            recent?;
        }
        Ok(Actor {
            id: Some(claims.sub),
            client: None,
            role: Some(role),
            session: Some(claims.sid),
            reach,
            is_confirmed,
            request: self.request.clone(),
            keys: self.ctx.keys.clone(),
        })
    }

    fn read(request: &HttpRequest, step_up: StepUp, permission: Permission) -> Result<Self> {
        let ctx = request
            .app_data::<Data<Ctx>>()
            .ok_or_else(|| Error::internal("no context"))?;
        Ok(Self {
            ctx: ctx.get_ref().clone(),
            credential: Credential::read(request, &ctx.tokens)?,
            request: RequestInfo::read(request),
            slot: CallerSlot::in_request(request),
            step_up,
            permission,
            is_confirmed: AtomicBool::new(false),
        })
    }
}

impl<P: Needs> FromRequest for Caller<P> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read_from(request, StepUp::None))
    }
}
