//! Light, dark, or as the system has it. `boot.js` applies the choice before the first paint.

use crate::memory;
use leptos::prelude::*;

/// How the panel looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

thread_local! { static THEME: ArcRwSignal<Theme> = ArcRwSignal::new(stored()); }

impl Theme {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];
    /// Its word, as it is remembered and as the styles know it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

fn stored() -> Theme {
    match memory::recall("theme").as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// The choice, as a view may read it.
pub fn current() -> Theme {
    THEME.with(Clone::clone).get()
}

/// Chooses, and remembers it.
pub fn choose(theme: Theme) {
    memory::remember("theme", theme.word());
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme.word());
    }
    THEME.with(Clone::clone).set(theme);
}
