//! Emails about an order, each put into the outbox with the transaction that it tells of: how to pay, the delivery with
//! the QR codes, and that nothing could be delivered.
//!
//! The key of a delivery begins with `order-`: by it, deliveries are told from the other emails.

use super::query::{self, OrderRow};
use messaging::notifications::{self, Letter};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    settings::{self, BankInstructions, BusinessTimeZone, CryptoInstructions, PaypalInstructions},
};
use wire::{
    EsimId, OrderId,
    billing::{
        orders::{OrderStatus, Terms},
        transactions::PaymentMethod,
    },
    esims::inventory::Revealed,
};

/// Puts the delivery of an order into the outbox, once per key.
pub fn send(tx: &mut Tx<'_>, keys: &Keyring, order: &OrderRow, dedupe_key: &str) -> Result<()> {
    let terms = order.terms()?;
    let esims = query::usable(tx.conn(), order.id)?;
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

/// Tells the customer how to pay an order whose payment a person confirms.
pub fn payment_instructions(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    id: OrderId,
    method: PaymentMethod,
) -> Result<()> {
    let order = query::lock(tx, id)?;
    let instructions = instructions(tx.conn(), method)?;
    let how = match instructions {
        Some(text) => format!("How to pay:\n{text}"),
        None => format!("Please pay by {}.", name_of(method)),
    };
    let how = format!("{how}\nReference: {}", order.order_number);
    ask_for_payment(tx, keys, &order, &how, None)
}

/// Sends the customer the page on which an order is paid, unless it was paid or cancelled meanwhile.
pub fn payment_link(tx: &mut Tx<'_>, keys: &Keyring, id: OrderId, url: &str) -> Result<()> {
    let order = query::lock(tx, id)?;
    if order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    ask_for_payment(tx, keys, &order, &format!("Pay here: {url}"), Some(url))
}

fn ask_for_payment(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    how: &str,
    link: Option<&str>,
) -> Result<()> {
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let until = order.expires_at.map_or_else(String::new, |until| {
        let until = until.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z");
        format!("The order can be paid until {until}.")
    });
    let what = format!(
        "Thank you for your order {}: {} × {}. The total is {}.",
        order.order_number,
        order.quantity,
        order.terms()?.title(),
        order.total_amount.in_currency(order.currency),
    );
    let shown = match link {
        Some(url) => format!("<a href=\"{}\">Pay now</a>", escaped(url)),
        None => escaped(how).replace('\n', "<br>"),
    };
    notifications::notify(
        tx,
        keys,
        Letter {
            user_id: order.user_id,
            order_id: Some(order.id),
            esim_id: None,
            subject: format!("How to pay for your order {}", order.order_number),
            text: format!("{what}\n\n{how}\n\n{until}\n"),
            html: Some(format!(
                "<p>{}</p><p>{shown}</p><p>{until}</p>",
                escaped(&what)
            )),
            codes: Vec::new(),
            dedupe_key: format!("payment-{}", order.id),
        },
    )
}

/// What the settings tell customers who pay by a method.
fn instructions(conn: &mut Conn, method: PaymentMethod) -> Result<Option<String>> {
    match method {
        PaymentMethod::CreditCard => Ok(None),
        PaymentMethod::BankTransfer => settings::get(conn, BankInstructions),
        PaymentMethod::Paypal => settings::get(conn, PaypalInstructions),
        PaymentMethod::Crypto => settings::get(conn, CryptoInstructions),
    }
}

const fn name_of(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::CreditCard => "card",
        PaymentMethod::BankTransfer => "bank transfer",
        PaymentMethod::Paypal => "PayPal",
        PaymentMethod::Crypto => "cryptocurrency",
    }
}

/// Tells the customer that an order could not be delivered, and that what was paid is being refunded.
pub fn not_delivered(tx: &mut Tx<'_>, keys: &Keyring, id: OrderId) -> Result<()> {
    let order = query::lock(tx, id)?;
    let what = format!(
        "We could not deliver your order {}: {}.",
        order.order_number,
        order.terms()?.title()
    );
    let money = if order.total_amount.is_positive() {
        format!(
            "Your money is being returned: {}. We will write again when the refund is on its way.",
            order.total_amount.in_currency(order.currency)
        )
    } else {
        "Nothing was charged for it.".to_owned()
    };
    notifications::notify(
        tx,
        keys,
        Letter {
            user_id: order.user_id,
            order_id: Some(order.id),
            esim_id: None,
            subject: format!("We could not deliver your order {}", order.order_number),
            text: format!("{what}\n\n{money}\n\nWe are sorry for the trouble.\n"),
            html: Some(format!(
                "<p>{}</p><p>{}</p><p>We are sorry for the trouble.</p>",
                escaped(&what),
                escaped(&money)
            )),
            codes: Vec::new(),
            dedupe_key: format!("not-delivered-{}", order.id),
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
