//! The Data Usage Monitor: the eSIMs in use by the data that is left.

mod list;

use kit::{Screen, ui::Tone};
use wire::{Permission, esims::usage::ForecastState};

/// The screens of the monitor.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/esims/usage",
    title: "Data usage",
    needs: Permission::EsimsRead,
    view: |_| Some(list::screen()),
}];

/// Returns the badge of a forecast.
pub const fn forecast(state: ForecastState) -> (&'static str, Tone) {
    match state {
        ForecastState::Unlimited => ("Unlimited", Tone::Info),
        ForecastState::Depleted => ("Used up", Tone::Bad),
        ForecastState::Stale => ("No recent reading", Tone::Waiting),
        ForecastState::TooLittleData => ("Too few readings", Tone::Neutral),
        ForecastState::NoUsage => ("Not used lately", Tone::Neutral),
        ForecastState::Lasts => ("Lasts", Tone::Good),
        ForecastState::RunsOut => ("Runs out", Tone::Waiting),
    }
}
