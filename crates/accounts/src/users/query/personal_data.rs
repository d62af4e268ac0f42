//! SQL of exporting and erasing the account data of a person.

use diesel::{prelude::*, sql_types::Uuid as SqlUuid};
use platform::{Result, Tx, people::ExportTable};
use wire::UserId;

/// The rows of a person that an export contains: the account, the means of signing in, and the API clients that the person
/// created. Secrets are left out.
pub const EXPORTED: &[ExportTable] = &[
    ExportTable {
        table: "users",
        select: "SELECT id, email, first_name, last_name, phone, status, role, kyc_status, client_id, created_by, created_at, updated_at, last_login, deleted_at FROM users WHERE id = $1",
        sealed: &["email", "first_name", "last_name", "phone"],
    },
    ExportTable {
        table: "sessions",
        select: "SELECT id, family_id, user_agent, ip, created_at, last_used_at, expires_at, revoked_at, revoked_reason FROM sessions WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "mfa_factors",
        select: "SELECT created_at, confirmed_at FROM mfa_factors WHERE user_id = $1",
        sealed: &[],
    },
    ExportTable {
        table: "recovery_codes",
        select: "SELECT id, used_at FROM recovery_codes WHERE user_id = $1",
        sealed: &[],
    },
    ExportTable {
        table: "password_links",
        select: "SELECT id, created_at, expires_at, used_at FROM password_links WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "sign_in_origins",
        select: "SELECT created_at, last_used_at FROM sign_in_origins WHERE user_id = $1 ORDER BY created_at",
        sealed: &[],
    },
    ExportTable {
        table: "api_clients",
        select: "SELECT id, name, mode, created_at, revoked_at FROM api_clients WHERE created_by = $1 ORDER BY created_at",
        sealed: &[],
    },
];

/// Subject kinds of log entries with reasons, each with the query of a person's subjects of that kind.
pub const SUBJECTS_WITH_REASONS: [(&str, &str); 3] = [
    ("user", "SELECT $1::uuid"),
    (
        "kyc_document",
        "SELECT id FROM kyc_documents WHERE user_id = $1",
    ),
    (
        "session",
        "SELECT family_id FROM sessions WHERE user_id = $1",
    ),
];

/// Deletes the sessions, second factors, links and sign-in origins of a user.
pub fn delete_sign_in_data(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    for table in [
        "sessions",
        "mfa_factors",
        "recovery_codes",
        "password_links",
        "sign_in_origins",
    ] {
        diesel::sql_query(format!("DELETE FROM {table} WHERE user_id = $1"))
            .bind::<SqlUuid, _>(id.0)
            .execute(tx.conn())?;
    }
    Ok(())
}
