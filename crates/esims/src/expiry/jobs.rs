//! Jobs of the expiry.

use super::{query, rules};
use crate::operations::{self, OperationRequest, RefreshEsim, request};
use platform::{
    Actor, Ctx, Error, Result,
    jobs::{self, Job},
    settings::{self, RecycleAfterDays},
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use wire::{EsimId, EsimOperationBatchId, esims::operations::EsimOperationKind};

/// The order in which a worker takes the due eSIMs. Two workers begin at different ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// By id.
    #[serde(rename = "up")]
    Up,
    /// By id, the last one first.
    #[serde(rename = "down")]
    Down,
}

/// Ends the bundles whose validity is over or whose data is used up, and the eSIMs without another bundle. Runs every
/// minute, in two jobs.
#[derive(Serialize, Deserialize)]
pub struct ExpireBundles {
    /// The order of the eSIMs.
    pub direction: Direction,
}

impl ExpireBundles {
    /// Returns the two jobs that run every minute.
    pub const fn both() -> [Self; 2] {
        [
            Self {
                direction: Direction::Up,
            },
            Self {
                direction: Direction::Down,
            },
        ]
    }
}

impl Job for ExpireBundles {
    const KIND: &'static str = "esims.expire";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some(match self.direction {
            Direction::Up => "esims.expire.up".to_owned(),
            Direction::Down => "esims.expire.down".to_owned(),
        })
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (direction, mut seen, mut failed) = (self.direction, HashSet::new(), 0_usize);
        loop {
            let batch = ctx.db.read(move |conn| query::due(conn, direction)).await?;
            let fresh: Vec<EsimId> = batch.into_iter().filter(|id| seen.insert(*id)).collect();
            if fresh.is_empty() {
                break;
            }
            for id in fresh {
                let actor = Actor::system(&ctx);
                let outcome = ctx.db.write(move |tx| rules::expire(tx, &actor, id)).await;
                if let Err(error) = outcome {
                    failed = failed.saturating_add(1);
                    tracing::warn!(esim = %id, "eSIM {id} could not expire: {error}");
                }
            }
        }
        if failed == 0 {
            Ok(())
        } else {
            Err(Error::internal(format!("{failed} eSIMs could not expire")))
        }
    }
}

/// Asks the providers again about eSIMs that expired here and are not confirmed yet. Runs every hour.
#[derive(Serialize, Deserialize)]
pub struct ConfirmExpired {}

impl Job for ConfirmExpired {
    const KIND: &'static str = "esims.confirm_expired";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("esims.confirm_expired".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        ctx.db
            .write(move |tx| {
                for esim in query::unconfirmed(tx.conn())? {
                    jobs::enqueue(tx, &RefreshEsim { esim })?;
                }
                Ok(())
            })
            .await
    }
}

/// Cancels expired eSIMs after the grace period, at their provider where its API offers it. Runs every hour.
#[derive(Serialize, Deserialize)]
pub struct RecycleExpired {}

impl Job for RecycleExpired {
    const KIND: &'static str = "esims.recycle_expired";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("esims.recycle_expired".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (days, found) = ctx
            .db
            .read(|conn| {
                let days = settings::get(conn, RecycleAfterDays)?;
                let found = match i32::try_from(days) {
                    Ok(days) if days > 0 => operations::recyclable(conn, days)?,
                    _ => Vec::new(),
                };
                Ok((days, found))
            })
            .await?;
        let batch = EsimOperationBatchId::new();
        for id in found {
            let context = ctx.clone();
            let outcome = ctx
                .db
                .write(move |tx| {
                    let reason = format!("Expired more than {days} days ago");
                    let cancel = OperationRequest {
                        batch,
                        kind: EsimOperationKind::Cancel,
                        reason: Some(&reason),
                    };
                    request(tx, &Actor::system(&context), &context, id, cancel).map(drop)
                })
                .await;
            match outcome {
                // A top-up or another operation came first.
                Ok(()) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
