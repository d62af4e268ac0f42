//! SQL of articles.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{Array, Float, Integer, Nullable, Text, Uuid as SqlUuid},
};
use platform::{
    Actor, Conn, Error, Result, Tx,
    list::{begins, named, search_fold},
    page,
};
use schema::{
    article_readers as readers, article_searches as searches, article_slugs as slugs,
    article_versions as versions, knowledge_base as articles,
};
use serde_json::json;
use wire::{
    ArticleGroupId, ArticleId, ArticleSearchId, ArticleVersionId, JsonList, Page, Paging, UserId,
    support::articles::{
        Article, ArticleDraft, ArticleFilter, ArticleSearch, ArticleSearchFilter,
        ArticleSearchSort, ArticleSort, ArticleVersion,
    },
};

/// Versions that are shown.
const MOST_VERSIONS: i64 = 100;
/// Articles of the help centre.
const MOST_ARTICLES: i64 = 1000;
/// Articles that a search ranks.
const MOST_RANKED: i32 = 500;

fn matching(filter: &ArticleFilter) -> articles::BoxedQuery<'_, Pg> {
    let mut rows = articles::table.into_boxed();
    rows = match filter.deleted {
        Some(true) => rows.filter(articles::deleted_at.is_not_null()),
        _ => rows.filter(articles::deleted_at.is_null()),
    };
    if let Some(q) = &filter.q {
        rows = rows.filter(
            search_fold(articles::title)
                .like(named(q))
                .or(articles::slug.eq(q)),
        );
    }
    if let Some(category) = &filter.category {
        rows = rows.filter(articles::category.eq(category));
    }
    if let Some(tag) = &filter.tag {
        rows = rows.filter(
            articles::tags
                .is_not_null()
                .and(articles::tags.assume_not_null().contains(json!([tag]))),
        );
    }
    if let Some(locale) = &filter.locale {
        rows = rows.filter(articles::locale.eq(locale));
    }
    if let Some(published) = filter.is_published {
        rows = rows.filter(articles::is_published.eq(published));
    }
    match filter.has_draft {
        Some(true) => rows = rows.filter(articles::draft.is_not_null()),
        Some(false) => rows = rows.filter(articles::draft.is_null()),
        None => {}
    }
    if let Some(group) = filter.group_id {
        rows = rows.filter(articles::group_id.eq(group));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(articles::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(articles::created_at.lt(to));
    }
    rows
}

/// Returns one page of the articles.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ArticleFilter,
    paging: &Paging<ArticleSort>,
) -> Result<Page<Article>> {
    page!(conn, paging, matching(filter) => Article, tie articles::id, {
        ArticleSort::UpdatedAt => articles::updated_at,
        ArticleSort::CreatedAt => articles::created_at,
        ArticleSort::Title => articles::title,
        ArticleSort::Views => articles::views,
    })
}

/// Returns an article, deleted or not.
pub fn find(conn: &mut Conn, id: ArticleId) -> Result<Article> {
    Ok(articles::table
        .find(id)
        .select(Article::as_select())
        .first(conn)?)
}

/// Locks an article that is not deleted until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: ArticleId) -> Result<Article> {
    Ok(articles::table
        .find(id)
        .filter(articles::deleted_at.is_null())
        .select(Article::as_select())
        .for_no_key_update()
        .first(tx.conn())?)
}

/// An article to insert.
pub struct NewRow<'a> {
    /// The texts.
    pub texts: &'a ArticleDraft,
    /// The slug.
    pub slug: &'a str,
    /// The language.
    pub locale: &'a str,
    /// The group of translations.
    pub group: ArticleGroupId,
    /// The author.
    pub author: Option<UserId>,
}

/// Returns the field of a unique key that a write violated.
fn taken(error: diesel::result::Error) -> Error {
    match Error::violated_constraint(&error) {
        Some("knowledge_base_slug_key") => {
            Error::field("slug", "taken", "Another article has this slug.")
        }
        Some("knowledge_base_group_locale_key") => Error::field(
            "locale",
            "taken",
            "The article has a translation into this language already.",
        ),
        _ => error.into(),
    }
}

/// Inserts an article as a draft.
pub fn insert(tx: &mut Tx<'_>, new: &NewRow<'_>) -> Result<Article> {
    diesel::insert_into(articles::table)
        .values((
            articles::id.eq(ArticleId::new()),
            articles::title.eq(&new.texts.title),
            articles::slug.eq(new.slug),
            articles::content.eq(&new.texts.content),
            articles::category.eq(&new.texts.category),
            articles::tags.eq(json!(new.texts.tags)),
            articles::locale.eq(new.locale),
            articles::group_id.eq(new.group),
            articles::author_id.eq(new.author),
        ))
        .returning(Article::as_returning())
        .get_result(tx.conn())
        .map_err(taken)
}

/// The state of an article after a change.
pub struct NewState<'a> {
    /// The slug.
    pub slug: &'a str,
    /// What customers read, or would read once the article is published.
    pub texts: &'a ArticleDraft,
    /// The changes that are not published.
    pub draft: Option<&'a ArticleDraft>,
    /// Whether customers see the article.
    pub is_published: bool,
    /// When the article was last published.
    pub published_at: Option<DateTime<Utc>>,
    /// When the article was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Stores the state of a locked article.
pub fn save(tx: &mut Tx<'_>, id: ArticleId, to: &NewState<'_>) -> Result<Article> {
    diesel::update(articles::table.find(id))
        .set((
            articles::slug.eq(to.slug),
            articles::title.eq(&to.texts.title),
            articles::content.eq(&to.texts.content),
            articles::category.eq(&to.texts.category),
            articles::tags.eq(json!(to.texts.tags)),
            articles::draft.eq(to.draft.map(|draft| json!(draft))),
            articles::is_published.eq(to.is_published),
            articles::published_at.eq(to.published_at),
            articles::deleted_at.eq(to.deleted_at),
            articles::version.eq(articles::version + 1),
        ))
        .returning(Article::as_returning())
        .get_result(tx.conn())
        .map_err(taken)
}

/// Lets a former slug lead to an article. A slug that an article uses again leads nowhere else.
pub fn move_slug(tx: &mut Tx<'_>, id: ArticleId, from: &str, to: &str) -> Result<()> {
    diesel::delete(slugs::table.find(to)).execute(tx.conn())?;
    diesel::insert_into(slugs::table)
        .values((slugs::slug.eq(from), slugs::article_id.eq(id)))
        .on_conflict(slugs::slug)
        .do_update()
        .set(slugs::article_id.eq(id))
        .execute(tx.conn())?;
    Ok(())
}

/// Adds a version of an article that is published.
pub fn insert_version(
    tx: &mut Tx<'_>,
    id: ArticleId,
    texts: &ArticleDraft,
    author: Option<UserId>,
) -> Result<i32> {
    let last: Option<i32> = versions::table
        .filter(versions::article_id.eq(id))
        .select(diesel::dsl::max(versions::number))
        .first(tx.conn())?;
    let number = last.unwrap_or(0).saturating_add(1);
    diesel::insert_into(versions::table)
        .values((
            versions::id.eq(ArticleVersionId::new()),
            versions::article_id.eq(id),
            versions::number.eq(number),
            versions::title.eq(&texts.title),
            versions::content.eq(&texts.content),
            versions::category.eq(&texts.category),
            versions::tags.eq(json!(texts.tags)),
            versions::author_id.eq(author),
        ))
        .execute(tx.conn())?;
    Ok(number)
}

/// Returns the versions of an article, the newest first.
pub fn versions_of(conn: &mut Conn, id: ArticleId) -> Result<Vec<ArticleVersion>> {
    Ok(versions::table
        .filter(versions::article_id.eq(id))
        .order_by(versions::number.desc())
        .limit(MOST_VERSIONS)
        .select(ArticleVersion::as_select())
        .load(conn)?)
}

/// Returns a version of an article.
pub fn version(conn: &mut Conn, id: ArticleId, number: i32) -> Result<Option<ArticleVersion>> {
    Ok(versions::table
        .filter(versions::article_id.eq(id))
        .filter(versions::number.eq(number))
        .select(ArticleVersion::as_select())
        .first(conn)
        .optional()?)
}

/// What customers read of a published article: without its draft.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(Pg))]
pub struct PublishedRow {
    pub id: ArticleId,
    pub slug: String,
    pub title: String,
    pub content: String,
    pub category: Option<String>,
    pub tags: Option<JsonList<String>>,
    pub locale: String,
    pub group_id: ArticleGroupId,
    pub published_at: Option<DateTime<Utc>>,
}

/// Selects the published articles.
fn published<'a>() -> articles::BoxedQuery<'a, Pg> {
    articles::table
        .filter(articles::is_published.eq(true))
        .filter(articles::deleted_at.is_null())
        .into_boxed()
}

/// Returns the published article with a slug.
pub fn published_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<PublishedRow>> {
    Ok(published()
        .filter(articles::slug.eq(slug))
        .select(PublishedRow::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the current slug of the published article that had a slug before.
pub fn redirected_slug(conn: &mut Conn, slug: &str) -> Result<Option<String>> {
    let ids = slugs::table
        .filter(slugs::slug.eq(slug))
        .select(slugs::article_id);
    Ok(published()
        .filter(articles::id.eq_any(ids))
        .select(articles::slug)
        .first(conn)
        .optional()?)
}

/// Returns the published translations of a group.
pub fn translations(conn: &mut Conn, group: ArticleGroupId) -> Result<Vec<PublishedRow>> {
    Ok(published()
        .filter(articles::group_id.eq(group))
        .order_by(articles::locale)
        .select(PublishedRow::as_select())
        .load(conn)?)
}

/// A published article in a list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = articles, check_for_backend(Pg))]
pub struct SummaryRow {
    pub slug: String,
    pub title: String,
    pub category: Option<String>,
    pub tags: Option<JsonList<String>>,
    pub locale: String,
    pub group_id: ArticleGroupId,
}

/// Returns the published articles by category and title.
pub fn summaries(
    conn: &mut Conn,
    category: Option<&str>,
    tag: Option<&str>,
) -> Result<Vec<SummaryRow>> {
    let mut rows = published()
        .order_by((articles::category, articles::title, articles::id))
        .limit(MOST_ARTICLES)
        .select(SummaryRow::as_select());
    if let Some(category) = category {
        rows = rows.filter(articles::category.eq(category.to_owned()));
    }
    if let Some(tag) = tag {
        rows = rows.filter(
            articles::tags
                .is_not_null()
                .and(articles::tags.assume_not_null().contains(json!([tag]))),
        );
    }
    Ok(rows.load(conn)?)
}

/// A published article that a search found.
#[derive(Debug, Clone, QueryableByName)]
pub struct FoundRow {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub content: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<String>,
    #[diesel(sql_type = Text)]
    pub locale: String,
    #[diesel(sql_type = SqlUuid)]
    pub group_id: ArticleGroupId,
}

/// Returns the published articles with all words of a query in these languages. Articles with the words in the title and
/// the tags come first, then the most read ones.
pub fn search(conn: &mut Conn, query: &str, locales: &[String]) -> Result<Vec<FoundRow>> {
    Ok(diesel::sql_query(
        "SELECT slug::text, title::text, content, category::text, locale::text, group_id FROM ( \
           SELECT id, slug, title, content, category, locale, group_id, views, ts_rank( \
             setweight(to_tsvector('simple', folded_title), 'A') || \
             setweight(to_tsvector('simple', search_fold(coalesce(tags, '[]')::text)), 'B'), to_tsquery('simple', $1)) AS rank \
           FROM knowledge_base WHERE is_published AND deleted_at IS NULL AND locale = ANY($2) \
             AND article_words(title, tags, content) @@ to_tsquery('simple', $1) LIMIT $3 \
         ) AS found ORDER BY rank DESC, views DESC, id LIMIT 60",
    )
    .bind::<Text, _>(query)
    .bind::<Array<Text>, _>(locales)
    .bind::<Integer, _>(MOST_RANKED)
    .load(conn)?)
}

/// Returns the published articles with a title that is similar to a folded text.
pub fn similar(conn: &mut Conn, folded: &str, locales: &[String]) -> Result<Vec<FoundRow>> {
    const LEAST: f32 = 0.3;
    Ok(diesel::sql_query(
        // Each title is compared once, and texts are read of the best articles only.
        "SELECT slug::text, title::text, content, category::text, locale::text, group_id FROM ( \
           SELECT id, similarity FROM ( \
             SELECT id, views, word_similarity($1, folded_title) AS similarity FROM knowledge_base \
             WHERE is_published AND deleted_at IS NULL AND locale = ANY($2) OFFSET 0 \
           ) AS compared WHERE similarity >= $3 ORDER BY similarity DESC, views DESC, id LIMIT 60 \
         ) AS closest JOIN knowledge_base USING (id) ORDER BY similarity DESC, views DESC, id",
    )
    .bind::<Text, _>(folded)
    .bind::<Array<Text>, _>(locales)
    .bind::<Float, _>(LEAST)
    .load(conn)?)
}

/// Counts a search that found nothing.
pub fn count_search(tx: &mut Tx<'_>, query: &str, locale: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(searches::table)
        .values((
            searches::id.eq(ArticleSearchId::new()),
            searches::query.eq(query),
            searches::locale.eq(locale),
            searches::created_at.eq(now),
            searches::searched_at.eq(now),
        ))
        .on_conflict((searches::query, searches::locale))
        .do_update()
        .set((
            searches::count.eq(searches::count + 1),
            searches::searched_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Counts a view of an article, once per reader and day.
pub fn count_view(tx: &mut Tx<'_>, id: ArticleId, day: NaiveDate, reader: &[u8]) -> Result<()> {
    let is_new = diesel::insert_into(readers::table)
        .values((
            readers::article_id.eq(id),
            readers::day.eq(day),
            readers::reader.eq(reader),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    if is_new == 1 {
        diesel::update(articles::table.find(id))
            .set(articles::views.eq(articles::views + 1))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Counts a vote on an article, once per reader and day.
pub fn count_vote(
    tx: &mut Tx<'_>,
    id: ArticleId,
    day: NaiveDate,
    reader: &[u8],
    is_helpful: bool,
) -> Result<()> {
    diesel::insert_into(readers::table)
        .values((
            readers::article_id.eq(id),
            readers::day.eq(day),
            readers::reader.eq(reader),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    let first = readers::table
        .find((id, day, reader))
        .filter(readers::has_voted.eq(false));
    let is_first = diesel::update(first)
        .set(readers::has_voted.eq(true))
        .execute(tx.conn())?;
    if is_first == 0 {
        return Ok(());
    }
    let article = articles::table.find(id);
    if is_helpful {
        diesel::update(article)
            .set(articles::helpful_count.eq(articles::helpful_count + 1))
            .execute(tx.conn())?;
    } else {
        diesel::update(article)
            .set(articles::unhelpful_count.eq(articles::unhelpful_count + 1))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Deletes the readers of earlier days.
pub fn delete_readers(tx: &mut Tx<'_>, before: NaiveDate) -> Result<()> {
    diesel::delete(readers::table.filter(readers::day.lt(before))).execute(tx.conn())?;
    Ok(())
}

fn searches_matching(filter: &ArticleSearchFilter) -> searches::BoxedQuery<'_, Pg> {
    let mut rows = searches::table.into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(searches::query.like(begins(&platform::text::fold(q))));
    }
    if let Some(locale) = &filter.locale {
        rows = rows.filter(searches::locale.eq(locale));
    }
    rows
}

/// Returns one page of the searches without a result.
pub fn searches_page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ArticleSearchFilter,
    paging: &Paging<ArticleSearchSort>,
) -> Result<Page<ArticleSearch>> {
    page!(conn, paging, searches_matching(filter) => ArticleSearch, tie searches::id, {
        ArticleSearchSort::Count => searches::count,
        ArticleSearchSort::SearchedAt => searches::searched_at,
    })
}
