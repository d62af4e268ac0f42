//! Promotions over HTTP.

pub mod redemptions;

use super::{query, rules};
use wire::{
    PromotionId,
    catalog::promotions::{
        CheckPromotion, EditPromotion, NewPromotion, NewPromotions, Promotion, PromotionBatch,
        PromotionCheck, PromotionEffect, PromotionEffectOptions,
    },
    permission::needs::{PromotionsRead, PromotionsWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Id, IfMatch, Json, NoContent, Options, Result, Tagged, Valid, limits::Class,
    listing,
};

listing!(Promotion, "/promotions", export "/promotions/export", tag "catalog/promotions", needs PromotionsRead = "promotions:read", from query::page);

/// Show a promotion.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:read"])), params(("id" = PromotionId, Path)), responses((status = 200, description = "The promotion", body = Promotion)))]
#[get("/promotions/{id}")]
pub async fn show(
    caller: Caller<PromotionsRead>,
    id: Id<PromotionId>,
) -> Result<Tagged<Promotion>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Create a promotion. A code can be used for one promotion only, even after that promotion is deleted.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), request_body = NewPromotion, responses((status = 201, description = "Created", body = Promotion)))]
#[post("/promotions")]
pub async fn create(
    caller: Caller<PromotionsWrite>,
    new: Valid<NewPromotion>,
) -> Result<Created<Promotion>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new, now))
        .await
        .map(Created)
}

/// Generate up to 1,000 codes with the same terms, all codes or none.
///
/// The codes share a campaign. Filter the list or its CSV export by this campaign to see them.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), request_body = NewPromotions, responses((status = 200, description = "The generated codes", body = PromotionBatch)))]
#[post("/promotions/generate")]
pub async fn generate(
    caller: Caller<PromotionsWrite>,
    many: Valid<NewPromotions>,
) -> Result<Json<PromotionBatch>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::generate(tx, actor, &many, now))
        .await
        .map(Json)
}

/// Check a code: the discount that it gives, or every reason why it does not apply. Nothing is written.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:read"])), request_body = CheckPromotion, responses((status = 200, description = "The result of the check", body = PromotionCheck)))]
#[post("/promotions/check")]
pub async fn check(
    caller: Caller<PromotionsRead>,
    request: Valid<CheckPromotion>,
) -> Result<Json<PromotionCheck>> {
    caller.take_token(Class::Codes).await?;
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| rules::check(conn, &request, now))
        .await
        .map(Json)
}

/// Show the results of a promotion or its campaign: orders, revenue and customers by currency.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:read"])), params(("id" = PromotionId, Path), PromotionEffectOptions), responses((status = 200, description = "The results", body = PromotionEffect)))]
#[get("/promotions/{id}/effect")]
pub async fn effect(
    caller: Caller<PromotionsRead>,
    id: Id<PromotionId>,
    options: Options<PromotionEffectOptions>,
) -> Result<Json<PromotionEffect>> {
    let campaign = options.0.campaign.unwrap_or(false);
    caller
        .read(move |conn, actor| rules::effect(conn, actor, id.0, campaign))
        .await
        .map(Json)
}

/// Change or deactivate a promotion. The code and the discounts of existing orders do not change.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), params(("id" = PromotionId, Path), ("If-Match" = String, Header)), request_body = EditPromotion, responses((status = 200, description = "The promotion", body = Promotion)))]
#[patch("/promotions/{id}")]
pub async fn edit(
    caller: Caller<PromotionsWrite>,
    id: Id<PromotionId>,
    version: IfMatch,
    edit: Valid<EditPromotion>,
) -> Result<Tagged<Promotion>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit, now))
        .await
        .map(Tagged)
}

/// Delete a promotion. Its code cannot be used for another promotion.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), params(("id" = PromotionId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/promotions/{id}")]
pub async fn remove(
    caller: Caller<PromotionsWrite>,
    id: Id<PromotionId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}

/// Restore a deleted promotion. The promotion stays inactive until it is activated.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), params(("id" = PromotionId, Path)), responses((status = 200, description = "The promotion", body = Promotion)))]
#[post("/promotions/{id}/restore")]
pub async fn restore(
    caller: Caller<PromotionsWrite>,
    id: Id<PromotionId>,
) -> Result<Tagged<Promotion>> {
    caller
        .write(move |tx, actor| rules::restore(tx, actor, id.0))
        .await
        .map(Tagged)
}
