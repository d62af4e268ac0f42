//! eSIMs: the inventory, the eSIMs in use, their data usage, operations on them, and the stock.

mod active;
pub mod inventory;
mod operations;
mod stock;
mod usage;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "eSIMs",
    items: &[
        Item {
            label: "Inventory",
            path: "/esims/inventory",
            icon: Icon::CardSim,
            needs: Permission::EsimsRead,
        },
        Item {
            label: "Active eSIMs",
            path: "/esims/active",
            icon: Icon::Play,
            needs: Permission::EsimsRead,
        },
        Item {
            label: "Data usage",
            path: "/esims/usage",
            icon: Icon::Gauge,
            needs: Permission::EsimsRead,
        },
        Item {
            label: "Operations",
            path: "/esims/operations",
            icon: Icon::RefreshCw,
            needs: Permission::EsimsRead,
        },
        Item {
            label: "Stock",
            path: "/esims/stock",
            icon: Icon::Inbox,
            needs: Permission::StockRead,
        },
    ],
    screens: &[
        inventory::SCREENS,
        active::SCREENS,
        usage::SCREENS,
        operations::SCREENS,
        stock::SCREENS,
    ],
};
