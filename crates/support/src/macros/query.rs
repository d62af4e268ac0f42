//! SQL of macros.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{
    Actor, Conn, Error, Result, Tx,
    list::{named, search_fold},
    page,
};
use schema::ticket_macros as macros;
use serde_json::{Value, json};
use wire::{
    MacroId, Page, Paging,
    support::macros::{MacroFilter, MacroSort, NewMacro, TicketMacro},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = macros, check_for_backend(Pg))]
struct MacroRow {
    id: MacroId,
    name: String,
    reply: Option<String>,
    note: Option<String>,
    actions: Value,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl MacroRow {
    fn into_macro(self) -> Result<TicketMacro> {
        Ok(TicketMacro {
            id: self.id,
            name: self.name,
            reply: self.reply,
            note: self.note,
            actions: serde_json::from_value(self.actions).map_err(Error::internal)?,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn matching(filter: &MacroFilter) -> macros::BoxedQuery<'_, Pg> {
    let mut rows = macros::table
        .filter(macros::deleted_at.is_null())
        .into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(search_fold(macros::name).like(named(q)));
    }
    rows
}

/// Returns one page of the macros.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &MacroFilter,
    paging: &Paging<MacroSort>,
) -> Result<Page<TicketMacro>> {
    let page = page!(conn, paging, matching(filter) => MacroRow, tie macros::id, {
        MacroSort::Name => macros::name,
        MacroSort::CreatedAt => macros::created_at,
    })?;
    page.try_map(MacroRow::into_macro)
}

/// Returns a macro.
pub fn find(conn: &mut Conn, id: MacroId) -> Result<TicketMacro> {
    matching(&MacroFilter::default())
        .filter(macros::id.eq(id))
        .select(MacroRow::as_select())
        .first(conn)?
        .into_macro()
}

/// Locks a macro until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: MacroId) -> Result<TicketMacro> {
    let row: MacroRow = macros::table
        .find(id)
        .filter(macros::deleted_at.is_null())
        .select(MacroRow::as_select())
        .for_no_key_update()
        .first(tx.conn())?;
    row.into_macro()
}

fn taken(error: diesel::result::Error) -> Error {
    match Error::violated_constraint(&error) {
        Some("ticket_macros_name_key") => {
            Error::field("name", "taken", "Another macro has this name.")
        }
        _ => error.into(),
    }
}

/// Inserts a macro.
pub fn insert(tx: &mut Tx<'_>, new: &NewMacro) -> Result<TicketMacro> {
    let row: MacroRow = diesel::insert_into(macros::table)
        .values((
            macros::id.eq(MacroId::new()),
            macros::name.eq(&new.name),
            macros::reply.eq(&new.reply),
            macros::note.eq(&new.note),
            macros::actions.eq(json!(new.actions)),
        ))
        .returning(MacroRow::as_returning())
        .get_result(tx.conn())
        .map_err(taken)?;
    row.into_macro()
}

/// Changes a macro. Returns `None` if its version is no longer the given one.
pub fn update(
    tx: &mut Tx<'_>,
    id: MacroId,
    version: i32,
    to: &NewMacro,
) -> Result<Option<TicketMacro>> {
    let row: Option<MacroRow> = diesel::update(
        macros::table
            .find(id)
            .filter(macros::version.eq(version))
            .filter(macros::deleted_at.is_null()),
    )
    .set((
        macros::name.eq(&to.name),
        macros::reply.eq(&to.reply),
        macros::note.eq(&to.note),
        macros::actions.eq(json!(to.actions)),
        macros::version.eq(macros::version + 1),
    ))
    .returning(MacroRow::as_returning())
    .get_result(tx.conn())
    .optional()
    .map_err(taken)?;
    row.map(MacroRow::into_macro).transpose()
}

/// Deletes a macro. Returns `false` if its version is no longer the given one.
pub fn remove(tx: &mut Tx<'_>, id: MacroId, version: i32, now: DateTime<Utc>) -> Result<bool> {
    let removed = diesel::update(
        macros::table
            .find(id)
            .filter(macros::version.eq(version))
            .filter(macros::deleted_at.is_null()),
    )
    .set((
        macros::deleted_at.eq(now),
        macros::version.eq(macros::version + 1),
    ))
    .execute(tx.conn())?;
    Ok(removed == 1)
}
