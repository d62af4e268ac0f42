//! Data to begin with: a small shop to look around in, or as many rows as a measurement needs.
//!
//! The same seed always makes the same rows, counted back from now. Personal data and codes are sealed as the
//! sections seal them, so what is seeded can be opened, searched and sold.

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

/// How much is seeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scale {
    /// A shop of a few weeks: customers, plans, stock, and orders in every state.
    Demo,
    /// A thousand people, 5,000 eSIMs, 20,000 payments and 100,000 readings.
    #[value(name = "S")]
    S,
    /// 200,000 people, a million eSIMs, two million payments and ten million readings.
    #[value(name = "L")]
    L,
}

/// What was copied in and completed afterwards has left a dead row behind each, which no grown database looks like.
const TIDYING: [&str; 3] = [
    "VACUUM (FULL) users",
    "VACUUM (FULL) esims",
    "VACUUM (ANALYZE)",
];

/// Seeds the database, all of it or nothing, and says what came of it. Seeding twice changes nothing.
pub fn run(config: &Config, scale: Scale) -> Result<String> {
    if config.environment == Environment::Production {
        return Err(Error::internal(
            "seeding is for development only (APP_ENV=development)",
        ));
    }
    let (keys, files) = (Keyring::new(&config.sealing)?, Files::of(&config.files)?);
    let mut conn = PgConnection::establish(&config.database_url)
        .map_err(|_| Error::Unavailable("the database cannot be reached".into()))?;
    let now = Utc::now()
        .duration_trunc(TimeDelta::seconds(1))
        .map_err(Error::internal)?;
    let seeded = conn.transaction(|conn| {
        let mut ground = Ground {
            conn,
            keys: &keys,
            files: &files,
            now,
        };
        match scale {
            Scale::Demo => demo::seed(&mut ground),
            Scale::S => scale::seed(&mut ground, &scale::SMALL),
            Scale::L => scale::seed(&mut ground, &scale::LARGE),
        }
    })?;
    let Some(said) = seeded else {
        return Ok("these data are there already".to_owned());
    };
    for statement in TIDYING {
        conn.batch_execute(statement)?;
    }
    Ok(said)
}

/// What is seeded into.
struct Ground<'a> {
    conn: &'a mut PgConnection,
    keys: &'a Keyring,
    files: &'a Files,
    now: DateTime<Utc>,
}

impl Ground<'_> {
    /// Keeps files, before the rows that name them are there.
    fn keep(&self, all: Vec<(String, Vec<u8>)>) -> Result<()> {
        // Seeding runs within a runtime that must not be waited for, so this waits in one of its own.
        let stored = std::thread::scope(|scope| {
            let work = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                runtime.map_err(Error::internal)?.block_on(async {
                    for (key, bytes) in all {
                        self.files.put(&key, bytes).await?;
                    }
                    Ok(())
                })
            });
            work.join()
        });
        stored.map_err(|_| Error::internal("storing the files panicked"))?
    }

    /// Whether somebody with this address is there; by that a seed knows its own.
    fn has(&mut self, email: &str) -> Result<bool> {
        let known =
            users::table.filter(users::email_hash.eq(self.keys.blind(sealed::EMAIL, email)));
        Ok(diesel::select(diesel::dsl::exists(known)).get_result(self.conn)?)
    }
}
