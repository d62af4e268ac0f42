//! The first administrator, without whom nobody could make the others.

use crate::users;
use platform::{
    Actor, Ctx, Result,
    audit::{self, Act},
    auth::{hash_password, random_token},
};
use wire::accounts::users::UserRole;

/// Creates the first administrator when there is no living one. What comes back is the address and the password
/// that was generated, to be printed once; a password that was configured is not repeated, and then, as when
/// nothing had to be done, nothing comes back.
pub async fn bootstrap(ctx: &Ctx) -> Result<Option<(String, String)>> {
    if ctx.db.read(users::query::has_super_admin).await? {
        return Ok(None);
    }
    let first = &ctx.config.bootstrap;
    let (password, is_generated) = first.password.as_ref().map_or_else(
        || (random_token(), true),
        |given| (given.to_string(), false),
    );
    let hash = hash_password(password.clone()).await?;

    let (actor, email) = (Actor::system(ctx), first.email.clone());
    let is_made = ctx
        .db
        .write(move |tx| {
            // Asked again under a lock: two servers may start at once.
            users::query::lock_staff(tx)?;
            if users::query::has_super_admin(tx.conn())? {
                return Ok(false);
            }
            let id = users::insert_staff(tx, &actor.keys, &email, UserRole::SuperAdmin, &hash)?;
            audit::record(tx, &actor, Act::new("user.bootstrap", "user", id.0))?;
            Ok(true)
        })
        .await?;
    Ok((is_made && is_generated).then(|| (first.email.clone(), password)))
}
