//! Templates of e-mails: one text per event and language.

use crate::{JsonList, TemplateId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The family that a template belongs to; `event_key` says more exactly what it is for.
    TemplateType: TemplateType, "template_type" { Welcome = "welcome", Purchase = "purchase", Activation = "activation", Expiry = "expiry", Payment = "payment" }
}

/// A text that messages are made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::email_templates, check_for_backend(diesel::pg::Pg)))]
pub struct Template {
    /// Which template.
    pub id: TemplateId,
    /// What it is called; unique among the living.
    pub name: String,
    /// The subject, with variables in it.
    pub subject: String,
    /// The text as HTML.
    pub body_html: String,
    /// The text in plain.
    pub body_text: Option<String>,
    /// Its family.
    pub template_type: TemplateType,
    /// The event it answers, such as `order.delivered`; null is sent by hand only.
    pub event_key: Option<String>,
    /// Its language, such as `en` or `pt-BR`.
    pub locale: String,
    /// The variables that the text may use.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    pub variables: Option<JsonList<String>>,
    /// Whether it is the one in use for its event and language.
    pub is_active: bool,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
