//! SQL of the facts that reports count. A report is the sum of these rows.

use super::find;
use crate::{
    figures::{BusinessCalendar, business_calendar},
    rates,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Actor, Conn, Result, any_of, calendar::after, page};
use wire::{
    Currency, Money, OrderId, Page, Paging, PlanId, ProviderId, ReportEntryId, TransactionId,
    UserId,
    insights::reports::{
        ReportBasis, ReportEntry, ReportEntryFilter, ReportEntryKind, ReportEntrySort,
    },
};

diesel::table! {
    /// The view of all facts that count.
    money_facts (id) {
        kind -> Text,
        id -> Uuid,
        counts_at -> Timestamptz,
        occurred_at -> Timestamptz,
        currency -> Text,
        amount -> Numeric,
        tax_amount -> Numeric,
        discount_amount -> Numeric,
        transaction_id -> Nullable<Uuid>,
        order_id -> Nullable<Uuid>,
        plan_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        provider_id -> Nullable<Uuid>,
    }
}

use money_facts as facts;

#[derive(Queryable, Selectable)]
#[diesel(table_name = facts, check_for_backend(Pg))]
struct Fact {
    kind: ReportEntryKind,
    id: ReportEntryId,
    counts_at: DateTime<Utc>,
    occurred_at: DateTime<Utc>,
    currency: Currency,
    amount: Money,
    tax_amount: Money,
    discount_amount: Money,
    transaction_id: Option<TransactionId>,
    order_id: Option<OrderId>,
    plan_id: Option<PlanId>,
    user_id: Option<UserId>,
    provider_id: Option<ProviderId>,
}

/// The times and the currency of the facts of a report or of days.
#[derive(Debug, Default)]
struct Range {
    from: Vec<DateTime<Utc>>,
    to: Vec<DateTime<Utc>>,
    currency: Option<Currency>,
    base: Option<Currency>,
}

/// Returns one page of the entries.
pub fn entries(
    conn: &mut Conn,
    _: &Actor,
    filter: &ReportEntryFilter,
    paging: &Paging<ReportEntrySort>,
) -> Result<Page<ReportEntry>> {
    let calendar = business_calendar(conn)?;
    let range = range(conn, filter, &calendar)?;
    let found = page!(conn, paging, matching(filter, &range).select(Fact::as_select()) => Fact, tie facts::id, {
        ReportEntrySort::CountsAt => facts::counts_at,
        ReportEntrySort::OccurredAt => facts::occurred_at,
        ReportEntrySort::Amount => facts::amount,
    })?;
    let days = found
        .data
        .iter()
        .map(|fact| calendar.day_of(fact.counts_at));
    let (first, last) = (days.clone().min(), days.max());
    let table = match (range.base, first, last) {
        (Some(base), Some(first), Some(last)) => {
            Some(rates::table(conn, base, first, after(last))?)
        }
        _ => None,
    };
    found.try_map(|fact| Ok(entry(fact, &calendar, table.as_ref())))
}

fn entry(fact: Fact, calendar: &BusinessCalendar, table: Option<&rates::RateTable>) -> ReportEntry {
    let day = calendar.day_of(fact.counts_at);
    let chosen = table.and_then(|table| table.rate(day, fact.currency));
    let convert = |amount: &Money| {
        let (table, chosen) = table.zip(chosen.as_ref())?;
        Some(chosen.rate.convert(amount, table.base()))
    };
    let is_late = fact.counts_at != fact.occurred_at;
    ReportEntry {
        base_currency: table.map(rates::RateTable::base),
        base_amount: convert(&fact.amount),
        base_tax_amount: convert(&fact.tax_amount),
        base_discount_amount: convert(&fact.discount_amount),
        rate: chosen.as_ref().map(|chosen| chosen.rate.clone()),
        rate_date: chosen.as_ref().map(|chosen| chosen.rate_date),
        late_from: is_late.then(|| calendar.day_of(fact.occurred_at)),
        id: fact.id,
        kind: fact.kind,
        day,
        occurred_at: fact.occurred_at,
        currency: fact.currency,
        amount: fact.amount,
        tax_amount: fact.tax_amount,
        discount_amount: fact.discount_amount,
        transaction_id: fact.transaction_id,
        order_id: fact.order_id,
        plan_id: fact.plan_id,
        user_id: fact.user_id,
        provider_id: fact.provider_id,
    }
}

fn range(
    conn: &mut Conn,
    filter: &ReportEntryFilter,
    calendar: &BusinessCalendar,
) -> Result<Range> {
    let mut range = Range::default();
    let start = |day: NaiveDate| calendar.start_of(day);
    range.from.extend(filter.day_from.map(start));
    range.to.extend(filter.day_to.map(start));
    if let Some(id) = filter.report_id {
        let report = find(conn, id)?;
        range.from.push(start(report.period_start));
        range.to.push(start(after(report.period_end)));
        match report.basis {
            ReportBasis::Paid => range.currency = Some(report.currency),
            ReportBasis::PaidBase => range.base = Some(report.currency),
        }
    }
    Ok(range)
}

fn matching<'a>(filter: &ReportEntryFilter, range: &Range) -> facts::BoxedQuery<'a, Pg> {
    let mut rows = facts::table.into_boxed();
    for from in &range.from {
        rows = rows.filter(facts::counts_at.ge(*from));
    }
    for to in &range.to {
        rows = rows.filter(facts::counts_at.lt(*to));
    }
    if let Some(currency) = range.currency {
        rows = rows.filter(facts::currency.eq(currency));
    }
    rows = any_of!(rows, facts::kind, filter.kind);
    rows = any_of!(rows, facts::currency, filter.currency);
    rows = match filter.late {
        None => rows,
        Some(true) => rows.filter(facts::counts_at.ne(facts::occurred_at)),
        Some(false) => rows.filter(facts::counts_at.eq(facts::occurred_at)),
    };
    if let Some(id) = filter.transaction_id {
        rows = rows.filter(facts::transaction_id.eq(id));
    }
    if let Some(id) = filter.order_id {
        rows = rows.filter(facts::order_id.eq(id));
    }
    if let Some(id) = filter.plan_id {
        rows = rows.filter(facts::plan_id.eq(id));
    }
    if let Some(id) = filter.user_id {
        rows = rows.filter(facts::user_id.eq(id));
    }
    if let Some(id) = filter.provider_id {
        rows = rows.filter(facts::provider_id.eq(id));
    }
    rows
}
