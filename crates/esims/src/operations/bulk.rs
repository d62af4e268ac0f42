//! Operations on many eSIMs: each row has a transaction and a result of its own.

use super::{
    query,
    rules::{self, OperationRequest, RefusedRow},
};
use platform::{Caller, Error, Result};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use wire::{
    EsimId, EsimOperationBatchId, Permission,
    esims::operations::{EsimOperationBatch, EsimOperationKind, NewEsimOperations, pasted_iccid},
    permission::Needs,
};

/// A row of a bulk request.
#[derive(Clone)]
struct BulkRow {
    /// The eSIM; `None` when no visible eSIM has the ICCID.
    esim: Option<EsimId>,
    /// The ICCID or the id, as requested.
    text: String,
    /// Whether an earlier row names the same eSIM.
    is_repeated: bool,
}

/// Requests an operation for each row of a bulk request. A row that is refused has its reason in the list of operations.
pub async fn request_each<P: Needs>(
    caller: &Caller<P>,
    new: NewEsimOperations,
) -> Result<EsimOperationBatch> {
    let batch = EsimOperationBatchId::new();
    let new = Arc::new(new);
    let request = Arc::clone(&new);
    let rows = caller
        .read(move |conn, actor| {
            if request.kind == EsimOperationKind::Cancel && !actor.can(Permission::EsimsCancel) {
                return Err(Error::with_detail(
                    wire::ProblemCode::Forbidden,
                    format!("This needs the permission {}.", Permission::EsimsCancel),
                ));
            }
            let iccids: Vec<String> = request
                .iccids
                .iter()
                .map(|text| pasted_iccid(text))
                .collect();
            let known: HashMap<String, EsimId> =
                query::by_iccid(conn, actor.owner_filter(), &iccids)?
                    .into_iter()
                    .collect();
            Ok(resolve(&request.ids, iccids, &known))
        })
        .await?;
    let (mut queued, mut refused) = (0_usize, 0_usize);
    for row in rows {
        let why = match &row {
            BulkRow {
                is_repeated: true, ..
            } => Some("The eSIM is listed more than once.".to_owned()),
            BulkRow { esim: None, .. } => Some("No eSIM has this ICCID.".to_owned()),
            BulkRow { esim: Some(id), .. } => request_one(caller, *id, batch, &new).await?,
        };
        match why {
            None => queued = queued.saturating_add(1),
            Some(why) => {
                record_refused(caller, row, batch, &new, why).await?;
                refused = refused.saturating_add(1);
            }
        }
    }
    Ok(EsimOperationBatch {
        batch_id: batch,
        queued,
        refused,
    })
}

fn resolve(ids: &[EsimId], iccids: Vec<String>, known: &HashMap<String, EsimId>) -> Vec<BulkRow> {
    let by_id = ids.iter().map(|id| (Some(*id), id.to_string()));
    let by_iccid = iccids
        .into_iter()
        .map(|iccid| (known.get(&iccid).copied(), iccid));
    let (mut seen, mut seen_texts) = (HashSet::new(), HashSet::new());
    by_id
        .chain(by_iccid)
        .map(|(esim, text)| BulkRow {
            is_repeated: match esim {
                Some(id) => !seen.insert(id),
                None => !seen_texts.insert(text.clone()),
            },
            esim,
            text,
        })
        .collect()
}

/// Requests the operation of one row. Returns why it was refused.
async fn request_one<P: Needs>(
    caller: &Caller<P>,
    id: EsimId,
    batch: EsimOperationBatchId,
    new: &Arc<NewEsimOperations>,
) -> Result<Option<String>> {
    let (new, ctx) = (Arc::clone(new), caller.ctx().clone());
    let outcome = caller
        .write(move |tx, actor| {
            rules::request(tx, actor, &ctx, id, request_of(batch, &new)).map(drop)
        })
        .await;
    match outcome {
        Ok(()) => Ok(None),
        Err(Error::Refused(problem)) => Ok(Some(problem.sentence().to_owned())),
        Err(error) => Err(error),
    }
}

async fn record_refused<P: Needs>(
    caller: &Caller<P>,
    row: BulkRow,
    batch: EsimOperationBatchId,
    new: &Arc<NewEsimOperations>,
    why: String,
) -> Result<()> {
    let (new, now) = (Arc::clone(new), caller.ctx().clock.now());
    caller
        .write(move |tx, actor| {
            let (esim, iccid) =
                query::visible(tx.conn(), actor.owner_filter(), row.esim, &row.text)?;
            let refused = RefusedRow {
                esim,
                iccid: &iccid,
                why: &why,
            };
            rules::record_refused(tx, actor, &refused, request_of(batch, &new), now)
        })
        .await
}

fn request_of(batch: EsimOperationBatchId, new: &NewEsimOperations) -> OperationRequest<'_> {
    OperationRequest {
        batch,
        kind: new.kind,
        reason: new.reason.as_deref(),
    }
}
