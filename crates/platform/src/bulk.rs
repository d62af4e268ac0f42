//! Acts on many things at once: each by itself, in a transaction of its own, so that one refusal undoes nothing
//! else, and no thing is locked for longer than its own turn.

use crate::{
    auth::{Actor, Caller},
    db::Tx,
    error::{Error, Result},
    http,
    idempotency::Claim,
};
use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::StatusCode};
use std::sync::Arc;
use uuid::Uuid;
use wire::{Bulk, BulkOutcome, BulkResult, Problem, permission::Needs};

/// Does an act to each of the things that were named, one after the other, and collects what became of each.
///
/// `ready` is asked once before anything is done: whether the caller may do this act at all, and has said what it
/// needs. Then `act` is run for every id.
pub async fn each<P: Needs, A: Send + Sync + 'static>(
    caller: &Caller<P>,
    bulk: Bulk<A>,
    ready: impl FnOnce(&Actor, &Bulk<A>) -> Result<()> + Send + 'static,
    act: impl Fn(&mut Tx<'_>, &Actor, Uuid, &Bulk<A>) -> Result<()> + Clone + Send + 'static,
) -> Result<Many> {
    let bulk = Arc::new(bulk);
    let asked = Arc::clone(&bulk);
    caller.read(move |_, actor| ready(actor, &asked)).await?;
    Ok(run(caller, &bulk, act).await)
}

/// Runs a bulk action like [`each`], once per idempotency key: a repeated request gets the first answer. For actions that
/// move money or provision.
pub async fn each_once<P: Needs, A: Send + Sync + 'static>(
    caller: &Caller<P>,
    claim: Claim,
    bulk: Bulk<A>,
    ready: impl FnOnce(&Actor, &Bulk<A>) -> Result<()> + Send + 'static,
    act: impl Fn(&mut Tx<'_>, &Actor, Uuid, &Bulk<A>) -> Result<()> + Clone + Send + 'static,
) -> Result<HttpResponse> {
    let (claim, now) = (Arc::new(claim), caller.ctx().clock.now());
    let begun = Arc::clone(&claim);
    let bulk = Arc::new(bulk);
    let asked = Arc::clone(&bulk);
    let before = caller
        .write(move |tx, actor| {
            ready(actor, &asked)?;
            begun.begin(tx, actor, now)
        })
        .await?;
    if let Some((status, body)) = before {
        return Ok(HttpResponse::build(status_of(status))
            .content_type("application/json")
            .insert_header(("Idempotency-Replayed", "true"))
            .body(body));
    }
    let Many(outcome) = run(caller, &bulk, act).await;
    let body = serde_json::to_string(&outcome).map_err(Error::internal)?;
    let (kept, status) = (body.clone(), StatusCode::MULTI_STATUS);
    caller
        .write(move |tx, actor| claim.finish(tx, actor, now, (status.as_u16(), &kept)))
        .await?;
    Ok(HttpResponse::build(status)
        .content_type("application/json")
        .body(body))
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::MULTI_STATUS)
}

async fn run<P: Needs, A: Send + Sync + 'static>(
    caller: &Caller<P>,
    bulk: &Arc<Bulk<A>>,
    act: impl Fn(&mut Tx<'_>, &Actor, Uuid, &Bulk<A>) -> Result<()> + Clone + Send + 'static,
) -> Many {
    let mut data = Vec::with_capacity(bulk.ids.len());
    for id in bulk.ids.iter().copied() {
        let (act, asked) = (act.clone(), Arc::clone(bulk));
        let outcome = caller
            .write(move |tx, actor| act(tx, actor, id, &asked))
            .await;
        data.push(BulkResult {
            id,
            problem: outcome.err().map(told),
        });
    }
    Many(BulkOutcome::of(data))
}

/// What the caller is told of a refusal; a fault of ours is told to the log as well.
fn told(error: Error) -> Problem {
    if let Error::Internal(cause) = &error {
        tracing::error!(%cause, "one of many failed: {cause}");
    }
    Problem {
        request_id: http::current_request_id(),
        ..error.problem()
    }
}

/// What became of each, as 207.
pub struct Many(pub BulkOutcome);

impl Responder for Many {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::build(StatusCode::MULTI_STATUS).json(self.0)
    }
}
