//! Badges: a status in a word, with a tone. The tone never carries the meaning alone.

use leptos::prelude::*;

/// The tone of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Neutral,
    /// As expected.
    Good,
    /// In progress, or to be watched.
    Waiting,
    /// Needs attention.
    Bad,
    /// Information that is neither good nor bad.
    Info,
}

impl Tone {
    /// Returns the name of the tone in the styles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }
}

impl From<wire::billing::orders::EventTone> for Tone {
    fn from(tone: wire::billing::orders::EventTone) -> Self {
        use wire::billing::orders::EventTone as WireTone;
        match tone {
            WireTone::Good => Self::Good,
            WireTone::Bad => Self::Bad,
            WireTone::Neutral => Self::Neutral,
            WireTone::Waiting => Self::Waiting,
        }
    }
}

/// Draws a badge.
pub fn badge(text: impl Into<String>, tone: Tone) -> AnyView {
    let text: String = text.into();
    view! { <span class="badge" data-tone=tone.as_str()>{text}</span> }.into_any()
}
