//! A check of the whole record: from its first link to its last, some thousand entries at a time, however many there
//! are.

use super::{
    heads, jobs,
    query::chain::{self, Link, Log, Logged},
    rules::{self, Follower},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Caller, Ctx, Result,
    audit::{self, Act},
    crypto::Keyring,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;
use wire::{
    permission::needs::AuditRead,
    system::audit::{AuditHead, AuditVerdict, Finding},
};

/// Findings that are told one by one; the others are counted.
const TOLD: usize = 100;
/// Entries that are looked at together.
const AT_ONCE: i64 = 1000;

/// Checks the record for somebody, and leaves word that they did and what came of it.
pub async fn for_caller(
    caller: Caller<AuditRead>,
    noted: Option<AuditHead>,
) -> Result<AuditVerdict> {
    // Who may not know learns nothing, and costs nothing.
    caller.read(|_, _| Ok(())).await?;
    let verdict = run(caller.ctx(), noted).await?;
    keep(caller.ctx(), &verdict).await?;
    let outcome = outcome(&verdict);
    caller
        .write(move |tx, actor| audit::record(tx, actor, act(outcome)))
        .await?;
    Ok(verdict)
}

/// Checks the record for whoever has the keys and a terminal.
pub async fn for_operator(ctx: &Ctx, noted: Option<AuditHead>) -> Result<AuditVerdict> {
    let verdict = run(ctx, noted).await?;
    keep(ctx, &verdict).await?;
    let (actor, outcome) = (Actor::system(ctx), outcome(&verdict));
    ctx.db
        .write(move |tx| audit::record(tx, &actor, act(outcome)))
        .await?;
    Ok(verdict)
}

/// What was found whole up to here is kept elsewhere at once, and not only with the next minute.
async fn keep(ctx: &Ctx, verdict: &AuditVerdict) -> Result<()> {
    match &verdict.head {
        Some(head) if verdict.is_whole => heads::export(ctx, head).await,
        _ => Ok(()),
    }
}

fn act<'a>(outcome: Value) -> Act<'a> {
    Act::new("audit.verify", "audit", Uuid::nil()).changing(outcome)
}

fn outcome(verdict: &AuditVerdict) -> Value {
    json!({ "is_whole": verdict.is_whole, "links": verdict.links, "found": verdict.found })
}

/// Where the chain ends now.
pub async fn head(ctx: &Ctx) -> Result<Option<AuditHead>> {
    let last = ctx.db.read(chain::last).await?;
    Ok(last.as_ref().map(rules::head_of))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    told: Vec<Finding>,
    count: i64,
}

impl Found {
    fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(finding);
        }
    }
}

/// The check: the noted heads first, before anything is linked; then what has no link; then every link.
pub async fn run(ctx: &Ctx, noted: Option<AuditHead>) -> Result<AuditVerdict> {
    let mut found = Found::default();
    let mut compared_with: Vec<AuditHead> = heads::newest(ctx).await?.into_iter().collect();
    compared_with.extend(noted.filter(|head| !compared_with.contains(head)));
    for head in &compared_with {
        let seq = head.seq;
        let link = ctx.db.read(move |conn| chain::link(conn, seq)).await?;
        rules::compare(head, link.as_ref())
            .into_iter()
            .for_each(|finding| found.add(finding));
    }
    let mut newly_linked = jobs::link(ctx).await?;
    for log in Log::BOTH {
        newly_linked += link_rest(ctx, log, &mut found).await?;
    }
    let links = follow(ctx, &mut found).await?;
    Ok(AuditVerdict {
        is_whole: found.count == 0,
        links,
        newly_linked,
        head: head(ctx).await?,
        compared_with,
        found: found.count,
        findings: found.told,
        checked_at: ctx.clock.now(),
    })
}

/// Walks a whole log for entries without a link: links those that only came late, and tells of the others.
async fn link_rest(ctx: &Ctx, log: Log, found: &mut Found) -> Result<i64> {
    let mut place = (DateTime::<Utc>::UNIX_EPOCH, Uuid::nil());
    let mut linked = 0;
    loop {
        let (from, keys) = (place, ctx.keys.clone());
        let (next, strangers, some) = ctx
            .db
            .write(move |tx| {
                let part = chain::walk(tx.conn(), log, from, AT_ONCE)?;
                let ids: Vec<Uuid> = part.iter().map(|(_, id)| *id).collect();
                let known = chain::linked(tx.conn(), log, &ids)?;
                if ids.len() == known.len() {
                    return Ok((part.last().copied(), Vec::new(), 0));
                }
                chain::hold(tx)?;
                let (late, strangers) = without_link(tx.conn(), (log, &ids), &keys)?;
                let some = rules::link(tx, &keys, late)?;
                Ok((part.last().copied(), strangers, some))
            })
            .await?;
        strangers.into_iter().for_each(|finding| found.add(finding));
        linked += some;
        match next {
            Some(next) => place = next,
            None => return Ok(linked),
        }
    }
}

/// Of these entries those without a link: the genuine ones, and what is to be told of the others.
fn without_link(
    conn: &mut platform::Conn,
    (log, ids): (Log, &[Uuid]),
    keys: &Keyring,
) -> Result<(Vec<Logged>, Vec<Finding>)> {
    // Asked again: somebody may have linked some before this transaction held the chain.
    let known = chain::linked(conn, log, ids)?;
    let without: Vec<Uuid> = ids
        .iter()
        .copied()
        .filter(|id| !known.contains(id))
        .collect();
    let (mut late, strange): (Vec<Logged>, Vec<Logged>) = chain::entries(conn, log, &without)?
        .into_iter()
        .partition(|entry| entry.is_genuine(keys));
    late.sort_by_key(Logged::place);
    Ok((late, strange.iter().map(rules::stranger).collect()))
}

/// Follows the chain from its beginning to its end; how long it is.
async fn follow(ctx: &Ctx, found: &mut Found) -> Result<i64> {
    let mut follower = Follower::new(&ctx.keys);
    loop {
        let after = follower.end();
        let (links, entries) = ctx.db.read(move |conn| part(conn, after)).await?;
        if links.is_empty() {
            return Ok(follower.end());
        }
        for link in &links {
            let entry = entries.get(&(link.log.clone(), link.entry_id));
            follower
                .next(link, entry)?
                .into_iter()
                .for_each(|finding| found.add(finding));
        }
    }
}

type Entries = HashMap<(String, Uuid), Logged>;

/// The next links, and the entries that they name.
fn part(conn: &mut platform::Conn, after: i64) -> Result<(Vec<Link>, Entries)> {
    let links = chain::links(conn, after, AT_ONCE)?;
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
