//! SQL of analytics events and their daily counts.

use super::funnel::{FunnelRange, Step};
use crate::figures::Bucket;
use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use diesel::{
    dsl::max,
    prelude::*,
    sql_types::{Array, BigInt, Date, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Actor, Conn, Error, Owner, Result, Tx, prepared::Prepared};
use schema::{
    analytics_events as events, api_clients, esims, event_changes, event_day_users, event_days,
    users,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use wire::{
    EsimId, EventId, Param, UserId,
    accounts::api_clients::ApiClientMode,
    insights::analytics::{EventType, NewEvent},
};

/// Serializes requests that record the same IDs, in one order.
pub fn lock_uids(tx: &mut Tx<'_>, uids: &BTreeSet<&str>) -> Result<()> {
    let uids: Vec<&str> = uids.iter().copied().collect();
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock(hashtext('analytics_events'), k) FROM (SELECT DISTINCT hashtext(u) AS k FROM unnest($1) u ORDER BY 1) keys",
    )
    .bind::<Array<Text>, _>(uids)
    .execute(tx.conn())?;
    Ok(())
}

/// Returns which of these IDs an event has, in all months.
pub fn known_uids(conn: &mut Conn, uids: &BTreeSet<&str>) -> Result<HashSet<String>> {
    let known: Vec<String> = events::table
        .filter(events::event_uid.eq_any(uids.iter().copied().collect::<Vec<_>>()))
        .select(events::event_uid)
        .load(conn)?;
    Ok(known.into_iter().collect())
}

fn user_ids(events: &[NewEvent]) -> Vec<UserId> {
    events.iter().filter_map(|event| event.user_id).collect()
}

/// Returns which users of the events the caller may see.
pub fn visible_users(
    conn: &mut Conn,
    actor: &Actor,
    events: &[NewEvent],
) -> Result<HashSet<UserId>> {
    let mut rows = users::table
        .filter(users::id.eq_any(user_ids(events)))
        .filter(users::deleted_at.is_null())
        .select(users::id)
        .into_boxed();
    rows = match actor.owner_filter() {
        None => rows,
        Some(Owner::Client(client)) => rows.filter(users::client_id.eq(client)),
        Some(Owner::Person(person)) => rows.filter(users::id.eq(person)),
    };
    let found: Vec<UserId> = rows.load(conn)?;
    Ok(found.into_iter().collect())
}

/// Returns which users of the events are customers of API clients in test mode.
pub fn test_users(conn: &mut Conn, events: &[NewEvent]) -> Result<HashSet<UserId>> {
    let found: Vec<UserId> = users::table
        .inner_join(api_clients::table.on(users::client_id.eq(api_clients::id.nullable())))
        .filter(users::id.eq_any(user_ids(events)))
        .filter(api_clients::mode.eq(ApiClientMode::Test))
        .select(users::id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// Returns the owners of the eSIMs of the events.
pub fn owned_esims(conn: &mut Conn, events: &[NewEvent]) -> Result<HashMap<EsimId, UserId>> {
    let ids: Vec<EsimId> = events.iter().filter_map(|event| event.esim_id).collect();
    let found: Vec<(EsimId, Option<UserId>)> = esims::table
        .filter(esims::id.eq_any(ids))
        .select((esims::id, esims::user_id))
        .load(conn)?;
    let owned = found.into_iter();
    Ok(owned
        .filter_map(|(esim, user)| Some((esim, user?)))
        .collect())
}

/// Inserts events.
pub fn insert(tx: &mut Tx<'_>, new: &[&NewEvent]) -> Result<()> {
    let mut rows = Vec::with_capacity(new.len());
    for event in new {
        rows.push((
            events::id.eq(EventId::new()),
            events::event_uid.eq(event.event_uid.trim()),
            events::event_type.eq(event.event_type.as_str()),
            events::user_id.eq(event.user_id),
            events::esim_id.eq(event.esim_id),
            events::metadata.eq(serde_json::to_value(&event.metadata).map_err(Error::internal)?),
            events::created_at.eq(event.occurred_at),
        ));
    }
    diesel::insert_into(events::table)
        .values(rows)
        .execute(tx.conn())?;
    Ok(())
}

/// Marks the hours in which late events happened, whose days are counted again.
pub fn mark_changes(tx: &mut Tx<'_>, times: Vec<DateTime<Utc>>) -> Result<()> {
    let hours: BTreeSet<DateTime<Utc>> = times
        .into_iter()
        .map(|at| at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at))
        .collect();
    let rows: Vec<_> = hours
        .into_iter()
        .map(|hour| event_changes::hour.eq(hour))
        .collect();
    diesel::insert_into(event_changes::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Removes and returns the hours in which late events happened.
pub fn take_changes(tx: &mut Tx<'_>) -> Result<Vec<DateTime<Utc>>> {
    Ok(diesel::delete(event_changes::table)
        .returning(event_changes::hour)
        .get_results(tx.conn())?)
}

/// Serializes the counting of days.
pub fn lock_counts(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('event_days'), 0)")
        .execute(tx.conn())?;
    Ok(())
}

/// Returns whether days are counted, and all of them in this time zone.
pub fn is_counted_in(conn: &mut Conn, zone: &str) -> Result<bool> {
    let zones: Vec<String> = event_days::table
        .select(event_days::time_zone)
        .distinct()
        .load(conn)?;
    Ok(zones == [zone])
}

const COUNT_DAY: &str = "INSERT INTO event_days (day, event_type, time_zone, events) \
    SELECT $1, event_type, $2, count(*) FROM analytics_events WHERE created_at >= $3 AND created_at < $4 GROUP BY event_type";

/// Visitors are counted by their ID in the metadata.
const COUNT_PEOPLE: &str = "INSERT INTO event_day_users (day, event_type, person, is_visitor) \
    SELECT DISTINCT $1::date, e.event_type, p.person, p.is_visitor FROM analytics_events e \
    CROSS JOIN LATERAL (VALUES (e.user_id, false), ((e.metadata ->> 'visitor_id')::uuid, true)) AS p(person, is_visitor) \
    WHERE e.created_at >= $2 AND e.created_at < $3 AND p.person IS NOT NULL";

/// Counts the events of a day again.
pub fn count_day(tx: &mut Tx<'_>, day: &Bucket, zone: &str) -> Result<()> {
    diesel::delete(event_days::table.filter(event_days::day.eq(day.day))).execute(tx.conn())?;
    diesel::delete(event_day_users::table.filter(event_day_users::day.eq(day.day)))
        .execute(tx.conn())?;
    diesel::sql_query(COUNT_DAY)
        .bind::<Date, _>(day.day)
        .bind::<Text, _>(zone)
        .bind::<Timestamptz, _>(day.starts_at)
        .bind::<Timestamptz, _>(day.ends_at)
        .execute(tx.conn())?;
    diesel::sql_query(COUNT_PEOPLE)
        .bind::<Date, _>(day.day)
        .bind::<Timestamptz, _>(day.starts_at)
        .bind::<Timestamptz, _>(day.ends_at)
        .execute(tx.conn())?;
    Ok(())
}

/// The number of events of a type on a day.
#[derive(Debug, Queryable)]
pub struct DayCount {
    /// The day.
    pub day: NaiveDate,
    /// The type.
    pub event_type: String,
    /// The number.
    pub events: i64,
}

/// Returns the counts of days.
pub fn day_counts(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<DayCount>> {
    Ok(event_days::table
        .filter(event_days::day.ge(from))
        .filter(event_days::day.lt(to))
        .select((event_days::day, event_days::event_type, event_days::events))
        .load(conn)?)
}

/// The number of different people with events of a type.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct PeopleCount {
    /// The type.
    #[diesel(sql_type = Text)]
    pub event_type: String,
    /// The number of users.
    #[diesel(sql_type = BigInt)]
    pub users: i64,
    /// The number of visitors.
    #[diesel(sql_type = BigInt)]
    pub visitors: i64,
}

const PEOPLE: &str = "SELECT event_type, count(DISTINCT person) FILTER (WHERE NOT is_visitor) AS users, \
    count(DISTINCT person) FILTER (WHERE is_visitor) AS visitors FROM event_day_users WHERE day >= $1 AND day < $2 GROUP BY event_type";

/// Returns the numbers of different users and visitors of a range.
pub fn people(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<PeopleCount>> {
    let rows = diesel::sql_query(PEOPLE)
        .bind::<Date, _>(from)
        .bind::<Date, _>(to);
    Ok(Prepared(rows).load(conn)?)
}

/// Returns when days were last counted.
pub fn counted_at(conn: &mut Conn) -> Result<Option<DateTime<Utc>>> {
    Ok(event_days::table
        .select(max(event_days::counted_at))
        .first(conn)?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct FunnelEvent {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    event_type: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

const FUNNEL: &str = "SELECT e.user_id, e.event_type, e.created_at FROM analytics_events e \
    WHERE e.event_type = ANY($1) AND e.created_at >= $2 AND e.created_at < $3 AND e.user_id IN ( \
        SELECT f.user_id FROM analytics_events f WHERE f.event_type = $4 AND f.created_at >= $2 AND f.created_at < $5 AND f.user_id IS NOT NULL)";

/// Returns the events of the steps, of the users who enter the funnel in the range.
pub fn funnel_events(conn: &mut Conn, range: &FunnelRange) -> Result<HashMap<UserId, Vec<Step>>> {
    let names: Vec<&str> = range.steps.iter().map(|step| step.as_str()).collect();
    let entry = names.first().copied().unwrap_or_default();
    let rows = diesel::sql_query(FUNNEL)
        .bind::<Array<Text>, _>(names.clone())
        .bind::<Timestamptz, _>(range.from)
        .bind::<Timestamptz, _>(range.to + range.window)
        .bind::<Text, _>(entry)
        .bind::<Timestamptz, _>(range.to);
    let rows: Vec<FunnelEvent> = Prepared(rows).load(conn)?;
    let mut users: HashMap<UserId, Vec<Step>> = HashMap::new();
    for row in rows {
        if let Ok(event_type) = EventType::parse(&row.event_type) {
            users.entry(row.user_id).or_default().push(Step {
                event_type,
                at: row.created_at,
            });
        }
    }
    Ok(users)
}
