//! The signed-in caller as an extractor: `Caller<PlansWrite>` in a handler's signature is the permission check.

use super::{
    Shown,
    confirmed::{self, Standing, StepUp},
    key,
    request_info::RequestInfo,
    witness::{Confirmee, Witness},
};
use crate::{
    crypto::Keyring,
    ctx::Ctx,
    db::{Conn, Tx},
    error::{Error, Result},
    idempotency::{Claim, Once},
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

/// Whose rows somebody sees who does not see everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A person's own.
    Person(UserId),
    /// Those of the customers that an integrator's client has brought.
    Client(ApiClientId),
}

/// Who does something: a person with a role, an integrator's client, or the system itself.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person; `None` is a client or the system.
    pub id: Option<UserId>,
    /// The integrator's client.
    pub client: Option<Client>,
    /// Their role.
    pub role: Option<UserRole>,
    /// Their session.
    pub session: Option<SessionId>,
    /// How far the permission reaches that let them in.
    pub reach: Reach,
    /// Whether the person has confirmed who they are within the last 15 minutes. Always false for a client.
    pub is_confirmed: bool,
    /// The request, for the record.
    pub request: RequestInfo,
    /// The keys that open what they may see.
    pub keys: Keyring,
}

impl Actor {
    /// The system, acting by itself.
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
    /// Whether they may do something else as well.
    pub fn can(&self, permission: Permission) -> bool {
        self.reach_of(permission) != Reach::None
    }
    /// How far another permission reaches for them.
    pub fn reach_of(&self, permission: Permission) -> Reach {
        match (&self.client, self.role) {
            (Some(client), _) => client.reach(permission),
            (None, Some(role)) => permission.reach(role),
            (None, None) => Reach::All,
        }
    }
    /// Whose rows they see: everybody's (`None`), or an owner's only.
    pub fn only(&self) -> Option<Owner> {
        if self.reach == Reach::All {
            return None;
        }
        let client = self.client.as_ref().map(|client| Owner::Client(client.id));
        client.or_else(|| self.id.map(Owner::Person))
    }
    /// Refuses a person who has not confirmed who they are within the last 15 minutes. An API client has no step-up and
    /// passes; its scopes limit it to its own customers.
    pub fn recently_authenticated(&self) -> Result<()> {
        match self.id {
            Some(_) if !self.is_confirmed => Err(confirmed::stale()),
            _ => Ok(()),
        }
    }
    /// Builds the actor of a log entry about a caller who was confirmed before. The actor has no permissions.
    pub fn on_record(who: Confirmee, request: RequestInfo, keys: Keyring) -> Self {
        Self {
            id: who.person,
            client: who.client.map(|id| Client {
                id,
                mode: ApiClientMode::Live,
                scopes: Vec::new(),
            }),
            role: who.role,
            session: None,
            reach: Reach::None,
            is_confirmed: false,
            request,
            keys,
        }
    }
    /// Themselves; a client and the system are nobody.
    pub fn person(&self) -> Result<UserId> {
        self.id.ok_or_else(|| Error::refuse(ProblemCode::Forbidden))
    }
    /// Refuses every caller who has not confirmed who they are within the last 15 minutes, API clients included.
    pub fn confirmed(&self) -> Result<()> {
        confirmed::require(self.is_confirmed)
    }
    /// What they are told apart by, person or client; the system is nobody.
    pub fn caller(&self) -> Result<Uuid> {
        let client = self.client.as_ref().map(|client| client.id.0);
        client
            .or_else(|| self.id.map(|id| id.0))
            .ok_or_else(|| Error::refuse(ProblemCode::Forbidden))
    }
}

/// An integrator's client, and what its key lets it do.
#[derive(Debug, Clone)]
pub struct Client {
    /// Which client.
    pub id: ApiClientId,
    /// Whether it does business or tries things out.
    pub mode: ApiClientMode,
    /// What it may do at all.
    pub scopes: Vec<Permission>,
}

impl Client {
    /// How far a permission reaches for it.
    pub fn reach(&self, permission: Permission) -> Reach {
        if self.scopes.contains(&permission) {
            permission.reach_of_clients()
        } else {
            Reach::None
        }
    }
}

/// A caller who must have the permission `P`. What the token claims is believed only after the database has
/// confirmed it, in the same breath as the work itself: a revoked session, a changed role or a suspension holds
/// from the next request on.
pub struct Caller<P> {
    signed: Arc<Signed>,
    needs: PhantomData<P>,
}

/// A caller who has shown a token of ours or a key; not confirmed yet.
pub(super) struct Signed {
    ctx: Ctx,
    shown: Shown,
    request: RequestInfo,
    witness: Witness,
    /// The callers who must have confirmed who they are within the last 15 minutes.
    step_up: StepUp,
    permission: Permission,
    /// Whether the database has confirmed the caller and the permission.
    is_confirmed: AtomicBool,
}

/// The check that the handler of a request has still to make, stored in the request for [`super::authorize_first`].
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
    /// Reads as this caller.
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

    /// Writes as this caller: all of it, or nothing.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
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
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let signed = self.signed.clone();
        self.write(move |tx, actor| {
            if let Some(permission) = also {
                signed.identify(tx.conn(), permission, StepUp::Everybody)?;
            }
            f(tx, actor)
        })
        .await
    }

    /// Writes once, however often the same request comes: the first answer is given again.
    pub async fn write_once<T: wire::Resource>(
        &self,
        claim: Claim,
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<Once<T>> {
        let now = self.signed.ctx.clock.now();
        self.write(move |tx, actor| claim.run(tx, actor, now, f))
            .await
    }

    /// Takes a token from the caller's bucket of this class, in addition to that of the request: for values that a caller
    /// could guess.
    pub async fn spend(&self, class: Class) -> Result<()> {
        let Signed { ctx, shown, .. } = self.signed.as_ref();
        ctx.limits.spend(ctx, class, shown).await
    }

    /// The rest of what a handler needs.
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
        let claims = match &self.shown {
            Shown::Token(claims) => claims,
            Shown::Key(hash) => {
                let actor = key::confirm(conn, &self.ctx, (hash, &self.request), permission)?;
                self.witness.note(Confirmee {
                    person: None,
                    client: actor.client.as_ref().map(|client| client.id),
                    role: None,
                });
                return confirmed::by_key(actor, step_up);
            }
        };
        let found: Option<(UserRole, UserStatus, i32, Standing)> = sessions::table
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
        let Some((role, UserStatus::Active, epoch, standing)) = found else {
            return Err(Error::because(
                ProblemCode::Unauthenticated,
                "The session has ended.",
            ));
        };
        if epoch != claims.epoch {
            return Err(Error::because(
                ProblemCode::Unauthenticated,
                "The session has ended.",
            ));
        }
        self.witness.note(Confirmee {
            person: Some(claims.sub),
            client: None,
            role: Some(role),
        });
        confirmed::may_act(standing, permission)?;
        let reach = permission.reach(role);
        if reach == Reach::None {
            return Err(Error::because(
                ProblemCode::Forbidden,
                format!("This needs the permission {permission}."),
            ));
        }
        let fresh = confirmed::is_fresh(standing, self.ctx.clock.now());
        let is_confirmed = fresh.is_ok();
        if step_up != StepUp::None {
            fresh?;
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
            shown: Shown::of(request, &ctx.tokens)?,
            request: RequestInfo::of(request),
            witness: Witness::of(request),
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
