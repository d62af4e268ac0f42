//! A state in a word, with a tone that never stands alone: the word says it too.

use leptos::prelude::*;

/// Whether a state is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neither.
    #[default]
    Neutral,
    /// As it should be.
    Good,
    /// Under way, or to be watched.
    Waiting,
    /// Somebody has to look at it.
    Bad,
    /// Of note, without being good or bad.
    News,
}

impl Tone {
    /// Its word in the styles.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Waiting => "waiting",
            Self::Bad => "bad",
            Self::News => "news",
        }
    }
}

impl From<wire::billing::orders::Tone> for Tone {
    fn from(tone: wire::billing::orders::Tone) -> Self {
        use wire::billing::orders::Tone as Told;
        match tone {
            Told::Good => Self::Good,
            Told::Bad => Self::Bad,
            Told::Neutral => Self::Neutral,
            Told::Waiting => Self::Waiting,
        }
    }
}

/// Draws it.
pub fn badge(text: impl Into<String>, tone: Tone) -> AnyView {
    let text: String = text.into();
    view! { <span class="badge" data-tone=tone.word()>{text}</span> }.into_any()
}
