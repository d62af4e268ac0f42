//! Orders of eSIMs.

use super::{
    EsimAccess,
    call::{ORDER, PACKAGES},
    esims,
    failure::Failure,
    from_units, to_units,
};
use crate::{
    Account, Delivery, EsimRef, Json, Purchase, Refusal, Sent, SuppliedEsim, SupplierError,
};
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use wire::{Currency, esims::inventory::EsimStatus};

/// The pause between the first questions for a delivery.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(3);

/// How long the first questions are asked.
const FIRST_QUESTIONS: TimeDelta = TimeDelta::seconds(60);

/// The pause between the later questions.
const LATER_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// How far the provider's time of an order can be from ours.
const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// The lists of packages.
pub(super) enum PackageList<'a> {
    /// The packages with an eSIM.
    Base { sku: &'a str },
    /// The top-ups of an eSIM.
    TopUp { iccid: &'a str },
}

impl EsimAccess {
    /// Sends an order. The provider refuses another price than the expected one. Our price is rounded to cents: when the
    /// exact price rounds to it, the order is sent again with the exact price.
    pub(super) async fn place_order(
        &self,
        account: &Account,
        purchase: &Purchase,
    ) -> Result<Delivery, SupplierError> {
        let expected = expected_price(purchase);
        let mut result = self.send_order(account, purchase, expected).await;
        if expected.is_some() && matches!(&result, Err(failure) if failure.is_price_change()) {
            let list = PackageList::Base { sku: &purchase.sku };
            if let Some(exact) = self.exact_price(account, purchase, list).await {
                result = self.send_order(account, purchase, Some(exact)).await;
            }
        }
        result.map_err(Into::into)
    }

    async fn send_order(
        &self,
        account: &Account,
        purchase: &Purchase,
        price: Option<i64>,
    ) -> Result<Delivery, Failure> {
        let answer = self.call(account, &ORDER, &order(purchase, price)).await?;
        let order_ref = answer
            .get("orderNo")
            .string()
            .ok_or_else(|| SupplierError::unknown("the answer has no order number"))?;
        Ok(Delivery::Pending {
            order_ref,
            ask_again: FIRST_PAUSE,
        })
    }

    /// Returns the price of a package in the provider's units, if it rounds to the expected price but is another one.
    pub(super) async fn exact_price(
        &self,
        account: &Account,
        purchase: &Purchase,
        list: PackageList<'_>,
    ) -> Option<i64> {
        let filter = match list {
            PackageList::Base { sku } => json!({ "type": "BASE", "packageCode": sku }),
            PackageList::TopUp { iccid } => json!({ "type": "TOPUP", "iccid": iccid }),
        };
        let answer = self.call(account, &PACKAGES, &filter).await.ok()?;
        let packages = answer.get("packageList");
        let package = packages.items().into_iter().find(|package| {
            ["packageCode", "slug"]
                .iter()
                .any(|name| package.get(name).text() == Some(&purchase.sku))
        })?;
        let price = package.get("price").number()?;
        let cost = purchase.expected_cost.as_ref()?;
        let units = package.get("price").whole()?;
        (from_units(&price) == cost.amount && Some(units) != to_units(&cost.amount))
            .then_some(units)
    }

    pub(super) async fn look_up_order(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
    ) -> Result<Option<Delivery>, SupplierError> {
        let age = self.http.now() - sent.sent_at;
        let ask_again = if age < FIRST_QUESTIONS {
            FIRST_PAUSE
        } else {
            LATER_PAUSE
        };
        if let Some(order_ref) = &sent.order_ref {
            let pending = || Delivery::Pending {
                order_ref: order_ref.clone(),
                ask_again,
            };
            match self.query(account, json!({ "orderNo": order_ref })).await {
                Ok(found) => {
                    let item = found
                        .iter()
                        .find(|item| item.get("orderNo").text().is_none_or(|no| no == order_ref));
                    return item
                        .map_or(Ok(pending()), |item| delivery(item, order_ref, ask_again))
                        .map(Some);
                }
                Err(failure) if failure.is_allocating() => return Ok(Some(pending())),
                // The number is ours only if the order exists; the reference decides.
                Err(failure) if failure.is_unknown_order() => {}
                Err(failure) => return Err(failure.of_look_up()),
            }
        }
        let found = match self.query(account, window(sent)).await {
            Ok(found) => found,
            Err(failure) if failure.is_unknown_order() => return Ok(None),
            Err(failure) => return Err(failure.of_look_up()),
        };
        let others: Vec<(&str, &Json)> = found
            .iter()
            .filter_map(|item| Some((item.get("orderNo").text()?, item)))
            .filter(|(number, _)| !sent.known_orders.iter().any(|known| known == number))
            .collect();
        let reference = |item: &Json| item.get("transactionId").string();
        let mut matching: Vec<(&str, &Json)> = others
            .iter()
            .copied()
            .filter(|(_, item)| reference(item).as_ref() == Some(&sent.order.reference))
            .collect();
        if matching.is_empty() && others.iter().any(|(_, item)| reference(item).is_none()) {
            return Err(SupplierError::unknown(
                "the list has an order without a reference, which can be this one",
            ));
        }
        matching.sort_by_key(|(number, _)| *number);
        matching
            .first()
            .map(|(number, item)| delivery(item, number, ask_again))
            .transpose()
    }
}

/// Returns the body of an order.
fn order(purchase: &Purchase, price: Option<i64>) -> Value {
    let mut package = json!({ "packageCode": purchase.sku, "count": 1 });
    let mut body = json!({ "transactionId": purchase.reference });
    if let (Some(price), Some(package), Some(body)) =
        (price, package.as_object_mut(), body.as_object_mut())
    {
        package.insert("price".into(), price.into());
        body.insert("amount".into(), price.into());
    }
    if let Some(body) = body.as_object_mut() {
        body.insert("packageInfoList".into(), json!([package]));
    }
    body
}

/// Returns the expected price in the provider's units. The provider charges in US dollars.
pub(super) fn expected_price(purchase: &Purchase) -> Option<i64> {
    let cost = purchase.expected_cost.as_ref()?;
    (cost.currency == Currency::Usd)
        .then(|| to_units(&cost.amount))
        .flatten()
        .filter(|price| *price > 0)
}

/// Returns the query of the orders around the time of an order.
fn window(sent: &Sent<Purchase>) -> Value {
    let time =
        |time: chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({ "startTime": time(sent.sent_at - WINDOW), "endTime": time(sent.sent_at + WINDOW) })
}

/// Returns the delivery of an eSIM in the answer to a query.
fn delivery(item: &Json, order_ref: &str, ask_again: TimeDelta) -> Result<Delivery, SupplierError> {
    let state = esims::state(item, chrono::DateTime::default());
    if state.status == Some(EsimStatus::Cancelled) {
        return Err(SupplierError::refused(
            Refusal::NotAllowed,
            format!("the provider cancelled the order: {}", state.reported),
        ));
    }
    let (Some(_), Some(activation_code), Some(number)) = (
        item.get("iccid").text(),
        item.get("ac").text(),
        item.get("esimTranNo").text(),
    ) else {
        return Ok(Delivery::Pending {
            order_ref: order_ref.to_owned(),
            ask_again,
        });
    };
    let Some(iccid) = item.get("iccid").exact_text() else {
        return Err(SupplierError::Unknown {
            message: "the ICCID is a number and can be rounded".into(),
            order_ref: Some(order_ref.to_owned()),
        });
    };
    Ok(Delivery::Ready(Box::new(SuppliedEsim {
        order_ref: order_ref.to_owned(),
        esim: EsimRef {
            iccid: iccid.to_owned(),
            provider_ref: Some(number.to_owned()),
            sim_ref: None,
        },
        eid: item.get("eid").string(),
        activation_code: activation_code.to_owned().into(),
        confirmation_code: None,
        apn: item.get("apn").string(),
        cost: None,
        bundle_ref: Some(esims::bundle_ref(number, 0)),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cost;

    fn purchase(amount: &str, currency: Currency) -> Purchase {
        Purchase {
            reference: "0190a0b0-0000-7000-8000-000000000001-1".into(),
            sku: "CKH491".into(),
            expected_cost: Some(Cost {
                amount: amount.parse().unwrap(),
                currency,
            }),
            callback_url: None,
        }
    }

    #[test]
    fn order_states_the_price_in_ten_thousandths() {
        let purchase = purchase("5.70", Currency::Usd);
        assert_eq!(
            order(&purchase, expected_price(&purchase)).to_string(),
            r#"{"transactionId":"0190a0b0-0000-7000-8000-000000000001-1","amount":57000,"packageInfoList":[{"packageCode":"CKH491","count":1,"price":57000}]}"#
        );
        let euro = super::tests::purchase("5.70", Currency::Eur);
        assert_eq!(
            order(&euro, expected_price(&euro)).to_string(),
            r#"{"transactionId":"0190a0b0-0000-7000-8000-000000000001-1","packageInfoList":[{"packageCode":"CKH491","count":1}]}"#
        );
    }

    #[test]
    fn deliveries_are_pending_until_the_activation_code_exists() {
        let read = |text: &str| {
            delivery(
                &Json::parse(text.as_bytes()).unwrap(),
                "B1",
                TimeDelta::seconds(3),
            )
        };
        for text in [
            "{}",
            r#"{"esimTranNo": "1", "iccid": "8943108170001029631"}"#,
            r#"{"esimTranNo": "1", "iccid": "", "ac": "", "esimStatus": "GETTING_RESOURCE"}"#,
        ] {
            assert!(matches!(read(text), Ok(Delivery::Pending { .. })), "{text}");
        }
        let ready = r#"{"esimTranNo": 26112900, "iccid": "8943108170001029631", "ac": "LPA:1$rsp.example.com$X1", "eid": ""}"#;
        let Ok(Delivery::Ready(esim)) = read(ready) else {
            panic!("not delivered");
        };
        assert_eq!(esim.esim.iccid, "8943108170001029631");
        assert_eq!(esim.esim.provider_ref.as_deref(), Some("26112900"));
        assert_eq!(esim.activation_code.as_str(), "LPA:1$rsp.example.com$X1");
        assert_eq!(esim.eid, None);
        let rounded = read(&ready.replace("\"8943108170001029631\"", "8943108170001029631"));
        assert!(matches!(
            rounded,
            Err(SupplierError::Unknown {
                order_ref: Some(_),
                ..
            })
        ));
        let cancelled = read(&ready.replace("\"eid\": \"\"", "\"esimStatus\": \"CANCEL\""));
        assert!(matches!(cancelled, Err(SupplierError::Refused { .. })));
    }
}
