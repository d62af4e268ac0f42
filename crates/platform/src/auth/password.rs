//! Passwords: Argon2id with 19 MiB, two passes, one lane. There is one hashing thread per core, with a low priority, so that
//! many sign-ins at the same time do not delay other requests.
//!
//! A password is used as typed, with its spaces, in any script, at any length. Only its Unicode form is normalised (NFC),
//! because keyboards encode the same character differently.

use crate::{
    error::{Error, Result},
    metrics,
};
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use crossbeam_channel::Sender;
use std::{sync::LazyLock, thread};
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;
use wire::ProblemCode;
use zxcvbn::{Score, zxcvbn};

/// The stored hash of an account without a password: no password hashes to it.
pub const UNUSABLE: &str = "!";
/// The maximum number of waiting hashes; further requests are refused with 429.
const MAX_WAITING: usize = 64;

/// The nice value of the hashing threads; 19 is the lowest priority.
const NICE: i32 = 15;

type Work = Box<dyn FnOnce() + Send>;

/// The queue of the hashing threads.
static HASHING: LazyLock<Sender<Work>> = LazyLock::new(|| {
    let (queue, work) = crossbeam_channel::bounded::<Work>(MAX_WAITING);
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    for number in 0..cores {
        let work = work.clone();
        let spawned = thread::Builder::new()
            .name(format!("hash-{number}"))
            .spawn(move || {
                // On Linux this sets the priority of the calling thread. On failure, the priority stays normal.
                let _ = rustix::process::nice(NICE);
                work.into_iter().for_each(|task| task());
            });
        if let Err(cause) = spawned {
            tracing::error!(%cause, "a hashing thread cannot be started: {cause}");
        }
    }
    queue
});
/// The hash that passwords of unknown accounts are compared with, so that the answer takes as long as for known ones.
static DECOY: LazyLock<Option<String>> =
    LazyLock::new(|| hash("a password that no account has").ok());

/// Hashes a new password.
pub async fn hash_password(password: String) -> Result<String> {
    run_on_hash_thread(move || hash(&password)).await?
}

/// Returns why a new password is too easily guessed, or `None`: it is a common password or built from one, from a row of
/// keys, or from what is known `about` its owner. No rule requires certain characters.
pub async fn easily_guessed(password: String, about: Vec<String>) -> Result<Option<String>> {
    run_on_hash_thread(move || {
        let known: Vec<&str> = about.iter().map(String::as_str).collect();
        let estimate = zxcvbn(&normalised(&password), &known);
        if estimate.score() == Score::Four {
            return None;
        }
        let why = estimate.feedback().and_then(|feedback| feedback.warning());
        Some(why.map_or_else(String::new, |why| why.to_string()))
    })
    .await
}

/// Returns whether a password matches a stored hash. Without a hash, the answer is false and takes as long.
pub async fn verify_password(password: String, stored: Option<String>) -> Result<bool> {
    run_on_hash_thread(move || {
        metrics::record_password_hash();
        let known = stored.filter(|hash| hash != UNUSABLE);
        let against = known.as_deref().or(DECOY.as_deref()).unwrap_or_default();
        let matches = PasswordHash::new(against).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(normalised(&password).as_bytes(), &hash)
                .is_ok()
        });
        matches && known.is_some()
    })
    .await
}

fn hash(password: &str) -> Result<String> {
    metrics::record_password_hash();
    Argon2::default()
        .hash_password(normalised(password).as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

fn normalised(password: &str) -> String {
    password.nfc().collect()
}

async fn run_on_hash_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (answer, result) = oneshot::channel();
    let task: Work = Box::new(move || {
        // Skips the work when the client has disconnected.
        if !answer.is_closed() {
            let _ = answer.send(work());
        }
    });
    HASHING
        .try_send(task)
        .map_err(|_| Error::refuse(ProblemCode::TooManyRequests))?;
    result.await.map_err(Error::internal)
}
