//! What is sold, and for how much.

mod plans;
mod pricing;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "Catalog",
    items: &[
        Item {
            label: "Plans",
            path: "/catalog/plans",
            icon: Icon::Package,
            needs: Permission::PlansRead,
        },
        Item {
            label: "Prices",
            path: "/catalog/pricing",
            icon: Icon::Tags,
            needs: Permission::PricingRead,
        },
    ],
    screens: &[plans::SCREENS, pricing::SCREENS],
};
