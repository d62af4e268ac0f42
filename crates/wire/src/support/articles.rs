//! Articles of the knowledge base.

use crate::{ArticleId, JsonList, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An article. Customers see it once it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::knowledge_base, check_for_backend(diesel::pg::Pg)))]
pub struct Article {
    /// Which article.
    pub id: ArticleId,
    /// Its title.
    pub title: String,
    /// Its place in an address; unique among the living.
    pub slug: String,
    /// Its text, as Markdown.
    pub content: String,
    /// What it is filed under.
    pub category: Option<String>,
    /// Words it is found by.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    pub tags: Option<JsonList<String>>,
    /// How often it was read.
    pub views: i32,
    /// Whether customers see it.
    pub is_published: bool,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
