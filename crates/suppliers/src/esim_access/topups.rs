//! Top-ups. A top-up extends the volume and the validity of the eSIM's package.

use super::{
    EsimAccess,
    call::TOP_UP,
    esims::bundle_ref,
    failure::Failure,
    orders::{PackageList, expected_price},
};
use crate::{Account, Json, Refusal, Sent, SuppliedTopUp, SupplierError, TopUp, TopUpDelivery};
use serde_json::{Value, json};

impl EsimAccess {
    pub(super) async fn place_top_up(
        &self,
        account: &Account,
        topup: &TopUp,
    ) -> Result<TopUpDelivery, SupplierError> {
        let number = number(topup)?;
        let expected = expected_price(&topup.purchase);
        let mut result = self.send_top_up(account, topup, number, expected).await;
        if expected.is_some() && matches!(&result, Err(failure) if failure.is_price_change()) {
            let list = PackageList::TopUp {
                iccid: &topup.esim.iccid,
            };
            if let Some(exact) = self.exact_price(account, &topup.purchase, list).await {
                result = self.send_top_up(account, topup, number, Some(exact)).await;
            }
        }
        match result {
            Err(failure) if failure.is_wrong_state() => Err(SupplierError::refused(
                Refusal::NotAllowed,
                "the state of the eSIM does not allow a top-up",
            )),
            result => result.map_err(Into::into),
        }
    }

    async fn send_top_up(
        &self,
        account: &Account,
        topup: &TopUp,
        number: &str,
        price: Option<i64>,
    ) -> Result<TopUpDelivery, Failure> {
        let answer = self
            .call(account, &TOP_UP, &body(topup, number, price))
            .await?;
        let position = topup.known_bundles.len().max(1);
        Ok(TopUpDelivery::Ready(SuppliedTopUp {
            order_ref: topup.purchase.reference.clone(),
            bundle_ref: Some(bundle_ref(number, position)),
            is_running: is_running(&answer),
            starts_at: None,
            expires_at: answer
                .get("expiredTime")
                .time()
                .filter(|_| is_running(&answer)),
            cost: None,
        }))
    }

    /// Looks for the package in the list of the eSIM. A top-up that is not there may be sent again with its reference.
    pub(super) async fn look_up_top_up(
        &self,
        account: &Account,
        sent: &Sent<TopUp>,
    ) -> Result<Option<TopUpDelivery>, SupplierError> {
        let topup = &sent.order;
        let number = number(topup)?;
        let item = self
            .find_esim(account, &topup.esim)
            .await
            .map_err(SupplierError::of_look_up)?;
        let packages = item.get("packageList").items();
        let position = topup.known_bundles.len().max(1);
        let is_delivered = packages
            .iter()
            .skip(position)
            .any(|package| is_package(package, &topup.purchase.sku));
        Ok(is_delivered.then(|| {
            TopUpDelivery::Ready(SuppliedTopUp {
                order_ref: topup.purchase.reference.clone(),
                bundle_ref: Some(bundle_ref(number, position)),
                is_running: is_running(&item),
                starts_at: None,
                expires_at: item.get("expiredTime").time().filter(|_| is_running(&item)),
                cost: None,
            })
        }))
    }
}

/// Returns the provider's number of an eSIM.
fn number(topup: &TopUp) -> Result<&str, SupplierError> {
    topup.esim.provider_ref.as_deref().ok_or_else(|| {
        SupplierError::refused(
            Refusal::UnknownEsim,
            "the eSIM has no number at the provider",
        )
    })
}

fn body(topup: &TopUp, number: &str, price: Option<i64>) -> Value {
    let mut body = json!({
        "esimTranNo": number,
        "packageCode": topup.purchase.sku,
        "transactionId": topup.purchase.reference,
    });
    if let (Some(price), Some(body)) = (price, body.as_object_mut()) {
        body.insert("amount".into(), price.into());
    }
    body
}

/// Returns whether an eSIM has been used. The volume of a top-up is usable at once, but its days begin with the first use.
fn is_running(esim: &Json) -> bool {
    esim.get("orderUsage").whole().is_some_and(|used| used > 0)
}

/// Returns whether a package in the list of an eSIM has a SKU. The list has the code of the package or that of its top-up.
fn is_package(package: &Json, sku: &str) -> bool {
    const PREFIX: &str = "TOPUP_";
    package.get("packageCode").text().is_some_and(|code| {
        code.strip_prefix(PREFIX).unwrap_or(code) == sku.strip_prefix(PREFIX).unwrap_or(sku)
    })
}
