//! The rows of the audit log and of the access log, and the seal of every entry.
//!
//! The seal is a keyed hash over the whole entry. The key is not in the database, so an entry that another program added or
//! changed there is detected.

use crate::{
    crypto::{self, Keyring},
    error::Result,
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use diesel::{pg::Pg, prelude::*};
use schema::{audit_log, pii_access_log};
use serde_json::Value;
use uuid::Uuid;
use wire::{AccessId, ApiClientId, AuditId, UserId, accounts::users::UserRole};

/// The purpose for which the sealing key of entries is derived.
const PURPOSE: &str = "audit entry";

/// An entry of one of the logs.
pub trait Entry {
    /// Returns the bytes of every field in a canonical form: the same entry always gives the same bytes.
    fn bytes(&self) -> Vec<u8>;
    /// Returns the seal of the entry.
    fn seal(&self) -> Option<&[u8]>;

    /// Returns whether the program wrote the entry and no field has changed since.
    fn is_genuine(&self, keys: &Keyring) -> bool {
        let key = keys.derive(PURPOSE);
        self.seal()
            .is_some_and(|seal| crypto::verify(&key, &self.bytes(), seal))
    }
}

/// A row of the audit log. Nulls are written explicitly: with a default, the statement would not be prepared.
#[derive(Debug, Clone, PartialEq, Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_log, treat_none_as_default_value = false, check_for_backend(Pg))]
pub struct AuditRow {
    /// The id of the entry.
    pub id: AuditId,
    /// The time.
    pub created_at: DateTime<Utc>,
    /// The user; `None` is the system or a client.
    pub actor_id: Option<UserId>,
    /// The integrator's client.
    pub client_id: Option<ApiClientId>,
    /// The role of the user.
    pub actor_role: Option<UserRole>,
    /// The action.
    pub action: String,
    /// The kind of the object.
    pub subject_type: String,
    /// The id of the object.
    pub subject_id: Option<Uuid>,
    /// The change.
    pub change: Option<Value>,
    /// The reason that the actor gave.
    pub reason: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// The address of the client.
    pub ip: Option<String>,
    /// The seal; `None` when another program wrote the row.
    pub seal: Option<Vec<u8>>,
}

/// A row of the access log, about access to personal data or a secret.
#[derive(Debug, Clone, PartialEq, Insertable, Queryable, Selectable)]
#[diesel(table_name = pii_access_log, treat_none_as_default_value = false, check_for_backend(Pg))]
pub struct AccessRow {
    /// The id of the entry.
    pub id: AccessId,
    /// The time.
    pub created_at: DateTime<Utc>,
    /// The user; `None` is the system or a client.
    pub actor_id: Option<UserId>,
    /// The integrator's client.
    pub client_id: Option<ApiClientId>,
    /// The kind of the object.
    pub subject_type: String,
    /// The id of the object.
    pub subject_id: Uuid,
    /// The field that the actor saw.
    pub field: String,
    /// The reason that the actor gave.
    pub reason: Option<String>,
    /// The request id.
    pub request_id: Option<String>,
    /// The address of the client.
    pub ip: Option<String>,
    /// The seal; `None` when another program wrote the row.
    pub seal: Option<Vec<u8>>,
    /// The extent of the access: the number of rows, and the names of the filters.
    pub detail: Option<Value>,
}

impl AuditRow {
    /// Adds the seal.
    pub fn sealed(mut self, keys: &Keyring) -> Result<Self> {
        self.seal = Some(crypto::sign(&keys.derive(PURPOSE), &self.bytes())?);
        Ok(self)
    }
}

impl AccessRow {
    /// Adds the seal.
    pub fn sealed(mut self, keys: &Keyring) -> Result<Self> {
        self.seal = Some(crypto::sign(&keys.derive(PURPOSE), &self.bytes())?);
        Ok(self)
    }
}

impl Entry for AuditRow {
    fn bytes(&self) -> Vec<u8> {
        let change = self.change.as_ref().map(canonical);
        Bytes::new("audit")
            .id(Some(self.id.0))
            .time(self.created_at)
            .id(self.actor_id.map(|id| id.0))
            .id(self.client_id.map(|id| id.0))
            .text(self.actor_role.map(UserRole::as_str))
            .text(Some(&self.action))
            .text(Some(&self.subject_type))
            .id(self.subject_id)
            .text(change.as_deref())
            .text(self.reason.as_deref())
            .text(self.request_id.as_deref())
            .text(self.ip.as_deref())
            .0
    }
    fn seal(&self) -> Option<&[u8]> {
        self.seal.as_deref()
    }
}

impl Entry for AccessRow {
    fn bytes(&self) -> Vec<u8> {
        let bytes = Bytes::new("access")
            .id(Some(self.id.0))
            .time(self.created_at)
            .id(self.actor_id.map(|id| id.0))
            .id(self.client_id.map(|id| id.0))
            .text(Some(&self.subject_type))
            .id(Some(self.subject_id))
            .text(Some(&self.field))
            .text(self.reason.as_deref())
            .text(self.request_id.as_deref())
            .text(self.ip.as_deref());
        // Entries from before this column have no detail, and their seals cover no bytes for it.
        match &self.detail {
            Some(detail) => bytes.text(Some(&canonical(detail))).0,
            None => bytes.0,
        }
    }
    fn seal(&self) -> Option<&[u8]> {
        self.seal.as_deref()
    }
}

/// The fields of an entry, each preceded by its length, so that no two entries have the same bytes.
struct Bytes(Vec<u8>);

impl Bytes {
    fn new(log: &str) -> Self {
        Self(Vec::with_capacity(256)).text(Some(log))
    }
    fn field(mut self, bytes: Option<&[u8]>) -> Self {
        let length = bytes.map_or(u64::MAX, |bytes| {
            u64::try_from(bytes.len()).unwrap_or(u64::MAX)
        });
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes.unwrap_or_default());
        self
    }
    fn text(self, text: Option<&str>) -> Self {
        self.field(text.map(str::as_bytes))
    }
    fn id(self, id: Option<Uuid>) -> Self {
        self.field(id.as_ref().map(|id| id.as_bytes().as_slice()))
    }
    fn time(self, time: DateTime<Utc>) -> Self {
        self.field(Some(&time.timestamp_micros().to_be_bytes()))
    }
}

/// Returns JSON with sorted keys, because PostgreSQL does not preserve their order.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            let inner = fields
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)));
            format!("{{{}}}", inner.collect::<Vec<_>>().join(","))
        }
        Value::Array(all) => {
            format!(
                "[{}]",
                all.iter().map(canonical).collect::<Vec<_>>().join(",")
            )
        }
        other => other.to_string(),
    }
}

/// Returns the time of a new entry: by the clock of this machine, whatever time a test has set, truncated to the
/// microsecond that PostgreSQL stores.
pub(super) fn now() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::microseconds(1))
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sealing;
    use serde_json::json;
    use zeroize::Zeroizing;

    fn keys(byte: u8) -> Result<Keyring> {
        Keyring::new(&Sealing {
            keys: [(1, Zeroizing::new([1; 32]))].into(),
            current: 1,
            index: Zeroizing::new([byte; 32]),
        })
    }

    #[test]
    fn seal_verifies_only_its_entry_and_key() -> Result<()> {
        let row = AccessRow {
            id: AccessId::new(),
            created_at: now(),
            actor_id: None,
            client_id: None,
            subject_type: "user".into(),
            subject_id: Uuid::now_v7(),
            field: "email".into(),
            reason: None,
            request_id: None,
            ip: None,
            seal: None,
            detail: None,
        };
        let sealed = row.clone().sealed(&keys(9)?)?;
        assert!(sealed.is_genuine(&keys(9)?));
        assert!(!sealed.is_genuine(&keys(8)?) && !row.is_genuine(&keys(9)?));
        let shifted = AccessRow {
            field: String::new(),
            subject_type: "useremail".into(),
            ..sealed
        };
        assert!(!shifted.is_genuine(&keys(9)?));
        Ok(())
    }

    #[test]
    fn canonical_json_ignores_key_order() {
        let one = json!({ "b": [1, { "y": null, "x": "\"" }], "a": true });
        let other = json!({ "a": true, "b": [1, { "x": "\"", "y": null }] });
        assert_eq!(canonical(&one), canonical(&other));
        assert_eq!(canonical(&one), r#"{"a":true,"b":[1,{"x":"\"","y":null}]}"#);
    }
}
