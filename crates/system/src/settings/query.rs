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
        SETTINGS, Setting, SettingFilter, SettingRef, SettingSort, SettingSource, definition,
    },
};

/// The maximum number of changes in the history of a setting.
const HISTORY_LIMIT: i64 = 200;

#[derive(Queryable, Selectable)]
#[diesel(table_name = settings, check_for_backend(Pg))]
struct Row {
    id: SettingId,
    key: String,
    value: Option<String>,
    version: i32,
    updated_at: DateTime<Utc>,
}

/// A row of the history.
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

/// Returns one page of the settings that this version of the server defines.
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
    rows.try_map(to_setting)
}

fn matching(filter: &SettingFilter) -> settings::BoxedQuery<'_, Pg> {
    let mut rows = known_settings();
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

fn known_settings<'a>() -> settings::BoxedQuery<'a, Pg> {
    let known: Vec<&str> = SETTINGS.iter().map(|known| known.key).collect();
    settings::table
        .filter(settings::key.eq_any(known))
        .into_boxed()
}

fn by_ref(setting: &SettingRef) -> settings::BoxedQuery<'_, Pg> {
    match setting {
        SettingRef::Id(id) => known_settings().filter(settings::id.eq(*id)),
        SettingRef::Key(key) => known_settings().filter(settings::key.eq(key)),
    }
}

fn to_setting(row: Row) -> Result<Setting> {
    let known = definition(&row.key).ok_or_else(Error::not_found)?;
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

/// Returns a setting.
pub fn find(conn: &mut Conn, setting: &SettingRef) -> Result<Setting> {
    to_setting(by_ref(setting).select(Row::as_select()).first(conn)?)
}

/// Returns a setting, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, setting: &SettingRef) -> Result<Setting> {
    let id = find(tx.conn(), setting)?.id;
    to_setting(
        settings::table
            .find(id)
            .select(Row::as_select())
            .for_no_key_update()
            .first(tx.conn())?,
    )
}

/// Sets the value of a setting if it still has this version. Returns `None` otherwise.
pub fn update(
    tx: &mut Tx<'_>,
    id: SettingId,
    version: i32,
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
        .map(to_setting)
        .transpose()
}

/// Adds the current value of a setting to its history.
pub fn insert_change(
    tx: &mut Tx<'_>,
    changed_by: Option<UserId>,
    setting: &Setting,
    reason: Option<&str>,
) -> Result<()> {
    diesel::insert_into(changes::table)
        .values((
            changes::id.eq(SettingChangeId::new()),
            changes::setting_id.eq(setting.id),
            changes::version.eq(setting.version),
            changes::value.eq(&setting.value),
            changes::changed_by.eq(changed_by),
            changes::reason.eq(reason),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the last changes of a setting, newest first.
pub fn history(conn: &mut Conn, id: SettingId) -> Result<Vec<Change>> {
    Ok(changes::table
        .filter(changes::setting_id.eq(id))
        .order_by(changes::version.desc())
        .limit(HISTORY_LIMIT)
        .select(Change::as_select())
        .load(conn)?)
}

/// Returns the value of a version: the outer `None` means that the version does not exist.
pub fn value_of(conn: &mut Conn, id: SettingId, version: i32) -> Result<Option<Option<String>>> {
    Ok(changes::table
        .filter(changes::setting_id.eq(id))
        .filter(changes::version.eq(version))
        .select(changes::value)
        .first(conn)
        .optional()?)
}

/// Returns the keys and values of the public settings.
pub fn public(conn: &mut Conn) -> Result<Vec<(String, Option<String>)>> {
    let keys: Vec<&str> = SETTINGS
        .iter()
        .filter(|known| known.is_public)
        .map(|known| known.key)
        .collect();
    Ok(settings::table
        .filter(settings::key.eq_any(keys))
        .select((settings::key, settings::value))
        .load(conn)?)
}
