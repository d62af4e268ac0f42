//! Business rules of share links: creation, revocation, and the check of the access code.

use super::query::{self, NewRow, Row};
use crate::inventory;
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::{random_bytes, random_token},
    crypto::{self, Keyring},
};
use serde_json::json;
use wire::{
    EsimId, EsimShareId, ProblemCode,
    esims::{
        inventory::{EsimInstallation, EsimStatus},
        sharing::*,
    },
    system::audit::AuditAction,
};

/// The purpose for which the key of the access codes is derived.
const CODE_PURPOSE: &str = "esim share code";

/// Creates a share link of an eSIM. The address and the access code are returned only here.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    new: &NewEsimShare,
    public_url: &str,
    now: DateTime<Utc>,
) -> Result<CreatedEsimShare> {
    let esim = inventory::find(tx.conn(), actor.owner_filter(), id)?;
    if esim.status == EsimStatus::Cancelled || esim.activation_code.is_none() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "This eSIM is cancelled or has no activation code, so there is nothing to share.",
        ));
    }
    if esim.user_id.is_none() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "This eSIM has no owner: sell it first.",
        ));
    }
    let (share, token, code) = (EsimShareId::new(), random_token(), access_code());
    let expires_at = now + TimeDelta::hours(new.valid_hours);
    query::insert(
        tx,
        &NewRow {
            id: share,
            esim_id: id,
            token_hash: crypto::digest(token.as_bytes()),
            code_hash: hash_code(&actor.keys, share, &code)?,
            created_by: actor.id,
            client_id: actor.client.as_ref().map(|client| client.id),
            created_at: now,
            expires_at,
        },
    )?;
    let change = json!({ "share_id": share, "expires_at": expires_at });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimShare, id)
            .with_change(change)
            .with_reason(new.reason.as_deref()),
    )?;
    Ok(CreatedEsimShare {
        id: share,
        url: format!("{}/share/{token}", public_url.trim_end_matches('/')),
        access_code: code,
        expires_at,
    })
}

/// Returns a random access code of eight digits.
fn access_code() -> String {
    let number = u64::from_be_bytes(random_bytes::<8>());
    format!("{:08}", number % 100_000_000)
}

fn hash_code(keys: &Keyring, id: EsimShareId, code: &str) -> Result<Vec<u8>> {
    crypto::sign(&keys.derive(CODE_PURPOSE), &message(id, code))
}

fn is_code(keys: &Keyring, row: &Row, code: &str) -> bool {
    crypto::verify(
        &keys.derive(CODE_PURPOSE),
        &message(row.id, code),
        &row.code_hash,
    )
}

fn message(id: EsimShareId, code: &str) -> Vec<u8> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    format!("{id}:{digits}").into_bytes()
}

/// Returns the share links of an eSIM.
pub fn list(conn: &mut Conn, actor: &Actor, id: EsimId, now: DateTime<Utc>) -> Result<EsimShares> {
    inventory::find(conn, actor.owner_filter(), id)?;
    let is_staff = actor.owner_filter().is_none();
    let data = query::of_esim(conn, id)?
        .into_iter()
        .map(|row| EsimShare {
            id: row.id,
            esim_id: row.esim_id,
            state: state(&row, now),
            views: row.views,
            last_viewed_at: row.last_viewed_at,
            failed_attempts: row.failed_attempts,
            created_by: row.created_by.filter(|_| is_staff),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
        })
        .collect();
    Ok(EsimShares { data })
}

fn state(row: &Row, now: DateTime<Utc>) -> ShareState {
    if row.revoked_at.is_some() {
        ShareState::Revoked
    } else if row.expires_at <= now {
        ShareState::Expired
    } else if row.failed_attempts >= MAX_SHARE_ATTEMPTS {
        ShareState::Locked
    } else {
        ShareState::Open
    }
}

/// Revokes a share link. A repeated call has no further effect.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, id: EsimShareId, now: DateTime<Utc>) -> Result<()> {
    let row = query::find(tx.conn(), id)?;
    inventory::find(tx.conn(), actor.owner_filter(), row.esim_id)?;
    if !query::revoke(tx, id, now)? {
        return Ok(());
    }
    let change = json!({ "share_id": id });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimShareRevoke, row.esim_id).with_change(change),
    )
}

/// What the share page shows.
#[derive(Clone)]
pub enum View {
    /// The form for the access code.
    Form,
    /// The form again, after a wrong access code.
    WrongCode {
        /// The number of attempts that are left.
        left: i32,
    },
    /// The QR code and the steps of the installation.
    Installation {
        /// The ICCID.
        iccid: String,
        /// The activation code.
        installation: Box<EsimInstallation>,
    },
    /// There is no such link, or it can no longer be opened.
    Closed,
}

/// Returns whether the page of a link asks for the access code.
pub fn begin(conn: &mut Conn, token: &str, now: DateTime<Utc>) -> Result<View> {
    let row = query::by_token(conn, &crypto::digest(token.as_bytes()))?;
    let is_open = row.is_some_and(|row| state(&row, now) == ShareState::Open);
    Ok(if is_open { View::Form } else { View::Closed })
}

/// Checks the access code of a link, and shows the installation if it is correct. Wrong codes lock the link.
pub fn open(
    tx: &mut Tx<'_>,
    actor: &Actor,
    token: &str,
    code: &str,
    now: DateTime<Utc>,
) -> Result<View> {
    let found = query::lock_by_token(tx, &crypto::digest(token.as_bytes()))?;
    let Some(row) = found.filter(|row| state(row, now) == ShareState::Open) else {
        return Ok(View::Closed);
    };
    if !is_code(&actor.keys, &row, code) {
        return count_failure(tx, actor, &row);
    }
    let esim = inventory::find(tx.conn(), None, row.esim_id)?;
    if esim.status == EsimStatus::Cancelled || esim.activation_code.is_none() {
        return Ok(View::Closed);
    }
    let codes = inventory::activation_codes(tx.conn(), &actor.keys, &[row.esim_id])?;
    let Some((_, iccid, code)) = codes.into_iter().next() else {
        return Ok(View::Closed);
    };
    query::count_view(tx, row.id, now)?;
    let change = json!({ "share_id": row.id });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimShareView, row.esim_id).with_change(change),
    )?;
    let field = "activation_code";
    audit::record_field_access(tx, actor, "esim", row.esim_id.0, field, Some("Share page"))?;
    Ok(View::Installation {
        iccid,
        installation: Box::new(EsimInstallation::from(&code)),
    })
}

fn count_failure(tx: &mut Tx<'_>, actor: &Actor, row: &Row) -> Result<View> {
    query::count_failure(tx, row.id)?;
    let left = MAX_SHARE_ATTEMPTS - row.failed_attempts - 1;
    if left > 0 {
        return Ok(View::WrongCode { left });
    }
    let change = json!({ "share_id": row.id });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimShareLock, row.esim_id).with_change(change),
    )?;
    Ok(View::Closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_code_has_eight_digits() {
        for _ in 0..100 {
            let code = access_code();
            assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn access_code_is_compared_without_separators() {
        let id = EsimShareId::new();
        assert_eq!(message(id, " 1234-5678 "), message(id, "12345678"));
        assert_ne!(
            message(id, "12345678"),
            message(EsimShareId::new(), "12345678")
        );
    }
}
