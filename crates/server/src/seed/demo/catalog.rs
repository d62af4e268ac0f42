//! Plans of the shop with their prices, providers and offers. The prefix of a SKU forces the behaviour of the simulated
//! provider.

use super::super::{
    SeedContext,
    rows::{Event, Rows, id_of},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Result, crypto::FieldContext};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::system::audit::AuditAction;

/// A plan with its price in cents, and the provider and SKU of its offer.
struct PlanSpec {
    name: &'static str,
    mb: Option<u32>,
    days: u32,
    regions: &'static [&'static str],
    cents: Option<u32>,
    sku: Option<(usize, &'static str)>,
}

const fn spec(
    name: &'static str,
    mb: Option<u32>,
    days: u32,
    regions: &'static [&'static str],
    cents: u32,
    sku: Option<(usize, &'static str)>,
) -> PlanSpec {
    PlanSpec {
        name,
        mb,
        days,
        regions,
        cents: Some(cents),
        sku,
    }
}

const PROVIDERS: [(&str, &str); 2] = [
    ("Northwind eSIM", "wholesale"),
    ("Harbour Mobile Data", "operator"),
];

const PLANS: [PlanSpec; 18] = [
    spec(
        "1 GB Europe",
        Some(1_000),
        7,
        &["EUROPE"],
        490,
        Some((0, "nw-eu-1gb-7d")),
    ),
    spec(
        "5 GB Europe",
        Some(5_000),
        30,
        &["EUROPE"],
        1290,
        Some((0, "nw-eu-5gb-30d")),
    ),
    spec(
        "10 GB Europe",
        Some(10_000),
        30,
        &["EUROPE", "TR"],
        1990,
        Some((1, "hb-eu-10gb")),
    ),
    spec(
        "3 GB Japan",
        Some(3_000),
        15,
        &["JP"],
        890,
        Some((0, "nw-jp-3gb-15d")),
    ),
    spec(
        "10 GB Asia",
        Some(10_000),
        30,
        &["ASIA"],
        2290,
        Some((1, "hb-asia-10gb")),
    ),
    spec(
        "5 GB United States",
        Some(5_000),
        30,
        &["US"],
        1590,
        Some((0, "nw-us-5gb-30d")),
    ),
    spec(
        "20 GB North America",
        Some(20_000),
        30,
        &["NORTH_AMERICA"],
        3990,
        Some((1, "hb-na-20gb")),
    ),
    spec(
        "3 GB Latin America",
        Some(3_000),
        30,
        &["LATIN_AMERICA"],
        1890,
        Some((0, "nw-latam-3gb")),
    ),
    spec(
        "2 GB Caribbean",
        Some(2_000),
        15,
        &["CARIBBEAN"],
        2490,
        Some((0, "refuse-carib-2gb")),
    ),
    spec(
        "1 GB Africa",
        Some(1_000),
        15,
        &["AFRICA"],
        990,
        Some((1, "hb-afr-1gb")),
    ),
    spec(
        "5 GB Middle East",
        Some(5_000),
        30,
        &["MIDDLE_EAST"],
        2190,
        Some((1, "timeout-me-5gb")),
    ),
    spec(
        "3 GB Oceania",
        Some(3_000),
        30,
        &["OCEANIA"],
        1690,
        Some((1, "hb-oc-3gb")),
    ),
    spec(
        "1 GB Global",
        Some(1_000),
        7,
        &["GLOBAL"],
        690,
        Some((0, "nw-gl-1gb-7d")),
    ),
    spec(
        "20 GB Global",
        Some(20_000),
        90,
        &["GLOBAL"],
        5990,
        Some((0, "nw-gl-20gb-90d")),
    ),
    spec(
        "Unlimited Great Britain",
        None,
        14,
        &["GB", "IE"],
        2890,
        Some((1, "hb-gb-unl-14d")),
    ),
    spec(
        "Weekend Switzerland",
        Some(2_000),
        3,
        &["CH", "LI"],
        590,
        None,
    ),
    PlanSpec {
        name: "50 GB Global Crew",
        mb: Some(50_000),
        days: 180,
        regions: &["GLOBAL"],
        cents: None,
        sku: None,
    },
    spec(
        "5 GB Europe (2025)",
        Some(5_000),
        30,
        &["EUROPE"],
        1490,
        None,
    ),
];
/// The index of the archived plan.
const ARCHIVED: usize = 17;
/// The index of the plan with a scheduled price increase.
const PRICE_INCREASE: usize = 1;

/// A seeded plan.
pub struct Plan {
    pub id: Uuid,
    pub terms: Value,
    pub mb: Option<u32>,
    pub days: i64,
    pub cents: u32,
    pub source: Option<Source>,
}

/// The provider, offer and cost of a plan.
#[derive(Clone)]
pub struct Source {
    pub provider: Uuid,
    pub offer: Uuid,
    pub sku: String,
    pub cents: u32,
}

/// Adds providers, plans, prices and offers.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, admin: Uuid) -> Result<Vec<Plan>> {
    let opened = ctx.now - TimeDelta::days(58);
    let providers = PROVIDERS
        .iter()
        .enumerate()
        .map(|(number, (name, kind))| provider(rows, ctx, number, name, kind, opened))
        .collect::<Result<Vec<_>>>()?;
    providers.iter().for_each(|id| {
        rows.audit(
            opened,
            Some((admin, "admin")),
            Event::new(AuditAction::ProviderCreate, "provider", *id),
            json!({ "fields": ["name", "api_endpoint", "api_key", "adapter"] }),
            None,
        )
    });
    Ok(PLANS.iter().enumerate().map(|(number, spec)| {
        let at = opened + TimeDelta::minutes(i64::try_from(number).unwrap_or_default() * 11);
        let id = plan(rows, number, spec, at, ctx.now);
        rows.audit(at, Some((admin, "admin")), Event::new(AuditAction::PlanCreate, "plan", id), json!({ "name": { "before": null, "after": spec.name } }), None);
        if number == ARCHIVED { rows.audit(ctx.now - TimeDelta::days(20), Some((admin, "admin")), Event::new(AuditAction::PlanArchive, "plan", id), Value::Null, None); }
        prices(rows, ctx, number, id, spec, admin);
        let source = spec.sku.and_then(|(index, sku)| Some(offer(rows, number, id, *providers.get(index)?, sku, spec.cents?, at)));
        let terms = json!({ "name": spec.name, "data_limit_mb": spec.mb.map(|mb| format!("{mb}.00")), "voice_minutes": 0, "sms_count": 0, "validity_days": spec.days, "regions": spec.regions });
        Plan { id, terms, mb: spec.mb, days: spec.days.into(), cents: spec.cents.unwrap_or_default(), source }
    }).collect())
}

fn provider(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    number: usize,
    name: &str,
    kind: &str,
    at: DateTime<Utc>,
) -> Result<Uuid> {
    let id = id_of("demo provider", number, at);
    let key = ctx.keys.seal_text(
        FieldContext::new("data_providers", "api_key_encrypted", id),
        "the-simulator-needs-no-key",
    )?;
    rows.add("data_providers", json!({
        "id": id, "name": name, "adapter": "simulator", "api_endpoint": "https://simulator.invalid", "api_key_encrypted": key, "provider_type": kind,
        "priority": number + 1, "currency": "USD", "created_at": at, "updated_at": at,
    }));
    Ok(id)
}

fn plan(
    rows: &mut Rows,
    number: usize,
    spec: &PlanSpec,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Uuid {
    let id = id_of("demo plan", number, at);
    let deleted_at = (number == ARCHIVED).then_some(now - TimeDelta::days(20));
    let (policy, since) = match spec.days {
        ..=60 => ("first_use", "the first connection"),
        _ => ("purchase", "the purchase"),
    };
    rows.add("plans", json!({
        "id": id, "name": spec.name, "description": format!("Data only, {} days from {since}. Works as soon as it is installed.", spec.days),
        "data_limit_mb": spec.mb, "validity_days": spec.days, "regions": spec.regions, "is_active": deleted_at.is_none(), "topup_allowed": spec.days > 7,
        "validity_policy": policy, "activate_within_days": 180,
        "daily_limit_mb": spec.mb.is_none().then_some(3_000), "throttled_kbps": spec.mb.is_none().then_some(1_024), "hotspot_allowed": spec.mb.is_some(),
        "kyc_required": spec.regions.contains(&"JP"), "created_at": at, "updated_at": deleted_at.unwrap_or(at), "deleted_at": deleted_at,
    }));
    id
}

/// Adds prices: in USD for every plan, and in EUR for plans of Europe. One price changes in 14 days.
fn prices(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    number: usize,
    plan: Uuid,
    spec: &PlanSpec,
    admin: Uuid,
) {
    let Some(cents) = spec.cents else { return };
    let (from, change) = (ctx.now - TimeDelta::days(57), ctx.now + TimeDelta::days(14));
    let end = if number == PRICE_INCREASE {
        Some(change)
    } else {
        None
    };
    let mut add = |key: usize,
                   cents: u32,
                   currency: &str,
                   from: DateTime<Utc>,
                   to: Option<DateTime<Utc>>,
                   note: Option<&str>| {
        rows.add("plan_pricing", json!({
        "id": id_of("demo price", number * 10 + key, from.min(ctx.now)), "plan_id": plan, "region": "GLOBAL", "cost_price": amount(cents * 11 / 20), "selling_price": amount(cents), "currency": currency,
        "effective_from": from, "effective_to": to, "note": note, "created_by": admin, "created_at": from.min(ctx.now),
    }))
    };
    // Every third plan had a lower opening price, so that the price history is not empty.
    let raised = ctx.now - TimeDelta::days(28);
    if number.is_multiple_of(3) {
        let opening = Some("Opening price");
        add(3, cents * 9 / 10, "USD", from, Some(raised), opening);
        add(0, cents, "USD", raised, end, None);
    } else {
        add(0, cents, "USD", from, end, None);
    }
    if end.is_some() {
        add(
            1,
            cents + 200,
            "USD",
            change,
            None,
            Some("The new season's price"),
        );
    }
    if spec.regions.contains(&"EUROPE") || spec.regions.contains(&"GB") {
        add(2, cents * 23 / 25, "EUR", from, None, None);
    }
}

fn offer(
    rows: &mut Rows,
    number: usize,
    plan: Uuid,
    provider: Uuid,
    sku: &str,
    cents: u32,
    at: DateTime<Utc>,
) -> Source {
    let source = Source {
        provider,
        offer: id_of("demo offer", number, at),
        sku: sku.to_owned(),
        cents: cents * 11 / 20,
    };
    rows.add("plan_provider_offers", json!({
        "id": source.offer, "plan_id": plan, "provider_id": provider, "sku": sku, "cost": amount(source.cents), "currency": "USD",
        "stock": 40 + 7 * number, "minimum_price": amount(cents * 7 / 10), "last_synced_at": at, "created_at": at, "updated_at": at,
    }));
    source
}

/// Formats cents as an amount.
pub fn amount(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
