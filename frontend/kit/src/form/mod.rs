//! Fields of forms. A form works on a draft of plain JSON. The field defines how a value is typed, shown and read;
//! the check of the request type, which the server runs as well, defines what is valid.

pub(crate) mod checks;
pub(crate) mod combobox;
pub(crate) mod controls;
pub(crate) mod country_picker;
pub(crate) mod draft;
mod field;
mod insertion;
mod markdown;
pub(crate) mod multi_select;
pub(crate) mod region_picker;
pub(crate) mod source;
pub(crate) mod state;
pub(crate) mod submit;
mod time;

pub use checks::CheckGroup;
pub use draft::Draft;
pub use field::{
    Field, area_field, checks_field, choice_field, code_field, end_field, lines_field,
    markdown_field, money_field, named_choice_field, number_field, picker_field, pickers_field,
    region_field, regions_field, secret_field, text_field, time_field, toggle_field,
};
pub use insertion::insertion;
pub use markdown::{MarkdownText, Render, markdown_box};
pub use source::{Choice, Source};
