//! Commands of an operator: verify the logs, rotate the sealing key, and manage dead jobs, passwords and the search index.

use clap::Subcommand;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    jobs::{self, DeadJob, Job},
};
use std::io::{IsTerminal, Write};
use system::{
    audit::check,
    keys::{self, rotation},
};
use uuid::Uuid;
use wire::{
    Param,
    system::{
        audit::{AuditHead, AuditVerification},
        keys::{EncryptionKeyState, EncryptionKeys as InUse},
    },
};

/// The maximum number of consecutive runs of the resealing job without progress.
const MAX_IDLE_RUNS: usize = 3;

/// Commands on the audit log.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Verify the chain from its first link to its last; fails when there is a finding.
    Verify {
        /// A head that was noted earlier, as `4711:<64 hexadecimal digits>`.
        #[arg(long)]
        head: Option<String>,
    },
    /// Print the current head of the chain, to be noted outside the system.
    Head,
}

/// Commands on encryption keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Seal every value with SEALING_KEY_CURRENT that is sealed with another key. Can be stopped and run again.
    Rotate,
    /// Show how many values are sealed with each key.
    Status,
    /// Open every sealed value, and report those that do not open; changes nothing.
    Check,
}

/// Commands on user accounts.
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Set the password of the account with this address. The prompt does not show what is typed; if the input is not a
    /// terminal, the first line is the password. Sessions and links of the account end.
    SetPassword {
        /// The email address of the account.
        email: String,
    },
    /// Print a link with which the owner of this address chooses a password. It works once; earlier links end.
    InviteLink {
        /// The email address of the account.
        email: String,
    },
}

/// Runs a command on user accounts, and returns what to print.
pub async fn users(ctx: &Ctx, task: Users) -> Result<String> {
    match task {
        Users::SetPassword { email } => {
            let password = ask_password()?;
            accounts::sessions::set_password(ctx, &email, password).await?;
            Ok("The password is set. Every session and every password link of the account has ended.".to_owned())
        }
        Users::InviteLink { email } => {
            let link = accounts::sessions::create_password_link(ctx, &email).await?;
            Ok(format!(
                "{}\nThe link works once, until {}. Earlier links have ended.",
                link.url,
                link.expires_at
                    .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
            ))
        }
    }
}

/// Reads a password: typed twice at a terminal, or the first line of any other input.
fn ask_password() -> Result<String> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let mut line = String::new();
        input.read_line(&mut line).map_err(Error::internal)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password = rpassword::prompt_password("New password: ").map_err(Error::internal)?;
    let again = rpassword::prompt_password("Repeat the password: ").map_err(Error::internal)?;
    if password != again {
        return Err(Error::internal(
            "The two passwords differ. Nothing was changed.",
        ));
    }
    Ok(password)
}

/// Commands on dead jobs.
#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// List dead jobs, the oldest first.
    List {
        /// Only jobs of this kind.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Queue dead jobs again, with all of their attempts.
    Retry(JobSelection),
    /// Delete dead jobs without running them.
    Drop(JobSelection),
}

/// The selected jobs: by id, or all of a kind.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct JobSelection {
    /// The ids, as `jobs list` prints them.
    ids: Vec<Uuid>,
    /// Every dead job of this kind.
    #[arg(long)]
    kind: Option<String>,
}

/// A command on one dead job.
type JobCommand = fn(&mut Tx<'_>, &Actor, Uuid) -> Result<DeadJob>;

/// Lists, retries or drops dead jobs, and returns what to print.
pub async fn jobs(ctx: &Ctx, task: Jobs) -> Result<String> {
    let (selection, run, done): (_, JobCommand, _) = match task {
        Jobs::List { kind } => return Ok(list_text(&dead_jobs(ctx, kind).await?)),
        Jobs::Retry(selection) => (selection, jobs::retry, "queued again"),
        Jobs::Drop(selection) => (selection, jobs::discard, "dropped"),
    };
    let ids = match selection.kind {
        None => selection.ids,
        kind => dead_jobs(ctx, kind)
            .await?
            .iter()
            .map(|job| job.id)
            .collect(),
    };
    let (mut lines, mut failed) = (Vec::new(), 0_usize);
    for id in ids {
        let actor = Actor::system(ctx);
        match ctx.db.write(move |tx| run(tx, &actor, id)).await {
            Ok(job) => lines.push(format!("{id}  {}: {done}", job.kind)),
            Err(error) => {
                failed += 1;
                lines.push(format!("{id}  {}", error.problem().sentence()));
            }
        }
    }
    match (lines.is_empty(), failed) {
        (true, _) => Ok("no dead job matches".to_owned()),
        (false, 0) => Ok(lines.join("\n")),
        _ => Err(Error::internal(lines.join("\n"))),
    }
}

async fn dead_jobs(ctx: &Ctx, kind: Option<String>) -> Result<Vec<DeadJob>> {
    ctx.db
        .read(move |conn| jobs::dead(conn, kind.as_deref()))
        .await
}

fn list_text(dead: &[DeadJob]) -> String {
    if dead.is_empty() {
        return "there are no dead jobs".to_owned();
    }
    let mut lines: Vec<String> = dead
        .iter()
        .map(|job| {
            let failed = job.finished_at.map(|at| at.show()).unwrap_or_default();
            let request = job.request_id.as_deref().unwrap_or("-");
            let DeadJob {
                id, kind, attempts, ..
            } = job;
            format!("{id}  {kind}  attempts {attempts}  failed {failed}  request {request}")
        })
        .collect();
    lines.push(format!(
        "{} dead jobs; the log has the error of each under its id",
        dead.len()
    ));
    lines.join("\n")
}

/// Runs a command on the audit log, and returns what to print.
pub async fn audit(ctx: &Ctx, task: Audit) -> Result<String> {
    match task {
        Audit::Head => {
            system::audit::jobs::link(ctx).await?;
            let head = check::head(ctx).await?;
            Ok(head.map_or_else(|| "the audit log is empty".to_owned(), |head| head.show()))
        }
        Audit::Verify { head } => {
            let noted = head.as_deref().map(AuditHead::parse).transpose();
            let noted = noted.map_err(|error| Error::internal(format!("--head {error}")))?;
            let verdict = check::for_operator(ctx, noted).await?;
            if verdict.is_whole {
                Ok(verdict_text(&verdict))
            } else {
                Err(Error::internal(verdict_text(&verdict)))
            }
        }
    }
}

fn verdict_text(verdict: &AuditVerification) -> String {
    let compared = match verdict.compared_with.as_slice() {
        [] => "No head was exported yet, so there was none to compare with.".to_owned(),
        heads => format!("Compared with {} noted heads.", heads.len()),
    };
    let head = verdict
        .head
        .as_ref()
        .map_or_else(|| "none".to_owned(), Param::show);
    if verdict.is_whole {
        return format!(
            "The audit log is intact: {} entries, head {head}. {compared}",
            verdict.links
        );
    }
    let mut lines = vec![format!(
        "THE AUDIT LOG WAS TAMPERED WITH: {} findings in {} links. {compared}",
        verdict.found, verdict.links
    )];
    lines.extend(
        verdict
            .findings
            .iter()
            .map(|finding| format!("  {}: {}", finding.kind, finding.message)),
    );
    lines.join("\n")
}

/// Commands on people.
#[derive(Debug, Subcommand)]
pub enum People {
    /// Rebuild the search tokens of every person, and normalize names (NFC) and phone numbers (E.164). Can be stopped and
    /// run again.
    Reindex,
}

/// Runs a command on people, and returns what to print.
pub async fn people(ctx: &Ctx, task: People) -> Result<String> {
    let People::Reindex = task;
    let done = accounts::users::jobs::reindex_all(ctx, |batch| {
        print_progress(&format!("{} people, {} changed", batch.seen, batch.changed));
    })
    .await?;
    let mut lines = vec![format!("{} people, {} changed", done.seen, done.changed)];
    if done.clashing > 0 {
        lines.push(format!(
            "{} share their address with another account; the log names them",
            done.clashing
        ));
    }
    if done.broken > 0 {
        lines.push(format!(
            "{} cannot be opened; the log names them",
            done.broken
        ));
    }
    match done.broken {
        0 => Ok(lines.join("\n")),
        _ => Err(Error::internal(lines.join("\n"))),
    }
}

/// Runs a command on encryption keys, and returns what to print.
pub async fn keys(ctx: &Ctx, task: Keys) -> Result<String> {
    match task {
        Keys::Status => Ok(table(&status(ctx).await?)),
        Keys::Check => {
            let done = rotation::check(ctx, progress).await?;
            if done.broken == 0 {
                Ok(format!("all {} sealed values open", done.values))
            } else {
                Err(Error::internal(format!(
                    "{} sealed values do not open; the audit log has an entry decryption.fail for each",
                    done.broken
                )))
            }
        }
        Keys::Rotate => rotate(ctx).await,
    }
}

async fn rotate(ctx: &Ctx) -> Result<String> {
    let done = rotation::rotate(ctx, progress).await?;
    reseal_files(ctx).await?;
    let after = status(ctx).await?;
    let report = format!("{} values were resealed\n{}", done.values, table(&after));
    match (done.broken, after.to_rotate()) {
        (0, 0) => Ok(report),
        (0, left) => Err(Error::internal(format!(
            "{report}\n{left} values are still sealed with another key: run the command again. Servers without the new \
             SEALING_KEY_CURRENT continue to use the old one"
        ))),
        (broken, _) => Err(Error::internal(format!(
            "{report}\n{broken} values do not open; the audit log has an entry decryption.fail for each"
        ))),
    }
}

/// Reseals the files of customers' documents. The job of the accounts section reseals a batch per run.
async fn reseal_files(ctx: &Ctx) -> Result<()> {
    let mut idle = 0;
    let mut left = files_left(ctx).await?;
    while left > 0 && idle < MAX_IDLE_RUNS {
        accounts::kyc::jobs::Reseal {}.run(ctx.clone()).await?;
        let now = files_left(ctx).await?;
        idle = if now == left { idle + 1 } else { 0 };
        left = now;
        print_progress(&format!("files: {left} left"));
    }
    Ok(())
}

async fn files_left(ctx: &Ctx) -> Result<i64> {
    let current = i64::from(ctx.keys.current());
    let places = status(ctx).await?.columns.into_iter();
    let counts = places
        .filter(|place| place.is_files)
        .flat_map(|place| place.counts);
    Ok(counts
        .filter(|count| count.key != current)
        .map(|count| count.values)
        .sum())
}

async fn status(ctx: &Ctx) -> Result<InUse> {
    let keyring = ctx.keys.clone();
    ctx.db.read(move |conn| keys::show(conn, &keyring)).await
}

fn table(in_use: &InUse) -> String {
    let describe = |state: EncryptionKeyState| match state {
        EncryptionKeyState::Current => "new values are sealed with it",
        EncryptionKeyState::Needed => "still needed",
        EncryptionKeyState::Unused => {
            "no value is sealed with it: it can be removed from SEALING_KEYS"
        }
        EncryptionKeyState::Missing => "MISSING: these values cannot be read",
    };
    let mut lines: Vec<String> = in_use
        .keys
        .iter()
        .map(|key| {
            format!(
                "key {}: {} values, {}",
                key.id,
                key.values,
                describe(key.state)
            )
        })
        .collect();
    for place in &in_use.columns {
        let counts: Vec<String> = place
            .counts
            .iter()
            .map(|count| format!("{} by key {}", count.values, count.key))
            .chain((place.unreadable > 0).then(|| format!("{} UNREADABLE", place.unreadable)))
            .collect();
        let kind = if place.is_files { " (files)" } else { "" };
        lines.push(format!(
            "  {}{kind}: {}",
            place.name(),
            if counts.is_empty() {
                "none".to_owned()
            } else {
                counts.join(", ")
            }
        ));
    }
    lines.join("\n")
}

fn progress(column: &keys::columns::Column, done: usize) {
    print_progress(&format!("{}.{}: {done}", column.table, column.column));
}

/// Prints progress to the standard error, so that it does not mix with the result on the standard output.
fn print_progress(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
