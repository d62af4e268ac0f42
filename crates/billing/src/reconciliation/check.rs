//! The check for discrepancies between orders, payments, refunds and eSIMs.

use super::query;
use crate::cases;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    billing::reconciliation::{CaseKind, ReconciliationRun},
    system::audit::AuditAction,
};

/// The resolution of a case whose discrepancy was corrected in the meantime.
const CORRECTED: &str = "The discrepancy no longer exists.";

/// Opens a case for every new discrepancy, and resolves the cases whose discrepancy no longer exists.
pub fn check(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<ReconciliationRun> {
    let mut checked = ReconciliationRun::default();
    for &kind in CaseKind::ALL {
        for id in query::resolve_corrected(tx, kind, CORRECTED, now)? {
            checked.resolved += 1;
            let act = AuditEvent::new(AuditAction::CaseResolve, id);
            audit::record(tx, actor, act.with_reason(Some(CORRECTED)))?;
        }
        for finding in query::new_findings(tx.conn(), kind, now)? {
            checked.opened += 1;
            cases::open(tx, actor, &finding, now)?;
        }
    }
    checked.open = query::open_count(tx.conn())?;
    Ok(checked)
}

/// Runs the check because a person requests it, and writes the audit event.
pub fn check_now(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<ReconciliationRun> {
    let checked = check(tx, actor, now)?;
    let change = json!({ "opened": checked.opened, "resolved": checked.resolved });
    let act = AuditEvent::of_kind(AuditAction::ReconciliationRun, "case");
    audit::record(tx, actor, act.with_change(change))?;
    Ok(checked)
}
