//! Links log entries to the chain, and verifies links.

use super::query::chain::{self, Link, LogEntry};
use platform::{
    Result, Tx,
    crypto::{self, Keyring},
};
use wire::system::audit::{AuditFinding, AuditFindingKind, AuditHead};

/// The purpose from which the key of the links is derived.
const PURPOSE: &str = "audit chain";
/// The hash before the first link.
const GENESIS: [u8; 32] = [0; 32];
/// Entries that are linked in one transaction.
pub const BATCH: i64 = 1000;

/// Returns the hash of a link, over the hash of the previous link and the entry.
pub fn hash(keys: &Keyring, before: &[u8], entry: &LogEntry) -> Result<Vec<u8>> {
    crypto::sign(
        &keys.derive(PURPOSE),
        &[before, entry.bytes().as_slice()].concat(),
    )
}

/// Links the genuine entries of the last minutes, and returns their number and whether more may exist.
pub fn link_recent(tx: &mut Tx<'_>, keys: &Keyring) -> Result<(i64, bool)> {
    chain::lock(tx)?;
    let since = chain::unlinked_since(tx.conn())?;
    let found = chain::unlinked(tx.conn(), since, BATCH)?;
    let is_full = i64::try_from(found.len()).unwrap_or(0) == BATCH;
    let linked = link(tx, keys, found)?;
    // An entry that cannot be linked would be found by every iteration, so an iteration without progress is the last.
    Ok((linked, is_full && linked > 0))
}

/// Links the genuine entries among these, and returns their number. The caller holds the lock of the chain.
pub fn link(tx: &mut Tx<'_>, keys: &Keyring, entries: Vec<LogEntry>) -> Result<i64> {
    let last = chain::last(tx.conn())?;
    let (mut seq, mut before) = last.map_or((0, GENESIS.to_vec()), |last| (last.seq, last.hash));
    let mut links = Vec::with_capacity(entries.len());
    for entry in entries.iter().filter(|entry| entry.is_genuine(keys)) {
        seq += 1;
        before = hash(keys, &before, entry)?;
        links.push(Link {
            seq,
            log: entry.log().as_str().to_owned(),
            entry_id: entry.id(),
            hash: before.clone(),
        });
    }
    if !links.is_empty() {
        chain::add(tx, &links)?;
    }
    Ok(i64::try_from(links.len()).unwrap_or(i64::MAX))
}

/// Returns a link as the head of the chain, to be stored outside the database.
pub fn head_of(link: &Link) -> AuditHead {
    AuditHead {
        seq: link.seq,
        hash: hex(&link.hash),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Verifies the chain link by link.
pub struct Follower<'a> {
    keys: &'a Keyring,
    seq: i64,
    /// Unknown after a gap.
    before: Option<Vec<u8>>,
}

impl<'a> Follower<'a> {
    /// Starts before the first link.
    pub fn new(keys: &'a Keyring) -> Self {
        Self {
            keys,
            seq: 0,
            before: Some(GENESIS.to_vec()),
        }
    }

    /// Verifies the next link and its entry, `None` when the entry is missing. Returns the findings.
    pub fn next(&mut self, link: &Link, entry: Option<&LogEntry>) -> Result<Vec<AuditFinding>> {
        let mut found = Vec::new();
        if link.seq != self.seq + 1 {
            found.push(gap(self.seq + 1, link.seq - 1));
            self.before = None;
        }
        let at = |kind, message: &str| AuditFinding {
            kind,
            log: Some(link.log.clone()),
            entry_id: Some(link.entry_id),
            seq: Some(link.seq),
            message: format!(
                "Link {}, entry {} of the {} log: {message}",
                link.seq, link.entry_id, link.log
            ),
        };
        match (entry, &self.before) {
            (None, _) => found.push(at(AuditFindingKind::Removed, "the entry was removed.")),
            (Some(entry), _) if !entry.is_genuine(self.keys) => found.push(at(
                AuditFindingKind::Edited,
                "the entry was changed after it was written.",
            )),
            (Some(entry), Some(before)) if hash(self.keys, before, entry)? != link.hash => found
                .push(at(
                    AuditFindingKind::Reordered,
                    "the link does not match the previous link.",
                )),
            _ => {}
        }
        self.seq = link.seq;
        self.before = Some(link.hash.clone());
        Ok(found)
    }

    /// Returns the number of the last verified link.
    pub fn end(&self) -> i64 {
        self.seq
    }
}

fn gap(from: i64, to: i64) -> AuditFinding {
    AuditFinding {
        kind: AuditFindingKind::Gap,
        log: None,
        entry_id: None,
        seq: Some(from),
        message: if from == to {
            format!("Link {from} is missing.")
        } else {
            format!("The links {from} to {to} are missing.")
        },
    }
}

/// Returns the finding for an entry that has no link and that the server did not write.
pub fn inserted_finding(entry: &LogEntry) -> AuditFinding {
    let (log, id) = (entry.log().as_str(), entry.id());
    AuditFinding {
        kind: AuditFindingKind::Inserted,
        log: Some(log.to_owned()),
        entry_id: Some(id),
        seq: None,
        message: format!(
            "Entry {id} of the {log} log was not written by the server, or was changed before it was linked."
        ),
    }
}

/// Compares a noted head with the link of the same number, and returns a finding when they differ.
pub fn compare(head: &AuditHead, link: Option<&Link>) -> Option<AuditFinding> {
    let message = match link {
        Some(link) if hex(&link.hash) == head.hash => return None,
        Some(_) => format!(
            "The chain had another link {} when its head was noted: the link was replaced.",
            head.seq
        ),
        None => format!(
            "The chain had a link {} when its head was noted: the end of the chain was cut off.",
            head.seq
        ),
    };
    Some(AuditFinding {
        kind: AuditFindingKind::Truncated,
        log: None,
        entry_id: None,
        seq: Some(head.seq),
        message,
    })
}
