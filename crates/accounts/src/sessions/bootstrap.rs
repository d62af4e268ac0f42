//! Creation of the first administrator, who creates all other accounts.

use crate::users;
use platform::{
    Actor, Ctx, Result,
    audit::{self, AuditEvent},
    auth::{hash_password, random_token},
};
use wire::{accounts::users::UserRole, system::audit::AuditAction};

/// Creates the first administrator if no super administrator exists. Returns the email address and the generated password, for
/// the caller to print once; returns nothing if the password is configured or no account was created.
pub async fn bootstrap(ctx: &Ctx) -> Result<Option<(String, String)>> {
    if ctx.db.read(users::query::has_super_admin).await? {
        return Ok(None);
    }
    let config = &ctx.config.bootstrap;
    let (password, is_generated) = config.password.as_ref().map_or_else(
        || (random_token(), true),
        |configured| (configured.to_string(), false),
    );
    let hash = hash_password(password.clone()).await?;

    let (actor, email) = (Actor::system(ctx), config.email.clone());
    let is_created = ctx
        .db
        .write(move |tx| {
            // Checked again under a lock: two servers may start at the same time.
            users::query::lock_table(tx)?;
            if users::query::has_super_admin(tx.conn())? {
                return Ok(false);
            }
            let id = users::insert_staff(tx, &actor.keys, &email, UserRole::SuperAdmin, &hash)?;
            audit::record(tx, &actor, AuditEvent::new(AuditAction::UserBootstrap, id))?;
            Ok(true)
        })
        .await?;
    Ok((is_created && is_generated).then(|| (config.email.clone(), password)))
}
