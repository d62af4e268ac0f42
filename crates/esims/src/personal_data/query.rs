//! SQL of the personal data of eSIMs.

use diesel::prelude::*;
use platform::{Result, Tx, audit, people::ExportTable};
use schema::esims;
use wire::UserId;

/// The exported tables. The activation code is left out: it is a secret that the person can reveal separately.
pub const EXPORTED_TABLES: &[ExportTable] = &[
    ExportTable {
        table: "esims",
        select: "SELECT id, iccid, eid, plan_id, status, profile_state, assigned_at, installed_at, activated_at, expires_at FROM esims WHERE user_id = $1 ORDER BY assigned_at",
        sealed: &[],
    },
    ExportTable {
        table: "esim_state_history",
        select: "SELECT h.id, h.esim_id, h.from_status, h.to_status, h.from_profile_state, h.to_profile_state, h.source, h.created_at \
            FROM esim_state_history h LEFT JOIN esims e ON e.id = h.esim_id AND e.user_id = $1 WHERE e.id IS NOT NULL OR h.actor_id = $1 ORDER BY h.created_at",
        sealed: &[],
    },
    ExportTable {
        table: "esim_bundles",
        select: "SELECT b.id, b.order_id, b.unit_no, b.esim_id, b.plan_id, b.status, b.total_bytes, b.used_bytes, b.starts_at, b.expires_at, b.created_at \
            FROM esim_bundles b JOIN orders o ON o.id = b.order_id WHERE o.user_id = $1 ORDER BY b.created_at",
        sealed: &[],
    },
    ExportTable {
        table: "esim_data_usage",
        select: "SELECT u.id, u.esim_id, u.used_bytes, u.limit_bytes, u.voice_minutes, u.sms_count, u.period_start, u.period_end \
            FROM esim_data_usage u JOIN esims e ON e.id = u.esim_id WHERE e.user_id = $1 ORDER BY u.period_start",
        sealed: &[],
    },
    ExportTable {
        table: "usage_days",
        select: "SELECT d.esim_id, d.day, d.country, d.network, d.used_bytes FROM usage_days d JOIN esims e ON e.id = d.esim_id WHERE e.user_id = $1 ORDER BY d.day, d.esim_id",
        sealed: &[],
    },
];

/// Erases the devices, the activation codes and the reasons of state changes of a person's eSIMs.
pub fn erase(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    diesel::update(esims::table.filter(esims::user_id.eq(id)))
        .set((
            esims::eid.eq(None::<String>),
            esims::activation_code.eq(None::<Vec<u8>>),
            esims::matching_id.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn())?;
    audit::forget_reasons(tx, "esim", "SELECT id FROM esims WHERE user_id = $1", id)
}
