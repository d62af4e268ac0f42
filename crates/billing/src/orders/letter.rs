//! The delivery: the letter with the QR codes, in the outbox with the transaction that fulfils the order.

use super::query::{self, OrderRow};
use messaging::notifications::{self, Letter};
use platform::{
    Result, Tx,
    crypto::Keyring,
    settings::{self, BusinessTimeZone},
};
use wire::{EsimId, billing::orders::Terms, esims::inventory::Revealed};

/// Puts the delivery of an order into the outbox, once per key.
pub fn send(tx: &mut Tx<'_>, keys: &Keyring, order: &OrderRow, dedupe_key: &str) -> Result<()> {
    let terms = order.terms()?;
    let esims = query::delivered(tx.conn(), order.id)?;
    if let Some(esim) = order.esim_id {
        return added(tx, keys, (order, esim), &terms, dedupe_key);
    }
    let codes = esims::inventory::codes(tx.conn(), keys, &esims)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = order.created_at.with_timezone(&zone);
    let day = day.format("%-d %B %Y").to_string();
    let installs: Vec<(String, Revealed)> = codes
        .iter()
        .map(|(_, iccid, code)| (iccid.clone(), Revealed::from(code)))
        .collect();
    notifications::notify(
        tx,
        keys,
        Letter {
            user_id: order.user_id,
            order_id: Some(order.id),
            esim_id: esims.first().copied(),
            subject: format!("Your eSIM {} is ready ({})", terms.name, order.order_number),
            text: text((order, &day), &terms, &installs),
            html: Some(html((order, &day), &terms, &installs)),
            codes: installs
                .into_iter()
                .map(|(_, install)| install.activation_code)
                .collect(),
            dedupe_key: dedupe_key.to_owned(),
        },
    )
}

/// The word that more data is on an eSIM: there is nothing to install.
fn added(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    (order, esim): (&OrderRow, EsimId),
    terms: &Terms,
    dedupe_key: &str,
) -> Result<()> {
    let (iccid, until) = query::added(tx.conn(), order.id, esim)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let runs = match until {
        Some(until) => format!(
            "It can be used at once, until {}.",
            until.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z")
        ),
        None => "It begins when what is on the eSIM now ends.".to_owned(),
    };
    let what = format!(
        "{}, {} days, was added to your eSIM {iccid}.",
        terms.name, terms.validity_days
    );
    let nothing = "There is nothing to install.";
    notifications::notify(
        tx,
        keys,
        Letter {
            user_id: order.user_id,
            order_id: Some(order.id),
            esim_id: Some(esim),
            subject: format!("{} was added ({})", terms.name, order.order_number),
            text: format!("{what}\n\n{runs} {nothing}\n"),
            html: Some(format!(
                "<p>{}</p><p>{} {nothing}</p>",
                escaped(&what),
                escaped(&runs)
            )),
            codes: Vec::new(),
            dedupe_key: dedupe_key.to_owned(),
        },
    )
}

fn text((order, day): (&OrderRow, &str), terms: &Terms, installs: &[(String, Revealed)]) -> String {
    let mut text = format!(
        "Thank you for your order {} of {day}: {}, {} days.\n\nInstall it while you have an internet connection.\n",
        order.order_number, terms.name, terms.validity_days
    );
    for (iccid, install) in installs {
        text.push_str(&format!(
            "\neSIM {iccid}\n  iPhone (iOS 17.4 or newer): {}\n  Android: {}\n  By hand: SM-DP+ address {}\n           activation code {}\n  Or scan the QR code of this text: {}\n",
            install.apple_url, install.android_url, install.smdp_address, install.matching_id, install.activation_code,
        ));
        if install.confirmation_code_required {
            text.push_str(
                "  Your phone will ask for a confirmation code; we send it separately.\n",
            );
        }
    }
    text
}

fn html((order, day): (&OrderRow, &str), terms: &Terms, installs: &[(String, Revealed)]) -> String {
    let mut html = format!(
        "<p>Thank you for your order {} of {day}: <strong>{}</strong>, {} days.</p><p>Install it while you have an internet connection.</p>",
        escaped(&order.order_number),
        escaped(&terms.name),
        terms.validity_days
    );
    for (number, (iccid, install)) in installs.iter().enumerate() {
        html.push_str(&format!(
            "<h2>eSIM {}</h2><p><img src=\"cid:qr-{}\" alt=\"QR code of this eSIM\" width=\"240\" height=\"240\"></p>\
            <p><a href=\"{}\">Install on iPhone</a> (iOS 17.4 or newer) · <a href=\"{}\">Install on Android</a></p>\
            <p>By hand: SM-DP+ address <code>{}</code>, activation code <code>{}</code></p>",
            escaped(iccid), number + 1, escaped(&install.apple_url), escaped(&install.android_url), escaped(&install.smdp_address), escaped(&install.matching_id),
        ));
        if install.confirmation_code_required {
            html.push_str(
                "<p>Your phone will ask for a confirmation code; we send it separately.</p>",
            );
        }
    }
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
