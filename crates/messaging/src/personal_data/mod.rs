//! The personal data of this section: the emails to a user.

mod query;

use crate::notifications::{jobs, rules};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    jobs::forget_failures,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::UserId;

/// The emails to a user.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "messaging",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    let mut exported = people::export_tables(conn, keys, id, query::EXPORTED)?;
    let emails = exported
        .get_mut("notifications")
        .and_then(Value::as_array_mut);
    for email in emails.into_iter().flatten() {
        if let Some(message) = email.get_mut("message") {
            *message = Value::String(rules::visible_text(message.as_str().unwrap_or_default())?);
        }
    }
    Ok(exported)
}

/// Erases the address and the content of every email. The rows stay, with the time at which each email was sent. Pending
/// emails are not sent.
fn erase(tx: &mut Tx<'_>, keys: &Keyring, id: UserId) -> Result<()> {
    let emails = query::notification_ids_of(tx.conn(), id)?;
    for email in &emails {
        query::erase(tx, *email, &rules::erased_message(keys, *email)?)?;
    }
    let keys: Vec<String> = emails.iter().map(|id| jobs::job_key(*id)).collect();
    forget_failures(tx, &keys)
}
