//! The HTTP side of refunds.

pub mod claims;

use super::{query, rules};
use actix_web::{HttpResponse, get, post};
use platform::{
    Caller, Error, Id, IdempotencyKey, IdempotentResponse, IfMatch, Json, RecentlyAuthenticated,
    RecentlyAuthenticatedPerson, Result, Tagged, Valid, bulk as many, listing,
};
use wire::{
    BulkOutcome, BulkRequest, RefundId, TransactionId,
    billing::refunds::{
        BulkTransactionAction, ConfirmRefund, NewRefund, Refund, RefundEligibility, RejectRefund,
    },
    permission::needs::{RefundsDecide, RefundsRead, RefundsRequest},
};

listing!(Refund, "/refunds", export "/refunds/export", tag "billing/refunds", needs RefundsRead = "refunds:read", from query::page);

/// Ask for a refund.
///
/// Of a completed payment, all that is left or a part of it. One refund of a payment is open at a time. A person who
/// may decide has decided with it, up to the limit of the setting `refunds.four_eyes_above`: what one person requests
/// and approves alone is summed per payment and per business day, and above the limit another person has to approve. A
/// person needs a recent confirmation of their identity. An integrator's client requests refunds of its own customers'
/// payments; a person decides about them.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:request"])), request_body = NewRefund,
    params(("Idempotency-Key" = String, Header, description = "Unique for this refund; the same key gives the same answer")),
    responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 201, description = "Asked for, or approved at once", body = Refund), (status = 409, description = "Another one is open, or the payment is not completed")))]
#[post("/refunds")]
pub async fn create(
    caller: RecentlyAuthenticatedPerson<RefundsRequest>,
    once: IdempotencyKey,
    new: Valid<NewRefund>,
) -> Result<IdempotentResponse<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write_idempotent(once.for_body(&new), move |tx, actor| {
            rules::request(tx, actor, &new, now)
        })
        .await
}

/// Show a refund.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:read"])), params(("id" = RefundId, Path)), responses((status = 200, description = "The refund", body = Refund)))]
#[get("/refunds/{id}")]
pub async fn show(caller: Caller<RefundsRead>, id: Id<RefundId>) -> Result<Tagged<Refund>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Approve a refund, and have it paid.
///
/// Where the eSIM was used since it was asked for, nothing is approved: the refund shows the new figures, and the
/// answer is 412.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)),
    responses((status = 200, description = "Approved", body = Refund), (status = 403, description = "Not allowed, not confirmed recently (`confirmation_required`), or it takes another person than who asked"), (status = 412, description = "It, or the sale, is not what it was")))]
#[post("/refunds/{id}/approve")]
pub async fn approve(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    let decided = caller
        .write(move |tx, actor| rules::approve(tx, actor, (id.0, version.0), now))
        .await?;
    decided.told().map(Tagged)
}

/// Reject a refund, and say why.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)), request_body = RejectRefund,
    responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Rejected", body = Refund)))]
#[post("/refunds/{id}/reject")]
pub async fn reject(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
    why: Valid<RejectRefund>,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::reject(tx, actor, (id.0, version.0), &why.reason, now))
        .await
        .map(Tagged)
}

/// Try a refund again that the gateway has refused.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)), responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "On its way again", body = Refund)))]
#[post("/refunds/{id}/retry")]
pub async fn retry(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::retry(tx, actor, (id.0, version.0), now))
        .await
        .map(Tagged)
}

/// Confirm a refund that one has paid out, of a payment that did not come through a gateway.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)), request_body = ConfirmRefund, responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Paid", body = Refund)))]
#[post("/refunds/{id}/confirm")]
pub async fn confirm(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
    paid: Valid<ConfirmRefund>,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::confirm(tx, actor, (id.0, version.0), &paid.reference, now))
        .await
        .map(Tagged)
}

/// Show how much of a payment should be given back, and why.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:request"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "What speaks for it, as of now", body = RefundEligibility)))]
#[get("/transactions/{id}/eligibility")]
pub async fn eligibility(
    caller: Caller<RefundsRequest>,
    id: Id<TransactionId>,
) -> Result<Json<RefundEligibility>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| {
            let payment = query::payment(conn, id.0)?;
            if !query::is_theirs(conn, actor, payment.user_id)? {
                return Err(Error::not_found());
            }
            rules::read(conn, &payment, None, now)
        })
        .await
        .map(Json)
}

/// Ask for refunds of many payments at once: of each, all that is left. One result for each.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:request"])), request_body = BulkRequest<BulkTransactionAction>,
    params(("Idempotency-Key" = String, Header, description = "Unique for this request; the same key gives the same answer")), responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 207, description = "The result of each", body = BulkOutcome)))]
#[post("/transactions/bulk")]
pub async fn bulk(
    caller: RecentlyAuthenticatedPerson<RefundsRequest>,
    once: IdempotencyKey,
    asked: Valid<BulkRequest<BulkTransactionAction>>,
) -> Result<HttpResponse> {
    let now = caller.ctx().clock.now();
    many::each_idempotent(
        &caller,
        once.for_body(&asked),
        asked.into_inner(),
        rules::may_ask_for_many,
        move |tx, actor, id, asked| {
            rules::request_one_of_many(tx, actor, TransactionId(id), asked, now)
        },
    )
    .await
}
