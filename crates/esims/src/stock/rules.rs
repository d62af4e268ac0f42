//! Business rules of the stock and its thresholds.

use super::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{Decimal, ProblemCode, StockThresholdId, esims::stock::*, system::audit::AuditAction};

/// Returns the stock by plan and provider, the lowest cover first.
pub fn overview(conn: &mut Conn, now: DateTime<Utc>) -> Result<StockOverview> {
    let thresholds = query::all_thresholds(conn)?;
    let mut data: Vec<StockLevel> = query::levels(conn)?
        .into_iter()
        .map(|level| StockLevel {
            threshold: thresholds
                .iter()
                .find(|threshold| {
                    Some(threshold.plan_id) == level.plan_id
                        && threshold.provider_id.is_some()
                        && threshold.provider_id == level.provider_id
                })
                .cloned(),
            days_of_cover: days_of_cover(level.available, level.sold),
            plan_id: level.plan_id,
            plan_name: level.plan_name,
            provider_id: level.provider_id,
            provider_name: level.provider_name,
            available: level.available,
            sold: level.sold,
        })
        .collect();
    data.sort_by(|a, b| match (&a.days_of_cover, &b.days_of_cover) {
        (Some(a), Some(b)) => a.cmp(b),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.plan_name.cmp(&b.plan_name),
    });
    Ok(StockOverview {
        data,
        counted_at: now,
    })
}

/// Returns how many days the stock lasts at the rate of the last 30 days; `None` without sales.
fn days_of_cover(available: i64, sold: i64) -> Option<Decimal> {
    let days = available.checked_mul(STOCK_SALES_DAYS)?;
    let tenths = days
        .checked_mul(10)?
        .checked_div(sold)
        .filter(|_| sold > 0)?;
    format!("{}.{}", tenths.checked_div(10)?, tenths.checked_rem(10)?)
        .parse()
        .ok()
}

/// Creates a threshold.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewStockThreshold) -> Result<StockThreshold> {
    let id = StockThresholdId::new();
    query::insert(tx, id, new)?;
    let created = query::find(tx.conn(), id)?;
    let change =
        json!({ "plan_id": new.plan_id, "provider_id": new.provider_id, "minimum": new.minimum });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::StockThresholdCreate, id).with_change(change),
    )?;
    Ok(created)
}

/// Edits a threshold.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: StockThresholdId,
    version: i32,
    edit: &EditStockThreshold,
) -> Result<StockThreshold> {
    let before = query::find(tx.conn(), id)?;
    let minimum = edit.minimum.unwrap_or(before.minimum);
    if !query::update(tx, id, version, minimum)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), id)?;
    let change = json!({ "minimum": { "before": before.minimum, "after": after.minimum } });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::StockThresholdEdit, id).with_change(change),
    )?;
    Ok(after)
}

/// Deletes a threshold.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: StockThresholdId, version: i32) -> Result<()> {
    let before = query::find(tx.conn(), id)?;
    if !query::delete(tx, id, version)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let change = json!({ "plan_id": before.plan_id, "provider_id": before.provider_id, "minimum": before.minimum });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::StockThresholdDelete, id).with_change(change),
    )
}

/// Compares the stock with its thresholds. The stock is reported as low when it crosses the threshold, and not again until it
/// has recovered.
pub fn check(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    for threshold in query::all_thresholds(tx.conn())? {
        let is_low = threshold.available < i64::from(threshold.minimum);
        let action = match (is_low, threshold.low_since) {
            (true, None) => AuditAction::StockThresholdCross,
            (false, Some(_)) => AuditAction::StockThresholdRecover,
            _ => continue,
        };
        if !query::set_low_since(tx, threshold.id, threshold.low_since, is_low.then_some(now))? {
            continue;
        }
        let change = json!({ "plan_id": threshold.plan_id, "provider_id": threshold.provider_id,
            "available": threshold.available, "minimum": threshold.minimum });
        audit::record(
            tx,
            actor,
            AuditEvent::new(action, threshold.id).with_change(change),
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::days_of_cover;

    #[test]
    fn cover_is_the_stock_divided_by_the_daily_sales() {
        let cover = |available, sold| days_of_cover(available, sold).map(|days| days.to_string());
        assert_eq!(cover(20, 30), Some("20.00".to_owned()));
        assert_eq!(cover(5, 20), Some("7.50".to_owned()));
        assert_eq!(cover(0, 3), Some("0.00".to_owned()));
        assert_eq!(cover(20, 0), None);
    }
}
