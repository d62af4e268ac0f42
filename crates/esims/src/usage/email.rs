//! Emails about usage: a threshold was passed, or the bundles expire soon.

use super::query::{self, DueReminder, NewAlert};
use chrono::{DateTime, Utc};
use messaging::{
    emails::EmailTemplate,
    notifications::{self, EmailMessage},
};
use platform::{
    Result, Tx,
    crypto::Keyring,
    settings::{self, BusinessTimeZone, ExpiryReminderEmails, UsageAlertEmails},
};
use wire::{EsimId, UserId, data, esims::usage::UsageAlertKind};

/// Queues the email about a threshold, unless the setting turns it off.
pub fn send_usage(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    user: Option<UserId>,
    alert: &NewAlert,
    expires_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let (Some(user_id), true) = (user, settings::get(tx.conn(), UsageAlertEmails)?) else {
        return Ok(());
    };
    let Some(esim) = query::recipient(tx.conn(), alert.esim_id, user_id)? else {
        return Ok(());
    };
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let template = EmailTemplate::DataUsed {
        percent: alert.step,
        plan: esim.plan,
        iccid: esim.iccid,
        summary: data::used_of(alert.used_bytes, alert.total_bytes),
        usable_until: expires_at.map(|until| until.with_timezone(&zone).into()),
    };
    let key = format!(
        "usage-{}-{}-{}-{}",
        alert.esim_id, alert.bundle_id, alert.topups, alert.step
    );
    send(tx, keys, user_id, alert.esim_id, template, key)
}

/// Queues the reminder before an expiry, unless the setting turns it off.
pub fn send_reminder(tx: &mut Tx<'_>, keys: &Keyring, due: &DueReminder, hours: i32) -> Result<()> {
    let (Some(user_id), true) = (due.user_id, settings::get(tx.conn(), ExpiryReminderEmails)?)
    else {
        return Ok(());
    };
    let Some(esim) = query::recipient(tx.conn(), due.esim_id, user_id)? else {
        return Ok(());
    };
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let template = EmailTemplate::PlanExpires {
        plan: esim.plan,
        iccid: esim.iccid,
        summary: data::used_of(due.used_bytes, due.total_bytes),
        expires_at: due.expires_at.with_timezone(&zone).into(),
    };
    let key = format!(
        "{}-{}-{}-{hours}-{}",
        UsageAlertKind::Expiry,
        due.esim_id,
        due.bundle_id,
        due.expires_at.timestamp()
    );
    send(tx, keys, user_id, due.esim_id, template, key)
}

fn send(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    user_id: UserId,
    esim: EsimId,
    template: EmailTemplate,
    dedupe_key: String,
) -> Result<()> {
    let email = EmailMessage {
        user_id,
        order_id: None,
        esim_id: Some(esim),
        template,
        dedupe_key,
    };
    notifications::notify(tx, keys, email)
}
