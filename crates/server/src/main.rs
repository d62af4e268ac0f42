//! `esim-admin`: the one binary of the product.

use clap::{Parser, Subcommand};
use platform::{Error, Result, config::Config, migrations};
use server::{openapi, operate, run, seed};
use std::{io::Write, process::ExitCode};

/// Gives memory back soon, such as the 19 MiB that a password's hash took. The C library keeps them for the next one, in
/// an arena for every thread.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The system that people who resell eSIMs run their business on.
#[derive(Parser)]
#[command(name = "esim-admin", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, the panel and Swagger UI, and do the jobs.
    Serve {
        /// Leave the jobs to `work` processes.
        #[arg(long)]
        without_worker: bool,
    },
    /// Run the jobs only; health checks and metrics are at WORKER_LISTEN.
    Work,
    /// List, retry or drop dead jobs, which failed at their last attempt.
    Jobs {
        #[command(subcommand)]
        task: operate::Jobs,
    },
    /// Bring the database to this version.
    Migrate,
    /// Fill a development database with data to look at, or to measure with.
    Seed {
        /// How much.
        #[arg(long, value_enum)]
        scale: seed::Scale,
    },
    /// Check that the record of every act is whole, or say where it ends.
    Audit {
        #[command(subcommand)]
        task: operate::Audit,
    },
    /// Bring sealed values under a new key, and see which key is still needed.
    Keys {
        #[command(subcommand)]
        task: operate::Keys,
    },
    /// Set the password of a user who cannot sign in, or print a link with which the user chooses one.
    Users {
        #[command(subcommand)]
        task: operate::Users,
    },
    /// Rebuild the search index of people.
    People {
        #[command(subcommand)]
        task: operate::People,
    },
    /// Print the OpenAPI document.
    Openapi,
}

#[actix_web::main]
async fn main() -> ExitCode {
    match start(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "esim-admin: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn start(command: Command) -> Result<()> {
    match command {
        Command::Openapi => print(
            &openapi::document()
                .to_pretty_json()
                .map_err(Error::internal)?,
        ),
        Command::Migrate => {
            let url = std::env::var("DATABASE_URL").map_err(|_| {
                Error::internal("DATABASE_URL: missing; the address of the PostgreSQL database")
            })?;
            let ran = migrations::run(&url)?;
            print(&if ran.is_empty() {
                "the database is up to date".to_owned()
            } else {
                format!("ran {} migrations", ran.len())
            })
        }
        Command::Seed { scale } => print(&seed::run(&config()?, scale)?),
        Command::Audit { task } => print(&operate::audit(&run::ctx(config()?)?, task).await?),
        Command::Keys { task } => print(&operate::keys(&run::ctx(config()?)?, task).await?),
        Command::Users { task } => print(&operate::users(&run::ctx(config()?)?, task).await?),
        Command::Jobs { task } => print(&operate::jobs(&run::ctx(config()?)?, task).await?),
        Command::People { task } => print(&operate::people(&run::ctx(config()?)?, task).await?),
        Command::Work => run::work(run::ctx(config()?)?).await,
        Command::Serve { without_worker } => {
            let ctx = run::ctx(config()?)?;
            first_administrator(&ctx).await?;
            run::serve(ctx, !without_worker).await
        }
    }
}

/// Creates the first administrator where there is none, and says the generated password once.
async fn first_administrator(ctx: &platform::Ctx) -> Result<()> {
    match accounts::sessions::bootstrap(ctx).await {
        Ok(Some((email, password))) => print(&format!(
            "\n  The first administrator: {email}\n  Password, shown only now: {password}\n"
        )),
        Ok(None) => Ok(()),
        // A database that is away for the moment must not keep the server from starting.
        Err(Error::Unavailable(cause)) => {
            tracing::warn!("the database is away: {cause}");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn config() -> Result<Config> {
    Config::from_env().map_err(Error::internal)
}

fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").map_err(Error::internal)
}
