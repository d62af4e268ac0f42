//! Commands of an operator for a user who cannot sign in: set the password, or create a link with which the user sets it.

use super::{
    query::{self, Account},
    rules::{self, RequestContext, invitations},
};
use crate::users::rules::email_hash;
use platform::{
    Actor, Ctx, Error, RequestInfo, Result, Tx,
    audit::{self, AuditEvent},
    auth::{easily_guessed, hash_password},
};
use serde_json::json;
use wire::{
    Check, ProblemCode,
    accounts::sessions::{InvitationLink, SetPassword},
    system::audit::AuditAction,
};

/// Sets the password of the account with this address, and ends its sessions and password links. A staff member without
/// a second factor must still set one up before anything else.
pub async fn set_password(ctx: &Ctx, email: &str, password: String) -> Result<()> {
    let new = SetPassword {
        token: "terminal".to_owned(),
        password,
    };
    let faults = new.field_errors();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let (keys, hash) = (ctx.keys.clone(), email_hash(&ctx.keys, email));
    let personal_words = ctx
        .db
        .read(move |conn| {
            let account = direct_account(query::accounts(conn, &hash)?)?;
            rules::passwords::personal_words(conn, &keys, account.id)
        })
        .await?;
    if let Some(why) = easily_guessed(new.password.clone(), personal_words).await? {
        return Err(Error::field(
            "password",
            "guessable",
            format!("This password is easily guessed. {why}"),
        ));
    }
    let password_hash = hash_password(new.password).await?;
    let (context, actor) = (terminal_context(ctx), Actor::system(ctx));
    let hash = email_hash(&ctx.keys, email);
    ctx.db
        .write(move |tx| {
            let account = lock_direct_account(tx, &hash)?;
            rules::passwords::replace(tx, &context, &account, password_hash.as_str())?;
            let event = AuditEvent::new(AuditAction::PasswordSet, account.id);
            audit::record(tx, &actor, event.with_change(json!({ "by": "terminal" })))?;
            rules::email::password_changed(tx, &context, account.id)
        })
        .await
}

/// Creates a link with which the owner of this address chooses a password.
pub async fn create_password_link(ctx: &Ctx, email: &str) -> Result<InvitationLink> {
    let (context, actor) = (terminal_context(ctx), Actor::system(ctx));
    let hash = email_hash(&ctx.keys, email);
    ctx.db
        .write(move |tx| {
            let account = lock_direct_account(tx, &hash)?;
            invitations::create_link(tx, &context, &actor, account.id)
        })
        .await
}

fn terminal_context(ctx: &Ctx) -> RequestContext {
    RequestContext::new(ctx, RequestInfo::default())
}

fn lock_direct_account(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Account> {
    let account = direct_account(query::accounts(tx.conn(), hash)?)?;
    query::lock_account(tx, account.id)?.ok_or_else(Error::not_found)
}

fn direct_account(accounts: Vec<Account>) -> Result<Account> {
    rules::select_accounts(accounts, None).pop().ok_or_else(|| {
        Error::with_detail(
            ProblemCode::NotFound,
            "There is no direct account with this email address.",
        )
    })
}
