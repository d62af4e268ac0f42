//! Plans over HTTP.

use super::{query, rules};
use wire::{
    BulkOutcome, BulkRequest, PlanId,
    catalog::plans::{
        BulkPlanAction, EditPlan, ImportReport, NewPlan, Plan, PlanImportRow,
        PlanSpreadsheetOptions,
    },
    permission::needs::{PlansRead, PlansWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    BulkResponse, Caller, Created, Id, IfMatch, Json, NoContent, Options, Result, Tagged, Upload,
    Valid, listing,
};

listing!(Plan, "/plans", export "/plans/export", tag "catalog/plans", needs PlansRead = "plans:read", from query::page);

/// Show a plan. A customer sees only plans that are on sale.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:read"])), params(("id" = PlanId, Path)), responses((status = 200, description = "The plan", body = Plan)))]
#[get("/plans/{id}")]
pub async fn show(caller: Caller<PlansRead>, id: Id<PlanId>) -> Result<Tagged<Plan>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Create a plan.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), request_body = NewPlan, responses((status = 201, description = "Created", body = Plan)))]
#[post("/plans")]
pub async fn create(caller: Caller<PlansWrite>, new: Valid<NewPlan>) -> Result<Created<Plan>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Change a plan. Existing orders keep their terms.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path), ("If-Match" = String, Header)), request_body = EditPlan, responses((status = 200, description = "The plan", body = Plan)))]
#[patch("/plans/{id}")]
pub async fn edit(
    caller: Caller<PlansWrite>,
    id: Id<PlanId>,
    version: IfMatch,
    edit: Valid<EditPlan>,
) -> Result<Tagged<Plan>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Withdraw a plan. It can no longer be bought; existing orders and eSIMs do not change.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Withdrawn")))]
#[delete("/plans/{id}")]
pub async fn remove(
    caller: Caller<PlansWrite>,
    id: Id<PlanId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::withdraw(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}

/// Restore a withdrawn plan. The plan stays inactive until it is activated.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path)), responses((status = 200, description = "The plan", body = Plan)))]
#[post("/plans/{id}/restore")]
pub async fn restore(caller: Caller<PlansWrite>, id: Id<PlanId>) -> Result<Tagged<Plan>> {
    caller
        .write(move |tx, actor| rules::restore(tx, actor, id.0))
        .await
        .map(Tagged)
}

/// Duplicate a plan. The copy is inactive and has no price.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path)), responses((status = 201, description = "Created", body = Plan)))]
#[post("/plans/{id}/duplicate")]
pub async fn duplicate(caller: Caller<PlansWrite>, id: Id<PlanId>) -> Result<Created<Plan>> {
    caller
        .write(move |tx, actor| rules::duplicate(tx, actor, id.0))
        .await
        .map(Created)
}

/// Apply an action to up to 500 plans: activate, deactivate, withdraw, restore, or set the validity or top-up.
///
/// Each plan is changed in its own transaction, so a rejected plan does not affect the others.
#[utoipa::path(
    tag = "catalog/plans", security(("bearer" = ["plans:write"])), request_body = BulkRequest<BulkPlanAction>,
    responses((status = 207, description = "The result for each plan", body = BulkOutcome)),
)]
#[post("/plans/bulk")]
pub async fn bulk(
    caller: Caller<PlansWrite>,
    actions: Valid<BulkRequest<BulkPlanAction>>,
) -> Result<BulkResponse> {
    let now = caller.ctx().clock.now();
    platform::bulk::each(
        &caller,
        actions.into_inner(),
        rules::validate_bulk,
        move |tx, actor, id, bulk| rules::apply_bulk(tx, actor, id, bulk, now),
    )
    .await
}

/// Import plans in bulk from an edited export: a row with an id changes that plan, a row without an id creates a plan.
///
/// A missing column leaves the value unchanged; an empty cell clears it. The import writes all rows or none, and
/// rejects a plan that was changed since the export.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(PlanSpreadsheetOptions),
    request_body(content((Vec<serde_json::Value> = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "The result, or the preview of a dry run", body = ImportReport<PlanImportRow>)))]
#[post("/plans/sheet")]
pub async fn sheet_import(
    caller: Caller<PlansWrite>,
    options: Options<PlanSpreadsheetOptions>,
    body: Upload,
) -> Result<Json<ImportReport<PlanImportRow>>> {
    caller
        .write(move |tx, actor| rules::csv_import::run(tx, actor, &options.0, &body))
        .await
        .map(Json)
}
