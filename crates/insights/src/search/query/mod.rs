//! All SQL of the search: one statement for each kind, in two halves with an index each. The first half finds exact
//! matches, the second finds values that start with the text or names that contain it.

mod named;
mod numbered;
mod persons;

pub use named::{api_clients, plans, providers};
pub use numbered::{esims, orders, transactions};
pub use persons::users;

use platform::{
    crypto::Keyring,
    list::{begins, contains, number_pattern},
    people,
    text::fold,
};
use uuid::Uuid;
use wire::{
    UserId,
    esims::inventory::MIN_LAST_DIGITS,
    identifier,
    insights::search::{MAX_PER_KIND, MAX_RECORDS},
    text::plain,
};

/// The minimum length of a text that is searched anywhere in a name: the index is of trigrams.
const TRIGRAM: usize = 3;

/// The search text in the forms that the columns are compared with. An empty form matches nothing.
#[derive(Default)]
pub struct SearchTerms {
    ids: Vec<Uuid>,
    text: String,
    number: String,
    number_prefix: String,
    number_suffix: String,
    order: String,
    order_prefix: String,
    name: [String; 2],
    email_hash: Vec<u8>,
    tokens: Option<Vec<i64>>,
}

impl SearchTerms {
    /// Prepares the text of a query.
    pub fn from_text(keys: &Keyring, text: &str) -> Self {
        let number = identifier::digits(text);
        let is_number =
            number.len() >= MIN_LAST_DIGITS && number.bytes().all(|b| b.is_ascii_digit());
        let number_suffix = if is_number {
            begins(&number.chars().rev().collect::<String>())
        } else {
            String::new()
        };
        let order = identifier::order_number(text);
        let name = fold(text).trim().to_owned();
        let name = match name.chars().count() {
            0 => [String::new(), String::new()],
            length if length < TRIGRAM => [begins(&name), format!("% {}", begins(&name))],
            _ => [contains(&name), String::new()],
        };
        let typed = plain(text);
        Self {
            ids: Uuid::try_parse(&typed).into_iter().collect(),
            text: text.to_owned(),
            number_prefix: number_pattern(&number),
            number_suffix,
            number,
            order_prefix: number_pattern(&order),
            order,
            name,
            email_hash: keys.blind("users.email", &people::normalised_email(text)),
            tokens: people::query_tokens(keys, text),
        }
    }
    /// Prepares a search for objects with these ids only.
    pub fn from_ids(ids: Vec<Uuid>) -> Self {
        Self {
            ids,
            ..Self::default()
        }
    }
    /// Returns whether an object with this id and name is an exact match.
    fn is_exact_match(&self, id: Uuid, name: &str) -> bool {
        self.ids.contains(&id) || fold(name) == fold(&self.text)
    }
}

/// A row that matches.
pub struct Row {
    /// Whether the row is an exact match.
    pub is_exact: bool,
    /// The id of the object.
    pub id: Uuid,
    /// The title; none for a person, whose name is the title.
    pub title: Option<String>,
    /// Further details for the subtitle.
    pub notes: Vec<String>,
    /// The state, as an API value.
    pub state: Option<&'static str>,
    /// The person, or the owner of the object.
    pub person: Option<Person>,
}

/// A person with sealed name and address.
pub struct Person {
    pub id: UserId,
    pub first_name: Vec<u8>,
    pub last_name: Vec<u8>,
    pub email: Option<Vec<u8>>,
}

/// Returns the maximum number of exact matches of one kind.
fn exact_limit() -> i64 {
    i64::try_from(MAX_RECORDS).unwrap_or(MAX_PER_KIND)
}
