//! Jobs of operations on eSIMs, which alone call the providers.

use super::{
    query, refresh,
    rules::{self, Answer, Call, NextStep, Phase, Step, Timing},
    supplier::{Connection, connect},
};
use platform::{
    Actor, Ctx, Error, Result,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use suppliers::{EsimRef, SupplierError};
use wire::{EsimId, EsimOperationId, esims::operations::EsimOperationKind};

/// Carries out an operation on an eSIM. When the answer to a change is missing, the next run looks up its outcome first.
#[derive(Serialize, Deserialize)]
pub struct RunOperation {
    /// The operation.
    pub operation: EsimOperationId,
}

impl Job for RunOperation {
    const KIND: &'static str = "esims.operate";
    fn unique_key(&self) -> Option<String> {
        Some(format!("esim-operation-{}", self.operation))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, now) = (self.operation, ctx.clock.now());
        let context = ctx.clone();
        let step = ctx
            .db
            .write(move |tx| rules::begin(tx, &Actor::system(&context), &context, id, now))
            .await?;
        let (call, phase) = match step {
            Step::Nothing => return Ok(()),
            Step::Send(call) => (call, Phase::Send),
            Step::LookUp(call) => (call, Phase::LookUp),
        };
        let connection = connect(&ctx, call.provider).await?;
        let next = ask(&ctx, &connection, id, call, phase).await?;
        let next = match next {
            NextStep::Send(call) => ask(&ctx, &connection, id, call, Phase::Send).await?,
            next => next,
        };
        match next {
            NextStep::Done => Ok(()),
            NextStep::Send(_) => Err(Error::internal("the change has to be requested again")),
            NextStep::RetryLater(why) => Err(Error::internal(why)),
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| rules::abandon(tx, &actor, self.operation, &why, now))
            .await
    }
}

/// Asks the provider, and applies its answer in a transaction of its own.
async fn ask(
    ctx: &Ctx,
    connection: &Connection,
    id: EsimOperationId,
    call: Call,
    phase: Phase,
) -> Result<NextStep> {
    let answer = send(connection, &call, phase).await;
    let timing = Timing {
        now: ctx.clock.now(),
        registration_time: connection.registration_time(),
        phase,
    };
    let actor = Actor::system(ctx);
    ctx.db
        .write(move |tx| rules::apply_answer(tx, &actor, id, &call, answer.clone(), timing))
        .await
}

async fn send(connection: &Connection, call: &Call, phase: Phase) -> Result<Answer, SupplierError> {
    let (supplier, account, esim) = (&connection.supplier, &connection.account, &call.esim);
    match (call.kind, phase) {
        (_, Phase::LookUp) | (EsimOperationKind::Refresh, _) => {
            let state = supplier.state(account, esim).await?;
            Ok(Answer::State(Box::new(state)))
        }
        (EsimOperationKind::Suspend, Phase::Send) => {
            Ok(Answer::Changed(supplier.suspend(account, esim).await?))
        }
        (EsimOperationKind::Resume, Phase::Send) => {
            Ok(Answer::Changed(supplier.resume(account, esim).await?))
        }
        (EsimOperationKind::Cancel, Phase::Send) => Ok(Answer::Cancelled(
            supplier.cancel(account, esim, call.reason).await?,
        )),
    }
}

/// Runs open operations again whose job has died, or whose provider makes the change later. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct FollowUpOperations {}

impl Job for FollowUpOperations {
    const KIND: &'static str = "esims.follow_up_operations";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("esims.follow_up_operations".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db
            .write(move |tx| {
                for operation in query::due(tx.conn(), now)? {
                    jobs::enqueue(tx, &RunOperation { operation })?;
                }
                Ok(())
            })
            .await
    }
}

/// Loads the state of an eSIM from its provider, and applies it. A webhook, the expiry and the usage enqueue this job.
#[derive(Serialize, Deserialize)]
pub struct RefreshEsim {
    /// The eSIM.
    pub esim: EsimId,
}

impl Job for RefreshEsim {
    const KIND: &'static str = "esims.refresh";
    const ATTEMPTS: i32 = 6;
    fn unique_key(&self) -> Option<String> {
        Some(format!("esim-refresh-{}", self.esim))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.esim;
        let found = ctx
            .db
            .read(move |conn| refresh::find_source(conn, id))
            .await?;
        let Some(source) = found else {
            return Ok(());
        };
        let connection = connect(&ctx, source.provider).await?;
        let esim: EsimRef = source.esim;
        let answer = connection.supplier.state(&connection.account, &esim).await;
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| refresh::apply_answer(tx, &actor, id, answer.clone(), now))
            .await
    }
}
