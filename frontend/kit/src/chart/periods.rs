//! Periods on a time axis, such as the prices of a plan: one lane per kind, with a table of the same data.

use crate::{format, route};
use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

/// A period in which something applies.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// The label, such as an amount.
    pub label: String,
    /// A further note.
    pub note: String,
    /// The start.
    pub from: DateTime<Utc>,
    /// The end; `None` for an open period.
    pub to: Option<DateTime<Utc>>,
    /// The address of the record.
    pub href: String,
}

/// Periods of one kind, of which one applies at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The label of the lane.
    pub label: String,
    /// The periods, in any order.
    pub periods: Vec<Period>,
}

/// The position of a period relative to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Past,
    Current,
    Planned,
}

impl Phase {
    fn of(period: &Period, now: DateTime<Utc>) -> Self {
        match period.to {
            _ if period.from > now => Self::Planned,
            Some(to) if to <= now => Self::Past,
            _ => Self::Current,
        }
    }
    const fn as_str(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::Current => "current",
            Self::Planned => "planned",
        }
    }
}

/// The part of the time axis that is drawn.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Span {
    /// Covers every start and end and the current time, with a tenth of the range as a margin.
    fn over(lanes: &[Lane], now: DateTime<Utc>) -> Self {
        let all = lanes.iter().flat_map(|lane| &lane.periods);
        let times = all.flat_map(|period| [Some(period.from), period.to]);
        let times: Vec<DateTime<Utc>> = times.flatten().chain([now]).collect();
        let first = times.iter().min().copied().unwrap_or(now);
        let last = times.iter().max().copied().unwrap_or(now);
        let room = ((last - first) / 10).max(TimeDelta::days(1));
        Self {
            from: first - room / 4,
            to: last + room,
        }
    }
    /// Returns the position of a moment, in thousandths.
    fn at(self, time: DateTime<Utc>) -> i64 {
        let whole = (self.to - self.from).num_seconds().max(1);
        let part = (time - self.from).num_seconds().clamp(0, whole);
        part.saturating_mul(1000) / whole
    }
}

/// Draws the lanes, the description of the focused period, and the table.
pub fn periods(title: &'static str, mut lanes: Vec<Lane>, now: DateTime<Utc>) -> AnyView {
    for lane in &mut lanes {
        lane.periods.sort_by_key(|period| period.from);
    }
    let span = Span::over(&lanes, now);
    let description = RwSignal::new(None::<String>);
    let drawn: Vec<AnyView> = lanes
        .iter()
        .map(|lane| row(lane, span, now, description))
        .collect();
    let text = move || description.get().unwrap_or_default();
    view! {
        <figure class="periods" aria-label=title>
            {drawn}
            <div class="periods-axis" aria-hidden="true"><span>{format::date(span.from)}</span>
                <span class="periods-now">"┃ Today, "{format::date(now)}</span><span>{format::date(span.to)}</span></div>
            <p class="periods-description muted" aria-hidden="true">{text}</p>
            <details class="periods-table"><summary>"As a table"</summary>{table(title, &lanes, now)}</details>
        </figure>
    }
    .into_any()
}

fn row(
    lane: &Lane,
    span: Span,
    now: DateTime<Utc>,
    description: RwSignal<Option<String>>,
) -> AnyView {
    let current = lane
        .periods
        .iter()
        .find(|period| Phase::of(period, now) == Phase::Current);
    let current = current.map_or_else(|| "none now".to_owned(), |period| period.label.clone());
    let bars = lane.periods.iter().map(|period| {
        let (from, to) = (
            span.at(period.from),
            period.to.map_or(1000, |to| span.at(to)),
        );
        // A small gap separates neighbours, and a short period is still wide enough to click.
        let width = (to - from - 2).max(4);
        let phase = Phase::of(period, now).as_str();
        let text = sentence(period, phase);
        let (pointed, focused, name) = (text.clone(), text.clone(), text);
        let (href, opened) = (period.href.clone(), period.href.clone());
        let key = move |event: leptos::ev::KeyboardEvent| {
            if event.key() == "Enter" {
                route::go(&opened);
            }
        };
        view! {
            <g class="period-bar" data-phase=phase role="link" tabindex="0" aria-label=name
                on:mouseenter=move |_| description.set(Some(pointed.clone())) on:focus=move |_| description.set(Some(focused.clone()))
                on:click=move |_| route::go(&href) on:keydown=key>
                <rect x=from width=width y="0" height="28" rx="3"/></g>
        }
    });
    let bars = bars.collect_view();
    let x = span.at(now);
    view! {
        <div class="periods-lane"><p><span>{lane.label.clone()}</span><strong>{current}</strong></p>
            <svg viewBox="0 0 1000 28" preserveAspectRatio="none" role="group" aria-label=lane.label.clone()>
                {bars}<line class="periods-now-line" x1=x x2=x y1="-2" y2="30"/></svg></div>
    }
    .into_any()
}

/// Describes a period: `$9.90, current: from 1 Jan 2026, open. The new season's price`.
fn sentence(period: &Period, phase: &str) -> String {
    let until = period.to.map_or_else(
        || "open".to_owned(),
        |to| format!("until {}", format::until(to)),
    );
    let note = match period.note.as_str() {
        "" => String::new(),
        note => format!(". {note}"),
    };
    let from = format::moment(period.from);
    format!("{}, {phase}: from {from}, {until}{note}", period.label)
}

fn table(title: &'static str, lanes: &[Lane], now: DateTime<Utc>) -> AnyView {
    let rows = lanes.iter().flat_map(|lane| {
        lane.periods.iter().rev().map(|period| {
            let until = period.to.map_or_else(|| "Open".to_owned(), format::until);
            view! {
                <tr role="row"><td role="cell" class="lead" data-label="For">{lane.label.clone()}</td>
                    <td role="cell" data-label="Is"><a class="link" href=period.href.clone()>{period.label.clone()}</a></td>
                    <td role="cell" data-label="State">{format::sentence(Phase::of(period, now).as_str())}</td>
                    <td role="cell" data-label="From">{format::moment(period.from)}</td>
                    <td role="cell" data-label="Until">{until}</td></tr>
            }
        })
    });
    let rows = rows.collect_view();
    let header = |text: &'static str| view! { <th role="columnheader" scope="col">{text}</th> };
    let headers = ["For", "Is", "State", "From", "Until"]
        .map(header)
        .collect_view();
    view! {
        <div class="grid small"><table role="table"><caption class="sr-only">{title}</caption>
            <thead role="rowgroup"><tr role="row">{headers}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::<Utc>::default() + TimeDelta::days(number)
    }
    fn period(from: i64, to: Option<i64>) -> Period {
        Period {
            label: "$9.90".to_owned(),
            note: String::new(),
            from: day(from),
            to: to.map(day),
            href: String::new(),
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn phase_is_past_current_or_planned() {
        let phase = |from, to| Phase::of(&period(from, to), day(10));
        assert_eq!(phase(1, Some(10)), Phase::Past);
        assert_eq!(phase(10, None), Phase::Current);
        assert_eq!(phase(1, Some(11)), Phase::Current);
        assert_eq!(phase(11, None), Phase::Planned);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn span_covers_every_window() {
        let lane = Lane {
            label: String::new(),
            periods: vec![period(0, Some(100)), period(100, None)],
        };
        let span = Span::over(&[lane], day(50));
        let positions = [day(0), day(50), day(100)].map(|time| span.at(time));
        assert!(positions.is_sorted() && positions.iter().all(|at| (0..1000).contains(at)));
        assert_eq!((span.at(day(-500)), span.at(day(500))), (0, 1000));
    }
}
