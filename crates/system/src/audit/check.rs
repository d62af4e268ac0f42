//! Verifies the audit log and the access log from the first link to the last, in batches, so that the size of the logs
//! does not matter.

use super::{
    heads, jobs,
    query::chain::{self, Link, Log, LogEntry},
    rules::{self, Follower},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Caller, Ctx, Result,
    audit::{self, AuditEvent},
    crypto::Keyring,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;
use wire::{
    permission::needs::AuditRead,
    system::audit::AuditAction,
    system::audit::{AuditFinding, AuditHead, AuditVerification},
};

/// The maximum number of findings in a verdict; further findings are only counted.
const LISTED: usize = 100;
/// Entries per batch.
const BATCH: i64 = 1000;

/// Verifies the logs for a caller, and records the verification with its result.
pub async fn for_caller(
    caller: Caller<AuditRead>,
    noted: Option<AuditHead>,
) -> Result<AuditVerification> {
    // Check the permission first: a caller without it learns nothing and causes no work.
    caller.read(|_, _| Ok(())).await?;
    let verdict = run(caller.ctx(), noted).await?;
    export_head(caller.ctx(), &verdict).await?;
    let outcome = outcome(&verdict);
    caller
        .write(move |tx, actor| audit::record(tx, actor, audit_event(outcome)))
        .await?;
    Ok(verdict)
}

/// Verifies the logs for an operator at the command line.
pub async fn for_operator(ctx: &Ctx, noted: Option<AuditHead>) -> Result<AuditVerification> {
    let verdict = run(ctx, noted).await?;
    export_head(ctx, &verdict).await?;
    let (actor, outcome) = (Actor::system(ctx), outcome(&verdict));
    ctx.db
        .write(move |tx| audit::record(tx, &actor, audit_event(outcome)))
        .await?;
    Ok(verdict)
}

/// Exports the head of logs that are intact immediately, instead of with the next minute.
async fn export_head(ctx: &Ctx, verdict: &AuditVerification) -> Result<()> {
    match &verdict.head {
        Some(head) if verdict.is_whole => heads::export(ctx, head).await,
        _ => Ok(()),
    }
}

fn audit_event<'a>(outcome: Value) -> AuditEvent<'a> {
    AuditEvent::of_kind(AuditAction::AuditVerify, "audit").with_change(outcome)
}

fn outcome(verdict: &AuditVerification) -> Value {
    json!({ "is_whole": verdict.is_whole, "links": verdict.links, "found": verdict.found })
}

/// Returns the current head of the chain.
pub async fn head(ctx: &Ctx) -> Result<Option<AuditHead>> {
    let last = ctx.db.read(chain::last).await?;
    Ok(last.as_ref().map(rules::head_of))
}

/// The findings so far.
#[derive(Default)]
struct Findings {
    listed: Vec<AuditFinding>,
    count: i64,
}

impl Findings {
    fn add(&mut self, finding: AuditFinding) {
        self.count += 1;
        if self.listed.len() < LISTED {
            self.listed.push(finding);
        }
    }
}

/// Verifies the logs: first the noted heads, before new links are added; then the entries without a link; then every
/// link.
pub async fn run(ctx: &Ctx, noted: Option<AuditHead>) -> Result<AuditVerification> {
    let mut findings = Findings::default();
    let mut compared_with: Vec<AuditHead> = heads::newest(ctx).await?.into_iter().collect();
    compared_with.extend(noted.filter(|head| !compared_with.contains(head)));
    for head in &compared_with {
        let seq = head.seq;
        let link = ctx.db.read(move |conn| chain::link(conn, seq)).await?;
        rules::compare(head, link.as_ref())
            .into_iter()
            .for_each(|finding| findings.add(finding));
    }
    let mut newly_linked = jobs::link(ctx).await?;
    for log in Log::BOTH {
        newly_linked += link_remaining(ctx, log, &mut findings).await?;
    }
    let links = follow_chain(ctx, &mut findings).await?;
    Ok(AuditVerification {
        is_whole: findings.count == 0,
        links,
        newly_linked,
        head: head(ctx).await?,
        compared_with,
        found: findings.count,
        findings: findings.listed,
        checked_at: ctx.clock.now(),
    })
}

/// Searches a whole log for entries without a link. Genuine entries, which were committed late, are linked; the others
/// become findings.
async fn link_remaining(ctx: &Ctx, log: Log, findings: &mut Findings) -> Result<i64> {
    let mut position = (DateTime::<Utc>::UNIX_EPOCH, Uuid::nil());
    let mut linked = 0;
    loop {
        let (after, keys) = (position, ctx.keys.clone());
        let (next, inserted, newly_linked) = ctx
            .db
            .write(move |tx| {
                let batch = chain::walk(tx.conn(), log, after, BATCH)?;
                let ids: Vec<Uuid> = batch.iter().map(|(_, id)| *id).collect();
                let known = chain::linked(tx.conn(), log, &ids)?;
                if ids.len() == known.len() {
                    return Ok((batch.last().copied(), Vec::new(), 0));
                }
                chain::lock(tx)?;
                let (late, inserted) = unlinked_of(tx.conn(), log, &ids, &keys)?;
                let newly_linked = rules::link(tx, &keys, late)?;
                Ok((batch.last().copied(), inserted, newly_linked))
            })
            .await?;
        inserted
            .into_iter()
            .for_each(|finding| findings.add(finding));
        linked += newly_linked;
        match next {
            Some(next) => position = next,
            None => return Ok(linked),
        }
    }
}

/// Returns the genuine entries among these that have no link, and a finding for each other entry without a link.
fn unlinked_of(
    conn: &mut platform::Conn,
    log: Log,
    ids: &[Uuid],
    keys: &Keyring,
) -> Result<(Vec<LogEntry>, Vec<AuditFinding>)> {
    // Read the links again: another transaction may have added some before this one locked the chain.
    let known = chain::linked(conn, log, ids)?;
    let unlinked: Vec<Uuid> = ids
        .iter()
        .copied()
        .filter(|id| !known.contains(id))
        .collect();
    let (mut late, inserted): (Vec<LogEntry>, Vec<LogEntry>) =
        chain::entries(conn, log, &unlinked)?
            .into_iter()
            .partition(|entry| entry.is_genuine(keys));
    late.sort_by_key(LogEntry::position);
    Ok((late, inserted.iter().map(rules::inserted_finding).collect()))
}

/// Follows the chain from its first link to its last, and returns the number of links.
async fn follow_chain(ctx: &Ctx, findings: &mut Findings) -> Result<i64> {
    let mut follower = Follower::new(&ctx.keys);
    loop {
        let after = follower.end();
        let (links, entries) = ctx.db.read(move |conn| next_links(conn, after)).await?;
        if links.is_empty() {
            return Ok(follower.end());
        }
        for link in &links {
            let entry = entries.get(&(link.log.clone(), link.entry_id));
            follower
                .next(link, entry)?
                .into_iter()
                .for_each(|finding| findings.add(finding));
        }
    }
}

type Entries = HashMap<(String, Uuid), LogEntry>;

/// Returns the next links and their entries.
fn next_links(conn: &mut platform::Conn, after: i64) -> Result<(Vec<Link>, Entries)> {
    let links = chain::links(conn, after, BATCH)?;
    let mut entries = HashMap::new();
    for log in Log::BOTH {
        let ids: Vec<Uuid> = links
            .iter()
            .filter(|link| link.log == log.as_str())
            .map(|link| link.entry_id)
            .collect();
        for entry in chain::entries(conn, log, &ids)? {
            entries.insert((log.as_str().to_owned(), entry.id()), entry);
        }
    }
    Ok((links, entries))
}
