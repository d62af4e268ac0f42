//! Knowledge base articles.

use crate::{ArticleId, JsonList, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A knowledge base article. Customers can see it once it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::knowledge_base, check_for_backend(diesel::pg::Pg)))]
pub struct Article {
    /// ID of the article.
    pub id: ArticleId,
    /// Title.
    pub title: String,
    /// URL slug, unique among articles that are not deleted.
    pub slug: String,
    /// Text in Markdown.
    pub content: String,
    /// Category.
    pub category: Option<String>,
    /// Tags for the search.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    pub tags: Option<JsonList<String>>,
    /// Number of views.
    pub views: i32,
    /// Whether customers can see the article.
    pub is_published: bool,
    /// The author.
    pub author_id: Option<UserId>,
    /// Version of the article, as sent in the `ETag`.
    pub version: i32,
    /// When the article was created.
    pub created_at: DateTime<Utc>,
    /// When the article was last changed.
    pub updated_at: DateTime<Utc>,
}
