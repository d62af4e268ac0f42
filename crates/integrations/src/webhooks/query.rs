//! All SQL of receipts.

use super::{ReportedEvent, source};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed},
    insert_into,
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{self, Text, Timestamptz},
    update,
};
use platform::{Actor, Conn, Error, Result, Tx, any_of, list, page, prepared::Prepared};
use schema::{data_providers as providers, webhook_receipts as receipts};
use suppliers::Webhook;
use wire::{
    JsonList, Page, Paging, ProviderId, TransactionId, WebhookReceiptId,
    integrations::webhooks::{
        ProviderWebhook, ProviderWebhookFilter, ProviderWebhookSort, WebhookReceiptStatus,
    },
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = receipts, check_for_backend(Pg))]
struct Row {
    id: WebhookReceiptId,
    #[diesel(select_expression = providers::id)]
    provider_id: ProviderId,
    #[diesel(select_expression = providers::name)]
    provider_name: String,
    event_id: Option<String>,
    event_type: Option<String>,
    is_signed: bool,
    status: WebhookReceiptStatus,
    note: Option<String>,
    network: Option<String>,
    deliveries: i32,
    replays: i32,
    version: i32,
    received_at: DateTime<Utc>,
    applied_at: Option<DateTime<Utc>>,
}

impl From<Row> for ProviderWebhook {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            provider_id: row.provider_id,
            provider_name: row.provider_name,
            event_id: row.event_id,
            event_type: row.event_type,
            is_signed: row.is_signed,
            status: row.status,
            note: row.note,
            network: row.network,
            deliveries: row.deliveries,
            replays: row.replays,
            version: row.version,
            received_at: row.received_at,
            applied_at: row.applied_at,
        }
    }
}

/// Returns one page of the webhooks of providers.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ProviderWebhookFilter,
    paging: &Paging<ProviderWebhookSort>,
) -> Result<Page<ProviderWebhook>> {
    let rows = page!(conn, paging, matching(filter) => Row, tie receipts::id, {
        ProviderWebhookSort::ReceivedAt => receipts::received_at,
    })?;
    rows.try_map(|row| Ok(row.into()))
}

type Joined = InnerJoin<receipts::table, providers::table>;

fn matching(filter: &ProviderWebhookFilter) -> IntoBoxed<'_, Joined, Pg> {
    let mut rows = receipts::table.inner_join(providers::table).into_boxed();
    if let Some(provider) = filter.provider_id {
        rows = rows.filter(receipts::provider_id.eq(provider));
    }
    rows = any_of!(rows, receipts::status, filter.status);
    if let Some(q) = &filter.q {
        rows = rows.filter(receipts::event_id.like(list::begins(q)));
    }
    if let Some(from) = filter.received_at_from {
        rows = rows.filter(receipts::received_at.ge(from));
    }
    if let Some(to) = filter.received_at_to {
        rows = rows.filter(receipts::received_at.lt(to));
    }
    rows
}

/// Returns a webhook of a provider.
pub fn show(conn: &mut Conn, id: WebhookReceiptId) -> Result<ProviderWebhook> {
    Ok(receipts::table
        .inner_join(providers::table)
        .filter(receipts::id.eq(id))
        .select(Row::as_select())
        .first(conn)?
        .into())
}

/// A receipt of a provider's webhook, and what it reports.
#[derive(Debug, Clone, Queryable)]
pub struct Receipt {
    /// The id.
    pub id: WebhookReceiptId,
    /// The provider.
    pub provider_id: ProviderId,
    /// The status.
    pub status: WebhookReceiptStatus,
    /// The version.
    pub version: i32,
    /// What it reports.
    pub events: JsonList<ReportedEvent>,
}

/// Returns the receipt of a provider's webhook, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: WebhookReceiptId) -> Result<Receipt> {
    Ok(receipts::table
        .find(id)
        .filter(receipts::provider_id.is_not_null())
        .filter(receipts::body.is_not_null())
        .select((
            receipts::id,
            receipts::provider_id.assume_not_null(),
            receipts::status,
            receipts::version,
            receipts::body.assume_not_null(),
        ))
        .for_update()
        .first(tx.conn())?)
}

/// Stores the receipt of a provider's webhook. Returns `None` when the event was received before.
pub fn record_of(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    webhook: &Webhook,
    now: DateTime<Utc>,
) -> Result<Option<WebhookReceiptId>> {
    let id = WebhookReceiptId::new();
    let events: Vec<ReportedEvent> = webhook.events.iter().map(ReportedEvent::from).collect();
    let shortened = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let inserted = insert_into(receipts::table)
        .values((
            receipts::id.eq(id),
            receipts::source.eq(source(provider)),
            receipts::provider_id.eq(provider),
            receipts::event_id.eq(shortened(&webhook.event_id, 255)),
            receipts::event_type.eq(shortened(&webhook.kind, 100)),
            receipts::signature_ok.eq(true),
            receipts::is_signed.eq(webhook.is_signed),
            receipts::body.eq(serde_json::to_value(events).map_err(Error::internal)?),
            receipts::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((inserted == 1).then_some(id))
}

/// Marks a provider's webhook as applied, with what was done.
pub fn mark_done(
    tx: &mut Tx<'_>,
    id: WebhookReceiptId,
    note: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    set_status(tx, id, WebhookReceiptStatus::Applied, note, Some(now))
}

/// Marks a provider's webhook as failed, with the reason.
pub fn mark_failed(tx: &mut Tx<'_>, id: WebhookReceiptId, note: &str) -> Result<()> {
    set_status(tx, id, WebhookReceiptStatus::Failed, note, None)
}

fn set_status(
    tx: &mut Tx<'_>,
    id: WebhookReceiptId,
    status: WebhookReceiptStatus,
    note: &str,
    applied_at: Option<DateTime<Utc>>,
) -> Result<()> {
    update(receipts::table.find(id))
        .set((
            receipts::status.eq(status),
            receipts::note.eq(note),
            receipts::applied_at.eq(applied_at),
            receipts::version.eq(receipts::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a provider's webhook as received again, because an administrator replays it.
pub fn mark_replayed(tx: &mut Tx<'_>, id: WebhookReceiptId) -> Result<()> {
    update(receipts::table.find(id))
        .set((
            receipts::status.eq(WebhookReceiptStatus::Received),
            receipts::note.eq(None::<&str>),
            receipts::applied_at.eq(None::<DateTime<Utc>>),
            receipts::replays.eq(receipts::replays + 1),
            receipts::version.eq(receipts::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Counts a webhook of a provider with an invalid signature: one row per provider, network and minute.
pub fn count_rejected_of(
    tx: &mut Tx<'_>,
    provider: ProviderId,
    network: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    count(tx, &source(provider), Some(provider), network, now)
}

/// Stores the receipt of an event with a valid signature. Returns `None` when the event was received before.
pub fn record(
    tx: &mut Tx<'_>,
    source: &str,
    event_id: &str,
    event_type: &str,
    now: DateTime<Utc>,
) -> Result<Option<WebhookReceiptId>> {
    let id = WebhookReceiptId::new();
    let inserted = insert_into(receipts::table)
        .values((
            receipts::id.eq(id),
            receipts::source.eq(source),
            receipts::event_id.eq(event_id),
            receipts::event_type.eq(event_type),
            receipts::signature_ok.eq(true),
            receipts::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((inserted == 1).then_some(id))
}

/// Marks an event as applied to a payment.
pub fn mark_applied(
    tx: &mut Tx<'_>,
    id: WebhookReceiptId,
    payment: TransactionId,
    note: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let noted = update(receipts::table.find(id)).set((
        receipts::status.eq(WebhookReceiptStatus::Applied),
        receipts::transaction_id.eq(payment),
        receipts::note.eq(note),
        receipts::applied_at.eq(now),
    ));
    Prepared(noted).execute(tx.conn())?;
    Ok(())
}

/// Marks an event as ignored, with the reason.
pub fn mark_ignored(
    tx: &mut Tx<'_>,
    id: WebhookReceiptId,
    payment: Option<TransactionId>,
    note: &str,
) -> Result<()> {
    update(receipts::table.find(id))
        .set((
            receipts::status.eq(WebhookReceiptStatus::Ignored),
            receipts::transaction_id.eq(payment),
            receipts::note.eq(note),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Counts a webhook with an invalid signature: one row per source, network and minute. The body is not stored, because any
/// client can send one.
pub fn count_rejected(
    tx: &mut Tx<'_>,
    source: &str,
    network: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    count(tx, source, None, network, now)
}

fn count(
    tx: &mut Tx<'_>,
    source: &str,
    provider: Option<ProviderId>,
    network: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let counted = sql_query(
        "INSERT INTO webhook_receipts (id, source, provider_id, signature_ok, status, network, received_at) \
         VALUES ($1, $2, $3, false, 'rejected', $4, date_trunc('minute', $5)) \
         ON CONFLICT (source, network, received_at) WHERE status = 'rejected' \
         DO UPDATE SET deliveries = webhook_receipts.deliveries + 1",
    );
    counted
        .bind::<sql_types::Uuid, _>(WebhookReceiptId::new())
        .bind::<Text, _>(source)
        .bind::<sql_types::Nullable<sql_types::Uuid>, _>(provider)
        .bind::<Text, _>(network)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}
