//! All SQL of people.

mod happenings;
mod index;
mod kept;
mod standing;

pub use happenings::*;
pub use index::*;
pub use kept::*;
pub use standing::*;

use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Error, Owner, Result, Tx, page};
use schema::users;
use wire::{
    ApiClientId, Page, Paging, UserId,
    accounts::users::{KycStatus, UserFilter, UserRole, UserSort, UserStatus},
};

/// A person as the table keeps them, sealed.
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

/// Personal data, sealed for its row, and what it is found by.
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

/// The rest of a new person.
#[derive(Insertable)]
#[diesel(table_name = users)]
pub struct Fresh<'a> {
    pub id: UserId,
    pub password_hash: &'a str,
    pub role: UserRole,
    pub created_by: Option<UserId>,
    pub client_id: Option<ApiClientId>,
}

/// Who is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Seen {
    /** Everybody. */
    All,
    /** Customers, and oneself. */
    Customers(Option<UserId>),
    /** Oneself, or the customers that one's client has brought. */
    Own(Owner),
}

/// What a list asks for: the filter, the tokens of its search, and who is seen.
pub type Asked<'a> = (&'a UserFilter, Option<&'a [i64]>, Seen);

/// Whether the living are meant, or those who were deleted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Life {
    /** The living. */
    Living,
    /** The deleted. */
    Deleted,
    /** Both. */
    Either,
}

fn among<'a>(seen: Seen, life: Life) -> users::BoxedQuery<'a, Pg> {
    let rows = users::table.into_boxed();
    let rows = match life {
        Life::Living => rows.filter(users::deleted_at.is_null()),
        Life::Deleted => rows.filter(users::deleted_at.is_not_null()),
        Life::Either => rows,
    };
    match seen {
        Seen::All => rows,
        Seen::Customers(me) => rows.filter(
            users::role
                .eq(UserRole::Customer)
                .or(users::id.nullable().is_not_distinct_from(me)),
        ),
        Seen::Own(Owner::Person(me)) => rows.filter(users::id.eq(me)),
        Seen::Own(Owner::Client(client)) => rows.filter(users::client_id.eq(client)),
    }
}

fn matching<'a>((filter, tokens, seen): Asked<'a>) -> users::BoxedQuery<'a, Pg> {
    let mut rows = match filter.is_deleted {
        Some(true) => among(seen, Life::Deleted),
        _ => among(seen, Life::Living),
    };
    if let Some(tokens) = tokens {
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

/// One page, sealed.
pub fn page(conn: &mut Conn, asked: Asked<'_>, paging: &Paging<UserSort>) -> Result<Page<UserRow>> {
    page!(conn, paging, matching(asked) => UserRow, tie users::id, {
        UserSort::CreatedAt => users::created_at,
        UserSort::LastLogin => nullable users::last_login,
        UserSort::UpdatedAt => users::updated_at,
    })
}

/// Among whom somebody is looked for: those who are seen, and the living of them where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Among(Seen, Life);

impl From<Seen> for Among {
    fn from(seen: Seen) -> Self {
        Self(seen, Life::Living)
    }
}
impl From<(Seen, Life)> for Among {
    fn from((seen, life): (Seen, Life)) -> Self {
        Self(seen, life)
    }
}

/// A person.
pub fn find(conn: &mut Conn, id: UserId, whom: impl Into<Among>) -> Result<UserRow> {
    let Among(seen, life) = whom.into();
    Ok(among(seen, life)
        .filter(users::id.eq(id))
        .select(UserRow::as_select())
        .first(conn)?)
}

/// A person, deleted or not, held until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: UserId) -> Result<UserRow> {
    Ok(users::table
        .find(id)
        .for_update()
        .select(UserRow::as_select())
        .first(tx.conn())?)
}

/// Adds an active person.
pub fn insert(tx: &mut Tx<'_>, fresh: &Fresh<'_>, sealed: &Sealed) -> Result<UserRow> {
    diesel::insert_into(users::table)
        .values((fresh, sealed, users::status.eq(UserStatus::Active)))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())
        .map_err(clash)
}

/// Replaces the personal data at this revision; nothing comes back when there is a newer one.
pub fn update(
    tx: &mut Tx<'_>,
    (id, version): (UserId, i32),
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
    .map_err(clash)
}

/// Whether anybody can make others.
pub fn has_super_admin(conn: &mut Conn) -> Result<bool> {
    let any = users::table
        .filter(users::role.eq(UserRole::SuperAdmin))
        .filter(users::deleted_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(any)).get_result(conn)?)
}

/// Lets nobody else add people until the end of the transaction.
pub fn lock_staff(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE").execute(tx.conn())?;
    Ok(())
}

fn clash(error: diesel::result::Error) -> Error {
    match Error::broke(&error) {
        Some("users_email_hash_key") => Error::field(
            "email",
            "taken",
            "Somebody with this address exists already. Open that account, or use another address.",
        ),
        _ => error.into(),
    }
}
