//! What may be done with people, and how their data is sealed and opened.

use super::query::{self, Fresh, Sealed, Seen, UserRow};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    auth::UNUSABLE,
    crypto::{Keyring, Place},
    people,
};
use wire::{
    Page, Paging, ProblemCode, UserId,
    accounts::users::{EditUser, NewUser, User, UserFilter, UserRole, UserSort},
    esims::inventory::Reveal,
};

/// Personal data in plain, on its way to be sealed. It does not print.
struct Person {
    email: String,
    first_name: String,
    last_name: String,
    phone: Option<String>,
}

/// One page of those whom the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &UserFilter,
    paging: &Paging<UserSort>,
) -> Result<Page<User>> {
    let tokens = filter.q.as_deref().and_then(|q| actor.keys.query_tokens(q));
    query::page(conn, (filter, tokens.as_deref(), seen(actor)), paging)?
        .try_map(|row| open(&actor.keys, &row, is_masked(actor, row.id)))
}

/// One person, if the actor may see them.
pub fn show(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<User> {
    let row = query::find(conn, id, seen(actor))?;
    open(&actor.keys, &row, is_masked(actor, id))
}

/// Creates a customer, who cannot sign in by password until they have set one.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewUser) -> Result<User> {
    let fields = audit::fields_only(&new);
    let person = Person {
        email: new.email,
        first_name: new.first_name,
        last_name: new.last_name,
        phone: new.phone,
    };
    let id = UserId::new();
    let row = query::insert(
        tx,
        &Fresh {
            id,
            password_hash: UNUSABLE,
            role: UserRole::Customer,
            created_by: actor.id,
            client_id: actor.client.as_ref().map(|client| client.id),
        },
        &seal(&actor.keys, id, person)?,
    )?;
    audit::record(
        tx,
        actor,
        Act::new("user.create", "user", id.0).changing(fields),
    )?;
    open(&actor.keys, &row, false)
}

/// Creates a member of the staff, active at once. Nothing is recorded: whoever calls knows on whose behalf.
pub fn insert_staff(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    email: &str,
    role: UserRole,
    password_hash: &str,
) -> Result<UserId> {
    let (first_name, last_name) = match role {
        UserRole::SuperAdmin => ("Super", "Administrator"),
        UserRole::Admin => ("Office", "Administrator"),
        UserRole::Support => ("Support", "Agent"),
        UserRole::Customer => ("New", "Customer"),
    };
    let person = Person {
        email: email.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        phone: None,
    };
    let id = UserId::new();
    query::insert(
        tx,
        &Fresh {
            id,
            password_hash,
            role,
            created_by: None,
            client_id: None,
        },
        &seal(keys, id, person)?,
    )?;
    Ok(id)
}

/// Changes a person, if nobody has since the revision that was read.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (UserId, i32),
    change: EditUser,
) -> Result<User> {
    // Whom they do not see they do not find; then the row is held, and decided on as it is by then.
    query::find(tx.conn(), id, seen(actor))?;
    let row = query::lock(tx, id)?;
    may_edit(actor.role, row.role)?;
    let fields = audit::fields_only(&change);
    let now = open(&actor.keys, &row, false)?;
    let person = Person {
        email: change.email.unwrap_or(now.email),
        first_name: change.first_name.unwrap_or(now.first_name),
        last_name: change.last_name.unwrap_or(now.last_name),
        phone: change.phone.unwrap_or(now.phone),
    };
    let row = query::update(tx, (id, version), &seal(&actor.keys, id, person)?)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        Act::new("user.edit", "user", id.0).changing(fields),
    )?;
    open(&actor.keys, &row, is_masked(actor, id))
}

/// Opens what is masked, and leaves word of it in both logs.
pub fn reveal(tx: &mut Tx<'_>, actor: &Actor, id: UserId, why: Reveal) -> Result<User> {
    let row = query::find(tx.conn(), id, seen(actor))?;
    let reason = why.reason.as_deref();
    audit::accessed(
        tx,
        actor,
        "user",
        id.0,
        "email, first_name, last_name, phone",
        reason,
    )?;
    audit::record(
        tx,
        actor,
        Act::new("user.reveal", "user", id.0).because(reason),
    )?;
    open(&actor.keys, &row, false)
}

/// A row as its reader may see it.
pub fn open(keys: &Keyring, row: &UserRow, masked: bool) -> Result<User> {
    let opened = |column: &str, sealed: &[u8]| people::open(keys, row.id, column, sealed);
    let shown = |mask: fn(&str) -> String, text: String| if masked { mask(&text) } else { text };
    let phone = row
        .phone
        .as_deref()
        .map(|sealed| opened("phone", sealed))
        .transpose()?;
    Ok(User {
        id: row.id,
        email: shown(people::mask_email, opened("email", &row.email)?),
        first_name: shown(people::mask_name, opened("first_name", &row.first_name)?),
        last_name: shown(people::mask_name, opened("last_name", &row.last_name)?),
        phone: phone.map(|phone| shown(people::mask_phone, phone)),
        is_masked: masked,
        status: row.status,
        role: row.role,
        kyc_status: row.kyc_status,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_login: row.last_login,
        version: row.version,
    })
}

fn seal(keys: &Keyring, id: UserId, person: Person) -> Result<Sealed> {
    let (email, first, last) = (
        person.email.trim(),
        person.first_name.trim(),
        person.last_name.trim(),
    );
    let phone = person.phone.as_deref().map(str::trim);
    // Each by itself: an address or a number is one word, a name may be several.
    let mut search_tokens: Vec<i64> = [Some(email), Some(first), Some(last), phone]
        .into_iter()
        .flatten()
        .flat_map(|text| keys.search_tokens(text))
        .collect();
    search_tokens.sort_unstable();
    search_tokens.dedup();
    let sealed = |column: &str, text: &str| keys.seal(Place::new("users", column, id.0), text);
    Ok(Sealed {
        email: sealed("email", email)?,
        email_hash: email_hash(keys, email),
        first_name: sealed("first_name", first)?,
        last_name: sealed("last_name", last)?,
        phone: phone.map(|phone| sealed("phone", phone)).transpose()?,
        search_tokens,
    })
}

/// What an address is known by: the same for every way of writing it.
pub fn email_hash(keys: &Keyring, email: &str) -> Vec<u8> {
    keys.blind("users.email", &people::normalised(email))
}

/// Support looks after customers; the rest of the staff is none of its business.
fn seen(actor: &Actor) -> Seen {
    match (actor.only(), actor.role) {
        (Some(me), _) => Seen::Own(me),
        (None, Some(UserRole::Support)) => Seen::Customers(actor.id),
        (None, _) => Seen::All,
    }
}

/// Nobody is masked to themselves.
fn is_masked(actor: &Actor, id: UserId) -> bool {
    people::is_masked_for(actor.role) && actor.id != Some(id)
}

/// Staff are changed by super administrators only; the system may change anybody.
fn may_edit(editor: Option<UserRole>, edited: UserRole) -> Result<()> {
    if !edited.is_staff() || editor.is_none_or(|role| role == UserRole::SuperAdmin) {
        return Ok(());
    }
    Err(Error::because(
        ProblemCode::Forbidden,
        "Members of the staff are edited by a super administrator.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_are_edited_by_super_administrators_only() {
        for (editor, edited, may) in [
            (UserRole::Admin, UserRole::Customer, true),
            (UserRole::Admin, UserRole::Support, false),
            (UserRole::Admin, UserRole::SuperAdmin, false),
            (UserRole::SuperAdmin, UserRole::Admin, true),
            (UserRole::SuperAdmin, UserRole::SuperAdmin, true),
        ] {
            assert_eq!(
                may_edit(Some(editor), edited).is_ok(),
                may,
                "{editor} edits {edited}"
            );
        }
    }
}
