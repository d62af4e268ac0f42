//! All SQL of saved views.

use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{BigInt, Text},
};
use platform::{Actor, Conn, Result, Tx, page};
use schema::saved_views as views;
use wire::{
    Page, Paging, UserId, ViewId,
    accounts::users::UserRole,
    system::views::{NewView, View, ViewAudience, ViewFilter, ViewSort},
};

diesel::define_sql_function! {
    /// Takes an advisory lock until the end of the transaction.
    fn pg_advisory_xact_lock(key: BigInt);
}
diesel::define_sql_function! {
    /// Returns the hash of a text as a number.
    fn hashtextextended(text: Text, seed: BigInt) -> BigInt;
}

/// Returns one page of the views that the actor may use.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &ViewFilter,
    paging: &Paging<ViewSort>,
) -> Result<Page<View>> {
    page!(conn, paging, matching(actor, filter) => View, tie views::id, {
        ViewSort::CreatedAt => views::created_at,
        ViewSort::Name => views::name,
        ViewSort::UpdatedAt => views::updated_at,
    })
}

/// Selects the actor's own views, the views of their role and the views for everyone. A super administrator sees the views
/// that are shared with any role.
fn matching<'a>(actor: &Actor, filter: &ViewFilter) -> views::BoxedQuery<'a, Pg> {
    let mut rows = views::table.into_boxed();
    let shared = views::audience.ne(ViewAudience::Mine);
    rows = if actor.role == Some(UserRole::SuperAdmin) {
        rows.filter(shared.or(views::owner_id.nullable().is_not_distinct_from(actor.id)))
    } else {
        rows.filter(
            views::audience
                .eq(ViewAudience::Everyone)
                .or(views::role.is_not_distinct_from(actor.role).and(shared))
                .or(views::owner_id.nullable().is_not_distinct_from(actor.id)),
        )
    };
    if let Some(list) = &filter.list {
        rows = rows.filter(views::list.eq(list.clone()));
    }
    if let Some(audiences) = &filter.audience {
        rows = rows.filter(views::audience.eq_any(audiences.0.clone()));
    }
    rows
}

/// Returns a view that the actor may use.
pub fn find(conn: &mut Conn, actor: &Actor, id: ViewId) -> Result<View> {
    Ok(matching(actor, &ViewFilter::default())
        .filter(views::id.eq(id))
        .select(View::as_select())
        .first(conn)?)
}

/// Adds a view.
pub fn insert(tx: &mut Tx<'_>, id: ViewId, owner: UserId, new: &NewView) -> Result<View> {
    Ok(diesel::insert_into(views::table)
        .values((
            views::id.eq(id),
            views::owner_id.eq(owner),
            views::list.eq(&new.list),
            ViewColumns::from(new),
        ))
        .returning(View::as_returning())
        .get_result(tx.conn())?)
}

/// Changes a view if it still has this version. Returns `None` otherwise.
pub fn update(tx: &mut Tx<'_>, id: ViewId, version: i32, wanted: &NewView) -> Result<Option<View>> {
    let row = views::table.find(id).filter(views::version.eq(version));
    Ok(diesel::update(row)
        .set((
            ViewColumns::from(wanted),
            views::version.eq(views::version + 1),
        ))
        .returning(View::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// The columns of a view that an edit can change.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = views, treat_none_as_null = true, treat_none_as_default_value = false)]
struct ViewColumns<'a> {
    name: &'a str,
    query: &'a str,
    audience: ViewAudience,
    role: Option<UserRole>,
    is_default: bool,
}

impl<'a> From<&'a NewView> for ViewColumns<'a> {
    fn from(view: &'a NewView) -> Self {
        Self {
            name: &view.name,
            query: &view.query,
            audience: view.audience,
            role: view.role,
            is_default: view.is_default,
        }
    }
}

/// Deletes a view if it still has this version, and returns the number of deleted rows.
pub fn remove(tx: &mut Tx<'_>, id: ViewId, version: i32) -> Result<usize> {
    let row = views::table.find(id).filter(views::version.eq(version));
    Ok(diesel::delete(row).execute(tx.conn())?)
}

/// Locks the default views of a list until the end of the transaction.
pub fn lock_defaults(tx: &mut Tx<'_>, list: &str) -> Result<()> {
    let key = hashtextextended(format!("saved_views {list}"), 0);
    diesel::select(pg_advisory_xact_lock(key)).execute(tx.conn())?;
    Ok(())
}

/// Removes the default flag from the other views of the same list and audience, and returns the ids of the changed views.
pub fn clear_default(
    tx: &mut Tx<'_>,
    id: ViewId,
    owner: UserId,
    wanted: &NewView,
) -> Result<Vec<ViewId>> {
    let others = views::table
        .filter(views::list.eq(&wanted.list))
        .filter(views::audience.eq(wanted.audience))
        .filter(views::role.is_not_distinct_from(wanted.role))
        .filter(
            views::owner_id
                .eq(owner)
                .or(views::audience.ne(ViewAudience::Mine)),
        )
        .filter(views::is_default)
        .filter(views::id.ne(id));
    Ok(diesel::update(others)
        .set((
            views::is_default.eq(false),
            views::version.eq(views::version + 1),
        ))
        .returning(views::id)
        .get_results(tx.conn())?)
}
