//! What a webhook of a provider reports, as the receipt stores it.

use serde::{Deserialize, Serialize};
use suppliers::{EsimRef, SupplierEvent};

/// What a webhook reports. The receipt stores no more than what is needed to ask the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ReportedEvent {
    /// The state or the usage of an eSIM has changed.
    Esim {
        /// The ICCID.
        iccid: String,
        /// The id of the profile at the provider.
        provider_ref: Option<String>,
        /// The id of the SIM at the provider.
        sim_ref: Option<String>,
    },
    /// An order was delivered or has failed.
    Order {
        /// The id of the order at the provider.
        order_ref: Option<String>,
        /// Our reference.
        reference: Option<String>,
    },
    /// The balance is low.
    LowBalance,
    /// A test of the address.
    Probe,
}

impl From<&SupplierEvent> for ReportedEvent {
    fn from(event: &SupplierEvent) -> Self {
        match event.clone() {
            SupplierEvent::EsimChanged(EsimRef {
                iccid,
                provider_ref,
                sim_ref,
            }) => Self::Esim {
                iccid,
                provider_ref,
                sim_ref,
            },
            SupplierEvent::OrderChanged {
                order_ref,
                reference,
            } => Self::Order {
                order_ref,
                reference,
            },
            SupplierEvent::LowBalance => Self::LowBalance,
            SupplierEvent::Probe => Self::Probe,
        }
    }
}
