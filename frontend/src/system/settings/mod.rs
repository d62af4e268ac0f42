//! Settings: the options that administrators can change.

mod edit;
mod history;
mod page;

use kit::Screen;
use wire::{
    Param, Permission,
    accounts::kyc::KycDocumentType,
    system::settings::{KycRequired, Rule, Setting, definition},
};

/// The screens of the settings.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/system/settings",
    title: "Settings",
    needs: Permission::SettingsRead,
    view: |_| Some(page::screen()),
}];

/// Returns the label of a setting.
fn name(key: &str) -> &'static str {
    match key {
        "business.name" => "Business name",
        "business.support_email" => "Support e-mail",
        "business.time_zone" => "Time zone",
        "emails.footer" => "E-mail footer",
        "invoices.seller" => "Seller address",
        "invoices.prefix" => "Invoice prefix",
        "orders.payment_window_minutes" => "Payment window",
        "orders.recorded_window_minutes" => "Payment window, manual methods",
        "pricing.minimum_margin_percent" => "Minimum margin",
        "billing.tax_percent" => "Tax",
        "billing.bank_transfer_instructions" => "Bank transfer instructions",
        "billing.paypal_instructions" => "PayPal instructions",
        "billing.crypto_instructions" => "Cryptocurrency instructions",
        "refunds.four_eyes_above" => "Second approval above",
        "kyc.required_documents" => "Required documents",
        "kyc.upload_url" => "Document upload page",
        "sessions.idle_days" => "Idle session timeout",
        _ => definition(key).map_or("Setting", |known| known.description),
    }
}

/// Formats the value of a setting for the screen.
fn format_value(setting: &Setting, text: &str) -> String {
    match definition(&setting.key).map(|known| known.rule) {
        Some(Rule::Whole(..)) => format!("{text} {}", unit(&setting.key)),
        Some(Rule::Percent) => format!("{text} percent"),
        Some(Rule::Documents) => {
            KycRequired::parse(text).map_or_else(|| text.to_owned(), |all| documents(&all))
        }
        Some(Rule::Amounts) => text
            .replace(['{', '}', '"'], "")
            .replace(':', " ")
            .replace(',', ", "),
        _ if text.is_empty() => "Not set".to_owned(),
        _ => text.to_owned(),
    }
}

/// Returns the unit of a number, from the last word of the key of its setting.
fn unit(key: &str) -> &'static str {
    match key.rsplit('_').next() {
        Some("minutes") => "minutes",
        Some("days") => "days",
        Some("percent") => "percent",
        _ => "",
    }
}

fn documents(wanted: &KycRequired) -> String {
    let group = |group: &Vec<KycDocumentType>| {
        let names: Vec<&str> = group.iter().map(|one| document(*one)).collect();
        names.join(" or ")
    };
    let groups: Vec<String> = wanted.0.iter().map(group).collect();
    groups.join(", and ")
}

/// Returns the name of a kind of document.
fn document(kind: KycDocumentType) -> &'static str {
    match kind {
        KycDocumentType::Passport => "passport",
        KycDocumentType::IdCard => "ID card",
        KycDocumentType::DriversLicense => "driver's license",
        KycDocumentType::UtilityBill => "utility bill",
    }
}

/// Returns a checkbox for each kind of document.
fn boxes(title: &'static str) -> Vec<kit::form::CheckGroup> {
    let word = |word: &&'static str| Some((*word, document(KycDocumentType::parse(word).ok()?)));
    vec![kit::form::CheckGroup {
        title,
        words: KycDocumentType::WORDS.iter().filter_map(word).collect(),
    }]
}
