//! Reads settings, each as its own type: `settings::get(conn, PaymentWindow)?`.
//!
//! A setting is read in the transaction that uses it, so an edit takes effect with its commit, in every process.
//! `wire::system::settings` declares the settings; `system::settings` changes them.

use crate::{
    db::{Conn, Tx},
    error::{Error, Result},
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use diesel::{prelude::*, upsert::excluded};
use schema::{setting_history, system_settings as settings};
use std::future::{Ready, ready};
use uuid::Uuid;
use wire::{
    SettingId,
    system::settings::{SETTINGS, SettingDefinition, SettingKey, SettingValue},
};

pub use wire::system::settings::keys::*;

/// Returns the value of a setting, or its default when it is not set. A value that cannot be read is an error, and never
/// replaced by the default.
pub fn get<N: SettingKey>(conn: &mut Conn, _: N) -> Result<N::Value> {
    let set: Option<Option<String>> = settings::table
        .filter(settings::key.eq(N::DEFINITION.key))
        .select(settings::value)
        .first(conn)
        .optional()?;
    let text = set.flatten();
    N::Value::from_text(text.as_deref().unwrap_or(N::DEFINITION.default))
        .ok_or_else(|| Error::internal(format!("the setting {} cannot be read", N::DEFINITION.key)))
}

/// A callback of a section for changes of a setting. The server collects the watchers of all sections.
#[derive(Clone, Copy)]
pub struct Watcher {
    /// The setting.
    pub key: &'static str,
    /// Runs in the transaction of the change, with the new version of the setting.
    pub changed: fn(&mut Tx<'_>, i32) -> Result<()>,
}

/// The watchers of all sections, as an extractor.
#[derive(Clone)]
pub struct Watchers(pub Data<Vec<Watcher>>);

impl Watchers {
    /// Calls the watchers of a setting that has changed.
    pub fn notify(&self, tx: &mut Tx<'_>, key: &str, version: i32) -> Result<()> {
        self.0
            .iter()
            .filter(|watcher| watcher.key == key)
            .try_for_each(|watcher| (watcher.changed)(tx, version))
    }
}

impl FromRequest for Watchers {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let watchers = request.app_data::<Data<Vec<Watcher>>>().cloned();
        ready(
            watchers
                .map(Self)
                .ok_or_else(|| Error::internal("the watchers of settings are missing")),
        )
    }
}

/// Inserts the settings of this version at their defaults, and updates the descriptions of existing ones. Values that an
/// administrator has set stay. Safe to repeat.
pub fn prepare(conn: &mut Conn) -> Result<()> {
    conn.transaction(|conn| SETTINGS.iter().try_for_each(|known| upsert(conn, known)))
}

fn upsert(conn: &mut Conn, known: &SettingDefinition) -> Result<()> {
    let row = (
        settings::id.eq(SettingId::new()),
        settings::key.eq(known.key),
        settings::data_type.eq(known.data_type()),
        settings::category.eq(known.category),
        settings::description.eq(known.description),
        settings::is_public.eq(known.is_public),
    );
    let (id, version): (SettingId, i32) = diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::key)
        .do_update()
        .set((
            settings::data_type.eq(excluded(settings::data_type)),
            settings::category.eq(excluded(settings::category)),
            settings::description.eq(excluded(settings::description)),
            settings::is_public.eq(excluded(settings::is_public)),
        ))
        .returning((settings::id, settings::version))
        .get_result(conn)?;
    diesel::insert_into(setting_history::table)
        .values((
            setting_history::id.eq(Uuid::now_v7()),
            setting_history::setting_id.eq(id),
            setting_history::version.eq(version),
        ))
        .on_conflict((setting_history::setting_id, setting_history::version))
        .do_nothing()
        .execute(conn)?;
    Ok(())
}
