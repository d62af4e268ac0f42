//! Operations on eSIMs over HTTP.

use super::{
    bulk,
    rules::{self, OperationRequest},
};
use actix_web::{get, post};
use platform::{Caller, Created, Id, Json, OptionalBody, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    EsimId, EsimOperationBatchId, EsimOperationId,
    esims::operations::*,
    permission::{Needs, needs::*},
};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(operate_many)
        .service(suspend)
        .service(resume)
        .service(cancel)
        .service(refresh)
        .service(list)
        .service(export)
        .service(show);
}

listing!(EsimOperation, "/esim-operations", export "/esim-operations/export", tag "esims/operations", needs EsimsRead = "esims:read", from rules::page);

/// Show an operation on an eSIM and its result.
#[utoipa::path(tag = "esims/operations", security(("bearer" = ["esims:read"])), params(("id" = EsimOperationId, Path)), responses((status = 200, description = "The operation", body = EsimOperation)))]
#[get("/esim-operations/{id}")]
async fn show(caller: Caller<EsimsRead>, id: Id<EsimOperationId>) -> Result<Tagged<EsimOperation>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Suspend, resume, cancel or refresh many eSIMs: selected ones, or those with pasted ICCIDs, 500 at most.
///
/// Every row has a result in the list of operations, which `batch_id` filters and CSV exports. Cancelling requires the
/// permission `esims:cancel` as well.
#[utoipa::path(tag = "esims/operations", security(("bearer" = ["esims:operate"])), request_body = NewEsimOperations, responses((status = 200, description = "The number of queued operations and refused rows", body = EsimOperationBatch)))]
#[post("/esims/operations")]
async fn operate_many(
    caller: Caller<EsimsOperate>,
    new: Valid<NewEsimOperations>,
) -> Result<Json<EsimOperationBatch>> {
    bulk::request_each(&caller, new.into_inner())
        .await
        .map(Json)
}

/// Suspend the service of an active eSIM at its provider.
#[utoipa::path(tag = "esims/operations", security(("bearer" = ["esims:operate"])), params(("id" = EsimId, Path)), request_body = OperateEsim, responses((status = 201, description = "The operation was queued", body = EsimOperation)))]
#[post("/esims/{id}/suspend")]
async fn suspend(
    caller: Caller<EsimsOperate>,
    id: Id<EsimId>,
    body: OptionalBody<OperateEsim>,
) -> Result<Created<EsimOperation>> {
    request(caller, id.0, EsimOperationKind::Suspend, body.0).await
}

/// Resume the service of a suspended eSIM at its provider.
#[utoipa::path(tag = "esims/operations", security(("bearer" = ["esims:operate"])), params(("id" = EsimId, Path)), request_body = OperateEsim, responses((status = 201, description = "The operation was queued", body = EsimOperation)))]
#[post("/esims/{id}/resume")]
async fn resume(
    caller: Caller<EsimsOperate>,
    id: Id<EsimId>,
    body: OptionalBody<OperateEsim>,
) -> Result<Created<EsimOperation>> {
    request(caller, id.0, EsimOperationKind::Resume, body.0).await
}

/// Cancel an eSIM for good, at its provider where its API offers it.
#[utoipa::path(tag = "esims/operations", security(("bearer" = ["esims:cancel"])), params(("id" = EsimId, Path)), request_body = OperateEsim, responses((status = 201, description = "The operation was queued", body = EsimOperation)))]
#[post("/esims/{id}/cancel")]
async fn cancel(
    caller: Caller<EsimsCancel>,
    id: Id<EsimId>,
    body: OptionalBody<OperateEsim>,
) -> Result<Created<EsimOperation>> {
    request(caller, id.0, EsimOperationKind::Cancel, body.0).await
}

/// Load the state of an eSIM and its bundles from the provider.
#[utoipa::path(tag = "esims/operations", security(("bearer" = ["esims:operate"])), params(("id" = EsimId, Path)), request_body = OperateEsim, responses((status = 201, description = "The operation was queued", body = EsimOperation)))]
#[post("/esims/{id}/refresh")]
async fn refresh(
    caller: Caller<EsimsOperate>,
    id: Id<EsimId>,
    body: OptionalBody<OperateEsim>,
) -> Result<Created<EsimOperation>> {
    request(caller, id.0, EsimOperationKind::Refresh, body.0).await
}

async fn request<P: Needs>(
    caller: Caller<P>,
    id: EsimId,
    kind: EsimOperationKind,
    body: OperateEsim,
) -> Result<Created<EsimOperation>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| {
            let request = OperationRequest {
                batch: EsimOperationBatchId::new(),
                kind,
                reason: body.reason.as_deref(),
            };
            rules::request(tx, actor, &ctx, id, request)
        })
        .await
        .map(Created)
}
