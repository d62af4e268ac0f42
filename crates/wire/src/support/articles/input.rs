//! Requests that create and change articles.

use super::MAX_CONTENT;
use crate::{ArticleId, Check, FieldErrors, check::edit_field};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// An article to create as a draft.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewArticle {
    /// Title.
    #[cfg_attr(feature = "server", schema(example = "How to install an eSIM"))]
    pub title: String,
    /// URL slug; made from the title when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Text in Markdown. HTML is shown as text.
    #[cfg_attr(feature = "server", schema(example = "Open **Settings**."))]
    pub content: String,
    /// Category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Tags for the search.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Language, such as `en` or `pt-BR`.
    #[serde(default = "english")]
    pub locale: String,
    /// The article that this one translates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translation_of: Option<ArticleId>,
}

/// A change of an article; absent fields stay unchanged. Customers see the change of a published article once it is
/// published; a new slug applies immediately, and the old one redirects.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditArticle {
    /// Title.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub title: Option<String>,
    /// URL slug.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub slug: Option<String>,
    /// Text in Markdown.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub content: Option<String>,
    /// Category.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub category: Option<Option<String>>,
    /// Tags for the search.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub tags: Option<Vec<String>>,
}

/// A text to show as customers would see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PreviewArticle {
    /// Text in Markdown.
    pub content: String,
}

/// Makes an earlier version of an article its draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RollBackArticle {
    /// Number of the version.
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub number: i32,
}

fn english() -> String {
    "en".to_owned()
}

/// Returns a slug made of the letters and digits of a title; empty when it has none.
pub fn slug_of(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() && (c.is_whitespace() || c == '-') {
            slug.push('-');
        }
    }
    let cut: String = slug.chars().take(80).collect();
    cut.trim_matches('-').to_owned()
}

fn is_slug(slug: &str) -> bool {
    (1..=255).contains(&slug.len())
        && slug
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--")
}

fn check_slug(bad: &mut FieldErrors, slug: &str) {
    if !is_slug(slug) {
        bad.add(
            "slug",
            "slug",
            "Use lower-case letters from a to z, digits and single hyphens.",
        );
    }
}

fn check_locale(bad: &mut FieldErrors, locale: &str) {
    let mut parts = locale.split('-');
    let language = parts.next().unwrap_or_default();
    let is_language =
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let are_subtags = parts.all(|part| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if !is_language || !are_subtags || locale.len() > 16 {
        bad.add(
            "locale",
            "locale",
            "Enter a language such as en, de or pt-BR.",
        );
    }
}

fn check_tags(bad: &mut FieldErrors, tags: &[String]) {
    if tags.len() > 30 {
        bad.add("tags", "too_many", "Use 30 tags at most.");
    }
    for tag in tags {
        bad.length("tags", tag, 1, 50);
    }
}

impl Check for NewArticle {
    fn check(&self, bad: &mut FieldErrors) {
        bad.name("title", &self.title, 255);
        bad.lines("content", &self.content, 1, MAX_CONTENT);
        match &self.slug {
            Some(slug) => check_slug(bad, slug),
            None if slug_of(&self.title).is_empty() => {
                bad.add(
                    "slug",
                    "required",
                    "Enter a slug: the title has no letters for one.",
                );
            }
            None => {}
        }
        if let Some(category) = &self.category {
            bad.length("category", category, 1, 100);
        }
        check_tags(bad, &self.tags);
        check_locale(bad, &self.locale);
    }
}

impl Check for EditArticle {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(title) = &self.title {
            bad.name("title", title, 255);
        }
        if let Some(slug) = &self.slug {
            check_slug(bad, slug);
        }
        if let Some(content) = &self.content {
            bad.lines("content", content, 1, MAX_CONTENT);
        }
        if let Some(Some(category)) = &self.category {
            bad.length("category", category, 1, 100);
        }
        if let Some(tags) = &self.tags {
            check_tags(bad, tags);
        }
    }
}

impl Check for PreviewArticle {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("content", &self.content, 0, MAX_CONTENT);
    }
}

impl Check for RollBackArticle {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("number", self.number.into(), 1, 1_000_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slug_of_title_keeps_letters_and_digits() {
        for (title, slug) in [
            ("How to install an eSIM", "how-to-install-an-esim"),
            (" 5G?  -- Yes! ", "5g-yes"),
            ("안녕", ""),
        ] {
            assert_eq!(slug_of(title), slug);
            assert!(slug.is_empty() || is_slug(slug));
        }
        for slug in ["", "-a", "a-", "a--b", "A", "a/b", "a b", "é"] {
            assert!(!is_slug(slug), "{slug}");
        }
    }

    #[test]
    fn locale_is_a_language_with_optional_region() {
        let is_valid = |locale: &str| {
            let mut bad = FieldErrors::default();
            check_locale(&mut bad, locale);
            bad.0.is_empty()
        };
        for locale in ["en", "de", "pt-BR", "zh-Hans-CN"] {
            assert!(is_valid(locale), "{locale}");
        }
        for locale in ["", "EN", "e", "en_US", "en-", "english"] {
            assert!(!is_valid(locale), "{locale}");
        }
    }
}
