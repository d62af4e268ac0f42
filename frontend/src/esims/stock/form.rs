//! The form of a stock threshold.

use kit::{
    form::{Source, number_field, picker_field},
    page::form_page,
};
use leptos::prelude::*;
use wire::{
    StockThresholdId,
    catalog::plans::Plan,
    esims::stock::{EditStockThreshold, NewStockThreshold, StockThreshold},
    integrations::providers::Provider,
};

/// Draws the form, for an existing threshold or a new one.
pub fn screen(id: Option<StockThresholdId>) -> AnyView {
    form_page::<StockThreshold, NewStockThreshold, EditStockThreshold>(id)
        .section(
            "Stock",
            "What is counted.",
            [
                picker_field("plan_id", "Plan", Source::resource::<Plan>()).only_new(),
                picker_field("provider_id", "Provider", Source::resource::<Provider>())
                    .optional()
                    .help("Without a provider, the stock of all providers together.")
                    .only_new(),
            ],
        )
        .section(
            "Threshold",
            "Administrators receive one message when the stock falls below it.",
            [number_field("minimum", "Minimum").unit("eSIMs")],
        )
        .show()
}
