//! The operations as actions of a list of eSIMs in use.

use kit::{
    api::{self, ApiError, Call},
    ids,
    page::{Action, LeftOut, action, action_with_reason},
    ui::{Icon, dialog::Reason},
};
use wire::{
    EsimId, Permission,
    esims::{
        active::ActiveEsim,
        inventory::{Esim, EsimStatus},
        operations::OperateEsim,
    },
};

/// A record that stands for one eSIM.
pub trait OneEsim: wire::Resource + Send + Sync {
    /// Returns the ID of the eSIM.
    fn esim(&self) -> EsimId;
    /// Returns the status of the eSIM.
    fn status(&self) -> EsimStatus;
}

impl OneEsim for Esim {
    fn esim(&self) -> EsimId {
        self.id
    }
    fn status(&self) -> EsimStatus {
        self.status
    }
}

impl OneEsim for ActiveEsim {
    fn esim(&self) -> EsimId {
        self.id
    }
    fn status(&self) -> EsimStatus {
        self.status
    }
}

/// Loads the state of the eSIM from its provider.
pub fn refresh<R: OneEsim>() -> Action<R> {
    action(
        "Refresh",
        "will be refreshed",
        Permission::EsimsOperate,
        |row: R| async move { request(&row, "refresh", None).await },
    )
    .when(|row| row.status() != EsimStatus::Cancelled)
    .icon(Icon::RefreshCw)
}

/// Suspends the service.
pub fn suspend<R: OneEsim>() -> Action<R> {
    action_with_reason(
        "Suspend",
        "will be suspended",
        Permission::EsimsOperate,
        Reason::Optional,
        |row: R, reason| async move { request(&row, "suspend", Some(reason)).await },
    )
    .asks("The customer has no data until the service is resumed. The validity goes on.")
    .when(|row| row.status() == EsimStatus::Active)
    .leaves_out(|row| {
        (row.status() != EsimStatus::Active).then_some(LeftOut {
            one: "one eSIM that is not active",
            many: "eSIMs that are not active",
        })
    })
    .icon(Icon::Ban)
    .danger()
}

/// Resumes the suspended service.
pub fn resume<R: OneEsim>() -> Action<R> {
    action_with_reason(
        "Resume",
        "will be resumed",
        Permission::EsimsOperate,
        Reason::Optional,
        |row: R, reason| async move { request(&row, "resume", Some(reason)).await },
    )
    .asks("The customer can use data again.")
    .when(|row| row.status() == EsimStatus::Suspended)
    .leaves_out(|row| {
        (row.status() != EsimStatus::Suspended).then_some(LeftOut {
            one: "one eSIM that is not suspended",
            many: "eSIMs that are not suspended",
        })
    })
    .icon(Icon::Play)
}

/// Cancels the eSIM for good.
pub fn cancel<R: OneEsim>() -> Action<R> {
    action_with_reason(
        "Cancel eSIM",
        "will be cancelled",
        Permission::EsimsCancel,
        Reason::Required,
        |row: R, reason| async move { request(&row, "cancel", Some(reason)).await },
    )
    .asks("The eSIM can never be used again. The payment is not refunded by this.")
    .typed(|row| last_digits(&row.label()))
    .when(|row| row.status() != EsimStatus::Cancelled)
    .icon(Icon::Trash2)
    .danger()
}

fn last_digits(iccid: &str) -> String {
    let from = iccid.len().saturating_sub(4);
    iccid.get(from..).unwrap_or_default().to_owned()
}

async fn request<R: OneEsim>(row: &R, verb: &str, reason: Option<String>) -> Result<(), ApiError> {
    let body = OperateEsim {
        reason: reason.filter(|reason| !reason.is_empty()),
    };
    let path = format!("/v1/esims/{}/{verb}", row.esim());
    api::send(Call::post(path).json(&body).idempotency_key(&ids::uuid()))
        .await
        .map(drop)
}
