//! Markdown that the server renders and sanitizes.

use kit::{
    Task,
    api::{self, ApiError, Call},
    form::Render,
    task,
};
use std::sync::Arc;
use wire::support::articles::{ArticlePreview, PreviewArticle};

/// Renders a text as sanitized HTML.
pub fn render(content: String) -> Task<Result<String, ApiError>> {
    task(async move {
        let call = Call::post("/v1/articles/preview").json(&PreviewArticle { content });
        let preview: ArticlePreview = api::send(call).await?.json().await?;
        Ok(preview.html)
    })
}

/// Returns the renderer of the previews.
pub fn renderer() -> Render {
    Arc::new(render)
}
