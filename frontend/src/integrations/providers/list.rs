//! The list of providers.

use super::{pause, provider_status, resume};
use kit::{
    format::{decimal, sentence},
    page::list_page,
    table::{choice, count, day, maybe, money, state, text, yes_no},
};
use leptos::prelude::*;
use wire::{
    Permission,
    integrations::providers::{Provider, ProviderAdapter, ProviderSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Provider>("Providers")
        .search("Search by name")
        .opens(|provider| format!("/integrations/providers/{}", provider.id))
        .column(text("Name", |provider: &Provider| provider.name.clone()).sort(ProviderSort::Name))
        .column(state("Status", provider_status))
        .column(count("Priority", |provider: &Provider| provider.priority).sort(ProviderSort::Priority))
        .column(text("Adapter", |provider: &Provider| sentence(provider.adapter.as_str())))
        .column(maybe("Kind", |provider: &Provider| provider.provider_type.as_deref().map(sentence)).wide())
        .column(maybe("Data pool", |provider: &Provider| provider.available_data_gb.as_ref().map(|left| format!("{}\u{a0}GB", decimal(left)))).extra())
        .column(money("Cost per GB", |provider: &Provider| (provider.cost_per_gb.clone(), provider.currency)).extra())
        .column(text("Currency", |provider: &Provider| provider.currency.as_str()).wide())
        .column(day("Created", |provider: &Provider| Some(provider.created_at)).sort(ProviderSort::CreatedAt).extra())
        .filter(yes_no("is_active", "Status", "Active", "Inactive"))
        .filter(choice("adapter", "Adapter", ProviderAdapter::WORDS))
        .action(pause())
        .action(resume())
        .new_button("New provider", "/integrations/providers/new", Permission::ProvidersWrite)
        .empty("No providers yet", "Add a provider, then import its price list. Orders are supplied from the offers in it.")
        .show()
}
