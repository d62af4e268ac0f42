//! Integrations: providers, their offers, provisioning, the Twilio configuration, and webhooks.

mod allocations;
mod offers;
mod providers;
mod provisioning;
pub mod routing;
mod runs;
mod twilio;
mod webhooks;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "Integrations",
    items: &[
        Item {
            label: "Providers",
            path: "/integrations/providers",
            icon: Icon::Database,
            needs: Permission::ProvidersRead,
        },
        Item {
            label: "Offers",
            path: "/integrations/offers",
            icon: Icon::FileSpreadsheet,
            needs: Permission::ProvidersRead,
        },
        Item {
            label: "Provisioning",
            path: "/integrations/provisioning",
            icon: Icon::Zap,
            needs: Permission::ProvidersRead,
        },
        Item {
            label: "Allocations",
            path: "/integrations/allocations",
            icon: Icon::Package,
            needs: Permission::ProvidersRead,
        },
        Item {
            label: "Twilio",
            path: "/integrations/twilio",
            icon: Icon::Globe,
            needs: Permission::ProvidersRead,
        },
        Item {
            label: "Webhooks",
            path: "/integrations/webhooks",
            icon: Icon::Webhook,
            needs: Permission::ProvidersRead,
        },
        Item {
            label: "Tests and syncs",
            path: "/integrations/runs",
            icon: Icon::RefreshCw,
            needs: Permission::ProvidersRead,
        },
    ],
    screens: &[
        providers::SCREENS,
        offers::SCREENS,
        provisioning::SCREENS,
        allocations::SCREENS,
        twilio::SCREENS,
        webhooks::SCREENS,
        runs::SCREENS,
    ],
};
