//! SQL of the list of allocated data.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed, sql},
    expression::SqlLiteral,
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Numeric, Text, Uuid},
};
use platform::{Actor, Conn, Result, any_of, page};
use schema::{data_allocations as allocations, data_providers, provisioning_jobs as units};
use wire::{
    AllocationId, Currency, Decimal, EsimId, Money, OrderId, Page, Paging, ProviderId,
    ProvisioningJobId,
    integrations::allocations::{Allocation, AllocationFilter, AllocationSort, AllocationStatus},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = allocations, check_for_backend(Pg))]
struct Row {
    id: AllocationId,
    esim_id: Option<EsimId>,
    provider_id: ProviderId,
    #[diesel(select_expression = data_providers::name)]
    provider_name: String,
    provisioning_job_id: Option<ProvisioningJobId>,
    #[diesel(select_expression = sql::<Nullable<Uuid>>(ORDER_ID), select_expression_type = SqlLiteral<Nullable<Uuid>>)]
    order_id: Option<OrderId>,
    #[diesel(select_expression = sql::<Nullable<Text>>(ORDER_NUMBER), select_expression_type = SqlLiteral<Nullable<Text>>)]
    order_number: Option<String>,
    status: AllocationStatus,
    provider_order_ref: Option<String>,
    allocated_mb: Decimal,
    #[diesel(select_expression = sql::<Numeric>(USED_MB), select_expression_type = SqlLiteral<Numeric>)]
    used_mb: Decimal,
    cost: Money,
    currency: Currency,
    allocated_at: DateTime<Utc>,
}

const ORDER_ID: &str = "(SELECT j.order_id FROM provisioning_jobs j WHERE j.id = data_allocations.provisioning_job_id)";
const ORDER_NUMBER: &str = "(SELECT o.order_number FROM provisioning_jobs j JOIN orders o ON o.id = j.order_id \
    WHERE j.id = data_allocations.provisioning_job_id)";
// The used data of the bundle; without a bundle, the stored value.
const USED_MB: &str = "coalesce((SELECT b.used_bytes::numeric / 1000000 FROM provisioning_jobs j \
    JOIN esim_bundles b ON b.order_id = j.order_id AND b.unit_no = j.unit_no \
    WHERE j.id = data_allocations.provisioning_job_id), data_allocations.used_mb)";

impl From<Row> for Allocation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            esim_id: row.esim_id,
            provider_id: row.provider_id,
            provider_name: row.provider_name,
            provisioning_job_id: row.provisioning_job_id,
            order_id: row.order_id,
            order_number: row.order_number,
            status: row.status,
            provider_order_ref: row.provider_order_ref,
            allocated_mb: row.allocated_mb,
            used_mb: row.used_mb,
            cost: row.cost,
            currency: row.currency,
            allocated_at: row.allocated_at,
        }
    }
}

/// Returns one page of the allocated data.
pub fn allocations_page(
    conn: &mut Conn,
    _: &Actor,
    filter: &AllocationFilter,
    paging: &Paging<AllocationSort>,
) -> Result<Page<Allocation>> {
    let rows: Page<Row> = page!(conn, paging, matching(filter) => Row, tie allocations::id, {
        AllocationSort::AllocatedAt => allocations::allocated_at,
        AllocationSort::Cost => allocations::cost,
        AllocationSort::AllocatedMb => allocations::allocated_mb,
    })?;
    rows.try_map(|row| Ok(Allocation::from(row)))
}

fn matching(
    filter: &AllocationFilter,
) -> IntoBoxed<'static, InnerJoin<allocations::table, data_providers::table>, Pg> {
    let mut rows = allocations::table
        .inner_join(data_providers::table)
        .into_boxed();
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(allocations::provider_id.eq(provider));
    }
    if let Some(esim) = filter.esim_id {
        rows = rows.filter(allocations::esim_id.eq(esim));
    }
    if let Some(order) = filter.order_id {
        let ordered = units::table
            .filter(units::order_id.eq(order))
            .select(units::id.nullable());
        rows = rows.filter(allocations::provisioning_job_id.eq_any(ordered));
    }
    rows = any_of!(rows, allocations::status, filter.status);
    rows = any_of!(rows, allocations::currency, filter.currency);
    if let Some(from) = filter.allocated_at_from {
        rows = rows.filter(allocations::allocated_at.ge(from));
    }
    if let Some(to) = filter.allocated_at_to {
        rows = rows.filter(allocations::allocated_at.lt(to));
    }
    rows
}
