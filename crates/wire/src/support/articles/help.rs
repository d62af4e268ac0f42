//! The help centre of a shop: published articles only, without a sign-in.

use crate::{ArticleId, Check, FieldErrors, Param};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

filter! {
    /// The articles to list.
    HelpOptions {
        /// Language of the reader; articles without a translation appear in English or their own language.
        locale: String,
        /// Articles of this category.
        category: String,
        /// Articles with this tag.
        tag: String,
    }
}

filter! {
    /// The words to search for.
    HelpSearchOptions {
        /// The words; the last one may be incomplete.
        q: SearchWords,
        /// Language of the reader.
        locale: String,
    }
}

/// The words of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(value_type = String))]
pub struct SearchWords(pub String);

impl Param for SearchWords {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text.chars().count() {
            2..=100 if !text.contains('\0') => Ok(Self(text.to_owned())),
            _ => Err("must have 2 to 100 characters"),
        }
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

/// A published article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HelpArticle {
    /// ID of the article.
    pub id: ArticleId,
    /// URL slug.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Text as sanitized HTML.
    pub html: String,
    /// Category.
    pub category: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Language of the text.
    pub locale: String,
    /// The published translations, this article included.
    pub translations: Vec<HelpTranslation>,
    /// When the article was last published.
    pub published_at: Option<DateTime<Utc>>,
}

/// A translation of an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HelpTranslation {
    /// Language.
    pub locale: String,
    /// URL slug.
    pub slug: String,
}

/// A published article in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HelpArticleSummary {
    /// URL slug.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Category.
    pub category: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Language of the text.
    pub locale: String,
}

/// The published articles, by category and title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HelpArticles {
    /// The articles, 1,000 at most.
    pub data: Vec<HelpArticleSummary>,
}

/// A part of a text that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Highlight {
    /// Plain text.
    pub text: String,
    /// Whether the text is one of the words of the search.
    pub is_match: bool,
}

/// An article that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HelpSearchResult {
    /// URL slug.
    pub slug: String,
    /// Title.
    pub title: Vec<Highlight>,
    /// The part of the text with the words.
    pub excerpt: Vec<Highlight>,
    /// Category.
    pub category: Option<String>,
    /// Language of the text.
    pub locale: String,
}

/// The articles that a search found, the best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HelpSearch {
    /// The articles, 20 at most.
    pub data: Vec<HelpSearchResult>,
    /// Whether no article has the words, and these articles have similar titles.
    pub is_similar: bool,
}

/// A reader's vote on an article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewVote {
    /// Whether the article was helpful.
    pub is_helpful: bool,
}

impl Check for NewVote {
    fn check(&self, _: &mut FieldErrors) {}
}
