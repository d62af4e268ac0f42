//! The system itself: what it did, and for whom.

mod audit;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "System",
    items: &[Item {
        label: "Audit log",
        path: "/system/audit",
        icon: Icon::ScrollText,
        needs: Permission::AuditRead,
    }],
    screens: &[audit::SCREENS],
};
