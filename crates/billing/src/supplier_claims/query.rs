//! All SQL of claims on providers.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    pg::Pg,
    prelude::*,
    sql_types::{Bool, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{data_providers, supplier_claims as claims};
use wire::{
    Currency, EsimId, Money, OrderId, Page, Paging, ProviderId, RefundId, SupplierClaimId,
    billing::refunds::{SupplierClaim, SupplierClaimFilter, SupplierClaimSort, SupplierClaimState},
};

fn matching(
    filter: &SupplierClaimFilter,
) -> IntoBoxed<'static, InnerJoin<claims::table, data_providers::table>, Pg> {
    let mut rows = claims::table.inner_join(data_providers::table).into_boxed();
    rows = any_of!(rows, claims::state, filter.state);
    rows = any_of!(rows, claims::currency, filter.currency);
    if let Some(id) = filter.provider_id {
        rows = rows.filter(claims::provider_id.eq(id));
    }
    if let Some(id) = filter.refund_id {
        rows = rows.filter(claims::refund_id.eq(id));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(claims::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(claims::created_at.lt(to));
    }
    rows
}

/// Returns a page of the claims.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &SupplierClaimFilter,
    paging: &Paging<SupplierClaimSort>,
) -> Result<Page<SupplierClaim>> {
    page!(conn, paging, matching(filter) => SupplierClaim, tie claims::id, {
        SupplierClaimSort::CreatedAt => claims::created_at, SupplierClaimSort::Amount => claims::amount,
    })
}

/// Returns a claim.
pub fn find(conn: &mut Conn, id: SupplierClaimId) -> Result<SupplierClaim> {
    Ok(matching(&SupplierClaimFilter::default())
        .filter(claims::id.eq(id))
        .select(SupplierClaim::as_select())
        .first(conn)?)
}

/// The charge of a provider for a unit of an order.
#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Charge {
    #[diesel(sql_type = SqlUuid)]
    pub provider_id: ProviderId,
    #[diesel(sql_type = SqlUuid)]
    pub esim_id: EsimId,
    #[diesel(sql_type = Numeric)]
    pub cost: Money,
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    #[diesel(sql_type = Bool)]
    pub is_new: bool,
}

const CHARGES: &str = "SELECT a.provider_id, a.esim_id, a.cost, a.currency, \
    NOT EXISTS (SELECT 1 FROM supplier_claims c JOIN refunds r ON r.id = c.refund_id JOIN transactions t ON t.id = r.transaction_id \
        WHERE c.esim_id = a.esim_id AND t.order_id = $1 AND c.state <> 'rejected') AS is_new \
    FROM data_allocations a JOIN provisioning_jobs j ON j.id = a.provisioning_job_id \
    WHERE j.order_id = $1 AND a.esim_id IS NOT NULL AND a.cost > 0 AND a.status IN ('reserved', 'active') ORDER BY j.unit_no";

/// Returns the charges of providers for an order.
pub fn charges(conn: &mut Conn, order: OrderId) -> Result<Vec<Charge>> {
    Ok(diesel::sql_query(CHARGES)
        .bind::<SqlUuid, _>(order)
        .load(conn)?)
}

/// The provider of an eSIM, and the reference of the eSIM at the provider.
#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
pub struct Supply {
    #[diesel(sql_type = Text)]
    pub provider: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub reference: Option<String>,
}

const SUPPLIED_BY: &str = "SELECT p.name AS provider, coalesce(b.provider_ref, e.provider_ref) AS reference \
    FROM esim_bundles b JOIN esims e ON e.id = b.esim_id JOIN data_providers p ON p.id = coalesce(b.provider_id, e.provider_id) \
    WHERE b.order_id = $1 AND b.esim_id = $2";

/// Returns the provider of an order's bundle on an eSIM. `None` where it is not known.
pub fn supplied_by(conn: &mut Conn, order: OrderId, esim: EsimId) -> Result<Option<Supply>> {
    Ok(diesel::sql_query(SUPPLIED_BY)
        .bind::<SqlUuid, _>(order)
        .bind::<SqlUuid, _>(esim)
        .get_result(conn)
        .optional()?)
}

/// Inserts a claim of a charge, rounded to the minor unit of its currency, unless the refund has the claim already.
pub fn insert(
    tx: &mut Tx<'_>,
    refund: RefundId,
    charge: &Charge,
    now: DateTime<Utc>,
) -> Result<Option<SupplierClaimId>> {
    let amount = charge.currency.round(charge.cost.exact());
    if !amount.is_positive() {
        return Ok(None);
    }
    let id = SupplierClaimId::new();
    let opened = diesel::insert_into(claims::table)
        .values((
            claims::id.eq(id),
            claims::refund_id.eq(refund),
            claims::provider_id.eq(charge.provider_id),
            claims::esim_id.eq(charge.esim_id),
            claims::amount.eq(&amount),
            claims::currency.eq(charge.currency),
            claims::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((opened == 1).then_some(id))
}

/// Closes an open claim.
pub fn close(
    tx: &mut Tx<'_>,
    id: SupplierClaimId,
    state: SupplierClaimState,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let open = claims::table
        .find(id)
        .filter(claims::state.eq(SupplierClaimState::Open));
    let closed = diesel::update(open)
        .set((
            claims::state.eq(state),
            note.map(|note| claims::note.eq(note)),
            claims::closed_at.eq(now),
        ))
        .execute(tx.conn())?;
    if closed == 0 {
        return Err(Error::with_detail(
            wire::ProblemCode::WrongState,
            "The claim is closed already.",
        ));
    }
    Ok(())
}
