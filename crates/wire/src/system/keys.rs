//! Which key seals what, so that one knows when an old key may go.

use serde::{Deserialize, Serialize};

text_enum! {
    /// What may be done with a key.
    KeyState: text {
        /// New values are sealed with it.
        Current = "current",
        /// Values are sealed with it: it must stay.
        Needed = "needed",
        /// Nothing is sealed with it: it may be taken out of the configuration.
        Unused = "unused",
        /// Values are sealed with it, and it is not configured: they cannot be read.
        Missing = "missing",
    }
}

/// The keys, and what is sealed with each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Keys {
    /// Every key that is configured or that something is sealed with, the lowest number first.
    pub keys: Vec<Key>,
    /// Every sealed column, and the files.
    pub places: Vec<SealedPlace>,
}

/// A key for sealing. What it is stays in the environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Key {
    /// Its number.
    pub id: i64,
    /// What may be done with it.
    pub state: KeyState,
    /// How many values are sealed with it.
    pub values: i64,
}

/// Where sealed values stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SealedPlace {
    /// The table.
    pub table: String,
    /// The column; for files, the one that names them.
    pub column: String,
    /// Whether it is the files that the column names.
    pub is_files: bool,
    /// How many values are sealed with which key.
    pub counts: Vec<KeyCount>,
    /// Values that are not sealed ones at all.
    pub unreadable: i64,
}

/// How many values are sealed with a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KeyCount {
    /// The key's number.
    pub key: i64,
    /// How many.
    pub values: i64,
}

impl Keys {
    /// The key that new values are sealed with.
    pub fn current(&self) -> Option<i64> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.state == KeyState::Current)
            .map(|key| key.id)
    }

    /// How many values are to be sealed anew.
    pub fn to_rotate(&self) -> i64 {
        let old = self.keys.iter().filter(|key| key.state == KeyState::Needed);
        old.map(|key| key.values).sum()
    }
}

impl SealedPlace {
    /// Where it is, as `users.email`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}
