//! What the help centre of a shop reads: published articles in the language of the reader, and a search over them.

use super::{
    markdown,
    query::{self, FoundRow, PublishedRow, SummaryRow},
};
use chrono::{DateTime, NaiveDate, Utc};
use platform::{Conn, Error, Result, Tx, crypto::Keyring, text::fold};
use std::collections::HashMap;
use wire::{
    ArticleGroupId, ArticleId, JsonList,
    support::articles::{
        HelpArticle, HelpArticleSummary, HelpArticles, HelpOptions, HelpSearch, HelpSearchResult,
        HelpTranslation, Highlight,
    },
};

/// The language of articles that are not translated.
const DEFAULT_LOCALE: &str = "en";
/// Results of a search.
const MOST_RESULTS: usize = 20;
/// Words of an excerpt, and those of them before the first match.
const EXCERPT_WORDS: usize = 30;
const WORDS_BEFORE: usize = 8;

/// Returns the languages that a reader understands, the best first: `pt-BR`, `pt`, `en`.
pub fn locales(requested: Option<&str>) -> Vec<String> {
    let mut chain = Vec::new();
    if let Some(requested) = requested {
        chain.push(requested.to_owned());
        if let Some((language, _)) = requested.split_once('-') {
            chain.push(language.to_owned());
        }
    }
    if !chain.iter().any(|locale| locale == DEFAULT_LOCALE) {
        chain.push(DEFAULT_LOCALE.to_owned());
    }
    chain
}

/// Returns the place of a language in a chain; a language that is not in it comes last.
fn place(chain: &[String], locale: &str) -> usize {
    chain
        .iter()
        .position(|known| known == locale)
        .unwrap_or(chain.len())
}

/// Keeps of each group of translations the one in the best language, in the order of the rows.
fn best_of_groups<T>(rows: Vec<T>, key: impl Fn(&T) -> (ArticleGroupId, usize)) -> Vec<T> {
    let mut best: HashMap<ArticleGroupId, usize> = HashMap::new();
    for row in &rows {
        let (group, place) = key(row);
        let known = best.entry(group).or_insert(place);
        *known = (*known).min(place);
    }
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let (group, place) = key(&row);
        if best.get(&group) == Some(&place) {
            best.remove(&group);
            kept.push(row);
        }
    }
    kept
}

/// Returns the published articles, each in the best language.
pub fn list(conn: &mut Conn, options: &HelpOptions) -> Result<HelpArticles> {
    let chain = locales(options.locale.as_deref());
    let rows = query::summaries(conn, options.category.as_deref(), options.tag.as_deref())?;
    let rows = best_of_groups(rows, |row: &SummaryRow| {
        (row.group_id, place(&chain, &row.locale))
    });
    let data = rows
        .into_iter()
        .map(|row| HelpArticleSummary {
            slug: row.slug,
            title: row.title,
            category: row.category,
            tags: row.tags.map(|JsonList(tags)| tags).unwrap_or_default(),
            locale: row.locale,
        })
        .collect();
    Ok(HelpArticles { data })
}

/// A published article, or the slug under which it is found now.
pub enum Found {
    /// The article.
    Article(Box<HelpArticle>),
    /// The article has another slug now.
    Moved(String),
}

/// Returns the published article with a slug, in the requested language if it has that translation.
pub fn show(conn: &mut Conn, slug: &str, locale: Option<&str>) -> Result<Found> {
    let Some(row) = query::published_by_slug(conn, slug)? else {
        let moved = query::redirected_slug(conn, slug)?;
        return moved.map(Found::Moved).ok_or_else(Error::not_found);
    };
    let all = query::translations(conn, row.group_id)?;
    let translations = all
        .iter()
        .map(|row| HelpTranslation {
            locale: row.locale.clone(),
            slug: row.slug.clone(),
        })
        .collect();
    let row = in_locale(row, all, locale);
    Ok(Found::Article(Box::new(HelpArticle {
        html: markdown::to_html(&row.content),
        id: row.id,
        slug: row.slug,
        title: row.title,
        category: row.category,
        tags: row.tags.map(|JsonList(tags)| tags).unwrap_or_default(),
        locale: row.locale,
        translations,
        published_at: row.published_at,
    })))
}

/// Returns the translation in the requested language or its base language; without one, the article itself.
fn in_locale(row: PublishedRow, all: Vec<PublishedRow>, locale: Option<&str>) -> PublishedRow {
    let Some(locale) = locale else { return row };
    let language = locale.split('-').next().unwrap_or(locale);
    let exact = all.iter().find(|other| other.locale == locale);
    let base = all.iter().find(|other| other.locale == language);
    exact.or(base).cloned().unwrap_or(row)
}

/// Returns the ID of the published article with a slug, for views and votes.
pub fn id_of(conn: &mut Conn, slug: &str) -> Result<ArticleId> {
    query::published_by_slug(conn, slug)?
        .map(|row| row.id)
        .ok_or_else(Error::not_found)
}

/// Returns the keyed hash of a reader on a day: the same reader has another one on the next day.
pub fn reader(keys: &Keyring, network: &str, browser: &str, day: NaiveDate) -> Vec<u8> {
    keys.blind("article.reader", &format!("{day} {network} {browser}"))
}

/// Returns the day of a view.
pub fn day(now: DateTime<Utc>) -> NaiveDate {
    now.date_naive()
}

/// Returns the folded words of a search.
fn terms(q: &str) -> Vec<String> {
    fold(q)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(10)
        .map(str::to_owned)
        .collect()
}

/// Searches the published articles. Where no article has all words, it returns those with similar titles.
pub fn search(conn: &mut Conn, q: &str, locale: Option<&str>) -> Result<HelpSearch> {
    let (terms, chain) = (terms(q), locales(locale));
    if terms.is_empty() {
        return Ok(HelpSearch {
            data: Vec::new(),
            is_similar: false,
        });
    }
    let prefixes: Vec<String> = terms.iter().map(|term| format!("{term}:*")).collect();
    let found = query::search(conn, &prefixes.join(" & "), &chain)?;
    let is_similar = found.is_empty();
    let found = if is_similar {
        query::similar(conn, &terms.join(" "), &chain)?
    } else {
        found
    };
    let mut rows = best_of_groups(found, |row: &FoundRow| {
        (row.group_id, place(&chain, &row.locale))
    });
    rows.truncate(MOST_RESULTS);
    let data = rows
        .into_iter()
        .map(|row| HelpSearchResult {
            title: highlight(&row.title, &terms),
            excerpt: highlight(&excerpt(&row.content, &terms), &terms),
            slug: row.slug,
            category: row.category,
            locale: row.locale,
        })
        .collect::<Vec<_>>();
    Ok(HelpSearch {
        is_similar: is_similar && !data.is_empty(),
        data,
    })
}

/// Returns the words of a search as the report stores them, unless they may name a person: an address or a long number.
fn reported_words(q: &str) -> Option<String> {
    let digits = q.chars().filter(char::is_ascii_digit).count();
    let words = terms(q).join(" ");
    (!q.contains('@') && digits < 5 && !words.is_empty()).then(|| words.chars().take(100).collect())
}

/// Counts a search that found no article with its words.
pub fn count_miss(
    tx: &mut Tx<'_>,
    q: &str,
    locale: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(words) = reported_words(q) else {
        return Ok(());
    };
    let locale: String = locale.unwrap_or(DEFAULT_LOCALE).chars().take(16).collect();
    query::count_search(tx, &words, &locale, now)
}

/// Returns the part of an article around the first match, as plain text.
fn excerpt(content: &str, terms: &[String]) -> String {
    let plain = markdown::to_plain(content);
    let words: Vec<&str> = plain.split(' ').collect();
    let first = words
        .iter()
        .position(|word| is_match(word, terms))
        .unwrap_or(0);
    let start = first.saturating_sub(WORDS_BEFORE);
    let part: Vec<&str> = words
        .iter()
        .skip(start)
        .take(EXCERPT_WORDS)
        .copied()
        .collect();
    let is_cut = start.saturating_add(EXCERPT_WORDS) < words.len();
    format!(
        "{}{}{}",
        if start > 0 { "… " } else { "" },
        part.join(" "),
        if is_cut { " …" } else { "" }
    )
}

fn is_match(word: &str, terms: &[String]) -> bool {
    let folded = fold(word);
    let bare = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    terms.iter().any(|term| bare.starts_with(term.as_str()))
}

/// Splits a text into the words of the search and the rest.
fn highlight(text: &str, terms: &[String]) -> Vec<Highlight> {
    let mut parts: Vec<Highlight> = Vec::new();
    let mut push = |text: &str, is_match: bool| match parts.last_mut() {
        Some(last) if last.is_match == is_match => last.text.push_str(text),
        _ => parts.push(Highlight {
            text: text.to_owned(),
            is_match,
        }),
    };
    let mut word = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            push(&word, is_match(&word, terms));
            word.clear();
        }
        push(&c.to_string(), false);
    }
    if !word.is_empty() {
        push(&word, is_match(&word, terms));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_fall_back_to_the_language_and_english() {
        assert_eq!(locales(Some("pt-BR")), ["pt-BR", "pt", "en"]);
        assert_eq!(locales(Some("en-GB")), ["en-GB", "en"]);
        assert_eq!(locales(None), ["en"]);
    }

    #[test]
    fn words_of_the_search_are_highlighted_in_any_spelling() {
        let parts = highlight("Réinstaller <b>l’eSIM</b>", &terms("reinst esim"));
        let matches: Vec<&str> = parts
            .iter()
            .filter(|part| part.is_match)
            .map(|part| part.text.as_str())
            .collect();
        assert_eq!(matches, ["Réinstaller", "eSIM"]);
        let whole: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(whole, "Réinstaller <b>l’eSIM</b>");
    }

    #[test]
    fn excerpt_is_around_the_first_match() {
        let before = "word ".repeat(50);
        let text = excerpt(&format!("{before}**roaming** {before}"), &terms("roam"));
        assert!(
            text.starts_with("… word") && text.ends_with("word …"),
            "{text}"
        );
        assert!(text.contains("roaming"));
    }

    #[test]
    fn report_leaves_out_addresses_and_numbers() {
        assert_eq!(
            reported_words("Vodafone  APN!").as_deref(),
            Some("vodafone apn")
        );
        for q in ["ada@example.com", "8944 5385", "  ", "!!"] {
            assert_eq!(reported_words(q), None, "{q}");
        }
    }
}
