//! Editing an eSIM in stock.

use kit::{
    form::{Source, code_field, picker_field},
    page::form_page,
};
use leptos::prelude::*;
use wire::{
    EsimId,
    catalog::plans::Plan,
    esims::inventory::{EditEsim, Esim},
};

/// Draws it.
pub fn screen(id: EsimId) -> AnyView {
    form_page::<Esim, EditEsim, EditEsim>(Some(id))
        .note("Only while it is in stock: once sold, it keeps what it was sold with.")
        .section(
            "Load",
            "What it is sold as.",
            [picker_field("plan_id", "Plan", Source::of::<Plan>())
                .optional()
                .help("Without a plan it is not sold from stock.")],
        )
        .section(
            "Chip",
            "The eUICC that the profile is bound to, where the supplier names one.",
            [code_field("eid", "EID")
                .optional()
                .example("89049032…")
                .help("32 digits, as the supplier or the phone's settings show them.")],
        )
        .show()
}
