//! Exchange rates, financial reports and their locks.

use super::super::Scenes;
use serde_json::json;
use wire::accounts::users::UserRole;

/// Records operations on reports.
pub async fn figures(scenes: &mut Scenes<'_>) {
    let admin = &scenes.app.as_role(UserRole::SuperAdmin);
    let rate = json!({ "rate_date": "2026-01-02", "from_currency": "EUR", "to_currency": "USD", "rate": "1.1", "source": "ECB" });
    let rates = json!([rate]);
    let entered = ["exchange_rate.import"];
    scenes
        .run_operation(admin, ("rates_create", ""), rate, &entered)
        .await;
    scenes
        .run_operation(admin, ("rates_import", ""), rates, &entered)
        .await;
    let period = json!({ "period_type": "monthly", "day": "2026-01-02" });
    let generated = ["revenue_report.generate"];
    scenes
        .run_operation(admin, ("reports_create", ""), period, &generated)
        .await;
    let lock = json!({ "locked_before": "2026-02-01" });
    scenes
        .run_operation(
            admin,
            ("report_locks_create", ""),
            lock,
            &["report_lock.create"],
        )
        .await;
}
