//! Sealing everything anew, and opening everything to see whether it opens, while the system is in use.
//!
//! Both go through a column some values at a time, each in a short transaction of its own, so nobody waits. What is
//! sealed with the current key is left alone: a rotation that was killed is begun again and goes on where it was.

use super::{
    columns::{Column, Form, SEALED},
    query::{self, Found, Fresh},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use platform::{
    Actor, Ctx, Error, Result,
    audit::{self, Act},
    crypto::{Keyring, Place},
    error::Broken,
};
use serde_json::{Map, Value};
use std::time::Duration;
use uuid::Uuid;

/// Values that are sealed anew together.
const AT_ONCE: i64 = 200;
/// A batch that clashed with somebody's lock is tried again so often.
const TRIES: u32 = 5;

/// What a run through all columns has done.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Done {
    /// Values that were sealed anew, or opened.
    pub values: usize,
    /// Values that do not open. Each is on record.
    pub broken: usize,
}

/// Seals every value anew that is sealed with another key than the current one. `say` hears of the progress: the
/// column, and how many values of it are done.
pub async fn rotate(ctx: &Ctx, mut say: impl FnMut(&Column, usize)) -> Result<Done> {
    let (mut done, mut changed) = (Done::default(), Map::new());
    for column in SEALED {
        let some = each(ctx, column, Some(ctx.keys.current()), &mut say).await?;
        if some.values > 0 {
            changed.insert(
                format!("{}.{}", column.table, column.column),
                some.values.into(),
            );
        }
        done.values += some.values;
        done.broken += some.broken;
    }
    record(ctx, changed).await?;
    Ok(done)
}

/// Opens every value, and changes none.
pub async fn check(ctx: &Ctx, mut say: impl FnMut(&Column, usize)) -> Result<Done> {
    let mut done = Done::default();
    for column in SEALED {
        let some = each(ctx, column, None, &mut say).await?;
        done.values += some.values;
        done.broken += some.broken;
    }
    Ok(done)
}

async fn record(ctx: &Ctx, changed: Map<String, Value>) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let actor = Actor::system(ctx);
    ctx.db
        .write(move |tx| {
            let act = Act::new("keys.rotate", "keys", Uuid::nil());
            audit::record(tx, &actor, act.changing(Value::Object(changed)))
        })
        .await
}

/// Goes through one column: those values that are not sealed with this key, or all of them to open them only.
async fn each(
    ctx: &Ctx,
    column: &'static Column,
    but: Option<u32>,
    say: &mut impl FnMut(&Column, usize),
) -> Result<Done> {
    let (mut done, mut after) = (Done::default(), None);
    loop {
        let (batch, broken) = batch(ctx, column, but, after.clone()).await?;
        for value in &broken {
            tell(ctx, value.clone()).await?;
        }
        let Some(last) = batch.last else {
            return Ok(done);
        };
        done.values += batch.changed;
        done.broken += broken.len();
        say(column, done.values);
        after = Some(last);
    }
}

/// What became of a batch.
struct Batch {
    last: Option<Found>,
    changed: usize,
}

async fn batch(
    ctx: &Ctx,
    column: &'static Column,
    but: Option<u32>,
    after: Option<Found>,
) -> Result<(Batch, Vec<Broken>)> {
    let mut tried = 0;
    loop {
        let (keys, after) = (ctx.keys.clone(), after.clone());
        let outcome = ctx
            .db
            .write(move |tx| {
                let found = query::next(tx.conn(), column, but, after.as_ref(), AT_ONCE)?;
                let last = found.last().cloned();
                let (fresh, opened, broken) = seal(&keys, column, but, found)?;
                let changed = match but {
                    Some(_) => query::replace(tx, column, fresh)?,
                    None => opened,
                };
                Ok((Batch { last, changed }, broken))
            })
            .await;
        tried += 1;
        match outcome {
            // The database is away for a moment, or two transactions stood in each other's way.
            Err(Error::Unavailable(_)) if tried < TRIES => {
                tokio::time::sleep(Duration::from_millis(200 << tried)).await;
            }
            outcome => return outcome,
        }
    }
}

type Sealed = (Vec<Fresh>, usize, Vec<Broken>);

/// The values anew, how many opened, and those that do not open.
fn seal(keys: &Keyring, column: &Column, but: Option<u32>, found: Vec<Found>) -> Result<Sealed> {
    let (mut fresh, mut opened, mut broken) = (Vec::new(), 0, Vec::new());
    for Found { id: row, value } in found {
        let place = Place::new(column.table, column.column, row);
        let anew = match (raw(column, place, &value), but) {
            (Ok(sealed), Some(_)) => keys.reseal(place, &sealed),
            (Ok(sealed), None) => keys.open_bytes(place, &sealed).map(|_| None),
            (Err(error), _) => Err(error),
        };
        match anew {
            Ok(Some(new)) => fresh.push(Fresh {
                row,
                old: value,
                new: kept(column, new),
            }),
            Ok(None) => opened += 1,
            Err(Error::Broken(one)) => broken.push(*one),
            Err(error) => return Err(error),
        }
    }
    Ok((fresh, opened, broken))
}

/// The sealed bytes of a value as the column keeps it.
fn raw(column: &Column, place: Place<'_>, value: &[u8]) -> Result<Vec<u8>> {
    match column.form {
        Form::Bytes => Ok(value.to_vec()),
        Form::Text => STANDARD
            .decode(value)
            .map_err(|_| Error::broken(place, "not a sealed value")),
    }
}

fn kept(column: &Column, sealed: Vec<u8>) -> Vec<u8> {
    match column.form {
        Form::Bytes => sealed,
        Form::Text => STANDARD.encode(sealed).into_bytes(),
    }
}

/// Puts it on record, outside the transaction that met it.
async fn tell(ctx: &Ctx, value: Broken) -> Result<()> {
    tracing::error!(
        "{}.{} of {} cannot be opened: {}",
        value.table,
        value.column,
        value.row,
        value.why
    );
    let keys = ctx.keys.clone();
    ctx.db
        .read(move |conn| audit::broken(conn, &keys, None, &value))
        .await
}
