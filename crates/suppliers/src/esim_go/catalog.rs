//! The catalog and the balance.

use super::{EsimGo, MEGABYTE};
use crate::{Account, Balance, CatalogItem, CatalogPage, Json, Refusal, SupplierError};
use wire::{Currency, catalog::plans::ValidityPolicy};

/// The number of packages per page.
const PAGE: usize = 100;

/// The largest page. A regional package lists every country with its name.
const LARGEST_PAGE: usize = 32 * 1024 * 1024;

/// The fair use of unlimited packages: a part of the name, the bytes per day at full speed, the speed after them in kbit/s.
const FAIR_USE: [(&str, i64, i32); 3] = [
    ("_UL_", 1_000_000_000, 512),
    ("_ULE_", 1_000_000_000, 1_250),
    ("_ULP_", 2_000_000_000, 2_000),
];

/// Packages that were not used lapse after a year.
const LAPSES_AFTER_DAYS: i32 = 365;

impl EsimGo {
    /// Reads a page. Its mark contains the number of the page and the currency of the account, which the first page looks up.
    pub(super) async fn read_catalog(
        &self,
        account: &Account,
        mark: Option<&str>,
    ) -> Result<CatalogPage, SupplierError> {
        let (page, currency) = match mark.and_then(parse_mark) {
            Some(mark) => mark,
            None => (1, self.read_balance(account).await?.currency),
        };
        let call = self
            .http
            .get(account, "catalog", &["catalogue"])
            .query("page", &page.to_string())
            .query("perPage", &PAGE.to_string())
            .query("orderBy", "name")
            .query("direction", "asc")
            .largest_body(LARGEST_PAGE);
        let body = self.call(account, call, Refusal::BadRequest).await?;
        let rows = match body.get("bundles") {
            Json::Null => &body,
            rows => rows,
        };
        if !matches!(rows, Json::List(_)) {
            return Err(SupplierError::unknown("the answer contains no packages"));
        }
        let rows = rows.items();
        let next = (rows.len() >= PAGE).then(|| format!("{}:{currency}", page + 1));
        let items = rows
            .into_iter()
            .filter_map(|row| {
                let item = read_item(row, currency);
                if item.is_none() {
                    tracing::warn!(
                        sku = row.get("name").text().unwrap_or_default(),
                        "A package of eSIM Go has no price or no validity"
                    );
                }
                item
            })
            .collect();
        Ok(CatalogPage { items, next })
    }

    pub(super) async fn read_balance(&self, account: &Account) -> Result<Balance, SupplierError> {
        let organisation = self.organisation(account).await?;
        let amount = organisation.get("balance").money();
        let currency = organisation.get("currency").currency();
        match (amount, currency) {
            (Some(amount), Some(currency)) => Ok(Balance { amount, currency }),
            _ => Err(SupplierError::refused(
                Refusal::NotAllowed,
                "the account has no balance in a known currency",
            )),
        }
    }
}

fn parse_mark(mark: &str) -> Option<(u32, Currency)> {
    let (page, currency) = mark.split_once(':')?;
    let currency = Json::Text(currency.to_owned()).currency()?;
    Some((page.parse().ok()?, currency))
}

fn read_item(row: &Json, currency: Currency) -> Option<CatalogItem> {
    let sku = row.get("name").string()?;
    let is_unlimited = row.get("unlimited").flag() == Some(true);
    let data_bytes = row.get("dataAmount").bytes(MEGABYTE);
    if !is_unlimited && data_bytes.is_none() {
        return None;
    }
    let fair_use = FAIR_USE
        .iter()
        .find(|(part, _, _)| is_unlimited && sku.contains(part));
    Some(CatalogItem {
        topup_sku: None,
        name: row
            .get("description")
            .string()
            .unwrap_or_else(|| sku.clone()),
        cost: row.get("price").cost()?,
        currency,
        suggested_price: None,
        minimum_price: None,
        data_bytes: data_bytes.filter(|_| !is_unlimited),
        daily_bytes: fair_use.map(|(_, bytes, _)| *bytes),
        throttled_kbps: fair_use.map(|(_, _, kbps)| *kbps),
        validity_days: row.get("duration").count().filter(|days| *days > 0)?,
        validity_policy: (row.get("autostart").flag() == Some(false))
            .then_some(ValidityPolicy::FirstUse),
        activate_within_days: Some(LAPSES_AFTER_DAYS),
        regions: regions(row),
        voice_minutes: 0,
        sms_count: 0,
        stock: None,
        can_top_up: None,
        is_kyc_required: None,
        is_hotspot_allowed: None,
        apn: None,
        sku,
    })
}

fn regions(row: &Json) -> Vec<String> {
    let mut codes: Vec<_> = ["countries", "roamingEnabled"]
        .into_iter()
        .flat_map(|list| row.get(list).items())
        .filter_map(|country| country.get("iso").text())
        .filter(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()))
        .map(str::to_ascii_uppercase)
        .collect();
    codes.sort();
    codes.dedup();
    codes
}
