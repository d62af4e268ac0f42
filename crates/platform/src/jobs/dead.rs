//! Dead jobs, which failed at their last attempt: an operator lists, retries or drops them, and the audit log records it.
//!
//! The payload and the last error of a job stay hidden, because both may name a person. The log has the error under the
//! id of the job.

use crate::{
    audit::{self, AuditEvent},
    auth::Actor,
    db::{Conn, Tx},
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;
use wire::{JobId, ProblemCode, system::audit::AuditAction};

/// The maximum number of jobs that are listed.
pub const MOST_DEAD: i32 = 1000;

/// A job that failed at its last attempt.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct DeadJob {
    /// The id, under which the log has the errors.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The kind, such as `outbox.send`.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The number of attempts.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    /// The time of the last attempt.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
    /// The request that enqueued the job.
    #[diesel(sql_type = Nullable<Text>)]
    pub request_id: Option<String>,
}

/// Returns the dead jobs of one kind or of all kinds, the oldest first.
pub fn dead(conn: &mut Conn, kind: Option<&str>) -> Result<Vec<DeadJob>> {
    let found = diesel::sql_query(
        "SELECT id, kind, attempts, finished_at, request_id FROM jobs \
         WHERE status = 'dead' AND ($1 IS NULL OR kind = $1) ORDER BY finished_at, id LIMIT $2",
    )
    .bind::<Nullable<Text>, _>(kind)
    .bind::<Integer, _>(MOST_DEAD)
    .load(conn)?;
    Ok(found)
}

/// Queues a dead job again, with all of its attempts.
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, id: Uuid) -> Result<DeadJob> {
    let queued = diesel::sql_query(
        "WITH dead AS (SELECT id, attempts, finished_at FROM jobs WHERE id = $1 AND status = 'dead' FOR UPDATE) \
         UPDATE jobs SET status = 'queued', attempts = 0, deaths = 0, run_at = now(), finished_at = NULL \
         FROM dead WHERE jobs.id = dead.id \
         RETURNING jobs.id, jobs.kind, dead.attempts, dead.finished_at, jobs.request_id",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional();
    let job: DeadJob = match queued {
        Ok(Some(job)) => job,
        Ok(None) => return Err(not_dead(id)),
        Err(error) => {
            return Err(match Error::from(error) {
                clash if clash.code() == Some(ProblemCode::Conflict) => Error::with_detail(
                    ProblemCode::Conflict,
                    format!(
                        "A job with the same key as {id} is already queued. Drop {id} instead."
                    ),
                ),
                error => error,
            });
        }
    };
    record(tx, actor, AuditAction::JobRetry, &job)?;
    Ok(job)
}

/// Deletes a dead job.
pub fn discard(tx: &mut Tx<'_>, actor: &Actor, id: Uuid) -> Result<DeadJob> {
    let removed: Option<DeadJob> = diesel::sql_query(
        "DELETE FROM jobs WHERE id = $1 AND status = 'dead' \
         RETURNING id, kind, attempts, finished_at, request_id",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(tx.conn())
    .optional()?;
    let job = removed.ok_or_else(|| not_dead(id))?;
    record(tx, actor, AuditAction::JobDrop, &job)?;
    Ok(job)
}

fn not_dead(id: Uuid) -> Error {
    Error::with_detail(ProblemCode::NotFound, format!("There is no dead job {id}."))
}

fn record(tx: &mut Tx<'_>, actor: &Actor, action: AuditAction, job: &DeadJob) -> Result<()> {
    let change = serde_json::json!({ "kind": job.kind, "attempts": job.attempts });
    audit::record(
        tx,
        actor,
        AuditEvent::new(action, JobId(job.id)).with_change(change),
    )
}
