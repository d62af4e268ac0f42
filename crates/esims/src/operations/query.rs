//! SQL of operations on eSIMs.

use crate::inventory;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, select},
    pg::Pg,
    prelude::*,
    result::Error as Sql,
    sql_types,
};
use platform::{Actor, Conn, Error, Owner, Result, Tx, any_of, page, people};
use schema::{data_providers, esim_operations as operations, esims, orders};
use suppliers::EsimRef;
use wire::{
    EsimId, EsimOperationBatchId, EsimOperationId, Page, Paging, ProblemCode, ProviderId, UserId,
    billing::orders::{OrderKind, OrderStatus},
    esims::{
        inventory::{EsimStatus, ProfileState},
        operations::*,
    },
    integrations::providers::ProviderAdapter,
};

/// The statuses of an operation without an outcome.
const OPEN: [EsimOperationStatus; 3] = [
    EsimOperationStatus::Queued,
    EsimOperationStatus::Running,
    EsimOperationStatus::Scheduled,
];

/// An operation with the name of its provider. The reason is sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = operations, check_for_backend(Pg))]
pub struct Row {
    id: EsimOperationId,
    batch_id: EsimOperationBatchId,
    esim_id: Option<EsimId>,
    iccid: String,
    provider_id: Option<ProviderId>,
    #[diesel(select_expression = data_providers::name.nullable())]
    provider_name: Option<String>,
    kind: EsimOperationKind,
    status: EsimOperationStatus,
    requested_by: Option<UserId>,
    reason: Option<String>,
    error: Option<String>,
    note: Option<String>,
    provider_ref: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for EsimOperation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            batch_id: row.batch_id,
            esim_id: row.esim_id,
            iccid: row.iccid,
            provider_id: row.provider_id,
            provider_name: row.provider_name,
            kind: row.kind,
            status: row.status,
            requested_by: row.requested_by,
            reason: row.reason,
            error: row.error,
            note: row.note,
            provider_ref: row.provider_ref,
            sent_at: row.sent_at,
            finished_at: row.finished_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

type Named = diesel::dsl::LeftJoin<operations::table, data_providers::table>;

/// Returns one page of the operations that the actor may see, with sealed reasons.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &EsimOperationFilter,
    paging: &Paging<EsimOperationSort>,
) -> Result<Page<EsimOperation>> {
    let only = actor.owner_filter();
    let page: Page<Row> = page!(conn, paging, matching(only, filter) => Row, tie operations::id, {
        EsimOperationSort::CreatedAt => operations::created_at,
    })?;
    page.try_map(|row| Ok(row.into()))
}

/// Returns an operation that the actor may see, with its sealed reason.
pub fn find(conn: &mut Conn, only: Option<Owner>, id: EsimOperationId) -> Result<EsimOperation> {
    let row: Row = matching(only, &EsimOperationFilter::default())
        .filter(operations::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    Ok(row.into())
}

fn matching(
    only: Option<Owner>,
    f: &EsimOperationFilter,
) -> diesel::dsl::IntoBoxed<'static, Named, Pg> {
    let mut rows = operations::table
        .left_join(data_providers::table)
        .into_boxed();
    if let Some(owner) = only {
        let visible = esims::table
            .filter(
                esims::user_id
                    .assume_not_null()
                    .eq_any(people::customers_of(owner)),
            )
            .select(esims::id);
        rows = rows.filter(operations::esim_id.assume_not_null().eq_any(visible));
    }
    if let Some(batch) = f.batch_id {
        rows = rows.filter(operations::batch_id.eq(batch));
    }
    if let Some(esim) = f.esim_id {
        rows = rows.filter(operations::esim_id.eq(esim));
    }
    if let Some(provider) = f.provider_id {
        rows = rows.filter(operations::provider_id.eq(provider));
    }
    rows = any_of!(rows, operations::kind, f.kind);
    rows = any_of!(rows, operations::status, f.status);
    if let Some(from) = f.created_at_from {
        rows = rows.filter(operations::created_at.ge(from));
    }
    if let Some(to) = f.created_at_to {
        rows = rows.filter(operations::created_at.lt(to));
    }
    rows
}

/// An eSIM that an operation is requested for.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The eSIM.
    pub id: EsimId,
    /// The ICCID.
    pub iccid: String,
    /// The status.
    pub status: EsimStatus,
    /// The state of the profile.
    pub profile_state: ProfileState,
    /// The provider.
    pub provider: Option<TargetProvider>,
    /// The eSIM at the provider.
    pub at_provider: EsimRef,
    /// Whether a paid top-up of the eSIM is being delivered.
    pub has_open_topup: bool,
}

/// The provider of an eSIM.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct TargetProvider {
    /// The provider.
    pub id: ProviderId,
    /// The name.
    pub name: String,
    /// The adapter of its API.
    pub adapter: ProviderAdapter,
}

/// Locks an eSIM until the end of the transaction, and returns it with its provider.
pub fn lock_target(tx: &mut Tx<'_>, id: EsimId) -> Result<Target> {
    type Esim = (String, EsimStatus, ProfileState, Option<ProviderId>);
    let (iccid, status, profile_state, provider): Esim = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .for_update()
        .select((
            esims::iccid,
            esims::status,
            esims::profile_state,
            esims::provider_id,
        ))
        .first(tx.conn())?;
    let provider = match provider {
        Some(id) => data_providers::table
            .filter(data_providers::id.eq(id))
            .filter(data_providers::deleted_at.is_null())
            .select((
                data_providers::id,
                data_providers::name,
                data_providers::adapter,
            ))
            .first(tx.conn())
            .optional()?,
        None => None,
    };
    Ok(Target {
        id,
        iccid,
        status,
        profile_state,
        provider,
        at_provider: inventory::esim_ref(tx.conn(), id)?,
        has_open_topup: has_open_topup(tx.conn(), id)?,
    })
}

/// Returns whether a paid top-up of an eSIM is not delivered yet.
pub fn has_open_topup(conn: &mut Conn, id: EsimId) -> Result<bool> {
    let open = orders::table
        .filter(orders::esim_id.eq(id))
        .filter(orders::kind.eq(OrderKind::Topup))
        .filter(orders::status.eq_any([
            OrderStatus::Paid,
            OrderStatus::Provisioning,
            OrderStatus::NeedsReview,
        ]));
    Ok(select(exists(open)).get_result(conn)?)
}

/// Returns the visible eSIMs with these ICCIDs.
pub fn by_iccid(
    conn: &mut Conn,
    only: Option<Owner>,
    iccids: &[String],
) -> Result<Vec<(String, EsimId)>> {
    let mut rows = esims::table
        .filter(esims::deleted_at.is_null())
        .filter(esims::iccid.eq_any(iccids))
        .select((esims::iccid, esims::id))
        .into_boxed();
    if let Some(owner) = only {
        rows = rows.filter(
            esims::user_id
                .assume_not_null()
                .eq_any(people::customers_of(owner)),
        );
    }
    Ok(rows.load(conn)?)
}

/// An operation to insert.
#[derive(Insertable)]
#[diesel(table_name = operations)]
pub struct NewOperation<'a> {
    pub id: EsimOperationId,
    pub batch_id: EsimOperationBatchId,
    pub esim_id: Option<EsimId>,
    pub iccid: &'a str,
    pub provider_id: Option<ProviderId>,
    pub kind: EsimOperationKind,
    pub status: EsimOperationStatus,
    pub requested_by: Option<UserId>,
    pub client_id: Option<wire::ApiClientId>,
    pub reason: Option<&'a str>,
    pub error: Option<&'a str>,
    pub next_attempt_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Inserts an operation. Rejects a second open change, or a second open refresh, of an eSIM.
pub fn insert(tx: &mut Tx<'_>, new: &NewOperation<'_>) -> Result<()> {
    diesel::insert_into(operations::table)
        .values(new)
        .execute(tx.conn())
        .map(drop)
        .map_err(open_operation_error)
}

fn open_operation_error(error: Sql) -> Error {
    match Error::violated_constraint(&error) {
        Some("esim_operations_one_open_change") => Error::with_detail(
            ProblemCode::WrongState,
            "Another operation on this eSIM is not finished yet.",
        ),
        Some("esim_operations_one_open_refresh") => Error::with_detail(
            ProblemCode::WrongState,
            "The state of this eSIM is being loaded from the provider.",
        ),
        _ => error.into(),
    }
}

/// An operation that runs.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Operation {
    /// The operation.
    pub id: EsimOperationId,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// The kind.
    pub kind: EsimOperationKind,
    /// The status.
    pub status: EsimOperationStatus,
    /// The user who requested it.
    pub requested_by: Option<UserId>,
    /// The sealed reason.
    pub reason: Option<String>,
    /// When the provider was last called.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Locks an operation until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: EsimOperationId) -> Result<Operation> {
    Ok(operations::table
        .filter(operations::id.eq(id))
        .for_update()
        .select((
            operations::id,
            operations::esim_id,
            operations::kind,
            operations::status,
            operations::requested_by,
            operations::reason,
            operations::sent_at,
        ))
        .first(tx.conn())?)
}

/// The changed columns of an operation. A column that is `None` keeps its value.
#[derive(Default, AsChangeset)]
#[diesel(table_name = operations)]
pub struct Progress<'a> {
    pub status: Option<EsimOperationStatus>,
    pub error: Option<Option<&'a str>>,
    pub note: Option<&'a str>,
    pub provider_ref: Option<&'a str>,
    pub sent_at: Option<DateTime<Utc>>,
    pub next_attempt_at: Option<Option<DateTime<Utc>>>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Updates a locked operation.
pub fn update(tx: &mut Tx<'_>, id: EsimOperationId, progress: &Progress<'_>) -> Result<()> {
    diesel::update(operations::table.find(id))
        .set(progress)
        .execute(tx.conn())?;
    Ok(())
}

/// Returns open operations that are due to be looked at again.
pub fn due(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<EsimOperationId>> {
    Ok(operations::table
        .filter(operations::status.eq_any(OPEN))
        .filter(operations::next_attempt_at.le(now))
        .order_by((operations::next_attempt_at, operations::id))
        .limit(1000)
        .select(operations::id)
        .load(conn)?)
}

const RECYCLABLE: &str = "SELECT e.id FROM esims e WHERE e.status = 'expired' AND e.deleted_at IS NULL \
    AND e.expired_at <= now() - make_interval(days => $1) AND (e.expires_at IS NULL OR e.expires_at <= now() - make_interval(days => $1)) \
    AND NOT EXISTS (SELECT FROM orders o WHERE o.esim_id = e.id AND o.kind = 'topup' AND o.status IN ('paid', 'provisioning', 'needs_review')) \
    AND NOT EXISTS (SELECT FROM esim_bundles b WHERE b.esim_id = e.id AND b.status IN ('queued', 'active')) \
    AND NOT EXISTS (SELECT FROM esim_operations p WHERE p.esim_id = e.id AND p.kind = 'cancel' \
        AND (p.status IN ('queued', 'running', 'scheduled') OR p.created_at > e.expired_at)) \
    ORDER BY e.expired_at, e.id LIMIT 500";

/// Returns expired eSIMs whose grace period of so many days is over, and that were not cancelled since.
pub fn recyclable(conn: &mut Conn, days: i32) -> Result<Vec<EsimId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = sql_types::Uuid)]
        id: EsimId,
    }
    let rows: Vec<Found> = diesel::sql_query(RECYCLABLE)
        .bind::<sql_types::Integer, _>(days)
        .load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Returns the ICCID of an eSIM that the owner may see; else the requested text without an eSIM.
pub fn visible(
    conn: &mut Conn,
    only: Option<Owner>,
    id: Option<EsimId>,
    text: &str,
) -> Result<(Option<EsimId>, String)> {
    let Some(id) = id else {
        return Ok((None, text.to_owned()));
    };
    match inventory::find(conn, only, id) {
        Ok(esim) => Ok((Some(id), esim.iccid)),
        Err(Error::Refused(_)) => Ok((None, text.to_owned())),
        Err(error) => Err(error),
    }
}

/// Returns the provider of an eSIM; `None` when it is cancelled or has no provider.
pub fn find_provider(conn: &mut Conn, id: EsimId) -> Result<Option<ProviderId>> {
    let found: Option<Option<ProviderId>> = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .filter(esims::status.ne(EsimStatus::Cancelled))
        .select(esims::provider_id)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// What is known of an eSIM before a report.
pub struct KnownState {
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub eid: Option<String>,
    pub has_user: bool,
    pub provider_state_at: Option<DateTime<Utc>>,
}

/// Locks an eSIM until the end of the transaction, and returns what is known of it.
pub fn lock_state(tx: &mut Tx<'_>, id: EsimId) -> Result<KnownState> {
    type State = (
        EsimStatus,
        ProfileState,
        Option<String>,
        Option<UserId>,
        Option<DateTime<Utc>>,
    );
    let (status, profile_state, eid, user, provider_state_at): State = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .for_update()
        .select((
            esims::status,
            esims::profile_state,
            esims::eid,
            esims::user_id,
            esims::provider_state_at,
        ))
        .first(tx.conn())?;
    Ok(KnownState {
        status,
        profile_state,
        eid,
        has_user: user.is_some(),
        provider_state_at,
    })
}

/// Records the report of a provider about a locked eSIM. The EID is set if one is given.
pub fn record_report(
    tx: &mut Tx<'_>,
    id: EsimId,
    reported: &str,
    at: DateTime<Utc>,
    eid: Option<&str>,
) -> Result<()> {
    let reported: String = reported.chars().take(200).collect();
    diesel::update(esims::table.find(id))
        .set((
            esims::provider_state.eq(reported),
            esims::provider_state_at.eq(at),
            eid.map(|eid| esims::eid.eq(eid)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Records that the provider has confirmed the state of a locked eSIM, or cannot confirm it.
pub fn confirm_service(tx: &mut Tx<'_>, id: EsimId) -> Result<()> {
    diesel::update(
        esims::table
            .find(id)
            .filter(esims::service_unconfirmed_since.is_not_null()),
    )
    .set(esims::service_unconfirmed_since.eq(None::<DateTime<Utc>>))
    .execute(tx.conn())?;
    Ok(())
}

/// Returns whether the last suspension of an eSIM was reported by its provider.
pub fn was_suspended_by_provider(conn: &mut Conn, id: EsimId) -> Result<bool> {
    use schema::esim_state_history as history;
    let source: Option<String> = history::table
        .filter(history::esim_id.eq(id))
        .filter(history::to_status.eq(EsimStatus::Suspended))
        .filter(history::from_status.ne(EsimStatus::Suspended))
        .order_by((history::created_at.desc(), history::id.desc()))
        .select(history::source)
        .first(conn)
        .optional()?;
    Ok(source.as_deref() == Some("provider"))
}

/// Returns the adapter of a provider.
pub fn adapter(conn: &mut Conn, id: ProviderId) -> Result<ProviderAdapter> {
    Ok(data_providers::table
        .find(id)
        .select(data_providers::adapter)
        .first(conn)?)
}
