//! The HTTP side of refunding.

use super::{
    decide::{self, SeenRefund},
    eligibility as rules, request,
};
use crate::refunds::query;
use actix_web::{HttpResponse, get, post};
use platform::{
    Caller, Error, Id, IdempotencyKey, IdempotentResponse, IfMatch, Json, RecentlyAuthenticated,
    RecentlyAuthenticatedPerson, Result, Tagged, Valid, bulk as bulk_request,
};
use wire::{
    BulkOutcome, BulkRequest, RefundId, TransactionId,
    billing::refunds::{
        BulkTransactionAction, ConfirmRefund, NewRefund, Refund, RefundEligibility, RejectRefund,
    },
    permission::needs::{RefundsDecide, RefundsRequest},
};

/// Request a refund.
///
/// Refunds everything that is refundable of a completed payment, or a part of it. A payment has one pending refund at a
/// time. The request of a person who may approve refunds is approved automatically, up to the limit of the setting
/// `refunds.four_eyes_above`: the refunds that one person requests and approves are summed per payment and per business
/// day, and above the limit another person has to approve. A person needs a recent confirmation of their identity. An API
/// client requests refunds of the payments of its own customers, and a person approves them.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:request"])), request_body = NewRefund,
    params(("Idempotency-Key" = String, Header, description = "Unique for this refund; the same key gives the same answer")),
    responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 201, description = "Requested, or approved automatically", body = Refund), (status = 409, description = "Another refund is pending, or the payment is not completed")))]
#[post("/refunds")]
pub async fn create(
    caller: RecentlyAuthenticatedPerson<RefundsRequest>,
    once: IdempotencyKey,
    new: Valid<NewRefund>,
) -> Result<IdempotentResponse<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write_idempotent(once.for_body(&new), move |tx, actor| {
            request::request(tx, actor, &new, now)
        })
        .await
}

/// Approve a refund, and pay it out.
///
/// Where the eSIM was used since the request, nothing is approved: the refund shows the new figures, and the response is
/// 412.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)),
    responses((status = 200, description = "Approved", body = Refund), (status = 403, description = "Not allowed, not confirmed recently (`confirmation_required`), or another person than the requester has to approve"), (status = 412, description = "The refund or the sale has changed")))]
#[post("/refunds/{id}/approve")]
pub async fn approve(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    let approval = caller
        .write(move |tx, actor| decide::approve(tx, actor, seen(id.0, version), now))
        .await?;
    approval.into_result().map(Tagged)
}

/// Reject a refund, with a reason.
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
        .write(move |tx, actor| decide::reject(tx, actor, seen(id.0, version), &why.reason, now))
        .await
        .map(Tagged)
}

/// Retry a refund that the gateway rejected.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)), responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Sent again", body = Refund)))]
#[post("/refunds/{id}/retry")]
pub async fn retry(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| decide::retry(tx, actor, seen(id.0, version), now))
        .await
        .map(Tagged)
}

/// Confirm that a refund was paid out, of a payment that was confirmed manually.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:decide"])), params(("id" = RefundId, Path), ("If-Match" = String, Header)), request_body = ConfirmRefund, responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Processed", body = Refund)))]
#[post("/refunds/{id}/confirm")]
pub async fn confirm(
    caller: RecentlyAuthenticated<RefundsDecide>,
    id: Id<RefundId>,
    version: IfMatch,
    paid: Valid<ConfirmRefund>,
) -> Result<Tagged<Refund>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            decide::confirm(tx, actor, seen(id.0, version), &paid.reference, now)
        })
        .await
        .map(Tagged)
}

/// Show how much of a payment is recommended to be refunded, and why.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:request"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "The eligibility, calculated now", body = RefundEligibility)))]
#[get("/transactions/{id}/eligibility")]
pub async fn eligibility(
    caller: Caller<RefundsRequest>,
    id: Id<TransactionId>,
) -> Result<Json<RefundEligibility>> {
    let now = caller.ctx().clock.now();
    caller
        .read(move |conn, actor| {
            let payment = query::payment(conn, id.0)?;
            if !query::is_own_customer(conn, actor, payment.user_id)? {
                return Err(Error::not_found());
            }
            rules::calculate(conn, &payment, None, now)
        })
        .await
        .map(Json)
}

/// Request refunds of many payments: of each, everything that is refundable. Returns one result for each.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:request"])), request_body = BulkRequest<BulkTransactionAction>,
    params(("Idempotency-Key" = String, Header, description = "Unique for this request; the same key gives the same answer")), responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 207, description = "The result of each payment", body = BulkOutcome)))]
#[post("/transactions/bulk")]
pub async fn bulk(
    caller: RecentlyAuthenticatedPerson<RefundsRequest>,
    once: IdempotencyKey,
    body: Valid<BulkRequest<BulkTransactionAction>>,
) -> Result<HttpResponse> {
    let now = caller.ctx().clock.now();
    bulk_request::each_idempotent(
        &caller,
        once.for_body(&body),
        body.into_inner(),
        request::check_bulk_request,
        move |tx, actor, id, body| {
            request::request_in_bulk(tx, actor, TransactionId(id), body, now)
        },
    )
    .await
}

const fn seen(id: RefundId, version: IfMatch) -> SeenRefund {
    SeenRefund {
        id,
        version: version.0,
    }
}
