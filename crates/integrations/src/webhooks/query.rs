//! All SQL of receipts.

use chrono::{DateTime, Utc};
use diesel::{
    insert_into,
    prelude::*,
    sql_query,
    sql_types::{self, Text, Timestamptz},
    update,
};
use platform::{Result, Tx, prepared::Prepared};
use schema::webhook_receipts as receipts;
use wire::{TransactionId, WebhookReceiptId, integrations::webhooks::WebhookReceiptStatus};

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
    let counted = sql_query(
        "INSERT INTO webhook_receipts (id, source, signature_ok, status, network, received_at) \
         VALUES ($1, $2, false, 'rejected', $3, date_trunc('minute', $4)) \
         ON CONFLICT (source, network, received_at) WHERE status = 'rejected' \
         DO UPDATE SET deliveries = webhook_receipts.deliveries + 1",
    );
    counted
        .bind::<sql_types::Uuid, _>(WebhookReceiptId::new())
        .bind::<Text, _>(source)
        .bind::<Text, _>(network)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}
