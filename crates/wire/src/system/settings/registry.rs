//! Every setting that the program reads: what it is called, what it may be, and what it is when nobody sets it.
//!
//! A setting is added here and nowhere else; its row is made when the database is brought to this version.

use super::{AmountLimits, KycRequired, SettingDataType};
use crate::{Decimal, FieldErrors, accounts::kyc::KycDocumentType, identifier, region};

/// What a value must be like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// One line of so many characters, from and to.
    Line(usize, usize),
    /// Several lines of so many characters at most.
    Lines(usize),
    /// An e-mail address, or nothing.
    Email,
    /// A whole number, from and to.
    Whole(i64, i64),
    /// The name of a time zone.
    TimeZone,
    /// A country as ISO 3166-1 alpha-2 writes it, or nothing.
    Country,
    /// Percent, from 0 to 100, with two decimals at most.
    Percent,
    /// The address of a web page, or nothing.
    Url,
    /// Groups of documents, of each of which one is needed.
    Documents,
    /// The prefix of a series of numbers, which no other series has.
    Prefix,
    /// Amounts of money per currency.
    Amounts,
}

/// The changes of a setting that weaken a control of money or safety.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakened {
    /// A higher number or amount.
    WhenRaised,
    /// A set of documents that fewer documents meet.
    WhenLoosened,
    /// Every change.
    Always,
}

/// The prefixes of the other series of numbers: credit notes and orders.
const SERIES: [&str; 2] = ["CN", "ORD"];

/// A setting that the program knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// What it is called.
    pub key: &'static str,
    /// What it is filed under.
    pub category: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it is while nobody sets it.
    pub default: &'static str,
    /// Whether anybody may read it.
    pub is_public: bool,
    /// What it may be.
    pub rule: Rule,
    /// The changes that weaken it, if it is a control of money or safety.
    pub weakened: Option<Weakened>,
}

/// A setting as a type, so that where it is read it has its own.
#[cfg(feature = "server")]
pub trait Name {
    /// What it is.
    type Value: SettingValue;
    /// What is known of it.
    const KNOWN: Known;
}

/// A value that a setting's text can be read as.
#[cfg(feature = "server")]
pub trait SettingValue: Sized {
    /// Reads the text; nothing when it cannot be read so.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! weakened {
    () => {
        None
    };
    ($how:ident) => {
        Some(Weakened::$how)
    };
}

macro_rules! settings {
    ($(#[doc = $says:literal] $name:ident: $kind:ty = $key:literal in $category:literal, $default:literal, $public:literal, $rule:expr $(, weakened $weakened:ident)?;)+) => {
        /// Every setting, in the order in which they are shown.
        pub const KNOWN: &[Known] = &[$(Known {
            key: $key, category: $category, description: $says.trim_ascii(), default: $default, is_public: $public, rule: $rule,
            weakened: weakened!($($weakened)?),
        }),+];
        /// The settings as types.
        #[cfg(feature = "server")]
        pub mod keys {
            use super::{AmountLimits, Decimal, KycRequired, Known, Name, Rule, Weakened};
            $(#[doc = $says] pub struct $name; impl Name for $name {
                type Value = $kind;
                const KNOWN: Known = Known { key: $key, category: $category, description: $says.trim_ascii(), default: $default, is_public: $public, rule: $rule, weakened: weakened!($($weakened)?) };
            })+
        }
    };
}

settings! {
    /// What the business is called in letters and in the shop.
    BusinessName: String = "business.name" in "business", "eSIM Admin", true, Rule::Line(1, 100);
    /// Where customers write to; letters name it.
    SupportEmail: Option<String> = "business.support_email" in "business", "", true, Rule::Email;
    /// The zone whose calendar days letters and reports go by.
    BusinessTimeZone: chrono_tz::Tz = "business.time_zone" in "business", "UTC", true, Rule::TimeZone;
    /// The country of the business, as two letters such as GB; phone numbers without a country code are read as its numbers.
    BusinessCountry: Option<String> = "business.country" in "business", "", false, Rule::Country;
    /// What stands at the end of every letter: the company's address, its number in the register.
    LetterFooter: Option<String> = "letters.footer" in "letters", "", false, Rule::Lines(1000);
    /// What stands on invoices below the name: the company's address, its tax number.
    InvoiceSeller: Option<String> = "invoices.seller" in "invoices", "", false, Rule::Lines(1000);
    /// What the numbers of invoices begin with. No other series of numbers begins so.
    InvoicePrefix: String = "invoices.prefix" in "invoices", "INV", false, Rule::Prefix;
    /// How many minutes an order waits for its payment before it is cancelled.
    PaymentWindow: i64 = "orders.payment_window_minutes" in "orders", "30", false, Rule::Whole(5, 10_080);
    /// How many percent of a price must be left after its cost; a price that leaves less needs a reason. 0 is without limit.
    MinimumMargin: i64 = "pricing.minimum_margin_percent" in "pricing", "5", false, Rule::Whole(0, 99);
    /// How many minutes an order waits for a payment that a person confirms: a bank transfer, a wallet, a chain.
    RecordedWindow: i64 = "orders.recorded_window_minutes" in "orders", "10080", false, Rule::Whole(60, 43_200);
    /// For how many hours an unpaid order with a payment that a person confirms reserves stock. It can be paid until its payment window ends; stock is checked again then.
    TransferReservation: i64 = "orders.transfer_reservation_hours" in "orders", "6", false, Rule::Whole(0, 168), weakened WhenRaised;
    /// How many eSIMs the unpaid orders of one customer may come to. Orders that staff place are not limited.
    UnpaidUnitsPerCustomer: i64 = "orders.unpaid_units_per_customer" in "orders", "10", false, Rule::Whole(1, 10_000), weakened WhenRaised;
    /// How many eSIMs the unpaid orders of one API client may come to, over all of its customers.
    UnpaidUnitsPerClient: i64 = "orders.unpaid_units_per_client" in "orders", "20", false, Rule::Whole(1, 100_000), weakened WhenRaised;
    /// Percent of tax on top of what a customer pays after discounts.
    TaxPercent: Decimal = "billing.tax_percent" in "billing", "0.00", true, Rule::Percent;
    /// What customers are told who pay by bank transfer: the account, and to write the order's number with it.
    BankInstructions: Option<String> = "billing.bank_transfer_instructions" in "billing", "", false, Rule::Lines(1000);
    /// What customers are told who pay by PayPal: whom to send it to.
    PaypalInstructions: Option<String> = "billing.paypal_instructions" in "billing", "", false, Rule::Lines(1000);
    /// What customers are told who pay in a cryptocurrency: the addresses.
    CryptoInstructions: Option<String> = "billing.crypto_instructions" in "billing", "", false, Rule::Lines(1000);
    /// Up to which amount one person may request and approve refunds alone, per payment and per day, in each currency. In a currency that is not listed every refund takes a second person.
    FourEyesAbove: AmountLimits = "refunds.four_eyes_above" in "refunds", "{\"AED\":\"360.00\",\"AUD\":\"150.00\",\"BRL\":\"500.00\",\"CAD\":\"140.00\",\"CHF\":\"90.00\",\"CNY\":\"700.00\",\"CZK\":\"2200.00\",\"DKK\":\"700.00\",\"EUR\":\"100.00\",\"GBP\":\"80.00\",\"HKD\":\"800.00\",\"HUF\":\"35000.00\",\"IDR\":\"1600000.00\",\"ILS\":\"350.00\",\"INR\":\"8500.00\",\"JPY\":\"15000.00\",\"KRW\":\"140000.00\",\"MXN\":\"1900.00\",\"MYR\":\"430.00\",\"NOK\":\"1000.00\",\"NZD\":\"170.00\",\"PHP\":\"5700.00\",\"PLN\":\"380.00\",\"RON\":\"450.00\",\"SEK\":\"1000.00\",\"SGD\":\"130.00\",\"THB\":\"3400.00\",\"TRY\":\"4000.00\",\"TWD\":\"3200.00\",\"USD\":\"100.00\",\"VND\":\"2500000.00\",\"ZAR\":\"1800.00\"}", false, Rule::Amounts, weakened WhenRaised;
    /// Which documents must be approved before a customer counts as verified.
    KycRequiredDocuments: KycRequired = "kyc.required_documents" in "identity", "[[\"passport\",\"id_card\",\"drivers_license\"]]", true, Rule::Documents, weakened WhenLoosened;
    /// The web page where customers send documents; emails about their identity link to it.
    KycUploadUrl: Option<String> = "kyc.upload_url" in "identity", "", true, Rule::Url, weakened Always;
    /// After how many days without use a session ends.
    SessionIdleDays: i64 = "sessions.idle_days" in "signing in", "14", false, Rule::Whole(1, 90), weakened WhenRaised;
}

/// The setting of this key.
pub fn known(key: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.key == key)
}

impl Known {
    /// How its text is to be read.
    pub const fn data_type(&self) -> SettingDataType {
        match self.rule {
            Rule::Whole(..) => SettingDataType::Number,
            Rule::Documents | Rule::Amounts => SettingDataType::Json,
            // As text, so that nobody reads it as a float.
            Rule::Line(..)
            | Rule::Lines(_)
            | Rule::Email
            | Rule::Url
            | Rule::TimeZone
            | Rule::Country
            | Rule::Percent
            | Rule::Prefix => SettingDataType::String,
        }
    }

    /// What it may be, in a sentence.
    pub fn accepts(&self) -> String {
        match self.rule {
            Rule::Line(least, most) => format!("A line of {least} to {most} characters."),
            Rule::Lines(most) => format!("A text of {most} characters at most."),
            Rule::Url => {
                "The https address of a page, such as https://shop.example.com/documents, or nothing."
                    .to_owned()
            }
            Rule::Email => "An e-mail address, or nothing.".to_owned(),
            Rule::Whole(least, most) => format!("A whole number from {least} to {most}."),
            Rule::Percent => {
                "A number from 0 to 100 with two decimals at most, such as 19.00.".to_owned()
            }
            Rule::TimeZone => "The name of a time zone, such as Europe/Berlin.".to_owned(),
            Rule::Prefix => format!(
                "1 to 10 letters A to Z, digits and hyphens, beginning and ending with a letter or digit; not {}, which are the prefixes of other series.",
                SERIES.join(" or ")
            ),
            Rule::Amounts => "A JSON object of amounts by currency, such as {\"USD\":\"100.00\",\"JPY\":\"15000\"}; or one number of US dollars, which sets the same value, roughly, in every currency.".to_owned(),
            Rule::Country => "A country as two letters, such as GB, or nothing.".to_owned(),
            Rule::Documents => format!(
                "A JSON array of groups, each an array of {}: of each group one document is needed.",
                KycDocumentType::WORDS.join(", ")
            ),
        }
    }

    /// The text as it is kept, if it is a value of this setting; the faults of the field `value` otherwise.
    pub fn tidy(&self, text: &str) -> Result<String, FieldErrors> {
        let (tidy, mut bad) = (text.trim(), FieldErrors::default());
        match self.rule {
            Rule::Line(least, most) => {
                bad.length("value", tidy, least, most);
            }
            Rule::Lines(most) => bad.lines("value", tidy, 0, most),
            Rule::Url if tidy.is_empty() => {}
            Rule::Url if !is_page(tidy) => bad.add("value", "url", self.accepts()),
            Rule::Url => {}
            Rule::Email if tidy.is_empty() => {}
            Rule::Email => {
                bad.email("value", tidy);
                return finish(bad, identifier::email(tidy));
            }
            Rule::Whole(least, most) => match tidy.parse() {
                Ok(number) => {
                    bad.range("value", number, least, most);
                    return finish(bad, number.to_string());
                }
                Err(_) => bad.add("value", "type", self.accepts()),
            },
            Rule::Percent => match tidy.parse::<Decimal>() {
                Ok(percent) if !percent.is_negative() && percent <= 100.into() => {
                    return finish(bad, percent.to_string());
                }
                _ => bad.add("value", "type", self.accepts()),
            },
            Rule::Prefix => {
                let prefix = tidy.to_uppercase();
                if !is_prefix(&prefix) {
                    bad.add("value", "type", self.accepts());
                } else if SERIES.contains(&prefix.as_str()) {
                    bad.add(
                        "value",
                        "taken",
                        "Another series of numbers has this prefix.",
                    );
                }
                return finish(bad, prefix);
            }
            Rule::Amounts => match AmountLimits::read(tidy) {
                Some(limits) => {
                    return finish(bad, serde_json::to_string(&limits).unwrap_or_default());
                }
                None => bad.add("value", "type", self.accepts()),
            },
            Rule::TimeZone if !is_zone(tidy) => bad.add("value", "time_zone", self.accepts()),
            Rule::TimeZone => {}
            Rule::Country => {
                let code = tidy.to_uppercase();
                let is_country = code.len() == 2 && region::is_known(&code);
                if !(code.is_empty() || is_country) {
                    bad.add("value", "country", self.accepts());
                }
                return finish(bad, code);
            }
            Rule::Documents => match KycRequired::read(tidy) {
                Some(groups) => {
                    return finish(bad, serde_json::to_string(&groups).unwrap_or_default());
                }
                None => bad.add("value", "type", self.accepts()),
            },
        }
        bad.no_secret("value", tidy);
        finish(bad, tidy.to_owned())
    }

    /// Returns whether the change from one value to another weakens a control of money or safety. A value that cannot be
    /// read counts as the strictest one, so that leaving it weakens.
    pub fn is_weakened_by(&self, before: &str, after: &str) -> bool {
        let number = |text: &str| text.parse::<i64>().ok();
        match self.weakened {
            None => false,
            Some(Weakened::Always) => before != after,
            Some(Weakened::WhenRaised) if self.rule == Rule::Amounts => {
                let limits = AmountLimits::read(after).zip(AmountLimits::read(before));
                limits.is_none_or(|(after, before)| after.exceeds(&before))
            }
            Some(Weakened::WhenRaised) => number(after) > number(before),
            Some(Weakened::WhenLoosened) => {
                let sets = KycRequired::read(after).zip(KycRequired::read(before));
                sets.is_none_or(|(after, before)| !after.is_as_strict_as(&before))
            }
        }
    }

    /// The value as JSON of its own type.
    pub fn json(&self, text: &str) -> serde_json::Value {
        match self.data_type() {
            SettingDataType::String => text.into(),
            _ => serde_json::from_str(text).unwrap_or_default(),
        }
    }
}

/// Returns whether a text is the https address of a page on a named host; without a user, spaces or quotes.
fn is_page(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '`');
    text.len() <= 500
        && text.chars().all(is_plain)
        && name.contains('.')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && host
            .split_once(':')
            .is_none_or(|(_, port)| port.parse::<u16>().is_ok())
}

fn finish(bad: FieldErrors, text: String) -> Result<String, FieldErrors> {
    if bad.0.is_empty() { Ok(text) } else { Err(bad) }
}

/// Returns whether a prefix is safe in numbers, addresses and file names.
fn is_prefix(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit();
    (1..=10).contains(&text.len())
        && text.chars().all(|letter| is_plain(letter) || letter == '-')
        && text.starts_with(is_plain)
        && text.ends_with(is_plain)
}

/// The server knows the zones; the panel offers those of the browser.
#[cfg(feature = "server")]
fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}
#[cfg(not(feature = "server"))]
const fn is_zone(name: &str) -> bool {
    !name.is_empty()
}
