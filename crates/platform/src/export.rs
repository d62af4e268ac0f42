//! Exports a whole list as a CSV stream. The export follows the cursors of the list, so memory use is constant, a slow client
//! holds no database connection, and the file has exactly the rows of the list.

mod cells;
mod columns;

use crate::{
    audit::{self, Access, AuditEvent},
    auth::{Actor, Caller},
    db::{Conn, Tx},
    error::{Error, Result},
    extract::{Encoding, Exported},
};
use actix_web::{HttpResponse, web::Bytes};
use cells::Cells;
use futures_util::stream;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Page, Paging, Param, Permission, ProblemCode, Resource, permission::needs::ListsExport,
    system::audit::AuditAction,
};

/// The number of rows per query.
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
    let counted = (listing.filter.clone(), listing.ordering.sort);
    let query: Vec<String> = wire::Filter::pairs(&listing.filter)
        .into_iter()
        .map(|(key, _)| key.to_owned())
        .collect();
    let is_counted = caller
        .write(move |tx, actor| {
            if !actor.can(reads) {
                return Err(Error::with_detail(
                    ProblemCode::Forbidden,
                    format!("This needs the permission {reads}."),
                ));
            }
            let reader = reading(actor, reads);
            let (filter, sort) = counted;
            let one = Paging {
                limit: 1,
                sort,
                after: None,
                before: None,
            };
            let found = page(tx.conn(), &reader, &filter, &one)?;
            let detail = json!({
                "filtered_by": query,
                "rows": found.total,
                "rows_are_exact": found.total_is_exact,
            });
            record_export::<R>(tx, actor, detail.clone())?;
            let event = AuditEvent::of_kind(AuditAction::ListExport, R::ONE).with_change(detail);
            audit::record(tx, actor, event)?;
            Ok(found.total_is_exact)
        })
        .await?;

    let paging = Paging {
        limit: CHUNK,
        sort: listing.ordering.sort,
        after: None,
        before: None,
    };
    let state = ExportState::<R> {
        caller,
        filter: listing.filter,
        paging: Some(paging),
        part: Part::First(listing.encoding),
        is_counted,
        rows: 0,
    };
    let body = stream::unfold(state, move |mut state: ExportState<R>| async move {
        let paging = state.paging.take()?;
        let (filter, requested) = (state.filter.clone(), paging.clone());
        let chunk = state
            .caller
            .read(move |conn, actor| page(conn, &reading(actor, reads), &filter, &requested))
            .await;
        let chunk = match chunk {
            Ok(chunk) => state.count(chunk).await,
            Err(error) => Err(error),
        };
        let text = chunk.and_then(|chunk| {
            let text = rows_as_csv(&chunk.data, state.part)?;
            state.part = Part::Next;
            let after = chunk
                .next
                .as_deref()
                .and_then(|cursor| Param::parse(cursor).ok());
            state.paging = after.map(|after| Paging {
                after: Some(after),
                ..paging
            });
            Ok(Bytes::from(text))
        });
        // A failure aborts the transfer, which every client detects, so that a partial file is not mistaken for a complete one.
        Some((text, state))
    });
    let name = format!("{}.csv", R::MANY.to_lowercase().replace(' ', "-"));
    let file = crate::respond::attachment(&name);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", file))
        .streaming(Box::pin(body)))
}

struct ExportState<R: Resource> {
    caller: Caller<ListsExport>,
    filter: R::Filter,
    paging: Option<Paging<R::Sort>>,
    part: Part,
    /// Whether the number of rows was known when the export began.
    is_counted: bool,
    rows: usize,
}

impl<R: Resource> ExportState<R> {
    /// Counts the rows of a part. After the last part, records the number of a list that was too long to be counted before.
    async fn count(&mut self, chunk: Page<R>) -> Result<Page<R>> {
        self.rows += chunk.data.len();
        if chunk.next.is_none() && !self.is_counted {
            let detail = json!({ "rows": self.rows, "rows_are_exact": true });
            self.caller
                .write(move |tx, actor| record_export::<R>(tx, actor, detail))
                .await?;
        }
        Ok(chunk)
    }
}

/// Returns the actor with the reach that the permission of the list gives.
fn reading(actor: &Actor, reads: Permission) -> Actor {
    Actor {
        reach: actor.reach_of(reads),
        ..actor.clone()
    }
}

/// Records the export of personal data, with its extent, in the access log.
fn record_export<R: Resource>(tx: &mut Tx<'_>, actor: &Actor, detail: Value) -> Result<()> {
    if !R::NAMES_PEOPLE {
        return Ok(());
    }
    let access = Access {
        subject: R::ONE,
        id: Uuid::nil(),
        field: "export",
        reason: None,
        detail: Some(detail),
    };
    audit::record_access(tx, actor, access)
}

/// The part of a file that rows are written to.
#[derive(Clone, Copy)]
enum Part {
    First(Encoding),
    Next,
}

/// Writes rows, after the header if they are the first part. An empty list has the header alone.
fn rows_as_csv<R: Resource>(rows: &[R], part: Part) -> Result<Vec<u8>> {
    let start = match part {
        Part::First(Encoding::Utf8WithMark) => "\u{feff}".as_bytes().to_vec(),
        _ => Vec::new(),
    };
    // Programs that expect another separator than the comma need the quotes to find the end of a cell.
    let mut out = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(start);
    let mut cells = Cells::default();
    if rows.is_empty() && matches!(part, Part::First(_)) {
        out.write_record(columns::field_names::<R>())
            .map_err(Error::internal)?;
    }
    for (number, row) in rows.iter().enumerate() {
        cells.read_row(row).map_err(Error::internal)?;
        if number == 0 && matches!(part, Part::First(_)) {
            out.write_record(&cells.names).map_err(Error::internal)?;
        }
        out.write_byte_record(&cells.record)
            .map_err(Error::internal)?;
    }
    out.into_inner().map_err(Error::internal)
}
