//! Integrations: providers, their offers, and provisioning.

mod offers;
mod providers;
mod provisioning;

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
    ],
    screens: &[providers::SCREENS, offers::SCREENS, provisioning::SCREENS],
};
