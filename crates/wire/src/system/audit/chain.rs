//! Whether the record is whole: the chain that its entries are linked by, and what a check of it finds.

use crate::{Check, FieldErrors, Param};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A place in the chain, and the hash of everything up to it. Kept somewhere else, it proves later that nothing
/// before it was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditHead {
    /// Which link; they are counted from one.
    pub seq: i64,
    /// Its hash, 64 hexadecimal digits.
    pub hash: String,
}

impl Param for AuditHead {
    fn parse(text: &str) -> Result<Self, &'static str> {
        const SHAPE: &str = "must be a number, a colon and 64 hexadecimal digits";
        let (seq, hash) = text.trim().split_once(':').ok_or(SHAPE)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 1).ok_or(SHAPE)?;
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(SHAPE);
        }
        Ok(Self {
            seq,
            hash: hash.to_lowercase(),
        })
    }
    fn show(&self) -> String {
        format!("{}:{}", self.seq, self.hash)
    }
}

/// What a check is to compare the chain with, beside the head that was exported last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct VerifyAudit {
    /// A head that was noted before, as `4711:` and 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

impl VerifyAudit {
    /// The head that was noted; one that cannot be read was refused before.
    pub fn noted(&self) -> Option<AuditHead> {
        self.head
            .as_deref()
            .and_then(|text| AuditHead::parse(text).ok())
    }
}

impl Check for VerifyAudit {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(Err(why)) = self.head.as_deref().map(AuditHead::parse) {
            bad.add("head", "type", format!("It {why}."));
        }
    }
}

text_enum! {
    /// What is wrong with the record.
    FindingKind: text {
        /// An entry does not say what it said when it was written.
        Edited = "edited",
        /// An entry that was linked is not there.
        Removed = "removed",
        /// An entry was not written by the program.
        Inserted = "inserted",
        /// A link does not follow from the one before: links were changed, taken away or put in another order.
        Reordered = "reordered",
        /// Links are missing in the middle.
        Gap = "gap",
        /// The chain ends before a head that was noted, or goes another way to it.
        Truncated = "truncated",
    }
}

/// Something that is wrong with the record, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// In which log: `audit` or `access`; null where it is the chain.
    pub log: Option<String>,
    /// Which entry.
    pub entry_id: Option<uuid::Uuid>,
    /// Which link.
    pub seq: Option<i64>,
    /// The same in a sentence.
    pub says: String,
}

/// What a check of the record came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditVerdict {
    /// Whether nothing is wrong.
    pub is_whole: bool,
    /// Links that were checked.
    pub links: i64,
    /// Entries that the check has linked, because they were too young to be linked before.
    pub newly_linked: i64,
    /// Where the chain ends now: note it somewhere else. Null while there is no entry.
    pub head: Option<AuditHead>,
    /// The heads that the chain was compared with.
    pub compared_with: Vec<AuditHead>,
    /// How much is wrong.
    pub found: i64,
    /// The first hundred things that are wrong.
    pub findings: Vec<Finding>,
    /// When the check was made.
    pub checked_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::AuditHead;
    use crate::Param;

    #[test]
    fn a_head_is_read_as_it_is_shown() {
        let head = AuditHead {
            seq: 4711,
            hash: "0f".repeat(32),
        };
        assert_eq!(AuditHead::parse(&head.show()), Ok(head));
        for text in ["", "1", "0:00", "x:00", "-1:00"] {
            let whole = text.replace("00", &"00".repeat(32));
            assert!(AuditHead::parse(text).is_err() && AuditHead::parse(&whole).is_err());
        }
    }
}
