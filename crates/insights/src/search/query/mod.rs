//! All SQL of finding: one statement for each kind, in halves that have an index each. The first half is what was
//! typed to the letter, the second what begins with it or has it in its name.

mod named;
mod numbered;
mod persons;

pub use named::{api_clients, plans, providers};
pub use numbered::{esims, orders, transactions};
pub use persons::users;

use platform::{
    crypto::Keyring,
    list::{begins, contains, numbered},
    people,
    text::fold,
};
use uuid::Uuid;
use wire::{
    UserId,
    esims::inventory::SHORTEST_END,
    identifier,
    insights::search::{MOST, SEVERAL},
    text::plain,
};

/// From this many characters on, a name is found by what stands anywhere in it: an index knows names by three at a time.
const WITHIN: usize = 3;

/// What is looked for, in the forms that the columns are compared with. An empty text fits nothing.
#[derive(Default)]
pub struct Wanted {
    ids: Vec<Uuid>,
    text: String,
    number: String,
    number_begins: String,
    number_ends: String,
    order: String,
    order_begins: String,
    name: [String; 2],
    email_hash: Vec<u8>,
    tokens: Option<Vec<i64>>,
}

impl Wanted {
    /// What somebody typed.
    pub fn text(keys: &Keyring, text: &str) -> Self {
        let number = identifier::digits(text);
        let is_number = number.len() >= SHORTEST_END && number.bytes().all(|b| b.is_ascii_digit());
        let number_ends = if is_number {
            begins(&number.chars().rev().collect::<String>())
        } else {
            String::new()
        };
        let order = identifier::order_number(text);
        let name = fold(text).trim().to_owned();
        let name = match name.chars().count() {
            0 => [String::new(), String::new()],
            length if length < WITHIN => [begins(&name), format!("% {}", begins(&name))],
            _ => [contains(&name), String::new()],
        };
        let typed = plain(text);
        Self {
            ids: Uuid::try_parse(&typed).into_iter().collect(),
            text: text.to_owned(),
            number_begins: numbered(&number),
            number_ends,
            number,
            order_begins: numbered(&order),
            order,
            name,
            email_hash: keys.blind("users.email", &people::normalised(text)),
            tokens: people::query_tokens(keys, text),
        }
    }
    /// Things that are known already.
    pub fn ids(ids: Vec<Uuid>) -> Self {
        Self {
            ids,
            ..Self::default()
        }
    }
    /// Whether something is called so, to the letter.
    fn is_exactly(&self, id: Uuid, name: &str) -> bool {
        self.ids.contains(&id) || fold(name) == fold(&self.text)
    }
}

/// What was found.
pub struct Row {
    /// Whether it is what was typed, to the letter.
    pub is_exact: bool,
    /// Which one.
    pub id: Uuid,
    /// What it is called; a person is called by their name.
    pub title: Option<String>,
    /// What more there is to it.
    pub notes: Vec<String>,
    /// Its state, in the API's word.
    pub state: Option<&'static str>,
    /// Who it is, or whose.
    pub person: Option<Person>,
}

/// A person, sealed.
pub struct Person {
    pub id: UserId,
    pub first_name: Vec<u8>,
    pub last_name: Vec<u8>,
    pub email: Option<Vec<u8>>,
}

/// The most that is found to the letter.
fn several() -> i64 {
    i64::try_from(SEVERAL).unwrap_or(MOST)
}
