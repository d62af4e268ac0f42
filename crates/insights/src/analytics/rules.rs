//! Records and counts events.

use super::{
    funnel::{FunnelRange, median, reached},
    query,
};
use crate::figures::{BusinessCalendar, business_calendar, day_buckets};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    calendar::{after, before},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use wire::{
    Decimal, FieldError, Param,
    insights::analytics::{
        DEFAULT_WINDOW_DAYS, EventCountOptions, EventCounts, EventResults, EventType,
        EventTypeCount, Funnel, FunnelOptions, FunnelStep, MAX_DAYS, NewEvent,
    },
};

/// By how much the clock of a sender may be fast.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// How long events are kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(365);
/// The steps of a funnel when the caller names none.
const STEPS: [EventType; 5] = [
    EventType::Ordered,
    EventType::Paid,
    EventType::Delivered,
    EventType::Installed,
    EventType::FirstData,
];
/// The range of the window of a funnel in days.
const WINDOW_DAYS: std::ops::RangeInclusive<i32> = 1..=365;

/// Records events. The first event with an ID counts, in this request or in an earlier one.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    events: &[NewEvent],
    now: DateTime<Utc>,
) -> Result<EventResults> {
    check_times(events, now)?;
    check_owners(tx.conn(), actor, events)?;
    let uids: BTreeSet<&str> = events.iter().map(|event| event.event_uid.trim()).collect();
    query::lock_uids(tx, &uids)?;
    let mut known: HashSet<String> = query::known_uids(tx.conn(), &uids)?;
    let test = query::test_users(tx.conn(), events)?;
    let mut results = EventResults {
        recorded: 0,
        known: 0,
        test: 0,
    };
    let mut new = Vec::new();
    for event in events {
        if event.user_id.is_some_and(|user| test.contains(&user)) {
            results.test += 1;
        } else if known.insert(event.event_uid.trim().to_owned()) {
            results.recorded += 1;
            new.push(event);
        } else {
            results.known += 1;
        }
    }
    query::insert(tx, &new)?;
    let calendar = business_calendar(tx.conn())?;
    let recent = calendar.start_of(before(calendar.day_of(now), 1));
    let late = new.iter().map(|event| event.occurred_at);
    query::mark_changes(tx, late.filter(|at| *at < recent).collect())?;
    Ok(results)
}

fn check_times(events: &[NewEvent], now: DateTime<Utc>) -> Result<()> {
    let wrong = events.iter().enumerate().filter_map(|(index, event)| {
        let (code, message) = if event.occurred_at > now + CLOCK_SKEW {
            (
                "future",
                "The time is more than five minutes in the future.",
            )
        } else if event.occurred_at < now - KEPT_FOR {
            ("too_old", "Events are kept for one year.")
        } else {
            return None;
        };
        Some(FieldError {
            field: format!("events.{index}.occurred_at"),
            code: code.to_owned(),
            message: message.to_owned(),
        })
    });
    let wrong: Vec<FieldError> = wrong.collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(wrong))
    }
}

/// Rejects events of users that the caller may not see, and of eSIMs that are not theirs.
fn check_owners(conn: &mut Conn, actor: &Actor, events: &[NewEvent]) -> Result<()> {
    let users = query::visible_users(conn, actor, events)?;
    let owned = query::owned_esims(conn, events)?;
    let mut wrong = Vec::new();
    let mut add = |index: usize, field: &str, message: &str| {
        wrong.push(FieldError {
            field: format!("events.{index}.{field}"),
            code: "unknown".to_owned(),
            message: message.to_owned(),
        });
    };
    for (index, event) in events.iter().enumerate() {
        if event.user_id.is_some_and(|user| !users.contains(&user)) {
            add(index, "user_id", "The customer does not exist.");
        } else if let (Some(user), Some(esim)) = (event.user_id, event.esim_id)
            && owned.get(&esim) != Some(&user)
        {
            add(index, "esim_id", "The customer has no such eSIM.");
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(wrong))
    }
}

/// Counts the events of the last two days, and of earlier days that have got events since; after a change of the time zone, of
/// all days. A repeated run has the same result.
pub fn count_days(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    query::lock_counts(tx)?;
    let calendar = business_calendar(tx.conn())?;
    let today = calendar.day_of(now);
    let oldest = calendar.day_of(now - KEPT_FOR);
    let mut days: BTreeSet<NaiveDate> = [before(today, 1), today, after(today)].into();
    let changes = query::take_changes(tx)?;
    // An hour can lie in two days.
    for hour in changes {
        days.insert(calendar.day_of(hour));
        days.insert(calendar.day_of(hour + TimeDelta::minutes(59)));
    }
    let zone = calendar.zone().name();
    if query::is_counted_in(tx.conn(), zone)? {
        days.retain(|day| *day >= oldest);
    } else {
        days = calendar
            .days(oldest, after(after(today)))
            .into_iter()
            .collect();
    }
    for day in days {
        for bucket in day_buckets(&calendar, day, after(day)) {
            query::count_day(tx, &bucket, zone)?;
        }
    }
    Ok(())
}

/// Returns the counts of a range of days.
pub fn counts(
    conn: &mut Conn,
    options: &EventCountOptions,
    now: DateTime<Utc>,
) -> Result<EventCounts> {
    let calendar = business_calendar(conn)?;
    let range = range(options.from, options.to, &calendar, now)?;
    let days = calendar.days(range.from, range.to);
    let mut by_type: BTreeMap<EventType, EventTypeCount> = BTreeMap::new();
    for row in query::day_counts(conn, range.from, range.to)? {
        // A type of an earlier version has no name any more.
        let Ok(event_type) = EventType::parse(&row.event_type) else {
            continue;
        };
        let count = by_type.entry(event_type).or_insert_with(|| EventTypeCount {
            event_type,
            events: 0,
            users: 0,
            visitors: 0,
            series: vec![0; days.len()],
        });
        count.events += row.events;
        let position = usize::try_from((row.day - range.from).num_days()).unwrap_or(usize::MAX);
        if let Some(day) = count.series.get_mut(position) {
            *day += row.events;
        }
    }
    for row in query::people(conn, range.from, range.to)? {
        let event_type = EventType::parse(&row.event_type).ok();
        if let Some(count) = event_type.and_then(|one| by_type.get_mut(&one)) {
            count.users = row.users;
            count.visitors = row.visitors;
        }
    }
    Ok(EventCounts {
        from: range.from,
        to: range.to,
        time_zone: calendar.zone().name().to_owned(),
        days,
        updated_at: query::counted_at(conn)?,
        types: by_type.into_values().collect(),
    })
}

/// A range of days.
struct DayRange {
    from: NaiveDate,
    to: NaiveDate,
}

fn range(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    calendar: &BusinessCalendar,
    now: DateTime<Utc>,
) -> Result<DayRange> {
    let to = to.unwrap_or_else(|| after(calendar.day_of(now)));
    let from = from.unwrap_or_else(|| before(to, 30));
    let length = (to - from).num_days();
    if length < 1 {
        return Err(Error::field("to", "reversed", "`to` must be after `from`."));
    }
    if length > MAX_DAYS {
        let why = format!("Choose a period of at most {MAX_DAYS} days.");
        return Err(Error::field("from", "too_long", why));
    }
    Ok(DayRange { from, to })
}

/// Returns how many users reach each step.
pub fn funnel(conn: &mut Conn, options: &FunnelOptions, now: DateTime<Utc>) -> Result<Funnel> {
    let calendar = business_calendar(conn)?;
    let days = range(options.from, options.to, &calendar, now)?;
    let steps = options
        .steps
        .as_ref()
        .map_or_else(|| STEPS.to_vec(), |steps| steps.0.clone());
    let distinct: HashSet<&EventType> = steps.iter().collect();
    if steps.len() < 2 || distinct.len() != steps.len() {
        let why = "Name at least two steps, each once.";
        return Err(Error::field("steps", "steps", why));
    }
    let window_days = options.window_days.unwrap_or(DEFAULT_WINDOW_DAYS);
    if !WINDOW_DAYS.contains(&window_days) {
        return Err(Error::field(
            "window_days",
            "range",
            "Choose 1 to 365 days.",
        ));
    }
    let range = FunnelRange {
        steps,
        from: calendar.start_of(days.from),
        to: calendar.start_of(days.to),
        window: TimeDelta::days(window_days.into()),
    };
    let users = query::funnel_events(conn, &range)?;
    let paths: Vec<Vec<DateTime<Utc>>> = users
        .values()
        .map(|events| reached(&range, events))
        .filter(|path| !path.is_empty())
        .collect();
    let is_open = |path: &&Vec<DateTime<Utc>>| {
        path.len() < range.steps.len()
            && path
                .first()
                .is_some_and(|entry| *entry + range.window > now)
    };
    let still_open = paths.iter().filter(is_open).count();
    Ok(Funnel {
        from: days.from,
        to: days.to,
        time_zone: calendar.zone().name().to_owned(),
        window_days,
        still_open: i64::try_from(still_open).map_err(Error::internal)?,
        steps: funnel_steps(&range.steps, &paths)?,
    })
}

fn funnel_steps(steps: &[EventType], paths: &[Vec<DateTime<Utc>>]) -> Result<Vec<FunnelStep>> {
    let mut rows: Vec<FunnelStep> = Vec::with_capacity(steps.len());
    for (index, event_type) in steps.iter().enumerate() {
        let users = paths.iter().filter(|path| path.len() > index).count();
        let users = i64::try_from(users).map_err(Error::internal)?;
        let share = |of: Option<&FunnelStep>| {
            of.and_then(|of| Decimal::from(users).percent_of(&of.users.into()))
        };
        let waits = paths.iter().filter_map(|path| {
            let previous = path.get(index.checked_sub(1)?)?;
            Some((*path.get(index)? - *previous).num_seconds())
        });
        let share_of_first = match rows.first() {
            None => Decimal::from(users).percent_of(&users.into()),
            first => share(first),
        };
        rows.push(FunnelStep {
            event_type: *event_type,
            users,
            share_of_first,
            share_of_previous: share(rows.last()),
            median_seconds: median(waits.collect()),
        });
    }
    Ok(rows)
}
