//! Cancellation: unstarted packages are revoked, with a refund to the balance where the provider offers it.

use super::{EsimGo, esims::read_states};
use crate::{Account, Cancellation, EsimRef, Json, Refusal, SupplierError};
use reqwest::Method;
use wire::esims::usage::BundleStatus;

impl EsimGo {
    /// Revokes the packages of an eSIM. If one has started, nothing is revoked.
    pub(super) async fn revoke_bundles(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Cancellation, SupplierError> {
        let (bundles, _) = self.read_bundles(account, &esim.iccid).await?;
        let states = read_states(&bundles);
        if states.iter().any(|bundle| {
            !matches!(
                bundle.status,
                BundleStatus::Queued | BundleStatus::Cancelled
            )
        }) {
            return Err(SupplierError::refused(
                Refusal::NotAllowed,
                "a package has started",
            ));
        }
        let mut is_refunded = true;
        let mut is_revoked = false;
        for bundle in states {
            let (BundleStatus::Queued, Some(sku)) = (bundle.status, &bundle.sku) else {
                continue;
            };
            is_refunded &= self.revoke(account, esim, sku, &bundle.bundle_ref).await?;
            is_revoked = true;
        }
        if is_revoked && is_refunded {
            Ok(Cancellation::Refunded(None))
        } else {
            Ok(Cancellation::WithoutRefund)
        }
    }

    /// Revokes a package and returns whether its price goes to the balance; otherwise the package goes to the inventory.
    async fn revoke(
        &self,
        account: &Account,
        esim: &EsimRef,
        sku: &str,
        assignment: &str,
    ) -> Result<bool, SupplierError> {
        let by_id = [
            "esims",
            &esim.iccid,
            "bundles",
            sku,
            "assignments",
            assignment,
        ];
        let by_name = ["esims", &esim.iccid, "bundles", sku];
        let validation = self
            .http
            .call(account, "validate_revoke", Method::DELETE, &by_id)
            .query("type", "validate")
            .repeatable();
        let options = self.call(account, validation, Refusal::UnknownEsim).await?;
        let offer = find(&options, "offerId");
        let call = match offer {
            Some(offer) => self
                .http
                .call(account, "revoke", Method::DELETE, &by_name)
                .query("refundToBalance", "true")
                .query("offerId", offer),
            // By the name, the provider would revoke the oldest package of that name.
            None => self.http.call(account, "revoke", Method::DELETE, &by_id),
        };
        let call = call.query("type", "transaction");
        self.call(account, call, Refusal::UnknownEsim).await?;
        Ok(offer.is_some())
    }
}

/// Returns the first field of a name. Where the answer contains the offer is not documented.
fn find<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name)
        .text()
        .or_else(|| json.items().into_iter().find_map(|item| find(item, name)))
}
