//! Rules for changing users, and how their personal data is sealed and opened.

mod personal_data;
mod reasons;
mod reindex;
mod status;
mod timeline;

pub use personal_data::{erase, erased_values, export};
pub use reindex::{Batch, ReindexScope, reindex};
pub use status::{
    apply_bulk, authorize_bulk, block, change_role, remove, restore, set_status, undo_status,
};
pub use timeline::timeline;

use super::query::{self, Deleted, ListQuery, NewUserRow, Sealed, UserRow, Visibility};
use crate::sessions;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::UNUSABLE,
    crypto::{FieldContext, Keyring},
    people,
    settings::{self, BusinessCountry},
    text::tidy,
};
use wire::{
    Page, Paging, Permission, ProblemCode, UserId,
    accounts::users::{EditProfile, EditUser, NewUser, User, UserFilter, UserRole, UserSort},
    esims::inventory::RevealRequest,
    identifier,
    phone::{self, Phone},
    system::audit::AuditAction,
};

/// Personal data in plain text, before it is sealed. The type does not print.
struct Person {
    email: String,
    first_name: String,
    last_name: String,
    phone: Option<String>,
}

/// Returns one page of the users that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &UserFilter,
    paging: &Paging<UserSort>,
) -> Result<Page<User>> {
    if filter.is_deleted == Some(true) && !actor.can(Permission::UsersDelete) {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "You need the permission users:delete to list deleted accounts.",
        ));
    }
    let q = filter.q.as_deref();
    let tokens = q.and_then(|q| people::query_tokens(&actor.keys, q));
    let query = ListQuery {
        filter,
        tokens: tokens.as_deref(),
        visibility: visibility(actor),
    };
    query::page(conn, query, paging)?.try_map(|row| open_for(conn, actor, &row))
}

/// Returns a user that the actor may see. Deleted users are visible to actors who may restore them.
pub fn show(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<User> {
    let deleted = if actor.can(Permission::UsersDelete) {
        Deleted::Include
    } else {
        Deleted::Exclude
    };
    let row = query::find(conn, id, visibility(actor), deleted)?;
    open_for(conn, actor, &row)
}

/// Returns the actor's own profile.
pub fn show_own(conn: &mut Conn, actor: &Actor) -> Result<User> {
    let row = query::find(conn, actor.person()?, Visibility::All, Deleted::Exclude)?;
    open(conn, &actor.keys, &row, false)
}

/// Creates a customer or, as a super administrator, a staff member. The new user cannot sign in before setting a password.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewUser) -> Result<User> {
    let role = new.role.unwrap_or(UserRole::Customer);
    if role.is_staff() && !actor.can(Permission::UsersRoles) {
        return Err(Error::field(
            "role",
            "not_yours",
            "Only a super administrator can create staff accounts.",
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
        &NewUserRow {
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
        AuditEvent::new(AuditAction::UserCreate, id).with_change(fields),
    )?;
    // An API client signs its own customers in.
    if actor.client.is_none() {
        sessions::invite(tx, id)?;
    }
    open(tx.conn(), &actor.keys, &row, false)
}

/// Creates an active staff member. The caller records the audit entry, because only the caller knows the actor.
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
        &NewUserRow {
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

/// Creates a customer of the sender of an email. The customer cannot sign in before setting a password.
pub fn register_sender(
    tx: &mut Tx<'_>,
    actor: &Actor,
    email: &str,
    first_name: &str,
    last_name: &str,
) -> Result<UserId> {
    let id = UserId::new();
    let person = Person {
        email: email.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        phone: None,
    };
    query::insert(
        tx,
        &NewUserRow {
            id,
            password_hash: UNUSABLE,
            role: UserRole::Customer,
            created_by: None,
            client_id: None,
        },
        &seal(&actor.keys, id, person)?,
    )?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserCreate, id)
            .with_change(serde_json::json!({ "source": "email" })),
    )?;
    Ok(id)
}

/// Changes a user, unless the row has changed since the version that the client read. A new email address requires recent
/// authentication and ends the sessions and links of the account.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    version: i32,
    change: EditUser,
    now: DateTime<Utc>,
) -> Result<User> {
    // A user that the actor may not see answers 404. The checks below use the locked row.
    query::find(tx.conn(), id, visibility(actor), Deleted::Exclude)?;
    let row = query::lock(tx, id)?;
    may_edit(actor, row.role)?;
    let fields = audit::fields_only(&change);
    let email = open_column(&actor.keys, &row, "email", &row.email);
    let changes_email = change.email.as_deref().is_some_and(|new| {
        let old = email.as_deref().map(people::normalised_email);
        old.ok() != Some(people::normalised_email(new))
    });
    if changes_email {
        actor.require_step_up_of_person()?;
    }
    let before = email.as_deref().map(str::to_owned).ok();
    let person = Person {
        email: new_or_stored("email", change.email, email)?,
        first_name: new_or_stored(
            "first_name",
            change.first_name,
            open_column(&actor.keys, &row, "first_name", &row.first_name),
        )?,
        last_name: new_or_stored(
            "last_name",
            change.last_name,
            open_column(&actor.keys, &row, "last_name", &row.last_name),
        )?,
        phone: match change.phone {
            Some(None) => None,
            Some(Some(text)) => Some(read_phone(tx.conn(), &text)?),
            None => row
                .phone
                .as_deref()
                .map(|sealed| {
                    let stored = open_column(&actor.keys, &row, "phone", sealed);
                    new_or_stored("phone", None, stored)
                })
                .transpose()?,
        },
    };
    let row = query::update(tx, id, version, &seal(&actor.keys, id, person)?)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserEdit, id).with_change(fields),
    )?;
    if changes_email {
        sessions::handle_email_change(tx, actor, id, before.as_deref(), now)?;
    }
    open_for(tx.conn(), actor, &row)
}

/// Changes the actor's own profile.
pub fn edit_own(
    tx: &mut Tx<'_>,
    actor: &Actor,
    version: i32,
    change: EditProfile,
    now: DateTime<Utc>,
) -> Result<User> {
    let change = EditUser {
        email: None,
        first_name: change.first_name,
        last_name: change.last_name,
        phone: change.phone,
    };
    edit(tx, actor, actor.person()?, version, change, now)
}

/// Opens a sealed column of a person's row.
fn open_column(keys: &Keyring, row: &UserRow, column: &str, sealed: &[u8]) -> Result<String> {
    people::open(keys, row.id, column, sealed)
}

/// Returns the new value of a field, or else the stored one. A stored value that does not open requires a new one.
fn new_or_stored(field: &str, new: Option<String>, stored: Result<String>) -> Result<String> {
    match (new, stored) {
        (Some(new), _) => Ok(new),
        (None, Err(Error::Unreadable(_))) => Err(Error::field(
            field,
            "unreadable",
            "The stored value cannot be read. Enter a new one.",
        )),
        (None, stored) => stored,
    }
}

/// Returns a user unmasked, and records it in the audit log and the access log.
pub fn reveal(tx: &mut Tx<'_>, actor: &Actor, id: UserId, why: RevealRequest) -> Result<User> {
    let row = query::find(tx.conn(), id, visibility(actor), Deleted::Exclude)?;
    let reason = why.reason.as_deref();
    audit::record_field_access(
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
        AuditEvent::new(AuditAction::UserReveal, id).with_reason(reason),
    )?;
    open(tx.conn(), &actor.keys, &row, false)
}

/// Returns a user as the actor may see it.
fn open_for(conn: &mut Conn, actor: &Actor, row: &UserRow) -> Result<User> {
    open(conn, &actor.keys, row, is_masked(actor, row.id))
}

/// Opens a row, masked or not. A column that does not open is marked and recorded in the audit log; the others are returned.
pub fn open(conn: &mut Conn, keys: &Keyring, row: &UserRow, masked: bool) -> Result<User> {
    let mut is_unreadable = false;
    let mut open_field = |column, sealed: &[u8], mask: fn(&str) -> String| {
        let column_ref = people::Column::new(row.id, column);
        let text = people::open_or_report(conn, keys, column_ref, sealed)?;
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
        email: open_field("email", &row.email, people::mask_email)?,
        first_name: open_field("first_name", &row.first_name, people::mask_name)?,
        last_name: open_field("last_name", &row.last_name, people::mask_name)?,
        phone: phone
            .map(|sealed| open_field("phone", sealed, people::mask_phone))
            .transpose()?
            .map(|phone| phone::format_international(&phone)),
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
fn open_person(keys: &Keyring, row: &UserRow) -> Result<Person> {
    let open = |column: &str, sealed: &[u8]| open_column(keys, row, column, sealed);
    let phone = row.phone.as_deref();
    Ok(Person {
        email: open("email", &row.email)?,
        first_name: open("first_name", &row.first_name)?,
        last_name: open("last_name", &row.last_name)?,
        phone: phone.map(|sealed| open("phone", sealed)).transpose()?,
    })
}

/// Reads a phone number as E.164. A national number belongs to the country of the business.
fn read_phone(conn: &mut Conn, text: &str) -> Result<String> {
    let country = settings::get(conn, BusinessCountry)?;
    Phone::parse(text, country.as_deref())
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
    let sealed =
        |column: &str, text: &str| keys.seal(FieldContext::new("users", column, id.0), text);
    Ok(Sealed {
        email: sealed("email", email)?,
        email_hash: email_hash(keys, email),
        first_name: sealed("first_name", first)?,
        last_name: sealed("last_name", last)?,
        phone: phone.map(|phone| sealed("phone", phone)).transpose()?,
        search_tokens: people::search_tokens(keys, email, first, last, phone),
    })
}

/// Returns the blind index of an email address: equal for every spelling of the address.
pub fn email_hash(keys: &Keyring, email: &str) -> Vec<u8> {
    keys.blind("users.email", &people::normalised_email(email))
}

/// Returns the users that an actor may see: support agents see customers and themselves.
fn visibility(actor: &Actor) -> Visibility {
    match (actor.owner_filter(), actor.role) {
        (Some(me), _) => Visibility::Own(me),
        (None, Some(UserRole::Support)) => Visibility::Customers(actor.id),
        (None, _) => Visibility::All,
    }
}

/// Returns whether the actor sees this user masked. The actor's own data is never masked.
fn is_masked(actor: &Actor, id: UserId) -> bool {
    people::is_masked_for(actor.role) && actor.id != Some(id)
}

/// Checks that the editor may change a user with this role: only super administrators and the system change staff; API clients
/// change customers only.
fn may_edit(editor: &Actor, edited: UserRole) -> Result<()> {
    let is_above = match (&editor.client, editor.role) {
        (Some(_), _) => false,
        (None, role) => role.is_none_or(|role| role == UserRole::SuperAdmin),
    };
    if !edited.is_staff() || is_above {
        return Ok(());
    }
    Err(Error::with_detail(
        ProblemCode::Forbidden,
        "Only a super administrator can change staff accounts.",
    ))
}
