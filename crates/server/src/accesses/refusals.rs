//! Records refused authorizations: each one in the log, and counts of them in the audit log.

use super::{Noticed, held};
use actix_web::{HttpRequest, body::MessageBody, dev::ServiceResponse, http::header};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Ctx, Error, RequestInfo,
    audit::{self, Act},
    auth::{Confirmee, Shown, Witness},
    crypto::Keyring,
};
use serde_json::json;
use uuid::Uuid;
use wire::{ApiClientId, ProblemCode, UserId, accounts::users::UserRole};

/// The time whose refusals of one caller and operation share an entry.
const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// The maximum number of counters; beyond it, every refusal gets an entry.
const MOST: usize = 10_000;

/// The refused caller, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Person(UserId),
    Client(ApiClientId),
    /// An unknown caller with this client address.
    Address(String),
}

/// The key of a counter: the caller and the operation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    who: Who,
    operation: String,
}

/// A counter of the refusals that are not written yet.
#[derive(Debug, Clone)]
pub struct Count {
    since: DateTime<Utc>,
    more: u32,
    role: Option<UserRole>,
    why: String,
    request: RequestInfo,
}

/// An entry of the audit log for a number of refusals.
struct Entry {
    key: Key,
    count: Count,
    times: u32,
}

/// Records a refusal.
pub async fn note<B: MessageBody>(ctx: &Ctx, noticed: &Noticed, response: &ServiceResponse<B>) {
    let request = response.request();
    let Some((who, why)) = refused(ctx, response) else {
        return;
    };
    let key = Key {
        who,
        operation: operation(request),
    };
    let info = RequestInfo::of(request);
    let (id, status) = (
        info.id.clone().unwrap_or_default(),
        response.status().as_u16(),
    );
    tracing::info!(
        request_id = id,
        caller = ?key.who,
        operation = key.operation,
        status,
        "{:?} was refused {}: {why} [{id}]",
        key.who,
        key.operation
    );
    let count = Count {
        since: ctx.clock.now(),
        more: 0,
        role: Witness::of(request).seen().and_then(|seen| seen.role),
        why,
        request: info,
    };
    if is_first(noticed, &key, &count) {
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
fn is_first(noticed: &Noticed, key: &Key, count: &Count) -> bool {
    let mut refused = held(&noticed.refused);
    if let Some(known) = refused.get_mut(key) {
        known.more = known.more.saturating_add(1);
        known.request = count.request.clone();
        return false;
    }
    if refused.len() < MOST {
        refused.insert(key.clone(), count.clone());
    }
    true
}

/// Writes the counts whose minute has passed.
pub async fn flush(ctx: &Ctx, noticed: &Noticed) {
    let now = ctx.clock.now();
    let over = |count: &Count| count.since + WINDOW <= now;
    let due: Vec<Entry> = {
        let mut refused = held(&noticed.refused);
        if refused.is_empty() {
            return;
        }
        let due = refused
            .iter()
            .filter(|(_, count)| over(count) && count.more > 0)
            .map(|(key, count)| Entry {
                key: key.clone(),
                times: count.more,
                count: count.clone(),
            })
            .collect();
        refused.retain(|_, count| !over(count));
        due
    };
    if !due.is_empty() {
        write(ctx, due).await;
    }
}

/// Writes entries. A failure is logged only: the refusal itself stands.
async fn write(ctx: &Ctx, entries: Vec<Entry>) {
    let keys = ctx.keys.clone();
    let written = ctx
        .db
        .write(move |tx| {
            entries.into_iter().try_for_each(|entry| {
                let change = json!({
                    "operation": entry.key.operation,
                    "why": entry.count.why,
                    "times": entry.times,
                });
                let actor = actor(entry.key.who, entry.count, keys.clone());
                let act = Act::new("access.refused", "operation", Uuid::nil());
                audit::record(tx, &actor, act.changing(change))
            })
        })
        .await;
    if let Err(error) = written {
        tracing::warn!("refusals could not be recorded: {error}");
    }
}

fn actor(who: Who, count: Count, keys: Keyring) -> Actor {
    let (person, client) = match who {
        Who::Person(id) => (Some(id), None),
        Who::Client(id) => (None, Some(id)),
        Who::Address(_) => (None, None),
    };
    let confirmee = Confirmee {
        person,
        client,
        role: count.role,
    };
    Actor::on_record(confirmee, count.request, keys)
}

/// Returns the caller and the reason of a refusal; nothing for other answers.
fn refused<B: MessageBody>(ctx: &Ctx, response: &ServiceResponse<B>) -> Option<(Who, String)> {
    let problem = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Error>())
        .map(Error::problem)?;
    let is_refusal = matches!(
        problem.code,
        ProblemCode::Forbidden | ProblemCode::Unauthenticated
    );
    let who = is_refusal.then(|| who(ctx, response.request())).flatten()?;
    Some((who, problem.sentence().to_owned()))
}

/// Returns the caller of a request with a credential; nothing without one, or when it is a token of ours that has expired.
fn who(ctx: &Ctx, request: &HttpRequest) -> Option<Who> {
    let address = || RequestInfo::of(request).ip.map(Who::Address);
    match Shown::of(request, &ctx.tokens) {
        Ok(Shown::Token(claims)) => Some(Who::Person(claims.sub)),
        Ok(Shown::Key(hash)) => ctx
            .limits
            .client_of(&hash)
            .map(Who::Client)
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
