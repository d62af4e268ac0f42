//! A whole list as CSV, streamed: the export walks the list's own cursor, so its memory stays flat, a slow client
//! holds no connection, and it shows exactly what the list shows.

mod cells;

use crate::{
    audit::{self, Act},
    auth::{Actor, Caller},
    db::Conn,
    error::{Error, Result},
    extract::Exported,
};
use actix_web::{HttpResponse, web::Bytes};
use cells::Cells;
use futures_util::stream;
use uuid::Uuid;
use wire::{
    Page, Paging, Param, Permission, ProblemCode, Resource, permission::needs::ListsExport,
};

/// Rows that are fetched at a time.
const CHUNK: u32 = 1000;

/// Answers with every row that the filter matches.
pub async fn csv<R: Resource, P>(
    caller: Caller<ListsExport>,
    reads: Permission,
    listing: Exported<R::Filter, R::Sort>,
    page: P,
) -> Result<HttpResponse>
where
    P: Fn(&mut Conn, &Actor, &R::Filter, &Paging<R::Sort>) -> Result<Page<R>>
        + Copy
        + Send
        + Sync
        + 'static,
{
    let query: Vec<String> = wire::Filter::pairs(&listing.filter)
        .into_iter()
        .map(|(key, _)| key.to_owned())
        .collect();
    caller
        .write(move |tx, actor| {
            if !actor.can(reads) {
                return Err(Error::because(
                    ProblemCode::Forbidden,
                    format!("This needs the permission {reads}."),
                ));
            }
            audit::record(
                tx,
                actor,
                Act::new("list.export", R::ONE, Uuid::nil())
                    .changing(serde_json::json!({ "filtered_by": query })),
            )
        })
        .await?;

    let paging = Paging {
        limit: CHUNK,
        sort: listing.ordering.sort,
        after: None,
        before: None,
    };
    let state = Walk::<R> {
        caller,
        filter: listing.filter,
        paging: Some(paging),
        is_first: true,
    };
    let body = stream::unfold(state, move |mut walk: Walk<R>| async move {
        let paging = walk.paging.take()?;
        let (filter, asked) = (walk.filter.clone(), paging.clone());
        let chunk = walk
            .caller
            .read(move |conn, actor| {
                let actor = Actor {
                    reach: actor.reach_of(reads),
                    ..actor.clone()
                };
                page(conn, &actor, &filter, &asked)
            })
            .await;
        let text = chunk.and_then(|chunk| {
            let text = rows_as_csv(&chunk.data, walk.is_first)?;
            walk.is_first = false;
            let after = chunk
                .next
                .as_deref()
                .and_then(|cursor| Param::parse(cursor).ok());
            walk.paging = after.map(|after| Paging {
                after: Some(after),
                ..paging
            });
            Ok(Bytes::from(text))
        });
        // A failure midway cuts the transfer short, which every client notices; the half file is not mistaken for a whole.
        Some((text, walk))
    });
    let name = format!("{}.csv", R::MANY.to_lowercase().replace(' ', "-"));
    let file = crate::respond::attachment(&name);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", file))
        .streaming(Box::pin(body)))
}

struct Walk<R: Resource> {
    caller: Caller<ListsExport>,
    filter: R::Filter,
    paging: Option<Paging<R::Sort>>,
    is_first: bool,
}

fn rows_as_csv<R: Resource>(rows: &[R], with_header: bool) -> Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut cells = Cells::default();
    for (number, row) in rows.iter().enumerate() {
        cells.take(row).map_err(Error::internal)?;
        if number == 0 && with_header {
            out.write_record(&cells.names).map_err(Error::internal)?;
        }
        out.write_byte_record(&cells.record)
            .map_err(Error::internal)?;
    }
    out.into_inner().map_err(Error::internal)
}
