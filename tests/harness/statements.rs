//! Counts the statements that the server sends to the database of a test.

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use std::{
    collections::HashMap,
    sync::{Mutex, Once, PoisonError},
};

/// The statements of the databases that are watched, by the address of the database.
static WATCHED: Mutex<Option<HashMap<String, Vec<String>>>> = Mutex::new(None);
static INSTALLED: Once = Once::new();

/// Watches every connection that is opened from now on.
pub fn install() {
    INSTALLED.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Watch::default()))).expect("installed");
    });
}

/// A watched connection.
#[derive(Default)]
struct Watch {
    database: String,
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                url.clone_into(&mut self.database);
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
                // The server adds its parameters to the address.
                let log = watched
                    .iter_mut()
                    .flatten()
                    .find(|(address, _)| self.database.starts_with(address.as_str()));
                if let Some((_, log)) = log {
                    log.push(query.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Starts to record the statements of a database.
pub fn watch(url: &str) {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    watched
        .get_or_insert_default()
        .insert(url.to_owned(), Vec::new());
}

/// Stops, and returns the recorded statements without those that control transactions.
pub fn recorded(url: &str) -> Vec<String> {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    let all = watched
        .as_mut()
        .and_then(|watched| watched.remove(url))
        .unwrap_or_default();
    let controls = [
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SET ",
        "SAVEPOINT",
        "RELEASE",
    ];
    all.into_iter()
        .filter(|statement| !controls.iter().any(|start| statement.starts_with(start)))
        .collect()
}
