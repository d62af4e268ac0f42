//! All SQL of settings.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{
    Actor, Conn, Error, Result, Tx,
    list::{named, search_fold},
    page,
};
use schema::{setting_history as changes, system_settings as settings};
use wire::{
    Page, Paging, SettingChangeId, SettingId, UserId,
    system::settings::{
        KNOWN, Setting, SettingFilter, SettingRef, SettingSort, SettingSource, known,
    },
};

/// Changes that are shown of one setting.
const SHOWN: i64 = 200;

#[derive(Queryable, Selectable)]
#[diesel(table_name = settings, check_for_backend(Pg))]
struct Row {
    id: SettingId,
    key: String,
    value: Option<String>,
    version: i32,
    updated_at: DateTime<Utc>,
}

/// A change as it is kept.
#[derive(Queryable, Selectable)]
#[diesel(table_name = changes, check_for_backend(Pg))]
pub struct Change {
    pub id: SettingChangeId,
    pub version: i32,
    pub value: Option<String>,
    pub changed_by: Option<UserId>,
    pub reason: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// One page of the settings that this version knows.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &SettingFilter,
    paging: &Paging<SettingSort>,
) -> Result<Page<Setting>> {
    let rows: Page<Row> = page!(conn, paging, matching(filter) => Row, tie settings::id, {
        SettingSort::Key => settings::key,
        SettingSort::UpdatedAt => settings::updated_at,
    })?;
    rows.try_map(shown)
}

fn matching(filter: &SettingFilter) -> settings::BoxedQuery<'_, Pg> {
    let mut rows = all();
    if let Some(q) = &filter.q {
        let part = named(q);
        rows = rows.filter(
            search_fold(settings::key)
                .like(part.clone())
                .or(search_fold(settings::description.assume_not_null())
                    .like(part)
                    .and(settings::description.is_not_null())),
        );
    }
    if let Some(category) = &filter.category {
        rows = rows.filter(settings::category.eq(category));
    }
    rows
}

fn all<'a>() -> settings::BoxedQuery<'a, Pg> {
    let known: Vec<&str> = KNOWN.iter().map(|known| known.key).collect();
    settings::table
        .filter(settings::key.eq_any(known))
        .into_boxed()
}

fn one(which: &SettingRef) -> settings::BoxedQuery<'_, Pg> {
    match which {
        SettingRef::Id(id) => all().filter(settings::id.eq(*id)),
        SettingRef::Key(key) => all().filter(settings::key.eq(key)),
    }
}

fn shown(row: Row) -> Result<Setting> {
    let known = known(&row.key).ok_or_else(Error::not_found)?;
    let source = if row.value.is_some() {
        SettingSource::Database
    } else {
        SettingSource::Default
    };
    Ok(Setting {
        id: row.id,
        key: row.key,
        effective: row
            .value
            .clone()
            .unwrap_or_else(|| known.default.to_owned()),
        value: row.value,
        source,
        default: known.default.to_owned(),
        data_type: known.data_type(),
        accepts: known.accepts(),
        category: known.category.to_owned(),
        description: known.description.to_owned(),
        is_public: known.is_public,
        is_control: known.weakened.is_some(),
        version: row.version,
        updated_at: row.updated_at,
    })
}

/// A setting.
pub fn find(conn: &mut Conn, which: &SettingRef) -> Result<Setting> {
    shown(one(which).select(Row::as_select()).first(conn)?)
}

/// A setting, held until the end of the transaction.
pub fn hold(tx: &mut Tx<'_>, which: &SettingRef) -> Result<Setting> {
    let id = find(tx.conn(), which)?.id;
    shown(
        settings::table
            .find(id)
            .select(Row::as_select())
            .for_no_key_update()
            .first(tx.conn())?,
    )
}

/// Sets one that is still as it was read.
pub fn update(
    tx: &mut Tx<'_>,
    (id, version): (SettingId, i32),
    value: Option<&str>,
) -> Result<Option<Setting>> {
    let unchanged = settings::table
        .find(id)
        .filter(settings::version.eq(version));
    diesel::update(unchanged)
        .set((
            settings::value.eq(value),
            settings::version.eq(settings::version + 1),
        ))
        .returning(Row::as_returning())
        .get_result(tx.conn())
        .optional()?
        .map(shown)
        .transpose()
}

/// Keeps what it was set to.
pub fn remember(
    tx: &mut Tx<'_>,
    who: Option<UserId>,
    (setting, reason): (&Setting, Option<&str>),
) -> Result<()> {
    diesel::insert_into(changes::table)
        .values((
            changes::id.eq(SettingChangeId::new()),
            changes::setting_id.eq(setting.id),
            changes::version.eq(setting.version),
            changes::value.eq(&setting.value),
            changes::changed_by.eq(who),
            changes::reason.eq(reason),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Its last changes, the newest first.
pub fn history(conn: &mut Conn, id: SettingId) -> Result<Vec<Change>> {
    Ok(changes::table
        .filter(changes::setting_id.eq(id))
        .order_by(changes::version.desc())
        .limit(SHOWN)
        .select(Change::as_select())
        .load(conn)?)
}

/// What a version had set, if there was such a version.
pub fn value_of(conn: &mut Conn, id: SettingId, version: i32) -> Result<Option<Option<String>>> {
    Ok(changes::table
        .filter(changes::setting_id.eq(id))
        .filter(changes::version.eq(version))
        .select(changes::value)
        .first(conn)
        .optional()?)
}

/// What the public ones are set to.
pub fn public(conn: &mut Conn) -> Result<Vec<(String, Option<String>)>> {
    let keys: Vec<&str> = KNOWN
        .iter()
        .filter(|known| known.is_public)
        .map(|known| known.key)
        .collect();
    Ok(settings::table
        .filter(settings::key.eq_any(keys))
        .select((settings::key, settings::value))
        .load(conn)?)
}
