//! Windows on a line of time: what holds from when until when, one lane above the other, with their table behind them.

use crate::{format, route};
use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

/// Something that holds for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// What it is, such as an amount.
    pub label: String,
    /// What is more to say of it.
    pub note: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; open without one.
    pub to: Option<DateTime<Utc>>,
    /// Where it leads.
    pub href: String,
}

/// Windows of one kind, of which one holds at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// What they are of.
    pub label: String,
    /// The windows, in any order.
    pub windows: Vec<Window>,
}

/// Where a window stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Past,
    Current,
    Planned,
}

impl Phase {
    fn of(window: &Window, now: DateTime<Utc>) -> Self {
        match window.to {
            _ if window.from > now => Self::Planned,
            Some(to) if to <= now => Self::Past,
            _ => Self::Current,
        }
    }
    const fn word(self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::Current => "current",
            Self::Planned => "planned",
        }
    }
}

/// What of time is drawn.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Span {
    /// Everything that begins or ends, this moment, and a tenth of it on both sides.
    fn over(lanes: &[Lane], now: DateTime<Utc>) -> Self {
        let all = lanes.iter().flat_map(|lane| &lane.windows);
        let times = all.flat_map(|window| [Some(window.from), window.to]);
        let times: Vec<DateTime<Utc>> = times.flatten().chain([now]).collect();
        let first = times.iter().min().copied().unwrap_or(now);
        let last = times.iter().max().copied().unwrap_or(now);
        let room = ((last - first) / 10).max(TimeDelta::days(1));
        Self {
            from: first - room / 4,
            to: last + room,
        }
    }
    /// Where a moment stands, in thousandths.
    fn at(self, time: DateTime<Utc>) -> i64 {
        let whole = (self.to - self.from).num_seconds().max(1);
        let part = (time - self.from).num_seconds().clamp(0, whole);
        part.saturating_mul(1000) / whole
    }
}

/// Draws the lanes, what is pointed at in words, and the table.
pub fn windows(title: &'static str, mut lanes: Vec<Lane>, now: DateTime<Utc>) -> AnyView {
    for lane in &mut lanes {
        lane.windows.sort_by_key(|window| window.from);
    }
    let span = Span::over(&lanes, now);
    let told = RwSignal::new(None::<String>);
    let drawn: Vec<AnyView> = lanes
        .iter()
        .map(|lane| row(lane, span, now, told))
        .collect();
    let says = move || told.get().unwrap_or_default();
    view! {
        <figure class="windows" aria-label=title>
            {drawn}
            <div class="windows-axis" aria-hidden="true"><span>{format::date(span.from)}</span>
                <span class="windows-now">"┃ Today, "{format::date(now)}</span><span>{format::date(span.to)}</span></div>
            <p class="windows-told muted" aria-hidden="true">{says}</p>
            <details class="windows-table"><summary>"As a table"</summary>{table(title, &lanes, now)}</details>
        </figure>
    }
    .into_any()
}

fn row(lane: &Lane, span: Span, now: DateTime<Utc>, told: RwSignal<Option<String>>) -> AnyView {
    let current = lane
        .windows
        .iter()
        .find(|window| Phase::of(window, now) == Phase::Current);
    let current = current.map_or_else(|| "nothing now".to_owned(), |window| window.label.clone());
    let bars = lane.windows.iter().map(|window| {
        let (from, to) = (
            span.at(window.from),
            window.to.map_or(1000, |to| span.at(to)),
        );
        // A hair's breadth is left between neighbours, and a short one can still be hit.
        let width = (to - from - 2).max(4);
        let phase = Phase::of(window, now).word();
        let says = sentence(window, phase);
        let (pointed, focused, name) = (says.clone(), says.clone(), says);
        let (href, opened) = (window.href.clone(), window.href.clone());
        let key = move |event: leptos::ev::KeyboardEvent| {
            if event.key() == "Enter" {
                route::go(&opened);
            }
        };
        view! {
            <g class="window-bar" data-phase=phase role="link" tabindex="0" aria-label=name
                on:mouseenter=move |_| told.set(Some(pointed.clone())) on:focus=move |_| told.set(Some(focused.clone()))
                on:click=move |_| route::go(&href) on:keydown=key>
                <rect x=from width=width y="0" height="28" rx="3"/></g>
        }
    });
    let bars = bars.collect_view();
    let x = span.at(now);
    view! {
        <div class="windows-lane"><p><span>{lane.label.clone()}</span><strong>{current}</strong></p>
            <svg viewBox="0 0 1000 28" preserveAspectRatio="none" role="group" aria-label=lane.label.clone()>
                {bars}<line class="windows-mark" x1=x x2=x y1="-2" y2="30"/></svg></div>
    }
    .into_any()
}

/// `$9.90, current: from 1 Jan 2026, open. The new season's price`.
fn sentence(window: &Window, phase: &str) -> String {
    let until = window.to.map_or_else(
        || "open".to_owned(),
        |to| format!("until {}", format::until(to)),
    );
    let note = match window.note.as_str() {
        "" => String::new(),
        note => format!(". {note}"),
    };
    let from = format::moment(window.from);
    format!("{}, {phase}: from {from}, {until}{note}", window.label)
}

fn table(title: &'static str, lanes: &[Lane], now: DateTime<Utc>) -> AnyView {
    let rows = lanes.iter().flat_map(|lane| {
        lane.windows.iter().rev().map(|window| {
            let until = window.to.map_or_else(|| "Open".to_owned(), format::until);
            view! {
                <tr role="row"><td role="cell" class="lead" data-label="For">{lane.label.clone()}</td>
                    <td role="cell" data-label="Is"><a class="link" href=window.href.clone()>{window.label.clone()}</a></td>
                    <td role="cell" data-label="State">{format::sentence(Phase::of(window, now).word())}</td>
                    <td role="cell" data-label="From">{format::moment(window.from)}</td>
                    <td role="cell" data-label="Until">{until}</td></tr>
            }
        })
    });
    let rows = rows.collect_view();
    let head = |text: &'static str| view! { <th role="columnheader" scope="col">{text}</th> };
    let heads = ["For", "Is", "State", "From", "Until"]
        .map(head)
        .collect_view();
    view! {
        <div class="grid small"><table role="table"><caption class="sr-only">{title}</caption>
            <thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></div>
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
    fn window(from: i64, to: Option<i64>) -> Window {
        Window {
            label: "$9.90".to_owned(),
            note: String::new(),
            from: day(from),
            to: to.map(day),
            href: String::new(),
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_window_is_past_current_or_planned() {
        let phase = |from, to| Phase::of(&window(from, to), day(10));
        assert_eq!(phase(1, Some(10)), Phase::Past);
        assert_eq!(phase(10, None), Phase::Current);
        assert_eq!(phase(1, Some(11)), Phase::Current);
        assert_eq!(phase(11, None), Phase::Planned);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn everything_has_its_place_on_the_line() {
        let lane = Lane {
            label: String::new(),
            windows: vec![window(0, Some(100)), window(100, None)],
        };
        let span = Span::over(&[lane], day(50));
        let places = [day(0), day(50), day(100)].map(|time| span.at(time));
        assert!(places.is_sorted() && places.iter().all(|at| (0..1000).contains(at)));
        assert_eq!((span.at(day(-500)), span.at(day(500))), (0, 1000));
    }
}
