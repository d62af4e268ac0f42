//! The clocks against a table of tickets. Each row has its own hours, events and results.

use super::*;
use chrono_tz::Tz;
use wire::support::sla::BusinessHours;

/// What happens to a ticket.
#[derive(Debug, Clone, Copy)]
enum Event {
    Wait(&'static str),
    Answer(&'static str),
    Resolve(&'static str),
    Reopen(&'static str),
    Target(&'static str, i32),
}

/// A ticket whose clock of the resolution is checked.
struct Case {
    note: &'static str,
    zone: Tz,
    hours: &'static str,
    holidays: &'static [&'static str],
    target: i32,
    start: &'static str,
    events: &'static [Event],
    now: &'static str,
    due: Option<&'static str>,
    state: ClockState,
    breached: Option<&'static str>,
    used: i64,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

const OFFICE: &str = r#"{"mon":[{"from":"08:00","to":"16:00"}],"tue":[{"from":"08:00","to":"16:00"}],"wed":[{"from":"08:00","to":"16:00"}],"thu":[{"from":"08:00","to":"16:00"}],"fri":[{"from":"08:00","to":"16:00"}]}"#;
const SPLIT: &str = r#"{"tue":[{"from":"10:00","to":"12:30"},{"from":"14:00","to":"19:00"}],"wed":[{"from":"10:00","to":"12:30"}]}"#;
const ALWAYS: &str = r#"{"mon":[{"from":"00:00","to":"24:00"}],"tue":[{"from":"00:00","to":"24:00"}],"wed":[{"from":"00:00","to":"24:00"}],"thu":[{"from":"00:00","to":"24:00"}],"fri":[{"from":"00:00","to":"24:00"}],"sat":[{"from":"00:00","to":"24:00"}],"sun":[{"from":"00:00","to":"24:00"}]}"#;

// 2027-03-01 is a Monday.
const CASES: &[Case] = &[
    Case {
        note: "opened on Friday afternoon, goes on on Monday",
        zone: Tz::Europe__Madrid,
        hours: OFFICE,
        holidays: &[],
        target: 180,
        start: "2027-03-05T14:00:00Z",
        events: &[],
        now: "2027-03-08T07:30:00Z",
        due: Some("2027-03-08T09:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 90,
    },
    Case {
        note: "opened at night, starts at the opening; due at closing time",
        zone: Tz::Europe__Madrid,
        hours: OFFICE,
        holidays: &[],
        target: 480,
        start: "2027-03-01T22:00:00Z",
        events: &[],
        now: "2027-03-02T15:00:00Z",
        due: Some("2027-03-02T15:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 480,
    },
    Case {
        note: "resolved at the due second is in time",
        zone: Tz::Europe__Madrid,
        hours: OFFICE,
        holidays: &[],
        target: 60,
        start: "2027-03-02T08:00:00Z",
        events: &[Event::Resolve("2027-03-02T09:00:00Z")],
        now: "2027-03-03T09:00:00Z",
        due: Some("2027-03-02T09:00:00Z"),
        state: ClockState::Met,
        breached: None,
        used: 60,
    },
    Case {
        note: "resolved a second later is breached at the due time",
        zone: Tz::Europe__Madrid,
        hours: OFFICE,
        holidays: &[],
        target: 60,
        start: "2027-03-02T08:00:00Z",
        events: &[Event::Resolve("2027-03-02T09:00:01Z")],
        now: "2027-03-03T09:00:00Z",
        due: Some("2027-03-02T09:00:00Z"),
        state: ClockState::Breached,
        breached: Some("2027-03-02T09:00:00Z"),
        used: 60,
    },
    Case {
        note: "two periods a day, a day off and a holiday",
        zone: Tz::America__Sao_Paulo,
        hours: SPLIT,
        holidays: &["2027-03-03"],
        target: 480,
        // 12:00 in Sao Paulo.
        start: "2027-03-02T15:00:00Z",
        events: &[],
        now: "2027-03-09T13:30:00Z",
        // 30 minutes, 5 hours, nothing until Tuesday, 2.5 hours.
        due: Some("2027-03-09T15:30:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 360,
    },
    Case {
        note: "the clocks go forward between two days: the local time stays",
        zone: Tz::Europe__Madrid,
        hours: OFFICE,
        holidays: &[],
        target: 120,
        // Friday 15:00 in winter time.
        start: "2027-03-26T14:00:00Z",
        events: &[],
        now: "2027-03-29T06:30:00Z",
        // Monday 09:00 in summer time.
        due: Some("2027-03-29T07:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 90,
    },
    Case {
        note: "open around the clock when the clocks go back: hours are real hours",
        zone: Tz::Europe__Madrid,
        hours: ALWAYS,
        holidays: &[],
        target: 1440,
        start: "2027-10-30T10:00:00Z",
        events: &[],
        now: "2027-10-31T09:00:00Z",
        due: Some("2027-10-31T10:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 1380,
    },
    Case {
        note: "waits for the customer: no due time",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 240,
        start: "2027-03-02T08:00:00Z",
        events: &[Event::Wait("2027-03-02T09:30:00Z")],
        now: "2027-03-04T12:00:00Z",
        due: None,
        state: ClockState::Paused,
        breached: None,
        used: 90,
    },
    Case {
        note: "the wait counts in open hours only",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 600,
        start: "2027-03-02T14:00:00Z",
        events: &[
            Event::Wait("2027-03-02T20:00:00Z"),
            Event::Answer("2027-03-03T06:00:00Z"),
            Event::Wait("2027-03-03T09:00:00Z"),
            Event::Answer("2027-03-03T11:00:00Z"),
        ],
        now: "2027-03-03T12:00:00Z",
        // 2 hours on Tuesday, 6 on Wednesday, 2 on Thursday.
        due: Some("2027-03-04T10:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 240,
    },
    Case {
        note: "reopened: the used time stays, the time between is a pause",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 300,
        start: "2027-03-02T08:00:00Z",
        events: &[
            Event::Resolve("2027-03-02T11:00:00Z"),
            Event::Reopen("2027-03-05T15:00:00Z"),
        ],
        now: "2027-03-08T08:00:00Z",
        due: Some("2027-03-08T09:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 240,
    },
    Case {
        note: "breached, then reopened: the breach stays",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 60,
        start: "2027-03-02T08:00:00Z",
        events: &[
            Event::Resolve("2027-03-02T11:00:00Z"),
            Event::Reopen("2027-03-02T12:00:00Z"),
            Event::Resolve("2027-03-02T13:00:00Z"),
        ],
        now: "2027-03-03T08:00:00Z",
        due: Some("2027-03-02T09:00:00Z"),
        state: ClockState::Breached,
        breached: Some("2027-03-02T09:00:00Z"),
        used: 240,
    },
    Case {
        note: "raised after the new target has passed: breached at the change",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 960,
        start: "2027-03-02T08:00:00Z",
        events: &[Event::Target("2027-03-02T13:00:00Z", 60)],
        now: "2027-03-02T14:00:00Z",
        due: Some("2027-03-02T13:00:00Z"),
        state: ClockState::Breached,
        breached: Some("2027-03-02T13:00:00Z"),
        used: 360,
    },
    Case {
        note: "lowered before the breach: counted from the start",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 60,
        start: "2027-03-02T08:00:00Z",
        events: &[Event::Target("2027-03-02T08:59:00Z", 420)],
        now: "2027-03-02T12:00:00Z",
        due: Some("2027-03-02T15:00:00Z"),
        state: ClockState::Running,
        breached: None,
        used: 240,
    },
    Case {
        note: "lowered after the breach: stays breached, with the new due time",
        zone: Tz::UTC,
        hours: OFFICE,
        holidays: &[],
        target: 60,
        start: "2027-03-02T08:00:00Z",
        events: &[Event::Target("2027-03-02T10:00:00Z", 420)],
        now: "2027-03-02T12:00:00Z",
        due: Some("2027-03-02T15:00:00Z"),
        state: ClockState::Breached,
        breached: Some("2027-03-02T09:00:00Z"),
        used: 240,
    },
];

impl Case {
    fn schedule(&self) -> Schedule {
        let hours: BusinessHours = serde_json::from_str(self.hours).expect("hours");
        let days = self.holidays.iter();
        Schedule {
            zone: self.zone,
            hours,
            holidays: days.map(|day| day.parse().expect("a day")).collect(),
        }
    }

    fn run(&self, schedule: &Schedule) -> Clocks {
        let target = |minutes: i32| SlaTarget {
            first_response: minutes,
            resolution: minutes,
        };
        let mut clocks = Clocks::start(at(self.start), target(self.target), schedule);
        for event in self.events {
            match *event {
                Event::Wait(time) => clocks.pause(at(time), schedule),
                Event::Answer(time) => clocks.resume(at(time), schedule),
                Event::Resolve(time) => clocks.resolve(at(time), schedule),
                Event::Reopen(time) => clocks.reopen(at(time), schedule),
                Event::Target(time, minutes) => {
                    clocks.retarget(target(minutes), at(time), schedule);
                }
            }
        }
        clocks.settle(at(self.now));
        clocks
    }
}

#[test]
fn clocks_follow_hours_pauses_and_changes() {
    for case in CASES {
        let schedule = case.schedule();
        let clocks = case.run(&schedule);
        let shown = clocks.show().resolution;
        assert_eq!(shown.state, case.state, "{}", case.note);
        assert_eq!(shown.due_at, case.due.map(at), "{}", case.note);
        assert_eq!(shown.breached_at, case.breached.map(at), "{}", case.note);
        let until = shown.stopped_at.unwrap_or_else(|| at(case.now));
        let used = schedule.open_time(clocks.started_at, until, &clocks.pauses);
        assert_eq!(used.num_minutes(), case.used, "{}", case.note);
    }
}

#[test]
fn first_response_keeps_its_result_over_reopening() {
    let case = &CASES[0];
    let schedule = case.schedule();
    let target = SlaTarget {
        first_response: 30,
        resolution: 600,
    };
    let start = at("2027-03-02T08:00:00Z");
    let mut clocks = Clocks::start(start, target, &schedule);
    clocks.respond(at("2027-03-02T08:20:00Z"));
    clocks.resolve(at("2027-03-02T09:00:00Z"), &schedule);
    clocks.reopen(at("2027-03-03T09:00:00Z"), &schedule);
    clocks.respond(at("2027-03-04T09:00:00Z"));
    let shown = clocks.show();
    assert_eq!(shown.first_response.state, ClockState::Met);
    assert_eq!(
        shown.first_response.stopped_at,
        Some(at("2027-03-02T08:20:00Z"))
    );
    assert_eq!(shown.resolution.state, ClockState::Running);
}

#[test]
fn merged_ticket_takes_the_earlier_start() {
    let case = &CASES[7];
    let schedule = case.schedule();
    let target = SlaTarget {
        first_response: 120,
        resolution: 480,
    };
    let mut clocks = Clocks::start(at("2027-03-02T10:00:00Z"), target, &schedule);
    let now = at("2027-03-02T11:00:00Z");
    clocks.take_start(at("2027-03-02T08:30:00Z"), now, &schedule);
    // The earlier start would have been due at 10:30, before the merge.
    assert_eq!(clocks.response.due_at, Some(now));
    assert_eq!(clocks.resolution.due_at, Some(at("2027-03-03T08:30:00Z")));
    clocks.take_start(at("2027-03-02T09:00:00Z"), now, &schedule);
    assert_eq!(clocks.started_at, at("2027-03-02T08:30:00Z"));
}

#[test]
fn due_clock_is_breached_once() {
    let case = &CASES[7];
    let schedule = case.schedule();
    let target = SlaTarget {
        first_response: 60,
        resolution: 480,
    };
    let mut clocks = Clocks::start(at("2027-03-02T08:00:00Z"), target, &schedule);
    let due = at("2027-03-02T09:00:00Z");
    assert_eq!(clocks.next_breach(), Some(due));
    clocks.breach_due(due);
    assert_eq!(clocks.response.breached_at, Some(due));
    assert_eq!(clocks.next_due(), Some(due));
    assert_eq!(clocks.next_breach(), Some(at("2027-03-02T16:00:00Z")));
    let before = clocks.clone();
    clocks.breach_due(at("2027-03-02T10:00:00Z"));
    assert_eq!(clocks, before);
}
