//! Knowledge base articles, and what the help centre of a shop reads of them.

mod help;
mod input;

pub use help::{
    HelpArticle, HelpArticleSummary, HelpArticles, HelpOptions, HelpSearch, HelpSearchOptions,
    HelpSearchResult, HelpTranslation, Highlight, NewVote, SearchWords,
};
pub use input::{EditArticle, NewArticle, PreviewArticle, RollBackArticle, slug_of};

use crate::{
    ArticleGroupId, ArticleId, ArticleSearchId, ArticleVersionId, JsonList, Resource, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Maximum number of characters of an article.
pub const MAX_CONTENT: usize = 100_000;

/// A knowledge base article. Customers can see it once it is published, and never see its draft.
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
    /// Language, such as `en` or `pt-BR`.
    pub locale: String,
    /// The translations of an article have the same group.
    pub group_id: ArticleGroupId,
    /// Changes of a published article that are not published yet.
    pub draft: Option<ArticleDraft>,
    /// Number of views, one per reader and day.
    pub views: i32,
    /// Number of readers who found the article helpful.
    pub helpful_count: i32,
    /// Number of readers who did not find the article helpful.
    pub unhelpful_count: i32,
    /// Whether customers can see the article.
    pub is_published: bool,
    /// When the article was last published.
    pub published_at: Option<DateTime<Utc>>,
    /// The author.
    pub author_id: Option<UserId>,
    /// Version of the article, as sent in the `ETag`.
    pub version: i32,
    /// When the article was created.
    pub created_at: DateTime<Utc>,
    /// When the article was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the article was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// The texts of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "server",
    derive(utoipa::ToSchema, diesel::deserialize::FromSqlRow)
)]
pub struct ArticleDraft {
    /// Title.
    pub title: String,
    /// Text in Markdown.
    pub content: String,
    /// Category.
    pub category: Option<String>,
    /// Tags for the search.
    pub tags: Vec<String>,
}

#[cfg(feature = "server")]
impl diesel::deserialize::FromSql<diesel::sql_types::Jsonb, diesel::pg::Pg> for ArticleDraft {
    fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let json = <serde_json::Value as diesel::deserialize::FromSql<
            diesel::sql_types::Jsonb,
            diesel::pg::Pg,
        >>::from_sql(value)?;
        Ok(serde_json::from_value(json)?)
    }
}

impl Article {
    /// Returns the texts that staff edit: the draft, or the article without one.
    pub fn latest(&self) -> ArticleDraft {
        self.draft.clone().unwrap_or_else(|| ArticleDraft {
            title: self.title.clone(),
            content: self.content.clone(),
            category: self.category.clone(),
            tags: self
                .tags
                .clone()
                .map(|JsonList(tags)| tags)
                .unwrap_or_default(),
        })
    }
}

/// A published version of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::article_versions, check_for_backend(diesel::pg::Pg)))]
pub struct ArticleVersion {
    /// ID of the version.
    pub id: ArticleVersionId,
    /// Number of the version, from 1.
    pub number: i32,
    /// Title.
    pub title: String,
    /// Text in Markdown.
    pub content: String,
    /// Category.
    pub category: Option<String>,
    /// Tags for the search.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    pub tags: Option<JsonList<String>>,
    /// The user who published the version.
    pub author_id: Option<UserId>,
    /// When the version was published.
    pub created_at: DateTime<Utc>,
}

/// The published versions of an article, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ArticleVersions {
    /// The versions: the newest 100.
    pub data: Vec<ArticleVersion>,
}

/// A text of Markdown as HTML without scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ArticlePreview {
    /// Sanitized HTML.
    pub html: String,
}

filter! {
    /// Filter of the articles.
    ArticleFilter {
        /// Part of the title, or the slug.
        q: String,
        /// Articles of this category.
        category: String,
        /// Articles with this tag.
        tag: String,
        /// Articles in this language.
        locale: String,
        /// Whether customers can see the article.
        is_published: bool,
        /// Whether the article has changes that are not published.
        has_draft: bool,
        /// The translations of a group.
        group_id: ArticleGroupId,
        /// Deleted articles instead of the others.
        deleted: bool,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the articles.
    ArticleSort { UpdatedAt = "updated_at" desc, CreatedAt = "created_at", Title = "title", Views = "views" });

impl Resource for Article {
    const PATH: &'static str = "/v1/articles";
    const ONE: &'static str = "article";
    const MANY: &'static str = "articles";
    type Id = ArticleId;
    type Filter = ArticleFilter;
    type Sort = ArticleSort;
    fn id(&self) -> ArticleId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.title.clone()
    }
}

/// A search of customers that found no article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::article_searches, check_for_backend(diesel::pg::Pg)))]
pub struct ArticleSearch {
    /// ID of the search.
    pub id: ArticleSearchId,
    /// The words.
    pub query: String,
    /// Language of the reader.
    pub locale: String,
    /// Number of searches.
    pub count: i32,
    /// When the words were searched first.
    pub created_at: DateTime<Utc>,
    /// When the words were searched last.
    pub searched_at: DateTime<Utc>,
}

filter! {
    /// Filter of the searches without a result.
    ArticleSearchFilter {
        /// Prefix of the words.
        q: String,
        /// Searches in this language.
        locale: String,
    }
}
sort_keys!(
    /// Sort keys of the searches without a result.
    ArticleSearchSort { Count = "count" desc, SearchedAt = "searched_at" });

impl Resource for ArticleSearch {
    const PATH: &'static str = "/v1/article-searches";
    const ONE: &'static str = "search without a result";
    const MANY: &'static str = "searches without a result";
    type Id = ArticleSearchId;
    type Filter = ArticleSearchFilter;
    type Sort = ArticleSearchSort;
    fn id(&self) -> ArticleSearchId {
        self.id
    }
    fn label(&self) -> String {
        self.query.clone()
    }
}
