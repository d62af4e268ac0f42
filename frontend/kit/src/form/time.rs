//! Times in a form: typed in the time zone of the business, kept in UTC. The field rejects a time that clocks skip, and
//! asks the user to choose between two moments when a time occurs twice.

use super::state::Form;
use crate::{
    format::{self, Clock},
    ids,
};
use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use leptos::prelude::*;
use serde_json::Value;
use wire::Param;

/// Prefix of a draft value for a time that does not exist.
const SKIPPED: &str = "skipped:";
/// Prefix of a draft value for a time that occurs twice, until the user chooses one of the two.
const TWICE: &str = "twice:";

/// A time in the draft.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Typed {
    Nothing,
    Moment(DateTime<Utc>),
    Skipped(NaiveDateTime),
    Twice(NaiveDateTime),
}

impl Typed {
    fn read(text: &str) -> Self {
        let prefixed = |prefix: &str| text.strip_prefix(prefix).and_then(format::read_local);
        if let Some(local) = prefixed(SKIPPED) {
            return Self::Skipped(local);
        }
        if let Some(local) = prefixed(TWICE) {
            return Self::Twice(local);
        }
        DateTime::parse_from_rfc3339(text).map_or(Self::Nothing, |at| Self::Moment(at.to_utc()))
    }
    /// Reads a local time; `Nothing` for an empty box.
    fn of(local: Option<NaiveDateTime>) -> Self {
        local.map_or(Self::Nothing, |local| match format::clock(local) {
            Clock::Skipped => Self::Skipped(local),
            Clock::Once(at) => Self::Moment(at),
            Clock::Twice(..) => Self::Twice(local),
        })
    }
    fn text(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Moment(at) => at.show(),
            Self::Skipped(local) => format!("{SKIPPED}{}", local.format("%Y-%m-%dT%H:%M")),
            Self::Twice(local) => format!("{TWICE}{}", local.format("%Y-%m-%dT%H:%M")),
        }
    }
    /// Returns the local time in the time zone of the business.
    fn local(self) -> Option<NaiveDateTime> {
        match self {
            Self::Nothing => None,
            Self::Moment(at) => format::read_local(&format::local(at)),
            Self::Skipped(local) | Self::Twice(local) => Some(local),
        }
    }
    /// Returns the two moments that share one local time, and the chosen one.
    #[expect(
        clippy::type_complexity,
        reason = "two moments and the chosen one need no name of their own"
    )]
    fn choice(self) -> Option<(DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>)> {
        let Clock::Twice(first, second) = format::clock(self.local()?) else {
            return None;
        };
        let chosen = match self {
            Self::Moment(at) => Some(at),
            _ => None,
        };
        Some((first, second, chosen))
    }
}

/// Returns the error message for a time in the draft.
pub(super) fn time_error(text: &str) -> Option<String> {
    match Typed::read(text) {
        Typed::Skipped(_) => Some(format!(
            "This time does not exist in {}: clocks go forward over it. Enter another one.",
            format::zone()
        )),
        Typed::Twice(_) => Some("This time occurs twice. Choose one of the two.".to_owned()),
        Typed::Nothing | Typed::Moment(_) => None,
    }
}

/// The attributes that link an input to its label, its help and its error.
#[derive(Clone)]
pub(super) struct Tied {
    pub id: String,
    pub wrong: Signal<Option<&'static str>>,
    pub described: Signal<Option<String>>,
}

/// Draws a moment: a day and a time.
pub(super) fn moment(form: Form, key: &'static str, tied: Tied) -> AnyView {
    let typed = read(form, key);
    let shown = move || {
        let local = typed.get().local();
        local.map(|local| local.format("%Y-%m-%dT%H:%M").to_string())
    };
    let set = move |event| {
        keep(
            form,
            key,
            Typed::of(format::read_local(&event_target_value(&event))),
        )
    };
    let (wrong, described) = (tied.wrong, tied.described);
    view! {
        <input id=tied.id type="datetime-local" prop:value={move || shown().unwrap_or_default()} on:change=set
            on:blur=move |_| form.leave(key) aria-invalid=move || wrong.get() aria-describedby=move || described.get()/>
        {twice(form, key, typed)}
        <p class="field-help">{format!("Time zone: {}", format::zone())}</p>
    }
    .into_any()
}

/// Draws an end: a last day, inclusive, and an optional time within that day.
pub(super) fn end(form: Form, key: &'static str, tied: Tied) -> AnyView {
    let typed = read(form, key);
    // An end at midnight is shown as the day before it, without a time.
    let shown = move || {
        let typed = typed.get();
        let local = typed.local()?;
        let whole =
            matches!(typed, Typed::Moment(at) if format::day_start(local.date()) == Some(at));
        Some(if whole {
            (local.date().pred_opt()?.to_string(), String::new())
        } else {
            (local.date().to_string(), local.format("%H:%M").to_string())
        })
    };
    let day = move || shown().map(|(day, _)| day).unwrap_or_default();
    let time = move || shown().map(|(_, time)| time).unwrap_or_default();
    let set = move |day: String, time: String| {
        let Ok(day) = day.parse::<chrono::NaiveDate>() else {
            return keep(form, key, Typed::Nothing);
        };
        let typed = match NaiveTime::parse_from_str(time.get(..5).unwrap_or_default(), "%H:%M") {
            Ok(time) => Typed::of(Some(day.and_time(time))),
            Err(_) => format::day_end(day).map_or(Typed::Nothing, Typed::Moment),
        };
        keep(form, key, typed);
    };
    let set_day = move |event| set(event_target_value(&event), untrack(time));
    let set_time = move |event| set(untrack(day), event_target_value(&event));
    let (wrong, described) = (tied.wrong, tied.described);
    view! {
        <div class="day-and-time">
            <input id=tied.id type="date" prop:value=day on:change=set_day on:blur=move |_| form.leave(key)
                aria-invalid=move || wrong.get() aria-describedby=move || described.get()/>
            <input type="time" aria-label="Time, empty for the end of the day" prop:value=time on:change=set_time
                on:blur=move |_| form.leave(key)/>
        </div>
        {twice(form, key, typed)}
        <p class="field-help">{format!("The last day, inclusive, in {}. Add a time to end within the day.", format::zone())}</p>
    }
    .into_any()
}

fn read(form: Form, key: &'static str) -> Memo<Typed> {
    Memo::new(move |_| form.draft.with(|draft| Typed::read(draft.text(key))))
}

fn keep(form: Form, key: &'static str, typed: Typed) {
    form.set(key, Value::String(typed.text()));
    form.leave(key);
}

/// Asks the user to choose between two moments that share one local time.
fn twice(form: Form, key: &'static str, typed: Memo<Typed>) -> AnyView {
    let name = ids::element_id("twice");
    let one = move |name: String, at: DateTime<Utc>, chosen: bool, which: &'static str| {
        view! {
            <label class="check"><input type="radio" name=name prop:checked=chosen
                on:change=move |_| keep(form, key, Typed::Moment(at))/>
                <span>{which}" ("{format::offset_text(at)}")"</span></label>
        }
    };
    (move || {
        typed.get().choice().map(|(first, second, chosen)| {
            view! {
                <fieldset class="twice"><legend>"Clocks go back: this time occurs twice. Choose one."</legend>
                    {one(name.clone(), first, chosen == Some(first), "The first")}
                    {one(name.clone(), second, chosen == Some(second), "The second")}</fieldset>
            }
        })
    })
    .into_any()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn typed(local: &str) -> String {
        format::set_zone("Europe/Berlin");
        let text = Typed::of(format::read_local(local)).text();
        format::set_zone("UTC");
        text
    }

    #[wasm_bindgen_test]
    fn time_is_stored_in_utc_and_ambiguous_ones_are_prefixed() {
        assert_eq!(typed("2026-12-05T00:00"), "2026-12-04T23:00:00Z");
        assert_eq!(typed("2026-03-29T02:30"), "skipped:2026-03-29T02:30");
        assert_eq!(typed("2026-10-25T02:30"), "twice:2026-10-25T02:30");
        assert!(
            time_error("skipped:2026-03-29T02:30")
                .is_some_and(|text| text.contains("does not exist"))
        );
        assert!(
            time_error("twice:2026-10-25T02:30").is_some_and(|text| text.contains("occurs twice"))
        );
        assert_eq!(time_error("2026-10-25T00:30:00Z"), None);
    }
}
