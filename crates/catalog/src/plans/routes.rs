//! Plans over HTTP.

use super::{query, rules};
use wire::{
    Bulk, BulkOutcome, PlanId,
    catalog::plans::{
        EditPlan, ImportReport, NewPlan, Plan, PlanAct, PlanImportOptions, PlanImportRow,
        PlanSheetOptions,
    },
    permission::needs::{PlansRead, PlansWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Done, Id, IfMatch, Json, Many, Options, Result, Tagged, Upload, Valid, listing,
};

listing!(Plan, "/plans", export "/plans/export", tag "catalog/plans", needs PlansRead = "plans:read", from query::page);

/// Show a plan. A customer sees it while it is on sale.
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

/// Change a plan. Orders keep the terms they were placed with.
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

/// Withdraw a plan. It is sold no longer; what was sold stays.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Withdrawn")))]
#[delete("/plans/{id}")]
pub async fn remove(caller: Caller<PlansWrite>, id: Id<PlanId>, version: IfMatch) -> Result<Done> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::withdraw(tx, actor, id.0, version.0, now))
        .await
        .map(|()| Done)
}

/// Take a withdrawn plan back. It is not on sale before somebody activates it.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path)), responses((status = 200, description = "The plan", body = Plan)))]
#[post("/plans/{id}/restore")]
pub async fn restore(caller: Caller<PlansWrite>, id: Id<PlanId>) -> Result<Tagged<Plan>> {
    caller
        .write(move |tx, actor| rules::restore(tx, actor, id.0))
        .await
        .map(Tagged)
}

/// Make another plan of the same terms. It is not on sale, and has no price yet.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(("id" = PlanId, Path)), responses((status = 201, description = "Created", body = Plan)))]
#[post("/plans/{id}/duplicate")]
pub async fn duplicate(caller: Caller<PlansWrite>, id: Id<PlanId>) -> Result<Created<Plan>> {
    caller
        .write(move |tx, actor| rules::duplicate(tx, actor, id.0))
        .await
        .map(Created)
}

/// Activate, deactivate, withdraw, restore or set the validity or top-up of up to 500 plans, each by itself: one
/// refusal undoes nothing else.
#[utoipa::path(
    tag = "catalog/plans", security(("bearer" = ["plans:write"])), request_body = Bulk<PlanAct>,
    responses((status = 207, description = "What became of each", body = BulkOutcome)),
)]
#[post("/plans/bulk")]
pub async fn bulk(caller: Caller<PlansWrite>, acts: Valid<Bulk<PlanAct>>) -> Result<Many> {
    let now = caller.ctx().clock.now();
    platform::bulk::each(
        &caller,
        acts.into_inner(),
        rules::ready,
        move |tx, actor, id, asked| rules::act(tx, actor, (id, asked), now),
    )
    .await
}

/// Import a provider's price list: plans, offers and prices at once, all rows or none.
///
/// The same list again changes nothing. A dry run says what would happen, row by row; a real run with a refused row
/// is refused as a whole.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(PlanImportOptions),
    request_body(content((Vec<serde_json::Value> = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport<PlanImportRow>)))]
#[post("/plans/import")]
pub async fn import(
    caller: Caller<PlansWrite>,
    options: Options<PlanImportOptions>,
    body: Upload,
) -> Result<Json<ImportReport<PlanImportRow>>> {
    let (adapters, now) = (caller.ctx().adapters(), caller.ctx().clock.now());
    caller
        .write(move |tx, actor| rules::import::run(tx, actor, &adapters, &options.0, &body, now))
        .await
        .map(Json)
}

/// Take a sheet of plans back, as the export gave it: a row with an id changes that plan, one without makes one.
///
/// A column that is not there is left alone, an empty cell is nothing. All rows or none; a plan that was changed since
/// it was exported is refused.
#[utoipa::path(tag = "catalog/plans", security(("bearer" = ["plans:write"])), params(PlanSheetOptions),
    request_body(content((Vec<serde_json::Value> = "application/json"), (String = "text/csv"))),
    responses((status = 200, description = "What was done, or would be", body = ImportReport<PlanImportRow>)))]
#[post("/plans/sheet")]
pub async fn sheet_import(
    caller: Caller<PlansWrite>,
    options: Options<PlanSheetOptions>,
    body: Upload,
) -> Result<Json<ImportReport<PlanImportRow>>> {
    caller
        .write(move |tx, actor| rules::sheet::run(tx, actor, &options.0, &body))
        .await
        .map(Json)
}
