//! Commands of an operator for a user who cannot sign in: set the password, or create a link with which the user sets it.

use super::{
    query::{self, Account},
    rules::{self, Visit, invitations},
};
use crate::users::rules::email_hash;
use platform::{
    Actor, Ctx, Error, RequestInfo, Result, Tx,
    audit::{self, Act},
    auth::{easily_guessed, hash_password},
};
use serde_json::json;
use wire::{
    Check, ProblemCode,
    accounts::sessions::{InvitationLink, SetPassword},
};

/// Sets the password of the account with this address, and ends its sessions and password links. A staff member without
/// a second factor must still set one up before anything else.
pub async fn set_password(ctx: &Ctx, email: &str, password: String) -> Result<()> {
    let new = SetPassword {
        token: "terminal".to_owned(),
        password,
    };
    let faults = new.faults();
    if !faults.is_empty() {
        return Err(Error::fields(faults));
    }
    let (keys, hash) = (ctx.keys.clone(), email_hash(&ctx.keys, email));
    let about = ctx
        .db
        .read(move |conn| {
            let account = of(query::accounts(conn, &hash)?)?;
            rules::passwords::about(conn, &keys, account.id)
        })
        .await?;
    if let Some(why) = easily_guessed(new.password.clone(), about).await? {
        return Err(Error::field(
            "password",
            "guessable",
            format!("This password is easily guessed. {why}"),
        ));
    }
    let fresh = hash_password(new.password).await?;
    let (visit, actor) = (visit(ctx), Actor::system(ctx));
    let hash = email_hash(&ctx.keys, email);
    ctx.db
        .write(move |tx| {
            let account = held(tx, &hash)?;
            rules::passwords::replace(tx, &visit, (&account, fresh.as_str()))?;
            let act = Act::new("password.set", "user", account.id.0);
            audit::record(tx, &actor, act.changing(json!({ "by": "terminal" })))?;
            rules::letters::password_changed(tx, &visit, account.id)
        })
        .await
}

/// Creates a link with which the owner of this address chooses a password.
pub async fn make_link(ctx: &Ctx, email: &str) -> Result<InvitationLink> {
    let (visit, actor) = (visit(ctx), Actor::system(ctx));
    let hash = email_hash(&ctx.keys, email);
    ctx.db
        .write(move |tx| {
            let account = held(tx, &hash)?;
            invitations::make(tx, &visit, &actor, account.id)
        })
        .await
}

fn visit(ctx: &Ctx) -> Visit {
    Visit::new(ctx, RequestInfo::default())
}

fn held(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Account> {
    let account = of(query::accounts(tx.conn(), hash)?)?;
    query::hold(tx, account.id)?.ok_or_else(Error::not_found)
}

fn of(accounts: Vec<Account>) -> Result<Account> {
    rules::named(accounts, None).pop().ok_or_else(|| {
        Error::because(
            ProblemCode::NotFound,
            "There is no direct account with this email address.",
        )
    })
}
