//! All SQL of users.

mod personal_data;
mod search_index;
mod status;
mod timeline;

pub use personal_data::*;
pub use search_index::*;
pub use status::*;
pub use timeline::*;

use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Error, Owner, Result, Tx, page};
use schema::users;
use wire::{
    ApiClientId, Page, Paging, UserId,
    accounts::users::{KycStatus, UserFilter, UserRole, UserSort, UserStatus},
};

/// A user as stored: the personal data is sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct UserRow {
    pub id: UserId,
    pub email: Vec<u8>,
    pub first_name: Vec<u8>,
    pub last_name: Vec<u8>,
    pub phone: Option<Vec<u8>>,
    pub status: UserStatus,
    pub role: UserRole,
    pub kyc_status: KycStatus,
    pub created_at: chrono::DateTime<chrono::Utc>,
    pub updated_at: chrono::DateTime<chrono::Utc>,
    pub last_login: Option<chrono::DateTime<chrono::Utc>>,
    pub client_id: Option<ApiClientId>,
    pub deleted_at: Option<chrono::DateTime<chrono::Utc>>,
    pub erased_at: Option<chrono::DateTime<chrono::Utc>>,
    pub version: i32,
}

/// The personal data of a user, sealed for its row, and its search tokens.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct Sealed {
    pub email: Vec<u8>,
    pub email_hash: Vec<u8>,
    pub first_name: Vec<u8>,
    pub last_name: Vec<u8>,
    pub phone: Option<Vec<u8>>,
    pub search_tokens: Vec<i64>,
}

/// The columns of a new user that are not sealed.
#[derive(Insertable)]
#[diesel(table_name = users)]
pub struct NewUserRow<'a> {
    pub id: UserId,
    pub password_hash: &'a str,
    pub role: UserRole,
    pub created_by: Option<UserId>,
    pub client_id: Option<ApiClientId>,
}

/// The users that an actor may see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Visibility {
    /// Every user.
    All,
    /// Every customer, and the actor.
    Customers(Option<UserId>),
    /// The actor, or the customers of the actor's API client.
    Own(Owner),
}

/// A query of a list of users.
#[derive(Clone, Copy)]
pub struct ListQuery<'a> {
    /// The filter of the request.
    pub filter: &'a UserFilter,
    /// The blind tokens of the search text, if any.
    pub tokens: Option<&'a [i64]>,
    /// The users that the actor may see.
    pub visibility: Visibility,
}

/// Whether a query returns deleted users.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deleted {
    /// Only users that are not deleted.
    Exclude,
    /// Only deleted users.
    Only,
    /// Both.
    Include,
}

fn visible<'a>(visibility: Visibility, deleted: Deleted) -> users::BoxedQuery<'a, Pg> {
    let rows = users::table.into_boxed();
    let rows = match deleted {
        Deleted::Exclude => rows.filter(users::deleted_at.is_null()),
        Deleted::Only => rows.filter(users::deleted_at.is_not_null()),
        Deleted::Include => rows,
    };
    match visibility {
        Visibility::All => rows,
        Visibility::Customers(me) => rows.filter(
            users::role
                .eq(UserRole::Customer)
                .or(users::id.nullable().is_not_distinct_from(me)),
        ),
        Visibility::Own(Owner::Person(me)) => rows.filter(users::id.eq(me)),
        Visibility::Own(Owner::Client(client)) => rows.filter(users::client_id.eq(client)),
    }
}

fn matching(query: ListQuery<'_>) -> users::BoxedQuery<'_, Pg> {
    let filter = query.filter;
    let deleted = match filter.is_deleted {
        Some(true) => Deleted::Only,
        _ => Deleted::Exclude,
    };
    let mut rows = visible(query.visibility, deleted);
    if let Some(tokens) = query.tokens {
        rows = rows.filter(users::search_tokens.contains(tokens));
    }
    if let Some(any) = &filter.status {
        rows = rows.filter(users::status.eq_any(&any.0));
    }
    if let Some(any) = &filter.role {
        rows = rows.filter(users::role.eq_any(&any.0));
    }
    if let Some(any) = &filter.kyc_status {
        rows = rows.filter(users::kyc_status.eq_any(&any.0));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(users::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(users::created_at.lt(to));
    }
    if let Some(from) = filter.last_login_from {
        rows = rows.filter(users::last_login.ge(from));
    }
    if let Some(to) = filter.last_login_to {
        rows = rows.filter(users::last_login.lt(to));
    }
    if let Some(client) = filter.client_id {
        rows = rows.filter(users::client_id.eq(client));
    }
    rows
}

/// Returns one page of users, sealed.
pub fn page(
    conn: &mut Conn,
    query: ListQuery<'_>,
    paging: &Paging<UserSort>,
) -> Result<Page<UserRow>> {
    page!(conn, paging, matching(query) => UserRow, tie users::id, {
        UserSort::CreatedAt => users::created_at,
        UserSort::LastLogin => nullable users::last_login,
        UserSort::UpdatedAt => users::updated_at,
    })
}

/// Returns a user.
pub fn find(
    conn: &mut Conn,
    id: UserId,
    visibility: Visibility,
    deleted: Deleted,
) -> Result<UserRow> {
    Ok(visible(visibility, deleted)
        .filter(users::id.eq(id))
        .select(UserRow::as_select())
        .first(conn)?)
}

/// Locks a user, deleted or not, until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: UserId) -> Result<UserRow> {
    Ok(users::table
        .find(id)
        .for_update()
        .select(UserRow::as_select())
        .first(tx.conn())?)
}

/// Adds an active user.
pub fn insert(tx: &mut Tx<'_>, new: &NewUserRow<'_>, sealed: &Sealed) -> Result<UserRow> {
    diesel::insert_into(users::table)
        .values((new, sealed, users::status.eq(UserStatus::Active)))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())
        .map_err(email_conflict)
}

/// Replaces the personal data of a user at this version; returns nothing when there is a newer one.
pub fn update(
    tx: &mut Tx<'_>,
    id: UserId,
    version: i32,
    sealed: &Sealed,
) -> Result<Option<UserRow>> {
    diesel::update(
        users::table
            .find(id)
            .filter(users::version.eq(version))
            .filter(users::deleted_at.is_null()),
    )
    .set((sealed, users::version.eq(users::version + 1)))
    .returning(UserRow::as_returning())
    .get_result(tx.conn())
    .optional()
    .map_err(email_conflict)
}

/// Returns whether a super administrator exists.
pub fn has_super_admin(conn: &mut Conn) -> Result<bool> {
    let any = users::table
        .filter(users::role.eq(UserRole::SuperAdmin))
        .filter(users::deleted_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(conn)?)
}

/// Locks the table, so that no other transaction adds users until the end of this one.
pub fn lock_table(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE").execute(tx.conn())?;
    Ok(())
}

fn email_conflict(error: diesel::result::Error) -> Error {
    match Error::violated_constraint(&error) {
        Some("users_email_hash_key") => Error::field(
            "email",
            "taken",
            "An account with this email address already exists. Open that account, or use another address.",
        ),
        _ => error.into(),
    }
}
