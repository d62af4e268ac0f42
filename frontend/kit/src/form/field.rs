//! One field: what it is called, how it is typed, when it is there.

use super::{checks::Boxes, draft::Draft, source::Source};
use crate::format::sentence;
use std::sync::Arc;

/// How a field is typed, shown and read back.
#[derive(Clone)]
pub(crate) enum Kind {
    Text { lines: u8, class: &'static str },
    Secret,
    Number,
    Money,
    Choice(Vec<(String, String)>),
    Toggle,
    Places,
    Place,
    Lines,
    Checks(Vec<Boxes>),
    Time,
    End,
    Pick(Source),
    Several(Source),
}

/// What stands behind an amount.
#[derive(Clone)]
pub(crate) enum Unit {
    Fixed(&'static str),
    Of(&'static str),
}

/// Whether a field is for a new thing, for a known one, or for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Both,
    New,
    Edit,
}

type Says = Arc<dyn Fn(&Draft) -> Option<String> + Send + Sync>;
type Holds = Arc<dyn Fn(&Draft) -> bool + Send + Sync>;
type Sets = Arc<dyn Fn(&Draft) -> Vec<(&'static str, String)> + Send + Sync>;

/// A field of a form. The key is the field's name in the shape that is sent.
#[derive(Clone)]
pub struct Field {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    pub(crate) help: Option<&'static str>,
    pub(crate) example: &'static str,
    pub(crate) unit: Option<Unit>,
    pub(crate) optional: bool,
    pub(crate) fills: Option<&'static str>,
    pub(crate) half: bool,
    pub(crate) when: When,
    pub(crate) aside: Option<(&'static str, &'static str)>,
    pub(crate) live: Option<Says>,
    pub(crate) shown: Option<Holds>,
    pub(crate) sets: Option<Sets>,
    pub(crate) unsent: bool,
    pub(crate) atlas: bool,
}

fn field(key: &'static str, label: &'static str, kind: Kind) -> Field {
    Field {
        key,
        label,
        kind,
        help: None,
        example: "",
        unit: None,
        optional: false,
        fills: None,
        half: false,
        when: When::Both,
        aside: None,
        live: None,
        shown: None,
        sets: None,
        unsent: false,
        atlas: false,
    }
}

/// One line of text.
pub fn text_field(key: &'static str, label: &'static str) -> Field {
    field(
        key,
        label,
        Kind::Text {
            lines: 1,
            class: "",
        },
    )
}
/// Several lines of text.
pub fn area_field(key: &'static str, label: &'static str) -> Field {
    field(
        key,
        label,
        Kind::Text {
            lines: 4,
            class: "",
        },
    )
}
/// A list, one entry on each line.
pub fn lines_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Lines)
}
/// Several words of a known list, in groups.
pub fn checks_field(key: &'static str, label: &'static str, groups: Vec<Boxes>) -> Field {
    field(key, label, Kind::Checks(groups))
}
/// One line that is typed to the letter: a code, a number of a card.
pub fn code_field(key: &'static str, label: &'static str) -> Field {
    field(
        key,
        label,
        Kind::Text {
            lines: 1,
            class: "mono",
        },
    )
}
/// Something that is sent but never shown again.
pub fn secret_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Secret)
}
/// A whole number.
pub fn number_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Number).half()
}
/// An exact number with two decimals: money, megabytes, percent.
pub fn money_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Money).half()
}
/// One word of an enumeration.
pub fn choice_field(
    key: &'static str,
    label: &'static str,
    words: &'static [&'static str],
) -> Field {
    // Codes such as currencies stay as they are; words become sentences.
    let label_of = |word: &str| {
        if word.chars().any(|letter| letter.is_ascii_lowercase()) {
            sentence(word)
        } else {
            word.to_owned()
        }
    };
    field(
        key,
        label,
        Kind::Choice(
            words
                .iter()
                .map(|word| ((*word).to_owned(), label_of(word)))
                .collect(),
        ),
    )
    .half()
}
/// Yes or no.
pub fn toggle_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Toggle)
}
/// Countries and groups of them.
pub fn places_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Places)
}
/// One country or group.
pub fn place_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Place).half()
}
/// Makes a field for a moment: typed in the time zone of the business, sent in UTC.
pub fn time_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Time).half()
}
/// Makes a field for an end: a last day in the time zone of the business, inclusive, or a time within that day. The form
/// sends the moment after it, in UTC.
pub fn end_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::End).half()
}
/// Makes a field for one of several words, each with its label.
pub fn named_choice_field(
    key: &'static str,
    label: &'static str,
    words: &'static [(&'static str, &'static str)],
) -> Field {
    let known = words.iter();
    let known = known.map(|(word, name)| ((*word).to_owned(), (*name).to_owned()));
    field(key, label, Kind::Choice(known.collect())).half()
}
/// One thing of another list: `picker_field("plan_id", "Plan", Source::of::<Plan>())`.
pub fn picker_field(key: &'static str, label: &'static str, source: Source) -> Field {
    field(key, label, Kind::Pick(source))
}
/// Several things of a long list, found by typing. Optional, none is sent as null.
pub fn pickers_field(key: &'static str, label: &'static str, source: Source) -> Field {
    field(key, label, Kind::Several(source))
}

impl Field {
    /// With a line of help below.
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
    /// With an example in the empty box.
    pub fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
    /// May be left empty.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
    /// What a browser or a password manager may fill in here, such as `current-password` or `one-time-code`.
    pub fn fills(mut self, what: &'static str) -> Self {
        self.fills = Some(what);
        self
    }
    /// With a unit behind the number.
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(Unit::Fixed(unit));
        self
    }
    /// With what another field says behind the number, such as the currency.
    pub fn unit_of(mut self, key: &'static str) -> Self {
        self.unit = Some(Unit::Of(key));
        self
    }
    /// Beside another field, where there is room.
    pub fn half(mut self) -> Self {
        self.half = true;
        self
    }
    /// Over the whole width.
    pub fn full(mut self) -> Self {
        self.half = false;
        self
    }
    /// Only when something new is made: it cannot be changed later.
    pub fn only_new(mut self) -> Self {
        self.when = When::New;
        self
    }
    /// Only when something known is changed.
    pub fn only_edit(mut self) -> Self {
        self.when = When::Edit;
        self
    }
    /// With a link beside the label to where a missing choice is made. It opens in a tab of its own: what is typed stays.
    pub fn or(mut self, label: &'static str, href: &'static str) -> Self {
        self.aside = Some((label, href));
        self
    }
    /// With a line below that follows what is typed, such as `5 GB` below `5000`.
    pub fn live(mut self, says: impl Fn(&Draft) -> Option<String> + Send + Sync + 'static) -> Self {
        self.live = Some(Arc::new(says));
        self
    }
    /// There only while this holds of what is typed elsewhere.
    pub fn shown_if(mut self, holds: impl Fn(&Draft) -> bool + Send + Sync + 'static) -> Self {
        self.shown = Some(Arc::new(holds));
        self
    }
    /// What is typed here says what others say, too: a price and a margin. While they cannot be computed, they stay.
    pub fn sets(
        mut self,
        others: impl Fn(&Draft) -> Vec<(&'static str, String)> + Send + Sync + 'static,
    ) -> Self {
        self.sets = Some(Arc::new(others));
        self
    }
    /// Only helps to find what others say: it is not sent.
    pub fn unsent(mut self) -> Self {
        self.unsent = true;
        self
    }
    /// With every country to be looked through, group by group.
    pub fn atlas(mut self) -> Self {
        self.atlas = true;
        self
    }
}
