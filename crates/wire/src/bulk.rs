//! Acts on many things at once: one result for each, never half silent.

use crate::{Check, FieldErrors, Problem};
use serde::{Deserialize, Serialize};

/// The most things that one request may act on.
pub const MOST: usize = 500;

/// What to do, and to which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Bulk<A> {
    /// The act.
    pub action: A,
    /// Why, for the record; some acts ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The things, 500 at most.
    pub ids: Vec<uuid::Uuid>,
}

/// What became of each, in the order they were named. Answered with 207.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BulkOutcome {
    /// One result per id.
    pub data: Vec<BulkResult>,
    /// How many were done.
    pub done: usize,
    /// How many were refused.
    pub refused: usize,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BulkResult {
    /// Which.
    pub id: uuid::Uuid,
    /// Why it was not done; null when it was.
    pub problem: Option<Problem>,
}

impl BulkOutcome {
    /// Of these results.
    pub fn of(data: Vec<BulkResult>) -> Self {
        let refused = data.iter().filter(|row| row.problem.is_some()).count();
        Self {
            done: data.len() - refused,
            refused,
            data,
        }
    }
}

impl<A> Check for Bulk<A> {
    fn check(&self, bad: &mut FieldErrors) {
        if self.ids.is_empty() {
            bad.add("ids", "required", "Choose at least one.");
        }
        if self.ids.len() > MOST {
            bad.add("ids", "too_many", format!("Choose {MOST} at most."));
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
