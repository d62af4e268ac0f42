//! SQL of the stock: sealed codes, imports, deliveries, reservations and the status history.

use super::*;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Error, Result, Tx, events};
use schema::{data_providers, esim_state_history, esims, plans};
use suppliers::EsimRef;
use wire::{
    EsimId, EsimStateChangeId, PlanId, ProblemCode, ProviderId, UserId, esims::inventory::*,
    insights::analytics::EventType,
};

/// A corrected code, sealed for its eSIM.
pub struct SealedCode {
    pub activation_code: Vec<u8>,
    pub matching_id: Vec<u8>,
    pub smdp_address: String,
    pub confirmation_code_required: bool,
}

/// A code as stored.
#[derive(Queryable)]
pub struct StoredCode {
    pub id: EsimId,
    pub iccid: String,
    pub activation_code: Option<Vec<u8>>,
}

/// Returns the sealed codes of eSIMs.
pub fn find_codes(conn: &mut Conn, ids: &[EsimId]) -> Result<Vec<StoredCode>> {
    Ok(esims::table
        .filter(esims::id.eq_any(ids))
        .order_by(esims::id)
        .select((esims::id, esims::iccid, esims::activation_code))
        .load(conn)?)
}

/// Returns sealed codes by ICCID, including withdrawn eSIMs, because an ICCID is unique.
pub fn find_codes_by_iccid(conn: &mut Conn, iccids: &[&str]) -> Result<Vec<StoredCode>> {
    Ok(esims::table
        .filter(esims::iccid.eq_any(iccids))
        .select((esims::id, esims::iccid, esims::activation_code))
        .load(conn)?)
}

/// Returns the eSIMs with these ICCIDs that were withdrawn from the stock and never had an owner.
pub fn withdrawn(conn: &mut Conn, iccids: &[&str]) -> Result<Vec<EsimId>> {
    Ok(esims::table
        .filter(esims::iccid.eq_any(iccids))
        .filter(esims::deleted_at.is_not_null())
        .filter(esims::user_id.is_null())
        .filter(esims::status.eq(EsimStatus::Available))
        .select(esims::id)
        .load(conn)?)
}

/// Returns a withdrawn eSIM to the stock, with the values of the imported row.
pub fn restock(tx: &mut Tx<'_>, esim: &NewEsim) -> Result<()> {
    let withdrawn = esims::table
        .filter(esims::id.eq(esim.id))
        .filter(esims::deleted_at.is_not_null())
        .filter(esims::user_id.is_null());
    let restocked = diesel::update(withdrawn)
        .set((
            esims::deleted_at.eq(None::<DateTime<Utc>>),
            esims::iccid_check.eq(esim.iccid_check),
            esims::eid.eq(&esim.eid),
            esims::plan_id.eq(esim.plan_id),
            esims::provider_id.eq(esim.provider_id),
            esims::provider_ref.eq(&esim.provider_ref),
            esims::twilio_sid.eq(&esim.twilio_sid),
            esims::activation_code.eq(&esim.activation_code),
            esims::matching_id.eq(&esim.matching_id),
            esims::smdp_address.eq(&esim.smdp_address),
            esims::confirmation_code_required.eq(esim.confirmation_code_required),
            esims::confirmation_code.eq(&esim.confirmation_code),
            esims::profile_ref.eq(&esim.profile_ref),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())
        .map_err(constraint_error)?;
    if restocked == 1 {
        Ok(())
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

/// Returns the eSIMs with these provider references.
pub fn find_by_reference(
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

/// Returns the eSIMs with these SIDs.
pub fn find_by_sid(conn: &mut Conn, sids: &[&str]) -> Result<Vec<(String, EsimId)>> {
    Ok(esims::table
        .filter(esims::twilio_sid.eq_any(sids))
        .select((esims::twilio_sid.assume_not_null(), esims::id))
        .load(conn)?)
}

/// Returns the ids of the plans that exist and are not withdrawn.
pub fn existing_plans(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = PlanId>,
) -> Result<Vec<PlanId>> {
    Ok(plans::table
        .filter(plans::id.eq_any(ids))
        .filter(plans::deleted_at.is_null())
        .select(plans::id)
        .load(conn)?)
}

/// Returns the ids of the providers that exist and are not deleted.
pub fn existing_providers(
    conn: &mut Conn,
    ids: impl IntoIterator<Item = ProviderId>,
) -> Result<Vec<ProviderId>> {
    Ok(data_providers::table
        .filter(data_providers::id.eq_any(ids))
        .filter(data_providers::deleted_at.is_null())
        .select(data_providers::id)
        .load(conn)?)
}

/// A new eSIM.
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
    pub profile_ref: Option<String>,
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub activation_code: Vec<u8>,
    pub matching_id: Vec<u8>,
    pub smdp_address: String,
    pub confirmation_code_required: bool,
    pub confirmation_code: Option<Vec<u8>>,
    pub qr_code_url: String,
    pub assigned_at: Option<DateTime<Utc>>,
}

/// Inserts eSIMs.
pub fn insert(tx: &mut Tx<'_>, new: &[NewEsim]) -> Result<()> {
    new.chunks(BATCH_SIZE).try_for_each(|chunk| {
        diesel::insert_into(esims::table)
            .values(chunk)
            .execute(tx.conn())
            .map(|_| ())
            .map_err(constraint_error)
    })
}

/// Inserts an eSIM. Returns `false` if the ICCID or the reference of the provider already exists.
pub fn insert_unless_known(tx: &mut Tx<'_>, new: &NewEsim) -> Result<bool> {
    Ok(diesel::insert_into(esims::table)
        .values(new)
        .on_conflict_do_nothing()
        .execute(tx.conn())?
        == 1)
}

/// An eSIM that a provider delivered.
#[derive(Queryable)]
pub struct Delivered {
    pub id: EsimId,
    pub iccid: String,
    pub user_id: Option<UserId>,
}

/// Returns the eSIM that a provider delivered under a reference.
pub fn find_delivered(
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

/// Returns an eSIM as its provider knows it.
pub fn esim_ref(conn: &mut Conn, id: EsimId) -> Result<EsimRef> {
    let (iccid, provider_ref, sim_ref) = esims::table
        .find(id)
        .select((esims::iccid, esims::profile_ref, esims::twilio_sid))
        .first(conn)?;
    Ok(EsimRef {
        iccid,
        provider_ref,
        sim_ref,
    })
}

/// A new entry of the status history.
pub struct NewHistoryEntry<'a> {
    pub esim_id: EsimId,
    pub from: Option<(EsimStatus, ProfileState)>,
    pub to: (EsimStatus, ProfileState),
    pub reason: Option<&'a str>,
    pub actor_id: Option<UserId>,
    pub source: &'a str,
}

/// Inserts entries of the status history.
pub fn insert_history(tx: &mut Tx<'_>, entries: &[NewHistoryEntry<'_>]) -> Result<()> {
    use esim_state_history as h;
    for chunk in entries.chunks(BATCH_SIZE) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|entry| {
                (
                    h::id.eq(EsimStateChangeId::new()),
                    h::esim_id.eq(entry.esim_id),
                    h::from_status.eq(entry.from.map(|from| from.0)),
                    h::to_status.eq(entry.to.0),
                    h::from_profile_state.eq(entry.from.map(|from| from.1)),
                    h::to_profile_state.eq(entry.to.1),
                    h::reason.eq(entry.reason),
                    h::actor_id.eq(entry.actor_id),
                    h::source.eq(entry.source),
                )
            })
            .collect();
        diesel::insert_into(h::table)
            .values(rows)
            .execute(tx.conn())?;
    }
    record_steps(tx, entries)
}

/// Records the first installation and the first use of eSIMs for analytics. Imported eSIMs have no earlier state, and no steps.
fn record_steps(tx: &mut Tx<'_>, entries: &[NewHistoryEntry<'_>]) -> Result<()> {
    let is_installed =
        |state: ProfileState| matches!(state, ProfileState::Installed | ProfileState::Enabled);
    let (mut installed, mut used) = (Vec::new(), Vec::new());
    for entry in entries {
        let Some((status, profile)) = entry.from else {
            continue;
        };
        if is_installed(entry.to.1) && !is_installed(profile) {
            installed.push(entry.esim_id);
        }
        if entry.to.0 == EsimStatus::Active && status != EsimStatus::Active {
            used.push(entry.esim_id);
        }
    }
    events::record_esim_steps(tx, &installed, EventType::Installed)?;
    events::record_esim_steps(tx, &used, EventType::FirstData)
}

/// The state and owner of an eSIM.
#[derive(Queryable)]
pub struct State {
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub user_id: Option<UserId>,
}

/// Locks an eSIM and returns its state.
pub fn lock(tx: &mut Tx<'_>, id: EsimId) -> Result<State> {
    Ok(esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .select((esims::status, esims::profile_state, esims::user_id))
        .for_update()
        .first(tx.conn())?)
}

/// Sets the state of a locked eSIM. The times of the first installation and the first activation are kept.
pub fn set_state(
    tx: &mut Tx<'_>,
    id: EsimId,
    status: EsimStatus,
    profile_state: ProfileState,
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

/// Sets when a locked eSIM expired.
pub fn set_expired_at(tx: &mut Tx<'_>, id: EsimId, at: DateTime<Utc>) -> Result<()> {
    diesel::update(esims::table.find(id))
        .set(esims::expired_at.eq(at))
        .execute(tx.conn())?;
    Ok(())
}

diesel::define_sql_function! {
    /// The SQL function `coalesce`: the first value that is not null.
    fn coalesce(first: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>, second: diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>) -> diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>;
}

const RESERVE: &str = "UPDATE esims SET user_id = $2, assigned_at = $3, version = version + 1 WHERE id = (SELECT id FROM esims \
    WHERE plan_id = $1 AND status = 'available' AND user_id IS NULL AND deleted_at IS NULL AND profile_state = 'released' AND activation_code IS NOT NULL \
    ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id";

/// Assigns the oldest eSIM in stock of a plan to a customer. Skips eSIMs that concurrent transactions are reserving.
pub fn reserve_from_stock(
    tx: &mut Tx<'_>,
    plan: PlanId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<EsimId>> {
    use diesel::sql_types::{Timestamptz, Uuid};
    #[derive(QueryableByName)]
    struct Reserved {
        #[diesel(sql_type = Uuid)]
        id: EsimId,
    }
    let reserved: Option<Reserved> = diesel::sql_query(RESERVE)
        .bind::<Uuid, _>(plan)
        .bind::<Uuid, _>(user)
        .bind::<Timestamptz, _>(now)
        .get_result(tx.conn())
        .optional()?;
    Ok(reserved.map(|reserved| reserved.id))
}
