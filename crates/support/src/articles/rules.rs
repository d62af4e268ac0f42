//! How staff write, publish and delete articles.

use super::query::{self, NewRow, NewState};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::{Value, json};
use wire::{
    ArticleGroupId, ArticleId, JsonList, ProblemCode,
    support::articles::{Article, ArticleDraft, EditArticle, NewArticle, slug_of},
    system::audit::AuditAction,
};

/// Creates an article as a draft.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewArticle) -> Result<Article> {
    let group = match new.translation_of {
        None => ArticleGroupId::new(),
        Some(original) => match query::lock(tx, original) {
            Ok(original) => original.group_id,
            Err(error) if error.code() == Some(ProblemCode::NotFound) => {
                return Err(Error::field(
                    "translation_of",
                    "unknown",
                    "There is no article with this id.",
                ));
            }
            Err(error) => return Err(error),
        },
    };
    let texts = ArticleDraft {
        title: new.title.clone(),
        content: new.content.clone(),
        category: new.category.clone(),
        tags: new.tags.clone(),
    };
    let slug = new.slug.clone().unwrap_or_else(|| slug_of(&new.title));
    let article = query::insert(
        tx,
        &NewRow {
            texts: &texts,
            slug: &slug,
            locale: &new.locale,
            group,
            author: actor.id,
        },
    )?;
    record(tx, actor, AuditAction::ArticleCreate, &article, json!({}))?;
    Ok(article)
}

/// Changes an article. The change of a published article is a draft until it is published; a slug changes immediately.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ArticleId,
    version: i32,
    edit: &EditArticle,
) -> Result<Article> {
    let before = query::lock(tx, id)?;
    require_version(&before, version)?;
    let latest = before.latest();
    let change = edit.clone();
    let texts = ArticleDraft {
        title: change.title.unwrap_or(latest.title),
        content: change.content.unwrap_or(latest.content),
        category: change.category.unwrap_or(latest.category),
        tags: change.tags.unwrap_or(latest.tags),
    };
    let slug = change.slug.unwrap_or_else(|| before.slug.clone());
    if slug != before.slug {
        query::move_slug(tx, id, &before.slug, &slug)?;
    }
    let after = store(tx, &before, &slug, texts)?;
    record(
        tx,
        actor,
        AuditAction::ArticleEdit,
        &after,
        audit::fields_only(edit),
    )?;
    Ok(after)
}

/// Stores changed texts: as a draft where customers read the article, otherwise as the article.
fn store(tx: &mut Tx<'_>, before: &Article, slug: &str, texts: ArticleDraft) -> Result<Article> {
    let public = public_texts(before);
    let (texts, draft) = if before.is_published {
        let draft = Some(texts).filter(|texts| *texts != public);
        (public, draft)
    } else {
        (texts, None)
    };
    query::save(
        tx,
        before.id,
        &NewState {
            slug,
            texts: &texts,
            draft: draft.as_ref(),
            is_published: before.is_published,
            published_at: before.published_at,
            deleted_at: None,
        },
    )
}

fn public_texts(article: &Article) -> ArticleDraft {
    let without_draft = Article {
        draft: None,
        ..article.clone()
    };
    without_draft.latest()
}

/// Publishes an article, or the draft of a published one.
pub fn publish(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ArticleId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<Article> {
    let before = query::lock(tx, id)?;
    require_version(&before, version)?;
    if before.is_published && before.draft.is_none() {
        return Err(wrong_state(
            "The article is published, and has no unpublished changes.",
        ));
    }
    let texts = before.latest();
    let after = query::save(
        tx,
        id,
        &NewState {
            slug: &before.slug,
            texts: &texts,
            draft: None,
            is_published: true,
            published_at: Some(now),
            deleted_at: None,
        },
    )?;
    let number = query::insert_version(tx, id, &texts, actor.id)?;
    record(
        tx,
        actor,
        AuditAction::ArticlePublish,
        &after,
        json!({ "number": number }),
    )?;
    Ok(after)
}

/// Hides an article from customers. Its draft becomes the article.
pub fn unpublish(tx: &mut Tx<'_>, actor: &Actor, id: ArticleId, version: i32) -> Result<Article> {
    let before = query::lock(tx, id)?;
    require_version(&before, version)?;
    if !before.is_published {
        return Err(wrong_state("The article is not published."));
    }
    let after = query::save(
        tx,
        id,
        &NewState {
            slug: &before.slug,
            texts: &before.latest(),
            draft: None,
            is_published: false,
            published_at: before.published_at,
            deleted_at: None,
        },
    )?;
    record(tx, actor, AuditAction::ArticleUnpublish, &after, json!({}))?;
    Ok(after)
}

/// Makes an earlier version the draft.
pub fn roll_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ArticleId,
    version: i32,
    number: i32,
) -> Result<Article> {
    let before = query::lock(tx, id)?;
    require_version(&before, version)?;
    let earlier = query::version(tx.conn(), id, number)?.ok_or_else(|| {
        Error::field(
            "number",
            "unknown",
            "The article has no version with this number.",
        )
    })?;
    let texts = ArticleDraft {
        title: earlier.title,
        content: earlier.content,
        category: earlier.category,
        tags: earlier.tags.map(|JsonList(tags)| tags).unwrap_or_default(),
    };
    let after = store(tx, &before, &before.slug, texts)?;
    record(
        tx,
        actor,
        AuditAction::ArticleRollback,
        &after,
        json!({ "number": number }),
    )?;
    Ok(after)
}

/// Deletes an article.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ArticleId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = query::lock(tx, id)?;
    require_version(&before, version)?;
    let after = query::save(
        tx,
        id,
        &NewState {
            slug: &before.slug,
            texts: &before.latest(),
            draft: None,
            is_published: false,
            published_at: before.published_at,
            deleted_at: Some(now),
        },
    )?;
    record(tx, actor, AuditAction::ArticleDelete, &after, json!({}))
}

/// Restores a deleted article as a draft.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: ArticleId) -> Result<Article> {
    let before = query::find(tx.conn(), id)?;
    if before.deleted_at.is_none() {
        return Err(wrong_state("The article is not deleted."));
    }
    let after = query::save(
        tx,
        id,
        &NewState {
            slug: &before.slug,
            texts: &before.latest(),
            draft: None,
            is_published: false,
            published_at: before.published_at,
            deleted_at: None,
        },
    )?;
    record(tx, actor, AuditAction::ArticleRestore, &after, json!({}))?;
    Ok(after)
}

fn require_version(article: &Article, version: i32) -> Result<()> {
    if article.version == version {
        Ok(())
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

fn wrong_state(why: &str) -> Error {
    Error::with_detail(ProblemCode::WrongState, why)
}

/// Records an action with the name of the article. The text is in the versions, not in the log.
fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: AuditAction,
    article: &Article,
    detail: Value,
) -> Result<()> {
    let mut change = json!({ "slug": article.slug, "locale": article.locale });
    if let (Value::Object(change), Value::Object(detail)) = (&mut change, detail) {
        change.extend(detail);
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(action, article.id).with_change(change),
    )
}
