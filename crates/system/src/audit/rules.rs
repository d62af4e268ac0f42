//! How entries are linked, and what a link says of the record.

use super::query::chain::{self, Link, Logged};
use platform::{
    Result, Tx,
    crypto::{self, Keyring},
};
use wire::system::audit::{AuditHead, Finding, FindingKind};

/// The purpose of the key that links are made with.
const PURPOSE: &str = "audit chain";
/// What stands before the first link.
const NOTHING: [u8; 32] = [0; 32];
/// Entries that are linked in one transaction.
pub const AT_ONCE: i64 = 1000;

/// The hash of a link: of the one before, and of its entry.
pub fn hash(keys: &Keyring, before: &[u8], entry: &Logged) -> Result<Vec<u8>> {
    crypto::sign(
        &keys.derive(PURPOSE),
        &[before, entry.bytes().as_slice()].concat(),
    )
}

/// Links what is young and genuine; how many entries that were, and whether there may be more.
pub fn link_young(tx: &mut Tx<'_>, keys: &Keyring) -> Result<(i64, bool)> {
    chain::hold(tx)?;
    let since = chain::young_since(tx.conn())?;
    let found = chain::unlinked(tx.conn(), since, AT_ONCE)?;
    let full = i64::try_from(found.len()).unwrap_or(0) == AT_ONCE;
    let linked = link(tx, keys, found)?;
    // What cannot be linked stays, and would be found again and again.
    Ok((linked, full && linked > 0))
}

/// Links these entries, if they are genuine; how many were. Whoever calls holds the chain.
pub fn link(tx: &mut Tx<'_>, keys: &Keyring, entries: Vec<Logged>) -> Result<i64> {
    let last = chain::last(tx.conn())?;
    let (mut seq, mut before) = last.map_or((0, NOTHING.to_vec()), |last| (last.seq, last.hash));
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

/// The end of the chain, to be kept elsewhere.
pub fn head_of(link: &Link) -> AuditHead {
    AuditHead {
        seq: link.seq,
        hash: hex(&link.hash),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Follows the chain, link by link.
pub struct Follower<'a> {
    keys: &'a Keyring,
    seq: i64,
    /// Unknown after a gap.
    before: Option<Vec<u8>>,
}

impl<'a> Follower<'a> {
    /// From its beginning.
    pub fn new(keys: &'a Keyring) -> Self {
        Self {
            keys,
            seq: 0,
            before: Some(NOTHING.to_vec()),
        }
    }

    /// The next link, and the entry that it names, if that is there; what is wrong.
    pub fn next(&mut self, link: &Link, entry: Option<&Logged>) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        if link.seq != self.seq + 1 {
            found.push(gap(self.seq + 1, link.seq - 1));
            self.before = None;
        }
        let at = |kind, says: &str| Finding {
            kind,
            log: Some(link.log.clone()),
            entry_id: Some(link.entry_id),
            seq: Some(link.seq),
            says: format!(
                "Link {}, entry {} of the {} log: {says}",
                link.seq, link.entry_id, link.log
            ),
        };
        match (entry, &self.before) {
            (None, _) => found.push(at(FindingKind::Removed, "it is not there any more.")),
            (Some(entry), _) if !entry.is_genuine(self.keys) => found.push(at(
                FindingKind::Edited,
                "it does not say what it said when it was written.",
            )),
            (Some(entry), Some(before)) if hash(self.keys, before, entry)? != link.hash => found
                .push(at(
                    FindingKind::Reordered,
                    "it does not follow from the link before.",
                )),
            _ => {}
        }
        self.seq = link.seq;
        self.before = Some(link.hash.clone());
        Ok(found)
    }

    /// How many links there were, by their own count.
    pub fn end(&self) -> i64 {
        self.seq
    }
}

fn gap(from: i64, to: i64) -> Finding {
    Finding {
        kind: FindingKind::Gap,
        log: None,
        entry_id: None,
        seq: Some(from),
        says: if from == to {
            format!("Link {from} is missing.")
        } else {
            format!("The links {from} to {to} are missing.")
        },
    }
}

/// An entry that no link names and that the program did not write.
pub fn stranger(entry: &Logged) -> Finding {
    let (log, id) = (entry.log().as_str(), entry.id());
    Finding {
        kind: FindingKind::Inserted,
        log: Some(log.to_owned()),
        entry_id: Some(id),
        seq: None,
        says: format!(
            "Entry {id} of the {log} log was not written by the program, or was changed before it was linked."
        ),
    }
}

/// What a head that was noted says of the link that stands in its place.
pub fn compare(head: &AuditHead, link: Option<&Link>) -> Option<Finding> {
    let says = match link {
        Some(link) if hex(&link.hash) == head.hash => return None,
        Some(_) => format!(
            "The chain had another link {} when its head was noted: what stood there was replaced.",
            head.seq
        ),
        None => format!(
            "The chain went up to link {} when its head was noted: its end was cut off.",
            head.seq
        ),
    };
    Some(Finding {
        kind: FindingKind::Truncated,
        log: None,
        entry_id: None,
        seq: Some(head.seq),
        says,
    })
}
