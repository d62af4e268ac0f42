//! SQL of the timeline: one SELECT per kind of event, each by an index of its own, and the newest of all of them.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result};
use uuid::Uuid;
use wire::{UserId, accounts::users::TimelineEventKind, system::audit::AuditAction};

/// An event, as a query of the timeline returns it.
#[derive(Debug, Clone, QueryableByName)]
pub struct TimelineRow {
    /// The id of the event: several events may share the id of one record.
    #[diesel(sql_type = SqlUuid)]
    pub tie: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// The name of an action of the audit log, such as `order.place`; for a message, a ticket or a status of an eSIM, a name
    /// such as `message.sent`.
    #[diesel(sql_type = Text)]
    pub action: String,
    /// The kind of the record that the event is about.
    #[diesel(sql_type = Text)]
    pub subject: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub subject_id: Option<Uuid>,
    /// The name of the record, or its amount.
    #[diesel(sql_type = Nullable<Text>)]
    pub label: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub actor: Option<Uuid>,
    /// The reason, or the cause of a failure.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
}

/// The time and id of the event after which a page of the timeline starts.
pub type After = Option<(DateTime<Utc>, Uuid)>;

const fn selects_of_kind(kind: TimelineEventKind) -> &'static [&'static str] {
    match kind {
        TimelineEventKind::Account => &[
            "SELECT id, created_at AS at, action, 'user' AS subject, NULL::uuid AS subject_id, change->'role'->>'after' AS label, actor_id AS actor, reason AS note \
               FROM audit_log WHERE subject_type = 'user' AND subject_id = $1 AND action NOT LIKE 'session.%'",
        ],
        TimelineEventKind::Login => &[
            "SELECT id, created_at, action, 'session', NULL, ip, NULL, NULL FROM audit_log WHERE actor_id = $1 AND action = 'session.begin'",
            "SELECT id, created_at, action, 'session', NULL, ip, NULL, NULL FROM audit_log WHERE subject_type = 'user' AND subject_id = $1 AND action LIKE 'session.%'",
        ],
        TimelineEventKind::Kyc => &[
            "SELECT id, uploaded_at, 'kyc.upload', 'kyc_document', id, document_type::text, uploaded_by, NULL FROM kyc_documents WHERE user_id = $1",
            "SELECT id, verified_at, CASE status WHEN 'approved' THEN 'kyc.approve' ELSE 'kyc.reject' END, 'kyc_document', id, document_type::text, verified_by, rejection_reason FROM kyc_documents WHERE user_id = $1 AND verified_at IS NOT NULL",
        ],
        TimelineEventKind::Order => &[
            "SELECT id, created_at, 'order.place', 'order', id, order_number, created_by, terms->>'name' FROM orders WHERE user_id = $1",
            "SELECT id, paid_at, 'order.pay', 'order', id, order_number, NULL, NULL FROM orders WHERE user_id = $1 AND paid_at IS NOT NULL",
            "SELECT id, fulfilled_at, 'order.fulfil', 'order', id, order_number, NULL, NULL FROM orders WHERE user_id = $1 AND fulfilled_at IS NOT NULL",
            "SELECT id, cancelled_at, 'order.cancel', 'order', id, order_number, NULL, CASE WHEN status = 'cancelled' THEN status_reason END FROM orders WHERE user_id = $1 AND cancelled_at IS NOT NULL",
            "SELECT id, updated_at, CASE status WHEN 'failed' THEN 'order.fail' ELSE 'order.review' END, 'order', id, order_number, NULL, status_reason FROM orders WHERE user_id = $1 AND status IN ('needs_review', 'failed')",
        ],
        TimelineEventKind::Payment => &[
            "SELECT id, created_at, 'transaction.open', 'transaction', id, total_amount || ' ' || currency, NULL, NULL FROM transactions WHERE user_id = $1",
            "SELECT id, completed_at, 'transaction.complete', 'transaction', id, total_amount || ' ' || currency, NULL, NULL FROM transactions WHERE user_id = $1 AND completed_at IS NOT NULL",
            "SELECT id, updated_at, CASE status WHEN 'failed' THEN 'transaction.fail' ELSE 'transaction.cancel' END, 'transaction', id, total_amount || ' ' || currency, NULL, failure_reason FROM transactions WHERE user_id = $1 AND status IN ('failed', 'cancelled')",
            "SELECT r.id, r.processed_at, 'refund.process', 'refund', r.id, r.amount || ' ' || r.currency, r.processed_by, NULL \
               FROM refunds r JOIN transactions t ON t.id = r.transaction_id WHERE t.user_id = $1 AND r.processed_at IS NOT NULL AND r.status = 'processed'",
        ],
        // How an eSIM was imported does not concern its owner.
        TimelineEventKind::Esim => &[
            "SELECT h.id, h.created_at, CASE WHEN h.from_status IS DISTINCT FROM h.to_status THEN 'esim.' || h.to_status \
                 WHEN h.from_profile_state IS DISTINCT FROM h.to_profile_state THEN 'profile.' || h.to_profile_state ELSE 'esim.assigned' END, \
                 'esim', e.id, e.iccid, h.actor_id, h.reason \
               FROM esims e JOIN esim_state_history h ON h.esim_id = e.id WHERE e.user_id = $1 AND h.source <> 'import'",
        ],
        TimelineEventKind::Message => &[
            "SELECT id, coalesce(sent_at, created_at), 'message.' || CASE WHEN sent_at IS NOT NULL THEN 'sent' ELSE status::text END, 'notification', id, subject, NULL, \
                 CASE WHEN sent_at IS NULL THEN last_error END FROM notifications WHERE user_id = $1 AND type <> 'in_app'",
        ],
        TimelineEventKind::Ticket => &[
            "SELECT id, created_at, 'ticket.open', 'ticket', id, ticket_number, NULL, NULL FROM support_tickets WHERE user_id = $1 AND deleted_at IS NULL",
            "SELECT id, resolved_at, 'ticket.resolve', 'ticket', id, ticket_number, NULL, NULL FROM support_tickets WHERE user_id = $1 AND deleted_at IS NULL AND resolved_at IS NOT NULL",
        ],
    }
}

/// The actions on an account that its owner sees.
const OWN_ACTIONS: [AuditAction; 9] = [
    AuditAction::UserCreate,
    AuditAction::UserEdit,
    AuditAction::UserActivate,
    AuditAction::UserDeactivate,
    AuditAction::UserSuspend,
    AuditAction::UserBan,
    AuditAction::UserUndoStatus,
    AuditAction::UserRestore,
    AuditAction::UserExport,
];

/// Returns events of these kinds, the newest first. For the owner of the account (`is_own`), it leaves out internal
/// actions.
pub fn timeline(
    conn: &mut Conn,
    id: UserId,
    is_own: bool,
    kinds: &[TimelineEventKind],
    after: After,
    limit: i64,
) -> Result<Vec<TimelineRow>> {
    const BEFORE: &str = "($2::timestamptz IS NULL OR (at, tie) < ($2, $3::uuid))";
    const NEWEST: &str = "ORDER BY at DESC, tie DESC LIMIT $4";
    let parts: Vec<String> = kinds
        .iter()
        .flat_map(|kind| selects_of_kind(*kind).iter().map(move |select| (*kind, *select)))
        .map(|(kind, select)| {
            let only_own = if is_own && kind == TimelineEventKind::Account {
                " AND action = ANY($5)"
            } else {
                ""
            };
            format!(
                "(SELECT * FROM (SELECT md5(action || id)::uuid AS tie, at, action::text, subject::text, subject_id::uuid, label::text, actor::uuid, note::text \
                 FROM ({select}{only_own}) AS event (id, at, action, subject, subject_id, label, actor, note)) AS tied WHERE {BEFORE} {NEWEST})"
            )
        })
        .collect();
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let (at, tie) = after.unzip();
    let all = parts.join(" UNION ALL ");
    let own = OWN_ACTIONS.map(AuditAction::as_str).to_vec();
    Ok(
        diesel::sql_query(format!("SELECT * FROM ({all}) AS events {NEWEST}"))
            .bind::<SqlUuid, _>(id.0)
            .bind::<Nullable<Timestamptz>, _>(at)
            .bind::<Nullable<SqlUuid>, _>(tie)
            .bind::<BigInt, _>(limit)
            .bind::<Array<Text>, _>(own)
            .load(conn)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Topics of events that the audit log does not have.
    const OTHER_TOPICS: [&str; 4] = ["esim", "profile", "message", "ticket"];

    #[test]
    fn every_action_in_the_sql_is_one_of_the_audit_log() {
        for kind in TimelineEventKind::ALL {
            let words = selects_of_kind(*kind)
                .iter()
                .flat_map(|select| select.split('\''));
            for name in words.filter(|word| word.contains('.') && !word.contains([' ', '%'])) {
                let topic = name.split('.').next().unwrap_or_default();
                assert!(
                    OTHER_TOPICS.contains(&topic) || AuditAction::from_name(name).is_some(),
                    "{name}"
                );
            }
        }
    }
}
