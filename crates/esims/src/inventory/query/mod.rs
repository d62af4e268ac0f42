//! SQL of the inventory.

mod listing;
mod stock;

pub use listing::*;
pub use stock::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntoBoxed, LeftJoin},
    pg::Pg,
    prelude::*,
    result::Error as Sql,
};
use platform::{Actor, Conn, Error, Owner, Result, Tx, any_of, list::number_pattern, page, people};
use schema::{data_providers, esim_bundles, esim_state_history, esims, plans};
use wire::{
    EsimId, Page, Paging, PlanId, ProblemCode, ProviderId, UserId,
    esims::{inventory::*, profile::ActivationCode},
    identifier,
};

/// The rows of one INSERT: PostgreSQL accepts 65,535 parameters at most.
const BATCH_SIZE: usize = 1000;

/// Returns one page of the eSIMs that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &EsimFilter,
    paging: &Paging<EsimSort>,
) -> Result<Page<Esim>> {
    let only = actor.owner_filter();
    let page: Page<Row> = page!(conn, paging, matching(only, filter) => Row, tie esims::id, {
        EsimSort::CreatedAt => esims::created_at,
        EsimSort::Iccid => esims::iccid,
        EsimSort::ExpiresAt => nullable esims::expires_at,
        EsimSort::UpdatedAt => esims::updated_at,
    })?;
    page.try_map(|row| Ok(to_response(row, only)))
}

/// Returns an eSIM. With an owner filter, only an eSIM of this owner is found.
pub fn find(conn: &mut Conn, only: Option<Owner>, id: EsimId) -> Result<Esim> {
    let row = matching(only, &EsimFilter::default())
        .filter(esims::id.eq(id))
        .select(Row::as_select())
        .first(conn)?;
    Ok(to_response(row, only))
}

/// Converts the row to the response. Only staff see the provider.
fn to_response(row: Row, only: Option<Owner>) -> Esim {
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

/// The eSIMs of a filter, with their plan and provider.
pub type EsimRows = IntoBoxed<'static, Named, Pg>;

type Named = LeftJoin<LeftJoin<esims::table, plans::table>, data_providers::table>;

/// Selects the eSIMs of a filter. Every list and lookup uses this function, so deleted eSIMs are excluded everywhere.
pub fn matching(only: Option<Owner>, f: &EsimFilter) -> EsimRows {
    let mut rows = esims::table
        .left_join(plans::table)
        .left_join(data_providers::table)
        .filter(esims::deleted_at.is_null())
        .into_boxed();
    if let Some(owner) = only {
        rows = rows.filter(
            esims::user_id
                .assume_not_null()
                .eq_any(people::customers_of(owner)),
        );
    }
    if let Some(Numbers(q)) = &f.q {
        rows = filter_by_number(rows, q);
    }
    rows = any_of!(rows, esims::status, f.status);
    rows = any_of!(rows, esims::profile_state, f.profile_state);
    rows = any_of!(rows, esims::iccid_check, f.iccid_check);
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

/// Filters the list by the beginning or the end of one number, or by several complete numbers.
fn filter_by_number<'a>(rows: IntoBoxed<'a, Named, Pg>, q: &str) -> IntoBoxed<'a, Named, Pg> {
    let list = identifier::list(q);
    if list.len() > 1 {
        let numbers: Vec<String> = list.iter().map(|text| identifier::digits(text)).collect();
        return rows.filter(
            esims::iccid
                .eq_any(numbers.clone())
                .or(esims::eid.eq_any(numbers))
                .or(esims::twilio_sid.eq_any(list.clone()))
                .or(esims::provider_ref.eq_any(list)),
        );
    }
    let number = identifier::digits(q);
    let is_end = number.len() >= MIN_LAST_DIGITS && number.bytes().all(|b| b.is_ascii_digit());
    let end = if is_end {
        number.chars().rev().collect()
    } else {
        String::new()
    };
    rows.filter(
        esims::iccid
            .like(number_pattern(&number))
            .or(esims::eid.like(number_pattern(&number)))
            .or(reverse(esims::iccid).like(number_pattern(&end)))
            .or(esims::twilio_sid.eq(q.to_owned()))
            .or(esims::provider_ref.eq(q.to_owned())),
    )
}

diesel::define_sql_function! {
    /// PostgreSQL's `reverse`, as in the index over last digits.
    fn reverse(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// An eSIM with the names of its plan and provider. The sealed code is not loaded; the SM-DP+ address is not secret.
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

/// Returns the path of the QR code of an eSIM.
pub fn qr_code_url(id: EsimId) -> String {
    format!("{}/{id}/qr.svg", <Esim as wire::Resource>::PATH)
}

/// Returns the status history of an eSIM, newest first.
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
    activation_code: Option<&'a [u8]>,
    matching_id: Option<&'a [u8]>,
    smdp_address: Option<&'a str>,
    confirmation_code_required: Option<bool>,
}

/// Updates an eSIM in stock. Returns `false` if it is not in stock or its version is no longer the given one.
pub fn update_stock(
    tx: &mut Tx<'_>,
    id: EsimId,
    version: i32,
    edit: &EditEsim,
    code: Option<&SealedCode>,
) -> Result<bool> {
    let changes = Edit {
        plan_id: edit.plan_id,
        eid: edit.eid.as_ref().map(Option::as_deref),
        activation_code: code.map(|code| code.activation_code.as_slice()),
        matching_id: code.map(|code| code.matching_id.as_slice()),
        smdp_address: code.map(|code| code.smdp_address.as_str()),
        confirmation_code_required: code.map(|code| code.confirmation_code_required),
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
        .map_err(constraint_error)?;
    Ok(changed == 1)
}

/// Withdraws an eSIM in stock. Returns `false` if it is not in stock or its version is no longer the given one.
pub fn withdraw(tx: &mut Tx<'_>, id: EsimId, version: i32, now: DateTime<Utc>) -> Result<bool> {
    let stock = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::version.eq(version))
        .filter(esims::deleted_at.is_null())
        .filter(esims::user_id.is_null())
        .filter(esims::status.eq(EsimStatus::Available));
    let withdrawn = diesel::update(stock)
        .set((
            esims::deleted_at.eq(now),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(withdrawn == 1)
}

/// Converts a violated constraint to an error for the caller.
fn constraint_error(error: Sql) -> Error {
    match Error::violated_constraint(&error) {
        Some("esims_plan_id_fkey") => Error::field("plan_id", "unknown", "There is no such plan."),
        Some("esims_iccid_key" | "esims_provider_ref_key" | "esims_twilio_sid_key") => {
            Error::with_detail(
                ProblemCode::Conflict,
                "Another request has just added one of these eSIMs. Try again.",
            )
        }
        _ => error.into(),
    }
}
