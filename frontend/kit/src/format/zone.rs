//! The time zone of the business: the panel shows all days and times in it, wherever the user is. The browser
//! provides the rules of every zone; only this module reads them.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use std::cell::RefCell;

/// The distance before and after a local time at which the offset is read: more than any offset, less than the time
/// between two clock changes.
const AROUND: TimeDelta = TimeDelta::hours(30);
/// The maximum delay of the start of a day, in quarters of an hour, when clocks go forward at midnight.
const QUARTERS: i64 = 12;

thread_local! { static ZONE: RefCell<Zone> = RefCell::new(Zone::new("UTC")); }

/// A zone, and the browser's calendar of it.
struct Zone {
    name: String,
    #[cfg(target_arch = "wasm32")]
    calendar: Option<wasm_bindgen::JsValue>,
}

/// The moments that a local time denotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The local time does not exist: clocks went forward over it.
    Skipped,
    /// One moment.
    Once(DateTime<Utc>),
    /// Two moments, the earlier one first: clocks went back over it.
    Twice(DateTime<Utc>, DateTime<Utc>),
}

/// Sets the zone of the business. A zone that the browser does not know becomes UTC.
pub(crate) fn set_zone(name: &str) {
    ZONE.with_borrow_mut(|zone| {
        if zone.name != name {
            *zone = Zone::new(name);
        }
    });
}

/// Returns the name of the business's zone, such as `Europe/Berlin`.
pub fn zone() -> String {
    ZONE.with_borrow(|zone| zone.name.clone())
}

/// Returns how far the business's clocks are ahead of UTC at a moment.
pub(super) fn offset(at: DateTime<Utc>) -> TimeDelta {
    ZONE.with_borrow(|zone| zone.offset(at))
}

/// Formats an offset: `UTC+02:00`.
pub fn offset_text(at: DateTime<Utc>) -> String {
    let minutes = offset(at).num_minutes();
    let (sign, minutes) = if minutes < 0 {
        ("−", -minutes)
    } else {
        ("+", minutes)
    };
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Returns the moments that a local time of the business denotes.
pub fn clock(local: NaiveDateTime) -> Clock {
    let as_utc = local.and_utc();
    let mut found: Vec<DateTime<Utc>> = [as_utc - AROUND, as_utc + AROUND]
        .into_iter()
        .map(offset)
        .map(|ahead| (as_utc - ahead, ahead))
        .filter(|(at, ahead)| offset(*at) == *ahead)
        .map(|(at, _)| at)
        .collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [] => Clock::Skipped,
        [at] => Clock::Once(*at),
        [first, .., last] => Clock::Twice(*first, *last),
    }
}

/// Returns the moment at which a day of the business starts: usually midnight, later where clocks skip it.
pub fn day_start(day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    (0..=QUARTERS)
        .filter_map(|quarter| TimeDelta::try_minutes(15 * quarter))
        .find_map(|late| match clock(midnight + late) {
            Clock::Skipped => None,
            Clock::Once(at) | Clock::Twice(at, _) => Some(at),
        })
}

/// Returns the moment at which a day of the business has ended: the start of the next one.
pub fn day_end(day: NaiveDate) -> Option<DateTime<Utc>> {
    day_start(day.checked_add_days(Days::new(1))?)
}

/// Returns the day of the business at a moment.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    (at.naive_utc() + offset(at)).date()
}

#[cfg(not(target_arch = "wasm32"))]
impl Zone {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
        }
    }
    /// Returns zero: on the host there is no browser, and the zone is UTC.
    fn offset(&self, _: DateTime<Utc>) -> TimeDelta {
        TimeDelta::zero()
    }
}

#[cfg(target_arch = "wasm32")]
impl Zone {
    fn new(name: &str) -> Self {
        let calendar = browser::calendar(name);
        let name = if calendar.is_some() { name } else { "UTC" };
        Self {
            name: name.to_owned(),
            calendar,
        }
    }
    fn offset(&self, at: DateTime<Utc>) -> TimeDelta {
        // Clocks have no fractions of a second.
        let whole = DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at);
        let local = self
            .calendar
            .as_ref()
            .and_then(|calendar| browser::local(calendar, whole));
        local.map_or_else(TimeDelta::zero, |local| local - whole.naive_utc())
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
    use js_sys::{Array, Function, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    const PARTS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];

    /// Makes an `Intl.DateTimeFormat` of a zone; `None` when the browser does not know the zone.
    pub(super) fn calendar(name: &str) -> Option<JsValue> {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let make: Function = Reflect::get(&intl, &"DateTimeFormat".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let options = Object::new();
        let set = |key: &str, value: &str| Reflect::set(&options, &key.into(), &value.into());
        set("timeZone", name).ok()?;
        set("hourCycle", "h23").ok()?;
        set("calendar", "gregory").ok()?;
        set("numberingSystem", "latn").ok()?;
        for part in PARTS {
            set(part, "numeric").ok()?;
        }
        Reflect::construct(&make, &Array::of2(&"en-US".into(), &options)).ok()
    }

    /// Returns the local time of a zone at a moment.
    pub(super) fn local(calendar: &JsValue, at: DateTime<Utc>) -> Option<NaiveDateTime> {
        let text = at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let date = js_sys::Date::new(&text.into());
        let split: Function = Reflect::get(calendar, &"formatToParts".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let parts: Array = split.call1(calendar, &date).ok()?.dyn_into().ok()?;
        let mut found = [0_i32; 6];
        for part in parts.iter() {
            let kind = Reflect::get(&part, &"type".into()).ok()?.as_string()?;
            let value = Reflect::get(&part, &"value".into()).ok()?.as_string()?;
            let index = PARTS.iter().position(|known| *known == kind);
            if let Some(slot) = index.and_then(|index| found.get_mut(index)) {
                *slot = value.parse().ok()?;
            }
        }
        let [year, rest @ ..] = found;
        let [month, day, hour, minute, second] = rest.map(i32::unsigned_abs);
        NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, second)
    }
}

/// Returns the names of all zones, UTC first.
#[cfg(target_arch = "wasm32")]
pub fn zones() -> Vec<String> {
    use js_sys::{Array, Function, Reflect};
    use wasm_bindgen::JsCast;
    let known = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let list: Function = Reflect::get(&intl, &"supportedValuesOf".into())
            .ok()?
            .dyn_into()
            .ok()?;
        list.call1(&intl, &"timeZone".into())
            .ok()?
            .dyn_into::<Array>()
            .ok()
    };
    let known = known().unwrap_or_default();
    let named = known.iter().filter_map(|name| name.as_string());
    std::iter::once("UTC".to_owned())
        .chain(named.filter(|name| name != "UTC"))
        .collect()
}
/// Returns the names of all zones, UTC first.
#[cfg(not(target_arch = "wasm32"))]
pub fn zones() -> Vec<String> {
    vec!["UTC".to_owned()]
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn utc(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .unwrap_or_default()
    }
    fn read(text: &str) -> NaiveDateTime {
        text.parse().unwrap_or_default()
    }
    fn within<T>(name: &str, run: impl FnOnce() -> T) -> T {
        set_zone(name);
        let outcome = run();
        set_zone("UTC");
        outcome
    }

    #[wasm_bindgen_test]
    fn clock_finds_skipped_and_repeated_hours() {
        within("Europe/Berlin", || {
            assert_eq!(
                clock(read("2026-11-28T00:00:00")),
                Clock::Once(utc("2026-11-27T23:00:00Z"))
            );
            assert_eq!(
                clock(read("2026-07-01T12:30:00")),
                Clock::Once(utc("2026-07-01T10:30:00Z"))
            );
            assert_eq!(clock(read("2026-03-29T02:30:00")), Clock::Skipped);
            assert_eq!(
                clock(read("2026-10-25T02:30:00")),
                Clock::Twice(utc("2026-10-25T00:30:00Z"), utc("2026-10-25T01:30:00Z"))
            );
            assert_eq!(
                clock(read("2026-10-25T03:00:00")),
                Clock::Once(utc("2026-10-25T02:00:00Z"))
            );
            assert_eq!(offset_text(utc("2026-07-01T00:00:00Z")), "UTC+02:00");
        });
        within("America/St_Johns", || {
            assert_eq!(
                clock(read("2026-01-15T12:00:00")),
                Clock::Once(utc("2026-01-15T15:30:00Z"))
            );
            assert_eq!(offset_text(utc("2026-01-15T00:00:00Z")), "UTC−03:30");
        });
        within("Pacific/Kiritimati", || {
            assert_eq!(
                clock(read("2026-01-01T00:00:00")),
                Clock::Once(utc("2025-12-31T10:00:00Z"))
            );
        });
    }

    #[wasm_bindgen_test]
    fn day_begins_later_where_midnight_is_skipped() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        within("Africa/Cairo", || {
            // Clocks go from 23:59 to 01:00.
            assert_eq!(
                day("2026-04-24").and_then(day_start),
                Some(utc("2026-04-23T22:00:00Z"))
            );
        });
        within("Europe/Berlin", || {
            assert_eq!(
                day("2026-12-05").and_then(day_end),
                Some(utc("2026-12-05T23:00:00Z"))
            );
            assert_eq!(
                day_of(utc("2026-12-05T22:59:59Z")),
                day("2026-12-05").unwrap_or_default()
            );
            assert_eq!(
                day_of(utc("2026-12-05T23:00:00Z")),
                day("2026-12-06").unwrap_or_default()
            );
        });
    }

    #[wasm_bindgen_test]
    fn unknown_zone_is_utc() {
        within("Moon/Tycho", || assert_eq!(zone(), "UTC"));
    }
}
