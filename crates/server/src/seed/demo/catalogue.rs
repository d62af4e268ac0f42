//! What the shop sells, at what price, and who supplies it. The beginning of a SKU tells the simulated supplier what
//! kind of day it has.

use super::super::{
    Ground,
    rows::{Rows, id_of},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Result, crypto::Place};
use serde_json::{Value, json};
use uuid::Uuid;

/// A plan, its price in cents, and the SKU that a provider has for it.
struct Ware {
    name: &'static str,
    mb: Option<u32>,
    days: u32,
    regions: &'static [&'static str],
    cents: Option<u32>,
    sku: Option<(usize, &'static str)>,
}

const fn ware(
    name: &'static str,
    mb: Option<u32>,
    days: u32,
    regions: &'static [&'static str],
    cents: u32,
    sku: Option<(usize, &'static str)>,
) -> Ware {
    Ware {
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

const WARES: [Ware; 18] = [
    ware(
        "1 GB Europe",
        Some(1_000),
        7,
        &["EUROPE"],
        490,
        Some((0, "nw-eu-1gb-7d")),
    ),
    ware(
        "5 GB Europe",
        Some(5_000),
        30,
        &["EUROPE"],
        1290,
        Some((0, "nw-eu-5gb-30d")),
    ),
    ware(
        "10 GB Europe",
        Some(10_000),
        30,
        &["EUROPE", "TR"],
        1990,
        Some((1, "hb-eu-10gb")),
    ),
    ware(
        "3 GB Japan",
        Some(3_000),
        15,
        &["JP"],
        890,
        Some((0, "nw-jp-3gb-15d")),
    ),
    ware(
        "10 GB Asia",
        Some(10_000),
        30,
        &["ASIA"],
        2290,
        Some((1, "hb-asia-10gb")),
    ),
    ware(
        "5 GB United States",
        Some(5_000),
        30,
        &["US"],
        1590,
        Some((0, "nw-us-5gb-30d")),
    ),
    ware(
        "20 GB North America",
        Some(20_000),
        30,
        &["NORTH_AMERICA"],
        3990,
        Some((1, "hb-na-20gb")),
    ),
    ware(
        "3 GB Latin America",
        Some(3_000),
        30,
        &["LATIN_AMERICA"],
        1890,
        Some((0, "nw-latam-3gb")),
    ),
    ware(
        "2 GB Caribbean",
        Some(2_000),
        15,
        &["CARIBBEAN"],
        2490,
        Some((0, "refuse-carib-2gb")),
    ),
    ware(
        "1 GB Africa",
        Some(1_000),
        15,
        &["AFRICA"],
        990,
        Some((1, "hb-afr-1gb")),
    ),
    ware(
        "5 GB Middle East",
        Some(5_000),
        30,
        &["MIDDLE_EAST"],
        2190,
        Some((1, "timeout-me-5gb")),
    ),
    ware(
        "3 GB Oceania",
        Some(3_000),
        30,
        &["OCEANIA"],
        1690,
        Some((1, "hb-oc-3gb")),
    ),
    ware(
        "1 GB Global",
        Some(1_000),
        7,
        &["GLOBAL"],
        690,
        Some((0, "nw-gl-1gb-7d")),
    ),
    ware(
        "20 GB Global",
        Some(20_000),
        90,
        &["GLOBAL"],
        5990,
        Some((0, "nw-gl-20gb-90d")),
    ),
    ware(
        "Unlimited Great Britain",
        None,
        14,
        &["GB", "IE"],
        2890,
        Some((1, "hb-gb-unl-14d")),
    ),
    ware(
        "Weekend Switzerland",
        Some(2_000),
        3,
        &["CH", "LI"],
        590,
        None,
    ),
    Ware {
        name: "50 GB Global Crew",
        mb: Some(50_000),
        days: 180,
        regions: &["GLOBAL"],
        cents: None,
        sku: None,
    },
    ware(
        "5 GB Europe (2025)",
        Some(5_000),
        30,
        &["EUROPE"],
        1490,
        None,
    ),
];
/// The last of the wares is not sold any more.
const WITHDRAWN: usize = 17;
/// The plan whose price changes next month.
const DEARER: usize = 1;

/// A plan that was seeded.
pub struct Plan {
    pub id: Uuid,
    pub terms: Value,
    pub mb: Option<u32>,
    pub days: i64,
    pub cents: u32,
    pub source: Option<Source>,
}

/// Who supplies a plan, and for how much.
#[derive(Clone)]
pub struct Source {
    pub provider: Uuid,
    pub offer: Uuid,
    pub sku: String,
    pub cents: u32,
}

/// Adds providers, plans, prices and offers.
pub fn add(rows: &mut Rows, ground: &Ground<'_>, admin: Uuid) -> Result<Vec<Plan>> {
    let opened = ground.now - TimeDelta::days(58);
    let providers = PROVIDERS
        .iter()
        .enumerate()
        .map(|(number, (name, kind))| provider(rows, ground, (number, name, kind), opened))
        .collect::<Result<Vec<_>>>()?;
    providers.iter().for_each(|id| {
        rows.act(
            opened,
            Some((admin, "admin")),
            ("provider.create", "provider", *id),
            json!({ "fields": ["name", "api_endpoint", "api_key", "adapter"] }),
            None,
        )
    });
    Ok(WARES.iter().enumerate().map(|(number, ware)| {
        let at = opened + TimeDelta::minutes(i64::try_from(number).unwrap_or_default() * 11);
        let id = plan(rows, number, ware, at, ground.now);
        rows.act(at, Some((admin, "admin")), ("plan.create", "plan", id), json!({ "name": { "before": null, "after": ware.name } }), None);
        if number == WITHDRAWN { rows.act(ground.now - TimeDelta::days(20), Some((admin, "admin")), ("plan.withdraw", "plan", id), Value::Null, None); }
        prices(rows, ground, (number, id), ware, admin);
        let source = ware.sku.and_then(|(place, sku)| Some(offer(rows, (number, id), *providers.get(place)?, sku, ware.cents?, at)));
        let terms = json!({ "name": ware.name, "data_limit_mb": ware.mb.map(|mb| format!("{mb}.00")), "voice_minutes": 0, "sms_count": 0, "validity_days": ware.days, "regions": ware.regions });
        Plan { id, terms, mb: ware.mb, days: ware.days.into(), cents: ware.cents.unwrap_or_default(), source }
    }).collect())
}

fn provider(
    rows: &mut Rows,
    ground: &Ground<'_>,
    (number, name, kind): (usize, &str, &str),
    at: DateTime<Utc>,
) -> Result<Uuid> {
    let id = id_of("demo provider", number, at);
    let key = ground.keys.seal_text(
        Place::new("data_providers", "api_key_encrypted", id),
        "the-simulator-asks-for-none",
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
    ware: &Ware,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Uuid {
    let id = id_of("demo plan", number, at);
    let gone = (number == WITHDRAWN).then_some(now - TimeDelta::days(20));
    let (policy, since) = match ware.days {
        ..=60 => ("first_use", "the first connection"),
        _ => ("purchase", "the purchase"),
    };
    rows.add("plans", json!({
        "id": id, "name": ware.name, "description": format!("Data only, {} days from {since}. Works as soon as it is installed.", ware.days),
        "data_limit_mb": ware.mb, "validity_days": ware.days, "regions": ware.regions, "is_active": gone.is_none(), "topup_allowed": ware.days > 7,
        "validity_policy": policy, "activate_within_days": 180,
        "daily_limit_mb": ware.mb.is_none().then_some(3_000), "throttled_kbps": ware.mb.is_none().then_some(1_024), "hotspot_allowed": ware.mb.is_some(),
        "kyc_required": ware.regions.contains(&"JP"), "created_at": at, "updated_at": gone.unwrap_or(at), "deleted_at": gone,
    }));
    id
}

/// USD for every plan, EUR for those of Europe; one changes in the first days of next month.
fn prices(
    rows: &mut Rows,
    ground: &Ground<'_>,
    (number, plan): (usize, Uuid),
    ware: &Ware,
    admin: Uuid,
) {
    let Some(cents) = ware.cents else { return };
    let (from, change) = (
        ground.now - TimeDelta::days(57),
        ground.now + TimeDelta::days(14),
    );
    let end = if number == DEARER { Some(change) } else { None };
    let mut add = |key: usize,
                   cents: u32,
                   currency: &str,
                   from: DateTime<Utc>,
                   to: Option<DateTime<Utc>>,
                   note: Option<&str>| {
        rows.add("plan_pricing", json!({
        "id": id_of("demo price", number * 10 + key, from.min(ground.now)), "plan_id": plan, "region": "GLOBAL", "cost_price": amount(cents * 11 / 20), "selling_price": amount(cents), "currency": currency,
        "effective_from": from, "effective_to": to, "note": note, "created_by": admin, "created_at": from.min(ground.now),
    }))
    };
    // The first month was cheaper, so that there is something to see of time.
    let raised = ground.now - TimeDelta::days(28);
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
    if ware.regions.contains(&"EUROPE") || ware.regions.contains(&"GB") {
        add(2, cents * 23 / 25, "EUR", from, None, None);
    }
}

fn offer(
    rows: &mut Rows,
    (number, plan): (usize, Uuid),
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

/// Cents as an amount.
pub fn amount(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
