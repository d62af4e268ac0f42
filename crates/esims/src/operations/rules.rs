//! Business rules of operations on eSIMs: which are allowed, how they run, and what their outcome changes.

use super::{
    jobs::RunOperation,
    query::{self, NewOperation, Operation, Progress, Target},
    refresh,
    supplier::{Abilities, abilities},
};
use crate::{
    bundles,
    inventory::{self, Source, StateChange, change_state},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent, Reasons, Subject},
    jobs,
};
use serde_json::json;
use suppliers::{CancelReason, Cancellation, Change, EsimRef, EsimState, Refusal, SupplierError};
use wire::{
    EsimId, EsimOperationBatchId, EsimOperationId, Page, Paging, ProblemCode, ProviderId,
    esims::{
        inventory::{EsimStatus, ProfileState},
        operations::*,
    },
    system::audit::AuditAction,
};

/// How long after a call an operation is looked at again when its job has died.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// The request of an operation on an eSIM.
#[derive(Debug, Clone, Copy)]
pub struct OperationRequest<'a> {
    /// The request that the operation belongs to.
    pub batch: EsimOperationBatchId,
    /// The kind.
    pub kind: EsimOperationKind,
    /// The reason.
    pub reason: Option<&'a str>,
}

/// Where an operation takes place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the provider.
    Provider,
    /// Only here, with a note for the requester.
    Local(String),
}

/// Returns where an operation takes place, or why it is not allowed. `offered` is what the provider's API offers.
pub fn check(
    kind: EsimOperationKind,
    esim: &Target,
    offered: Option<Abilities>,
) -> Result<Place, String> {
    use EsimOperationKind as Kind;
    let provider = esim
        .provider
        .as_ref()
        .map(|provider| provider.name.as_str());
    match kind {
        Kind::Suspend if esim.status != EsimStatus::Active => Err(format!(
            "Only an active eSIM can be suspended. This eSIM is {}.",
            esim.status
        )),
        Kind::Resume if esim.status != EsimStatus::Suspended => Err(format!(
            "Only a suspended eSIM can be resumed. This eSIM is {}.",
            esim.status
        )),
        Kind::Cancel | Kind::Refresh if esim.status == EsimStatus::Cancelled => {
            Err("The eSIM is cancelled, which is final.".to_owned())
        }
        Kind::Cancel if esim.has_open_topup => Err(
            "A paid top-up of this eSIM is being delivered. Wait for it, or refund it first."
                .to_owned(),
        ),
        Kind::Suspend => match (provider, offered) {
            (Some(_), Some(offered)) if offered.suspend => Ok(Place::Provider),
            (Some(name), _) => Err(format!("{name} does not offer to suspend an eSIM.")),
            (None, _) => {
                Err("The eSIM has no provider, so its service cannot be suspended.".to_owned())
            }
        },
        Kind::Resume => match (provider, offered) {
            (Some(_), Some(offered)) if offered.suspend => Ok(Place::Provider),
            (Some(name), _) => Ok(Place::Local(format!(
                "The eSIM was suspended only here, because {name} does not offer to suspend an eSIM."
            ))),
            (None, _) => Ok(Place::Local(
                "The eSIM was suspended only here, because it has no provider.".to_owned(),
            )),
        },
        Kind::Cancel => match (provider, offered) {
            (Some(_), Some(offered)) if offered.cancel => Ok(Place::Provider),
            (Some(name), _) => Ok(Place::Local(format!(
                "The eSIM was cancelled only here, because {name} does not offer to cancel an eSIM."
            ))),
            (None, _) => Ok(Place::Local(
                "The eSIM was cancelled only here, because it has no provider.".to_owned(),
            )),
        },
        Kind::Refresh => match provider {
            Some(_) => Ok(Place::Provider),
            None => Err("The eSIM has no provider to load its state from.".to_owned()),
        },
    }
}

/// Returns the status that an operation leads to; `None` for a refresh.
const fn target_status(kind: EsimOperationKind) -> Option<EsimStatus> {
    match kind {
        EsimOperationKind::Suspend => Some(EsimStatus::Suspended),
        EsimOperationKind::Resume => Some(EsimStatus::Active),
        EsimOperationKind::Cancel => Some(EsimStatus::Cancelled),
        EsimOperationKind::Refresh => None,
    }
}

/// Requests an operation on an eSIM. A job carries it out.
pub fn request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: EsimId,
    request: OperationRequest<'_>,
) -> Result<EsimOperation> {
    inventory::find(tx.conn(), actor.owner_filter(), id)?;
    let target = query::lock_target(tx, id)?;
    let offered = target
        .provider
        .as_ref()
        .and_then(|provider| abilities(ctx, provider.adapter));
    check(request.kind, &target, offered)
        .map_err(|why| Error::with_detail(ProblemCode::WrongState, why))?;
    let operation = EsimOperationId::new();
    let reason = audit::seal_reason(tx, &actor.keys, subject(id), request.reason)?;
    query::insert(
        tx,
        &NewOperation {
            id: operation,
            batch_id: request.batch,
            esim_id: Some(id),
            iccid: &target.iccid,
            provider_id: target.provider.as_ref().map(|provider| provider.id),
            kind: request.kind,
            status: EsimOperationStatus::Queued,
            requested_by: actor.id,
            client_id: actor.client.as_ref().map(|client| client.id),
            reason: reason.as_deref(),
            error: None,
            next_attempt_at: Some(ctx.clock.now() + LOOK_AGAIN),
            finished_at: None,
        },
    )?;
    let change = json!({ "kind": request.kind, "operation_id": operation });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimOperate, id)
            .with_change(change)
            .with_reason(request.reason),
    )?;
    jobs::enqueue(tx, &RunOperation { operation })?;
    show(tx.conn(), actor, operation)
}

/// A row of a bulk request that was refused.
pub struct RefusedRow<'a> {
    /// The eSIM, if one was found.
    pub esim: Option<EsimId>,
    /// The ICCID, or the text that was requested.
    pub iccid: &'a str,
    /// Why the row was refused.
    pub why: &'a str,
}

/// Records the refused row of a bulk request, so that every row has a result.
pub fn record_refused(
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &RefusedRow<'_>,
    request: OperationRequest<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = match row.esim {
        Some(id) => audit::seal_reason(tx, &actor.keys, subject(id), request.reason)?,
        None => None,
    };
    query::insert(
        tx,
        &NewOperation {
            id: EsimOperationId::new(),
            batch_id: request.batch,
            esim_id: row.esim,
            iccid: row.iccid,
            provider_id: None,
            kind: request.kind,
            status: EsimOperationStatus::Refused,
            requested_by: actor.id,
            client_id: actor.client.as_ref().map(|client| client.id),
            reason: reason.as_deref(),
            error: Some(row.why),
            next_attempt_at: None,
            finished_at: Some(now),
        },
    )
}

/// Returns one page of the operations that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &EsimOperationFilter,
    paging: &Paging<EsimOperationSort>,
) -> Result<Page<EsimOperation>> {
    let mut page = query::page(conn, actor, filter, paging)?;
    open_reasons(conn, actor, &mut page.data)?;
    Ok(page)
}

/// Returns an operation that the actor may see.
pub fn show(conn: &mut Conn, actor: &Actor, id: EsimOperationId) -> Result<EsimOperation> {
    let mut found = [query::find(conn, actor.owner_filter(), id)?];
    open_reasons(conn, actor, &mut found)?;
    let [operation] = found;
    Ok(operation)
}

/// Opens the reasons. Only staff see the requester and the provider.
fn open_reasons(conn: &mut Conn, actor: &Actor, data: &mut [EsimOperation]) -> Result<()> {
    let ids: Vec<EsimId> = data.iter().filter_map(|row| row.esim_id).collect();
    let reasons = Reasons::load(conn, &actor.keys, ids.iter().copied().map(subject))?;
    let is_staff = actor.owner_filter().is_none();
    for row in data {
        row.reason = row
            .esim_id
            .and_then(|id| reasons.open(subject(id), row.reason.take()));
        if !is_staff {
            row.requested_by = None;
            row.provider_id = None;
            row.provider_name = None;
            row.provider_ref = None;
        }
    }
    Ok(())
}

const fn subject<'a>(id: EsimId) -> Subject<'a> {
    Subject {
        kind: "esim",
        id: id.0,
    }
}

/// A call to the provider of an eSIM.
#[derive(Debug, Clone)]
pub struct Call {
    /// The kind of the operation.
    pub kind: EsimOperationKind,
    /// The provider.
    pub provider: ProviderId,
    /// The eSIM at the provider.
    pub esim: EsimRef,
    /// The reason of a cancellation.
    pub reason: CancelReason,
}

/// The next step of an operation.
#[derive(Debug, Clone)]
pub enum Step {
    /// The operation has an outcome.
    Nothing,
    /// The provider is asked for the change.
    Send(Call),
    /// The outcome of an earlier request is looked up.
    LookUp(Call),
}

/// The answer of a provider to an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A suspension or resumption.
    Changed(Change),
    /// A cancellation.
    Cancelled(Cancellation),
    /// The state of the eSIM.
    State(Box<EsimState>),
}

/// What the job does after an answer.
#[derive(Debug, Clone)]
pub enum NextStep {
    /// The job ends.
    Done,
    /// The provider is asked for the change again: it has not made it.
    Send(Call),
    /// The job is retried, for this reason.
    RetryLater(String),
}

/// Begins or continues an operation. Where the operation takes place only here, it gets its outcome.
pub fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: EsimOperationId,
    now: DateTime<Utc>,
) -> Result<Step> {
    let operation = query::lock(tx, id)?;
    let Some(esim) = operation.esim_id.filter(|_| !operation.status.is_final()) else {
        return Ok(Step::Nothing);
    };
    let target = query::lock_target(tx, esim)?;
    let call = |provider| Call {
        kind: operation.kind,
        provider,
        esim: target.at_provider.clone(),
        reason: cancel_reason(target.profile_state),
    };
    let provider = target.provider.as_ref().map(|provider| provider.id);
    if operation.status != EsimOperationStatus::Queued
        && let Some(provider) = provider
    {
        let again = Some(Some(now + LOOK_AGAIN));
        let progress = Progress {
            next_attempt_at: again,
            ..Progress::default()
        };
        query::update(tx, id, &progress)?;
        return Ok(Step::LookUp(call(provider)));
    }
    if target_status(operation.kind) == Some(target.status) {
        let note = format!("The eSIM was {} already.", target.status);
        finish(tx, actor, &operation, Outcome::succeeded(Some(&note)), now)?;
        return Ok(Step::Nothing);
    }
    let offered = target
        .provider
        .as_ref()
        .and_then(|provider| abilities(ctx, provider.adapter));
    match (check(operation.kind, &target, offered), provider) {
        (Err(why), _) => {
            finish(tx, actor, &operation, Outcome::refused(&why), now)?;
            Ok(Step::Nothing)
        }
        (Ok(Place::Provider), Some(provider)) => {
            mark_sent(tx, &operation, now)?;
            Ok(Step::Send(call(provider)))
        }
        (Ok(Place::Local(note)), _) => {
            apply_change(tx, actor, &operation, esim, now)?;
            finish(tx, actor, &operation, Outcome::succeeded(Some(&note)), now)?;
            Ok(Step::Nothing)
        }
        (Ok(Place::Provider), None) => {
            Err(Error::internal(format!("operation {id} has no provider")))
        }
    }
}

fn mark_sent(tx: &mut Tx<'_>, operation: &Operation, now: DateTime<Utc>) -> Result<()> {
    let progress = Progress {
        status: Some(EsimOperationStatus::Running),
        sent_at: Some(now),
        next_attempt_at: Some(Some(now + LOOK_AGAIN)),
        ..Progress::default()
    };
    query::update(tx, operation.id, &progress)
}

/// Returns the reason of a cancellation for the provider: an eSIM that no phone has was not used.
const fn cancel_reason(profile: ProfileState) -> CancelReason {
    match profile {
        ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded => {
            CancelReason::Unused
        }
        _ => CancelReason::Ended,
    }
}

/// The final status of an operation, and the texts about it.
#[derive(Debug, Clone, Copy)]
struct Outcome<'a> {
    status: EsimOperationStatus,
    error: Option<&'a str>,
    note: Option<&'a str>,
    provider_ref: Option<&'a str>,
}

impl<'a> Outcome<'a> {
    const fn succeeded(note: Option<&'a str>) -> Self {
        Self {
            status: EsimOperationStatus::Succeeded,
            error: None,
            note,
            provider_ref: None,
        }
    }
    const fn refused(why: &'a str) -> Self {
        Self {
            status: EsimOperationStatus::Refused,
            error: Some(why),
            note: None,
            provider_ref: None,
        }
    }
    const fn failed(why: &'a str) -> Self {
        Self {
            status: EsimOperationStatus::Failed,
            error: Some(why),
            note: None,
            provider_ref: None,
        }
    }
}

/// Sets the final status of a locked operation. An operation that has one keeps it.
fn finish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    operation: &Operation,
    outcome: Outcome<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    if !operation.status.can_become(outcome.status) {
        return Ok(());
    }
    let progress = Progress {
        status: Some(outcome.status),
        error: Some(outcome.error),
        note: outcome.note,
        provider_ref: outcome.provider_ref,
        next_attempt_at: Some(None),
        finished_at: Some(now),
        ..Progress::default()
    };
    query::update(tx, operation.id, &progress)?;
    let is_success = outcome.status == EsimOperationStatus::Succeeded;
    let Some(esim) = operation.esim_id.filter(|_| !is_success) else {
        return Ok(());
    };
    let change = json!({ "kind": operation.kind, "operation_id": operation.id, "status": outcome.status, "error": outcome.error });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimOperationFail, esim).with_change(change),
    )
}

/// Changes the status of the eSIM as the operation requires. A cancelled eSIM loses its bundles.
fn apply_change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    operation: &Operation,
    esim: EsimId,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(status) = target_status(operation.kind) else {
        return Ok(());
    };
    let from = query::lock_target(tx, esim)?.status;
    if !inventory::can_change_status(from, status, Source::Admin) {
        return Ok(());
    }
    let reasons = Reasons::load(tx.conn(), &actor.keys, std::iter::once(subject(esim)))?;
    let reason = reasons.open(subject(esim), operation.reason.clone());
    let requester = Actor {
        id: operation.requested_by,
        ..actor.clone()
    };
    let change = StateChange {
        status: Some(status),
        profile_state: None,
        reason: reason.as_deref(),
        source: Source::Admin,
        at: now,
    };
    change_state(tx, &requester, esim, change)?;
    if status == EsimStatus::Cancelled {
        bundles::cancel_all(tx, esim, now)?;
    }
    Ok(())
}

/// Applies the answer of a provider to a request, or to the question about the outcome of an earlier one.
pub fn apply_answer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimOperationId,
    call: &Call,
    answer: Result<Answer, SupplierError>,
    timing: Timing,
) -> Result<NextStep> {
    let operation = query::lock(tx, id)?;
    let Some(esim) = operation.esim_id.filter(|_| !operation.status.is_final()) else {
        return Ok(NextStep::Done);
    };
    let now = timing.now;
    match answer {
        Ok(Answer::State(state)) if call.kind == EsimOperationKind::Refresh => {
            let applied = refresh::apply(tx, actor, esim, &state, now)?;
            finish(
                tx,
                actor,
                &operation,
                Outcome::succeeded(applied.note().as_deref()),
                now,
            )?;
            Ok(NextStep::Done)
        }
        Ok(Answer::State(state)) => apply_looked_up(tx, actor, &operation, call, &state, timing),
        Ok(Answer::Changed(Change::Scheduled { ask_again })) => {
            let progress = Progress {
                status: Some(EsimOperationStatus::Scheduled),
                next_attempt_at: Some(Some(now + ask_again)),
                ..Progress::default()
            };
            query::update(tx, id, &progress)?;
            Ok(NextStep::Done)
        }
        Ok(Answer::Changed(Change::Done)) => {
            apply_change(tx, actor, &operation, esim, now)?;
            finish(tx, actor, &operation, Outcome::succeeded(None), now)?;
            Ok(NextStep::Done)
        }
        Ok(Answer::Cancelled(cancellation)) => {
            apply_change(tx, actor, &operation, esim, now)?;
            let note = describe_cancellation(&cancellation);
            let outcome = Outcome {
                provider_ref: match &cancellation {
                    Cancellation::Requested { claim_ref } => Some(claim_ref),
                    _ => None,
                },
                ..Outcome::succeeded(Some(&note))
            };
            finish(tx, actor, &operation, outcome, now)?;
            Ok(NextStep::Done)
        }
        Err(error) => apply_error(tx, actor, &operation, call, &error, timing),
    }
}

fn describe_cancellation(cancellation: &Cancellation) -> String {
    match cancellation {
        Cancellation::Refunded(Some(cost)) => format!(
            "The provider refunded {}.",
            cost.amount.in_currency(cost.currency)
        ),
        Cancellation::Refunded(None) => "The provider refunded the cost.".to_owned(),
        Cancellation::Requested { .. } => {
            "The provider decides later whether it refunds the cost.".to_owned()
        }
        Cancellation::WithoutRefund => "The provider does not refund the cost.".to_owned(),
    }
}

/// The time of an answer, and how long a request of the provider may be on its way.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// The time of the answer.
    pub now: DateTime<Utc>,
    /// How long after the end of a call the provider may still register it.
    pub registration_time: TimeDelta,
    /// Whether the answer is about the outcome of an earlier request.
    pub phase: Phase,
}

/// What a provider was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// For the change.
    Send,
    /// For the outcome of an earlier request.
    LookUp,
}

/// Applies the state that was looked up after a missing answer. A change that is not in force is requested again, once a
/// request that is still on its way must have arrived.
fn apply_looked_up(
    tx: &mut Tx<'_>,
    actor: &Actor,
    operation: &Operation,
    call: &Call,
    state: &EsimState,
    timing: Timing,
) -> Result<NextStep> {
    let now = timing.now;
    let Some(esim) = operation.esim_id else {
        return Ok(NextStep::Done);
    };
    if is_in_force(call.kind, state) {
        apply_change(tx, actor, operation, esim, now)?;
        refresh::apply(tx, actor, esim, state, now)?;
        finish(tx, actor, operation, Outcome::succeeded(None), now)?;
        return Ok(NextStep::Done);
    }
    if call.kind == EsimOperationKind::Cancel && state.status.is_none() {
        let why = "The provider did not answer, and does not report whether the eSIM is cancelled. Check the eSIM at the provider.";
        finish(tx, actor, operation, Outcome::failed(why), now)?;
        return Ok(NextStep::Done);
    }
    let is_settled = operation
        .sent_at
        .is_none_or(|sent| now - sent >= timing.registration_time);
    if !is_settled {
        return Ok(NextStep::RetryLater(
            "the provider has not registered the change yet".to_owned(),
        ));
    }
    if operation.status == EsimOperationStatus::Scheduled {
        let again = Some(Some(now + LOOK_AGAIN));
        let progress = Progress {
            next_attempt_at: again,
            ..Progress::default()
        };
        query::update(tx, operation.id, &progress)?;
        return Ok(NextStep::Done);
    }
    mark_sent(tx, operation, now)?;
    Ok(NextStep::Send(call.clone()))
}

/// Returns whether the state at the provider is the one that an operation leads to.
fn is_in_force(kind: EsimOperationKind, state: &EsimState) -> bool {
    match kind {
        EsimOperationKind::Cancel => {
            state.is_recycled || state.status == Some(EsimStatus::Cancelled)
        }
        _ => state.status.is_some() && state.status == target_status(kind),
    }
}

/// Applies the error of a call. An error without effect ends the operation; after an unknown outcome the job looks it up.
fn apply_error(
    tx: &mut Tx<'_>,
    actor: &Actor,
    operation: &Operation,
    call: &Call,
    error: &SupplierError,
    timing: Timing,
) -> Result<NextStep> {
    let (text, now) = (error.to_string(), timing.now);
    match (error, timing.phase) {
        (
            SupplierError::Refused {
                reason: Refusal::Recycled,
                ..
            },
            _,
        ) if call.kind == EsimOperationKind::Cancel => {
            let Some(esim) = operation.esim_id else {
                return Ok(NextStep::Done);
            };
            apply_change(tx, actor, operation, esim, now)?;
            let note = "The provider had taken the eSIM back before.";
            finish(tx, actor, operation, Outcome::succeeded(Some(note)), now)?;
            Ok(NextStep::Done)
        }
        (
            SupplierError::Refused {
                reason: Refusal::Recycled,
                ..
            },
            _,
        ) => {
            if let Some(esim) = operation.esim_id {
                refresh::apply_recycled(tx, actor, esim, now)?;
            }
            finish(tx, actor, operation, Outcome::refused(&text), now)?;
            Ok(NextStep::Done)
        }
        // The request did not leave, or the provider accepts no call now: nothing was changed, and the job sends it again.
        (
            SupplierError::Refused {
                reason: Refusal::Unreachable | Refusal::Maintenance,
                ..
            },
            _,
        )
        | (SupplierError::RateLimited { .. }, _) => {
            if timing.phase == Phase::Send {
                let progress = Progress {
                    status: Some(EsimOperationStatus::Queued),
                    error: Some(Some(&text)),
                    ..Progress::default()
                };
                query::update(tx, operation.id, &progress)?;
            }
            Ok(NextStep::RetryLater(text))
        }
        (SupplierError::Refused { .. } | SupplierError::Unauthorized { .. }, Phase::Send) => {
            finish(tx, actor, operation, Outcome::refused(&text), now)?;
            Ok(NextStep::Done)
        }
        (SupplierError::Unsupported, Phase::Send) => {
            let why = "The provider's API does not offer this operation.";
            finish(tx, actor, operation, Outcome::refused(why), now)?;
            Ok(NextStep::Done)
        }
        // A suspension or resumption can be repeated safely, a cancellation cannot.
        (SupplierError::Unsupported, Phase::LookUp) if call.kind != EsimOperationKind::Cancel => {
            mark_sent(tx, operation, now)?;
            Ok(NextStep::Send(call.clone()))
        }
        (SupplierError::Unsupported | SupplierError::Refused { .. }, Phase::LookUp) => {
            let why = format!(
                "The provider did not answer, and the outcome cannot be looked up. Check the eSIM at the provider. {text}"
            );
            finish(tx, actor, operation, Outcome::failed(&why), now)?;
            Ok(NextStep::Done)
        }
        (SupplierError::Unknown { .. }, _)
        | (SupplierError::Unauthorized { .. }, Phase::LookUp) => {
            let progress = Progress {
                error: Some(Some(&text)),
                ..Progress::default()
            };
            query::update(tx, operation.id, &progress)?;
            Ok(NextStep::RetryLater(text))
        }
    }
}

/// Marks an operation as failed after the last attempt of its job. An operation that was never sent is refused: nothing was
/// changed.
pub fn abandon(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimOperationId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let operation = query::lock(tx, id)?;
    let outcome = match operation.status {
        EsimOperationStatus::Queued => Outcome::refused(why),
        _ => Outcome::failed(why),
    };
    finish(tx, actor, &operation, outcome, now)
}

#[cfg(test)]
mod tests;
