//! Promotions over HTTP.

pub mod uses;

use super::{query, rules};
use wire::{
    PromotionId,
    catalog::promotions::{
        CheckPromotion, EditPromotion, NewPromotion, NewPromotions, Promotion, PromotionBatch,
        PromotionEffect, PromotionEffectOptions, PromotionVerdict,
    },
    permission::needs::{PromotionsRead, PromotionsWrite},
};

use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Done, Id, IfMatch, Json, Options, Result, Tagged, Valid, limits::Class,
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

/// Create a promotion. A code that was ever there cannot be used anew.
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

/// Make up to 1,000 codes on the same terms.
///
/// All of them or none. They share a campaign, by which the list and its CSV show them.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), request_body = NewPromotions, responses((status = 200, description = "What was made", body = PromotionBatch)))]
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

/// Say what a code would take off, or each reason why it does not apply. Nothing is written.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:read"])), request_body = CheckPromotion, responses((status = 200, description = "The verdict", body = PromotionVerdict)))]
#[post("/promotions/check")]
pub async fn check(
    caller: Caller<PromotionsRead>,
    asked: Valid<CheckPromotion>,
) -> Result<Json<PromotionVerdict>> {
    caller.spend(Class::Codes).await?;
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, _| rules::check(conn, &asked, now))
        .await
        .map(Json)
}

/// Show what a promotion has brought, or its whole campaign, by currency.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:read"])), params(("id" = PromotionId, Path), PromotionEffectOptions), responses((status = 200, description = "What it has brought", body = PromotionEffect)))]
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

/// Change a promotion, or switch it off. Its code stays, and so does what orders were given.
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
        .write(move |tx, actor| rules::edit(tx, actor, (id.0, version.0), &edit, now))
        .await
        .map(Tagged)
}

/// Delete a promotion. Its code stays taken for ever.
#[utoipa::path(tag = "catalog/promotions", security(("bearer" = ["promotions:write"])), params(("id" = PromotionId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/promotions/{id}")]
pub async fn remove(
    caller: Caller<PromotionsWrite>,
    id: Id<PromotionId>,
    version: IfMatch,
) -> Result<Done> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, (id.0, version.0), now))
        .await
        .map(|()| Done)
}

/// Take a deleted promotion back. It is off until somebody switches it on.
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
