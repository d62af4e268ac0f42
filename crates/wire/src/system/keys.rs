//! Encryption keys and their use, which show when an old key can be removed.

use serde::{Deserialize, Serialize};

text_enum! {
    /// Use of an encryption key.
    EncryptionKeyState: text {
        /// New values are encrypted with the key.
        Current = "current",
        /// Existing values are encrypted with the key: it must stay configured.
        Needed = "needed",
        /// No value is encrypted with the key: it can be removed from the configuration.
        Unused = "unused",
        /// Values are encrypted with the key, but it is not configured: they cannot be decrypted.
        Missing = "missing",
    }
}

/// All encryption keys and the data that is encrypted with them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EncryptionKeys {
    /// Keys that are configured or in use, the lowest ID first.
    pub keys: Vec<EncryptionKey>,
    /// All encrypted columns, and the columns that name encrypted files.
    pub columns: Vec<EncryptedColumn>,
}

/// An encryption key. Only the environment contains its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EncryptionKey {
    /// ID of the key.
    pub id: i64,
    /// Use of the key.
    pub state: EncryptionKeyState,
    /// Number of values that are encrypted with the key.
    pub values: i64,
}

/// An encrypted column, or a column that names encrypted files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EncryptedColumn {
    /// The table.
    pub table: String,
    /// The column; for files, the column that names them.
    pub column: String,
    /// Whether the column names encrypted files.
    pub is_files: bool,
    /// Number of values per key.
    pub counts: Vec<EncryptionKeyUsage>,
    /// Number of values that are not encrypted at all.
    pub unreadable: i64,
}

/// Number of values that are encrypted with a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EncryptionKeyUsage {
    /// ID of the key.
    pub key: i64,
    /// Number of values.
    pub values: i64,
}

impl EncryptionKeys {
    /// Returns the ID of the key that encrypts new values.
    pub fn current(&self) -> Option<i64> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.state == EncryptionKeyState::Current)
            .map(|key| key.id)
    }

    /// Returns the number of values to encrypt again with the current key.
    pub fn to_rotate(&self) -> i64 {
        let old = self
            .keys
            .iter()
            .filter(|key| key.state == EncryptionKeyState::Needed);
        old.map(|key| key.values).sum()
    }
}

impl EncryptedColumn {
    /// Returns the qualified name, such as `users.email`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}
