//! Bulk actions: each object has a transaction of its own, so that one refusal does not undo the other changes and no object
//! is locked longer than its own change takes.

use crate::{
    auth::{Actor, Caller},
    db::Tx,
    error::{Error, Result},
    http,
    idempotency::IdempotencyClaim,
};
use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::StatusCode};
use std::sync::Arc;
use uuid::Uuid;
use wire::{BulkOutcome, BulkRequest, BulkResult, Problem, permission::Needs};

/// Runs an action for each id, one after the other, and collects the results.
///
/// `check` runs once before the first change: whether the caller may run this action, and has given what the action needs.
/// Then `action` runs for every id.
pub async fn each<P: Needs, A: Send + Sync + 'static>(
    caller: &Caller<P>,
    bulk: BulkRequest<A>,
    check: impl Fn(&Actor, &BulkRequest<A>) -> Result<()> + Clone + Send + 'static,
    action: impl Fn(&mut Tx<'_>, &Actor, Uuid, &BulkRequest<A>) -> Result<()> + Clone + Send + 'static,
) -> Result<BulkResponse> {
    let bulk = Arc::new(bulk);
    let request = Arc::clone(&bulk);
    caller.read(move |_, actor| check(actor, &request)).await?;
    Ok(run(caller, &bulk, action).await)
}

/// Runs a bulk action like [`each`], once per idempotency key: a repeated request gets the first response. For actions that
/// move money or provision.
pub async fn each_idempotent<P: Needs, A: Send + Sync + 'static>(
    caller: &Caller<P>,
    claim: IdempotencyClaim,
    bulk: BulkRequest<A>,
    check: impl Fn(&Actor, &BulkRequest<A>) -> Result<()> + Clone + Send + 'static,
    action: impl Fn(&mut Tx<'_>, &Actor, Uuid, &BulkRequest<A>) -> Result<()> + Clone + Send + 'static,
) -> Result<HttpResponse> {
    let (claim, now) = (Arc::new(claim), caller.ctx().clock.now());
    let begin = Arc::clone(&claim);
    let bulk = Arc::new(bulk);
    let request = Arc::clone(&bulk);
    let earlier = caller
        .write(move |tx, actor| {
            check(actor, &request)?;
            begin.begin(tx, actor, now)
        })
        .await?;
    if let Some((status, body)) = earlier {
        return Ok(HttpResponse::build(status_of(status))
            .content_type("application/json")
            .insert_header(("Idempotency-Replayed", "true"))
            .body(body));
    }
    let BulkResponse(outcome) = run(caller, &bulk, action).await;
    let body = serde_json::to_string(&outcome).map_err(Error::internal)?;
    let (stored, status) = (body.clone(), StatusCode::MULTI_STATUS);
    caller
        .write(move |tx, actor| claim.finish(tx, actor, now, status.as_u16(), &stored))
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
    bulk: &Arc<BulkRequest<A>>,
    action: impl Fn(&mut Tx<'_>, &Actor, Uuid, &BulkRequest<A>) -> Result<()> + Clone + Send + 'static,
) -> BulkResponse {
    let mut data = Vec::with_capacity(bulk.ids.len());
    for id in bulk.ids.iter().copied() {
        let (action, request) = (action.clone(), Arc::clone(bulk));
        let outcome = caller
            .write(move |tx, actor| action(tx, actor, id, &request))
            .await;
        data.push(BulkResult {
            id,
            problem: outcome.err().map(problem_of),
        });
    }
    BulkResponse(BulkOutcome::from_results(data))
}

/// Returns the problem that the caller gets; logs the cause of an internal error.
fn problem_of(error: Error) -> Problem {
    if let Error::Internal(cause) = &error {
        tracing::error!(%cause, "an item of a bulk action failed: {cause}");
    }
    Problem {
        request_id: http::current_request_id(),
        ..error.problem()
    }
}

/// The results of a bulk action, as 207 Multi-Status.
pub struct BulkResponse(pub BulkOutcome);

impl Responder for BulkResponse {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::build(StatusCode::MULTI_STATUS).json(self.0)
    }
}
