//! Verification of the audit log: the hash chain that links its entries, and the findings of a check.

use crate::{Check, FieldErrors, Param};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A position in the hash chain, and the hash of all entries up to it. A copy outside the database proves later that no
/// entry before it was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditHead {
    /// Number of the link, from 1.
    pub seq: i64,
    /// Hash of the link, 64 hexadecimal digits.
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

/// A known head to compare the chain with, in addition to the head that was exported last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct VerifyAudit {
    /// The known head: its number, `:` and 64 hexadecimal digits, as in `4711:0f0f...`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

impl VerifyAudit {
    /// Returns the known head. Validation has rejected heads that cannot be parsed.
    pub fn parsed_head(&self) -> Option<AuditHead> {
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
    /// Kinds of tampering with the audit log.
    AuditFindingKind: text {
        /// The content of an entry was changed after it was written.
        Edited = "edited",
        /// A linked entry is missing.
        Removed = "removed",
        /// The program did not write the entry.
        Inserted = "inserted",
        /// A link does not follow from the previous one: links were changed, removed or reordered.
        Reordered = "reordered",
        /// Links in the middle of the chain are missing.
        Gap = "gap",
        /// The chain ends before a known head, or does not contain it.
        Truncated = "truncated",
    }
}

/// A sign of tampering with the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditFinding {
    /// Kind of tampering.
    pub kind: AuditFindingKind,
    /// The log: `audit` or `access`; null for the chain itself.
    pub log: Option<String>,
    /// ID of the entry.
    pub entry_id: Option<uuid::Uuid>,
    /// Number of the link.
    pub seq: Option<i64>,
    /// The finding in a sentence.
    pub message: String,
}

/// The result of a verification of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditVerification {
    /// True when there are no findings.
    pub is_whole: bool,
    /// Number of verified links.
    pub links: i64,
    /// Number of recent entries that the verification has linked.
    pub newly_linked: i64,
    /// The current head of the chain: store a copy outside the database. Null while there are no entries.
    pub head: Option<AuditHead>,
    /// The heads that the chain was compared with.
    pub compared_with: Vec<AuditHead>,
    /// Number of findings.
    pub found: i64,
    /// The first hundred findings.
    pub findings: Vec<AuditFinding>,
    /// Time of the verification.
    pub checked_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::AuditHead;
    use crate::Param;

    #[test]
    fn head_parses_its_formatted_text() {
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
