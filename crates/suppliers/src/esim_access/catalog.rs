//! The catalog: one page with every package.

use super::{EsimAccess, call::PACKAGES, from_units};
use crate::{Account, CatalogItem, CatalogPage, Json, SupplierError};
use serde_json::json;
use wire::region::COUNTRIES;

/// The days of a month in a validity.
const DAYS_OF_MONTH: i32 = 30;

impl EsimAccess {
    pub(super) async fn read_catalog(
        &self,
        account: &Account,
    ) -> Result<CatalogPage, SupplierError> {
        let all = json!({ "type": "BASE", "locationCode": "" });
        let answer = self.call(account, &PACKAGES, &all).await?;
        let packages = answer.get("packageList");
        Ok(CatalogPage {
            items: packages.items().into_iter().filter_map(item).collect(),
            next: None,
        })
    }
}

/// Returns a package; `None` for one whose volume counts per day, because its order needs a number of days, and for one
/// without a price, a volume or a validity.
fn item(package: &Json) -> Option<CatalogItem> {
    if package
        .get("dataType")
        .whole()
        .is_some_and(|kind| kind != 1)
    {
        return None;
    }
    let sku = package.get("packageCode").string()?;
    let can_top_up = match package.get("supportTopUpType").whole() {
        Some(1) => Some(false),
        Some(2) => Some(true),
        _ => None,
    };
    Some(CatalogItem {
        topup_sku: (can_top_up == Some(true)).then(|| format!("TOPUP_{sku}")),
        name: package.get("name").string().unwrap_or_else(|| sku.clone()),
        sku,
        cost: from_units(&package.get("price").number()?),
        currency: package.get("currencyCode").currency()?,
        suggested_price: package
            .get("retailPrice")
            .number()
            .map(|price| from_units(&price)),
        minimum_price: None,
        data_bytes: Some(
            package
                .get("volume")
                .bytes(1)
                .filter(|volume| *volume > 0)?,
        ),
        daily_bytes: None,
        throttled_kbps: None,
        validity_days: validity_days(package)?,
        validity_policy: None,
        activate_within_days: package.get("unusedValidTime").count(),
        regions: regions(package.get("location").text().unwrap_or_default()),
        voice_minutes: 0,
        sms_count: 0,
        stock: None,
        can_top_up,
        is_kyc_required: None,
        is_hotspot_allowed: None,
        apn: None,
    })
}

fn validity_days(package: &Json) -> Option<i32> {
    let duration = package.get("duration").count().filter(|days| *days > 0)?;
    match package.get("durationUnit").text()? {
        "DAY" => Some(duration),
        "MONTH" => duration.checked_mul(DAYS_OF_MONTH),
        _ => None,
    }
}

fn regions(location: &str) -> Vec<String> {
    location
        .split(',')
        .map(|code| code.trim().to_ascii_uppercase())
        .filter(|code| COUNTRIES.binary_search(&code.as_str()).is_ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: &str = r#"{"packageCode": "JC016", "slug": "EU-2_3_30", "name": "Europe 3GB 30Days", "price": 84550,
        "currencyCode": "USD", "volume": 3221225472, "smsStatus": 1, "dataType": 1, "unusedValidTime": 180,
        "duration": 30, "durationUnit": "DAY", "location": "FR, de,XX,CH", "speed": "4G/5G", "supportTopUpType": 2}"#;

    fn read(text: &str) -> Option<CatalogItem> {
        item(&Json::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn package_is_read_in_its_own_units() {
        let item = read(PACKAGE).unwrap();
        assert_eq!(item.sku, "JC016");
        assert_eq!(item.topup_sku.as_deref(), Some("TOPUP_JC016"));
        assert_eq!(item.cost.to_string(), "8.46");
        assert_eq!(item.data_bytes, Some(3_221_225_472));
        assert_eq!(
            (item.validity_days, item.activate_within_days),
            (30, Some(180))
        );
        assert_eq!(item.regions, ["FR", "DE", "CH"]);
        assert_eq!(item.can_top_up, Some(true));
        assert_eq!(item.suggested_price, None);
    }

    #[test]
    fn package_that_cannot_be_ordered_is_left_out() {
        for (from, to) in [
            ("\"dataType\": 1", "\"dataType\": 2"),
            ("\"USD\"", "\"XAU\""),
            ("\"DAY\"", "\"FORTNIGHT\""),
            ("\"volume\": 3221225472", "\"volume\": 0"),
            ("84550", "null"),
            ("\"JC016\"", "null"),
        ] {
            assert!(read(&PACKAGE.replace(from, to)).is_none(), "{to}");
        }
        let months = read(
            &PACKAGE
                .replace("\"DAY\"", "\"MONTH\"")
                .replace(": 30,", ": \"2\","),
        );
        assert_eq!(months.map(|item| item.validity_days), Some(60));
        let fixed = read(&PACKAGE.replace("Type\": 2}", "Type\": 1}")).unwrap();
        assert_eq!((fixed.can_top_up, fixed.topup_sku), (Some(false), None));
    }
}
