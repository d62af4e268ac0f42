//! What may be done with people, and how their data is sealed and opened.

mod data;
mod happenings;
mod notes;
mod reindex;
mod standing;

pub use data::{blank, erase, export};
pub use happenings::happenings;
pub use reindex::{Batch, Which, reindex};
pub use standing::{act, appoint, block, move_to, ready, remove, restore, undo_status};

use super::query::{self, Fresh, Life, Sealed, Seen, UserRow};
use crate::sessions;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    auth::UNUSABLE,
    crypto::{Keyring, Place},
    people,
    settings::{self, BusinessCountry},
    text::tidy,
};
use wire::{
    Page, Paging, Permission, ProblemCode, UserId,
    accounts::users::{EditProfile, EditUser, NewUser, User, UserFilter, UserRole, UserSort},
    esims::inventory::Reveal,
    identifier,
    phone::{self, Phone},
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
    if filter.is_deleted == Some(true) && !actor.can(Permission::UsersDelete) {
        return Err(Error::because(
            ProblemCode::Forbidden,
            "Who was deleted is shown to those who may restore them.",
        ));
    }
    let q = filter.q.as_deref();
    let tokens = q.and_then(|q| people::query_tokens(&actor.keys, q));
    query::page(conn, (filter, tokens.as_deref(), seen(actor)), paging)?
        .try_map(|row| open_for(conn, actor, &row))
}

/// One person, if the actor may see them. Those who were deleted are shown to whoever may restore them.
pub fn show(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<User> {
    let life = if actor.can(Permission::UsersDelete) {
        Life::Either
    } else {
        Life::Living
    };
    let row = query::find(conn, id, (seen(actor), life))?;
    open_for(conn, actor, &row)
}

/// Returns the actor's own profile.
pub fn show_own(conn: &mut Conn, actor: &Actor) -> Result<User> {
    let row = query::find(conn, actor.person()?, Seen::All)?;
    open(conn, &actor.keys, &row, false)
}

/// Creates a customer, or for super administrators a member of the staff. They cannot sign in by password until they
/// have set one.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewUser) -> Result<User> {
    let role = new.role.unwrap_or(UserRole::Customer);
    if role.is_staff() && !actor.can(Permission::UsersRoles) {
        return Err(Error::field(
            "role",
            "not_yours",
            "Members of the staff are created by a super administrator.",
        ));
    }
    let fields = audit::fields_only(&new);
    let phone = new.phone.as_deref();
    let person = Person {
        email: new.email,
        first_name: new.first_name,
        last_name: new.last_name,
        phone: phone.map(|text| read_phone(tx.conn(), text)).transpose()?,
    };
    let id = UserId::new();
    let row = query::insert(
        tx,
        &Fresh {
            id,
            password_hash: UNUSABLE,
            role,
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
    // A shop front that brings its own customers signs them in by itself.
    if actor.client.is_none() {
        sessions::invite(tx, id)?;
    }
    open(tx.conn(), &actor.keys, &row, false)
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

/// Changes a person, unless the row has changed since the revision that was read. A new email address requires a recent
/// confirmation and ends the sessions and links of the account.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (UserId, i32),
    (change, now): (EditUser, DateTime<Utc>),
) -> Result<User> {
    // Whom they do not see they do not find; then the row is held, and decided on as it is by then.
    query::find(tx.conn(), id, seen(actor))?;
    let row = query::lock(tx, id)?;
    may_edit(actor, row.role)?;
    let fields = audit::fields_only(&change);
    let email = opened(&actor.keys, &row, "email", &row.email);
    let moves = change.email.as_deref().is_some_and(|new| {
        let old = email.as_deref().map(people::normalised);
        old.ok() != Some(people::normalised(new))
    });
    if moves {
        actor.recently_authenticated()?;
    }
    let before = email.as_deref().map(str::to_owned).ok();
    let person = Person {
        email: kept("email", change.email, email)?,
        first_name: kept(
            "first_name",
            change.first_name,
            opened(&actor.keys, &row, "first_name", &row.first_name),
        )?,
        last_name: kept(
            "last_name",
            change.last_name,
            opened(&actor.keys, &row, "last_name", &row.last_name),
        )?,
        phone: match change.phone {
            Some(None) => None,
            Some(Some(text)) => Some(read_phone(tx.conn(), &text)?),
            None => row
                .phone
                .as_deref()
                .map(|sealed| kept("phone", None, opened(&actor.keys, &row, "phone", sealed)))
                .transpose()?,
        },
    };
    let row = query::update(tx, (id, version), &seal(&actor.keys, id, person)?)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        Act::new("user.edit", "user", id.0).changing(fields),
    )?;
    if moves {
        sessions::email_changed(tx, actor, id, (before.as_deref(), now))?;
    }
    open_for(tx.conn(), actor, &row)
}

/// Changes the actor's own profile.
pub fn edit_own(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (version, now): (i32, DateTime<Utc>),
    change: EditProfile,
) -> Result<User> {
    let change = EditUser {
        email: None,
        first_name: change.first_name,
        last_name: change.last_name,
        phone: change.phone,
    };
    edit(tx, actor, (actor.person()?, version), (change, now))
}

/// Opens a sealed column of a person's row.
fn opened(keys: &Keyring, row: &UserRow, column: &str, sealed: &[u8]) -> Result<String> {
    people::open(keys, row.id, column, sealed)
}

/// Returns the new value of a field: the given one, else the stored one. A stored value that does not open must be given.
fn kept(field: &str, given: Option<String>, known: Result<String>) -> Result<String> {
    match (given, known) {
        (Some(given), _) => Ok(given),
        (None, Err(Error::Broken(_))) => Err(Error::field(
            field,
            "unreadable",
            "The stored value cannot be read. Enter a new one.",
        )),
        (None, known) => known,
    }
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
    open(tx.conn(), &actor.keys, &row, false)
}

/// A row as the actor may see it.
fn open_for(conn: &mut Conn, actor: &Actor, row: &UserRow) -> Result<User> {
    open(conn, &actor.keys, row, is_masked(actor, row.id))
}

/// Opens a row, masked or not. A column that does not open is marked and recorded in the audit log; the others are shown.
pub fn open(conn: &mut Conn, keys: &Keyring, row: &UserRow, masked: bool) -> Result<User> {
    let mut is_unreadable = false;
    let mut shown = |column, sealed: &[u8], mask: fn(&str) -> String| {
        let place = people::Column::of(row.id, column);
        let text = people::open_or_report(conn, keys, place, sealed)?;
        is_unreadable |= text.is_none();
        Ok::<_, Error>(match text {
            Some(text) if masked => mask(&text),
            Some(text) => text,
            None => people::UNREADABLE.to_owned(),
        })
    };
    let phone = row.phone.as_deref();
    Ok(User {
        id: row.id,
        email: shown("email", &row.email, people::mask_email)?,
        first_name: shown("first_name", &row.first_name, people::mask_name)?,
        last_name: shown("last_name", &row.last_name, people::mask_name)?,
        phone: phone
            .map(|sealed| shown("phone", sealed, people::mask_phone))
            .transpose()?
            .map(|phone| phone::shown(&phone)),
        is_masked: masked,
        is_unreadable,
        status: row.status,
        role: row.role,
        kyc_status: row.kyc_status,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_login: row.last_login,
        client_id: row.client_id,
        deleted_at: row.deleted_at,
        erased_at: row.erased_at,
        version: row.version,
    })
}

/// Opens the personal data of a row, unmasked.
fn stored(keys: &Keyring, row: &UserRow) -> Result<Person> {
    let opened = |column: &str, sealed: &[u8]| opened(keys, row, column, sealed);
    let phone = row.phone.as_deref();
    Ok(Person {
        email: opened("email", &row.email)?,
        first_name: opened("first_name", &row.first_name)?,
        last_name: opened("last_name", &row.last_name)?,
        phone: phone.map(|sealed| opened("phone", sealed)).transpose()?,
    })
}

/// Reads a phone number as E.164. A national number belongs to the country of the business.
fn read_phone(conn: &mut Conn, text: &str) -> Result<String> {
    let country = settings::get(conn, BusinessCountry)?;
    Phone::read(text, country.as_deref())
        .map(|phone| phone.e164())
        .map_err(|fault| Error::field("phone", fault.code(), fault.message()))
}

fn seal(keys: &Keyring, id: UserId, person: Person) -> Result<Sealed> {
    let email = identifier::email(&person.email);
    let (email, first, last) = (
        &*tidy(&email),
        &*tidy(&person.first_name),
        &*tidy(&person.last_name),
    );
    let phone = person.phone.as_deref();
    let sealed = |column: &str, text: &str| keys.seal(Place::new("users", column, id.0), text);
    Ok(Sealed {
        email: sealed("email", email)?,
        email_hash: email_hash(keys, email),
        first_name: sealed("first_name", first)?,
        last_name: sealed("last_name", last)?,
        phone: phone.map(|phone| sealed("phone", phone)).transpose()?,
        search_tokens: people::search_tokens(keys, (email, first, last), phone),
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

/// Staff are changed by super administrators only; integrators' clients change nobody but customers, and the system
/// anybody.
fn may_edit(editor: &Actor, edited: UserRole) -> Result<()> {
    let is_above = match (&editor.client, editor.role) {
        (Some(_), _) => false,
        (None, role) => role.is_none_or(|role| role == UserRole::SuperAdmin),
    };
    if !edited.is_staff() || is_above {
        return Ok(());
    }
    Err(Error::because(
        ProblemCode::Forbidden,
        "Members of the staff are for super administrators to decide about.",
    ))
}
