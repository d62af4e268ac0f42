//! Orders of packages for an eSIM.

use super::{
    Airalo,
    failure::success,
    orders::{cost, first, is_completed, order_ref},
};
use crate::{Account, Json, Sent, SuppliedTopUp, SupplierError, TopUp, TopUpDelivery};
use chrono::TimeDelta;

/// When to look up a top-up that the provider still works on.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

impl Airalo {
    pub(super) async fn place_top_up(
        &self,
        account: &Account,
        topup: &TopUp,
    ) -> Result<TopUpDelivery, SupplierError> {
        let fields = [
            ("package_id", topup.purchase.sku.as_str()),
            ("iccid", topup.esim.iccid.as_str()),
            ("description", topup.purchase.reference.as_str()),
        ];
        let reply = self
            .send(account, || {
                self.http
                    .post(account, "top_up", &["v2", "orders", "topups"])
                    .form(&fields)
            })
            .await?;
        let body = success(account, &reply)?;
        let order = body.get("data");
        let order_ref = order_ref(order)
            .ok_or_else(|| SupplierError::unknown("the answer contains no order number"))?;
        Ok(TopUpDelivery::Ready(supplied(order, order_ref, None)))
    }

    /// Looks up a top-up by its reference. If the provider has not stored the reference, a package with the SKU that was not
    /// on the eSIM before proves the top-up.
    pub(super) async fn look_up_top_up(
        &self,
        account: &Account,
        sent: &Sent<TopUp>,
    ) -> Result<Option<TopUpDelivery>, SupplierError> {
        let topup = &sent.order;
        let found = self.search(account, &topup.purchase.reference).await?;
        let orders = found
            .iter()
            .filter(|order| order.get("type").text() == Some("topup"));
        if let Some(order) = first(orders, &topup.purchase.reference) {
            let order_ref = order_ref(order)
                .ok_or_else(|| SupplierError::unknown("the top-up in the list has no number"))?;
            if !is_completed(order)? {
                return Ok(Some(TopUpDelivery::Pending {
                    order_ref,
                    ask_again: ASK_AGAIN,
                }));
            }
            return Ok(Some(TopUpDelivery::Ready(supplied(order, order_ref, None))));
        }
        // Every eSIM has a package. Without a known one, the packages were not read before the order.
        if topup.known_bundles.is_empty() {
            return Ok(None);
        }
        let packages = self
            .read_packages(account, &topup.esim)
            .await
            .map_err(SupplierError::of_look_up)?;
        let new: Vec<&Json> = packages
            .iter()
            .filter(|package| {
                package.path(&["package", "id"]).text() == Some(topup.purchase.sku.as_str())
            })
            .filter(|package| {
                package
                    .get("id")
                    .text()
                    .is_some_and(|id| !topup.known_bundles.iter().any(|known| known == id))
            })
            .collect();
        match new.as_slice() {
            [] => Ok(None),
            [package] => {
                let bundle_ref = package.get("id").string();
                let order_ref = sent
                    .order_ref
                    .clone()
                    .or_else(|| bundle_ref.clone())
                    .unwrap_or_default();
                let mut found = supplied(&Json::Null, order_ref, bundle_ref);
                found.is_running = package.get("status").text() == Some("ACTIVE");
                found.starts_at = package.get("activated_at").time();
                found.expires_at = package.get("expired_at").time();
                Ok(Some(TopUpDelivery::Ready(found)))
            }
            _ => Err(SupplierError::unknown(
                "more than one new package on the eSIM can be the top-up",
            )),
        }
    }
}

/// Returns a top-up. Its answer has no start and no end; the state of the eSIM has them.
fn supplied(order: &Json, order_ref: String, bundle_ref: Option<String>) -> SuppliedTopUp {
    SuppliedTopUp {
        order_ref,
        bundle_ref,
        is_running: false,
        starts_at: None,
        expires_at: None,
        cost: cost(order),
    }
}
