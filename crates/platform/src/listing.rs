//! The handlers of every list: `listing!` writes the two documented handlers, the list and its export.

use crate::{Actor, Caller, Conn, Json, Listing, Result, extract};
use wire::{Page, Paging, Resource, permission::Needs};

/// Answers with one page and signed cursors.
pub async fn page<R: Resource, N: Needs>(
    caller: Caller<N>,
    listing: Listing<R::Filter, R::Sort>,
    page: impl FnOnce(&mut Conn, &Actor, &R::Filter, &Paging<R::Sort>) -> Result<Page<R>>
    + Send
    + 'static,
) -> Result<Json<Page<R>>> {
    let Listing {
        filter,
        paging,
        path,
    } = listing;
    let narrowed = filter.clone();
    let found = caller
        .read(move |conn, actor| page(conn, actor, &narrowed, &paging))
        .await?;
    let keys = &caller.ctx().keys;
    let sign = |cursor| extract::signed(keys, &path, &filter, cursor);
    Ok(Json(Page {
        next: found.next.map(sign),
        prev: found.prev.map(sign),
        ..found
    }))
}

/// `listing!(Plan, "/plans", tag "catalog/plans", needs PlansRead, from query::page);`
///
/// Writes `list` (`GET /plans`) and `export` (`GET /plans/export`). The page comes from a function
/// `fn(&mut Conn, &Actor, &Filter, &Paging<Sort>) -> Result<Page<Row>>`, which the export
/// calls for every part.
/// The permission is named twice, as the enforced type and as the documented scope; a test compares them.
/// The file must import `actix_web::get`: utoipa recognises a handler only by the unqualified name of its method.
#[macro_export]
macro_rules! listing {
    ($row:ty, $path:literal, export $export:literal, tag $tag:literal, needs $needs:ident = $scope:literal, from $page:path) => {
        // utoipa names a generic body by the last segment of its path, which must therefore be in scope.
        use wire::Page;

        #[doc = concat!("List the objects at `", $path, "`, page by page.")]
        #[$crate::utoipa::path(
            tag = $tag, summary = format!("List {}, page by page.", <$row as wire::Resource>::MANY), security(("bearer" = [$scope])),
            params(wire::Paging<wire::resource::SortOf<$row>>, wire::resource::FilterOf<$row>),
            responses((status = 200, description = "One page", body = Page<$row>)),
        )]
        #[get($path)]
        pub async fn list(
            caller: $crate::Caller<wire::permission::needs::$needs>,
            listing: $crate::Listing<<$row as wire::Resource>::Filter, <$row as wire::Resource>::Sort>,
        ) -> $crate::Result<$crate::Json<Page<$row>>> {
            $crate::listing::page::<$row, _>(caller, listing, $page).await
        }

        #[doc = concat!("Export the list at `", $path, "` as CSV, with the same filters.")]
        #[$crate::utoipa::path(
            tag = $tag, summary = format!("Export {} as CSV, with the filters of the list.", <$row as wire::Resource>::MANY), security(("bearer" = ["lists:export", $scope])),
            params(
                wire::list::Ordering<wire::resource::SortOf<$row>>, wire::resource::FilterOf<$row>,
                ("bom" = Option<bool>, Query, description = "Start with a byte order mark, by which Excel recognises UTF-8."),
            ),
            responses((status = 200, description = "Every row", content_type = "text/csv", body = String)),
        )]
        #[get($export)]
        pub async fn export(
            caller: $crate::Caller<wire::permission::needs::ListsExport>,
            listing: $crate::Exported<<$row as wire::Resource>::Filter, <$row as wire::Resource>::Sort>,
        ) -> $crate::Result<$crate::actix_web::HttpResponse> {
            $crate::export::csv::<$row, _>(caller, <wire::permission::needs::$needs as wire::permission::Needs>::PERMISSION, listing, $page).await
        }
    };
}
