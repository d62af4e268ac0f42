//! SQL of alerts: thresholds that were passed, and reminders before the expiry.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use schema::{esims, plans, usage_alerts as alerts, usage_monitor, users};
use uuid::Uuid;
use wire::{BundleId, EsimId, UserId, esims::usage::UsageAlertKind};

/// An alert to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlert {
    pub esim_id: EsimId,
    /// The first bundle of the run.
    pub bundle_id: BundleId,
    pub topups: i32,
    pub kind: UsageAlertKind,
    pub step: i32,
    pub used_bytes: i64,
    pub total_bytes: Option<i64>,
    /// The expiry that a reminder is about; `None` for a threshold.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Stores an alert. Returns `false` if it was stored before.
pub fn insert_alert(tx: &mut Tx<'_>, new: &NewAlert) -> Result<bool> {
    let inserted = diesel::insert_into(alerts::table)
        .values((
            alerts::id.eq(Uuid::now_v7()),
            alerts::esim_id.eq(new.esim_id),
            alerts::bundle_id.eq(new.bundle_id),
            alerts::topups.eq(new.topups),
            alerts::kind.eq(new.kind),
            alerts::step.eq(new.step),
            alerts::used_bytes.eq(new.used_bytes),
            alerts::total_bytes.eq(new.total_bytes),
            alerts::expires_at.eq(new.expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

/// An eSIM whose reminder is due.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct DueReminder {
    #[diesel(sql_type = SqlUuid)]
    pub esim_id: EsimId,
    #[diesel(sql_type = SqlUuid)]
    pub bundle_id: BundleId,
    #[diesel(sql_type = Integer)]
    pub topups: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub user_id: Option<UserId>,
    #[diesel(sql_type = BigInt)]
    pub used_bytes: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub total_bytes: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

const DUE: &str = "SELECT esim_id, bundle_id, topups, user_id, used_bytes, total_bytes, starts_at, expires_at FROM usage_monitor \
    WHERE remind_at <= now() AND bundle_id IS NOT NULL AND expires_at IS NOT NULL ORDER BY remind_at, esim_id LIMIT $1 FOR UPDATE SKIP LOCKED";

/// Locks eSIMs whose reminder is due by the time of the database. Skips those that another worker has locked.
pub fn due_reminders(tx: &mut Tx<'_>, count: i64) -> Result<Vec<DueReminder>> {
    Ok(diesel::sql_query(DUE)
        .bind::<BigInt, _>(count)
        .load(tx.conn())?)
}

/// Sets the time of the next reminder; `None` for none.
pub fn plan_reminder(tx: &mut Tx<'_>, id: EsimId, at: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(usage_monitor::table.find(id))
        .set(usage_monitor::remind_at.eq(at))
        .execute(tx.conn())?;
    Ok(())
}

/// The plan and the number of an eSIM, for an email to its owner.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Recipient {
    pub plan: String,
    pub iccid: String,
}

/// Returns what an email to the owner of an eSIM names; `None` when the owner was deleted or the eSIM has another one.
pub fn recipient(conn: &mut Conn, id: EsimId, user: UserId) -> Result<Option<Recipient>> {
    Ok(esims::table
        .inner_join(users::table)
        .inner_join(plans::table)
        .filter(esims::id.eq(id))
        .filter(users::id.eq(user))
        .filter(users::deleted_at.is_null())
        .select((plans::name, esims::iccid))
        .first(conn)
        .optional()?)
}
