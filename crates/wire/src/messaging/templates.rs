//! Email templates: one text per event and language.

use crate::{JsonList, TemplateId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Category of a template; `event_key` states the exact event.
    TemplateType: TemplateType, "template_type" { Welcome = "welcome", Purchase = "purchase", Activation = "activation", Expiry = "expiry", Payment = "payment" }
}

/// An email template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::email_templates, check_for_backend(diesel::pg::Pg)))]
pub struct Template {
    /// ID of the template.
    pub id: TemplateId,
    /// Name, unique among templates that are not deleted.
    pub name: String,
    /// Subject with variables.
    pub subject: String,
    /// Text as HTML.
    pub body_html: String,
    /// Plain text.
    pub body_text: Option<String>,
    /// Category.
    pub template_type: TemplateType,
    /// The event that sends the template, such as `order.delivered`; null for manual messages.
    pub event_key: Option<String>,
    /// Language, such as `en` or `pt-BR`.
    pub locale: String,
    /// Variables that the text may use.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    pub variables: Option<JsonList<String>>,
    /// Whether the template is used for its event and language.
    pub is_active: bool,
    /// Version of the template, as sent in the `ETag`.
    pub version: i32,
    /// When the template was created.
    pub created_at: DateTime<Utc>,
    /// When the template was last changed.
    pub updated_at: DateTime<Utc>,
}
