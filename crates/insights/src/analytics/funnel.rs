//! The steps that a user reaches in a funnel.

use chrono::{DateTime, TimeDelta, Utc};
use wire::insights::analytics::EventType;

/// An event of a user.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The type.
    pub event_type: EventType,
    /// The time.
    pub at: DateTime<Utc>,
}

/// Where a funnel begins and ends.
#[derive(Debug, Clone)]
pub struct FunnelRange {
    /// The steps in their order.
    pub steps: Vec<EventType>,
    /// The start of the entries.
    pub from: DateTime<Utc>,
    /// The end of the entries, exclusive.
    pub to: DateTime<Utc>,
    /// How long after the entry the steps count.
    pub window: TimeDelta,
}

/// Returns the times of the steps that a user reached: those of the entry that gets furthest, the earliest of several. Empty
/// without an entry.
pub fn reached(range: &FunnelRange, events: &[Step]) -> Vec<DateTime<Utc>> {
    let Some((first, later)) = range.steps.split_first() else {
        return Vec::new();
    };
    let mut entries: Vec<DateTime<Utc>> = events
        .iter()
        .filter(|event| event.event_type == *first)
        .map(|event| event.at)
        .filter(|at| range.from <= *at && *at < range.to)
        .collect();
    entries.sort_unstable();
    let mut best = Vec::new();
    for entry in entries {
        let times = steps_from(entry, later, range.window, events);
        if times.len() > best.len() {
            best = times;
        }
    }
    best
}

fn steps_from(
    entry: DateTime<Utc>,
    later: &[EventType],
    window: TimeDelta,
    events: &[Step],
) -> Vec<DateTime<Utc>> {
    let mut times = vec![entry];
    let mut last = entry;
    for step in later {
        let next = events
            .iter()
            .filter(|event| event.event_type == *step)
            .map(|event| event.at)
            .filter(|at| last <= *at && *at < entry + window)
            .min();
        let Some(next) = next else {
            break;
        };
        times.push(next);
        last = next;
    }
    times
}

/// Returns the smallest value that half of the values do not exceed.
pub fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let half = values.len().div_ceil(2);
    values.get(half.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventType as E;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-{text}:00Z").parse().unwrap_or_default()
    }
    fn range() -> FunnelRange {
        FunnelRange {
            steps: vec![E::Ordered, E::Paid, E::Delivered],
            from: at("05-01T00:00"),
            to: at("06-01T00:00"),
            window: TimeDelta::days(10),
        }
    }
    fn steps(events: &[(EventType, &str)]) -> usize {
        let events: Vec<Step> = events
            .iter()
            .map(|(event_type, time)| Step {
                event_type: *event_type,
                at: at(time),
            })
            .collect();
        reached(&range(), &events).len()
    }

    #[test]
    fn steps_are_in_order_and_none_is_skipped() {
        let (ordered, paid) = ((E::Ordered, "05-02T10:00"), (E::Paid, "05-02T10:00"));
        assert_eq!(
            steps(&[ordered, paid, (E::Delivered, "05-02T10:00")]),
            3,
            "equal times"
        );
        assert_eq!(
            steps(&[ordered, (E::Delivered, "05-02T11:00")]),
            1,
            "a skipped step"
        );
        assert_eq!(
            steps(&[ordered, (E::Paid, "05-02T09:59")]),
            1,
            "an earlier step"
        );
        assert_eq!(steps(&[paid]), 0, "no entry");
    }

    #[test]
    fn window_begins_with_the_entry_and_may_end_after_the_range() {
        let entry = (E::Ordered, "05-31T23:00");
        assert_eq!(steps(&[entry, (E::Paid, "06-10T22:59")]), 2);
        assert_eq!(steps(&[entry, (E::Paid, "06-10T23:00")]), 1);
        assert_eq!(
            steps(&[(E::Ordered, "06-01T00:00"), (E::Paid, "06-02T00:00")]),
            0
        );
    }

    #[test]
    fn entry_that_gets_furthest_counts() {
        let events = [
            (E::Ordered, "05-02T10:00"),
            (E::Ordered, "05-20T10:00"),
            (E::Paid, "05-20T11:00"),
            (E::Delivered, "05-20T12:00"),
        ];
        assert_eq!(steps(&events), 3);
    }

    #[test]
    fn median_is_one_of_the_values() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![9, 1]), Some(1));
        assert_eq!(median(vec![9, 1, 5]), Some(5));
    }
}
