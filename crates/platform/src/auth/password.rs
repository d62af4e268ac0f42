//! Passwords: Argon2id with 19 MiB, two passes, one lane. As many hashes at once as there are cores, on threads
//! of their own that step back for all others, so that a storm of sign-ins holds up nobody else.
//!
//! A password is taken as it is, spaces and all, in whatever script. Only what looks the same is made the same
//! (NFC), because two keyboards send one letter differently; nothing is cut off.

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

/// Stored where nobody can sign in by password: no password hashes to it.
pub const UNUSABLE: &str = "!";
/// How many may wait for a hash; the rest is told to come back.
const WAITING: usize = 64;

/// How far the threads that hash step back; 19 is the farthest.
const NICE: i32 = 15;

type Work = Box<dyn FnOnce() + Send>;

/// The queue in front of the threads that hash.
static HASHING: LazyLock<Sender<Work>> = LazyLock::new(|| {
    let (queue, work) = crossbeam_channel::bounded::<Work>(WAITING);
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    for number in 0..cores {
        let work = work.clone();
        let begun = thread::Builder::new()
            .name(format!("hash-{number}"))
            .spawn(move || {
                // On Linux this is about the thread that says it. Where it is refused, hashing is not so polite.
                let _ = rustix::process::nice(NICE);
                work.into_iter().for_each(|task| task());
            });
        if let Err(cause) = begun {
            tracing::error!(%cause, "a thread for hashing cannot be started: {cause}");
        }
    }
    queue
});
/// What unknown accounts are checked against, so that they take as long as known ones.
static DECOY: LazyLock<Option<String>> = LazyLock::new(|| hash("a password that nobody has").ok());

/// The hash of a new password.
pub async fn hash_password(password: String) -> Result<String> {
    on_a_core(move || hash(&password)).await?
}

/// What makes a new password too easily guessed, if something does: that it is among the common ones or built from
/// them, from a row of keys, or from what is known `about` its owner. No rule says which characters it must have.
pub async fn easily_guessed(password: String, about: Vec<String>) -> Result<Option<String>> {
    on_a_core(move || {
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

/// Whether the password is the one that was hashed. Without a hash it takes as long, and says no.
pub async fn verify_password(password: String, stored: Option<String>) -> Result<bool> {
    on_a_core(move || {
        metrics::password_hashed();
        let known = stored.filter(|hash| hash != UNUSABLE);
        let against = known.as_deref().or(DECOY.as_deref()).unwrap_or_default();
        let fits = PasswordHash::new(against).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(normalised(&password).as_bytes(), &hash)
                .is_ok()
        });
        fits && known.is_some()
    })
    .await
}

fn hash(password: &str) -> Result<String> {
    metrics::password_hashed();
    Argon2::default()
        .hash_password(normalised(password).as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

fn normalised(password: &str) -> String {
    password.nfc().collect()
}

async fn on_a_core<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let (answer, result) = oneshot::channel();
    let task: Work = Box::new(move || {
        // Nobody waits for it any more: the client has gone.
        if !answer.is_closed() {
            let _ = answer.send(work());
        }
    });
    HASHING
        .try_send(task)
        .map_err(|_| Error::refuse(ProblemCode::TooManyRequests))?;
    result.await.map_err(Error::internal)
}
