//! The packages of the simulator, and the eSIMs that it supplies.

use crate::{CatalogItem, Cost, EsimRef, Secret, SuppliedEsim};
use sha2::{Digest, Sha256};
use wire::{Currency, Money, catalog::plans::ValidityPolicy};

/// The bytes of a gigabyte.
const GB: i64 = 1_000_000_000;

/// The behaviour that the prefix of a SKU forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    Reject,
    Timeout,
    Lost,
    Slow,
    BadCode,
    Expensive,
    Deferred,
    Pending,
    Confirmation,
    Success,
}

impl Scenario {
    pub(super) fn from_sku(sku: &str) -> Self {
        match sku.split_once('-').map(|(prefix, _)| prefix) {
            Some("refuse") => Self::Reject,
            Some("timeout") => Self::Timeout,
            Some("lost") => Self::Lost,
            Some("slow") => Self::Slow,
            Some("badcode") => Self::BadCode,
            Some("dear") => Self::Expensive,
            Some("later") => Self::Deferred,
            Some("pending") => Self::Pending,
            Some("confirm") => Self::Confirmation,
            _ => Self::Success,
        }
    }

    /// Returns whether the request reaches the provider and is charged.
    pub(super) const fn is_purchased(self) -> bool {
        !matches!(self, Self::Reject | Self::Lost)
    }
}

/// The size of a package, which its SKU names: `eu-5gb-30d`. Without a size it is 1 GB for 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// The data volume; `None` for unlimited.
    pub(super) bytes: Option<i64>,
    pub(super) days: i32,
}

impl Size {
    pub(super) fn from_sku(sku: &str) -> Self {
        let mut size = Self {
            bytes: Some(GB),
            days: 30,
        };
        for part in sku.split('-') {
            if part == "unlimited" {
                size.bytes = None;
            } else if let Some(number) = part.strip_suffix("gb").and_then(|text| text.parse().ok())
            {
                size.bytes = Some(GB.saturating_mul(number));
            } else if let Some(number) = part.strip_suffix("mb").and_then(|text| text.parse().ok())
            {
                size.bytes = Some(1_000_000_i64.saturating_mul(number));
            } else if let Some(number) = part.strip_suffix('d').and_then(|text| text.parse().ok()) {
                size.days = number;
            }
        }
        size
    }
}

/// Returns the seed of everything that is supplied for a reference.
pub(super) fn seed(reference: &str) -> Vec<u8> {
    Sha256::digest(reference.as_bytes()).to_vec()
}

fn id(seed: &[u8]) -> String {
    seed.iter()
        .take(10)
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// Returns the id of an order, which is also the id of its package.
pub(super) fn order_ref(reference: &str) -> String {
    format!("SIM-{}", id(&seed(reference)))
}

/// Returns the eSIM of an order.
pub(super) fn supplied(reference: &str, scenario: Scenario) -> SuppliedEsim {
    let seed = seed(reference);
    let id = id(&seed);
    let order_ref = order_ref(reference);
    let code = match scenario {
        Scenario::BadCode => format!("LPA:1$${id}"),
        Scenario::Confirmation => format!("LPA:1$smdp.simulator.example${id}$$1"),
        _ => format!("LPA:1$smdp.simulator.example${id}"),
    };
    SuppliedEsim {
        esim: EsimRef {
            iccid: iccid(&seed),
            provider_ref: None,
            sim_ref: None,
        },
        eid: Some(eid(&seed)),
        activation_code: Secret::new(code),
        confirmation_code: (scenario == Scenario::Confirmation)
            .then(|| Secret::new(id.chars().take(8).collect())),
        apn: None,
        cost: (scenario == Scenario::Expensive).then(|| Cost {
            amount: Money::from(9_999),
            currency: Currency::Usd,
        }),
        bundle_ref: Some(order_ref.clone()),
        order_ref,
    }
}

/// Returns an ICCID of 19 digits: `89`, the unassigned country code 999, thirteen digits of the seed, and the Luhn digit.
pub(super) fn iccid(seed: &[u8]) -> String {
    let number = seed
        .first_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
        % 10_000_000_000_000;
    let body = format!("89999{number:013}");
    let valid = ('0'..='9')
        .map(|digit| format!("{body}{digit}"))
        .find(|iccid| wire::esims::profile::luhn(iccid));
    valid.unwrap_or(body)
}

/// Returns an EID of 32 digits, whose remainder modulo 97 is 1.
pub(super) fn eid(seed: &[u8]) -> String {
    let number = seed
        .last_chunk::<8>()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let body = format!("8999900{number:023}");
    let rest = body.parse::<u128>().map_or(0, |body| body * 100 % 97);
    format!("{body}{:02}", 98_u128.saturating_sub(rest))
}

/// Returns the packages on sale.
pub(super) fn catalog() -> Vec<CatalogItem> {
    let regions: [(&str, &str, &[&str]); 4] = [
        ("eu", "Europe", &["AT", "BE", "DE", "ES", "FR", "IT", "NL"]),
        ("us", "United States", &["US"]),
        ("tr", "Türkiye", &["TR"]),
        ("asia", "Asia", &["ID", "JP", "KR", "MY", "SG", "TH"]),
    ];
    let sizes = [
        (1, 7, 180),
        (3, 15, 420),
        (5, 30, 650),
        (10, 30, 1_150),
        (20, 30, 1_990),
        (50, 60, 3_990),
    ];
    let mut items = Vec::new();
    for (code, name, countries) in regions {
        for (gigabytes, days, cents) in sizes {
            items.push(CatalogItem {
                sku: format!("{code}-{gigabytes}gb-{days}d"),
                topup_sku: None,
                name: format!("{name} {gigabytes} GB, {days} days"),
                cost: Money::from_minor(cents, Currency::Usd),
                currency: Currency::Usd,
                suggested_price: None,
                minimum_price: None,
                data_bytes: Some(GB.saturating_mul(gigabytes)),
                daily_bytes: None,
                throttled_kbps: None,
                validity_days: days,
                validity_policy: Some(ValidityPolicy::FirstUse),
                activate_within_days: Some(180),
                regions: countries
                    .iter()
                    .map(|&country| country.to_owned())
                    .collect(),
                voice_minutes: 0,
                sms_count: 0,
                stock: None,
                can_top_up: Some(true),
                is_kyc_required: Some(false),
                is_hotspot_allowed: Some(true),
                apn: None,
            });
        }
    }
    items
}
