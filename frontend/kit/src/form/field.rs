//! A field: its label, its control, and when it is shown.

use super::{checks::CheckGroup, draft::Draft, markdown::Render, source::Source};
use crate::format::sentence;
use std::sync::Arc;

/// The control of a field.
#[derive(Clone)]
pub(crate) enum Kind {
    Text { lines: u8, class: &'static str },
    Markdown(Render),
    Secret,
    Number,
    Money,
    Choice(Vec<(String, String)>),
    Toggle,
    Regions,
    Region,
    Lines,
    Checks(Vec<CheckGroup>),
    Time,
    End,
    Pick(Source),
    MultiPick(Source),
}

/// The unit after a number.
#[derive(Clone)]
pub(crate) enum Unit {
    Fixed(&'static str),
    Of(&'static str),
}

/// Whether a field is for new records, for existing records, or for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Both,
    New,
    Edit,
}

type TextOf = Arc<dyn Fn(&Draft) -> Option<String> + Send + Sync>;
type Condition = Arc<dyn Fn(&Draft) -> bool + Send + Sync>;
type Sets = Arc<dyn Fn(&Draft) -> Vec<(&'static str, String)> + Send + Sync>;

/// A field of a form. The key is the name of the field in the request body.
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
    pub(crate) live: Option<TextOf>,
    pub(crate) shown: Option<Condition>,
    pub(crate) sets: Option<Sets>,
    pub(crate) unsent: bool,
    pub(crate) country_picker: bool,
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
        country_picker: false,
    }
}

/// Makes a field for one line of text.
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
/// Makes a field for several lines of text.
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
/// Makes a field for a text in Markdown, with a preview that the server renders.
pub fn markdown_field(key: &'static str, label: &'static str, render: Render) -> Field {
    field(key, label, Kind::Markdown(render))
}
/// Makes a field for a list, one entry per line.
pub fn lines_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Lines)
}
/// Makes a field for several values of a known list, in groups.
pub fn checks_field(key: &'static str, label: &'static str, groups: Vec<CheckGroup>) -> Field {
    field(key, label, Kind::Checks(groups))
}
/// Makes a field for an exact text: a code, a card number.
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
/// Makes a field for a secret that the form sends but never shows again.
pub fn secret_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Secret)
}
/// Makes a field for a whole number.
pub fn number_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Number).half()
}
/// Makes a field for an exact number with two decimals: money, megabytes, percent.
pub fn money_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Money).half()
}
/// Makes a field for one value of an enumeration.
pub fn choice_field(
    key: &'static str,
    label: &'static str,
    words: &'static [&'static str],
) -> Field {
    // Codes such as currencies stay as they are; other values become sentences.
    let label_of = |word: &str| {
        if word.chars().any(|character| character.is_ascii_lowercase()) {
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
/// Makes a field for yes or no.
pub fn toggle_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Toggle)
}
/// Makes a field for countries and groups.
pub fn regions_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Regions)
}
/// Makes a field for one country or group.
pub fn region_field(key: &'static str, label: &'static str) -> Field {
    field(key, label, Kind::Region).half()
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
/// Makes a field for one of several values, each with its label.
pub fn named_choice_field(
    key: &'static str,
    label: &'static str,
    words: &'static [(&'static str, &'static str)],
) -> Field {
    let known = words.iter();
    let known = known.map(|(word, name)| ((*word).to_owned(), (*name).to_owned()));
    field(key, label, Kind::Choice(known.collect())).half()
}
/// Makes a field for one record of a resource: `picker_field("plan_id", "Plan", Source::resource::<Plan>())`.
pub fn picker_field(key: &'static str, label: &'static str, source: Source) -> Field {
    field(key, label, Kind::Pick(source))
}
/// Makes a field for several records of a resource. An optional field without a choice sends null.
pub fn pickers_field(key: &'static str, label: &'static str, source: Source) -> Field {
    field(key, label, Kind::MultiPick(source))
}

impl Field {
    /// Adds a line of help below the field.
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
    /// Adds an example to the empty input.
    pub fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }
    /// Allows an empty value.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
    /// Sets the autocomplete value for browsers and password managers, such as `current-password` or
    /// `one-time-code`.
    pub fn fills(mut self, what: &'static str) -> Self {
        self.fills = Some(what);
        self
    }
    /// Adds a unit after the number.
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(Unit::Fixed(unit));
        self
    }
    /// Adds the value of another field after the number, such as the currency.
    pub fn unit_of(mut self, key: &'static str) -> Self {
        self.unit = Some(Unit::Of(key));
        self
    }
    /// Places the field beside another one, where there is room.
    pub fn half(mut self) -> Self {
        self.half = true;
        self
    }
    /// Gives the field the whole width.
    pub fn full(mut self) -> Self {
        self.half = false;
        self
    }
    /// Shows the field only for new records, because it cannot be changed later.
    pub fn only_new(mut self) -> Self {
        self.when = When::New;
        self
    }
    /// Shows the field only for existing records.
    pub fn only_edit(mut self) -> Self {
        self.when = When::Edit;
        self
    }
    /// Adds a link beside the label to the page that creates a missing choice. It opens in a new tab, so the form
    /// keeps its values.
    pub fn or(mut self, label: &'static str, href: &'static str) -> Self {
        self.aside = Some((label, href));
        self
    }
    /// Adds a line below the field that follows its value, such as `5 GB` below `5000`.
    pub fn live(mut self, text: impl Fn(&Draft) -> Option<String> + Send + Sync + 'static) -> Self {
        self.live = Some(Arc::new(text));
        self
    }
    /// Shows the field only while the condition is true for the draft.
    pub fn shown_if(mut self, condition: impl Fn(&Draft) -> bool + Send + Sync + 'static) -> Self {
        self.shown = Some(Arc::new(condition));
        self
    }
    /// Computes other fields from this one, such as the margin from the price. Fields that cannot be computed keep
    /// their values.
    pub fn sets(
        mut self,
        others: impl Fn(&Draft) -> Vec<(&'static str, String)> + Send + Sync + 'static,
    ) -> Self {
        self.sets = Some(Arc::new(others));
        self
    }
    /// Excludes the field from the request body: it only helps to compute other fields.
    pub fn unsent(mut self) -> Self {
        self.unsent = true;
        self
    }
    /// Adds the picker with every country, in groups.
    pub fn country_picker(mut self) -> Self {
        self.country_picker = true;
        self
    }
}
