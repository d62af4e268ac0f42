//! Every column that holds sealed values.

/// How a column keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As bytes.
    Bytes,
    /// As base64 in a text.
    Text,
}

/// A column of sealed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What the row is called in the seal, as SQL.
    pub row: &'static str,
    /// How they are kept.
    pub form: Form,
}

const fn bytes(table: &'static str, column: &'static str) -> Column {
    Column {
        table,
        column,
        row: "id",
        form: Form::Bytes,
    }
}

const fn text(table: &'static str, column: &'static str) -> Column {
    Column {
        form: Form::Text,
        ..bytes(table, column)
    }
}

/// All of them. Files are sealed as well; their names say with which key, and `accounts::kyc` seals them anew.
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
    bytes("notifications", "destination"),
    bytes("notifications", "message"),
    bytes("notifications", "message_html"),
    bytes("invoices", "buyer"),
    bytes("transactions", "client_secret"),
    text("data_providers", "api_key_encrypted"),
    text("data_providers", "credentials_encrypted"),
    text("twilio_config", "auth_token_encrypted"),
    text("twilio_config", "api_secret_encrypted"),
    text("twilio_config", "webhook_secret_encrypted"),
    Column {
        row: ANSWER,
        ..bytes("idempotency_keys", "body")
    },
];

/// An answer is known by its caller, route and key; see `platform::idempotency`.
const ANSWER: &str = "encode(substring(sha256(convert_to(caller_id || ' ' || route || ' ' || key, 'UTF8')) for 16), 'hex')::uuid";

impl Column {
    /// The value's bytes, as SQL: of a text those of its letters.
    pub(super) fn value(&self) -> String {
        match self.form {
            Form::Bytes => self.column.to_owned(),
            Form::Text => format!("convert_to({}, 'UTF8')", self.column),
        }
    }
    /// What the column is set to, from such bytes, as SQL.
    pub(super) fn read_as(&self, bytes: &str) -> String {
        match self.form {
            Form::Bytes => bytes.to_owned(),
            Form::Text => format!("convert_from({bytes}, 'UTF8')"),
        }
    }
    /// The id of the key that it is sealed with, as four bytes, as SQL; null when it is no sealed value.
    pub(super) fn key(&self) -> String {
        let column = self.column;
        match self.form {
            Form::Bytes => format!(
                "CASE WHEN length({column}) > 32 AND substring({column} for 1) = '\\x01' THEN substring({column} from 2 for 4) END"
            ),
            Form::Text => format!(
                "CASE WHEN {column} ~ '^A[Q-Za-f][A-Za-z0-9+/]{{42,}}=*$' THEN substring(decode(left({column}, 8), 'base64') from 2 for 4) END"
            ),
        }
    }
}
