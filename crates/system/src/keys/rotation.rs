//! Reseals all values with the current key, or verifies that all values open, while the system is in use.
//!
//! Both process a column in batches, each in a short transaction of its own, so that requests do not wait. Rotation skips
//! values that are sealed with the current key, so a rotation that was stopped continues where it was.

use super::{
    columns::{Column, Encoding, SEALED},
    query::{self, ResealedValue, SealedValue},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use platform::{
    Actor, Ctx, Error, Result,
    audit::{self, AuditEvent},
    crypto::{FieldContext, Keyring},
    error::UnreadableValue,
};
use serde_json::{Map, Value};
use std::time::Duration;
use wire::system::audit::AuditAction;

/// Values per batch.
const BATCH: i64 = 200;
/// The maximum number of attempts for a batch that conflicts with another transaction.
const MAX_ATTEMPTS: u32 = 5;

/// The result of a run through all columns.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// The number of values that were resealed, or opened.
    pub values: usize,
    /// The number of values that do not open. The audit log has an entry for each.
    pub broken: usize,
}

/// Reseals every value that is not sealed with the current key. Calls `progress` with the column and the number of its
/// values that are done.
pub async fn rotate(ctx: &Ctx, mut progress: impl FnMut(&Column, usize)) -> Result<RunSummary> {
    let (mut total, mut changed) = (RunSummary::default(), Map::new());
    for column in SEALED {
        let done = process_column(ctx, column, Some(ctx.keys.current()), &mut progress).await?;
        if done.values > 0 {
            changed.insert(
                format!("{}.{}", column.table, column.column),
                done.values.into(),
            );
        }
        total.values += done.values;
        total.broken += done.broken;
    }
    record_rotation(ctx, changed).await?;
    Ok(total)
}

/// Opens every value to verify it, and changes none.
pub async fn check(ctx: &Ctx, mut progress: impl FnMut(&Column, usize)) -> Result<RunSummary> {
    let mut total = RunSummary::default();
    for column in SEALED {
        let done = process_column(ctx, column, None, &mut progress).await?;
        total.values += done.values;
        total.broken += done.broken;
    }
    Ok(total)
}

async fn record_rotation(ctx: &Ctx, changed: Map<String, Value>) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let actor = Actor::system(ctx);
    ctx.db
        .write(move |tx| {
            let event = AuditEvent::of_kind(AuditAction::KeysRotate, "keys");
            audit::record(tx, &actor, event.with_change(Value::Object(changed)))
        })
        .await
}

/// Processes one column: reseals the values that are not sealed with the excluded key; without one, opens all values.
async fn process_column(
    ctx: &Ctx,
    column: &'static Column,
    excluded_key: Option<u32>,
    progress: &mut impl FnMut(&Column, usize),
) -> Result<RunSummary> {
    let (mut done, mut after) = (RunSummary::default(), None);
    loop {
        let (batch, broken) = process_batch(ctx, column, excluded_key, after.clone()).await?;
        for value in &broken {
            record_broken(ctx, value.clone()).await?;
        }
        let Some(last) = batch.last else {
            return Ok(done);
        };
        done.values += batch.changed;
        done.broken += broken.len();
        progress(column, done.values);
        after = Some(last);
    }
}

/// The result of a batch.
struct Batch {
    last: Option<SealedValue>,
    changed: usize,
}

async fn process_batch(
    ctx: &Ctx,
    column: &'static Column,
    excluded_key: Option<u32>,
    after: Option<SealedValue>,
) -> Result<(Batch, Vec<UnreadableValue>)> {
    let mut attempts = 0;
    loop {
        let (keys, after) = (ctx.keys.clone(), after.clone());
        let outcome = ctx
            .db
            .write(move |tx| {
                let found = query::next(tx.conn(), column, excluded_key, after.as_ref(), BATCH)?;
                let last = found.last().cloned();
                let (resealed, opened, broken) = reseal(&keys, column, excluded_key, found)?;
                let changed = match excluded_key {
                    Some(_) => query::replace(tx, column, resealed)?,
                    None => opened,
                };
                Ok((Batch { last, changed }, broken))
            })
            .await;
        attempts += 1;
        match outcome {
            // The database is unavailable for a moment, or two transactions conflicted.
            Err(Error::Unavailable(_)) if attempts < MAX_ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(200 << attempts)).await;
            }
            outcome => return outcome,
        }
    }
}

type Resealed = (Vec<ResealedValue>, usize, Vec<UnreadableValue>);

/// Returns the resealed values, the number of values that opened unchanged, and the values that do not open.
fn reseal(
    keys: &Keyring,
    column: &Column,
    excluded_key: Option<u32>,
    found: Vec<SealedValue>,
) -> Result<Resealed> {
    let (mut resealed, mut opened, mut broken) = (Vec::new(), 0, Vec::new());
    for SealedValue { id: row, value } in found {
        let context = FieldContext::new(column.table, column.column, row);
        let outcome = match (decode(column, context, &value), excluded_key) {
            (Ok(sealed), Some(_)) => keys.reseal(context, &sealed),
            (Ok(sealed), None) => keys.open_bytes(context, &sealed).map(|_| None),
            (Err(error), _) => Err(error),
        };
        match outcome {
            Ok(Some(new)) => resealed.push(ResealedValue {
                row,
                old: value,
                new: encode(column, new),
            }),
            Ok(None) => opened += 1,
            Err(Error::Unreadable(value)) => broken.push(*value),
            Err(error) => return Err(error),
        }
    }
    Ok((resealed, opened, broken))
}

/// Decodes a stored value to its sealed bytes.
fn decode(column: &Column, context: FieldContext<'_>, value: &[u8]) -> Result<Vec<u8>> {
    match column.encoding {
        Encoding::Bytes => Ok(value.to_vec()),
        Encoding::Text => STANDARD
            .decode(value)
            .map_err(|_| Error::unreadable(context, "not a sealed value")),
    }
}

/// Encodes sealed bytes for the column.
fn encode(column: &Column, sealed: Vec<u8>) -> Vec<u8> {
    match column.encoding {
        Encoding::Bytes => sealed,
        Encoding::Text => STANDARD.encode(sealed).into_bytes(),
    }
}

/// Records a broken value in the audit log, outside the transaction that found it.
async fn record_broken(ctx: &Ctx, value: UnreadableValue) -> Result<()> {
    tracing::error!(
        "{}.{} of {} cannot be opened: {}",
        value.table,
        value.column,
        value.row,
        value.why
    );
    let keys = ctx.keys.clone();
    ctx.db
        .read(move |conn| audit::record_unreadable(conn, &keys, None, &value))
        .await
}
