//! The actions on an article.

use kit::{
    api,
    page::{Action, action},
    ui::Icon,
};
use wire::{Permission, support::articles::Article};

/// Publishes the article, or the changes of a published one.
pub fn publish() -> Action<Article> {
    action(
        "Publish",
        "published",
        Permission::ArticlesWrite,
        |article: Article| async move { api::post_action(&article, "publish", &()).await },
    )
    .asks("Customers can read the article from now on.")
    .when(|article| {
        article.deleted_at.is_none() && (!article.is_published || article.draft.is_some())
    })
    .icon(Icon::Globe)
    .primary()
    .key("p")
}

/// Hides the article from customers.
pub fn unpublish() -> Action<Article> {
    action(
        "Unpublish",
        "unpublished",
        Permission::ArticlesWrite,
        |article: Article| async move { api::post_action(&article, "unpublish", &()).await },
    )
    .asks("Customers can no longer read the article. It stays here as a draft.")
    .when(|article| article.deleted_at.is_none() && article.is_published)
    .icon(Icon::EyeOff)
}

/// Deletes the article.
pub fn remove() -> Action<Article> {
    action(
        "Delete",
        "deleted",
        Permission::ArticlesWrite,
        |article: Article| async move { api::remove(&article).await },
    )
    .asks("Customers can no longer read the article. It can be restored.")
    .when(|article| article.deleted_at.is_none())
    .undo(|article: Article| async move { api::restore(&article).await })
    .icon(Icon::Trash2)
    .danger()
}

/// Restores the deleted article.
pub fn restore() -> Action<Article> {
    action(
        "Restore",
        "restored",
        Permission::ArticlesWrite,
        |article: Article| async move { api::restore(&article).await },
    )
    .when(|article| article.deleted_at.is_some())
    .icon(Icon::RotateCcw)
}
