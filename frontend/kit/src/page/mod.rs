//! Pages: a list, a detail, a form, an import. A screen describes one and holds nothing else.

mod act;
mod auth_card;
mod card_page;
mod detail_page;
mod detail_view;
mod form_page;
mod form_view;
mod history;
mod import_page;
mod import_view;
mod list_page;
mod login_page;
mod part_page;
mod related;
mod reveal_first;
mod small_form;
mod spine;
mod upload_page;

pub use act::{Act, act, act_for};
pub use auth_card::auth_card;
pub use card_page::card_page;
pub use detail_page::{DetailPage, detail_page};
pub use form_page::{Fixed, FormPage, form_page};
pub use history::history;
pub use import_page::{ImportPage, Imported, import_page};
pub use list_page::{ListPage, list_page};
pub use login_page::login_page;
pub use part_page::{Part, part_page};
pub use related::{Related, loaded, once, related, renewed, table_of};
pub use reveal_first::reveal_first;
pub use small_form::{SmallForm, small_form};
pub use spine::{Stretch, Wanted, spine};
pub use upload_page::{UploadPage, upload_page};
