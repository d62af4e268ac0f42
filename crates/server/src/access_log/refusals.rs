//! Records refused authorizations: each one in the log, and counts of them in the audit log.

use super::{RecentEvents, locked};
use actix_web::{HttpRequest, body::MessageBody, dev::ServiceResponse, http::header};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Ctx, Error, RequestInfo,
    audit::{self, AuditEvent},
    auth::{AuthenticatedCaller, CallerSlot, Credential},
    crypto::Keyring,
};
use serde_json::json;
use wire::{
    ApiClientId, ProblemCode, UserId, accounts::users::UserRole, system::audit::AuditAction,
};

/// The time whose refusals of one caller and operation share an entry.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// The maximum number of counters; beyond it, every refusal gets an entry.
const MAX_COUNTERS: usize = 10_000;

/// The refused caller, as far as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum RefusedCaller {
    Person(UserId),
    Client(ApiClientId),
    /// An unknown caller with this client address.
    Address(String),
}

/// The key of a counter: the caller and the operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    caller: RefusedCaller,
    operation: String,
}

/// A counter of the refusals that are not written yet.
#[derive(Debug, Clone)]
pub struct Count {
    since: DateTime<Utc>,
    more: u32,
    role: Option<UserRole>,
    reason: String,
    request: RequestInfo,
}

/// An entry of the audit log for a number of refusals.
#[derive(Clone)]
struct Entry {
    key: Key,
    count: Count,
    times: u32,
}

/// Records a refusal.
pub async fn record<B: MessageBody>(
    ctx: &Ctx,
    recent: &RecentEvents,
    response: &ServiceResponse<B>,
) {
    let request = response.request();
    let Some((caller, reason)) = refusal(ctx, response) else {
        return;
    };
    let key = Key {
        caller,
        operation: operation(request),
    };
    let info = RequestInfo::read(request);
    let (id, status) = (
        info.id.clone().unwrap_or_default(),
        response.status().as_u16(),
    );
    tracing::info!(
        request_id = id,
        caller = ?key.caller,
        operation = key.operation,
        status,
        "{:?} was refused {}: {reason} [{id}]",
        key.caller,
        key.operation
    );
    let count = Count {
        since: ctx.clock.now(),
        more: 0,
        role: CallerSlot::in_request(request)
            .get()
            .and_then(|caller| caller.role),
        reason,
        request: info,
    };
    if is_first(recent, &key, &count) {
        write(
            ctx,
            vec![Entry {
                key,
                count,
                times: 1,
            }],
        )
        .await;
    }
}

/// Returns whether a refusal is the first of its minute; counts it otherwise.
fn is_first(recent: &RecentEvents, key: &Key, count: &Count) -> bool {
    let mut refused = locked(&recent.refused);
    if let Some(known) = refused.get_mut(key) {
        known.more = known.more.saturating_add(1);
        known.request = count.request.clone();
        return false;
    }
    if refused.len() < MAX_COUNTERS {
        refused.insert(key.clone(), count.clone());
    }
    true
}

/// Writes the counts whose minute has passed.
pub async fn flush(ctx: &Ctx, recent: &RecentEvents) {
    let now = ctx.clock.now();
    let is_over = |count: &Count| count.since + WINDOW <= now;
    let due: Vec<Entry> = {
        let mut refused = locked(&recent.refused);
        if refused.is_empty() {
            return;
        }
        let due = refused
            .iter()
            .filter(|(_, count)| is_over(count) && count.more > 0)
            .map(|(key, count)| Entry {
                key: key.clone(),
                times: count.more,
                count: count.clone(),
            })
            .collect();
        refused.retain(|_, count| !is_over(count));
        due
    };
    if !due.is_empty() {
        write(ctx, due).await;
    }
}

/// Writes entries. A failure is only logged, because the request was refused already.
async fn write(ctx: &Ctx, entries: Vec<Entry>) {
    let keys = ctx.keys.clone();
    let written = ctx
        .db
        .write(move |tx| {
            entries.into_iter().try_for_each(|entry| {
                let change = json!({
                    "operation": entry.key.operation,
                    "why": entry.count.reason,
                    "times": entry.times,
                });
                let actor = actor(entry.key.caller, entry.count, keys.clone());
                let event = AuditEvent::of_kind(AuditAction::AccessDeny, "operation");
                audit::record(tx, &actor, event.with_change(change))
            })
        })
        .await;
    if let Err(error) = written {
        tracing::warn!("refusals could not be recorded: {error}");
    }
}

fn actor(caller: RefusedCaller, count: Count, keys: Keyring) -> Actor {
    let (person, client) = match caller {
        RefusedCaller::Person(id) => (Some(id), None),
        RefusedCaller::Client(id) => (None, Some(id)),
        RefusedCaller::Address(_) => (None, None),
    };
    let caller = AuthenticatedCaller {
        person,
        client,
        role: count.role,
    };
    Actor::for_log(caller, count.request, keys)
}

/// Returns the caller and the reason of a refusal, and `None` for other responses.
fn refusal<B: MessageBody>(
    ctx: &Ctx,
    response: &ServiceResponse<B>,
) -> Option<(RefusedCaller, String)> {
    let problem = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Error>())
        .map(Error::problem)?;
    let is_refusal = matches!(
        problem.code,
        ProblemCode::Forbidden | ProblemCode::Unauthenticated
    );
    let caller = is_refusal
        .then(|| refused_caller(ctx, response.request()))
        .flatten()?;
    Some((caller, problem.sentence().to_owned()))
}

/// Returns the caller of a request with a credential. Returns `None` without a credential, and for an expired token of this
/// server.
fn refused_caller(ctx: &Ctx, request: &HttpRequest) -> Option<RefusedCaller> {
    let address = || RequestInfo::read(request).ip.map(RefusedCaller::Address);
    match Credential::read(request, &ctx.tokens) {
        Ok(Credential::Token(claims)) => Some(RefusedCaller::Person(claims.sub)),
        Ok(Credential::Key(hash)) => ctx
            .limits
            .client_of(&hash)
            .map(RefusedCaller::Client)
            .or_else(address),
        Err(_) => {
            let credential = request
                .headers()
                .get(header::AUTHORIZATION)?
                .to_str()
                .unwrap_or_default();
            let token = credential
                .split_once(' ')
                .map_or(credential, |(_, token)| token);
            (!ctx.tokens.has_expired(token.trim()))
                .then(address)
                .flatten()
        }
    }
}

fn operation(request: &HttpRequest) -> String {
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    format!("{} {route}", request.method())
}
