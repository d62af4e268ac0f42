//! Who keeps what of people, in the order of the map.

mod support;

use platform::{people::Keeper, settings::Watcher};

/// Every section's keepers.
pub fn keepers() -> Vec<Keeper> {
    let sections = [
        accounts::keepers,
        esims::keepers,
        billing::keepers,
        messaging::keepers,
        insights::keepers,
        system::keepers,
    ];
    let mut keepers: Vec<Keeper> = sections.into_iter().flat_map(|section| section()).collect();
    keepers.push(support::KEEPER);
    keepers
}

/// Every section's watchers of settings.
pub fn watchers() -> Vec<Watcher> {
    accounts::watchers()
}
