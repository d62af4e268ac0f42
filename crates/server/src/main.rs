//! `esim-admin`: the binary of the server and of its commands.

use clap::{Parser, Subcommand};
use platform::{Error, Result, config::Config, migrations};
use server::{commands, openapi, run, seed};
use std::{io::Write, process::ExitCode};

/// Returns freed memory to the system soon, such as the 19 MiB of a password hash. The allocator of the C library would keep
/// it in an arena for every thread.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Back office for eSIM resellers.
#[derive(Parser)]
#[command(name = "esim-admin", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, the panel and Swagger UI, and run the jobs.
    Serve {
        /// Do not run jobs; `work` processes run them.
        #[arg(long)]
        without_worker: bool,
    },
    /// Run jobs only; health checks and metrics are served at WORKER_LISTEN.
    Work,
    /// List, retry or drop dead jobs, whose last attempt has failed.
    Jobs {
        #[command(subcommand)]
        task: commands::Jobs,
    },
    /// Migrate the database to the schema of this version.
    Migrate,
    /// Fill a development database with demo data, or with data for measurements.
    Seed {
        /// The amount of data.
        #[arg(long, value_enum)]
        scale: seed::Scale,
    },
    /// Verify the integrity of the audit log, or print the head of its chain.
    Audit {
        #[command(subcommand)]
        task: commands::Audit,
    },
    /// Rotate the encryption key, and show which keys are in use.
    Keys {
        #[command(subcommand)]
        task: commands::Keys,
    },
    /// Set the password of a user who cannot sign in, or print a link with which the user chooses one.
    Users {
        #[command(subcommand)]
        task: commands::Users,
    },
    /// Rebuild the search index of people.
    People {
        #[command(subcommand)]
        task: commands::People,
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
                Error::internal("DATABASE_URL is not set: the address of the PostgreSQL database")
            })?;
            let ran = migrations::run(&url)?;
            print(&if ran.is_empty() {
                "the database is up to date".to_owned()
            } else {
                format!("ran {} migrations", ran.len())
            })
        }
        Command::Seed { scale } => print(&seed::run(&config()?, scale)?),
        Command::Audit { task } => print(&commands::audit(&run::ctx(config()?)?, task).await?),
        Command::Keys { task } => print(&commands::keys(&run::ctx(config()?)?, task).await?),
        Command::Users { task } => print(&commands::users(&run::ctx(config()?)?, task).await?),
        Command::Jobs { task } => print(&commands::jobs(&run::ctx(config()?)?, task).await?),
        Command::People { task } => print(&commands::people(&run::ctx(config()?)?, task).await?),
        Command::Work => run::work(run::ctx(config()?)?).await,
        Command::Serve { without_worker } => {
            let ctx = run::ctx(config()?)?;
            first_administrator(&ctx).await?;
            run::serve(ctx, !without_worker).await
        }
    }
}

/// Creates the first administrator if there is none, and prints the generated password once.
async fn first_administrator(ctx: &platform::Ctx) -> Result<()> {
    match accounts::sessions::bootstrap(ctx).await {
        Ok(Some((email, password))) => print(&format!(
            "\n  The first administrator: {email}\n  Password, shown only now: {password}\n"
        )),
        Ok(None) => Ok(()),
        // A database that is unavailable for a moment must not prevent the start of the server.
        Err(Error::Unavailable(cause)) => {
            tracing::warn!("the database is unavailable: {cause}");
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
