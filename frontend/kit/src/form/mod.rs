//! Fields of forms. A form works on a draft of plain JSON; the field knows how it is typed, shown and read back,
//! the shape's own check (the server runs the same one) knows what is right.

pub(crate) mod atlas;
pub(crate) mod checks;
pub(crate) mod combobox;
pub(crate) mod controls;
pub(crate) mod draft;
mod field;
pub(crate) mod places;
pub(crate) mod several;
pub(crate) mod source;
pub(crate) mod state;
pub(crate) mod submit;
mod time;

pub use checks::Boxes;
pub use draft::Draft;
pub use field::{
    Field, area_field, checks_field, choice_field, code_field, end_field, lines_field, money_field,
    named_choice_field, number_field, picker_field, pickers_field, place_field, places_field,
    secret_field, text_field, time_field, toggle_field,
};
pub use source::{Choice, Source};
