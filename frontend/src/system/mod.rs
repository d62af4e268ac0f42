//! System: settings, audit log, access log and encryption keys.

mod access;
mod audit;
mod keys;
mod settings;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "System",
    items: &[
        Item {
            label: "Settings",
            path: "/system/settings",
            icon: Icon::Settings,
            needs: Permission::SettingsRead,
        },
        Item {
            label: "Audit log",
            path: "/system/audit",
            icon: Icon::ScrollText,
            needs: Permission::AuditRead,
        },
        Item {
            label: "Access log",
            path: "/system/access",
            icon: Icon::Eye,
            needs: Permission::AccessRead,
        },
        Item {
            label: "Encryption keys",
            path: "/system/keys",
            icon: Icon::KeyRound,
            needs: Permission::KeysRead,
        },
    ],
    screens: &[
        settings::SCREENS,
        audit::SCREENS,
        access::SCREENS,
        keys::SCREENS,
    ],
};
