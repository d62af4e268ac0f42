//! Messaging: messages to customers and their delivery.

mod notifications;
pub mod setup;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "Messaging",
    items: &[Item {
        label: "Outbox",
        path: "/messaging/notifications",
        icon: Icon::Mail,
        needs: Permission::NotificationsRead,
    }],
    screens: &[notifications::SCREENS],
};
