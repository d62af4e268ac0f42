//! Idempotency keys: the first response is stored in the transaction of its effects and returned to repeated requests.

use crate::{
    auth::Actor,
    crypto::{self, FieldContext},
    db::Tx,
    error::{Error, Result},
    extract::Valid,
    respond,
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder, body::BoxBody, dev::Payload,
    http::header::HeaderValue,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{prelude::*, sql_types::BigInt};
use schema::idempotency_keys as keys;
use std::future::{Ready, ready};
use uuid::Uuid;
use wire::{ProblemCode, Resource};

/// The time after which an unfinished bulk action counts as aborted; the same request then runs it again.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// How long a response is stored.
const RETENTION: TimeDelta = TimeDelta::hours(72);

/// The `Idempotency-Key` of the caller; required where it is extracted.
#[derive(Clone)]
pub struct IdempotencyKey {
    key: String,
    route: String,
}

impl FromRequest for IdempotencyKey {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(key_of(request).map(|key| {
            let route = format!(
                "{} {}",
                request.method(),
                request.match_pattern().unwrap_or_default()
            );
            Self {
                key,
                route: route.chars().take(100).collect(),
            }
        }))
    }
}

/// The maximum length of a key.
const MAX_LENGTH: usize = 255;

/// Reads the header: one key of visible ASCII characters and inner spaces.
fn key_of(request: &HttpRequest) -> Result<String> {
    let invalid = |why: &str| Error::with_detail(ProblemCode::IdempotencyKeyInvalid, why);
    let mut headers = request.headers().get_all("idempotency-key");
    let key = headers
        .next()
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    if headers.next().is_some() {
        return Err(invalid("Send one Idempotency-Key header."));
    }
    let key = key.trim_ascii();
    if key.is_empty() {
        return Err(Error::with_detail(
            ProblemCode::IdempotencyKeyMissing,
            "Send a unique Idempotency-Key header, so that the request can be repeated safely.",
        ));
    }
    if key.len() > MAX_LENGTH {
        return Err(invalid(
            "The Idempotency-Key may have 255 characters at most.",
        ));
    }
    std::str::from_utf8(key)
        .ok()
        .filter(|key| {
            key.bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ')
        })
        .map(str::to_owned)
        .ok_or_else(|| invalid("The Idempotency-Key may have visible ASCII characters only."))
}

impl IdempotencyKey {
    /// Combines the key with a request body.
    pub fn for_body<T>(self, body: &Valid<T>) -> IdempotencyClaim {
        IdempotencyClaim {
            key: self,
            fingerprint: body.fingerprint().to_vec(),
        }
    }
}

/// The stored digest of the request, and the status, body and location of the response.
type StoredResponse = (Vec<u8>, Option<i32>, Option<Vec<u8>>, Option<String>);

/// A key together with its request.
#[derive(Clone)]
pub struct IdempotencyClaim {
    key: IdempotencyKey,
    fingerprint: Vec<u8>,
}

/// The response of an idempotent write.
pub enum IdempotentResponse<T> {
    /// The write ran now.
    Created(T),
    /// An earlier request ran the write; this is its response.
    Replayed {
        /// The status.
        status: u16,
        /// The body.
        body: Vec<u8>,
        /// The path of the created resource.
        location: Option<String>,
    },
}

diesel::define_sql_function! {
    /// Takes a lock until the end of the transaction, if it is available.
    fn pg_try_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool;
}

impl IdempotencyClaim {
    /// Returns a digest of the caller, the route and the key.
    fn name(&self, caller: Uuid) -> Vec<u8> {
        crypto::digest(format!("{caller} {} {}", self.key.route, self.key.key).as_bytes()).to_vec()
    }

    /// Claims the key for work that takes several transactions. Returns the status and body of an earlier response; refuses
    /// the request while an earlier one is running.
    pub fn begin(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Option<(u16, Vec<u8>)>> {
        let caller = actor.caller_id()?;
        let row = keys::table.find((caller, &self.key.route, &self.key.key));
        // An expired response or lease no longer counts.
        diesel::delete(row.filter(keys::expires_at.le(now))).execute(tx.conn())?;
        let claimed = diesel::insert_into(keys::table)
            .values((
                keys::caller_id.eq(caller),
                keys::route.eq(&self.key.route),
                keys::key.eq(&self.key.key),
                keys::request_hash.eq(&self.fingerprint),
                keys::expires_at.eq(now + LEASE),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
        if claimed == 1 {
            return Ok(None);
        }
        let (hash, status, body): (Vec<u8>, Option<i32>, Option<Vec<u8>>) = row
            .select((keys::request_hash, keys::status, keys::body))
            .first(tx.conn())?;
        if hash != self.fingerprint {
            return Err(Error::refuse(ProblemCode::IdempotencyKeyReused));
        }
        let (Some(status), Some(body)) = (status, body) else {
            return Err(Error::refuse(ProblemCode::StillRunning));
        };
        let body = actor.keys.open(body_context(&self.name(caller)), &body)?;
        let status = u16::try_from(status).unwrap_or(200);
        Ok(Some((status, body.into_bytes())))
    }

    /// Stores the response of work that [`IdempotencyClaim::begin`] has claimed.
    pub fn finish(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        now: DateTime<Utc>,
        status: u16,
        body: &str,
    ) -> Result<()> {
        let caller = actor.caller_id()?;
        let body = actor.keys.seal(body_context(&self.name(caller)), body)?;
        diesel::update(keys::table.find((caller, &self.key.route, &self.key.key)))
            .set((
                keys::status.eq(i32::from(status)),
                keys::body.eq(body),
                keys::expires_at.eq(now + RETENTION),
            ))
            .execute(tx.conn())?;
        Ok(())
    }

    /// Runs the work unless an earlier request did, in the transaction that also stores the response.
    pub fn run<T: Resource>(
        self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        now: DateTime<Utc>,
        work: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T>,
    ) -> Result<IdempotentResponse<T>> {
        let caller = actor.caller_id()?;
        let name = self.name(caller);
        let lock = name
            .first_chunk::<8>()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes));
        let is_free: bool =
            diesel::select(pg_try_advisory_xact_lock(lock)).get_result(tx.conn())?;
        if !is_free {
            return Err(Error::refuse(ProblemCode::StillRunning));
        }

        let row = keys::table.find((caller, &self.key.route, &self.key.key));
        let known: Option<StoredResponse> = row
            .filter(keys::expires_at.gt(now))
            .select((keys::request_hash, keys::status, keys::body, keys::location))
            .first(tx.conn())
            .optional()?;
        if let Some((hash, status, body, location)) = known {
            if hash != self.fingerprint {
                return Err(Error::refuse(ProblemCode::IdempotencyKeyReused));
            }
            let status = status
                .and_then(|status| u16::try_from(status).ok())
                .unwrap_or(201);
            let body = body.map(|sealed| actor.keys.open(body_context(&name), &sealed));
            return Ok(IdempotentResponse::Replayed {
                status,
                body: body.transpose()?.unwrap_or_default().into_bytes(),
                location,
            });
        }

        let created = work(tx, actor)?;
        // Sealed, because responses contain personal data.
        let body = serde_json::to_string(&created).map_err(Error::internal)?;
        let body = actor.keys.seal(body_context(&name), &body)?;
        diesel::delete(row).execute(tx.conn())?;
        diesel::insert_into(keys::table)
            .values((
                keys::caller_id.eq(caller),
                keys::route.eq(&self.key.route),
                keys::key.eq(&self.key.key),
                keys::request_hash.eq(self.fingerprint),
                keys::status.eq(201),
                keys::body.eq(body),
                keys::location.eq(respond::location(&created)),
                keys::expires_at.eq(now + RETENTION),
            ))
            .execute(tx.conn())?;
        Ok(IdempotentResponse::Created(created))
    }
}

/// Deletes the stored responses of a caller, and those of any caller about the resources at these paths.
pub fn forget(tx: &mut Tx<'_>, caller: Uuid, locations: &[String]) -> Result<()> {
    diesel::delete(
        keys::table.filter(
            keys::caller_id
                .eq(caller)
                .or(keys::location.eq_any(locations).assume_not_null()),
        ),
    )
    .execute(tx.conn())?;
    Ok(())
}

/// Returns the field context of a stored response, which binds it to its caller, route and key.
fn body_context(name: &[u8]) -> FieldContext<'static> {
    let row = name.first_chunk::<16>().copied().unwrap_or_default();
    FieldContext::new("idempotency_keys", "body", Uuid::from_bytes(row))
}

/// Deletes expired responses.
pub fn purge(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(keys::table.filter(keys::expires_at.lt(now))).execute(tx.conn())?)
}

impl<T: Resource> Responder for IdempotentResponse<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Self::Created(resource) => respond::Created(resource).respond_to(request),
            Self::Replayed {
                status,
                body,
                location,
            } => {
                let status = actix_web::http::StatusCode::from_u16(status)
                    .unwrap_or(actix_web::http::StatusCode::CREATED);
                let mut response = HttpResponse::build(status);
                response
                    .content_type("application/json")
                    .insert_header(("Idempotency-Replayed", "true"));
                if let Some(location) = location {
                    response.insert_header(("Location", location));
                }
                response.body(body)
            }
        }
    }
}
