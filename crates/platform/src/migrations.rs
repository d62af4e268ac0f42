//! Migrates the database to this version.

use crate::{
    db,
    error::{Error, Result},
    settings,
};
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// All migrations, embedded in the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");
/// The advisory lock under which servers that start at the same time migrate one after the other.
const LOCK: i64 = 7_277_074;

/// Runs the pending migrations and inserts new settings; returns the names of the migrations.
pub fn run(url: &str) -> Result<Vec<String>> {
    let mut conn = db::connect(url)
        .map_err(|why| Error::Unavailable(format!("the database cannot be reached: {why}")))?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
    let ran = conn
        .run_pending_migrations(MIGRATIONS)
        .map(|versions| versions.iter().map(ToString::to_string).collect())
        .map_err(Error::internal)
        .and_then(|versions| settings::prepare(&mut conn).map(|()| versions));
    conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
    ran
}
