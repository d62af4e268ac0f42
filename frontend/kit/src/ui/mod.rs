//! The small parts that every page is made of. Looks live in `frontend/styles`; here is structure and behaviour.

pub mod badge;
pub mod button;
pub mod card;
pub mod changes;
pub mod copy;
pub mod dialog;
pub mod drop;
pub mod icon;
pub mod menu;
pub mod modal;
pub mod popover;
pub mod sealed;
pub mod secret;
pub mod skeleton;
pub mod stat;
pub mod state;
pub mod tabs;
pub mod timeline;
pub mod toast;
pub mod value;

pub use badge::{Tone, badge};
pub use button::{Look, button, link_button};
pub use card::{card, facts};
pub use changes::changes;
pub use copy::{copy_button, copyable};
pub use drop::file_drop;
pub use icon::{Icon, icon};
pub use modal::{drawer, modal};
pub use sealed::{Facts, sealed};
pub use secret::secret;
pub use stat::{Good, stat};
pub use state::{empty, failure};
pub use tabs::tabs;
pub use timeline::{Event, timeline};
pub use value::Value;
