//! Acts on many things at once: each by itself, in a transaction of its own, so that one refusal undoes nothing
//! else, and no thing is locked for longer than its own turn.

use crate::{
    auth::{Actor, Caller},
    db::Tx,
    error::{Error, Result},
    http,
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
    let mut data = Vec::with_capacity(bulk.ids.len());
    for id in bulk.ids.iter().copied() {
        let (act, asked) = (act.clone(), Arc::clone(&bulk));
        let outcome = caller
            .write(move |tx, actor| act(tx, actor, id, &asked))
            .await;
        data.push(BulkResult {
            id,
            problem: outcome.err().map(told),
        });
    }
    Ok(Many(BulkOutcome::of(data)))
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
