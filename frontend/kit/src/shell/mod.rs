//! The shell around every screen: the sidebar, the top bar, and the sign-in.

mod crumbs;
mod error_pages;
mod help;
mod layout;
mod palette;
mod panel;
mod sidebar;
mod topbar;

pub use crumbs::set_page_name;
pub use panel::{PublicPage, PublicPages, panel};

use crate::{Screen, ui::Icon};
use wire::Permission;

/// A section of the product: its entries in the sidebar and all its screens.
pub struct Section {
    /// The title.
    pub title: &'static str,
    /// The entries in the sidebar.
    pub items: &'static [Item],
    /// The screens, including those without an entry.
    pub screens: &'static [&'static [Screen]],
}

/// An entry of the sidebar.
pub struct Item {
    /// The label.
    pub label: &'static str,
    /// The address.
    pub path: &'static str,
    /// The icon.
    pub icon: Icon,
    /// The permission that the entry requires.
    pub needs: Permission,
}

/// Every section, in the order of the sidebar.
pub type Sections = &'static [&'static Section];

pub(crate) fn screens(sections: Sections) -> impl Iterator<Item = &'static Screen> {
    sections
        .iter()
        .flat_map(|section| section.screens.iter().flat_map(|screens| screens.iter()))
}
