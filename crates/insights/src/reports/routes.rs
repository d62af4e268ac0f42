//! HTTP routes of financial reports.

use super::{query, rules};
use wire::{
    ReportId, ReportLockId,
    insights::reports::{
        NewReportLock, NewRevenueReport, ReportEntry, ReportLock, RevenueReport, RevenueReports,
    },
    permission::needs::{ReportsRead, ReportsWrite},
};

use actix_web::{get, post};
use platform::{Caller, Created, Id, Json, Result, Tagged, Valid};
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list);
    config.service(export);
    config.service(show);
    config.service(create);
    config.service(entries::list);
    config.service(entries::export);
    config.service(locks::list);
    config.service(locks::export);
    config.service(locks::show);
    config.service(locks::create);
}

platform::listing!(RevenueReport, "/revenue-reports", export "/revenue-reports/export", tag "insights/reports", needs ReportsRead = "reports:read", from query::page);

/// Show a financial report.
#[utoipa::path(tag = "insights/reports", security(("bearer" = ["reports:read"])), params(("id" = ReportId, Path)), responses((status = 200, description = "The report", body = RevenueReport)))]
#[get("/revenue-reports/{id}")]
pub async fn show(caller: Caller<ReportsRead>, id: Id<ReportId>) -> Result<Tagged<RevenueReport>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Generate the financial reports of a period: one for each currency, and one for the base currency.
///
/// A report that exists keeps its ID. Reports of locked days do not change.
#[utoipa::path(tag = "insights/reports", security(("bearer" = ["reports:write"])), request_body = NewRevenueReport, responses((status = 200, description = "The reports", body = RevenueReports)))]
#[post("/revenue-reports")]
pub async fn create(
    caller: Caller<ReportsWrite>,
    new: Valid<NewRevenueReport>,
) -> Result<Json<RevenueReports>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::generate(tx, actor, &new, now))
        .await
        .map(Json)
}

mod entries {
    //! The facts that reports count.

    use super::{ReportEntry, query};
    use actix_web::get;
    use platform::listing;

    listing!(ReportEntry, "/report-entries", export "/report-entries/export", tag "insights/report_entries", needs ReportsRead = "reports:read", from query::entries);
}

mod locks {
    //! The locks of past days.

    use super::{
        Caller, Created, Id, NewReportLock, ReportLock, ReportLockId, ReportsRead, ReportsWrite,
        Result, Tagged, Valid, query, rules,
    };
    use actix_web::{get, post};
    use platform::listing;

    listing!(ReportLock, "/report-locks", export "/report-locks/export", tag "insights/report_locks", needs ReportsRead = "reports:read", from query::locks);

    /// Show a lock.
    #[utoipa::path(tag = "insights/report_locks", security(("bearer" = ["reports:read"])), params(("id" = ReportLockId, Path)), responses((status = 200, description = "The lock", body = ReportLock)))]
    #[get("/report-locks/{id}")]
    pub async fn show(
        caller: Caller<ReportsRead>,
        id: Id<ReportLockId>,
    ) -> Result<Tagged<ReportLock>> {
        caller
            .read(move |conn, _| query::find_lock(conn, id.0))
            .await
            .map(Tagged)
    }

    /// Lock the reports of past days. The lock cannot be undone.
    ///
    /// Facts of these days that are recorded later count on the day on which they are recorded. The last locked day must have
    /// ended at least 24 hours ago.
    #[utoipa::path(tag = "insights/report_locks", security(("bearer" = ["reports:write"])), request_body = NewReportLock, responses((status = 201, description = "Locked", body = ReportLock)))]
    #[post("/report-locks")]
    pub async fn create(
        caller: Caller<ReportsWrite>,
        new: Valid<NewReportLock>,
    ) -> Result<Created<ReportLock>> {
        let now = caller.ctx().clock.now();
        caller
            .write(move |tx, actor| rules::lock(tx, actor, new.locked_before, now))
            .await
            .map(Created)
    }
}
