//! The catalog and the balance.

use super::{Airalo, MEGABYTE, failure::success, orders::has_next};
use crate::{Account, Balance, CatalogItem, CatalogPage, Json, Refusal, SupplierError};
use wire::{Currency, catalog::plans::ValidityPolicy};

/// The number of countries and regions per page. Each contains many packages with long descriptions.
const PAGE: &str = "50";

/// The largest page.
const LARGEST_PAGE: usize = 64 * 1024 * 1024;

impl Airalo {
    /// Reads a page. Its mark contains the number of the page and the currency of the account, which the first page looks up.
    pub(super) async fn read_catalog(
        &self,
        account: &Account,
        mark: Option<&str>,
    ) -> Result<CatalogPage, SupplierError> {
        let (page, currency) = match mark.and_then(parse_mark) {
            Some(mark) => mark,
            None => (1, self.currency(account).await?),
        };
        let number = page.to_string();
        let reply = self
            .send(account, || {
                self.http
                    .get(account, "catalog", &["v2", "packages"])
                    .query("limit", PAGE)
                    .query("include", "topup")
                    .query("page", &number)
                    .largest_body(LARGEST_PAGE)
            })
            .await?;
        let body = success(account, &reply)?;
        let areas = body.get("data");
        if !matches!(areas, Json::List(_) | Json::Object(_)) {
            return Err(SupplierError::unknown("the answer contains no packages"));
        }
        Ok(CatalogPage {
            items: areas
                .items()
                .into_iter()
                .flat_map(|area| read_area(area, currency))
                .collect(),
            next: has_next(&body).then(|| format!("{}:{currency}", page + 1)),
        })
    }

    async fn currency(&self, account: &Account) -> Result<Currency, SupplierError> {
        let balance = self.call_balance(account).await?;
        Ok(balance.get("currency").currency().unwrap_or(Currency::Usd))
    }

    pub(super) async fn read_balance(&self, account: &Account) -> Result<Balance, SupplierError> {
        let balance = self.call_balance(account).await?;
        let amount = balance.get("amount").money();
        let currency = balance.get("currency").currency();
        match (amount, currency) {
            (Some(amount), Some(currency)) => Ok(Balance { amount, currency }),
            _ => Err(SupplierError::refused(
                Refusal::NotAllowed,
                "the account has no balance in a known currency",
            )),
        }
    }

    /// Returns the balance; [`Json::Null`] when the account has none.
    pub(super) async fn call_balance(&self, account: &Account) -> Result<Json, SupplierError> {
        let reply = self
            .send(account, || {
                self.http.get(account, "balance", &["v2", "balance"])
            })
            .await?;
        let body = success(account, &reply)?;
        Ok(body.path(&["data", "balances", "availableBalance"]).clone())
    }
}

fn parse_mark(mark: &str) -> Option<(u32, Currency)> {
    let (page, currency) = mark.split_once(':')?;
    let currency = Json::Text(currency.to_owned()).currency()?;
    Some((page.parse().ok()?, currency))
}

fn read_area(area: &Json, currency: Currency) -> Vec<CatalogItem> {
    let mut items = Vec::new();
    for operator in area.get("operators").items() {
        let packages = operator.get("packages").items();
        let (topups, sims): (Vec<_>, Vec<_>) = packages
            .into_iter()
            .partition(|package| package.get("type").text() == Some("topup"));
        for package in sims {
            match read_package(area, operator, package, &topups, currency) {
                Some(item) => items.push(item),
                None => tracing::warn!(
                    sku = package.get("id").text().unwrap_or_default(),
                    "A package of Airalo has no price or no validity"
                ),
            }
        }
    }
    items
}

fn read_package(
    area: &Json,
    operator: &Json,
    package: &Json,
    topups: &[&Json],
    currency: Currency,
) -> Option<CatalogItem> {
    let price_in = |list: &str| package.path(&["prices", list, currency.as_str()]);
    // Without prices in the currency of the account, the plain fields are in US dollars.
    let (cost, suggested_price, currency) = match price_in("net_price").cost() {
        Some(cost) => {
            let suggested = price_in("recommended_retail_price").money();
            (cost, suggested, currency)
        }
        None => (
            package.get("net_price").cost()?,
            package.get("price").money(),
            Currency::Usd,
        ),
    };
    let is_unlimited = package.get("is_unlimited").flag() == Some(true);
    let data_bytes = package.get("amount").bytes(MEGABYTE);
    if !is_unlimited && data_bytes.is_none() {
        return None;
    }
    let names = [
        area.get("title"),
        operator.get("title"),
        package.get("title"),
    ];
    let names: Vec<_> = names.into_iter().filter_map(Json::text).collect();
    Some(CatalogItem {
        sku: package.get("id").string()?,
        topup_sku: topups
            .iter()
            .find(|topup| is_same_package(package, topup))
            .and_then(|topup| topup.get("id").string()),
        name: names.join(" "),
        cost,
        currency,
        suggested_price,
        minimum_price: None,
        data_bytes: data_bytes.filter(|_| !is_unlimited),
        daily_bytes: None,
        throttled_kbps: None,
        validity_days: package.get("day").count().filter(|days| *days > 0)?,
        validity_policy: match operator.get("activation_policy").text() {
            Some("first-usage") => Some(ValidityPolicy::FirstUse),
            Some("installation") => Some(ValidityPolicy::Installation),
            Some("purchase") => Some(ValidityPolicy::Purchase),
            _ => None,
        },
        activate_within_days: operator.get("install_window_days").count(),
        regions: regions(area, operator),
        voice_minutes: package.get("voice").count().unwrap_or(0),
        sms_count: package.get("text").count().unwrap_or(0),
        stock: None,
        can_top_up: operator.get("rechargeability").flag(),
        is_kyc_required: operator.get("is_kyc_verify").flag(),
        is_hotspot_allowed: None,
        apn: (operator.get("apn_type").text() == Some("manual"))
            .then(|| operator.get("apn_value").string())
            .flatten(),
    })
}

/// Returns whether a top-up adds what a package contains. The provider does not link the two.
fn is_same_package(package: &Json, topup: &Json) -> bool {
    let number = |name: &str| package.get(name).number() == topup.get(name).number();
    number("amount")
        && number("day")
        && number("voice")
        && number("text")
        && package.get("is_unlimited").flag() == topup.get("is_unlimited").flag()
}

/// Returns the countries in which a package works. The slug of an area names a group, such as `world`, that is not every
/// country.
fn regions(area: &Json, operator: &Json) -> Vec<String> {
    let codes = |list: &Json, field: &str| -> Vec<String> {
        let mut codes: Vec<_> = list
            .items()
            .into_iter()
            .filter_map(|country| country.get(field).text())
            .filter(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()))
            .map(str::to_ascii_uppercase)
            .collect();
        codes.sort();
        codes.dedup();
        codes
    };
    let covered = codes(operator.get("coverages"), "code");
    if !covered.is_empty() {
        return covered;
    }
    let named = codes(operator.get("countries"), "country_code");
    if !named.is_empty() {
        return named;
    }
    codes(&Json::List(vec![area.clone()]), "country_code")
}
