//! A formatted value in a cell or a fact.

use super::{Tone, badge, copyable};
use crate::format;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use wire::{Currency, Decimal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Absent,
    Code,
    Badge(Tone),
    Time,
}

/// A formatted value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    kind: Kind,
    text: String,
    hint: Option<String>,
    note: Option<String>,
    link: Option<String>,
    also: Vec<(String, Tone)>,
}

impl Value {
    fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            hint: None,
            note: None,
            link: None,
            also: Vec::new(),
        }
    }
    /// A text; a dash if it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() {
            Self::absent()
        } else {
            Self::new(Kind::Plain, text)
        }
    }
    /// An optional text.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or_else(Self::absent, Self::text)
    }
    /// A missing value.
    pub fn absent() -> Self {
        Self::new(Kind::Absent, "–")
    }
    /// A text that users copy exactly: an id, a card number.
    pub fn code(text: impl Into<String>) -> Self {
        Self::new(Kind::Code, text)
    }
    /// A status badge.
    pub fn badge(text: impl Into<String>, tone: Tone) -> Self {
        Self::new(Kind::Badge(tone), text)
    }
    /// A badge for a value of an enumeration.
    pub fn state(word: &str, tone: Tone) -> Self {
        Self::badge(format::sentence(word), tone)
    }
    /// An amount.
    pub fn money(amount: &Decimal, currency: Currency) -> Self {
        Self::new(Kind::Plain, format::money(amount, currency))
    }
    /// An amount that may be missing or hidden.
    pub fn maybe_money(amount: Option<&Decimal>, currency: Currency) -> Self {
        amount.map_or_else(Self::absent, |amount| Self::money(amount, currency))
    }
    /// A number.
    pub fn count(number: impl Into<i64>) -> Self {
        Self::new(Kind::Plain, format::count(number.into()))
    }
    /// Yes or no.
    pub fn yes_no(yes: bool) -> Self {
        Self::new(Kind::Plain, if yes { "Yes" } else { "No" })
    }
    /// A moment in the time zone of the business; UTC on hover.
    pub fn time(time: DateTime<Utc>) -> Self {
        Self::new(Kind::Time, format::moment(time)).hint(format::utc(time))
    }
    /// A day in the time zone of the business; UTC on hover.
    pub fn day(time: DateTime<Utc>) -> Self {
        Self::new(Kind::Time, format::date(time)).hint(format::utc(time))
    }
    /// An exclusive end: its last day, or the moment where it ends within a day; UTC on hover.
    pub fn until(end: DateTime<Utc>) -> Self {
        Self::new(Kind::Time, format::until(end)).hint(format::utc(end))
    }
    /// How long ago; the moment on hover.
    pub fn ago(time: DateTime<Utc>) -> Self {
        let full = format!("{} · {}", format::moment(time), format::utc(time));
        Self::new(Kind::Time, format::ago(time, format::now())).hint(full)
    }
    /// A deadline: red once it has passed, amber within the last hour; the moment on hover.
    pub fn due(at: DateTime<Utc>) -> Self {
        let now = format::now();
        let tone = match at.signed_duration_since(now).num_minutes() {
            _ if at <= now => Tone::Bad,
            ..60 => Tone::Waiting,
            _ => Tone::Neutral,
        };
        let full = format!("{} · {}", format::moment(at), format::utc(at));
        Self::badge(format!("Due {}", format::ago(at, now)), tone).hint(full)
    }
    /// An optional moment.
    pub fn maybe_time(time: Option<DateTime<Utc>>) -> Self {
        time.map_or_else(Self::absent, Self::time)
    }
    /// A name with a link, or a missing value.
    pub fn linked(name: Option<&str>, href: Option<String>) -> Self {
        let value = Self::maybe(name.map(str::to_owned));
        match href {
            Some(href) if name.is_some() => value.link(href),
            _ => value,
        }
    }
    /// Adds a text on hover.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    /// Adds a second line.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into()).filter(|note| !note.is_empty());
        self
    }
    /// Adds another badge beside the value.
    pub fn also(mut self, text: impl Into<String>, tone: Tone) -> Self {
        self.also.push((text.into(), tone));
        self
    }
    /// Adds a link.
    pub fn link(mut self, href: impl Into<String>) -> Self {
        self.link = Some(href.into());
        self
    }
    pub(crate) fn link_or_keep(mut self, href: Option<String>) -> Self {
        self.link = href.or(self.link);
        self
    }
    /// Returns the plain text.
    pub fn plain(&self) -> &str {
        &self.text
    }
    /// Draws the value.
    pub fn view(self) -> AnyView {
        let Self {
            kind,
            text,
            hint,
            note,
            link,
            also,
        } = self;
        let body = match kind {
            Kind::Plain => view! { <span title=hint>{text}</span> }.into_any(),
            Kind::Absent => view! { <span class="muted">{text}</span> }.into_any(),
            Kind::Code if link.is_none() => copyable(text),
            Kind::Code => view! { <code title=hint>{text}</code> }.into_any(),
            Kind::Badge(tone) if hint.is_some() => {
                view! { <span title=hint>{badge(text, tone)}</span> }.into_any()
            }
            Kind::Badge(tone) => badge(text, tone),
            Kind::Time => view! { <time title=hint>{text}</time> }.into_any(),
        };
        let body = match link {
            Some(href) => view! { <a class="link" href=href>{body}</a> }.into_any(),
            None => body,
        };
        let body = if also.is_empty() {
            body
        } else {
            let also = also.into_iter().map(|(text, tone)| badge(text, tone));
            view! { <span class="badges">{body}{also.collect_view()}</span> }.into_any()
        };
        match note {
            Some(note) => {
                view! { <span class="with-note">{body}<small>{note}</small></span> }.into_any()
            }
            None => body,
        }
    }
}
