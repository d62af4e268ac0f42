//! Usage: the total of the billing period of each Sim.

use super::{
    PAGE_SIZE, SuperSim,
    call::{Failure, Request},
    orders::next_page,
};
use crate::{Account, EsimRef, Json, SupplierError, UsageReading};
use chrono::{DateTime, DurationRound, SecondsFormat, TimeDelta, Utc};

/// How long after its end a billing period is still read, so that its last usage is not lost.
const LATE_USAGE: TimeDelta = TimeDelta::hours(48);

/// The number of pages of usage records that are read.
const PAGES: usize = 20;

/// A billing period, in whole hours: the provider refuses other times. The hour in which a period begins belongs to it, and
/// not to the period before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Period {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl SuperSim {
    pub(super) async fn read_usage(
        &self,
        account: &Account,
        esims: &[EsimRef],
    ) -> Result<Vec<UsageReading>, SupplierError> {
        let mut readings = Vec::new();
        for esim in esims {
            match self.read_usage_of(account, esim).await {
                Ok(found) => readings.extend(found),
                Err(failure) if failure.is_missing() => {}
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(readings)
    }

    async fn read_usage_of(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Vec<UsageReading>, Failure> {
        let sid = self.sim_sid(account, esim).await?;
        let request = Request::get("billing_periods", &["Sims", &sid, "BillingPeriods"])
            .query("PageSize", PAGE_SIZE);
        let answer = self.call(account, &request).await?;
        let mut readings = Vec::new();
        for period in periods(&answer.body, answer.now) {
            let used_bytes = self.read_total(account, &sid, period, answer.now).await?;
            readings.push(UsageReading {
                esim: esim.clone(),
                bundle_ref: Some(sid.clone()),
                used_bytes,
                total_bytes: None,
                voice_minutes: None,
                sms_count: None,
                period: Some((period.start, period.end)),
                read_at: answer.now.min(period.end),
            });
        }
        Ok(readings)
    }

    /// Returns the bytes of a period.
    async fn read_total(
        &self,
        account: &Account,
        sid: &str,
        period: Period,
        now: DateTime<Utc>,
    ) -> Result<i64, Failure> {
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut next: Vec<(String, String)> = vec![
            ("Sim".into(), sid.into()),
            ("Granularity".into(), "all".into()),
            ("StartTime".into(), time(period.start)),
        ];
        if period.end <= now {
            next.push(("EndTime".into(), time(period.end)));
        }
        next.push(("PageSize".into(), PAGE_SIZE.into()));
        let mut total = 0_i64;
        for _ in 0..PAGES {
            let mut request = Request::get("usage", &["UsageRecords"]);
            for (name, value) in &next {
                request = request.query(name, value);
            }
            let body = self.call(account, &request).await?.body;
            for record in body.get("usage_records").items() {
                let bytes = record.get("data_total").bytes(1);
                let bytes = bytes.ok_or_else(|| SupplierError::unknown("a record has no total"))?;
                total = total.saturating_add(bytes);
            }
            match next_page(&body) {
                Some(query) => next = query,
                None => return Ok(total),
            }
        }
        Err(SupplierError::unknown("the usage has too many pages").into())
    }
}

/// Returns the current billing period, and the one before if it has ended recently.
fn periods(body: &Json, now: DateTime<Utc>) -> Vec<Period> {
    let mut periods: Vec<Period> = body
        .get("billing_periods")
        .items()
        .into_iter()
        .filter_map(period)
        .filter(|period| period.start <= now && now < period.end + LATE_USAGE)
        .collect();
    periods.sort_by_key(|period| period.start);
    periods.dedup();
    periods
}

fn period(item: &Json) -> Option<Period> {
    let hour = |name: &str| {
        item.get(name)
            .time()?
            .duration_trunc(TimeDelta::hours(1))
            .ok()
    };
    let (start, end) = (hour("start_time")?, hour("end_time")?);
    (start < end).then_some(Period { start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_whole_hours_without_gaps() {
        let body = Json::parse(
            br#"{"billing_periods": [
            {"period_type": "active", "start_time": "2026-11-27T13:18:15Z", "end_time": "2026-12-27T13:18:15Z"},
            {"period_type": "active", "start_time": "2026-10-28T13:18:15Z", "end_time": "2026-11-27T13:18:15Z"},
            {"period_type": "ready", "start_time": "2026-08-28T13:18:15Z", "end_time": "2026-10-28T13:18:15Z"},
            {"period_type": "new_word", "start_time": null, "end_time": "2026-12-27T13:18:15Z"}]}"#,
        )
        .unwrap();
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let previous = Period {
            start: at("2026-10-28T13:00:00Z"),
            end: at("2026-11-27T13:00:00Z"),
        };
        let current = Period {
            start: at("2026-11-27T13:00:00Z"),
            end: at("2026-12-27T13:00:00Z"),
        };
        assert_eq!(
            periods(&body, at("2026-11-29T08:00:00Z")),
            [previous, current]
        );
        assert_eq!(periods(&body, at("2026-11-29T14:00:00Z")), [current]);
        assert_eq!(periods(&body, at("2026-11-20T00:00:00Z")), [previous]);
        assert_eq!(periods(&Json::Null, at("2026-11-29T08:00:00Z")), []);
    }
}
