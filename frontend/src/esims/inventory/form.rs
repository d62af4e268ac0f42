//! The form of an eSIM in stock.

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

/// Draws the form.
pub fn screen(id: EsimId) -> AnyView {
    form_page::<Esim, EditEsim, EditEsim>(Some(id))
        .note("An eSIM can only be edited while it is in stock.")
        .section(
            "Plan",
            "The plan that the eSIM is sold with.",
            [picker_field("plan_id", "Plan", Source::resource::<Plan>())
                .optional()
                .help("Without a plan, the eSIM is not sold from stock.")],
        )
        .section(
            "Chip",
            "The eUICC that the profile is bound to, if the provider has named one.",
            [code_field("eid", "EID")
                .optional()
                .example("89049032…")
                .help("32 digits, as shown by the provider or in the settings of the phone.")],
        )
        .show()
}
