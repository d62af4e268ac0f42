//! All SQL of refunds.

mod approvals;
mod sale;
mod updates;

pub use approvals::*;
pub use sale::*;
pub use updates::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{self, InnerJoin, IntoBoxed, LeftJoin, Nullable},
    pg::Pg,
    prelude::*,
};
use platform::{Actor, Conn, Error, Result, any_of, list::number_pattern, page, people};
use schema::{api_clients, orders, refunds, transactions};
use std::collections::HashMap;
use wire::{
    ApiClientId, Currency, Money, OrderId, Page, Paging, RefundId, TransactionId, UserId,
    billing::refunds::{
        Refund, RefundApprovalState, RefundEffect, RefundFilter, RefundReason, RefundSort,
        RefundStage, RefundStatus,
    },
    identifier::order_number,
};

/// Refunds with their payments and orders.
type WithPayment = InnerJoin<refunds::table, LeftJoin<transactions::table, orders::table>>;

/// A row of the table of refunds.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refunds, check_for_backend(Pg))]
pub struct RefundRow {
    pub id: RefundId,
    pub transaction_id: TransactionId,
    pub amount: Money,
    pub currency: Currency,
    pub reason_code: Option<RefundReason>,
    pub reason: Option<String>,
    pub effect: RefundEffect,
    pub status: RefundStatus,
    pub approval_state: RefundApprovalState,
    pub eligibility: Option<serde_json::Value>,
    pub recommended_amount: Option<Money>,
    pub requested_by: Option<UserId>,
    pub requested_by_client: Option<ApiClientId>,
    pub needs_second_person: bool,
    pub processed_by: Option<UserId>,
    pub gateway_refund_id: Option<String>,
    pub failure_reason: Option<String>,
    pub attempts: i32,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub sent_at: Option<DateTime<Utc>>,
    pub processed_at: Option<DateTime<Utc>>,
}

/// The columns of the payment of a refund.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = transactions, check_for_backend(Pg))]
pub struct PaymentColumns {
    pub order_id: Option<OrderId>,
    #[diesel(select_expression = orders::order_number.nullable(), select_expression_type = Nullable<orders::order_number>)]
    pub order_number: Option<String>,
    pub user_id: UserId,
    pub total_amount: Money,
    pub payment_gateway: Option<String>,
    pub gateway_transaction_id: Option<String>,
    pub recorded_by: Option<UserId>,
}

impl PaymentColumns {
    /// Returns whether a person pays out the refunds of the payment, because no gateway received it.
    const fn is_paid_out_manually(&self) -> bool {
        self.recorded_by.is_some() || self.gateway_transaction_id.is_none()
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refunds, check_for_backend(Pg))]
struct Listed {
    #[diesel(embed)]
    refund: RefundRow,
    #[diesel(embed)]
    payment: PaymentColumns,
}

fn matching(filter: &RefundFilter, actor: &Actor) -> IntoBoxed<'static, WithPayment, Pg> {
    let mut rows = refunds::table
        .inner_join(transactions::table.left_join(orders::table))
        .into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(transactions::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        let number = orders::order_number.like(number_pattern(&order_number(q)));
        let known = refunds::gateway_refund_id
            .eq(q.clone())
            .or(transactions::gateway_transaction_id.eq(q.clone()));
        rows = rows.filter(number.or(known));
    }
    rows = any_of!(rows, refunds::status, filter.status);
    if filter.status.is_some() && filter.approval_state.is_none() {
        // The status of a rejected request is `failed`, and no refund failed: the filter is for refunds that the gateway
        // rejected. Rejected requests are found by their approval state.
        let is_rejected = refunds::approval_state.eq(RefundApprovalState::Rejected);
        rows = rows.filter(dsl::not(is_rejected));
    }
    rows = any_of!(rows, refunds::approval_state, filter.approval_state);
    rows = any_of!(rows, refunds::reason_code, filter.reason_code);
    rows = any_of!(rows, refunds::currency, filter.currency);
    in_ranges(of_subjects(rows, filter), filter)
}

fn of_subjects(
    mut rows: IntoBoxed<'static, WithPayment, Pg>,
    filter: &RefundFilter,
) -> IntoBoxed<'static, WithPayment, Pg> {
    if let Some(id) = filter.transaction_id {
        rows = rows.filter(refunds::transaction_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(transactions::order_id.eq(id));
    }
    if let Some(id) = filter.user_id {
        rows = rows.filter(transactions::user_id.eq(id));
    }
    rows = any_of!(rows, transactions::payment_method, filter.payment_method);
    match filter.payment_gateway.as_deref() {
        None => rows,
        Some("none") => rows.filter(transactions::payment_gateway.is_null()),
        Some(gateway) => rows.filter(transactions::payment_gateway.eq(gateway.to_owned())),
    }
}

fn in_ranges(
    mut rows: IntoBoxed<'static, WithPayment, Pg>,
    filter: &RefundFilter,
) -> IntoBoxed<'static, WithPayment, Pg> {
    if let Some(from) = &filter.amount_from {
        rows = rows.filter(refunds::amount.ge(from.clone()));
    }
    if let Some(to) = &filter.amount_to {
        rows = rows.filter(refunds::amount.le(to.clone()));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(refunds::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(refunds::created_at.lt(to));
    }
    if let Some(from) = filter.processed_at_from {
        rows = rows.filter(refunds::processed_at.ge(from));
    }
    if let Some(to) = filter.processed_at_to {
        rows = rows.filter(refunds::processed_at.lt(to));
    }
    rows
}

/// Returns a page of the refunds that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &RefundFilter,
    paging: &Paging<RefundSort>,
) -> Result<Page<Refund>> {
    let page = page!(conn, paging, matching(filter, actor) => Listed, tie refunds::id, {
        RefundSort::CreatedAt => refunds::created_at, RefundSort::Amount => refunds::amount,
        RefundSort::ProcessedAt => nullable refunds::processed_at,
    })?;
    page.try_all(|rows| to_refunds(conn, actor, rows))
}

/// Returns a refund that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: RefundId) -> Result<Refund> {
    let row = matching(&RefundFilter::default(), actor)
        .filter(refunds::id.eq(id))
        .select(Listed::as_select())
        .first(conn)?;
    to_refunds(conn, actor, vec![row])?
        .pop()
        .ok_or_else(Error::not_found)
}

/// Converts rows to refunds as the actor may see them: with the names of people, and without the notes of the staff for
/// customers and integrators.
fn to_refunds(conn: &mut Conn, actor: &Actor, rows: Vec<Listed>) -> Result<Vec<Refund>> {
    let customers: Vec<UserId> = rows.iter().map(|row| row.payment.user_id).collect();
    let is_masked = people::is_masked_for(actor.role);
    let mut names = people::names(conn, &actor.keys, &customers, is_masked)?;
    let is_staff = actor.owner_filter().is_none();
    let staff: Vec<UserId> = rows
        .iter()
        .filter(|_| is_staff)
        .flat_map(|row| [row.refund.requested_by, row.refund.processed_by])
        .flatten()
        .collect();
    let staff = people::names(conn, &actor.keys, &staff, false)?;
    let clients: Vec<ApiClientId> = rows
        .iter()
        .filter(|_| is_staff)
        .filter_map(|row| row.refund.requested_by_client)
        .collect();
    let clients = client_names(conn, &clients)?;
    let payments: Vec<TransactionId> = rows.iter().map(|row| row.refund.transaction_id).collect();
    let committed = committed_sums(conn, &payments)?;
    rows.into_iter()
        .map(|row| {
            let customer = names.entry(row.payment.user_id).or_default().clone();
            let committed = committed.get(&row.refund.transaction_id);
            let left = row
                .payment
                .total_amount
                .minus(committed.unwrap_or(&Money::zero()))
                .max(Money::zero());
            let refund = Refund {
                refundable_amount: left,
                ..to_refund(row, customer, &staff, &clients)?
            };
            Ok(if is_staff {
                refund
            } else {
                without_staff_notes(refund)
            })
        })
        .collect()
}

/// Returns the names of integrators' clients.
fn client_names(conn: &mut Conn, ids: &[ApiClientId]) -> Result<HashMap<ApiClientId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<(ApiClientId, String)> = api_clients::table
        .filter(api_clients::id.eq_any(ids))
        .select((api_clients::id, api_clients::name))
        .load(conn)?;
    Ok(names.into_iter().collect())
}

fn to_refund(
    Listed { refund, payment }: Listed,
    customer: String,
    staff: &HashMap<UserId, String>,
    clients: &HashMap<ApiClientId, String>,
) -> Result<Refund> {
    let name = |id: Option<UserId>| id.and_then(|id| staff.get(&id).cloned());
    let is_manual = payment.is_paid_out_manually();
    Ok(Refund {
        stage: RefundStage::from_parts(
            refund.status,
            refund.approval_state,
            refund.sent_at.is_some(),
            is_manual,
        ),
        needs_second_person: Some(refund.needs_second_person),
        eligibility: refund
            .eligibility
            .map(serde_json::from_value)
            .transpose()
            .map_err(Error::internal)?,
        requester: match refund.requested_by_client {
            Some(client) => clients.get(&client).cloned(),
            None => name(refund.requested_by),
        },
        decider: name(refund.processed_by),
        payment_gateway: payment.payment_gateway.filter(|_| !is_manual),
        id: refund.id,
        transaction_id: refund.transaction_id,
        order_id: payment.order_id,
        order_number: payment.order_number,
        user_id: payment.user_id,
        customer,
        amount: refund.amount,
        currency: refund.currency,
        refundable_amount: Money::zero(),
        total_amount: payment.total_amount,
        reason_code: refund.reason_code,
        reason: refund.reason,
        effect: refund.effect,
        status: refund.status,
        approval_state: refund.approval_state,
        recommended_amount: refund.recommended_amount,
        requested_by: refund.requested_by,
        requested_by_client: refund.requested_by_client,
        processed_by: refund.processed_by,
        gateway_refund_id: refund.gateway_refund_id,
        failure_reason: refund.failure_reason,
        attempts: refund.attempts,
        version: refund.version,
        created_at: refund.created_at,
        decided_at: refund.decided_at,
        sent_at: refund.sent_at,
        processed_at: refund.processed_at,
    })
}

fn without_staff_notes(refund: Refund) -> Refund {
    Refund {
        reason: None,
        needs_second_person: None,
        eligibility: None,
        recommended_amount: None,
        requested_by: None,
        requested_by_client: None,
        requester: None,
        processed_by: None,
        decider: None,
        failure_reason: None,
        ..refund
    }
}
