//! Emails about an order: how to pay, the delivery with the QR codes, and the failed delivery. Each is put into the
//! outbox in the transaction of the change that it describes.
//!
//! The deduplication key of a delivery begins with `order-`; no other email's key does.

use super::query::{self, OrderRow};
use messaging::notifications::{self, EmailMessage};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    settings::{self, BankInstructions, BusinessTimeZone, CryptoInstructions, PaypalInstructions},
};
use wire::{
    EsimId, OrderId,
    billing::{
        orders::{OrderStatus, PlanTerms},
        transactions::PaymentMethod,
    },
    esims::inventory::EsimInstallation,
};

/// An email about an order, to its customer.
#[derive(Default)]
struct Email {
    subject: String,
    text: String,
    html: String,
    /// The eSIM of the email.
    esim_id: Option<EsimId>,
    /// The activation codes that the email shows as QR codes.
    codes: Vec<String>,
}

/// Puts an email about an order into the outbox, once per key.
fn enqueue(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    email: Email,
    dedupe_key: String,
) -> Result<()> {
    notifications::notify(
        tx,
        keys,
        EmailMessage {
            user_id: order.user_id,
            order_id: Some(order.id),
            esim_id: email.esim_id,
            subject: email.subject,
            text: email.text,
            html: Some(email.html),
            codes: email.codes,
            dedupe_key,
        },
    )
}

/// Puts the delivery of an order into the outbox, once per key.
pub fn send_delivery(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    dedupe_key: &str,
) -> Result<()> {
    let terms = order.terms()?;
    let esims = query::usable_esims(tx.conn(), order.id)?;
    if let Some(esim) = order.esim_id {
        return send_topup(tx, keys, order, esim, &terms, dedupe_key);
    }
    let codes = esims::inventory::activation_codes(tx.conn(), keys, &esims)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = order.created_at.with_timezone(&zone);
    let day = day.format("%-d %B %Y").to_string();
    let installs: Vec<(String, EsimInstallation)> = codes
        .iter()
        .map(|(_, iccid, code)| (iccid.clone(), EsimInstallation::from(code)))
        .collect();
    let email = Email {
        subject: format!("Your eSIM {} is ready ({})", terms.name, order.order_number),
        text: text(order, &day, &terms, &installs),
        html: html(order, &day, &terms, &installs),
        esim_id: esims.first().copied(),
        codes: installs
            .into_iter()
            .map(|(_, install)| install.activation_code)
            .collect(),
    };
    enqueue(tx, keys, order, email, dedupe_key.to_owned())
}

/// Sends the customer the payment instructions of an order whose payment a person confirms.
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
        None => format!("Please pay by {}.", method_name(method)),
    };
    let how = format!("{how}\nReference: {}", order.order_number);
    request_payment(tx, keys, &order, &how, None)
}

/// Sends the customer a link to the payment page of an order, unless the order was paid or cancelled meanwhile.
pub fn payment_link(tx: &mut Tx<'_>, keys: &Keyring, id: OrderId, url: &str) -> Result<()> {
    let order = query::lock(tx, id)?;
    if order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    request_payment(tx, keys, &order, &format!("Pay here: {url}"), Some(url))
}

/// Requests the payment of an order, once: `how` is the text, and a `link` takes its place in the HTML.
fn request_payment(
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
    let how_html = match link {
        Some(url) => format!("<a href=\"{}\">Pay now</a>", escaped(url)),
        None => escaped(how).replace('\n', "<br>"),
    };
    let email = Email {
        subject: format!("How to pay for your order {}", order.order_number),
        text: format!("{what}\n\n{how}\n\n{until}\n"),
        html: format!("<p>{}</p><p>{how_html}</p><p>{until}</p>", escaped(&what)),
        ..Email::default()
    };
    enqueue(tx, keys, order, email, format!("payment-{}", order.id))
}

/// Returns the instructions that the settings hold for customers who pay by a method.
fn instructions(conn: &mut Conn, method: PaymentMethod) -> Result<Option<String>> {
    match method {
        PaymentMethod::CreditCard => Ok(None),
        PaymentMethod::BankTransfer => settings::get(conn, BankInstructions),
        PaymentMethod::Paypal => settings::get(conn, PaypalInstructions),
        PaymentMethod::Crypto => settings::get(conn, CryptoInstructions),
    }
}

const fn method_name(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::CreditCard => "card",
        PaymentMethod::BankTransfer => "bank transfer",
        PaymentMethod::Paypal => "PayPal",
        PaymentMethod::Crypto => "cryptocurrency",
    }
}

/// Informs the customer that an order could not be delivered, and that its payment is being refunded.
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
    let email = Email {
        subject: format!("We could not deliver your order {}", order.order_number),
        text: format!("{what}\n\n{money}\n\nWe are sorry for the trouble.\n"),
        html: format!(
            "<p>{}</p><p>{}</p><p>We are sorry for the trouble.</p>",
            escaped(&what),
            escaped(&money)
        ),
        ..Email::default()
    };
    enqueue(
        tx,
        keys,
        &order,
        email,
        format!("not-delivered-{}", order.id),
    )
}

/// Puts the delivery of a top-up into the outbox, once per key. There is nothing to install.
fn send_topup(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    order: &OrderRow,
    esim: EsimId,
    terms: &PlanTerms,
    dedupe_key: &str,
) -> Result<()> {
    let (iccid, until) = query::added_bundle(tx.conn(), order.id, esim)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let runs = match until {
        Some(until) => format!(
            "You can use it now, until {}.",
            until.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z")
        ),
        None => "It starts when the current plan of the eSIM ends.".to_owned(),
    };
    let what = format!(
        "{}, {} days, was added to your eSIM {iccid}.",
        terms.name, terms.validity_days
    );
    let nothing = "There is nothing to install.";
    let email = Email {
        subject: format!("{} was added ({})", terms.name, order.order_number),
        text: format!("{what}\n\n{runs} {nothing}\n"),
        html: format!(
            "<p>{}</p><p>{} {nothing}</p>",
            escaped(&what),
            escaped(&runs)
        ),
        esim_id: Some(esim),
        ..Email::default()
    };
    enqueue(tx, keys, order, email, dedupe_key.to_owned())
}

fn text(
    order: &OrderRow,
    day: &str,
    terms: &PlanTerms,
    installs: &[(String, EsimInstallation)],
) -> String {
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

fn html(
    order: &OrderRow,
    day: &str,
    terms: &PlanTerms,
    installs: &[(String, EsimInstallation)],
) -> String {
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
