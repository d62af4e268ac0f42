//! Seeds a database: with the demo data of a small shop, or with many rows for measurements.
//!
//! The same scale always creates the same rows, at times relative to now. Personal data and codes are sealed as the sections
//! seal them, so the server can open, search and sell the seeded rows.

mod demo;
mod rows;
mod scale;
mod sealed;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use clap::ValueEnum;
use diesel::{Connection, PgConnection, connection::SimpleConnection, prelude::*};
use platform::{
    Error, Result,
    config::{Config, Environment},
    crypto::Keyring,
    ports::files::Files,
};
use schema::users;

/// The amount of seeded data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scale {
    /// A shop with a history of a few weeks: customers, plans, stock, and orders in every status.
    Demo,
    /// A thousand people, 5,000 eSIMs, 20,000 payments and 100,000 readings.
    #[value(name = "S")]
    S,
    /// 200,000 people, a million eSIMs, two million payments and ten million readings.
    #[value(name = "L")]
    L,
}

/// Removes dead rows. Rows that were copied and then updated have left one dead row each, unlike the rows of a real
/// database.
const VACUUM: [&str; 3] = [
    "VACUUM (FULL) users",
    "VACUUM (FULL) esims",
    "VACUUM (ANALYZE)",
];

/// Seeds the database in one transaction, and returns what to print. A second run changes nothing.
pub fn run(config: &Config, scale: Scale) -> Result<String> {
    if config.environment == Environment::Production {
        return Err(Error::internal(
            "seed works in development only (APP_ENV=development)",
        ));
    }
    let (keys, files) = (
        Keyring::new(&config.sealing)?,
        Files::from_config(&config.files)?,
    );
    let mut conn = PgConnection::establish(&config.database_url)
        .map_err(|_| Error::Unavailable("the database cannot be reached".into()))?;
    let now = Utc::now()
        .duration_trunc(TimeDelta::seconds(1))
        .map_err(Error::internal)?;
    let seeded = conn.transaction(|conn| {
        let mut ctx = SeedContext {
            conn,
            keys: &keys,
            files: &files,
            now,
        };
        match scale {
            Scale::Demo => demo::seed(&mut ctx),
            Scale::S => scale::seed(&mut ctx, &scale::SMALL),
            Scale::L => scale::seed(&mut ctx, &scale::LARGE),
        }
    })?;
    let Some(report) = seeded else {
        return Ok("the database already has this data".to_owned());
    };
    for statement in VACUUM {
        conn.batch_execute(statement)?;
    }
    Ok(report)
}

/// The database, the keys and the file storage of a run.
struct SeedContext<'a> {
    conn: &'a mut PgConnection,
    keys: &'a Keyring,
    files: &'a Files,
    now: DateTime<Utc>,
}

impl SeedContext<'_> {
    /// Stores files, before the rows that reference them are inserted.
    fn store_files(&self, files: Vec<(String, Vec<u8>)>) -> Result<()> {
        // Seeding blocks a thread of the server's runtime, so a runtime of its own stores the files.
        let stored = std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.map_err(Error::internal)?.block_on(async {
                    for (key, bytes) in files {
                        self.files.put(&key, bytes).await?;
                    }
                    Ok(())
                })
            });
            work.join()
        });
        stored.map_err(|_| Error::internal("storing the files panicked"))?
    }

    /// Returns whether a user with this email address exists, which shows that the data was seeded already.
    fn has_user(&mut self, email: &str) -> Result<bool> {
        let user = users::table.filter(users::email_hash.eq(self.keys.blind(sealed::EMAIL, email)));
        Ok(diesel::select(diesel::dsl::exists(user)).get_result(self.conn)?)
    }
}
