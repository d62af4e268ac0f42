//! The theme: light, dark, or the system's choice. `boot.js` applies it before the first paint.

use crate::local_storage;
use leptos::prelude::*;

/// A theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The system's choice.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

thread_local! { static THEME: ArcRwSignal<Theme> = ArcRwSignal::new(stored()); }

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];
    /// Returns the name of the theme in the browser's storage and in the styles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

fn stored() -> Theme {
    match local_storage::get("theme").as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// Returns the current theme; a view follows it.
pub fn current() -> Theme {
    THEME.with(Clone::clone).get()
}

/// Applies a theme and stores it.
pub fn choose(theme: Theme) {
    local_storage::set("theme", theme.as_str());
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme.as_str());
    }
    THEME.with(Clone::clone).set(theme);
}
