//! The list of all columns with sealed values.

/// The encoding of sealed values in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A bytea column.
    Bytes,
    /// Base64 in a text column.
    Text,
}

/// A column of sealed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name of the table.
    pub table: &'static str,
    /// The name of the column.
    pub column: &'static str,
    /// The SQL expression of the row id in the associated data of the encryption.
    pub row: &'static str,
    /// The encoding of the values.
    pub encoding: Encoding,
}

const fn bytes(table: &'static str, column: &'static str) -> Column {
    Column {
        table,
        column,
        row: "id",
        encoding: Encoding::Bytes,
    }
}

const fn text(table: &'static str, column: &'static str) -> Column {
    Column {
        encoding: Encoding::Text,
        ..bytes(table, column)
    }
}

/// All columns with sealed values. Files of documents and tickets are sealed as well: their names contain the id of the
/// key, and `accounts::kyc` and `support::tickets` reseal them.
pub const SEALED: &[Column] = &[
    bytes("users", "email"),
    bytes("users", "first_name"),
    bytes("users", "last_name"),
    bytes("users", "phone"),
    Column {
        row: "user_id",
        ..bytes("mfa_factors", "secret")
    },
    bytes("kyc_documents", "file_name"),
    bytes("esims", "activation_code"),
    bytes("esims", "matching_id"),
    bytes("esims", "confirmation_code"),
    bytes("notifications", "destination"),
    bytes("notifications", "message"),
    bytes("notifications", "message_html"),
    bytes("notifications", "headers"),
    bytes("support_tickets", "subject"),
    bytes("support_tickets", "description"),
    bytes("ticket_messages", "message"),
    bytes("ticket_attachments", "file_name"),
    Column {
        row: "ticket_id",
        ..bytes("ticket_ratings", "comment")
    },
    bytes("inbound_emails", "content"),
    Column {
        row: "ticket_id",
        ..bytes("ticket_message_ids", "message_id")
    },
    bytes("invoices", "buyer"),
    bytes("transactions", "client_secret"),
    text("data_providers", "api_key_encrypted"),
    text("data_providers", "credentials_encrypted"),
    text("data_providers", "previous_key_encrypted"),
    text("data_providers", "previous_credentials_encrypted"),
    text("twilio_config", "auth_token_encrypted"),
    text("twilio_config", "api_secret_encrypted"),
    text("twilio_config", "webhook_secret_encrypted"),
    text("twilio_config", "previous_auth_token_encrypted"),
    text("twilio_config", "previous_webhook_secret_encrypted"),
    Column {
        row: RESPONSE_ID,
        ..bytes("idempotency_keys", "body")
    },
];

/// The row id of a stored response: a hash of its caller, route and key, see `platform::idempotency`.
const RESPONSE_ID: &str = "encode(substring(sha256(convert_to(caller_id || ' ' || route || ' ' || key, 'UTF8')) for 16), 'hex')::uuid";

impl Column {
    /// Returns the SQL expression of a value as bytes.
    pub(super) fn value(&self) -> String {
        match self.encoding {
            Encoding::Bytes => self.column.to_owned(),
            Encoding::Text => format!("convert_to({}, 'UTF8')", self.column),
        }
    }
    /// Returns the SQL expression that converts bytes to a value of the column.
    pub(super) fn column_value(&self, bytes: &str) -> String {
        match self.encoding {
            Encoding::Bytes => bytes.to_owned(),
            Encoding::Text => format!("convert_from({bytes}, 'UTF8')"),
        }
    }
    /// Returns the SQL expression of the key id of a value, as four bytes; null when the value is not sealed.
    pub(super) fn key(&self) -> String {
        let column = self.column;
        match self.encoding {
            Encoding::Bytes => format!(
                "CASE WHEN length({column}) > 32 AND substring({column} for 1) = '\\x01' THEN substring({column} from 2 for 4) END"
            ),
            Encoding::Text => format!(
                "CASE WHEN {column} ~ '^A[Q-Za-f][A-Za-z0-9+/]{{42,}}=*$' THEN substring(decode(left({column}, 8), 'base64') from 2 for 4) END"
            ),
        }
    }
}
