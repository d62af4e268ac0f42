//! eSIMs: the inventory.

pub mod inventory;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "eSIMs",
    items: &[Item {
        label: "Inventory",
        path: "/esims/inventory",
        icon: Icon::CardSim,
        needs: Permission::EsimsRead,
    }],
    screens: &[inventory::SCREENS],
};
