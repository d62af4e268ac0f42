//! HTTP routes of offers.

use super::{query, rules};
use wire::{
    OfferId,
    integrations::providers::{EditOffer, NewOffer, Offer, OfferOrder},
    permission::needs::{ProvidersRead, ProvidersWrite},
};

use actix_web::{get, patch, post};
use platform::{Caller, Created, Id, IfMatch, NoContent, Result, Tagged, Valid, listing};

listing!(Offer, "/provider-offers", export "/provider-offers/export", tag "integrations/offers", needs ProvidersRead = "providers:read", from query::page);

/// Show an offer.
#[utoipa::path(tag = "integrations/offers", security(("bearer" = ["providers:read"])), params(("id" = OfferId, Path)), responses((status = 200, description = "The offer", body = Offer)))]
#[get("/provider-offers/{id}")]
pub async fn show(caller: Caller<ProvidersRead>, id: Id<OfferId>) -> Result<Tagged<Offer>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Add an offer manually. eSIMs can be requested from the provider from now on.
#[utoipa::path(tag = "integrations/offers", security(("bearer" = ["providers:write"])), request_body = NewOffer, responses((status = 201, description = "Created", body = Offer)))]
#[post("/provider-offers")]
pub async fn create(
    caller: Caller<ProvidersWrite>,
    new: Valid<NewOffer>,
) -> Result<Created<Offer>> {
    let adapters = caller.ctx().adapters();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &adapters, &new))
        .await
        .map(Created)
}

/// Change an offer, or activate or deactivate it.
#[utoipa::path(tag = "integrations/offers", security(("bearer" = ["providers:write"])), params(("id" = OfferId, Path), ("If-Match" = String, Header)), request_body = EditOffer, responses((status = 200, description = "The offer", body = Offer)))]
#[patch("/provider-offers/{id}")]
pub async fn edit(
    caller: Caller<ProvidersWrite>,
    id: Id<OfferId>,
    version: IfMatch,
    edit: Valid<EditOffer>,
) -> Result<Tagged<Offer>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Set the order in which eSIMs of a plan are requested from its offers.
#[utoipa::path(tag = "integrations/offers", security(("bearer" = ["providers:write"])), request_body = OfferOrder, responses((status = 204, description = "Ordered")))]
#[post("/provider-offers/order")]
pub async fn order(caller: Caller<ProvidersWrite>, order: Valid<OfferOrder>) -> Result<NoContent> {
    caller
        .write(move |tx, actor| rules::order(tx, actor, &order))
        .await
        .map(|()| NoContent)
}
