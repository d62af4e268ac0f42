//! Bulk actions: one request for many records, with one result per record.

use crate::{Check, FieldErrors, Problem};
use serde::{Deserialize, Serialize};

/// Maximum number of records in one bulk request.
pub const MAX_IDS: usize = 500;

/// A bulk action and the records to apply it to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BulkRequest<A> {
    /// The action to apply to each record.
    pub action: A,
    /// The reason, stored in the audit log. Some actions require it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// IDs of the records, 500 at most.
    pub ids: Vec<uuid::Uuid>,
}

/// The results of a bulk action, in the order of the request. The API answers with 207.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BulkOutcome {
    /// One result per ID.
    pub data: Vec<BulkResult>,
    /// Number of records to which the action was applied.
    pub done: usize,
    /// Number of records for which the action was rejected.
    pub refused: usize,
}

/// The result of a bulk action for one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BulkResult {
    /// ID of the record.
    pub id: uuid::Uuid,
    /// Why the action was rejected; null when it was applied.
    pub problem: Option<Problem>,
}

impl BulkOutcome {
    /// Counts the results of the single records.
    pub fn from_results(data: Vec<BulkResult>) -> Self {
        let refused = data.iter().filter(|row| row.problem.is_some()).count();
        Self {
            done: data.len() - refused,
            refused,
            data,
        }
    }
}

impl<A> Check for BulkRequest<A> {
    fn check(&self, bad: &mut FieldErrors) {
        if self.ids.is_empty() {
            bad.add("ids", "required", "Choose at least one.");
        }
        if self.ids.len() > MAX_IDS {
            bad.add("ids", "too_many", format!("Choose {MAX_IDS} at most."));
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
