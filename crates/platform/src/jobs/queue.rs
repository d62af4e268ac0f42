//! The SQL of the queue: SKIP LOCKED to claim jobs, a lease to recover the jobs of a dead worker, the attempt number as a fence
//! against a worker whose lease has expired.

use super::Job;
use crate::{
    db::{Conn, Tx},
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text, Uuid as SqlUuid},
};
use schema::jobs;
use serde_json::Value;
use uuid::Uuid;
use wire::JobId;

/// A job that this worker has claimed for the length of the lease.
#[derive(QueryableByName, Debug)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ClaimedJob {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = diesel::sql_types::Jsonb)]
    pub payload: Value,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = Integer)]
    pub max_attempts: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub request_id: Option<String>,
}

/// Adds a job, to be run as soon as the transaction is committed.
pub fn enqueue<J: Job>(tx: &mut Tx<'_>, job: &J) -> Result<()> {
    insert(tx, job, None)
}

/// Adds a job, to be run at a time.
pub fn enqueue_at<J: Job>(tx: &mut Tx<'_>, job: &J, at: DateTime<Utc>) -> Result<()> {
    insert(tx, job, Some(at))
}

/// Adds a job, to be run as soon as the transaction is committed. A job with the same key that is queued for later is run now.
pub fn enqueue_now<J: Job>(tx: &mut Tx<'_>, job: &J) -> Result<()> {
    let Some(key) = job.unique_key() else {
        return enqueue(tx, job);
    };
    diesel::sql_query(
        "UPDATE jobs SET run_at = now() WHERE unique_key = $1 AND status = 'queued' AND run_at > now()",
    )
    .bind::<Text, _>(key)
    .execute(tx.conn())?;
    enqueue(tx, job)
}

fn insert<J: Job>(tx: &mut Tx<'_>, job: &J, at: Option<DateTime<Utc>>) -> Result<()> {
    let row = (
        jobs::id.eq(JobId::new()),
        jobs::kind.eq(J::KIND),
        jobs::payload.eq(serde_json::to_value(job).map_err(Error::internal)?),
        jobs::max_attempts.eq(J::ATTEMPTS),
        jobs::unique_key.eq(job.unique_key()),
        jobs::request_id.eq(crate::http::request_id()),
    );
    match at {
        None => diesel::insert_into(jobs::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(tx.conn())?,
        Some(at) => diesel::insert_into(jobs::table)
            .values((row, jobs::run_at.eq(at)))
            .on_conflict_do_nothing()
            .execute(tx.conn())?,
    };
    Ok(())
}

// The lease is short, so that the jobs of a dead worker are retried soon; a running worker renews it.
const CLAIM: &str = "UPDATE jobs SET status = 'running', attempts = attempts + 1, deaths = deaths + (status = 'running')::int, \
    lease_until = now() + interval '6 seconds' \
    WHERE id IN (SELECT id FROM jobs WHERE (status = 'queued' AND run_at <= now()) OR (status = 'running' AND lease_until < now()) \
    ORDER BY run_at, id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, attempts, max_attempts, request_id";

/// Claims up to so many due jobs, including those of dead workers.
pub fn claim(conn: &mut Conn, count: i64) -> Result<Vec<ClaimedJob>> {
    Ok(diesel::sql_query(CLAIM)
        .bind::<BigInt, _>(count)
        .load(conn)?)
}

/// Renews the lease of a job that takes longer than the lease.
pub fn renew(conn: &mut Conn, id: Uuid, attempt: i32) -> Result<()> {
    diesel::sql_query("UPDATE jobs SET lease_until = now() + interval '6 seconds' WHERE id = $1 AND attempts = $2 AND status = 'running'")
        .bind::<SqlUuid, _>(id).bind::<Integer, _>(attempt).execute(conn)?;
    Ok(())
}

/// Marks a job as done, and deletes the dead jobs with the same key. A worker whose lease has expired changes nothing:
/// another worker has claimed the job.
pub fn finish(conn: &mut Conn, job: &ClaimedJob) -> Result<()> {
    diesel::sql_query("WITH done AS (UPDATE jobs SET status = 'done', lease_until = NULL, finished_at = now(), last_error = NULL \
        WHERE id = $1 AND attempts = $2 AND status = 'running' RETURNING unique_key) \
        DELETE FROM jobs USING done WHERE jobs.unique_key = done.unique_key AND jobs.status = 'dead'")
        .bind::<SqlUuid, _>(job.id).bind::<Integer, _>(job.attempts).execute(conn)?;
    Ok(())
}

/// Queues a retry of a failed job with exponential backoff and jitter, or marks the job as dead after the last attempt. An
/// attempt that ended because its worker died does not lengthen the backoff. Only the latest dead job of a key is kept.
pub fn fail(conn: &mut Conn, job: &ClaimedJob, why: &str) -> Result<()> {
    diesel::sql_query("WITH failed AS (UPDATE jobs SET status = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'queued' END::job_status, \
        finished_at = CASE WHEN attempts >= max_attempts THEN now() END, lease_until = NULL, last_error = $3, \
        run_at = now() + least(interval '1 hour', interval '1 second' * power(2, least(attempts - deaths, 12))) * (0.75 + random() / 2) \
        WHERE id = $1 AND attempts = $2 AND status = 'running' RETURNING unique_key) \
        DELETE FROM jobs USING failed WHERE jobs.unique_key = failed.unique_key AND jobs.status = 'dead'")
        .bind::<SqlUuid, _>(job.id).bind::<Integer, _>(job.attempts).bind::<Text, _>(why.chars().take(2000).collect::<String>()).execute(conn)?;
    Ok(())
}

/// Releases a job that the worker has not started, without counting the attempt.
pub fn release(conn: &mut Conn, job: &ClaimedJob) -> Result<()> {
    diesel::sql_query("UPDATE jobs SET status = 'queued', attempts = attempts - 1, lease_until = NULL WHERE id = $1 AND attempts = $2 AND status = 'running'")
        .bind::<SqlUuid, _>(job.id).bind::<Integer, _>(job.attempts).execute(conn)?;
    Ok(())
}

/// Returns the number of jobs in each state, for the metrics.
pub fn depth(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    #[derive(QueryableByName)]
    struct Depth {
        #[diesel(sql_type = Text)]
        status: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let rows: Vec<Depth> = diesel::sql_query(
        "SELECT status::text, count(*) AS count FROM jobs WHERE status <> 'done' GROUP BY status",
    )
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.status, row.count))
        .collect())
}

/// Deletes the errors of the jobs with these keys: the response of a mail server may name the recipient.
pub fn forget_failures(tx: &mut Tx<'_>, unique_keys: &[String]) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::unique_key.eq_any(unique_keys)))
        .set(jobs::last_error.eq(None::<String>))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes jobs that were done before a time. Dead jobs stay until an operator retries or drops them.
pub fn purge(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize> {
    Ok(
        diesel::sql_query("DELETE FROM jobs WHERE status = 'done' AND finished_at < $1")
            .bind::<diesel::sql_types::Timestamptz, _>(before)
            .execute(tx.conn())?,
    )
}
