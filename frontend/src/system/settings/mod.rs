//! Settings: what may be changed of how the system works.

mod edit;
mod history;
mod page;

use kit::Screen;
use wire::{
    Param, Permission,
    accounts::kyc::KycDocumentType,
    system::settings::{KycRequired, Rule, Setting, known},
};

/// The screens of the settings.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/system/settings",
    title: "Settings",
    needs: Permission::SettingsRead,
    view: |_| Some(page::screen()),
}];

/// What a setting is called for people.
fn name(key: &str) -> &'static str {
    match key {
        "business.name" => "Name of the business",
        "business.support_email" => "Support address",
        "business.time_zone" => "Time zone",
        "letters.footer" => "E-mail footer",
        "invoices.seller" => "Seller's address",
        "invoices.prefix" => "Invoice prefix",
        "orders.payment_window_minutes" => "Payment window",
        "orders.recorded_window_minutes" => "Payment window, manual methods",
        "pricing.minimum_margin_percent" => "Minimum margin",
        "billing.tax_percent" => "Tax",
        "billing.bank_transfer_instructions" => "How to pay by bank transfer",
        "billing.paypal_instructions" => "How to pay by PayPal",
        "billing.crypto_instructions" => "How to pay in a cryptocurrency",
        "refunds.four_eyes_above" => "Second approval above",
        "kyc.required_documents" => "Proof of identity",
        "kyc.upload_url" => "Document upload page",
        "sessions.idle_days" => "Idle sessions",
        _ => known(key).map_or("Setting", |known| known.description),
    }
}

/// A value as people read it.
fn told(setting: &Setting, text: &str) -> String {
    match known(&setting.key).map(|known| known.rule) {
        Some(Rule::Whole(..)) => format!("{text} {}", unit(&setting.key)),
        Some(Rule::Percent) => format!("{text} percent"),
        Some(Rule::Documents) => {
            KycRequired::read(text).map_or_else(|| text.to_owned(), |all| documents(&all))
        }
        Some(Rule::Amounts) => text
            .replace(['{', '}', '"'], "")
            .replace(':', " ")
            .replace(',', ", "),
        _ if text.is_empty() => "Not set".to_owned(),
        _ => text.to_owned(),
    }
}

/// What a number counts: the last word of its key.
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

/// What a document is called.
fn document(kind: KycDocumentType) -> &'static str {
    match kind {
        KycDocumentType::Passport => "passport",
        KycDocumentType::IdCard => "ID card",
        KycDocumentType::DriversLicense => "driver’s licence",
        KycDocumentType::UtilityBill => "utility bill",
    }
}

/// All documents, as boxes to tick.
fn boxes(title: &'static str) -> Vec<kit::form::Boxes> {
    let word = |word: &&'static str| Some((*word, document(KycDocumentType::parse(word).ok()?)));
    vec![kit::form::Boxes {
        title,
        words: KycDocumentType::WORDS.iter().filter_map(word).collect(),
    }]
}
