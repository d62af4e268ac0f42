//! Support: tickets, the knowledge base, macros, rules for new tickets, and service levels.

mod articles;
mod emails;
mod macros;
mod markdown;
mod rules;
mod sla;
mod staff;
pub mod tickets;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "Support",
    items: &[
        Item {
            label: "Tickets",
            path: "/support/tickets",
            icon: Icon::LifeBuoy,
            needs: Permission::TicketsRead,
        },
        Item {
            label: "Knowledge base",
            path: "/support/articles",
            icon: Icon::BookOpen,
            needs: Permission::ArticlesRead,
        },
        Item {
            label: "Macros",
            path: "/support/macros",
            icon: Icon::Zap,
            needs: Permission::TicketsWrite,
        },
        Item {
            label: "Rules",
            path: "/support/rules",
            icon: Icon::ListFilter,
            needs: Permission::TicketsWrite,
        },
        Item {
            label: "Service levels",
            path: "/support/service-levels",
            icon: Icon::Clock,
            needs: Permission::TicketsWrite,
        },
    ],
    screens: &[
        tickets::SCREENS,
        articles::SCREENS,
        macros::SCREENS,
        rules::SCREENS,
        sla::SCREENS,
        emails::SCREENS,
    ],
};
