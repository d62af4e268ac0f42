//! The SQL of the inventory.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
    result::Error as Sql,
};
use platform::{Actor, Conn, Error, Result, Tx, list::begins, page};
use schema::{data_providers, esim_bundles, esim_state_history, esims, plans};
use wire::{
    EsimId, EsimStateChangeId, Page, Paging, PlanId, ProblemCode, ProviderId, UserId,
    esims::{inventory::*, profile::ActivationCode},
};

/// Rows per statement: PostgreSQL takes 65,535 parameters at most.
const CHUNK: usize = 1000;

/// One page of the eSIMs that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &EsimFilter,
    paging: &Paging<EsimSort>,
) -> Result<Page<Esim>> {
    let only = actor.only();
    let page: Page<Row> = page!(conn, paging, matching(only, filter) => Row, tie esims::id, {
        EsimSort::CreatedAt => esims::created_at,
        EsimSort::Iccid => esims::iccid,
        EsimSort::ExpiresAt => nullable esims::expires_at,
        EsimSort::UpdatedAt => esims::updated_at,
    })?;
    page.try_map(|row| Ok(shown(row, only)))
}

/// One eSIM, if it is one that `only` may see.
pub fn find(conn: &mut Conn, only: Option<UserId>, id: EsimId) -> Result<Esim> {
    let row = matching(only, &EsimFilter::default())
        .filter(esims::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    Ok(shown(row, only))
}

/// Whom we buy from is for the staff; an owner sees the eSIM without it.
fn shown(row: Row, only: Option<UserId>) -> Esim {
    let esim = Esim::from(row);
    if only.is_none() {
        esim
    } else {
        Esim {
            provider_id: None,
            provider_name: None,
            provider_ref: None,
            twilio_sid: None,
            ..esim
        }
    }
}

type Named = LeftJoin<LeftJoin<esims::table, plans::table>, data_providers::table>;

/// The only place that knows which rows count.
fn matching(only: Option<UserId>, f: &EsimFilter) -> IntoBoxed<'static, Named, Pg> {
    let mut rows = esims::table
        .left_join(plans::table)
        .left_join(data_providers::table)
        .filter(esims::deleted_at.is_null())
        .into_boxed();
    if let Some(user) = only {
        rows = rows.filter(esims::user_id.eq(user));
    }
    if let Some(q) = &f.q {
        let number: String = q.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        rows = rows.filter(
            esims::iccid
                .like(begins(&number))
                .or(esims::eid.like(begins(&number)))
                .or(esims::twilio_sid.eq(q.trim().to_owned()))
                .or(esims::provider_ref.eq(q.trim().to_owned())),
        );
    }
    if let Some(any) = &f.status {
        rows = rows.filter(esims::status.eq_any(any.0.clone()));
    }
    if let Some(any) = &f.profile_state {
        rows = rows.filter(esims::profile_state.eq_any(any.0.clone()));
    }
    if let Some(any) = &f.iccid_check {
        rows = rows.filter(esims::iccid_check.eq_any(any.0.clone()));
    }
    match f.has_user {
        Some(true) => rows = rows.filter(esims::user_id.is_not_null()),
        Some(false) => rows = rows.filter(esims::user_id.is_null()),
        None => {}
    }
    if let Some(user) = f.user_id {
        rows = rows.filter(esims::user_id.eq(user));
    }
    if let Some(plan) = f.plan_id {
        rows = rows.filter(esims::plan_id.eq(plan));
    }
    if let Some(provider) = f.provider_id {
        rows = rows.filter(esims::provider_id.eq(provider));
    }
    if let Some(order) = f.order_id {
        let of_order = esim_bundles::table
            .filter(esim_bundles::order_id.eq(order))
            .select(esim_bundles::esim_id);
        rows = rows.filter(esims::id.nullable().eq_any(of_order));
    }
    if let Some(from) = f.created_at_from {
        rows = rows.filter(esims::created_at.ge(from));
    }
    if let Some(to) = f.created_at_to {
        rows = rows.filter(esims::created_at.lt(to));
    }
    if let Some(from) = f.expires_at_from {
        rows = rows.filter(esims::expires_at.ge(from));
    }
    if let Some(to) = f.expires_at_to {
        rows = rows.filter(esims::expires_at.lt(to));
    }
    rows
}

/// An eSIM with the names of what it points to. The sealed code is not loaded: where it leads is in the open.
#[derive(Queryable, Selectable)]
#[diesel(table_name = esims, check_for_backend(Pg))]
struct Row {
    id: EsimId,
    iccid: String,
    iccid_check: IccidCheck,
    eid: Option<String>,
    user_id: Option<UserId>,
    plan_id: Option<PlanId>,
    #[diesel(select_expression = plans::name.nullable())]
    plan_name: Option<String>,
    provider_id: Option<ProviderId>,
    #[diesel(select_expression = data_providers::name.nullable())]
    provider_name: Option<String>,
    provider_ref: Option<String>,
    twilio_sid: Option<String>,
    status: EsimStatus,
    profile_state: ProfileState,
    smdp_address: Option<String>,
    confirmation_code_required: bool,
    assigned_at: Option<DateTime<Utc>>,
    installed_at: Option<DateTime<Utc>>,
    activated_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for Esim {
    fn from(row: Row) -> Self {
        let masked = row.smdp_address.clone().map(|smdp_address| {
            Self::masked(&ActivationCode {
                smdp_address,
                matching_id: String::new(),
                oid: None,
                confirmation_code_required: false,
            })
        });
        let qr_code_url = row.smdp_address.is_some().then(|| qr_code_url(row.id));
        Self {
            id: row.id,
            iccid: row.iccid,
            iccid_check: row.iccid_check,
            eid: row.eid,
            user_id: row.user_id,
            plan_id: row.plan_id,
            plan_name: row.plan_name,
            provider_id: row.provider_id,
            provider_name: row.provider_name,
            provider_ref: row.provider_ref,
            twilio_sid: row.twilio_sid,
            status: row.status,
            profile_state: row.profile_state,
            smdp_address: row.smdp_address,
            activation_code: masked,
            confirmation_code_required: row.confirmation_code_required,
            qr_code_url,
            assigned_at: row.assigned_at,
            installed_at: row.installed_at,
            activated_at: row.activated_at,
            expires_at: row.expires_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// Where an eSIM's code is drawn for who may see it.
pub fn qr_code_url(id: EsimId) -> String {
    format!("{}/{id}/qr.svg", <Esim as wire::Resource>::PATH)
}

/// The states that an eSIM went through, the newest first.
pub fn history(conn: &mut Conn, id: EsimId) -> Result<Vec<EsimStateChange>> {
    use esim_state_history as h;
    type Change = (
        Option<EsimStatus>,
        EsimStatus,
        Option<ProfileState>,
        ProfileState,
        Option<String>,
        Option<UserId>,
        String,
        DateTime<Utc>,
    );
    let rows: Vec<Change> = h::table
        .filter(h::esim_id.eq(id))
        .order_by((h::created_at.desc(), h::id.desc()))
        .limit(1000)
        .select((
            h::from_status,
            h::to_status,
            h::from_profile_state,
            h::to_profile_state,
            h::reason,
            h::actor_id,
            h::source,
            h::created_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(
            |(
                from_status,
                to_status,
                from_profile_state,
                to_profile_state,
                reason,
                actor_id,
                source,
                created_at,
            )| {
                EsimStateChange {
                    from_status,
                    to_status,
                    from_profile_state,
                    to_profile_state,
                    reason,
                    actor_id,
                    source,
                    created_at,
                }
            },
        )
        .collect())
}

#[derive(AsChangeset)]
#[diesel(table_name = esims)]
struct Edit<'a> {
    plan_id: Option<Option<PlanId>>,
    eid: Option<Option<&'a str>>,
}

/// Edits an eSIM that is still in stock and of this version; says whether it was.
pub fn update_stock(
    tx: &mut Tx<'_>,
    (id, version): (EsimId, i32),
    edit: &EditEsim,
) -> Result<bool> {
    let changes = Edit {
        plan_id: edit.plan_id,
        eid: edit.eid.as_ref().map(Option::as_deref),
    };
    let stock = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::version.eq(version))
        .filter(esims::deleted_at.is_null())
        .filter(esims::user_id.is_null())
        .filter(esims::status.eq(EsimStatus::Available));
    let changed = diesel::update(stock)
        .set((changes, esims::version.eq(esims::version + 1)))
        .execute(tx.conn())
        .map_err(clash)?;
    Ok(changed == 1)
}

/// What a clash means, by the constraint that it broke.
fn clash(error: Sql) -> Error {
    match Error::broke(&error) {
        Some("esims_plan_id_fkey") => Error::field("plan_id", "unknown", "There is no such plan."),
        Some("esims_iccid_key" | "esims_provider_ref_key" | "esims_twilio_sid_key") => {
            Error::because(
                ProblemCode::Conflict,
                "Somebody else has just brought one of these eSIMs. Try again.",
            )
        }
        _ => error.into(),
    }
}

/// A code as it is kept.
#[derive(Queryable)]
pub struct Sealed {
    pub id: EsimId,
    pub iccid: String,
    pub activation_code: Option<Vec<u8>>,
}

/// The sealed codes of some eSIMs.
pub fn sealed(conn: &mut Conn, ids: &[EsimId]) -> Result<Vec<Sealed>> {
    Ok(esims::table
        .filter(esims::id.eq_any(ids))
        .order_by(esims::id)
        .select((esims::id, esims::iccid, esims::activation_code))
        .load(conn)?)
}

/// The same, by the profile's number. Removed ones count: a number comes once.
pub fn sealed_by_iccid(conn: &mut Conn, iccids: &[&str]) -> Result<Vec<Sealed>> {
    Ok(esims::table
        .filter(esims::iccid.eq_any(iccids))
        .select((esims::id, esims::iccid, esims::activation_code))
        .load(conn)?)
}

/// Who has these providers' references.
pub fn by_reference(
    conn: &mut Conn,
    references: &[&str],
) -> Result<Vec<(ProviderId, String, EsimId)>> {
    Ok(esims::table
        .filter(esims::provider_ref.eq_any(references))
        .filter(esims::provider_id.is_not_null())
        .select((
            esims::provider_id.assume_not_null(),
            esims::provider_ref.assume_not_null(),
            esims::id,
        ))
        .load(conn)?)
}

/// Who has these SIDs.
pub fn by_sid(conn: &mut Conn, sids: &[&str]) -> Result<Vec<(String, EsimId)>> {
    Ok(esims::table
        .filter(esims::twilio_sid.eq_any(sids))
        .select((esims::twilio_sid.assume_not_null(), esims::id))
        .load(conn)?)
}

/// Which of these plans there are.
pub fn living_plans(conn: &mut Conn, ids: impl IntoIterator<Item = PlanId>) -> Result<Vec<PlanId>> {
    Ok(plans::table
        .filter(plans::id.eq_any(ids))
        .filter(plans::deleted_at.is_null())
        .select(plans::id)
        .load(conn)?)
}

/// Which of these providers there are.
pub fn living_providers(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = ProviderId>,
) -> Result<Vec<ProviderId>> {
    Ok(data_providers::table
        .filter(data_providers::id.eq_any(ids))
        .filter(data_providers::deleted_at.is_null())
        .select(data_providers::id)
        .load(conn)?)
}

/// An eSIM that comes in.
#[derive(Insertable)]
#[diesel(table_name = esims)]
pub struct NewEsim {
    pub id: EsimId,
    pub iccid: String,
    pub iccid_check: IccidCheck,
    pub eid: Option<String>,
    pub user_id: Option<UserId>,
    pub plan_id: Option<PlanId>,
    pub provider_id: Option<ProviderId>,
    pub provider_ref: Option<String>,
    pub twilio_sid: Option<String>,
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub activation_code: Vec<u8>,
    pub matching_id: Vec<u8>,
    pub smdp_address: String,
    pub confirmation_code_required: bool,
    pub qr_code_url: String,
    pub assigned_at: Option<DateTime<Utc>>,
}

/// Adds eSIMs.
pub fn insert(tx: &mut Tx<'_>, new: &[NewEsim]) -> Result<()> {
    new.chunks(CHUNK).try_for_each(|chunk| {
        diesel::insert_into(esims::table)
            .values(chunk)
            .execute(tx.conn())
            .map(|_| ())
            .map_err(clash)
    })
}

/// Adds an eSIM, unless its number or the provider's reference is there already; says whether it did.
pub fn insert_unless_known(tx: &mut Tx<'_>, new: &NewEsim) -> Result<bool> {
    Ok(diesel::insert_into(esims::table)
        .values(new)
        .on_conflict_do_nothing()
        .execute(tx.conn())?
        == 1)
}

/// What a provider delivered under a reference.
#[derive(Queryable)]
pub struct Delivered {
    pub id: EsimId,
    pub iccid: String,
    pub user_id: Option<UserId>,
}

/// The eSIM that a provider delivered under a reference.
pub fn delivered(
    conn: &mut Conn,
    provider: ProviderId,
    reference: &str,
) -> Result<Option<Delivered>> {
    Ok(esims::table
        .filter(esims::provider_id.eq(provider))
        .filter(esims::provider_ref.eq(reference))
        .filter(esims::deleted_at.is_null())
        .select((esims::id, esims::iccid, esims::user_id))
        .first(conn)
        .optional()?)
}

/// A change of state, to be remembered.
pub struct Change<'a> {
    pub esim_id: EsimId,
    pub from: Option<(EsimStatus, ProfileState)>,
    pub to: (EsimStatus, ProfileState),
    pub reason: Option<&'a str>,
    pub actor_id: Option<UserId>,
    pub source: &'a str,
}

/// Remembers changes of state.
pub fn remember(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<()> {
    use esim_state_history as h;
    for chunk in changes.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|change| {
                (
                    h::id.eq(EsimStateChangeId::new()),
                    h::esim_id.eq(change.esim_id),
                    h::from_status.eq(change.from.map(|from| from.0)),
                    h::to_status.eq(change.to.0),
                    h::from_profile_state.eq(change.from.map(|from| from.1)),
                    h::to_profile_state.eq(change.to.1),
                    h::reason.eq(change.reason),
                    h::actor_id.eq(change.actor_id),
                    h::source.eq(change.source),
                )
            })
            .collect();
        diesel::insert_into(h::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Where an eSIM is on its way.
#[derive(Queryable)]
pub struct State {
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub user_id: Option<UserId>,
}

/// Locks an eSIM and says where it is.
pub fn lock(tx: &mut Tx<'_>, id: EsimId) -> Result<State> {
    Ok(esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .select((esims::status, esims::profile_state, esims::user_id))
        .for_update()
        .first(tx.conn())?)
}

/// Sets the state of a locked eSIM. The first installation and the first activation are kept, whatever follows.
pub fn set_state(
    tx: &mut Tx<'_>,
    id: EsimId,
    (status, profile_state): (EsimStatus, ProfileState),
    at: DateTime<Utc>,
) -> Result<()> {
    let installed = matches!(
        profile_state,
        ProfileState::Installed | ProfileState::Enabled
    )
    .then_some(at);
    let activated = (status == EsimStatus::Active).then_some(at);
    diesel::update(esims::table.filter(esims::id.eq(id)))
        .set((
            esims::status.eq(status),
            esims::profile_state.eq(profile_state),
            esims::version.eq(esims::version + 1),
            esims::installed_at.eq(coalesce(esims::installed_at, installed)),
            esims::activated_at.eq(coalesce(esims::activated_at, activated)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

diesel::define_sql_function! {
    /// The first of the two that is there.
    fn coalesce(first: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>, second: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>) -> diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>;
}

const TAKE: &str = "UPDATE esims SET user_id = $2, assigned_at = $3, version = version + 1 WHERE id = (SELECT id FROM esims \
    WHERE plan_id = $1 AND status = 'available' AND user_id IS NULL AND deleted_at IS NULL AND profile_state = 'released' AND activation_code IS NOT NULL \
    ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id";

/// Gives the oldest eSIM in stock of a plan to somebody, passing over those that others are just taking.
pub fn take_from_stock(
    tx: &mut Tx<'_>,
    plan: PlanId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<EsimId>> {
    use diesel::sql_types::{Timestamptz, Uuid};
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Uuid)]
        id: EsimId,
    }
    let taken: Option<Taken> = diesel::sql_query(TAKE)
        .bind::<Uuid, _>(plan)
        .bind::<Uuid, _>(user)
        .bind::<Timestamptz, _>(now)
        .get_result(tx.conn())
        .optional()?;
    Ok(taken.map(|taken| taken.id))
}
