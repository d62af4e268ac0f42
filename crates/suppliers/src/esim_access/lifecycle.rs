//! Suspension, resumption and cancellation.

use super::{
    EsimAccess,
    call::{CANCEL, Operation, RESUME, REVOKE, SUSPEND},
    failure::Failure,
};
use crate::{Account, CancelReason, Cancellation, Change, EsimRef, Refusal, SupplierError};
use serde_json::json;

impl EsimAccess {
    pub(super) async fn suspend_esim(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Change, SupplierError> {
        self.change(account, &SUSPEND, esim, |service| service == "SUSPENDED")
            .await
    }

    pub(super) async fn resume_esim(
        &self,
        account: &Account,
        esim: &EsimRef,
    ) -> Result<Change, SupplierError> {
        let is_in_service = |service: &str| matches!(service, "GOT_RESOURCE" | "IN_USE");
        self.change(account, &RESUME, esim, is_in_service).await
    }

    /// Cancels an unused eSIM, whose price the provider returns. A used one is ended only if its service shall end without
    /// a refund.
    pub(super) async fn cancel_esim(
        &self,
        account: &Account,
        esim: &EsimRef,
        reason: CancelReason,
    ) -> Result<Cancellation, SupplierError> {
        let failure = match self.send_change(account, &CANCEL, esim).await {
            Ok(()) => return Ok(Cancellation::Refunded(None)),
            Err(failure) if failure.is_wrong_state() => failure,
            Err(failure) => return Err(failure.into()),
        };
        match self.service(account, esim).await?.as_str() {
            "CANCEL" => Ok(Cancellation::Refunded(None)),
            "REVOKE" | "REVOKED" => Ok(Cancellation::WithoutRefund),
            _ if matches!(reason, CancelReason::Faulty | CancelReason::Ended) => {
                self.send_change(account, &REVOKE, esim).await?;
                Ok(Cancellation::WithoutRefund)
            }
            _ => Err(failure.into()),
        }
    }

    /// Makes a change. One that the provider refuses is done if the eSIM has the state already.
    async fn change(
        &self,
        account: &Account,
        operation: &Operation,
        esim: &EsimRef,
        is_done: impl Fn(&str) -> bool + Send,
    ) -> Result<Change, SupplierError> {
        match self.send_change(account, operation, esim).await {
            Ok(()) => Ok(Change::Done),
            Err(failure) if failure.is_wrong_state() => {
                let service = self.service(account, esim).await?;
                if is_done(&service) {
                    Ok(Change::Done)
                } else {
                    Err(failure.into())
                }
            }
            Err(failure) => Err(failure.into()),
        }
    }

    async fn send_change(
        &self,
        account: &Account,
        operation: &Operation,
        esim: &EsimRef,
    ) -> Result<(), Failure> {
        let number = esim.provider_ref.as_deref().ok_or_else(|| {
            SupplierError::refused(
                Refusal::UnknownEsim,
                "the eSIM has no number at the provider",
            )
        })?;
        let body = json!({ "esimTranNo": number });
        self.call(account, operation, &body).await.map(|_| ())
    }

    /// Returns the provider's word for the state of the service.
    async fn service(&self, account: &Account, esim: &EsimRef) -> Result<String, SupplierError> {
        let item = self.find_esim(account, esim).await?;
        Ok(item.get("esimStatus").string().unwrap_or_default())
    }
}
