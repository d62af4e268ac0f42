//! Random ledgers: days add up to weeks, months and years, the entries of a report add up to it, and the file has the same
//! figures. The expected sums are counted by the local dates of the facts, without the server.

use crate::{
    harness::drill,
    insights::ledger::{Ledger, Sale, cents},
};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::BTreeMap;

/// A sequence of numbers that is the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The sums of a day or period, in hundredths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Expected {
    gross: i64,
    tax: i64,
    refunded: i64,
    chargebacks: i64,
    cost: i64,
    sales: i64,
}

impl Expected {
    fn add(&mut self, other: &Self) {
        self.gross += other.gross;
        self.tax += other.tax;
        self.refunded += other.refunded;
        self.chargebacks += other.chargebacks;
        self.cost += other.cost;
        self.sales += other.sales;
    }
    fn of(report: &Value) -> Self {
        Self {
            gross: cents(&report["gross_amount"]),
            tax: cents(&report["tax_amount"]),
            refunded: cents(&report["refunded_amount"]),
            chargebacks: cents(&report["chargeback_amount"]),
            cost: cents(&report["total_cost"]),
            sales: report["transaction_count"].as_i64().unwrap(),
        }
    }
}

type Days = BTreeMap<(String, NaiveDate), Expected>;

/// Returns the times just before and at the start of days on which clocks change or periods begin.
fn borders(zone: Tz) -> Vec<DateTime<Utc>> {
    let mut days = vec![(2025, 1, 1), (2025, 3, 1), (2025, 7, 1), (2025, 12, 31)];
    for day in NaiveDate::from_ymd_opt(2025, 1, 1)
        .unwrap()
        .iter_days()
        .take(365)
    {
        let noon = |day: NaiveDate| {
            zone.from_local_datetime(&day.and_hms_opt(12, 0, 0).unwrap())
                .unwrap()
        };
        if noon(day.succ_opt().unwrap()) - noon(day) != TimeDelta::hours(24) {
            let next = day.succ_opt().unwrap();
            days.extend([
                (day.year(), day.month(), day.day()),
                (next.year(), next.month(), next.day()),
            ]);
        }
    }
    let start = |(year, month, day)| {
        let midnight = NaiveDate::from_ymd_opt(year, month, day)
            .unwrap()
            .and_hms_opt(0, 0, 0)
            .unwrap();
        (0..8)
            .find_map(|quarter| {
                zone.from_local_datetime(&(midnight + TimeDelta::minutes(15 * quarter)))
                    .earliest()
            })
            .unwrap()
            .with_timezone(&Utc)
    };
    days.into_iter()
        .map(start)
        .flat_map(|at| [at - TimeDelta::microseconds(1), at])
        .collect()
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Writes a ledger of 2025, and returns the expected sums of its days.
fn write(ledger: &Ledger, zone: Tz, numbers: &mut Numbers) -> Days {
    let mut days = Days::new();
    let mut times = borders(zone);
    let start = Utc.with_ymd_and_hms(2025, 1, 3, 0, 0, 0).unwrap();
    times.extend(
        (0..30).map(|_| {
            start + TimeDelta::seconds(i64::try_from(numbers.below(360 * 86_400)).unwrap())
        }),
    );
    let end = Utc.with_ymd_and_hms(2025, 12, 30, 0, 0, 0).unwrap();
    for at in times {
        let currency = ["USD", "EUR", "JPY"][usize::try_from(numbers.below(3)).unwrap()];
        let unit = if currency == "JPY" { 100 } else { 1 };
        let list = i64::try_from(numbers.below(9_000)).unwrap() * unit;
        let discount = list / 10 / unit * unit;
        let tax = (list - discount) / 5 / unit * unit;
        let total = list - discount + tax;
        let mut fact = |at: DateTime<Utc>, sums: Expected| {
            let day = at.with_timezone(&zone).date_naive();
            days.entry((currency.to_owned(), day))
                .or_default()
                .add(&sums);
        };
        let (list, discount, tax_text) = (money(list), money(discount), money(tax));
        let text = at.to_rfc3339();
        let sale = ledger.sale(Sale {
            at: &text,
            currency,
            list: &list,
            discount: &discount,
            tax: &tax_text,
        });
        fact(
            at,
            Expected {
                gross: total,
                tax,
                sales: 1,
                ..Expected::default()
            },
        );
        let later = (at + TimeDelta::days(i64::try_from(numbers.below(40)).unwrap())).min(end);
        let part = (total / 3 / unit * unit).max(unit);
        if total >= unit && numbers.below(3) == 0 {
            ledger.refund(sale, &later.to_rfc3339(), &money(part));
            fact(
                later,
                Expected {
                    refunded: part,
                    ..Expected::default()
                },
            );
        }
        if total >= unit && numbers.below(8) == 0 {
            ledger.dispute(
                sale,
                &text,
                Some(("lost", &later.to_rfc3339())),
                &money(part),
            );
            fact(
                later,
                Expected {
                    chargebacks: part,
                    ..Expected::default()
                },
            );
        }
        if numbers.below(2) == 0 {
            ledger.cost(&later.to_rfc3339(), currency, &money(part), "active");
            fact(
                later,
                Expected {
                    cost: part,
                    ..Expected::default()
                },
            );
        }
    }
    days
}

/// Returns the sums of the reports of one period length, by currency and first day.
async fn reports(ledger: &Ledger, period_type: &str) -> BTreeMap<(String, NaiveDate), Value> {
    ledger
        .all(&format!(
            "/v1/revenue-reports?period_type={period_type}&basis=paid"
        ))
        .await
        .into_iter()
        .map(|report| {
            let day = report["period_start"].as_str().unwrap().parse().unwrap();
            (
                (report["currency"].as_str().unwrap().to_owned(), day),
                report,
            )
        })
        .collect()
}

fn group(days: &Days, first: impl Fn(NaiveDate) -> NaiveDate) -> Days {
    let mut groups = Days::new();
    for ((currency, day), sums) in days {
        groups
            .entry((currency.clone(), first(*day)))
            .or_default()
            .add(sums);
    }
    groups
}

/// Asserts that the entries of a report add up to it, and returns their number.
async fn assert_entries_add_up(ledger: &Ledger, report: &Value) -> usize {
    let path = format!(
        "/v1/report-entries?report_id={}",
        report["id"].as_str().unwrap()
    );
    let entries = ledger.all(&path).await;
    let sum = |kinds: &[&str], field: &str| -> i64 {
        let of_kind = entries
            .iter()
            .filter(|one| kinds.contains(&one["kind"].as_str().unwrap()));
        of_kind.map(|one| cents(&one[field])).sum()
    };
    for (kinds, entry_field, field) in [
        (&["sale"][..], "amount", "gross_amount"),
        (&["sale"], "tax_amount", "tax_amount"),
        (&["sale"], "discount_amount", "discount_amount"),
        (&["refund"], "amount", "refunded_amount"),
        (&["refund"], "tax_amount", "refunded_tax"),
        (&["chargeback"], "amount", "chargeback_amount"),
        (&["chargeback"], "tax_amount", "chargeback_tax"),
        (&["cost", "cost_reversal"], "amount", "total_cost"),
    ] {
        assert_eq!(
            sum(kinds, entry_field),
            cents(&report[field]),
            "{field} of {report:#}"
        );
    }
    entries.len()
}

#[actix_web::test]
async fn days_add_up_to_weeks_months_and_years_and_entries_to_reports() {
    for zone in [
        Tz::Europe__Berlin,
        Tz::America__Havana,
        Tz::Australia__Lord_Howe,
        Tz::Asia__Kathmandu,
    ] {
        for round in 0..drill::iterations(1, 25) {
            let ledger = Ledger::open(zone.name()).await;
            let mut numbers =
                Numbers(u64::try_from(round).unwrap() * 7919 + zone.name().len() as u64);
            let days = write(&ledger, zone, &mut numbers);
            ledger.lock("2026-01-15").await;
            let month = |day: NaiveDate| day.with_day(1).unwrap();
            let year = |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap();
            let week =
                |day: NaiveDate| day - TimeDelta::days(day.weekday().num_days_from_monday().into());
            for (period_type, expected) in [
                ("daily", days.clone()),
                ("weekly", group(&days, week)),
                ("monthly", group(&days, month)),
                ("yearly", group(&days, year)),
            ] {
                let found = reports(&ledger, period_type).await;
                let sums: Days = found
                    .iter()
                    .map(|(key, report)| (key.clone(), Expected::of(report)))
                    .filter(|(_, sums)| *sums != Expected::default())
                    .collect();
                let expected: Days = expected
                    .into_iter()
                    .filter(|(_, sums)| *sums != Expected::default())
                    .collect();
                assert_eq!(sums, expected, "{zone} {period_type}");
                for report in found.values() {
                    let difference = cents(&report["list_amount"])
                        - cents(&report["discount_amount"])
                        + cents(&report["tax_amount"]);
                    assert_eq!(difference, cents(&report["gross_amount"]));
                    assert_eq!(
                        cents(&report["total_revenue"]) - cents(&report["total_cost"]),
                        cents(&report["profit"])
                    );
                }
                if period_type == "monthly" || period_type == "yearly" {
                    let mut entries = 0;
                    for report in found.values() {
                        entries += assert_entries_add_up(&ledger, report).await;
                    }
                    let facts = ledger
                        .app
                        .count("SELECT count(*) FROM money_facts WHERE counts_at < '2026-01-10'");
                    assert_eq!(
                        entries,
                        usize::try_from(facts).unwrap(),
                        "each fact is in one {period_type} report"
                    );
                }
            }
            assert_file_equals_list(&ledger).await;
        }
    }
}

async fn assert_file_equals_list(ledger: &Ledger) {
    let path = "/v1/revenue-reports/export?format=csv&period_type=monthly&sort=period_start";
    let file = ledger.admin.get(path).await.text();
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|one| one == name)
            .unwrap_or_else(|| panic!("{name} in {header:?}"))
    };
    let list = ledger
        .all("/v1/revenue-reports?period_type=monthly&sort=period_start")
        .await;
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), list.len());
    for (row, report) in rows.iter().zip(&list) {
        for field in [
            "gross_amount",
            "total_revenue",
            "total_cost",
            "refunded_tax",
            "currency",
            "label",
        ] {
            // Negative numbers may be marked as text for spreadsheets.
            assert_eq!(
                row[column(field)].trim_start_matches('\''),
                report[field].as_str().unwrap(),
                "{field}"
            );
        }
    }
}
