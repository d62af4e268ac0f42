//! The catalog: plans, prices, price lists and promotions.

mod plans;
mod price_lists;
mod pricing;
mod promotions;

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
        Item {
            label: "Price changes",
            path: "/catalog/price-changes",
            icon: Icon::History,
            needs: Permission::CostsRead,
        },
        Item {
            label: "Price lists",
            path: "/catalog/price-lists",
            icon: Icon::FileSpreadsheet,
            needs: Permission::CostsRead,
        },
        Item {
            label: "Promotions",
            path: "/catalog/promotions",
            icon: Icon::TicketPercent,
            needs: Permission::PromotionsRead,
        },
    ],
    screens: &[
        plans::SCREENS,
        pricing::SCREENS,
        pricing::changes::SCREENS,
        price_lists::SCREENS,
        promotions::SCREENS,
    ],
};
